// The fields that say which bot, buckets and region this tab works with; the
// sign-in form and the settings of a page have the same.

import { make } from './dom.js';
import { DEFAULT_PLACE } from './session.js';

/** @typedef {import('./session.js').Place} Place */

/** @type {{ name: keyof Place, label: string, pattern: RegExp, hint: string }[]} */
const FIELDS = [
  {
    name: 'bot',
    label: 'Bot',
    pattern: /^[A-Za-z_]{1,50}$/,
    hint: 'Letters and underscores, at most 50.',
  },
  {
    name: 'alias',
    label: 'Alias',
    pattern: /^(\$LATEST|[A-Za-z_]{1,100})$/,
    hint: '$LATEST, or letters and underscores.',
  },
  {
    name: 'bucket',
    label: 'Bucket for files',
    pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[^/]+)*\/?$/,
    hint: 'A bucket or bucket/folder, in small letters, digits, dots and hyphens.',
  },
  {
    name: 'documents',
    label: 'Bucket for documents',
    pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[^/]+)*\/?$/,
    hint: 'A bucket or bucket/folder, in small letters, digits, dots and hyphens.',
  },
  {
    name: 'region',
    label: 'Region',
    pattern: /^[a-z0-9-]{1,64}$/,
    hint: 'Small letters, digits and hyphens.',
  },
];

export class PlaceFields {
  /** @param {HTMLElement} parent @param {(keyof Place)[]} names   those that the page uses */
  constructor(parent, names) {
    this.last = DEFAULT_PLACE;
    this.rows = FIELDS.filter((field) => names.includes(field.name)).map((field) => {
      const id = `${parent.id}-${field.name}`;
      const input = make('input', {
        id,
        autocapitalize: 'none',
        autocomplete: 'off',
        spellcheck: 'false',
        'aria-describedby': `${id}-error`,
      });
      const error = make('p', { id: `${id}-error`, class: 'error', hidden: '' });
      parent.append(
        make('div', { class: 'field' }, make('label', { for: id }, field.label), input, error),
      );
      input.addEventListener('input', () => complain(input, error, ''));
      return { ...field, input, error };
    });
  }

  /** @param {Place} place */
  show(place) {
    this.last = place;
    for (const { name, input, error } of this.rows) {
      input.value = place[name];
      complain(input, error, '');
    }
  }

  /** What is entered, or null when something in it cannot be; says what.
   * @returns {Place | null}
   */
  read() {
    const place = { ...this.last };
    /** @type {HTMLInputElement | null} */
    let wrong = null;
    for (const { name, pattern, hint, input, error } of this.rows) {
      place[name] = input.value.trim();
      const good = pattern.test(place[name]);
      complain(input, error, good ? '' : hint);
      if (!good) wrong ??= input;
    }
    if (!wrong) return place;
    const details = wrong.closest('details');
    if (details) details.open = true;
    wrong.focus();
    return null;
  }
}

/**
 * Show what is wrong with a field under it, or that nothing is.
 * @param {HTMLInputElement} input @param {HTMLElement} error @param {string} text
 */
export function complain(input, error, text) {
  error.textContent = text;
  error.hidden = !text;
  if (text) input.setAttribute('aria-invalid', 'true');
  else input.removeAttribute('aria-invalid');
}
