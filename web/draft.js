// What is being edited: a bot, an intent or a slot type, as it was got and as
// it is now; and how it is saved without undoing what somebody else did.

import { CallError } from './client.js';
import { completed, writable } from './models.js';

/**
 * @typedef {import('./models.js').Models} Models
 * @typedef {import('./models.js').Kind} Kind
 */

/** Somebody else saved meanwhile. */
export class Conflict extends Error {
  /** @param {object} theirs @param {string[]} changed   members that differ from what was got */
  constructor(theirs, changed) {
    super('changed by somebody else');
    this.theirs = theirs;
    this.changed = changed;
  }
}

/** @param {unknown} value */
const same = (value) => JSON.stringify(value ?? null);

/**
 * @template {{ name: string, checksum?: string }} T
 */
export class Draft {
  /** @param {Kind} kind @param {T} got @param {boolean} fresh   not saved yet */
  constructor(kind, got, fresh = false) {
    this.kind = kind;
    this.fresh = fresh;
    this.value = completed(kind, structuredClone(got));
    this.base = structuredClone(this.value);
  }

  get name() {
    return this.value.name;
  }

  get dirty() {
    return this.fresh || same(this.#put(this.value)) !== same(this.#put(this.base));
  }

  /** @param {T} value */
  #put(value) {
    return writable(this.kind, value);
  }

  /** Start again from what the server has. @param {T} got */
  take(got) {
    this.fresh = false;
    this.value = completed(this.kind, structuredClone(got));
    this.base = structuredClone(this.value);
  }

  /** Members that `theirs` has otherwise than what was got. @param {T} theirs */
  changedIn(theirs) {
    const was = this.#put(this.base);
    const is = this.#put(completed(this.kind, theirs));
    return [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(
      (name) => same(was[name]) !== same(is[name]),
    );
  }

  /**
   * Put it. Where somebody else did since it was got, a Conflict is thrown.
   * @param {Models} models @param {Record<string, unknown>} [more]
   */
  async save(models, more) {
    try {
      const got = await models.put(this.kind, this.value, more);
      this.fresh = false;
      this.value.checksum = got.checksum;
      this.base = structuredClone(this.value);
      return got;
    } catch (error) {
      const code = error instanceof CallError ? error.code : '';
      if (code !== 'PreconditionFailedException' && code !== 'ConflictException') throw error;
      const theirs = await models.get(this.kind, this.name).catch(() => null);
      if (!theirs || theirs.checksum === this.value.checksum) throw error;
      throw new Conflict(theirs, this.changedIn(theirs));
    }
  }

  /** What is here is to take the place of theirs. @param {{ checksum?: string }} theirs */
  overrule({ checksum }) {
    this.value.checksum = checksum;
    this.base.checksum = checksum;
  }
}
