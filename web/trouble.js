// What went wrong while bots were edited, said to a person.

import { CallError } from './client.js';
import { explain } from './explain.js';
import { DEFAULT_PLACE } from './session.js';

/** Errors whose own words say best what is wrong. */
const SPEAKING = [
  'BadRequestException',
  'NotFoundException',
  'ConflictException',
  'PreconditionFailedException',
  'ResourceInUseException',
  'LimitExceededException',
  'BadExport',
  'ImportFailed',
  'ExportFailed',
];

/** @param {unknown} error */
export function troubleText(error) {
  if (error instanceof CallError && SPEAKING.includes(error.code) && error.message)
    return error.message;
  return explain(error, DEFAULT_PLACE).text;
}
