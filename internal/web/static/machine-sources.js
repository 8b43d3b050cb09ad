// The daemons of a hub, a section each: how it is, since when and why, and a card for each of its roots.
import {h} from './dom.js';
import {say} from './machine-parts.js';
import {since} from './server.js';
import {words} from './words.js';

const w = words.machine;
const s = w.sources;

// sources makes their sections. of(root) is where the card of a root belongs.
export function sources() {
  const el = h('div.sources');
  const all = new Map();
  const update = status => {
    for (const source of status.sources) {
      if (!all.has(source.name)) all.set(source.name, section(source.name));
      const one = all.get(source.name);
      one.update(source, status.roots.filter(root => root.source === source.name));
      if (!one.el.isConnected) el.append(one.el);
    }
    for (const [name, one] of all) {
      if (status.sources.some(source => source.name === name)) continue;
      one.el.remove();
      all.delete(name);
    }
  };
  return {el, update, of: root => all.get(root.source).cards};
}

function section(name) {
  const id = 'source-' + name;
  const state = h('span.state');
  const reason = h('p.reason', {hidden: true});
  const stays = h('p.quiet', {hidden: true}, s.stays);
  const rows = ['items', 'version', 'poison'].map(what => {
    const value = h('dd');
    return {what, value, el: h('div', h('dt', s[what]), value)};
  });
  const cards = h('div.cards');
  const none = h('p.quiet', {hidden: true}, s.none);
  const el = h('section.source', {'aria-labelledby': id},
    h('header', h('h3', {id, dir: 'auto'}, name), state, h('dl', rows.map(row => row.el))), reason, stays, none, cards);
  const update = (source, roots) => {
    const away = source.state === 'offline';
    const kind = away ? 'bad' : source.poison ? 'warn' : 'good';
    el.dataset.kind = state.dataset.kind = kind;
    say(state, away ? s.away(since(source.since)) : source.loading ? s.loading : s.online(since(source.since)));
    reason.hidden = !away || !source.reason;
    say(reason, source.reason);
    stays.hidden = !away || !roots.length;
    none.hidden = roots.length > 0;
    const says = {items: roots.reduce((sum, root) => sum + root.items, 0).toLocaleString(), version: source.version,
      poison: source.poison ? s.poisoned(source.poison) : ''};
    for (const row of rows) {
      row.el.hidden = !says[row.what];
      say(row.value, says[row.what]);
    }
  };
  return {el, cards, update};
}
