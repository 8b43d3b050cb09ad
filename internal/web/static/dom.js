// Elements, made without a line of HTML in a string.

// h makes an element: h('a.tile', {href: '#/', on: {click}}, 'text', other). Of props, class, text, on, vars and data
// are special, a property of false or null is left out, and everything else is an attribute.
export function h(spec, props, ...children) {
  const [tag, ...classes] = spec.split('.');
  const el = document.createElement(tag || 'div');
  if (classes.length) el.className = classes.join(' ');
  if (props && (typeof props !== 'object' || props instanceof Node || Array.isArray(props))) {
    children.unshift(props);
    props = null;
  }
  for (const [name, value] of Object.entries(props || {})) set(el, name, value);
  add(el, children);
  return el;
}

function set(el, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === 'on') for (const [event, fn] of Object.entries(value)) el.addEventListener(event, fn);
  else if (name === 'vars') for (const [v, x] of Object.entries(value)) el.style.setProperty('--' + v, x);
  else if (name === 'data') Object.assign(el.dataset, value);
  else if (name === 'class') el.classList.add(...value.split(' ').filter(Boolean));
  else if (name === 'value' || name === 'checked' || name === 'disabled') el[name] = value;
  else el.setAttribute(name, value === true ? '' : value);
}

function add(el, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) el.append(child);
  }
}

// replace puts children in the place of those that an element has.
export function replace(el, ...children) {
  el.replaceChildren();
  add(el, children);
  return el;
}

const shapes = {
  home: 'M4 11 12 4l8 7v9h-5v-6H9v6H4z',
  movie: 'M4 5h16v14H4zM8 5v14M16 5v14M4 9.7h4M4 14.3h4M16 9.7h4M16 14.3h4',
  series: 'M4 7h16v11H4zM9 21h6M9 3l3 4 3-4',
  album: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  artist: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 20a8 8 0 0 1 16 0',
  audiobook: 'M5 14v-2a7 7 0 0 1 14 0v2M5 14h3v6H5zM16 14h3v6h-3z',
  photo: 'M4 7h4l1.5-2h5L16 7h4v12H4zM12 9.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z',
  book: 'M5 4h6a2 2 0 0 1 2 2v14a2 2 0 0 0-2-2H5zM19 4h-4a2 2 0 0 0-2 2v14a2 2 0 0 1 2-2h4z',
  comic: 'M4 5h16v11h-8l-4 4v-4H4z',
  game: 'M7 8h10a4 4 0 0 1 4 5l-1 4a2 2 0 0 1-3.6.6L15 16H9l-1.400 1.600A2 2 0 0 1 4 17l-1-4a4 4 0 0 1 4-5z' +
    'M8 10.500v3M6.500 12h3M16 12h.01',
  folder: 'M3 6h6l2 2h10v11H3z',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  machine: 'M4 5h16v6H4zM4 13h16v6H4zM7 8h.01M7 16h.01M12 8h5M12 16h5',
  search: 'M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM15.500 15.500 21 21',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.400 1.400' +
    'M17.600 17.600 19 19M5 19l1.400-1.400M17.600 6.400 19 5',
  moon: 'M20 14.500A8.500 8.500 0 1 1 9.500 4a7 7 0 0 0 10.500 10.500z',
  auto: 'M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18',
  play: 'M7 4.500v15l13-7.500z',
  keys: 'M3 7h18v11H3zM7 11h.01M11 11h.01M15 11h.01M7 14.500h10',
  close: 'M6 6l12 12M18 6 6 18',
  prev: 'M15 5l-7 7 7 7',
  next: 'M9 5l7 7-7 7',
};

// icon draws one of a few shapes; what it means is said beside it.
export function icon(name) {
  const ns = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(ns, 'svg');
  const path = document.createElementNS(ns, 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', 'icon icon-' + name);
  path.setAttribute('d', shapes[name] || shapes.file);
  svg.append(path);
  return svg;
}

// keepFocus gives a function that gives the focus back once box has been drawn anew: to what leads to the same place,
// else to what stands in the place of what had it.
export function keepFocus(box) {
  const at = document.activeElement;
  if (!at || at === box || !box.contains(at)) return () => {};
  const like = () => [...box.querySelectorAll(at.tagName)];
  const name = el => el.getAttribute('href') || el.name || el.textContent;
  const place = like().indexOf(at);
  const same = like().filter(el => name(el) === name(at)).indexOf(at); // a show may stand on two shelves
  return () => {
    if (document.activeElement !== document.body) return;
    const now = like();
    const to = now.filter(el => name(el) === name(at));
    (to[same] || to[0] || now[Math.min(place, now.length - 1)])?.focus({preventScroll: true});
  };
}

// anew is replace for what somebody looks at: it keeps the focus, what they have opened, and how far they have scrolled
// along.
export function anew(box, ...children) {
  const refocus = keepFocus(box);
  const folds = () => [...box.querySelectorAll('details')].map(d => [d, d.firstElementChild?.textContent]);
  const along = () => [...box.querySelectorAll('.shelf-row')].map(row => [row,
    row.parentElement.getAttribute('aria-label')]);
  const open = new Map(folds().map(([d, name]) => [name, d.open]));
  const left = new Map(along().map(([row, name]) => [name, row.scrollLeft]));
  replace(box, ...children);
  for (const [d, name] of folds()) if (open.has(name)) d.open = open.get(name);
  for (const [row, name] of along()) row.scrollLeft = left.get(name) || 0;
  refocus();
  return box;
}
