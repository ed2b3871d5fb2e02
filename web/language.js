// The language page: a text is marked while it is typed.

import { Client, CallError } from './client.js';
import { detect, LANGUAGES, languages, mood, redacted } from './comprehend.js';
import { byId, make } from './dom.js';
import { explain } from './explain.js';
import { MarkedText } from './marked.js';
import { DEFAULT_PLACE, forget, load, save } from './session.js';
import { SignIn } from './signin.js';
import { kindOf, spokenType } from './kinds.js';

/**
 * @typedef {import('./session.js').Saved} Saved
 * @typedef {import('./comprehend.js').Layer} Layer
 * @typedef {import('./comprehend.js').Found} Found
 */

const PAUSE_MS = 250; // in typing, before the text is sent
const MOST_LISTED = 200;
const TEXT_KEY = 'quern.text';
const SAMPLE =
  'Ada Byron moved from London to Lovelace & Sons in May 2023 and could not be happier. ' +
  'Write to ada@example.com or call +44 20 7946 0958; the 12 looms cost $4,500.00.';

/** @type {{ name: Layer, label: string }[]} */
const LAYERS = [
  { name: 'entities', label: 'Entities' },
  { name: 'phrases', label: 'Key phrases' },
  { name: 'opinions', label: 'Opinions' },
  { name: 'syntax', label: 'Syntax' },
  { name: 'pii', label: 'Personal data' },
];

const view = byId('console', HTMLElement);
const legend = byId('legend', HTMLElement);
const under = byId('under', HTMLElement);
const problem = byId('problem', HTMLElement);
const listing = byId('found', HTMLElement);
const languageView = byId('language', HTMLElement);
const moodView = byId('mood', HTMLElement);
const redactedView = byId('redacted', HTMLElement);
const redactedText = byId('redacted-text', HTMLElement);
const signIn = new SignIn(['region'], 'Region', enter);
const shown = new MarkedText({
  id: 'text',
  rows: '10',
  'aria-label': 'Text',
  'aria-describedby': 'under',
  placeholder: 'Type or paste a text',
});
byId('paper', HTMLElement).append(shown.element);

/** @type {Client | null} */
let client = null;
/** @type {Layer} */
let layer = 'entities';
/** @type {Found[]} */
let found = [];
/** @type {AbortController | null} */
let running = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/* ---- asking ---- */

/** @param {unknown} error */
function reason(error) {
  if (error instanceof CallError && error.code === 'Stopped') return '';
  if (error instanceof CallError && error.message && error.status >= 400 && error.status < 500)
    return error.message;
  return explain(error, DEFAULT_PLACE).text;
}

async function read() {
  running?.abort();
  const stop = new AbortController();
  running = stop;
  const now = client;
  const text = shown.text;
  keepText(text);
  if (!now || !text.trim()) {
    show([], '');
    languageView.replaceChildren();
    moodView.replaceChildren();
    return;
  }
  const { signal } = stop;
  const spoken = languages(now, text, signal);
  spoken.then(
    (all) => !signal.aborted && showLanguages(all),
    (error) => !signal.aborted && tell(languageView, error),
  );
  const language = await spoken.then(
    (all) => all.find(({ code }) => LANGUAGES.includes(code))?.code ?? 'en',
    () => 'en',
  );
  if (signal.aborted) return;
  await Promise.all([
    detect(now, layer, text, language, signal).then(
      (all) => !signal.aborted && show(all, ''),
      (error) => !signal.aborted && show([], reason(error)),
    ),
    mood(now, text, language, signal).then(
      (made) => !signal.aborted && showMood(made),
      (error) => !signal.aborted && tell(moodView, error),
    ),
  ]);
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(read, PAUSE_MS);
}

/** The text stays in this tab over a reload. @param {string} text */
function keepText(text) {
  try {
    sessionStorage.setItem(TEXT_KEY, text);
  } catch {
    // storage is full or switched off
  }
}

/* ---- showing ---- */

/** @param {HTMLElement} into @param {unknown} error */
const tell = (into, error) => into.replaceChildren(make('p', { class: 'small' }, reason(error)));

/** @param {number} score */
const percent = (score) => `${Math.round(100 * score)} %`;

