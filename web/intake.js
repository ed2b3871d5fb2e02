// Files on their way in: sent to the bucket one after the other, then read,
// two at a time. What is read already is found read.

import { CallError } from './client.js';
import { DocumentRecord } from './corrections.js';
import { explain } from './explain.js';
import { Reading } from './reading.js';
import { bareTag, ensureBucket, placeParts } from './s3.js';
import { readAndKeep } from './summary.js';

/**
 * @typedef {import('./client.js').Client} Client
 * @typedef {import('./textract.js').Source} Source
 *
 * @typedef {object} Work
 * @property {string} key
 * @property {number} size
 * @property {'waiting' | 'sending' | 'queued' | 'reading' | 'failed'} state
 * @property {number} sent       0 to 1
 * @property {string} text       why it failed
 * @property {AbortController} stop
 * @property {(() => void) | null} again   try again
 *
 * @typedef {object} Watch
 * @property {(key: string) => void} changed   a work's state
 * @property {(source: Source, size: number) => void} arrived
 * @property {(source: Source) => void} read
 * @property {(key: string) => boolean} taken  whether there is a document of that key
 */

const READ_AT_ONCE = 2;
const KINDS = /\.(pdf|png|jpe?g|tiff?)$/i;

/** @param {string} name */
export const isDocument = (name) => KINDS.test(name);

export class Intake {
  /** @param {Client} client @param {string} place "bucket/folder" @param {Watch} watch */
  constructor(client, place, watch) {
    this.client = client;
    this.place = place;
    this.watch = watch;
    /** @type {Map<string, Work>} */
    this.works = new Map();
    this.sending = Promise.resolve();
    this.readers = 0;
    /** @type {(() => Promise<void>)[]} */
    this.queue = [];
    this.finished = 0;
    this.begun = 0;
    this.closed = false;
  }

  /** No more is sent or waited for; what is being read is read all the same. */
  close() {
    this.closed = true;
    for (const work of this.works.values()) work.stop.abort();
  }

  get busy() {
    return [...this.works.values()].filter((work) => work.state !== 'failed').length;
  }

  get sendingNow() {
    return [...this.works.values()].some((w) => w.state === 'sending' || w.state === 'waiting');
  }

  /** @param {File[]} files */
  add(files) {
    for (const file of files) {
      const work = this.#begin(this.#freeKey(file.name), file.size, 'waiting');
      if (file.size === 0) this.#fail(work, new CallError('Empty', 'The file is empty.'), null);
      else if (!isDocument(file.name)) {
        this.#fail(work, new CallError('Kind', 'This is no PDF, TIFF, PNG or JPEG.'), null);
      } else this.sending = this.sending.then(() => this.#send(work, file));
    }
  }

  /** Read a document of the bucket. @param {Source} source @param {number} size */
  read(source, size) {
    if (this.works.has(source.key) && this.works.get(source.key)?.state !== 'failed') return;
    this.#enqueue(this.#begin(source.key, size, 'queued'), source);
  }

  /** @param {string} key */
  forget(key) {
    this.works.get(key)?.stop.abort();
    this.#end(key);
  }

  /** "scan (2).pdf" where there is a "scan.pdf". @param {string} name */
  #freeKey(name) {
    const { prefix } = placeParts(this.place);
    const [, stem, end] = /^(.*?)(\.[^.]*)?$/s.exec(name) ?? ['', name, ''];
    for (let number = 1; ; number++) {
      const key = prefix + (number === 1 ? name : `${stem} (${number})${end ?? ''}`);
      if (!this.works.has(key) && !this.watch.taken(key)) return key;
    }
  }

  /** @param {string} key @param {number} size @param {Work['state']} state */
  #begin(key, size, state) {
    if (this.busy === 0) this.begun = this.finished = 0;
    this.begun++;
    /** @type {Work} */
    const work = { key, size, state, sent: 0, text: '', stop: new AbortController(), again: null };
    this.works.set(key, work);
    this.watch.changed(key);
    return work;
  }

  /** @param {Work} work @param {Partial<Work>} now */
  #set(work, now) {
    Object.assign(work, now);
    if (this.works.get(work.key) === work && !this.closed) this.watch.changed(work.key);
  }

  /** @param {string} key */
  #end(key) {
    this.works.delete(key);
    this.finished++;
    if (!this.closed) this.watch.changed(key);
  }

  /** @param {Work} work @param {unknown} error @param {(() => void) | null} again */
  #fail(work, error, again) {
    if (this.works.get(work.key) !== work) return;
    const own = error instanceof CallError && ['Empty', 'Kind'].includes(error.code);
    const why = own ? { text: error.message, retry: false } : explainReading(error, this.place);
    this.finished++;
    this.#set(work, { state: 'failed', text: why.text, again: why.retry ? again : null });
  }

  /** @param {Work} work @param {File} file */
  async #send(work, file) {
    if (work.stop.signal.aborted || this.closed) return;
    const { bucket } = placeParts(this.place);
    this.#set(work, { state: 'sending' });
    try {
      await ensureBucket(this.client, bucket);
      const progress = (/** @type {number} */ sent) => this.#set(work, { sent });
      const fresh = { 'if-none-match': '*' };
      const put = this.client.put(bucket, work.key, file, progress, work.stop.signal, fresh);
      const source = { bucket, key: work.key, etag: bareTag((await put).etag) };
      if (this.closed) return;
      this.watch.arrived(source, file.size);
      this.#enqueue(work, source);
    } catch (error) {
      this.#fail(work, error, () => {
        this.works.delete(work.key);
        this.add([file]);
      });
    }
  }

  /** @param {Work} work @param {Source} source */
  #enqueue(work, source) {
    this.#set(work, { state: 'queued', sent: 1 });
    this.queue.push(() => this.#read(work, source));
    this.#next();
  }

  #next() {
    while (this.readers < READ_AT_ONCE && this.queue.length && !this.closed) {
      this.readers++;
      this.queue
        .shift()?.()
        .finally(() => {
          this.readers--;
          this.#next();
        });
    }
  }

  /** @param {Work} work @param {Source} source */
  async #read(work, source) {
    if (work.stop.signal.aborted || this.closed) return;
    this.#set(work, { state: 'reading' });
    try {
      const record = new DocumentRecord(this.client, source);
      await record.load(work.stop.signal);
      const reading = new Reading(this.client, source, record.kept.Document.Again);
      await readAndKeep(reading, record, work.stop.signal);
      reading.close();
      if (this.works.get(work.key) !== work || this.closed) return;
      this.#end(work.key);
      this.watch.read(source);
    } catch (error) {
      this.#fail(work, error, () => this.read(source, work.size));
    }
  }
}

/**
 * Why a document could not be sent or read. @param {unknown} error @param {string} place
 */
export function explainReading(error, place) {
  const sentence = (/** @type {string} */ text) => text.charAt(0).toUpperCase() + text.slice(1);
  const ended = (/** @type {string} */ text) => (/[.!?]$/.test(text) ? text : text + '.');
  if (error instanceof CallError && /Document|S3Object/.test(error.code) && error.message) {
    return { text: ended(sentence(error.message)), retry: true };
  }
  if (error instanceof CallError && error.code === 'PreconditionFailed') {
    return { text: 'A document of that name arrived meanwhile.', retry: true };
  }
  const { bucket } = placeParts(place);
  return explain(error, { region: '', bot: '', alias: '', bucket, documents: place });
}
