// The conversation as it is seen: bubbles in the log, and where it is scrolled.

import { byId, make } from './dom.js';

/** @typedef {import('./session.js').Message} Message */

const log = byId('log', HTMLElement);
const list = byId('messages', HTMLElement);
const typing = byId('typing', HTMLElement);
const status = byId('status', HTMLElement);

const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const TYPING_AFTER_MS = 300; // most answers are faster than a flicker is pleasant

/** @type {Record<Message['from'], string>} */
const SPEAKER = { you: 'You', bot: 'Bot', note: 'Quern', file: 'You, a file' };

/**
 * Add a bubble at the end.
 * @param {Message} message
 * @param {...Node} extras   below the text
 */
export function addBubble(message, ...extras) {
  const follows = list.lastElementChild?.classList.contains(message.from) ?? false;
  const at = new Date(message.at);
  const bubble = make(
    'article',
    { class: `message ${message.from}${follows ? ' follows' : ''}` },
    make('span', { class: 'hidden-text' }, `${SPEAKER[message.from]}: `),
    make('div', { class: 'bubble' }, make('p', { class: 'text' }, message.text), ...extras),
    make('time', { datetime: at.toISOString() }, clock.format(at)),
  );
  list.append(bubble);
  if (message.from !== 'bot' || nearEnd()) toEnd();
  return bubble;
}

/** Say to a screen reader what the log does not. @param {string} text */
export function announce(text) {
  status.textContent = text;
}

export function clearBubbles() {
  list.replaceChildren();
}

/**
 * Show a past conversation without reading it out.
 * @param {Message[]} messages
 */
export function showHistory(messages) {
  log.setAttribute('aria-live', 'off');
  clearBubbles();
  for (const message of messages) addBubble(message);
  requestAnimationFrame(() => {
    log.setAttribute('aria-live', 'polite');
    toEnd();
  });
}

/** Show that the bot is at it, unless it answers at once. Returns what stops it. */
export function showTyping() {
  const timer = setTimeout(() => {
    typing.hidden = false;
    announce('The bot is answering.');
    toEnd();
  }, TYPING_AFTER_MS);
  return () => {
    clearTimeout(timer);
    typing.hidden = true;
    announce('');
  };
}

const nearEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 240;

export function toEnd() {
  log.scrollTop = log.scrollHeight;
}
