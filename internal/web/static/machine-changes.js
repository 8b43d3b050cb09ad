// What changes, while it changes: the very messages that every client of the feed gets.
import {time} from './format.js';
import {h} from './dom.js';
import * as live from './live.js';
import {bind} from './keys.js';
import {act} from './machine-parts.js';
import {rootText} from './server.js';
import {nameOf} from './tile.js';
import {n, words} from './words.js';

const w = words.machine;

// kept is how many are shown: what is older leaves, so that an evening of changes costs no more than a minute.
const kept = 200;

export default function changes({box, signal}) {
  const list = h('ol');
  const log = h('div.log', {role: 'log', 'aria-live': 'off', 'aria-label': w.rooms.changes, tabindex: '0',
    hidden: true}, list);
  const count = h('p.quiet');
  const none = h('p.machine-none', w.noChanges);
  let waiting = [], seen = 0, paused = false, frame = 0;

  const draw = () => {
    frame = 0;
    if (paused) return;
    const fresh = waiting.splice(0).map(row).reverse();
    list.prepend(...fresh);
    while (list.children.length > kept) list.lastElementChild.remove();
    none.hidden = list.children.length > 0;
    log.hidden = !none.hidden;
    count.textContent = w.changesSeen(n(seen, 'change'));
  };
  const pause = act(w.pause, true, () => {
    paused = !paused;
    pause.textContent = paused ? w.goOn : w.pause;
    pause.setAttribute('aria-pressed', paused);
    if (!paused) draw();
  }, {'aria-pressed': 'false'});
  box.append(h('header.machine-head', h('h2', w.rooms.changes), h('p.quiet', w.changesHint), h('p.machine-acts', pause),
    count), none, log);
  live.on('changes', message => {
    const at = new Date();
    seen += message.changes.length;
    waiting.push(...message.changes.slice(-kept).map(change => ({at, change})));
    if (waiting.length > kept) waiting = waiting.slice(-kept);
    frame ||= requestAnimationFrame(draw);
  }, signal);
  const free = bind('k', () => pause.click());
  signal.addEventListener('abort', () => {
    free();
    cancelAnimationFrame(frame);
  }, {once: true});
}

// row is one change, in words: what, which, and for what has moved from where.
function row({at, change}) {
  const {op, id, item, work, was, previous} = change;
  const what = op === 'upsert' ? change.what || (item.state === 'missing' ? 'missing' : 'changed') : op;
  return h('li', {data: {what}},
    h('time', {datetime: at.toISOString()}, time(at)), h('span.log-what', w.changes[what]),
    h('span.log-kind', words.kinds[(item || work)?.kind] || ''),
    h('span.log-place', item || was ? where(item || was) : h('span', {dir: 'auto'}, workText(work) || `#${id}`),
      previous && h('span.log-from', ' ', w.from, ' ', where(previous))));
}

const workText = work => work && [work.series, nameOf(work)].filter(Boolean).join(' · ');

// where is in one text, which is less to keep than elements would be.
const where = ({root, path}) => h('span', {dir: 'auto'}, `${rootText(root)}/${path}`);
