// What is new, as shelves; what a library looks like when one comes in.
import {get} from './api.js';
import {anew, h, replace} from './dom.js';
import {href} from './router.js';
import {ofItem, ofWork, tile} from './tile.js';
import {itemKinds, serves} from './server.js';
import {below, itemTile} from './wall.js';
import * as live from './live.js';
import {words} from './words.js';

const w = words.home;
const shelves = Object.keys(w.recent);

export default async function home({main, signal, title}) {
  title('');
  const made = serves('works');
  const box = replace(main, h('h1.sr', 'catalogizerd'), h('div.shelves')).lastElementChild;
  const draw = async () => {
    const newest = (of, kind) => get(of, {kind, sort: '-added', limit: 24, include: 'colour'}, signal);
    const [photos, ...found] = await Promise.all([newest('items', 'photo'),
      ...shelves.map(kind => (made ? newest('works', kind) : newest('items', itemKinds[kind])))]);
    const all = shelves.map((kind, i) => shelf(w.recent[kind], kind, made
      ? found[i].works.map(x => tile('works', ofWork(x), below(x)))
      : found[i].items.map(itemTile)));
    all.splice(2, 0, shelf(w.photos, 'photo', photos.items.map(x => tile('items', ofItem(x), x.taken_at?.slice(0,
      10)))));
    const there = all.filter(Boolean);
    anew(box, there.length ? there : h('section.empty', h('h2', w.empty), h('p.quiet', w.emptyHint)));
  };
  await live.follow(signal, c => !made || c.op !== 'upsert' || c.item?.kind === 'photo', draw, {pause: 1500});
}

function shelf(name, kind, tiles) {
  if (!tiles.length) return null;
  return h('section.shelf', {'aria-label': name},
    h('header', h('h2', name), h('a', {href: href([kind]), 'aria-label': `${name}: ${w.all}`}, w.all)),
    h('ul.shelf-row', {data: {shape: tiles[0].dataset.shape}}, tiles.map(t => h('li', t))));
}
