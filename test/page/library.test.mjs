// The library as people use it: walls, a work's page, photos by day, folders, search as one types, keys.
import assert from 'node:assert/strict';
import {copyFileSync, cpSync, mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {look, open} from './harness/browser.mjs';
import {Daemon} from './harness/daemon.mjs';
import {goTo, gone, leads, presses, promised, rested, says, settledTruth} from './harness/page.mjs';
import {sampleLibrary} from './harness/paths.mjs';
import {library} from './harness/tree.mjs';
import {patience} from './harness/views.mjs';

const main = page => page.getByRole('main');

// served is the sample library behind a daemon that has nothing left to do, and a page of it.
async function served(t, place = '') {
  const dir = library(t);
  const daemon = await Daemon.start(t, {roots: [{name: 'library', path: dir}], more: '[watcher]\ndebounce = "100ms"'});
  await daemon.idle();
  const page = await open(t);
  await goTo(page, daemon, place);
  await settledTruth(page);
  return {dir, daemon, page};
}

test('walls show what there is, and each work leads to its page', async t => {
  const {page} = await served(t);
  await main(page).getByRole('link', {name: 'The Paper Lantern'}).first().waitFor();
  await look(page, 'home');
  for (const [name, title] of [['Films', 'Зимний сад'], ['Shows', 'Tidewater'], ['Music', 'Field Notes'],
    ['Books', 'The Glass Orchard'],
    ['Comics', 'Moonrail'], ['Audiobooks', 'The Glass Orchard']]) {
    await page.getByRole('navigation').getByRole('link', {name, exact: true}).click();
    await main(page).getByRole('heading', {name, level: 1}).waitFor();
    await main(page).getByRole('link', {name: title}).first().waitFor();
    await look(page, `wall-${name.toLowerCase()}`);
  }
  await page.getByRole('navigation').getByRole('link', {name: 'Films', exact: true}).click();
  await main(page).getByRole('link', {name: 'The Paper Lantern'}).first().click();
  await main(page).getByRole('heading', {name: 'The Paper Lantern', level: 1}).waitFor();
  await main(page).locator('details.more summary').first().click();
  for (const [field, from] of [['Title', 'name'], ['Plot', 'movie.nfo'], ['Sound', 'bytes']]) {
    await main(page).getByRole('row', {name: new RegExp(`^${field} .* ${from}$`)}).first().waitFor();
  }
  await look(page, 'work-film', {full: true});
});

test('what has no title is told apart by its number or day, and by what it is a part of', async t => {
  const {dir, daemon, page} = await served(t);
  const film = path.join(dir, 'Series', 'The Late Kettle', 'The.Late.Kettle.2021.03.14.mp4');
  for (const name of ['Gull Point/Season 1/Gull.Point.S01E04.mp4', 'Gull Point/Season 2/Gull.Point.S02E05.mp4',
    'Gull Daily/Gull.Daily.2021.03.15.mp4']) {
    cpSync(film, path.join(dir, 'Series', name), {recursive: true});
  }
  const comic = path.join(dir, 'Comics', 'Gull Tales', 'Gull Tales 007 (2018).cbz');
  mkdirSync(path.dirname(comic));
  writeFileSync(comic, Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)])); // an archive of nothing
  await daemon.when(() => daemon.status(), status => status.idle && status.counts.items === 33);
  await goTo(page, daemon, 'search?q=gull');
  for (const name of [/Season 1 Gull Point/, /Season 2 Gull Point/, /Episode 4 Gull Point/, /Episode 5 Gull Point/,
    /March 15, 2021 Gull Daily/, /#7 Gull Tales/]) {
    await main(page).getByRole('link', {name}).waitFor();
  }
  await look(page, 'search-untitled', {full: true});
  await main(page).getByRole('link', {name: /Episode 5/}).click();
  await main(page).getByRole('heading', {name: 'Episode 5', level: 1}).waitFor();
  await main(page).getByRole('link', {name: 'Season 2', exact: true}).waitFor();
  assert.equal(await page.title(), 'Episode 5 · Gull Point · catalogizerd');
  await look(page, 'work-untitled-episode');
  await main(page).getByRole('link', {name: 'Gull Point', exact: true}).click();
  await main(page).getByRole('heading', {name: 'Gull Point', level: 1}).waitFor();
});

