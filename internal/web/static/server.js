// Who answers: a daemon, or a hub that shows several; what it can be asked for, and what of it is away now.
import {time} from './format.js';
import {h} from './dom.js';
import {words} from './words.js';

let can = new Set();
let away = new Map(); // root → why, for people
const waiting = new Set();

// know takes in what the session says that there is to ask for: search, works, and sources of a hub.
export const know = session => { can = new Set(session.capabilities); };
export const serves = what => can.has(what);

// itemKinds are what walls show where no works are made: the files that they would be made of. Of artists there are none.
export const itemKinds = {movie: 'movie', series: 'episode', album: 'track', audiobook: 'audiobook', book: 'book',
  comic: 'comic'};

// rootText writes a root's name for people. A hub's is SOURCE~ROOT: a daemon, and what that calls it.
export const rootText = name => (serves('sources') ? name.replace('~', ' / ') : name);

// sourceOf is the daemon of a hub's root, and '' elsewhere.
export const sourceOf = name => (serves('sources') ? name.split('~', 1)[0] : '');

// since says when something became so: today by the clock alone.
export function since(text) {
  const date = new Date(text);
  return date.toDateString() === new Date().toDateString() ? time(date).slice(0, 5)
    : date.toLocaleString(undefined, {dateStyle: 'medium', timeStyle: 'short', hour12: false});
}

// learn takes in an answer of /status: what is shown already is marked by it, too.
export function learn({roots, sources = []}) {
  const gone = new Map(sources.filter(s => s.state === 'offline').map(s => [s.name, words.away.source(s.name,
    since(s.since))]));
  const now = new Map(roots.filter(r => r.state === 'offline').map(r => [r.name, gone.get(r.source) ||
    words.away.root(rootText(r.name), r.reason)]));
  const same = now.size === away.size && [...now].every(([name, text]) => away.get(name) === text);
  away = now;
  if (same) return;
  for (const el of document.querySelectorAll('[data-roots]')) mark(el);
  for (const fn of waiting) fn();
}

// onAway calls fn whenever something else is away than before, until the signal ends.
export function onAway(fn, signal) {
  waiting.add(fn);
  signal.addEventListener('abort', () => waiting.delete(fn), {once: true});
}

// awayText says why what lies in some roots cannot be had: each of them is away; '': it can.
export const awayText = roots => (roots?.length && roots.every(name => away.has(name)) ? away.get(roots[0]) : '');

const mark = el => el.toggleAttribute('data-away', Boolean(awayText(el.dataset.roots.split(' '))));

// marked has an element, which shows what lies in some roots, say whether that is away: in another, where one is named.
export function marked(el, roots, at = el) {
  if (!roots?.length) return el;
  el.dataset.roots = roots.join(' ');
  at.append(h('span.away', words.away.mark));
  mark(el);
  return el;
}
