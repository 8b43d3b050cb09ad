// Where one is stands behind the # of the address: #/films/17?sort=-year. A view is a function that fills the main
// element and may give {update(query)}, which is called where only the query has changed.

// parse takes an address apart: {path: ['films', '17'], query}.
export function parse(hash) {
  const [path, search = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  return {path: path.split('/').filter(Boolean).map(decode), query: new URLSearchParams(search)};
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

// href writes an address: href(['works', 17], {sort: '-year'}).
export function href(path, query) {
  const q = new URLSearchParams();
  const entries = query instanceof URLSearchParams ? query.entries() : Object.entries(query || {});
  for (const [name, value] of entries) {
    for (const v of Array.isArray(value) ? value : [value]) if (v !== '' && v !== null &&
      v !== undefined) q.append(name, v);
  }
  const text = q.toString();
  return '#/' + path.map(encodeURIComponent).join('/') + (text ? '?' + text : '');
}

// go leads somewhere. replace leaves no step to go back to, as for each letter of a search.
export function go(to, replace = false) {
  if (replace) {
    history.replaceState(history.state, '', to);
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  } else {
    location.hash = to;
  }
}

// route calls show(place) now and whenever the address changes.
export function route(show) {
  window.addEventListener('hashchange', () => show(parse(location.hash)));
  show(parse(location.hash));
}
