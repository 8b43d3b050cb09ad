// Files that hold the same, what wastes most first.
import {get} from './api.js';
import {size} from './format.js';
import {h} from './dom.js';
import {href} from './router.js';
import {nothing, paged, place} from './machine-parts.js';
import {n, words} from './words.js';

const w = words.machine;

export default async function duplicates({box, signal}) {
  const list = h('ol.groups');
  box.append(h('header.machine-head', h('h2', w.rooms.duplicates), h('p.quiet', w.duplicatesHint)));
  const more = await paged(list, async after => {
    const page = await get('duplicates', {limit: 30, after}, signal);
    return {rows: page.groups.map(group), next: page.next};
  }, signal);
  box.append(list.children.length ? list : nothing(w.noDuplicates), more);
}

function group({size: bytes, wasted, certain, items, items_more: others}) {
  return h('li.card',
    h('p.card-strong', w.copies(n(items.length, 'copy', 'copies'), size(bytes), size(wasted))),
    h('p.quiet', certain ? w.certain : w.probable),
    h('ul.lines', items.map(item => h('li.line', h('a', {href: href(['item', item.id])},
      place(item.root, item.path))))),
    others && h('p.quiet', w.othersToo));
}
