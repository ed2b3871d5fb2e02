// The panel beside a page: tabs, what needs a look, and the one place where a
// chosen item is corrected.

import { make } from './dom.js';
import { isTyping, neighbour } from './keys.js';
import * as tabs from './tabs.js';
import { setThreshold, threshold } from './threshold.js';

/**
 * @typedef {import('./blocks.js').Item} Item
 * @typedef {import('./blocks.js').PageModel} PageModel
 * @typedef {import('./blocks.js').ExpenseModel} ExpenseModel
 * @typedef {import('./tabs.js').TabName} TabName
 * @typedef {import('./tabs.js').Judge} Judge
 * @typedef {import('./tabs.js').Shown} Shown
 * @typedef {import('./corrections.js').DocumentRecord} DocumentRecord
 *
 * @typedef {object} Seen        what is open
 * @property {PageModel} page
 * @property {ExpenseModel} expense
 * @property {DocumentRecord} record
 * @property {number} pageCount
 * @property {string} failed     why the page could not be read, or ''
 *
 * @typedef {object} Does
 * @property {() => void} shown                    other items are shown
 * @property {(item: Item, text: string | null) => void} correct   null: as it was read
 * @property {(question: string) => Promise<{ answered: boolean, error: string }>} ask
 * @property {(page: number) => void} turn
 */

/** @type {{ name: TabName, label: string }[]} */
const TABS = [
  { name: 'summary', label: 'Summary' },
  { name: 'items', label: 'Line items' },
  { name: 'forms', label: 'Forms' },
  { name: 'tables', label: 'Tables' },
  { name: 'queries', label: 'Queries' },
  { name: 'text', label: 'Text' },
];
export class Panel {
  list = make('div', { class: 'tabs', role: 'tablist', 'aria-label': 'What was read' });
  body = make('div', { class: 'tab-body', role: 'tabpanel', id: 'tab-body', tabindex: '-1' });
  /** @type {Map<TabName, HTMLButtonElement>} */
  buttons = new Map();

  limit = make('input', {
    type: 'range',
    min: '0',
    max: '100',
    step: '1',
    value: String(threshold.value),
    id: 'check-below',
    'aria-label': 'Check what is below this confidence',
  });
  limitText = make('output', { for: 'check-below' });
  next = make('button', {
    type: 'button',
    class: 'quiet',
    'aria-keyshortcuts': 'n',
    title: 'Next to check (N)',
  });

  questionText = make('input', {
    type: 'text',
    maxlength: '200',
    placeholder: 'What is the due date?',
    'aria-label': 'Question about this page',
    autocomplete: 'off',
  });
  askButton = make('button', { type: 'submit', class: 'primary' }, 'Ask');
  questionError = make('p', { class: 'error', role: 'alert', hidden: '' });
  question = make(
    'form',
    { class: 'question', hidden: '' },
    this.questionText,
    this.askButton,
    this.questionError,
  );

  what = make('p', { class: 'inspected' });
  value = make('textarea', {
    rows: '1',
    'aria-label': 'Corrected text',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  save = make('button', { type: 'submit', class: 'primary' }, 'Save');
  right = make('button', { type: 'button', class: 'quiet' }, 'Looks right');
  asRead = make('button', { type: 'button', class: 'quiet' }, 'As read');
  inspector = make(
    'form',
    { class: 'inspector', 'aria-label': 'Correct' },
    this.what,
    make('div', { class: 'inspector-row' }, this.value, this.save, this.right, this.asRead),
  );

  /**
   * @param {HTMLElement} root @param {import('./selection.js').Selection} selection
   * @param {Does} does
   */
  constructor(root, selection, does) {
    this.root = root;
    this.selection = selection;
    this.does = does;
    /** @type {TabName} */
    this.tab = 'summary';
    /** @type {Seen | null} */
    this.seen = null;
    /** @type {Shown} */
    this.shown = { elements: [], items: [] };
    this.#buildTabs();
    const review = make(
      'div',
      { class: 'review' },
      make('span', { class: 'small' }, 'Check below'),
      this.limit,
      this.limitText,
      this.next,
    );
    root.replaceChildren(this.list, review, this.question, this.body, this.inspector);
    this.#listen();
  }

  /* ---- Building ---- */

  #buildTabs() {
    for (const { name, label } of TABS) {
      const button = make(
        'button',
        {
          type: 'button',
          role: 'tab',
          id: `tab-${name}`,
          'aria-controls': 'tab-body',
          'aria-selected': 'false',
          tabindex: '-1',
        },
        label,
      );
      button.addEventListener('click', () => this.choose(name));
      this.buttons.set(name, button);
      this.list.append(button);
    }
    this.list.addEventListener('keydown', (event) => {
      const at = TABS.findIndex(({ name }) => name === this.tab);
      /** @type {Record<string, number>} */
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 };
      if (!(event.key in to)) return;
      event.preventDefault();
      this.choose(TABS[(to[event.key] + TABS.length) % TABS.length].name);
      this.buttons.get(this.tab)?.focus();
    });
  }

