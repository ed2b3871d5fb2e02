// The session inspector: what the bot made of the last message, and where the
// conversation stands.

import { button, make } from './dom.js';

/**
 * @typedef {import('./lex.js').Reply} Reply
 * @typedef {import('./lex.js').Session} Session
 * @typedef {import('./lex.js').Slots} Slots
 */

/** @param {string} title @param {...(Node | string)} parts */
const section = (title, ...parts) =>
  make('section', { class: 'facts' }, make('h3', {}, title), ...parts);

/** @param {string} text */
const none = (text) => make('p', { class: 'small' }, text);

/**
 * Names with their values.
 * @param {[string, string | Node][]} rows
 */
const pairs = (rows) =>
  make(
    'dl',
    {},
    ...rows.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value))),
  );

/** @param {string} name @param {number | undefined} score */
function scored(name, score) {
  if (score === undefined) return make('li', {}, make('span', {}, name));
  const percent = `${Math.round(score * 100)} %`;
  return make(
    'li',
    {},
    make('span', {}, name),
    make('meter', {
      min: '0',
      max: '1',
      value: String(score),
      'aria-label': `Confidence of ${name}`,
    }),
    make('span', { class: 'small number' }, percent),
  );
}

/** @param {Slots | undefined} slots @param {string} [asked]   the one that is asked for */
function slotRows(slots, asked) {
  /** @type {[string, string | Node][]} */
  const rows = Object.entries(slots ?? {}).map(([name, value]) => [
    name,
    value ?? make('em', {}, name === asked ? 'asked for' : 'open'),
  ]);
  return rows.length ? pairs(rows) : none('None.');
}

/** @param {Reply} reply */
function understood(reply) {
  const guesses = [
    { intentName: reply.intentName, nluIntentConfidence: reply.nluIntentConfidence },
    ...(reply.alternativeIntents ?? []),
  ].filter((guess) => guess.intentName);
  if (!guesses.length) return none('No intent.');
  return make(
    'ol',
    { class: 'guesses' },
    ...guesses.map((g) => scored(String(g.intentName), g.nluIntentConfidence?.score)),
  );
}

/** @param {import('./lex.js').Context} context @returns {[string, string]} */
function contextRow({ name, timeToLive = {}, parameters = {} }) {
  const { turnsToLive, timeToLiveInSeconds } = timeToLive;
  const left = [
    turnsToLive !== undefined ? `${turnsToLive} turns` : '',
    timeToLiveInSeconds !== undefined ? `${timeToLiveInSeconds} s` : '',
    ...Object.entries(parameters).map(([key, value]) => `${key}: ${value}`),
  ];
  return [name, left.filter(Boolean).join(', ')];
}

/** @param {import('./lex.js').Summary} summary */
function recentRow(summary) {
  const { intentName, checkpointLabel, confirmationStatus, slots } = summary;
  const stands = [
    summary.dialogActionType,
    summary.slotToElicit,
    summary.fulfillmentState,
    confirmationStatus && confirmationStatus !== 'None' ? confirmationStatus : '',
  ];
  const filled = Object.entries(slots ?? {}).filter(([, value]) => value !== null);
  return make(
    'li',
    {},
    make('strong', {}, intentName ?? 'No intent'),
    ...(checkpointLabel ? [make('code', {}, checkpointLabel)] : []),
    make('p', { class: 'small' }, stands.filter(Boolean).join(' · ')),
    ...(filled.length
      ? [make('p', { class: 'small' }, filled.map(([k, v]) => `${k}: ${v}`).join(', '))]
      : []),
  );
}

/** @param {unknown} what */
function raw(what) {
  const text = JSON.stringify(what, null, 2);
  const copy = button('Copy', async () => {
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = 'Copied';
    } catch {
      copy.textContent = 'Select and copy it';
    }
  });
  return make(
    'details',
    { class: 'raw' },
    make('summary', {}, 'JSON of the last reply'),
    copy,
    make('pre', { tabindex: '0' }, text),
  );
}

/**
 * Show the last reply, and the session where it is known.
 * @param {HTMLElement} into @param {Reply | null} reply @param {Session | null} session
 */
export function showSession(into, reply, session) {
  if (!reply) {
    into.replaceChildren(none('Say something, and this shows what the bot made of it.'));
    return;
  }
  const attributes = Object.entries(session?.sessionAttributes ?? reply.sessionAttributes ?? {});
  const contexts = session?.activeContexts ?? reply.activeContexts ?? [];
  const recent = session?.recentIntentSummaryView ?? [];
  const open = into.querySelector('details')?.open ?? false;
  into.replaceChildren(
    section('Intent', understood(reply)),
    section(
      'State',
      pairs([
        ['Dialog', [reply.dialogState, reply.slotToElicit].filter(Boolean).join(' · ') || '—'],
        ['Version', reply.botVersion ?? '—'],
        ['Session', make('code', {}, reply.sessionId ?? '—')],
      ]),
    ),
    section('Slots', slotRows(reply.slots, reply.slotToElicit)),
    section('Contexts', contexts.length ? pairs(contexts.map(contextRow)) : none('None active.')),
    section('Session attributes', attributes.length ? pairs(attributes) : none('None.')),
    ...(recent.length
      ? [section('Recent intents', make('ol', { class: 'recent' }, ...recent.map(recentRow)))]
      : []),
    raw(reply),
  );
  const details = into.querySelector('details');
  if (details) details.open = open;
}
