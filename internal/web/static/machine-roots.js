// A card a root: how it is, how it is watched, what was found when it was looked through last, and what can be done.
import {get, post, remove} from './api.js';
import {duration, moment, time} from './format.js';
import {h} from './dom.js';
import * as live from './live.js';
import {href} from './router.js';
import {latest, onStatus, refresh} from './truth.js';
import {act, answered, say, sure} from './machine-parts.js';
import {sources} from './machine-sources.js';
import {rootText, serves} from './server.js';
import {n, words} from './words.js';

const w = words.machine;

export default async function roots({box, signal, may}) {
  const health = h('p.machine-alert', {role: 'alert', hidden: true});
  const facts = h('dl.figures');
  const list = serves('sources') ? sources() : {el: h('div.cards'), of: () => list.el, update: () => {}};
  const cards = new Map();
  box.append(health, h('h2.sr', w.rooms['']), list.el, facts);
  const show = status => {
    health.hidden = !status.health;
    say(health, status.health ? w.health(status.health) : '');
    daemonFacts(facts, status);
    list.update(status);
    for (const root of status.roots) {
      if (!cards.has(root.name)) cards.set(root.name, card(root.name, may, signal));
      const {el, update} = cards.get(root.name);
      update(root);
      if (!el.isConnected) list.of(root).append(el);
    }
    for (const [name, {el}] of cards) if (!status.roots.some(root => root.name === name)) el.remove();
  };
  show(latest() || await get('status', null, signal));
  onStatus(show, signal);
  live.on('root', root => cards.get(root.name)?.update(root), signal);
  live.on('scan', scan => cards.get(scan.root)?.scan(scan), signal);
}

function daemonFacts(dl, {instance, version, started_at, counts, lag}) {
  const rows = [
    [w.facts.items, counts.items.toLocaleString()], [w.facts.missing, counts.missing.toLocaleString()],
    [w.facts.pending, counts.pending.toLocaleString()], [w.facts.failed, counts.failed.toLocaleString()],
    [w.facts.lag, (lag.works + lag.search).toLocaleString()], [w.facts.name, instance.name],
    [w.facts.version, version], [w.facts.since, moment(started_at)],
  ];
  if (!dl.children.length) dl.append(...rows.map(([name]) => h('div', h('dt', name), h('dd', {dir: 'auto'}))));
  rows.forEach(([, value], i) => say(dl.children[i].lastElementChild, value));
}

// sourceAway says whether the daemon of a hub's root is away.
const sourceAway = root => Boolean(latest()?.sources?.some(s => s.name === root.source && s.state === 'offline'));

// card makes a root's card; what is in it stays, and only what it says changes, so that nobody loses the focus.
function card(name, may, signal) {
  const id = 'root-' + name;
  const state = h('span.state');
  const reason = h('p.reason', {hidden: true});
  const where = h('code.location', {dir: 'ltr'});
  const answer = answered();
  const ask = (fn, told) => answer.of(async () => {
    await fn();
    refresh();
    return told;
  });
  const parts = [offer(name, may, answer), held(name), breaker(name, may, ask, signal), scanning(name, may, ask)];
  const rows = figures();
  const el = h('article.card', {'aria-labelledby': id},
    h('header', h(serves('sources') ? 'h4' : 'h3', {id, dir: 'auto'}, rootText(name)), state), where, reason,
    parts.map(part => part.el), rows.el,
    h('footer', act(w.scan, may, () => ask(() => post(`roots/${encodeURIComponent(name)}/scan`), w.queued),
      {data: {act: 'scan'}}),
      act(w.fullScan, may, () => ask(() => post(`roots/${encodeURIComponent(name)}/scan`, {full: true}), w.queued),
        {title: w.fullScanHint})),
    answer.line);
  let last = null;
  const update = root => {
    const gone = sourceAway(root);
    last = root;
    const kind = root.state === 'offline' ? 'bad' : root.held || root.skipped.unreadable ? 'warn' : 'good';
    el.dataset.kind = kind;
    state.dataset.kind = kind;
    say(state, root.state === 'offline' ? w.offline : root.scanning ? w.scanningNow : root.held ? w.holding : w.online);
    say(where, root.location);
    reason.hidden = !root.reason || gone; // which the source's card says
    say(reason, root.reason);
    for (const part of parts) part.update(root, gone);
    rows.update(gone ? {...root, watch: null} : root);
  };
  const scan = s => {
    if (!last || (last.last_scan && s.id < last.last_scan.id)) return;
    update({...last, last_scan: s, scanning: !s.finished_at});
  };
  return {el, update, scan};
}

// figures are what there is to know of a root, a line each.
function figures() {
  const rows = ['items', 'watch', 'share', 'scan', 'skipped'].map(name => {
    const value = h('dd');
    return {name, value, el: h('div', h('dt', w.figures[name]), value)};
  });
  const el = h('dl', rows.map(row => row.el));
  const examples = h('ul.examples', {hidden: true});
  const open = h('details', {hidden: true}, h('summary', w.examples), examples);
  const update = root => {
    const says = {items: root.items.toLocaleString(), watch: root.watch && watchText(root.watch), share: shareText(root.breaker),
      scan: scanText(root.last_scan), skipped: skippedText(root.skipped)};
    for (const row of rows) {
      row.el.hidden = !says[row.name];
      say(row.value, says[row.name] || '');
    }
    const list = root.skipped.examples;
    open.hidden = examples.hidden = !list.length;
    if (examples.dataset.of !== String(list)) examples.replaceChildren(...list.map(path => h('li', {dir: 'auto'},
      path)));
    examples.dataset.of = String(list);
  };
  return {el: h('div', el, open), update};
}

