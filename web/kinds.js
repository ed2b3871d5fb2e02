// Kinds of marks: which of nine colours a type has, and how it is called.

/** @typedef {import('./comprehend.js').Layer} Layer */

const COLOURS = 9; // k1 to k9 in language.css

/** @type {Record<string, number>} */
const ENTITIES = {
  PERSON: 1,
  LOCATION: 2,
  ORGANIZATION: 3,
  COMMERCIAL_ITEM: 4,
  EVENT: 5,
  DATE: 6,
  QUANTITY: 7,
  TITLE: 8,
  OTHER: 9,
};

/** Those that are seen most. @type {Record<string, number>} */
const PERSONAL = {
  NAME: 1,
  ADDRESS: 2,
  EMAIL: 3,
  PHONE: 4,
  CREDIT_DEBIT_NUMBER: 5,
  DATE_TIME: 6,
  AGE: 7,
  URL: 8,
  SSN: 9,
};

/** @type {Record<string, number>} */
const OPINIONS = { POSITIVE: 2, NEGATIVE: 5, MIXED: 8, NEUTRAL: 9 };

/** Words that do alike work have one colour. @type {Record<string, number>} */
const SPEECH = {
  NOUN: 1,
  PROPN: 1,
  VERB: 2,
  AUX: 2,
  ADJ: 3,
  ADV: 4,
  PRON: 5,
  DET: 6,
  ADP: 7,
  CONJ: 8,
  CCONJ: 8,
  SCONJ: 8,
  PART: 8,
  NUM: 9,
};

/** The same colour for the same name, whatever it is. @param {string} type */
function hashed(type) {
  let sum = 0;
  for (const c of type) sum = (sum * 31 + c.charCodeAt(0)) % 9973;
  return 1 + (sum % COLOURS);
}

/** A class of the page's style. @param {Layer} layer @param {string} type */
export function kindOf(layer, type) {
  if (layer === 'phrases') return 'k2';
  if (layer === 'syntax') return `k${SPEECH[type] ?? 0}`;
  const known = { entities: ENTITIES, opinions: OPINIONS, pii: PERSONAL }[layer];
  return `k${known[type] ?? hashed(type)}`;
}

/** @type {Record<string, string>} */
const SPEECH_NAMES = {
  ADJ: 'Adjective',
  ADP: 'Adposition',
  ADV: 'Adverb',
  AUX: 'Auxiliary',
  CCONJ: 'Coordinating conjunction',
  CONJ: 'Conjunction',
  DET: 'Determiner',
  INTJ: 'Interjection',
  NOUN: 'Noun',
  NUM: 'Number',
  O: 'Other',
  PART: 'Particle',
  PRON: 'Pronoun',
  PROPN: 'Proper noun',
  PUNCT: 'Punctuation',
  SCONJ: 'Subordinating conjunction',
  SYM: 'Symbol',
  VERB: 'Verb',
};

/** "Commercial item" @param {Layer} layer @param {string} type */
export function spokenType(layer, type) {
  if (layer === 'syntax') return SPEECH_NAMES[type] ?? type;
  const words = type.toLowerCase().replaceAll('_', ' ');
  return words
    .replace(/^./, (c) => c.toUpperCase())
    .replace(/\b(ssn|ip|url|mac|pin|cvv|id|iban|itin|nhs|swift)\b/gi, (w) => w.toUpperCase());
}
