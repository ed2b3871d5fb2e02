// The sign-in form: asks for the key, tries it, hands over a session.

import { Client } from './client.js';
import { byId, draw, make } from './dom.js';
import { explain } from './explain.js';
import { complain, PlaceFields } from './place.js';
import { DEFAULT_PLACE, newUser } from './session.js';

/**
 * @typedef {import('./session.js').Saved} Saved
 * @typedef {import('./session.js').Place} Place
 */

/** A labelled input with room for what is wrong with it. */
class Asked {
  /**
   * @param {string} id @param {string} label @param {Record<string, string>} attributes
   * @param {...HTMLElement} beside
   */
  constructor(id, label, attributes, ...beside) {
    this.input = make('input', {
      id,
      name: id,
      autocapitalize: 'none',
      spellcheck: 'false',
      'aria-describedby': `${id}-error`,
      ...attributes,
    });
    this.error = make('p', { id: `${id}-error`, class: 'error', hidden: '' });
    const box = beside.length
      ? make('div', { class: 'with-button' }, this.input, ...beside)
      : this.input;
    this.element = make(
      'div',
      { class: 'field' },
      make('label', { for: id }, label),
      box,
      this.error,
    );
    this.input.addEventListener('input', () => complain(this.input, this.error, ''));
  }

  clear() {
    complain(this.input, this.error, '');
  }

  /** @param {string} text */
  refuse(text) {
    complain(this.input, this.error, text);
    this.input.focus();
    this.input.select();
  }
}

export class SignIn {
  /**
   * @param {(keyof Place)[]} names   what is asked for beside the key
   * @param {string} more             what those are called
   * @param {(session: Saved) => void} entered   gets the session once a key was accepted
   */
  constructor(names, more, entered) {
    this.view = byId('signin', HTMLElement);
    this.entered = entered;
    this.shown = make(
      'button',
      {
        id: 'secret-show',
        type: 'button',
        class: 'quiet',
        'aria-pressed': 'false',
        'aria-controls': 'secret-key',
      },
      'Show',
    );
    this.access = new Asked('access-key', 'Access key ID', { autocomplete: 'username' });
    this.secret = new Asked(
      'secret-key',
      'Secret access key',
      { type: 'password', autocomplete: 'current-password' },
      this.shown,
    );
    this.error = make('p', { id: 'signin-error', class: 'error', role: 'alert', hidden: '' });
    this.send = make('button', { id: 'signin-send', type: 'submit', class: 'primary' }, 'Sign in');
    const placeFields = make('div', { id: 'signin-place', class: 'place' });
    this.place = new PlaceFields(placeFields, names);
    this.form = this.#form(
      make('details', { id: 'signin-more' }, make('summary', {}, more), placeFields),
    );
    this.view.append(this.form);
    this.#listen();
  }

  /** @param {HTMLElement} more */
  #form(more) {
    return make(
      'form',
      { id: 'signin-form', class: 'card', novalidate: '', 'aria-labelledby': 'signin-title' },
      draw(
        'svg',
        { class: 'mark', viewBox: '0 0 48 48', 'aria-hidden': 'true' },
        draw('use', { href: '/_quern/quern.svg#mark' }),
      ),
      make('h1', { id: 'signin-title' }, 'Sign in to Quern'),
      make(
        'p',
        { class: 'lead' },
        'With the key that ',
        make('code', {}, 'quern serve'),
        ' wrote to ',
        make('code', {}, 'credentials'),
        ' in its data folder. You can paste the whole file.',
      ),
      this.access.element,
      this.secret.element,
      more,
      this.error,
      this.send,
      make(
        'p',
        { class: 'small' },
        'The secret stays in this tab, signs each request here, and is never sent.',
      ),
    );
  }

  #listen() {
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (!this.send.disabled) this.#submit();
    });
    this.form.addEventListener('paste', (event) => this.#paste(event));
    this.shown.addEventListener('click', () =>
      this.#showSecret(this.secret.input.type === 'password'),
    );
  }

  /** @param {boolean} shown */
  #showSecret(shown) {
    this.secret.input.type = shown ? 'text' : 'password';
    this.shown.setAttribute('aria-pressed', String(shown));
    this.shown.textContent = shown ? 'Hide' : 'Show';
  }

  #clearErrors() {
    this.access.clear();
    this.secret.clear();
    this.error.hidden = true;
  }

  /** @param {unknown} error */
  #refused(error) {
    const { text, field } = explain(error, DEFAULT_PLACE);
    if (field === 'accessKey') this.access.refuse(text);
    else if (field === 'secretKey') this.secret.refuse(text);
    else {
      this.error.textContent = text;
      this.error.hidden = false;
    }
  }

  async #submit() {
    this.#clearErrors();
    const keys = {
      accessKey: this.access.input.value.trim(),
      secretKey: this.secret.input.value.trim(),
    };
    if (!keys.accessKey) return this.access.refuse('Enter the access key ID.');
    if (!keys.secretKey) return this.secret.refuse('Enter the secret access key.');
    const where = this.place.read();
    if (!where) return;

    this.send.disabled = true;
    this.send.textContent = 'Signing in…';
    try {
      const { account } = await new Client(keys, where.region).identity();
      this.secret.input.value = '';
      this.#showSecret(false);
      this.entered({ keys, account, place: where, user: newUser(), messages: [] });
    } catch (error) {
      this.#refused(error);
    } finally {
      this.send.disabled = false;
      this.send.textContent = 'Sign in';
    }
  }

  /** A credentials file, pasted whole, fills both fields. @param {ClipboardEvent} event */
  #paste(event) {
    const text = event.clipboardData?.getData('text') ?? '';
    const id = /aws_access_key_id\s*=\s*(\S+)/i.exec(text);
    const secret = /aws_secret_access_key\s*=\s*(\S+)/i.exec(text);
    if (!id || !secret) return;
    event.preventDefault();
    this.#clearErrors();
    this.access.input.value = id[1];
    this.secret.input.value = secret[1];
    this.send.focus();
  }

  /** Show the form. @param {Place} [last]   to start from */
  ask(last = DEFAULT_PLACE) {
    this.#clearErrors();
    this.place.show(last);
    this.view.hidden = false;
    document.title = 'Sign in · Quern';
    this.access.input.focus();
  }

  hide() {
    this.view.hidden = true;
  }
}
