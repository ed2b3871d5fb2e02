// The list of documents: what is in the bucket, and what is on its way there.

import { DocumentRecord, recordKey, RECORD_END } from './corrections.js';
import { button, byId, fileSize, icon, make } from './dom.js';
import { isDocument } from './intake.js';
import { list, placeParts } from './s3.js';
import { threshold } from './threshold.js';

/**
 * @typedef {import('./client.js').Client} Client
 * @typedef {import('./s3.js').Listed} Listed
 * @typedef {import('./intake.js').Intake} Intake
 * @typedef {import('./intake.js').Work} Work
 * @typedef {import('./corrections.js').Kept} Kept
 *
 * @typedef {object} Entry
 * @property {string} key
 * @property {number} size
 * @property {number} modified
 * @property {string} etag
 * @property {string} recordTag  of its record, '' without one
 * @property {Kept | null} kept  null: not loaded, or there is none
 * @property {HTMLTableRowElement | null} row
 *
 * @typedef {'name' | 'size' | 'modified'} SortName
 *
 * @typedef {object} Asked       what a person wants of a document
 * @property {(entry: Entry) => void} read
 * @property {(entry: Entry) => void} remove
 * @property {(key: string, page?: number) => string} address
 */

const ROWS_AT_ONCE = 100;
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });

/** The time today, the day before that. @param {number} ms */
const when = (ms) =>
  new Date(ms).toDateString() === new Date().toDateString() ? time.format(ms) : day.format(ms);

/** @param {string} key @param {string} prefix */
const nameOf = (key, prefix) => (key.startsWith(prefix) ? key.slice(prefix.length) : key);

export class Library {
  /** @param {Asked} asked */
  constructor(asked) {
    this.asked = asked;
    this.rows = byId('rows', HTMLTableSectionElement);
    this.listing = byId('listing', HTMLElement);
    this.empty = byId('empty', HTMLElement);
    this.error = byId('library-error', HTMLElement);
    this.more = byId('listing-more', HTMLElement);
    /** @type {Client | null} */
    this.client = null;
    this.place = '';
    /** @type {Intake | null} */
    this.intake = null;
    /** @type {Map<string, Entry>} */
    this.entries = new Map();
    /** @type {SortName} */
    this.sort = 'modified';
    this.falling = true;
    this.shown = ROWS_AT_ONCE;
    this.others = 0;
    this.truncated = false;
    this.stop = new AbortController();
    this.seen = new IntersectionObserver(
      (rows) => {
        for (const { isIntersecting, target } of rows) {
          if (isIntersecting && target instanceof HTMLElement) this.#load(target.dataset.key ?? '');
        }
      },
      { rootMargin: '200px' },
    );
    this.#listenToHeads();
  }

