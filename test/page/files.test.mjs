// The machine room's lists: held removals, failed files, duplicates, what fills the disks, changes, the configuration.
import assert from 'node:assert/strict';
import {copyFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {look, open} from './harness/browser.mjs';
import {Daemon} from './harness/daemon.mjs';
import {card, confirm, goTo, gone, live, says} from './harness/page.mjs';
import {sampleLibrary} from './harness/paths.mjs';
import {broken, fill, library, temporary, write} from './harness/tree.mjs';

test('removals that are held are looked through and accepted', async t => {
  const dir = temporary(t, 'held');
  fill(dir, 300);
  const daemon = await Daemon.start(t, {roots: [{name: 'films', path: dir}]});
  await daemon.idle();
  const page = await open(t);
  await goTo(page, daemon, 'machine');
  await card(page, 'films').waitFor();

  for (const part of [0, 1]) rmSync(path.join(dir, `part ${part}`), {recursive: true});
  await says(card(page, 'films'), /200 items vanished/);
  await page.getByText('removals held: films').waitFor();
  await look(page, 'removals-held-card', {full: true});
  await card(page, 'films').getByRole('link', {name: 'Look through them'}).click();
  await page.getByRole('heading', {name: 'Held removals of films'}).waitFor();
  await says(page.locator('.bars li', {hasText: 'part 0'}), '100 files');
  await page.locator('.lines .line').nth(99).waitFor();
  assert.equal(await page.locator('.lines .line').count(), 100, 'the first hundred are shown');
  await page.getByRole('button', {name: 'Show more'}).click();
  await page.locator('.lines .line').nth(199).waitFor();
  await gone(page.getByRole('button', {name: 'Show more'}));
  await look(page, 'removals-held');

  await confirm(page, page.getByRole('button', {name: 'They are meant to be gone'}), 'No, leave it');
  assert.equal((await daemon.ask('/roots/films')).held.count, 200, 'nothing is accepted by a no');
  await confirm(page, page.getByRole('button', {name: 'They are meant to be gone'}), 'Forget them');
  await says(page.locator('.answer'), '200 items forgotten');
  await says(page.locator('.machine-head'), 'No removals are held');
  assert.equal((await daemon.status()).counts.items, 100);
});

test('a file that could not be read says why, is tried again, and is read once it is whole', async t => {
  const dir = temporary(t, 'failed');
  const file = write(dir, 'Photos/harbour.png', broken);
  write(dir, 'Photos/夜の道 & مرحبا.png', broken);
  const daemon = await Daemon.start(t, {roots: [{name: 'photos', path: dir}]});
  await daemon.idle();
  assert.equal((await daemon.status()).counts.failed, 2);
  const page = await open(t);
  await goTo(page, daemon, 'machine/failed');
  const row = page.locator('.line', {hasText: 'harbour.png'});
  await row.waitFor();
  assert.ok((await row.locator('.line-why').innerText()).length > 10, 'it says why');
  await says(page.locator('.machine-head'), '2 files could not be read');
  await look(page, 'failed-files');

  await row.getByRole('button', {name: 'Try again: harbour.png'}).click();
  await daemon.idle();
  await row.getByRole('button', {name: 'Try again: harbour.png'}).waitFor();
  copyFileSync(path.join(sampleLibrary, 'Photos/Scans/map of the coast.png'), file);
  await says(row, 'Read by now');
  await gone(row.getByRole('button'));
  await says(page.locator('.machine-head'), '1 file could not be read');
  await page.getByRole('button', {name: 'Try all again'}).click();
  await says(page.locator('.answer'), '1 file will be read again');
});

test('duplicates show what they waste, and space what fills the disks, folder by folder', async t => {
  const dir = library(t);
  const film = 'Films/Harbour.Lights.1987.720p.WEB-DL.x264-TIDE.mp4';
  copyFileSync(path.join(dir, film), path.join(dir, 'Films/The same once more.mp4'));
  const daemon = await Daemon.start(t, {roots: [{name: 'library', path: dir}]});
  await daemon.idle();
  const page = await open(t);
  await goTo(page, daemon, 'machine/duplicates');
  const group = page.locator('.groups .card', {hasText: film});
  await says(group, /2 copies of [\d.]+ KiB: [\d.]+ KiB could be free/);
  await says(group, 'The same once more.mp4');
  await says(group, 'All their bytes were compared');
  await look(page, 'duplicates');

  await page.getByRole('link', {name: 'Space'}).click();
  await says(page.locator('.bars li', {hasText: 'library'}), 'files');
  await page.locator('.bars').getByRole('link', {name: 'library'}).click();
  await page.locator('.bars').getByRole('link', {name: 'Music'}).waitFor();
  await look(page, 'space');
  await page.locator('.bars').getByRole('link', {name: 'Music'}).click();
  await page.locator('.bars').getByRole('link', {name: 'Ada Quill'}).click();
  await page.locator('.bars').getByRole('link', {name: 'Field Notes (2020)'}).waitFor();
  assert.match(page.url(), /under=Music%2FAda\+Quill$/);
  await page.goBack();
  await page.locator('.bars').getByRole('link', {name: 'Various Artists'}).waitFor();
});

test('changes are shown as they happen, and what is older leaves', async t => {
  const dir = library(t);
  const daemon = await Daemon.start(t, {roots: [{name: 'library', path: dir}]});
  await daemon.idle();
  const page = await open(t);
  await goTo(page, daemon, 'machine/changes');
  await live(page);
  await page.getByText('Nothing has changed since you came here').waitFor();
  const log = page.getByRole('log');
  write(dir, 'Books/new arrival.txt');
  await says(log, 'library/Books/new arrival.txt');
  renameSync(path.join(dir, 'Books/new arrival.txt'), path.join(dir, 'Books/old friend.txt'));
  await says(log, 'library/Books/old friend.txt');
  await look(page, 'changes');
  fill(path.join(dir, 'Games'), 300);
  await page.waitForFunction(() => document.querySelectorAll('.log li').length === 200);
  await daemon.idle(); // what is found in so many files would push out the one that comes while it is paused
  await page.getByRole('button', {name: 'Pause'}).click();
  const first = await log.locator('li').first().innerText();
  writeFileSync(path.join(dir, 'while paused.txt'), 'x');
  await daemon.when(() => daemon.ask('/items?q=paused'), found => found.items.length === 1);
  assert.equal(await log.locator('li').first().innerText(), first, 'nothing moves while it is paused');
  await page.getByRole('button', {name: 'Go on'}).click();
  await says(log, 'library/while paused.txt');
});

test('the configuration in force is shown, and no secret of it', async t => {
  const daemon = await Daemon.start(t, {roots: [{name: 'library', path: library(t),
    more: 'exclude = ["*.bak", "old/"]'}], token: 'a-secret-token'});
  await daemon.idle();
  const page = await open(t);
  await goTo(page, daemon);
  await page.getByLabel('Token').fill('a-secret-token');
  await page.keyboard.press('Enter');
  await live(page);
  await goTo(page, daemon, 'machine/config');
  const roots = page.getByRole('table', {name: '[[root]] library'});
  await says(roots, '*.bak, old/');
  await page.getByRole('table', {name: '[watcher]'}).getByRole('row', {name: 'debounce 500ms'}).waitFor();
  assert.ok(!(await page.content()).includes('a-secret-token'), 'a secret is shown');
  await look(page, 'configuration', {full: true});
});
