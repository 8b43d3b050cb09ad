package matroska

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

func (p *matroska) chapterList(e ebmlElement) error {
	var best []media.Chapter
	chosen := false
	walk := inside(p.w, e)
	for walk.next() {
		if walk.el.id != edition {
			continue
		}
		list, byDefault, err := p.edition(walk.el)
		if err != nil {
			return err
		}
		if best == nil || byDefault && !chosen {
			best, chosen = list, byDefault
		}
	}
	p.chapters = best
	return walk.err
}

func (p *matroska) edition(e ebmlElement) (list []media.Chapter, byDefault bool, err error) {
	hidden := false
	walk := inside(p.w, e)
	for walk.next() {
		switch walk.el.id {
		case editionDefault, editionHidden:
			v, err := ebmlUint(p.w, walk.el)
			if err != nil {
				return nil, false, err
			}
			if walk.el.id == editionDefault {
				byDefault = v != 0
			} else {
				hidden = v != 0
			}
		case chapterAtom:
			c, shown, err := p.chapter(walk.el)
			if err != nil {
				return nil, false, err
			}
			if shown && len(list) < format.MaxChapters {
				list = append(list, c)
			}
		}
	}
	return list, byDefault && !hidden, walk.err
}

func (p *matroska) chapter(e ebmlElement) (c media.Chapter, shown bool, err error) {
	shown = true
	walk := inside(p.w, e)
	for walk.next() {
		switch walk.el.id {
		case chapterStart, chapterHidden:
			v, err := ebmlUint(p.w, walk.el)
			if err != nil {
				return c, false, err
			}
			if walk.el.id == chapterStart {
				c.StartSeconds = float64(v) / 1e9
			} else {
				shown = v == 0
			}
		case chapterDisplay:
			if c.Title != "" {
				continue
			}
			inner := inside(p.w, walk.el)
			for inner.next() {
				if inner.el.id == chapterString {
					s, err := ebmlText(p.w, inner.el, 512)
					if err != nil {
						return c, false, err
					}
					c.Title = text.Clean(s)
				}
			}
			if inner.err != nil {
				return c, false, inner.err
			}
		}
	}
	return c, shown, walk.err
}
