// Search over all documents that were read.

import { byId, make } from './dom.js';

/**
 * @typedef {import('./client.js').Client} Client
 * @typedef {import('./textract.js').BoundingBox} BoundingBox
 *
 * @typedef {object} Hit
 * @property {string} Source      "s3://BUCKET/KEY"
 * @property {number} Pages
 * @property {number} [Page]      of the snippet
 * @property {{ Text: string, BoundingBox?: BoundingBox }[]} [Snippet]
 * @property {{ Type: string, Label?: string, Value: string, Page: number,
 *   BoundingBox?: BoundingBox }[]} [Fields]
 *
 * @typedef {object} Place       what to show of a document that is opened from here
 * @property {string} key
 * @property {number} page
 * @property {BoundingBox[]} boxes
 *
 * @typedef {object} Does
 * @property {() => Client | null} client
 * @property {(bucket: string, key: string) => string | null} address   null: it is elsewhere
 * @property {(place: Place) => void} open
 * @property {(searching: boolean) => void} changed
 * @property {(error: unknown) => string} explain
 */

const AT_ONCE = 20;

export class Search {
  form = byId('find', HTMLFormElement);
  input = byId('find-text', HTMLInputElement);
  found = byId('found', HTMLElement);

  /** @param {Does} does */
  constructor(does) {
    this.does = does;
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#search();
    });
    this.input.addEventListener('input', () => {
      if (this.input.value.trim() === '') this.clear();
    });
    this.input.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.clear();
    });
  }

  clear() {
    this.input.value = '';
    this.found.hidden = true;
    this.found.replaceChildren();
    this.does.changed(false);
  }

  async #search() {
    const query = this.input.value.trim();
    const client = this.does.client();
    if (!query || !client) return;
    try {
      const answer = await this.#page(client, query, 0);
      if (this.input.value.trim() !== query) return;
      this.#show(client, query, answer);
    } catch (error) {
      this.#say(this.does.explain(error), 'error');
    }
  }

  /**
   * @param {Client} client @param {string} q @param {number} from
   * @returns {Promise<{ Total: number, Documents: Hit[] }>}
   */
  async #page(client, q, from) {
    const query = { q, from: String(from), limit: String(AT_ONCE) };
    const call = { service: 'quern', method: 'GET', path: '/_quern/search', query };
    return JSON.parse((await client.call(call)).text);
  }

  /** @param {string} text @param {string} name */
  #say(text, name) {
    this.found.replaceChildren(make('p', { class: name, role: 'status' }, text));
    this.found.hidden = false;
    this.does.changed(true);
  }

  /**
   * @param {Client} client @param {string} query
   * @param {{ Total: number, Documents: Hit[] }} answer
   */
  #show(client, query, answer) {
    const { Total, Documents } = answer;
    const many = Total === 1 ? '1 document' : `${Total} documents`;
    this.#say(Total ? `${many} with “${query}”` : `No document has “${query}”.`, 'small');
    const list = make('ul', { class: 'hits' }, ...Documents.map((hit) => this.#hit(hit)));
    this.found.append(list);
    if (Documents.length < Total) this.#offerMore(client, query, list, Total);
  }

  /**
   * @param {Client} client @param {string} query @param {HTMLElement} list @param {number} total
   */
  #offerMore(client, query, list, total) {
    const more = make('button', { type: 'button', class: 'quiet' }, 'Show more');
    more.addEventListener('click', async () => {
      more.disabled = true;
      const { Documents } = await this.#page(client, query, list.children.length);
      list.append(...Documents.map((hit) => this.#hit(hit)));
      more.disabled = false;
      if (Documents.length === 0 || list.children.length >= total) more.remove();
    });
    this.found.append(more);
  }

  /** @param {Hit} hit */
  #hit(hit) {
    const [, bucket = '', key = hit.Source] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(hit.Source) ?? [];
    const page = hit.Page ?? hit.Fields?.[0]?.Page ?? 1;
    const boxes = [
      ...(hit.Snippet ?? []),
      ...(hit.Fields ?? []).filter((field) => field.Page === page),
    ].flatMap(({ BoundingBox }) => BoundingBox ?? []);
    const address = this.does.address(bucket, key);
    const name = address ? make('a', { href: address }, key) : make('span', {}, hit.Source);
    name.addEventListener('click', () => this.does.open({ key, page, boxes }));
    const snippet = (hit.Snippet ?? []).map(({ Text, BoundingBox }) =>
      BoundingBox ? make('mark', {}, Text) : Text,
    );
    const fields = (hit.Fields ?? []).map(({ Type, Label, Value }) =>
      make('span', { class: 'hit-field' }, `${Label || Type}: `, make('strong', {}, Value)),
    );
    return make(
      'li',
      {},
      make(
        'p',
        { class: 'hit-name' },
        name,
        make('span', { class: 'small' }, ` page ${page} of ${hit.Pages}`),
      ),
      ...(snippet.length ? [make('p', { class: 'hit-text' }, ...snippet)] : []),
      ...(fields.length ? [make('p', { class: 'hit-text' }, ...fields)] : []),
    );
  }
}
