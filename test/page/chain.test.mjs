// The list of a wall: pages that only know the next one, entered anywhere.
import assert from 'node:assert/strict';
import test from 'node:test';
import {Chain} from '../../internal/web/static/chain.js';

const size = 100;

// numbers is a source of the numbers below count, which is entered at a number as a real one is at a title.
function numbers(count, guess = index => index) {
  const asked = [];
  return {
    asked,
    async page({up, after, from}) {
      asked.push({up, after, from});
      const start = after !== '' ? Number(after) : from === '' ? (up ? count : 0) : Number(from);
      const things = up ? range(Math.max(0, start - size), start).reverse()
        : range(start, Math.min(count, start + size));
      const next = up ? start - size : start + size;
      return {things, next: up ? (next > 0 ? String(next) : null) : next < count ? String(next) : null};
    },
    enter: index => (index < size ? {from: '', index: 0} : {from: String(guess(index)), index}),
  };
}

const range = (from, to) => Array.from({length: Math.max(0, to - from)}, (_, i) => from + i);

async function want(chain, from, to) {
  let moved = 0;
  await chain.want(from, to, shift => { moved += shift; });
  return moved;
}

test('a list is read from its beginning, a page at a time', async () => {
  const source = numbers(10_000);
  const chain = new Chain(source, 10_000, new AbortController().signal);
  await want(chain, 0, 150);
  assert.equal(chain.at(149), 149);
  assert.equal(chain.at(250), undefined);
  assert.equal(source.asked.length, 2);
});

test('a leap enters the list near its aim, and grows both ways from there', async () => {
  const source = numbers(1_000_000);
  const chain = new Chain(source, 1_000_000, new AbortController().signal);
  await want(chain, 0, 50);
  await want(chain, 700_000, 700_050);
  assert.equal(chain.at(700_020), 700_020);
  await want(chain, 699_800, 699_850);
  assert.equal(chain.at(699_810), 699_810);
  assert.ok(source.asked.length < 8, `${source.asked.length} pages for three looks`);
});

test('a guess of the place is put right at the end, and at the beginning', async () => {
  for (const off of [-300, 300]) {
    const chain = new Chain(numbers(10_000, index => index + off), 10_000, new AbortController().signal);
    await want(chain, 9_000, 9_050);
    assert.equal(chain.at(9_000), 9_000 + off);
    for (let last = 0; chain.downAfter !== null && last < 40; last++) await want(chain, chain.high - 1, chain.high + 1);
    assert.equal(chain.count, 10_000);
    assert.equal(chain.at(9_999), 9_999);
    assert.equal(chain.at(9_500), 9_500);
    chain.begin({from: String(200 + off * 0.5), index: 200});
    for (let first = 0; chain.upAfter !== null && first < 40; first++) await want(chain, chain.low - 1, chain.low + 1);
    assert.equal(chain.at(0), 0);
    assert.equal(chain.at(60), 60);
  }
});

test('of a list that is walked through few pages are held, and those behind come back', async () => {
  const chain = new Chain(numbers(20_000), 20_000, new AbortController().signal);
  for (let i = 0; i < 19_900; i += 100) await want(chain, i, i + 100);
  assert.ok(chain.pages.filter(p => p.things).length <= 31, 'pages held');
  await want(chain, 15_000, 15_050);
  assert.equal(chain.at(15_010), 15_010);
});
