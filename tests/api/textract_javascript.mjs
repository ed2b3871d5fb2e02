// Run by textract_javascript.py, which names the endpoint, an invoice and an order with a table.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

// Packages live beside the build, not beside this file.
const need = createRequire(process.env.QUERN_CLIENTS + '/js/package.json');
const {
  AnalyzeDocumentCommand, AnalyzeExpenseCommand, DetectDocumentTextCommand, GetDocumentAnalysisCommand,
  GetDocumentTextDetectionCommand, GetExpenseAnalysisCommand, StartDocumentAnalysisCommand,
  StartDocumentTextDetectionCommand, StartExpenseAnalysisCommand, TextractClient,
} = need('@aws-sdk/client-textract');
const { ComprehendClient, DetectEntitiesCommand, DetectKeyPhrasesCommand } = need('@aws-sdk/client-comprehend');
const { GetCallerIdentityCommand, STSClient } = need('@aws-sdk/client-sts');
const { CreateBucketCommand, PutObjectCommand, S3Client } = need('@aws-sdk/client-s3');
const { TextractDocument, TextractExpense } = need('amazon-textract-response-parser');

const where = { endpoint: process.env.AWS_ENDPOINT_URL, region: 'us-east-1' };
const textract = new TextractClient(where);
const file = readFileSync(process.argv[2]);
const ofType = (blocks, type) => blocks.filter((b) => b.BlockType === type);

// ---- documents

function checkDocument(reply) {
  const document = new TextractDocument(reply);
  const raw = { lines: ofType(reply.Blocks, 'LINE'), words: ofType(reply.Blocks, 'WORD') };
  const lines = [], words = [];
  assert.equal(document.nPages, reply.DocumentMetadata.Pages);
  for (const page of document.listPages()) {
    assert.equal(page.text, page.listLines().map((l) => l.text).join('\n'));
    for (const line of page.listLines()) {
      lines.push([line.id, line.text, line.confidence]);
      assert.equal(line.text, line.listWords().map((w) => w.text).join(' '));
      for (const word of line.listWords()) {
        words.push([word.id, word.text, word.confidence]);
        assert.ok(word.geometry.boundingBox.width > 0 && word.geometry.polygon.length === 4);
      }
    }
    assert.ok(page.getLineClustersInReadingOrder().flat(2).length > 0);
  }
  assert.deepEqual(lines, raw.lines.map((b) => [b.Id, b.Text, b.Confidence]));
  assert.deepEqual(words.sort(), raw.words.map((b) => [b.Id, b.Text, b.Confidence]).sort());
  return lines.map((l) => l[1]);
}

const detected = await textract.send(new DetectDocumentTextCommand({ Document: { Bytes: file } }));
const text = checkDocument(detected);
assert.ok(text.some((l) => l.includes('35678-9')));

// ---- a job, and its result in pages

const s3 = new S3Client({ ...where, forcePathStyle: true });
await s3.send(new CreateBucketCommand({ Bucket: 'documents' }));
await s3.send(new PutObjectCommand({ Bucket: 'documents', Key: 'invoice.pdf', Body: file }));
const { JobId } = await textract.send(new StartDocumentTextDetectionCommand({
  DocumentLocation: { S3Object: { Bucket: 'documents', Name: 'invoice.pdf' } } }));
const replies = [];
for (let NextToken; ;) {
  const reply = await textract.send(new GetDocumentTextDetectionCommand({ JobId, NextToken, MaxResults: 20 }));
  if (reply.JobStatus === 'IN_PROGRESS') {
    await new Promise((resolve) => setTimeout(resolve, 20));
    continue;
  }
  assert.equal(reply.JobStatus, 'SUCCEEDED');
  replies.push(reply);
  NextToken = reply.NextToken;
  if (!NextToken) break;
}
assert.ok(replies.length > 1);
assert.deepEqual(checkDocument({ ...replies[0], Blocks: replies.flatMap((r) => r.Blocks), NextToken: undefined }), text);
assert.deepEqual(new TextractDocument(replies).listPages().flatMap((p) => p.listLines().map((l) => l.text)), text);

// ---- expenses

const said = await textract.send(new AnalyzeExpenseCommand({ Document: { Bytes: file } }));
const expense = new TextractExpense(said);
const seen = (f) => [f.fieldType.text, f.fieldType.confidence, f.label?.text, f.value?.text, f.value?.confidence];
const told = (f) => [f.Type.Text, f.Type.Confidence, f.LabelDetection?.Text, f.ValueDetection?.Text,
  f.ValueDetection?.Confidence];
assert.equal(expense.nDocs, said.ExpenseDocuments.length);
expense.listDocs().forEach((document, d) => {
  const raw = said.ExpenseDocuments[d];
  assert.equal(document.index, raw.ExpenseIndex);
  assert.deepEqual(document.listSummaryFields().map(seen), raw.SummaryFields.map(told));
  assert.equal(document.nLineItemGroups, raw.LineItemGroups.length);
  document.listLineItemGroups().forEach((group, g) => {
    assert.equal(group.index, raw.LineItemGroups[g].LineItemGroupIndex);
    assert.deepEqual(group.listLineItems().map((i) => i.listFields().map(seen)),
      raw.LineItemGroups[g].LineItems.map((i) => i.LineItemExpenseFields.map(told)));
  });
});
const id = expense.listDocs()[0].listSummaryFields().find((f) => f.fieldType.text === 'INVOICE_RECEIPT_ID');
assert.equal(id.value.text, '35678-9');
assert.ok(id.value.geometry.boundingBox.width > 0);
assert.equal(id.pageNumber, 1);

