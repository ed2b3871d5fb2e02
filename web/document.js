// One document, open: its picture, what was read of it, and what people make
// of that.

import { corners } from './blocks.js';
import { CallError } from './client.js';
import { DocumentRecord } from './corrections.js';
import { button, byId, make } from './dom.js';
import { askDownload } from './downloads.js';
import { explainReading } from './intake.js';
import { isTyping } from './keys.js';
import { Panel } from './panel.js';
import { pictureAddress } from './own.js';
import { ask } from './questions.js';
import { Reading } from './reading.js';
import { Selection } from './selection.js';
import { readAndKeep } from './summary.js';
import { outlinesOf, typeName } from './tabs.js';
import { textTurn, Viewer } from './viewer.js';

/**
 * @typedef {import('./client.js').Client} Client
 * @typedef {import('./textract.js').Source} Source
 * @typedef {import('./blocks.js').Item} Item
 * @typedef {import('./blocks.js').PageModel} PageModel
 * @typedef {import('./blocks.js').ExpenseModel} ExpenseModel
 * @typedef {import('./viewer.js').Shape} Shape
 *
 * @typedef {object} Open        the document that is shown
 * @property {Source} source
 * @property {DocumentRecord} record
 * @property {Reading} reading
 * @property {ExpenseModel | null} expense   null: it is still being read
 * @property {number} page
 * @property {PageModel | null} model        of the page
 * @property {AbortController} stop
 */

const SOON_MS = 150; // what comes sooner needs no word

