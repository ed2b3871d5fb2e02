// What users said and the bot did not understand, and the way into an intent.

import { make } from './dom.js';
import { when } from './versions.js';

/**
 * @typedef {import('./workspace.js').Workspace} Workspace
 * @typedef {import('./models.js').Missed} Missed
 */

/**
 * @param {HTMLElement} into @param {Workspace} space
 * @param {(text: string, intent: string) => void} add
 */
export async function showMissed(into, space, add) {
  const missed = await space.models.missed(space.bot.name);
  const names = [...space.intents.values()]
    .filter((intent) => !intent.value.parentIntentSignature)
    .map((intent) => intent.name);
  const rows = missed.map((one) => {
    const select = make('select', { 'aria-label': `Intent for “${one.utteranceString}”` });
    select.append(
      make('option', { value: '' }, 'Add to…'),
      ...names.map((n) => make('option', {}, n)),
    );
    const taken = names.find((name) =>
      space.intents.get(name)?.value.sampleUtterances.includes(one.utteranceString),
    );
    select.disabled = taken !== undefined;
    if (taken) select.value = taken;
    select.addEventListener('change', () => {
      if (!select.value) return;
      add(one.utteranceString, select.value);
      select.disabled = true;
    });
    const how = `${one.count} × · ${one.distinctUsers} ${one.distinctUsers === 1 ? 'user' : 'users'}`;
    return make(
      'tr',
      {},
      make('th', { scope: 'row' }, one.utteranceString),
      make('td', { class: 'small' }, how),
      make('td', { class: 'small when' }, when(one.lastUtteredDate)),
      make('td', {}, select),
    );
  });
  into.replaceChildren(
    rows.length
      ? make('table', { class: 'plain-table' }, make('tbody', {}, ...rows))
      : make('p', { class: 'small' }, 'Nothing in the last 15 days.'),
  );
}