  #listenToHeads() {
    for (const head of document.querySelectorAll('[data-sort]')) {
      head.addEventListener('click', () => {
        const name = /** @type {SortName} */ (head.getAttribute('data-sort'));
        this.falling = this.sort === name ? !this.falling : name !== 'name';
        this.sort = name;
        for (const other of document.querySelectorAll('[data-sort]')) {
          const order = other === head ? (this.falling ? 'descending' : 'ascending') : 'none';
          other.closest('th')?.setAttribute('aria-sort', order);
        }
        this.render();
      });
    }
  }

  /** @param {Client} client @param {string} place @param {Intake} intake */
  open(client, place, intake) {
    this.close();
    this.client = client;
    this.place = place;
    this.intake = intake;
    this.entries.clear();
    this.shown = ROWS_AT_ONCE;
    this.stop = new AbortController();
    return this.refresh();
  }

  close() {
    this.stop.abort();
    this.seen.disconnect();
    this.rows.replaceChildren();
  }

  /** Look into the bucket again. */
  async refresh() {
    const { client, place, stop } = this;
    if (!client) return;
    const { bucket, prefix } = placeParts(place);
    const { objects, truncated } = await list(client, bucket, prefix, stop.signal);
    if (stop !== this.stop) return;
    const records = new Map(
      objects.filter((o) => o.key.endsWith(RECORD_END)).map((o) => [o.key, o.etag]),
    );
    const documents = objects.filter((o) => isDocument(o.key));
    this.others = objects.length - documents.length - records.size;
    this.truncated = truncated;
    const old = this.entries;
    this.entries = new Map(
      documents.map((object) => {
        const recordTag = records.get(recordKey(object.key)) ?? '';
        const before = old.get(object.key);
        const same = before?.etag === object.etag && before.recordTag === recordTag;
        return [object.key, { ...object, recordTag, kept: same ? before.kept : null, row: null }];
      }),
    );
    this.render();
  }

  /** @param {import('./textract.js').Source} source @param {number} size */
  arrived({ key, etag }, size) {
    this.entries.set(key, {
      key,
      etag,
      size,
      modified: Date.now(),
      recordTag: '',
      kept: null,
      row: null,
    });
  }

  /** Its record has changed, or is new. @param {string} key */
  async reload(key) {
    const entry = this.entries.get(key);
    if (!entry || !this.client) return;
    const { bucket } = placeParts(this.place);
    const record = new DocumentRecord(this.client, { bucket, key, etag: entry.etag });
    if (!(await record.load(this.stop.signal))) return;
    entry.kept = record.kept;
    entry.recordTag = record.etag;
    this.update(key);
  }

  /** @param {string} key */
  async #load(key) {
    const entry = this.entries.get(key);
    if (!entry?.recordTag || entry.kept) return;
    try {
      await this.reload(key);
    } catch {
      // The row shows what the bucket says; the document itself says what is wrong.
    }
  }

  /* ---- Rows ---- */

  #sorted() {
    /** @type {Record<SortName, (a: Entry, b: Entry) => number>} */
    const orders = {
      name: (a, b) => a.key.localeCompare(b.key, undefined, { numeric: true }),
      size: (a, b) => a.size - b.size,
      modified: (a, b) => a.modified - b.modified,
    };
    const sorted = [...this.entries.values()].sort(orders[this.sort]);
    return this.falling ? sorted.reverse() : sorted;
  }

  /** All rows: those on their way that are not in the bucket yet come first. */
  render() {
    const coming = [...(this.intake?.works.values() ?? [])].filter((w) => !this.entries.has(w.key));
    const sorted = this.#sorted();
    const visible = sorted.slice(0, this.shown);
    this.seen.disconnect();
    this.rows.replaceChildren(
      ...coming.reverse().map((work) => this.#workRow(work)),
      ...visible.map((entry) => {
        entry.row = this.#row(entry);
        this.seen.observe(entry.row);
        return entry.row;
      }),
    );
    const none = coming.length + sorted.length === 0;
    this.empty.hidden = !none;
    this.listing.hidden = none;
    this.#tellMore(sorted.length);
  }

  /** @param {number} total */
  #tellMore(total) {
    this.more.replaceChildren();
    if (total > this.shown) {
      this.more.append(
        `${this.shown} of ${total} are shown. `,
        button(`Show ${Math.min(ROWS_AT_ONCE, total - this.shown)} more`, () => {
          this.shown += ROWS_AT_ONCE;
          this.render();
        }),
      );
    } else if (this.others > 0) {
      this.more.append(
        `${this.others} other ${this.others === 1 ? 'file is' : 'files are'} in this folder.`,
      );
    }
    const unread = [...this.entries.values()].filter(
      (entry) => !entry.recordTag && !this.intake?.works.has(entry.key),
    );
    if (unread.length > 1) {
      const all = button(`Read all ${unread.length} that are not read`, () =>
        unread.forEach(this.asked.read),
      );
      this.more.append(' ', all);
    }
    if (this.truncated) this.more.append(' The folder holds more than can be listed.');
  }

  /** Show one document's row anew. @param {string} key */
  update(key) {
    const entry = this.entries.get(key);
    if (!entry?.row?.isConnected) {
      this.render();
      return;
    }
    this.#tellMore(this.entries.size);
    const fresh = this.#row(entry);
    const focused = document.activeElement;
    const inside = entry.row.contains(focused) ? focused?.className : null;
    entry.row.replaceWith(fresh);
    entry.row = fresh;
    if (inside !== null && inside !== undefined) {
      /** @type {HTMLElement | null} */ (fresh.querySelector('a'))?.focus();
    }
  }

  /** @param {Work} work */
  #workRow(work) {
    const name = nameOf(work.key, placeParts(this.place).prefix);
    const state = this.#workState(work);
    return make(
      'tr',
      { class: work.state, 'data-key': work.key },
      make('th', { scope: 'row', class: 'name' }, make('span', {}, name)),
      make('td', { class: 'state', colspan: '6' }, ...state),
      make('td', { class: 'number size' }, fileSize(work.size)),
      make('td', {}),
      make('td', { class: 'actions' }, this.#dismiss(work)),
    );
  }

  /** @param {Work} work */
  #dismiss(work) {
    const element = make(
      'button',
      {
        type: 'button',
        class: 'tool',
        'aria-label': `Take ${work.key} off the list`,
        title: 'Take off the list',
      },
      icon('M6 6l12 12M18 6L6 18'),
    );
    element.addEventListener('click', () => {
      this.intake?.forget(work.key);
      this.render();
    });
    return element;
  }

  /** @param {Work} work @returns {Node[]} */
  #workState(work) {
    switch (work.state) {
      case 'waiting':
        return [make('span', { class: 'pill' }, 'Waiting')];
      case 'sending':
        return [
          make('span', { class: 'pill busy' }, `Sending ${Math.round(work.sent * 100)} %`),
          make('progress', {
            max: '1',
            value: String(work.sent),
            'aria-label': `Sending ${work.key}`,
          }),
        ];
      case 'queued':
        return [make('span', { class: 'pill' }, 'Queued')];
      case 'reading':
        return [make('span', { class: 'pill busy' }, 'Reading…')];
      default: {
        const again = work.again ? [button('Try again', work.again)] : [];
        return [
          make('span', { class: 'pill failed' }, 'Failed'),
          make('span', { class: 'why' }, work.text),
          ...again,
        ];
      }
    }
  }

  /** @param {Entry} entry @returns {Node[]} */
  #state(entry) {
    const work = this.intake?.works.get(entry.key);
    if (work) return this.#workState(work);
    if (entry.kept) {
      const doubts = (entry.kept.Summary.Doubts ?? []).filter((d) => d < threshold.value).length;
      return doubts
        ? [make('span', { class: 'pill doubt' }, `${doubts} to check`)]
        : [make('span', { class: 'pill done' }, 'Read')];
    }
    if (entry.recordTag) return [make('span', { class: 'pill' }, 'Read')];
    const read = button('Read', () => this.asked.read(entry));
    read.setAttribute('aria-label', `Read ${entry.key}`);
    return [make('span', { class: 'pill' }, 'Not read'), read];
  }

  /** @param {Entry} entry */
  #row(entry) {
    const { prefix } = placeParts(this.place);
    const summary = entry.kept?.Summary ?? {};
    const work = this.intake?.works.get(entry.key);
    const wide = work?.state === 'failed';
    const remove = make(
      'button',
      { type: 'button', class: 'tool', 'aria-label': `Delete ${entry.key}`, title: 'Delete' },
      icon('M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13'),
    );
    remove.addEventListener('click', () => this.asked.remove(entry));
    const name = make('a', { href: this.asked.address(entry.key) }, nameOf(entry.key, prefix));
    const text = (/** @type {string | undefined} */ value, name = '') =>
      make('td', { class: `text ${name}`, title: value ?? '' }, value ?? '');
    const said = wide
      ? []
      : [
          text(summary.Vendor, 'vendor'),
          text(summary.Number, 'id'),
          text(summary.Date, 'date'),
          text(summary.Total, 'number total'),
          make(
            'td',
            { class: 'number pages-count' },
            entry.kept ? String(entry.kept.Document.Pages) : '',
          ),
        ];
    return make(
      'tr',
      { 'data-key': entry.key, class: work?.state ?? '' },
      make('th', { scope: 'row', class: 'name' }, name),
      make('td', { class: 'state', ...(wide ? { colspan: '6' } : {}) }, ...this.#state(entry)),
      ...said,
      make('td', { class: 'number size' }, fileSize(entry.size)),
      make(
        'td',
        { class: 'added' },
        make('time', { datetime: new Date(entry.modified).toISOString() }, when(entry.modified)),
      ),
      make('td', { class: 'actions' }, remove),
    );
  }
}
