// The line of truth: what the catalog says of itself, at this moment.
import {get} from './api.js';
import {duration, time} from './format.js';
import * as live from './live.js';
import {h, replace} from './dom.js';
import {learn, rootText} from './server.js';
import {words} from './words.js';

const w = words.truth;

let status = null; // as it was told last
let asked = 0;
let timer = 0;
const waiting = new Set();

// latest gives the last answer of /status, null before the first.
export const latest = () => status;

// onStatus calls fn with each answer of /status until the signal ends.
export function onStatus(fn, signal) {
  waiting.add(fn);
  signal?.addEventListener('abort', () => waiting.delete(fn), {once: true});
  if (status) fn(status);
}

// refresh asks for the status soon: at once, or when half a second has passed since it was last asked.
export function refresh() {
  if (timer) return;
  timer = setTimeout(ask, Math.max(0, asked + 500 - Date.now()));
}

async function ask() {
  asked = Date.now();
  try {
    status = await get('status');
    learn(status);
    for (const fn of waiting) fn(status);
  } catch { /* the line says that the feed is lost */ }
  timer = 0;
  if (status && !status.idle && live.state === 'live') timer = setTimeout(ask, 1000);
}

// say tells what a status means: {kind, text, more}.
function say() {
  if (live.state === 'lost') return {kind: 'lost', text: w.lost, more: []};
  if (!status) return {kind: 'asking', text: w.asking, more: []};
  const more = [];
  const named = roots => roots.map(r => rootText(r.name)).join(', ');
  const gone = (status.sources || []).filter(s => s.state === 'offline').map(s => s.name);
  const away = status.roots.filter(r => r.state === 'offline' && !gone.includes(r.source));
  const held = status.roots.filter(r => r.held);
  if (gone.length) more.push({text: w.sources(gone.join(', ')), kind: 'warn'});
  if (away.length) more.push({text: w.offline(named(away)), kind: 'warn'});
  if (held.length) more.push({text: w.held(named(held)), kind: 'warn'});
  if (status.counts.failed) more.push({text: w.failed(status.counts.failed), kind: 'note'});
  if (status.health) return {kind: 'bad', text: w.health(status.health), more};
  // What was asked once is true of that moment; only who follows the feed may say that nothing has changed since.
  if (live.state !== 'live') return {kind: 'asking', text: w.asking, more};
  if (status.idle) return {kind: 'settled', text: w.settled(time(settledAt())), more};
  return {kind: 'busy', more, ...underWay(named)};
}

// settledAt is when it was last known: the feed says at least every 30 seconds that nothing is missing.
const settledAt = () => new Date(Math.max(live.heard || 0, asked));

function underWay(named) {
  const scanned = status.roots.filter(r => r.scanning);
  if (scanned.length) {
    const scans = scanned.map(r => r.last_scan).filter(s => s && !s.finished_at);
    const files = scans.reduce((sum, s) => sum + s.files, 0);
    const eta = Math.max(...scans.map(s => s.eta_seconds || 0), 0);
    const total = scanned.reduce((sum, r) => sum + r.items, 0);
    return {
      text: w.scanning(named(scanned), files) + (eta ? w.eta(duration(eta)) : ''),
      part: eta && total ? Math.min(1, files / Math.max(total, files)) : null,
    };
  }
  const {pending, items} = status.counts;
  if (pending) return {text: w.pending(pending), part: items ? 1 - pending / items : null};
  if (status.lag.works) return {text: w.works};
  if (status.lag.search) return {text: w.indexing};
  return {text: w.busy};
}

// truth makes the line.
export function truth() {
  const text = h('span.truth-text');
  const more = h('span.truth-more');
  const bar = h('span.truth-bar', {hidden: true});
  const spoken = h('span.sr', {role: 'status'});
  const line = h('a.truth', {href: '#/machine'}, h('span.truth-dot'), text, more, bar);
  let last = null;
  const show = () => {
    const now = say();
    line.dataset.kind = now.kind;
    text.textContent = now.text;
    replace(more, now.more.map(m => [' ', h('span.truth-note', {data: {kind: m.kind}}, m.text)]));
    bar.hidden = now.part === null || now.part === undefined;
    bar.style.setProperty('--part', now.part || 0);
    if (last !== now.kind) spoken.textContent = now.text; // each second would be too much to listen to
    last = now.kind;
  };
  onStatus(show);
  live.on('state', s => {
    if (s === 'live') refresh();
    show();
  });
  for (const name of ['changes', 'scan', 'root']) live.on(name, refresh);
  live.on('bookmark', () => (status?.idle ? show() : refresh()));
  show();
  refresh();
  return h('section.truth-line', {'aria-label': w.label}, line, spoken);
}
