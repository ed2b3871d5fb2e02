#!/usr/bin/env python3
"""A spam filter with Comprehend's API: learnt from messages in a bucket, then asked.

usage: spam.py --endpoint-url URL train MESSAGES.tsv     lines of label, tab, message
       spam.py --endpoint-url URL ask MESSAGE...
       spam.py --endpoint-url URL measure MESSAGES.tsv   what it says of messages it has not seen
"""
import argparse
import csv
import io
import json
import sys
import tarfile
import time

import boto3

NAME, BUCKET, ROLE = 'spam', 'spam-filter', 'arn:aws:iam::000000000000:role/any'


def messages(path):
    with open(path, encoding='utf-8') as f:
        return [line.rstrip('\n').split('\t', 1) for line in f]


def wait(ask, done, failed):
    while True:
        said = ask()
        if said['Status'] in done:
            return said
        if said['Status'] in failed:
            sys.exit(f'{said["Status"]}: {said.get("Message")}')
        time.sleep(0.2)


class Filter:
    def __init__(self, endpoint_url):
        self.comprehend = boto3.client('comprehend', endpoint_url=endpoint_url)
        self.s3 = boto3.client('s3', endpoint_url=endpoint_url)
        self.endpoint = None

    def bucket(self):
        if BUCKET not in [b['Name'] for b in self.s3.list_buckets()['Buckets']]:
            self.s3.create_bucket(Bucket=BUCKET)

    def train(self, rows):
        """A new version of the classifier, and the endpoint that serves it; the classifier's properties."""
        out = io.StringIO()
        csv.writer(out).writerows(rows)
        self.bucket()
        self.s3.put_object(Bucket=BUCKET, Key='train.csv', Body=out.getvalue().encode())
        arn = self.comprehend.create_document_classifier(
            DocumentClassifierName=NAME, VersionName=f'v{time.time_ns() // 1000000}', DataAccessRoleArn=ROLE,
            LanguageCode='en', InputDataConfig={'S3Uri': f's3://{BUCKET}/train.csv'},
            OutputDataConfig={'S3Uri': f's3://{BUCKET}/trained'})['DocumentClassifierArn']
        made = wait(lambda: self.comprehend.describe_document_classifier(DocumentClassifierArn=arn)
                    ['DocumentClassifierProperties'], ('TRAINED',), ('IN_ERROR', 'STOPPED'))
        try:
            endpoint = self.comprehend.create_endpoint(EndpointName=NAME, ModelArn=arn,
                                                       DesiredInferenceUnits=1)['EndpointArn']
        except self.comprehend.exceptions.ResourceInUseException:
            endpoint = self.find()
            self.comprehend.update_endpoint(EndpointArn=endpoint, DesiredModelArn=arn)
        wait(lambda: self.comprehend.describe_endpoint(EndpointArn=endpoint)['EndpointProperties'],
             ('IN_SERVICE',), ('FAILED',))
        return made

    def find(self):
        for e in self.comprehend.list_endpoints()['EndpointPropertiesList']:
            if e['EndpointArn'].endswith(f'document-classifier-endpoint/{NAME}'):
                return e['EndpointArn']
        return sys.exit('there is no filter yet; train it first')

    def ask(self, message):
        """The likeliest class and its probability."""
        self.endpoint = self.endpoint or self.find()
        best = self.comprehend.classify_document(Text=message, EndpointArn=self.endpoint)['Classes'][0]
        return best['Name'], best['Score']

    def ask_all(self, texts):
        """The likeliest classes of many messages, by a job over the bucket."""
        self.endpoint = self.endpoint or self.find()
        arn = self.comprehend.describe_endpoint(EndpointArn=self.endpoint)['EndpointProperties']['ModelArn']
        self.s3.put_object(Bucket=BUCKET, Key='new/messages.txt', Body='\n'.join(texts).encode())
        job = self.comprehend.start_document_classification_job(
            DocumentClassifierArn=arn, DataAccessRoleArn=ROLE,
            InputDataConfig={'S3Uri': f's3://{BUCKET}/new/', 'InputFormat': 'ONE_DOC_PER_LINE'},
            OutputDataConfig={'S3Uri': f's3://{BUCKET}/classified'})['JobId']

        def ask():
            p = self.comprehend.describe_document_classification_job(JobId=job)['DocumentClassificationJobProperties']
            return {**p, 'Status': p['JobStatus']}
        url = wait(ask, ('COMPLETED',), ('FAILED', 'STOPPED'))['OutputDataConfig']['S3Uri']
        body = self.s3.get_object(Bucket=BUCKET, Key=url.split('/', 3)[3])['Body'].read()
        with tarfile.open(fileobj=io.BytesIO(body)) as archive:
            lines = archive.extractfile('predictions.jsonl').read().decode().splitlines()
        return [json.loads(line)['Classes'][0]['Name'] for line in lines]


def measure(truth, said, label='spam'):
    right = sum(t == s == label for t, s in zip(truth, said))
    precision, recall = right / max(said.count(label), 1), right / max(truth.count(label), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('--endpoint-url', required=True)
    parser.add_argument('do', choices=('train', 'ask', 'measure'))
    parser.add_argument('what', nargs='+')
    a = parser.parse_args()
    f = Filter(a.endpoint_url)
    if a.do == 'train':
        m = f.train(messages(a.what[0]))['ClassifierMetadata']
        e = m['EvaluationMetrics']
        print(f'{m["NumberOfTrainedDocuments"]} messages learnt; of {m["NumberOfTestDocuments"]} others: '
              f'accuracy {e["Accuracy"]:.4f}, F1 {e["F1Score"]:.4f}')
    elif a.do == 'ask':
        for message in a.what:
            print('%s %.4f  %s' % (*f.ask(message), message))
    else:
        rows = messages(a.what[0])
        print('precision %.4f, recall %.4f, F1 %.4f of spam'
              % measure([r[0] for r in rows], f.ask_all([r[1] for r in rows])))


if __name__ == '__main__':
    main()
