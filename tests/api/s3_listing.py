"""Listings: order, prefixes, delimiters, pages, both versions of the call."""
from botocore.exceptions import ClientError

from harness import Suite, boto3_client, main

KEYS = sorted(['a', 'b/1', 'b/2', 'b/c/3', 'b0', 'c/', 'c/x', 'd e', 'd+e', 'é/1', '\U0001f600', 'z&<>"'],
              key=lambda k: k.encode())


class Listing(Suite):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.s3 = boto3_client(cls.server, 's3')
        cls.s3.create_bucket(Bucket='bucket')
        for key in KEYS:
            cls.s3.put_object(Bucket='bucket', Key=key, Body=b'x')

    def listed(self, reply):
        return ([o['Key'] for o in reply.get('Contents', [])],
                [p['Prefix'] for p in reply.get('CommonPrefixes', [])])

    def test_both_versions_agree(self):
        for arguments in ({}, {'Delimiter': '/'}, {'Prefix': 'b/'}, {'Prefix': 'b/', 'Delimiter': '/'},
                          {'Prefix': 'b', 'Delimiter': '/'}, {'Delimiter': '/c/'}, {'Prefix': 'nothing'},
                          {'Delimiter': 'e'}, {'Prefix': 'é'}, {'MaxKeys': 3}, {'MaxKeys': 0}):
            with self.subTest(**arguments):
                one = self.s3.list_objects(Bucket='bucket', **arguments)
                two = self.s3.list_objects_v2(Bucket='bucket', **arguments)
                self.assertEqual(self.listed(one), self.listed(two))
                self.assertEqual(one['IsTruncated'], two['IsTruncated'])
                self.assertEqual(two['KeyCount'], sum(map(len, self.listed(two))))

    def test_folding(self):
        self.assertEqual(self.listed(self.s3.list_objects_v2(Bucket='bucket', Delimiter='/')),
                         ([k for k in KEYS if '/' not in k], ['b/', 'c/', 'é/']))
        self.assertEqual(self.listed(self.s3.list_objects_v2(Bucket='bucket', Prefix='c/', Delimiter='/')),
                         (['c/', 'c/x'], []))

    def test_what_an_entry_says(self):
        o = self.s3.list_objects(Bucket='bucket', Prefix='a')['Contents'][0]
        self.assertEqual((o['Size'], o['ETag'], o['StorageClass']), (1, '"9dd4e461268c8034f5c8564e155c67a6"', 'STANDARD'))
        self.assertEqual(len(o['Owner']['ID']), 64)
        self.assertNotIn('Owner', self.s3.list_objects_v2(Bucket='bucket')['Contents'][0])
        self.assertIn('Owner', self.s3.list_objects_v2(Bucket='bucket', FetchOwner=True)['Contents'][0])

    def test_pages(self):
        for size in range(1, len(KEYS) + 2):
            for more in ({}, {'Delimiter': '/'}):
                with self.subTest(size=size, **more):
                    whole = self.listed(self.s3.list_objects_v2(Bucket='bucket', **more))
                    for operation in ('list_objects', 'list_objects_v2'):
                        pages = list(self.s3.get_paginator(operation).paginate(
                            Bucket='bucket', PaginationConfig={'PageSize': size}, **more))
                        met = [self.listed(p) for p in pages]
                        self.assertEqual((sum((m[0] for m in met), []), sum((m[1] for m in met), [])), whole)
                        self.assertTrue(all(sum(map(len, m)) <= size for m in met))

    def test_starting_points(self):
        after = self.s3.list_objects_v2(Bucket='bucket', StartAfter='b/2')
        self.assertEqual(self.listed(after)[0], [k for k in KEYS if k.encode() > b'b/2'])
        self.assertEqual(after['StartAfter'], 'b/2')
        self.assertEqual(self.listed(self.s3.list_objects(Bucket='bucket', Marker='b/2')), self.listed(after))

    def test_encoding(self):
        s3 = self.client('s3')
        from botocore.handlers import decode_list_object_v2
        s3.meta.events.unregister('after-call.s3.ListObjectsV2', decode_list_object_v2)
        reply = s3.list_objects_v2(Bucket='bucket', EncodingType='url', Prefix='d')
        self.assertEqual([o['Key'] for o in reply['Contents']], ['d%2Be' if k == 'd+e' else 'd%20e'
                                                                 for k in KEYS if k[0] == 'd'])
        self.assertEqual(reply['EncodingType'], 'url')

    def test_what_is_refused(self):
        for call, arguments, want in ((self.s3.list_objects_v2, {'Bucket': 'absent'}, 'NoSuchBucket'),
                                      (self.s3.list_objects, {'Bucket': 'absent'}, 'NoSuchBucket'),
                                      (self.s3.list_objects_v2, {'Bucket': 'bucket', 'MaxKeys': -1}, 'InvalidArgument'),
                                      (self.s3.list_objects_v2, {'Bucket': 'bucket', 'ContinuationToken': '!'},
                                       'InvalidArgument')):
            with self.subTest(want=want):
                with self.assertRaises(ClientError) as e:
                    call(**arguments)
                self.assertEqual(e.exception.response['Error']['Code'], want)


main(Listing)
