// The chat page: sign in, then talk.

import { addBubble, clearBubbles, showHistory } from './bubbles.js';
import { Client } from './client.js';
import { endTalk, startTalk, stopWaiting } from './conversation.js';
import { byId } from './dom.js';
import { PlaceFields } from './place.js';
import { forget, load, newUser, save } from './session.js';
import { SignIn } from './signin.js';
import { endUploads, startUploads, stopUpload } from './upload.js';

/** @typedef {import('./session.js').Saved} Saved */

const view = byId('chat', HTMLElement);
const settings = byId('settings', HTMLDialogElement);
/** @type {(keyof import('./session.js').Place)[]} */
const ASKED = ['bot', 'alias', 'bucket', 'region'];
const settingsFields = new PlaceFields(byId('settings-place', HTMLElement), ASKED);
const signIn = new SignIn(ASKED, 'Bot, bucket and region', talkAs);

/** @type {Saved | null} */
let session = null;

/** @param {Saved} signedIn */
function talkAs(signedIn) {
  session = signedIn;
  const { place, account, keys } = signedIn;
  signIn.hide();
  view.hidden = false;
  document.title = `${place.bot} · Quern`;
  byId('bot-name', HTMLElement).textContent = place.bot;
  byId('bot-place', HTMLElement).textContent = `Files go to ${place.bucket} · account ${account}`;

  showHistory(signedIn.messages);
  if (signedIn.messages.length === 0) greet(signedIn);
  save(signedIn);

  const talk = {
    session: signedIn,
    client: new Client(keys, place.region),
    keep: () => {
      // An answer that comes after signing out must not bring the key back.
      if (session === signedIn) save(signedIn);
    },
    openSettings,
  };
  startUploads(talk);
  startTalk(talk);
}

/** @param {Saved} signedIn */
function greet({ place }) {
  const text =
    `You are talking to ${place.bot}. Say what you need, ` +
    `or add a file: it goes to the bucket ${place.bucket}.`;
  addBubble({ from: 'note', text, at: Date.now() });
}

function leave() {
  endTalk();
  endUploads();
}

function signOut() {
  const last = session?.place;
  settings.close();
  leave();
  forget();
  session = null;
  clearBubbles();
  view.hidden = true;
  signIn.ask(last);
}

function openSettings() {
  if (!session) return;
  settingsFields.show(session.place);
  settings.showModal();
}

function saveSettings() {
  const place = settingsFields.read();
  if (!place || !session) return;
  settings.close();
  const other = place.bot !== session.place.bot || place.alias !== session.place.alias;
  leave();
  talkAs({
    ...session,
    place,
    user: other ? newUser() : session.user,
    messages: other ? [] : session.messages,
  });
}

byId('settings-open', HTMLElement).addEventListener('click', openSettings);
byId('settings-cancel', HTMLElement).addEventListener('click', () => settings.close());
byId('settings-form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  saveSettings();
});
byId('signout', HTMLElement).addEventListener('click', signOut);
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || settings.open || view.hidden) return;
  if (!stopUpload() && !stopWaiting()) byId('text', HTMLElement).focus();
});

const saved = load();
if (saved) talkAs(saved);
else signIn.ask();
