// The API as the page asks it. Every path is relative to the document, so that a base path needs no word here.

export const root = new URL('.', document.baseURI);

// Problem is what went wrong: status, a type for programs and a detail for people. Status 0: the daemon was not
// reached.
export class Problem extends Error {
  constructor(status, type, detail) {
    super(detail);
    Object.assign(this, {status, type});
  }
}

// at gives the address of a path of the API: at('items', {kind: 'movie'}).
export function at(path, params) {
  const url = new URL('api/v1/' + path, root);
  url.search = query(params);
  return url.href;
}

// query writes parameters: of a list, each value; nothing of what is unset.
export function query(params) {
  if (params instanceof URLSearchParams) return params.toString();
  const q = new URLSearchParams();
  for (const [name, value] of Object.entries(params || {})) {
    for (const v of Array.isArray(value) ? value : [value]) {
      if (v !== undefined && v !== null && v !== '') q.append(name, v);
    }
  }
  return q.toString();
}

const events = new EventTarget();

// onUnauthorized calls fn whenever the daemon asks for a token.
export const onUnauthorized = fn => events.addEventListener('unauthorized', fn);

async function send(method, path, params, body, signal) {
  let answer;
  try {
    answer = await fetch(at(path, params), {
      method, signal, headers: body === undefined ? {} : {'Content-Type': 'application/json'},
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (err) {
    if (err.name === 'AbortError') throw err;
    throw new Problem(0, 'unreachable', err.message);
  }
  if (!answer.ok) throw await problemOf(answer, path);
  const text = await answer.text();
  return text ? JSON.parse(text) : null;
}

async function problemOf(answer, path) {
  let told = {};
  try {
    told = await answer.json();
  } catch { /* a proxy's page */ }
  if (answer.status === 401 && path !== 'session') events.dispatchEvent(new Event('unauthorized'));
  return new Problem(answer.status, told.type || 'unknown', told.detail || answer.statusText);
}

export const get = (path, params, signal) => send('GET', path, params, undefined, signal);
export const post = (path, body = {}, params) => send('POST', path, params, body);
export const remove = path => send('DELETE', path);

// session says what whoever looks may do: {access: 'none'|'read'|'full', token_needed}.
export const session = () => get('session');
export const logIn = token => post('session', {token});
export const logOut = () => remove('session');

// pages reads a list page by page: for await (const page of pages('items', {...})) {...}
export async function* pages(path, params, signal) {
  const p = new URLSearchParams(query(params));
  for (;;) {
    const page = await get(path, p, signal);
    yield page;
    if (!page.next) return;
    p.set('after', page.next);
  }
}

// thumbnail is the address of a picture of a work or an item; version names what it is of, so that it is kept for good.
export function thumbnail(kind, id, version, size = 256) {
  return at(`${kind}/${id}/thumbnail`, {size, v: version});
}

// sleep waits, and fails like a request where the signal ends it.
export function sleep(ms, signal) {
  return new Promise((resolve, reject) => {
    const left = () => {
      clearTimeout(timer);
      reject(new DOMException('left', 'AbortError'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', left);
      resolve();
    }, ms);
    signal?.addEventListener('abort', left, {once: true});
  });
}
