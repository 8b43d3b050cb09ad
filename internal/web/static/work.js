// A work's own page: what it is, what it is made of, and what is missing.
import {get} from './api.js';
import {art, nameOf, ofItem, ofWork, shape, tile} from './tile.js';
import {clock, duration, language, partial, size} from './format.js';
import {anew, h, icon, replace} from './dom.js';
import {href} from './router.js';
import {outside, play, plays, reader} from './player.js';
import {short, table, whole} from './fields.js';
import {awayText, onAway, sourceOf} from './server.js';
import * as live from './live.js';
import {n, words} from './words.js';

const w = words.work;
const asWall = {movie: 'movie', series: 'series', season: 'series', episode: 'series', album: 'album', track: 'album',
  artist: 'album',
  audiobook: 'audiobook', book: 'book', comic: 'comic', issue: 'comic'};

export default async function work({path, main, signal, title, session}) {
  const id = path[1];
  const draw = async () => {
    const [about, members] = await Promise.all([get(`works/${id}`, {include: 'colour'}, signal),
      get(`works/${id}/items`, {limit: 1000}, signal)]);
    const parent = about.parent_id ? await get(`works/${about.parent_id}`, null, signal).catch(() => null) : null;
    const by = new Map(members.items.map(i => [i.id, i]));
    const all = (about.items || []).map(m => ({...m, item: by.get(m.id)})).filter(m => m.item);
    const mains = all.filter(m => m.role === 'main');
    title([nameOf(about), about.series].filter(Boolean).join(' · '));
    const parts = await madeOf(about, mains, signal);
    anew(main, h('article.work', hero(about, parent, mains.map(m => m.item), session), parts, versions(about, mains),
      others(all),
      details(mains.slice(0, 12).map(m => m.item))));
    mark(about);
  };
  const concerns = c => c.op.includes('work') && (c.id === Number(id) || c.work?.parent_id === Number(id));
  await live.follow(signal, concerns, draw);
  onAway(() => draw().catch(() => {}), signal);
}

function mark(about) {
  const name = asWall[about.kind];
  const link = document.querySelector(`.nav [data-name="${name}"] a`);
  link?.setAttribute('aria-current', 'true');
  link?.scrollIntoView({block: 'nearest', inline: 'nearest'});
}

function hero(about, parent, items, session) {
  const thing = ofWork(about);
  const facts = [
    about.kind !== 'season' && about.year && (about.end_year && about.end_year !== about.year
      ? `${about.year}–${about.end_year}` : about.year),
    about.date?.length > 4 && partial(about.date),
    about.duration_seconds && duration(about.duration_seconds), about.height && `${about.height}p`, about.hdr &&
      words.hdr[about.hdr],
    size(about.size),
  ].filter(Boolean);
  const people = about.authors || about.artists;
  const gone = awayText(about.roots);
  const playable = items.filter(i => plays(i) && !awayText([i.root]));
  const wall = asWall[about.kind];
  return h('header.hero', {vars: {hue: art('works', thing).style.getPropertyValue('--hue')}},
    h('div.hero-art', {data: {shape: shape(about.kind)}}, art('works', thing, 1024)),
    h('div.hero-text',
      h('p.over', about.kind === 'episode' && parent?.parent_id && [
        h('a', {href: href(['work', parent.parent_id]), dir: 'auto'}, about.series || words.kinds.series), ' · '],
        h('a', {href: parent ? href(['work', parent.id]) : href([wall])}, parent ? nameOf(parent) : words.nav[wall]),
        ` · ${words.kinds[about.kind]}`,
        about.kind === 'episode' && about.number !== undefined && ` ${about.number}`),
      h('h1', {dir: 'auto'}, nameOf(about)),
      people && h('p.people', {dir: 'auto'}, people.join(', ')),
      h('p.facts', facts.map(f => h('span', f))),
      about.genres && h('p.tags', about.genres.map(g => h('a.chip', {href: href([wall], {genre: g})}, g))),
      languages(about),
      about.state === 'missing' && h('p.error', w.missing),
      gone && h('p.error', {role: 'note'}, gone),
      h('p.plot', {dir: 'auto'}, items[0]?.plot),
      items.length > 0 && !gone && h('div.actions',
        playable.length > 0 && h('button.button.primary', {type: 'button', on: {click: () => play(playable)}},
          icon('play'), w.play),
        ['movie', 'episode', 'album', 'audiobook', 'track'].includes(about.kind) &&
          outside(items, about.title || '', session),
        reader(items.find(reader)),
        ['book', 'comic', 'issue'].includes(about.kind) && h('a.button',
          {href: `api/v1/items/${items[0].id}/content`, download: items[0].name}, w.download))));
}

function languages(about) {
  const spoken = about.languages?.map(language), written = about.subtitle_languages?.map(language);
  if (!spoken && !written) return null;
  return h('p.quiet', [spoken && `${w.spoken}: ${spoken.join(', ')}`, written &&
    `${w.subtitled}: ${written.join(', ')}`].filter(Boolean).join(' · '));
}