export class DocumentView {
  /**
   * @param {{ turned: (page: number) => void, changed: (key: string) => void }} does
   */
  constructor(does) {
    this.does = does;
    this.selection = new Selection();
    this.name = byId('doc-name', HTMLElement);
    this.saved = byId('doc-saved', HTMLElement);
    this.undoButton = byId('doc-undo', HTMLButtonElement);
    this.againButton = byId('doc-again', HTMLButtonElement);
    this.downloadButton = byId('doc-download', HTMLButtonElement);
    this.status = byId('status', HTMLElement);
    /** @type {Client | null} */
    this.client = null;
    /** @type {Open | null} */
    this.opened = null;
    /** What a search found in the document to open. @type {import('./search.js').Place | null} */
    this.found = null;
    /** @type {Map<string, string>} */
    this.addresses = new Map();
    const turn = (/** @type {number} */ page) => this.turn(page);
    this.viewer = new Viewer(byId('viewer', HTMLElement), this.selection, {
      turn,
      layers: () => this.#draw(),
    });
    this.panel = new Panel(byId('panel', HTMLElement), this.selection, {
      shown: () => this.#draw(),
      correct: (item, text) => this.#correct(item, text),
      ask: (question) => this.#ask(question),
      turn,
    });
    this.undoButton.addEventListener('click', () => this.#undo());
    this.againButton.addEventListener('click', () => this.#again());
    this.downloadButton.addEventListener('click', () => this.#download());
    byId('document', HTMLElement).addEventListener('keydown', (event) => {
      const typing = isTyping(event.target);
      if ((event.ctrlKey || event.metaKey) && event.key === 'z' && !typing) {
        event.preventDefault();
        this.#undo();
      }
    });
  }

  /** @param {Client} client @param {Source} source @param {number} page */
  async open(client, source, page) {
    this.close();
    this.client = client;
    const record = new DocumentRecord(client, source);
    /** @type {Open} */
    const opened = {
      source,
      record,
      reading: new Reading(client, source),
      expense: null,
      page,
      model: null,
      stop: new AbortController(),
    };
    this.opened = opened;
    this.name.textContent = source.key.split('/').at(-1) ?? source.key;
    this.#say('');
    this.#buttons();
    this.#show();
    this.panel.wait('Reading this document…');
    await this.#read(opened, '');
  }

  close() {
    if (this.opened) this.found = null;
    this.opened?.stop.abort();
    this.opened?.reading.close();
    this.opened = null;
    this.viewer.clear();
  }

  /** @param {Open} opened @param {string} again */
  async #read(opened, again) {
    const { record, stop } = opened;
    try {
      await record.load(stop.signal);
      if (again) record.kept.Document.Again = again;
      opened.reading.close();
      opened.reading = new Reading(record.client, opened.source, record.kept.Document.Again);
      const expense = await readAndKeep(opened.reading, record, stop.signal);
      if (this.opened !== opened) return;
      opened.expense = expense;
      opened.page = Math.min(opened.page, Math.max(1, opened.reading.pageCount));
      this.does.changed(opened.source.key);
      this.#show();
      await this.#model(opened);
      // What fails here fails again where it is wanted, and is told there.
      opened.reading.fetchAll().catch(() => {});
    } catch (error) {
      if (this.opened !== opened) return;
      this.#failed(opened, error);
    }
    this.#buttons();
  }

  /** @param {Open} opened @param {unknown} error */
  #failed(opened, error) {
    if (error instanceof CallError && error.code === 'Stopped') return;
    const { text, retry } = explainReading(error, opened.source.bucket);
    this.panel.wait('');
    this.panel.body.replaceChildren(
      make(
        'div',
        { class: 'nothing', role: 'alert' },
        make('p', { class: 'error' }, `This document was not read. ${text}`),
        ...(retry ? [button('Try again', () => this.#again())] : []),
      ),
    );
  }

  /** Read it anew, whatever was read before. */
  #again() {
    const { opened } = this;
    if (!opened) return;
    opened.expense = null;
    opened.model = null;
    this.#buttons();
    this.panel.wait('Reading this document again…');
    this.#draw();
    this.#read(opened, new Date().toISOString());
  }

  /* ---- Pages ---- */

  /** @param {number} page */
  turn(page) {
    const { opened } = this;
    const last = opened?.reading.pageCount || 1;
    if (!opened || page < 1 || page > last || page === opened.page) return;
    opened.page = page;
    opened.model = null;
    this.does.turned(page);
    this.#show();
    this.#model(opened);
  }

  /** Show the picture of the page. */
  #show() {
    const { opened } = this;
    if (!opened) return;
    const { source, page, reading } = opened;
    const name = this.name.textContent ?? '';
    this.viewer.show(page, reading.pageCount, {
      alt: `Page ${page} of ${name}`,
      address: (width) => this.#address(source, page, width),
    });
  }

  /**
   * The same address for the same picture, so that the browser keeps it.
   * @param {Source} source @param {number} page @param {number} width
   */
  #address(source, page, width) {
    const name = JSON.stringify([source, page, width]);
    const known = this.addresses.get(name);
    if (known || !this.client) return known ?? '';
    const made = pictureAddress(this.client, source, page, width);
    this.addresses.set(name, made);
    return made;
  }

  /** Fetch what was read of the page, and show it. @param {Open} opened */
  async #model(opened) {
    const { page, reading } = opened;
    const late = setTimeout(() => {
      if (this.opened === opened && opened.page === page) this.panel.pend(page);
    }, SOON_MS);
    try {
      const model = await reading.page(page);
      clearTimeout(late);
      if (this.opened !== opened || opened.page !== page || !opened.expense) return;
      opened.model = model;
      this.viewer.turnPicture(4 - textTurn(model.lines));
      this.panel.show({
        page: model,
        expense: opened.expense,
        record: opened.record,
        pageCount: reading.pageCount,
        failed: reading.failed.get(page) ?? '',
      });
      this.status.textContent = `Page ${page} of ${reading.pageCount}`;
    } catch (error) {
      clearTimeout(late);
      if (this.opened === opened && opened.page === page) this.#failed(opened, error);
    }
  }

