#!/usr/bin/env python3
"""Models of one's own in Comprehend, under boto3 and the aws CLI: trained from a bucket, served, and what is refused."""
import csv
import io
import json
import random
import signal
import sqlite3
import tarfile

from botocore.exceptions import ClientError
from harness import Server, Suite, boto3_client, main
from papers import Page, pdf

ROLE = 'arn:aws:iam::000000000000:role/anything-that-may-read'
ARN = 'arn:aws:comprehend:us-east-1:000000000000:'
SPORT = 'goal match team coach striker keeper league stadium referee ball score penalty'.split()
FOOD = 'flour oven bread butter sugar recipe kitchen baker dough yeast cake salt'.split()
MUSIC = 'guitar drum chorus melody singer piano concert violin rhythm band album song'.split()
NAMES = 'Ada Grace Alan Edsger Donald Barbara Niklaus Tony Leslie Robin Frances Margaret'.split()
TOWNS = 'Leipzig Lyon Turin Porto Graz Ghent Malmo Bergen Cork Split Brno Tartu'.split()


def sentence(words, n, seed):
    r = random.Random(seed)
    return ' '.join(r.choice(words) for _ in range(n))


def rows(*topics, count=40, seed=0):
    """Labelled texts as CSV, with commas and quotes in them."""
    out = io.StringIO()
    w = csv.writer(out)
    for n in range(count):
        for label, words in topics:
            w.writerow([label, f'{sentence(words, 8, seed + n)}, "{sentence(words, 2, n)}"'])
    return out.getvalue()


TOPICS = (('SPORT', SPORT), ('FOOD', FOOD), ('MUSIC', MUSIC))


class Helpers(Suite):
    def setUp(self):
        self.comprehend = self.client('comprehend')
        self.s3 = self.client('s3')

    def put(self, bucket, key, body, s3=None):
        try:
            (s3 or self.s3).create_bucket(Bucket=bucket)
        except ClientError:
            pass
        (s3 or self.s3).put_object(Bucket=bucket, Key=key, Body=body)

    def refused(self, error, words, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response['Error']['Code'], error)
        self.assertIn(words, caught.exception.response['Error']['Message'])
        return caught.exception.response

    def classifier(self, name, data, client=None, **more):
        return (client or self.comprehend).create_document_classifier(
            DocumentClassifierName=name, DataAccessRoleArn=ROLE, LanguageCode='en',
            InputDataConfig=data if isinstance(data, dict) else {'S3Uri': data}, **more)['DocumentClassifierArn']

    def described(self, arn, client=None):
        client = client or self.comprehend
        if ':document-classifier/' in arn:
            return client.describe_document_classifier(DocumentClassifierArn=arn)['DocumentClassifierProperties']
        return client.describe_entity_recognizer(EntityRecognizerArn=arn)['EntityRecognizerProperties']

    def trained(self, arn, status='TRAINED', client=None):
        def ended():
            p = self.described(arn, client)
            return p if p['Status'] not in ('SUBMITTED', 'TRAINING', 'STOP_REQUESTED') else None
        p = self.until(ended, 180, 'the end of the training')
        self.assertEqual(p['Status'], status, p.get('Message'))
        return p

    def failed(self, name, data, words, **more):
        message = self.trained(self.classifier(name, data, **more), 'IN_ERROR')['Message']
        self.assertIn(words, message)

    def endpoint(self, name, model, client=None, status='IN_SERVICE'):
        client = client or self.comprehend
        arn = client.create_endpoint(EndpointName=name, ModelArn=model, DesiredInferenceUnits=1)['EndpointArn']
        return arn, self.ready(arn, client, status)

    def ready(self, arn, client=None, status='IN_SERVICE'):
        def up():
            p = (client or self.comprehend).describe_endpoint(EndpointArn=arn)['EndpointProperties']
            return p if p['Status'] not in ('CREATING', 'UPDATING') else None
        p = self.until(up, 60, 'the endpoint')
        self.assertEqual(p['Status'], status, p.get('Message'))
        return p

    def archive(self, url, name):
        bucket, _, key = url[5:].partition('/')
        with tarfile.open(fileobj=io.BytesIO(self.s3.get_object(Bucket=bucket, Key=key)['Body'].read())) as t:
            self.assertEqual(t.getnames(), [name])
            return t.extractfile(name).read().decode()


