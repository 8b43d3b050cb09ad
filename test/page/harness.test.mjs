// What the other tests stand on: a daemon that keeps its port, a browser that asks nobody else.
import assert from 'node:assert/strict';
import test from 'node:test';
import {open} from './harness/browser.mjs';
import {Daemon} from './harness/daemon.mjs';
import {library, temporary} from './harness/tree.mjs';

test('a daemon serves the sample library, and keeps its port over a restart', async t => {
  const daemon = await Daemon.start(t, {roots: [{name: 'library', path: library(t)}]});
  const {counts} = await daemon.idle();
  assert.ok(counts.items > 20, `${counts.items} items`);
  const {url} = daemon;
  await daemon.restart();
  assert.equal(daemon.url, url);
  assert.equal((await daemon.idle()).counts.items, counts.items);
});

test('a browser that is opened asks nobody but the daemon', async t => {
  const daemon = await Daemon.start(t, {roots: [{name: 'library', path: temporary(t, 'empty')}]});
  const page = await open(t);
  const answer = await page.goto(`${daemon.url}/healthz`);
  assert.equal(answer.status(), 200);
});
