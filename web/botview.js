// An open bot: its parts at the side, the form of one of them, saving and building.

import { askName, askWhether } from './ask.js';
import { botForm } from './botform.js';
import { button, byId, make } from './dom.js';
import { Conflict } from './draft.js';
import { intentForm } from './intentform.js';
import { showMissed } from './missed.js';
import { slotTypeForm } from './slottypeform.js';
import { troubleText } from './trouble.js';
import { showVersions } from './versions.js';

/**
 * @typedef {import('./workspace.js').Workspace} Workspace
 * @typedef {import('./workspace.js').AnyDraft} AnyDraft
 */

const nav = byId('parts', HTMLElement);
const view = byId('part', HTMLElement);
const statusLine = byId('bot-status', HTMLElement);
const saveButton = byId('save', HTMLButtonElement);
const buildButton = byId('build', HTMLButtonElement);

/** How members are called in sentences. @param {string} name */
const spoken = (name) => name.replace(/[A-Z]/g, (c) => ' ' + c.toLowerCase());

export class BotView {
  /** @param {() => void} saved   the list of bots may say something else now */
  constructor(saved) {
    this.saved = saved;
    /** @type {Workspace | null} */
    this.space = null;
    this.part = 'bot';
    this.notice = make('div', { class: 'notice', role: 'alert', hidden: '' });
    this.busy = false;
    saveButton.addEventListener('click', () => this.#save());
    buildButton.addEventListener('click', () => this.#build());
    document.addEventListener('keydown', (event) => {
      if (!this.space || event.key !== 's' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.#save();
    });
  }

  /** @param {Workspace} space @param {string} part */
  open(space, part) {
    this.space = space;
    byId('bot-name', HTMLElement).textContent = space.bot.name;
    this.show(part);
  }

  close() {
    this.space = null;
    view.replaceChildren();
  }

  /** @param {string} part   "bot", "intents/NAME", "slottypes/NAME", "missed", "versions" */
  show(part) {
    this.part = part;
    this.#tell([]);
    this.#renderNav();
    this.#renderPart();
    view.scrollTop = 0;
    byId('part-title', HTMLElement).focus({ preventScroll: true });
  }

  /** @param {string} part */
  #address(part) {
    return '#' + new URLSearchParams({ bot: this.space?.bot.name ?? '', part });
  }

  /** @param {string} part */
  #go(part) {
    location.hash = this.#address(part);
  }

  /* ---- the parts ---- */

  /** @param {string} part @param {string} label @param {boolean} dirty */
  #link(part, label, dirty) {
    const link = make('a', { href: this.#address(part) }, label);
    if (part === this.part) link.setAttribute('aria-current', 'true');
    if (dirty)
      link.append(
        make(
          'span',
          { class: 'dot', title: 'Not saved' },
          make('span', { class: 'hidden-text' }, ', not saved'),
        ),
      );
    return make('li', {}, link);
  }

  #renderNav() {
    const { space } = this;
    if (!space) return;
    const intents = [...space.intents.values()].map((d) =>
      this.#link(`intents/${d.name}`, d.name, d.dirty),
    );
    const types = [...space.slotTypes.values()].map((d) =>
      this.#link(`slottypes/${d.name}`, d.name, d.dirty),
    );
    nav.replaceChildren(
      make('ul', {}, this.#link('bot', 'Settings', space.bot.dirty)),
      make('h2', {}, 'Intents'),
      make('ul', {}, ...intents),
      button('Add intent', () => this.#addIntent()),
      make('h2', {}, 'Slot types'),
      make('ul', {}, ...types),
      button('Add slot type', () => this.#addSlotType()),
      make('h2', {}, 'Use'),
      make(
        'ul',
        {},
        this.#link('missed', 'Missed utterances', false),
        this.#link('versions', 'Versions, aliases', false),
      ),
    );
    this.#renderStatus();
  }

  #renderStatus() {
    const { space } = this;
    if (!space) return;
    const count = space.dirty.length;
    const { status, reason } = space;
    statusLine.textContent = [
      status.replaceAll('_', ' ').toLowerCase(),
      count ? `${count} not saved` : '',
    ]
      .filter(Boolean)
      .join(' · ');
    statusLine.dataset.state = status;
    saveButton.disabled = this.busy || count === 0;
    buildButton.disabled = this.busy;
    buildButton.textContent = this.busy && status === 'BUILDING' ? 'Building…' : 'Build';
    if (status === 'FAILED' && reason) this.#tell([make('p', {}, `The build failed: ${reason}`)]);
  }

  /** @returns {AnyDraft | null} */
  get #draft() {
    const { space, part } = this;
    if (!space) return null;
    const [kind, name = ''] = part.split('/');
    if (kind === 'intents') return space.intents.get(name) ?? null;
    if (kind === 'slottypes') return space.slotTypes.get(name) ?? null;
    return kind === 'bot' ? space.bot : null;
  }

  #renderPart() {
    const { space } = this;
    if (!space) return;
    const changed = () => this.#renderNav();
    const title = make('h2', { id: 'part-title', tabindex: '-1' });
    const body = make('div', { class: 'part-form' });
    const head = make('div', { class: 'part-head' }, title);
    const draft = this.#draft;
    title.textContent = draft
      ? draft === space.bot
        ? 'Settings'
        : draft.name
      : 'Missed utterances';
    if (draft?.kind === 'intents') {
      const { value } = /** @type {import('./draft.js').Draft<import('./models.js').Intent>} */ (
        draft
      );
      body.append(...intentForm(value, { slotTypes: space.typeChoices }, changed));
      head.append(button('Remove from the bot', () => this.#dropIntent(draft.name)));
    } else if (draft?.kind === 'slottypes') {
      const { value } = /** @type {import('./draft.js').Draft<import('./models.js').SlotType>} */ (
        draft
      );
      body.append(...slotTypeForm(value, changed));
    } else if (draft) {
      body.append(...botForm(space.bot.value, changed));
    } else if (this.part === 'versions') {
      title.textContent = 'Versions and aliases';
      this.#attempt(() =>
        showVersions(
          body,
          space,
          () => this.#renderStatus(),
          (work) => this.#attempt(work),
        ),
      );
    } else {
      this.#attempt(() =>
        showMissed(body, space, (text, intent) => this.#addUtterance(text, intent)),
      );
    }
    view.replaceChildren(this.notice, head, body);
  }

  /* ---- changes ---- */

  async #addIntent() {
    const { space } = this;
    if (!space) return;
    const builtin = await space.models.builtinIntents().catch(() => []);
    const name = await askName(
      'New intent',
      'Name, or a built-in intent',
      'Add',
      [...space.intents.keys()],
      builtin,
    );
    if (!name) return;
    const own = name.startsWith('AMAZON.') ? name.slice(7) : name;
    space.addIntent(own, own === name ? undefined : name);
    this.#go(`intents/${own}`);
  }

  async #addSlotType() {
    const { space } = this;
    if (!space) return;
    const name = await askName('New slot type', 'Name', 'Add', [...space.slotTypes.keys()]);
    if (!name) return;
    space.addSlotType(name);
    this.#go(`slottypes/${name}`);
  }

