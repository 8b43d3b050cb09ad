// Playing and showing in place: sound in a bar below, with what comes next; films and pictures above the page.
import {at, post} from './api.js';
import {bind} from './keys.js';
import {h, icon, replace} from './dom.js';
import {image} from './pictures.js';
import {words} from './words.js';

const w = words.player;
const containers = {
  mp4: 'video/mp4', mov: 'video/mp4', m4v: 'video/mp4', webm: 'video/webm', matroska: 'video/x-matroska',
    ogg: 'audio/ogg', flac: 'audio/flac',
  mp3: 'audio/mpeg', m4a: 'audio/mp4', wav: 'audio/wav', adts: 'audio/aac', aac: 'audio/aac', opus: 'audio/ogg',
};
const codecs = {
  h264: 'avc1.640028', hevc: 'hvc1.1.6.L93.B0', vp8: 'vp8', vp9: 'vp09.00.10.08', av1: 'av01.0.04M.08',
    aac: 'mp4a.40.2', mp3: 'mp3',
  opus: 'opus', vorbis: 'vorbis', flac: 'flac', ac3: 'ac-3', eac3: 'ec-3', alac: 'alac',
};
const bare = new Set(['audio/mpeg', 'audio/flac', 'audio/wav', 'audio/aac']); // say their codec
const pictures = new Set(['jpeg', 'png', 'gif', 'webp', 'avif', 'bmp', 'svg']);

export const content = item => at(`items/${item.id}/content`);

// plays says how an item can be played here: 'video', 'audio' or null.
export function plays(item) {
  const m = item.media;
  const type = containers[m?.container];
  if (!type || !(m.video?.length || m.audio?.length)) return null;
  const video = m.video?.some(v => codecs[v.codec]) && !['track', 'audio', 'audiobook'].includes(item.kind);
  const named = [video && codecs[m.video[0].codec], m.audio?.length && codecs[m.audio[0].codec]].filter(Boolean);
  const probe = document.createElement(video ? 'video' : 'audio');
  const mime = video ? type : type.replace('video/', 'audio/');
  const can = probe.canPlayType(bare.has(mime) || !named.length ? mime : `${mime}; codecs="${named.join(', ')}"`);
  return can ? (video ? 'video' : 'audio') : null;
}

export const shows = item => pictures.has(item.media?.container) && item.size < 80e6;

// reads says whether a browser shows a document by itself: a PDF, or plain text.
const reads = item => item.media?.container === 'pdf' || item.name.toLowerCase().endsWith('.txt');

// reader leads to a document that the browser shows by itself, beside the library.
export const reader = item => (item && reads(item)
  ? h('a.button.primary', {href: content(item), target: '_blank', rel: 'noopener'}, w.read) : null);

// play plays one of a list of items, and sound on to those behind it.
export function play(items, index = 0) {
  return plays(items[index]) === 'video' ? film(items[index]) : sound(items, index);
}

const dialogs = new Set();

function over(name, label, ...children) {
  const back = document.activeElement;
  const dialog = h(`dialog.${name}`, {'aria-label': label}, children,
    h('button.tool.leave', {type: 'button', 'aria-label': w.close, on: {click: () => dialog.close()}}, icon('close')));
  dialog.addEventListener('close', () => {
    dialogs.delete(dialog);
    dialog.remove();
    back?.focus?.();
  });
  dialog.addEventListener('click', e => e.target === dialog && dialog.close());
  window.addEventListener('hashchange', () => dialog.close(), {once: true});
  document.body.append(dialog);
  dialogs.add(dialog);
  dialog.showModal();
  return dialog;
}

const nameOf = item => item.episode_title || item.title || item.name;

function film(item) {
  current?.el.pause();
  const video = h('video', {src: content(item), controls: true, autoplay: true, playsinline: true,
    'aria-label': nameOf(item)});
  const note = h('p.film-note', {role: 'status'});
  video.addEventListener('error', () => { note.textContent = w.cannot; });
  const dialog = over('film', nameOf(item), video, note);
  const keys = controls(video);
  dialog.addEventListener('close', () => {
    keys();
    video.pause();
    video.removeAttribute('src');
    video.load(); // the connection ends
  });
}

// controls gives a player its keys, and takes them back.
function controls(el) {
  const toggle = () => (el.paused ? el.play() : el.pause());
  const by = s => () => { el.currentTime = Math.max(0, el.currentTime + s); };
  const all = [bind('k', toggle), bind(' ', toggle), bind('j', by(-10)), bind('l', by(10))];
  return () => all.forEach(back => back());
}

let current = null; // {el, bar, keys}

