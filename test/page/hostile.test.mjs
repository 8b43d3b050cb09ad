// A library whose names, tags and descriptions are written by somebody who wants the page to run what they say.
import assert from 'node:assert/strict';
import {copyFileSync, readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {look, open} from './harness/browser.mjs';
import {Daemon} from './harness/daemon.mjs';
import {goTo, settledTruth} from './harness/page.mjs';
import {sampleLibrary} from './harness/paths.mjs';
import {broken, temporary, write} from './harness/tree.mjs';

const image = '<img src=x onerror="window.ran=1">';
const script = '"><script>window.ran=1<\\script>'.replace('\\', '∕'); // no name holds a slash
const entities = image.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

function hostile(t) {
  const dir = temporary(t, 'hostile');
  const sample = name => readFileSync(path.join(sampleLibrary, name));
  const film = sample('Films/Зимний сад (2004).mkv');
  write(dir, `Films/${image} (2001)/${image} (2001).mkv`, film);
  write(dir, `Films/${image} (2001)/movie.nfo`,
    `<movie><title>${entities}</title><plot>${entities} javascript:alert(1)</plot>` +
    `<genre>${entities}</genre><director>${entities}</director><actor><name>${entities}</name></actor></movie>`);
  write(dir, `Films/${script} (2002).mkv`, film);
  write(dir, `Films/javascript:window.ran=1 (2003).mkv`, film);
  write(dir, `Shows/${image}/Season 01/${image} - S01E03 - ${script}.mkv`, film);
  write(dir, `Books/${image}/${script}.txt`);
  write(dir, `Photos/2021/${image}.png`, sample('Photos/Scans/map of the coast.png'));
  write(dir, `Photos/2021/${script} broken.png`, broken);
  write(dir, `Photos/${'a'.repeat(40)}\u202e\u2066gpj.exe ${image}.png`, sample('Photos/Scans/map of the coast.png'));
  copyFileSync(path.join(dir, `Films/${script} (2002).mkv`), path.join(dir, `Films/copy ${image}.mkv`));
  return dir;
}

test('names, tags and descriptions with markup are shown as what they are, in every view, and nothing of them runs',
  async t => {
  const daemon = await Daemon.start(t, {roots: [{name: 'library', path: hostile(t)}]});
  await daemon.idle();
  const {works} = await daemon.ask('/works?limit=100');
  const {items} = await daemon.ask('/items?limit=100');
  assert.ok(works.some(w => w.title.includes('<img')), JSON.stringify(works));
  const page = await open(t);
  await goTo(page, daemon);
  await settledTruth(page);
  const places = ['', 'movie', 'series', 'photo', 'book', 'folders', 'folders/library/Films',
    'folders/library/Photos/2021',
    `search?q=${encodeURIComponent('img onerror')}`, `folders?q=${encodeURIComponent('ran')}`,
    `movie?genre=${encodeURIComponent(image)}`, `movie?not_artist=${encodeURIComponent(script)}`,
      `movie?sort=${encodeURIComponent(image)}`,
    `${encodeURIComponent(image)}`, `folders/${encodeURIComponent(image)}/${encodeURIComponent(script)}`,
      `work/${encodeURIComponent(image)}`,
    ...['', '/failed', '/duplicates', '/space', '/changes', '/config',
      `/held/${encodeURIComponent(image)}`].map(room => `machine${room}`),
    ...works.map(w => `work/${w.id}`), ...items.map(i => `item/${i.id}`)];
  for (const place of places) {
    await goTo(page, daemon, place);
    await page.waitForFunction(() => !('busy' in document.documentElement.dataset) &&
      document.querySelector('main').childElementCount);
    await page.evaluate(() => { for (const fold of document.querySelectorAll('main details')) fold.open = true; });
    await page.waitForFunction(() => [...document.querySelectorAll('main .details-box')].every(box => box.firstChild));
    const made = await page.evaluate(() => ({
      ran: window.ran,
      scripts: document.querySelectorAll(
        'main script, main iframe, main object, main embed, main [onerror], main [onload]').length,
      pictures: [...document.images].map(i => i.getAttribute('src')).filter(src => src === 'x'),
      links: [...document.links].map(a => a.href).filter(href => !/^(https?|blob):/.test(href)),
    }));
    assert.deepEqual(made, {ran: undefined, scripts: 0, pictures: [], links: []}, place);
  }
  await goTo(page, daemon, 'movie');
  await page.getByRole('main').getByText('<img src=x').first().waitFor();
  await look(page, 'hostile-wall');
});
