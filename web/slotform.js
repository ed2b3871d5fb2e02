// The slots of an intent, in its form.

import { make } from './dom.js';
import { cardField } from './cardform.js';
import {
  choice,
  listField,
  messagesField,
  numberField,
  optionalPart,
  textField,
  toggle,
} from './fields.js';
import { LATEST } from './models.js';

/**
 * @typedef {import('./models.js').Slot} Slot
 * @typedef {import('./models.js').Prompt} Prompt
 */

/** @param {string} content @returns {Prompt} */
export const promptOf = (content) => ({
  messages: [{ contentType: 'PlainText', content }],
  maxAttempts: 2,
});

/** @param {string} name @param {number} priority @returns {Slot} */
export const freshSlot = (name, priority) => ({
  name,
  slotConstraint: 'Required',
  slotType: 'AMAZON.AlphaNumeric',
  priority,
  sampleUtterances: [],
  valueElicitationPrompt: promptOf(`What is the ${name.toLowerCase() || 'value'}?`),
});

/**
 * What is asked, how often, and with which card.
 * @param {Prompt} prompt @param {() => void} changed
 */
export const promptFields = (prompt, changed) => [
  messagesField(prompt.messages, changed),
  numberField(
    'Attempts',
    prompt.maxAttempts,
    (maxAttempts) => {
      prompt.maxAttempts = maxAttempts;
      changed();
    },
    { min: 1, max: 5 },
  ),
  cardField(prompt, changed),
];

/**
 * @param {Slot} slot @param {[string, string][]} types @param {() => void} changed
 * @param {() => void} renamed
 */
function slotRow(slot, types, changed, renamed) {
  const summary = make('summary', {});
  const title = () => {
    const asked = slot.slotConstraint === 'Required' ? 'required' : 'optional';
    summary.textContent = `${slot.name || 'New slot'} · ${slot.slotType ?? 'no type'} · ${asked}`;
  };
  const set = (/** @type {Partial<Slot>} */ some) => {
    Object.assign(slot, some);
    title();
    changed();
  };
  title();
  return make(
    'details',
    { class: 'slot', ...(slot.name ? {} : { open: '' }) },
    summary,
    make(
      'div',
      { class: 'columns' },
      textField(
        'Name',
        slot.name,
        (name) => {
          set({ name });
          renamed();
        },
        { pattern: /^([A-Za-z](-|_|.)?)+$/, wrong: 'It begins with a letter.' },
      ),
      choice('Type', slot.slotType ?? '', types, (slotType) => {
        if (slotType.startsWith('AMAZON.')) delete slot.slotTypeVersion;
        else slot.slotTypeVersion = LATEST;
        set({ slotType });
      }),
      numberField('Priority', slot.priority ?? 1, (priority) => set({ priority }), {
        min: 0,
        max: 100,
      }),
    ),
    toggle('Required: the bot asks for it', slot.slotConstraint === 'Required', (required) =>
      set({ slotConstraint: required ? 'Required' : 'Optional' }),
    ),
    optionalPart(
      'Question',
      'what the bot asks for it',
      Boolean(slot.valueElicitationPrompt),
      (there) => {
        const had = Boolean(slot.valueElicitationPrompt);
        if (there)
          slot.valueElicitationPrompt ??= promptOf(
            `What is the ${slot.name.toLowerCase() || 'value'}?`,
          );
        else delete slot.valueElicitationPrompt;
        if (had !== there) changed();
        return slot.valueElicitationPrompt
          ? promptFields(slot.valueElicitationPrompt, changed)
          : [];
      },
    ),
  );
}

/**
 * @param {Slot[]} slots   changed in place
 * @param {[string, string][]} types
 * @param {() => void} changed @param {() => void} renamed   the names differ
 */
export function slotsField(slots, types, changed, renamed) {
  return listField({
    label: 'Slots',
    add: 'Add slot',
    items: slots,
    most: 100,
    fresh: () => freshSlot('', slots.length + 1),
    name: (slot) => slot.name,
    changed: () => {
      changed();
      renamed();
    },
    draw: (slot) => slotRow(slot, types, changed, renamed),
  });
}
