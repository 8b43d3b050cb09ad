// Everything that is known of an item, as a table: what, and where that came from.
import {get} from './api.js';
import {h} from './dom.js';
import {clock, language, moment, partial, size} from './format.js';
import {href} from './router.js';
import {rootText, serves, sourceOf} from './server.js';
import {words} from './words.js';

const w = words.fields;
const apart = new Set(['id', 'name', 'sources', 'works', 'companions', 'media', 'path_bytes', 'source_file', 'sidecar',
  'colour']);

const linked = {genres: 'genre', artist: 'artist', album_artist: 'artist', authors: 'author', camera: 'camera'};
const wallOf = {movie: 'movie', episode: 'series', track: 'album', audiobook: 'audiobook', book: 'book',
  comic: 'comic'};

const written = {
  size: v => `${size(v)} (${v.toLocaleString()} B)`,
  modified_at: moment, added_at: moment, taken_at: v => moment(v.slice(0, 19)), date: partial, // by the camera's clock
  kind: v => words.kinds[v] || v,
  languages: v => v.map(language).join(', '),
  analysis: v => w.analyses[v] || v, state: v => w.states[v] || v,
};

// whole is an item with all that is known of it, and where that comes from.
// Where its root is away, perhaps nobody can say that now.
export async function whole(id, signal) {
  try {
    return await get(`items/${id}`, {include: 'sources,colour'}, signal);
  } catch (err) {
    if (err.type !== 'root-offline') throw err;
    return get(`items/${id}`, {include: 'colour'}, signal);
  }
}

// table lists an item's fields. sources may be absent.
export function table(item) {
  const rows = [];
  for (const [name, value] of Object.entries(item)) {
    if (apart.has(name) || value === '' || value === null) continue;
    if (name === 'root' && serves('sources')) rows.push(row(w.names.daemon, sourceOf(value)));
    rows.push(row(w.names[name] || plain(name), shown(name, value, item), source(item, name)));
  }
  for (const [name, value] of media(item.media)) rows.push(row(name, value, source(item, 'media')));
  return h('table.fields', h('caption.sr', w.caption),
    h('thead.sr', h('tr', h('th', {scope: 'col'}, w.field), h('th', {scope: 'col'}, w.value),
      h('th', {scope: 'col'}, w.source))),
    h('tbody', rows));
}

const row = (name, value, from) => h('tr', h('th', {scope: 'row'}, name), h('td', {dir: 'auto'}, value),
  h('td.source', from));

const plain = name => name.replaceAll('_', ' ').replace(/^./, c => c.toUpperCase());

function source(item, name) {
  const from = item.sources?.[name];
  if (!from) return null;
  return h('span.badge', {title: w.sources[from] || from}, from === 'sidecar' && item.sidecar ? item.sidecar
    : w.sourceShort[from] || from);
}

function shown(name, value, item) {
  if (name === 'path') return trail(item);
  if (name === 'root' && serves('sources')) return value.slice(sourceOf(value).length + 1);
  if (name in linked && wallOf[item.kind]) {
    return [value].flat().flatMap((v, i) => [i ? ', ' : '', h('a',
      {href: href([wallOf[item.kind]], {[linked[name]]: v})}, v)]);
  }
  if (name in written) return written[name](value);
  if (Array.isArray(value)) return value.map(v => (typeof v === 'object' ? Object.values(v).join(' ') : v)).join(', ');
  if (typeof value === 'object') return Object.entries(value).map(([k, v]) => `${k} ${v}`).join(', ');
  return typeof value === 'number' && name !== 'year' ? value.toLocaleString() : String(value);
}

// trail is a path whose folders lead to what lies in them.
export function trail(item) {
  const parts = item.path.split('/');
  const name = parts.pop();
  const link = (text, at) => h('a', {href: href(['folders', item.root, ...at])}, text);
  return h('span.trail', link(rootText(item.root), []), parts.map((p, i) => [' / ', link(p, parts.slice(0, i + 1))]), ' / ',
    name);
}

// media is what streams hold, a line each.
export function media(m) {
  if (!m) return [];
  const out = [];
  if (m.container) out.push([w.container, m.container]);
  if (m.duration_seconds) out.push([w.duration, clock(m.duration_seconds)]);
  if (m.width && !m.video?.length) out.push([w.pixels, `${m.width} × ${m.height}`]);
  if (m.pages) out.push([w.pages, m.pages.toLocaleString()]);
  for (const v of m.video || []) {
    out.push([w.video, join(v.codec?.toUpperCase(), v.profile, v.width && `${v.width} × ${v.height}`, v.frame_rate &&
      `${+v.frame_rate.toFixed(3)} fps`,
      v.bit_depth > 8 && `${v.bit_depth} bit`, v.hdr && words.hdr[v.hdr])]);
  }
  for (const a of m.audio || []) {
    out.push([w.audio, join(a.language && language(a.language), a.title, a.codec?.toUpperCase(), a.channels &&
      words.channels(a.channels),
      a.sample_rate && `${a.sample_rate / 1000} kHz`)]);
  }
  for (const s of m.subtitles || []) out.push([w.subtitles, join(s.language && language(s.language), s.title, s.codec,
    s.forced && w.forced)]);
  if (m.chapters?.length) out.push([w.chapters, h('ol.chapters',
    m.chapters.map(c => h('li', h('span.quiet', clock(c.start_seconds)), ' ', c.title || '')))]);
  return out;
}

const join = (...parts) => parts.filter(Boolean).join(' · ');

// short says the quality of a file in a line.
export function short(item) {
  const v = item.media?.video?.[0];
  return join(v?.height && `${v.height}p`, v?.hdr && words.hdr[v.hdr], v?.codec?.toUpperCase(), item.source,
    item.edition,
    item.media?.container, size(item.size));
}
