// What was read, as files: the API's own JSON, text, and tables in all forms.

import { pageModel } from './blocks.js';
import { button, make } from './dom.js';
import { writeSheets } from './formats.js';
import { explainReading } from './intake.js';
import { fetchOwn, searchableAddress } from './own.js';
import * as sheets from './sheets.js';

/**
 * @typedef {import('./blocks.js').Item} Item
 * @typedef {import('./blocks.js').PageModel} PageModel
 * @typedef {import('./blocks.js').ExpenseModel} ExpenseModel
 * @typedef {import('./textract.js').Block} Block
 * @typedef {import('./textract.js').ExpenseDocument} ExpenseDocument
 * @typedef {import('./reading.js').Reading} Reading
 * @typedef {import('./corrections.js').DocumentRecord} DocumentRecord
 * @typedef {import('./sheets.js').Values} Values
 * @typedef {import('./formats.js').SheetFormat} SheetFormat
 *
 * @typedef {'text' | 'forms' | 'tables' | 'expense' | 'summary' | 'items' | 'pdf'} Subject
 *
 * @typedef {object} Wanted
 * @property {Subject} subject
 * @property {'text' | 'json' | SheetFormat} format
 * @property {number | null} page     null: all
 * @property {boolean} corrected
 */

/** @type {{ name: Subject, label: string }[]} */
const SUBJECTS = [
  { name: 'expense', label: 'Summary and line items' },
  { name: 'summary', label: 'Summary fields' },
  { name: 'items', label: 'Line items' },
  { name: 'forms', label: 'Forms' },
  { name: 'tables', label: 'Tables' },
  { name: 'text', label: 'Text' },
  { name: 'pdf', label: 'Searchable PDF' },
];
/** @type {{ name: Wanted['format'], label: string, end: string, type: string }[]} */
const FORMATS = [
  { name: 'csv', label: 'CSV', end: 'csv', type: 'text/csv' },
  { name: 'tsv', label: 'TSV', end: 'tsv', type: 'text/tab-separated-values' },
  { name: 'json', label: 'JSON, the API’s own', end: 'json', type: 'application/json' },
  { name: 'html', label: 'HTML', end: 'html', type: 'text/html' },
  { name: 'latex', label: 'LaTeX', end: 'tex', type: 'application/x-tex' },
  { name: 'grid', label: 'Grid tables', end: 'txt', type: 'text/plain' },
  { name: 'text', label: 'Plain text', end: 'txt', type: 'text/plain' },
];

/* ---- Corrections in the API's own reply ---- */

/**
 * The blocks with what people know better. A corrected text is shared out to
 * the words that held the wrong one: word by word, the last takes the rest,
 * and words left over are no longer part of it.
 * @param {Block[]} blocks @param {PageModel} model @param {DocumentRecord} record
 */
export function correctBlocks(blocks, model, record) {
  const byId = new Map(blocks.map((block) => [block.Id, block]));
  const cells = model.tables.flatMap((table) => table.cells.map((cell) => cell.item));
  for (const item of [...model.lines, ...model.forms, ...cells, ...model.answers]) {
    const { text } = record.valueOf(item);
    if (text === item.text) continue;
    const held = item.blocks
      .flatMap((id) => byId.get(id) ?? [])
      .filter((b) => b.Text !== undefined);
    const shares = sheets.shareOut(text, held.length);
    held.forEach((block, i) => {
      block.Text = shares[i];
    });
    const whole = byId.get(item.id);
    if (whole?.Text !== undefined) whole.Text = text;
    const gone = new Set(held.filter((block) => block.Text === '').map((block) => block.Id));
    for (const block of gone.size ? blocks : []) {
      for (const relation of block.Relationships ?? []) {
        relation.Ids = relation.Ids.filter((id) => !gone.has(id));
      }
    }
    for (const id of gone)
      blocks.splice(
        blocks.findIndex((block) => block.Id === id),
        1,
      );
  }
  return blocks;
}

/**
 * @param {ExpenseDocument[]} documents @param {ExpenseModel} model @param {DocumentRecord} record
 */