  /** Draw what the panel shows, and the layers that are switched on. */
  #draw() {
    const { opened, viewer, panel } = this;
    const model = opened?.model;
    if (!model) {
      viewer.setShapes([]);
      return;
    }
    const plain = (/** @type {Item[]} */ items, /** @type {string} */ kind) =>
      items.map(({ id, place }) => ({ id, place, kind }));
    /** @type {Shape[]} */
    const shapes = [];
    if (viewer.layers.layout) {
      const tagged = model.layout.map(({ id, place, type }) => ({
        id,
        place,
        kind: 'layout',
        tag: type === 'LAYOUT_TEXT' ? '' : typeName(type), // what is plain needs no name
      }));
      shapes.push(...tagged);
    }
    if (viewer.layers.words) shapes.push(...plain(model.words, 'word'));
    if (viewer.layers.boxes) {
      shapes.push(...outlinesOf(panel.shown.items, model.number, panel.judge));
    }
    if (this.found?.key === opened?.source.key && this.found?.page === model.number) {
      shapes.push(
        ...this.found.boxes.map((BoundingBox) => ({
          id: '',
          place: corners({ BoundingBox }),
          kind: 'found',
        })),
      );
    }
    viewer.setShapes(shapes);
  }

  /* ---- Corrections ---- */

  /** @param {Item} item @param {string | null} text   null: as it was read */
  #correct(item, text) {
    const { opened } = this;
    if (!opened) return;
    const { record } = opened;
    const saved = text === null ? record.forget(item) : record.correct(item, text);
    const what = item.type ? typeName(item.type) : item.label || 'Text';
    const done = text === null ? 'as read' : text === item.text ? 'checked' : 'corrected';
    this.#await(saved, `${what}: ${done}.`);
  }

  #undo() {
    const { opened } = this;
    if (!opened?.record.canUndo) return;
    const { item, saved } = opened.record.undo();
    if (item) this.selection.choose(item.id, 'panel');
    this.#await(saved, 'Undone.');
  }

  /** @param {Promise<void>} saved @param {string} text */
  async #await(saved, text) {
    const { opened } = this;
    this.panel.refresh();
    this.#buttons();
    this.#say('Saving…');
    try {
      await saved;
      if (this.opened !== opened) return;
      this.#say(`${text} Saved.`);
      this.panel.refresh();
      this.does.changed(opened?.source.key ?? '');
    } catch (error) {
      if (this.opened !== opened || !opened) return;
      const why = explainReading(error, opened.source.bucket).text;
      this.#say(
        `Not saved. ${why}`,
        button('Try again', () =>
          this.#await(
            opened.record.save(() => {}),
            text,
          ),
        ),
      );
    }
  }

  /** @param {string} text @param {...Node} more */
  #say(text, ...more) {
    this.saved.replaceChildren(text, ...more);
    this.saved.classList.toggle('error', more.length > 0);
  }

  #buttons() {
    const { opened } = this;
    const ready = Boolean(opened?.expense);
    this.undoButton.disabled = !opened?.record.canUndo;
    this.againButton.disabled = !ready;
    this.downloadButton.disabled = !ready;
  }

  /* ---- Questions and downloads ---- */

  /** Whether the page has an answer, or why that is not known. @param {string} question */
  async #ask(question) {
    const { opened, client } = this;
    if (!opened || !client) return { answered: false, error: '' };
    const { source, page, reading } = opened;
    try {
      const blocks = await ask(client, source, page, reading.pageCount, question);
      const answered = blocks.some((block) => block.BlockType === 'QUERY_RESULT');
      if (answered && this.opened === opened) {
        reading.addAnswers(page, blocks);
        if (opened.page === page) await this.#model(opened);
      }
      return { answered, error: '' };
    } catch (error) {
      return { answered: false, error: explainReading(error, source.bucket).text };
    }
  }

  #download() {
    const { opened } = this;
    if (!opened?.expense) return;
    askDownload(byId('download', HTMLDialogElement), {
      reading: opened.reading,
      record: opened.record,
      page: opened.page,
      subject: this.panel.tab,
    });
  }
}
