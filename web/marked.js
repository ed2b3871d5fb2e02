// A text to type in, with parts of it marked: the text is the box's own, the
// marks lie behind it, so that typing, selecting and undo stay the browser's.

import { make } from './dom.js';

/**
 * @typedef {object} Mark
 * @property {number} start   in UTF-16 units, as strings count
 * @property {number} end
 * @property {string} kind    a class of the page's style
 */

export class MarkedText {
  /** @param {Record<string, string>} attributes   of the box */
  constructor(attributes) {
    this.box = make('textarea', { spellcheck: 'false', ...attributes });
    this.behind = make('div', { class: 'behind-text', 'aria-hidden': 'true' });
    this.element = make('div', { class: 'marked-text' }, this.behind, this.box);
    this.box.addEventListener('input', () => this.mark([]));
  }

  get text() {
    return this.box.value;
  }

  set text(text) {
    this.box.value = text;
    this.mark([]);
  }

  /** Parts that lie in an earlier one are left out. @param {Mark[]} marks */
  mark(marks) {
    const text = this.box.value;
    /** @type {(Node | string)[]} */
    const parts = [];
    let at = 0;
    for (const { start, end, kind } of [...marks].sort((a, b) => a.start - b.start)) {
      if (start < at || end <= start || end > text.length) continue;
      parts.push(text.slice(at, start), make('mark', { class: kind }, text.slice(start, end)));
      at = end;
    }
    // A line end at the very end would take no room of its own.
    this.behind.replaceChildren(...parts, text.slice(at) + '\n');
  }
}
