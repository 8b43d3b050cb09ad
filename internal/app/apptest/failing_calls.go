package apptest

import "github.com/hanwen/go-fuse/v2/fuse"

// The methods below implement fuse.RawFileSystem: each asks whether it is to fail first.

// Lookup finds a name.
func (f *Failing) Lookup(cancel <-chan struct{}, in *fuse.InHeader, name string, out *fuse.EntryOut) fuse.Status {
	if s, _ := f.ask(ToFind, in.NodeId, name); s != fuse.OK {
		return s
	}
	s := f.RawFileSystem.Lookup(cancel, in, name, out)
	if s == fuse.OK {
		f.place(out.NodeId, in.NodeId, name)
	}
	return s
}

// GetAttr tells of what was found.
func (f *Failing) GetAttr(cancel <-chan struct{}, in *fuse.GetAttrIn, out *fuse.AttrOut) fuse.Status {
	if s, _ := f.ask(ToFind, in.NodeId, ""); s != fuse.OK {
		return s
	}
	return f.RawFileSystem.GetAttr(cancel, in, out)
}

// SetAttr shortens, among others.
func (f *Failing) SetAttr(cancel <-chan struct{}, in *fuse.SetAttrIn, out *fuse.AttrOut) fuse.Status {
	if s, _ := f.ask(ToShorten, in.NodeId, ""); s != fuse.OK {
		return s
	}
	return f.RawFileSystem.SetAttr(cancel, in, out)
}

// Open opens a file that is there.
func (f *Failing) Open(cancel <-chan struct{}, in *fuse.OpenIn, out *fuse.OpenOut) fuse.Status {
	if s, _ := f.ask(ToOpen, in.NodeId, ""); s != fuse.OK {
		return s
	}
	s := f.RawFileSystem.Open(cancel, in, out)
	if !f.mapped(in.NodeId) {
		out.OpenFlags |= fuse.FOPEN_DIRECT_IO // each read is asked for
	}
	return s
}

// Create makes a file.
func (f *Failing) Create(cancel <-chan struct{}, in *fuse.CreateIn, name string, out *fuse.CreateOut) fuse.Status {
	if s, _ := f.ask(ToCreate, in.NodeId, name); s != fuse.OK {
		return s
	}
	s := f.RawFileSystem.Create(cancel, in, name, out)
	if s == fuse.OK {
		f.place(out.NodeId, in.NodeId, name)
		if !f.mapped(out.NodeId) {
			out.OpenFlags |= fuse.FOPEN_DIRECT_IO
		}
	}
	return s
}

// Mkdir makes a directory.
func (f *Failing) Mkdir(cancel <-chan struct{}, in *fuse.MkdirIn, name string, out *fuse.EntryOut) fuse.Status {
	if s, _ := f.ask(ToCreate, in.NodeId, name); s != fuse.OK {
		return s
	}
	s := f.RawFileSystem.Mkdir(cancel, in, name, out)
	if s == fuse.OK {
		f.place(out.NodeId, in.NodeId, name)
	}
	return s
}

// Link gives a second name.
func (f *Failing) Link(cancel <-chan struct{}, in *fuse.LinkIn, name string, out *fuse.EntryOut) fuse.Status {
	if s, _ := f.ask(ToCreate, in.NodeId, name); s != fuse.OK {
		return s
	}
	return f.RawFileSystem.Link(cancel, in, name, out)
}

// Read reads bytes of a file.
func (f *Failing) Read(cancel <-chan struct{}, in *fuse.ReadIn, buf []byte) (fuse.ReadResult, fuse.Status) {
	if s, _ := f.ask(ToRead, in.NodeId, ""); s != fuse.OK {
		return nil, s
	}
	return f.RawFileSystem.Read(cancel, in, buf)
}

// Write writes bytes of a file.
func (f *Failing) Write(cancel <-chan struct{}, in *fuse.WriteIn, data []byte) (uint32, fuse.Status) {
	switch s, short := f.ask(ToWrite, in.NodeId, ""); {
	case short && len(data) > 1:
		data = data[:len(data)/2]
	case s != fuse.OK:
		return 0, s
	}
	return f.RawFileSystem.Write(cancel, in, data)
}

// Fsync has a file be on disk.
func (f *Failing) Fsync(cancel <-chan struct{}, in *fuse.FsyncIn) fuse.Status {
	if s, _ := f.ask(ToSync, in.NodeId, ""); s != fuse.OK {
		return s
	}
	return f.RawFileSystem.Fsync(cancel, in)
}

// FsyncDir has a directory be on disk.
func (f *Failing) FsyncDir(_ <-chan struct{}, in *fuse.FsyncIn) fuse.Status {
	s, _ := f.ask(ToSync, in.NodeId, "")
	return s // what is shown is a directory of the machine, which the test does not switch off
}

// Unlink removes a file.
func (f *Failing) Unlink(cancel <-chan struct{}, in *fuse.InHeader, name string) fuse.Status {
	if s, _ := f.ask(ToRemove, in.NodeId, name); s != fuse.OK {
		return s
	}
	return f.RawFileSystem.Unlink(cancel, in, name)
}

// Rename gives another name.
func (f *Failing) Rename(cancel <-chan struct{}, in *fuse.RenameIn, from, to string) fuse.Status {
	if s, _ := f.ask(ToRename, in.NodeId, from); s != fuse.OK {
		return s
	}
	s := f.RawFileSystem.Rename(cancel, in, from, to)
	if s == fuse.OK {
		f.moved(placed{in.NodeId, from}, placed{in.Newdir, to})
	}
	return s
}

func (f *Failing) moved(from, to placed) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for node, at := range f.names {
		if at == from {
			f.names[node] = to
		}
	}
}

// OpenDir opens a directory.
func (f *Failing) OpenDir(cancel <-chan struct{}, in *fuse.OpenIn, out *fuse.OpenOut) fuse.Status {
	if s, _ := f.ask(ToList, in.NodeId, ""); s != fuse.OK {
		return s
	}
	return f.RawFileSystem.OpenDir(cancel, in, out)
}

// ReadDir lists a directory.
func (f *Failing) ReadDir(cancel <-chan struct{}, in *fuse.ReadIn, out *fuse.DirEntryList) fuse.Status {
	if s, _ := f.ask(ToList, in.NodeId, ""); s != fuse.OK {
		return s
	}
	return f.RawFileSystem.ReadDir(cancel, in, out)
}

// StatFs counts what is free.
func (f *Failing) StatFs(cancel <-chan struct{}, in *fuse.InHeader, out *fuse.StatfsOut) fuse.Status {
	if s, _ := f.ask(ToCount, in.NodeId, ""); s != fuse.OK {
		return s
	}
	return f.RawFileSystem.StatFs(cancel, in, out)
}
