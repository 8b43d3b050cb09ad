// What the rooms of the machine have in common.
import {h} from './dom.js';
import {rootText} from './server.js';
import {words} from './words.js';

const w = words.machine;

// say changes a text only where it is another: who selects it keeps the selection.
export function say(el, text) {
  if (el.textContent !== text) el.textContent = text;
}

// act makes a button that asks the daemon for something. Who may only read is told so by the button itself.
export function act(label, may, fn, props = {}) {
  const button = h('button.button', {
    type: 'button', ...props, ...(may ? {} : {'aria-disabled': 'true', 'aria-describedby': 'read-only',
      title: w.readOnly}),
  }, label);
  button.addEventListener('click', async () => {
    if (!may || button.getAttribute('aria-disabled')) return;
    button.setAttribute('aria-disabled', 'true');
    try {
      await fn();
    } finally {
      button.removeAttribute('aria-disabled');
    }
  });
  return button;
}

// answered is where a button's answer is told, seen and heard.
export function answered() {
  const line = h('p.answer', {role: 'status'});
  const tell = text => { line.textContent = text; };
  return {
    line, tell,
    // of runs something, and tells what came of it: a text that it gives, or why it could not.
    async of(fn) {
      tell('');
      delete line.dataset.kind;
      try {
        tell(await fn() || '');
      } catch (err) {
        line.dataset.kind = 'bad';
        tell(err.status === 0 ? words.errors.unreachable : err.status === 403 ? w.readOnly
          : err.type === 'root-offline' ? w.notNow : err.message);
      }
    },
  };
}

// sure asks before something is done that cannot be taken back.
export function sure({title, text, yes}) {
  return new Promise(resolve => {
    const back = document.activeElement;
    const dialog = h('dialog.dialog', {'aria-labelledby': 'sure-title', 'aria-describedby': 'sure-text'},
      h('h2', {id: 'sure-title'}, title), h('p', {id: 'sure-text'}, text),
      h('form', {method: 'dialog'}, h('button.button', {value: '', autofocus: true}, w.no),
        h('button.button.primary', {value: 'yes'}, yes)));
    dialog.addEventListener('close', () => {
      dialog.remove();
      back?.focus?.();
      resolve(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

// bars shows shares of a whole: {label, href, part, value}.
export function bars(rows) {
  return h('ul.bars', rows.map(row => h('li', {vars: {part: row.part}},
    row.href ? h('a', {href: row.href, dir: 'auto'}, row.label) : h('span', {dir: 'auto'}, row.label),
    h('span.bar-value', row.value))));
}

// place is where an item lies: its root, and its path.
export function place(root, path) {
  return h('span.place', h('span.place-root', {dir: 'auto'}, rootText(root)), ' ', h('span.place-path', {dir: 'auto'}, path));
}

// paged fills a list page by page: ask(after) gives {rows, next}; more is asked for by a button.
export async function paged(list, ask, signal) {
  const after = {next: undefined};
  const page = async () => {
    let rows = [];
    do {
      const got = await ask(after.next);
      signal.throwIfAborted();
      rows = got.rows;
      after.next = got.next;
      list.append(...rows);
    } while (!rows.length && after.next);
    more.hidden = !after.next;
    return rows;
  };
  const more = act(w.more, true, async () => (await page())[0]?.querySelector('a, button')?.focus());
  await page();
  return more;
}

// nothing stands where a list would be empty.
export const nothing = (title, text) => h('section.machine-none', h('p.none-title', title), text && h('p.quiet', text));
