"""boto3 of today: checksums on every put, conditional writes, both presigned forms."""
import json
import os
import pathlib

from harness import Suite, main

CLIENTS = pathlib.Path(os.environ.get('QUERN_CLIENTS', 'build-clients'))
PROGRAM = r'''
import base64, io, json, os, sys, urllib.request
import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

s3 = boto3.client('s3')
said = {}

def code(call, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        return e.response['Error']['Code']

s3.create_bucket(Bucket='newer')
put = s3.put_object(Bucket='newer', Key='k', Body=b'123456789')
said['crc32'] = put.get('ChecksumCRC32')
said['type'] = put.get('ChecksumType')
said['get'] = s3.get_object(Bucket='newer', Key='k')['Body'].read().decode()
for algorithm in ('CRC32', 'SHA1', 'SHA256'):
    put = s3.put_object(Bucket='newer', Key=algorithm, Body=b'123456789', ChecksumAlgorithm=algorithm)
    got = s3.head_object(Bucket='newer', Key=algorithm, ChecksumMode='ENABLED')
    assert put['Checksum' + algorithm] == got['Checksum' + algorithm], algorithm
said['only new'] = code(s3.put_object, Bucket='newer', Key='k', Body=b'x', IfNoneMatch='*')
said['if match'] = code(s3.put_object, Bucket='newer', Key='k', Body=b'x', IfMatch='"0"')

body = os.urandom((17 << 20) + 5)
config = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20, max_concurrency=4)
s3.upload_fileobj(io.BytesIO(body), 'newer', 'large', Config=config)
back = io.BytesIO()
s3.download_fileobj('newer', 'large', back, Config=config)
assert back.getvalue() == body
head = s3.head_object(Bucket='newer', Key='large', ChecksumMode='ENABLED')
said['large'] = [head['ETag'][-3:], sorted(k for k in head if k.startswith('Checksum'))]

upload = s3.create_multipart_upload(Bucket='newer', Key='full', ChecksumAlgorithm='CRC32C' if 0 else 'CRC32',
                                    ChecksumType='FULL_OBJECT')
parts = []
for n in range(3):
    piece = body[n * (5 << 20):(n + 1) * (5 << 20)] if n < 2 else body[10 << 20:]
    sent = s3.upload_part(Bucket='newer', Key='full', UploadId=upload['UploadId'], PartNumber=n + 1, Body=piece)
    parts.append({'PartNumber': n + 1, 'ETag': sent['ETag'], 'ChecksumCRC32': sent['ChecksumCRC32']})
import zlib
want = base64.b64encode(zlib.crc32(body).to_bytes(4, 'big')).decode()
done = s3.complete_multipart_upload(Bucket='newer', Key='full', UploadId=upload['UploadId'],
                                    MultipartUpload={'Parts': parts}, ChecksumType='FULL_OBJECT', ChecksumCRC32=want,
                                    MpuObjectSize=len(body))
assert done['ChecksumCRC32'] == want and done['ChecksumType'] == 'FULL_OBJECT', done
assert s3.get_object(Bucket='newer', Key='full')['Body'].read() == body

for version in ('s3', 's3v4', None):
    signer = boto3.client('s3', config=Config(signature_version=version)) if version else s3
    key = f'by url {version}'
    url = signer.generate_presigned_url('put_object', {'Bucket': 'newer', 'Key': key})
    urllib.request.urlopen(urllib.request.Request(url, data=b'by url', method='PUT',
                                                  headers={'Content-Type': ''})).read()
    url = signer.generate_presigned_url('get_object', {'Bucket': 'newer', 'Key': key})
    assert urllib.request.urlopen(url).read() == b'by url', version

said['caller'] = boto3.client('sts').get_caller_identity()['Arn'][-5:]
s3.delete_objects(Bucket='newer', Delete={'Objects': [{'Key': o['Key']} for o in
                                                      s3.list_objects_v2(Bucket='newer')['Contents']]})
s3.delete_bucket(Bucket='newer')
json.dump(said, sys.stdout)
'''


class Newer(Suite):
    def test_the_program(self):
        said = json.loads(self.run_program(CLIENTS / 'python' / 'bin' / 'python', '-c', PROGRAM))
        self.assertEqual(said, {'crc32': 'y/Q5Jg==', 'type': 'FULL_OBJECT', 'get': '123456789',
                                'only new': 'PreconditionFailed', 'if match': 'PreconditionFailed',
                                'large': ['-4"', ['ChecksumCRC32', 'ChecksumType']], 'caller': ':root'})


main(Newer)
