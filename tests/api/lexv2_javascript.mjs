// The JavaScript SDK against Lex V2's runtime: run by lexv2.py, which names the endpoint and the bot.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { gunzipSync, gzipSync } from 'node:zlib';

// Packages live beside the build, not beside this file.
const need = createRequire(process.env.QUERN_CLIENTS + '/js/package.json');
const {
  LexRuntimeV2Client, RecognizeTextCommand, GetSessionCommand, PutSessionCommand, DeleteSessionCommand,
  RecognizeUtteranceCommand,
} = need('@aws-sdk/client-lex-runtime-v2');

// In Node the SDK would speak HTTP/2 to this API; in browsers it speaks HTTP/1.1 as here.
const { NodeHttpHandler } = need('@smithy/node-http-handler');
const lex = new LexRuntimeV2Client({
  requestHandler: new NodeHttpHandler(), endpoint: process.env.AWS_ENDPOINT_URL, region: 'us-east-1',
});
const who = { botId: process.argv[2], botAliasId: 'TSTALIASID', localeId: 'en_US', sessionId: 'js' };
const unpacked = (text) => JSON.parse(gunzipSync(Buffer.from(text, 'base64')));
const packed = (value) => gzipSync(JSON.stringify(value)).toString('base64');

// As aws-lex-web-ui begins: a session with nothing but the wish for an intent.
await lex.send(new PutSessionCommand({ ...who, sessionState: { dialogAction: { type: 'ElicitIntent' } } }));
const asked = await lex.send(new RecognizeTextCommand({
  ...who, text: 'I want new windows', sessionState: { sessionAttributes: { page: 'home' } } }));
assert.equal(asked.sessionState.dialogAction.slotToElicit, 'WindowSize');
assert.equal(asked.sessionState.intent.state, 'InProgress');
assert.equal(asked.messages.at(-1).content, 'Which one?');
const session = await lex.send(new GetSessionCommand(who));
assert.deepEqual(session.sessionState.sessionAttributes, { page: 'home' });
const spoken = await lex.send(new RecognizeUtteranceCommand({
  ...who, requestContentType: 'text/plain; charset=utf-8', responseContentType: 'text/plain; charset=utf-8',
  requestAttributes: packed({ a: 'b' }), inputStream: 'big' }));
assert.equal(unpacked(spoken.messages)[0].content, 'Order large windows?');
assert.equal(unpacked(spoken.sessionState).dialogAction.type, 'ConfirmIntent');
await lex.send(new DeleteSessionCommand(who));
await assert.rejects(lex.send(new GetSessionCommand(who)), { name: 'ResourceNotFoundException' });
console.log('done');
