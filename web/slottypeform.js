// The form of a slot type.

import { make } from './dom.js';
import { areaField, choice, listField, part, textField } from './fields.js';

/** @typedef {import('./models.js').SlotType} SlotType */

/** @type {[string, string][]} */
const STRATEGIES = [
  ['ORIGINAL_VALUE', 'the user’s own words; values are examples'],
  ['TOP_RESOLUTION', 'one of the values; synonyms lead to them'],
];

/** @param {string} text */
const synonymsOf = (text) =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);

/**
 * @param {SlotType} type   changed in place
 * @param {() => void} changed
 * @returns {HTMLElement[]}
 */
export function slotTypeForm(type, changed) {
  const values = type.enumerationValues;
  const pattern = type.slotTypeConfigurations?.[0]?.regexConfiguration?.pattern ?? '';
  return [
    choice(
      'The slot gets',
      type.valueSelectionStrategy ?? 'ORIGINAL_VALUE',
      STRATEGIES,
      (strategy) => {
        type.valueSelectionStrategy = strategy;
        changed();
      },
    ),
    part(
      'Values',
      listField({
        label: 'Values',
        add: 'Add value',
        items: values,
        most: 10000,
        fresh: () => ({ value: '', synonyms: [] }),
        name: (v) => v.value,
        changed,
        draw: (v) =>
          make(
            'div',
            { class: 'pair-row' },
            textField(
              'Value',
              v.value,
              (value) => {
                v.value = value;
                changed();
              },
              { attributes: { maxlength: '140' } },
            ),
            textField('Synonyms, by commas', (v.synonyms ?? []).join(', '), (text) => {
              v.synonyms = synonymsOf(text);
              changed();
            }),
          ),
      }),
    ),
    part(
      'Pattern',
      textField(
        'Regular expression',
        pattern,
        (text) => {
          if (text) {
            type.slotTypeConfigurations = [{ regexConfiguration: { pattern: text } }];
            type.parentSlotTypeSignature = 'AMAZON.AlphaNumeric';
          } else {
            delete type.slotTypeConfigurations;
            delete type.parentSlotTypeSignature;
          }
          changed();
        },
        {
          hint: 'In place of values: what an AMAZON.AlphaNumeric must match, [0-9]{5}-[0-9].',
          attributes: { maxlength: '100' },
        },
      ),
    ),
    areaField(
      'Description',
      type.description ?? '',
      (description) => {
        type.description = description;
        changed();
      },
      { maxlength: '200' },
    ),
  ];
}
