"""Lex V2's runtime over the same bots: boto3, the aws CLI, the JavaScript SDK; ids, sessions, packed headers."""
import base64
import gzip
import json
import os
import pathlib
import re
import subprocess

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
    where, answer = '/response', {
        'sessionAttributes': {'asked': str((event['requestAttributes'] or {}).get('x'))},
        'dialogAction': {'type': 'Close', 'fulfillmentState': 'Failed' if 'rain' in event['inputTranscript'] else
                         'Fulfilled', 'message': {'contentType': 'PlainText', 'content': 'for ' + event['userId']},
                         'responseCard': {'version': 1, 'contentType': 'application/vnd.amazonaws.card.generic',
                                          'genericAttachments': [{'title': 'Sky', 'subTitle': 'today', 'buttons': [
                                              {'text': 'More', 'value': 'will it rain'}]}, {'subTitle': 'tomorrow'}]}}}
    if 'snow' in event['inputTranscript']:
        where, answer = '/error', {'errorType': 'Oops', 'errorMessage': 'no luck'}
    urllib.request.urlopen(base + request + where, json.dumps(answer).encode()).read()
'''


# It speaks V2's form: asks for what is missing, then tells what it was told.
FUNCTION_V2 = r'''#!/usr/bin/env python3
import json, os, urllib.request
base = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2018-06-01/runtime/invocation/'
while True:
    with urllib.request.urlopen(base + 'next') as r:
        request, event = r.headers['Lambda-Runtime-Aws-Request-Id'], json.load(r)
    state = event['sessionState']
    intent = state['intent']
    size = intent['slots']['Size']
    if 'nonsense' in event['inputTranscript']:
        answer = {'sessionState': {'dialogAction': {'type': 'Jump'}}}
    elif event['invocationSource'] == 'DialogCodeHook' and not size:
        answer = {'sessionState': {'dialogAction': {'type': 'ElicitSlot', 'slotToElicit': 'Size'}, 'intent': intent,
                                   'sessionAttributes': {'asked': 'yes'}},
                  'messages': [{'contentType': 'PlainText', 'content': 'Which size of door?'},
                               {'contentType': 'ImageResponseCard', 'imageResponseCard': {
                                   'title': 'Doors', 'buttons': [{'text': 'Big', 'value': 'big'}]}}]}
    elif event['invocationSource'] == 'DialogCodeHook':
        answer = {'sessionState': {'dialogAction': {'type': 'Delegate'}, 'intent': intent,
                                   'sessionAttributes': state['sessionAttributes']}}
    else:
        told = json.dumps(event)
        intent['state'] = 'Fulfilled'
        answer = {'sessionState': {'dialogAction': {'type': 'Close'}, 'intent': intent,
                                   'sessionAttributes': {**state['sessionAttributes'], 'event': told}},
                  'messages': [{'contentType': 'PlainText', 'content': 'A door, ' + size['value']['interpretedValue']}]}
    urllib.request.urlopen(base + request + '/response', json.dumps(answer).encode()).read()
