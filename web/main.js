// The chat page: sign in, then talk.

import { addBubble, clearBubbles, showHistory } from './bubbles.js';
import { Client } from './client.js';
import { endTalk, startTalk, stopWaiting } from './conversation.js';
import { byId } from './dom.js';
import { explain } from './explain.js';
import { showSession } from './inspector.js';
import { deleteSession, getSession } from './lex.js';
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

const inspector = byId('inspector', HTMLElement);
const inspect = byId('inspect', HTMLButtonElement);
const facts = byId('facts', HTMLElement);
/** Whether the inspector lies over the conversation: session.css has the same width. */
const covers = matchMedia('(max-width: 48rem)');

/** @type {Saved | null} */
let session = null;
/** @type {Client | null} */
let client = null;

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

  client = new Client(keys, place.region);
  const talk = {
    session: signedIn,
    client,
    keep: () => {
      // An answer that comes after signing out must not bring the key back.
      if (session === signedIn) save(signedIn);
    },
    openSettings,
    answered: look,
  };
  startUploads(talk);
  startTalk(talk);
  look();
}

/** @param {Saved} signedIn */
function greet({ place }) {
  const text =
    `You are talking to ${place.bot}. Say what you need, ` +
    `or add a file: it goes to the bucket ${place.bucket}.`;
  addBubble({ from: 'note', text, at: Date.now() });
}

/** Show in the inspector where the conversation stands. */
async function look() {
  const now = session;
  if (!now || !client || inspector.hidden) return;
  const reply = now.last ?? null;
  showSession(facts, reply, null);
  if (!reply) return;
  const known = await getSession(client, { ...now.place, user: now.user }).catch(() => null);
  if (session === now && now.last === reply) showSession(facts, reply, known);
}

/** @param {boolean} shown */
function openInspector(shown) {
  inspector.hidden = !shown;
  inspect.setAttribute('aria-expanded', String(shown));
  if (shown) look();
  if (!shown) inspect.focus();
  else if (covers.matches) byId('inspector-close', HTMLElement).focus();
}

async function startOver() {
  const now = session;
  if (!now || !client) return;
  stopWaiting();
  try {
    await deleteSession(client, { ...now.place, user: now.user });
  } catch (error) {
    addBubble({ from: 'note', text: explain(error, now.place).text, at: Date.now() });
    return;
  }
  if (session !== now) return;
  leave();
  talkAs({ ...now, messages: [], last: undefined });
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
    last: other ? undefined : session.last,
  });
}

byId('settings-open', HTMLElement).addEventListener('click', openSettings);
byId('settings-cancel', HTMLElement).addEventListener('click', () => settings.close());
byId('settings-form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  saveSettings();
});
inspect.addEventListener('click', () => openInspector(inspector.hidden));
byId('inspector-close', HTMLElement).addEventListener('click', () => openInspector(false));
byId('start-over', HTMLElement).addEventListener('click', startOver);
byId('signout', HTMLElement).addEventListener('click', signOut);
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || settings.open || view.hidden) return;
  if (!inspector.hidden && inspector.contains(document.activeElement)) openInspector(false);
  else if (!stopUpload() && !stopWaiting()) byId('text', HTMLElement).focus();
});

const saved = load();
if (saved) talkAs(saved);
else signIn.ask();
