#!/usr/bin/env python3
"""Documents that were read from buckets are found, by signed calls of Quern's own API."""
import json
import time
import urllib.parse
import urllib.request

from harness import ROOT, Suite, main

INVOICE = ROOT / 'examples' / 'invoicebot' / 'invoice-35678-9.pdf'


class Search(Suite):
    def setUp(self):
        self.s3 = self.client('s3')
        self.s3.create_bucket(Bucket='scans')

    def search(self, query, **more):
        """(status, reply), signed by botocore for the service name quern."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials
        from replies import check_reply

        query = urllib.parse.urlencode({'q': query, **more}, quote_via=urllib.parse.quote)
        request = AWSRequest('GET', f'{self.server.endpoint}/_quern/search?{query}')
        SigV4Auth(Credentials(self.server.access_key, self.server.secret_key), 'quern', 'us-east-1').add_auth(request)
        try:
            with urllib.request.urlopen(urllib.request.Request(request.url, headers=dict(request.headers))) as r:
                status, headers, body = r.status, dict(r.headers), r.read()
        except urllib.error.HTTPError as e:
            status, headers, body = e.code, dict(e.headers), e.read()
        check_reply('quern', 'SearchDocuments', status, headers, body)
        return status, json.loads(body)

    def sources(self, query, **more):
        return [d['Source'] for d in self.search(query, **more)[1]['Documents']]

    def put(self, key):
        self.s3.put_object(Bucket='scans', Key=key, Body=INVOICE.read_bytes())

    def test_a_document_is_found_once_it_was_read_and_until_it_goes(self):
        textract = self.client('textract')
        self.put('in/one invoice.pdf')
        source = 's3://scans/in/one invoice.pdf'
        self.assertEqual(self.sources('brightwater'), [])
        textract.detect_document_text(Document={'S3Object': {'Bucket': 'scans', 'Name': 'in/one invoice.pdf'}})
        self.assertEqual(self.sources('brightwater'), [source])
        status, reply = self.search('"harbor street" total>2000')
        hit = reply['Documents'][0]
        self.assertEqual((status, reply['Total'], hit['Page'], hit['Pages']), (200, 1, 1, 1))
        found = [p['Text'] for p in hit['Snippet'] if 'BoundingBox' in p]
        self.assertEqual(found, ['Harbor', 'Street,'])
        self.assertIn('Harbor Street,', ''.join(p['Text'] for p in hit['Snippet']))
        self.assertEqual([(f['Type'], f['Value']) for f in hit['Fields']], [('TOTAL', '$2,100.00')])
        self.assertLess(abs(hit['ReadTime'] - time.time()), 600)
        self.put('in/one invoice.pdf')  # another content, as far as anyone knows
        self.assertEqual(self.sources('brightwater'), [])
        textract.analyze_expense(Document={'S3Object': {'Bucket': 'scans', 'Name': 'in/one invoice.pdf'}})
        self.assertEqual(self.sources('vendor:brightwater'), [source])
        self.s3.delete_object(Bucket='scans', Key='in/one invoice.pdf')
        self.assertEqual(self.sources('brightwater'), [])

    def test_a_job_indexes_and_labels_are_names_of_fields(self):
        textract = self.client('textract')
        self.put('job.pdf')
        job = textract.start_document_text_detection(
            DocumentLocation={'S3Object': {'Bucket': 'scans', 'Name': 'job.pdf'}})['JobId']
        self.until(lambda: textract.get_document_text_detection(JobId=job)['JobStatus'] != 'IN_PROGRESS')
        self.assertEqual(self.sources('brightwater'), ['s3://scans/job.pdf'])
        self.assertEqual(self.sources('"due date":2019'), ['s3://scans/job.pdf'])
        self.assertEqual(self.sources('"due date":brightwater'), [])
        self.s3.delete_object(Bucket='scans', Key='job.pdf')

    def test_a_document_in_a_request_is_not_kept(self):
        self.client('textract').detect_document_text(Document={'Bytes': INVOICE.read_bytes()})
        self.assertEqual(self.search('brightwater')[1]['Total'], 0)

    def test_what_cannot_be_read_is_said(self):
        for query, words in (('total>much', 'a number'), ('"open', 'does not end'), ('x:', 'a value')):
            status, reply = self.search(query)
            self.assertEqual(status, 400)
            self.assertIn(words, reply['message'])
        status, reply = self.search('a', limit=1000)
        self.assertEqual(status, 400)
        with self.assertRaises(urllib.error.HTTPError) as unsigned:
            urllib.request.urlopen(f'{self.server.endpoint}/_quern/search?q=a')
        self.assertEqual(unsigned.exception.code, 403)


main(Search)
