// An open bot: its parts, which of them are changed, and the way to a build.

import { Draft } from './draft.js';
import { LATEST } from './models.js';

/**
 * @typedef {import('./models.js').Models} Models
 * @typedef {import('./models.js').Bot} Bot
 * @typedef {import('./models.js').Intent} Intent
 * @typedef {import('./models.js').SlotType} SlotType
 *
 * @typedef {Draft<Bot> | Draft<Intent> | Draft<SlotType>} AnyDraft
 */

const POLL_MS = 250;
const BUILD_MS = 10 * 60_000;

/** @param {number} ms */
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export class Workspace {
  /** @param {Models} models @param {Bot} bot */
  constructor(models, bot) {
    this.models = models;
    this.bot = new Draft('bots', bot);
    this.status = bot.status ?? '';
    this.reason = bot.failureReason ?? '';
    /** @type {Map<string, Draft<Intent>>} */
    this.intents = new Map();
    /** @type {Map<string, Draft<SlotType>>} */
    this.slotTypes = new Map();
    /** @type {string[]} */
    this.builtinTypes = [];
  }

  /** Open a bot with all its parts. @param {Models} models @param {string} name */
  static async open(models, name) {
    const space = new Workspace(models, await models.get('bots', name));
    const intents = await Promise.all(
      (space.bot.value.intents ?? []).map(({ intentName }) => models.get('intents', intentName)),
    );
    for (const intent of intents) space.intents.set(intent.name, new Draft('intents', intent));
    const own = [
      ...new Set(
        intents
          .flatMap((intent) => intent.slots ?? [])
          .map((slot) => slot.slotType ?? '')
          .filter((type) => type && !type.startsWith('AMAZON.')),
      ),
    ];
    const types = await Promise.all(own.map((type) => models.get('slottypes', type)));
    for (const type of types) space.slotTypes.set(type.name, new Draft('slottypes', type));
    space.builtinTypes = await models.builtinSlotTypes();
    return space;
  }

  /** The types that a slot may have. @returns {[string, string][]} */
  get typeChoices() {
    return [...[...this.slotTypes.keys()].sort(), ...this.builtinTypes].map((name) => [name, name]);
  }

  /** @returns {AnyDraft[]} */
  get dirty() {
    return [...this.slotTypes.values(), ...this.intents.values(), this.bot].filter((d) => d.dirty);
  }

  /** @param {string} name @param {string} [signature]   of a built-in intent */
  addIntent(name, signature) {
    this.intents.set(
      name,
      new Draft(
        'intents',
        {
          name,
          sampleUtterances: [],
          slots: [],
          fulfillmentActivity: { type: 'ReturnIntent' },
          ...(signature ? { parentIntentSignature: signature } : {}),
        },
        true,
      ),
    );
    this.bot.value.intents = [
      ...(this.bot.value.intents ?? []),
      { intentName: name, intentVersion: LATEST },
    ];
  }

  /** The bot has it no more; the intent itself stays. @param {string} name */
  dropIntent(name) {
    this.intents.delete(name);
    this.bot.value.intents = this.bot.value.intents.filter((i) => i.intentName !== name);
  }

  /** @param {string} name */
  addSlotType(name) {
    this.slotTypes.set(
      name,
      new Draft(
        'slottypes',
        { name, enumerationValues: [], valueSelectionStrategy: 'ORIGINAL_VALUE' },
        true,
      ),
    );
  }

  /**
   * Save one part. What is edited here is $LATEST, so that is what the bot
   * and its intents then use.
   * @param {AnyDraft} draft
   */
  async save(draft) {
    if (draft.kind === 'intents') {
      for (const used of this.bot.value.intents)
        if (used.intentName === draft.name) used.intentVersion = LATEST;
      const intent = /** @type {Draft<Intent>} */ (draft).value;
      for (const slot of intent.slots ?? [])
        if (slot.slotType && !slot.slotType.startsWith('AMAZON.')) slot.slotTypeVersion = LATEST;
    }
    if (draft === this.bot) return this.#putBot('SAVE');
    return draft.save(this.models);
  }

  /** @param {'SAVE' | 'BUILD'} processBehavior */
  async #putBot(processBehavior) {
    const got = await this.bot.save(this.models, { processBehavior });
    this.status = got.status ?? '';
    this.reason = got.failureReason ?? '';
    return got;
  }

  /**
   * Make a numbered version of the bot. It may use numbered versions only, so
   * its slot types and intents get theirs first; $LATEST uses $LATEST again
   * afterwards, so that what is edited here goes on to be what is tested.
   * @param {() => void} tell
   */
  async publish(tell) {
    for (const draft of this.dirty) await this.save(draft);
    /** @type {Record<string, string>} */
    const types = {};
    for (const name of this.slotTypes.keys())
      types[name] = await this.models.publish('slottypes', name);
    /** @type {Record<string, string>} */
    const intents = {};
    for (const draft of this.intents.values()) {
      this.#useTypes(draft, types);
      if (draft.dirty) await draft.save(this.models);
      intents[draft.name] = await this.models.publish('intents', draft.name);
    }
    try {
      for (const used of this.bot.value.intents)
        used.intentVersion = intents[used.intentName] ?? LATEST;
      await this.#build(tell);
      if (this.status === 'READY') await this.models.publish('bots', this.bot.name);
    } finally {
      for (const draft of this.intents.values()) {
        this.#useTypes(draft, {});
        if (draft.dirty) await draft.save(this.models);
      }
      await this.build(tell);
    }
  }

  /** @param {Draft<Intent>} draft @param {Record<string, string>} versions   $LATEST of others */
  #useTypes(draft, versions) {
    for (const slot of draft.value.slots)
      if (slot.slotType && this.slotTypes.has(slot.slotType))
        slot.slotTypeVersion = versions[slot.slotType] ?? LATEST;
  }

  /**
   * Save all that is changed, then build; `tell` hears how it goes.
   * @param {() => void} tell
   */
  async build(tell) {
    for (const draft of this.dirty) if (draft !== this.bot) await this.save(draft);
    for (const used of this.bot.value.intents) used.intentVersion = LATEST;
    await this.#build(tell);
  }

  /** @param {() => void} tell */
  async #build(tell) {
    await this.#putBot('BUILD');
    const end = Date.now() + BUILD_MS;
    tell();
    while (!['READY', 'FAILED', 'READY_BASIC_TESTING'].includes(this.status) && Date.now() < end) {
      await pause(POLL_MS);
      const got = await this.models.get('bots', this.bot.name);
      this.status = got.status ?? '';
      this.reason = got.failureReason ?? '';
      this.bot.overrule(got);
      tell();
    }
  }
}
