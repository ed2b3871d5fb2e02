// AWS Signature Version 4, by header.

import { hex, hmac, sha256 } from './sha256.js';

/**
 * @typedef {{ accessKey: string, secretKey: string }} Keys
 *
 * @typedef {object} Unsigned
 * @property {string} method
 * @property {string} host     as the browser will send it, "127.0.0.1:8470"
 * @property {string} path     percent-encoded, as it goes into the request line
 * @property {Record<string, string>} headers   in any case; all of them are signed
 * @property {string} bodyHash SHA-256 of the body, in hex
 * @property {string} region
 * @property {string} service  the signing name: "s3", "lex", "sts"
 */

/** @param {string} text */
export const percentEncode = (text) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase(),
  );

/** "20150830T123600Z" @param {Date} now */
const stamp = (now) => now.toISOString().replace(/[-:]|\.\d{3}/g, '');

// S3 signs the path as sent; every other service encodes it once more.
/** @param {Unsigned} request */
const canonicalPath = ({ path, service }) =>
  service === 's3' ? path : path.split('/').map(percentEncode).join('/');

/**
 * The headers to send, the signature among them. `host` is signed too; the
 * browser sends it by itself.
 * @param {Unsigned} request
 * @param {Keys} keys
 * @param {Date} now
 * @returns {Record<string, string>}
 */
export function sign(request, keys, now) {
  const date = stamp(now);
  const scope = [date.slice(0, 8), request.region, request.service, 'aws4_request'].join('/');
  const sent = {
    ...request.headers,
    'x-amz-content-sha256': request.bodyHash,
    'x-amz-date': date,
  };
  const signed = Object.entries({ ...sent, host: request.host })
    .map(([name, value]) => [name.toLowerCase(), value.trim().replace(/ +/g, ' ')])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(';');

  const canonical = [
    request.method,
    canonicalPath(request),
    '', // no query: no call of this page has one
    ...signed.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    request.bodyHash,
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', date, scope, hex(sha256(canonical))].join('\n');

  const key = scope
    .split('/')
    .reduce((k, part) => hmac(k, part), /** @type {string | Uint8Array} */ ('AWS4' + keys.secretKey));
  const signature = hex(hmac(key, text));
  return {
    ...sent,
    authorization:
      `AWS4-HMAC-SHA256 Credential=${keys.accessKey}/${scope}, ` +
      `SignedHeaders=${names}, Signature=${signature}`,
  };
}
