// What went wrong, said to a person: what, where to look, what to do next.

import { CallError } from './client.js';

/**
 * @typedef {object} Explanation
 * @property {string} text
 * @property {'accessKey' | 'secretKey' | 'place' | null} field   what to correct
 * @property {boolean} retry   whether the same again may succeed
 */

const ACCESS_KEY = ['InvalidAccessKeyId', 'InvalidClientTokenId', 'UnrecognizedClientException'];
const SECRET_KEY = ['SignatureDoesNotMatch', 'InvalidSignatureException', 'AuthFailure'];
const CLOCK = ['RequestTimeTooSkewed', 'RequestExpired'];
const BUSY = ['ThrottlingException', 'LimitExceededException', 'SlowDown', 'ServiceUnavailable'];
const DENIED = ['AccessDenied', 'AccessDeniedException'];
const FUNCTION = ['DependencyFailedException', 'BadGatewayException'];

/**
 * @param {unknown} error
 * @param {import('./session.js').Place} place
 * @returns {Explanation}
 */
export function explain(error, place) {
  if (!(error instanceof CallError)) {
    return { text: `This page failed: ${String(error)}.`, field: null, retry: true };
  }
  const { code, message, status } = error;
  const again = (/** @type {string} */ text) => ({ text, field: null, retry: true });
  const wrong = (/** @type {string} */ text, /** @type {Explanation['field']} */ field) => ({
    text,
    field,
    retry: false,
  });

  if (code === 'Away') return again('Quern does not answer. Is it running, and the network up?');
  if (code === 'Stopped') return again('Stopped.');
  if (code === 'Unreadable') {
    return wrong('This file cannot be read any more. Choose it again.', null);
  }
  if (ACCESS_KEY.includes(code)) return wrong('Quern does not know this access key.', 'accessKey');
  if (SECRET_KEY.includes(code)) {
    return wrong('This secret does not belong to the access key.', 'secretKey');
  }
  if (CLOCK.includes(code)) {
    return again('The clocks of this computer and of Quern differ too much.');
  }
  if (code === 'NoSuchBucket') return wrong(`There is no bucket “${place.bucket}”.`, 'place');
  if (code === 'NotFoundException') {
    return wrong(`There is no bot “${place.bot}” with the alias “${place.alias}”.`, 'place');
  }
  if (DENIED.includes(code)) return wrong('This key is not allowed to do that.', null);
  if (code === 'EntityTooLarge') return wrong('The file is larger than Quern takes.', null);
  if (code === 'ConflictException') {
    return again('The bot is still busy with an earlier message.');
  }
  if (BUSY.includes(code)) return again('Quern is busy just now.');
  if (FUNCTION.includes(code)) return again(`The bot's function failed. ${message}`.trim());
  if (status >= 500) return again(`Quern failed: ${message || code}`);
  return wrong(`${message || 'Quern refused this.'} (${code})`, null);
}
