#!/usr/bin/env python3
"""Textract's asynchronous operations under boto3 and the aws CLI: jobs, their results, where those go, who is told."""
import json
import os
import signal
import subprocess
import time

from botocore.exceptions import ClientError
from harness import BINARY, ROOT, Suite, boto3_client, main
from papers import Page, pdf as pdf_of, tiff

INVOICE = ROOT / 'examples' / 'invoicebot' / 'invoice-35678-9.pdf'
LETTER = [['Dear Mr Miller', 'your pump has arrived'], ['Yours', 'Ada Smith']]
# More blocks than one reply holds.
PAGES = [[f'page {n} has some words on it'] * 6 for n in range(30)]
TOPIC = 'arn:aws:sns:us-east-1:123456789012:read'
CHANNEL = {'SNSTopicArn': TOPIC, 'RoleArn': 'arn:aws:iam::123456789012:role/reader'}

# A function that puts what it is told into a bucket, as objects of the S3 API.
LISTENER = '''#!/usr/bin/python3
import json, os, urllib.request
import boto3
root = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2018-06-01/runtime/invocation/'
s3 = boto3.client('s3', endpoint_url=os.environ['AWS_ENDPOINT_URL'])
textract = boto3.client('textract', endpoint_url=os.environ['AWS_ENDPOINT_URL'])
while True:
    with urllib.request.urlopen(root + 'next') as r:
        id, event = r.headers['Lambda-Runtime-Aws-Request-Id'], json.load(r)
    message = json.loads(event['Records'][0]['Sns']['Message'])
    if message['API'] == 'StartDocumentTextDetection':
        reply = textract.get_document_text_detection(JobId=message['JobId'])
        message['seen'] = [b['Text'] for b in reply.get('Blocks', []) if b['BlockType'] == 'LINE']
        message['status'] = reply['JobStatus']
    message['event'] = event
    s3.put_object(Bucket='notices', Key=message['JobId'], Body=json.dumps(message).encode())
    urllib.request.urlopen(urllib.request.Request(root + id + '/response', data=b'null'))
'''


def children(process):
    return [int(c) for task in os.listdir(f'/proc/{process}/task')
            for c in open(f'/proc/{process}/task/{task}/children').read().split()]


def rounded(value):
    """Coordinates of the API's replies have the precision of float."""
    if isinstance(value, float):
        return round(value, 5)
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return {k: rounded(v) for k, v in value.items()} if isinstance(value, dict) else value


def sheets(pages):
    made = [Page() for _ in pages]
    for page, lines in zip(made, pages):
        for n, line in enumerate(lines):
            page.text(20, 30 + 30 * n, line, 16)
    return made


def pdf(pages):
    """Each page is a list of lines."""
    return pdf_of(sheets(pages))


def giant(first):
    """A PDF whose second page is too large for any program to draw."""
    return pdf_of(sheets([first]) + [Page(9000000, 9000000)])


