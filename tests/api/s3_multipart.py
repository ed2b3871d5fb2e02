"""Multipart uploads: parts in any order, sent twice, copied; completed, aborted, listed."""
import base64
import hashlib
import os
import threading
import zlib

from botocore.exceptions import ClientError

from harness import Suite, boto3_client, main

MIB = 1 << 20


def error_of(call, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        return e.response['Error']['Code'], e.response['ResponseMetadata']['HTTPStatusCode']
    return None


def etag_of(*parts):
    return f'"{hashlib.md5(b"".join(hashlib.md5(p).digest() for p in parts)).hexdigest()}-{len(parts)}"'


class Multipart(Suite):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.s3 = boto3_client(cls.server, 's3')
        cls.s3.create_bucket(Bucket='bucket')

    def begin(self, key, **more):
        upload = self.s3.create_multipart_upload(Bucket='bucket', Key=key, **more)
        return {'Bucket': 'bucket', 'Key': key, 'UploadId': upload['UploadId']}

    def part(self, upload, number, body, **more):
        return {'PartNumber': number,
                'ETag': self.s3.upload_part(**upload, PartNumber=number, Body=body, **more)['ETag']}

    def complete(self, upload, parts, **more):
        return self.s3.complete_multipart_upload(**upload, MultipartUpload={'Parts': parts}, **more)

    def body_of(self, key):
        return self.s3.get_object(Bucket='bucket', Key=key)['Body'].read()

    def stored_files(self):
        return [p for p in (self.server.data / 'objects').rglob('*') if p.is_file()]

    def test_parts_become_the_object(self):
        bodies = [os.urandom(5 * MIB), os.urandom(5 * MIB), os.urandom(100)]
        upload = self.begin('whole', ContentType='text/x-parts', Metadata={'a': 'b'})
        parts = [self.part(upload, n + 1, bodies[n]) for n in (2, 0, 1)]
        parts.sort(key=lambda p: p['PartNumber'])
        done = self.complete(upload, parts)
        self.assertEqual(done['ETag'], etag_of(*bodies))
        self.assertEqual(done['Location'], f'{self.server.endpoint}/bucket/whole')
        got = self.s3.get_object(Bucket='bucket', Key='whole')
        self.assertEqual(got['Body'].read(), b''.join(bodies))
        self.assertEqual((got['ContentType'], got['Metadata'], got['ETag']), ('text/x-parts', {'a': 'b'}, done['ETag']))
        ranged = self.s3.get_object(Bucket='bucket', Key='whole', Range=f'bytes={5 * MIB - 2}-{5 * MIB + 1}')
        self.assertEqual(ranged['Body'].read(), bodies[0][-2:] + bodies[1][:2])
        self.assertEqual(self.complete(upload, parts)['ETag'], done['ETag'])  # the answer was lost: asked again
        self.assertEqual(error_of(self.s3.list_parts, **upload), ('NoSuchUpload', 404))

    def test_parts_of_uneven_sizes_and_left_out(self):
        bodies = {1: os.urandom(6 * MIB), 4: os.urandom(5 * MIB), 7: os.urandom(7 * MIB), 9: b'last'}
        upload = self.begin('uneven')
        parts = [self.part(upload, n, b) for n, b in bodies.items()]
        self.part(upload, 8, b'left out')
        self.complete(upload, parts)
        self.assertEqual(self.body_of('uneven'), b''.join(bodies.values()))

    def test_the_last_of_a_part_counts(self):
        first, second = os.urandom(5 * MIB), os.urandom(5 * MIB)
        upload = self.begin('again')
        old = self.part(upload, 1, first)
        new = self.part(upload, 1, second)
        last = self.part(upload, 2, b'end')
        self.assertEqual(error_of(self.complete, upload=upload, parts=[old, last]), ('InvalidPart', 400))
        self.complete(upload, [new, last])
        self.assertEqual(self.body_of('again'), second + b'end')

    def test_what_is_refused(self):
        upload = self.begin('refused')
        a, b = self.part(upload, 1, b'small'), self.part(upload, 2, b'small too')
        self.assertEqual(error_of(self.complete, upload=upload, parts=[a, b]), ('EntityTooSmall', 400))
        self.assertEqual(error_of(self.complete, upload=upload, parts=[b, a]), ('InvalidPartOrder', 400))
        self.assertEqual(error_of(self.complete, upload=upload, parts=[a, a]), ('InvalidPartOrder', 400))
        self.assertEqual(error_of(self.complete, upload=upload, parts=[{**b, 'PartNumber': 3}]), ('InvalidPart', 400))
        self.assertEqual(error_of(self.complete, upload=upload, parts=[]), ('MalformedXML', 400))
        for number in (0, 10001, -1):
            self.assertEqual(error_of(self.s3.upload_part, **upload, PartNumber=number, Body=b'x'),
                             ('InvalidArgument', 400))
        wrong = {**upload, 'UploadId': '0' * 32}
        for call, more in ((self.s3.upload_part, {'PartNumber': 1, 'Body': b'x'}), (self.s3.list_parts, {}),
                           (self.s3.abort_multipart_upload, {}),
                           (self.s3.complete_multipart_upload, {'MultipartUpload': {'Parts': [a]}})):
            self.assertEqual(error_of(call, **wrong, **more), ('NoSuchUpload', 404))
            self.assertEqual(error_of(call, **{**upload, 'Key': 'other'}, **more), ('NoSuchUpload', 404))
            self.assertEqual(error_of(call, **{**upload, 'Bucket': 'absent'}, **more), ('NoSuchBucket', 404))
        self.complete(upload, [b])
        self.assertEqual(self.body_of('refused'), b'small too')

    def test_abort_leaves_nothing(self):
        before = len(self.stored_files())
        upload = self.begin('aborted')
        for n in (1, 2):
            self.part(upload, n, os.urandom(MIB))
        self.part(upload, 1, b'again')
        self.s3.abort_multipart_upload(**upload)
        self.assertEqual(len(self.stored_files()), before)
        self.assertEqual(error_of(self.s3.abort_multipart_upload, **upload), ('NoSuchUpload', 404))

    def test_parts_are_listed(self):
        upload = self.begin('listed')
        for n in (1, 3, 5, 10000):
            self.part(upload, n, bytes([n % 256]) * n)
        reply = self.s3.list_parts(**upload)
        self.assertEqual([(p['PartNumber'], p['Size']) for p in reply['Parts']], [(1, 1), (3, 3), (5, 5), (10000, 10000)])
        self.assertFalse(reply['IsTruncated'])
        numbers = [p['PartNumber'] for page in self.s3.get_paginator('list_parts').paginate(
            **upload, PaginationConfig={'PageSize': 1}) for p in page.get('Parts', [])]
        self.assertEqual(numbers, [1, 3, 5, 10000])
        self.s3.abort_multipart_upload(**upload)

    def test_uploads_are_listed(self):
        self.s3.create_bucket(Bucket='uploads')
        begun = []
        for key in ('a', 'b/1', 'b/2', 'c', 'c'):
            begun.append((key, self.s3.create_multipart_upload(Bucket='uploads', Key=key)['UploadId']))
        reply = self.s3.list_multipart_uploads(Bucket='uploads')
        self.assertEqual(sorted((u['Key'], u['UploadId']) for u in reply['Uploads']), sorted(begun))
        for size in range(1, 7):
            pages = self.s3.get_paginator('list_multipart_uploads').paginate(
                Bucket='uploads', PaginationConfig={'PageSize': size})
            met = [(u['Key'], u['UploadId']) for page in pages for u in page.get('Uploads', [])]
            self.assertEqual(sorted(met), sorted(begun), size)
        folded = self.s3.list_multipart_uploads(Bucket='uploads', Delimiter='/')
        self.assertEqual([p['Prefix'] for p in folded['CommonPrefixes']], ['b/'])
        self.assertEqual([u['Key'] for u in folded['Uploads']], ['a', 'c', 'c'])
        prefixed = self.s3.list_multipart_uploads(Bucket='uploads', Prefix='b/')
        self.assertEqual([u['Key'] for u in prefixed['Uploads']], ['b/1', 'b/2'])

    def test_parts_can_be_copied(self):
        source = os.urandom(8 * MIB)
        self.s3.put_object(Bucket='bucket', Key='copy source', Body=source)
        upload = self.begin('copied')
        where = {'CopySource': {'Bucket': 'bucket', 'Key': 'copy source'}}
        one = self.s3.upload_part_copy(**upload, **where, PartNumber=1)
        two = self.s3.upload_part_copy(**upload, **where, PartNumber=2, CopySourceRange='bytes=5-104')
        self.complete(upload, [{'PartNumber': 1, 'ETag': one['CopyPartResult']['ETag']},
                               {'PartNumber': 2, 'ETag': two['CopyPartResult']['ETag']}])
        self.assertEqual(self.body_of('copied'), source + source[5:105])
        upload = self.begin('copied')
        for text in ('bytes=0-', 'bytes=0-99999999', '0-5', 'bytes=5-1'):
            self.assertEqual(error_of(self.s3.upload_part_copy, **upload, **where, PartNumber=1, CopySourceRange=text),
                             ('InvalidArgument', 400))
        self.assertEqual(error_of(self.s3.upload_part_copy, **upload, CopySource='bucket/absent', PartNumber=1),
                         ('NoSuchKey', 404))
        self.assertEqual(error_of(self.s3.upload_part_copy, **upload, **where, PartNumber=1, CopySourceIfMatch='"x"'),
                         ('PreconditionFailed', 412))

    def test_checksums_of_parts(self):
        bodies = [os.urandom(5 * MIB), b'end']
        sums = [base64.b64encode(zlib.crc32(b).to_bytes(4, 'big')).decode() for b in bodies]
        upload = self.begin('summed', ChecksumAlgorithm='CRC32')
        parts = []
        for n, body in enumerate(bodies):
            sent = self.s3.upload_part(**upload, PartNumber=n + 1, Body=body, ChecksumCRC32=sums[n])
            self.assertEqual(sent['ChecksumCRC32'], sums[n])
            parts.append({'PartNumber': n + 1, 'ETag': sent['ETag'], 'ChecksumCRC32': sums[n]})
        wrong = [parts[0], {**parts[1], 'ChecksumCRC32': 'AAAAAA=='}]
        self.assertEqual(error_of(self.complete, upload=upload, parts=wrong), ('InvalidPart', 400))
        whole = base64.b64encode(zlib.crc32(b''.join(base64.b64decode(s) for s in sums)).to_bytes(4, 'big')).decode()
        self.assertEqual(self.complete(upload, parts)['ChecksumCRC32'], f'{whole}-2')
        head = self.s3.head_object(Bucket='bucket', Key='summed', ChecksumMode='ENABLED')
        self.assertEqual(head['ChecksumCRC32'], f'{whole}-2')

    def test_parts_at_once(self):
        bodies = [os.urandom(5 * MIB + (n == 7)) for n in range(8)] + [b'tail']
        upload, parts = self.begin('at once'), [None] * len(bodies)
        def send(n):
            parts[n] = {'PartNumber': n + 1, 'ETag': boto3_client(self.server, 's3').upload_part(
                **upload, PartNumber=n + 1, Body=bodies[n])['ETag']}
        threads = [threading.Thread(target=send, args=(n,)) for n in range(len(bodies))]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(self.complete(upload, parts)['ETag'], etag_of(*bodies))
        self.assertEqual(self.body_of('at once'), b''.join(bodies))


main(Multipart)
