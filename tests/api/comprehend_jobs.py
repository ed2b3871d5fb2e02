#!/usr/bin/env python3
"""Comprehend's asynchronous jobs under boto3 and the aws CLI: documents in a bucket, lines of JSON in an archive."""
import datetime
import io
import json
import signal
import tarfile

from botocore.exceptions import ClientError
from harness import Server, Suite, boto3_client, main

ROLE = 'arn:aws:iam::000000000000:role/anything-that-may-read'
LINES = ['Ada Lovelace paid $5 to Acme Ltd. on 5/10/2019.', 'The old mill grinds our own grain.',
         '\U0001F600 日本 שלום — naïve café on 6/11/2020']


class Helpers(Suite):
    def setUp(self):
        self.comprehend = self.client('comprehend')
        self.s3 = self.client('s3')

    def bucket(self, name, **objects):
        try:
            self.s3.create_bucket(Bucket=name)
        except ClientError:
            pass
        for key, body in objects.items():
            self.s3.put_object(Bucket=name, Key=key, Body=body)

    def put(self, bucket, key, body):
        self.bucket(bucket)
        self.s3.put_object(Bucket=bucket, Key=key, Body=body)

    def refused(self, error, words, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response['Error']['Code'], error)
        self.assertIn(words, caught.exception.response['Error']['Message'])

    def start(self, source, to, kind='entities', form='ONE_DOC_PER_LINE', client=None, **more):
        call = getattr(client or self.comprehend, f'start_{kind}_detection_job')
        return call(InputDataConfig={'S3Uri': source, 'InputFormat': form}, OutputDataConfig={'S3Uri': to},
                    DataAccessRoleArn=ROLE, **{'LanguageCode': 'en', **more})

    def describe(self, job, kind='entities', client=None):
        reply = getattr(client or self.comprehend, f'describe_{kind}_detection_job')(JobId=job)
        reply.pop('ResponseMetadata')
        [(_, properties)] = reply.items()
        return properties

    def wait(self, job, kind='entities', client=None, status='COMPLETED'):
        def ended():
            p = self.describe(job, kind, client)
            return p if p['JobStatus'] not in ('SUBMITTED', 'IN_PROGRESS', 'STOP_REQUESTED') else None
        p = self.until(ended, 120, 'the end of the job')
        self.assertEqual(p['JobStatus'], status, p.get('Message'))
        return p

    def object(self, url, client=None):
        bucket, _, key = url[5:].partition('/')
        return (client or self.s3).get_object(Bucket=bucket, Key=key)['Body'].read()

    def output(self, properties, client=None, name='output'):
        url = properties['OutputDataConfig']['S3Uri']
        with tarfile.open(fileobj=io.BytesIO(self.object(url, client)), mode='r:gz') as archive:
            self.assertEqual(archive.getnames(), [name])
            return [json.loads(line) for line in archive.extractfile(name).read().decode().splitlines()]


