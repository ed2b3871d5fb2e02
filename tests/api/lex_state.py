#!/usr/bin/env python3
"""What a bot's file may hold, in conversations over PostText: message groups, response cards, defaults, contexts,
built-in intents, follow-ups, and fallback after the clarification."""
import json
import sqlite3
import subprocess

from harness import BINARY, Suite, main


def said(*texts, attempts=2, card=None):
    made = {'messages': [{'contentType': 'PlainText', 'content': t, **({'groupNumber': n + 1} if len(texts) > 1 else {})}
                         for n, t in enumerate(texts)], 'maxAttempts': attempts}
    return {**made, 'responseCard': json.dumps(card)} if card else made


def state(*texts):
    return {'messages': said(*texts)['messages']}


CARD = {'version': 1, 'contentType': 'application/vnd.amazonaws.card.generic', 'genericAttachments': [
    {'title': 'Sizes for [who]', 'subTitle': 'pick one', 'imageUrl': 'https://example.com/sizes.png',
     'attachmentLinkUrl': 'https://example.com/', 'buttons': [{'text': 'Small', 'value': 'small'},
                                                              {'text': 'Large', 'value': 'large'}]}]}
RETURN = {'fulfillmentActivity': {'type': 'ReturnIntent'}, 'version': '1'}


def builtin(name, sign, conclusion):
    return {**RETURN, 'name': name, 'parentIntentSignature': f'AMAZON.{sign}Intent', 'sampleUtterances': [], 'slots': [],
            'conclusionStatement': state(conclusion)}


BOT = {'metadata': {'schemaVersion': '1.0', 'importType': 'LEX', 'importFormat': 'JSON'},
       'resource': {
           'name': 'ShopBot', 'version': '1', 'locale': 'en-US', 'childDirected': False, 'idleSessionTTLInSeconds': 300,
           'clarificationPrompt': said('Pardon?', attempts=1), 'abortStatement': state('Goodbye.'),
           'slotTypes': [{'name': 'Size', 'version': '1', 'valueSelectionStrategy': 'TOP_RESOLUTION', 'enumerationValues': [
               {'value': 'small', 'synonyms': ['tiny']}, {'value': 'large', 'synonyms': ['huge']}]}],
           'intents': [
               {**RETURN, 'name': 'Order', 'sampleUtterances': [
                   'order curtains', 'order {Size} curtains', 'I want to buy {Size} curtains'],
                'slots': [{'name': 'Size', 'slotType': 'Size', 'slotTypeVersion': '1', 'slotConstraint': 'Required',
                           'priority': 1, 'valueElicitationPrompt': said('Good choice.', 'What size?', card=CARD)},
                          {'name': 'Colour', 'slotType': 'AMAZON.SearchQuery', 'slotConstraint': 'Optional', 'priority': 2,
                           'valueElicitationPrompt': said('What colour?'),
                           'defaultValueSpec': {'defaultValueList': [{'defaultValue': '[colour]'},
                                                                     {'defaultValue': 'white'}]}}],
                'confirmationPrompt': said('A {Size} {Colour} one?'), 'rejectionStatement': state('Not then.'),
                'outputContexts': [{'name': 'ordered', 'timeToLiveInSeconds': 60, 'turnsToLive': 2}],
                'conclusionStatement': state('Ordered.')},
               {**RETURN, 'name': 'Track', 'sampleUtterances': ['where is my parcel', 'track my parcel'],
                'slots': [{'name': 'What', 'slotType': 'AMAZON.SearchQuery', 'slotConstraint': 'Required', 'priority': 1,
                           'valueElicitationPrompt': said('Which parcel?'),
                           'defaultValueSpec': {'defaultValueList': [{'defaultValue': '#ordered.Size'}]}}],
                'inputContexts': [{'name': 'ordered'}], 'conclusionStatement': state('Your {What} parcel is here.')},
               builtin('Assist', 'Help', 'Say: order curtains.'), builtin('Quit', 'Stop', 'Stopped.'),
               builtin('Forget', 'Cancel', 'Forgotten.'), builtin('Again', 'Repeat', 'Nothing was said.'),
               builtin('Rescue', 'Fallback', 'Rescued.')]}}


FEELING = json.loads(json.dumps(BOT).replace('ShopBot', 'FeelingBot'))
FEELING['resource']['detectSentiment'] = True
CHILD = json.loads(json.dumps(BOT).replace('ShopBot', 'ChildBot'))
CHILD['resource']['childDirected'] = True


