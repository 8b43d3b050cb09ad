// The form that asks for the token: it gives a session, and the token itself is not kept.
import {logIn} from './api.js';
import {h} from './dom.js';
import {words} from './words.js';

const w = words.login;

export function loginForm(done) {
  const field = h('input', {type: 'password', id: 'token', name: 'token', autocomplete: 'current-password',
    required: true, 'aria-describedby': 'token-error token-hint'});
  const error = h('p.error', {id: 'token-error', role: 'alert'});
  const submit = async e => {
    e.preventDefault();
    error.textContent = '';
    try {
      await logIn(field.value.trim());
      await done();
    } catch (err) {
      error.textContent = err.status === 401 ? w.wrong : err.status === 429 ? w.many : err.status ? err.message
        : words.errors.unreachable;
      field.setAttribute('aria-invalid', 'true');
      field.select();
    }
  };
  const form = h('form.login', {on: {submit}}, h('h1', w.title), h('label', {for: 'token'}, w.label), field, error,
    h('button.button.primary', w.button), h('p.quiet', {id: 'token-hint'}, w.hint));
  requestAnimationFrame(() => field.focus());
  return form;
}
