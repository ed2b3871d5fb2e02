// Talking to bots: the Lex runtime, as far as the pages need it.

import { CallError } from './client.js';
import { percentEncode } from './sigv4.js';

/**
 * @typedef {import('./client.js').Client} Client
 *
 * @typedef {{ bot: string, alias: string, user: string }} Seat   who talks to which bot
 *
 * @typedef {object} CardButton
 * @property {string} text
 * @property {string} value    what is said when it is pressed
 *
 * @typedef {object} Attachment
 * @property {string} [title]
 * @property {string} [subTitle]
 * @property {string} [imageUrl]
 * @property {string} [attachmentLinkUrl]
 * @property {CardButton[]} [buttons]
 *
 * @typedef {{ genericAttachments?: Attachment[] }} Card
 * @typedef {Record<string, string | null>} Slots
 * @typedef {{ score?: number }} Confidence
 *
 * @typedef {object} Guess
 * @property {string} [intentName]
 * @property {Confidence} [nluIntentConfidence]
 * @property {Slots} [slots]
 *
 * @typedef {object} Context
 * @property {string} name
 * @property {{ timeToLiveInSeconds?: number, turnsToLive?: number }} [timeToLive]
 * @property {Record<string, string>} [parameters]
 *
 * @typedef {object} Reply       what PostText answers
 * @property {string} [message]
 * @property {string} [messageFormat]
 * @property {string} [dialogState]
 * @property {string} [intentName]
 * @property {Confidence} [nluIntentConfidence]
 * @property {Guess[]} [alternativeIntents]
 * @property {Slots} [slots]
 * @property {string} [slotToElicit]
 * @property {Card} [responseCard]
 * @property {Record<string, string>} [sessionAttributes]
 * @property {Context[]} [activeContexts]
 * @property {string} [sessionId]
 * @property {string} [botVersion]
 *
 * @typedef {object} Summary     an intent of the session, the latest first
 * @property {string} [intentName]
 * @property {string} [checkpointLabel]
 * @property {Slots} [slots]
 * @property {string} [confirmationStatus]
 * @property {string} [dialogActionType]
 * @property {string} [fulfillmentState]
 * @property {string} [slotToElicit]
 *
 * @typedef {object} Session     what GetSession answers
 * @property {Summary[]} [recentIntentSummaryView]
 * @property {Record<string, string>} [sessionAttributes]
 * @property {Context[]} [activeContexts]
 * @property {string} [sessionId]
 */

/** @param {Seat} seat @param {string} tail */
function seatPath({ bot, alias, user }, tail) {
  const [b, a, u] = [bot, alias, user].map(percentEncode);
  return `/bot/${b}/alias/${a}/user/${u}/${tail}`;
}

/**
 * Say something to a bot.
 * @param {Client} client @param {Seat} seat @param {string} text @param {AbortSignal} [signal]
 * @returns {Promise<Reply>}
 */
export async function say(client, seat, text, signal) {
  const body = JSON.stringify({ inputText: text });
  const headers = { 'content-type': 'application/json' };
  const path = seatPath(seat, 'text');
  const answer = await client.call({ service: 'lex', method: 'POST', path, headers, body }, signal);
  return JSON.parse(answer.text);
}

/**
 * Where the conversation stands; null when there is none.
 * @param {Client} client @param {Seat} seat
 * @returns {Promise<Session | null>}
 */
export async function getSession(client, seat) {
  try {
    const path = seatPath(seat, 'session/');
    return JSON.parse((await client.call({ service: 'lex', method: 'GET', path })).text);
  } catch (error) {
    if (error instanceof CallError && error.code === 'NotFoundException') return null;
    throw error;
  }
}

/** Forget the conversation; fine when there is none. @param {Client} client @param {Seat} seat */
export async function deleteSession(client, seat) {
  try {
    await client.call({ service: 'lex', method: 'DELETE', path: seatPath(seat, 'session') });
  } catch (error) {
    if (!(error instanceof CallError) || error.code !== 'NotFoundException') throw error;
  }
}

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
