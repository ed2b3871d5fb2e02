// What a bot offers beside its words: response cards, and answers to press.

import { button, make } from './dom.js';

/**
 * @typedef {import('./lex.js').Attachment} Attachment
 * @typedef {import('./lex.js').CardButton} CardButton
 * @typedef {import('./lex.js').Reply} Reply
 * @typedef {(shown: string, said: string) => void} Pick
 */

const YES_OR_NO = [
  { text: 'Yes', value: 'yes' },
  { text: 'No', value: 'no' },
];

/** A web address, or null: nothing else may be followed. @param {string} [text] */
function webAddress(text) {
  try {
    const url = new URL(text ?? '', location.href);
    return text && /^https?:$/.test(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

/** @param {URL} url @param {string} label */
const link = (url, label) =>
  make('a', { href: url.href, target: '_blank', rel: 'noopener noreferrer' }, label);

// A picture from elsewhere would tell its server who reads this, so it is only linked.
/** @param {Attachment} attachment */
function picture({ imageUrl, title }) {
  const url = webAddress(imageUrl);
  const ours = url?.origin === location.origin;
  return {
    shown: url && ours ? [make('img', { src: url.href, alt: title ?? '', loading: 'lazy' })] : [],
    linked: url && !ours ? [link(url, `Picture on ${url.host}`)] : [],
  };
}

/** @param {Attachment} attachment @param {Pick} pick */
function attachmentElement(attachment, pick) {
  const { title, subTitle, attachmentLinkUrl, buttons = [] } = attachment;
  const url = webAddress(attachmentLinkUrl);
  const image = picture(attachment);
  const words = [
    ...(title ? [make('h3', {}, url ? link(url, title) : title)] : []),
    ...(subTitle ? [make('p', { class: 'small' }, subTitle)] : []),
    ...(url && !title ? [link(url, url.host)] : []),
  ];
  return make(
    'li',
    { class: 'reply-card' },
    ...image.shown,
    ...words,
    ...image.linked,
    ...(buttons.length ? [choices(buttons, pick)] : []),
  );
}

/** @param {CardButton[]} offered @param {Pick} pick */
const choices = (offered, pick) =>
  make(
    'div',
    { class: 'choices', role: 'group', 'aria-label': 'Answers' },
    ...offered.map(({ text, value }) => button(text, () => pick(text, value))),
  );

/**
 * What may be pressed or looked at below a reply; nothing for most.
 * @param {Reply} reply @param {Pick} pick
 * @returns {HTMLElement[]}
 */
export function offersOf(reply, pick) {
  const attachments = reply.responseCard?.genericAttachments ?? [];
  if (attachments.length) {
    const only = attachments.length === 1 ? attachments[0] : null;
    const bare = only && !only.title && !only.subTitle && !only.imageUrl && !only.attachmentLinkUrl;
    if (bare) return only.buttons?.length ? [choices(only.buttons, pick)] : [];
    const cards = attachments.map((attachment) => attachmentElement(attachment, pick));
    return [make('ul', { class: 'reply-cards', 'aria-label': 'Cards' }, ...cards)];
  }
  return reply.dialogState === 'ConfirmIntent' ? [choices(YES_OR_NO, pick)] : [];
}

/** An offer that was not taken is over. @param {HTMLElement} within */
export function closeOffers(within) {
  for (const one of within.querySelectorAll('.choices button')) {
    /** @type {HTMLButtonElement} */ (one).disabled = true;
  }
}
