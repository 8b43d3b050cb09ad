// Photos by day, months after one another, with a timeline that jumps through the years. A month is laid out when one
// comes near it, and empties when one is far.
import {get} from './api.js';
import {day} from './format.js';
import {passed} from './filters.js';
import {h, replace} from './dom.js';
import {href} from './router.js';
import {look} from './player.js';
import {ofItem, art} from './tile.js';
import {marked} from './server.js';
import * as live from './live.js';
import {n, words} from './words.js';

const w = words.photos;
const kinds = ['photo', 'image'];
const heading = 58; // pixels of a day's heading
const gap = 6; // and between photos

let focused = null; // the address of the photo that had the focus when all was drawn anew, until it has it again

export default async function photos({query, main, signal, title, path}) {
  title(words.nav.photo);
  focused = null;
  const count = h('p.quiet.count');
  const bar = h('div.filters');
  const box = h('div.photo-box');
  const rail = h('nav.rail.years', {'aria-label': w.timeline});
  replace(main, h('header.view-head', h('h1', words.nav.photo), count), bar, box, rail);
  let ends = null;
  const sized = new ResizeObserver(() => box.style.setProperty('--tile', `${layout(box).tile}px`));
  sized.observe(box);
  signal.addEventListener('abort', () => {
    ends?.abort();
    sized.disconnect();
  }, {once: true});

  const draw = async now => {
    ends?.abort();
    ends = new AbortController();
    const wanted = {kind: kinds, ...passed(now)};
    const {facets, total} = await get('facets', {by: 'taken_month,camera', ...wanted}, ends.signal);
    replace(count, n(total.count, 'picture'));
    cameras(bar, facets.camera, now, path);
    const months = facets.taken_month.sort((a, b) => (a.value === null ? 1 : b.value === null ? -1 : a.value < b.value
      ? 1 : -1));
    const at = document.activeElement; // the body, where what was drawn before has not given the focus back yet
    if (at !== document.body) focused = box.contains(at) ? at.getAttribute('href') : null;
    replace(box);
    if (!months.length) replace(box, h('section.empty', h('h2', words.wall.none)));
    const all = months.map(m => month(m, wanted, ends.signal));
    box.append(...all.map(m => m.el));
    near(all, ends.signal);
    years(rail, all);
  };
  const concerns = c => c.op === 'delete' || kinds.includes(c.item?.kind);
  await live.follow(signal, concerns, () => draw(query), {again: () => window.scrollY < 300 && draw(query)});
  return {update: now => draw(query = now).catch(() => {})};
}

function cameras(bar, values, query, path) {
  const known = values.filter(v => v.value !== null).slice(0, 40);
  const chosen = query.get('camera') || '';
  const change = e => { location.hash = href(path, e.target.value ? {camera: e.target.value} : {}); };
  replace(bar, known.length > 1 || chosen ? h('label.choice', h('span', w.camera), h('select', {on: {change}},
    [['', words.filters.any], ...known.map(v => [v.value, `${v.value} (${v.count})`])].map(([v, text]) => h('option',
      {value: v, selected: v === chosen}, text)))) : null);
}

// layout of photos in an element: as many columns as there is room for, three at least.
function layout(el) {
  const width = (el?.clientWidth || 1000) - 1; // which may have been rounded up
  const least = Math.min(width * 0.31, width < 2600 ? 150 : 230);
  const columns = Math.floor((width + gap) / (least + gap));
  return {columns, tile: Math.floor((width + gap) / columns * 100) / 100 - gap};
}

