#!/usr/bin/env python3
"""Sessions of the Lex V1 runtime: PostContent, Get-, Put- and DeleteSession, what is refused and by which
name, functions that err, two clients at once, and a server that is killed."""
import base64
import concurrent.futures
import json
import os
import pathlib
import subprocess

import botocore.config
import botocore.exceptions
from botocore.exceptions import ClientError
from harness import BINARY, Suite, main

HERE = pathlib.Path(__file__).resolve().parent
CLIENTS = pathlib.Path(os.environ.get('QUERN_CLIENTS', 'build-clients')).resolve()

FUNCTION = r'''#!/usr/bin/env python3
import json, os, sys, time, urllib.request
base = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2018-06-01/runtime/invocation/'
PLAIN = 'PlainText'
def action(kind, **more):
    return {'type': kind, **more}
def message(text):
    return {'contentType': PLAIN, 'content': text}
def answer(event):
    text = event['inputTranscript']
    if event['invocationSource'] == 'DialogCodeHook':
        return {'dialogAction': action('Delegate', slots=event['currentIntent']['slots'])}
    if text == 'function hang':
        time.sleep(600)
    if text == 'function die':
        os._exit(3)
    if text == 'function number':
        return 7
    if text == 'function nothing':
        return None
    if text == 'function unknown slot':
        return {'dialogAction': action('ElicitSlot', intentName='Call', slotToElicit='Nope')}
    if text == 'function unknown intent':
        return {'dialogAction': action('ConfirmIntent', intentName='Nope')}
    if text == 'function delegate':
        return {'dialogAction': action('Delegate', slots={})}
    if text == 'function card':
        return {'sessionAttributes': {'seen': 'card'}, 'dialogAction': action('ElicitIntent', message=message('Choose'),
            responseCard={'version': 1, 'contentType': 'application/vnd.amazonaws.card.generic', 'genericAttachments': [
                {'title': 'Tea', 'subTitle': 'or not', 'buttons': [{'text': 'Yes', 'value': 'I want tea'}]}]})}
    if text == 'function contexts':
        return {'activeContexts': [{'name': 'served', 'timeToLive': {'timeToLiveInSeconds': 60, 'turnsToLive': 2},
                                    'parameters': {'what': 'tea'}}],
                'recentIntentSummaryView': [{**event['recentIntentSummaryView'][0], 'checkpointLabel': 'by-hook'}]
                    if event['recentIntentSummaryView'] else [],
                'dialogAction': action('Close', fulfillmentState='Fulfilled', message=message('Served.'))}
    return {'dialogAction': action('Close', fulfillmentState='Fulfilled', message=message(json.dumps(event)))}
while True:
    with urllib.request.urlopen(base + 'next') as r:
        request, event = r.headers['Lambda-Runtime-Aws-Request-Id'], json.load(r)
    urllib.request.urlopen(base + request + '/response', json.dumps(answer(event)).encode()).read()
'''


def said(*texts, attempts=2):
    return {'messages': [{'contentType': 'PlainText', 'content': t} for t in texts], 'maxAttempts': attempts}


BOT = {'metadata': {'schemaVersion': '1.0', 'importType': 'LEX', 'importFormat': 'JSON'},
       'resource': {
           'name': 'TeaBot', 'version': '1', 'locale': 'en-US', 'childDirected': False,
           'idleSessionTTLInSeconds': 300, 'slotTypes': [],
           'clarificationPrompt': said('Pardon?'), 'abortStatement': said('Sorry.'),
           'intents': [
               {'name': 'Order', 'version': '1', 'sampleUtterances': ['I want tea', '{Cups} cups of tea'],
                'fulfillmentActivity': {'type': 'ReturnIntent'},
                'confirmationPrompt': said('{Cups} cups?'), 'rejectionStatement': said('No tea then.'),
                'slots': [{'name': 'Cups', 'slotType': 'AMAZON.NUMBER', 'slotConstraint': 'Required', 'priority': 1,
                           'valueElicitationPrompt': said('How many cups?')},
                          {'name': 'Milk', 'slotType': 'AMAZON.NUMBER', 'slotConstraint': 'Optional', 'priority': 2,
                           'valueElicitationPrompt': said('How much milk?')}]},
               {'name': 'Call', 'version': '1', 'slots': [], 'sampleUtterances': [
                   'function', 'call the function', *('function ' + w for w in (
                       'hang', 'die', 'number', 'nothing', 'unknown slot', 'unknown intent', 'delegate', 'card',
                       'contexts'))],
                'dialogCodeHook': {'uri': 'tea', 'messageVersion': '1.0'},
                'fulfillmentActivity': {'type': 'CodeHook', 'codeHook': {'uri': 'tea', 'messageVersion': '1.0'}}}]}}


