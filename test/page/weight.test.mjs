// What the page costs: until something is painted, and of memory while changes come without an end.
import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {open} from './harness/browser.mjs';
import {Daemon} from './harness/daemon.mjs';
import {below, goTo, live, median, promised} from './harness/page.mjs';
import {library} from './harness/tree.mjs';

const seconds = Number(process.env.PAGE_SOAK ?? 30);

// PAGE_CATALOG is a data directory whose catalog is looked at in the sample library's place: a million items of which
// no file exists, as tools/bench -questions leaves one, with its roots in made.toml.
const large = process.env.PAGE_CATALOG;

function roots(t) {
  if (!large) return [{name: 'library', path: library(t)}];
  const made = readFileSync(path.join(large, 'made.toml'), 'utf8');
  return [...made.matchAll(/name = "(.*)"\npath = "(.*)"/g)].map(([, name, place]) => ({name, path: place}));
}

test('the first paint comes soon after that of an empty page', async t => {
  const daemon = await Daemon.start(t, {roots: roots(t), dataDir: large});
  await daemon.idle();
  const page = await open(t);
  const paint = async url => {
    await page.goto('about:blank');
    await page.goto(url, {waitUntil: 'commit'});
    const entry = await page.waitForFunction(() => performance.getEntriesByName(
      'first-contentful-paint')[0]?.startTime);
    return entry.jsonValue();
  };
  await page.route('**/empty', route => route.fulfill({contentType: 'text/html',
    body: '<!doctype html><title>x</title><p>x'}));
  const ours = [], empty = [];
  for (let i = 0; i < 9; i++) {
    empty.push(await paint(`${daemon.url}/empty`));
    ours.push(await paint(`${daemon.url}/#/`));
  }
  t.diagnostic(`first paint after ${Math.round(median(ours))} ms, of an empty page ${Math.round(median(empty))} ms, ` +
    'medians of nine');
  promised(ours.map((ms, i) => ms - empty[i]), 100, 'milliseconds from the first paint of an empty page to ours');
});

// typed puts a text into the search field, and gives the milliseconds until its answer is painted.
const typed = (page, text) => page.evaluate(q => {
  const input = document.getElementById('search');
  const begun = performance.now();
  const shown = new Promise(resolve => {
    const seen = new MutationObserver(() => {
      seen.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begun)));
    });
    seen.observe(document.querySelector('main [role=status]'), {childList: true}); // which says what was found
  });
  input.value = q;
  input.dispatchEvent(new Event('input', {bubbles: true}));
  return shown;
}, text);

test('search answers each letter that is typed', async t => {
  const daemon = await Daemon.start(t, {roots: roots(t), dataDir: large});
  await daemon.idle();
  const page = await open(t);
  await goTo(page, daemon, 'search');
  await page.getByRole('main').getByRole('heading', {level: 1}).waitFor();
  const took = [];
  for (const word of ['lantern', 'harbour', 'amber']) {
    for (let letters = 2; letters <= word.length; letters++) took.push(await typed(page, word.slice(0, letters)));
  }
  const {items} = (await daemon.status()).counts;
  t.diagnostic(`${items} items: ${took.map(Math.round).join(', ')} ms, median ${Math.round(median(took))}`);
  promised(took, 100, 'milliseconds until an answer is painted');
});

test(`the tab's memory stays as it is while 50 changes a second come, for ${seconds} s`, async t => {
  const dir = library(t);
  const daemon = await Daemon.start(t, {roots: [{name: 'library', path: dir}], more: '[watcher]\ndebounce = "100ms"'});
  await daemon.idle();
  const page = await open(t);
  await goTo(page, daemon, 'machine/changes');
  await live(page);
  const devtools = await page.context().newCDPSession(page);
  const heap = async () => {
    await devtools.send('HeapProfiler.collectGarbage');
    const {usedSize} = await devtools.send('Runtime.getHeapUsage');
    const {nodes} = await devtools.send('Memory.getDOMCounters');
    return {at: Date.now(), used: usedSize / 1024 / 1024, nodes};
  };
  let written = 0;
  const change = setInterval(() => {
    for (let i = 0; i < 5; i++) writeFileSync(path.join(dir, `changing ${written % 500}.bin`), `content ${written++}`);
  }, 100);
  t.after(() => clearInterval(change));
  // The list is full, and the code is warm, before what is compared with.
  await page.waitForFunction(() => document.querySelectorAll('.log li').length === 200);
  const begun = Date.now(), first = written;
  const points = [await heap()];
  const count = Math.max(5, Math.min(60, seconds / 10));
  for (let i = 1; i <= count; i++) { // a machine that writes slower takes longer
    while (written < first + seconds * 50 * i / count) await new Promise(resolve => setTimeout(resolve, 100));
    points.push(await heap());
  }
  clearInterval(change);
  const rate = (written - first) / (Date.now() - begun) * 1000;
  const all = name => points.map(p => Math.round(p[name] * 100) / 100).join(' ');
  t.diagnostic(`${written} changes, ${rate.toFixed(1)} a second; ${slope(points).toFixed(2)} MiB an hour`);
  t.diagnostic(`MiB: ${all('used')}; nodes: ${all('nodes')}`);
  const last = points.slice(-3);
  below(Math.min(...last.map(p => p.used)), points[0].used + 1, 'MiB of the heap at the end');
  below(Math.min(...last.map(p => p.nodes)), points[0].nodes + 2000, 'nodes at the end');
});

// slope is how fast memory grows, by the line of least squares through the points, in MiB an hour.
function slope(points) {
  const mean = list => list.reduce((a, b) => a + b) / list.length;
  const x = points.map(p => p.at / 3_600_000), y = points.map(p => p.used);
  const mx = mean(x), my = mean(y);
  return mean(x.map((v, i) => (v - mx) * (y[i] - my))) / mean(x.map(v => (v - mx) ** 2));
}