'''


def said(*texts):
    return {'messages': [{'contentType': 'PlainText', 'content': t, 'groupNumber': i + 1}
                         for i, t in enumerate(texts)], 'maxAttempts': 2}


BOT = {'metadata': {'schemaVersion': '1.0', 'importType': 'LEX', 'importFormat': 'JSON'},
       'resource': {
           'name': 'WindowShopBot', 'version': '1', 'locale': 'en-US', 'childDirected': False,
           'idleSessionTTLInSeconds': 300,
           'slotTypes': [{'name': 'Size', 'version': '1', 'valueSelectionStrategy': 'TOP_RESOLUTION',
                          'enumerationValues': [{'value': 'large', 'synonyms': ['big', 'huge']},
                                                {'value': 'small', 'synonyms': ['tiny']}]}],
           'abortStatement': said('Sorry.'),
           'intents': [
               {'name': 'OrderWindows', 'version': '1', 'fulfillmentActivity': {'type': 'ReturnIntent'},
                'sampleUtterances': ['I want new windows', 'order windows', '{WindowSize} windows please'],
                'confirmationPrompt': said('Order {WindowSize} windows?'), 'rejectionStatement': said('Not ordered.'),
                'slots': [{'name': 'WindowSize', 'slotType': 'Size', 'slotTypeVersion': '1', 'priority': 1,
                           'slotConstraint': 'Required', 'valueElicitationPrompt': said(
                               'We have two sizes.', 'Which one?')}]},
               {'name': 'AskWeather', 'version': '1', 'slots': [],
                'sampleUtterances': ['will it rain', 'will it snow', 'is the sun out'],
                'fulfillmentActivity': {'type': 'CodeHook', 'codeHook': {'uri': 'weather', 'messageVersion': '1.0'}}},
               {'name': 'Fallback', 'version': '1', 'parentIntentSignature': 'AMAZON.FallbackIntent', 'slots': [],
                'conclusionStatement': said('Ask a person.'), 'fulfillmentActivity': {'type': 'ReturnIntent'}}]}}


SECOND = {'uri': 'arn:aws:lambda:us-east-1:000000000000:function:doors', 'messageVersion': '2.0'}
DOORS = {'metadata': BOT['metadata'],
         'resource': {**BOT['resource'], 'name': 'DoorBot', 'intents': [
             {'name': 'OrderDoor', 'version': '1', 'sampleUtterances': ['I want a door', 'a {Size} door', 'nonsense'],
              'dialogCodeHook': SECOND, 'fulfillmentActivity': {'type': 'CodeHook', 'codeHook': SECOND},
              'slots': [{'name': 'Size', 'slotType': 'Size', 'slotTypeVersion': '1', 'slotConstraint': 'Required',
                         'priority': 1, 'valueElicitationPrompt': said('Size?')}]}]}}


def unpacked(text):
    return json.loads(gzip.decompress(base64.b64decode(text)))


def packed(value):
    return base64.b64encode(gzip.compress(json.dumps(value).encode())).decode()


class LexV2(Suite):
    extra = ('--visitors', 'WindowShopBot:prod')

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.server.data / 'a-function'
        folder.mkdir()
        (folder / 'bootstrap').write_text(FUNCTION)
        (folder / 'bootstrap').chmod(0o755)
        (folder / 'bot.json').write_text(json.dumps(BOT))
        second = cls.server.data / 'doors'
        second.mkdir()
        (second / 'bootstrap').write_text(FUNCTION_V2)
        (second / 'bootstrap').chmod(0o755)
        (second / 'bot.json').write_text(json.dumps(DOORS))
        for command in (['function', 'add', 'weather', folder], ['function', 'add', 'doors', second],
                        ['bot', 'import', second / 'bot.json'],
                        ['bot', 'import', folder / 'bot.json', '--alias', 'prod']):
            subprocess.run([BINARY, *map(str, command), '--data', str(cls.server.data)], check=True,
                           stdout=subprocess.DEVNULL)
        listed = subprocess.run([BINARY, 'bot', 'list', '--data', str(cls.server.data)], check=True, text=True,
                                stdout=subprocess.PIPE).stdout
        cls.bot = re.search(r'^WindowShopBot +([A-Z0-9]{10}) ', listed, re.M).group(1)
        cls.doors = re.search(r'^DoorBot +([A-Z0-9]{10}) ', listed, re.M).group(1)

    def names(self, session, alias='TSTALIASID', locale='en_US', bot=None):
        return {'botId': bot or self.bot, 'botAliasId': alias, 'localeId': locale, 'sessionId': session}

    def say(self, text, session='ada', alias='TSTALIASID', locale='en_US', bot=None, **more):
        return self.client('lexv2-runtime').recognize_text(**self.names(session, alias, locale, bot), text=text, **more)

    def refused(self, code, status, call, *arguments, **more):
        with self.assertRaises(ClientError) as caught:
            call(*arguments, **more)
        self.assertEqual(caught.exception.response['Error']['Code'], code)
        self.assertEqual(caught.exception.response['ResponseMetadata']['HTTPStatusCode'], status)
        return caught.exception.response['Error']['Message']

    def test_a_conversation(self):
        asked = self.say('I want new windows', requestAttributes={'a': 'b'})
        state = asked['sessionState']
        self.assertEqual(state['dialogAction'], {'type': 'ElicitSlot', 'slotToElicit': 'WindowSize'})
        self.assertEqual(state['intent'], {'name': 'OrderWindows', 'slots': {'WindowSize': None},
                                           'state': 'InProgress', 'confirmationState': 'None'})
        self.assertEqual(state['sessionAttributes'], {})
        self.assertEqual(state['activeContexts'], [])
        self.assertEqual(state['originatingRequestId'], asked['ResponseMetadata']['RequestId'])
        self.assertEqual(asked['sessionId'], 'ada')
        self.assertEqual(asked['requestAttributes'], {'a': 'b'})
        self.assertEqual(asked['messages'], [{'content': 'We have two sizes.', 'contentType': 'PlainText'},
                                             {'content': 'Which one?', 'contentType': 'PlainText'}])
        first = asked['interpretations'][0]
        self.assertEqual(first['intent'], state['intent'])
        self.assertEqual(first['nluConfidence'], {'score': 1.0})
        self.assertLessEqual(len(asked['interpretations']), 5)
        self.assertEqual(asked['interpretations'][-1], {'intent': {'name': 'Fallback', 'slots': {}}})

        sized = self.say('big')
        self.assertEqual(sized['sessionState']['dialogAction']['type'], 'ConfirmIntent')
        self.assertEqual(sized['messages'][0]['content'], 'Order large windows?')
        self.assertEqual(sized['sessionState']['intent']['slots']['WindowSize'], {
            'shape': 'Scalar', 'value': {'originalValue': 'big', 'interpretedValue': 'large',
                                         'resolvedValues': ['large']}})
        done = self.say('yes')['sessionState']
        self.assertEqual(done['dialogAction'], {'type': 'Close'})
        self.assertEqual((done['intent']['state'], done['intent']['confirmationState']),
                         ('ReadyForFulfillment', 'Confirmed'))

    def test_an_intent_is_denied(self):
        self.say('huge windows please', 'denier')
        state = self.say('no', 'denier')['sessionState']
        self.assertEqual((state['dialogAction']['type'], state['intent']['state'],
                          state['intent']['confirmationState']), ('Close', 'Failed', 'Denied'))

    def test_functions(self):
        sun = self.say('is the sun out', 'weather', requestAttributes={'x': 'y'})
        self.assertEqual(sun['messages'], [
            {'content': 'for weather', 'contentType': 'PlainText'},
            {'contentType': 'ImageResponseCard', 'imageResponseCard': {
                'title': 'Sky', 'subtitle': 'today', 'buttons': [{'text': 'More', 'value': 'will it rain'}]}},
            {'contentType': 'ImageResponseCard', 'imageResponseCard': {
                'title': 'for weather', 'subtitle': 'tomorrow'}}])
        self.assertEqual(sun['sessionState']['intent']['state'], 'Fulfilled')
        self.assertEqual(sun['sessionState']['sessionAttributes'], {'asked': 'y'})
        self.assertEqual(self.say('will it rain', 'weather')['sessionState']['intent']['state'], 'Failed')
        message = self.refused('DependencyFailedException', 424, self.say, 'will it snow', 'weather')
        self.assertIn('no luck', message)

    def test_functions_of_lex_v2(self):
        asked = self.say('I want a door', 'doors', bot=self.doors, requestAttributes={'r': '1'})
        self.assertEqual(asked['messages'][0]['content'], 'Which size of door?')
        self.assertEqual(asked['messages'][1]['imageResponseCard']['buttons'], [{'text': 'Big', 'value': 'big'}])
        self.assertEqual(asked['sessionState']['sessionAttributes'], {'asked': 'yes'})
        done = self.say('huge', 'doors', bot=self.doors)
        self.assertEqual(done['messages'], [{'content': 'A door, large', 'contentType': 'PlainText'}])
        self.assertEqual(done['sessionState']['intent']['state'], 'Fulfilled')
        event = json.loads(done['sessionState']['sessionAttributes']['event'])
        self.assertEqual({k: event[k] for k in ('messageVersion', 'invocationSource', 'inputMode', 'sessionId',
                                                'inputTranscript')},
                         {'messageVersion': '1.0', 'invocationSource': 'FulfillmentCodeHook', 'inputMode': 'Text',
                          'sessionId': 'doors', 'inputTranscript': 'huge'})
        self.assertEqual(event['bot'], {'id': self.doors, 'name': 'DoorBot', 'aliasId': 'TSTALIASID',
                                        'aliasName': 'TestBotAlias', 'localeId': 'en_US', 'version': 'DRAFT'})
        self.assertEqual(event['sessionState']['intent'], {
            'name': 'OrderDoor', 'state': 'ReadyForFulfillment', 'confirmationState': 'None',
            'slots': {'Size': {'shape': 'Scalar', 'value': {'originalValue': 'huge', 'interpretedValue': 'large',
                                                            'resolvedValues': ['large']}}}})
        self.assertEqual(event['interpretations'][0]['intent'], event['sessionState']['intent'])
        self.assertEqual(event['sessionState']['sessionAttributes'], {'asked': 'yes'})
        self.assertEqual(event['transcriptions'][0]['transcription'], 'huge')
        self.assertIn('dialogAction.type is Jump', self.refused('DependencyFailedException', 424, self.say, 'nonsense',
                                                                'confused', bot=self.doors))
        told = self.client('lex-runtime').post_text(botName='DoorBot', botAlias='$LATEST', userId='v1',
                                                    inputText='a tiny door')
        self.assertEqual((told['dialogState'], told['message']), ('Fulfilled', 'A door, small'))

    def test_what_is_not_understood_is_the_fallback_intent(self):
        lost = self.say('purple elephants dance quietly', 'lost')
        self.assertEqual(lost['interpretations'][0]['intent']['name'], 'Fallback')
        self.assertNotIn('nluConfidence', lost['interpretations'][0])
        self.assertEqual(lost['messages'][0]['content'], 'Ask a person.')

    def test_ids_names_aliases_and_locales(self):
        self.assertEqual(self.say('order windows', 'id', alias='prod')['sessionState']['intent']['name'],
                         'OrderWindows')
        self.assertEqual(self.say('order windows', 'id', locale='en-US')['sessionId'], 'id')
        self.assertEqual(self.say('order windows', 'id', bot='WindowShopBot')['sessionId'], 'id')
        self.assertIn('does not speak de_DE',
                      self.refused('ResourceNotFoundException', 404, self.say, 'x', locale='de_DE'))
        self.assertIn('quern bot list',
                      self.refused('ResourceNotFoundException', 404, self.say, 'x', bot='AAAAAAAAAA'))
        self.refused('ResourceNotFoundException', 404, self.say, 'x', alias='nope')
        self.assertIn('botId', self.refused('ValidationException', 400, self.say, 'x', bot='not-an-id-'))
        self.refused('ValidationException', 400, self.say, 'x' * 1025)
        self.refused('ValidationException', 400, self.say, 'x', session='a b')

    def test_a_session_is_read_and_deleted(self):
        lex = self.client('lexv2-runtime')
        names = self.names('reader')
        self.refused('ResourceNotFoundException', 404, lex.get_session, **names)
        self.say('order windows', 'reader', sessionState={'sessionAttributes': {'who': 'Ada'}, 'activeContexts': [
            {'name': 'shopping', 'timeToLive': {'turnsToLive': 3, 'timeToLiveInSeconds': 600},
             'contextAttributes': {'room': 'kitchen'}}]})
        got = lex.get_session(**names)
        self.assertEqual(got['sessionId'], 'reader')
        self.assertEqual(got['sessionState']['dialogAction'], {'type': 'ElicitSlot', 'slotToElicit': 'WindowSize'})
        self.assertEqual(got['sessionState']['sessionAttributes'], {'who': 'Ada'})
        context = got['sessionState']['activeContexts'][0]
        self.assertEqual((context['name'], context['contextAttributes']), ('shopping', {'room': 'kitchen'}))
        self.assertLessEqual(context['timeToLive']['timeToLiveInSeconds'], 600)
        self.assertEqual(got['interpretations'][0]['intent']['name'], 'OrderWindows')
        gone = lex.delete_session(**names)
        self.assertEqual({k: gone[k] for k in names}, names)
        self.refused('ResourceNotFoundException', 404, lex.get_session, **names)
        self.refused('ResourceNotFoundException', 404, lex.delete_session, **names)

    def test_a_session_is_put(self):
        lex = self.client('lexv2-runtime')
        names = self.names('putter')
        put = lex.put_session(**names, requestAttributes={'r': '1'}, sessionState={
            'dialogAction': {'type': 'ConfirmIntent'}, 'sessionAttributes': {'k': 'v'},
            'intent': {'name': 'OrderWindows', 'slots': {'WindowSize': {'value': {'interpretedValue': 'small'}}}}})
        self.assertEqual(put['sessionId'], 'putter')
        self.assertIn('text/plain', put['contentType'])
        self.assertEqual(put['audioStream'].read(), b'')
        self.assertEqual(unpacked(put['messages'])[0]['content'], 'Order small windows?')
        self.assertEqual(unpacked(put['requestAttributes']), {'r': '1'})
        state = unpacked(put['sessionState'])
        self.assertEqual(state['dialogAction']['type'], 'ConfirmIntent')
        self.assertEqual(state['sessionAttributes'], {'k': 'v'})
        self.assertEqual(self.say('yes', 'putter')['sessionState']['intent']['state'], 'ReadyForFulfillment')

        put = lex.put_session(**names, sessionState={'dialogAction': {'type': 'ElicitIntent'}},
                              messages=[{'contentType': 'PlainText', 'content': 'What now?'}])
        self.assertEqual(unpacked(put['messages']), [{'contentType': 'PlainText', 'content': 'What now?'}])
        self.assertEqual(lex.get_session(**names)['sessionState']['dialogAction'], {'type': 'ElicitIntent'})

    def test_what_cannot_be_put(self):
        lex = self.client('lexv2-runtime')
        for state, words in (({'dialogAction': {'type': 'ElicitSlot'}, 'intent': {'name': 'OrderWindows'}},
                              'slotToElicit'),
                             ({'dialogAction': {'type': 'ConfirmIntent'}, 'intent': {'name': 'Nope'}}, 'Nope'),
                             ({'dialogAction': {'type': 'Close'}, 'intent': {'name': 'OrderWindows'}}, 'intent.state'),
                             ({'dialogAction': {'type': 'ConfirmIntent'}, 'intent': {'name': 'OrderWindows', 'slots': {
                                 'WindowSize': {'shape': 'List'}}}}, 'Scalar')):
            self.assertIn(words, self.refused('ValidationException', 400, lex.put_session, **self.names('bad'),
                                              sessionState=state))
        self.assertIn('speech is not there yet',
                      self.refused('ValidationException', 400, lex.put_session, **self.names('bad'),
                                   sessionState={'dialogAction': {'type': 'ElicitIntent'}},
                                   responseContentType='audio/mpeg'))

    def test_a_state_in_a_request_is_set_before_the_words(self):
        state = self.say('tiny', 'stated', sessionState={
            'dialogAction': {'type': 'ElicitSlot', 'slotToElicit': 'WindowSize'},
            'intent': {'name': 'OrderWindows'}})['sessionState']
        self.assertEqual(state['intent']['slots']['WindowSize']['value']['interpretedValue'], 'small')
        self.assertEqual(state['dialogAction']['type'], 'ConfirmIntent')

    def test_an_utterance_in_text(self):
        lex = self.client('lexv2-runtime')
        names = self.names('utterer')
        reply = lex.recognize_utterance(**names, requestContentType='text/plain; charset=utf-8',
                                        responseContentType='text/plain; charset=utf-8',
                                        sessionState=packed({'sessionAttributes': {'who': 'Ada'}}),
                                        requestAttributes=packed({'x': 'é'}), inputStream='huge windows please'.encode())
        self.assertEqual(reply['inputMode'], 'Text')
        self.assertEqual(unpacked(reply['inputTranscript']), 'huge windows please')
        self.assertEqual(unpacked(reply['messages'])[0]['content'], 'Order large windows?')
        self.assertEqual(unpacked(reply['sessionState'])['sessionAttributes'], {'who': 'Ada'})
        self.assertEqual(unpacked(reply['interpretations'])[0]['intent']['name'], 'OrderWindows')
        self.assertEqual(unpacked(reply['requestAttributes']), {'x': 'é'})
        text = {'requestContentType': 'text/plain', 'inputStream': b'order windows'}
        self.assertIn('speech is not there yet', self.refused(
            'ValidationException', 400, lex.recognize_utterance, **names, inputStream=b'x',
            requestContentType='audio/l16; rate=16000; channels=1'))
        for bad in ('!', base64.b64encode(b'no gzip').decode(), packed([1]), packed({'activeContexts': [{}]}),
                    packed({'dialogAction': {'type': 'Jump'}}),
                    packed({'intent': {'name': 'OrderWindows', 'confirmationState': 'Maybe'}}),
                    base64.b64encode(gzip.compress(b' ' * (1 << 22))).decode()):
            self.refused('ValidationException', 400, lex.recognize_utterance, **names, **text, sessionState=bad)
        for stream in (b'', b'\xff\xfe', b'x' * 5000):
            self.refused('ValidationException', 400, lex.recognize_utterance, **names, inputStream=stream,
                         requestContentType='text/plain')

    def test_both_versions_share_bots_and_sessions(self):
        self.client('lex-runtime').post_text(botName='WindowShopBot', botAlias='$LATEST', userId='both',
                                             inputText='order windows')
        state = self.say('small', 'both')['sessionState']
        self.assertEqual(state['intent']['slots']['WindowSize']['value']['interpretedValue'], 'small')

    def test_visitors(self):
        import boto3
        cognito = self.client('cognito-identity')
        identity = cognito.get_id(IdentityPoolId='us-east-1:deadbeef-cac0-babe-abcd-abcdef012345')['IdentityId']
        key = cognito.get_credentials_for_identity(IdentityId=identity)['Credentials']
        lex = boto3.client('lexv2-runtime', endpoint_url=self.server.endpoint, region_name='us-east-1',
                           aws_access_key_id=key['AccessKeyId'], aws_secret_access_key=key['SecretKey'],
                           aws_session_token=key['SessionToken'])
        names = self.names('same', alias='prod')
        self.say('order windows', 'same', alias='prod')
        lex.put_session(**names, sessionState={'dialogAction': {'type': 'ElicitIntent'}})
        said_ = lex.recognize_text(**names, text='tiny windows please')
        self.assertEqual((said_['sessionId'], said_['messages'][0]['content']), ('same', 'Order small windows?'))
        self.assertEqual(lex.get_session(**names)['sessionId'], 'same')
        self.assertEqual(self.say('huge', 'same', alias='prod')['messages'][0]['content'], 'Order large windows?')
        lex.delete_session(**names)
        self.assertIn('not open to visitors', self.refused('AccessDeniedException', 403, lex.recognize_text,
                                                           **self.names('same'), text='x'))
        self.refused('ValidationException', 400, lex.recognize_text, **self.names('u' * 90, alias='prod'), text='x')

    def test_a_stream_is_refused_by_name(self):
        path = f'/bots/{self.bot}/botAliases/TSTALIASID/botLocales/en_US/sessions/ada/conversation'
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials
        import urllib.error
        import urllib.request
        request = AWSRequest('POST', self.server.endpoint + path, data=b'')
        SigV4Auth(Credentials(self.server.access_key, self.server.secret_key), 'lex', 'us-east-1').add_auth(request)
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(urllib.request.Request(request.url, b'', dict(request.headers), method='POST'))
        self.assertEqual(caught.exception.headers['x-amzn-ErrorType'].split(':')[0], 'UnknownOperationException')

    def test_other_clients(self):
        reply = json.loads(self.aws('lexv2-runtime', 'recognize-text', '--bot-id', self.bot, '--bot-alias-id', 'prod',
                                    '--locale-id', 'en_US', '--session-id', 'cli', '--text', 'order windows'))
        self.assertEqual(reply['sessionState']['intent']['name'], 'OrderWindows')
        script = ("import boto3, sys; print(boto3.client('lexv2-runtime').recognize_text(botId=sys.argv[1],"
                  " botAliasId='TSTALIASID', localeId='en_US', sessionId='newer', text='tiny windows please')"
                  "['messages'][0]['content'])")
        self.assertEqual(self.run_program(CLIENTS / 'python/bin/python', '-c', script, self.bot).strip(),
                         'Order small windows?')
        if not (CLIENTS / 'js/node_modules/@aws-sdk/client-lex-runtime-v2').exists():
            self.skipTest('no @aws-sdk/client-lex-runtime-v2; script/bootstrap --test installs it')
        output = self.run_program('node', HERE / 'lexv2_javascript.mjs', self.bot,
                                  env={'QUERN_CLIENTS': str(CLIENTS)})
        self.assertEqual(output.splitlines()[-1], 'done')


main(LexV2)
