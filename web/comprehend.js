// What a text says, by the Comprehend API; places in it as JavaScript counts.

/**
 * @typedef {import('./client.js').Client} Client
 *
 * @typedef {object} Found      a part of a text
 * @property {string} type
 * @property {number} start     in UTF-16 units
 * @property {number} end
 * @property {number} score     0 to 1
 *
 * @typedef {'entities' | 'phrases' | 'opinions' | 'syntax' | 'pii'} Layer
 *
 * @typedef {object} Mood
 * @property {string} sentiment
 * @property {Record<string, number>} scores
 */

/** Those that operations may be told; more are recognised. */
export const LANGUAGES = [
  'en',
  'es',
  'fr',
  'de',
  'it',
  'pt',
  'ar',
  'hi',
  'ja',
  'ko',
  'zh',
  'zh-TW',
];

const TARGET = 'Comprehend_20171127';

/**
 * @param {Client} client @param {string} operation @param {Record<string, string>} input
 * @param {AbortSignal} signal
 */
async function ask(client, operation, input, signal) {
  const { text } = await client.call(
    {
      service: 'comprehend',
      method: 'POST',
      path: '/',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `${TARGET}.${operation}`,
      },
      body: JSON.stringify(input),
    },
    signal,
  );
  return JSON.parse(text);
}

/**
 * Where each code point begins, and the end: the service counts code points,
 * strings count UTF-16 units, and beyond the basic plane these differ.
 * @param {string} text
 */
export function unitOffsets(text) {
  /** @type {number[]} */
  const at = [];
  let unit = 0;
  for (const point of text) {
    at.push(unit);
    unit += point.length;
  }
  at.push(unit);
  return at;
}

/**
 * @typedef {object} Reading     how a layer is asked for and read
 * @property {string} operation
 * @property {(reply: any) => any[]} items
 * @property {(item: any) => string} type
 * @property {(item: any) => number} score
 */

/** @type {Record<Layer, Reading>} */
const LAYERS = {
  entities: {
    operation: 'DetectEntities',
    items: (reply) => reply.Entities,
    type: (item) => item.Type,
    score: (item) => item.Score,
  },
  phrases: {
    operation: 'DetectKeyPhrases',
    items: (reply) => reply.KeyPhrases,
    type: () => 'KEY_PHRASE',
    score: (item) => item.Score,
  },
  opinions: {
    operation: 'DetectTargetedSentiment',
    items: (reply) => reply.Entities.flatMap((/** @type {any} */ entity) => entity.Mentions),
    type: (item) => item.MentionSentiment.Sentiment,
    score: (item) =>
      Math.max(.../** @type {number[]} */ (Object.values(item.MentionSentiment.SentimentScore))),
  },
  syntax: {
    operation: 'DetectSyntax',
    items: (reply) => reply.SyntaxTokens,
    type: (item) => item.PartOfSpeech.Tag,
    score: (item) => item.PartOfSpeech.Score,
  },
  pii: {
    operation: 'DetectPiiEntities',
    items: (reply) => reply.Entities,
    type: (item) => item.Type,
    score: (item) => item.Score,
  },
};

/**
 * @param {Client} client @param {Layer} layer @param {string} text @param {string} language
 * @param {AbortSignal} signal
 * @returns {Promise<Found[]>}   in the text's order
 */
export async function detect(client, layer, text, language, signal) {
  const { operation, items, type, score } = LAYERS[layer];
  const reply = await ask(client, operation, { Text: text, LanguageCode: language }, signal);
  const at = unitOffsets(text);
  return items(reply)
    .map((one) => ({
      type: type(one),
      score: score(one),
      start: at[one.BeginOffset] ?? text.length,
      end: at[one.EndOffset] ?? text.length,
    }))
    .sort((a, b) => a.start - b.start || b.end - a.end);
}

/**
 * The likeliest first.
 * @param {Client} client @param {string} text @param {AbortSignal} signal
 * @returns {Promise<{ code: string, score: number }[]>}
 */
export async function languages(client, text, signal) {
  const reply = await ask(client, 'DetectDominantLanguage', { Text: text }, signal);
  const all = /** @type {any[]} */ (reply.Languages ?? []);
  return all
    .map((one) => ({ code: String(one.LanguageCode), score: Number(one.Score) }))
    .sort((a, b) => b.score - a.score);
}

/**
 * @param {Client} client @param {string} text @param {string} language @param {AbortSignal} signal
 * @returns {Promise<Mood>}
 */
export async function mood(client, text, language, signal) {
  const input = { Text: text, LanguageCode: language };
  const reply = await ask(client, 'DetectSentiment', input, signal);
  return { sentiment: reply.Sentiment, scores: reply.SentimentScore ?? {} };
}

/** The text with each part in it named in its place. @param {string} text @param {Found[]} found */
export function redacted(text, found) {
  let out = '';
  let at = 0;
  for (const { start, end, type } of found) {
    if (start < at) continue;
    out += `${text.slice(at, start)}[${type}]`;
    at = end;
  }
  return out + text.slice(at);
}
