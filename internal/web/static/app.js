// The page's frame: header, navigation, the line of truth, keys; and which view fills the rest.
import * as api from './api.js';
import * as live from './live.js';
import {bind, listen} from './keys.js';
import {h, icon, replace} from './dom.js';
import {go, href, parse, route} from './router.js';
import {refresh, truth} from './truth.js';
import {themeButton, nextTheme} from './theme.js';
import {showKeys} from './help.js';
import {itemKinds, know, serves} from './server.js';
import {words} from './words.js';

// views by the first part of the address; each module is loaded when it is first gone to, and its default export is
// view({path, query, main, signal, title, session}).
const views = {
  '': () => import('./home.js'),
  movie: () => import('./wall.js'),
  series: () => import('./wall.js'),
  album: () => import('./wall.js'),
  artist: () => import('./wall.js'),
  audiobook: () => import('./wall.js'),
  book: () => import('./wall.js'),
  comic: () => import('./wall.js'),
  game: () => import('./wall.js'),
  video: () => import('./wall.js'),
  photo: () => import('./photos.js'),
  work: () => import('./work.js'),
  item: () => import('./item.js'),
  folders: () => import('./folders.js'),
  search: () => import('./search.js'),
  machine: () => import('./machine.js'),
};

const places = [
  ['home', '', 'h'], ['movie', 'movie', 'f'], ['series', 'series', 's'], ['album', 'album', 'm'],
    ['artist', 'artist', 'i'], ['audiobook', 'audiobook', 'a'],
  ['photo', 'photo', 'p'], ['video', 'video', 'v'], ['book', 'book', 'b'], ['comic', 'comic', 'c'],
    ['game', 'game', 'y'],
  ['folders', 'folders', 'd'], ['machine', 'machine', 'r'],
];

const always = new Set(['home', 'folders', 'machine']);

let main, nav, search, session, shown = null;

function frame() {
  nav = h('nav.nav', {'aria-label': words.nav.main}, h('ul', places.map(([name, path]) =>
    h('li', {data: {name}, hidden: !always.has(name)},
      h('a', {href: href(path ? [path] : [])}, icon(name === 'folders' ? 'folder' : name === 'video' ? 'play' : name),
        h('span', words.nav[name]))))));
  main = h('main', {id: 'main', tabindex: '-1'});
  search = h('input', {
    type: 'search', id: 'search', placeholder: words.nav.search, 'aria-label': words.nav.search, autocomplete: 'off',
      spellcheck: 'false',
    enterkeyhint: 'search', dir: 'auto', on: {input: typedSearch, keydown: leaveSearch},
  });
  const bar = h('header.bar',
    h('a.brand', {href: '#/', 'aria-label': 'catalogizerd'},
      h('img', {src: new URL('icon.svg', import.meta.url).href, alt: '', width: 24, height: 24}),
      h('span', 'catalogizerd')),
    h('div.search', {role: 'search'}, icon('search'), search, h('kbd', {'aria-hidden': 'true'}, '/')),
    h('div.tools', themeButton(),
      h('button.tool', {type: 'button', title: words.keys.open, 'aria-label': words.keys.open, on: {click: showKeys}},
        icon('keys'))));
  replace(document.getElementById('app'),
    h('a.skip', {href: '#main', on: {click: e => { e.preventDefault(); main.focus(); }}}, words.nav.skip),
    bar, truth(), nav, main);
}

// typedSearch leads to what is found, without a step in the history for each letter.
function typedSearch() {
  const q = search.value;
  const here = parse(location.hash);
  const searching = here.path[0] === 'search';
  if (!q.trim()) {
    if (searching) history.back();
    return;
  }
  const query = searching ? here.query : new URLSearchParams();
  query.set('q', q);
  go(href(['search'], query), searching);
}

function leaveSearch(e) {
  if (e.key === 'Escape') {
    search.value = '';
    search.blur();
    main.focus();
  } else if (e.key === 'ArrowDown') {
    e.preventDefault();
    main.querySelector('a, button')?.focus();
  }
}

// show fills the page with a view. Where only the query differs, the view itself follows.
async function show(place) {
  if (!session || (session.token_needed && session.access === 'none')) return;
  const key = place.path.join('/');
  if (shown?.key === key && shown.view?.update) return shown.view.update(place.query);
  const focused = shown && document.activeElement !== search;
  leave();
  const ends = new AbortController();
  const mine = shown = {key, ends, view: null};
  mark(place.path[0] || 'home');
  if (place.path[0] !== 'search') search.value = '';
  else if (document.activeElement !== search) search.value = place.query.get('q') || '';
  replace(main);
  main.dataset.view = place.path[0] || 'home';
  document.documentElement.dataset.busy = '';
  try {
    const load = views[place.path[0] || ''];
    if (!load) throw new api.Problem(404, 'nowhere', words.errors.nowhere);
    const module = await load();
    if (mine !== shown) return;
    mine.view = await module.default({...place, main, signal: ends.signal, title, session});
    if (mine !== shown) return;
    if (focused) main.focus({preventScroll: true});
    restoreScroll();
  } catch (err) {
    if (mine === shown && err.name !== 'AbortError') failed(err, place);
  } finally {
    if (mine === shown) delete document.documentElement.dataset.busy;
  }
}

