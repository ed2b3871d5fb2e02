// Talking: what is typed goes to the bot, what it says comes into the log.

import { addBubble, showTyping, toEnd } from './bubbles.js';
import { button, byId, make } from './dom.js';
import { explain } from './explain.js';

/**
 * @typedef {import('./session.js').Saved} Saved
 * @typedef {import('./client.js').Reply} Reply
 *
 * @typedef {object} Talk          the signed-in state that the parts of the page share
 * @property {Saved} session
 * @property {import('./client.js').Client} client
 * @property {() => void} keep     save the session
 * @property {() => void} openSettings
 */

const form = byId('composer', HTMLFormElement);
const input = byId('text', HTMLTextAreaElement);
const send = byId('send', HTMLButtonElement);

/** @type {Talk | null} */
let talk = null;
/** @type {AbortController | null} */
let waiting = null;

/**
 * What the bot said, as lines to show.
 * @param {Reply} reply
 * @returns {string[]}
 */
export function linesOf(reply) {
  const { message = '', messageFormat, dialogState, intentName, slots } = reply;
  if (messageFormat === 'Composite') {
    try {
      /** @type {{ messages: { value: string }[] }} */
      const group = JSON.parse(message);
      return group.messages.map((m) => String(m.value));
    } catch {
      return [message];
    }
  }
  if (messageFormat === 'SSML') return [message.replace(/<[^>]*>/g, '').trim()];
  if (message) return [message];
  const values = Object.entries(slots ?? {}).map(([name, value]) => `${name}: ${value ?? 'open'}`);
  const about = [intentName, ...values].filter(Boolean).join(', ');
  return [`The bot said nothing (${dialogState ?? 'no state'}${about && '; ' + about}).`];
}

/**
 * @param {Saved} session @param {import('./session.js').Message['from']} from
 * @param {string} text
 */
function record(session, from, text) {
  const message = { from, text, at: Date.now() };
  session.messages.push(message);
  return message;
}

/** @param {Talk} now @param {string} text */
async function say(now, text) {
  const { session, client, keep } = now;
  const message = record(session, 'you', text);
  const bubble = addBubble(message);
  keep();

  const stop = new AbortController();
  waiting = stop;
  form.classList.add('waiting');
  const typed = showTyping();
  try {
    const reply = await client.say({ ...session.place, user: session.user }, text, stop.signal);
    typed();
    if (talk === now) {
      for (const line of linesOf(reply)) addBubble(record(session, 'bot', line));
      keep();
    }
  } catch (error) {
    typed();
    // What did not get through is not part of the conversation.
    session.messages = session.messages.filter((m) => m !== message);
    if (talk === now) notSent(now, bubble, text, error);
  } finally {
    if (waiting === stop) waiting = null;
    form.classList.remove('waiting');
  }
}

/** @param {Talk} now @param {HTMLElement} bubble @param {string} text @param {unknown} error */
function notSent(now, bubble, text, error) {
  const why = explain(error, now.session.place);
  const again = button('Try again', () => {
    if (waiting) return;
    bubble.remove();
    input.focus();
    say(now, text);
  });
  const edit = button('Edit', () => {
    bubble.remove();
    input.value = text;
    fit();
    input.focus();
  });
  const settings = button('Settings', now.openSettings);
  bubble.classList.add('failed');
  bubble.append(
    make(
      'div',
      { class: 'trouble' },
      make('p', {}, why.text),
      ...(why.field === 'place' ? [settings] : []),
      ...(why.retry || why.field === 'place' ? [again] : []),
      edit,
    ),
  );
  toEnd();
}

function submit() {
  const text = input.value.trim();
  if (!text || waiting || !talk) return;
  input.value = '';
  fit();
  say(talk, text);
}

// The box grows with what is in it; CSS sets how far.
function fit() {
  input.style.height = 'auto';
  input.style.height = `${input.scrollHeight}px`;
  send.disabled = input.value.trim() === '';
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  submit();
  input.focus();
});
input.addEventListener('input', fit);
input.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  }
});

/** @param {Talk} next */
export function startTalk(next) {
  talk = next;
  fit();
  input.focus();
}

/** Stop waiting for an answer. Returns whether one was awaited. */
export function stopWaiting() {
  const stopped = waiting !== null;
  waiting?.abort();
  return stopped;
}

export function endTalk() {
  talk = null;
  stopWaiting();
  input.value = '';
}
