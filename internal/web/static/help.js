// The list of keys.
import {h, icon} from './dom.js';
import {serves} from './server.js';
import {words} from './words.js';

const w = words.keys;
let open = null;

export function showKeys() {
  if (open) return open.close();
  const back = document.activeElement;
  const dialog = open = h('dialog.dialog', {'aria-labelledby': 'keys-title'},
    h('header', h('h2', {id: 'keys-title'}, w.title),
      h('button.tool', {type: 'button', 'aria-label': w.close, on: {click: () => dialog.close()}}, icon('close'))),
    h('dl.keys', w.list.filter(([key]) => key !== '/' || serves('search')).map(([key, what]) => h('div', h('dt', key.split(/( then |, )/).map(part =>
      (/^( then |, )$/.test(part) ? part : h('kbd', part)))), h('dd', what)))));
  dialog.addEventListener('close', () => {
    open = null;
    dialog.remove();
    back?.focus?.();
  });
  dialog.addEventListener('click', e => e.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
}
