// Buckets and objects, as far as the documents page needs them.

import { CallError, objectPath, xmlText } from './client.js';

/**
 * @typedef {import('./client.js').Client} Client
 *
 * @typedef {object} Listed
 * @property {string} key
 * @property {number} size       bytes
 * @property {number} modified   milliseconds since 1970
 * @property {string} etag       without its quotes
 */

const MOST_KEYS = 20_000; // of a folder; more are not for a list that people read

/** "bucket/folder" as bucket and prefix. @param {string} place */
export function placeParts(place) {
  const [bucket, ...folders] = place.split('/').filter(Boolean);
  return { bucket, prefix: folders.length ? folders.join('/') + '/' : '' };
}

/** @param {string | null} etag */
export const bareTag = (etag) => (etag ?? '').replace(/^(W\/)?"|"$/g, '').replace(/&quot;/g, '');

/** Make the bucket unless it is there. @param {Client} client @param {string} bucket */
export async function ensureBucket(client, bucket) {
  try {
    await client.call({ service: 's3', method: 'HEAD', path: objectPath(bucket) });
    return;
  } catch (error) {
    if (!(error instanceof CallError) || error.status !== 404) throw error;
  }
  try {
    await client.call({ service: 's3', method: 'PUT', path: objectPath(bucket) });
  } catch (error) {
    const known = error instanceof CallError && error.code.startsWith('BucketAlready');
    if (!known) throw error;
  }
}

/** @param {string} xml @returns {Listed[]} */
function listed(xml) {
  return Array.from(xml.matchAll(/<Contents>(.*?)<\/Contents>/gs), ([, item]) => ({
    key: decodeURIComponent(xmlText(item, 'Key').replace(/\+/g, ' ')),
    size: Number(xmlText(item, 'Size')),
    modified: Date.parse(xmlText(item, 'LastModified')),
    etag: bareTag(xmlText(item, 'ETag')),
  }));
}

/**
 * All objects whose keys begin with the prefix; none when there is no bucket.
 * @param {Client} client @param {string} bucket @param {string} prefix
 * @param {AbortSignal} [signal]
 * @returns {Promise<{ objects: Listed[], truncated: boolean }>}
 */
export async function list(client, bucket, prefix, signal) {
  /** @type {Listed[]} */
  const objects = [];
  let token = '';
  do {
    /** @type {Record<string, string>} */
    const query = { 'list-type': '2', 'encoding-type': 'url', prefix };
    if (token) query['continuation-token'] = token;
    let xml;
    try {
      const path = objectPath(bucket);
      xml = (await client.call({ service: 's3', method: 'GET', path, query }, signal)).text;
    } catch (error) {
      if (error instanceof CallError && error.code === 'NoSuchBucket') break;
      throw error;
    }
    objects.push(...listed(xml));
    token = xmlText(xml, 'NextContinuationToken');
  } while (token && objects.length < MOST_KEYS);
  return { objects, truncated: token !== '' };
}

/**
 * An object's text and tag, or null when there is none.
 * @param {Client} client @param {string} bucket @param {string} key @param {AbortSignal} [signal]
 */
export async function getText(client, bucket, key, signal) {
  try {
    const path = objectPath(bucket, key);
    const { text, etag } = await client.call({ service: 's3', method: 'GET', path }, signal);
    return { text, etag: bareTag(etag) };
  } catch (error) {
    if (error instanceof CallError && error.status === 404) return null;
    throw error;
  }
}

/**
 * Put text, only over what the tag names ('': only where nothing is). Returns
 * the new tag. Fails with "PreconditionFailed" when somebody else was faster.
 * @param {Client} client @param {string} bucket @param {string} key
 * @param {string} text @param {string} over
 */
export async function putText(client, bucket, key, text, over) {
  /** @type {Record<string, string>} */
  const headers = { 'content-type': 'application/json' };
  if (over) headers['if-match'] = `"${over}"`;
  else headers['if-none-match'] = '*';
  const path = objectPath(bucket, key);
  const answer = await client.call({ service: 's3', method: 'PUT', path, headers, body: text });
  return bareTag(answer.etag);
}

/** @param {Client} client @param {string} bucket @param {string} key */
export async function remove(client, bucket, key) {
  await client.call({ service: 's3', method: 'DELETE', path: objectPath(bucket, key) });
}
