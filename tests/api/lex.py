"""PostText: a bot from its file, sessions, functions as code hooks, errors by name."""
import json
import os
import pathlib
import subprocess
import threading

from botocore.exceptions import ClientError
from harness import BINARY, Suite, main

HERE = pathlib.Path(__file__).resolve().parent
CLIENTS = pathlib.Path(os.environ.get('QUERN_CLIENTS', 'build-clients')).resolve()

FUNCTION = r'''#!/usr/bin/env python3
import json, os, urllib.request
base = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2018-06-01/runtime/invocation/'
while True:
    with urllib.request.urlopen(base + 'next') as r:
        request, event = r.headers['Lambda-Runtime-Aws-Request-Id'], json.load(r)
    intent = event['currentIntent']
    if intent['name'] == 'Fail':
        where, answer = '/error', {'errorType': 'Oops', 'errorMessage': 'no luck'}
    elif intent['name'] == 'Nonsense':
        where, answer = '/response', {'hello': 'there'}
    else:
        where, answer = '/response', {
            'sessionAttributes': {'last': event['inputTranscript']},
            'dialogAction': {'type': 'Close', 'fulfillmentState': 'Fulfilled', 'message': {
                'contentType': 'PlainText',
                'content': '%s %s for %s' % (event['invocationSource'], intent['slots'].get('Number'),
                                             event['userId'])}}}
    urllib.request.urlopen(base + request + where, json.dumps(answer).encode()).read()
'''


def said(text):
    return {'messages': [{'contentType': 'PlainText', 'content': text}], 'maxAttempts': 2}


def hooked(name, *utterances, slots=()):
    return {'name': name, 'version': '1', 'sampleUtterances': utterances, 'slots': slots,
            'fulfillmentActivity': {'type': 'CodeHook', 'codeHook': {'uri': 'bot-function',
                                                                     'messageVersion': '1.0'}}}


BOT = {'metadata': {'schemaVersion': '1.0', 'importType': 'LEX', 'importFormat': 'JSON'},
       'resource': {
           'name': 'ApiBot', 'version': '1', 'locale': 'en-US', 'childDirected': False,
           'idleSessionTTLInSeconds': 300, 'slotTypes': [],
           'clarificationPrompt': said('I did not get that.'), 'abortStatement': said('Sorry.'),
           'intents': [
               hooked('Details', 'get me the details', 'details of {Number}', slots=[
                   {'name': 'Number', 'slotType': 'AMAZON.AlphaNumeric', 'slotConstraint': 'Required',
                    'priority': 1, 'valueElicitationPrompt': said('Which number?')}]),
               hooked('Fail', 'please fail'), hooked('Nonsense', 'talk nonsense'),
               {'name': 'Order', 'version': '1', 'sampleUtterances': ['I want to order tea'],
                'fulfillmentActivity': {'type': 'ReturnIntent'}, 'slots': []}]}}


