// The JavaScript SDK against sessions and PostContent: run by lex_sessions.py, which names the endpoint.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

// Packages live beside the build, not beside this file.
const need = createRequire(process.env.QUERN_CLIENTS + '/js/package.json');
const { LexRuntimeServiceClient, PostContentCommand, GetSessionCommand, PutSessionCommand, DeleteSessionCommand } =
  need('@aws-sdk/client-lex-runtime-service');

const lex = new LexRuntimeServiceClient({ endpoint: process.env.AWS_ENDPOINT_URL, region: 'us-east-1' });
const who = { botName: 'TeaBot', botAlias: '$LATEST', userId: 'js' };
const text = 'text/plain; charset=utf-8';

const asked = await lex.send(new PostContentCommand({
  ...who, inputStream: 'I want tea', contentType: text, accept: text, sessionAttributes: JSON.stringify({ who: 'Ada' }) }));
assert.equal(asked.dialogState, 'ElicitSlot');
assert.deepEqual(JSON.parse(asked.slots), { Cups: null, Milk: null });
assert.deepEqual(JSON.parse(asked.sessionAttributes), { who: 'Ada' });
assert.equal(Buffer.from(asked.encodedMessage, 'base64').toString(), 'How many cups?');
assert.equal(Buffer.from(asked.encodedInputTranscript, 'base64').toString(), 'I want tea');

const session = await lex.send(new GetSessionCommand(who));
assert.equal(session.sessionId, asked.sessionId);
assert.equal(session.recentIntentSummaryView[0].intentName, 'Order');

const put = await lex.send(new PutSessionCommand({
  ...who, accept: text, dialogAction: { type: 'ConfirmIntent', intentName: 'Order', slots: { Cups: '4' } } }));
assert.equal(put.dialogState, 'ConfirmIntent');
assert.equal(put.message, '4 cups?');

await assert.rejects(lex.send(new PutSessionCommand({
  ...who, dialogAction: { type: 'ConfirmIntent', intentName: 'Nope' } })), { name: 'BadRequestException' });
assert.equal((await lex.send(new DeleteSessionCommand(who))).sessionId, asked.sessionId);
await assert.rejects(lex.send(new GetSessionCommand(who)), { name: 'NotFoundException' });
console.log('done');
