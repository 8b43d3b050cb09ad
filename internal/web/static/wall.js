// A wall of works, or of items, of one kind: filtered and sorted as the address says.
import {get} from './api.js';
import {h, keepFocus, replace} from './dom.js';
import {partial} from './format.js';
import {grid} from './grid.js';
import {filters, passed} from './filters.js';
import {marks} from './marks.js';
import {href} from './router.js';
import {itemKinds, serves} from './server.js';
import {ofItem, ofWork, shape, tile} from './tile.js';
import * as live from './live.js';
import {n, words} from './words.js';

const ofItems = new Set(['game', 'video']);

// itemTile is a file's tile. Of an episode the show is its title, and what distinguishes it stands first.
export function itemTile(i) {
  const title = i.kind === 'episode' && (i.episode_title || i.episodes?.map(words.work.episode).join(', ') ||
    i.date && partial(i.date));
  const below = i.kind === 'episode' ? i.title : i.artist || i.authors?.join(', ') || i.series || i.year;
  return tile('items', title ? {...ofItem(i), title} : ofItem(i), below);
}

const nothing = text => h('section.empty', h('h2', text), h('p', h('a.button', {href: href(['folders'])},
  words.nav.folders)));

// below is what stands below a work's title.
export function below(work) {
  const who = work.authors || (work.kind === 'album' ? work.artists : null);
  return [who?.join(', '), work.kind === 'series' && work.counts.children ? n(work.counts.children, 'season')
    : work.year]
    .filter(Boolean).join(' · ');
}

export default async function wall({path, query, main, signal, title}) {
  const wallOf = path[0];
  const of = ofItems.has(wallOf) || !serves('works') ? 'items' : 'works';
  const kind = of === 'works' ? wallOf : itemKinds[wallOf] || wallOf;
  const name = words.nav[wallOf];
  title(name);
  const head = h('header.view-head', h('h1', name), h('p.quiet.count', {'aria-live': 'polite'}));
  const bar = h('div.filters');
  const rail = h('nav.rail', {'aria-label': words.wall.jump});
  const box = h('div.wall-box');
  replace(main, head, bar, box, rail);
  let ends = null;
  let there = null; // {query, wall, source}: what is shown
  signal.addEventListener('abort', () => ends?.abort(), {once: true});

  const make = of === 'works' ? w => tile('works', ofWork(w), below(w)) : itemTile;

  const draw = async now => {
    if (of === 'items' && kind === 'artist') return replace(box, nothing(words.wall.notMade));
    const query = now.toString();
    if (there?.query !== query) {
      ends?.abort();
      ends = new AbortController();
      there = null;
    }
    const mine = ends.signal;
    const sort = now.get('sort') || 'title';
    const wanted = {kind, ...passed(now)};
    const facets = await get('facets', {of, by: filters.by(of, sort), ...wanted}, mine);
    const {count} = facets.total;
    replace(head.lastChild, n(count, ...words.wall.things[kind]));
    const refocus = keepFocus(bar);
    filters.draw(bar, {kind, of, query: now, facets: facets.facets, path});
    refocus();
    if (!count) {
      there = null;
      replace(rail);
      replace(box, Object.keys(passed(now)).length ? h('section.empty', h('h2', words.wall.none),
        h('p.quiet', words.wall.noneHint)) : nothing(words.wall.empty));
      return;
    }
    const jumps = marks(sort, facets, count);
    if (there) {
      there.source.enter = jumps.enter;
      there.wall.renew(count);
    } else {
      there = begin(query, count, {sort, wanted, enter: jumps.enter}, mine);
    }
    const {wall} = there;
    const back = keepFocus(rail);
    rail.classList.toggle('years', /year|added/.test(sort));
    replace(rail, jumps.list.map(m => h('button', {type: 'button', title: m.title, on: {click: () => wall.jump(m)}},
      m.label)));
    back();
  };

  // begin makes a wall. What changes later is put into it: nothing moves under who looks, and the focus stays.
  const begin = (query, count, {sort, wanted, enter}, mine) => {
    replace(box);
    const source = {
      enter,
      page: async ({up, after, from}, s) => {
        const order = up ? (sort.startsWith('-') ? sort.slice(1) : '-' + sort) : sort;
        const page = await get(of, {...wanted, sort: order, limit: 120, after, from, include: 'colour'}, s);
        return {things: page[of], next: page.next};
      },
    };
    return {query, source, wall: grid(box, {source, count, shape: shape(kind), make, label: name, signal: mine})};
  };
  let last = query;
  const concerns = c => (of === 'works' ? c.op === 'delete_work' || c.work?.kind === kind : c.op === 'delete' ||
    c.item?.kind === kind);
  const again = () => window.scrollY < 300 && draw(last); // who is far down is not to be moved
  await live.follow(signal, concerns, () => draw(last), {again, pause: 600});
  return {update: now => draw(last = now).catch(err => err.name !== 'AbortError' && console.error(err))};
}
