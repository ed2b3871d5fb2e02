// Bots and their parts: the Lex model-building API, as far as the editor needs it.

import { percentEncode } from './sigv4.js';

/**
 * @typedef {import('./client.js').Client} Client
 *
 * @typedef {{ contentType: string, content: string, groupNumber?: number }} Message
 * @typedef {{ messages: Message[], responseCard?: string }} Statement
 * @typedef {Statement & { maxAttempts: number }} Prompt
 * @typedef {{ uri: string, messageVersion: string }} CodeHook
 *
 * @typedef {object} Slot
 * @property {string} name
 * @property {string} slotConstraint       "Required" or "Optional"
 * @property {string} [slotType]
 * @property {string} [slotTypeVersion]    none of built-in types
 * @property {number} [priority]
 * @property {Prompt} [valueElicitationPrompt]
 * @property {string[]} [sampleUtterances]
 * @property {string} [obfuscationSetting]
 *
 * @typedef {object} Intent
 * @property {string} name
 * @property {string} [description]
 * @property {string[]} sampleUtterances
 * @property {Slot[]} slots
 * @property {Prompt} [confirmationPrompt]
 * @property {Statement} [rejectionStatement]
 * @property {{ prompt: Prompt, rejectionStatement: Statement }} [followUpPrompt]
 * @property {Statement} [conclusionStatement]
 * @property {CodeHook} [dialogCodeHook]
 * @property {{ type: string, codeHook?: CodeHook }} [fulfillmentActivity]
 * @property {string} [parentIntentSignature]
 * @property {{ name: string }[]} [inputContexts]
 * @property {{ name: string, timeToLiveInSeconds: number, turnsToLive: number }[]} [outputContexts]
 * @property {string} [checksum]
 * @property {string} [version]
 *
 * @typedef {object} SlotType
 * @property {string} name
 * @property {string} [description]
 * @property {{ value: string, synonyms?: string[] }[]} enumerationValues
 * @property {string} [valueSelectionStrategy]
 * @property {string} [parentSlotTypeSignature]
 * @property {{ regexConfiguration?: { pattern: string } }[]} [slotTypeConfigurations]
 * @property {string} [checksum]
 * @property {string} [version]
 *
 * @typedef {object} Bot
 * @property {string} name
 * @property {string} [description]
 * @property {{ intentName: string, intentVersion: string }[]} intents
 * @property {Prompt} [clarificationPrompt]
 * @property {Statement} [abortStatement]
 * @property {number} [idleSessionTTLInSeconds]
 * @property {number} [nluIntentConfidenceThreshold]
 * @property {boolean} [enableModelImprovements]
 * @property {boolean} [detectSentiment]
 * @property {boolean} childDirected
 * @property {string} locale
 * @property {string} [voiceId]
 * @property {string} [status]
 * @property {string} [failureReason]
 * @property {string} [checksum]
 * @property {string} [version]
 * @property {number} [lastUpdatedDate]   seconds since 1970
 *
 * @typedef {object} Alias
 * @property {string} name
 * @property {string} botVersion
 * @property {string} [checksum]
 *
 * @typedef {object} Missed
 * @property {string} utteranceString
 * @property {number} count
 * @property {number} distinctUsers
 * @property {number} lastUtteredDate
 */

export const LATEST = '$LATEST';
const PAGE = '50';

/** What of a reply can be put again. */
const WRITABLE = {
  bots: [
    'description',
    'intents',
    'enableModelImprovements',
    'nluIntentConfidenceThreshold',
    'clarificationPrompt',
    'abortStatement',
    'idleSessionTTLInSeconds',
    'voiceId',
    'locale',
    'childDirected',
    'detectSentiment',
  ],
  intents: [
    'description',
    'slots',
    'sampleUtterances',
    'confirmationPrompt',
    'rejectionStatement',
    'followUpPrompt',
    'conclusionStatement',
    'dialogCodeHook',
    'fulfillmentActivity',
    'parentIntentSignature',
    'kendraConfiguration',
    'inputContexts',
    'outputContexts',
  ],
  slottypes: [
    'description',
    'enumerationValues',
    'valueSelectionStrategy',
    'parentSlotTypeSignature',
    'slotTypeConfigurations',
  ],
};

/** @typedef {keyof typeof WRITABLE} Kind */

/**
 * What of a bot, intent or slot type a person changes; what else a reply holds
 * is the server's.
 * @param {Kind} kind @param {object} value
 * @returns {Record<string, unknown>}
 */
export function writable(kind, value) {
  const all = /** @type {Record<string, unknown>} */ ({ ...value });
  // A bot has a threshold anyway, but may not be given one without the other.
  if (!all.enableModelImprovements) delete all.nluIntentConfidenceThreshold;
  return Object.fromEntries(
    WRITABLE[kind].filter((name) => all[name] !== undefined).map((name) => [name, all[name]]),
  );
}

/**
 * The same with the lists that a reply may leave out.
 * @template {object} T
 * @param {Kind} kind @param {T} value @returns {T}
 */
export function completed(kind, value) {
  const lists = {
    bots: { intents: [] },
    intents: { sampleUtterances: [], slots: [], inputContexts: [], outputContexts: [] },
    slottypes: { enumerationValues: [] },
  };
  return { ...lists[kind], ...value };
}