class Jobs(Helpers):
    def test_entities_a_document_per_line(self):
        self.put('ent', 'in/notes.txt', '\r\n'.join(LINES) + '\r\n')
        self.put('ent', 'in/more.txt', f'\n{LINES[0]}')
        started = self.start('s3://ent/in/', 's3://ent/out', JobName='names')
        self.assertEqual(started['JobStatus'], 'SUBMITTED')
        self.assertRegex(started['JobId'], '^[0-9a-f]{32}$')
        self.assertEqual(started['JobArn'],
                         f'arn:aws:comprehend:us-east-1:000000000000:entities-detection-job/{started["JobId"]}')
        p = self.wait(started['JobId'])
        self.assertEqual(p['JobName'], 'names')
        self.assertEqual(p['InputDataConfig'], {'S3Uri': 's3://ent/in/', 'InputFormat': 'ONE_DOC_PER_LINE'})
        self.assertEqual(p['OutputDataConfig']['S3Uri'],
                         f's3://ent/out/000000000000-NER-{started["JobId"]}/output/output.tar.gz')
        self.assertEqual((p['LanguageCode'], p['DataAccessRoleArn']), ('en', ROLE))
        self.assertLessEqual(p['SubmitTime'], p['EndTime'])
        said = self.output(p)
        self.assertEqual([(d['File'], d['Line']) for d in said],
                         [('more.txt', 0), ('more.txt', 1), ('notes.txt', 0), ('notes.txt', 1), ('notes.txt', 2)])
        self.assertEqual((said[0]['ErrorCode'], said[0]['ErrorMessage']), ('INVALID_DOCUMENT', 'Document is empty.'))
        for d, text in zip(said[1:], [LINES[0]] + LINES):
            now = self.comprehend.detect_entities(Text=text, LanguageCode='en')['Entities']
            self.assertEqual(round_scores(d['Entities']), round_scores(now))
            for e in d['Entities']:
                self.assertEqual(list(e), ['BeginOffset', 'EndOffset', 'Score', 'Text', 'Type'])
                self.assertEqual(text[e['BeginOffset']:e['EndOffset']], e['Text'])
        self.s3.head_object(Bucket='ent', Key='out/.write_access_check_file.temp')

    def test_key_phrases_a_document_per_file(self):
        for name, text in (('a/one', LINES[1]), ('a/deep/two', LINES[0] + '\n' + LINES[1]), ('a/none', '')):
            self.put('phrases', name, text)
        p = self.wait(self.start('s3://phrases/a/', 's3://phrases', 'key_phrases', 'ONE_DOC_PER_FILE')['JobId'], 'key_phrases')
        self.assertIn('000000000000-KP-', p['OutputDataConfig']['S3Uri'])
        said = {d['File']: d for d in self.output(p)}
        self.assertEqual(set(said), {'one', 'deep/two', 'none'})
        self.assertNotIn('Line', said['one'])
        self.assertEqual([k['Text'] for k in said['one']['KeyPhrases']], ['The old mill', 'our own grain'])
        self.assertEqual(said['none']['ErrorCode'], 'INVALID_DOCUMENT')

    def test_languages(self):
        self.put('tongues', 'a', 'Das ist die alte Mühle am Fluss.\nThis is the old mill by the river.\n')
        job = self.comprehend.start_dominant_language_detection_job(
            InputDataConfig={'S3Uri': 's3://tongues/a'}, OutputDataConfig={'S3Uri': 's3://tongues'},
            DataAccessRoleArn=ROLE)['JobId']
        p = self.wait(job, 'dominant_language')
        self.assertIn('-LANGUAGE-', p['OutputDataConfig']['S3Uri'])
        self.assertEqual([(d['Line'], d['Languages'][0]['LanguageCode']) for d in self.output(p)], [(0, 'de'), (1, 'en')])

    def test_sentiment(self):
        self.put('moods', 'a', 'I love the wonderful bread.\n' + 'x' * 5121 + '\n')
        p = self.wait(self.start('s3://moods/a', 's3://moods', 'sentiment')['JobId'], 'sentiment')
        said = self.output(p)
        self.assertEqual(list(said[0]), ['File', 'Line', 'Sentiment', 'SentimentScore'])
        self.assertEqual(said[0]['Sentiment'], 'POSITIVE')
        self.assertEqual(said[1]['ErrorMessage'], 'Document size exceeds maximum size limit 5120 bytes.')
        p = self.wait(self.start('s3://moods/a', 's3://moods', 'targeted_sentiment')['JobId'], 'targeted_sentiment')
        self.assertIn('-TS-', p['OutputDataConfig']['S3Uri'])
        mention = self.output(p)[0]['Entities'][-1]['Mentions'][0]
        self.assertEqual(mention['MentionSentiment']['Sentiment'], 'POSITIVE')

    def pii(self, form, mode, **more):
        job = self.comprehend.start_pii_entities_detection_job(
            InputDataConfig={'S3Uri': 's3://pii/in/', 'InputFormat': form}, OutputDataConfig={'S3Uri': 's3://pii/out'},
            DataAccessRoleArn=ROLE, LanguageCode='en', Mode=mode, **more)['JobId']
        p = self.wait(job, 'pii_entities')
        self.assertEqual(p['Mode'], mode)
        self.assertEqual(p['OutputDataConfig']['S3Uri'], f's3://pii/out/000000000000-PII-{job}/output/')
        keys = self.s3.list_objects_v2(Bucket='pii', Prefix=f'out/000000000000-PII-{job}/output/')['Contents']
        return {o['Key'].split('/output/')[1]: self.object(f's3://pii/{o["Key"]}').decode() for o in keys}

    def test_personal_data(self):
        one = 'Write to ada@example.com\n\nor call (555) 010-4477\n'
        self.put('pii', 'in/one.txt', one)
        self.put('pii', 'in/deep/two.txt', b'4111 1111 1111 1111\nbad \xff\n')
        said = self.pii('ONE_DOC_PER_LINE', 'ONLY_OFFSETS')
        self.assertEqual(set(said), {'one.txt.out', 'deep/two.txt.out'})
        lines = [json.loads(line) for line in said['one.txt.out'].splitlines()]
        self.assertEqual([(d['File'], d['Line']) for d in lines], [('one.txt', n) for n in range(3)])
        self.assertEqual([(e['Type'], one.splitlines()[d['Line']][e['BeginOffset']:e['EndOffset']])
                          for d in lines for e in d.get('Entities', [])],
                         [('EMAIL', 'ada@example.com'), ('PHONE', '(555) 010-4477')])
        said = self.pii('ONE_DOC_PER_LINE', 'ONLY_REDACTION', RedactionConfig={
            'PiiEntityTypes': ['ALL'], 'MaskMode': 'REPLACE_WITH_PII_ENTITY_TYPE'})
        self.assertEqual(said['one.txt.out'], 'Write to [EMAIL]\n\nor call [PHONE]\n')
        first, second = said['deep/two.txt.out'].splitlines()
        self.assertEqual((first, json.loads(second)['ErrorCode']), ('[CREDIT_DEBIT_NUMBER]', 'UNSUPPORTED_ENCODING'))
        self.s3.delete_object(Bucket='pii', Key='in/deep/two.txt')
        said = self.pii('ONE_DOC_PER_FILE', 'ONLY_REDACTION', RedactionConfig={
            'PiiEntityTypes': ['EMAIL'], 'MaskMode': 'MASK', 'MaskCharacter': '#'})
        self.assertEqual(said, {'one.txt.out': one.replace('ada@example.com', '#' * 15)})
        self.refused('InvalidRequestException', 'RedactionConfig', self.comprehend.start_pii_entities_detection_job,
                     InputDataConfig={'S3Uri': 's3://pii/in/'}, OutputDataConfig={'S3Uri': 's3://pii/out'},
                     DataAccessRoleArn=ROLE, LanguageCode='en', Mode='ONLY_REDACTION')

    def test_a_prefix_may_be_one_file(self):
        self.put('one', 'x/doc.txt', LINES[0])
        p = self.wait(self.start('s3://one/x/doc.txt', 's3://one/y/')['JobId'])
        self.assertEqual([d['File'] for d in self.output(p)], ['doc.txt'])
        self.assertIn('s3://one/y/000000000000-NER-', p['OutputDataConfig']['S3Uri'])

    def test_documents_that_are_wrong_are_named(self):
        self.put('bad', 'l/a.txt', b'fine\r\r' + b'x' * ((1 << 20) + 1) + b'\n' + b'y' * (1 << 20) + b'\nbad \xff\nlost\n')
        self.put('bad', 'l/b.txt', b'nul \0 and \xe2\x80\xa8 stays')
        said = self.output(self.wait(self.start('s3://bad/l/', 's3://bad/out')['JobId']))
        self.assertEqual([(d['File'], d['Line'], d.get('ErrorCode')) for d in said],
                         [('a.txt', 0, None), ('a.txt', 1, 'INVALID_DOCUMENT'), ('a.txt', 2, 'DOCUMENT_SIZE_EXCEEDED'),
                          ('a.txt', 3, None), ('a.txt', 4, 'UNSUPPORTED_ENCODING'), ('b.txt', 0, None)])
        self.assertEqual(said[2]['ErrorMessage'], 'Document size exceeds maximum size limit 1048576 bytes.')
        self.put('bad', 'f/long', b'z' * ((1 << 20) + 1))
        self.put('bad', 'f/latin', 'é'.encode('latin-1'))
        said = self.output(self.wait(self.start('s3://bad/f/', 's3://bad/out', form='ONE_DOC_PER_FILE')['JobId']))
        self.assertEqual([(d['File'], d['ErrorCode']) for d in said],
                         [('latin', 'UNSUPPORTED_ENCODING'), ('long', 'DOCUMENT_SIZE_EXCEEDED')])

    def test_refusals(self):
        self.bucket('ref')
        self.refused('InvalidRequestException', 'no bucket nowhere', self.start, source='s3://nowhere/x', to='s3://ref')
        self.refused('InvalidRequestException', 'no bucket nowhere', self.start, source='s3://ref/x', to='s3://nowhere')
        self.refused('InvalidRequestException', 'texts in en', self.start, source='s3://ref', to='s3://ref',
                     LanguageCode='de')
        self.refused('KmsKeyValidationException', 'VolumeKmsKeyId', self.start, source='s3://ref', to='s3://ref',
                     VolumeKmsKeyId='alias/key')
        self.refused('InvalidRequestException', 'VpcConfig', self.start, source='s3://ref', to='s3://ref',
                     VpcConfig={'SecurityGroupIds': ['sg-1'], 'Subnets': ['s-1']})
        self.refused('TooManyTagsException', '51', self.start, source='s3://ref', to='s3://ref',
                     Tags=[{'Key': str(n), 'Value': ''} for n in range(51)])
        for kind in ('entities', 'key_phrases'):
            self.refused('JobNotFoundException', '0' * 32, getattr(self.comprehend, f'describe_{kind}_detection_job'),
                         JobId='0' * 32)
            self.refused('JobNotFoundException', '0' * 32, getattr(self.comprehend, f'stop_{kind}_detection_job'),
                         JobId='0' * 32)
        p = self.wait(self.start('s3://ref/nothing', 's3://ref')['JobId'], status='FAILED')
        self.assertIn('no object under s3://ref/nothing', p['Message'])
        self.assertIn('EndTime', p)
        self.refused('InvalidRequestException', 'FAILED', self.comprehend.stop_entities_detection_job,
                     JobId=p['JobId'])
        self.refused('JobNotFoundException', p['JobId'], self.comprehend.describe_key_phrases_detection_job,
                     JobId=p['JobId'])

    def test_tokens(self):
        self.put('tok', 'a', LINES[0])
        first = self.start('s3://tok/a', 's3://tok/o', ClientRequestToken='t-1')
        again = self.start('s3://tok/a', 's3://tok/o', ClientRequestToken='t-1')
        self.assertEqual(first['JobId'], again['JobId'])
        self.refused('InvalidRequestException', 't-1', self.start, source='s3://tok/a', to='s3://tok/p',
                     ClientRequestToken='t-1')
        other = self.start('s3://tok/a', 's3://tok/o', 'key_phrases', ClientRequestToken='t-1')
        self.assertNotEqual(first['JobId'], other['JobId'])
        self.wait(first['JobId'])

    def list_all(self, **arguments):
        replies, token = [], {}
        while True:
            reply = self.comprehend.list_key_phrases_detection_jobs(**arguments, **token)
            replies.append(reply['KeyPhrasesDetectionJobPropertiesList'])
            if 'NextToken' not in reply:
                return replies
            token = {'NextToken': reply['NextToken']}

    def test_listings(self):
        self.put('list', 'a', LINES[0])
        jobs = [self.start('s3://list/a', 's3://list/o', 'key_phrases', JobName=f'list-{n % 2}')['JobId']
                for n in range(7)]
        times = [self.wait(job, 'key_phrases')['SubmitTime'] for job in jobs]
        newest = [p['JobId'] for reply in self.list_all() for p in reply if p['JobId'] in jobs]
        self.assertEqual(newest, jobs[::-1])
        pages = self.list_all(MaxResults=3)
        self.assertTrue(all(len(page) == 3 for page in pages[:-1]) and len(pages) >= 3)
        self.assertEqual([p['JobId'] for page in pages for p in page if p['JobId'] in jobs], jobs[::-1])
        odd = [p['JobId'] for page in self.list_all(Filter={'JobName': 'list-1'}, MaxResults=2) for p in page]
        self.assertEqual(odd, [jobs[5], jobs[3], jobs[1]])
        done = [p['JobId'] for page in self.list_all(Filter={'JobStatus': 'COMPLETED'}) for p in page]
        self.assertTrue(set(jobs) <= set(done))
        self.assertEqual(self.list_all(Filter={'JobStatus': 'STOPPED'}), [[]])
        hour = datetime.timedelta(hours=1)   # what clients send is cut to seconds
        before = [p['JobId'] for page in self.list_all(Filter={'SubmitTimeBefore': times[0] + hour}, MaxResults=2)
                  for p in page if p['JobId'] in jobs]
        self.assertEqual(before, jobs)
        self.assertEqual(self.list_all(Filter={'SubmitTimeBefore': times[0] - hour}), [[]])
        after = [p['JobId'] for page in self.list_all(Filter={'SubmitTimeAfter': times[0] - hour}) for p in page]
        self.assertEqual([j for j in after if j in jobs], jobs[::-1])
        self.assertEqual(self.list_all(Filter={'SubmitTimeAfter': times[0] + hour}), [[]])
        self.refused('InvalidFilterException', 'one at a time', self.comprehend.list_key_phrases_detection_jobs,
                     Filter={'JobName': 'x', 'JobStatus': 'COMPLETED'})
        self.refused('InvalidRequestException', 'NextToken', self.comprehend.list_key_phrases_detection_jobs,
                     NextToken='&')

    def test_tags(self):
        self.put('tags', 'a', LINES[0])
        arn = self.start('s3://tags/a', 's3://tags/o', Tags=[{'Key': 'team', 'Value': 'mill'}])['JobArn']
        self.comprehend.tag_resource(ResourceArn=arn, Tags=[{'Key': 'team', 'Value': 'bake'}, {'Key': 'x', 'Value': ''}])
        self.assertEqual(self.comprehend.list_tags_for_resource(ResourceArn=arn)['Tags'],
                         [{'Key': 'team', 'Value': 'bake'}, {'Key': 'x', 'Value': ''}])
        self.comprehend.untag_resource(ResourceArn=arn, TagKeys=['team'])
        self.assertEqual(self.comprehend.list_tags_for_resource(ResourceArn=arn)['Tags'], [{'Key': 'x', 'Value': ''}])
        self.refused('TooManyTagsException', '51', self.comprehend.tag_resource, ResourceArn=arn,
                     Tags=[{'Key': str(n), 'Value': ''} for n in range(50)])
        self.refused('InvalidRequestException', 'two tags a', self.comprehend.tag_resource, ResourceArn=arn,
                     Tags=[{'Key': 'a', 'Value': '1'}, {'Key': 'a', 'Value': '2'}])
        self.refused('ResourceNotFoundException', 'no arn', self.comprehend.list_tags_for_resource,
                     ResourceArn=arn[:-1] + ('0' if arn[-1] != '0' else '1'))
        self.refused('ResourceNotFoundException', 'nothing of that kind', self.comprehend.list_tags_for_resource,
                     ResourceArn='arn:aws:comprehend:us-east-1:000000000000:flywheel/x')

    def test_a_job_is_stopped(self):
        self.put('stop', 'many', (LINES[0] + '\n') * 400000)
        job = self.start('s3://stop/many', 's3://stop/o')['JobId']
        self.until(lambda: self.describe(job)['JobStatus'] == 'IN_PROGRESS', what='the beginning')
        said = self.comprehend.stop_entities_detection_job(JobId=job)
        self.assertEqual((said['JobId'], said['JobStatus']), (job, 'STOP_REQUESTED'))
        p = self.wait(job, status='STOPPED')
        done = self.output(p)   # what was done till then
        self.assertLess(len(done), 400000)
        self.assertEqual([d['Line'] for d in done], list(range(len(done))))

    def test_the_aws_cli(self):
        self.put('cli', 'a', LINES[0])
        job = json.loads(self.aws('comprehend', 'start-entities-detection-job', '--input-data-config',
                                  'S3Uri=s3://cli/a,InputFormat=ONE_DOC_PER_FILE', '--output-data-config',
                                  'S3Uri=s3://cli/out', '--data-access-role-arn', ROLE, '--language-code',
                                  'en'))['JobId']
        self.wait(job)
        said = json.loads(self.aws('comprehend', 'describe-entities-detection-job', '--job-id', job))
        self.assertEqual(said['EntitiesDetectionJobProperties']['JobStatus'], 'COMPLETED')
        folder = self.folder()
        self.aws('s3', 'cp', said['EntitiesDetectionJobProperties']['OutputDataConfig']['S3Uri'], str(folder))
        self.run_program('tar', '-xzf', folder / 'output.tar.gz', '-C', folder)
        self.assertEqual(json.loads((folder / 'output').read_text())['File'], 'a')


class Crashes(Helpers):
    """The server is killed while a job runs."""

    def test_a_job_survives_the_server(self):
        server = Server()
        self.addCleanup(server.close)
        client, s3 = boto3_client(server, 'comprehend'), boto3_client(server, 's3')
        s3.create_bucket(Bucket='long')
        s3.put_object(Bucket='long', Key='many', Body=(LINES[0] + '\n') * 60000)
        job = self.start('s3://long/many', 's3://long/o', client=client)['JobId']
        self.until(lambda: self.describe(job, client=client)['JobStatus'] == 'IN_PROGRESS', what='the beginning')
        for how in (signal.SIGKILL, signal.SIGTERM):
            server.stop(how)
            server.start()
            client, s3 = boto3_client(server, 'comprehend'), boto3_client(server, 's3')
            self.assertIn(self.describe(job, client=client)['JobStatus'], ('IN_PROGRESS', 'COMPLETED'))
        said = self.output(self.wait(job, client=client), s3)
        self.assertEqual([d['Line'] for d in said], list(range(60000)))


def round_scores(items):
    """Scores of the API's replies have the precision of float."""
    return [{k: round(v, 5) if k == 'Score' else v for k, v in i.items()} for i in items]


main(Jobs, Crashes)
