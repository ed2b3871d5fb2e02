// AWS Signature Version 4, by header or by query.

import { hex, hmac, sha256 } from './sha256.js';

/**
 * @typedef {{ accessKey: string, secretKey: string }} Keys
 *
 * @typedef {object} Unsigned
 * @property {string} method
 * @property {string} host     as the browser will send it, "127.0.0.1:8470"
 * @property {string} path     percent-encoded, as it goes into the request line
 * @property {Record<string, string>} [query]   not encoded
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
 * As it goes into the request line, sorted as it is signed.
 * @param {Record<string, string>} query
 */
export const queryString = (query) =>
  Object.entries(query)
    .map(([name, value]) => [percentEncode(name), percentEncode(value)])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');

/** @param {Date} now @param {Unsigned} request */
const scopeOf = (now, { region, service }) =>
  [stamp(now).slice(0, 8), region, service, 'aws4_request'].join('/');

/**
 * The signature over what is sent.
 * @param {Unsigned} request
 * @param {Record<string, string>} headers   that are signed, "host" left out
 * @param {Record<string, string>} query
 * @param {Keys} keys @param {Date} now
 * @returns {{ names: string, signature: string }}
 */
function signature(request, headers, query, keys, now) {
  const signed = Object.entries({ ...headers, host: request.host })
    .map(([name, value]) => [name.toLowerCase(), value.trim().replace(/ +/g, ' ')])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(';');
  const canonical = [
    request.method,
    canonicalPath(request),
    queryString(query),
    ...signed.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    request.bodyHash,
  ].join('\n');
  const scope = scopeOf(now, request);
  const text = ['AWS4-HMAC-SHA256', stamp(now), scope, hex(sha256(canonical))].join('\n');
  const key = scope
    .split('/')
    .reduce(
      (k, part) => hmac(k, part),
      /** @type {string | Uint8Array} */ ('AWS4' + keys.secretKey),
    );
  return { names, signature: hex(hmac(key, text)) };
}

/**
 * The headers to send, the signature among them. `host` is signed too; the
 * browser sends it by itself.
 * @param {Unsigned} request
 * @param {Keys} keys
 * @param {Date} now
 * @returns {Record<string, string>}
 */
export function sign(request, keys, now) {
  const sent = {
    ...request.headers,
    'x-amz-content-sha256': request.bodyHash,
    'x-amz-date': stamp(now),
  };
  const made = signature(request, sent, request.query ?? {}, keys, now);
  return {
    ...sent,
    authorization:
      `AWS4-HMAC-SHA256 Credential=${keys.accessKey}/${scopeOf(now, request)}, ` +
      `SignedHeaders=${made.names}, Signature=${made.signature}`,
  };
}

/**
 * An address that carries its signature, for what the browser loads by itself.
 * @param {Unsigned} request   without headers; bodyHash as the service has it for no body
 * @param {Keys} keys @param {Date} now @param {number} seconds   for which it is good
 */
export function presign(request, keys, now, seconds) {
  const query = {
    ...request.query,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${keys.accessKey}/${scopeOf(now, request)}`,
    'X-Amz-Date': stamp(now),
    'X-Amz-Expires': String(seconds),
    'X-Amz-SignedHeaders': 'host',
  };
  const made = signature(request, {}, query, keys, now);
  return `${request.path}?${queryString({ ...query, 'X-Amz-Signature': made.signature })}`;
}
