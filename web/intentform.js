// The form of an intent.

import { make } from './dom.js';
import {
  areaField,
  choice,
  listField,
  messagesField,
  numberField,
  optionalPart,
  part,
  textField,
} from './fields.js';
import { freshSlot, promptFields, promptOf, slotsField } from './slotform.js';
import { utterancesField } from './utterances.js';
import { cardField } from './cardform.js';

/**
 * @typedef {import('./models.js').Intent} Intent
 * @typedef {import('./models.js').Statement} Statement
 * @typedef {import('./models.js').CodeHook} CodeHook
 *
 * @typedef {object} Known
 * @property {[string, string][]} slotTypes   name, what is shown
 */

const CONTEXT_NAME = /^([A-Za-z]_?)+$/;
const CONTEXT_WRONG = 'Letters, with single underscores between them.';
const FUNCTION = /^arn:aws:lambda:[a-z0-9-]+:\d{12}:function:([^:/]+)/;

/** A function's name as the API wants it. @param {string} name */
const functionArn = (name) =>
  name.startsWith('arn:') ? name : `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
/** @param {string} [uri] */
const functionName = (uri = '') => FUNCTION.exec(uri)?.[1] ?? uri;

/** @returns {Statement} */
const freshStatement = () => ({ messages: [{ contentType: 'PlainText', content: '' }] });

/**
 * @template {keyof Intent} K
 * @param {Intent} intent @param {K} name @param {boolean} there @param {() => Intent[K]} fresh
 * @returns {NonNullable<Intent[K]> | null}
 */
function present(intent, name, there, fresh) {
  if (!there) delete intent[name];
  else intent[name] ??= fresh();
  return intent[name] ?? null;
}

/** @param {Statement} statement @param {() => void} changed */
const statementFields = (statement, changed) => [
  messagesField(statement.messages, changed),
  cardField(statement, changed),
];

/** @param {Intent} intent @param {() => void} changed */
function confirmation(intent, changed) {
  return optionalPart(
    'Confirmation',
    'asked before the intent is fulfilled',
    Boolean(intent.confirmationPrompt),
    (there) => {
      const had = Boolean(intent.confirmationPrompt);
      const prompt = present(intent, 'confirmationPrompt', there, () => promptOf('Shall I go on?'));
      const no = present(intent, 'rejectionStatement', there, freshStatement);
      if (had !== there) changed();
      if (!prompt || !no) return [];
      return [
        ...promptFields(prompt, changed),
        make('h4', {}, 'When it is declined'),
        ...statementFields(no, changed),
      ];
    },
  );
}

/** @param {Intent} intent @param {() => void} changed */
function ending(intent, changed) {
  return optionalPart(
    'Conclusion',
    'said once it is fulfilled',
    Boolean(intent.conclusionStatement),
    (there) => {
      const had = Boolean(intent.conclusionStatement);
      const said = present(intent, 'conclusionStatement', there, freshStatement);
      if (said) delete intent.followUpPrompt;
      if (had !== there) changed();
      return said ? statementFields(said, changed) : [];
    },
  );
}

/** @param {Intent} intent @param {() => void} changed */
function followUp(intent, changed) {
  return optionalPart(
    'Follow-up',
    'asked once it is fulfilled, in place of a conclusion',
    Boolean(intent.followUpPrompt),
    (there) => {
      const had = Boolean(intent.followUpPrompt);
      const asked = present(intent, 'followUpPrompt', there, () => ({
        prompt: promptOf('Anything else?'),
        rejectionStatement: freshStatement(),
      }));
      if (asked) delete intent.conclusionStatement;
      if (had !== there) changed();
      if (!asked) return [];
      return [
        ...promptFields(asked.prompt, changed),
        make('h4', {}, 'When it is declined'),
        ...statementFields(asked.rejectionStatement, changed),
      ];
    },
  );
}

/** @param {Intent} intent @param {() => void} changed */
function hooks(intent, changed) {
  const activity = intent.fulfillmentActivity ?? { type: 'ReturnIntent' };
  const hook = make('div', {});
  const draw = () =>
    hook.replaceChildren(
      ...(activity.type === 'CodeHook'
        ? [
            textField('Function', functionName(activity.codeHook?.uri), (name) => {
              activity.codeHook = { uri: functionArn(name), messageVersion: '1.0' };
              changed();
            }),
          ]
        : []),
    );
  draw();
  const dialog = textField(
    'Function at every turn',
    functionName(intent.dialogCodeHook?.uri),
    (name) => {
      if (name) intent.dialogCodeHook = { uri: functionArn(name), messageVersion: '1.0' };
      else delete intent.dialogCodeHook;
      changed();
    },
    { hint: 'The name of a function that was added to this server, or its ARN; empty for none.' },
  );
  return part(
    'Fulfilment',
    choice(
      'Fulfilled by',
      activity.type,
      [
        ['ReturnIntent', 'the client, which gets the slots'],
        ['CodeHook', 'a function'],
      ],
      (type) => {
        activity.type = type;
        intent.fulfillmentActivity = activity;
        if (type === 'ReturnIntent') delete activity.codeHook;
        draw();
        changed();
      },
    ),
    hook,
    dialog,
  );
}

/** @param {Intent} intent @param {() => void} changed */
function contexts(intent, changed) {
  const wanted = intent.inputContexts ?? [];
  const set = intent.outputContexts ?? [];
  return part(
    'Contexts',
    make('h4', {}, 'Only when active'),
    listField({
      label: 'Input contexts',
      add: 'Add input context',
      items: wanted,
      most: 5,
      fresh: () => ({ name: '' }),
      name: (c) => c.name,
      changed,
      draw: (c) =>
        textField(
          'Context',
          c.name,
          (name) => {
            c.name = name;
            changed();
          },
          { pattern: CONTEXT_NAME, wrong: CONTEXT_WRONG },
        ),
    }),
    make('h4', {}, 'Activated when it is fulfilled'),
    listField({
      label: 'Output contexts',
      add: 'Add output context',
      items: set,
      most: 10,
      fresh: () => ({ name: '', timeToLiveInSeconds: 90, turnsToLive: 5 }),
      name: (c) => c.name,
      changed,
      draw: (c) => {
        const put = (/** @type {Partial<typeof c>} */ some) => {
          Object.assign(c, some);
          changed();
        };
        return make(
          'div',
          { class: 'columns' },
          textField('Context', c.name, (name) => put({ name }), {
            pattern: CONTEXT_NAME,
            wrong: CONTEXT_WRONG,
          }),
          numberField('Turns', c.turnsToLive, (turnsToLive) => put({ turnsToLive }), {
            min: 1,
            max: 20,
          }),
          numberField(
            'Seconds',
            c.timeToLiveInSeconds,
            (timeToLiveInSeconds) => put({ timeToLiveInSeconds }),
            { min: 5, max: 86400 },
          ),
        );
      },
    }),
  );
}

/**
 * @param {Intent} intent   changed in place
 * @param {Known} known @param {() => void} changed
 * @returns {HTMLElement[]}
 */
export function intentForm(intent, known, changed) {
  const slotsPart = make('div', {});
  const drawSlots = () =>
    slotsPart.replaceChildren(
      slotsField(intent.slots, known.slotTypes, changed, () => said.check()),
    );
  const said = utterancesField({
    label: 'Utterances, one a line; a slot in braces: {City}',
    lines: intent.sampleUtterances,
    slots: () => intent.slots.map((slot) => slot.name),
    write: (lines) => {
      intent.sampleUtterances = lines;
      changed();
    },
    add: (name) => {
      intent.slots.push(freshSlot(name, intent.slots.length + 1));
      changed();
      drawSlots();
      said.check();
    },
  });
  drawSlots();
  const builtin = intent.parentIntentSignature;
  return [
    ...(builtin ? [make('p', { class: 'small' }, `Built in: ${builtin}`)] : [said.element]),
    ...(builtin ? [] : [part('Slots', slotsPart)]),
    confirmation(intent, changed),
    hooks(intent, changed),
    ending(intent, changed),
    followUp(intent, changed),
    contexts(intent, changed),
    areaField(
      'Description',
      intent.description ?? '',
      (description) => {
        intent.description = description;
        changed();
      },
      { maxlength: '200' },
    ),
  ];
}
