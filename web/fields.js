// What the editor's forms are made of. Each field writes into the object it was
// made for and says so.

import { button, icon, make } from './dom.js';

/**
 * @typedef {import('./models.js').Message} Message
 * @typedef {import('./models.js').Statement} Statement
 *
 * @typedef {object} Kind
 * @property {string} [hint]
 * @property {RegExp} [pattern]     of a good value
 * @property {string} [wrong]       said of another
 * @property {Record<string, string>} [attributes]
 */

const CROSS = 'M6 6l12 12M18 6L6 18';
let count = 0;

/** An id that no other element has. */
export const freshId = () => `f${++count}`;

/**
 * A label over a control.
 * @param {string} label @param {HTMLElement} control @param {...Node} below
 */
export function labelled(label, control, ...below) {
  control.id ||= freshId();
  return make(
    'div',
    { class: 'field' },
    make('label', { for: control.id }, label),
    control,
    ...below,
  );
}

/**
 * @param {string} label @param {string} value @param {(value: string) => void} write
 * @param {Kind} [kind]
 */
export function textField(label, value, write, kind = {}) {
  const input = make('input', { autocomplete: 'off', spellcheck: 'false', ...kind.attributes });
  const error = make('p', { class: 'error', hidden: '' });
  const field = labelled(label, input, ...(kind.hint ? [hint(kind.hint)] : []), error);
  input.value = value;
  input.addEventListener('input', () => {
    const good = !kind.pattern || kind.pattern.test(input.value.trim());
    error.textContent = good ? '' : (kind.wrong ?? '');
    error.hidden = good;
    input.toggleAttribute('aria-invalid', !good);
    write(input.value.trim());
  });
  return field;
}

/** @param {string} text */
export const hint = (text) => make('p', { class: 'small' }, text);

/**
 * @param {string} label @param {string} value @param {(value: string) => void} write
 * @param {Record<string, string>} [attributes]
 */
export function areaField(label, value, write, attributes = {}) {
  const area = make('textarea', { rows: '2', ...attributes });
  area.value = value;
  area.addEventListener('input', () => write(area.value));
  return labelled(label, area);
}

/**
 * @param {string} label @param {string} value @param {[string, string][]} options   value, what is shown
 * @param {(value: string) => void} write
 */
export function choice(label, value, options, write) {
  const select = make('select', {});
  const known = options.some(([name]) => name === value);
  for (const [name, shown] of known ? options : [...options, [value, value]])
    select.append(make('option', { value: name }, shown));
  select.value = value;
  select.addEventListener('change', () => write(select.value));
  return labelled(label, select);
}

/** @param {string} label @param {boolean} value @param {(value: boolean) => void} write */
export function toggle(label, value, write) {
  const box = make('input', { type: 'checkbox', id: freshId() });
  box.checked = value;
  box.addEventListener('change', () => write(box.checked));
  return make('div', { class: 'check-field' }, box, make('label', { for: box.id }, label));
}

/**
 * @param {string} label @param {number | undefined} value @param {(value: number) => void} write
 * @param {{ min: number, max: number, step?: number }} range
 */
export function numberField(label, value, write, { min, max, step = 1 }) {
  const attributes = { type: 'number', min: String(min), max: String(max), step: String(step) };
  const input = make('input', attributes);
  input.value = value === undefined ? '' : String(value);
  input.addEventListener('input', () => {
    const good = input.value !== '' && input.validity.valid;
    input.toggleAttribute('aria-invalid', !good);
    if (good) write(Number(input.value));
  });
  return labelled(label, input);
}

/** A small round button without words. @param {string} label @param {() => void} click */
export function crossButton(label, click) {
  const one = make('button', { type: 'button', class: 'round quiet small-round', title: label });
  one.setAttribute('aria-label', label);
  one.append(icon(CROSS));
  one.addEventListener('click', click);
  return one;
}

/**
 * Items under each other, each with its cross, and a button that adds one.
 * @template T
 * @param {object} list
 * @param {string} list.label
 * @param {string} list.add            on the button
 * @param {T[]} list.items             changed in place
 * @param {number} list.most
 * @param {() => T} list.fresh
 * @param {(item: T, at: number) => HTMLElement} list.draw
 * @param {(item: T) => string} list.name   for the cross
 * @param {() => void} list.changed
 */
export function listField({ label, add, items, most, fresh, draw, name, changed }) {
  const rows = make('ul', { class: 'list-rows', 'aria-label': label });
  const more = button(add, () => {
    items.push(fresh());
    render();
    changed();
    const last = rows.lastElementChild?.querySelector('input, textarea, select');
    if (last instanceof HTMLElement) last.focus();
  });
  const render = () => {
    rows.replaceChildren(
      ...items.map((item, at) => {
        const cross = crossButton(`Remove ${name(item) || `${label} ${at + 1}`}`, () => {
          items.splice(at, 1);
          render();
          changed();
          more.focus();
        });
        return make('li', { class: 'list-row' }, draw(item, at), cross);
      }),
    );
    more.disabled = items.length >= most;
  };
  render();
  return make('div', { class: 'list-field' }, rows, more);
}

/** @type {[string, string][]} */
const CONTENT = [
  ['PlainText', 'Text'],
  ['SSML', 'SSML'],
  ['CustomPayload', 'Custom payload'],
];

/**
 * What the bot may say: one message of each group, chosen by it.
 * @param {Message[]} messages   changed in place
 * @param {() => void} changed
 */
export function messagesField(messages, changed) {
  return listField({
    label: 'Messages',
    add: 'Add message',
    items: messages,
    most: 15,
    fresh: () => /** @type {Message} */ ({ contentType: 'PlainText', content: '' }),
    name: (m) => m.content.slice(0, 40),
    changed,
    draw: (message) => {
      const set = (/** @type {Partial<Message>} */ part) => {
        Object.assign(message, part);
        changed();
      };
      return make(
        'div',
        { class: 'message-row' },
        areaField('Message', message.content, (content) => set({ content }), { maxlength: '1000' }),
        choice('Kind', message.contentType, CONTENT, (contentType) => set({ contentType })),
        numberField('Group', message.groupNumber ?? 1, (groupNumber) => set({ groupNumber }), {
          min: 1,
          max: 5,
        }),
      );
    },
  });
}

/**
 * A part that may be there or not, folded away when it is not.
 * @param {string} title @param {string} about @param {boolean} there
 * @param {(there: boolean) => HTMLElement[]} draw   fills it; called when it is switched
 */
export function optionalPart(title, about, there, draw) {
  const body = make('div', { class: 'part-body' });
  const box = make('input', { type: 'checkbox', id: freshId() });
  const fill = () => body.replaceChildren(...draw(box.checked));
  box.checked = there;
  box.addEventListener('change', fill);
  fill();
  return make(
    'section',
    { class: 'part' },
    make(
      'div',
      { class: 'check-field' },
      box,
      make('label', { for: box.id }, title),
      make('span', { class: 'small' }, about),
    ),
    body,
  );
}

/** @param {string} title @param {...Node} parts */
export const part = (title, ...parts) =>
  make('section', { class: 'part' }, make('h3', {}, title), ...parts);