  /** @param {string} name */
  async #dropIntent(name) {
    const text = `The bot has ${name} no more once it is saved. The intent itself stays.`;
    if (!(await askWhether(`Remove ${name}?`, text, 'Remove'))) return;
    this.space?.dropIntent(name);
    this.#go('bot');
  }

  /** @param {string} text @param {string} intent */
  #addUtterance(text, intent) {
    const draft = this.space?.intents.get(intent);
    if (!draft) return;
    draft.value.sampleUtterances = [...(draft.value.sampleUtterances ?? []), text];
    this.#renderNav();
    this.#tell([make('p', {}, `Added to ${intent}. Build to try it.`)], false);
  }

  /* ---- saving ---- */

  /** @param {HTMLElement[]} parts @param {boolean} [wrong] */
  #tell(parts, wrong = true) {
    this.notice.replaceChildren(...parts);
    this.notice.hidden = parts.length === 0;
    this.notice.classList.toggle('wrong', wrong);
  }

  /** @param {() => Promise<void>} work */
  async #attempt(work) {
    if (this.busy) return;
    this.busy = true;
    this.#tell([]);
    this.#renderStatus();
    try {
      await work();
    } catch (error) {
      if (error instanceof Conflict) this.#tellConflict(error);
      else this.#tell([make('p', {}, troubleText(error))]);
    } finally {
      this.busy = false;
      if (this.space) this.#renderNav();
    }
  }

  /** @param {Conflict} conflict */
  #tellConflict(conflict) {
    const theirs = /** @type {any} */ (conflict.theirs);
    const draft = this.space?.dirty.find((d) => d.name === theirs.name) ?? null;
    const what = conflict.changed.map(spoken).join(', ') || 'nothing that is shown here';
    this.#tell([
      make(
        'p',
        {},
        `Somebody else saved ${theirs.name} since it was opened here. They changed: ${what}.`,
      ),
      make(
        'div',
        { class: 'choices' },
        button('Take theirs', () => {
          draft?.take(theirs);
          this.show(this.part);
        }),
        button('Put mine over it', () => {
          draft?.overrule(theirs);
          this.#save();
        }),
      ),
    ]);
  }

  #save() {
    const { space } = this;
    if (!space) return;
    return this.#attempt(async () => {
      for (const draft of space.dirty) await space.save(draft);
      this.saved();
    });
  }

  #build() {
    const { space } = this;
    if (!space) return;
    return this.#attempt(async () => {
      await space.build(() => this.#renderStatus());
      this.saved();
      if (space.status === 'READY')
        this.#tell([make('p', {}, 'Built. Test it, or publish a version.')], false);
    });
  }
}
