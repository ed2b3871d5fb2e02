"""quern bot: written conversations, replays, confusion, and what the folder keeps."""
import json
import os
import pathlib
import re
import subprocess

from harness import BINARY, ROOT, Suite, boto3_client, main

EXAMPLE = ROOT / 'examples' / 'invoicebot' / 'bot.json'

FUNCTION = r'''#!/usr/bin/env python3
import json, os, urllib.request
base = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2018-06-01/runtime/invocation/'
while True:
    with urllib.request.urlopen(base + 'next') as r:
        request, event = r.headers['Lambda-Runtime-Aws-Request-Id'], json.load(r)
    answer = {'dialogAction': {'type': 'Close', 'fulfillmentState': 'Fulfilled', 'message': {
        'contentType': 'PlainText', 'content': 'invoice %s' % event['currentIntent']['slots'].get('InvoiceNumber')}}}
    urllib.request.urlopen(base + request + '/response', json.dumps(answer).encode()).read()
'''

SCRIPT = '''# What a customer asks.
== Details
> get me the invoice details
< Please enter the * number
  intent GetInvoiceDetails
  state ElicitSlot
  asks InvoiceNumber
  slot InvoiceNumber =
> 35678-9
  hook Close Fulfilled Here it is.
< Here it is.
  slot InvoiceNumber = 35678-9
  state Fulfilled

== A function that fails
> show me the invoice summary
  hook fails out of paper
  error *out of paper
'''


