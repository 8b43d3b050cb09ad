// Words for what one does on the page.
import assert from 'node:assert/strict';

export const goTo = (page, daemon, place = '') => page.goto(`${daemon.url}/#/${place}`);

// live waits until the page follows the feed.
export const live = page => page.locator('.truth[data-kind="settled"], .truth[data-kind="busy"]').waitFor();

// settledTruth waits until the page says that everything reachable is catalogued.
export const settledTruth = page => page.locator('.truth[data-kind="settled"]').waitFor();

export const card = (page, root) => page.getByRole('article', {name: root, exact: true});

// says waits until an element holds a text, and gives all of its own.
export async function says(locator, text) {
  await locator.filter({hasText: text}).first().waitFor();
  return locator.first().innerText();
}

export async function gone(locator) { await locator.waitFor({state: 'hidden'}); }

// confirm presses a button that asks, and then the answer.
export async function confirm(page, button, yes) {
  await button.click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await dialog.getByRole('button', {name: yes}).click();
  await gone(dialog);
}

// presses types keys one after the other.
export async function presses(page, ...keys) {
  for (const key of keys) await page.keyboard.press(key);
}

// leads types a pair of keys, and waits for the place that they lead to. They are on their way at once: a busy machine
// would take longer from one to the other than the page waits.
export async function leads(page, first, second, heading) {
  await Promise.all([first, second].map(key => page.keyboard.press(key)));
  await page.getByRole('main').getByRole('heading', {name: heading, level: 1}).waitFor();
  await rested(page);
}

// rested waits until a view is drawn, and whoever came by keys has been led into it.
export const rested = page => page.waitForFunction(() => !('busy' in document.documentElement.dataset));

// focused is the text of what has the focus.
export const focused = page => page.evaluate(() => document.activeElement?.textContent ?? '');

export function below(value, limit, what) { assert.ok(value < limit, `${what}: ${value}, at most ${limit}`); }

// promised holds measured times to what is promised of them: by their median, on a machine that does nothing else
// (PAGE_STRICT, as `make verify` has it); else, by the best of them, to five times as much, which a busy machine does
// not miss, and a page that waits for what it should not does.
export function promised(times, limit, what) {
  if (process.env.PAGE_STRICT) below(median(times), limit, what);
  else below(Math.min(...times), 5 * limit, `${what}, at best of ${times.length}, times five`);
}

export const median = list => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
