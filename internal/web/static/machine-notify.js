// Programs that are told of changes, and how that goes.
import {get, sleep} from './api.js';
import {moment} from './format.js';
import {h} from './dom.js';
import {nothing} from './machine-parts.js';
import {n, words} from './words.js';

const w = words.machine;
const every = 3000; // no signal tells of targets

export default async function notify({box, signal}) {
  const list = h('div.cards');
  box.append(h('header.machine-head', h('h2', w.rooms.notify), h('p.quiet', w.notifyHint)), list);
  let last = '';
  const draw = async () => {
    let targets;
    try {
      targets = await get('notify', null, signal);
    } catch (err) {
      if (err.status !== 404) throw err;
      targets = [];
    }
    signal.throwIfAborted();
    if (last === JSON.stringify(targets)) return;
    last = JSON.stringify(targets);
    list.replaceChildren(...(targets.length ? targets.map(card) : [nothing(w.noTargets)]));
  };
  await draw();
  follow(draw, signal);
}

async function follow(draw, signal) {
  for (;;) {
    try {
      await sleep(every, signal);
      await draw();
    } catch {
      if (signal.aborted) return; // else the daemon is away, which the line of truth says
    }
  }
}

function card({name, type, state, lag, last_error: error, retry_at: retry}) {
  const kind = state === 'ok' ? 'good' : state === 'off' ? 'bad' : 'warn';
  return h('article.card', {data: {kind}, 'aria-label': name},
    h('header', h('h3', {dir: 'auto'}, name), h('span.state', {data: {kind}}, w.targetStates[state] ?? state)),
    h('dl', h('div', h('dt', w.targetType), h('dd', type)), h('div', h('dt', w.targetLag), h('dd', n(lag, 'change'))),
      retry && h('div', h('dt', w.targetRetry), h('dd', moment(retry)))),
    error && h('p.reason', {dir: 'auto'}, error));
}