class Lex(Suite):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.server.data / 'a-function'
        folder.mkdir()
        (folder / 'bootstrap').write_text(FUNCTION)
        (folder / 'bootstrap').chmod(0o755)
        (folder / 'bot.json').write_text(json.dumps(BOT))
        for command in (['function', 'add', 'bot-function', folder], ['bot', 'import', folder / 'bot.json']):
            subprocess.run([BINARY, *map(str, command), '--data', str(cls.server.data)], check=True)

    def say(self, text, user='ada', **more):
        return self.client('lex-runtime').post_text(botName='ApiBot', botAlias='$LATEST', userId=user,
                                                    inputText=text, **more)

    def refused(self, text, status, code, **more):
        with self.assertRaises(ClientError) as caught:
            self.say(text, **more)
        self.assertEqual(caught.exception.response['ResponseMetadata']['HTTPStatusCode'], status)
        self.assertEqual(caught.exception.response['Error']['Code'], code)
        return caught.exception.response['Error']['Message']

    def test_a_slot_is_asked_for_and_the_function_answers(self):
        reply = self.say('get me the details')
        self.assertEqual(reply['dialogState'], 'ElicitSlot')
        self.assertEqual(reply['slotToElicit'], 'Number')
        self.assertEqual(reply['message'], 'Which number?')
        self.assertEqual(reply['intentName'], 'Details')
        self.assertIsNone(reply['slots']['Number'])
        self.assertEqual(reply['nluIntentConfidence']['score'], 1.0)
        self.assertEqual(reply['botVersion'], '$LATEST')
        answer = self.say('35678-9')
        self.assertEqual(answer['message'], 'FulfillmentCodeHook 35678-9 for ada')
        self.assertEqual(answer['messageFormat'], 'PlainText')
        self.assertEqual(answer['dialogState'], 'Fulfilled')
        self.assertEqual(answer['slots'], {'Number': '35678-9'})
        self.assertEqual(answer['sessionAttributes'], {'last': '35678-9'})
        self.assertEqual(answer['sessionId'], reply['sessionId'])

    def test_an_intent_goes_back_to_the_client(self):
        reply = self.say('I want to order tea', user='client', sessionAttributes={'a': 'b'})
        self.assertEqual(reply['dialogState'], 'ReadyForFulfillment')
        self.assertEqual(reply['sessionAttributes'], {'a': 'b'})
        self.assertLessEqual(len(reply['alternativeIntents']), 4)

    def test_what_is_not_understood(self):
        reply = self.say('purple elephants dance', user='lost')
        self.assertEqual((reply['dialogState'], reply['message']), ('ElicitIntent', 'I did not get that.'))
        self.assertNotIn('intentName', reply)

    def test_errors_by_name(self):
        self.assertIn('no luck', self.refused('please fail', 424, 'DependencyFailedException', user='err'))
        self.assertIn('dialogAction', self.refused('talk nonsense', 424, 'DependencyFailedException', user='err'))
        self.refused('x' * 1025, 400, 'BadRequestException', user='err')
        with self.assertRaises(ClientError) as caught:
            self.client('lex-runtime').post_text(botName='NoBot', botAlias='$LATEST', userId='ada', inputText='x')
        self.assertEqual(caught.exception.response['Error']['Code'], 'NotFoundException')
        with self.assertRaises(ClientError) as caught:
            self.client('lex-runtime').post_text(botName='ApiBot', botAlias='nope', userId='ada', inputText='x')
        self.assertEqual(caught.exception.response['Error']['Code'], 'NotFoundException')

    def test_turns_of_one_user_at_the_same_time(self):
        self.say('get me the details', user='twins')
        answers, errors = [], []

        def turn(number):
            try:
                answers.append(self.say(number, user='twins'))
            except ClientError as e:
                errors.append(e.response['Error']['Code'])

        threads = [threading.Thread(target=turn, args=(f'{n}-{n}',)) for n in (11, 22, 33)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(set(errors) - {'ConflictException'}, set())
        self.assertEqual(sum(a['dialogState'] == 'Fulfilled' for a in answers), 1)

    def test_the_session_survives_a_restart(self):
        self.say('get me the details', user='patient')
        self.server.stop()
        self.server.start()
        self.assertEqual(self.say('7-7', user='patient')['message'], 'FulfillmentCodeHook 7-7 for patient')

    def test_a_broken_file_is_refused_by_path(self):
        path = self.folder() / 'broken.json'
        path.write_text(json.dumps({'resource': {'name': 'B', 'intents': [
            {'name': 'I', 'slots': [{'name': 'S', 'slotType': 'X', 'slotConstraint': 'Optional'}]}]}}))
        status, text = self.run_program(BINARY, 'bot', 'import', path, '--data', self.server.data, ok=False)
        self.assertNotEqual(status, 0)
        self.assertIn('resource.intents[0].slots[0].slotType: unknown type X', text)

    def test_the_aws_cli(self):
        said_ = json.loads(self.aws('lex-runtime', 'post-text', '--bot-name', 'ApiBot', '--bot-alias', '$LATEST',
                                    '--user-id', 'cli', '--input-text', 'details of A-12'))
        self.assertEqual(said_['message'], 'FulfillmentCodeHook A-12 for cli')

    def test_newer_clients(self):
        script = ("import boto3; print(boto3.client('lex-runtime').post_text(botName='ApiBot', botAlias='$LATEST',"
                  " userId='newer', inputText='details of B-7')['message'])")
        self.assertEqual(self.run_program(CLIENTS / 'python/bin/python', '-c', script).strip(),
                         'FulfillmentCodeHook B-7 for newer')
        output = self.run_program('node', HERE / 'lex_javascript.mjs', env={'QUERN_CLIENTS': str(CLIENTS)})
        self.assertEqual(output.splitlines()[-1], 'done')


main(Lex)