function watchText({mode, directories, limit, reason}) {
  if (mode === 'inotify') {
    return w.watched(n(directories, 'folder'), limit) + (reason ? `. ${reason}` : '');
  }
  return mode === 'poll' ? w.polled(reason) : w.unwatched(reason);
}

const shareText = b => b && (b.state === 'closed' ? w.connected : b.state === 'open' ? w.cut(b.failures) : w.trying);

function scanText(s) {
  if (!s) return w.neverScanned;
  if (!s.finished_at) return '';
  const took = (new Date(s.finished_at) - new Date(s.started_at || s.finished_at)) / 1000;
  const found = ['added', 'changed', 'moved', 'removed'].filter(what => s[what]).map(what => w.found[what](s[what]));
  return [w.scanned(w.scanStates[s.state], moment(s.finished_at), duration(took)), s.path && w.ofPath(s.path),
    w.seen(n(s.files, 'file'), n(s.directories, 'folder')), found.join(', ') || w.foundNothing,
    s.errors && w.scanErrors(s.errors), s.error].filter(Boolean).join('; ');
}

function skippedText({mounts, links, unreadable}) {
  return [mounts && w.mounts(mounts), links && w.links(links), unreadable &&
    w.unreadable(unreadable)].filter(Boolean).join('; ');
}

// scanning shows a scan under way, with what it has seen, how long it will take and a button that ends it.
function scanning(name, may, ask) {
  const text = h('span');
  let scan = null;
  const el = h('div.card-part', {hidden: true}, h('progress', {'aria-label': w.scanningNow}), text,
    act(w.cancel, may, () => ask(() => remove('scans/' + scan.id), w.cancelled)));
  const bar = el.firstElementChild;
  const update = root => {
    const s = root.last_scan;
    el.hidden = !s || Boolean(s.finished_at) || !root.scanning && s.state !== 'queued';
    if (el.hidden) return;
    scan = s;
    if (s.eta_seconds && s.started_at) {
      const gone = (Date.now() - new Date(s.started_at)) / 1000;
      bar.value = Math.max(0, Math.min(1, gone / (gone + s.eta_seconds)));
    } else {
      bar.removeAttribute('value');
    }
    say(text, s.state === 'queued' ? w.waits : w.seen(n(s.files, 'file'), n(s.directories, 'folder')) +
      (s.eta_seconds ? w.left(duration(s.eta_seconds)) : ''));
  };
  return {el, update};
}

// held tells of removals that wait for somebody's word; they are looked through in a room of their own.
function held(name) {
  const text = h('p');
  const el = h('div.card-part.card-warn', {hidden: true}, text,
    h('a.button', {href: href(['machine', 'held', name])}, w.lookThrough));
  const update = root => {
    el.hidden = !root.held;
    if (root.held) say(text, w.heldText(n(root.held.count, 'item'), moment(root.held.since), root.held.reason));
  };
  return {el, update};
}

// offer tells of another disk in the root's place, and what of the catalog is on it.
function offer(name, may, answer) {
  const text = h('p');
  let now = null;
  const accept = async () => {
    const {volume, catalogued, matching} = now;
    if (!await sure({title: w.acceptDiskTitle(name), text: w.offerText(catalogued, matching),
      yes: w.acceptDisk})) return;
    await answer.of(async () => {
      const {kept, new: added, missing} = await post(`roots/${encodeURIComponent(name)}/accept-volume`, {volume});
      refresh();
      return w.acceptedDisk(kept, added, missing);
    });
  };
  const el = h('div.card-part.card-warn', {hidden: true}, h('p.card-strong', w.offerTitle), text,
    h('code.volume'), act(w.acceptDiskAsk, may, accept, {data: {act: 'accept-volume'}}));
  const update = root => {
    now = root.volume_offer;
    el.hidden = !now;
    if (!now) return;
    say(text, w.offerText(now.catalogued, now.matching));
    say(el.querySelector('code'), now.volume);
  };
  return {el, update};
}

// breaker tells when a share that was cut off is tried next.
function breaker(name, may, ask, signal) {
  const text = h('p', {'aria-live': 'off'});
  let now = null;
  const tick = () => {
    if (!now?.retry_at) return;
    const left = Math.max(0, (new Date(now.retry_at) - Date.now()) / 1000);
    say(text, w.nextTry(time(new Date(now.retry_at)), Math.ceil(left)));
  };
  const timer = setInterval(tick, 1000);
  signal.addEventListener('abort', () => clearInterval(timer), {once: true});
  const el = h('div.card-part.card-bad', {hidden: true}, text,
    act(w.tryNow, may, () => ask(() => post(`roots/${encodeURIComponent(name)}/reconnect`), w.beingTried),
      {data: {act: 'reconnect'}}));
  const update = (root, gone) => {
    now = gone ? null : root.breaker?.state === 'open' || root.state === 'offline' && !root.volume_offer ? root.breaker || {} : null;
    el.hidden = !now;
    if (!now) return;
    say(text, root.breaker ? w.trying : w.lookAgain);
    tick();
  };
  return {el, update};
}