export function correctExpenses(documents, model, record) {
  const changed = structuredClone(documents);
  const set = (
    /** @type {import('./textract.js').ExpenseField | undefined} */ field,
    /** @type {Item} */ item,
  ) => {
    const { text } = record.valueOf(item);
    if (field && text !== item.text) field.ValueDetection = { ...field.ValueDetection, Text: text };
  };
  for (const item of model.summary) {
    const [d, f] = item.id.slice(1).split('.').map(Number);
    set(changed[d]?.SummaryFields?.[f], item);
  }
  for (const item of model.groups.flatMap((group) => group.rows.flat())) {
    const [d, g, r, f] = item.id.slice(1).split('.').map(Number);
    set(changed[d]?.LineItemGroups?.[g]?.LineItems?.[r]?.LineItemExpenseFields?.[f], item);
  }
  return changed;
}

/* ---- Files ---- */

/** Such are of all pages. @param {string} subject */
const ofExpense = (subject) => ['expense', 'summary', 'items'].includes(subject);

/** @param {Reading} reading @param {number | null} page @returns {AsyncGenerator<number>} */
async function* pageNumbers(reading, page) {
  if (page !== null) yield page;
  else for (let number = 1; number <= reading.pageCount; number++) yield number;
}

/**
 * @param {Reading} reading @param {DocumentRecord} record @param {Wanted} wanted
 * @returns {Promise<BlobPart[]>}
 */
async function json(reading, record, { subject, page, corrected }) {
  const metadata = { DocumentMetadata: { Pages: reading.pageCount } };
  if (ofExpense(subject)) {
    const documents = await reading.expenseDocuments();
    const model = await reading.expense();
    const ExpenseDocuments = corrected ? correctExpenses(documents, model, record) : documents;
    return [JSON.stringify({ ...metadata, ExpenseDocuments }, null, 1)];
  }
  /** @type {BlobPart[]} */
  const parts = [JSON.stringify(metadata).slice(0, -1), ',"Blocks":['];
  for await (const number of pageNumbers(reading, page)) {
    let blocks = await reading.blocks(number);
    if (corrected) blocks = correctBlocks(blocks, pageModel(blocks, number), record);
    const text = JSON.stringify(blocks).slice(1, -1);
    if (text) parts.push(...(parts.length > 2 ? [',\n'] : []), text);
  }
  parts.push('],"AnalyzeDocumentModelVersion":"1.0"}');
  return parts;
}

/**
 * @param {Reading} reading @param {Values} values @param {Wanted} wanted
 * @param {string} name   of the document
 */
async function sheetsOf(reading, values, { subject, page, format }, name) {
  if (ofExpense(subject)) {
    const expense = await reading.expense();
    const listed = format === 'csv' || format === 'tsv';
    if (subject === 'expense' && listed) return [sheets.sheetOfExpense(expense, name, values)];
    const items = expense.groups.map((group, i) => sheets.sheetOfItems(group, i + 1, values));
    if (subject === 'items') return items;
    const fields = sheets.sheetOfFields(expense.summary, values);
    return subject === 'summary' ? [fields] : [fields, ...items];
  }
  /** @type {PageModel[]} */
  const pages = [];
  for await (const number of pageNumbers(reading, page)) pages.push(await reading.page(number));
  if (subject === 'text') {
    return [
      format === 'tsv'
        ? sheets.sheetOfWords(pages, name, values)
        : sheets.sheetOfLines(pages, values),
    ];
  }
  if (subject === 'tables') {
    return pages.flatMap((p) => p.tables.map((table) => sheets.sheetOfTable(table, values)));
  }
  return pages.filter((p) => p.forms.length).map((p) => sheets.sheetOfForm(p, values));
}

/**
 * Lines as they are read, a form feed between pages.
 * @param {Reading} reading @param {Values} values @param {Wanted} wanted
 */
async function plainText(reading, values, { page }) {
  /** @type {string[]} */
  const pages = [];
  for await (const number of pageNumbers(reading, page)) {
    const { lines } = await reading.page(number);
    pages.push(lines.map((item) => values(item).text + '\n').join(''));
  }
  return pages.join('\f');
}

/**
 * The file that is wanted.
 * @param {Reading} reading @param {DocumentRecord} record @param {Wanted} wanted
 */
export async function fileOf(reading, record, wanted) {
  const { subject, format, corrected } = wanted;
  const { end, type } = FORMATS.find((known) => known.name === format) ?? FORMATS[0];
  const name = reading.source.key.split('/').at(-1) ?? 'document';
  if (subject === 'pdf') {
    const { client } = record;
    const blob = await fetchOwn(searchableAddress(client, reading.source));
    return { name: name.replace(/(\.\w+)?$/, '.searchable.pdf'), blob };
  }
  /** @type {Values} */
  const values = corrected
    ? (item) => record.valueOf(item)
    : (item) => ({ text: item.text, confidence: item.stated });
  /** @type {BlobPart[]} */
  let parts;
  if (format === 'json') parts = await json(reading, record, wanted);
  else if (format === 'text') parts = [await plainText(reading, values, wanted)];
  else parts = [writeSheets(await sheetsOf(reading, values, wanted, name), format, name)];
  const file = `${name}.${subject}.${end}`;
  return { name: file, blob: new Blob(parts, { type: `${type};charset=utf-8` }) };
}

