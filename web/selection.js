// Which item is pointed at, and which is chosen: what ties a field to its box.

/**
 * @typedef {import('./blocks.js').Item} Item
 * @typedef {'page' | 'panel'} Side     where it came from
 */

export class Selection extends EventTarget {
  constructor() {
    super();
    /** @type {string | null} */
    this.over = null;
    /** @type {string | null} */
    this.chosen = null;
    /** @type {Side} */
    this.from = 'panel';
  }

  /** The pointer or the focus is on it, or on none. @param {string | null} id @param {Side} from */
  point(id, from) {
    if (this.over === id) return;
    this.over = id;
    this.from = from;
    this.dispatchEvent(new Event('over'));
  }

  /** @param {string | null} id @param {Side} from */
  choose(id, from) {
    this.chosen = id;
    this.from = from;
    this.dispatchEvent(new Event('chosen'));
  }
}
