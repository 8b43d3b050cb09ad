// Folders as they lie on disk: what is in one, how large it is, and its files.
import {get} from './api.js';
import {glyph} from './tile.js';
import {h, icon, keepFocus, replace} from './dom.js';
import {href} from './router.js';
import {moment, size} from './format.js';
import * as live from './live.js';
import {fileRow} from './search.js';
import {awayText, marked, onAway, rootText} from './server.js';
import {n, words} from './words.js';

const w = words.folders;

export default async function folders({path, query, main, signal, title}) {
  const [, root, ...parts] = path;
  const under = parts.join('/');
  const q = query.get('q');
  title(parts.at(-1) || rootText(root || '') || words.nav.folders);
  if (q) return found(q, {root, under, main, signal});
  if (!root) return roots({main, signal});
  const head = h('header.view-head', h('h1', {dir: 'auto'}, parts.at(-1) || rootText(root)), h('p.quiet.count'));
  const gone = h('p.error', {role: 'note'});
  const tell = () => {
    replace(gone, awayText([root]));
    gone.hidden = !gone.textContent;
  };
  const list = h('ul.rows', {'aria-label': w.contents});
  const end = h('div.end');
  replace(main, crumbs(root, parts), head, gone, list, end);
  tell();
  onAway(tell, signal);

  let ends = null; // what was drawn before: its files come no more
  signal.addEventListener('abort', () => ends?.abort(), {once: true});
  const draw = async () => {
    ends?.abort();
    ends = new AbortController();
    const mine = ends.signal;
    const {facets, total} = await get('facets', {by: 'folder', root, under}, mine);
    replace(head.lastChild, `${n(total.count, 'file')}, ${size(total.size)}`);
    const below = facets.folder.filter(f => f.value !== null).sort((a,
      b) => String(a.value).localeCompare(String(b.value), undefined, {numeric: true}));
    const refocus = keepFocus(list);
    replace(list, below.map(f => folder(root, under, f)));
    const here = facets.folder.find(f => f.value === null);
    if (here) await files(list, end, {root, under, signal: mine, count: here.count});
    if (!below.length && !here) replace(end, h('p.quiet', w.empty));
    refocus();
  };
  const concerns = c => c.op === 'delete' || (c.item?.root === root && c.item.path.startsWith(under));
  await live.follow(signal, concerns, draw, {again: () => window.scrollY < 300 && draw()});
}

// folder leads to one: its value is its path in the root.
const folder = (root, under, {value, count, size: bytes}) => h('li',
  h('a.row.folder', {href: href(['folders', root, ...value.split('/')])}, icon('folder'),
    h('span.row-name', {dir: 'auto'}, under ? value.slice(under.length + 1) : value),
    h('span.row-path', n(count, 'file')), h('span.row-size', size(bytes))));

// files lists those that lie in a folder itself, page by page as one comes to the end.
async function files(list, end, {root, under, signal, count}) {
  let after;
  let shown = 0;
  const more = async () => {
    while (shown < count && !signal.aborted) {
      const page = await get('items', {root, under, sort: 'path', limit: 500, after}, signal);
      const own = page.items.filter(i => i.path.slice(0, -i.name.length - 1).length === under.length);
      list.append(...own.map(fileItem));
      shown += own.length;
      after = page.next;
      if (!after) shown = count;
      if (own.length) break;
    }
    replace(end);
    if (shown < count) waitFor(end, more, signal);
  };
  await more();
}

function waitFor(end, more, signal) {
  const watch = new IntersectionObserver(seen => {
    if (!seen.some(s => s.isIntersecting)) return;
    watch.disconnect();
    more().catch(() => {});
  }, {rootMargin: '800px'});
  watch.observe(end);
  signal.addEventListener('abort', () => watch.disconnect(), {once: true});
}

const fileItem = i => h('li', h('a.row', {href: href(['item', i.id])}, icon(glyph(i.kind)),
  h('span.row-name', {dir: 'auto'}, i.name),
  h('span.row-path', [words.kinds[i.kind], moment(i.modified_at), i.state === 'missing' &&
    words.work.missingFile].filter(Boolean).join(' · ')),
  h('span.row-size', size(i.size))));

function crumbs(root, parts) {
  const all = [[words.nav.folders, []], [rootText(root), [root]], ...parts.map((p, i) => [p, [root, ...parts.slice(0, i + 1)]])];
  return h('nav.crumbs', {'aria-label': w.where}, h('ol', all.slice(0, -1).map(([text, to]) => h('li', h('a',
    {href: href(['folders', ...to]), dir: 'auto'}, text)))));
}

async function roots({main, signal}) {
  const [{roots}, facets] = await Promise.all([get('status', null, signal), get('facets', {by: 'root'}, signal)]);
  const sums = new Map(facets.facets.root.map(f => [f.value, f]));
  replace(main, h('header.view-head', h('h1', words.nav.folders)),
    h('ul.rows', roots.map(r => {
      const name = h('span.row-name', rootText(r.name));
      return h('li', marked(h('a.row.folder', {href: href(['folders', r.name])}, icon('folder'), name,
        h('span.row-path', {dir: 'auto'}, r.state === 'offline' && !r.source ? `${r.location}: ${r.reason}` : r.location),
        h('span.row-size', `${n(sums.get(r.name)?.count || 0, 'file')}, ${size(sums.get(r.name)?.size || 0)}`)),
      [r.name], name));
    })));
}

async function found(q, {root, under, main, signal}) {
  const list = h('ul.rows');
  const end = h('div.end');
  let after;
  const more = async () => {
    const page = await get('items', {q, root, under, limit: 100, after}, signal);
    list.append(...page.items.map(fileRow));
    after = page.next;
    if (after) waitFor(end, more, signal);
    else replace(end, h('p.quiet', n(list.children.length, 'file')));
  };
  replace(main, h('header.view-head', h('h1', w.found(q))), list, end);
  await more();
}
