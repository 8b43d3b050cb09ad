// Filters and sorts of a wall. They stand in the address as the API has them, and whatever else stands there is a
// filter too.
import {h, replace} from './dom.js';
import {language} from './format.js';
import {go, href} from './router.js';
import {rootText} from './server.js';
import {words} from './words.js';

const w = words.filters;
const sorts = {
  works: ['title', '-added', '-year', 'year', '-size', '-duration'],
  items: ['title', '-added', '-modified', '-year', '-size'],
};
const facetOf = {genre: 'genre', year: 'decade', audio: 'audio'};

// passed are the filters of an address, as the API takes them.
export function passed(query) {
  const out = {};
  for (const name of new Set(query.keys())) if (name !== 'sort') out[name] = query.getAll(name);
  return out;
}

export const filters = {
  // by names the facets that are shown, and those that the order is entered by: four at most.
  by(of, sort) {
    const entered = {year: 'year', added: 'added_month'}[sort.replace('-', '')];
    return ['genre', 'decade', 'audio', entered].filter(Boolean).join(',');
  },

  draw(bar, {kind, of, query, facets, path}) {
    const focused = bar.contains(document.activeElement) ? document.activeElement.name : null;
    const change = (name, value) => {
      const next = new URLSearchParams(query);
      next.delete(name);
      if (value) next.set(name, value);
      go(href(path, next));
    };
    const choice = (name, options, chosen) => h('label.choice', h('span', w[name]),
      h('select', {name, on: {change: e => change(name, e.target.value)}},
        options.map(([value, text]) => h('option', {value, selected: value === chosen}, text))));
    const parts = [choice('sort', sorts[of].map(s => [s === 'title' ? '' : s, w.sorts[s]]), query.get('sort') || '')];
    for (const [name, facet] of Object.entries(facetOf)) {
      const options = optionsOf(name, facets[facet] || []);
      const chosen = query.get(name) || '';
      if (chosen && !options.some(o => o[0] === chosen)) options.unshift([chosen, shown(name, chosen)]);
      if (options.length > 1 || chosen) parts.push(choice(name, [['', w.any], ...options], chosen));
    }
    if (kind === 'series' && of === 'works') {
      parts.push(h('label.choice.check', h('input', {
        type: 'checkbox', name: 'gaps', checked: query.get('gaps') === 'true',
          on: {change: e => change('gaps', e.target.checked ? 'true' : '')},
      }), h('span', w.gaps)));
    }
    for (const [name, value] of query) {
      if (name === 'sort' || name in facetOf || name === 'gaps') continue;
      parts.push(h('button.chip', {type: 'button', 'aria-label': w.without(name, shown(name, value)),
        on: {click: () => change(name, '')}},
        h('span', {dir: 'auto'}, `${w.names[name] || name}: ${shown(name, value)}`), ' ×'));
    }
    replace(bar, parts);
    if (focused) bar.querySelector(`[name="${focused}"]`)?.focus();
  },
};

function optionsOf(name, values) {
  const known = values.filter(v => v.value !== null).slice(0, 60);
  if (name === 'year') {
    return known.sort((a, b) => b.value - a.value).map(v => [`${v.value}..${v.value + 9}`, `${v.value}s (${v.count})`]);
  }
  return known.map(v => [String(v.value), `${shown(name, v.value)} (${v.count})`]);
}

const shown = (name, value) => (name === 'audio' ? language(value) : name === 'root' ? rootText(value) : value);
