"""Objects: what is put comes back, whole or in part, under every condition."""
import base64
import datetime
import hashlib
import http.client
import os
import threading
import zlib

from botocore.config import Config
from botocore.exceptions import ClientError

from harness import Suite, main

KEYS = ('plain', 'with space', 'plus+plus', 'percent%20 %zz', 'a/../b', '../../etc/passwd', '/lead', '//two',
        'tail/', '.', '..', 'q?a=b&c#d', "quote'\"<>&", 'été', '日本語/テキスト', '\U0001f600', 'back\\slash',
        'k' * 1024, 'é' * 512, 'tab\tin', '*', '~', 'a=b;c:d@e$f,g!h(i)')


def error_of(call, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        return e.response['Error']['Code'], e.response['ResponseMetadata']['HTTPStatusCode']
    return None


class Objects(Suite):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        from harness import boto3_client
        cls.s3 = boto3_client(cls.server, 's3')
        cls.s3.create_bucket(Bucket='bucket')
        cls.s3.create_bucket(Bucket='other')

    def put(self, key, body=b'', **more):
        return self.s3.put_object(Bucket='bucket', Key=key, Body=body, **more)

    def get(self, key, **more):
        return self.s3.get_object(Bucket='bucket', Key=key, **more)

    def test_put_get_delete(self):
        body = os.urandom(300000)
        put = self.put('k', body)
        self.assertEqual(put['ETag'], f'"{hashlib.md5(body).hexdigest()}"')
        got = self.get('k')
        self.assertEqual(got['Body'].read(), body)
        self.assertEqual((got['ETag'], got['ContentLength'], got['ContentType'], got['AcceptRanges']),
                         (put['ETag'], 300000, 'binary/octet-stream', 'bytes'))
        age = datetime.datetime.now(datetime.timezone.utc) - got['LastModified']
        self.assertLess(abs(age.total_seconds()), 60)
        self.s3.delete_object(Bucket='bucket', Key='k')
        self.s3.delete_object(Bucket='bucket', Key='k')  # again is no error
        self.assertEqual(error_of(self.get, key='k'), ('NoSuchKey', 404))
        self.assertEqual(error_of(self.s3.head_object, Bucket='bucket', Key='k'), ('404', 404))
        self.assertEqual(error_of(self.s3.get_object, Bucket='absent', Key='k'), ('NoSuchBucket', 404))
        self.assertEqual(error_of(self.s3.put_object, Bucket='absent', Key='k'), ('NoSuchBucket', 404))
        self.assertEqual(error_of(self.s3.delete_object, Bucket='absent', Key='k'), ('NoSuchBucket', 404))

    def test_sizes(self):
        for size in (0, 1, 4095, 4096, 65536, 1 << 20, (5 << 20) + 1):
            with self.subTest(size=size):
                body = os.urandom(size)
                self.put('size', body)
                self.assertEqual(self.get('size')['Body'].read(), body)
                self.assertEqual(self.s3.head_object(Bucket='bucket', Key='size')['ContentLength'], size)

    def test_keys(self):
        self.s3.create_bucket(Bucket='keys')
        for key in KEYS:
            with self.subTest(key=key):
                self.s3.put_object(Bucket='keys', Key=key, Body=key.encode())
                self.assertEqual(self.s3.get_object(Bucket='keys', Key=key)['Body'].read(), key.encode())
        listed = [o['Key'] for o in self.s3.list_objects_v2(Bucket='keys')['Contents']]
        self.assertEqual(listed, sorted(KEYS, key=lambda k: k.encode()))
        for key in KEYS:
            with self.subTest(copied=key):
                self.s3.copy_object(Bucket='keys', Key='copy', CopySource={'Bucket': 'keys', 'Key': key})
                self.assertEqual(self.s3.get_object(Bucket='keys', Key='copy')['Body'].read(), key.encode())
        gone = self.s3.delete_objects(Bucket='keys', Delete={'Objects': [{'Key': k} for k in KEYS + ('copy',)]})
        self.assertEqual({d['Key'] for d in gone['Deleted']}, set(KEYS + ('copy',)))
        self.s3.delete_bucket(Bucket='keys')
        self.assertEqual(error_of(self.put, key='k' * 1025), ('KeyTooLongError', 400))

    def test_headers_and_metadata_come_back(self):
        sent = dict(ContentType='text/plain; charset=utf-8', CacheControl='max-age=3', ContentLanguage='de',
                    ContentDisposition='attachment; filename="a b.txt"', ContentEncoding='identity',
                    Expires=datetime.datetime(2030, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc),
                    Metadata={'Case': 'Kept Value', 'n-1': '1'})
        self.put('headers', b'x', **sent)
        got = self.get('headers')
        for name in ('ContentType', 'CacheControl', 'ContentLanguage', 'ContentDisposition', 'ContentEncoding',
                     'Expires'):
            self.assertEqual(got[name], sent[name])
        self.assertEqual(got['Metadata'], {'case': 'Kept Value', 'n-1': '1'})
        got = self.get('headers', ResponseContentType='image/png', ResponseCacheControl='no-store',
                       ResponseContentDisposition='inline', ResponseContentLanguage='fr',
                       ResponseContentEncoding='br',
                       ResponseExpires=datetime.datetime(2031, 1, 1, tzinfo=datetime.timezone.utc))
        self.assertEqual((got['ContentType'], got['CacheControl'], got['ContentDisposition'], got['ContentLanguage'],
                          got['ContentEncoding'], got['Expires'].year),
                         ('image/png', 'no-store', 'inline', 'fr', 'br', 2031))
        self.assertEqual(error_of(self.put, key='meta', Metadata={'a': 'x' * 2048}), ('MetadataTooLarge', 400))

    def test_ranges(self):
        body = bytes(range(256)) * 40
        self.put('range', body)
        for header, want in (('bytes=0-0', body[:1]), ('bytes=100-199', body[100:200]), ('bytes=10000-', body[10000:]),
                             ('bytes=-5', body[-5:]), ('bytes=0-99999', body)):
            with self.subTest(header=header):
                got = self.get('range', Range=header)
                self.assertEqual(got['Body'].read(), want)
                self.assertEqual(got['ResponseMetadata']['HTTPStatusCode'], 206)
                start = body.rindex(want) if header == 'bytes=-5' else int(header[6:].split('-')[0])
                self.assertEqual(got['ContentRange'], f'bytes {start}-{start + len(want) - 1}/{len(body)}')
        self.assertEqual(error_of(self.get, key='range', Range='bytes=10240-'), ('InvalidRange', 416))
        self.assertEqual(self.get('range', Range='bytes=5-1')['Body'].read(), body)
        head = self.s3.head_object(Bucket='bucket', Key='range', Range='bytes=1-2')
        self.assertEqual(head['ContentLength'], 2)
        self.put('nothing', b'')
        self.assertEqual(error_of(self.get, key='nothing', Range='bytes=0-'), ('InvalidRange', 416))

    def test_conditions_of_reading(self):
        etag = self.put('cond', b'x')['ETag']
        now = self.get('cond')['LastModified']
        before, after = now - datetime.timedelta(days=1), now + datetime.timedelta(days=1)
        no = '"00000000000000000000000000000000"'
        for arguments, want in (({'IfMatch': etag}, 200), ({'IfMatch': no}, 412), ({'IfMatch': '*'}, 200),
                                ({'IfNoneMatch': etag}, 304), ({'IfNoneMatch': no}, 200),
                                ({'IfModifiedSince': before}, 200), ({'IfModifiedSince': now}, 304),
                                ({'IfUnmodifiedSince': before}, 412), ({'IfUnmodifiedSince': after}, 200),
                                ({'IfMatch': etag, 'IfUnmodifiedSince': before}, 200),
                                ({'IfNoneMatch': no, 'IfModifiedSince': after}, 200),
                                ({'IfMatch': f'{no}, {etag}'}, 200)):
            for call in (self.s3.get_object, self.s3.head_object):
                with self.subTest(want=want, call=call.__name__, **arguments):
                    failed = error_of(call, Bucket='bucket', Key='cond', **arguments)
                    self.assertEqual(failed[1] if failed else 200, want)

    def raw(self, method, path, headers=(), body=b''):
        """A presigned request of our own making, for headers that boto3 has no name for."""
        connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=60)
        connection.request(method, path, body=body, headers=dict(headers))
        reply = connection.getresponse()
        return reply.status, reply.read().decode('utf-8', 'replace'), dict(reply.getheaders())

    def conditional_put(self, key, body, header, value):
        def add(request, **_):
            request.headers[header] = value
        s3 = self.client('s3')
        s3.meta.events.register('before-sign.s3.PutObject', add)
        return error_of(s3.put_object, Bucket='bucket', Key=key, Body=body)

    def test_conditions_of_writing(self):
        self.assertIsNone(self.conditional_put('w', b'first', 'If-None-Match', '*'))
        self.assertEqual(self.conditional_put('w', b'second', 'If-None-Match', '*'), ('PreconditionFailed', 412))
        etag = self.get('w')['ETag']
        self.assertEqual(self.conditional_put('w', b'x', 'If-Match', '"' + '0' * 32 + '"'), ('PreconditionFailed', 412))
        self.assertIsNone(self.conditional_put('w', b'third', 'If-Match', etag))
        self.assertEqual(self.get('w')['Body'].read(), b'third')
        self.assertEqual(self.conditional_put('never', b'x', 'If-Match', etag), ('NoSuchKey', 404))
        self.assertEqual(self.conditional_put('w', b'x', 'If-None-Match', etag), ('NotImplemented', 501))

    def test_one_of_many_conditional_writers_wins(self):
        results = []
        def write(n):
            results.append(self.conditional_put('race', str(n).encode(), 'If-None-Match', '*'))
        threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(results.count(None), 1)
        self.assertEqual(results.count(('PreconditionFailed', 412)), 7)

    def test_copy(self):
        self.put('source', b'bytes', ContentType='text/x-a', Metadata={'m': '1'})
        source = {'Bucket': 'bucket', 'Key': 'source'}
        copied = self.s3.copy_object(Bucket='other', Key='target', CopySource=source)
        self.assertEqual(copied['CopyObjectResult']['ETag'], self.get('source')['ETag'])
        got = self.s3.get_object(Bucket='other', Key='target')
        self.assertEqual((got['Body'].read(), got['ContentType'], got['Metadata']), (b'bytes', 'text/x-a', {'m': '1'}))
        self.s3.copy_object(Bucket='bucket', Key='source', CopySource=source, MetadataDirective='REPLACE',
                            ContentType='text/x-b', Metadata={'n': '2'})
        got = self.get('source')
        self.assertEqual((got['Body'].read(), got['ContentType'], got['Metadata']), (b'bytes', 'text/x-b', {'n': '2'}))
        self.assertEqual(error_of(self.s3.copy_object, Bucket='bucket', Key='source', CopySource=source),
                         ('InvalidRequest', 400))
        self.assertEqual(error_of(self.s3.copy_object, Bucket='bucket', Key='t', CopySource='bucket/absent'),
                         ('NoSuchKey', 404))
        self.assertEqual(error_of(self.s3.copy_object, Bucket='bucket', Key='t', CopySource='absent/x'),
                         ('NoSuchBucket', 404))
        self.assertEqual(error_of(self.s3.copy_object, Bucket='absent', Key='t', CopySource=source),
                         ('NoSuchBucket', 404))
        etag = got['ETag']
        for condition, value, fails in (('CopySourceIfMatch', etag, False), ('CopySourceIfMatch', '"x"', True),
                                        ('CopySourceIfNoneMatch', etag, True), ('CopySourceIfNoneMatch', '"x"', False),
                                        ('CopySourceIfModifiedSince', got['LastModified'], True),
                                        ('CopySourceIfUnmodifiedSince', got['LastModified'], False)):
            with self.subTest(condition=condition, fails=fails):
                self.assertEqual(error_of(self.s3.copy_object, Bucket='other', Key='c', CopySource=source,
                                          **{condition: value}), ('PreconditionFailed', 412) if fails else None)
        self.s3.delete_object(Bucket='bucket', Key='source')
        self.assertEqual(self.s3.get_object(Bucket='other', Key='target')['Body'].read(), b'bytes')

    def test_no_object_has_tags(self):
        self.put('untagged', b'x')
        self.assertEqual(self.s3.get_object_tagging(Bucket='bucket', Key='untagged')['TagSet'], [])
        self.assertEqual(error_of(self.s3.get_object_tagging, Bucket='bucket', Key='absent'), ('NoSuchKey', 404))

    def test_delete_many(self):
        for n in range(5):
            self.put(f'many/{n}', b'x')
        objects = [{'Key': f'many/{n}'} for n in range(7)]
        gone = self.s3.delete_objects(Bucket='bucket', Delete={'Objects': objects})
        self.assertEqual([d['Key'] for d in gone['Deleted']], [o['Key'] for o in objects])
        self.assertNotIn('Errors', gone)
        self.assertNotIn('Contents', self.s3.list_objects_v2(Bucket='bucket', Prefix='many/'))
        quiet = self.s3.delete_objects(Bucket='bucket', Delete={'Objects': objects, 'Quiet': True})
        self.assertNotIn('Deleted', quiet)
        mixed = self.s3.delete_objects(Bucket='bucket', Delete={'Objects': [
            {'Key': 'many/0', 'VersionId': 'abc'}, {'Key': 'many/1', 'VersionId': 'null'}]})
        self.assertEqual(mixed['Errors'][0]['Code'], 'NoSuchVersion')
        self.assertEqual(mixed['Deleted'][0]['Key'], 'many/1')
        self.assertEqual(error_of(self.s3.delete_objects, Bucket='bucket',
                                  Delete={'Objects': [{'Key': str(n)} for n in range(1001)]}), ('MalformedXML', 400))

    def test_checksums_are_kept(self):
        body = b'checked'
        crc = base64.b64encode(zlib.crc32(body).to_bytes(4, 'big')).decode()
        put = self.put('sum', body, ChecksumCRC32=crc)
        self.assertEqual(put['ChecksumCRC32'], crc)
        self.assertNotIn('ChecksumCRC32', self.get('sum'))
        self.assertEqual(self.get('sum', ChecksumMode='ENABLED')['ChecksumCRC32'], crc)
        self.assertEqual(self.s3.head_object(Bucket='bucket', Key='sum', ChecksumMode='ENABLED')['ChecksumCRC32'], crc)
        self.assertNotIn('ChecksumCRC32', self.get('sum', ChecksumMode='ENABLED', Range='bytes=0-1'))
        self.assertEqual(error_of(self.put, key='bad', body=b'other', ChecksumCRC32=crc), ('BadDigest', 400))
        self.assertEqual(error_of(self.put, key='bad', body=b'other',
                                  ContentMD5=base64.b64encode(hashlib.md5(body).digest()).decode()), ('BadDigest', 400))
        self.assertEqual(error_of(self.get, key='bad'), ('NoSuchKey', 404))
        sha = base64.b64encode(hashlib.sha256(body).digest()).decode()
        self.assertEqual(self.put('sum', body, ChecksumAlgorithm='SHA256')['ChecksumSHA256'], sha)

    def test_presigned(self):
        for version in ('s3', 's3v4'):
            s3 = self.client('s3', config=Config(signature_version=version))
            with self.subTest(version=version):
                arguments = {'Bucket': 'bucket', 'Key': f'signed {version}+é'}
                url = s3.generate_presigned_url('put_object', arguments, ExpiresIn=60)
                status, text, _ = self.raw('PUT', url[len(self.server.endpoint):], body=b'by url')
                self.assertEqual((status, text), (200, ''))
                arguments['ResponseContentType'] = 'text/x-signed'
                url = s3.generate_presigned_url('get_object', arguments, ExpiresIn=60)
                status, text, headers = self.raw('GET', url[len(self.server.endpoint):])
                self.assertEqual((status, text, headers['Content-Type']), (200, 'by url', 'text/x-signed'))

    def test_virtual_host_style(self):
        s3 = self.client('s3', config=Config(s3={'addressing_style': 'virtual'}))
        url = s3.generate_presigned_url('get_object', {'Bucket': 'bucket', 'Key': 'host style'}, ExpiresIn=60)
        self.put('host style', b'by host')
        connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=60)
        if url.startswith(f'http://bucket.{self.server.host}'):
            self.skipTest('boto3 does not put a bucket in front of an address')
        connection.request('GET', url[len(self.server.endpoint):])
        self.assertEqual(connection.getresponse().read(), b'by host')

    def test_readers_and_writers_at_once(self):
        bodies = [bytes([n]) * (50000 + n) for n in range(6)]
        self.put('busy', bodies[0])
        torn = []
        def write(n):
            s3 = self.client('s3')
            for _ in range(5):
                s3.put_object(Bucket='bucket', Key='busy', Body=bodies[n])
        def read():
            s3 = self.client('s3')
            for _ in range(25):
                if s3.get_object(Bucket='bucket', Key='busy')['Body'].read() not in bodies:
                    torn.append(1)
        threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
        threads += [threading.Thread(target=read) for _ in range(3)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(torn, [])


main(Objects)
