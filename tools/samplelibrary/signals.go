package main

import (
	"bytes"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// video is a moving test picture with a tone in each language.
type video struct {
	codec, size   string
	rate, seconds int
	audio         []string // languages
	subtitles     string   // a language, or empty
	tags          map[string]string
	chapters      []string
}

// audio is one note.
type audio struct {
	seconds, note int // note in Hz
	tags          map[string]string
	chapters      []string
}

// bitexact keeps encoders' and muxers' versions, clocks and random numbers out of the files.
var bitexact = []string{"-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-threads", "1"}

func (l *library) video(path string, v video) {
	args := []string{"-f", "lavfi", "-i", fmt.Sprintf("testsrc=size=%s:rate=%d:duration=%d", v.size, v.rate, v.seconds)}
	picks := []string{"-map", "0:v"}
	inputs := 1
	for i, language := range v.audio {
		args = append(args, "-f", "lavfi", "-i", fmt.Sprintf("sine=frequency=%d:sample_rate=44100:duration=%d", 440+110*i, v.seconds))
		picks = append(picks, "-map", fmt.Sprintf("%d:a", inputs), fmt.Sprintf("-metadata:s:a:%d", i), "language="+language)
		inputs++
	}
	if v.subtitles != "" {
		subtitles := l.scratch("subtitles.srt", fmt.Sprintf("1\n00:00:00,200 --> 00:00:0%d,000\nWho lit the lantern?\n", v.seconds))
		args = append(args, "-i", subtitles)
		picks = append(picks, "-map", fmt.Sprintf("%d:s", inputs), "-metadata:s:s:0", "language="+v.subtitles, "-c:s", "srt")
		inputs++
	}
	args, picks = l.metadata(args, picks, inputs, v.tags, v.chapters, v.seconds)
	args = append(args, picks...)
	args = append(args, "-c:v", v.codec, "-pix_fmt", "yuv420p", "-b:v", "40k", "-c:a", "aac", "-b:a", "24k", "-ac", "1")
	l.encode(path, args)
}

func (l *library) audio(path string, a audio) {
	args := []string{"-f", "lavfi", "-i", fmt.Sprintf("sine=frequency=%d:sample_rate=44100:duration=%d", a.note, a.seconds)}
	args, picks := l.metadata(args, []string{"-map", "0:a"}, 1, a.tags, a.chapters, a.seconds)
	args = append(args, picks...)
	switch filepath.Ext(path) {
	case ".flac":
		args = append(args, "-c:a", "flac")
	case ".mp3":
		args = append(args, "-c:a", "libmp3lame", "-b:a", "32k", "-id3v2_version", "3")
	case ".opus":
		args = append(args, "-c:a", "libopus", "-b:a", "16k")
	default:
		args = append(args, "-c:a", "aac", "-b:a", "24k", "-f", "ipod")
	}
	l.encode(path, args)
}

// metadata adds a file of tags and chapters as the next input.
func (l *library) metadata(args, picks []string, input int, tags map[string]string, chapters []string, seconds int) (inputs, outputs []string) {
	var b strings.Builder
	b.WriteString(";FFMETADATA1\n")
	for _, name := range slices.Sorted(maps.Keys(tags)) {
		fmt.Fprintf(&b, "%s=%s\n", name, tags[name])
	}
	for i, title := range chapters {
		length := seconds * 1000 / len(chapters)
		fmt.Fprintf(&b, "[CHAPTER]\nTIMEBASE=1/1000\nSTART=%d\nEND=%d\ntitle=%s\n", i*length, (i+1)*length, title)
	}
	file := l.scratch("tags.ffmeta", b.String())
	n := fmt.Sprint(input)
	return append(args, "-f", "ffmetadata", "-i", file), append(picks, "-map_metadata", n, "-map_chapters", n)
}

func (l *library) encode(path string, args []string) {
	full := l.file(path)
	if l.err != nil {
		return
	}
	args = slices.Concat([]string{"-nostdin", "-v", "error", "-y"}, args, bitexact, []string{full})
	var complaints bytes.Buffer
	cmd := exec.CommandContext(l.ctx, l.ffmpeg, args...)
	cmd.Stderr = &complaints
	if err := cmd.Run(); err != nil {
		l.err = fmt.Errorf("encode %s: %w: %s", path, err, strings.TrimSpace(complaints.String()))
	}
}
