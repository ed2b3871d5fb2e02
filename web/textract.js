// The reading API: documents of a bucket read as jobs, and questions asked.

import { CallError } from './client.js';
import { hex, sha256 } from './sha256.js';

/**
 * @typedef {import('./client.js').Client} Client
 *
 * @typedef {object} Source      an object, and which bytes of it
 * @property {string} bucket
 * @property {string} key
 * @property {string} etag
 *
 * @typedef {{ X: number, Y: number }} Point
 * @typedef {{ Width: number, Height: number, Left: number, Top: number }} BoundingBox
 * @typedef {{ BoundingBox: BoundingBox, Polygon: Point[] }} Geometry
 *
 * @typedef {object} Block
 * @property {string} BlockType
 * @property {string} Id
 * @property {string} [Text]
 * @property {number} [Confidence]
 * @property {number} [Page]
 * @property {Geometry} [Geometry]
 * @property {{ Type: string, Ids: string[] }[]} [Relationships]
 * @property {string[]} [EntityTypes]
 * @property {string} [SelectionStatus]
 * @property {number} [RowIndex]
 * @property {number} [ColumnIndex]
 * @property {number} [RowSpan]
 * @property {number} [ColumnSpan]
 * @property {{ Text: string, Alias?: string, Pages?: string[] }} [Query]
 *
 * @typedef {{ Text: string, Geometry?: Geometry, Confidence?: number }} Detection
 *
 * @typedef {object} ExpenseField
 * @property {{ Text: string, Confidence?: number }} [Type]
 * @property {Detection} [LabelDetection]
 * @property {Detection} [ValueDetection]
 * @property {number} [PageNumber]
 * @property {{ Code: string, Confidence?: number }} [Currency]
 *
 * @typedef {object} ExpenseDocument
 * @property {number} [ExpenseIndex]
 * @property {ExpenseField[]} [SummaryFields]
 * @property {{ LineItemGroupIndex?: number,
 *   LineItems?: { LineItemExpenseFields?: ExpenseField[] }[] }[]} [LineItemGroups]
 * @property {Block[]} [Blocks]
 *
 * @typedef {object} Result      of a Get operation, or of one that answers at once
 * @property {{ Pages: number }} DocumentMetadata
 * @property {string} [JobStatus]
 * @property {string} [StatusMessage]
 * @property {string} [NextToken]
 * @property {{ ErrorCode?: string, Pages?: number[] }[]} [Warnings]
 * @property {Block[]} [Blocks]
 * @property {ExpenseDocument[]} [ExpenseDocuments]
 */

export const FEATURES = ['TABLES', 'FORMS', 'LAYOUT'];
const POLL_MS = [150, 250, 400, 600, 1000, 1500, 2000];

/**
 * @param {Client} client @param {string} operation @param {object} input @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function textract(client, operation, input, signal) {
  const { text } = await client.call(
    {
      service: 'textract',
      method: 'POST',
      path: '/',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `Textract.${operation}`,
      },
      body: JSON.stringify(input),
    },
    signal,
  );
  return JSON.parse(text);
}

/**
 * One of the two jobs that read a document. The token of a job is made from
 * what is read, so that the same document is read once, whoever opens it, and
 * its result is found again without anything being kept here.
 */
export class Job {
  /**
   * @param {Client} client @param {Source} source
   * @param {'DocumentAnalysis' | 'ExpenseAnalysis'} kind
   * @param {string} [again]   anything new: read it once more
   */
  constructor(client, source, kind, again = '') {
    const { bucket, key, etag } = source;
    this.client = client;
    this.kind = kind;
    this.id = '';
    this.input = {
      DocumentLocation: { S3Object: { Bucket: bucket, Name: key } },
      ClientRequestToken: hex(sha256(JSON.stringify([kind, bucket, key, etag, again]))),
      ...(kind === 'DocumentAnalysis' ? { FeatureTypes: FEATURES } : {}),
    };
  }

  /** @param {AbortSignal} [signal] */
  async start(signal) {
    this.id = (await textract(this.client, `Start${this.kind}`, this.input, signal)).JobId;
  }

  /**
   * A page of the result.
   * @param {{ MaxResults?: number, NextToken?: string }} part @param {AbortSignal} [signal]
   * @returns {Promise<Result>}
   */
  get(part, signal) {
    return textract(this.client, `Get${this.kind}`, { JobId: this.id, ...part }, signal);
  }

  /**
   * Wait for its end. Fails as the job did.
   * @param {AbortSignal} [signal]
   */
  async ended(signal) {
    for (let turn = 0; ; turn++) {
      const { JobStatus, StatusMessage = '' } = await this.get({ MaxResults: 1 }, signal);
      if (JobStatus === 'FAILED') {
        const [, code, text] = /^(\w+(?:Exception|Error)): (.*)$/s.exec(StatusMessage) ?? [];
        throw new CallError(
          code ?? 'Failed',
          text ?? (StatusMessage || 'It could not be read.'),
          400,
        );
      }
      if (JobStatus !== 'IN_PROGRESS') return;
      await pause(POLL_MS[Math.min(turn, POLL_MS.length - 1)], signal);
    }
  }
}

/** @param {number} ms @param {AbortSignal} [signal] @returns {Promise<void>} */
function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new CallError('Stopped', ''));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
