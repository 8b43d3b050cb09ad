// A wall of works, or of items, of one kind: filtered and sorted as the address says.
import {get} from './api.js';
import {h, keepFocus, replace} from './dom.js';
import {grid} from './grid.js';
import {filters, passed} from './filters.js';
import {marks} from './marks.js';
import {ofItem, ofWork, shape, tile} from './tile.js';
import * as live from './live.js';
import {n, words} from './words.js';

const ofItems = new Set(['game', 'video']);

// below is what stands below a work's title.
export function below(work) {
  const who = work.authors || (work.kind === 'album' ? work.artists : null);
  return [who?.join(', '), work.kind === 'series' && work.counts.children ? n(work.counts.children, 'season') : work.year]
    .filter(Boolean).join(' · ');
}

export default async function wall({path, query, main, signal, title}) {
  const kind = path[0];
  const of = ofItems.has(kind) ? 'items' : 'works';
  const name = words.nav[kind];
  title(name);
  const head = h('header.view-head', h('h1', name), h('p.quiet.count', {'aria-live': 'polite'}));
  const bar = h('div.filters');
  const rail = h('nav.rail', {'aria-label': words.wall.jump});
  const box = h('div.wall-box');
  replace(main, head, bar, box, rail);
  let ends = null;
  signal.addEventListener('abort', () => ends?.abort(), {once: true});

  const draw = async now => {
    ends?.abort();
    ends = new AbortController();
    const mine = ends.signal;
    const sort = now.get('sort') || 'title';
    const wanted = {kind, ...passed(now)};
    const facets = await get('facets', {of, by: filters.by(of, sort), ...wanted}, mine);
    const {count} = facets.total;
    replace(head.lastChild, n(count, ...words.wall.things[kind]));
    const refocus = keepFocus(bar);
    filters.draw(bar, {kind, of, query: now, facets: facets.facets, path});
    refocus();
    replace(box);
    const source = {
      page: async ({up, after, from}, s) => {
        const order = up ? (sort.startsWith('-') ? sort.slice(1) : '-' + sort) : sort;
        const page = await get(of, {...wanted, sort: order, limit: 120, after, from}, s);
        return {things: page[of], next: page.next};
      },
    };
    const jumps = marks(sort, facets, count);
    source.enter = jumps.enter;
    if (!count) {
      replace(rail);
      replace(box, h('section.empty', h('h2', words.wall.none), h('p.quiet', words.wall.noneHint)));
      return;
    }
    const make = of === 'works' ? w => tile('works', ofWork(w), below(w)) : i => tile('items', ofItem(i), i.year);
    const shown = grid(box, {source, count, shape: shape(kind), make, label: name, signal: mine});
    rail.classList.toggle('years', /year|added/.test(sort));
    replace(rail, jumps.list.map(m => h('button', {type: 'button', title: m.title, on: {click: () => shown.jump(m)}}, m.label)));
  };
  await draw(query);
  let last = query;
  const concerns = c => (of === 'works' ? c.op === 'delete_work' || c.work?.kind === kind : c.op === 'delete' || c.item?.kind === kind);
  live.follow(signal, concerns, () => window.scrollY < 300 && draw(last), 600); // who is far down is not to be moved
  return {update: now => draw(last = now).catch(err => err.name !== 'AbortError' && console.error(err))};
}
