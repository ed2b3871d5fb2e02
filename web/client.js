// Calls to Quern, signed, with errors as values.

import { hashFile, hex, sha256 } from './sha256.js';
import { percentEncode, presign, queryString, sign } from './sigv4.js';

/**
 * Why a call failed. `code` is the service's own name for it ("NoSuchBucket"),
 * or one of ours: "Away" (nobody answered), "Stopped" (the person did),
 * "Unreadable" (the file cannot be read any more).
 */
export class CallError extends Error {
  /** @param {string} code @param {string} message @param {number} [status] */
  constructor(code, message, status = 0) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {string} text
 * @property {string | null} errorType   the x-amzn-ErrorType header
 * @property {string | null} date        the Date header
 * @property {string | null} etag        the ETag header
 *
 * @typedef {object} Call
 * @property {string} service            the signing name: "s3", "textract", "quern"
 * @property {string} method
 * @property {string} path               percent-encoded
 * @property {Record<string, string>} [query]
 * @property {Record<string, string>} [headers]
 * @property {string} [body]
 */

const WAIT_MS = 120_000;
// AWS services refuse a clock that is 5 or 15 minutes off; before that matters
// we sign by the server's.
const SKEW_MS = 4 * 60_000;

/** The text of the first <name> in a piece of XML. @param {string} xml @param {string} name */
export function xmlText(xml, name) {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml);
  if (!found) return '';
  /** @type {Record<string, string>} */
  const entities = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return found[1].replace(/&(lt|gt|quot|apos|amp);/g, (_, entity) => entities[entity]);
}

/** @param {Answer} answer */
function failure({ status, text, errorType }) {
  if (text.trimStart().startsWith('<')) {
    return new CallError(
      xmlText(text, 'Code') || `HTTP ${status}`,
      xmlText(text, 'Message'),
      status,
    );
  }
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    body = {};
  }
  const name = String(errorType || body?.__type || `HTTP ${status}`);
  const code = name.split(':')[0].split('#').at(-1) ?? name;
  return new CallError(code, String(body?.message ?? body?.Message ?? ''), status);
}

/** "/bucket/folder/name" for the request line. @param {string} bucket @param {string} [key] */
export const objectPath = (bucket, key) =>
  '/' + [bucket, ...(key?.split('/') ?? [])].map(percentEncode).join('/');

export class Client {
  /** @param {import('./sigv4.js').Keys} keys @param {string} region */
  constructor(keys, region) {
    this.keys = keys;
    this.region = region;
    this.skewMs = 0;
  }

  /** Who the keys belong to; fails when they are wrong. */
  async identity() {
    const { text } = await this.call({
      service: 'sts',
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: 'Action=GetCallerIdentity&Version=2011-06-15',
    });
    return { account: xmlText(text, 'Account'), arn: xmlText(text, 'Arn') };
  }

  /**
   * Put a file into a bucket.
   * @param {string} bucket
   * @param {string} key
   * @param {Blob} file
   * @param {(sent: number) => void} progress   sent: 0 to 1
   * @param {AbortSignal} signal
   * @param {Record<string, string>} [more]   headers, in small letters
   */
  async put(bucket, key, file, progress, signal, more = {}) {
    const path = objectPath(bucket, key);
    const headers = { 'content-type': file.type || 'application/octet-stream', ...more };
    let bodyHash;
    try {
      bodyHash = await hashFile(file, signal);
    } catch {
      if (signal.aborted) throw new CallError('Stopped', '');
      throw new CallError('Unreadable', '');
    }
    return this.#signed({ service: 's3', method: 'PUT', path, headers }, bodyHash, (signed) =>
      upload(path, signed, file, progress, signal),
    );
  }

  /**
   * @param {Call} call
   * @param {AbortSignal} [signal]
   */
  call(call, signal) {
    const { method, path, query = {}, body } = call;
    const target = Object.keys(query).length ? `${path}?${queryString(query)}` : path;
    return this.#signed(call, hex(sha256(body ?? '')), (headers) =>
      fetchAnswer(target, { method, headers, body }, signal),
    );
  }

  /**
   * The address of a GET that carries its own signature, good for six hours.
   * @param {string} service @param {string} path @param {Record<string, string>} query
   */
  address(service, path, query) {
    const request = {
      method: 'GET',
      host: location.host,
      path,
      query,
      headers: {},
      bodyHash: service === 's3' ? 'UNSIGNED-PAYLOAD' : hex(sha256('')),
      region: this.region,
      service,
    };
    return presign(request, this.keys, this.#now(), 6 * 3600);
  }

  #now() {
    return new Date(Date.now() + this.skewMs);
  }

  /**
   * Sign and send. A refusal while the clocks are far apart is tried once
   * more by the server's clock.
   * @param {Call} call @param {string} bodyHash
   * @param {(headers: Record<string, string>) => Promise<Answer>} send
   */
  async #signed({ service, method, path, query = {}, headers = {} }, bodyHash, send) {
    const host = location.host;
    const request = { method, host, path, query, headers, bodyHash, region: this.region, service };
    const attempt = () => send(sign(request, this.keys, this.#now()));
    let answer = await attempt();
    const skewMs = answer.date ? Date.parse(answer.date) - Date.now() : this.skewMs;
    if ([400, 401, 403].includes(answer.status) && Math.abs(skewMs - this.skewMs) > SKEW_MS) {
      this.skewMs = skewMs;
      answer = await attempt();
    }
    if (answer.status < 200 || answer.status > 299) throw failure(answer);
    return answer;
  }
}

/**
 * @param {string} path @param {RequestInit} init @param {AbortSignal} [signal]
 * @returns {Promise<Answer>}
 */
async function fetchAnswer(path, init, signal) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), WAIT_MS);
  const stop = () => limit.abort();
  signal?.addEventListener('abort', stop);
  try {
    const response = await fetch(path, {
      ...init,
      signal: limit.signal,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
    });
    return {
      status: response.status,
      text: await response.text(),
      errorType: response.headers.get('x-amzn-errortype'),
      date: response.headers.get('date'),
      etag: response.headers.get('etag'),
    };
  } catch {
    throw new CallError(signal?.aborted ? 'Stopped' : 'Away', '');
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

// XMLHttpRequest, since fetch does not tell how much of a body has been sent.
/**
 * @param {string} path @param {Record<string, string>} headers @param {Blob} file
 * @param {(sent: number) => void} progress @param {AbortSignal} signal
 * @returns {Promise<Answer>}
 */
function upload(path, headers, file, progress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    const fail = () => reject(new CallError(signal.aborted ? 'Stopped' : 'Away', ''));
    request.open('PUT', path);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable && event.total > 0) progress(event.loaded / event.total);
    });
    request.addEventListener('load', () =>
      resolve({
        status: request.status,
        text: request.responseText,
        errorType: null,
        date: request.getResponseHeader('date'),
        etag: request.getResponseHeader('etag'),
      }),
    );
    request.addEventListener('error', fail);
    request.addEventListener('abort', fail);
    request.addEventListener('loadend', () => signal.removeEventListener('abort', stop));
    signal.addEventListener('abort', stop);
    if (signal.aborted) fail();
    else request.send(file);
  });
}
