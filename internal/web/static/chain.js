// A long list that comes in pages which only know the next one. It can be entered at marks, grows both ways from there,
// and forgets pages that are far away; how to ask for them again it keeps.
//
//   source.page({up, after, from}, signal) → {things, next}
//   source.enter(index, count) → {from, index}: where to begin, to be near an index; from '' is the first

const kept = 30; // pages that are held

export class Chain {
  constructor(source, count, signal) {
    Object.assign(this, {source, count, total: count, signal}); // total is what was counted, count what it is taken for
    this.begin({from: '', index: 0});
  }

  begin({from, index}) {
    this.from = from;
    this.pages = []; // {start, length, things, up, after}
    this.low = this.high = index;
    this.downAfter = this.upAfter = undefined; // undefined: not asked yet, null: there are no more
    if (!from) {
      this.upAfter = null;
      this.low = this.high = 0;
    }
    this.asking = null;
  }

  // at gives the thing at an index, undefined where it is not held.
  at(index) {
    const page = this.pageAt(index);
    return page?.things?.[index - page.start];
  }

  pageAt(index) {
    let lo = 0, hi = this.pages.length - 1;
    while (lo <= hi) {
      const mid = (lo + hi) >> 1;
      const p = this.pages[mid];
      if (index < p.start) hi = mid - 1;
      else if (index >= p.start + p.length) lo = mid + 1;
      else return p;
    }
    return undefined;
  }

  // want has the things from an index to another fetched, and calls changed(shift) after each page: shift is by how
  // much indices have moved, where it turned out how many things lie before.
  async want(from, to, changed) {
    this.wanted = [from, to];
    if (this.asking) return;
    const began = this.asking = {};
    try {
      for (let shift; !this.signal.aborted && this.asking === began && (shift = await this.step()) !== null;) {
        if (this.asking === began) changed(shift);
      }
    } finally {
      if (this.asking === began) this.asking = null;
    }
  }

  // step fetches one page that is wanted; null: there is none.
  async step() {
    const to = Math.min(this.wanted[1], this.count);
    const from = Math.max(0, this.wanted[0]);
    if (from >= to && this.count) return null;
    const far = 12 * (this.pages[0]?.length || 200);
    if (from > this.high + far || to < this.low - far) this.begin(this.source.enter(from, this.count));
    for (let i = Math.max(from, this.low); i < Math.min(to, this.high);) {
      const page = this.pageAt(i);
      if (!page) break;
      if (!page.things) return this.refill(page);
      i = page.start + page.length;
    }
    if (to > this.high && this.downAfter !== null) return this.grow(false);
    if (from < this.low && this.upAfter !== null) return this.grow(true);
    return null;
  }

  async refill(page) {
    const answer = await this.source.page({up: page.up, after: page.after, from: page.after ? '' : this.from},
      this.signal);
    page.things = page.up ? answer.things.reverse() : answer.things;
    this.forget(page);
    return 0;
  }

  async grow(up) {
    const after = (up ? this.upAfter : this.downAfter) || '';
    const answer = await this.source.page({up, after, from: after ? '' : this.from}, this.signal);
    const length = answer.things.length;
    const page = {start: up ? this.low - length : this.high, length, things: up ? answer.things.reverse()
      : answer.things, up, after};
    if (length && up) this.pages.unshift(page);
    else if (length) this.pages.push(page);
    if (up) {
      this.low = page.start;
      this.upAfter = answer.next;
    } else {
      this.high += length;
      this.downAfter = answer.next;
    }
    this.forget(page);
    return this.settle();
  }

  // settle puts right what was estimated, once an end is reached.
  settle() {
    let shift = 0;
    if (this.upAfter === null) shift = -this.low; // the first is known to be the first
    else if (this.downAfter === null) shift = this.total - this.high; // and the last to be the last
    else if (this.low <= 0) shift = 200 - this.low; // more than thought lies before
    if (shift) {
      for (const p of this.pages) p.start += shift;
      this.low += shift;
      this.high += shift;
      this.wanted = this.wanted.map(i => i + shift);
    }
    if (this.downAfter === null && this.upAfter === null) this.count = this.total = this.high;
    else if (this.downAfter === null) this.count = this.total;
    else if (this.high >= this.count) this.count = this.high + 200;
    return shift;
  }

  forget(near) {
    const held = this.pages.filter(p => p.things);
    if (held.length <= kept) return;
    const middle = (this.wanted[0] + this.wanted[1]) / 2;
    const farthest = held.reduce((a, b) => (Math.abs(b.start - middle) > Math.abs(a.start - middle) ? b : a));
    if (farthest !== near) farthest.things = null;
  }
}