class State(Suite):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        path = cls.server.data / 'bot.json'
        for bot in (BOT, FEELING, CHILD):
            path.write_text(json.dumps(bot))
            subprocess.run([BINARY, 'bot', 'import', str(path), '--data', str(cls.server.data)], check=True,
                           stdout=subprocess.DEVNULL)

    def say(self, user, text, state_, message=None, **more):
        got = self.client('lex-runtime').post_text(botName='ShopBot', botAlias='$LATEST', userId=user, inputText=text, **more)
        self.assertEqual(got['dialogState'], state_, got)
        if message is not None:
            self.assertEqual(got.get('message'), message)
        return got

    def test_groups_are_one_composite_message_and_a_card(self):
        got = self.say('g1', 'order curtains', 'ElicitSlot', sessionAttributes={'who': 'Ada'})
        self.assertEqual(got['messageFormat'], 'Composite')
        self.assertEqual(json.loads(got['message']), {'messages': [
            {'type': 'PlainText', 'group': 0, 'value': 'Good choice.'},
            {'type': 'PlainText', 'group': 1, 'value': 'What size?'}]})
        self.assertEqual(got['responseCard'], {
            'version': '1', 'contentType': CARD['contentType'],
            'genericAttachments': [{**CARD['genericAttachments'][0], 'title': 'Sizes for Ada'}]})
        got = self.say('g1', got['responseCard']['genericAttachments'][0]['buttons'][1]['value'], 'ConfirmIntent',
                       'A large white one?')
        self.assertNotIn('responseCard', got)

    def test_defaults_and_contexts(self):
        self.say('c1', 'where is my parcel', 'ElicitIntent', 'Pardon?')
        self.say('c1', 'order huge curtains', 'ConfirmIntent', 'A large red one?', sessionAttributes={'colour': 'red'})
        got = self.say('c1', 'yes', 'ReadyForFulfillment', 'Ordered.')
        context, = got['activeContexts']
        self.assertEqual((context['name'], context['timeToLive'], context['parameters']),
                         ('ordered', {'timeToLiveInSeconds': 60, 'turnsToLive': 2}, {'Size': 'large', 'Colour': 'red'}))
        got = self.say('c1', 'where is my parcel', 'ReadyForFulfillment', 'Your large parcel is here.')
        self.assertEqual(got['activeContexts'][0]['timeToLive']['turnsToLive'], 1)
        self.assertEqual(self.say('c1', 'track my parcel', 'ReadyForFulfillment')['activeContexts'], [])
        self.say('c1', 'track my parcel', 'ElicitIntent', 'Pardon?')

    def test_a_refusal_turns_no_context_on(self):
        self.say('r1', 'order huge curtains', 'ConfirmIntent')
        self.assertEqual(self.say('r1', 'no', 'Failed', 'Not then.')['activeContexts'], [])

    def test_built_in_intents(self):
        self.say('b1', 'help', 'ReadyForFulfillment', 'Say: order curtains.')
        asked = self.say('b1', 'order curtains', 'ElicitSlot')
        again = self.say('b1', 'repeat that', 'ElicitSlot', asked['message'])
        self.assertEqual((again['intentName'], again['slotToElicit'], again['responseCard']),
                         ('Order', 'Size', asked['responseCard']))
        self.say('b1', 'never mind', 'ReadyForFulfillment', 'Forgotten.')
        self.say('b1', 'order tiny curtains', 'ConfirmIntent', 'A small white one?')
        self.say('b1', 'stop', 'ReadyForFulfillment', 'Stopped.')

    def test_fallback_comes_after_the_clarification_and_the_attempts(self):
        self.say('f1', 'purple elephants dance', 'ElicitIntent', 'Pardon?')
        got = self.say('f1', 'purple elephants dance', 'ReadyForFulfillment', 'Rescued.')
        self.assertEqual(got['intentName'], 'Rescue')
        self.say('f1', 'order curtains', 'ElicitSlot')
        self.say('f1', '12', 'ElicitSlot')
        self.say('f1', '12', 'ReadyForFulfillment', 'Rescued.')

    def test_sentiment_is_told_where_the_bot_asks(self):
        lex = self.client('lex-runtime')
        who = {'botName': 'FeelingBot', 'botAlias': '$LATEST', 'userId': 's1'}
        got = lex.post_text(**who, inputText='I hate this awful shop, it is a terrible disaster')['sentimentResponse']
        self.assertEqual(got['sentimentLabel'], 'NEGATIVE')
        self.assertRegex(got['sentimentScore'], r'^\{Positive: [0-9.e-]+,Negative: 0\.\d+,Neutral: [0-9.e-]+,Mixed: [0-9.e-]+\}$')
        got = lex.post_content(**who, contentType='text/plain', inputStream=b'I love this wonderful shop, it is great')
        self.assertEqual(json.loads(got['sentimentResponse'])['sentimentLabel'], 'POSITIVE')
        self.assertNotIn('sentimentResponse', self.say('s2', 'help', 'ReadyForFulfillment'))

    def test_nothing_that_a_child_said_is_logged(self):
        lex = self.client('lex-runtime')
        for bot in ('ChildBot', 'ShopBot'):
            lex.post_text(botName=bot, botAlias='$LATEST', userId='kid', inputText='order tiny curtains')
        with sqlite3.connect(self.server.data / 'catalog.db') as db:
            logged = {key.split('/')[0] for key, in db.execute("SELECT key FROM record WHERE space = 'lex-turn'")}
        self.assertIn('ShopBot', logged)
        self.assertNotIn('ChildBot', logged)

    def test_kinds_of_messages_that_a_client_takes(self):
        got = self.say('k1', 'order curtains', 'ElicitSlot',
                       requestAttributes={'x-amz-lex:accept-content-types': 'SSML'})
        self.assertNotIn('message', got)


main(State)
