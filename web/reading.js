// What was read of one document: the results of its two jobs, page by page.
//
// A result of 500 pages is a hundred megabytes of JSON. It is fetched part by
// part, cut into pages, and kept as bytes; a page is parsed when it is looked
// at, and a few parsed ones are kept.

import { expenseModel, pageModel } from './blocks.js';
import { Job } from './textract.js';

/**
 * @typedef {import('./textract.js').Block} Block
 * @typedef {import('./textract.js').Result} Result
 * @typedef {import('./textract.js').ExpenseDocument} ExpenseDocument
 * @typedef {import('./blocks.js').PageModel} PageModel
 * @typedef {import('./blocks.js').ExpenseModel} ExpenseModel
 */

const KEPT_MODELS = 8;

export class Reading {
  /**
   * @param {import('./client.js').Client} client
   * @param {import('./textract.js').Source} source
   * @param {string} again   as Job has it
   */
  constructor(client, source, again = '') {
    this.source = source;
    this.analysis = new Job(client, source, 'DocumentAnalysis', again);
    this.expenseJob = new Job(client, source, 'ExpenseAnalysis', again);
    this.pageCount = 0;
    /** The pages read so far, as JSON of their blocks. @type {Blob[]} */
    this.pages = [];
    /** @type {Block[]} */
    this.open = []; // of the page that is still coming
    /** @type {string | null} */
    this.token = null; // null: nothing was fetched yet; '': all was
    this.stop = new AbortController();
    /** @type {Promise<void>} */
    this.fetching = Promise.resolve();
    /** @type {Map<number, PageModel>} */
    this.models = new Map();
    /** @type {Promise<ExpenseDocument[]> | null} */
    this.expenses = null;
    /** Pages that could not be read, and why. @type {Map<number, string>} */
    this.failed = new Map();
    /** Answers to questions, by page. @type {Map<number, Block[]>} */
    this.asked = new Map();
  }

  /** Start both jobs, and wait for them. @param {AbortSignal} [signal] */
  async ready(signal) {
    await Promise.all([this.analysis.start(signal), this.expenseJob.start(signal)]);
    await Promise.all([this.analysis.ended(signal), this.expenseJob.ended(signal)]);
    await this.#until(1);
  }

  /** Fetch what is left, a page at a time: whoever asks for a page comes between. */
  async fetchAll() {
    while (!this.complete && !this.stop.signal.aborted) await this.#until(this.pages.length + 1);
  }

  /** No more is fetched. */
  close() {
    this.stop.abort();
  }

  /** @returns {boolean} */
  get complete() {
    return this.token === '';
  }

  /** Fetch parts until page `number` is whole. @param {number} number @returns {Promise<void>} */
  #until(number) {
    // One after the other: each part's token is in the part before.
    const before = this.fetching.catch(() => {});
    this.fetching = before.then(async () => {
      while (this.pages.length < number && !this.complete) await this.#part();
    });
    return this.fetching;
  }

  async #part() {
    const token = this.token;
    const result = await this.analysis.get(
      token ? { MaxResults: 1000, NextToken: token } : { MaxResults: 1000 },
      this.stop.signal,
    );
    this.pageCount = result.DocumentMetadata?.Pages ?? this.pageCount;
    for (const { ErrorCode = '', Pages = [] } of result.Warnings ?? []) {
      for (const page of Pages) this.failed.set(page, ErrorCode);
    }
    for (const block of result.Blocks ?? []) {
      while ((block.Page ?? 1) > this.pages.length + 1) this.#closePage();
      this.open.push(block);
    }
    this.token = result.NextToken ?? '';
    if (this.token) return;
    do this.#closePage();
    while (this.pages.length < this.pageCount);
  }

  #closePage() {
    this.pages.push(new Blob([JSON.stringify(this.open)]));
    this.open = [];
  }

  /** @param {number} number @returns {Promise<Block[]>} */
  async blocks(number) {
    await this.#until(number);
    const blob = this.pages[number - 1];
    return blob ? JSON.parse(await blob.text()) : [];
  }

  /** @param {number} number @returns {Promise<PageModel>} */
  async page(number) {
    const kept = this.models.get(number);
    if (kept) return kept;
    const blocks = await this.blocks(number);
    const model = pageModel(blocks, number);
    model.answers = pageModel(this.asked.get(number) ?? [], number).answers;
    this.models.set(number, model);
    for (const old of this.models.keys()) {
      if (this.models.size <= KEPT_MODELS) break;
      this.models.delete(old);
    }
    return model;
  }

  /** Keep what was asked of a page. @param {number} number @param {Block[]} blocks */
  addAnswers(number, blocks) {
    const asked = this.asked.get(number) ?? [];
    this.asked.set(number, [...asked, ...blocks]);
    this.models.delete(number);
  }

  /** @returns {Promise<ExpenseDocument[]>} */
  expenseDocuments() {
    this.expenses ??= this.#expenseParts().catch((error) => {
      this.expenses = null;
      throw error;
    });
    return this.expenses;
  }

  async #expenseParts() {
    /** @type {ExpenseDocument[]} */
    const documents = [];
    /** @type {string | undefined} */
    let token;
    do {
      /** @type {Result} */
      const result = await this.expenseJob.get(token ? { NextToken: token } : {}, this.stop.signal);
      this.pageCount ||= result.DocumentMetadata?.Pages ?? 0;
      documents.push(...(result.ExpenseDocuments ?? []));
      token = result.NextToken;
    } while (token);
    return documents;
  }

  /** @returns {Promise<ExpenseModel>} */
  async expense() {
    return expenseModel(await this.expenseDocuments());
  }
}
