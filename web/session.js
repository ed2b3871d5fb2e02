// What this tab remembers, for all its pages. It lives in sessionStorage: a
// reload keeps it, closing the tab or signing out forgets it, no other tab
// sees it.

/**
 * @typedef {object} Place
 * @property {string} region
 * @property {string} bot
 * @property {string} alias
 * @property {string} bucket   where the chat's files go: "bucket" or "bucket/folder"
 * @property {string} documents   where the documents are, in the same form
 *
 * @typedef {object} Message
 * @property {'you' | 'bot' | 'note' | 'file'} from
 * @property {string} text
 * @property {number} at       milliseconds since 1970
 *
 * @typedef {object} Saved
 * @property {import('./sigv4.js').Keys} keys
 * @property {string} account
 * @property {Place} place
 * @property {string} user     who the bot thinks it talks to
 * @property {Message[]} messages
 * @property {import('./lex.js').Reply} [last]   the bot's latest
 */

const NAME = 'quern.chat';
const KEPT_MESSAGES = 200;

/** @type {Readonly<Place>} */
export const DEFAULT_PLACE = Object.freeze({
  region: 'us-east-1',
  bot: 'InvoiceBot',
  alias: '$LATEST',
  bucket: 'invoicebot',
  documents: 'documents',
});

/** A name for a new conversation. */
export function newUser() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return 'web-' + Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

/** @returns {Saved | null} */
export function load() {
  try {
    const saved = JSON.parse(sessionStorage.getItem(NAME) ?? 'null');
    if (!saved?.keys?.accessKey || !saved.place || !saved.user) return null;
    return { ...saved, place: { ...DEFAULT_PLACE, ...saved.place } };
  } catch {
    return null; // storage is switched off, or another version wrote it
  }
}

/** @param {Saved} session */
export function save(session) {
  session.messages = session.messages.slice(-KEPT_MESSAGES);
  try {
    sessionStorage.setItem(NAME, JSON.stringify(session));
  } catch {
    // Storage is full or switched off: the page works until it is reloaded.
  }
}

export function forget() {
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // nothing was kept
  }
}
