package probe

func probeWindow(w *Window, ext string) (Result, error) { return w.probe(ext) }