/* ---- Asking which ---- */

/**
 * @param {string} name @param {string} legend @param {{ name: string, label: string }[]} options
 * @param {string} chosen
 */
function choice(name, legend, options, chosen) {
  return make(
    'fieldset',
    {},
    make('legend', {}, legend),
    ...options.map((option) => {
      const input = make('input', { type: 'radio', name, value: option.name });
      input.checked = option.name === chosen;
      return make('label', { class: 'option' }, input, option.label);
    }),
  );
}

/**
 * Ask in the dialog what to download, and download it.
 * @param {HTMLDialogElement} dialog
 * @param {{ reading: Reading, record: DocumentRecord, page: number, subject: string }} open
 */
export function askDownload(dialog, { reading, record, page, subject }) {
  const start = SUBJECTS.some(({ name }) => name === subject) ? subject : 'text';
  const count = record.kept.Corrections.filter((c) => c.Text !== c.Read).length;
  const corrected = make('input', { type: 'checkbox', name: 'corrected' });
  corrected.checked = count > 0;
  const form = make(
    'form',
    { class: 'card wide', method: 'dialog' },
    make('h2', { id: 'download-title' }, 'Download'),
    choice('subject', 'What', SUBJECTS, start),
    choice('format', 'As', FORMATS, start === 'text' ? 'text' : 'csv'),
    choice(
      'pages',
      'Pages',
      [
        { name: 'all', label: `All ${reading.pageCount}` },
        { name: 'one', label: `Page ${page}` },
      ],
      'all',
    ),
    make(
      'label',
      { class: 'option', ...(count ? {} : { hidden: '' }) },
      corrected,
      count === 1 ? 'With the correction' : `With the ${count} corrections`,
    ),
  );
  const error = make('p', { class: 'error', role: 'alert', hidden: '' });
  const go = make('button', { type: 'submit', class: 'primary' }, 'Download');
  form.append(
    error,
    make(
      'div',
      { class: 'buttons' },
      button('Cancel', () => dialog.close()),
      go,
    ),
  );
  const fit = () => fitChoices(form, reading.pageCount);
  form.addEventListener('change', fit);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    go.disabled = true;
    go.textContent = 'Preparing…';
    try {
      const data = new FormData(form);
      await save(reading, record, {
        subject: /** @type {Subject} */ (data.get('subject')),
        format: /** @type {Wanted['format']} */ (data.get('format')),
        page: data.get('pages') === 'one' ? page : null,
        corrected: corrected.checked,
      });
      dialog.close();
    } catch (why) {
      error.textContent = explainReading(why, reading.source.bucket).text;
      error.hidden = false;
    }
    go.disabled = false;
    go.textContent = 'Download';
  });
  dialog.replaceChildren(form);
  fit();
  dialog.showModal();
}

/**
 * Plain text is of the text alone; fields of an expense and a PDF are of all pages.
 * @param {HTMLFormElement} form @param {number} pageCount
 */
function fitChoices(form, pageCount) {
  const subject = new FormData(form).get('subject');
  const plain = form.querySelector('input[value="text"][name="format"]');
  if (plain instanceof HTMLInputElement) {
    plain.disabled = subject !== 'text';
    if (plain.checked && plain.disabled) {
      const csv = form.querySelector('input[value="csv"]');
      if (csv instanceof HTMLInputElement) csv.checked = true;
    }
  }
  const pages = form.querySelector('fieldset:has(input[name="pages"])');
  if (pages instanceof HTMLFieldSetElement) {
    pages.disabled = subject === 'pdf' || ofExpense(String(subject));
    pages.hidden = pageCount < 2;
  }
  const formats = form.querySelector('fieldset:has(input[name="format"])');
  if (formats instanceof HTMLFieldSetElement) formats.disabled = subject === 'pdf';
}

/** @param {Reading} reading @param {DocumentRecord} record @param {Wanted} wanted */
async function save(reading, record, wanted) {
  const { name, blob } = await fileOf(reading, record, wanted);
  const address = URL.createObjectURL(blob);
  make('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
