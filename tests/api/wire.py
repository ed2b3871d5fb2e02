#!/usr/bin/env python3
"""Input that is wrong, over the wire: each protocol says what and where, in its own form."""
import http.client
import json

from harness import Suite, main
from replies import check_reply


class Wire(Suite):
    def send(self, service, operation, method, path, body=b'', signing=None, **headers):
        """A signed request of any content; its reply must keep to api/. (status, headers, body)"""
        from botocore.auth import S3SigV4Auth, SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials
        headers = {k.replace('_', '-'): v for k, v in headers.items()}
        request = AWSRequest(method=method, url=self.server.endpoint + path, data=body, headers=headers)
        signer = S3SigV4Auth if service == 's3' else SigV4Auth
        credentials = Credentials(self.server.access_key, self.server.secret_key)
        signer(credentials, signing or service, 'us-east-1').add_auth(request)
        connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=60)
        try:
            connection.request(method, path, body, dict(request.headers.items()))
            reply = connection.getresponse()
            content = reply.read()
        finally:
            connection.close()
        if operation:
            check_reply(service, operation, reply.status, dict(reply.getheaders()), content)
        return reply.status, reply.headers, content

    def json(self, operation, body, service='textract', target='Textract'):
        status, _, content = self.send(service, operation, 'POST', '/', body,
                                       X_Amz_Target=f'{target}.{operation}',
                                       Content_Type='application/x-amz-json-1.1')
        value = json.loads(content)
        return status, value.get('__type'), value.get('message')

    def test_json_of_a_wrong_type(self):
        self.assertEqual(
            self.json('DetectDocumentText', b'{"Document":{"S3Object":{"Bucket":5}}}'),
            (400, 'SerializationException',
             "NUMBER_VALUE cannot be converted to String at 'document.s3Object.bucket'"))
        for body in (b'{', b'[]', b'"', b'{"Document":{"Bytes":"!"}}', b'\xff', b'{"a":1e400}',
                     b'{"Document":' + b'[' * 100 + b']' * 100 + b'}'):
            self.assertEqual(self.json('DetectDocumentText', body)[:2], (400, 'SerializationException'), body)

    def test_constraints_in_the_services_own_words(self):
        failed = "' failed to satisfy constraint: Member must "
        self.assertEqual(
            self.json('DetectDocumentText', b''),
            (400, 'InvalidParameterException',
             f"1 validation error detected: Value null at 'document{failed}not be null"))
        self.assertEqual(
            self.json('GetDocumentTextDetection', b'{"JobId":"a b","MaxResults":0}'),
            (400, 'InvalidParameterException',
             f"2 validation errors detected: Value 'a b' at 'jobId{failed}satisfy regular expression "
             f"pattern: ^[a-zA-Z0-9-_]+$; Value '0' at 'maxResults{failed}have value greater than or "
             "equal to 1"))
        status, name, message = self.json('DetectKeyPhrases', b'{"Text":"t","LanguageCode":"xx"}',
                                          'comprehend', 'Comprehend_20171127')
        self.assertEqual((status, name), (400, 'InvalidRequestException'))
        self.assertIn("Value 'xx' at 'languageCode' failed", message)

    def test_operations_that_are_not_there(self):
        status, _, body = self.send('textract', None, 'POST', '/', b'{}',
                                    X_Amz_Target='Textract.AnalyzeLending',
                                    Content_Type='application/x-amz-json-1.1')
        self.assertEqual((status, json.loads(body)['__type']), (400, 'UnknownOperationException'))
        status, _, body = self.send('s3', None, 'GET', '/bucket?versioning')
        self.assertEqual(status, 501)
        self.assertIn(b'<Code>NotImplemented</Code>', body)
        status, _, body = self.send('sts', None, 'POST', '/', b'Action=Nope&Version=2011-06-15',
                                    Content_Type='application/x-www-form-urlencoded')
        self.assertEqual(status, 400)
        self.assertIn(b'<Code>InvalidAction</Code>', body)

    def test_rest_json(self):
        path = '/bot/NoSuchBot/alias/prod/user/{}/text'
        status, headers, body = self.send('lex-runtime', 'PostText', 'POST', path.format('u'), b'{}',
                                          signing='lex', Content_Type='application/json')
        self.assertEqual((status, headers['x-amzn-ErrorType']), (400, 'BadRequestException'))
        self.assertTrue(json.loads(body)['message'].startswith('2 validation errors detected: '))
        status, headers, _ = self.send('lex-runtime', 'PostText', 'POST', path.format('me'),
                                       b'{"inputText":"hello"}', signing='lex',
                                       Content_Type='application/json')
        self.assertEqual((status, headers['x-amzn-ErrorType']), (404, 'NotFoundException'))

    def test_xml(self):
        self.client('s3').create_bucket(Bucket='wire-xml')
        laughs = (b'<!DOCTYPE d [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
                  b'<Delete><Object><Key>&b;</Key></Object></Delete>')
        for body in (laughs, b'<Delete>', b'<Remove/>', b'{}', b'<Delete/>'):
            from base64 import b64encode
            from hashlib import md5
            status, _, reply = self.send('s3', 'DeleteObjects', 'POST', '/wire-xml?delete', body,
                                         Content_MD5=b64encode(md5(body).digest()).decode())
            self.assertEqual(status, 400)
            self.assertIn(b'<Code>MalformedXML</Code>', reply)
        status, _, reply = self.send('s3', 'ListObjects', 'GET', '/wire-xml?max-keys=abc')
        self.assertEqual(status, 400)
        self.assertIn(b'<ArgumentName>max-keys</ArgumentName>', reply)

    def test_the_server_still_answers(self):
        identity = self.client('sts').get_caller_identity()
        self.assertRegex(identity['Account'], r'^\d{12}$')


main(Wire)