test('a show has its seasons and episodes, an album its tracks in order', async t => {
  const {page} = await served(t, 'series');
  await main(page).getByRole('link', {name: 'Tidewater'}).first().click();
  await main(page).getByRole('link', {name: /Season 1|Low Water/}).first().waitFor();
  await look(page, 'work-show');
  await page.getByRole('navigation').getByRole('link', {name: 'Music', exact: true}).click();
  await main(page).getByRole('link', {name: 'Field Notes'}).first().click();
  await main(page).locator('text=夜の道 >> visible=true').first().waitFor();
  const text = await main(page).innerText();
  const order = ['Open Gate', 'Hedgerow', 'Über den Fluss', '夜の道'].map(title => text.indexOf(title));
  assert.deepEqual(order, [...order].sort((a, b) => a - b), 'tracks are in their order');
  await look(page, 'work-album');
});

test('in a narrow window the place that one has come to is in sight', async t => {
  const {page, daemon} = await served(t);
  await page.setViewportSize({width: 390, height: 844});
  await goTo(page, daemon, 'machine/config');
  await page.reload(); // as whoever follows a link comes: what there is to look at is known later than the place
  await page.waitForFunction(() => {
    const here = [...document.querySelectorAll('.nav [aria-current], .tabs [aria-current]')];
    const inSight = e => e.getBoundingClientRect().left >= 0 && e.getBoundingClientRect().right <= innerWidth;
    const known = document.querySelector('.nav [data-name="comic"]:not([hidden])');
    return known && here.length === 2 && here.every(inSight);
  });
});

test('photos stand by day, folders as they lie on disk', async t => {
  const {daemon, page} = await served(t, 'photo');
  await main(page).locator('img').first().waitFor();
  assert.match(await main(page).innerText(), /2021/);
  const known = (await daemon.ask('/facets?by=kind&kind=photo,image')).total.count;
  await page.waitForFunction(count => document.querySelectorAll('main .photo').length === count, known);
  await main(page).getByRole('heading', {name: 'Without a date'}).waitFor();
  await look(page, 'photos');
  await page.setViewportSize({width: 1281, height: 800});
  await page.waitForFunction(() => new Set([...document.querySelectorAll('main .photo')].map(photo =>
    photo.offsetTop)).size === 1); // days of few photos stand side by side
  await page.getByRole('navigation').getByRole('link', {name: 'Folders'}).click();
  await main(page).getByRole('link', {name: 'library'}).first().click();
  await main(page).getByRole('link', {name: 'Music'}).first().click();
  await main(page).getByText('Ada Quill', {exact: true}).click();
  await main(page).getByText('Field Notes (2020)', {exact: true}).click();
  await main(page).getByRole('link', {name: /Open Gate/}).first().waitFor();
  assert.equal(decodeURIComponent(new URL(page.url()).hash), '#/folders/library/Music/Ada Quill/Field Notes (2020)');
  await look(page, 'folders');
});

