// The live feed, over the WebSocket that every client has. One connection for the whole page: it begins at the
// catalog's cursor, and after a break it goes on from its last one, so that nothing is missed.
//
//   on('changes', ({changes, cursor}) => …)   what changed: ops upsert, delete, work, delete_work
//   on('scan' | 'root', data => …)            the signals of the feed
//   on('state', 'connecting'|'live'|'lost')   how the connection is
//   on('resync', () => …)                     what the page shows is to be asked for anew
import {get, root, sleep} from './api.js';

const listeners = new Map();
let cursor = null;
let socket = null;
let ends = null; // an AbortController while the feed is followed
export let state = 'connecting';
export let heard = null; // when the feed last said that nothing is missing

// on calls fn for what happens until the signal ends, and gives a function that ends it too.
export function on(name, fn, signal) {
  if (!listeners.has(name)) listeners.set(name, new Set());
  listeners.get(name).add(fn);
  const off = () => listeners.get(name).delete(fn);
  signal?.addEventListener('abort', off, {once: true});
  return off;
}

function tell(name, data) {
  for (const fn of [...listeners.get(name) || []]) fn(data);
}

function become(next) {
  if (state === next) return;
  state = next;
  tell('state', state);
}

// follow draws, and then again for each change from now on that concerns somebody: at once, and for those behind it at
// most once a pause, one after the other. What changes while it is drawn may not be in the answers that are under way,
// so it is drawn once more. The promise is that of the first time; where it fails nothing is followed.
export async function follow(signal, concerns, draw, {again = draw, pause = 1000} = {}) {
  let timer = 0;
  let drawing = true;
  let more = false;
  const run = async () => {
    const began = performance.now();
    more = false;
    drawing = true;
    await Promise.resolve(again()).catch(() => {}); // the line of truth says where the daemon is away
    drawing = false;
    timer = signal.aborted ? 0 : setTimeout(() => {
      timer = 0;
      if (more) run();
    }, Math.max(0, pause - (performance.now() - began)));
  };
  const off = on('changes', m => {
    if (!m.changes.some(concerns)) return;
    more = true;
    if (!drawing && !timer) run();
  }, signal);
  signal.addEventListener('abort', () => {
    more = false;
    clearTimeout(timer);
  });
  await draw().catch(err => {
    off();
    throw err;
  });
  drawing = false;
  if (more) run();
}

// start follows the feed until stop.
export function start() {
  stop();
  ends = new AbortController();
  keep(ends.signal);
}

export function stop() {
  ends?.abort();
  socket?.close();
  ends = socket = null;
}

// retryNow ends the wait for the next try, as when the machine wakes up.
let hurry = () => {};
export const retryNow = () => hurry();

// patience is the longest wait between two tries: however long the daemon was away, who looks sees it come back.
const patience = () => (document.hidden ? 15000 : 3000);

async function keep(signal) {
  for (let failures = 0; !signal.aborted;) {
    try {
      // Asked first: a browser holds WebSockets back that have failed often, and does not say why one was refused.
      const status = await get('status', null, signal);
      cursor ||= status.cursor;
      await connection(signal, () => { failures = 0; });
    } catch (err) {
      if (signal.aborted || err.status === 401) return;
    }
    if (signal.aborted) return;
    become('lost');
    const wait = Math.min(patience(), 500 * 2 ** failures++) * (0.75 + Math.random() / 2);
    const early = new Promise(resolve => { hurry = resolve; });
    await Promise.race([sleep(wait, signal).catch(() => {}), early]);
  }
}

// silence is how long a connection may say nothing before it is given up: a cut cable closes no socket. The feed says at
// least every 30 seconds that nothing is missing, and hello at once.
const silence = () => (state === 'live' ? 75_000 : 20_000);

// connection lasts until the socket closes.
function connection(signal, opened) {
  const url = new URL('api/v1/live', root);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const ws = socket = new WebSocket(url, 'catalogizerd.v1');
  const leave = () => ws.close();
  signal.addEventListener('abort', leave, {once: true});
  return new Promise(resolve => {
    let patient = 0;
    const over = () => {
      clearTimeout(patient);
      signal.removeEventListener('abort', leave);
      ws.onmessage = ws.onclose = null; // the closing of a connection that is dead may take minutes
      ws.close();
      resolve();
    };
    const listen = () => {
      clearTimeout(patient);
      patient = setTimeout(over, silence());
    };
    ws.onmessage = e => {
      const m = JSON.parse(e.data);
      if (m.type === 'ok') opened();
      take(ws, m);
      listen();
    };
    ws.onclose = ws.onerror = over;
    listen();
  });
}

function take(ws, m) {
  switch (m.type) {
    case 'hello':
      ws.send(JSON.stringify({
        id: 1, type: 'subscribe', since: cursor, works: true, window_ms: 100, signals: ['scan', 'root'],
      }));
      break;
    case 'changes':
      cursor = m.cursor;
      heard = new Date();
      tell('changes', m);
      break;
    case 'caught_up':
    case 'bookmark':
      cursor = m.cursor;
      heard = new Date();
      become('live');
      tell('bookmark', m);
      break;
    case 'signal':
      tell(m.name, m.data);
      break;
    case 'resync':
    case 'error':
      cursor = null;
      ws.close();
      tell('resync', m);
      break;
  }
}
