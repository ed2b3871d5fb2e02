// The documents page: sign in, then a list of documents, then one of them.

import { Client } from './client.js';
import { recordKey } from './corrections.js';
import { DocumentView } from './document.js';
import { byId } from './dom.js';
import { onDrop } from './drops.js';
import { explainReading, Intake } from './intake.js';
import { Library } from './library.js';
import { PlaceFields } from './place.js';
import { placeParts, remove } from './s3.js';
import { Search } from './search.js';
import { forget, load, save } from './session.js';
import { SignIn } from './signin.js';

/**
 * @typedef {import('./session.js').Saved} Saved
 * @typedef {import('./library.js').Entry} Entry
 */

/** @type {(keyof import('./session.js').Place)[]} */
const ASKED = ['documents', 'region'];

const view = byId('console', HTMLElement);
const libraryView = byId('library', HTMLElement);
const documentView = byId('document', HTMLElement);
const libraryError = byId('library-error', HTMLElement);
const chooser = byId('file', HTMLInputElement);
const settings = byId('settings', HTMLDialogElement);
const removal = byId('remove', HTMLDialogElement);
const settingsFields = new PlaceFields(byId('settings-place', HTMLElement), ASKED);
const signIn = new SignIn(ASKED, 'Bucket and region', enter);

/** @type {{ session: Saved, client: Client, intake: Intake } | null} */
let now = null;
/** @type {Entry | null} */
let removing = null;

const library = new Library({
  read: (entry) => {
    if (now) now.intake.read({ ...placeOf(entry) }, entry.size);
  },
  remove: askToRemove,
  address: (key, page = 1) =>
    '#' + new URLSearchParams({ key, ...(page > 1 ? { page: String(page) } : {}) }),
});
const shown = new DocumentView({
  turned: (page) => {
    const key = shown.opened?.source.key ?? '';
    history.replaceState(null, '', library.asked.address(key, page));
  },
  changed: (key) => library.reload(key).catch(() => {}),
});

/** @param {{ key: string, etag: string }} entry */
const placeOf = ({ key, etag }) => ({
  bucket: placeParts(now?.session.place.documents ?? '').bucket,
  key,
  etag,
});

const search = new Search({
  client: () => now?.client ?? null,
  address: (bucket, key) =>
    bucket === placeOf({ key, etag: '' }).bucket && library.entries.has(key)
      ? library.asked.address(key)
      : null,
  open: (place) => {
    shown.found = place;
  },
  changed: (searching) => byId('list', HTMLElement).classList.toggle('behind', searching),
  explain: (error) => explainReading(error, now?.session.place.documents ?? '').text,
});

/* ---- Signing in and out ---- */

/** @param {Saved} session */
function enter(session) {
  const { place, keys, account } = session;
  const client = new Client(keys, place.region);
  signIn.hide();
  view.hidden = false;
  save(session);
  byId('library-place', HTMLElement).textContent = `In ${place.documents} · account ${account}`;
  const intake = new Intake(client, place.documents, {
    changed: workChanged,
    arrived: (source, size) => {
      library.arrived(source, size);
      library.render();
    },
    read: (source) => library.reload(source.key).catch(tell),
    taken: (key) => library.entries.has(key),
  });
  now = { session, client, intake };
  library
    .open(client, place.documents, intake)
    .then(() => tell(null), tell)
    .then(route);
}

function leave() {
  now?.intake.close();
  now = null;
  search.clear();
  library.close();
  shown.close();
}

function signOut() {
  const last = now?.session.place;
  settings.close();
  leave();
  forget();
  view.hidden = true;
  history.replaceState(null, '', location.pathname);
  signIn.ask(last);
}

/** Say under the title what went wrong with the list. @param {unknown} error */
function tell(error) {
  if (!now) return;
  const text = error ? explainReading(error, now.session.place.documents).text : '';
  libraryError.textContent = text;
  libraryError.hidden = !text;
}

/* ---- The list, or one document ---- */

function route() {
  if (!now) return;
  const wanted = new URLSearchParams(location.hash.slice(1));
  const key = wanted.get('key');
  const entry = key !== null ? library.entries.get(key) : undefined;
  libraryView.hidden = entry !== undefined;
  documentView.hidden = entry === undefined;
  if (!entry) {
    const left = shown.opened?.source.key;
    shown.close();
    document.title = 'Documents · Quern';
    if (key !== null) tellMissing(key);
    if (left) focusRow(left);
    return;
  }
  const page = Math.max(1, Number.parseInt(wanted.get('page') ?? '1', 10) || 1);
  document.title = `${entry.key} · Quern`;
  if (shown.opened?.source.key === entry.key) shown.turn(page);
  else {
    const found = shown.found?.key === entry.key ? shown.found.page : page;
    shown.open(now.client, placeOf(entry), found);
    byId('doc-name', HTMLElement).focus({ preventScroll: true });
  }
}