class Classifiers(Helpers):
    def test_a_classifier_from_data_to_answers(self):
        self.put('topics', 'train.csv', rows(*TOPICS))
        arn = self.classifier('topics', 's3://topics/train.csv', OutputDataConfig={'S3Uri': 's3://topics/out'},
                              Tags=[{'Key': 'a', 'Value': 'b'}])
        self.assertEqual(arn, ARN + 'document-classifier/topics')
        p = self.trained(arn)
        self.assertEqual((p['LanguageCode'], p['Mode']), ('en', 'MULTI_CLASS'))
        self.assertLessEqual(p['SubmitTime'], p['TrainingStartTime'])
        self.assertLessEqual(p['TrainingStartTime'], p['TrainingEndTime'])
        m = p['ClassifierMetadata']
        self.assertEqual((m['NumberOfLabels'], m['NumberOfTrainedDocuments'], m['NumberOfTestDocuments']), (3, 108, 12))
        self.assertEqual(set(m['EvaluationMetrics']), {'Accuracy', 'Precision', 'Recall', 'F1Score', 'MicroPrecision',
                                                       'MicroRecall', 'MicroF1Score', 'HammingLoss'})
        self.assertGreater(m['EvaluationMetrics']['F1Score'], 0.9)
        self.assertAlmostEqual(m['EvaluationMetrics']['HammingLoss'], 1 - m['EvaluationMetrics']['Accuracy'])
        said = json.loads(self.archive(p['OutputDataConfig']['S3Uri'], 'output/confusion_matrix.json'))
        self.assertEqual((said['type'], said['labels'], said['all_labels']),
                         ('multi_class', ['SPORT', 'FOOD', 'MUSIC'], ['SPORT', 'FOOD', 'MUSIC']))
        self.assertEqual([sum(row) for row in said['confusion_matrix']], [4, 4, 4])
        right = sum(said['confusion_matrix'][i][i] for i in range(3))
        self.assertAlmostEqual(right / 12, m['EvaluationMetrics']['Accuracy'])
        self.assertEqual(self.comprehend.list_tags_for_resource(ResourceArn=arn)['Tags'], [{'Key': 'a', 'Value': 'b'}])

        endpoint, about = self.endpoint('topics', arn)
        self.assertEqual(endpoint, ARN + 'document-classifier-endpoint/topics')
        self.assertEqual((about['ModelArn'], about['DesiredModelArn'], about['CurrentInferenceUnits']), (arn, arn, 1))
        for label, words in TOPICS:
            said = self.comprehend.classify_document(Text=sentence(words, 9, 77), EndpointArn=endpoint)['Classes']
            self.assertEqual(said[0]['Name'], label)
            self.assertEqual({c['Name'] for c in said}, {'SPORT', 'FOOD', 'MUSIC'})
            self.assertAlmostEqual(sum(c['Score'] for c in said), 1, 3)
            self.assertEqual([c['Score'] for c in said], sorted((c['Score'] for c in said), reverse=True))
        self.assertEqual(self.comprehend.classify_document(Bytes=b'flour, oven and dough', EndpointArn=endpoint)
                         ['Classes'][0]['Name'], 'FOOD')
        self.documents(endpoint)
        self.wrong_texts(endpoint)

        lines = '\n'.join(sentence(words, 9, 5) for _, words in TOPICS)
        self.put('topics', 'new/lines.txt', lines + '\n\n')
        job = self.comprehend.start_document_classification_job(
            DocumentClassifierArn=arn, InputDataConfig={'S3Uri': 's3://topics/new/', 'InputFormat': 'ONE_DOC_PER_LINE'},
            OutputDataConfig={'S3Uri': 's3://topics/out'}, DataAccessRoleArn=ROLE)
        done = self.until(lambda: self.job(job['JobId']), 60, 'the job')
        self.assertEqual(done['JobStatus'], 'COMPLETED', done.get('Message'))
        self.assertEqual(done['DocumentClassifierArn'], arn)
        said = [json.loads(line) for line in
                self.archive(done['OutputDataConfig']['S3Uri'], 'predictions.jsonl').splitlines()]
        self.assertEqual([(d['File'], d['Line']) for d in said], [('lines.txt', str(n)) for n in range(4)])
        self.assertEqual([d['Classes'][0]['Name'] for d in said[:3]], ['SPORT', 'FOOD', 'MUSIC'])
        self.assertEqual(said[3]['ErrorCode'], 'INVALID_DOCUMENT')
        listed = self.comprehend.list_document_classification_jobs(Filter={'JobStatus': 'COMPLETED'})
        self.assertIn(job['JobId'], [j['JobId'] for j in listed['DocumentClassificationJobPropertiesList']])

    def job(self, job):
        p = self.comprehend.describe_document_classification_job(JobId=job)['DocumentClassificationJobProperties']
        return p if p['JobStatus'] not in ('SUBMITTED', 'IN_PROGRESS') else None

    def documents(self, endpoint):
        page = Page()
        page.text(20, 40, 'flour oven bread butter dough', 16)
        page.text(20, 80, 'yeast cake kitchen', 16)
        said = self.comprehend.classify_document(Bytes=pdf([page]), EndpointArn=endpoint)
        self.assertEqual(said['Classes'][0]['Name'], 'FOOD')
        self.assertEqual(said['DocumentMetadata']['Pages'], 1)
        self.assertEqual(said['DocumentMetadata']['ExtractedCharacters'][0]['Count'],
                         len('flour oven bread butter dough') + len('yeast cake kitchen'))
        error = self.refused('InvalidRequestException', 'ZIP', self.comprehend.classify_document,
                             Bytes=b'PK\x03\x04' + bytes(60), EndpointArn=endpoint)
        self.assertEqual((error['Reason'], error['Detail']),
                         ('INVALID_DOCUMENT', {'Reason': 'UNSUPPORTED_DOC_TYPE'}))
        self.refused('InvalidRequestException', 'truncated', self.comprehend.classify_document,
                     Bytes=pdf([page])[:300], EndpointArn=endpoint)

    def wrong_texts(self, endpoint):
        call = self.comprehend.classify_document
        self.refused('TextSizeLimitExceededException', '100001 bytes', call, Text='x' * 100001, EndpointArn=endpoint)
        self.refused('InvalidRequestException', 'empty', call, Text=' \n', EndpointArn=endpoint)
        self.refused('InvalidRequestException', 'not both', call, Text='x', Bytes=b'x', EndpointArn=endpoint)
        self.refused('ResourceUnavailableException', 'no endpoint', call, Text='x', EndpointArn=endpoint + 'x')
        for text in ('\0', '\U0001F600' * 100, 'שלום עולם', 'a' * 100000, '東京' * 10000):
            said = call(Text=text, EndpointArn=endpoint)['Classes']
            self.assertAlmostEqual(sum(c['Score'] for c in said), 1, 3)

    def test_labels(self):
        out = io.StringIO()
        w = csv.writer(out)
        for n in range(60):
            w.writerow(['SPORT+FOOD', sentence(SPORT + FOOD, 12, n)])
            w.writerow(['MUSIC', sentence(MUSIC, 12, n)])
            w.writerow(['SPORT', sentence(SPORT, 12, n)])
        self.put('labels', 'train/a.csv', out.getvalue())
        self.put('labels', 'test/b.csv', f'MUSIC,{sentence(MUSIC, 9, 99)}\nSPORT+FOOD,{sentence(SPORT + FOOD, 9, 98)}\n')
        arn = self.classifier('labels', {'S3Uri': 's3://labels/train/', 'TestS3Uri': 's3://labels/test/',
                                         'LabelDelimiter': '+'}, Mode='MULTI_LABEL',
                              OutputDataConfig={'S3Uri': 's3://labels/'})
        p = self.trained(arn)
        m = p['ClassifierMetadata']
        self.assertEqual((m['NumberOfLabels'], m['NumberOfTrainedDocuments'], m['NumberOfTestDocuments']), (3, 180, 2))
        said = json.loads(self.archive(p['OutputDataConfig']['S3Uri'], 'output/confusion_matrix.json'))
        self.assertEqual(said['type'], 'multi_label')
        self.assertEqual([(sum(t[0]), sum(t[1])) for t in said['confusion_matrix']], [(1, 1), (1, 1), (1, 1)])
        endpoint, _ = self.endpoint('labels', arn)
        said = self.comprehend.classify_document(Text=sentence(MUSIC, 9, 3), EndpointArn=endpoint)['Labels']
        self.assertEqual((said[0]['Name'], said[0]['Score'] > 0.5), ('MUSIC', True))

    def test_manifests(self):
        def line(n, label, words):
            return json.dumps({'source': sentence(words, 9, n), 'topic': 1,
                               'topic-metadata': {'class-name': label, 'type': 'groundtruth/text-classification'}})
        self.put('manifest', 'a.manifest', '\n'.join(line(n, *t) for n in range(30) for t in TOPICS))
        data = {'DataFormat': 'AUGMENTED_MANIFEST',
                'AugmentedManifests': [{'S3Uri': 's3://manifest/a.manifest', 'AttributeNames': ['topic']}]}
        self.assertEqual(self.trained(self.classifier('manifest', data))['ClassifierMetadata']['NumberOfLabels'], 3)
        self.put('manifest', 'b.manifest', line(1, *TOPICS[0]) + '\n{"source": "x"}\n')
        data['AugmentedManifests'][0]['S3Uri'] = 's3://manifest/b.manifest'
        self.failed('manifest-b', data, 'b.manifest: line 2: no attribute of AttributeNames')
        self.put('manifest', 'c.manifest', line(1, *TOPICS[0]) + '\n\n{"source":\n')
        data['AugmentedManifests'][0]['S3Uri'] = 's3://manifest/c.manifest'
        self.failed('manifest-c', data, 'c.manifest: line 3')

    def test_data_that_are_wrong_are_named(self):
        good = rows(*TOPICS, count=3)
        for n, (body, words) in enumerate((
                (good + 'SPORT,a,b\n', 'bad-0.csv: line 10: 3 columns; two are wanted'),
                (good + 'SPORT\n', 'bad-1.csv: line 10: 1 columns'),
                (good + 'SPORT,"open\nend\n', 'bad-2.csv: line 10: a quote is not closed'),
                (good + ',text\n', 'bad-3.csv: line 10: the label is empty'),
                (good + 'SPORT,  \n', 'bad-4.csv: line 10: the text is empty'),
                (good.encode() + b'SPORT,\xff\xfe\n', 'bad-5.csv: line 10: the text is not UTF-8'),
                (good.encode() + b'\xff,text\n', 'bad-6.csv: line 10: the label is not UTF-8'),
                (rows(TOPICS[0]), 'the training data have 1 label, SPORT; a classifier needs two or more'),
                ('', 'the training data have 0 labels'),
                (''.join(f'C{i},some text\n' for i in range(100000)), 'bad-9.csv: line 1001: C1000 is the label 1001; a model '
                 'has at most 1000 (mode MULTI_CLASS)'))):
            self.put('bad', f'bad-{n}.csv', body)
            self.failed(f'bad-{n}', f's3://bad/bad-{n}.csv', words)
        self.put('bad', 'test.csv', 'OTHER,text\n')
        self.put('bad', 'good.csv', good)
        self.failed('bad-test', {'S3Uri': 's3://bad/good.csv', 'TestS3Uri': 's3://bad/test.csv'},
                    'test.csv: line 1: no training document has the label OTHER')
        self.failed('bad-none', 's3://bad/nothing', 'no object under s3://bad/nothing')
        self.put('bad', 'many.csv', ''.join(f'L{i}|X,some text\n' for i in range(200)))
        self.failed('bad-many', 's3://bad/many.csv', 'has at most 100 (mode MULTI_LABEL)', Mode='MULTI_LABEL')

    def test_refusals(self):
        self.put('refuse', 'a.csv', rows(*TOPICS))
        call = self.comprehend.create_document_classifier
        good = {'DocumentClassifierName': 'refused', 'DataAccessRoleArn': ROLE, 'LanguageCode': 'en',
                'InputDataConfig': {'S3Uri': 's3://refuse/a.csv'}}
        self.refused('UnsupportedLanguageException', 'en es fr', call, **{**good, 'LanguageCode': 'ja'})
        self.refused('InvalidRequestException', 'no bucket nowhere', call,
                     **{**good, 'InputDataConfig': {'S3Uri': 's3://nowhere/a'}})
        self.refused('InvalidRequestException', 'no S3Uri', call, **{**good, 'InputDataConfig': {}})
        self.refused('InvalidRequestException', 'AugmentedManifests', call,
                     **{**good, 'InputDataConfig': {'DataFormat': 'AUGMENTED_MANIFEST'}})
        self.refused('KmsKeyValidationException', 'ModelKmsKeyId', call, **good, ModelKmsKeyId='k')
        self.refused('InvalidRequestException', 'ModelPolicy', call, **good, ModelPolicy='{}')
        nothing = ARN + 'document-classifier/nothing'
        self.refused('ResourceNotFoundException', 'nothing', self.comprehend.describe_document_classifier,
                     DocumentClassifierArn=nothing)
        self.refused('ResourceNotFoundException', 'nothing', self.comprehend.delete_document_classifier,
                     DocumentClassifierArn=nothing)
        self.refused('ResourceNotFoundException', 'nothing', self.comprehend.stop_training_document_classifier,
                     DocumentClassifierArn=nothing)
        self.refused('ResourceNotFoundException', 'nothing', self.comprehend.create_endpoint, EndpointName='x',
                     ModelArn=nothing, DesiredInferenceUnits=1)
        self.refused('ResourceNotFoundException', 'nothing', self.comprehend.start_document_classification_job,
                     DocumentClassifierArn=nothing, InputDataConfig={'S3Uri': 's3://refuse/a.csv'},
                     OutputDataConfig={'S3Uri': 's3://refuse/'}, DataAccessRoleArn=ROLE)
        self.refused('ResourceNotFoundException', 'x', self.comprehend.describe_endpoint,
                     EndpointArn=ARN + 'document-classifier-endpoint/x')

    def test_versions_tokens_lists_and_deletion(self):
        self.put('versions', 'a.csv', rows(*TOPICS))
        arns = [self.classifier('v', 's3://versions/a.csv'),
                self.classifier('v', 's3://versions/a.csv', VersionName='2', ClientRequestToken='again'),
                self.classifier('v-other', 's3://versions/a.csv')]
        self.assertEqual(arns[1], ARN + 'document-classifier/v/version/2')
        self.assertEqual(self.classifier('v', 's3://versions/a.csv', VersionName='2', ClientRequestToken='again'), arns[1])
        create = self.comprehend.create_document_classifier
        self.refused('ResourceInUseException', 'v/version/2', create, DocumentClassifierName='v', VersionName='2',
                     DataAccessRoleArn=ROLE, LanguageCode='en', InputDataConfig={'S3Uri': 's3://versions/a.csv'})
        self.assertEqual(self.trained(arns[1])['VersionName'], '2')
        for arn in arns:
            self.trained(arn)
        listed = self.comprehend.list_document_classifiers(Filter={'DocumentClassifierName': 'v'})
        self.assertEqual({p['DocumentClassifierArn'] for p in listed['DocumentClassifierPropertiesList']}, set(arns[:2]))
        first = self.comprehend.list_document_classifiers(MaxResults=1)
        second = self.comprehend.list_document_classifiers(MaxResults=1, NextToken=first['NextToken'])
        self.assertNotEqual(first['DocumentClassifierPropertiesList'], second['DocumentClassifierPropertiesList'])
        self.assertEqual(self.comprehend.list_document_classifiers(Filter={'Status': 'DELETING'})
                         ['DocumentClassifierPropertiesList'], [])
        summaries, token = [], {}
        while True:
            reply = self.comprehend.list_document_classifier_summaries(MaxResults=1, **token)
            summaries += reply['DocumentClassifierSummariesList']
            if 'NextToken' not in reply:
                break
            token = {'NextToken': reply['NextToken']}
        [mine] = [s for s in summaries if s['DocumentClassifierName'] == 'v']
        self.assertEqual((mine['NumberOfVersions'], mine['LatestVersionName'], mine['LatestVersionStatus']),
                         (2, '2', 'TRAINED'))

        endpoint, _ = self.endpoint('v-end', arns[0])
        self.refused('ResourceInUseException', 'v-end', self.comprehend.delete_document_classifier,
                     DocumentClassifierArn=arns[0])
        self.refused('ResourceInUseException', 'v-end', self.comprehend.create_endpoint, EndpointName='v-end',
                     ModelArn=arns[0], DesiredInferenceUnits=1)
        self.comprehend.update_endpoint(EndpointArn=endpoint, DesiredModelArn=arns[1], DesiredInferenceUnits=2)
        about = self.ready(endpoint)
        self.assertEqual((about['ModelArn'], about['CurrentInferenceUnits']), (arns[1], 2))
        found = self.comprehend.list_endpoints(Filter={'ModelArn': arns[1]})['EndpointPropertiesList']
        self.assertEqual([e['EndpointArn'] for e in found], [endpoint])
        self.comprehend.delete_document_classifier(DocumentClassifierArn=arns[0])
        self.refused('ResourceNotFoundException', arns[0], self.comprehend.describe_document_classifier,
                     DocumentClassifierArn=arns[0])
        self.comprehend.classify_document(Text='goal', EndpointArn=endpoint)
        self.comprehend.delete_endpoint(EndpointArn=endpoint)
        self.refused('ResourceNotFoundException', 'v-end', self.comprehend.delete_endpoint, EndpointArn=endpoint)
        self.refused('ResourceUnavailableException', 'v-end', self.comprehend.classify_document, Text='goal',
                     EndpointArn=endpoint)
        self.refused('InvalidRequestException', 'not being trained',
                     self.comprehend.stop_training_document_classifier, DocumentClassifierArn=arns[1])

    def test_the_aws_cli(self):
        self.put('cli', 'a.csv', rows(*TOPICS))
        arn = json.loads(self.aws('comprehend', 'create-document-classifier', '--document-classifier-name', 'cli',
                                  '--data-access-role-arn', ROLE, '--language-code', 'en', '--input-data-config',
                                  'S3Uri=s3://cli/a.csv'))['DocumentClassifierArn']
        self.trained(arn)
        endpoint, _ = self.endpoint('cli', arn)
        said = json.loads(self.aws('comprehend', 'classify-document', '--endpoint-arn', endpoint, '--text',
                                   'flour oven bread'))
        self.assertEqual(said['Classes'][0]['Name'], 'FOOD')


