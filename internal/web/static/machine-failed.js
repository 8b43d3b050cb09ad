// Files that could not be read, why, and once more.
import {get, post} from './api.js';
import {size} from './format.js';
import {h} from './dom.js';
import * as live from './live.js';
import {latest, onStatus} from './truth.js';
import {act, answered, nothing, paged, place, say} from './machine-parts.js';
import {n, words} from './words.js';

const w = words.machine;

export default async function failed({box, signal, may}) {
  const rows = new Map();
  const list = h('ul.lines');
  const text = h('p');
  const answer = answered();
  const all = act(w.allAgain, may, () => answer.of(async () => {
    const {count} = await post('items/analyse', undefined, {analysis: 'failed'});
    return w.readAgain(n(count, 'file'));
  }), {data: {act: 'all-again'}});
  const none = nothing(w.nothingFailed, w.failedHint);
  const make = item => {
    const it = row(item, may);
    rows.set(item.id, it);
    return it.el;
  };
  box.append(h('header.machine-head', h('h2', w.rooms.failed), text, h('p.machine-acts', all), answer.line), none,
    list);
  list.after(await paged(list, async after => {
    const page = await get('items', {analysis: 'failed', limit: 100, after}, signal);
    return {rows: page.items.map(make), next: page.next};
  }, signal));

  const count = failures => {
    say(text, failures ? w.failedText(n(failures, 'file')) : '');
    all.hidden = !failures;
    none.hidden = Boolean(failures) || rows.size > 0;
  };
  count((latest() || await get('status', null, signal)).counts.failed);
  onStatus(status => count(status.counts.failed), signal);
  live.on('changes', ({changes}) => {
    for (const {op, id, item} of changes) {
      if (op === 'upsert' && rows.has(id)) rows.get(id).update(item);
      else if (op === 'upsert' && item.analysis === 'failed' && rows.size < 1000) list.prepend(make(item));
      else if (op === 'delete' && rows.has(id)) {
        rows.get(id).el.remove();
        rows.delete(id);
      }
    }
  }, signal);
}

// row is one file: it tells what becomes of it while one looks.
function row(item, may) {
  const where = h('span');
  const why = h('p.line-why', {role: 'status'});
  const again = act(w.again, may, async () => {
    try {
      await post(`items/${item.id}/analyse`);
      say(why, w.beingRead);
    } catch (err) {
      say(why, err.status ? err.message : words.errors.unreachable);
    }
  }, {'aria-label': `${w.again}: ${item.name}`, data: {act: 'again'}});
  const el = h('li.line.line-act', h('div', where, why), again);
  const update = now => {
    where.replaceChildren(place(now.root, now.path), h('span.line-more', ' ', words.kinds[now.kind], ' · ',
      size(now.size)));
    el.dataset.analysis = now.analysis;
    say(why, now.analysis === 'failed' ? now.error || w.noReason : now.analysis === 'pending' ? w.beingRead
      : w.nowRead);
    again.hidden = now.analysis !== 'failed';
  };
  update(item);
  return {el, update};
}
