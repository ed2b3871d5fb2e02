#!/usr/bin/env python3
"""Pictures of pages and searchable PDFs, as the console asks for them: signed by header and by query."""
import json
import struct
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from harness import Suite, main
from papers import drawn, letter, pdf, tiff


def jpeg_size(data):
    """(width, height) of the frame header."""
    assert data[:2] == b'\xff\xd8', data[:16]
    at = 2
    while data[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + struct.unpack('>H', data[at + 2:at + 4])[0]
    height, width = struct.unpack('>HH', data[at + 5:at + 9])
    return width, height


class Pictures(Suite):
    def bucket(self, name, **objects):
        s3 = self.client('s3')
        s3.create_bucket(Bucket=name)
        for key, body in objects.items():
            s3.put_object(Bucket=name, Key=key, Body=body)

    def ask(self, bucket, key, presigned=False, secret=None, what='picture', **query):
        """Status, headers and body; signed with botocore's own signer."""
        from botocore.auth import SigV4Auth, SigV4QueryAuth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials
        url = f'{self.server.endpoint}/_quern/{what}/{bucket}/{urllib.parse.quote(key)}'
        if query:
            url += '?' + urllib.parse.urlencode(query)
        request = AWSRequest('GET', url)
        keys = Credentials(self.server.access_key, secret or self.server.secret_key)
        if presigned:
            SigV4QueryAuth(keys, 'quern', 'us-east-1', expires=60).add_auth(request)
        else:
            SigV4Auth(keys, 'quern', 'us-east-1').add_auth(request)
        made = urllib.request.Request(request.url, headers=dict(request.headers.items()))
        try:
            with urllib.request.urlopen(made) as reply:
                return reply.status, reply.headers, reply.read()
        except urllib.error.HTTPError as e:
            return e.code, e.headers, e.read()

    def refused(self, status, error, words, *arguments, **options):
        got, headers, body = self.ask(*arguments, **options)
        self.assertEqual((got, headers['x-amzn-ErrorType']), (status, error), body)
        self.assertIn(words, json.loads(body)['message'])

    def test_a_page_of_a_pdf(self):
        self.bucket('pages', letter=pdf(letter()))
        for presigned in (False, True):
            status, headers, body = self.ask('pages', 'letter', presigned, page=2, width=450)
            self.assertEqual((status, headers['Content-Type']), (200, 'image/jpeg'))
            self.assertEqual(headers['x-quern-page-count'], '2')
            self.assertIn('private', headers['Cache-Control'])
            self.assertEqual(jpeg_size(body), (450, 300))

    def test_a_picture_is_scaled_down_but_not_up(self):
        self.bucket('scans', **{'a scan.png': drawn(letter()[0])})
        self.assertEqual(jpeg_size(self.ask('scans', 'a scan.png', width=200)[2]), (200, 133))
        self.assertEqual(jpeg_size(self.ask('scans', 'a scan.png', width=4000)[2])[0], 834)

    def test_a_page_of_a_tiff(self):
        self.bucket('tiffs', letter=tiff(letter()))
        status, headers, body = self.ask('tiffs', 'letter', page=2, width=300)
        self.assertEqual((status, headers['x-quern-page-count']), (200, '2'))
        self.assertEqual(jpeg_size(body), (300, 200))

    def test_what_is_not_there(self):
        self.bucket('some', letter=pdf(letter()))
        self.refused(404, 'NoSuchKey', 'bucket some has no object nothing', 'some', 'nothing')
        self.refused(404, 'NoSuchKey', 'bucket none has no object letter', 'none', 'letter')
        self.refused(404, 'NoSuchPage', 'there is no page 3: the document has 2', 'some', 'letter', page=3)

    def test_limits(self):
        self.bucket('limits', letter=pdf(letter()))
        for query in ({'width': 5000}, {'width': 1}, {'page': 0}, {'width': 'wide'}):
            status, _, body = self.ask('limits', 'letter', **query)
            self.assertEqual(status, 400, body)

    def test_what_cannot_be_drawn(self):
        self.bucket('bad', text=b'just words', empty=b'', cut=drawn(letter()[0])[:400])
        self.refused(400, 'UnsupportedDocumentException', '', 'bad', 'text')
        self.refused(400, 'BadDocumentException', 'empty', 'bad', 'empty')
        self.refused(400, 'BadDocumentException', 'broken or truncated', 'bad', 'cut')

    def test_a_searchable_pdf(self):
        self.bucket('papers', scan=drawn(letter()[0], 'jpeg'), text=b'just words')
        status, headers, body = self.ask('papers', 'scan', what='pdf')
        self.assertEqual((status, headers['Content-Type']), (200, 'application/pdf'))
        text = subprocess.run(['pdftotext', '-', '-'], check=True, input=body, stdout=subprocess.PIPE).stdout
        self.assertIn(b'your pump has arrived', text)
        self.refused(400, 'UnsupportedDocumentException', 'plain text', 'papers', 'text', what='pdf')
        self.refused(404, 'NoSuchKey', 'no object nothing', 'papers', 'nothing', what='pdf')

    def test_only_whoever_has_the_key(self):
        self.bucket('closed', letter=pdf(letter()))
        for presigned in (False, True):
            self.assertEqual(self.ask('closed', 'letter', presigned, secret='wrong')[0], 403)
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f'{self.server.endpoint}/_quern/picture/closed/letter')
        self.assertEqual(caught.exception.code, 403)
        caught.exception.close()


if __name__ == '__main__':
    main(Pictures)
