// Bots in and out: files that are dropped, and versions that are downloaded.

import { CallError } from './client.js';
import { unzipFirst, zipOf } from './zip.js';

/** @typedef {import('./models.js').Models} Models */

const POLL_MS = 250;
const WAIT_MS = 10 * 60_000;

/** @param {Uint8Array} bytes */
function base64(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

/** What an exported resource is. @param {any} resource */
function typeOf(resource) {
  if (Array.isArray(resource?.intents)) return 'BOT';
  if (Array.isArray(resource?.enumerationValues)) return 'SLOT_TYPE';
  return 'INTENT';
}

/**
 * The bytes to send, and what is in them.
 * @param {File} file
 * @returns {Promise<{ payload: string, type: 'BOT' | 'INTENT' | 'SLOT_TYPE', name: string }>}
 */
export async function readExport(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const zipped = bytes[0] === 0x50 && bytes[1] === 0x4b;
  let content;
  try {
    content = JSON.parse(new TextDecoder().decode(zipped ? await unzipFirst(bytes) : bytes));
  } catch {
    throw new CallError('BadExport', `${file.name} is neither JSON nor a ZIP with JSON in it`);
  }
  const { resource } = content;
  if (!resource?.name)
    throw new CallError('BadExport', `${file.name} has no resource with a name, as exports have`);
  const zip = zipped ? bytes : await zipOf(`${resource.name}.json`, bytes);
  return { payload: base64(zip), type: typeOf(resource), name: String(resource.name) };
}

/**
 * Bring a file in and wait for it. Fails with the server's reasons.
 * @param {Models} models @param {File} file @param {boolean} overwrite
 */
export async function importFile(models, file, overwrite) {
  const { payload, type, name } = await readExport(file);
  const { importId } = await models.startImport(payload, type, overwrite);
  const end = Date.now() + WAIT_MS;
  for (;;) {
    const { importStatus, failureReason } = await models.getImport(importId);
    if (importStatus === 'COMPLETE') return { name, type };
    if (importStatus === 'FAILED' || Date.now() > end)
      throw new CallError('ImportFailed', (failureReason ?? ['no reason']).join(' '));
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
}

/** @param {Blob} blob @param {string} name */
function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/**
 * Download a version of a bot.
 * @param {Models} models @param {string} bot @param {string} version @param {'zip' | 'json'} form
 */
export async function exportVersion(models, bot, version, form) {
  const { url, exportStatus, failureReason } = await models.getExport(bot, version);
  if (!url)
    throw new CallError(
      'ExportFailed',
      failureReason ?? `the export is ${exportStatus ?? 'nowhere'}`,
    );
  const { pathname, search } = new URL(url, location.href);
  const response = await fetch(pathname + search, { credentials: 'omit', redirect: 'error' });
  if (!response.ok) throw new CallError(`HTTP ${response.status}`, 'The export cannot be read.');
  const zip = new Uint8Array(await response.arrayBuffer());
  const name = `${bot}_${version}`;
  if (form === 'zip') save(new Blob([zip], { type: 'application/zip' }), `${name}.zip`);
  else save(new Blob([await unzipFirst(zip)], { type: 'application/json' }), `${name}.json`);
}
