// Removals that are held: which files are gone, to be looked through before somebody says that they are meant to be.
import {get, post} from './api.js';
import {moment, size} from './format.js';
import {h, replace} from './dom.js';
import {href} from './router.js';
import {latest, onStatus, refresh} from './truth.js';
import {rootText} from './server.js';
import {act, answered, bars, nothing, paged, place, say, sure} from './machine-parts.js';
import {n, words} from './words.js';

const w = words.machine;

export default async function held({path, box, signal, may}) {
  const status = latest() || await get('status', null, signal);
  const holding = status.roots.filter(root => root.held);
  const name = path[0] ?? (holding.length === 1 ? holding[0].name : null);
  if (name === null) return choose(box, holding);
  const root = status.roots.find(r => r.name === name);
  if (!root) throw Object.assign(new Error(words.errors.nowhere), {status: 404});

  const text = h('p');
  const answer = answered();
  const accept = act(w.acceptAsk, may, async () => {
    const {count} = root.held;
    if (!await sure({title: w.acceptTitle(n(count, 'item')), text: w.acceptText(rootText(name)), yes: w.accept})) return;
    await answer.of(async () => {
      const {removed} = await post(`roots/${encodeURIComponent(name)}/accept-removals`);
      replace(lists);
      refresh();
      return w.accepted(n(removed, 'item'));
    });
  }, {data: {act: 'accept-removals'}});
  const scan = act(w.scan, may, () => answer.of(async () => {
    await post(`roots/${encodeURIComponent(name)}/scan`);
    return w.queued;
  }));
  const head = h('header.machine-head', h('h2', w.heldTitle(rootText(name))), text, h('p.machine-acts', accept, scan),
    answer.line);
  const lists = h('div');
  box.append(head, lists);
  let filled = false;
  onStatus(s => {
    root.held = s.roots.find(r => r.name === name)?.held || null;
    say(text, root.held ? w.heldText(n(root.held.count, 'item'), moment(root.held.since), root.held.reason)
      : w.nothingHeld);
    accept.hidden = scan.hidden = !root.held;
    if (!root.held || filled) return;
    filled = true;
    fill(lists, name, signal).catch(err => {
      filled = signal.aborted;
      if (!filled) answer.tell(err.message);
    });
  }, signal);
}

// fill lists what is gone: by folder, to see at a glance, and each file.
async function fill(box, name, signal) {
  const which = {root: name, held: true};
  const {facets, total} = await get('facets', {by: 'folder,kind', ...which}, signal);
  signal.throwIfAborted();
  const most = Math.max(...facets.folder.map(f => f.count), 1);
  box.append(h('section', h('h3', w.heldFolders), bars(facets.folder.slice(0, 12).map(f => ({
    label: f.value ?? w.here, part: f.count / most, value: `${n(f.count, 'file')} · ${size(f.size)}`,
  })))));
  const list = h('ul.lines');
  const more = await paged(list, async after => {
    const page = await get('items', {...which, limit: 100, after}, signal);
    return {rows: page.items.map(row), next: page.next};
  }, signal);
  box.append(h('section', h('h3', w.heldFiles(n(total.count, 'file'), size(total.size))), list, more));
}

const row = item => h('li.line', place(item.root, item.path),
  h('span.line-more', words.kinds[item.kind], ' · ', size(item.size), ' · ', moment(item.modified_at)));

function choose(box, holding) {
  box.append(h('h2', w.rooms.held), holding.length
    ? h('ul.lines', holding.map(root => h('li.line', h('a', {href: href(['machine', 'held', root.name]), dir: 'auto'},
      rootText(root.name)),
      h('span.line-more', w.heldText(n(root.held.count, 'item'), moment(root.held.since), root.held.reason)))))
    : nothing(w.nothingHeld, w.heldHint));
}