// ---- tables, forms, layout, answers

const order = readFileSync(process.argv[3]);
const features = {
  FeatureTypes: ['TABLES', 'FORMS', 'LAYOUT', 'QUERIES'],
  QueriesConfig: { Queries: [{ Text: 'What is the name?', Alias: 'NAME' }] },
};

function checkAnalysis(reply) {
  const document = new TextractDocument(reply);
  const page = document.pageNumber(1);
  const table = page.tableAtIndex(0);
  assert.equal(page.nTables, ofType(reply.Blocks, 'TABLE').length);
  assert.deepEqual([table.nRows, table.nColumns], [4, 3]);
  assert.equal(table.cellAt(1, 2).text, 'What was ordered');
  assert.deepEqual(table.listRows({ repeatMultiRowCells: true }).slice(1).map((r) => r.listCells().map((c) => c.text)),
    [['Item', 'Quantity', 'Price'], ['Pump', '2', '45.00'], ['Valve', '1', '12.50']]);
  assert.equal(page.form.getFieldByKey('Name:').value.text, 'Ada Lovelace');
  assert.equal(page.form.nFields, ofType(reply.Blocks, 'KEY_VALUE_SET').length / 2);
  assert.equal(page.queries.getQueryByAlias('NAME').topResult.text, 'Ada Lovelace');
  assert.ok(page.hasLayout);
  const items = page.layout.listItems();
  assert.ok(items.some((i) => i.blockType === 'LAYOUT_TABLE' && i.text.includes('12.50')));
  assert.ok(items.some((i) => i.blockType === 'LAYOUT_TITLE' && i.text.includes('Order 1815')));
  const all = items.flatMap((i) => i.listLayoutChildren ? i.listLayoutChildren() : [i]);
  assert.ok(all.every((i) => i.geometry.boundingBox.height > 0));
  assert.ok(document.html().includes('45.00'));
  return reply.Blocks;
}

const analysed = checkAnalysis(await textract.send(new AnalyzeDocumentCommand({ Document: { Bytes: order }, ...features })));

async function ended(command) {
  for (;;) {
    const reply = await textract.send(command);
    if (reply.JobStatus !== 'IN_PROGRESS') return reply;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

await s3.send(new PutObjectCommand({ Bucket: 'documents', Key: 'order.pdf', Body: order }));
const inBucket = (Name) => ({ DocumentLocation: { S3Object: { Bucket: 'documents', Name } } });
const analysis = await textract.send(new StartDocumentAnalysisCommand({ ...inBucket('order.pdf'), ...features }));
const later = checkAnalysis(await ended(new GetDocumentAnalysisCommand({ JobId: analysis.JobId })));
assert.deepEqual(later.map((b) => b.Id), analysed.map((b) => b.Id));
const spending = await textract.send(new StartExpenseAnalysisCommand(inBucket('invoice.pdf')));
const spent = new TextractExpense(await ended(new GetExpenseAnalysisCommand({ JobId: spending.JobId })));
assert.deepEqual(spent.listDocs()[0].listSummaryFields().map(seen), expense.listDocs()[0].listSummaryFields().map(seen));

// ---- errors have their names

const refused = (command, name) => assert.rejects(textract.send(command), { name });
await refused(new DetectDocumentTextCommand({ Document: {} }), 'InvalidParameterException');
await refused(new DetectDocumentTextCommand({ Document: { Bytes: Buffer.from('PK\x03\x04 no document') } }),
  'UnsupportedDocumentException');
await refused(new GetDocumentTextDetectionCommand({ JobId: '0'.repeat(64) }), 'InvalidJobIdException');

// ---- Comprehend and STS

const comprehend = new ComprehendClient(where);
const Text = 'Ada Smith paid $5 to Acme Ltd on 5 March 2019 for a new pump.', LanguageCode = 'en';
const entities = await comprehend.send(new DetectEntitiesCommand({ Text, LanguageCode }));
const phrases = await comprehend.send(new DetectKeyPhrasesCommand({ Text, LanguageCode }));
for (const found of [...entities.Entities, ...phrases.KeyPhrases])
  assert.equal(Text.slice(found.BeginOffset, found.EndOffset), found.Text);
assert.ok(entities.Entities.some((e) => e.Type === 'DATE' && e.Text.includes('March 2019')));
assert.ok(phrases.KeyPhrases.some((p) => p.Text.includes('pump')));
await assert.rejects(comprehend.send(new DetectEntitiesCommand({ Text: ' ', LanguageCode })),
  { name: 'InvalidRequestException' });

const caller = await new STSClient(where).send(new GetCallerIdentityCommand({}));
assert.match(caller.Account, /^[0-9]{12}$/);
assert.ok(caller.Arn.includes(caller.Account));
console.log('done');
