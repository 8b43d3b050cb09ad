// A wall of works of one kind.
import {get} from './api.js';
import {h, replace} from './dom.js';
import {ofWork, tile} from './tile.js';
import {n, words} from './words.js';

// below is what stands below a work's title.
export function below(work) {
  const who = work.authors || (work.kind === 'album' ? work.artists : null);
  return [who?.join(', '), work.kind === 'series' && work.counts.children ? n(work.counts.children, 'season') : work.year]
    .filter(Boolean).join(' · ');
}

export default async function wall({path, query, main, signal, title}) {
  const name = words.nav[path[0]];
  title(name);
  const page = await get('works', {kind: path[0], sort: query.get('sort'), limit: 200}, signal);
  replace(main, h('h1', name), h('ul.wall', page.works.map(w => h('li', tile('works', ofWork(w), below(w))))));
}