/** @param {string} key */
function tellMissing(key) {
  libraryError.textContent = `There is no document “${key}” in ${now?.session.place.documents}.`;
  libraryError.hidden = false;
}

/** @param {string} key */
function focusRow(key) {
  const row = library.entries.get(key)?.row;
  /** @type {HTMLElement | null | undefined} */ (row?.querySelector('a'))?.focus();
}

byId('doc-back', HTMLElement).addEventListener('click', () => {
  location.hash = '';
});
addEventListener('hashchange', route);

/* ---- Documents on their way ---- */

const work = byId('work', HTMLElement);
const workText = byId('work-text', HTMLElement);
const workBar = byId('work-bar', HTMLProgressElement);
const status = byId('status', HTMLElement);

/** @param {string} key */
function workChanged(key) {
  if (!now) return;
  const { intake } = now;
  library.update(key);
  work.hidden = intake.busy === 0;
  const total = intake.begun;
  const done = Math.min(total, intake.finished);
  workText.textContent = `${done} of ${total} read`;
  const part = [...intake.works.values()].reduce(
    (sum, w) => sum + (w.state === 'failed' ? 0 : 0.5 * w.sent),
    0,
  );
  workBar.value = total ? Math.min(1, (done + part) / total) : 0;
  const own = intake.works.get(key);
  if (own?.state === 'failed') status.textContent = `${key} failed: ${own.text}`;
  else if (!own) status.textContent = `${key} was read.`;
}

/** @param {File[]} files */
function add(files) {
  if (!now || files.length === 0) return;
  if (documentView.hidden === false) location.hash = '';
  now.intake.add(files);
}

// Others may have added documents while nobody looked.
document.addEventListener('visibilitychange', () => {
  const looking = document.visibilityState === 'visible' && !libraryView.hidden;
  if (now && looking && now.intake.busy === 0) library.refresh().then(() => tell(null), tell);
});

for (const id of ['add', 'empty-add']) {
  byId(id, HTMLElement).addEventListener('click', () => chooser.click());
}
chooser.addEventListener('change', () => {
  add(Array.from(chooser.files ?? []));
  chooser.value = '';
});
onDrop(view, byId('drop', HTMLElement), {
  ready: () => {
    byId('drop-bucket', HTMLElement).textContent = now?.session.place.documents ?? '';
    return now !== null;
  },
  files: add,
  folder: (name) => {
    libraryError.textContent = `${name} is a folder. Choose the files in it.`;
    libraryError.hidden = false;
  },
});
addEventListener('beforeunload', (event) => {
  if (now?.intake.sendingNow) event.preventDefault(); // the browser asks whether to leave
});

/* ---- Deleting ---- */

/** @param {Entry} entry */
function askToRemove(entry) {
  removing = entry;
  byId('remove-text', HTMLElement).textContent =
    `${entry.key} and its corrections are deleted from ${now?.session.place.documents}. ` +
    'This cannot be undone.';
  removal.showModal();
}

byId('remove-cancel', HTMLElement).addEventListener('click', () => removal.close());
byId('remove-form', HTMLFormElement).addEventListener('submit', async () => {
  const entry = removing;
  if (!now || !entry) return;
  const { bucket } = placeOf(entry);
  try {
    now.intake.forget(entry.key);
    await remove(now.client, bucket, entry.key);
    await remove(now.client, bucket, recordKey(entry.key));
    library.entries.delete(entry.key);
    library.render();
    status.textContent = `${entry.key} was deleted.`;
  } catch (error) {
    tell(error);
  }
});

/* ---- Settings ---- */

byId('settings-open', HTMLElement).addEventListener('click', () => {
  if (!now) return;
  settingsFields.show(now.session.place);
  settings.showModal();
});
byId('settings-cancel', HTMLElement).addEventListener('click', () => settings.close());
byId('settings-form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const place = settingsFields.read();
  if (!place || !now) return;
  const session = { ...now.session, place };
  settings.close();
  leave();
  location.hash = '';
  enter(session);
});
byId('signout', HTMLElement).addEventListener('click', signOut);

const saved = load();
if (saved) enter(saved);
else signIn.ask();