// madeOf is what a work is made of: seasons, albums, issues, tracks.
async function madeOf(about, mains, signal) {
  if (about.kind === 'series') {
    const seasons = (await get(`works/${about.id}/children`, {limit: 200}, signal)).works;
    const episodes = await Promise.all(seasons.map(s => get(`works/${s.id}/children`,
      {limit: 1000, include: 'items,colour'}, signal)));
    return seasons.map((s, i) => season(s, episodes[i].works, seasons.length > 4 && i > 0));
  }
  const children = () => get(`works/${about.id}/children`, {limit: 1000, include: 'colour'}, signal);
  if (about.kind === 'season') return season(about, (await children()).works, false);
  if (about.kind === 'artist' || about.kind === 'comic') {
    const {works} = await children();
    const name = about.kind === 'artist' ? w.albums : w.issues;
    const more = x => (x.kind === 'issue' && x.title && x.number !== undefined ? `#${x.number}` : x.year);
    return h('section', h('h2', name), h('ul.tiles', {data: {shape: shape(works[0]?.kind)}},
      works.map(x => h('li', tile('works', ofWork(x), more(x))))));
  }
  if (about.kind === 'album' || about.kind === 'audiobook') return tracks(mains.map(m => m.item));
  return null;
}

function season(about, episodes, closed) {
  const rows = [];
  const gaps = [...about.gaps || []];
  const dated = about.number > 1000;
  for (const e of episodes) {
    while (gaps.length && gaps[0][0] < e.number) rows.push(gap(gaps.shift()));
    rows.push(h('li', h('a.episode', {href: href(['work', e.id])},
      h('span.number', dated ? '' : e.number), h('span.episode-art', art('works', ofWork(e))),
      h('span.episode-title', {dir: 'auto'}, nameOf(e)),
      h('span.quiet', [e.date && e.title && partial(e.date), e.duration_seconds && duration(e.duration_seconds),
        e.height && `${e.height}p`]
        .filter(Boolean).join(' · ')))));
  }
  rows.push(...gaps.map(gap));
  return h('details.season', {open: !closed},
    h('summary', h('h2', {dir: 'auto'}, about.title || w.season(about.number)),
      h('span.quiet', n(episodes.length, 'episode'),
      about.counts.missing ? ` · ${w.gone(about.counts.missing)}` : '', about.gaps?.length ? ` · ${w.gaps(about.gaps)}`
        : '')),
    h('ol.episodes', rows));
}

const gap = ([from, to]) => h('li.gap', h('span.number', from === to ? from : `${from}–${to}`), h('span', w.notHere));

function tracks(items) {
  const discs = Map.groupBy ? Map.groupBy(items, i => i.disc || 1)
    : items.reduce((m, i) => m.set(i.disc || 1, [...m.get(i.disc || 1) || [], i]), new Map());
  return h('section.tracks', h('h2.sr', w.tracks), [...discs].map(([disc, list]) => [
    discs.size > 1 && h('h3', w.disc(disc)),
    h('ol', list.map(i => h('li', {data: {track: i.id}},
      h('span.number', i.track ?? ''),
      plays(i)
        ? h('button.track-play', {type: 'button', 'aria-label': `${w.play}: ${i.title || i.name}`,
          on: {click: () => play(items.filter(plays), items.filter(plays).indexOf(i))}}, icon('play'))
        : h('span.track-play'),
      h('a.track-title', {href: href(['item', i.id]), dir: 'auto'}, i.title || i.name),
      h('span.quiet.track-artist', {dir: 'auto'}, i.artist && i.artist !== i.album_artist ? i.artist : ''),
      h('span.quiet', i.media?.duration_seconds ? clock(i.media.duration_seconds) : '')))),
  ]));
}

// versions are the main files of what is one thing, grouped where there are several of it.
function versions(about, mains) {
  if (['album', 'artist', 'audiobook', 'series', 'season', 'comic'].includes(about.kind) || !mains.length) return null;
  return h('section', h('h2', mains.length > 1 ? w.versions : w.file), h('ul.files', mains.map(m => h('li',
    h('a', {href: href(['item', m.id]), dir: 'auto'}, m.item.name),
    h('span.quiet', [m.version && w.version(m.version), m.part && w.part(m.part), short(m.item),
      m.item.state === 'missing' && w.missingFile, sourceOf(m.item.root), awayText([m.item.root]) && words.away.mark]
      .filter(Boolean).join(' · '))))));
}

// others are extras, subtitles and whatever lies beside.
function others(all) {
  return ['extra', 'subtitle', 'lyrics', 'artwork', 'index', 'metadata'].map(role => {
    const list = all.filter(m => m.role === role);
    if (!list.length) return null;
    if (role === 'artwork') {
      return h('section', h('h2', w.roles.artwork), h('ul.tiles', {data: {shape: 'square'}},
        list.map(m => h('li', tile('items', ofItem(m.item), m.item.name)))));
    }
    return h('section', h('h2', w.roles[role]), h('ul.files', list.map(m => h('li',
      h('a', {href: href(['item', m.id]), dir: 'auto'}, m.item.name),
      h('span.quiet', [w.extras[m.extra], m.language && language(m.language), m.item.media?.duration_seconds &&
        duration(m.item.media.duration_seconds), size(m.item.size)]
        .filter(Boolean).join(' · '))))));
  });
}

// details has every field of the main files, and where each came from; asked for when it is opened.
function details(items) {
  if (!items.length) return null;
  return h('section', h('h2', w.details), items.map(i => {
    const box = h('div.details-box');
    const open = async e => {
      if (!e.target.open || box.firstChild) return;
      replace(box, table(await whole(i.id).catch(() => i)));
    };
    return h('details.more', {on: {toggle: open}}, h('summary', h('span', {dir: 'auto'}, i.name)), box);
  }));
}