test('search answers as one types', async t => {
  const {page} = await served(t);
  await main(page).getByRole('link', {name: 'The Paper Lantern'}).first().waitFor();
  await presses(page, '/', ...'lantern');
  await main(page).getByRole('link', {name: 'The Paper Lantern'}).first().waitFor();
  assert.match(page.url(), /#\/search\?q=lantern$/);
  await look(page, 'search');
  const took = [];
  for (const q of ['tidew', 'orchard', 'quill', 'moonr', 'harbour', 'field', 'paper', 'kettle', 'glass']) {
    took.push(await page.evaluate(async ({text, patience}) => {
      const input = document.getElementById('search');
      const box = document.querySelector('main');
      const begun = performance.now();
      const answered = new Promise((resolve, reject) => {
        setTimeout(() => reject(new Error(`no answer for ${text}`)), patience);
        const seen = new MutationObserver(() => {
          if (box.querySelector('a') && box.textContent.toLowerCase().includes(text)) {
            seen.disconnect();
            resolve(performance.now() - begun);
          }
        });
        seen.observe(box, {childList: true, subtree: true, characterData: true});
      });
      input.value = text;
      input.dispatchEvent(new Event('input', {bubbles: true}));
      return answered;
    }, {text: q, patience}));
  }
  t.diagnostic(`answers after ${took.map(Math.round).join(', ')} ms`);
  promised(took, 100, 'milliseconds until an answer is shown');
});

test('a search draws what the window has room for, then the rest, and tiles stay while letters come', async t => {
  const {dir, daemon, page} = await served(t);
  const film = path.join(sampleLibrary, 'Films/Зимний сад (2004).mkv');
  for (let i = 1; i <= 40; i++) copyFileSync(film, path.join(dir, `Films/Driftwood ${i} (2001).mkv`));
  await daemon.when(() => daemon.ask('/search?q=driftwood&limit=50'), found => found.works.length === 40);
  await daemon.idle(); // what is read of the films changes their works once more
  await goTo(page, daemon, 'search');
  const tiles = main(page).locator('.tile');
  const drawn = q => page.evaluate(text => {
    const box = document.querySelector('main');
    const first = new Promise(resolve => {
      const seen = new MutationObserver(() => {
        const count = box.querySelectorAll('.tile').length;
        if (!count || !box.textContent.includes('30 works')) return;
        seen.disconnect();
        resolve(count);
      });
      seen.observe(box, {childList: true, subtree: true});
    });
    const input = document.getElementById('search');
    input.value = text;
    input.dispatchEvent(new Event('input', {bubbles: true}));
    return first;
  }, q);
  const first = await drawn('driftw');
  assert.ok(first >= 6 && first < 30, `${first} tiles at first`);
  await tiles.nth(29).waitFor();
  await main(page).getByRole('link', {name: 'All files that match'}).waitFor();
  await page.evaluate(() => { for (const tile of document.querySelectorAll('main .tile')) tile.known = true; });
  await drawn('driftwo');
  await tiles.nth(29).waitFor();
  assert.equal(await tiles.evaluateAll(all => all.filter(tile => tile.known).length), 30,
    'tiles that were there before');
});

test('a tile has the colour of its picture before that comes, once somebody has seen it', async t => {
  const {daemon, page} = await served(t, 'photo');
  const known = (await daemon.ask('/facets?by=kind&kind=photo,image')).total.count;
  await page.waitForFunction(count => document.querySelectorAll('main .photo img.there').length === count, known);
  let refuse;
  const refused = new Promise(resolve => { refuse = resolve; });
  await page.route('**/thumbnail?*', route => refused.then(() => route.fulfill({status: 404})));
  await goTo(page, daemon);
  await page.reload(); // as another browser, which has no picture of it
  const tiles = main(page).locator('.shelf', {hasText: 'Photos'}).locator('.art[data-coloured]');
  await tiles.first().waitFor();
  const seen = await tiles.evaluateAll(all => all.map(art => ({
    background: getComputedStyle(art).backgroundColor,
    words: getComputedStyle(art.querySelector('.art-title')).visibility,
  })));
  assert.ok(new Set(seen.map(art => art.background)).size > 1, `colours of their own: ${JSON.stringify(seen)}`);
  assert.ok(seen.every(art => art.words === 'hidden'), 'no words flash up');
  const {items} = await daemon.ask('/items?kind=photo&include=colour');
  assert.ok(items.some(i => /^#[0-9a-f]{6}$/.test(i.colour)), JSON.stringify(items));
  refuse(); // a picture that cannot be had leaves words in its place
  await page.waitForFunction(() => document.querySelectorAll('main .art[data-coloured]').length === 0);
});

test('keys lead everywhere, and are listed', async t => {
  const {page} = await served(t);
  await main(page).getByRole('link', {name: 'The Paper Lantern'}).first().waitFor();
  await presses(page, '?');
  await page.getByRole('dialog').waitFor();
  await look(page, 'keys');
  await presses(page, 'Escape');
  await gone(page.getByRole('dialog'));
  for (const [key, heading] of [['f', 'Films'], ['m', 'Music'], ['p', 'Photos'], ['r', 'Machine room'],
    ['d', 'Folders']]) {
    await leads(page, 'g', key, heading);
  }
  await leads(page, 'g', 'f', 'Films'); // to where the focus is, and not before
  await page.getByText(/Everything reachable/).first().waitFor(); // or the wall is drawn anew in between
  await page.keyboard.press('Tab');
  const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(ring, 'none', 'what has the focus shows it');
});

test('a film that is copied in appears on the wall while one looks', async t => {
  const {dir, page} = await served(t, 'movie');
  await main(page).getByRole('link', {name: 'Harbour Lights'}).first().waitFor();
  const made = Date.now();
  cpSync(path.join(sampleLibrary, 'Films/Зимний сад (2004).mkv'), path.join(dir, 'Films/Northern Quay (2011).mkv'));
  await main(page).getByRole('link', {name: 'Northern Quay'}).first().waitFor();
  t.diagnostic(`on the wall after ${Date.now() - made} ms, with a debounce of 100 ms`);
});

test('a picture whose name says nothing shows by itself, and a right-to-left name stands as it is read', async t => {
  const {dir, daemon, page} = await served(t, 'folders/library/Photos');
  await main(page).getByRole('link', {name: 'Scans'}).waitFor();
  await rested(page); // from here on it is told of what comes
  copyFileSync(path.join(sampleLibrary, 'Photos/2021/2021-06-12 Lake/IMG_0001.JPG'),
    path.join(dir, 'Photos/صورة من البحر.jpg'));
  await daemon.idle();
  const link = main(page).getByRole('link', {name: 'صورة من البحر'}).first();
  await says(link, 'صورة من البحر');
  await link.click();
  await main(page).locator('img').first().waitFor();
  await look(page, 'item-photo');
});

test('a tile keeps the focus while its wall changes, and the arrow keys go on from it', async t => {
  const {dir, daemon, page} = await served(t, 'movie');
  const film = (name, year) => {
    cpSync(path.join(sampleLibrary, 'Films/Зимний сад (2004).mkv'), path.join(dir, `Films/${name} (${year}).mkv`));
    return main(page).getByRole('link', {name}).first().waitFor();
  };
  await main(page).getByRole('link', {name: 'The Paper Lantern'}).first().focus();
  const focused = () => page.evaluate(() =>
    document.activeElement.closest('a')?.querySelector('.tile-title').textContent);
  assert.equal(await focused(), 'The Paper Lantern');
  // A key that leads to a tile whose film is just asked for anew waits for that.
  const goes = async (key, to) => {
    await page.keyboard.press(key);
    await page.waitForFunction(title =>
      document.activeElement.closest('a')?.querySelector('.tile-title')?.textContent === title, to);
  };
  await film('Amber Quay', 2011); // stands before it
  await film('Zenith Quay', 2012); // and behind
  await daemon.idle();
  assert.equal(await focused(), 'The Paper Lantern');
  const titles = (await daemon.ask('/works?kind=movie&sort=title')).works.map(work => work.title);
  await goes('ArrowLeft', titles[titles.indexOf('The Paper Lantern') - 1]);
  await goes('ArrowRight', 'The Paper Lantern');
  await goes('Home', 'Amber Quay');
  await page.setViewportSize({width: 390, height: 844});
  for (const name of ['Yonder Quay', 'Yellow Quay', 'Yesterday Quay']) { // one more row at least
    await film(name, 2014);
    await daemon.idle();
    assert.equal(await focused(), 'Amber Quay');
  }
  await page.setViewportSize({width: 1280, height: 800});
  await main(page).getByRole('link', {name: 'Harbour Lights'}).first().focus();
  await page.setViewportSize({width: 390, height: 844});
  await page.waitForFunction(() => document.querySelector('main .grid').clientWidth < 390);
  assert.equal(await focused(), 'Harbour Lights');
  await goTo(page, daemon);
  await main(page).locator('.shelf').first().waitFor(); // the wall has gone
  await main(page).getByRole('link', {name: 'Harbour Lights'}).first().focus();
  await film('Middle Quay', 2013);
  assert.equal(await focused(), 'Harbour Lights', 'on a shelf, too');
});

test('a photo and a file keep the focus while their lists change', async t => {
  const {dir, daemon, page} = await served(t, 'photo');
  const focused = () => page.evaluate(() => document.activeElement.closest('a')?.textContent);
  const picture = path.join(sampleLibrary, 'Photos/2021/2021-06-12 Lake/IMG_0001.JPG');
  for (const [place, one, selector, of] of [['photo', 'map of the coast', '.photo', 'kind=photo,image'],
    ['folders/library/Photos/Scans', 'map of the coast.png', '.row', 'root=library&under=Photos/Scans']]) {
    const shown = async () => page.waitForFunction(([s, n]) => document.querySelectorAll(`main ${s}`).length === n,
      [selector, (await daemon.ask(`/items?${of}`)).items.length]);
    await goTo(page, daemon, place);
    await shown();
    await main(page).locator(selector).filter({hasText: one}).first().focus();
    const text = await focused();
    assert.ok(text.includes(one), text);
    const another = `another for ${selector}.jpg`;
    copyFileSync(picture, path.join(dir, 'Photos/Scans', another));
    await daemon.when(() => daemon.ask(`/items?${of}`), ({items}) => items.some(item => item.name === another));
    await daemon.idle();
    await shown();
    await page.waitForFunction(t => document.activeElement.closest('a')?.textContent === t, text); // or is given back
  }
});

test('a photo has the focus again where photos are drawn anew before they had come', async t => {
  const {dir, daemon, page} = await served(t, 'photo');
  const {count} = (await daemon.ask('/facets?by=kind&kind=photo,image')).total;
  await main(page).locator('.photo').nth(count - 1).waitFor();
  await main(page).locator('.photo').filter({hasText: 'map of the coast'}).focus();
  let release;
  const released = new Promise(resolve => { release = resolve; });
  await page.route('**/api/v1/items?*', route => released.then(() => route.continue()).catch(() => {})); // or given up
  for (const more of [1, 2]) {
    copyFileSync(path.join(sampleLibrary, 'Photos/2021/2021-06-12 Lake/IMG_0001.JPG'),
      path.join(dir, `Photos/Scans/another ${more}.jpg`));
    await says(main(page).locator('.count'), `${count + more} pictures`);
  }
  assert.equal(await main(page).locator('.photo').count(), 0);
  release();
  await page.waitForFunction(() => document.activeElement.textContent.includes('map of the coast') &&
    document.activeElement.matches('.photo'));
});

test('a folder that comes while the one above it is drawn for the first time is shown', async t => {
  const {dir, daemon, page} = await served(t);
  const name = 'come meanwhile';
  const told = []; // by the feed
  page.on('websocket', ws => ws.on('framereceived', ({payload}) => told.push(String(payload))));
  const isTold = text => daemon.when(() => told, all => all.some(frame => frame.includes(text)));
  await page.reload();
  await settledTruth(page);
  let asked, release;
  const isAsked = new Promise(resolve => { asked = resolve; });
  const released = new Promise(resolve => { release = resolve; });
  await page.route('**/api/v1/facets?by=folder*', async route => {
    const before = await route.fetch();
    asked();
    await released;
    await route.fulfill({response: before});
  }, {times: 1});
  await goTo(page, daemon, 'folders/library/Films');
  await isAsked;
  mkdirSync(path.join(dir, 'Films', name));
  copyFileSync(path.join(sampleLibrary, 'Films/Зимний сад (2004).mkv'), path.join(dir, 'Films', name, 'a film.mkv'));
  await isTold(name);
  await isTold((await daemon.idle()).cursor); // there is no other change to come
  release();
  await main(page).getByRole('link', {name}).waitFor();
});

test('a book that the browser can show by itself is read there', async t => {
  const {page} = await served(t, 'book');
  await main(page).getByRole('link', {name: 'Obscura Pocket 2'}).first().click();
  const opened = page.context().waitForEvent('page');
  await main(page).getByRole('link', {name: 'Read', exact: true}).click();
  const beside = await opened;
  await beside.waitForURL(/\/content$/);
  assert.equal(await beside.evaluate(() => document.contentType), 'application/pdf');
});
