#!/usr/bin/env python3
"""The conversations of examples/home-improvement and examples/business-metrics, whole, with boto3."""
import shutil
import sqlite3
import subprocess

from harness import BINARY, ROOT, Suite, main

EXAMPLES = ROOT / 'examples'


class Articles(Suite):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.metrics = cls.server.data / 'business-metrics'
        shutil.copytree(EXAMPLES / 'business-metrics', cls.metrics)
        for command in (['bot', 'import', EXAMPLES / 'home-improvement' / 'bot.json', '--alias', 'Prod'],
                        ['bot', 'import', EXAMPLES / 'business-metrics' / 'bot.json', '--alias', 'Prod'],
                        ['function', 'add', 'BusinessMetrics', cls.metrics]):
            subprocess.run([BINARY, *map(str, command), '--data', str(cls.server.data)], check=True,
                           stdout=subprocess.DEVNULL)

    def lex(self, operation, bot='HomeImprovementBot', user='abc1234', **more):
        got = getattr(self.client('lex-runtime'), operation)(botName=bot, botAlias='Prod', userId=user, **more)
        got.pop('ResponseMetadata')
        return got

    def say(self, text, state, **more):
        reply = self.lex('post_text', inputText=text, **more)
        self.assertEqual(reply['dialogState'], state, reply)
        return reply

    def digress(self, user):
        """Until the windows are large and the talk is of curtains."""
        asked = self.say('I want to order windows', 'ElicitSlot', user=user)
        self.assertEqual((asked['intentName'], asked['slotToElicit']), ('OrderWindows', 'windowSize'))
        asked = self.say('large', 'ElicitSlot', user=user)
        self.assertEqual((asked['slots'], asked['slotToElicit']),
                         ({'windowSize': 'large', 'windowStyle': None}, 'windowStyle'))
        asked = self.say('I want to order curtains', 'ElicitSlot', user=user)
        self.assertEqual((asked['intentName'], asked['slotToElicit']), ('OrderCurtains', 'curtainSize'))

    def test_checkpoints_with_what_the_session_holds(self):
        """PutSession with the recent intents as GetSession gives them: empty slots are null in
        replies, and left out of requests, which cannot say null."""
        user = 'ada'
        self.digress(user)
        got = self.lex('get_session', user=user)
        curtains, windows = got['recentIntentSummaryView']
        self.assertEqual(windows, {
            'intentName': 'OrderWindows', 'slots': {'windowSize': 'large', 'windowStyle': None},
            'confirmationStatus': 'None', 'dialogActionType': 'ElicitSlot', 'slotToElicit': 'windowStyle'})
        for summary in (curtains, windows):
            summary['slots'] = {k: v for k, v in summary['slots'].items() if v}
        windows['checkpointLabel'] = 'windowSelection'
        put = self.lex('put_session', user=user, recentIntentSummaryView=[curtains, windows])
        self.assertEqual((put['dialogState'], put['intentName']), ('ElicitSlot', 'OrderCurtains'))
        self.assertEqual(put['audioStream'].read(), b'')
        filtered = self.lex('get_session', user=user, checkpointLabelFilter='windowSelection')
        self.assertEqual(filtered.pop('sessionId'), got['sessionId'])
        self.assertEqual(filtered, {
            'recentIntentSummaryView': [windows], 'sessionAttributes': {}, 'activeContexts': [],
            'dialogAction': {'type': 'ElicitSlot', 'intentName': 'OrderCurtains', 'slotToElicit': 'curtainSize',
                             'slots': {'curtainSize': None, 'curtainStyle': None}}})
        self.say('long', 'ElicitSlot', user=user)
        self.say('sheer', 'ReadyForFulfillment', user=user)
        label, = self.lex('get_session', user=user,
                          checkpointLabelFilter='windowSelection')['recentIntentSummaryView']
        put = self.lex('put_session', user=user, accept='text/plain; charset=utf-8', dialogAction={
            'type': label['dialogActionType'], 'intentName': label['intentName'], 'slots': label['slots'],
            'slotToElicit': label['slotToElicit']})
        self.assertEqual(put['message'], 'Which style: bay, casement or sliding?')
        self.assertEqual(put['slots'], {'windowSize': 'large', 'windowStyle': None})
        done = self.say('sliding', 'ReadyForFulfillment', user=user)
        self.assertEqual(done['slots'], {'windowSize': 'large', 'windowStyle': 'sliding'})
        recent = self.lex('get_session', user=user)['recentIntentSummaryView']
        self.assertEqual([(r['intentName'], r['dialogActionType'], r.get('fulfillmentState')) for r in recent],
                         [('OrderWindows', 'Close', 'ReadyForFulfillment'),
                          ('OrderCurtains', 'Close', 'ReadyForFulfillment')])

    def test_checkpoints_call_by_call_as_printed(self):
        """The calls to the letter: their "None" are texts like any others."""
        self.digress('abc1234')
        view = [
            {'intentName': 'OrderCurtains', 'slots': {'curtainSize': 'None', 'curtainStyle': 'None'},
             'confirmationStatus': 'None', 'dialogActionType': 'ElicitSlot', 'slotToElicit': 'curtainSize',
             'checkpointLabel': 'None'},
            {'intentName': 'OrderWindows', 'slots': {'windowSize': 'large', 'windowStyle': 'None'},
             'confirmationStatus': 'None', 'dialogActionType': 'ElicitSlot', 'slotToElicit': 'windowStyle',
             'checkpointLabel': 'windowSelection'}]
        self.lex('put_session', recentIntentSummaryView=view)
        got = self.lex('get_session', checkpointLabelFilter='windowSelection')
        self.assertRegex(got.pop('sessionId'), '^[0-9a-f-]{36}$')
        self.assertEqual(got.pop('activeContexts'), [])
        self.assertEqual(got, {
            'recentIntentSummaryView': view[1:], 'sessionAttributes': {},
            'dialogAction': {'type': 'ElicitSlot', 'intentName': 'OrderCurtains', 'slotToElicit': 'curtainSize',
                             'slots': {'curtainSize': 'None', 'curtainStyle': 'None'}}})

    def test_the_example_plays(self):
        text = self.run_program(EXAMPLES / 'home-improvement' / 'play.py', '--endpoint', self.server.endpoint)
        self.assertIn('"checkpointLabel": "windowSelection"', text)
        self.assertIn('Your large sliding windows are noted.', text)

    def tickets(self):
        with sqlite3.connect(self.metrics / 'metrics.db') as db:
            return db.execute('SELECT user, question, email FROM ticket ORDER BY id').fetchall()

    def test_fallback_files_a_ticket_and_asks_for_the_address(self):
        bot = {'bot': 'BusinessMetricsBot', 'user': 'carlos'}
        self.assertEqual(self.say("What's the revenue in Q1?", 'Fulfilled', **bot)['message'],
                         'The revenue in Q1 was $1,555,000.')
        self.assertEqual(self.say('What were our sales in the western region?', 'Fulfilled', **bot)['message'],
                         'The revenue in the western region was $2,550,000.')
        question = 'How much did we spend last quarter?'
        asked = self.say(question, 'ElicitSlot', **bot)
        self.assertEqual((asked['intentName'], asked['slotToElicit']), ('ContactDetails', 'email'))
        self.assertIn('asked an operator', asked['message'])
        self.assertEqual(self.tickets(), [('carlos', question, None)])
        ticket = asked['sessionAttributes']['ticket']
        done = self.say('ada@example.com', 'Fulfilled', **bot)
        self.assertEqual(done['message'], f'Thank you. The answer to ticket {ticket} will be sent to ada@example.com.')
        self.assertEqual(self.tickets(), [('carlos', question, 'ada@example.com')])
        self.assertEqual(self.say('please show me the revenue of the eastern region', 'Fulfilled', bot=bot['bot'],
                                  user='dora')['message'], 'The revenue in the eastern region was $1,798,000.')
        self.assertEqual(self.say('What about expenses?', 'ElicitSlot', bot=bot['bot'], user='dora')['intentName'],
                         'ContactDetails')
        recent = self.lex('get_session', **bot)['recentIntentSummaryView']
        self.assertEqual([r['intentName'] for r in recent],
                         ['ContactDetails', 'RegionDetails', 'QuarterDetails'])


main(Articles)
