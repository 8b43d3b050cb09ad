// Dark or light: as the system has it, until somebody chooses.
import {h, icon, replace} from './dom.js';
import {words} from './words.js';

const order = ['auto', 'dark', 'light'];
const icons = {auto: 'auto', dark: 'moon', light: 'sun'};
const buttons = new Set();

let theme = 'auto';
try {
  theme = localStorage.getItem('theme') || 'auto';
} catch { /* storage may be forbidden */ }
if (!order.includes(theme)) theme = 'auto';
apply();

function apply() {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const b of buttons) label(b);
}

function label(b) {
  b.title = words.theme[theme];
  b.setAttribute('aria-label', words.theme[theme]);
  replace(b, icon(icons[theme]));
}

export function nextTheme() {
  theme = order[(order.indexOf(theme) + 1) % order.length];
  try {
    localStorage.setItem('theme', theme);
  } catch { /* it lasts for this page then */ }
  apply();
}

export function themeButton() {
  const b = h('button.tool', {type: 'button', on: {click: nextTheme}});
  buttons.add(b);
  label(b);
  return b;
}
