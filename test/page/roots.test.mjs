// The machine room's cards: roots as they are, shares that are cut off, disks that are pulled and swapped.
import assert from 'node:assert/strict';
import {cpSync, rmSync, symlinkSync} from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {look, open} from './harness/browser.mjs';
import {Daemon} from './harness/daemon.mjs';
import {canMount, copyWhole, mount, newDisk, pull} from './harness/disk.mjs';
import {card, confirm, goTo, gone, says} from './harness/page.mjs';
import {Share} from './harness/share.mjs';
import {fill, library, temporary, write} from './harness/tree.mjs';
import {patience} from './harness/views.mjs';

// nas is a share as a root.
const nas = (t, share, more) => ({
  name: 'nas', url: share.url,
  more: `password_file = ${JSON.stringify(write(temporary(t, 'secret'), 'password', share.password))}\n${more}`,
});

test('a card says how a root is, and looks through it when asked to', async t => {
  const dir = library(t);
  symlinkSync('/etc', path.join(dir, 'elsewhere'));
  const daemon = await Daemon.start(t, {roots: [{name: 'library', path: dir}, {name: 'attic', path: temporary(t,
    'attic')}]});
  const {counts} = await daemon.idle();
  const page = await open(t);
  await goTo(page, daemon, 'machine');
  const sample = card(page, 'library');
  await says(sample, 'Online');
  const text = await sample.innerText();
  assert.ok(text.includes(dir), `it does not say where it is: ${text}`);
  assert.match(text, /\d+ folders watched of [\d,]+ that may be/);
  assert.match(text, /Passed over\s+1 symbolic link/);
  assert.match(text, new RegExp(`Items\\s+${counts.items}`));
  await sample.getByText('Which, for example').click();
  await says(sample, 'elsewhere');
  await look(page, 'machine', {full: true});

  const before = (await daemon.ask('/roots/library')).last_scan.id;
  await sample.getByRole('button', {name: 'Look through now'}).click();
  await says(sample, 'It will be looked through');
  await daemon.root('library', root => root.last_scan.id > before && root.last_scan.finished_at);
  await says(sample, /Done .*nothing new/);
});

test('a scan under way is shown, and cancelled', async t => {
  const share = Share.start(t);
  fill(share.media, 20);
  const daemon = await Daemon.start(t, {roots: [nas(t, share, 'timeout = "10m"\npoll_interval = "1h"')]});
  await daemon.idle();
  const page = await open(t);
  await goTo(page, daemon, 'machine');
  const root = card(page, 'nas');
  await says(root, 'Connected');
  share.does('pause'); // whoever asks it now waits
  await root.getByRole('button', {name: 'Compare everything'}).click();
  await root.getByRole('progressbar').waitFor();
  await look(page, 'scan-under-way');
  await root.getByRole('button', {name: 'Cancel'}).click();
  await says(root, 'Cancelled. What was found so far stays.');
  share.does('resume');
  await gone(root.getByRole('progressbar'));
  assert.equal((await daemon.ask('/roots/nas')).last_scan.state, 'cancelled');
});

test('a share that is cut off says so, when it is tried next, and comes back when asked to', async t => {
  const share = Share.start(t);
  cpSync(library(t), share.media, {recursive: true});
  const daemon = await Daemon.start(t, {roots: [nas(t, share, 'poll_interval = "1s"')]});
  await daemon.idle();
  const page = await open(t);
  await goTo(page, daemon, 'machine');
  const root = card(page, 'nas');
  await says(root, 'Connected');
  await says(root, 'Looked through from time to time');

  share.does('kill');
  await says(root, 'Not reachable');
  await says(root, /Next try at \d\d:\d\d:\d\d/);
  await page.getByText('not reachable: nas').waitFor();
  await look(page, 'share-cut-off', {full: true});

  // Waits are short at first, and drawn by lot: a share that is back within one needs nobody to ask for it. A password
  // that is refused is tried again after a quarter of an hour, which nothing but the button shortens.
  const longest = 5 * 60_000; // of waits for a server
  share.does('password', 'another');
  share.does('restart');
  await daemon.root('nas', ({breaker}) => breaker.retry_at && new Date(breaker.retry_at) - Date.now() > longest,
    longest + patience);
  share.does('password', share.password);
  await root.getByRole('button', {name: 'Try now'}).click();
  await says(root, 'Connected');
  await gone(root.getByText(/Next try/));
});

test('a disk that is pulled is away, another in its place is shown with its figures and accepted', {
  skip: !canMount && 'needs root, to mount disks where nobody else sees them',
}, async t => {
  const base = temporary(t, 'disks');
  const root = path.join(base, 'root');
  const fresh = path.join(base, 'fresh');
  for (const image of ['old', 'new']) newDisk(path.join(base, image));
  mount(t, path.join(base, 'old'), root);
  fill(root, 120);
  const daemon = await Daemon.start(t, {roots: [{name: 'films', path: root}]});
  await daemon.idle();
  const page = await open(t);
  await goTo(page, daemon, 'machine');
  const films = card(page, 'films');
  await says(films, 'Online');

  mount(t, path.join(base, 'new'), fresh);
  copyWhole(root, fresh);
  rmSync(path.join(fresh, 'part 0/file 7.bin'));
  pull(fresh);
  pull(root);
  await says(films, 'Not reachable');
  await look(page, 'disk-away', {full: true});

  mount(t, path.join(base, 'new'), root);
  await says(films, 'Another disk is in its place');
  await says(films, 'Of 120 items in the catalog, 119 are on it');
  await look(page, 'disk-swapped', {full: true});
  await confirm(page, films.getByRole('button', {name: 'Accept this disk'}), 'Accept the disk');
  await says(films, 'Accepted: 119 items kept, 0 new, 1 missing');
  await says(films, 'Online');
  await gone(films.getByText('Another disk'));
});
