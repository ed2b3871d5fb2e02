// Talking: what is typed goes to the bot, what it says comes into the log.

import { addBubble, showTyping, toEnd } from './bubbles.js';
import { closeOffers, offersOf } from './cards.js';
import { button, byId, make } from './dom.js';
import { explain } from './explain.js';
import { linesOf, say as sayTo } from './lex.js';

/**
 * @typedef {import('./session.js').Saved} Saved
 *
 * @typedef {object} Talk          the signed-in state that the parts of the page share
 * @property {Saved} session
 * @property {import('./client.js').Client} client
 * @property {() => void} keep     save the session
 * @property {() => void} openSettings
 * @property {() => void} answered   the bot did; session.last is its reply
 */

const form = byId('composer', HTMLFormElement);
const input = byId('text', HTMLTextAreaElement);
const send = byId('send', HTMLButtonElement);
const messages = byId('messages', HTMLElement);

/** @type {Talk | null} */
let talk = null;
/** @type {AbortController | null} */
let waiting = null;

/**
 * @param {Saved} session @param {import('./session.js').Message['from']} from
 * @param {string} text
 */
function record(session, from, text) {
  const message = { from, text, at: Date.now() };
  session.messages.push(message);
  return message;
}

/**
 * @param {Talk} now @param {string} text
 * @param {string} [shown]   what the person pressed, where it says something else
 */
async function say(now, text, shown = text) {
  const { session, client, keep } = now;
  const message = record(session, 'you', shown);
  closeOffers(messages);
  const bubble = addBubble(message);
  keep();

  const stop = new AbortController();
  waiting = stop;
  form.classList.add('waiting');
  const typed = showTyping();
  try {
    const seat = { ...session.place, user: session.user };
    const reply = await sayTo(client, seat, text, stop.signal);
    typed();
    if (talk === now) {
      const bubbles = linesOf(reply).map((line) => addBubble(record(session, 'bot', line)));
      session.last = reply;
      offer(now, bubbles.at(-1));
      keep();
      now.answered();
    }
  } catch (error) {
    typed();
    // What did not get through is not part of the conversation.
    session.messages = session.messages.filter((m) => m !== message);
    if (talk === now) notSent(now, bubble, text, shown, error);
  } finally {
    if (waiting === stop) waiting = null;
    form.classList.remove('waiting');
  }
}

/**
 * Below the last bubble of a reply: its cards and the answers to press.
 * @param {Talk} now @param {HTMLElement | undefined} bubble
 */
function offer(now, bubble) {
  if (!bubble || !now.session.last) return;
  const offers = offersOf(now.session.last, (shown, said) => {
    if (waiting) return;
    say(now, said, shown);
    input.focus();
  });
  bubble.append(...offers);
  if (offers.length) toEnd();
}

/**
 * @param {Talk} now @param {HTMLElement} bubble @param {string} text @param {string} shown
 * @param {unknown} error
 */
function notSent(now, bubble, text, shown, error) {
  const why = explain(error, now.session.place);
  const again = button('Try again', () => {
    if (waiting) return;
    bubble.remove();
    input.focus();
    say(now, text, shown);
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
  const bubbles = messages.querySelectorAll('.message');
  const end = bubbles[bubbles.length - 1];
  if (end instanceof HTMLElement && end.classList.contains('bot')) offer(next, end);
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
