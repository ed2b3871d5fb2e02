#!/usr/bin/env python3
"""The reply checker of tests/api/replies.py, checked: it takes what is right and refuses what is wrong."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / 'api'))

from replies import check_reply  # noqa: E402

S3 = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
STS = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"'


class Replies(unittest.TestCase):
    def reply(self, service, operation, status, body, content_type, **headers):
        ids = {'X-Amz-Request-Id': 'R'} if service == 's3' else {'x-amzn-RequestId': 'R'}
        if content_type:
            ids['Content-Type'] = content_type
        body = body if isinstance(body, bytes) else body.encode()
        check_reply(service, operation, status,
                    {**ids, **{k.replace('_', '-'): v for k, v in headers.items()}}, body)

    def refused(self, sentence, *args, **headers):
        with self.assertRaisesRegex(AssertionError, sentence):
            self.reply(*args, **headers)

    def detect(self, value):
        return ('textract', 'DetectDocumentText', 200, json.dumps(value), 'application/x-amz-json-1.1')

    def test_json(self):
        self.reply(*self.detect({'DocumentMetadata': {'Pages': 1}, 'Blocks': [
            {'BlockType': 'WORD', 'Confidence': 97.0, 'Text': 'a', 'Id': 'x'}]}))
        self.refused('Blocks\\[0\\].Txt: no such member', *self.detect({'Blocks': [{'Txt': 'a'}]}))
        self.refused('is no integer', *self.detect({'DocumentMetadata': {'Pages': 1.5}}))
        self.refused('is over 100', *self.detect({'Blocks': [{'Confidence': 100.5}]}))
        self.refused('none of its values', *self.detect({'Blocks': [{'BlockType': 'WORT'}]}))
        self.refused('null', *self.detect({'Blocks': None}))
        self.refused('Query.Text: missing', *self.detect({'Blocks': [{'Query': {}}]}))
        self.refused('no JSON', *self.detect({})[:3], '{', 'application/x-amz-json-1.1')
        self.refused('Content-Type', *self.detect({})[:4], 'application/json')

    def test_json_errors(self):
        body = json.dumps({'__type': 'BadDocumentException', 'message': 'broken'})
        args = ('textract', 'DetectDocumentText', 400, body, 'application/x-amz-json-1.1')
        self.reply(*args)
        self.refused('has status 400', *args[:2], 500, *args[3:])
        self.refused('not one of this operation', args[0], 'GetDocumentTextDetection', *args[2:])
        self.refused('not in api', *args[:3], body.replace('BadDoc', 'Bad'), args[4])
        self.refused('no message', *args[:3], '{"__type":"BadDocumentException"}', args[4])
        lex = ('lex-runtime', 'PostText', 404, '{"__type":"NotFoundException","message":"m"}',
               'application/json')
        self.reply(*lex, x_amzn_ErrorType='NotFoundException')
        self.refused('ErrorType', *lex)

    def test_maps_may_hold_nulls(self):
        self.reply('lex-runtime', 'PostText', 200, '{"slots":{"a":null,"b":"1"}}', 'application/json')
        self.refused('is no string', 'lex-runtime', 'PostText', 200, '{"slots":{"a":1}}',
                     'application/json')

    def test_xml(self):
        body = f'<ListBucketResult {S3}><Contents><Key>k</Key><Size>1</Size></Contents></ListBucketResult>'
        args = ('s3', 'ListObjectsV2', 200)
        self.reply(*args, body, 'application/xml')
        self.refused('no such member', *args, body.replace('Size', 'Length'), 'application/xml')
        self.refused('is no integer', *args, body.replace('>1<', '>x<'), 'application/xml')
        self.refused('the namespace', *args, body.replace(S3, ''), 'application/xml')
        self.refused('the root', *args, body.replace('ListBucketResult', 'Result'), 'application/xml')
        self.reply('s3', 'GetBucketLocation', 200,
                   f'<LocationConstraint {S3}>eu-west-1</LocationConstraint>', 'application/xml')

    def test_headers(self):
        args = ('s3', 'GetObject', 200, b'bytes', 'image/png')
        self.reply(*args, ETag='"e"', x_amz_meta_one='1',
                   Last_Modified='Sun, 06 Nov 1994 08:49:37 GMT')
        self.refused('x-amz-odd', *args, x_amz_odd='1')
        self.refused('no HTTP date', *args, Last_Modified='1994-11-06T08:49:37Z')
        self.reply('s3', 'GetObject', 206, b'by', 'image/png', Content_Range='bytes 0-1/5')
        self.refused('200 expected', 's3', 'GetObject', 206, b'by', 'image/png')
        self.reply('s3', 'DeleteObject', 204, b'', None)
        self.refused('not empty', 's3', 'DeleteObject', 204, b'x', None)

    def test_s3_errors(self):
        body = ('<Error><Code>NoSuchKey</Code><Message>m</Message><Resource>/b</Resource>'
                '<RequestId>R</RequestId><HostId>H</HostId></Error>')
        self.reply('s3', 'GetObject', 404, body, 'application/xml')
        self.refused('no HostId', 's3', 'GetObject', 404, body.replace('HostId', 'Host'),
                     'application/xml')
        self.reply('s3', 'HeadObject', 404, b'', None)
        self.refused('not empty', 's3', 'HeadObject', 404, body, None)
        self.reply('s3', 'GetObject', 304, b'', None)

    def test_query(self):
        args = ('sts', 'GetCallerIdentity')
        body = (f'<GetCallerIdentityResponse {STS}><GetCallerIdentityResult><Account>000000000000'
                '</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>R</RequestId>'
                '</ResponseMetadata></GetCallerIdentityResponse>')
        self.reply(*args, 200, body, 'text/xml')
        self.refused('no ResponseMetadata', *args, 200, body.replace('Metadata', 'Data'), 'text/xml')
        error = (f'<ErrorResponse {STS}><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>m'
                 '</Message></Error><RequestId>R</RequestId></ErrorResponse>')
        self.reply(*args, 400, error, 'text/xml')
        self.refused('Type is', *args, 400, error.replace('Sender', 'Receiver'), 'text/xml')

    def test_request_id(self):
        with self.assertRaisesRegex(AssertionError, 'no x-amz-request-id'):
            check_reply('s3', 'CreateBucket', 200, {}, b'')

    def test_unknown_operation(self):
        self.refused('has no operation', 's3', 'PutBucketAcl', 200, b'', None)


if __name__ == '__main__':
    unittest.main()