export class Models {
  /** @param {Client} client */
  constructor(client) {
    this.client = client;
  }

  /**
   * @param {string} method @param {string} path @param {Record<string, string>} [query]
   * @param {object} [body]
   */
  async #call(method, path, query = {}, body = undefined) {
    const { text } = await this.client.call({
      service: 'lex',
      method,
      path,
      query,
      headers: body ? { 'content-type': 'application/json' } : {},
      body: body ? JSON.stringify(body) : undefined,
    });
    return text ? JSON.parse(text) : {};
  }

  /** All pages of a list. @param {string} path @param {string} member */
  async #all(path, member) {
    /** @type {any[]} */
    const all = [];
    let nextToken = '';
    do {
      const page = await this.#call('GET', path, {
        maxResults: PAGE,
        ...(nextToken ? { nextToken } : {}),
      });
      all.push(...(page[member] ?? []));
      nextToken = page.nextToken ?? '';
    } while (nextToken);
    return all;
  }

  /** @returns {Promise<Bot[]>} */
  bots() {
    return this.#all('/bots/', 'bots');
  }

  /** @returns {Promise<{ name: string }[]>} */
  intents() {
    return this.#all('/intents/', 'intents');
  }

  /** @returns {Promise<{ name: string }[]>} */
  slotTypes() {
    return this.#all('/slottypes/', 'slotTypes');
  }

  /** @returns {Promise<string[]>} */
  async builtinSlotTypes() {
    const all = await this.#all('/builtins/slottypes/', 'slotTypes');
    return all.map((one) => one.signature);
  }

  /** @returns {Promise<string[]>} */
  async builtinIntents() {
    const all = await this.#all('/builtins/intents/', 'intents');
    return all.map((one) => one.signature);
  }

  /** @param {Kind} kind @param {string} name @param {string} [version] */
  get(kind, name, version = LATEST) {
    return this.#call('GET', `/${kind}/${percentEncode(name)}/versions/${percentEncode(version)}`);
  }

  /**
   * @param {Kind} kind @param {{ name: string, checksum?: string }} value
   * @param {Record<string, unknown>} [more]
   */
  put(kind, value, more = {}) {
    const { name, checksum } = value;
    const body = { ...writable(kind, value), ...(checksum ? { checksum } : {}), ...more };
    return this.#call('PUT', `/${kind}/${percentEncode(name)}/versions/${LATEST}`, {}, body);
  }

  /** @param {Kind} kind @param {string} name */
  remove(kind, name) {
    return this.#call('DELETE', `/${kind}/${percentEncode(name)}`);
  }

  /** @param {string} bot @returns {Promise<Bot[]>} */
  versions(bot) {
    return this.#all(`/bots/${percentEncode(bot)}/versions/`, 'bots');
  }

  /**
   * A numbered version of $LATEST, or the last one where nothing has changed since.
   * @param {Kind} kind @param {string} name
   * @returns {Promise<string>}
   */
  async publish(kind, name) {
    const made = await this.#call('POST', `/${kind}/${percentEncode(name)}/versions`, {}, {});
    return String(made.version);
  }

  /** @param {string} bot @returns {Promise<Alias[]>} */
  aliases(bot) {
    return this.#all(`/bots/${percentEncode(bot)}/aliases/`, 'BotAliases');
  }

  /** @param {string} bot @param {Alias} alias */
  putAlias(bot, { name, botVersion, checksum }) {
    const path = `/bots/${percentEncode(bot)}/aliases/${percentEncode(name)}`;
    return this.#call('PUT', path, {}, { botVersion, ...(checksum ? { checksum } : {}) });
  }

  /** @param {string} bot @param {string} alias */
  removeAlias(bot, alias) {
    return this.#call('DELETE', `/bots/${percentEncode(bot)}/aliases/${percentEncode(alias)}`);
  }

  /** What users said and no intent was found for. @param {string} bot @returns {Promise<Missed[]>} */
  async missed(bot) {
    const reply = await this.#call('GET', `/bots/${percentEncode(bot)}/utterances`, {
      view: 'aggregation',
      bot_versions: LATEST,
      status_type: 'Missed',
    });
    const lists = /** @type {{ utterances?: Missed[] }[]} */ (reply.utterances ?? []);
    return lists.flatMap((list) => list.utterances ?? []);
  }

  /**
   * @param {string} payload   base64 of a ZIP
   * @param {'BOT' | 'INTENT' | 'SLOT_TYPE'} resourceType
   * @param {boolean} overwrite
   */
  startImport(payload, resourceType, overwrite) {
    const mergeStrategy = overwrite ? 'OVERWRITE_LATEST' : 'FAIL_ON_CONFLICT';
    return this.#call('POST', '/imports/', {}, { payload, resourceType, mergeStrategy });
  }

  /** @param {string} id */
  getImport(id) {
    return this.#call('GET', `/imports/${percentEncode(id)}`);
  }

  /** @param {string} name @param {string} version */
  getExport(name, version) {
    return this.#call('GET', '/exports/', {
      name,
      version,
      resourceType: 'BOT',
      exportType: 'LEX',
    });
  }
}
