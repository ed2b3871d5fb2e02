// What each tab of a document shows: elements to read, items to choose, and
// outlines to draw on the page.

import { make } from './dom.js';
import { columnName, isAmount } from './sheets.js';

/**
 * @typedef {import('./blocks.js').Item} Item
 * @typedef {import('./blocks.js').Table} Table
 * @typedef {import('./blocks.js').PageModel} PageModel
 * @typedef {import('./blocks.js').ExpenseModel} ExpenseModel
 * @typedef {import('./viewer.js').Shape} Shape
 *
 * @typedef {object} Judge       what is known about an item beside what was read
 * @property {(item: Item) => string} text      what holds now
 * @property {(item: Item) => 'doubt' | 'corrected' | 'checked' | ''} state
 *
 * @typedef {object} Shown
 * @property {HTMLElement[]} elements
 * @property {Item[]} items
 *
 * @typedef {'text' | 'forms' | 'tables' | 'queries' | 'summary' | 'items'} TabName
 */

/** Where field types are not what people say. @type {Record<string, string>} */
const TYPE_NAMES = { PO_NUMBER: 'Purchase order number', EXPENSE_ROW: 'Whole row', OTHER: 'Other' };

/** "INVOICE_RECEIPT_ID" as "Invoice receipt ID". @param {string} type */
export function typeName(type) {
  if (TYPE_NAMES[type]) return TYPE_NAMES[type];
  const words = type
    .replace(/^LAYOUT_/, '')
    .toLowerCase()
    .replaceAll('_', ' ');
  return (words.charAt(0).toUpperCase() + words.slice(1)).replace(
    /\b(id|abn|gst|pan|vat)\b/gi,
    (w) => w.toUpperCase(),
  );
}

const STATE_WORDS = { doubt: 'to check', corrected: 'corrected', checked: 'checked', '': '' };

/** @param {Item} item @param {Judge} judge */
function confidence(item, judge) {
  const state = judge.state(item);
  const percent = `${Math.floor(item.confidence)} %`;
  const words = STATE_WORDS[state];
  return make(
    'span',
    { class: `confidence ${state}`.trim() },
    make(
      'span',
      { class: 'hidden-text' },
      words ? `, ${words}, read with confidence ` : ', confidence ',
    ),
    state === 'corrected' ? 'corrected' : state === 'checked' ? 'checked' : percent,
  );
}

/** An empty text is said, not shown as nothing. @param {string} text */
const visible = (text) => text || '—';

/**
 * A row of a list: what it is, what it says, how sure.
 * @param {Item} item @param {Judge} judge @param {string} label @param {string} type @param {boolean} paged
 */
function row(item, judge, label, type, paged) {
  const head = make(
    'span',
    { class: 'row-label' },
    label,
    ...(type ? [make('span', { class: 'row-type' }, type)] : []),
  );
  if (paged) head.append(make('span', { class: 'row-type' }, `page ${item.page}`));
  const main = make(
    'button',
    { type: 'button', class: 'row', 'data-id': item.id, tabindex: '-1' },
    ...(label || type || paged ? [head] : []),
    make('span', { class: 'row-value' }, visible(judge.text(item))),
    confidence(item, judge),
  );
  main.classList.toggle('tick', item.tick === true);
  if (judge.state(item)) main.classList.add(judge.state(item));
  return make('li', {}, main);
}

/** @param {HTMLElement[]} rows @param {string} label @param {string} name */
const rowList = (rows, label, name) =>
  make('ul', { class: `rows ${name}`, 'aria-label': label }, ...rows);

/** @param {string} text */
export const nothing = (text) => make('p', { class: 'nothing' }, text);

/** @param {PageModel} page @param {Judge} judge @returns {Shown} */
export function textTab(page, judge) {
  const rows = page.lines.map((item) => row(item, judge, '', '', false));
  return {
    elements: rows.length
      ? [rowList(rows, 'Lines', 'lines')]
      : [nothing('There is no text on this page.')],
    items: page.lines,
  };
}

/** @param {PageModel} page @param {Judge} judge @returns {Shown} */
export function formsTab(page, judge) {
  const rows = page.forms.map((item) =>
    row(item, judge, item.label.replace(/\s*:$/, ''), '', false),
  );
  return {
    elements: rows.length
      ? [rowList(rows, 'Fields', 'pairs')]
      : [nothing('No form fields were found on this page.')],
    items: page.forms,
  };
}

/**
 * @param {'td' | 'th'} tag @param {Item} item @param {Judge} judge
 * @param {Record<string, string>} [attributes]
 */
function cellElement(tag, item, judge, attributes = {}) {
  const state = judge.state(item);
  const element = make(
    tag,
    { ...attributes, 'data-id': item.id, tabindex: '-1', class: state },
    judge.text(item),
  );
  if (state) {
    const percent = `${Math.floor(item.confidence)} %`;
    element.title =
      state === 'doubt' ? `To check: read with confidence ${percent}` : STATE_WORDS[state];
    element.append(make('span', { class: 'hidden-text' }, `, ${STATE_WORDS[state]}`));
  }
  return element;
}

/**
 * Whether a table's heading stands over more numbers than texts.
 * @param {Table} table @param {number} column
 */
function isNumeric({ cells }, column) {
  const values = cells.filter((cell) => cell.column === column && !cell.header && cell.item.text);
  return values.filter((cell) => isAmount(cell.item.text)).length * 2 > values.length;
}

/**
 * Rows with gaps filled, so that columns stay below each other.
 * @param {Table} table @param {Judge} judge
 */