class Recognizers(Helpers):
    """Persons and towns with the words around them, so that they can be learnt."""

    def texts(self, count=60):
        for n in range(count):
            yield f'The engineer {NAMES[n % 12]} met us in the town of {TOWNS[n % 11]} on day {n}.'

    def annotations(self, texts, name='docs.txt'):
        out = io.StringIO()
        w = csv.writer(out)
        w.writerow(['File', 'Line', 'Begin Offset', 'End Offset', 'Type'])
        for n, text in enumerate(texts):
            for word, kind in ((text.split()[2], 'ENGINEER'), (text.split()[9], 'TOWN')):
                w.writerow([name, n, text.index(word), text.index(word) + len(word), kind])
        return out.getvalue()

    def recognizer(self, name, data, **more):
        return self.comprehend.create_entity_recognizer(
            RecognizerName=name, DataAccessRoleArn=ROLE, LanguageCode='en',
            InputDataConfig={'EntityTypes': [{'Type': 'ENGINEER'}, {'Type': 'TOWN'}], **data},
            **more)['EntityRecognizerArn']

    def served(self, name, arn):
        endpoint, _ = self.endpoint(name, arn)
        text = '\U0001F600 The engineer Grace met us in the town of Graz on day 7.'
        found = self.comprehend.detect_entities(Text=text, EndpointArn=endpoint)['Entities']
        self.assertEqual([(e['Type'], e['Text']) for e in found], [('ENGINEER', 'Grace'), ('TOWN', 'Graz')])
        for e in found:
            self.assertEqual(text[e['BeginOffset']:e['EndOffset']], e['Text'])
        return endpoint

    def test_annotations(self):
        texts = list(self.texts())
        self.put('rec', 'docs/docs.txt', '\n'.join(texts))
        self.put('rec', 'ann/ann.csv', self.annotations(texts))
        arn = self.recognizer('people', {'Documents': {'S3Uri': 's3://rec/docs/'},
                                         'Annotations': {'S3Uri': 's3://rec/ann/ann.csv'}})
        self.assertEqual(arn, ARN + 'entity-recognizer/people')
        p = self.trained(arn)
        m = p['RecognizerMetadata']
        self.assertEqual((m['NumberOfTrainedDocuments'], m['NumberOfTestDocuments']), (54, 6))
        self.assertEqual([(t['Type'], t['NumberOfTrainMentions']) for t in m['EntityTypes']],
                         [('ENGINEER', 54), ('TOWN', 54)])
        for t in [m] + m['EntityTypes']:
            self.assertTrue(90 < t['EvaluationMetrics']['F1Score'] <= 100, t)
        endpoint = self.served('people', arn)
        self.refused('InvalidRequestException', 'plain text', self.comprehend.detect_entities, Bytes=b'%PDF-1.4 ',
                     EndpointArn=endpoint)
        self.put('rec', 'new/a.txt', texts[0] + '\n' + texts[1])
        job = self.comprehend.start_entities_detection_job(
            EntityRecognizerArn=arn, LanguageCode='en', DataAccessRoleArn=ROLE,
            InputDataConfig={'S3Uri': 's3://rec/new/'}, OutputDataConfig={'S3Uri': 's3://rec/out'})['JobId']

        def ended():
            p = self.comprehend.describe_entities_detection_job(JobId=job)['EntitiesDetectionJobProperties']
            return p if p['JobStatus'] not in ('SUBMITTED', 'IN_PROGRESS') else None
        p = self.until(ended, 60, 'the job')
        self.assertEqual((p['JobStatus'], p.get('EntityRecognizerArn')), ('COMPLETED', arn))
        said = [json.loads(line) for line in self.archive(p['OutputDataConfig']['S3Uri'], 'output').splitlines()]
        self.assertEqual([[e['Type'] for e in d['Entities']] for d in said], [['ENGINEER', 'TOWN']] * 2)
        listed = self.comprehend.list_entity_recognizers(Filter={'RecognizerName': 'people'})
        self.assertEqual(listed['EntityRecognizerPropertiesList'][0]['EntityRecognizerArn'], arn)
        self.assertIn('people', [s['RecognizerName'] for s in
                                 self.comprehend.list_entity_recognizer_summaries()['EntityRecognizerSummariesList']])
        self.comprehend.delete_endpoint(EndpointArn=endpoint)
        self.comprehend.delete_entity_recognizer(EntityRecognizerArn=arn)

    def test_a_list_of_entities(self):
        texts = list(self.texts())
        self.put('rec-list', 'docs.txt', '\r\n'.join(texts))
        self.put('rec-list', 'list.csv', 'Text,Type\n' + ''.join(f'{n},ENGINEER\n' for n in NAMES) +
                 ''.join(f'{t}, TOWN\n' for t in TOWNS) + 'day,IGNORED\n')
        arn = self.recognizer('listed', {'Documents': {'S3Uri': 's3://rec-list/docs.txt'},
                                         'EntityList': {'S3Uri': 's3://rec-list/list.csv'}})
        self.assertEqual([t['NumberOfTrainMentions'] for t in
                          self.trained(arn)['RecognizerMetadata']['EntityTypes']], [54, 54])
        self.served('listed', arn)

    def test_a_manifest(self):
        def line(text):
            spans = [{'startOffset': text.index(w), 'endOffset': text.index(w) + len(w), 'label': k}
                     for w, k in ((text.split()[2], 'ENGINEER'), (text.split()[9], 'TOWN'))]
            return json.dumps({'source': text, 'job': {'annotations': {'entities': spans}}, 'job-metadata': {}})
        self.put('rec-man', 'a.manifest', '\n'.join(line(t) for t in self.texts()))
        arn = self.recognizer('manifest', {'DataFormat': 'AUGMENTED_MANIFEST', 'AugmentedManifests': [
            {'S3Uri': 's3://rec-man/a.manifest', 'AttributeNames': ['job']}]})
        self.trained(arn)
        self.served('manifest', arn)

    def test_data_that_are_wrong_are_named(self):
        texts = list(self.texts(8))
        self.put('rec-bad', 'docs.txt', '\n'.join(texts))
        good = self.annotations(texts)
        for n, (body, words) in enumerate((
                (good + 'docs.txt,99,0,4,TOWN\n', 'ann-0.csv: line 18: docs.txt has no line 99'),
                (good + 'other.txt,0,0,4,TOWN\n', 'ann-1.csv: line 18: there is no document file other.txt'),
                (good + 'docs.txt,0,4,4000,TOWN\n', 'ann-2.csv: line 18: offsets 4 to 4000; that line of docs.txt has'),
                (good + 'docs.txt,0,x,4,TOWN\n', 'ann-3.csv: line 18: Begin Offset is "x"'),
                (good + 'docs.txt,0,4\n', 'ann-4.csv: line 18: 3 columns; 5 are wanted'),
                (good.split('\n', 1)[1], "ann-5.csv: line 1: the columns' names are wanted here"),
                (good.replace('TOWN', 'CITY'), 'no entity of type TOWN'))):
            self.put('rec-bad', f'ann-{n}.csv', body)
            arn = self.recognizer(f'bad-{n}', {'Documents': {'S3Uri': 's3://rec-bad/docs.txt'},
                                               'Annotations': {'S3Uri': f's3://rec-bad/ann-{n}.csv'}})
            self.assertIn(words, self.trained(arn, 'IN_ERROR')['Message'])
        self.refused('InvalidRequestException', 'either Annotations or EntityList',
                     self.comprehend.create_entity_recognizer, RecognizerName='x', DataAccessRoleArn=ROLE,
                     LanguageCode='en', InputDataConfig={'EntityTypes': [{'Type': 'TOWN'}],
                                                         'Documents': {'S3Uri': 's3://rec-bad/docs.txt'}})


