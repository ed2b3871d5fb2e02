// What the list shows of a document that was read.

import { fieldOf } from './blocks.js';

/**
 * @typedef {import('./blocks.js').ExpenseModel} ExpenseModel
 * @typedef {import('./corrections.js').DocumentRecord} DocumentRecord
 * @typedef {import('./corrections.js').Summary} Summary
 */

const MOST_DOUBTS = 200;
const MOST_TEXT = 200;

/** @param {ExpenseModel} expense @param {DocumentRecord} record @returns {Summary} */
export function summarise(expense, record) {
  const value = (/** @type {string[]} */ ...types) => {
    const item = fieldOf(expense, ...types);
    return item ? record.valueOf(item).text.replace(/\s+/g, ' ').slice(0, MOST_TEXT) : '';
  };
  const items = [...expense.summary, ...expense.groups.flatMap((group) => group.rows.flat())];
  const doubts = items
    .filter((item) => item.type !== 'EXPENSE_ROW' && !record.correctionOf(item))
    .map((item) => Math.floor(item.confidence))
    .filter((confidence) => confidence < 100)
    .sort((a, b) => a - b);
  return {
    Vendor: value('VENDOR_NAME', 'NAME'),
    Number: value('INVOICE_RECEIPT_ID'),
    Date: value('INVOICE_RECEIPT_DATE', 'ORDER_DATE'),
    Total: value('TOTAL', 'AMOUNT_DUE', 'AMOUNT_PAID'),
    Doubts: doubts.slice(0, MOST_DOUBTS),
  };
}

/**
 * Read a document and keep what the list shows of it.
 * @param {import('./reading.js').Reading} reading
 * @param {DocumentRecord} record   loaded
 * @param {AbortSignal} [signal]
 */
export async function readAndKeep(reading, record, signal) {
  await reading.ready(signal);
  const expense = await reading.expense();
  record.summarise = () => summarise(expense, record);
  const { kept } = record;
  const made = summarise(expense, record);
  if (
    kept.Document.Pages === reading.pageCount &&
    JSON.stringify(kept.Summary) === JSON.stringify(made)
  ) {
    return expense;
  }
  await record.save((now) => {
    now.Document.Pages = reading.pageCount;
    now.Summary = summarise(expense, record);
  });
  return expense;
}
