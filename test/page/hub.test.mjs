// The page on a hub: several daemons as one library, one of which goes away and comes back.
import assert from 'node:assert/strict';
import {cpSync} from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {look, open} from './harness/browser.mjs';
import {Daemon} from './harness/daemon.mjs';
import {hubOver} from './harness/hub.mjs';
import {card, goTo, gone, says, settledTruth} from './harness/page.mjs';
import {sampleLibrary} from './harness/paths.mjs';
import {library} from './harness/tree.mjs';

const main = page => page.getByRole('main');
const source = (page, name) => page.getByRole('region', {name, exact: true});
const tile = (page, title) => main(page).locator('a.tile', {hasText: title}).first();

// served is a hub over two daemons that have parts of the sample library, and a page of it.
async function served(t, name, more = {}) {
  const dir = library(t);
  const daemon = async (...parts) => {
    const roots = parts.map(part => ({name: part.toLowerCase(), path: path.join(dir, part)}));
    const started = await Daemon.start(t, {roots, more: '[watcher]\ndebounce = "100ms"'});
    await started.idle();
    return started;
  };
  const attic = await daemon('Films', 'Series');
  const cellar = await daemon('Music', 'Photos', 'Books');
  const hub = await hubOver(t, name, {attic, cellar, ...more});
  const all = (await attic.status()).counts.items + (await cellar.status()).counts.items;
  await hub.when(() => hub.status(), status => status.idle && status.counts.items === all);
  const page = await open(t);
  const can = new Set((await hub.ask('/session')).capabilities);
  return {dir, attic, cellar, hub, page, can};
}

test('a hub is one library: walls, files and folders say whose they are', async t => {
  const {dir, hub, page, can} = await served(t, 'page_library');
  await goTo(page, hub);
  await settledTruth(page);
  await main(page).getByRole('link', {name: 'The Paper Lantern'}).first().waitFor();
  await main(page).getByRole('link', {name: 'The Glass Orchard'}).first().waitFor();
  assert.equal(await page.getByRole('searchbox').isVisible(), can.has('search'), 'what cannot be asked is not offered');
  await look(page, 'hub-home');
  for (const [name, title] of [['Films', 'Зимний сад'], ['Shows', can.has('works') ? 'Tidewater' : 'Low Water'],
    ['Music', can.has('works') ? 'Field Notes' : 'Hedgerow']]) {
    await page.getByRole('navigation').getByRole('link', {name, exact: true}).click();
    await main(page).getByRole('heading', {name, level: 1}).waitFor();
    await tile(page, title).waitFor();
    await look(page, `hub-${name.toLowerCase()}`);
  }
  await goTo(page, hub, 'artist');
  await main(page).getByText(can.has('works') ? 'Ada Quill' : 'Artists are not put together here').first().waitFor();

  const [film] = (await hub.ask('/items?kind=movie&sort=title')).items;
  await goTo(page, hub, `item/${film.id}`);
  await main(page).getByRole('row', {name: /^Daemon attic/}).waitFor();
  await main(page).getByRole('row', {name: /^Root films/}).waitFor();
  await look(page, 'hub-item', {full: true});
  await main(page).getByRole('link', {name: 'attic / films', exact: true}).first().click();
  await main(page).getByRole('heading', {name: 'attic / films', level: 1}).waitFor();
  await look(page, 'hub-folder');

  await goTo(page, hub, 'movie');
  await tile(page, 'Harbour Lights').waitFor();
  await settledTruth(page);
  const made = Date.now();
  cpSync(path.join(sampleLibrary, 'Films/Зимний сад (2004).mkv'), path.join(dir, 'Films/Northern Quay (2011).mkv'));
  await tile(page, 'Northern Quay').waitFor();
  t.diagnostic(`a film that came at a source is on the hub's wall after ${Date.now() - made} ms`);
});

test('a source that goes away is seen to, what it has stays and is marked, and it comes back', async t => {
  const {attic, cellar, hub, page} = await served(t, 'page_sources', {loft: 'http://127.0.0.1:1'});
  await goTo(page, hub, 'machine');
  await says(source(page, 'attic'), 'Online since');
  await says(source(page, 'loft'), 'Away since');
  await says(source(page, 'loft'), 'It has told of no root yet');
  await page.getByText('away: loft').waitFor();
  const items = (await attic.status()).counts.items;
  assert.match(await source(page, 'attic').innerText(), new RegExp(`Items\\s+${items}\\b`));
  await look(page, 'hub-machine', {full: true});

  const films = card(page, 'attic / films');
  const before = (await hub.ask('/roots/attic~films')).last_scan.id;
  await films.getByRole('button', {name: 'Look through now'}).click();
  await says(films, 'It will be looked through');
  await hub.root('attic~films', root => root.last_scan.id > before && root.last_scan.finished_at);

  const killed = Date.now();
  await attic.kill();
  await says(source(page, 'attic'), 'Away since');
  t.diagnostic(`the page says that a source is away after ${Date.now() - killed} ms`);
  await page.getByText('away: attic, loft').waitFor();
  await says(films, 'Not reachable');
  await says(source(page, 'cellar'), 'Online since');
  await films.getByRole('button', {name: 'Look through now'}).click();
  await says(films, 'It cannot be reached now');
  await look(page, 'hub-source-away', {full: true});

  await goTo(page, hub, 'movie');
  await tile(page, 'The Paper Lantern').getByText('away').waitFor();
  await look(page, 'hub-films-away');
  await goTo(page, hub, 'photo');
  await main(page).locator('.photo').first().waitFor();
  assert.equal(await main(page).locator('[data-away]').count(), 0, 'what is there is not marked');
  const [film] = (await hub.ask('/items?kind=movie&sort=title')).items;
  await goTo(page, hub, `item/${film.id}`);
  await main(page).getByText('attic is away since').waitFor();
  assert.equal(await main(page).getByRole('link', {name: 'Download'}).count(), 0, 'what cannot be had is not offered');
  await look(page, 'hub-item-away');

  await attic.start();
  const back = Date.now();
  await main(page).getByRole('link', {name: 'Download'}).waitFor();
  t.diagnostic(`the page says that it is back after ${Date.now() - back} ms`);
  await gone(main(page).getByText('attic is away since'));
  await gone(page.getByText('away: attic, loft'));

  await hub.stop();
  await page.locator('.truth[data-kind="lost"]').waitFor();
  await hub.start();
  await settledTruth(page);
  await cellar.stop();
  await page.getByText('away: cellar, loft').waitFor();
});
