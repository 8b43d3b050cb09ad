// The machine room: how the roots are.
import {h, replace} from './dom.js';
import {onStatus} from './truth.js';
import {words} from './words.js';

export default async function machine({main, signal, title}) {
  title(words.nav.machine);
  const list = h('ul');
  replace(main, h('h1', words.nav.machine), list);
  onStatus(s => replace(list, s.roots.map(r => h('li', `${r.name}: ${r.state} ${r.reason}`))), signal);
}
