// Debian's Chromium on the page, and what every page must be in every state: quiet, accessible, no wider than its
// window.
import assert from 'node:assert/strict';
import {mkdirSync, readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {chromium as driver} from 'playwright-core';
import {atEnd} from './end.mjs';
import {chromium, shots} from './paths.mjs';
import {temporary} from './tree.mjs';
import {patience, views} from './views.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

// open starts a browser with nothing in it, and gives a page of it that has not gone anywhere.
export async function open(t, {args = [], faults = []} = {}) {
  const context = await driver.launchPersistentContext(temporary(t, 'browser'), {
    executablePath: chromium, headless: true, args: [...flags, ...args],
    viewport: views[0].size, colorScheme: views[0].theme, reducedMotion: 'reduce', timeout: patience,
  });
  context.setDefaultTimeout(patience); // of every page of it, and of those that open
  const page = context.pages()[0];
  const found = watch(page);
  atEnd(t, async () => {
    await context.close();
    const unexpected = found.filter(fault => !faults.some(known => known.test(fault)));
    assert.deepEqual(unexpected, [], 'what the browser complained of');
  });
  return page;
}

// watch notes what nobody would see: errors in the console, breaches of the policy, requests to other hosts. What could
// not be loaded is the test's to judge.
function watch(page) {
  const found = [];
  page.on('pageerror', error => found.push(`error: ${error.stack ?? error}`));
  page.on('console', message => {
    const text = message.text();
    const loading = text.startsWith('Failed to load resource') || text.startsWith('WebSocket connection to');
    if (['error', 'warning'].includes(message.type()) && !loading) found.push(`console: ${text}`);
  });
  page.on('request', request => {
    const url = new URL(request.url());
    const own = url.hostname === '127.0.0.1' || ['data:', 'blob:', 'about:'].includes(url.protocol);
    if (!own) found.push(`request: ${request.url()}`);
  });
  return found;
}

// look judges a state in all the views that are asked for, and keeps pictures of it.
export async function look(page, state, {full = false, axe: judged = true} = {}) {
  const before = page.viewportSize();
  const faults = [];
  for (const view of views) {
    await page.setViewportSize(view.size);
    await page.emulateMedia({colorScheme: view.theme, reducedMotion: 'reduce'});
    await settled(page);
    mkdirSync(shots, {recursive: true});
    await page.screenshot({path: path.join(shots, `${state}-${view.name}.png`), fullPage: full});
    const where = `${state} at ${view.name}`;
    const wide = await page.evaluate(tooWide);
    if (wide) faults.push(`${where}: wider than the window by ${wide}`);
    if (judged) faults.push(...(await findings(page)).map(finding => `${where}: ${finding}`));
  }
  await page.setViewportSize(before);
  await page.emulateMedia({colorScheme: views[0].theme, reducedMotion: 'reduce'});
  assert.deepEqual(faults, []);
}

// settled waits until pictures are loaded and nothing moves.
export async function settled(page) {
  await page.waitForFunction(() => [...document.images].every(image => image.complete && !('due' in image.dataset)));
  await page.evaluate(async () => {
    const frame = () => new Promise(resolve => requestAnimationFrame(resolve));
    await frame();
    await frame();
    const ends = document.getAnimations().filter(a => a.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ends.map(a => a.finished));
  });
}

async function findings(page) {
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(axe);
  const violations = await page.evaluate(async () => {
    const {violations} = await window.axe.run(document, {resultTypes: ['violations']});
    return violations.map(v => ({id: v.id, help: v.help, nodes: v.nodes.map(n => `${n.html} ${n.failureSummary}`)}));
  });
  return violations.map(v => `${v.id}: ${v.help}\n${v.nodes.slice(0, 5).join('\n')}`);
}

// tooWide runs in the page. What may scroll by itself may hold wider things.
function tooWide() {
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  if (wide <= 0) return '';
  const scrolls = e => e && (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(e).overflowX) ||
    scrolls(e.parentElement));
  const guilty = [...document.body.querySelectorAll('*')]
    .filter(e => e.getBoundingClientRect().right > window.innerWidth + 1 && !scrolls(e.parentElement));
  return `${wide} px: ` + guilty.slice(0, 3).map(e => e.outerHTML.slice(0, 200)).join('\n');
}
