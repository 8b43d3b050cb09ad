// Where a long list can be entered: at letters, at years, at months, as its order is.
import {words} from './words.js';

const letters = 'abcdefghijklmnopqrstuvwxyz';

// marks gives {list: [{label, title, from, index}], enter(index, count)}. Of letters the index is a guess, which the
// list puts right once it knows better; of years and months it is counted.
export function marks(sort, facets, count) {
  const down = sort.startsWith('-');
  const by = sort.replace('-', '');
  if (by === 'title') return byTitle(down, count);
  if (by === 'year' && facets.facets.year) return byValue(facets.facets.year, down, y => String(y));
  if (by === 'added' && facets.facets.added_month) return byValue(facets.facets.added_month, down, m => m.slice(0, 4),
    m => m);
  return {list: [], enter: () => ({from: '', index: 0})};
}

function byTitle(down, count) {
  const order = down ? [...letters].reverse() : [...letters];
  const list = order.map((letter, i) => ({
    label: letter.toUpperCase(), title: words.wall.jumpTo(letter.toUpperCase()), from: letter + (down ? 'zzz' : ''),
      index: Math.floor(count * i / 26),
  }));
  const enter = (index, total) => {
    const part = Math.min(0.999, index / Math.max(1, total));
    if (part < 0.01) return {from: '', index: 0};
    const place = (down ? 1 - part : part) * 26;
    const first = Math.min(25, Math.floor(place));
    return {from: letters[first] + letters[Math.floor((place - first) * 26)], index};
  };
  if (!down) list.unshift({label: '#', title: words.wall.jumpTo('#'), from: '', index: 0});
  return {list: count > 60 ? list : [], enter};
}

function byValue(values, down, label, full = label) {
  const known = values.filter(v => v.value !== null).sort((a, b) => (a.value < b.value ? -1 : 1));
  if (down) known.reverse();
  const all = [];
  let index = 0;
  for (const v of known) {
    all.push({label: label(v.value), title: words.wall.jumpTo(full(v.value)), from: index ? String(v.value) : '',
      index});
    index += v.count;
  }
  const enter = at => {
    let best = {from: '', index: 0};
    for (const m of all) if (m.index <= at) best = m;
    return best;
  };
  const step = Math.ceil(all.length / 26);
  const list = all.filter((m, i) => (i ? m.label !== all[i - 1].label : true) && i % step === 0);
  return {list: index > 60 ? list : [], enter};
}
