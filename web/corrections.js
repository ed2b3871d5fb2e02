// What people know better: corrections of what was read, kept beside the
// document as NAME.quern.json with a summary for the list.
//
//   {
//     "Version": 1,
//     "Document": { "ETag": "9e10…", "Pages": 2, "Again": "" },
//     "Summary": { "Vendor": "…", "Number": "…", "Date": "…", "Total": "…", "Doubts": [41, 77] },
//     "Corrections": [
//       { "Part": "SUMMARY", "Page": 1, "Type": "TOTAL", "Label": "Total", "Read": "$2l00",
//         "Text": "$2100", "Place": { "Left": 0.7, "Top": 0.8, "Width": 0.1, "Height": 0.02 },
//         "Time": "2026-11-30T08:00:00.000Z", "By": "AKIA…" }
//     ]
//   }
//
// A correction names what it corrects by kind, page and place, so that it
// finds its field again when the document is read anew. One whose Text is what
// was read says that a person looked and found it right. ETag is that of the
// document's bytes: when they change, what was said of them no longer holds.

import { CallError } from './client.js';
import { getText, putText } from './s3.js';

/**
 * @typedef {import('./blocks.js').Item} Item
 * @typedef {import('./textract.js').BoundingBox} BoundingBox
 * @typedef {import('./textract.js').Source} Source
 *
 * @typedef {object} Correction
 * @property {string} Part
 * @property {number} Page
 * @property {string} Type
 * @property {string} Label
 * @property {string} Read
 * @property {string} Text
 * @property {BoundingBox | null} Place
 * @property {string} Time
 * @property {string} By
 *
 * @typedef {object} Summary
 * @property {string} [Vendor]
 * @property {string} [Number]
 * @property {string} [Date]
 * @property {string} [Total]
 * @property {number[]} [Doubts]   confidences below 100 of fields nobody has looked at, rising
 *
 * @typedef {object} Kept
 * @property {1} Version
 * @property {{ ETag: string, Pages: number, Again: string }} Document
 * @property {Summary} Summary
 * @property {Correction[]} Corrections
 */

export const RECORD_END = '.quern.json';
const TRIES = 4;

/** @param {string} key */
export const recordKey = (key) => key + RECORD_END;

/** @param {Source} source @returns {Kept} */
const fresh = ({ etag }) => ({
  Version: 1,
  Document: { ETag: etag, Pages: 0, Again: '' },
  Summary: {},
  Corrections: [],
});

/**
 * What is kept of the document, if it is of these bytes.
 * @param {string} text @param {Source} source @returns {Kept | null}
 */
function parse(text, source) {
  try {
    const kept = JSON.parse(text);
    const good = kept?.Version === 1 && kept.Document?.ETag === source.etag;
    return good && Array.isArray(kept.Corrections) ? { ...fresh(source), ...kept } : null;
  } catch {
    return null; // not ours, or cut: it is written anew
  }
}

/** @param {import('./textract.js').Point[]} place @returns {BoundingBox | null} */
export function boundsOf(place) {
  if (place.length === 0) return null;
  const xs = place.map((p) => p.X);
  const ys = place.map((p) => p.Y);
  const [Left, Top] = [Math.min(...xs), Math.min(...ys)];
  return { Left, Top, Width: Math.max(...xs) - Left, Height: Math.max(...ys) - Top };
}

/**
 * What two boxes share of what they cover together, 0 to 1.
 * @param {BoundingBox} a @param {BoundingBox} b
 */
function overlap(a, b) {
  const w = Math.min(a.Left + a.Width, b.Left + b.Width) - Math.max(a.Left, b.Left);
  const h = Math.min(a.Top + a.Height, b.Top + b.Height) - Math.max(a.Top, b.Top);
  if (w <= 0 || h <= 0) return 0;
  return (w * h) / (a.Width * a.Height + b.Width * b.Height - w * h);
}

