// What this server answers beside the public APIs: api/quern.api.

import { CallError, objectPath } from './client.js';

/**
 * @typedef {import('./client.js').Client} Client
 * @typedef {import('./textract.js').Source} Source
 */

/**
 * The address of a page's picture.
 * @param {Client} client @param {Source} source @param {number} page @param {number} width
 */
export function pictureAddress(client, { bucket, key }, page, width) {
  const path = '/_quern/picture' + objectPath(bucket, key);
  return client.address('quern', path, { page: String(page), width: String(width) });
}

/**
 * The address of the document with its text in it.
 * @param {Client} client @param {Source} source
 */
export function searchableAddress(client, { bucket, key }) {
  return client.address('quern', '/_quern/pdf' + objectPath(bucket, key), {});
}

/**
 * What such an address leads to. However long it takes: a document may be read first.
 * @param {string} address
 */
export async function fetchOwn(address) {
  let response;
  try {
    response = await fetch(address, { credentials: 'omit', redirect: 'error' });
  } catch {
    throw new CallError('Away', '');
  }
  if (response.ok) return response.blob();
  const body = await response.json().catch(() => ({}));
  const code = response.headers.get('x-amzn-errortype') ?? `HTTP ${response.status}`;
  throw new CallError(code, String(body?.message ?? ''), response.status);
}