class Jobs(Suite):
    def setUp(self):
        self.textract = self.client('textract')
        self.s3 = self.client('s3')

    def where(self, bucket, body, name='document'):
        try:
            self.s3.create_bucket(Bucket=bucket)
        except ClientError:
            pass
        self.s3.put_object(Bucket=bucket, Key=name, Body=body)
        return {'S3Object': {'Bucket': bucket, 'Name': name}}

    def refused(self, error, words, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response['Error']['Code'], error)
        self.assertIn(words, caught.exception.response['Error']['Message'])

    def lines(self, reply):
        return [b['Text'] for b in reply['Blocks'] if b['BlockType'] == 'LINE']

    def wait(self, job, get=None, **arguments):
        get = get or self.textract.get_document_text_detection

        def ended():
            reply = get(JobId=job, **arguments)
            return reply if reply['JobStatus'] != 'IN_PROGRESS' else None
        return self.until(ended, 120, 'the end of the job')

    def all_of(self, job, get, items, most):
        """Every reply of a job, `most` items at a time."""
        replies, token = [self.wait(job, get, MaxResults=most)], {}
        while 'NextToken' in replies[-1]:
            token = {'NextToken': replies[-1]['NextToken']}
            replies.append(get(JobId=job, MaxResults=most, **token))
        self.assertTrue(all(len(r[items]) <= most for r in replies))
        return replies, token

    def test_a_job_and_its_pages_of_blocks(self):
        where = self.where('jobs', pdf(LETTER))
        get = self.textract.get_document_text_detection
        job = self.textract.start_document_text_detection(DocumentLocation=where, JobTag='a-tag')['JobId']
        whole = self.wait(job)
        self.assertEqual(whole['JobStatus'], 'SUCCEEDED')
        self.assertEqual(whole['DocumentMetadata'], {'Pages': 2})
        self.assertEqual(self.lines(whole), LETTER[0] + LETTER[1])
        self.assertTrue(all('Page' in b for b in whole['Blocks']))
        now = self.textract.detect_document_text(Document=where)
        self.assertEqual(now['Blocks'], whole['Blocks'])
        for most in (1, 4, 999):
            replies, token = self.all_of(job, get, 'Blocks', most)
            self.assertEqual([b for r in replies for b in r['Blocks']], whole['Blocks'])
        token = {'NextToken': self.wait(job, MaxResults=4)['NextToken']}
        other = self.textract.start_document_text_detection(DocumentLocation=where)['JobId']
        self.wait(other)
        self.refused('InvalidParameterException', 'NextToken', get, JobId=other, **token)
        self.refused('InvalidParameterException', 'NextToken', get, JobId=job, NextToken='bm90aGluZw==')

    def test_a_long_result_is_read_in_parts(self):
        where = self.where('long', pdf(PAGES))
        job = self.textract.start_document_text_detection(DocumentLocation=where)['JobId']
        replies, _ = self.all_of(job, self.textract.get_document_text_detection, 'Blocks', 1000)
        self.assertEqual(len(replies), 2)
        blocks = [b for r in replies for b in r['Blocks']]
        self.assertEqual([b['Page'] for b in blocks if b['BlockType'] == 'PAGE'], list(range(1, len(PAGES) + 1)))
        self.assertEqual(len({b['Id'] for b in blocks}), len(blocks))

    def test_document_analysis(self):
        where = self.where('analysis', pdf(LETTER))
        start, get = self.textract.start_document_analysis, self.textract.get_document_analysis
        asked = {'FeatureTypes': ['LAYOUT', 'TABLES', 'FORMS', 'QUERIES'],
                 'QueriesConfig': {'Queries': [{'Text': 'Who has a pump?', 'Pages': ['*']}]}}
        job = start(DocumentLocation=where, **asked)['JobId']
        whole = self.wait(job, get)
        now = self.textract.analyze_document(Document=where, **asked)
        self.assertEqual(whole['Blocks'], now['Blocks'])
        self.assertEqual(whole['AnalyzeDocumentModelVersion'], now['AnalyzeDocumentModelVersion'])
        self.assertIn('LAYOUT_TEXT', [b['BlockType'] for b in whole['Blocks']])
        replies, _ = self.all_of(job, get, 'Blocks', 3)
        self.assertEqual([b for r in replies for b in r['Blocks']], whole['Blocks'])
        self.refused('InvalidParameterException', 'SIGNATURES', start, DocumentLocation=where,
                     FeatureTypes=['SIGNATURES'])
        self.refused('InvalidJobIdException', 'no text detection job',
                     self.textract.get_document_text_detection, JobId=job)

    def test_expense_analysis(self):
        where = self.where('expenses', INVOICE.read_bytes())
        job = self.textract.start_expense_analysis(DocumentLocation=where)['JobId']
        whole = self.wait(job, self.textract.get_expense_analysis, MaxResults=20)
        now = self.textract.analyze_expense(Document=where)
        self.assertEqual(whole['ExpenseDocuments'], now['ExpenseDocuments'])
        self.assertEqual(whole['JobStatus'], 'SUCCEEDED')
        self.assertNotIn('NextToken', whole)
        self.refused('InvalidJobIdException', 'no document analysis job', self.textract.get_document_analysis,
                     JobId=job)

    def test_a_job_fails_with_its_reason(self):
        for body, words in ((b'PK\x03\x04' + bytes(60), 'UnsupportedDocumentException: .*a ZIP archive'),
                            (pdf(LETTER)[:400], 'BadDocumentException: .*truncated'),
                            (self.encrypted(), 'UnsupportedDocumentException: .*encrypted'),
                            (b'', None)):
            where = self.where('failures', body)
            for start, get, further in (
                    (self.textract.start_document_text_detection, None, {}),
                    (self.textract.start_document_analysis, self.textract.get_document_analysis,
                     {'FeatureTypes': ['FORMS']}),
                    (self.textract.start_expense_analysis, self.textract.get_expense_analysis, {})):
                if words is None:
                    self.refused('BadDocumentException', 'empty', start, DocumentLocation=where, **further)
                    continue
                reply = self.wait(start(DocumentLocation=where, **further)['JobId'], get)
                self.assertEqual(reply['JobStatus'], 'FAILED')
                self.assertRegex(reply['StatusMessage'], words)

    def encrypted(self):
        plain = self.folder() / 'plain.pdf'
        plain.write_bytes(pdf(LETTER))
        return subprocess.run(['qpdf', '--encrypt', 'secret', 'owner', '256', '--', str(plain), '-'], check=True,
                              stdout=subprocess.PIPE).stdout

    def test_pages_that_cannot_be_read_are_named(self):
        where = self.where('partly', giant(['Dear Sir']))
        job = self.textract.start_document_text_detection(DocumentLocation=where)['JobId']
        reply = self.wait(job)
        self.assertEqual(reply['JobStatus'], 'PARTIAL_SUCCESS')
        self.assertEqual(reply['Warnings'], [{'ErrorCode': 'BadDocumentException', 'Pages': [2]}])
        self.assertIn('page 2', reply['StatusMessage'])
        self.assertEqual(self.lines(reply), ['Dear Sir'])
        self.assertEqual(reply['DocumentMetadata'], {'Pages': 2})

    def test_job_tokens_and_refusals(self):
        start = self.textract.start_document_text_detection
        one, two = self.where('tokens', pdf(LETTER), 'one'), self.where('tokens', pdf(LETTER), 'two')
        first = start(DocumentLocation=one, ClientRequestToken='t1')['JobId']
        self.assertEqual(start(DocumentLocation=one, ClientRequestToken='t1')['JobId'], first)
        self.refused('IdempotentParameterMismatchException', 't1', start, DocumentLocation=two,
                     ClientRequestToken='t1')
        self.refused('IdempotentParameterMismatchException', 't1', start, DocumentLocation=one,
                     ClientRequestToken='t1', JobTag='another')
        self.assertNotEqual(start(DocumentLocation=one)['JobId'], first)
        self.refused('InvalidKMSKeyException', 'KMSKeyId', start, DocumentLocation=one, KMSKeyId='alias/key')
        self.refused('InvalidS3ObjectException', 'no bucket', start, DocumentLocation=one,
                     OutputConfig={'S3Bucket': 'nowhere'})
        self.refused('InvalidS3ObjectException', 'no object', start,
                     DocumentLocation={'S3Object': {'Bucket': 'tokens', 'Name': 'three'}})
        self.refused('InvalidParameterException', 'notificationChannel', start, DocumentLocation=one,
                     NotificationChannel={'SNSTopicArn': 'arn:aws:sqs:us-east-1:123456789012:q', 'RoleArn': 'x' * 20})
        for get, noun in ((self.textract.get_document_text_detection, 'text detection'),
                          (self.textract.get_document_analysis, 'document analysis'),
                          (self.textract.get_expense_analysis, 'expense analysis')):
            self.refused('InvalidJobIdException', f'no {noun} job', get, JobId='0' * 64)

    def test_the_output_in_a_bucket(self):
        where = self.where('outputs', pdf(PAGES))
        for config, folder in (({'S3Bucket': 'outputs'}, 'textract_output'),
                               ({'S3Bucket': 'outputs', 'S3Prefix': 'a/b'}, 'a/b')):
            job = self.textract.start_document_text_detection(DocumentLocation=where, OutputConfig=config)['JobId']
            keys = [o['Key'] for o in self.s3.list_objects_v2(Bucket='outputs', Prefix=f'{folder}/{job}/')['Contents']]
            self.assertIn(f'{folder}/{job}/.s3_access_check', keys)
            replies, _ = self.all_of(job, self.textract.get_document_text_detection, 'Blocks', 1000)
            self.assertEqual(len(replies), 2)
            pieces = []
            for n in (1, 2):
                piece = json.load(self.s3.get_object(Bucket='outputs', Key=f'{folder}/{job}/{n}')['Body'])
                self.assertEqual(piece['JobStatus'], 'SUCCEEDED')
                self.assertEqual(piece['DocumentMetadata'], {'Pages': len(PAGES)})
                self.assertIsNone(piece['Warnings'])
                pieces += piece['Blocks']
            self.assertIsNone(piece['NextToken'])
            self.assertEqual(rounded(pieces), rounded([b for r in replies for b in r['Blocks']]))

    def test_a_function_is_told(self):
        folder = self.folder()
        (folder / 'bootstrap').write_text(LISTENER)
        (folder / 'bootstrap').chmod(0o755)
        self.s3.create_bucket(Bucket='notices')
        for name, topic in (('by-arn', TOPIC), ('by-name', 'sns:other')):
            subprocess.run([BINARY, 'function', 'add', name, str(folder), '--on', topic, '--data',
                            str(self.server.data)], check=True)
        listed = subprocess.run([BINARY, 'function', 'list', '--data', str(self.server.data)], check=True, text=True,
                                stdout=subprocess.PIPE).stdout
        self.assertIn('sns:other', listed)
        where = self.where('notified', pdf(LETTER))
        zipped = self.where('notified', b'PK\x03\x04' + bytes(60), 'zip')
        jobs = {}
        for location, channel, tag in ((where, CHANNEL, 'good'), (zipped, CHANNEL, 'bad'),
                                       (where, {**CHANNEL, 'SNSTopicArn': TOPIC[:-4] + 'other'}, 'other')):
            jobs[tag] = self.textract.start_document_text_detection(
                DocumentLocation=location, NotificationChannel=channel, JobTag=tag)['JobId']
        for tag, job in jobs.items():
            def told():
                try:
                    return self.s3.get_object(Bucket='notices', Key=job)['Body'].read()
                except ClientError:
                    return None
            said = json.loads(self.until(told, 60, f'the notice of {tag}'))
            good = tag != 'bad'
            self.assertEqual((said['JobId'], said['JobTag'], said['API']), (job, tag, 'StartDocumentTextDetection'))
            self.assertEqual(said['Status'], 'SUCCEEDED' if good else 'FAILED')
            self.assertEqual(said['status'], said['Status'])
            self.assertEqual(said['DocumentLocation'], {'S3ObjectName': 'document' if good else 'zip',
                                                        'S3Bucket': 'notified'})
            self.assertAlmostEqual(said['Timestamp'] / 1000, time.time(), delta=120)
            self.assertEqual(said['seen'], LETTER[0] + LETTER[1] if good else [])
            record, = said['event']['Records']
            self.assertEqual(record['EventSource'], 'aws:sns')
            self.assertEqual(record['Sns']['TopicArn'], TOPIC if tag != 'other' else TOPIC[:-4] + 'other')

    def test_a_topic_without_listeners_is_no_error(self):
        where = self.where('unheard', pdf(LETTER))
        job = self.textract.start_document_text_detection(
            DocumentLocation=where, NotificationChannel={**CHANNEL, 'SNSTopicArn': TOPIC + '-unheard'})['JobId']
        self.assertEqual(self.wait(job)['JobStatus'], 'SUCCEEDED')
        self.until(lambda: 'nobody listens' in self.server.log_text(), 10, 'a line of the log')

    def test_a_result_survives_a_crash(self):
        where = self.where('crash', pdf(LETTER))
        done = self.textract.start_document_analysis(DocumentLocation=where, FeatureTypes=['LAYOUT'])['JobId']
        before = self.wait(done, self.textract.get_document_analysis)
        job = self.textract.start_document_text_detection(DocumentLocation=where)['JobId']
        self.server.stop(signal.SIGKILL)
        self.server.start()
        self.textract = boto3_client(self.server, 'textract')
        self.assertEqual(self.lines(self.wait(job)), LETTER[0] + LETTER[1])
        after = self.textract.get_document_analysis(JobId=done)
        for reply in before, after:
            del reply['ResponseMetadata']
        self.assertEqual(before, after)

    def test_a_running_job_does_not_hold_up_the_stop(self):
        where = self.where('stop', self.scans(40))
        job = self.textract.start_document_text_detection(DocumentLocation=where)['JobId']
        self.until(self.busy, 60, 'a page being read')
        began = time.monotonic()
        self.assertEqual(self.server.stop(), 0)
        self.assertLess(time.monotonic() - began, 8)
        self.server.start()
        self.textract = boto3_client(self.server, 'textract')
        reply = self.textract.get_document_text_detection(JobId=job)
        self.assertEqual(reply['JobStatus'], 'IN_PROGRESS')
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        self.textract = boto3_client(self.server, 'textract')
        self.assertEqual(self.textract.get_document_text_detection(JobId=job)['JobStatus'], 'IN_PROGRESS')

    def scans(self, count):
        """Pages that must be recognised."""
        return tiff(sheets([[f'The letter number {n}', 'has these words', 'on its page'] for n in range(count)]))

    def busy(self):
        """Whether a reader of the server has a worker."""
        try:
            return any(children(p) for p in children(self.server.process.pid))
        except OSError:
            return False

    def test_the_aws_cli(self):
        self.where('cli', INVOICE.read_bytes())
        location = '{"S3Object": {"Bucket": "cli", "Name": "document"}}'
        for start, get, options in (('start-document-text-detection', 'get-document-text-detection', ()),
                                    ('start-document-analysis', 'get-document-analysis',
                                     ('--feature-types', 'TABLES', 'FORMS')),
                                    ('start-expense-analysis', 'get-expense-analysis', ())):
            job = json.loads(self.aws('textract', start, '--document-location', location, *options,
                                      '--output', 'json'))['JobId']

            def ended():
                reply = json.loads(self.aws('textract', get, '--job-id', job, '--output', 'json'))
                return reply if reply['JobStatus'] != 'IN_PROGRESS' else None
            self.assertEqual(self.until(ended, 120, start)['JobStatus'], 'SUCCEEDED')

    def test_the_two_flows_of_the_searchable_pdf_article(self):
        """Its Java programs, call for call."""
        image = self.textract.detect_document_text(Document={'Bytes': pdf(LETTER[:1])})
        boxes = [(b['Geometry']['BoundingBox']['Left'], b['Geometry']['BoundingBox']['Top'],
                  b['Geometry']['BoundingBox']['Width'], b['Geometry']['BoundingBox']['Height'], b['Text'])
                 for b in image['Blocks'] if b['BlockType'] == 'LINE']
        self.assertEqual([b[4] for b in boxes], LETTER[0])
        self.assertTrue(all(0 <= v <= 1 for b in boxes for v in b[:4]))
        where = self.where('article', pdf(LETTER))
        job = self.textract.start_document_text_detection(DocumentLocation=where, JobTag='DetectingText')['JobId']
        self.wait(job, MaxResults=1)
        pages, token = [], {}
        while True:
            reply = self.textract.get_document_text_detection(JobId=job, MaxResults=1000, **token)
            for block in reply['Blocks']:
                if block['BlockType'] == 'PAGE':
                    pages.append([])
                elif block['BlockType'] == 'LINE':
                    pages[-1].append(block['Text'])
            if 'NextToken' not in reply:
                break
            token = {'NextToken': reply['NextToken']}
        self.assertEqual(pages, LETTER)


main(Jobs)