/** @param {Correction} correction @param {Item} item */
function concerns(correction, item) {
  if (correction.Part !== item.part || correction.Page !== item.page) return false;
  if (correction.Type !== item.type) return false;
  const box = boundsOf(item.place);
  if (correction.Place && box) return overlap(correction.Place, box) >= 0.5;
  return (
    !correction.Place && !box && correction.Label === item.label && correction.Read === item.text
  );
}

/** One document's record, loaded, changed and saved. */
export class DocumentRecord {
  /** @param {import('./client.js').Client} client @param {Source} source */
  constructor(client, source) {
    this.client = client;
    this.source = source;
    this.kept = fresh(source);
    this.etag = ''; // of the record's own object
    /** @type {Promise<void>} */
    this.saving = Promise.resolve();
    /** What the list is to show of it, given once it is known. @type {(() => Summary) | null} */
    this.summarise = null;
    /** What each change replaced, for undoing. @type {{ item: Item, before: Correction[] }[]} */
    this.past = [];
  }

  /** Returns whether the document was read before. @param {AbortSignal} [signal] */
  async load(signal) {
    const { bucket, key } = this.source;
    const found = await getText(this.client, bucket, recordKey(key), signal);
    this.etag = found?.etag ?? '';
    const kept = found && parse(found.text, this.source);
    if (kept) this.kept = kept;
    return kept !== null && kept.Document.Pages > 0;
  }

  /**
   * Change what is kept and save it. When somebody else saved meanwhile, the
   * change is made again to what they left.
   * @param {(kept: Kept) => void} change   repeatable
   */
  save(change) {
    change(this.kept);
    const saved = this.saving.catch(() => {}).then(() => this.#put(change));
    this.saving = saved;
    return saved;
  }

  /** @param {(kept: Kept) => void} change */
  async #put(change) {
    const { bucket, key } = this.source;
    for (let attempt = 1; ; attempt++) {
      try {
        const text = JSON.stringify(this.kept, null, 1);
        this.etag = await putText(this.client, bucket, recordKey(key), text, this.etag);
        return;
      } catch (error) {
        const raced = error instanceof CallError && [404, 409, 412].includes(error.status);
        if (!raced || attempt === TRIES) throw error;
        await this.load();
        change(this.kept);
      }
    }
  }

  /** @param {Item} item */
  correctionOf(item) {
    return this.kept.Corrections.find((correction) => concerns(correction, item)) ?? null;
  }

  /** What holds of an item now, and how sure that is. @param {Item} item */
  valueOf(item) {
    const correction = this.correctionOf(item);
    return correction
      ? { text: correction.Text, confidence: 100 }
      : { text: item.text, confidence: item.stated };
  }

  /** @param {Item} item @param {string} text */
  correct(item, text) {
    this.#remember(item);
    return this.#replace(item, [
      {
        Part: item.part,
        Page: item.page,
        Type: item.type,
        Label: item.label,
        Read: item.text,
        Text: text,
        Place: boundsOf(item.place),
        Time: new Date().toISOString(),
        By: this.client.keys.accessKey,
      },
    ]);
  }

  /** As it was read, again. @param {Item} item */
  forget(item) {
    this.#remember(item);
    return this.#replace(item, []);
  }

  get canUndo() {
    return this.past.length > 0;
  }

  /** Take the last change back; returns what was changed. */
  undo() {
    const last = this.past.pop();
    const saved = last ? this.#replace(last.item, last.before) : Promise.resolve();
    return { item: last?.item ?? null, saved };
  }

  /** @param {Item} item */
  #remember(item) {
    const before = this.kept.Corrections.filter((c) => concerns(c, item));
    this.past.push({ item, before });
  }

  /** @param {Item} item @param {Correction[]} by */
  #replace(item, by) {
    return this.save((kept) => {
      kept.Corrections = [...kept.Corrections.filter((c) => !concerns(c, item)), ...by];
      if (this.summarise) kept.Summary = this.summarise();
    });
  }
}
