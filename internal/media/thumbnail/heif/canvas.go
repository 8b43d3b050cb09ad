package heif

import (
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media/thumbnail/hevc"
)

// maxPlanes bounds what is returned, in bytes.
const maxPlanes = 16 << 20

// canvas gathers a picture, reduced, from the pieces that it was coded in.
type canvas struct {
	picture    Picture
	log2       int // of the divisor of its size
	subW, subH int // log2 of how many samples of luma one of chroma stands for
}

// begin makes room for a picture of which p is the first piece.
func (c *canvas) begin(width, height, edge int, p *hevc.Picture) error {
	for c.log2 < 3 && max(width, height) >= edge<<(c.log2+1) {
		c.log2++
	}
	if p.Cb.Width > 0 {
		c.subW, c.subH = btoi(p.Cb.Width < p.Y.Width), btoi(p.Cb.Height < p.Y.Height)
	}
	w, h := reduced(width, c.log2), reduced(height, c.log2)
	if w > maxPlanes/3/h {
		return fmt.Errorf("%w: %d by %d pixels, divided by %d", ErrUnsupported, width, height, 1<<c.log2)
	}
	c.picture = Picture{Width: width, Height: height, Orientation: 1, Y: newPlane(w, h)}
	if p.Cb.Width > 0 {
		w, h := reduced(width, c.log2+c.subW), reduced(height, c.log2+c.subH)
		c.picture.Cb, c.picture.Cr = newPlane(w, h), newPlane(w, h)
	}
	return nil
}

func newPlane(w, h int) Plane { return Plane{Pix: make([]byte, w*h), Stride: w, Width: w, Height: h} }

func reduced(n, log2 int) int { return (n + 1<<log2 - 1) >> log2 }

// put puts a piece, whose upper left corner is at a luma sample that can be divided.
func (c *canvas) put(p *hevc.Picture, x, y int) error {
	align := 1<<(c.log2+max(c.subW, c.subH)) - 1
	if (x|y)&align != 0 {
		return fmt.Errorf("%w: tiles that begin at %d, %d", ErrUnsupported, x, y)
	}
	if (p.Cb.Width > 0) != (c.picture.Cb.Width > 0) {
		return damaged("tiles with and without colour")
	}
	c.picture.Matrix = p.Matrix
	reduce(&c.picture.Y, &p.Y, x>>c.log2, y>>c.log2, c.log2, levels(p.Y.Depth, p.FullRange, false))
	if p.Cb.Width == 0 {
		return nil
	}
	chroma := levels(p.Cb.Depth, p.FullRange, true)
	x, y = x>>(c.log2+c.subW), y>>(c.log2+c.subH)
	reduce(&c.picture.Cb, &p.Cb, x, y, c.log2, chroma)
	reduce(&c.picture.Cr, &p.Cr, x, y, c.log2, chroma)
	return nil
}

// reduce puts src, divided by 2^log2, at x, y of dst: each sample the mean of its square. What reaches beyond dst is
// left out.
func reduce(dst *Plane, src *hevc.Plane, x, y, log2 int, levels []byte) {
	n := 1 << log2
	for j := range min(reduced(src.Height, log2), dst.Height-y) {
		rows := min(n, src.Height-j*n)
		out := dst.Pix[(y+j)*dst.Stride+x:]
		for i := range min(reduced(src.Width, log2), dst.Width-x) {
			columns := min(n, src.Width-i*n)
			sum := 0
			for k := range rows {
				for _, v := range src.Pix[(j*n+k)*src.Stride+i*n:][:columns] {
					sum += int(v)
				}
			}
			area := rows * columns
			out[i] = levels[(sum+area/2)/area]
		}
	}
}

// levels are what samples of some bits stand for in 8 bits and the full range.
func levels(depth int, full, chroma bool) []byte {
	out := make([]byte, 1<<depth)
	one := float64(int(1) << (depth - 8)) // a step of 8 bits
	for i := range out {
		v := float64(i) / one
		if full {
			v = float64(i) * 255 / float64(len(out)-1)
			if chroma {
				v = 128 + (float64(i)-128*one)*255/float64(len(out)-1)
			}
		} else if chroma {
			v = 128 + (v-128)*255/224
		} else {
			v = (v - 16) * 255 / 219
		}
		out[i] = byte(min(max(v+0.5, 0), 255))
	}
	return out
}
