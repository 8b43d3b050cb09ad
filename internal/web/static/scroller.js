// How far one has come in a list that may be taller than a browser lets anything be: the window scrolls over a piece of
// the list, and the piece moves along. Steps are as long as they look, leaps go to the same part of the whole.

const tallest = 8e6; // pixels; browsers end somewhere above 16 million

export class Scroller {
  constructor(el) {
    this.el = el;
    this.offset = 0; // what of the list lies above the element
    this.last = 0;
  }

  // resize says how tall the list is.
  resize(height) {
    this.height = height;
    this.shown = Math.min(height, tallest);
    this.el.style.height = `${this.shown}px`;
    if (height <= tallest) this.offset = 0;
    else this.offset = Math.min(this.offset, height - this.shown);
  }

  // above is what of the element has been scrolled past.
  above() {
    return Math.max(0, -this.el.getBoundingClientRect().top);
  }

  // top gives the place in the list that is at the window's upper edge.
  top() {
    const at = this.above();
    if (this.height > tallest) {
      const room = this.shown - window.innerHeight;
      if (Math.abs(at - this.last) > 2 * window.innerHeight) this.offset = (this.height - this.shown) * Math.min(1,
        at / room);
      else if (at < room * 0.02 || at > room * 0.98) this.slide(at, room);
    }
    this.last = this.above();
    return this.last + this.offset;
  }

  // slide moves the piece below the window where one walks up to an end of it that is none of the list.
  slide(at, room) {
    const place = at + this.offset;
    const wanted = (this.height - this.shown) * Math.min(1, place / (this.height - window.innerHeight));
    const by = wanted - this.offset;
    if (Math.abs(by) < 1 || at - by < 0 || at - by > room) return;
    this.offset = wanted;
    window.scrollBy(0, -by);
  }

  // to brings a place of the list to the window's upper edge, below what sticks there.
  to(place, below = 0) {
    if (this.height > tallest) this.offset = (this.height - this.shown) * Math.min(1,
      place / (this.height - window.innerHeight));
    const y = this.el.getBoundingClientRect().top + window.scrollY + place - this.offset - below;
    this.last = Math.max(0, place - this.offset - below);
    window.scrollTo(0, Math.max(0, y));
  }
}
