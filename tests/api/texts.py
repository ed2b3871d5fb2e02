#!/usr/bin/env python3
"""entities, phrases, sentiment, language, pii and classify as a person and a script see them."""
import json
import os
import pathlib
import pty
import re
import shutil
import subprocess
import tempfile
import unittest

from harness import BINARY, ROOT, main

LETTER = ('Hello, my name is John Smith. I live at 14 Birch Lane, Dover, DE 19901.\n'
          'Mail caf\u00e9 john@example.org by Friday.\n')
INVOICE = ROOT / 'examples' / 'invoicebot' / 'invoice-35678-9.pdf'


class Texts(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='quern-texts-'))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.letter = self.file('letter.txt', LETTER)

    def file(self, name, text):
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def quern(self, *arguments, status=0, text=None):
        done = subprocess.run([BINARY, *map(str, arguments)], input=(text or '').encode(), timeout=300,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={**os.environ, 'QUERN_DATA': str(self.folder / 'data')})
        self.assertEqual(done.returncode, status, (arguments, done.stdout, done.stderr))
        return done.stdout.decode(), done.stderr.decode()

    def rows(self, *arguments, **more):
        return [line.split('\t') for line in self.quern(*arguments, **more)[0].splitlines()]

    def in_a_terminal(self, *arguments):
        parent, child = pty.openpty()
        with subprocess.Popen([BINARY, *map(str, arguments)], stdout=child, stderr=child,
                              env={**os.environ, 'TERM': 'xterm', 'NO_COLOR': ''}) as p:
            os.close(child)
            out = b''
            while True:
                try:
                    piece = os.read(parent, 4096)
                except OSError:
                    break
                if not piece:
                    break
                out += piece
        os.close(parent)
        self.assertEqual(p.returncode, 0)
        return out.decode().replace('\r', '')

    def test_finds_are_lines_with_code_points(self):
        for kind, score, begin, end, found in self.rows('pii', self.letter):
            self.assertEqual(LETTER[int(begin):int(end)], found)
            self.assertTrue(0 < float(score) <= 1 and kind.isupper())
        kinds = {row[0]: row[4] for row in self.rows('pii', self.letter)}
        self.assertEqual(kinds['NAME'], 'John Smith')
        self.assertEqual(kinds['EMAIL'], 'john@example.org')
        self.assertEqual(kinds['ADDRESS'], '14 Birch Lane, Dover, DE 19901')
        self.assertIn('John Smith', [row[4] for row in self.rows('entities', self.letter)])
        self.assertIn('my name', [row[4] for row in self.rows('phrases', self.letter)])

    def test_json_is_the_reply_of_the_api(self):
        said = json.loads(self.quern('entities', '--json', self.letter)[0])
        for e in said['Entities']:
            self.assertEqual(set(e), {'BeginOffset', 'EndOffset', 'Score', 'Text', 'Type'})
            self.assertEqual(LETTER[e['BeginOffset']:e['EndOffset']], e['Text'])
        said = json.loads(self.quern('pii', '--json', self.letter)[0])
        self.assertEqual({e['Type'] for e in said['Entities']}, {'NAME', 'ADDRESS', 'EMAIL', 'DATE_TIME'})
        said = json.loads(self.quern('sentiment', '--json', text='I love it!')[0])
        self.assertEqual(said['Sentiment'], 'POSITIVE')
        self.assertAlmostEqual(sum(said['SentimentScore'].values()), 1, 4)
        said = json.loads(self.quern('language', '--json', text='Guten Morgen, wie geht es dir?')[0])
        self.assertEqual(said['Languages'][0]['LanguageCode'], 'de')
        said = json.loads(self.quern('sentiment', '--targets', '--json', text='The food was delicious.')[0])
        self.assertEqual(said['Entities'][0]['Mentions'][0]['MentionSentiment']['Sentiment'], 'POSITIVE')

    def test_several_files_are_told_apart_and_a_bad_one_stops_none(self):
        out, err = self.quern('language', self.letter, self.folder / 'none', self.letter, status=1)
        self.assertEqual(len(out.splitlines()), 2)
        self.assertTrue(all(line.startswith(str(self.letter)) for line in out.splitlines()))
        self.assertIn('none', err)
        lines = self.quern('pii', '--json', self.letter, self.letter)[0].splitlines()
        self.assertEqual([len(json.loads(line)['Entities']) for line in lines], [4, 4])

    def test_marks_in_a_terminal_with_a_legend(self):
        out = self.in_a_terminal('pii', self.letter)
        self.assertRegex(out, '\x1b\\[[0-9;]*mJohn Smith\x1b\\[0m')
        self.assertRegex(out.splitlines()[-1], 'NAME .*1.*ADDRESS .*1.*EMAIL .*1')
        plain = re.sub('\x1b\\[[0-9;]*m', '', out)
        self.assertEqual(' '.join(plain.split())[:len(' '.join(LETTER.split()))], ' '.join(LETTER.split()))
        self.assertTrue(all(len(line) <= 80 for line in plain.splitlines()))

    def test_redaction(self):
        out = self.quern('pii', '--redact', self.letter)[0]
        self.assertEqual(out, 'Hello, my name is [NAME]. I live at [ADDRESS].\n'
                              'Mail caf\u00e9 [EMAIL] by [DATE_TIME].\n')
        out = self.quern('pii', '--redact', '--mask', '#', self.letter)[0]
        self.assertEqual(len(out), len(LETTER))
        self.assertNotIn('John', out)
        for wrong in (('--mask', '#'), ('--redact', '--mask', 'ab'), ('--redact', '--json')):
            self.quern('pii', *wrong, self.letter, status=2)

    def test_the_text_of_a_pdf(self):
        found = [row[4] for row in self.rows('entities', INVOICE)]
        self.assertIn('35678-9', ' '.join(found))

    def test_language(self):
        self.assertEqual(self.rows('language', text='Bonjour tout le monde, comment allez-vous ?')[0][0], 'fr')
        known = self.quern('language', '--list')[0].split()
        self.assertGreaterEqual(len(known), 85)
        self.assertIn('zh-TW', known)
        self.assertIn('no letter', self.quern('language', text='12345', status=1)[1])

    def test_a_classifier_from_learning_to_use(self):
        rows = [f'cooking,"stir the {x}, then bake it"\n' for x in ('soup', 'dough', 'rice', 'egg', 'stew', 'bread')]
        rows += [f'money,pay the {x} to the bank\n' for x in ('bill', 'loan', 'rent', 'tax', 'fee', 'debt')]
        data, out = self.file('topics.csv', ''.join(rows * 4)), self.folder / 'topics.quern'
        said, err = self.quern('classify', 'train', data, '--out', out, '--test', data)
        self.assertRegex(said, 'accuracy 1.0000')
        self.assertRegex(err, '2 classes, learnt from 48 texts')
        self.assertRegex(self.quern('classify', 'test', out, data)[0], r'(?m)^cooking +24 +1\.000 +1\.000 +1\.000')
        self.assertEqual(self.rows('classify', 'run', out, text='bake the bread')[0][0], 'cooking')
        both = self.rows('classify', 'run', '--lines', out, text='bake bread\npay the bank\n')
        self.assertEqual([row[0] for row in both], ['cooking', 'money'])
        reply = json.loads(self.quern('classify', 'run', out, '--json', text='a loan')[0])
        self.assertEqual(reply['Classes'][0]['Name'], 'money')
        judged = json.loads(self.quern('classify', 'test', out, data, '--json')[0])
        self.assertEqual(judged['accuracy'], 1)

    def test_several_labels(self):
        data = self.file('labels.csv', 'a|b,"red, round"\na,red square\nb,blue round\n' * 6)
        out = self.folder / 'labels.quern'
        self.quern('classify', 'train', '--multi-label', data, '--out', out)
        found = self.rows('classify', 'run', out, text='red, round')[0]
        self.assertEqual(sorted(found[::2]), ['a', 'b'])
        self.assertIn('Labels', json.loads(self.quern('classify', 'run', out, '--json', text='red')[0]))

    def test_what_cannot_be_learnt_from_is_named(self):
        out = self.folder / 'x.quern'
        for text, words in (('a,hello\nb\n', 'line 2 has 1 field'), ('a,hello\n,foo\n', 'line 2: no label'),
                            ('a,one\na,two\n', 'all texts are labelled a'), ('', 'no labelled text'),
                            ('a\tone\nb two\n', 'line 2: no tab'), ('a,"open\n', 'line 1')):
            self.assertIn(words, self.quern('classify', 'train', self.file('bad.csv', text), '--out', out,
                                            status=1)[1])
        self.assertFalse(out.exists())

    def test_a_classifier_cut_short_or_altered_is_refused_by_name(self):
        data, out = self.file('t.csv', 'a,one\nb,two\n'), self.folder / 't.quern'
        self.quern('classify', 'train', data, '--out', out)
        whole = out.read_bytes()
        for broken in (whole[:-5], whole[:100] + b'?' + whole[101:], b'', b'hello'):
            self.assertIn('broken.quern', self.quern('classify', 'run', self.file('broken.quern', broken),
                                                     status=1)[1])


main(Texts)
