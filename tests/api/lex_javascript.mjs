// The JavaScript SDK against PostText and Comprehend: run by lex.py, which names the endpoint.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

// Packages live beside the build, not beside this file.
const need = createRequire(process.env.QUERN_CLIENTS + '/js/package.json');
const { LexRuntimeServiceClient, PostTextCommand } = need('@aws-sdk/client-lex-runtime-service');
const { ComprehendClient, DetectEntitiesCommand } = need('@aws-sdk/client-comprehend');

const where = { endpoint: process.env.AWS_ENDPOINT_URL, region: 'us-east-1' };
const lex = new LexRuntimeServiceClient(where);
const say = (inputText) =>
  lex.send(new PostTextCommand({ botName: 'ApiBot', botAlias: '$LATEST', userId: 'js', inputText }));

const asked = await say('get me the details');
assert.equal(asked.dialogState, 'ElicitSlot');
assert.equal(asked.slots.Number ?? null, null);
const answer = await say('35678-9');
assert.equal(answer.message, 'FulfillmentCodeHook 35678-9 for js');
await assert.rejects(
  lex.send(new PostTextCommand({ botName: 'NoBot', botAlias: '$LATEST', userId: 'js', inputText: 'x' })),
  { name: 'NotFoundException' });

const comprehend = new ComprehendClient(where);
const found = await comprehend.send(new DetectEntitiesCommand({ Text: 'pay $5 on 5/10/2019', LanguageCode: 'en' }));
assert.deepEqual(found.Entities.map((e) => e.Type), ['QUANTITY', 'DATE']);
console.log('done');
