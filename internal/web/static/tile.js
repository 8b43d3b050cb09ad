// Tiles: the picture of a work or an item, or, where there is none, colours and letters that are its own.
import {hash, partial} from './format.js';
import {h, icon} from './dom.js';
import {image} from './pictures.js';
import {href} from './router.js';
import {marked} from './server.js';
import {words} from './words.js';

const square = new Set(['album', 'artist', 'track', 'audiobook', 'photo', 'image', 'audio', 'playlist']);
const wide = new Set(['episode', 'video']);

// shape of what is shown: poster, square or wide.
export const shape = kind => (square.has(kind) ? 'square' : wide.has(kind) ? 'wide' : 'poster');

// colours of a text, the same everywhere.
export function colours(text) {
  const x = hash(text);
  return {hue: x % 360, turn: (x >>> 9) % 180, shift: 25 + (x >>> 17) % 60};
}

// art is the picture of {kind, id, title, year, picture, version, colour}: at once the picture's colour, where that is
// known, else colours and words of the title; and the thumbnail above them when it comes.
export function art(of, thing, size = 256) {
  const known = thing.picture && thing.colour;
  const box = h('div.art', {vars: {...colours(thing.title || String(thing.id)), ...known && {colour: thing.colour}},
    data: {shape: shape(thing.kind), ...known && {coloured: ''}}, 'aria-hidden': 'true'},
    h('span.art-title', {dir: 'auto'}, thing.title || words.kinds[thing.kind]),
    h('span.art-year', thing.year || words.kinds[thing.kind]),
    icon(glyph(thing.kind)));
  if (thing.picture) box.append(image(of, thing, size));
  return box;
}

const glyphs = {
  movie: 'movie', series: 'series', season: 'series', episode: 'series', album: 'album', artist: 'album',
    track: 'album', audio: 'album',
  audiobook: 'audiobook', book: 'book', comic: 'comic', issue: 'comic', photo: 'photo', image: 'photo', game: 'game',
    video: 'movie',
};

export const glyph = kind => glyphs[kind] || 'file';

// nameOf is what a work is called: by its title, else by what tells it from those beside it.
export const nameOf = w => w.title || (w.kind === 'episode' && w.date ? partial(w.date) : words.work.untitled(w));

// ofWork is a work as a tile takes it.
export const ofWork = w => ({
  id: w.id, kind: w.kind, title: nameOf(w), year: w.year, picture: Boolean(w.artwork),
    version: `${w.artwork}-${w.updated_at}`, colour: w.colour, work: w,
});

const ownPicture = new Set(['photo', 'image', 'artwork', 'comic', 'book', 'track', 'audiobook']);

// ofItem is an item as a tile takes it.
export const ofItem = i => ({
  id: i.id, kind: i.kind, title: i.title || i.name, year: i.year, version: `${i.modified_at}-${i.size}`,
  colour: i.colour, item: i,
  picture: ownPicture.has(i.kind) || Boolean(i.companions?.some(c => c.role === 'cover')),
});

// tile is a link to a thing, with what is told below it.
export function tile(of, thing, below = thing.year, props = {}) {
  return marked(h('a.tile', {href: href([of === 'works' ? 'work' : 'item', thing.id]),
    data: {shape: shape(thing.kind), id: thing.id}, ...props},
    art(of, thing), h('span.tile-title', {dir: 'auto'}, thing.title || words.kinds[thing.kind]),
    h('span.tile-more', {dir: 'auto'}, below || '\u00a0')), thing.work?.roots || (thing.item && [thing.item.root]));
}
