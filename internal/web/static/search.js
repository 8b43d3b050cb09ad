// Search as one types: works first, then files that no work holds. What the window has room for is drawn at once; the
// rest, and pictures, when no letter has come for a moment. A tile that was there before stays, with its picture. An
// answer that comes late is dropped.
import {get} from './api.js';
import {h, icon, replace} from './dom.js';
import {href} from './router.js';
import {below} from './wall.js';
import {hold} from './pictures.js';
import {marked, rootText} from './server.js';
import {glyph, ofWork, tile} from './tile.js';
import {size} from './format.js';
import {words} from './words.js';

const w = words.search;
const most = 30; // of works, and of files: what more there is, all files that match show
const pause = 160; // milliseconds after a letter in which the next one may come
const ratios = {poster: 1.5, square: 1, wide: 0.5625};

export default async function search({query, main, signal, title}) {
  const heading = h('h1', w.title);
  const count = h('p.quiet', {role: 'status'});
  const box = h('div');
  replace(main, h('header.view-head', heading, count), box);
  let asked = null;
  let rest = 0; // the timer of what is drawn later
  let tiles = new Map(); // of the answer that is shown, by what they are of
  signal.addEventListener('abort', () => clearTimeout(rest), {once: true});

  const find = async now => {
    const q = (now.get('q') || '').trim();
    title(q ? `${q} · ${w.title}` : w.title);
    asked?.abort();
    clearTimeout(rest);
    asked = new AbortController();
    const mine = AbortSignal.any ? AbortSignal.any([asked.signal, signal]) : asked.signal;
    if (!q) return replace(box);
    hold(pause);
    try {
      const found = await get('search', {q, limit: most, include: 'colour', kind: now.getAll('kind'),
        root: now.getAll('root')}, mine);
      if (!mine.aborted) show(found, q);
    } catch (err) {
      if (err.name === 'AbortError') return;
      replace(count, err.status === 400 ? err.message : err.status ? err.message : words.errors.unreachable);
    }
  };

  const show = ({works, items}, q) => {
    const before = tiles;
    tiles = new Map();
    const kept = (key, make) => {
      const li = before.get(key) || make();
      tiles.set(key, li);
      return li;
    };
    const sections = sectionsOf(works, items, kept);
    const width = box.clientWidth;
    replace(count, works.length + items.length ? w.found(works.length, items.length) : w.nothing(q));
    replace(box);
    if (put(box, sections, width, window.innerHeight)) return end();
    rest = setTimeout(() => {
      put(box, sections, width, Infinity);
      end();
    }, pause);

    function end() {
      if (sections.length) box.append(h('p.more-link', h('a', {href: href(['folders'], {q})}, w.all)));
    }
  };

  await find(query);
  return {update: find};
}

// parts are told apart by what they are parts of.
const parts = new Set(['season', 'episode', 'issue']);

// sectionsOf an answer: {ul, el, shape, of}, and of gives each thing's element when its time has come.
function sectionsOf(works, items, kept) {
  const sections = [];
  for (const kind of Object.keys(words.kindsMany)) {
    const list = works.filter(x => x.kind === kind);
    if (!list.length) continue;
    const shape = tileShape(kind);
    const ul = h('ul.tiles', {data: {shape}});
    sections.push({shape, ul, el: h('section.shelf', {'aria-label': words.kindsMany[kind]},
      h('header', h('h2', words.kindsMany[kind]), h('span.quiet', list.length)), ul),
    of: list.map(x => () => kept(`work ${x.id} ${x.updated_at}`, () => h('li',
      tile('works', ofWork(x), parts.has(kind) && x.series || below(x) || x.series))))});
  }
  if (items.length) {
    const ul = h('ul.rows');
    sections.push({ul, el: h('section', h('h2', w.files), ul),
      of: items.map(x => () => kept(`item ${x.id} ${x.modified_at}`, () => fileRow(x)))});
  }
  return sections;
}

// put draws what a height in pixels has room for of the sections in a box of a width, behind what it has drawn of them
// already, and says whether that is all.
function put(box, sections, width, height) {
  for (const {shape, ul, el, of} of sections) {
    if (height <= 0) return false;
    if (!el.isConnected) box.append(el);
    const columns = shape ? Math.max(shape === 'wide' ? 2 : 3, Math.floor(width / (shape === 'wide' ? 236 : 156))) : 1;
    const row = shape ? width / columns * ratios[shape] + 60 : 40;
    const room = Math.min(of.length, Math.ceil(height / row) * columns);
    ul.append(...of.slice(ul.childElementCount, room).map(make => make()));
    height -= Math.ceil(room / columns) * row + 60;
    if (room < of.length) return false;
  }
  return true;
}

const tileShape = kind => (['album', 'artist', 'audiobook', 'track'].includes(kind) ? 'square' : kind === 'episode'
  ? 'wide' : 'poster');

// fileRow is a file in a list.
export function fileRow(i) {
  const name = h('span.row-name', {dir: 'auto'}, i.title || i.name);
  return h('li', marked(h('a.row', {href: href(['item', i.id])}, icon(glyph(i.kind)), name,
    h('span.row-path', {dir: 'auto'}, `${rootText(i.root)} / ${i.path}`), h('span.row-size', size(i.size))), [i.root],
  name));
}