const scrolls = new Map();
let lastHash = location.hash;
let popped = false;
window.addEventListener('popstate', () => { popped = true; });

function leave() {
  scrolls.set(lastHash, window.scrollY);
  lastHash = location.hash;
  shown?.ends.abort();
  shown = null;
}

function restoreScroll() {
  window.scrollTo(0, popped ? scrolls.get(location.hash) || 0 : 0);
  popped = false;
}

function title(text) {
  document.title = text ? `${text} · catalogizerd` : 'catalogizerd';
}

function mark(name) {
  for (const li of nav.querySelectorAll('li')) {
    const a = li.firstElementChild;
    if (li.dataset.name === name) {
      a.setAttribute('aria-current', 'page');
      li.hidden = false;
      a.scrollIntoView?.({block: 'nearest', inline: 'nearest'});
    } else {
      a.removeAttribute('aria-current');
    }
  }
}

function failed(err, place) {
  if (err.status === 401) return;
  const stale = err instanceof TypeError && /import|module/i.test(err.message); // the assets of another release
  const text = stale ? words.errors.stale : err.status === 0 ? words.errors.unreachable : err.message;
  const again = stale ? () => location.reload() : () => { shown = null; show(place); };
  const heading = err.status === 404 ? words.errors.nowhere : words.errors.title;
  replace(main, h('section.failure', {role: 'alert'}, h('h1', heading), text !== heading && h('p', text),
    h('p', h('button.button', {type: 'button', on: {click: again}}, stale ? words.errors.reload : words.errors.again),
      ' ',
      h('a.button', {href: '#/'}, words.errors.home))));
  title(words.errors.title);
  if (err.status === 0) live.on('state', s => s === 'live' && shown?.ends && again(), shown?.ends.signal);
}

// kindsThatAre shows in the navigation what there is to look at.
async function kindsThatAre() {
  const made = serves('works');
  const [works, items] = await Promise.all([
    made && api.get('facets', {of: 'works', by: 'kind'}),
    api.get('facets', {by: 'kind', kind: made ? 'photo,image,game,video' : null}),
  ]);
  const there = new Set([...works ? works.facets.kind : [], ...items.facets.kind].map(f => f.value));
  if (!made) for (const [wall, kind] of Object.entries(itemKinds)) if (there.has(kind)) there.add(wall);
  if (there.has('image')) there.add('photo');
  let others = false;
  for (const li of nav.querySelectorAll('li')) {
    const here = li.firstElementChild.hasAttribute('aria-current');
    const hidden = !(here || always.has(li.dataset.name) || there.has(li.dataset.name));
    others ||= hidden !== li.hidden;
    li.hidden = hidden;
  }
  if (others && !window.scrollY) { // the place that one is at may have been pushed out of a narrow window
    nav.querySelector('[aria-current]')?.scrollIntoView?.({block: 'nearest', inline: 'nearest'});
  }
}

let kindsTimer = 0;

function begin() {
  live.start();
  refresh();
  kindsThatAre().catch(() => {});
  live.on('changes', () => { kindsTimer ||= setTimeout(() => { kindsTimer = 0; kindsThatAre().catch(() => {}); },
    3000); });
  route(show);
}

async function logIn() {
  live.stop();
  const {loginForm} = await import('./login.js');
  leave();
  nav.hidden = true;
  document.querySelector('.truth-line').hidden = true; // nobody may be told how the catalog stands
  replace(main, loginForm(async () => {
    session = await api.session();
    location.reload();
  }));
}

async function boot() {
  frame();
  listen();
  bind('/', () => { search.focus(); search.select(); });
  bind('?', showKeys);
  bind('t', nextTheme);
  bind('Backspace', () => history.back());
  for (const [, path, key] of places) bind('g ' + key, () => go(href(path ? [path] : [])));
  api.onUnauthorized(logIn);
  window.addEventListener('online', () => live.retryNow());
  document.addEventListener('visibilitychange', () => document.hidden || live.retryNow());
  live.on('resync', () => { const again = shown; if (again) { shown = null; show(parse(location.hash)); } });
  for (;;) {
    try {
      session = await api.session();
      break;
    } catch {
      replace(main, h('p.quiet', {role: 'status'}, words.errors.unreachable));
      await api.sleep(2000);
    }
  }
  know(session);
  search.parentElement.hidden = !serves('search');
  if (session.access === 'none') await logIn();
  else begin();
}

boot();