class Sessions(Suite):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.server.data / 'tea'
        folder.mkdir()
        (folder / 'bootstrap').write_text(FUNCTION)
        (folder / 'bootstrap').chmod(0o755)
        (folder / 'bot.json').write_text(json.dumps(BOT))
        for command in (['function', 'add', 'tea', folder, '--timeout', '2'], ['bot', 'import', folder / 'bot.json']):
            subprocess.run([BINARY, *map(str, command), '--data', str(cls.server.data)], check=True,
                           stdout=subprocess.DEVNULL)

    def lex(self, operation, user='ada', **more):
        got = getattr(self.client('lex-runtime'), operation)(botName='TeaBot', botAlias='$LATEST', userId=user, **more)
        got.pop('ResponseMetadata')
        return got

    def say(self, text, user='ada', **more):
        return self.lex('post_text', user, inputText=text, **more)

    def content(self, text, user='ada', **more):
        more = {'contentType': 'text/plain; charset=utf-8', 'accept': 'text/plain; charset=utf-8', **more}
        return self.lex('post_content', user, inputStream=text.encode() if isinstance(text, str) else text, **more)

    def refused(self, status, code, call, *args, **more):
        with self.assertRaises(ClientError) as caught:
            call(*args, **more)
        got = caught.exception.response
        self.assertEqual((got['ResponseMetadata']['HTTPStatusCode'], got['Error']['Code']), (status, code), got)
        return got['Error'].get('Message') or got.get('Message') or got.get('message')

    # ---- PostContent

    def test_content_travels_in_headers(self):
        got = self.content('I want tea', 'c1', sessionAttributes={'a': 'bé'}, requestAttributes={'r': 's'})
        self.assertEqual(got['contentType'], 'text/plain;charset=utf-8')
        self.assertEqual((got['intentName'], got['dialogState'], got['slotToElicit']), ('Order', 'ElicitSlot', 'Cups'))
        self.assertEqual(got['slots'], {'Cups': None, 'Milk': None})
        self.assertEqual(got['sessionAttributes'], {'a': 'bé'})
        self.assertEqual((got['message'], got['messageFormat']), ('How many cups?', 'PlainText'))
        self.assertEqual(base64.b64decode(got['encodedMessage']), b'How many cups?')
        self.assertEqual(got['inputTranscript'], 'I want tea')
        self.assertEqual(base64.b64decode(got['encodedInputTranscript']), b'I want tea')
        self.assertEqual(got['nluIntentConfidence'], {'score': 1.0})
        self.assertEqual((got['botVersion'], len(got['sessionId'])), ('$LATEST', 36))
        self.assertEqual(got['activeContexts'], [])
        self.assertEqual(got['audioStream'].read(), b'')
        got = self.content('drei T\u00e4ssli \U0001f375', 'c1')
        self.assertNotIn('inputTranscript', got)   # no header says this
        self.assertEqual(base64.b64decode(got['encodedInputTranscript']).decode(), 'drei T\u00e4ssli \U0001f375')
        got = self.content('3', 'c1')
        self.assertEqual((got['dialogState'], got['slots']['Cups']), ('ConfirmIntent', '3'))

    def test_speech_is_refused_by_name(self):
        self.assertIn('audio/l16', self.refused(415, 'UnsupportedMediaTypeException', self.content, b'\0\0' * 9000, 's1',
                                                contentType='audio/l16; rate=16000; channels=1'))
        self.refused(415, 'UnsupportedMediaTypeException', self.content, 'x', 's1', contentType='text/plain; charset=latin1')
        self.assertIn('audio/mpeg', self.refused(406, 'NotAcceptableException', self.content, 'x', 's1', accept='audio/mpeg'))
        self.refused(406, 'NotAcceptableException', self.lex, 'put_session', 's1', accept='audio/pcm')

    def test_content_that_is_no_text(self):
        self.refused(400, 'BadRequestException', self.content, '', 'n1')
        self.refused(400, 'BadRequestException', self.content, 'x' * 1025, 'n1')
        self.refused(400, 'BadRequestException', self.content, 'x' * 100000, 'n1')
        self.refused(400, 'BadRequestException', self.content, b'\xff\xfe', 'n1')
        self.refused(400, 'BadRequestException', self.content, 'x', 'n1', activeContexts=[{'name': '9'}])
        self.refused(400, 'BadRequestException', self.content, 'x', 'n1', sessionAttributes={'a': 1})

    def test_odd_words_are_answered(self):
        for text in ('\U0001f600' * 1024, '\x01\x02\x1b' * 300, '{Cups}', '\u202e' * 1024, 'I want ' + 'tea ' * 250):
            self.assertIn(self.say(text, 'odd')['dialogState'], ('ElicitIntent', 'Failed', 'ElicitSlot', 'ConfirmIntent'))
        self.refused(400, 'BadRequestException', self.say, 'x' * 100000, 'odd')

    # ---- sessions

    def test_a_session_is_read_put_and_deleted(self):
        self.refused(404, 'NotFoundException', self.lex, 'get_session', 'g1')
        self.refused(404, 'NotFoundException', self.lex, 'delete_session', 'g1')
        put = self.lex('put_session', 'g1', sessionAttributes={'who': 'Ada'})
        self.assertEqual(put['dialogState'], 'ElicitIntent')
        self.assertNotIn('message', put)
        self.say('2 cups of tea', 'g1')
        got = self.lex('get_session', 'g1')
        self.assertEqual(got['dialogAction'], {'type': 'ConfirmIntent', 'intentName': 'Order',
                                               'slots': {'Cups': '2', 'Milk': None}})
        self.assertEqual(got['sessionAttributes'], {'who': 'Ada'})
        gone = self.lex('delete_session', 'g1')
        self.assertEqual(gone, {'botName': 'TeaBot', 'botAlias': '$LATEST', 'userId': 'g1',
                                'sessionId': put['sessionId']})
        self.refused(404, 'NotFoundException', self.lex, 'get_session', 'g1')
        self.assertNotEqual(self.say('yes', 'g1')['sessionId'], put['sessionId'])

    def test_every_step_can_be_put(self):
        def put(**action):
            return self.lex('put_session', 'p1', dialogAction=action, accept='text/plain; charset=utf-8')
        got = put(type='ElicitSlot', intentName='Order', slotToElicit='Milk', slots={'Cups': '2'})
        self.assertEqual((got['dialogState'], got['message'], got['slots']),
                         ('ElicitSlot', 'How much milk?', {'Cups': '2', 'Milk': None}))
        got = put(type='ConfirmIntent', intentName='Order')   # the slots stay
        self.assertEqual((got['dialogState'], got['message']), ('ConfirmIntent', '2 cups?'))
        got = put(type='Delegate', intentName='Order', slots={})   # none has a value now
        self.assertEqual((got['dialogState'], got['message']), ('ElicitSlot', 'How many cups?'))
        got = put(type='ElicitIntent', message='Next?', messageFormat='CustomPayload')
        self.assertEqual((got['dialogState'], got['message'], got['messageFormat']),
                         ('ElicitIntent', 'Next?', 'CustomPayload'))
        self.assertNotIn('intentName', got)
        got = put(type='Close', intentName='Order', fulfillmentState='Failed', message='Gone.')
        self.assertEqual((got['dialogState'], got['message']), ('Failed', 'Gone.'))
        got = put(type='Delegate', intentName='Call')
        self.assertEqual(json.loads(got['message'])['invocationSource'], 'FulfillmentCodeHook')

    def test_what_is_put_must_fit_the_bot(self):
        def refuse(**what):
            return self.refused(400, 'BadRequestException', self.lex, 'put_session', 'q1', **what)
        self.assertIn('Nope', refuse(dialogAction={'type': 'Delegate', 'intentName': 'Nope'}))
        self.assertIn('Sugar', refuse(dialogAction={'type': 'Delegate', 'intentName': 'Order', 'slots': {'Sugar': '1'}}))
        self.assertIn('slotToElicit', refuse(dialogAction={'type': 'ElicitSlot', 'intentName': 'Order'}))
        self.assertIn('Sugar', refuse(dialogAction={'type': 'ElicitSlot', 'intentName': 'Order', 'slotToElicit': 'Sugar'}))
        self.assertIn('without an intent', refuse(dialogAction={'type': 'ConfirmIntent'}))
        self.assertIn('fulfillmentState', refuse(dialogAction={'type': 'Close', 'intentName': 'Order'}))
        self.assertIn('Composite', refuse(dialogAction={'type': 'ElicitIntent', 'message': 'x', 'messageFormat': 'Composite'}))
        one = {'intentName': 'Order', 'dialogActionType': 'ElicitSlot'}
        self.assertIn('Nope', refuse(recentIntentSummaryView=[{**one, 'intentName': 'Nope'}]))
        self.assertIn('Sugar', refuse(recentIntentSummaryView=[{**one, 'slots': {'Sugar': '1'}}]))
        self.assertIn('Sugar', refuse(recentIntentSummaryView=[{**one, 'slotToElicit': 'Sugar'}]))
        refuse(recentIntentSummaryView=[one] * 4)
        refuse(recentIntentSummaryView=[{**one, 'checkpointLabel': 'a b'}])
        refuse(recentIntentSummaryView=[{**one, 'dialogActionType': 'Jump'}])
        refuse(activeContexts=[{'name': 'a', 'timeToLive': {'turnsToLive': 21}, 'parameters': {}}])
        refuse(activeContexts=[{'name': 'a b', 'timeToLive': {}, 'parameters': {}}])
        self.refused(400, 'BadRequestException', self.lex, 'get_session', 'q1', checkpointLabelFilter='a b')
        self.refused(404, 'NotFoundException', self.lex, 'get_session', 'q1')   # nothing was made of them

    def test_a_bot_that_is_not_built(self):
        models = self.client('lex-models')
        models.put_intent(name='Hello', sampleUtterances=['hello'], fulfillmentActivity={'type': 'ReturnIntent'})
        models.put_bot(name='Draft', locale='en-US', childDirected=False, processBehavior='SAVE',
                       intents=[{'intentName': 'Hello', 'intentVersion': '$LATEST'}])
        who = {'botName': 'Draft', 'botAlias': '$LATEST', 'userId': 'ada'}
        lex = self.client('lex-runtime')
        self.assertIn('NOT_BUILT', self.refused(400, 'BadRequestException', lex.post_text, **who, inputText='hello'))
        self.refused(400, 'BadRequestException', lex.get_session, **who)

    def test_contexts_of_requests(self):
        tea = {'name': 'tea', 'timeToLive': {'timeToLiveInSeconds': 90, 'turnsToLive': 2}, 'parameters': {'k': 'v'}}
        got = self.say('I want tea', 'x1', activeContexts=[tea])
        self.assertEqual([(c['name'], c['timeToLive']['turnsToLive']) for c in got['activeContexts']], [('tea', 1)])
        self.assertLessEqual(got['activeContexts'][0]['timeToLive']['timeToLiveInSeconds'], 90)
        self.assertEqual(got['activeContexts'][0]['parameters'], {'k': 'v'})
        self.assertEqual(self.say('3', 'x1')['activeContexts'], [])
        self.lex('put_session', 'x1', activeContexts=[tea])
        self.assertEqual(self.lex('get_session', 'x1')['activeContexts'][0]['timeToLive']['turnsToLive'], 2)
        self.assertEqual(self.say('yes', 'x1', activeContexts=[])['activeContexts'], [])

    # ---- functions

    def test_a_function_is_told_all(self):
        tea = {'name': 'tea', 'timeToLive': {'turnsToLive': 3}, 'parameters': {'k': 'v'}}
        self.say('2 cups of tea', 'f1')
        event = json.loads(self.say('call the function', 'f1', sessionAttributes={'s': '1'}, requestAttributes={'r': '2'},
                                    activeContexts=[tea])['message'])
        self.assertEqual(event['recentIntentSummaryView'], [{
            'intentName': 'Order', 'slots': {'Cups': '2', 'Milk': None}, 'confirmationStatus': 'None',
            'dialogActionType': 'ConfirmIntent'}])
        self.assertEqual(event['activeContexts'], [{'name': 'tea', 'timeToLive': {'turnsToLive': 3}, 'parameters': {'k': 'v'}}])
        self.assertEqual((event['sessionAttributes'], event['requestAttributes']), ({'s': '1'}, {'r': '2'}))
        self.assertEqual(event['bot'], {'name': 'TeaBot', 'alias': '$LATEST', 'version': '$LATEST'})
        self.assertEqual((event['userId'], event['messageVersion'], event['outputDialogMode'], event['inputTranscript'],
                          event['invocationSource']), ('f1', '1.0', 'Text', 'call the function', 'FulfillmentCodeHook'))
        self.assertEqual(event['currentIntent']['name'], 'Call')
        self.assertEqual(event['alternativeIntents'][0]['name'], 'Order')

    def test_a_function_answers_cards_contexts_and_labels(self):
        got = self.say('function card', 'k1')
        self.assertEqual((got['dialogState'], got['message'], got['sessionAttributes']),
                         ('ElicitIntent', 'Choose', {'seen': 'card'}))
        self.assertEqual(got['responseCard'], {
            'version': '1', 'contentType': 'application/vnd.amazonaws.card.generic', 'genericAttachments': [
                {'title': 'Tea', 'subTitle': 'or not', 'buttons': [{'text': 'Yes', 'value': 'I want tea'}]}]})
        self.say('2 cups of tea', 'k1')
        got = self.say('function contexts', 'k1')
        self.assertEqual((got['activeContexts'][0]['name'], got['activeContexts'][0]['timeToLive']['turnsToLive']),
                         ('served', 2))
        self.assertNotIn('responseCard', got)
        recent = self.lex('get_session', 'k1', checkpointLabelFilter='by-hook')['recentIntentSummaryView']
        self.assertEqual([r['intentName'] for r in recent], ['Order'])

    def test_a_function_that_errs_leaves_the_session_as_it_was(self):
        self.say('2 cups of tea', 'e1')
        before = self.lex('get_session', 'e1')
        for text, word in (('function hang', 'tea'), ('function die', 'tea'), ('function number', 'dialogAction'),
                           ('function nothing', 'dialogAction'), ('function unknown slot', 'slot Nope'),
                           ('function unknown intent', 'intent Nope'), ('function delegate', 'delegates')):
            self.assertIn(word, self.refused(424, 'DependencyFailedException', self.say, text, 'e1'))
        self.assertEqual(self.lex('get_session', 'e1'), before)
        self.assertEqual(self.say('yes', 'e1')['dialogState'], 'ReadyForFulfillment')

    # ---- other clients

    def test_the_aws_cli(self):
        who = ('--bot-name', 'TeaBot', '--bot-alias', '$LATEST', '--user-id', 'cli')
        out = self.folder() / 'out'
        (out.parent / 'in').write_text('2 cups of tea')
        got = json.loads(self.aws('lex-runtime', 'post-content', *who, '--content-type', 'text/plain; charset=utf-8',
                                  '--accept', 'text/plain; charset=utf-8', '--input-stream', out.parent / 'in', out))
        self.assertEqual((got['dialogState'], got['message']), ('ConfirmIntent', '2 cups?'))
        got = json.loads(self.aws('lex-runtime', 'get-session', *who))
        self.assertEqual(got['dialogAction']['slots']['Cups'], '2')
        got = json.loads(self.aws('lex-runtime', 'put-session', *who, '--dialog-action',
                                  'type=ElicitSlot,intentName=Order,slotToElicit=Cups', out))
        self.assertEqual(got['message'], 'How many cups?')
        self.assertEqual(json.loads(self.aws('lex-runtime', 'delete-session', *who))['userId'], 'cli')

    def test_newer_clients(self):
        script = ("import boto3; c = boto3.client('lex-runtime'); who = dict(botName='TeaBot', botAlias='$LATEST', "
                  "userId='newer'); print(c.post_content(**who, contentType='text/plain; charset=utf-8', "
                  "inputStream=b'2 cups of tea')['message'], c.get_session(**who)['dialogAction']['type'])")
        self.assertEqual(self.run_program(CLIENTS / 'python/bin/python', '-c', script).strip(), '2 cups? ConfirmIntent')
        output = self.run_program('node', HERE / 'lex_sessions.mjs', env={'QUERN_CLIENTS': str(CLIENTS)})
        self.assertEqual(output.splitlines()[-1], 'done')

    # ---- at the same time, and afterwards

    def test_two_clients_answer_one_prompt_at_once(self):
        """Each is answered as if the other came before or after it, or told of the conflict."""
        client = self.client('lex-runtime', config=botocore.config.Config(max_pool_connections=8))

        def turn(user, text):
            try:
                return client.post_text(botName='TeaBot', botAlias='$LATEST', userId=user, inputText=text)
            except ClientError as error:
                self.assertEqual(error.response['Error']['Code'], 'ConflictException')
                return None
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for n in range(20):
                user = f'twin-{n}'
                self.say('I want tea', user)
                replies = [r for r in pool.map(lambda t, u=user: turn(u, t), ('3', '5')) if r]
                self.assertTrue(replies)
                states = sorted(r['dialogState'] for r in replies)
                # the second number answers "3 cups?": it is a correction, or not understood
                self.assertEqual(states, ['ConfirmIntent'] * len(replies))
                last = self.lex('get_session', user)['dialogAction']['slots']['Cups']
                self.assertIn(last, [r['slots']['Cups'] for r in replies])

    def test_no_update_is_lost(self):
        """Sixteen turns at once: the log tells of all that were answered."""
        client = self.client('lex-runtime', config=botocore.config.Config(max_pool_connections=16))

        def turn(n):
            try:
                client.post_text(botName='TeaBot', botAlias='$LATEST', userId='crowd', inputText=f'{n} cups of tea')
                return n
            except ClientError as error:
                self.assertEqual(error.response['Error']['Code'], 'ConflictException')
                return None
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            answered = {n for n in pool.map(turn, range(2, 18)) if n}
        self.assertTrue(answered)
        self.assertIn(int(self.lex('get_session', 'crowd')['dialogAction']['slots']['Cups']), answered)

    def test_killed_between_turns_no_acknowledged_turn_is_lost(self):
        for n in range(2, 6):
            user = f'killed-{n}'
            self.say('I want tea', user)
            self.server.process.kill()
            self.server.process.wait()
            self.server.start()
            self.assertEqual(self.say(str(n), user)['dialogState'], 'ConfirmIntent')
            self.server.process.kill()
            self.server.process.wait()
            self.server.start()
            self.assertEqual(self.lex('get_session', user)['dialogAction']['slots']['Cups'], str(n))

    def test_killed_under_load_no_acknowledged_turn_is_lost(self):
        """Writes are made together (store/catalog.c): each is on the disk before any of them is answered."""
        client = self.client('lex-runtime', config=botocore.config.Config(max_pool_connections=8))
        acknowledged, asked = {}, {}

        def talk(user):
            for n in range(2, 500):
                asked[user] = n
                try:
                    client.post_text(botName='TeaBot', botAlias='$LATEST', userId=user, inputText=f'{n} cups of tea')
                except botocore.exceptions.BotoCoreError:   # the server is gone
                    return
                acknowledged[user] = n
        users = [f'load-{n}' for n in range(8)]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            turns = [pool.submit(talk, u) for u in users]
            self.until(lambda: len(acknowledged) == 8 and min(acknowledged.values()) > 5, what='turns of all users')
            self.server.process.kill()
            for t in turns:
                t.result()
        self.server.process.wait()
        self.server.start()
        for user in users:
            cups = int(self.lex('get_session', user)['dialogAction']['slots']['Cups'])
            self.assertIn(cups, (acknowledged[user], asked[user]))


main(Sessions)
