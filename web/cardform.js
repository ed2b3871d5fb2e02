// A response card in a form. The API holds it as JSON in a string.

import { make } from './dom.js';
import { listField, optionalPart, textField } from './fields.js';

/**
 * @typedef {import('./lex.js').Attachment} Attachment
 * @typedef {{ version?: number | string, contentType?: string, genericAttachments: Attachment[] }} Card
 */

const GENERIC = 'application/vnd.amazonaws.card.generic';

/** @param {string | undefined} text @returns {Card} */
function read(text) {
  try {
    const card = JSON.parse(text ?? '');
    if (Array.isArray(card?.genericAttachments)) return card;
  } catch {
    // what cannot be read is replaced once something is entered
  }
  return { version: 1, contentType: GENERIC, genericAttachments: [{}] };
}

/** @param {Attachment} attachment @param {() => void} changed */
function attachmentForm(attachment, changed) {
  const buttons = (attachment.buttons ??= []);
  const set = (/** @type {keyof Attachment} */ name, /** @type {string} */ value) => {
    if (value) Object.assign(attachment, { [name]: value });
    else delete attachment[name];
    changed();
  };
  const field = (
    /** @type {string} */ label,
    /** @type {'title' | 'subTitle' | 'imageUrl' | 'attachmentLinkUrl'} */ name,
    /** @type {string} */ most,
  ) =>
    textField(label, attachment[name] ?? '', (value) => set(name, value), {
      attributes: { maxlength: most },
    });
  return make(
    'div',
    { class: 'card-form' },
    field('Title', 'title', '80'),
    field('Subtitle', 'subTitle', '80'),
    field('Image address', 'imageUrl', '2048'),
    field('Link', 'attachmentLinkUrl', '2048'),
    listField({
      label: 'Buttons',
      add: 'Add button',
      items: buttons,
      most: 5,
      fresh: () => ({ text: '', value: '' }),
      name: (b) => b.text,
      changed,
      draw: (b) => {
        const put = (/** @type {Partial<typeof b>} */ some) => {
          Object.assign(b, some);
          changed();
        };
        return make(
          'div',
          { class: 'pair-row' },
          textField('Button', b.text, (text) => put({ text }), { attributes: { maxlength: '15' } }),
          textField('Says', b.value, (value) => put({ value }), {
            attributes: { maxlength: '1000' },
          }),
        );
      },
    }),
  );
}

/**
 * @param {{ responseCard?: string }} holder   a prompt or statement, changed in place
 * @param {() => void} changed
 */
export function cardField(holder, changed) {
  return optionalPart('Response card', '', Boolean(holder.responseCard), (there) => {
    if (!there) {
      if (holder.responseCard) {
        delete holder.responseCard;
        changed();
      }
      return [];
    }
    const card = read(holder.responseCard);
    const write = () => {
      holder.responseCard = JSON.stringify(card, (key, value) =>
        key === 'buttons' && value.length === 0 ? undefined : value,
      );
      changed();
    };
    return [
      listField({
        label: 'Cards',
        add: 'Add card',
        items: card.genericAttachments,
        most: 10,
        fresh: () => /** @type {Attachment} */ ({}),
        name: (a) => a.title ?? '',
        changed: write,
        draw: (attachment) => attachmentForm(attachment, write),
      }),
    ];
  });
}
