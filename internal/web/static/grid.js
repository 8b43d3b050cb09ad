// A wall: tiles in rows, of which only those near the window are there.
import {h} from './dom.js';
import {Chain} from './chain.js';
import {Scroller} from './scroller.js';

const caption = 4.2; // two lines of a title and one more: what stands below a picture, in the size of text
const ratios = {poster: 1.5, square: 1, wide: 0.5625};

// layout of a wall of a width: columns, and how large a tile is.
export function layout(width, shape) {
  const least = (width < 560 ? 100 : width < 1500 ? 150 : width < 2600 ? 176 : 250) * (shape === 'wide' ? 1.5 : 1);
  const gap = Math.round(Math.min(28, Math.max(12, width * 0.016)));
  const columns = Math.max(shape === 'wide' ? 1 : 2, Math.floor((width + gap) / (least + gap)));
  const tile = (width - (columns - 1) * gap) / columns;
  const text = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return {columns, gap, tile, row: Math.round(tile * ratios[shape] + caption * text + gap)};
}

// grid fills el with the things of a source. make(thing) gives a tile, which is a link.
export function grid(el, {source, count, shape, make, label, signal}) {
  const list = h('ul.grid', {'aria-label': label});
  const scroller = new Scroller(list);
  const chain = new Chain(source, count, signal);
  const there = new Map(); // index → li
  let at = {columns: 1, row: 1, tile: 1, gap: 0};
  let focus = 0; // the index that Tab leads to
  el.append(list);

  let width = 0;
  const measure = () => {
    if (!list.clientWidth || list.clientWidth === width) return; // it has grown by a row
    width = list.clientWidth;
    at = layout(width, shape);
    list.style.setProperty('--tile', `${at.tile}px`);
    drawAll();
  };

  const focused = () => (list.contains(document.activeElement) ? document.activeElement.dataset.id : undefined);

  const clear = () => {
    for (const li of there.values()) li.remove();
    there.clear();
  };

  // drawAll draws all that is there anew, and leaves the focus on what has it.
  const drawAll = () => {
    const id = focused();
    clear();
    draw();
    if (id) refocus(id);
  };

  const draw = () => {
    scroller.resize(Math.ceil(chain.count / at.columns) * at.row);
    const top = scroller.top();
    const first = Math.max(0, Math.floor(top / at.row) - 2) * at.columns;
    const last = Math.min(chain.count, (Math.ceil((top + window.innerHeight) / at.row) + 2) * at.columns);
    const id = focused();
    let stale = false;
    for (const [i, li] of there) {
      const renewed = li.dataset.ghost && (chain.at(i) || i >= chain.count);
      if (renewed && li.contains(document.activeElement)) stale = true;
      if (i < first || i >= last || renewed) drop(i, li, renewed);
    }
    for (let i = first; i < last; i++) if (!there.has(i)) put(i);
    if (stale) refocus(id);
    if (count || chain.count) chain.want(first, last, redraw).catch(failed);
  };

  const redraw = shift => {
    if (!shift) return draw();
    const rows = Math.round(shift / at.columns);
    scroller.resize(Math.ceil(chain.count / at.columns) * at.row);
    scroller.to(scroller.top() + rows * at.row, 0);
    focus += shift;
    drawAll();
  };

  const failed = err => {
    if (err.name !== 'AbortError') setTimeout(() => signal.aborted || draw(), 3000); // the line of truth says why
  };

  // refocus gives the focus to the tile of a thing that had it, else to what stands in its place.
  const refocus = id => {
    const last = Math.max(0, chain.count - 1);
    const link = list.querySelector(`a[data-id="${id}"]`) || there.get(Math.min(focus, last))?.querySelector('a');
    if (!link) return;
    there.get(focus)?.querySelector('a')?.setAttribute('tabindex', '-1');
    focus = Number(link.dataset.index);
    link.tabIndex = 0;
    link.focus({preventScroll: true});
  };

  const drop = (i, li, renewed) => {
    if (!renewed && li.contains(document.activeElement)) return; // it stays while it has the focus
    li.remove();
    there.delete(i);
  };

  const put = i => {
    const thing = chain.at(i);
    const li = h('li', {'aria-posinset': i + 1, 'aria-setsize': chain.count, data: thing ? {} : {ghost: '1'}}, thing
      ? make(thing) : h('div.ghost'));
    li.style.top = `${Math.floor(i / at.columns) * at.row - scroller.offset}px`;
    li.style.insetInlineStart = `${(i % at.columns) * (at.tile + at.gap)}px`;
    const link = li.querySelector('a');
    if (link) {
      link.tabIndex = i === focus ? 0 : -1;
      link.dataset.index = i;
    }
    const after = [...there.keys()].filter(k => k > i).sort((a, b) => a - b)[0];
    list.insertBefore(li, after === undefined ? null : there.get(after)); // read in order
    there.set(i, li);
  };

  // move gives the focus to a tile, and brings it into the window.
  const move = async (i, delta = 0) => {
    i = Math.max(0, Math.min(chain.count - 1, i));
    const row = Math.floor(i / at.columns) * at.row;
    const top = scroller.top();
    if (row < top || row + at.row > top + window.innerHeight - 130) scroller.to(row, delta < 0 ? 140 : 200);
    draw();
    for (let tries = 0; !chain.at(i) && tries < 50; tries++) await new Promise(done => setTimeout(done, 40));
    draw();
    there.get(focus)?.querySelector('a')?.setAttribute('tabindex', '-1');
    focus = i;
    const link = there.get(i)?.querySelector('a');
    link?.setAttribute('tabindex', '0');
    link?.focus({preventScroll: true});
  };

  list.addEventListener('focusin', e => {
    const i = Number(e.target.dataset.index);
    if (Number.isInteger(i)) focus = i;
  });
  list.addEventListener('keydown', e => {
    const forward = getComputedStyle(list).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    const back = forward === 'ArrowLeft' ? 'ArrowRight' : 'ArrowLeft';
    const steps = {[forward]: 1, [back]: -1, ArrowDown: at.columns, ArrowUp: -at.columns};
    const to = e.key === 'Home' ? 0 : e.key === 'End' ? chain.count - 1 : e.key in steps ? focus + steps[e.key] : null;
    if (to === null || e.ctrlKey || e.metaKey || e.altKey || to < 0) return;
    e.preventDefault();
    move(to, to - focus);
  });

  let frame = 0;
  let drawnOffset = 0;
  const scrolled = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      scroller.top();
      if (drawnOffset !== scroller.offset) {
        drawnOffset = scroller.offset;
        for (const [i, li] of there) li.style.top = `${Math.floor(i / at.columns) * at.row - scroller.offset}px`;
      }
      draw();
    });
  };
  window.addEventListener('scroll', scrolled, {passive: true, signal});
  const sized = new ResizeObserver(measure);
  sized.observe(el);
  signal.addEventListener('abort', () => sized.disconnect());
  measure();

  return {
    // jump shows what begins at an index, by a mark of the source.
    jump(mark) {
      chain.begin(mark);
      clear();
      scroller.to(Math.floor(mark.index / at.columns) * at.row, 150);
      draw();
    },
    // renew puts others in the place of what is held, as it is now.
    renew(newCount) {
      const from = chain.from;
      const index = chain.low;
      chain.count = chain.total = newCount;
      chain.begin({from, index});
      for (const li of there.values()) li.dataset.ghost = '1';
      draw();
    },
    count: () => chain.count,
  };
}
