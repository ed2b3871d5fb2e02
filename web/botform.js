// The form of a bot's own settings.

import { make } from './dom.js';
import { areaField, choice, messagesField, numberField, optionalPart, toggle } from './fields.js';
import { promptFields, promptOf } from './slotform.js';

/** @typedef {import('./models.js').Bot} Bot */

const LOCALES =
  'de-DE en-AU en-GB en-IN en-US es-419 es-ES es-US fr-FR fr-CA it-IT ja-JP ko-KR'.split(' ');

/**
 * @param {Bot} bot   changed in place
 * @param {() => void} changed
 * @returns {HTMLElement[]}
 */
export function botForm(bot, changed) {
  const set = (/** @type {Partial<Bot>} */ some) => {
    Object.assign(bot, some);
    changed();
  };
  return [
    areaField('Description', bot.description ?? '', (description) => set({ description }), {
      maxlength: '200',
    }),
    make(
      'div',
      { class: 'columns' },
      choice(
        'Language',
        bot.locale,
        LOCALES.map((name) => [name, name]),
        (locale) => set({ locale }),
      ),
      numberField(
        'Forgets a conversation after seconds',
        bot.idleSessionTTLInSeconds ?? 300,
        (idleSessionTTLInSeconds) => set({ idleSessionTTLInSeconds }),
        { min: 60, max: 86400 },
      ),
      numberField(
        'Least confidence, 0 to 1',
        bot.nluIntentConfidenceThreshold ?? 0.4,
        (nluIntentConfidenceThreshold) =>
          set({ nluIntentConfidenceThreshold, enableModelImprovements: true }),
        { min: 0, max: 1, step: 0.01 },
      ),
    ),
    toggle(
      'It talks to children: nothing of what they say is kept',
      bot.childDirected,
      (childDirected) => set({ childDirected }),
    ),
    optionalPart(
      'Clarification',
      'asked when it does not understand',
      Boolean(bot.clarificationPrompt),
      (there) => {
        const had = Boolean(bot.clarificationPrompt);
        if (there) bot.clarificationPrompt ??= promptOf('Sorry, can you say that again?');
        else delete bot.clarificationPrompt;
        if (had !== there) changed();
        return bot.clarificationPrompt ? promptFields(bot.clarificationPrompt, changed) : [];
      },
    ),
    optionalPart(
      'Giving up',
      'said when that did not help',
      Boolean(bot.abortStatement),
      (there) => {
        const had = Boolean(bot.abortStatement);
        if (there) bot.abortStatement ??= statementOf('Sorry, I could not understand.');
        else delete bot.abortStatement;
        if (had !== there) changed();
        return bot.abortStatement ? [messagesField(bot.abortStatement.messages, changed)] : [];
      },
    ),
  ];
}

/** @param {string} content @returns {import('./models.js').Statement} */
const statementOf = (content) => ({ messages: [{ contentType: 'PlainText', content }] });
