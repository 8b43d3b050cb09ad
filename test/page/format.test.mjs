// How the page writes what it shows, far from the daemon's place.
import assert from 'node:assert/strict';
import test from 'node:test';

process.env.TZ = 'America/Los_Angeles';
const {day, partial} = await import('../../internal/web/static/format.js');

test('a day is the one that the camera had, wherever somebody looks', () => {
  assert.match(day('2025-12-22'), /22/);
  assert.match(partial('2025-01-01'), /2025/);
  assert.doesNotMatch(partial('2025-01'), /2024/);
});
