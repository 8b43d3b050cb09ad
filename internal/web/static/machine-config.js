// The configuration in force: as the file says it, read only.
import {get} from './api.js';
import {h} from './dom.js';
import {words} from './words.js';

const w = words.machine;

export default async function config({box, signal}) {
  const all = await get('config', null, signal);
  signal.throwIfAborted();
  const tables = Object.entries(all).filter(([, value]) => isTable(value));
  const lists = Object.entries(all).filter(([, value]) => Array.isArray(value) && value.some(isTable));
  const alone = Object.entries(all).filter(([, value]) => !isTable(value) &&
    !(Array.isArray(value) && value.some(isTable)));
  box.append(h('header.machine-head', h('h2', w.rooms.config), h('p.quiet', w.configHint)),
    h('div.config', table(w.general, alone), tables.map(([name, keys]) => table(`[${name}]`, Object.entries(keys))),
      lists.flatMap(([name, list]) => list.map(keys => table(`[[${name}]] ${keys.name ?? ''}`,
        Object.entries(keys))))));
}

const isTable = value => typeof value === 'object' && value !== null && !Array.isArray(value);

function table(title, rows) {
  return h('table', h('caption', {dir: 'auto'}, title), h('tbody', rows.map(([key, value]) =>
    h('tr', h('th', {scope: 'row'}, key), h('td', {dir: 'auto'}, written(value))))));
}

// written is a value as the file would have it; what is not set is said in words.
function written(value) {
  if (value === '' || value === null || (Array.isArray(value) && !value.length)) return h('span.quiet', w.unset);
  if (typeof value === 'object' && !Array.isArray(value)) {
    const entries = Object.entries(value);
    return entries.length ? h('code', entries.map(([k, v]) => `${k} = ${JSON.stringify(v)}`).join(', '))
      : h('span.quiet', w.unset);
  }
  return h('code', Array.isArray(value) ? value.map(v => (typeof v === 'string' ? v : JSON.stringify(v))).join(', ')
    : String(value));
}
