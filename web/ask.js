// One question in a dialog: a name, or whether to go on.

import { button, byId, make } from './dom.js';

const dialog = byId('ask', HTMLDialogElement);

/**
 * @param {string} title @param {HTMLElement[]} body @param {string} go   on the button
 * @param {() => string} read   what is answered, or '' where it cannot be
 * @returns {Promise<string | null>}   null: thought better of it
 */
function asked(title, body, go, read) {
  return new Promise((resolve) => {
    const send = make('button', { type: 'submit', class: 'primary' }, go);
    const form = make(
      'form',
      { class: 'card', novalidate: '' },
      make('h2', { id: 'ask-title' }, title),
      ...body,
      make(
        'div',
        { class: 'buttons' },
        button('Cancel', () => dialog.close()),
        send,
      ),
    );
    let answer = /** @type {string | null} */ (null);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      answer = read() || null;
      if (answer) dialog.close();
    });
    dialog.addEventListener('close', () => resolve(answer), { once: true });
    dialog.replaceChildren(form);
    dialog.showModal();
  });
}

/**
 * @param {string} title @param {string} label @param {string} go
 * @param {string[]} taken   names that are there
 * @param {string[]} [offered]
 */
export function askName(title, label, go, taken, offered = []) {
  const input = make('input', {
    id: 'ask-name',
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: '100',
  });
  const error = make('p', { class: 'error', role: 'alert', hidden: '' });
  const names = make(
    'datalist',
    { id: 'ask-names' },
    ...offered.map((name) => make('option', { value: name })),
  );
  if (offered.length) input.setAttribute('list', 'ask-names');
  const body = [
    make('div', { class: 'field' }, make('label', { for: 'ask-name' }, label), input, names, error),
  ];
  return asked(title, body, go, () => {
    const name = input.value.trim();
    const known = taken.some((one) => one.toLowerCase() === name.toLowerCase());
    const good = /^([A-Za-z]_?)+$/.test(name) || offered.includes(name);
    error.textContent = known
      ? `There is a ${name} already.`
      : good
        ? ''
        : 'Letters, with single underscores between them; no digits.';
    error.hidden = !error.textContent;
    if (error.hidden) return name;
    input.focus();
    return '';
  });
}

/** @param {string} title @param {string} text @param {string} go */
export const askWhether = (title, text, go) =>
  asked(title, [make('p', {}, text)], go, () => 'yes').then((answer) => answer !== null);
