"""Who reads pictures: PP-OCR's models where they are installed, Tesseract always."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from harness import BINARY, ROOT, main

INVOICE = ROOT / 'examples' / 'invoicebot' / 'invoice-35678-9.pdf'
NOT_INSTALLED = "models are not"


class Recogniser(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='quern-recogniser-'))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def read(self, path, *arguments, command='read', fails=False, before=(), **environment):
        """The reply, or the complaint where it must fail. Tests here name the recogniser themselves."""
        env = {k: v for k, v in os.environ.items() if k != 'QUERN_RECOGNISER'}
        done = subprocess.run([*before, BINARY, command, str(path), '--format', 'json', *arguments],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=600,
                              env={**env, **environment})
        if 'ppocr' in arguments and NOT_INSTALLED in done.stderr and not environment:
            self.skipTest('the models were not fetched (script/bootstrap)')
        self.assertEqual(done.returncode != 0, fails, done.stderr)
        return done.stderr if fails else json.loads(done.stdout)

    def picture(self, turn=0):
        """The sample invoice at 150 dpi, turned clockwise."""
        pdf, stem = INVOICE, self.folder / f'turned-{turn}'
        if turn:
            pdf = self.folder / f'{turn}.pdf'
            subprocess.run(['qpdf', f'--rotate=+{turn}', str(INVOICE), str(pdf)], check=True)
        subprocess.run(['pdftoppm', '-png', '-singlefile', '-gray', '-r', '150', str(pdf), str(stem)],
                       check=True)
        return stem.with_suffix('.png')

    def words(self, reply):
        return [b for b in reply['Blocks'] if b['BlockType'] == 'WORD']

    def number_is_read(self, reply):
        self.assertIn('35678-9', ' '.join(b['Text'] for b in self.words(reply)))

    def test_both_read_a_picture_and_their_boxes_agree(self):
        path = self.picture()
        boxes = []
        for name in ('tesseract', 'ppocr'):
            reply = self.read(path, '--recogniser', name)
            self.number_is_read(reply)
            boxes.append({b['Text']: b['Geometry']['BoundingBox'] for b in self.words(reply)})
        shared = [t for t in boxes[0] if t in boxes[1] and len(t) > 5]
        self.assertGreater(len(shared), 5)
        near = sum(abs(boxes[0][t][side] - boxes[1][t][side]) < 0.01 for t in shared
                   for side in ('Left', 'Top', 'Width', 'Height'))
        self.assertGreater(near, 0.8 * 4 * len(shared))

    def test_a_turned_picture_is_read_and_shown_where_it_is(self):
        straight = self.read(self.picture(), '--recogniser', 'ppocr')
        number = next(b for b in self.words(straight) if '35678' in b['Text'])['Geometry']['BoundingBox']
        for turn in (90, 180, 270):
            reply = self.read(self.picture(turn), '--recogniser', 'ppocr')
            self.number_is_read(reply)
            found = next(b for b in self.words(reply) if '35678' in b['Text'])['Geometry']
            box = found['BoundingBox']
            x, y = number['Left'] + number['Width'] / 2, number['Top'] + number['Height'] / 2
            want = {90: (1 - y, x), 180: (1 - x, 1 - y), 270: (y, 1 - x)}[turn]
            self.assertAlmostEqual(box['Left'] + box['Width'] / 2, want[0], delta=0.02)
            self.assertAlmostEqual(box['Top'] + box['Height'] / 2, want[1], delta=0.02)
            first = found['Polygon'][0]  # the corner where reading begins
            corner = {90: (box['Left'] + box['Width'], box['Top']), 270: (box['Left'], box['Top'] + box['Height']),
                      180: (box['Left'] + box['Width'], box['Top'] + box['Height'])}[turn]
            self.assertAlmostEqual(first['X'], corner[0], delta=0.005)
            self.assertAlmostEqual(first['Y'], corner[1], delta=0.005)

    def test_expense_finds_fields_on_a_turned_picture(self):
        reply = self.read(self.picture(270), '--recogniser', 'ppocr', command='expense')
        fields = {f['Type']['Text']: f['ValueDetection']['Text']
                  for f in reply['ExpenseDocuments'][0]['SummaryFields']}
        self.assertEqual(fields.get('INVOICE_RECEIPT_ID'), '35678-9')

    def test_the_answer_is_the_same_for_any_number_of_processors(self):
        path = self.picture()
        cpu = str(min(os.sched_getaffinity(0)))
        self.assertEqual(self.read(path, '--recogniser', 'ppocr'),
                         self.read(path, '--recogniser', 'ppocr', before=('taskset', '-c', cpu)))

    def test_without_models_tesseract_reads(self):
        path, nothing = self.picture(), str(self.folder)
        self.number_is_read(self.read(path, QUERN_MODELS=nothing))
        complaint = self.read(path, '--recogniser', 'ppocr', fails=True, QUERN_MODELS=nothing)
        self.assertIn(nothing, complaint)
        complaint = self.read(path, fails=True, QUERN_RECOGNISER='psychic')
        self.assertRegex(complaint, re.escape('QUERN_RECOGNISER is psychic'))

    def test_broken_models_are_told_of(self):
        (self.folder / 'rec.onnx').write_bytes(b'no model')
        (self.folder / 'det.onnx').write_bytes(b'no model')
        complaint = self.read(self.picture(), fails=True, QUERN_MODELS=str(self.folder))
        self.assertIn('det.onnx', complaint)


if __name__ == '__main__':
    main(Recogniser)