/** @param {Found[]} all @param {string} wrong */
function show(all, wrong) {
  found = all;
  problem.textContent = wrong;
  problem.hidden = !wrong;
  shown.mark(all.map(({ start, end, type }) => ({ start, end, kind: kindOf(layer, type) })));
  showLegend();
  showListing();
  redactedView.hidden = layer !== 'pii' || !all.length;
  redactedText.textContent = layer === 'pii' ? redacted(shown.text, all) : '';
  atCaret();
}

function showLegend() {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { type } of found) counts.set(type, (counts.get(type) ?? 0) + 1);
  const kinds = [...counts].sort((a, b) => b[1] - a[1]);
  legend.replaceChildren(
    ...kinds.map(([type, count]) =>
      make(
        'span',
        { role: 'listitem' },
        make('mark', { class: kindOf(layer, type) }, spokenType(layer, type)),
        ` ${count}`,
      ),
    ),
  );
}

function showListing() {
  const text = shown.text;
  const items = found.slice(0, MOST_LISTED).map((one) => {
    const go = make(
      'button',
      { type: 'button' },
      make('span', {}, text.slice(one.start, one.end)),
      make('span', { class: 'small' }, `${spokenType(layer, one.type)} · ${percent(one.score)}`),
    );
    go.addEventListener('click', () => {
      shown.box.focus();
      shown.box.setSelectionRange(one.start, one.end);
      atCaret();
    });
    return make('li', {}, go);
  });
  const more = found.length - items.length;
  listing.replaceChildren(
    ...items,
    ...(more > 0 ? [make('li', { class: 'small' }, `and ${more} more`)] : []),
  );
}

/** What the caret stands in, in words: colours alone tell nobody. */
function atCaret() {
  const caret = shown.box.selectionStart;
  const one = found.find(({ start, end }) => start <= caret && caret < end);
  under.textContent = one
    ? `${spokenType(layer, one.type)}: “${shown.text.slice(one.start, one.end)}”, ${percent(one.score)}`
    : '';
}

const names = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'code' });

/** @param {string} name @param {number} score */
const bar = (name, score) =>
  make(
    'div',
    { class: 'bar-row' },
    make('span', {}, name),
    make('meter', { min: '0', max: '1', value: String(score), 'aria-label': name }),
    make('span', { class: 'small' }, percent(score)),
  );

/** @param {string} code */
function languageName(code) {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}

/** @param {{ code: string, score: number }[]} all */
function showLanguages(all) {
  languageView.replaceChildren(
    ...all.slice(0, 3).map(({ code, score }) => bar(languageName(code), score)),
  );
}

/** @param {import('./comprehend.js').Mood} made */
function showMood({ sentiment, scores }) {
  const rows = Object.entries(scores).sort((a, b) => b[1] - a[1]);
  moodView.replaceChildren(
    make('p', { class: 'mood' }, sentiment[0] + sentiment.slice(1).toLowerCase()),
    ...rows.map(([name, score]) => bar(name, score)),
  );
}

/* ---- the page ---- */

byId('layers', HTMLElement).append(
  ...LAYERS.map(({ name, label }) => {
    const radio = make('input', { type: 'radio', name: 'layer', id: `layer-${name}` });
    radio.checked = name === layer;
    radio.addEventListener('change', () => {
      layer = name;
      read();
    });
    return make('span', {}, radio, make('label', { for: radio.id }, label));
  }),
);
shown.box.addEventListener('input', soon);
for (const event of ['keyup', 'click', 'select']) shown.box.addEventListener(event, atCaret);
byId('copy', HTMLElement).addEventListener('click', async () => {
  const copy = byId('copy', HTMLElement);
  try {
    await navigator.clipboard.writeText(redactedText.textContent ?? '');
    copy.textContent = 'Copied';
  } catch {
    copy.textContent = 'Select and copy it';
  }
});

/** @param {Saved} session */
function enter(session) {
  client = new Client(session.keys, session.place.region);
  signIn.hide();
  view.hidden = false;
  document.title = 'Language · Quern';
  save(session);
  shown.text = sessionStorage.getItem(TEXT_KEY) ?? SAMPLE;
  shown.box.focus();
  read();
}

byId('signout', HTMLElement).addEventListener('click', () => {
  running?.abort();
  client = null;
  forget();
  sessionStorage.removeItem(TEXT_KEY);
  view.hidden = true;
  signIn.ask();
});

const saved = load();
if (saved) enter(saved);
else signIn.ask();