// month is a stretch of the timeline: as tall as it is thought to be, until it is laid out. Where all its photos lie in
// one row, others may stand beside it.
function month({value, count}, wanted, signal) {
  const el = h('section.month', {'aria-label': value && nameOf(value), data: {month: value || ''},
    vars: {count}});
  const m = {el, value, count, shown: false};
  const guess = () => {
    const at = layout(el.parentElement);
    el.style.minHeight = `${heading + Math.ceil(count / at.columns) * (at.tile + gap)}px`;
  };
  m.guess = guess;
  m.show = async () => {
    if (m.shown) return;
    m.shown = true;
    const only = value ? {taken: value} : {not_taken: '..9999'};
    await more(m, {...wanted, ...only, sort: value ? '-taken' : 'path', limit: 300,
      include: 'colour'}, signal);
  };
  m.hide = () => {
    if (!m.shown || el.contains(document.activeElement)) return;
    el.style.minHeight = `${el.offsetHeight}px`;
    m.shown = false;
    m.items = null;
    replace(el);
  };
  return m;
}

async function more(m, params, signal) {
  m.items = [];
  for (let after; m.shown && !signal.aborted;) {
    const page = await get('items', {...params, after}, signal).catch(() => null);
    if (!page || !m.items) return;
    m.items.push(...page.items);
    layOut(m);
    after = page.next;
    if (!after) break;
    await passedBy(m.el, signal);
  }
  if (m.items) m.el.style.minHeight = '';
}

// passedBy waits until one is near the end of a long month.
function passedBy(el, signal) {
  return new Promise(resolve => {
    const end = h('div.end');
    el.append(end);
    const watch = new IntersectionObserver(seen => {
      if (!seen.some(s => s.isIntersecting)) return;
      watch.disconnect();
      resolve();
    }, {rootMargin: '1500px'});
    watch.observe(end);
    signal.addEventListener('abort', () => { watch.disconnect(); resolve(); }, {once: true});
  });
}

function layOut(m) {
  const days = new Map();
  m.items.forEach((item, i) => {
    const d = item.taken_at?.slice(0, 10) || '';
    days.set(d, [...days.get(d) || [], [item, i]]);
  });
  replace(m.el, [...days].map(([d, list]) => h('section.day', {'aria-label': d ? day(d) : w.undated,
    vars: {count: list.length}},
    h('h2', d ? day(d) : w.undated, list.length > 1 && h('span.quiet', list.length)),
    h('ul.photos', list.map(([item, i]) => h('li', photo(item, () => look(m.items, i))))))));
  const link = focused && document.activeElement === document.body && m.el.querySelector(`a[href="${focused}"]`);
  if (link) {
    focused = null;
    link.focus({preventScroll: true});
  }
}

function photo(item, open) {
  const name = [item.title || item.name, item.taken_at?.slice(11, 16)].filter(Boolean).join(', ');
  const click = e => {
    if (e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    open();
  };
  return marked(h('a.photo', {href: href(['item', item.id]), on: {click}},
    art('items', {...ofItem(item), title: item.title || item.name}), h('span.sr', name)), [item.root]);
}

const nameOf = value => new Date(`${value}-01T00:00:00Z`).toLocaleDateString(undefined,
  {timeZone: 'UTC', month: 'long', year: 'numeric'});

function near(all, signal) {
  const by = new Map(all.map(m => [m.el, m]));
  for (const m of all) m.guess();
  const watch = new IntersectionObserver(seen => {
    for (const s of seen) (s.isIntersecting ? by.get(s.target).show() : by.get(s.target).hide());
  }, {rootMargin: '1200px'});
  for (const m of all) watch.observe(m.el);
  signal.addEventListener('abort', () => watch.disconnect(), {once: true});
}

// years are the timeline: each as long as it has pictures, and never too short to be hit.
function years(rail, all) {
  const sums = new Map();
  for (const m of all) {
    const year = m.value?.slice(0, 4) || '?';
    const sum = sums.get(year) || {count: 0, first: m};
    sum.count += m.count;
    sums.set(year, sum);
  }
  replace(rail, sums.size > 1 ? [...sums].map(([year, {count, first}]) => h('button', {
    type: 'button', 'aria-label': `${year === '?' ? w.undated : year}: ${n(count, 'picture')}`,
      vars: {share: Math.sqrt(count)},
    on: {click: () => {
      first.el.scrollIntoView({block: 'start'});
      first.show().then(() => first.el.scrollIntoView({block: 'start'}));
    }},
  }, year)) : []);
}
