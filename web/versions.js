// Versions and aliases of a bot.

import { askName } from './ask.js';
import { button, make } from './dom.js';
import { LATEST } from './models.js';
import { exportVersion } from './transfer.js';

/**
 * @typedef {import('./workspace.js').Workspace} Workspace
 * @typedef {import('./models.js').Alias} Alias
 */

/** @param {number} [seconds] */
export const when = (seconds) =>
  seconds
    ? new Date(seconds * 1000).toLocaleString(undefined, {
        dateStyle: 'medium',
        timeStyle: 'short',
      })
    : '';

/**
 * @param {HTMLElement} into @param {Workspace} space
 * @param {() => void} tell      the status of the bot is another
 * @param {(work: () => Promise<void>) => Promise<void>} attempt   runs it and says what went wrong
 */
export async function showVersions(into, space, tell, attempt) {
  const { models } = space;
  const bot = space.bot.name;
  const [versions, aliases] = await Promise.all([models.versions(bot), models.aliases(bot)]);
  const numbers = versions.map((v) => v.version ?? '');
  const again = () => showVersions(into, space, tell, attempt);

  const publish = button('Publish $LATEST as a version', () =>
    attempt(async () => {
      await space.publish(tell);
      await again();
    }),
  );
  const addAlias = button('Add alias', async () => {
    const taken = aliases.map((a) => a.name);
    const name = await askName('New alias', 'Name', 'Add', taken);
    if (!name) return;
    await attempt(async () => {
      await models.putAlias(bot, { name, botVersion: numbers.at(-1) ?? LATEST });
      await again();
    });
  });

  const versionRows = versions.map((version) => {
    const number = version.version ?? '';
    const bring = (/** @type {'zip' | 'json'} */ form) =>
      button(form.toUpperCase(), () => attempt(() => exportVersion(models, bot, number, form)));
    return make(
      'tr',
      {},
      make('th', { scope: 'row' }, number),
      make('td', {}, version.status ?? ''),
      make('td', { class: 'when' }, when(version.lastUpdatedDate)),
      make(
        'td',
        { class: 'row-actions' },
        ...(number === LATEST
          ? []
          : [make('span', { class: 'small' }, 'Export'), bring('zip'), bring('json')]),
      ),
    );
  });

  const aliasRows = aliases.map((alias) => {
    const select = make('select', { 'aria-label': `Version of ${alias.name}` });
    for (const number of numbers) select.append(make('option', {}, number));
    select.value = alias.botVersion;
    select.addEventListener('change', () =>
      attempt(async () => {
        await models.putAlias(bot, { ...alias, botVersion: select.value });
        await again();
      }),
    );
    const remove = button('Delete', () =>
      attempt(async () => {
        await models.removeAlias(bot, alias.name);
        await again();
      }),
    );
    return make(
      'tr',
      {},
      make('th', { scope: 'row' }, alias.name),
      make('td', {}, select),
      make('td', { class: 'row-actions' }, remove),
    );
  });

  into.replaceChildren(
    make('h3', {}, 'Versions'),
    make('table', { class: 'plain-table' }, make('tbody', {}, ...versionRows)),
    publish,
    make('h3', {}, 'Aliases'),
    ...(aliases.length
      ? [make('table', { class: 'plain-table' }, make('tbody', {}, ...aliasRows))]
      : [
          make(
            'p',
            { class: 'small' },
            'None. An alias gives clients a name that stays when the version changes.',
          ),
        ]),
    addAlias,
  );
}
