// One file: what it shows, all that is known of it, and what it is a part of.
import {get, post} from './api.js';
import {art, nameOf, ofItem, shape} from './tile.js';
import {anew, h, icon, replace} from './dom.js';
import {href} from './router.js';
import {look, outside, play, plays, reader, shows} from './player.js';
import {short, table, trail, whole} from './fields.js';
import {awayText, onAway} from './server.js';
import * as live from './live.js';
import {words} from './words.js';

const w = words.item;

export default async function item({path, main, signal, title, session}) {
  const id = path[1];
  const draw = async () => {
    const i = await whole(id, signal);
    const works = await Promise.all((i.works || []).slice(0,
      8).map(x => get(`works/${x.id}`, null, signal).catch(() => null)));
    title(i.title || i.name);
    anew(main, h('article.work', top(i, session), partOf(works.filter(Boolean)), beside(i),
      h('section', h('h2', words.work.details), table(i))));
  };
  await draw();
  onAway(() => draw().catch(() => {}), signal);
  live.on('changes', m => m.changes.some(c => c.id === Number(id) && (c.item || c.op === 'delete')) &&
    draw().catch(err => {
    if (err.status === 404) replace(main, h('section.failure', h('h1', words.errors.gone),
      h('p', h('a.button', {href: '#/'}, words.errors.home))));
  }), signal);
}

function top(i, session) {
  const picture = art('items', ofItem(i), 1024);
  const shown = ['photo', 'image', 'artwork'].includes(i.kind);
  const may = session.access === 'full';
  const gone = awayText([i.root]);
  const note = h('span.quiet', {role: 'status'});
  const again = () => post(`items/${i.id}/analyse`).then(() => replace(note, w.asked),
    err => replace(note, err.message));
  return h('header.hero', {vars: {hue: picture.style.getPropertyValue('--hue')}},
    h('div.hero-art', {data: {shape: shape(i.kind)}}, shown
      ? h('button.bare', {type: 'button', on: {click: () => look([i], 0)}}, picture, h('span.sr', w.look)) : picture),
    h('div.hero-text', h('p.over', words.kinds[i.kind]), h('h1', {dir: 'auto'}, i.title || i.name),
      h('p.quiet', trail(i)), h('p.facts', h('span', short(i))), h('p.plot', {dir: 'auto'}, i.plot),
      i.state === 'missing' && h('p.error', words.work.missingFile),
      gone && h('p.error', {role: 'note'}, gone),
      i.error && h('p.error', {role: 'note'}, `${w.failed}: ${i.error}`),
      h('div.actions', gone ? null : [
        plays(i) && h('button.button.primary', {type: 'button', on: {click: () => play([i])}}, icon('play'),
          words.work.play),
        reader(i),
        shows(i) && h('button.button.primary', {type: 'button', on: {click: () => look([i], 0)}}, w.look),
        h('a.button', {href: `api/v1/items/${i.id}/content`, download: i.name}, words.work.download),
        (i.media?.video || i.media?.audio) && outside([i], i.title || i.name, session)],
        i.analysis === 'failed' && h('button.button', {type: 'button', disabled: !may, on: {click: again}}, w.again),
          note)));
}

function partOf(works) {
  if (!works.length) return null;
  return h('section', h('h2', w.partOf), h('ul.files', works.map(x => h('li', h('a', {href: href(['work', x.id]),
    dir: 'auto'}, nameOf(x)),
    h('span.quiet', [x.series, words.kinds[x.kind]].filter(Boolean).join(' · '))))));
}

function beside(i) {
  if (!i.companions?.length) return null;
  return h('section', h('h2', w.beside), h('ul.files', i.companions.map(c => h('li', h('a', {href: href(['item', c.id]),
    dir: 'auto'}, c.name),
    h('span.quiet', [c.role, c.language].filter(Boolean).join(' · '))))));
}