function tableElement(table, judge) {
  const taken = Array.from({ length: table.rows }, () => Array(table.columns).fill(false));
  const rows = Array.from({ length: table.rows }, () => /** @type {HTMLElement[]} */ ([]));
  for (const { item, row: r, column, rowSpan, columnSpan, header } of table.cells) {
    for (let y = r; y < r + rowSpan; y++) taken[y].fill(true, column, column + columnSpan);
    /** @type {Record<string, string>} */
    const attributes = {};
    if (rowSpan > 1) attributes.rowspan = String(rowSpan);
    if (columnSpan > 1) attributes.colspan = String(columnSpan);
    if (header) attributes.scope = columnSpan > 1 ? 'colgroup' : 'col';
    const element = cellElement(header ? 'th' : 'td', item, judge, attributes);
    const over = header && columnSpan === 1 && isNumeric(table, column);
    if (over || (!header && isAmount(item.text))) element.classList.add('number');
    element.dataset.column = String(column);
    rows[r].push(element);
  }
  rows.forEach((cells, r) =>
    taken[r].forEach((is, c) => {
      if (is) return;
      const filler = make('td', { 'data-column': String(c) });
      const at = cells.findIndex((cell) => Number(cell.dataset.column) > c);
      cells.splice(at < 0 ? cells.length : at, 0, filler);
    }),
  );
  return make(
    'div',
    { class: 'table-scroll' },
    make(
      'table',
      { class: 'cells', role: 'grid' },
      make(
        'caption',
        {},
        table.title || 'Table',
        make(
          'span',
          { class: 'row-type' },
          `${table.rows} × ${table.columns} · ${Math.floor(table.confidence)} %`,
        ),
      ),
      make('tbody', {}, ...rows.map((cells) => make('tr', {}, ...cells))),
    ),
  );
}

/** @param {PageModel} page @param {Judge} judge @returns {Shown} */
export function tablesTab(page, judge) {
  return {
    elements: page.tables.length
      ? page.tables.map((table) => tableElement(table, judge))
      : [nothing('No tables were found on this page.')],
    items: page.tables.flatMap((table) => table.cells.map((cell) => cell.item)),
  };
}

/** @param {PageModel} page @param {Judge} judge @returns {Shown} */
export function queriesTab(page, judge) {
  const rows = page.answers.map((item) => row(item, judge, item.label, '', false));
  return {
    elements: rows.length ? [rowList(rows, 'Answers', 'answers')] : [],
    items: page.answers,
  };
}

/** @param {ExpenseModel} expense @param {Judge} judge @param {boolean} paged @returns {Shown} */
export function summaryTab(expense, judge, paged) {
  const rows = expense.summary.map((item) => {
    const label = item.type === 'OTHER' ? item.label.replace(/\s*:$/, '') : typeName(item.type);
    const said = item.type === 'OTHER' ? '' : item.label.replace(/\s*:$/, '');
    return row(
      item,
      judge,
      label || 'Other',
      said && said.toLowerCase() !== label.toLowerCase() ? `“${said}”` : '',
      paged,
    );
  });
  return {
    elements: rows.length
      ? [rowList(rows, 'Summary fields', 'pairs')]
      : [nothing('Nothing that invoices and receipts say was found.')],
    items: expense.summary,
  };
}

/**
 * The whole row is a cell of its own only where it says more.
 * @param {ExpenseModel} expense @param {Judge} judge @returns {Shown}
 */
export function itemsTab(expense, judge) {
  /** @type {Item[]} */
  const items = [];
  const groups = expense.groups.map((group, g) => {
    const names = [...new Set(group.rows.flat().map(columnName))].filter(
      (n) => n !== 'EXPENSE_ROW',
    );
    const head = make(
      'tr',
      {},
      ...names.map((name) => make('th', { scope: 'col' }, typeName(name))),
    );
    const rows = group.rows.map((fields) => {
      const cells = names.map((name, c) => {
        const item = fields.find((field) => columnName(field) === name);
        if (!item) return make('td', { 'data-column': String(c) });
        items.push(item);
        const number = /PRICE|QUANTITY/.test(item.type) ? 'number' : '';
        const element = cellElement('td', item, judge, {});
        if (number) element.classList.add(number);
        element.dataset.column = String(c);
        return element;
      });
      return make('tr', {}, ...cells);
    });
    const caption = make(
      'caption',
      {},
      expense.groups.length > 1 ? `Line items ${g + 1}` : 'Line items',
      make('span', { class: 'row-type' }, `${group.rows.length}`),
    );
    return make(
      'div',
      { class: 'table-scroll' },
      make(
        'table',
        { class: 'cells', role: 'grid' },
        caption,
        make('thead', {}, head),
        make('tbody', {}, ...rows),
      ),
    );
  });
  return {
    elements: groups.length ? groups : [nothing('No line items were found.')],
    items,
  };
}

/**
 * The outlines of items on one page: labels first, values over them.
 * @param {Item[]} items @param {number} page @param {Judge} judge @returns {Shape[]}
 */
export function outlinesOf(items, page, judge) {
  const here = items.filter((item) => item.page === page);
  const labels = here
    .filter((item) => item.labelPlace.length)
    .map((item) => ({ id: item.id, place: item.labelPlace, kind: 'label' }));
  const values = here
    .filter((item) => item.place.length)
    .map((item) => ({ id: item.id, place: item.place, kind: 'value', state: judge.state(item) }));
  return [...labels, ...values];
}
