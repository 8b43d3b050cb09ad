// Keys: single ones, and pairs that begin with g. None is taken from a field that is typed into, none with Ctrl, Alt or
// Meta.

const bindings = new Map();
let first = null; // when g was pressed

// bind says what a key does: bind('/', fn), bind('g f', fn). It gives a function that takes it back.
export function bind(key, fn) {
  const before = bindings.get(key);
  bindings.set(key, fn);
  return () => (before ? bindings.set(key, before) : bindings.delete(key));
}

const typed = el => el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName);

// named are keys that mean something to what has the focus.
const presses = el => /^(BUTTON|A|SUMMARY|VIDEO|AUDIO)$/.test(el.tagName);

export function listen() {
  window.addEventListener('keydown', e => {
    if (e.defaultPrevented || e.ctrlKey || e.altKey || e.metaKey || e.isComposing) return;
    if (typed(e.target) && e.key !== 'Escape') return;
    if (e.key === ' ' && presses(e.target)) return;
    const pair = first && e.timeStamp - first < 1500 ? 'g ' + e.key : null;
    first = null;
    const fn = (pair && bindings.get(pair)) || bindings.get(e.key);
    if (fn) {
      if (fn(e) !== false) e.preventDefault();
    } else if (e.key === 'g') {
      first = e.timeStamp;
    }
  });
}
