// The machine room: its own navigation, and which of its rooms is shown. Each is a module, loaded when it is first gone
// to.
import {get} from './api.js';
import {h, replace} from './dom.js';
import {href} from './router.js';
import {onStatus} from './truth.js';
import {words} from './words.js';

const w = words.machine;

// rooms by the second part of the address; each default export is room({path, query, box, signal, may}).
const rooms = {
  '': () => import('./machine-roots.js'),
  held: () => import('./machine-held.js'),
  failed: () => import('./machine-failed.js'),
  duplicates: () => import('./machine-duplicates.js'),
  space: () => import('./machine-space.js'),
  changes: () => import('./machine-changes.js'),
  config: () => import('./machine-config.js'),
  notify: () => import('./machine-notify.js'),
};

export default async function machine({path, query, main, signal, title, session}) {
  const name = path[1] || '';
  const load = rooms[name];
  if (!load) throw Object.assign(new Error(words.errors.nowhere), {status: 404});
  title(name ? `${w.rooms[name]} · ${words.nav.machine}` : words.nav.machine);
  const [room] = await Promise.all([load(), styled(), told(name)]);
  signal.throwIfAborted();
  const may = session.access === 'full';
  const box = h('div.machine');
  replace(main, h('h1', words.nav.machine), tabs(name, signal),
    may ? null : h('p.machine-note', {id: 'read-only'}, w.readOnly), box);
  main.querySelector('.tabs [aria-current]')?.scrollIntoView({block: 'nearest', inline: 'nearest'});
  return room.default({path: path.slice(2), query, box, signal, may});
}

// styled waits for the room's own styles, which the library does not need.
let styles;
function styled() {
  styles ||= new Promise((resolve, reject) => {
    const link = h('link', {rel: 'stylesheet', href: new URL('machine.css', import.meta.url).href});
    link.onload = resolve;
    link.onerror = () => {
      styles = null;
      link.remove();
      reject(new Error(words.errors.stale));
    };
    document.head.append(link);
  });
  return styles;
}

// told finds out whether other programs are told: who asks for nothing of the kind sees no word of it.
let targets = null;
async function told(name) {
  if (targets !== null || name === 'notify') return;
  try {
    targets = (await get('notify')).length;
  } catch (err) {
    if (err.status === 404) targets = 0;
  }
}

function tabs(current, signal) {
  const counts = {};
  const list = h('ul', Object.keys(rooms).filter(name => name !== 'notify' || targets ||
    current === 'notify').map(name => {
    counts[name] = h('span.count', {hidden: true});
    return h('li', h('a', {href: href(['machine', name].filter(Boolean)), 'aria-current': name === current && 'page'},
      w.rooms[name], counts[name]));
  }));
  const count = (name, n) => {
    counts[name].hidden = !n;
    counts[name].textContent = n.toLocaleString();
  };
  onStatus(status => {
    count('held', status.roots.reduce((sum, root) => sum + (root.held?.count || 0), 0));
    count('failed', status.counts.failed);
  }, signal);
  return h('nav.tabs', {'aria-label': words.nav.machine}, list);
}
