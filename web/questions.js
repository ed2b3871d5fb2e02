// Questions asked of a page.

import { fetchOwn, pictureAddress } from './own.js';
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
    const picture = await fetchOwn(pictureAddress(client, source, page, PICTURE_WIDTH));
    Document = { Bytes: base64(new Uint8Array(await picture.arrayBuffer())) };
  }
  const QueriesConfig = { Queries: [{ Text: question }] };
  const input = { Document, FeatureTypes: ['QUERIES'], QueriesConfig };
  const { Blocks } = await textract(client, 'AnalyzeDocument', input);
  return Blocks.filter((/** @type {Block} */ block) => block.BlockType.startsWith('QUERY'));
}