class Bot(Suite):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.server.data / 'a-function'
        folder.mkdir()
        (folder / 'bootstrap').write_text(FUNCTION)
        (folder / 'bootstrap').chmod(0o755)
        for command in (['function', 'add', 'InvoiceBot', folder], ['bot', 'import', EXAMPLE, '--alias', 'prod']):
            subprocess.run([BINARY, *map(str, command), '--data', str(cls.server.data)], check=True,
                           stdout=subprocess.DEVNULL)

    def quern(self, *arguments, status=0):
        done = subprocess.run([BINARY, 'bot', *map(str, arguments), '--data', str(self.server.data)], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=300)
        self.assertEqual(done.returncode, status, f'{arguments}\n{done.stdout}\n{done.stderr}')
        for line in done.stdout.splitlines():
            if '--json' not in arguments and arguments[0] != 'export':
                self.assertLessEqual(len(line), 80, line)
        return done.stdout if status != 2 else done.stderr

    def script(self, text):
        path = self.folder() / 'conversations.txt'
        path.write_text(text)
        return path

    def other(self, **replaced):
        """The bot's file with some texts replaced."""
        text = EXAMPLE.read_text()
        for old, new in replaced.items():
            self.assertIn(old.replace('_', ' '), text)
            text = text.replace(old.replace('_', ' '), new)
        path = self.folder() / 'other.json'
        path.write_text(text)
        return path

    def test_conversations_that_agree(self):
        path = self.script(SCRIPT)
        for bot in (EXAMPLE, 'InvoiceBot'):
            told = self.quern('test', path, '--bot', bot)
            self.assertRegex(told, r'ok +Details  \(2 turns\)')
            self.assertIn('2 conversations, 3 turns: all agree', told)
        self.quern('test', path, '--bot', 'InvoiceBot', '--alias', 'prod')
        self.quern('test', path, '--bot', 'InvoiceBot', '--alias', '1')
        self.assertEqual(path.read_text(), SCRIPT)

    def test_the_examples(self):
        for path in sorted((ROOT / 'examples').glob('*/conversations.txt')):
            self.assertIn('all agree', self.quern('test', path))

    def test_a_script_names_its_bot(self):
        path = self.script('bot mine.json\n' + SCRIPT)
        (path.parent / 'mine.json').write_text(EXAMPLE.read_text())
        self.quern('test', path)
        self.quern('test', self.script('bot InvoiceBot\n' + SCRIPT))

    def test_functions_of_the_folder_answer_what_no_hook_line_does(self):
        path = self.script('> get me the invoice details for 4711\n< invoice 4711\n')
        self.quern('test', path, '--bot', EXAMPLE)

    def test_differences(self):
        path = self.script(SCRIPT.replace('Please enter', 'Tell me').replace('= 35678-9', '= 4'))
        told = self.quern('test', path, '--bot', 'InvoiceBot', status=1)
        self.assertRegex(told, r'differs +Details  \(2 of 2 turns\)')
        self.assertRegex(told, r'line 3  > get me the invoice details\n +said +- Tell me the \* number\n'
                               r' +\+ Please enter the invoice number')
        self.assertRegex(told, r'slot InvoiceNumber\n +- 4\n +\+ 35678-9')
        self.assertNotIn('\033', told)
        files = json.loads(self.quern('test', path, '--bot', 'InvoiceBot', '--json', status=1))
        turns = files[0]['conversations'][0]['turns']
        self.assertEqual(turns[0]['said'], ['Please enter the invoice number'])
        self.assertEqual(turns[0]['asks'], 'InvoiceNumber')
        self.assertEqual(turns[1]['differences'], [
            {'what': 'slot InvoiceNumber', 'wanted': '4', 'got': '35678-9', 'line': 12}])
        self.assertTrue(files[0]['conversations'][1]['agrees'])

    def test_colours_where_a_person_looks(self):
        path = self.script('> get me the invoice details\n< No.\n')
        command = f'{BINARY} bot test {path} --bot InvoiceBot --data {self.server.data}'
        for environment, seen in (({}, True), ({'NO_COLOR': '1'}, False)):
            told = subprocess.run(['script', '-qec', command, '/dev/null'], stdout=subprocess.PIPE, text=True,
                                  stdin=subprocess.DEVNULL, env={**os.environ, **environment}).stdout
            self.assertEqual('\033[31m- No.\033[0m' in told, seen, told)

    def test_what_was_said_is_written(self):
        path = self.script('# kept\n> get me the invoice details\n> 35678-9\n  hook Close Fulfilled Yes * no\n'
                           '  state Failed\n< nothing\n')
        self.assertIn('now written as it is', self.quern('test', path, '--bot', 'InvoiceBot', '--update'))
        self.assertEqual(path.read_text(),
                         '# kept\n> get me the invoice details\n< Please enter the invoice number\n> 35678-9\n'
                         '  hook Close Fulfilled Yes * no\n  state Fulfilled\n< Yes \\* no\n')
        self.quern('test', path, '--bot', 'InvoiceBot')

    def test_nothing_of_a_test_is_kept(self):
        before = self.quern('list')
        self.quern('test', self.script(SCRIPT), '--bot', self.other(InvoiceBot='OtherBot'))
        self.assertEqual(self.quern('list'), before)

    def test_wrong_scripts_and_words(self):
        for text, words in (('< hi\n', "line 1: a bot's line comes behind"), ('', 'no conversation'),
                            ('> hi\nslott a = b\n', 'line 2: intent, state')):
            done = subprocess.run([BINARY, 'bot', 'test', self.script(text), '--bot', str(EXAMPLE)], text=True,
                                  stderr=subprocess.PIPE)
            self.assertEqual(done.returncode, 1)
            self.assertIn(words, done.stderr)
        self.assertIn('names no bot', subprocess.run([BINARY, 'bot', 'test', self.script('> x\n')], text=True,
                                                     stderr=subprocess.PIPE).stderr)
        self.assertIn('usage: quern bot test', self.quern('test', status=2))
        self.assertIn('tset is no command', self.quern('tset', status=2))

    def talk(self, user, *texts):
        lex = boto3_client(self.server, 'lex-runtime')
        for text in texts:
            lex.post_text(botName='InvoiceBot', botAlias='$LATEST', userId=user, inputText=text)
        return lex

    def test_a_replay_to_the_same_and_to_another_version(self):
        self.talk('replayer', 'get me the invoice details', '35678-9', 'show me the invoice summary')
        told = self.quern('replay', 'InvoiceBot', '--user', 'replayer')
        self.assertEqual(told.count('the same'), 4, told)
        other = self.other(Please_enter_the_invoice_number='Which number?')
        told = self.quern('replay', 'InvoiceBot', '--user', 'replayer', '--with', other, status=1)
        self.assertRegex(told, r'turn 1  > get me the invoice details\n +said +- Please enter the invoice number\n'
                               r' +\+ Which number\?\n  turn 2  > 35678-9  the same')
        self.assertIn('3 turns: 1 differs', told)
        turns = json.loads(self.quern('replay', 'InvoiceBot', '--user', 'replayer', '--with', other, '--at', '2',
                                      '--json'))
        self.assertEqual([t['user'] for t in turns], ['35678-9', 'show me the invoice summary'])
        self.assertEqual(turns[0]['is']['slots'], {'InvoiceNumber': '35678-9'})
        done = subprocess.run([BINARY, 'bot', 'replay', 'InvoiceBot', '--user', 'nobody', '--data',
                               str(self.server.data)], text=True, stderr=subprocess.PIPE)
        self.assertIn('nobody has no session', done.stderr)

    def test_a_fork_at_a_checkpoint(self):
        lex = self.talk('ada', 'get me the invoice details')
        lex.put_session(botName='InvoiceBot', botAlias='$LATEST', userId='ada', recentIntentSummaryView=[
            {'intentName': 'GetInvoiceDetails', 'checkpointLabel': 'asked', 'dialogActionType': 'ElicitSlot',
             'slotToElicit': 'InvoiceNumber', 'slots': {}, 'confirmationStatus': 'None'}])
        self.talk('ada', '11-1')
        told = self.quern('fork', 'InvoiceBot', '--user', 'ada', '--as', 'ada-2', '--at', 'asked')
        self.assertIn('as it stood before turn 3', told)
        reply = lex.post_text(botName='InvoiceBot', botAlias='$LATEST', userId='ada-2', inputText='22-2')
        self.assertEqual((reply['dialogState'], reply['message']), ('Fulfilled', 'invoice 22-2'))
        self.quern('fork', 'InvoiceBot', '--user', 'ada', '--as', 'ada-2', status=1)
        self.quern('fork', 'InvoiceBot', '--user', 'ada', '--as', 'x', '--at', 'nope', status=1)

    def test_confusion(self):
        told = self.quern('confusion', 'InvoiceBot')
        self.assertRegex(told, r'^InvoiceBot: \d+ of 35 utterances understood')
        self.assertRegex(told, r'GetInvoiceSummary +12 ')
        table = json.loads(self.quern('confusion', EXAMPLE, '--json'))
        self.assertEqual(table['asked'], 35)
        self.assertGreater(table['accuracy'], 0.6)
        self.assertEqual(sum(len(c['utterances']) for c in table['collisions']),
                         table['asked'] - table['understood'])
        self.assertEqual({i['intent'] for i in table['intents']},
                         {'GetInvoiceSummary', 'GetInvoiceDetails', 'GetInvoiceNotes'})

    def test_list_show_and_export(self):
        self.assertRegex(self.quern('list'), r'(?m)^InvoiceBot +[A-Z0-9]{10} +\$LATEST +3$')
        told = self.quern('show', 'InvoiceBot')
        for words in ('id  ', 'versions    $LATEST, 1', 'aliases     prod (1)', 'learnt in', 'InvoiceNumber', 'AMAZON.AlphaNumeric'):
            self.assertIn(words, told)
        self.assertIn(re.search(r'^id +(\S+)', told, re.M).group(1), self.quern('list'))
        path = self.folder() / 'out.json'
        self.quern('export', 'InvoiceBot', path)
        self.assertEqual(json.loads(path.read_text())['resource']['name'], 'InvoiceBot')
        published = json.loads(self.quern('export', 'InvoiceBot', '--alias', 'prod'))['resource']
        self.assertEqual((published['version'], [i['name'] for i in published['intents']]),
                         ('1', ['GetInvoiceSummary', 'GetInvoiceDetails', 'GetInvoiceNotes']))
        self.quern('show', 'Nobody', status=1)
        self.quern('export', 'InvoiceBot', '--alias', '9', status=1)


main(Bot)
