// What a document says as rows and columns, corrections applied.

import { boundsOf } from './corrections.js';

/**
 * @typedef {import('./blocks.js').Item} Item
 * @typedef {import('./blocks.js').Table} Table
 * @typedef {import('./blocks.js').PageModel} PageModel
 * @typedef {import('./blocks.js').LineItems} LineItems
 * @typedef {import('./blocks.js').ExpenseModel} ExpenseModel
 * @typedef {import('./formats.js').Sheet} Sheet
 * @typedef {import('./formats.js').SheetCell} SheetCell
 *
 * @typedef {(item: Item) => { text: string, confidence: number }} Values   what holds now
 */

/** @param {string} text @param {Partial<SheetCell>} [rest] @returns {SheetCell} */
const cell = (text, rest = {}) => ({
  text,
  rowSpan: 1,
  columnSpan: 1,
  heading: false,
  number: false,
  ...rest,
});

/** @param {number | string} value */
const numeric = (value) => cell(String(value), { number: true });

/**
 * With one decimal. What lies between two goes to the even one, as in C.
 * @param {number} value
 */
function tenths(value) {
  const scaled = value * 10;
  const down = Math.floor(scaled);
  return (scaled - down === 0.5 ? (down + (down % 2)) / 10 : value).toFixed(1);
}

/** @param {number} confidence */
const percent = (confidence) => numeric(tenths(confidence));

/**
 * @param {string} title @param {string[]} heads @param {SheetCell[][]} rows
 * @param {number[]} numbers   columns that stand to the right
 * @returns {Sheet}
 */
const sheet = (title, heads, rows, numbers) => ({
  title,
  rows: [
    heads.map((text, c) => cell(text, { heading: true, number: numbers.includes(c) })),
    ...rows,
  ],
});

/**
 * Page, line and confidence of each line, and its text.
 * @param {PageModel[]} pages @param {Values} value
 */
export function sheetOfLines(pages, value) {
  const rows = pages.flatMap((page) =>
    page.lines.map((item, i) => {
      const { text, confidence } = value(item);
      return [numeric(page.number), numeric(i + 1), percent(confidence), cell(text)];
    }),
  );
  return sheet('Text', ['Page', 'Line', 'Confidence', 'Text'], rows, [0, 1, 2]);
}

/** Key, value and confidence of each pair. @param {PageModel} page @param {Values} value */
export function sheetOfForm(page, value) {
  const rows = page.forms.map((item) => {
    const { text, confidence } = value(item);
    return [cell(item.label), cell(text), percent(confidence)];
  });
  return sheet(`Page ${page.number}, form`, ['Key', 'Value', 'Confidence'], rows, [2]);
}

