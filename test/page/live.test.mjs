// The live feed of the page, with a daemon that comes and goes and a clock that is told what time it is.
import assert from 'node:assert/strict';
import test from 'node:test';

globalThis.document = Object.assign(new EventTarget(), {baseURI: 'http://127.0.0.1:8780/', hidden: false});
const live = await import('../../internal/web/static/live.js');

// feed is a daemon as the page sees it: away until it is there, and then one that keeps what it is asked.
function feed(t) {
  t.mock.timers.enable({apis: ['setTimeout']});
  const daemon = {there: true, cursor: 'at-1', tries: 0, asked: [], sockets: []};
  globalThis.fetch = async () => {
    daemon.tries++;
    if (!daemon.there) throw new TypeError('refused');
    return new Response(JSON.stringify({cursor: daemon.cursor}));
  };
  globalThis.WebSocket = class {
    constructor() {
      daemon.sockets.push(this);
      setImmediate(() => this.says({type: 'hello'}));
    }

    says(message) { this.onmessage?.({data: JSON.stringify(message)}); }

    send(text) {
      daemon.asked.push(JSON.parse(text));
      this.says({id: 1, type: 'ok'});
    }

    close() { this.onclose?.(); }
  };
  t.after(() => live.stop());
  return daemon;
}

// turns lets everything happen that waits for no time.
const turns = async () => { for (let i = 0; i < 20; i++) await new Promise(setImmediate); };

// pass lets seconds pass, in tenths.
async function pass(t, seconds) {
  for (let tenths = 0; tenths < seconds * 10; tenths++) {
    t.mock.timers.tick(100);
    await turns();
  }
}

// until lets time pass until it is so, and gives how many seconds that took.
async function until(t, wanted) {
  for (let tenths = 0; tenths < 600; tenths++) {
    if (wanted()) return tenths / 10;
    await pass(t, 0.1);
  }
  throw new Error(`not so after a minute: ${wanted}`);
}

test('however long the daemon was away, who looks sees it within four seconds, and from where they were', async t => {
  const daemon = feed(t);
  live.start();
  await turns();
  daemon.sockets[0].says({type: 'changes', cursor: 'at-2', changes: []});
  daemon.sockets[0].says({type: 'caught_up', cursor: 'at-3'});
  for (const away of [1, 20, 90, 600]) {
    daemon.there = false;
    daemon.sockets.at(-1).close();
    await turns();
    assert.equal(live.state, 'lost');
    const before = daemon.tries;
    await pass(t, away);
    assert.ok(daemon.tries - before <= away / 2 + 4, `${daemon.tries - before} tries in ${away} seconds`);
    daemon.there = true;
    daemon.cursor = 'at-99'; // where the catalog stands is no place to begin at: what lies before would be missed
    const connections = daemon.sockets.length;
    const took = await until(t, () => daemon.sockets.length > connections);
    assert.ok(took <= 4, `away for ${away} s: seen ${took} s after it was back`);
    await turns();
    assert.equal(daemon.asked.at(-1).since, 'at-3');
    daemon.sockets.at(-1).says({type: 'caught_up', cursor: 'at-3'});
    assert.equal(live.state, 'live');
  }
});

test('a page that nobody looks at asks seldom, and at once when somebody does', async t => {
  const daemon = feed(t);
  document.hidden = true;
  t.after(() => { document.hidden = false; });
  live.start();
  await turns();
  daemon.there = false;
  daemon.sockets[0].close();
  await pass(t, 300);
  const before = daemon.tries;
  await pass(t, 300);
  assert.ok(daemon.tries - before <= 27, `${daemon.tries - before} tries in 300 seconds`);
  daemon.there = true;
  live.retryNow();
  await turns();
  assert.equal(daemon.sockets.length, 2);
});

test('a connection that is lost before it was caught up goes on from where it began', async t => {
  const daemon = feed(t);
  live.start();
  await turns();
  const first = daemon.asked.at(-1).since;
  daemon.cursor = 'far-ahead';
  daemon.sockets[0].close();
  await until(t, () => daemon.sockets.length > 1);
  await turns();
  assert.equal(daemon.asked.at(-1).since, first);
});

test('a connection that says nothing is given up: before it is live after 20 seconds, and after that after 75', async t => {
  const daemon = feed(t);
  live.start();
  await turns();
  assert.equal(live.state, 'lost', 'as the test before left it');
  await pass(t, 19);
  assert.equal(daemon.sockets.length, 1);
  assert.ok(await until(t, () => daemon.sockets.length > 1) <= 5);
  await turns();
  daemon.sockets[1].says({type: 'caught_up', cursor: 'at-2'});
  await pass(t, 70);
  daemon.sockets[1].says({type: 'bookmark', cursor: 'at-3'});
  await pass(t, 70);
  assert.equal(live.state, 'live');
  assert.equal(daemon.sockets.length, 2);
  await pass(t, 6);
  assert.equal(live.state, 'lost');
  assert.ok(await until(t, () => daemon.sockets.length > 2) <= 4);
});

// views has views drawn that are done when the test says so.
function views(t) {
  const over = new AbortController();
  t.after(() => over.abort());
  const draws = [];
  return {draws, over, signal: over.signal, draw: () => new Promise((done, failed) => { draws.push({done, failed}); })};
}

const change = (daemon, op = 'upsert') => daemon.sockets[0].says({type: 'changes', cursor: 'at-3', changes: [{op}]});

test('what changes while a view is drawn is drawn once more when that is done, and never two at once', async t => {
  const daemon = feed(t);
  live.start();
  await turns();
  const {draws, draw, signal, over} = views(t);
  const first = live.follow(signal, c => c.op === 'upsert', draw);
  change(daemon);
  change(daemon);
  await pass(t, 3);
  assert.equal(draws.length, 1, 'two are drawn at once');
  draws[0].done();
  await first;
  await turns();
  assert.equal(draws.length, 2, 'what changed during the first time is not shown');
  change(daemon);
  await pass(t, 3);
  assert.equal(draws.length, 2, 'two are drawn at once');
  draws[1].failed(new Error('away'));
  await pass(t, 1.1);
  assert.equal(draws.length, 3, 'what changed during the second time is not shown');
  draws[2].done();
  change(daemon, 'delete');
  await pass(t, 3);
  assert.equal(draws.length, 3, 'what concerns nobody is drawn');
  over.abort();
  change(daemon);
  await pass(t, 3);
  assert.equal(draws.length, 3, 'a view that was left is drawn');
});

test('a view that could not be drawn the first time follows nothing', async t => {
  const daemon = feed(t);
  live.start();
  await turns();
  const {draws, draw, signal} = views(t);
  const first = live.follow(signal, () => true, draw);
  draws[0].failed(new Error('not found'));
  await assert.rejects(first, /not found/);
  change(daemon);
  await pass(t, 3);
  assert.equal(draws.length, 1);
});