function sound(items, index) {
  current?.end();
  const el = h('audio', {controls: true, autoplay: true, 'aria-label': w.sound});
  const title = h('div.now', {'aria-live': 'polite'});
  const turn = by => {
    if (!items[index + by]) return;
    index += by;
    load();
  };
  const step = (name, label, by) => h('button.tool', {type: 'button', 'aria-label': label, on: {click: () => turn(by)}},
    icon(name));
  const before = step('prev', w.previous, -1), behind = step('next', w.next, 1);
  const bar = h('section.dock', {'aria-label': w.sound}, title, before, el, behind,
    h('button.tool', {type: 'button', 'aria-label': w.close, on: {click: () => current.end()}}, icon('close')));
  const load = () => {
    const item = items[index];
    el.src = content(item);
    replace(title, h('strong', {dir: 'auto'}, nameOf(item)),
      h('span.quiet', {dir: 'auto'}, [item.artist, item.album].filter(Boolean).join(' · ')));
    before.disabled = !index;
    behind.disabled = index === items.length - 1;
    for (const row of document.querySelectorAll('[data-track]')) row.toggleAttribute('data-playing',
      row.dataset.track === String(item.id));
  };
  el.addEventListener('ended', () => turn(1));
  const keys = controls(el);
  current = {el, end() {
    keys();
    el.pause();
    el.removeAttribute('src');
    bar.remove();
    document.documentElement.removeAttribute('data-dock');
    current = null;
  }};
  document.body.append(bar);
  document.documentElement.dataset.dock = '';
  load();
}

// look shows one picture of a list, and leads through the others. more fetches further ones where there are.
export function look(items, index) {
  const figure = h('figure');
  const note = h('figcaption');
  const draw = () => {
    const item = items[index];
    const small = image('items', {id: item.id, version: `${item.modified_at}-${item.size}`}, 1024, nameOf(item));
    replace(figure, small);
    if (shows(item)) {
      const whole = h('img.whole', {src: content(item), alt: nameOf(item), decoding: 'async'});
      whole.addEventListener('load', () => small.isConnected && small.replaceWith(whole));
    }
    replace(note, h('span', {dir: 'auto'}, [nameOf(item), item.taken_at?.slice(0, 16).replace('T', ' '),
      item.camera].filter(Boolean).join(' · ')), ' ',
      h('a', {href: `#/item/${item.id}`}, w.details));
    before.disabled = !index;
    behind.disabled = index === items.length - 1;
  };
  const turn = by => {
    if (!items[index + by]) return;
    index += by;
    draw();
  };
  const before = h('button.tool.before', {type: 'button', 'aria-label': w.previous, on: {click: () => turn(-1)}},
    icon('prev'));
  const behind = h('button.tool.behind', {type: 'button', 'aria-label': w.next, on: {click: () => turn(1)}},
    icon('next'));
  const dialog = over('look', w.picture, figure, note, before, behind);
  dialog.addEventListener('keydown', e => {
    if (e.key === 'ArrowRight' || e.key === 'ArrowLeft') turn(e.key === 'ArrowRight' ? 1 : -1);
  });
  draw();
}

// outside gives a button for a player that is none of the browser's: a list with a link that is signed for a day.
export function outside(items, title, session) {
  const may = session.access === 'full';
  const note = h('span.quiet.outside-note', {role: 'status'}, may ? '' : w.mayNot);
  const signed = async item => new URL((await post(`items/${item.id}/link`, {ttl: '24h'})).content,
    document.baseURI).href;
  const save = async () => {
    const lines = ['#EXTM3U'];
    for (const item of items.slice(0, 200)) {
      lines.push(`#EXTINF:${Math.round(item.media?.duration_seconds || -1)},${nameOf(item).replaceAll('\n', ' ')}`,
        await signed(item));
    }
    const url = URL.createObjectURL(new Blob([lines.join('\n') + '\n'], {type: 'audio/x-mpegurl'}));
    h('a', {href: url, download: `${title.replace(/[\\/:*?"<>|]/g, '_')}.m3u`}).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  };
  const copy = async () => {
    const link = await signed(items[0]);
    try {
      await navigator.clipboard.writeText(link);
      replace(note, w.copied);
    } catch { // without TLS a browser gives no clipboard
      const field = h('input', {type: 'text', readonly: true, value: link, 'aria-label': w.link});
      replace(note, field);
      field.select();
    }
  };
  const press = fn => () => fn().catch(err => replace(note, err.message));
  return h('span.outside', h('button.button', {type: 'button', disabled: !may, on: {click: press(save)}}, w.vlc),
    h('button.button', {type: 'button', disabled: !may, on: {click: press(copy)}}, w.copy), note);
}
