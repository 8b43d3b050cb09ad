// Search as one types: works first, then files that no work holds. An answer that comes late is dropped.
import {get} from './api.js';
import {h, icon, replace} from './dom.js';
import {href} from './router.js';
import {below} from './wall.js';
import {glyph, ofItem, ofWork, tile} from './tile.js';
import {size} from './format.js';
import {words} from './words.js';

const w = words.search;
const most = 30; // of works, and of files: what more there is, all files that match show

export default async function search({query, main, signal, title}) {
  const heading = h('h1', w.title);
  const count = h('p.quiet', {role: 'status'});
  const box = h('div');
  replace(main, h('header.view-head', heading, count), box);
  let asked = null;

  const find = async now => {
    const q = (now.get('q') || '').trim();
    title(q ? `${q} · ${w.title}` : w.title);
    asked?.abort();
    asked = new AbortController();
    const mine = AbortSignal.any ? AbortSignal.any([asked.signal, signal]) : asked.signal;
    if (!q) return replace(box);
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
    replace(count, works.length + items.length ? w.found(works.length, items.length) : w.nothing(q));
    const kinds = new Map(Object.keys(words.kindsMany).filter(k => works.some(x => x.kind === k)).map(k => [k, []]));
    for (const x of works) kinds.get(x.kind)?.push(x);
    replace(box,
      [...kinds].map(([kind, list]) => h('section.shelf', {'aria-label': words.kindsMany[kind]},
        h('header', h('h2', words.kindsMany[kind]), h('span.quiet', list.length)),
        h('ul.tiles', {data: {shape: tileShape(kind)}},
          list.map(x => h('li', tile('works', ofWork(x), below(x) || x.series)))))),
      items.length > 0 && h('section', h('h2', w.files), h('ul.rows', items.map(fileRow))),
      works.length + items.length > 0 && h('p.more-link', h('a', {href: href(['folders'], {q})}, w.all)));
  };

  await find(query);
  return {update: find};
}

const tileShape = kind => (['album', 'artist', 'audiobook', 'track'].includes(kind) ? 'square' : kind === 'episode'
  ? 'wide' : 'poster');

// fileRow is a file in a list.
export function fileRow(i) {
  return h('li', h('a.row', {href: href(['item', i.id])}, icon(glyph(i.kind)),
    h('span.row-name', {dir: 'auto'}, i.title || i.name),
    h('span.row-path', {dir: 'auto'}, `${i.root} / ${i.path}`), h('span.row-size', size(i.size))));
}
