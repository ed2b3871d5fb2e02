// Sample utterances: one a line, with the slots in them marked.

import { button, make } from './dom.js';
import { freshId } from './fields.js';
import { MarkedText } from './marked.js';

const SLOT = /\{([^{}]*)\}/g;
const MOST_WRONG = 5; // named; more are counted

/** The slots that lines name. @param {string[]} lines */
export const slotsNamed = (lines) => [
  ...new Set(lines.flatMap((line) => Array.from(line.matchAll(SLOT), ([, name]) => name))),
];

/**
 * @param {string} text @param {Set<string>} known
 * @returns {import('./marked.js').Mark[]}
 */
function marksOf(text, known) {
  return Array.from(text.matchAll(SLOT), (found) => ({
    start: found.index,
    end: found.index + found[0].length,
    kind: known.has(found[1]) ? 'slot' : 'slot-unknown',
  }));
}

/** What is wrong with the lines. @param {string[]} lines */
function troubles(lines) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  /** @type {string[]} */
  const wrong = [];
  lines.forEach((line, at) => {
    const plain = line.trim().toLowerCase();
    if (!plain) return;
    const first = seen.get(plain);
    if (first !== undefined) wrong.push(`Line ${at + 1} repeats line ${first + 1}.`);
    else seen.set(plain, at);
    if (line.trim().length > 200) wrong.push(`Line ${at + 1} has more than 200 characters.`);
  });
  const more = wrong.length - MOST_WRONG;
  return more > 0 ? [...wrong.slice(0, MOST_WRONG), `And ${more} more.`] : wrong;
}

/**
 * @param {object} field
 * @param {string} field.label
 * @param {string[]} field.lines                  those to start with
 * @param {() => string[]} field.slots            that may be named
 * @param {(lines: string[]) => void} field.write
 * @param {(name: string) => void} [field.add]    make a slot of that name
 */
export function utterancesField({ label, lines, slots, write, add }) {
  const id = freshId();
  const shown = new MarkedText({ id, rows: '8', 'aria-describedby': `${id}-notes` });
  const notes = make('div', { id: `${id}-notes`, class: 'notes', role: 'status' });
  const check = () => {
    const now = shown.text.split('\n');
    const known = new Set(slots());
    shown.mark(marksOf(shown.text, known));
    const unknown = slotsNamed(now).filter((name) => !known.has(name));
    notes.replaceChildren(
      ...unknown.map((name) =>
        make(
          'p',
          { class: 'error' },
          `{${name}} is no slot of this intent. `,
          ...(add && /^([A-Za-z](-|_|.)?)+$/.test(name)
            ? [button(`Add slot ${name}`, () => add(name))]
            : []),
        ),
      ),
      ...troubles(now).map((text) => make('p', { class: 'error' }, text)),
    );
  };
  shown.text = lines.join('\n');
  shown.box.addEventListener('input', () => {
    write(
      shown.text
        .split('\n')
        .map((l) => l.trim())
        .filter(Boolean),
    );
    check();
  });
  check();
  const element = make(
    'div',
    { class: 'field' },
    make('label', { for: id }, label),
    shown.element,
    notes,
  );
  return { element, check };
}
