// Who may look, and what happens to a page that stays open: tokens, restarts, changes that are seen at once.
import assert from 'node:assert/strict';
import {rmSync} from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {look, open} from './harness/browser.mjs';
import {Daemon} from './harness/daemon.mjs';
import {card, goTo, promised, says, settledTruth} from './harness/page.mjs';
import {fill, library, temporary, write} from './harness/tree.mjs';

const logIn = async (page, token) => {
  await page.getByLabel('Token').fill(token);
  await page.keyboard.press('Enter');
};

test('a wrong token is told from the right one, and before that the page says nothing of the catalog', async t => {
  const daemon = await Daemon.start(t, {roots: [{name: 'films-of-ours', path: library(t)}], token: 'the-right-one'});
  await daemon.idle();
  const page = await open(t);
  await goTo(page, daemon, 'machine');
  await page.getByLabel('Token').waitFor();
  assert.ok(!(await page.content()).includes('films-of-ours'), 'who has not logged in learns of a root');
  await look(page, 'login');
  await logIn(page, 'a-wrong-one');
  await says(page.getByRole('alert'), 'That is not the token');
  await look(page, 'login-wrong');
  await logIn(page, 'the-right-one');
  await card(page, 'films-of-ours').waitFor();
  const cookies = await page.context().cookies();
  assert.ok(cookies.every(cookie => cookie.httpOnly && cookie.sameSite === 'Strict'), JSON.stringify(cookies));
});

test('who has the read token sees everything and changes nothing, and the buttons say so', async t => {
  const dir = temporary(t, 'read');
  fill(dir, 300);
  const daemon = await Daemon.start(t, {roots: [{name: 'films', path: dir}], token: 'full', readToken: 'read'});
  await daemon.idle();
  for (const part of [0, 1]) rmSync(path.join(dir, `part ${part}`), {recursive: true});
  await daemon.root('films', root => root.held?.count === 200);
  const page = await open(t);
  await goTo(page, daemon, 'machine/held/films');
  await logIn(page, 'read');
  await page.getByText('This token reads and changes nothing: what changes something is switched off.').waitFor();
  const accept = page.getByRole('button', {name: 'They are meant to be gone', disabled: true});
  await accept.waitFor();
  await accept.click({force: true});
  assert.equal(await page.getByRole('dialog').count(), 0);
  await page.locator('.lines .line').nth(99).waitFor();
  await look(page, 'read-token');
  assert.equal((await daemon.ask('/roots/films')).held.count, 200);
});

test('a page that is open while the daemon restarts goes on by itself, and misses nothing', async t => {
  const dir = library(t);
  const daemon = await Daemon.start(t, {roots: [{name: 'library', path: dir}]});
  await daemon.idle();
  const page = await open(t);
  await goTo(page, daemon, 'machine/changes');
  await page.getByRole('heading', {name: 'Changes'}).waitFor();
  await settledTruth(page);
  await daemon.stop();
  await page.locator('.truth[data-kind="lost"]').waitFor();
  await look(page, 'daemon-away');
  write(dir, 'Books/while it was away.txt');
  await daemon.start();
  await says(page.getByRole('log'), 'library/Books/while it was away.txt');
  await settledTruth(page);
});

test('a page whose connection says nothing does not say that all is well, and tries anew', async t => {
  const daemon = await Daemon.start(t, {roots: [{name: 'library', path: library(t)}]});
  await daemon.idle();
  const page = await open(t);
  await page.clock.install();
  let mute = true, connections = 0, swallowed;
  const greeted = new Promise(resolve => { swallowed = resolve; });
  await page.routeWebSocket('**/api/v1/live', ws => {
    connections++;
    const server = ws.connectToServer();
    server.onMessage(message => {
      if (mute) swallowed();
      else ws.send(message);
    });
  });
  const told = page.waitForResponse('**/api/v1/status');
  await goTo(page, daemon);
  await (await told).finished();
  await page.clock.runFor(1000);
  assert.equal(await page.locator('.truth').getAttribute('data-kind'), 'asking', 'nobody follows the feed yet');
  await greeted; // what it begins with is lost: nothing comes of this connection any more
  mute = false;
  await page.clock.runFor(25_000);
  await settledTruth(page);
  assert.ok(connections > 1, 'a connection without a word is given up');
  mute = true; // as a cable that is cut: no socket closes
  await page.clock.runFor(80_000);
  await page.locator('.truth[data-kind="lost"]').waitFor();
  mute = false;
  await page.clock.runFor(25_000);
  await settledTruth(page);
});

test('a file that is made is on the page within its debounce and 300 ms', async t => {
  const dir = library(t);
  const debounce = 100;
  const daemon = await Daemon.start(t, {roots: [{name: 'library', path: dir}],
    more: `[watcher]\ndebounce = "${debounce}ms"`});
  await daemon.idle();
  const page = await open(t);
  await goTo(page, daemon, 'machine/changes');
  await page.getByText('Nothing has changed since you came here').waitFor(); // from here on it is told
  await settledTruth(page);
  await page.evaluate(() => {
    window.seenAt = {};
    new MutationObserver(() => {
      for (const [, name] of document.querySelector('main').textContent.matchAll(/made (\d+)\.bin/g)) {
        window.seenAt[name] ??= Date.now();
      }
    }).observe(document.querySelector('main'), {childList: true, subtree: true});
  });
  const took = [];
  for (let i = 0; i < 9; i++) {
    const made = Date.now();
    write(dir, `made ${i}.bin`);
    const seen = await page.waitForFunction(name => window.seenAt[name], i);
    took.push(await seen.jsonValue() - made);
    await settledTruth(page);
    await daemon.idle();
  }
  t.diagnostic(`seen after ${took.join(', ')} ms, with a debounce of ${debounce} ms`);
  promised(took, debounce + 300, 'milliseconds until a file is seen');
});
