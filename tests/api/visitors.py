#!/usr/bin/env python3
"""People without a key: the two calls to Cognito that pages make, and what their keys are good for."""
import base64
import datetime
import pathlib
import re
import shutil
import subprocess
import tempfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from harness import BINARY, ROOT, Server, Suite, main

POOL = 'eu-west-1:deadbeef-cac0-babe-abcd-abcdef012345'
BOT = ROOT / 'tests/web/bot.json'


def code(error):
    return error.response['Error']['Code']


class Visitors(Suite):
    @classmethod
    def setUpClass(cls):
        cls.data = tempfile.mkdtemp(prefix='quern-visitors-')
        for alias in ('open', 'closed'):
            subprocess.run([BINARY, 'bot', 'import', str(BOT), '--alias', alias, '--data', cls.data], check=True,
                           stdout=subprocess.DEVNULL)
        cls.server = Server(data=cls.data, extra=('--visitors', 'PageBot:open'))

    @classmethod
    def tearDownClass(cls):
        try:
            super().tearDownClass()
        finally:
            shutil.rmtree(cls.data, ignore_errors=True)

    def by(self, key, service):
        return boto3.client(service, endpoint_url=self.server.endpoint, region_name='us-east-1',
                            aws_access_key_id=key['AccessKeyId'], aws_secret_access_key=key['SecretKey'],
                            aws_session_token=key['SessionToken'], config=Config(retries={'max_attempts': 0}, signature_version='v4'
                                          if service != 's3' else 's3v4'))

    def arrive(self):
        cognito = self.client('cognito-identity')
        identity = cognito.get_id(IdentityPoolId=POOL)['IdentityId']
        answer = cognito.get_credentials_for_identity(IdentityId=identity)
        self.assertEqual(answer['IdentityId'], identity)
        return identity, answer['Credentials']

    def say(self, key, text, user, alias='open', bot='PageBot'):
        return self.by(key, 'lex-runtime').post_text(botName=bot, botAlias=alias, userId=user, inputText=text)

    def refused(self, call, *codes):
        with self.assertRaises(ClientError) as caught:
            call()
        self.assertIn(code(caught.exception), codes)
        return caught.exception.response['Error']['Message']

    def test_a_visitor_talks_to_an_open_bot(self):
        identity, key = self.arrive()
        self.assertRegex(identity, r'^eu-west-1:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$')
        left = key['Expiration'] - datetime.datetime.now(datetime.timezone.utc)
        self.assertAlmostEqual(left.total_seconds(), 3600, delta=60)
        self.assertEqual(self.say(key, 'I want some tea', identity)['slotToElicit'], 'Sort')
        self.assertEqual(self.say(key, 'green', identity)['dialogState'], 'ReadyForFulfillment')

    def test_visitors_have_conversations_of_their_own(self):
        _, one = self.arrive()
        _, other = self.arrive()
        self.assertEqual(self.say(one, 'I want some tea', 'same')['slotToElicit'], 'Sort')
        self.assertEqual(self.say(other, 'green', 'same')['dialogState'], 'ElicitIntent')
        with_key = self.client('lex-runtime').post_text(botName='PageBot', botAlias='open', userId='same',
                                                        inputText='green')
        self.assertEqual(with_key['dialogState'], 'ElicitIntent')
        self.assertEqual(self.say(one, 'green', 'same')['dialogState'], 'ReadyForFulfillment')
        self.refused(lambda: self.say(one, 'hello', 'u' * 60), 'BadRequestException')

    def test_the_same_by_the_newer_runtime(self):
        identity, key = self.arrive()
        _, other = self.arrive()
        listed = subprocess.run([BINARY, 'bot', 'list', '--data', self.data], check=True, text=True,
                                stdout=subprocess.PIPE).stdout
        where = {'botId': re.search(r'^PageBot +([A-Z0-9]{10}) ', listed, re.M).group(1),
                 'botAliasId': 'open', 'localeId': 'en_US'}

        def say(by, text, session, **more):
            return self.by(by, 'lexv2-runtime').recognize_text(**{**where, **more}, sessionId=session, text=text)
        asked = say(key, 'I want some tea', 'same')
        self.assertEqual(asked['sessionState']['dialogAction']['slotToElicit'], 'Sort')
        self.assertEqual(say(other, 'green', 'same')['sessionState']['dialogAction']['type'], 'ElicitIntent')
        got = self.by(key, 'lexv2-runtime').get_session(**where, sessionId='same')
        self.assertEqual((got['sessionId'], got['sessionState']['dialogAction']['type']), ('same', 'ElicitSlot'))
        self.refused(lambda: say(key, 'x', identity, botAliasId='closed'), 'AccessDeniedException')
        self.refused(lambda: say(key, 'x', identity, botAliasId='TSTALIASID'), 'AccessDeniedException')
        self.refused(lambda: say(key, 'x', 'u' * 60), 'ValidationException')

    def test_a_visitor_does_nothing_else(self):
        identity, key = self.arrive()
        self.assertIn('not open', self.refused(lambda: self.say(key, 'x', identity, 'closed'),
                                               'AccessDeniedException'))
        self.refused(lambda: self.say(key, 'x', identity, '$LATEST'), 'AccessDeniedException')
        self.refused(lambda: self.say(key, 'x', identity, bot='NoSuchBot'), 'AccessDeniedException')
        s3 = self.by(key, 's3')
        self.refused(s3.list_buckets, 'AccessDenied')
        self.refused(lambda: s3.create_bucket(Bucket='visitors'), 'AccessDenied')
        self.refused(lambda: s3.put_object(Bucket='visitors', Key='k', Body=b'x'), 'AccessDenied')
        self.refused(self.by(key, 'sts').get_caller_identity, 'AccessDenied')
        self.refused(lambda: self.by(key, 'comprehend').detect_entities(Text='x', LanguageCode='en'),
                     'AccessDeniedException')
        self.refused(self.by(key, 'sagemaker').list_models, 'AccessDeniedException')
        url = s3.generate_presigned_url('list_buckets', ExpiresIn=60)
        done = subprocess.run(['curl', '-s', url], stdout=subprocess.PIPE, text=True, check=True)
        self.assertIn('<Code>AccessDenied</Code>', done.stdout)

    def test_altered_and_swapped_tokens(self):
        identity, key = self.arrive()
        _, other = self.arrive()
        token = bytearray(base64.b64decode(key['SessionToken']))
        token[2] ^= 1   # later by years
        forged = {**key, 'SessionToken': base64.b64encode(token).decode()}
        self.refused(lambda: self.say(forged, 'x', identity), 'UnrecognizedClientException')
        self.refused(self.by(forged, 's3').list_buckets, 'InvalidToken')
        swapped = {**key, 'SessionToken': other['SessionToken']}
        self.refused(lambda: self.say(swapped, 'x', identity), 'UnrecognizedClientException')
        other_secret = {**key, 'SecretKey': other['SecretKey']}
        self.refused(lambda: self.say(other_secret, 'x', identity), 'InvalidSignatureException')
        bare = boto3.client('lex-runtime', endpoint_url=self.server.endpoint, region_name='us-east-1',
                            aws_access_key_id=key['AccessKeyId'], aws_secret_access_key=key['SecretKey'])
        self.refused(lambda: bare.post_text(botName='PageBot', botAlias='open', userId=identity, inputText='x'),
                     'UnrecognizedClientException')

    def test_strange_questions(self):
        cognito = self.client('cognito-identity')
        self.refused(lambda: cognito.get_credentials_for_identity(
            IdentityId='eu-west-1:00112233-4455-6677-8899-aabbccddeeff'), 'ResourceNotFoundException')
        self.refused(lambda: cognito.get_id(IdentityPoolId=POOL, Logins={'accounts.google.com': 'token'}),
                     'NotAuthorizedException')
        self.refused(lambda: cognito.get_id(IdentityPoolId='a' * 30 + ':00'), 'ResourceNotFoundException')
        self.refused(lambda: cognito.get_id(IdentityPoolId='no pool'), 'ValidationException')
        identity = cognito.get_id(IdentityPoolId=POOL)['IdentityId']
        self.refused(lambda: cognito.get_credentials_for_identity(
            IdentityId=identity, CustomRoleArn='arn:aws:iam::000000000000:role/any'), 'InvalidParameterException')

    def test_nothing_is_kept_and_closing_takes_effect(self):
        identity, key = self.arrive()
        kept = sorted(p.name for p in pathlib.Path(self.data).iterdir())
        for _ in range(50):
            self.arrive()
        self.assertEqual(sorted(p.name for p in pathlib.Path(self.data).iterdir()), kept)
        self.server.stop()
        self.server.start()
        try:
            self.refused(lambda: self.say(key, 'x', identity), 'AccessDeniedException')
            cognito = self.client('cognito-identity')
            self.assertIn('--visitors', self.refused(lambda: cognito.get_id(IdentityPoolId=POOL),
                                                     'NotAuthorizedException'))
            self.refused(lambda: cognito.get_credentials_for_identity(IdentityId=identity),
                         'NotAuthorizedException')
        finally:
            self.server.stop()
            self.server.start(extra=('--visitors', 'PageBot:open'))
        self.assertEqual(self.say(key, 'I want some tea', identity)['slotToElicit'], 'Sort')

    def test_a_bot_without_an_alias_is_refused_at_the_start(self):
        done = subprocess.run([BINARY, 'serve', '--data', self.data, '--listen', '127.0.0.1:0', '--visitors',
                               'PageBot'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("'PageBot'", done.stdout)


if __name__ == '__main__':
    main(Visitors)