/** Whether a text is an amount, so that it stands to the right. @param {string} text */
export const isAmount = (text) =>
  /^[(-]?\s*(\p{Sc}|[A-Z]{3})?\s*[-+]?\d[\d.,'\u00a0 ]*\s*(%|\p{Sc}|[A-Z]{3})?[)-]?$/u.test(
    text.trim(),
  );

/**
 * The table as it stands on the page.
 * @param {Table} table @param {Values} value @returns {Sheet}
 */
export function sheetOfTable(table, value) {
  const rows = Array.from({ length: table.rows }, () =>
    Array.from({ length: table.columns }, () => cell('')),
  );
  for (const { item, row, column, rowSpan, columnSpan, header } of table.cells) {
    const { text } = value(item);
    for (let r = row; r < row + rowSpan; r++) {
      for (let c = column; c < column + columnSpan; c++) rows[r][c].rowSpan = 0;
    }
    rows[row][column] = cell(text, {
      rowSpan,
      columnSpan,
      heading: header,
      number: isAmount(text),
    });
  }
  alignHeadings(rows);
  return { title: table.title || `Page ${table.page}, table`, rows };
}

/** A heading stands over the numbers of its column as they do. @param {SheetCell[][]} rows */
function alignHeadings(rows) {
  for (let c = 0; c < (rows[0]?.length ?? 0); c++) {
    const column = rows.map((row) => row[c]);
    const values = column.filter((v) => !v.heading && v.text);
    const numbers = values.filter((v) => v.number).length;
    for (const head of column) {
      if (head.heading && head.columnSpan === 1) head.number = numbers > values.length - numbers;
    }
  }
}

/**
 * Type, label, value, page and confidence of each summary field.
 * @param {Item[]} fields @param {Values} value
 */
export function sheetOfFields(fields, value) {
  const rows = fields.map((item) => {
    const { text, confidence } = value(item);
    return [cell(item.type), cell(item.label), cell(text), numeric(item.page), percent(confidence)];
  });
  const heads = ['Type', 'Label', 'Value', 'Page', 'Confidence'];
  return sheet('Summary fields', heads, rows, [3, 4]);
}

const NUMBERS = ['PRICE', 'UNIT_PRICE', 'QUANTITY'];

/**
 * What a column of items is called: a type, or the label where that says nothing.
 * @param {Item} item
 */
export const columnName = (item) => (item.label && item.type === 'OTHER' ? item.label : item.type);

/**
 * An item a row, a kind of field a column.
 * @param {LineItems} group @param {number} number @param {Values} value
 */
export function sheetOfItems(group, number, value) {
  const names = [...new Set(group.rows.flat().map(columnName))].filter((n) => n !== 'EXPENSE_ROW');
  const rows = group.rows.map((row) =>
    names.map((name) => {
      const item = row.find((field) => columnName(field) === name);
      return cell(item ? value(item).text : '', { number: NUMBERS.includes(name) });
    }),
  );
  const numbers = names.flatMap((name, c) => (NUMBERS.includes(name) ? [c] : []));
  return sheet(`Line items ${number}`, names, rows, numbers);
}

/* ---- Listings: one word or field a line ---- */

/** @param {string[]} texts @returns {SheetCell[]} */
const plainRow = (texts) => texts.map((text) => cell(text));

/**
 * One field a line, of the summary and of the items.
 * @param {ExpenseModel} expense @param {string} file @param {Values} value @returns {Sheet}
 */
export function sheetOfExpense({ summary, groups }, file, value) {
  const line = (/** @type {Item} */ item, /** @type {string} */ kind, group = 0, row = 0) => {
    const { text, confidence } = value(item);
    const numbers = [item.page, group, row].map(String);
    return [file, kind, ...numbers, item.type, item.label, text, item.currency, tenths(confidence)];
  };
  const heads = 'file,kind,page,group,row,type,label,value,currency,confidence'.split(',');
  const fields = summary.map((item) => line(item, 'summary'));
  const items = groups.flatMap((group, g) =>
    group.rows.flatMap((row, r) => row.map((item) => line(item, 'item', g + 1, r + 1))),
  );
  return { title: '', rows: [heads, ...fields, ...items].map(plainRow) };
}

/**
 * One word a line: file, page, line, left, top, width, height, confidence, text.
 * @param {PageModel[]} pages @param {string} file @param {Values} value @returns {Sheet}
 */
export function sheetOfWords(pages, file, value) {
  const rows = pages.flatMap((page) => {
    const byId = new Map(page.words.map((word) => [word.id, word]));
    return page.lines.flatMap((line, l) => {
      const words = line.blocks.flatMap((id) => byId.get(id) ?? []);
      const { text } = value(line);
      const corrected = text === line.text ? null : shareOut(text, words.length);
      return words.flatMap((word, w) => {
        const said = corrected ? corrected[w] : word.text;
        const box = boundsOf(word.place);
        if (!said || !box) return [];
        const places = [box.Left, box.Top, box.Width, box.Height].map((v) => v.toFixed(6));
        const confidence = corrected ? 100 : word.confidence;
        return [[file, String(page.number), String(l + 1), ...places, tenths(confidence), said]];
      });
    });
  });
  return { title: '', rows: rows.map(plainRow) };
}

/**
 * A text for the places of `count` words: word by word, the last takes the
 * rest, and places left over are empty.
 * @param {string} text @param {number} count
 */
export function shareOut(text, count) {
  const words = text.split(/\s+/).filter(Boolean);
  return Array.from({ length: count }, (_, i) =>
    i === count - 1 ? words.slice(i).join(' ') : (words[i] ?? ''),
  );
}
