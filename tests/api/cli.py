"""The command line as a script sees it: output, messages, exit status; 80 columns."""
import csv
import io
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import unittest

from harness import BINARY, ROOT, main

INVOICE = ROOT / 'examples' / 'invoicebot' / 'invoice-35678-9.pdf'
COMMANDS = ('serve', 'read', 'pdf', 'expense', 'analyze', 'ask', 'search', 'entities', 'phrases', 'sentiment', 'language', 'pii', 'classify', 'chat', 'bot', 'function', 'model', 'version', 'help')


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='quern-cli-'))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def quern(self, *arguments, status=0, stdin=None):
        done = subprocess.run([BINARY, *map(str, arguments)], input=stdin, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=300,
                              env={**os.environ, 'QUERN_DATA': str(self.folder / 'data')})
        out, err = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, status, f'{arguments}\n{out}\n{err}')
        return out, err

    def test_help_lists_and_explains_every_command_in_80_columns(self):
        out, _ = self.quern('help')
        for name in COMMANDS:
            self.assertRegex(out, rf'(?m)^  {name} ')
            text, _ = self.quern('help', name)
            self.assertTrue(text.startswith(f'quern {name} - '))
            self.assertEqual(text, self.quern(name, '--help')[0])
            for line in (out + text).splitlines():
                self.assertLessEqual(len(line), 80, line)

    def test_wrong_usage_is_status_2_with_a_remedy(self):
        for arguments, words in ((['raed'], 'did you mean read'), (['xyzzy'], 'quern help lists them'),
                                 (['read'], 'no file is named'), (['read', '--formt', 'x'], 'unknown option --formt'),
                                 (['read', 'x', '--format', 'xml'], 'one of text|json|csv|tsv|html|latex|grid'),
                                 (['serve', '--listen', 'nowhere'], 'ADDRESS:PORT'),
                                 (['serve', '--tls-cert', 'x'], 'go together'),
                                 (['function', 'add', 'x'], 'add NAME FOLDER'), (['version', 'x'], 'no arguments')):
            _, err = self.quern(*arguments, status=2)
            self.assertIn(words, err)

    def test_version(self):
        self.assertRegex(self.quern('version')[0], r'^quern \d+\.\d+\.\d+\n$')

    def test_read_in_its_three_formats(self):
        text, _ = self.quern('read', INVOICE)
        self.assertIn('35678-9', text)
        reply = json.loads(self.quern('read', INVOICE, '--format', 'json')[0])
        self.assertEqual(reply['DocumentMetadata'], {'Pages': 1})
        words = [b['Text'] for b in reply['Blocks'] if b['BlockType'] == 'WORD']
        rows = [line.split('\t') for line in self.quern('read', INVOICE, '--format=tsv')[0].splitlines()]
        self.assertEqual([r[-1] for r in rows], words)
        self.assertEqual(' '.join(text.split()), ' '.join(words))

    def test_read_from_a_pipe(self):
        self.assertEqual(self.quern('read', '-', stdin=INVOICE.read_bytes())[0], self.quern('read', INVOICE)[0])

    def test_expense_in_its_three_formats(self):
        table, _ = self.quern('expense', INVOICE)
        self.assertIn('35678-9', table)
        for line in table.splitlines():
            self.assertLessEqual(len(line), 80, line)
        reply = json.loads(self.quern('expense', INVOICE, '--format', 'json')[0])
        fields = {f['Type']['Text']: f['ValueDetection']['Text']
                  for f in reply['ExpenseDocuments'][0]['SummaryFields']}
        self.assertEqual(fields['INVOICE_RECEIPT_ID'], '35678-9')
        rows = list(csv.DictReader(io.StringIO(self.quern('expense', INVOICE, '--format', 'csv')[0])))
        self.assertEqual({r['value'] for r in rows if r['type'] == 'INVOICE_RECEIPT_ID'}, {'35678-9'})

    def test_tables_in_every_format(self):
        for command in ('read', 'expense'):
            html, _ = self.quern(command, INVOICE, '--format', 'html')
            self.assertTrue(html.startswith('<!doctype html>') and html.endswith('</html>\n'))
            self.assertIn('35678-9', html)
            latex, _ = self.quern(command, INVOICE, '--format', 'latex')
            self.assertEqual(latex.count('\\begin{tabular}'), latex.count('\\end{tabular}'))
            grid, _ = self.quern(command, INVOICE, '--format', 'grid')
            self.assertIn('╞', grid)
        rows = [r.split('\t') for r in self.quern('expense', INVOICE, '--format', 'tsv')[0].splitlines()]
        self.assertEqual({len(r) for r in rows}, {10})

    def test_tables_and_answers(self):
        table, _ = self.quern('analyze', INVOICE, '--features', 'tables')
        for line in table.splitlines():
            self.assertLessEqual(len(line), 80, line)
        rows = list(csv.reader(io.StringIO(self.quern('analyze', INVOICE, '--features', 'tables', '--format', 'csv')[0])))
        self.assertTrue(any('Merchant Two' in r and '100.00' in r for r in rows), rows)
        self.assertIn('Merchant Two</td>', self.quern('analyze', INVOICE, '--format', 'html')[0])
        reply = json.loads(self.quern('analyze', INVOICE, '--features', 'tables,forms,layout', '--format', 'json')[0])
        kinds = {b['BlockType'] for b in reply['Blocks']}
        self.assertLess({'PAGE', 'LINE', 'WORD', 'TABLE', 'CELL', 'KEY_VALUE_SET', 'LAYOUT_TITLE'}, kinds)
        out, _ = self.quern('ask', INVOICE, 'What is the invoice number?', 'When is it due?')
        self.assertRegex(out, r'(?m)^What is the invoice number\? 35678-9  \(page 1, \d+ %\)$')
        self.assertRegex(out, r'(?m)^When is it due\? 6/13/2019  \(page 1')
        reply = json.loads(self.quern('ask', INVOICE, 'What is the invoice number?', '--format', 'json')[0])
        self.assertEqual([b['Text'] for b in reply['Blocks'] if b['BlockType'] == 'QUERY_RESULT'], ['35678-9'])
        _, err = self.quern('analyze', INVOICE, '--features', 'tables,faces', status=2)
        self.assertIn('faces is no feature', err)
        _, err = self.quern('ask', INVOICE, status=2)
        self.assertIn('a question', err)

    def test_what_was_read_is_found(self):
        copy = self.folder / 'an invoice.pdf'
        shutil.copy(INVOICE, copy)
        self.assertIn('Nothing that was read fits', self.quern('search', 'brightwater')[0])
        self.quern('read', copy, '--no-index')
        self.assertIn('Nothing that was read fits', self.quern('search', 'brightwater')[0])
        self.quern('read', copy)
        out, _ = self.quern('search', 'brightwater', 'total>2000', '-nothing')
        self.assertIn(f'{copy}  page 1 of 1 at 0.', out)
        self.assertIn('TOTAL: $2,100.00  page 1 at 0.', out)
        reply = json.loads(self.quern('search', 'date:2019-05', 'number:35678-9', '--format', 'json')[0])
        self.assertEqual((reply['Total'], reply['Documents'][0]['Source']), (1, str(copy)))
        self.assertIn('Nothing', self.quern('search', 'date:2018')[0])
        _, err = self.quern('search', 'total>much', status=2)
        self.assertIn('a number', err)
        _, err = self.quern('search', 'a', '--limit', '0', status=2)
        self.assertIn('1 to 1000', err)

    def test_several_files_go_on_past_a_bad_one(self):
        bad = self.folder / 'broken.pdf'
        bad.write_bytes(b'%PDF-1.4\nnothing')
        out, err = self.quern('read', bad, INVOICE, self.folder / 'none.png', status=1)
        self.assertIn('35678-9', out)
        self.assertIn(f'quern: {bad}: ', err)
        self.assertIn('none.png: No such file', err)
        lines = self.quern('read', INVOICE, INVOICE, '--format', 'json')[0].splitlines()
        self.assertEqual([json.loads(x)['DocumentMetadata']['Pages'] for x in lines], [1, 1])

    def test_functions_and_bots_of_a_folder(self):
        example = ROOT / 'examples' / 'invoicebot'
        self.quern('function', 'add', 'InvoiceBot', example, '--on', 's3://invoicebot/in/')
        self.assertRegex(self.quern('function', 'list')[0], r'InvoiceBot +s3://invoicebot/in/')
        self.quern('bot', 'import', example / 'bot.json')
        self.assertIn('InvoiceBot', self.quern('bot', 'list')[0])
        _, err = self.quern('function', 'add', 'Nothing', self.folder, status=1)
        self.assertIn('bootstrap', err)
        (self.folder / 'bad.json').write_text('{"metadata": 1}')
        _, err = self.quern('bot', 'import', self.folder / 'bad.json', status=1)
        self.assertIn('bad.json', err)

    def test_a_second_server_on_one_port_says_so(self):
        with socket.socket() as s:
            s.bind(('127.0.0.1', 0))
            s.listen()
            address = f'127.0.0.1:{s.getsockname()[1]}'
            _, err = self.quern('serve', '--listen', address, status=1)
            self.assertIn(address, err)


main(CommandLine)
