// Questions asked of a page.

import { objectPath } from './client.js';
import { textract } from './textract.js';

/**
 * @typedef {import('./client.js').Client} Client
 * @typedef {import('./textract.js').Source} Source
 * @typedef {import('./textract.js').Block} Block
 */

const PICTURE_WIDTH = 2400; // A4 at 290 dots an inch
const PIECE = 0x8000;

/** @param {Uint8Array} bytes */
function base64(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) {
    text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  }
  return btoa(text);
}

/**
 * The address of a page's picture.
 * @param {Client} client @param {Source} source @param {number} page @param {number} width
 */
export function pictureAddress(client, { bucket, key }, page, width) {
  const path = '/_quern/picture' + objectPath(bucket, key);
  return client.address('quern', path, { page: String(page), width: String(width) });
}

/**
 * Ask a page; the blocks of question and answers. Of a document of many pages
 * the one page is sent as a picture, so that the others are not read again.
 * @param {Client} client @param {Source} source @param {number} page @param {number} pageCount
 * @param {string} question
 * @returns {Promise<Block[]>}
 */
export async function ask(client, source, page, pageCount, question) {
  /** @type {object} */
  let Document = { S3Object: { Bucket: source.bucket, Name: source.key } };
  if (pageCount > 1) {
    const response = await fetch(pictureAddress(client, source, page, PICTURE_WIDTH));
    if (!response.ok) throw new Error('the page cannot be drawn');
    Document = { Bytes: base64(new Uint8Array(await response.arrayBuffer())) };
  }
  const QueriesConfig = { Queries: [{ Text: question }] };
  const input = { Document, FeatureTypes: ['QUERIES'], QueriesConfig };
  const { Blocks } = await textract(client, 'AnalyzeDocument', input);
  return Blocks.filter((/** @type {Block} */ block) => block.BlockType.startsWith('QUERY'));
}
