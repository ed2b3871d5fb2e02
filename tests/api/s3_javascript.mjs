// The JavaScript SDK against S3: run by s3_javascript.py, which names the endpoint.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { createRequire } from 'node:module';

// Packages live beside the build, not beside this file.
const need = createRequire(process.env.QUERN_CLIENTS + '/js/package.json');
const s3sdk = need('@aws-sdk/client-s3');
const { Upload } = need('@aws-sdk/lib-storage');
const { getSignedUrl } = need('@aws-sdk/s3-request-presigner');
const { STSClient, GetCallerIdentityCommand } = need('@aws-sdk/client-sts');

const where = { endpoint: process.env.AWS_ENDPOINT_URL, region: 'us-east-1', forcePathStyle: true };
const s3 = new s3sdk.S3Client(where);
const call = (name, input) => s3.send(new s3sdk[`${name}Command`](input));
const read = async (Key) => Buffer.from(await (await call('GetObject', { Bucket, Key })).Body.transformToByteArray());
const Bucket = 'javascript';

await call('CreateBucket', { Bucket });
for (const [Key, Body] of [['text', 'hello'], ['empty', ''], ['ключ +%', randomBytes(70000)]]) {
  const put = await call('PutObject', { Bucket, Key, Body, Metadata: { From: 'JS' } });
  assert.equal(put.ETag, `"${createHash('md5').update(Body).digest('hex')}"`);
  assert.ok(put.ChecksumCRC32);
  assert.deepEqual(await read(Key), Buffer.from(Body));
  assert.deepEqual((await call('HeadObject', { Bucket, Key })).Metadata, { from: 'JS' });
}

// A stream of unknown length goes as aws-chunked with a trailer.
const streamed = randomBytes((12 << 20) + 3);
const pieces = () => Readable.from((function* () {
  for (let at = 0; at < streamed.length; at += 100001) yield streamed.subarray(at, at + 100001);
})());
const upload = new Upload({ client: s3, params: { Bucket, Key: 'streamed', Body: pieces() },
                            partSize: 5 << 20, queueSize: 3 });
assert.match((await upload.done()).ETag, /-3"$/);
assert.deepEqual(await read('streamed'), streamed);
await call('PutObject', { Bucket, Key: 'one stream', Body: pieces(), ContentLength: streamed.length });
assert.deepEqual(await read('one stream'), streamed);

await call('CopyObject', { Bucket, Key: 'copy', CopySource: `${Bucket}/${encodeURIComponent('ключ +%')}` });
const listed = await call('ListObjectsV2', { Bucket, EncodingType: 'url' });
assert.equal(listed.KeyCount, 6);
assert.equal((await call('ListObjectsV2', { Bucket })).Contents.at(-1).Key, 'ключ +%');

const url = await getSignedUrl(s3, new s3sdk.GetObjectCommand({ Bucket, Key: 'text' }), { expiresIn: 60 });
assert.equal(await (await fetch(url)).text(), 'hello');

await assert.rejects(call('GetObject', { Bucket, Key: 'absent' }), { name: 'NoSuchKey' });
await assert.rejects(call('HeadObject', { Bucket, Key: 'absent' }), { name: 'NotFound' });
await assert.rejects(call('ListObjectsV2', { Bucket: 'absent' }), { name: 'NoSuchBucket' });
await assert.rejects(call('PutObject', { Bucket, Key: 'text', Body: 'x', IfNoneMatch: '*' }),
                     { name: 'PreconditionFailed' });

assert.match((await new STSClient(where).send(new GetCallerIdentityCommand({}))).Arn, /:root$/);
const gone = await call('DeleteObjects', { Bucket, Delete: { Objects: (await call('ListObjects', { Bucket }))
  .Contents.map(({ Key }) => ({ Key })) } });
assert.equal(gone.Deleted.length, 6);
await call('DeleteBucket', { Bucket });
console.log('done');
