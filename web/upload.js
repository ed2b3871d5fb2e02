// Files: chosen or dropped, put into the bucket one after the other.

import { addBubble, announce, toEnd } from './bubbles.js';
import { button, byId, fileSize, make } from './dom.js';
import { onDrop } from './drops.js';
import { explain } from './explain.js';

/** @typedef {import('./conversation.js').Talk} Talk */

const view = byId('chat', HTMLElement);
const attach = byId('attach', HTMLButtonElement);
const chooser = byId('file', HTMLInputElement);
const drop = byId('drop', HTMLElement);
const dropBucket = byId('drop-bucket', HTMLElement);
const input = byId('text', HTMLTextAreaElement);

/** @type {Talk | null} */
let talk = null;
/** @type {AbortController | null} */
let current = null;
/** Uploads run one at a time: each waits for the one before. */
let queue = Promise.resolve();

/**
 * "bucket/folder" and a file's name, as bucket and key.
 * @param {string} place @param {string} name
 */
export function keyOf(place, name) {
  const [bucket, ...folders] = place.split('/').filter(Boolean);
  return { bucket, key: [...folders, name].join('/') };
}

/** @param {File[]} files */
function add(files) {
  for (const file of files) {
    const now = talk;
    if (!now) return;
    if (file.size === 0) {
      addBubble({
        from: 'note',
        text: `${file.name} is empty, so it was not sent.`,
        at: Date.now(),
      });
      continue;
    }
    const stop = new AbortController();
    const bubble = pending(file, stop);
    queue = queue.then(() => send(now, file, bubble, stop));
  }
}

/** The bubble of a file on its way. @param {File} file @param {AbortController} stop */
function pending(file, stop) {
  const bar = make('progress', { max: '1', value: '0', 'aria-label': `Sending ${file.name}` });
  const cancel = button('Cancel', () => stop.abort());
  const state = make('p', { class: 'small' }, fileSize(file.size));
  const row = make('div', { class: 'sending' }, bar, cancel);
  const bubble = addBubble({ from: 'file', text: file.name, at: Date.now() }, state, row);
  return { bubble, bar, row, state };
}

/**
 * @param {Talk} now @param {File} file
 * @param {ReturnType<typeof pending>} shown @param {AbortController} stop
 */
async function send(now, file, shown, stop) {
  const { bubble, bar, row, state } = shown;
  const { session, client, keep } = now;
  const { bucket, key } = keyOf(session.place.bucket, file.name);
  if (talk !== now) return;
  current = stop;
  try {
    await client.put(bucket, key, file, (sent) => (bar.value = sent), stop.signal);
    const text = `${file.name} arrived in ${session.place.bucket} (${fileSize(file.size)}).`;
    row.remove();
    state.textContent = `${fileSize(file.size)} · arrived in ${session.place.bucket}`;
    bubble.classList.add('arrived');
    announce(text);
    session.messages.push({ from: 'file', text, at: Date.now() });
    keep();
  } catch (error) {
    row.remove();
    failed(now, file, bubble, error);
  } finally {
    if (current === stop) current = null;
  }
}

/** @param {Talk} now @param {File} file @param {HTMLElement} bubble @param {unknown} error */
function failed(now, file, bubble, error) {
  const why = explain(error, now.session.place);
  const again = button('Try again', () => {
    bubble.remove();
    input.focus();
    add([file]);
  });
  const settings = button('Settings', now.openSettings);
  bubble.classList.add('failed');
  bubble.append(
    make(
      'div',
      { class: 'trouble' },
      make('p', {}, `Not sent. ${why.text}`),
      ...(why.field === 'place' ? [settings] : []),
      ...(why.retry || why.field === 'place' ? [again] : []),
    ),
  );
  announce(`${file.name} was not sent. ${why.text}`);
  toEnd();
}

attach.addEventListener('click', () => chooser.click());
chooser.addEventListener('change', () => {
  add(Array.from(chooser.files ?? []));
  chooser.value = '';
  input.focus();
});
onDrop(view, drop, {
  ready: () => {
    dropBucket.textContent = talk?.session.place.bucket ?? '';
    return talk !== null;
  },
  files: add,
  folder: (name) => {
    const text = `${name} is a folder. Choose the files in it.`;
    addBubble({ from: 'note', text, at: Date.now() });
  },
});
input.addEventListener('paste', (event) => {
  const files = Array.from(event.clipboardData?.files ?? []);
  if (files.length === 0) return;
  event.preventDefault();
  add(files);
});

addEventListener('beforeunload', (event) => {
  if (current) event.preventDefault(); // the browser asks whether to leave
});

/** @param {Talk} next */
export function startUploads(next) {
  talk = next;
}

/** Stop the file on its way. Returns whether there was one. */
export function stopUpload() {
  const stopped = current !== null;
  current?.abort();
  return stopped;
}

export function endUploads() {
  talk = null;
  stopUpload();
}