class Durable(Helpers):
    """Stopped, killed, damaged. Each test has a server of its own."""

    def own(self, env=None):
        server = Server(env=env)
        self.addCleanup(server.close)
        return server, boto3_client(server, 'comprehend'), boto3_client(server, 's3')

    def slow(self):
        """So much to learn that it takes a while."""
        return rows(*TOPICS, *((f'T{n}', [f'{w}{n}' for w in FOOD]) for n in range(150)), count=200)

    def test_a_training_is_stopped(self):
        self.put('stop', 'a.csv', self.slow())
        arn = self.classifier('stopped', 's3://stop/a.csv')
        self.until(lambda: self.described(arn)['Status'] == 'TRAINING', what='the beginning')
        self.refused('ResourceInUseException', 'TRAINING', self.comprehend.delete_document_classifier,
                     DocumentClassifierArn=arn)
        self.comprehend.stop_training_document_classifier(DocumentClassifierArn=arn)
        self.assertNotIn('ClassifierMetadata', self.trained(arn, 'STOPPED'))
        self.comprehend.delete_document_classifier(DocumentClassifierArn=arn)

    def test_a_training_and_an_endpoint_survive_the_server(self):
        server, client, s3 = self.own()
        self.put('live', 'a.csv', self.slow(), s3)
        arn = self.classifier('survivor', 's3://live/a.csv', client)
        self.until(lambda: self.described(arn, client)['Status'] == 'TRAINING', what='the beginning')
        for how in (signal.SIGKILL, signal.SIGTERM):
            server.stop(how)
            server.start()
            client = boto3_client(server, 'comprehend')
            self.assertIn(self.described(arn, client)['Status'], ('TRAINING', 'TRAINED'))
        self.trained(arn, client=client)
        endpoint, _ = self.endpoint('survivor', arn, client)
        server.stop(signal.SIGKILL)
        server.start()
        client = boto3_client(server, 'comprehend')
        said = client.classify_document(Text='flour oven bread butter', EndpointArn=endpoint)['Classes']
        self.assertEqual(said[0]['Name'], 'FOOD')

    def test_a_damaged_model_is_refused_by_name(self):
        server, client, s3 = self.own()
        self.put('harm', 'a.csv', rows(*TOPICS), s3)
        arn = self.classifier('harmed', 's3://harm/a.csv', client)
        self.trained(arn, client=client)
        server.stop()
        db = sqlite3.connect(server.data / 'catalog.db')
        [(key, value)] = db.execute("SELECT key, value FROM record WHERE space = 'comprehend-model' LIMIT 1").fetchall()
        db.execute("UPDATE record SET value = ? WHERE space = 'comprehend-model' AND key = ?",
                   (value[:100] + bytes([value[100] ^ 1]) + value[101:], key))
        db.commit()
        db.close()
        server.start()
        client = boto3_client(server, 'comprehend')
        _, about = self.endpoint('harmed', arn, client, 'FAILED')
        self.assertIn('the model of document-classifier harmed is damaged', about['Message'])


main(Classifiers, Recognizers, Durable)