  /* ---- Listening ---- */

  #listen() {
    const { body, selection, root } = this;
    this.#listenToForms();
    /** @param {EventTarget | null} target */
    const idOf = (target) =>
      target instanceof Element
        ? (target.closest('[data-id]')?.getAttribute('data-id') ?? null)
        : null;
    body.addEventListener('pointerover', (event) => selection.point(idOf(event.target), 'panel'));
    body.addEventListener('pointerleave', () => selection.point(null, 'panel'));
    body.addEventListener('focusin', (event) => {
      const id = idOf(event.target);
      this.#makeReachable(id);
      selection.point(id, 'panel');
    });
    body.addEventListener('focusout', () => selection.point(null, 'panel'));
    body.addEventListener('click', (event) => {
      const id = idOf(event.target);
      if (id) this.#open(id, matchMedia('(pointer: fine)').matches);
    });
    body.addEventListener('keydown', (event) => this.#key(event));
    selection.addEventListener('over', () => this.#mark());
    selection.addEventListener('chosen', () => this.#chosen());
    root.addEventListener('keydown', (event) => {
      const typing = isTyping(event.target);
      if (event.key === 'n' && !typing && !event.ctrlKey && !event.metaKey) this.nextDoubt();
    });
  }

  #listenToForms() {
    this.limit.addEventListener('input', () => this.#setThreshold());
    this.next.addEventListener('click', () => this.nextDoubt());
    this.question.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#ask();
    });
    this.inspector.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#correct(this.value.value);
    });
    this.right.addEventListener('click', () => this.#correct(this.chosen?.text ?? ''));
    this.asRead.addEventListener('click', () => this.#correct(null));
    this.value.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#correct(this.value.value);
    });
    this.inspector.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      this.#focusItem(this.selection.chosen);
    });
  }

  /**
   * Rows by up and down, cells in all directions, Enter to correct.
   * @param {KeyboardEvent} event
   */
  #key(event) {
    const target = event.target instanceof HTMLElement ? event.target.closest('[data-id]') : null;
    if (!(target instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' || event.key === 'F2') {
      event.preventDefault();
      this.#open(target.dataset.id ?? '', true);
      return;
    }
    const to = neighbour(target, event.key);
    if (!to) return;
    event.preventDefault();
    to.focus();
  }

  /** @param {string} id @param {boolean} edit */
  #open(id, edit) {
    this.selection.choose(id, 'panel');
    const item = this.chosen;
    if (item && item.page !== this.seen?.page.number) this.does.turn(item.page);
    if (!edit) return;
    this.value.focus();
    this.value.select();
  }

  /* ---- What is shown ---- */

  /** @param {Seen} seen */
  show(seen) {
    this.seen = seen;
    this.root.classList.remove('waiting');
    this.refresh();
  }

  /** Nothing is open, or it is still being read. @param {string} text */
  wait(text) {
    this.seen = null;
    this.shown = { elements: [], items: [] };
    this.root.classList.add('waiting');
    this.body.replaceChildren(tabs.nothing(text));
    this.selection.choose(null, 'panel');
    this.#badges();
  }

  /** What was read of a page is on its way; fields of the whole document stay. @param {number} page */
  pend(page) {
    if (!this.seen || this.tab === 'summary' || this.tab === 'items') return;
    this.shown = { elements: [], items: [] };
    this.body.replaceChildren(tabs.nothing(`Fetching page ${page}…`));
  }

  /** @returns {Judge} */
  get judge() {
    const record = this.seen?.record;
    return {
      text: (item) => record?.valueOf(item).text ?? item.text,
      state: (item) => {
        const correction = record?.correctionOf(item);
        if (correction) return correction.Text === item.text ? 'checked' : 'corrected';
        return item.confidence < threshold.value && item.part !== 'LINE' ? 'doubt' : '';
      },
    };
  }

  /** @param {TabName} name @param {Seen} seen @returns {Shown} */
  #contents(name, seen) {
    const { judge } = this;
    const { page, expense, pageCount, failed } = seen;
    if (failed && name !== 'summary' && name !== 'items') {
      return { elements: [tabs.nothing(`This page could not be read (${failed}).`)], items: [] };
    }
    switch (name) {
      case 'text':
        return tabs.textTab(page, judge);
      case 'forms':
        return tabs.formsTab(page, judge);
      case 'tables':
        return tabs.tablesTab(page, judge);
      case 'queries':
        return tabs.queriesTab(page, judge);
      case 'summary':
        return tabs.summaryTab(expense, judge, pageCount > 1);
      default:
        return tabs.itemsTab(expense, judge);
    }
  }

  /** Show again what may have changed; scrolling and focus stay. */
  refresh() {
    const { seen, body } = this;
    if (!seen) return;
    const focused =
      document.activeElement instanceof HTMLElement && body.contains(document.activeElement)
        ? (document.activeElement.dataset.id ?? null)
        : null;
    const top = body.scrollTop;
    this.shown = this.#contents(this.tab, seen);
    body.replaceChildren(...this.shown.elements);
    body.scrollTop = top;
    body.setAttribute('aria-labelledby', `tab-${this.tab}`);
    this.question.hidden = this.tab !== 'queries';
    for (const [name, button] of this.buttons) {
      button.setAttribute('aria-selected', String(name === this.tab));
      button.tabIndex = name === this.tab ? 0 : -1;
    }
    this.#makeReachable(focused);
    if (focused) this.#element(focused)?.focus();
    this.#badges();
    this.#mark();
    this.#inspect();
    this.does.shown();
  }

  /** @param {TabName} name */
  choose(name) {
    if (name === this.tab && this.seen) return;
    this.tab = name;
    this.body.scrollTop = 0;
    this.selection.choose(null, 'panel');
    this.refresh();
    this.buttons.get(name)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  /** How many of each tab need a look. */
  #badges() {
    const { seen, judge } = this;
    let here = 0;
    for (const { name, label } of TABS) {
      const items = seen && name !== 'text' ? this.#itemsOf(name, seen) : [];
      const doubts = items.filter((item) => judge.state(item) === 'doubt').length;
      if (name === this.tab) here = doubts;
      this.buttons
        .get(name)
        ?.replaceChildren(
          label,
          ...(doubts
            ? [
                make(
                  'span',
                  { class: 'badge' },
                  String(doubts),
                  make('span', { class: 'hidden-text' }, ' to check'),
                ),
              ]
            : []),
        );
    }
    this.limitText.textContent = `${threshold.value} %`;
    this.next.textContent = here ? `Next of ${here} to check` : 'Nothing to check';
    this.next.disabled = here === 0;
  }

  /** @param {TabName} name @param {Seen} seen @returns {Item[]} */
  #itemsOf(name, { page, expense }) {
    switch (name) {
      case 'forms':
        return page.forms;
      case 'tables':
        return page.tables.flatMap((table) => table.cells.map((cell) => cell.item));
      case 'queries':
        return page.answers;
      case 'summary':
        return expense.summary;
      case 'items':
        return expense.groups
          .flatMap((g) => g.rows.flat())
          .filter((item) => item.type !== 'EXPENSE_ROW');
      default:
        return page.lines;
    }
  }

  #setThreshold() {
    setThreshold(Number(this.limit.value));
    this.refresh();
  }

  /** Choose the next item that needs a look, after the chosen one. */
  nextDoubt() {
    const { items } = this.shown;
    const at = items.findIndex((item) => item.id === this.selection.chosen);
    const order = [...items.slice(at + 1), ...items.slice(0, at + 1)];
    const found = order.find((item) => this.judge.state(item) === 'doubt');
    if (found) this.#open(found.id, true);
  }

  /* ---- The chosen item ---- */

  get chosen() {
    return this.shown.items.find((item) => item.id === this.selection.chosen) ?? null;
  }

  #chosen() {
    this.#mark();
    this.#inspect();
  }

  #inspect() {
    const { chosen: item, what, value, inspector } = this;
    inspector.classList.toggle('idle', !item);
    for (const control of inspector.querySelectorAll('textarea, button')) {
      if (control instanceof HTMLTextAreaElement || control instanceof HTMLButtonElement)
        control.disabled = !item;
    }
    if (!item) {
      what.replaceChildren('Choose a field to see it on the page, or to correct it.');
      value.value = '';
      value.rows = 1;
      return;
    }
    const state = this.judge.state(item);
    const name =
      item.type && item.part !== 'ANSWER' ? tabs.typeName(item.type) : item.label || 'Text';
    const read = state === 'corrected' ? `read as “${item.text}”, ` : '';
    what.replaceChildren(
      make('strong', {}, name),
      ` ${read}${Math.floor(item.confidence)} % sure${state === 'checked' ? ', checked' : ''}`,
    );
    value.value = this.judge.text(item);
    value.rows = Math.min(4, value.value.split('\n').length);
    this.right.disabled = state === 'checked' || state === 'corrected';
    this.asRead.disabled = state !== 'checked' && state !== 'corrected';
  }

  /** @param {string | null} text   null: as it was read */
  #correct(text) {
    const item = this.chosen;
    if (!item) return;
    this.does.correct(item, text === null ? null : text.trim());
    this.#focusItem(item.id);
  }

  async #ask() {
    const { questionText, askButton, questionError } = this;
    const text = questionText.value.trim();
    if (!text || askButton.disabled) return;
    askButton.disabled = true;
    askButton.textContent = 'Asking…';
    const { answered, error } = await this.does.ask(text);
    askButton.disabled = false;
    askButton.textContent = 'Ask';
    questionError.textContent = error || (answered ? '' : `This page has no answer to “${text}”`);
    questionError.hidden = !questionError.textContent;
    questionError.className = error ? 'error' : 'small';
    if (answered) questionText.value = '';
    else questionText.select();
  }

  /* ---- Marking and focus ---- */

  /** @param {string | null} id */
  #element(id) {
    const found = id && this.body.querySelector(`[data-id="${CSS.escape(id)}"]`);
    return found instanceof HTMLElement ? found : null;
  }

  /** @param {string | null} id */
  #focusItem(id) {
    (this.#element(id) ?? this.body).focus();
  }

  /** Tab reaches one item of the list: this one, or the first. @param {string | null} id */
  #makeReachable(id) {
    for (const old of this.body.querySelectorAll('[data-id][tabindex="0"]'))
      old.setAttribute('tabindex', '-1');
    const first = this.body.querySelector('[data-id]');
    const chosen = this.#element(id) ?? this.#element(this.selection.chosen) ?? first;
    chosen?.setAttribute('tabindex', '0');
  }

  #mark() {
    const { over, chosen, from } = this.selection;
    for (const element of this.body.querySelectorAll('.over, .chosen'))
      element.classList.remove('over', 'chosen');
    const [pointed, taken] = [this.#element(over), this.#element(chosen)];
    pointed?.classList.add('over');
    taken?.classList.add('chosen');
    const shown = pointed ?? taken;
    if (shown && from === 'page') shown.scrollIntoView({ block: 'nearest' });
  }
}
