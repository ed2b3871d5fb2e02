// The bots page: sign in, then a list of bots, then one of them.

import { askName, askWhether } from './ask.js';
import { BotView } from './botview.js';
import { Client } from './client.js';
import { button, byId, make } from './dom.js';
import { onDrop } from './drops.js';
import { Models } from './models.js';
import { forget, load, save } from './session.js';
import { SignIn } from './signin.js';
import { importFile } from './transfer.js';
import { closeTrial, openTrial } from './trial.js';
import { troubleText } from './trouble.js';
import { when } from './versions.js';
import { Workspace } from './workspace.js';

/** @typedef {import('./session.js').Saved} Saved */

const view = byId('console', HTMLElement);
const listView = byId('bots', HTMLElement);
const botView = byId('bot', HTMLElement);
const rows = byId('bots-rows', HTMLElement);
const problem = byId('bots-error', HTMLElement);
const note = byId('bots-note', HTMLElement);
const chooser = byId('file', HTMLInputElement);
const signIn = new SignIn(['region'], 'Region', enter);
const shown = new BotView(() => {
  refresh().catch(tell);
});

/** @type {{ session: Saved, client: Client, models: Models } | null} */
let now = null;
/** @type {string[]} */
let names = [];

/** @param {Saved} session */
function enter(session) {
  const client = new Client(session.keys, session.place.region);
  now = { session, client, models: new Models(client) };
  signIn.hide();
  view.hidden = false;
  save(session);
  route();
}

function signOut() {
  const last = now?.session.place;
  now = null;
  shown.close();
  closeTrial();
  forget();
  view.hidden = true;
  history.replaceState(null, '', location.pathname);
  signIn.ask(last);
}

/** @param {unknown} error */
function tell(error) {
  problem.textContent = error ? troubleText(error) : '';
  problem.hidden = !error;
}

/* ---- the list ---- */

async function refresh() {
  if (!now) return;
  const bots = await now.models.bots();
  names = bots.map((bot) => bot.name);
  byId('bots-table', HTMLElement).hidden = bots.length === 0;
  byId('bots-empty', HTMLElement).hidden = bots.length > 0;
  rows.replaceChildren(
    ...bots.map((bot) =>
      make(
        'tr',
        {},
        make('th', { scope: 'row' }, make('a', { href: addressOf(bot.name) }, bot.name)),
        make(
          'td',
          {},
          make(
            'span',
            { class: 'badge', 'data-state': bot.status ?? '' },
            (bot.status ?? '').replaceAll('_', ' ').toLowerCase(),
          ),
        ),
        make('td', { class: 'small when' }, when(bot.lastUpdatedDate)),
        make(
          'td',
          { class: 'row-actions' },
          button('Delete', () => remove(bot.name)),
        ),
      ),
    ),
  );
}

/** @param {string} bot */
const addressOf = (bot) => '#' + new URLSearchParams({ bot });

/** @param {string} name */
async function remove(name) {
  const text = 'All its versions go. Its intents and slot types stay.';
  if (!now || !(await askWhether(`Delete ${name}?`, text, 'Delete'))) return;
  try {
    await now.models.remove('bots', name);
    tell(null);
    await refresh();
  } catch (error) {
    tell(error);
  }
}

async function create() {
  const name = await askName('New bot', 'Name', 'Create', names);
  if (!now || !name) return;
  try {
    await now.models.put('bots', fresh(name), { processBehavior: 'SAVE' });
    location.hash = addressOf(name);
  } catch (error) {
    tell(error);
  }
}

/** @param {string} name */
const fresh = (name) => ({
  name,
  intents: [],
  locale: 'en-US',
  childDirected: false,
  idleSessionTTLInSeconds: 300,
  clarificationPrompt: {
    messages: [{ contentType: 'PlainText', content: 'Sorry, can you say that again?' }],
    maxAttempts: 3,
  },
  abortStatement: {
    messages: [{ contentType: 'PlainText', content: 'Sorry, I could not understand.' }],
  },
});

/** @param {File[]} files */
async function bring(files) {
  for (const file of files) {
    if (!now) return;
    note.textContent = `Importing ${file.name}…`;
    try {
      const { name } = await importFile(now.models, file, true);
      note.textContent = `${name} was imported.`;
      tell(null);
    } catch (error) {
      note.textContent = '';
      tell(error);
      return;
    }
  }
  if (!botView.hidden) location.hash = '';
  await refresh().catch(tell);
}

/* ---- the list, or one bot ---- */

async function route() {
  if (!now) return;
  const wanted = new URLSearchParams(location.hash.slice(1));
  const name = wanted.get('bot');
  if (!name) {
    shown.close();
    closeTrial();
    botView.hidden = true;
    listView.hidden = false;
    document.title = 'Bots · Quern';
    await refresh().then(() => tell(null), tell);
    return;
  }
  const part = wanted.get('part') ?? 'bot';
  if (shown.space?.bot.name === name) {
    shown.show(part);
    return;
  }
  closeTrial();
  const { models } = now;
  try {
    const space = await Workspace.open(models, name);
    if (now?.models !== models) return;
    document.title = `${name} · Quern`;
    listView.hidden = true;
    botView.hidden = false;
    shown.open(space, part);
    byId('bot-name', HTMLElement).focus({ preventScroll: true });
  } catch (error) {
    history.replaceState(null, '', location.pathname);
    await route();
    tell(error);
  }
}

addEventListener('hashchange', route);
addEventListener('beforeunload', (event) => {
  if (shown.space?.dirty.length) event.preventDefault(); // the browser asks whether to leave
});

byId('test', HTMLElement).addEventListener('click', () => {
  if (!byId('trial', HTMLElement).hidden) closeTrial();
  else if (now && shown.space) openTrial(now.session, now.client, shown.space.bot.name);
});
byId('new-bot', HTMLElement).addEventListener('click', create);
byId('bring', HTMLElement).addEventListener('click', () => chooser.click());
chooser.addEventListener('change', () => {
  bring(Array.from(chooser.files ?? []));
  chooser.value = '';
});
onDrop(view, byId('drop', HTMLElement), {
  ready: () => now !== null,
  files: bring,
  folder: (name) => tell(new Error(`${name} is a folder; choose the files in it`)),
});
byId('signout', HTMLElement).addEventListener('click', signOut);

const saved = load();
if (saved) enter(saved);
else signIn.ask();
