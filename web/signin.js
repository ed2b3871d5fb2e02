// The sign-in form: asks for the key, tries it, hands over a session.

import { Client } from './client.js';
import { byId } from './dom.js';
import { explain } from './explain.js';
import { complain, PlaceFields } from './place.js';
import { DEFAULT_PLACE, newUser } from './session.js';

/** @typedef {import('./session.js').Saved} Saved */

const view = byId('signin', HTMLElement);
const form = byId('signin-form', HTMLFormElement);
const accessKey = byId('access-key', HTMLInputElement);
const accessKeyError = byId('access-key-error', HTMLElement);
const secretKey = byId('secret-key', HTMLInputElement);
const secretKeyError = byId('secret-key-error', HTMLElement);
const secretShow = byId('secret-show', HTMLButtonElement);
const formError = byId('signin-error', HTMLElement);
const send = byId('signin-send', HTMLButtonElement);
const place = new PlaceFields(byId('signin-place', HTMLElement));

/** @type {(session: Saved) => void} */
let entered = () => {};

/** @param {boolean} shown */
function showSecret(shown) {
  secretKey.type = shown ? 'text' : 'password';
  secretShow.setAttribute('aria-pressed', String(shown));
  secretShow.textContent = shown ? 'Hide' : 'Show';
}

function clearErrors() {
  complain(accessKey, accessKeyError, '');
  complain(secretKey, secretKeyError, '');
  formError.hidden = true;
}

/** @param {HTMLInputElement} input @param {HTMLElement} error @param {string} text */
function refuse(input, error, text) {
  complain(input, error, text);
  input.focus();
  input.select();
}

/** @param {unknown} error */
function refused(error) {
  const { text, field } = explain(error, DEFAULT_PLACE);
  if (field === 'accessKey') refuse(accessKey, accessKeyError, text);
  else if (field === 'secretKey') refuse(secretKey, secretKeyError, text);
  else {
    formError.textContent = text;
    formError.hidden = false;
  }
}

async function submit() {
  clearErrors();
  const keys = { accessKey: accessKey.value.trim(), secretKey: secretKey.value.trim() };
  if (!keys.accessKey) return refuse(accessKey, accessKeyError, 'Enter the access key ID.');
  if (!keys.secretKey) return refuse(secretKey, secretKeyError, 'Enter the secret access key.');
  const where = place.read();
  if (!where) return;

  send.disabled = true;
  send.textContent = 'Signing in…';
  try {
    const { account } = await new Client(keys, where.region).identity();
    secretKey.value = '';
    showSecret(false);
    entered({ keys, account, place: where, user: newUser(), messages: [] });
  } catch (error) {
    refused(error);
  } finally {
    send.disabled = false;
    send.textContent = 'Sign in';
  }
}

// A credentials file, pasted whole, fills both fields.
/** @param {ClipboardEvent} event */
function paste(event) {
  const text = event.clipboardData?.getData('text') ?? '';
  const id = /aws_access_key_id\s*=\s*(\S+)/i.exec(text);
  const secret = /aws_secret_access_key\s*=\s*(\S+)/i.exec(text);
  if (!id || !secret) return;
  event.preventDefault();
  clearErrors();
  accessKey.value = id[1];
  secretKey.value = secret[1];
  send.focus();
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (!send.disabled) submit();
});
form.addEventListener('paste', paste);
secretShow.addEventListener('click', () => showSecret(secretKey.type === 'password'));
accessKey.addEventListener('input', () => complain(accessKey, accessKeyError, ''));
secretKey.addEventListener('input', () => complain(secretKey, secretKeyError, ''));

/**
 * Show the form; `done` gets the session once a key was accepted.
 * @param {(session: Saved) => void} done
 * @param {import('./session.js').Place} [last]   to start from
 */
export function askToSignIn(done, last = DEFAULT_PLACE) {
  entered = done;
  clearErrors();
  place.show(last);
  view.hidden = false;
  document.title = 'Sign in · Quern';
  accessKey.focus();
}

export function hideSignIn() {
  view.hidden = true;
}
