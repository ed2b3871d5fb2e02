#!/usr/bin/env python3
"""Searchable PDFs: quern pdf on files, scans dropped into a bucket, and the two flows of
"Generating searchable PDFs from scanned documents automatically with Amazon Textract".

Every PDF written is looked at by qpdf --check, poppler's pdftotext -bbox and pdfimages.
"""
import pathlib
import re
import signal
import subprocess
import tempfile
import time
import unittest

from harness import BINARY, ROOT, Server, Suite, boto3_client, main
from textract import LETTER, pdf, picture


def tool(*command, data=None):
    return subprocess.run([str(c) for c in command], check=True, input=data, stdout=subprocess.PIPE).stdout


def scan(lines, kind='jpeg', dpi=150):
    """A scan of a page of these lines: JPEG, PNG or TIFF."""
    with tempfile.TemporaryDirectory() as folder:   # a TIFF cannot be written to a pipe
        tool('pdftoppm', f'-{kind}', '-r', dpi, '-singlefile', '-', f'{folder}/page', data=pdf([lines]))
        (made,) = pathlib.Path(folder).iterdir()
        return made.read_bytes()


def words(path, page=1):
    """(text, left, top, right, bottom) as fractions of the page, by pdftotext."""
    shown = tool('pdftotext', '-bbox', '-f', page, '-l', page, path, '-').decode()
    width, height = map(float, re.search(r'<page width="([\d.]+)" height="([\d.]+)"', shown).groups())
    return [(m[5], float(m[1]) / width, float(m[2]) / height, float(m[3]) / width, float(m[4]) / height)
            for m in re.finditer(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">'
                                 r'(.*?)</word>', shown)]


def overlap(a, b):
    """Intersection over union of two boxes (left, top, right, bottom)."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    both = max(width, 0) * max(height, 0)
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


class Searchable(Suite):
    def quern(self, *arguments, ok=True, **options):
        return self.run_program(BINARY, *arguments, ok=ok, **options)

    def check(self, path):
        """What holds for every PDF that is written."""
        self.assertIn('No syntax or stream encoding errors', tool('qpdf', '--check', path).decode())
        for row in tool('pdffonts', path).decode().splitlines()[2:]:
            if 'QuernGlyphless' in row:
                self.assertRegex(row, r'Identity-H +yes')
        return path

    def make(self, *arguments):
        """quern pdf INPUT... to a PDF that is looked at."""
        out = self.folder() / 'out.pdf'
        self.quern('pdf', *arguments, '-o', out)
        return self.check(out)

    def file(self, name, content):
        path = self.folder() / name
        path.write_bytes(content)
        return path

    def assert_words(self, path, truth, page=1):
        """Each word of the document that was scanned lies where it was."""
        seen = words(path, page)
        for text, *box in truth:
            same = [overlap(box, w[1:]) for w in seen if w[0] == text]
            self.assertGreater(max(same, default=0), 0.5, f'{text}: {seen}')

    # ---- files ------------------------------------------------------------------

    def test_a_jpeg_goes_in_byte_for_byte_with_its_words_in_place(self):
        source = self.file('letter.jpg', scan(LETTER[0]))
        out = self.make(source)
        self.assert_words(out, words(self.file('truth.pdf', pdf([LETTER[0]]))))
        tool('pdfimages', '-all', out, out.parent / 'image')
        self.assertEqual((out.parent / 'image-000.jpg').read_bytes(), source.read_bytes())
        self.assertIn('Dear Mr Miller', tool('pdftotext', out, '-').decode())
        self.assertLess(out.stat().st_size, source.stat().st_size * 1.1 + 4000)

    def test_pixels_of_png_and_tiff_stay(self):
        for kind in ('png', 'tiff'):
            source = self.file(f'letter.{kind}', scan(LETTER[0], kind))
            out = self.make(source)
            tool('pdfimages', out, out.parent / 'image')
            (got,) = out.parent.glob('image-000.p?m')
            pixels = tool('pdftoppm', '-r', 150, '-singlefile', '-', data=pdf([LETTER[0]]))
            self.assertEqual(got.read_bytes()[:2], b'P6', kind)
            self.assertEqual(got.read_bytes()[-300000:], pixels[-300000:], kind)

    def test_a_pdf_is_only_added_to_and_looks_the_same(self):
        source = self.make(self.file('a.jpg', scan(LETTER[0])), '--force')
        bare = self.folder() / 'bare.pdf'   # the scan without its layer
        tool('qpdf', source, '--qdf', '--object-streams=disable', bare)
        bare.write_bytes(re.sub(rb'q BT 3 Tr.*?ET Q', lambda m: b' ' * len(m[0]), bare.read_bytes(), flags=re.S))
        out = self.make(bare)
        self.assertTrue(out.read_bytes().startswith(bare.read_bytes()))
        self.assert_words(out, words(self.file('truth.pdf', pdf([LETTER[0]]))))
        before, after = (tool('pdftoppm', '-r', 100, '-singlefile', p) for p in (bare, out))
        self.assertEqual(before, after)

    def test_pages_that_have_text_are_refused_left_read_again_or_made_pictures(self):
        source = self.file('letter.pdf', pdf(LETTER))
        out = self.folder() / 'out.pdf'
        status, said = self.quern('pdf', source, '-o', out, ok=False)
        self.assertEqual(status, 1)
        self.assertFalse(out.exists())
        for part in ('letter.pdf', 'page 1 ', '--skip-text', '--redo', '--force'):
            self.assertIn(part, said)
        self.assertEqual(self.make(source, '--skip-text').read_bytes(), source.read_bytes())
        self.assertEqual(words(self.make(source, '--redo')), words(source))
        forced = self.make(source, '--force')
        self.assertNotIn(b'/Helvetica', forced.read_bytes())
        self.assert_words(forced, words(source, 2), page=2)

    def test_reading_again_replaces_the_layer(self):
        once = self.make(self.file('letter.jpg', scan(LETTER[0])))
        again = self.make(once, '--redo')
        self.assertEqual([w[0] for w in words(again)], [w[0] for w in words(once)])
        self.assert_words(again, words(once))
        self.assertLess(again.stat().st_size, once.stat().st_size * 1.1)
        self.assertEqual(tool('pdffonts', again).decode().count('QuernGlyphless'), 1)

    def test_several_inputs_become_one_pdf_or_one_each(self):
        inputs = [self.file('a.jpg', scan(LETTER[0])), self.file('b.pdf', pdf([LETTER[1]])),
                  self.file('c.png', scan(LETTER[1], 'png'))]
        joined = self.make(*inputs, '--skip-text')
        texts = [tool('pdftotext', '-f', n, '-l', n, joined, '-').decode() for n in (1, 2, 3)]
        for text, line in zip(texts, ('Dear Mr Miller', 'Ada Smith', 'Ada Smith')):
            self.assertIn(line, text)
        folder = self.folder()
        self.quern('pdf', *inputs, '--skip-text', '-o', folder)
        for name in ('a', 'b', 'c'):
            self.check(folder / f'{name}.pdf')
        status, said = self.quern('pdf', inputs[0], self.file('a.png', b''), '-o', folder, ok=False)
        self.assertEqual((status, 'would both be' in said), (2, True))

    def test_the_text_goes_beside(self):
        folder = self.folder()
        self.quern('pdf', self.file('a.jpg', scan(LETTER[0])), self.file('b.pdf', pdf([LETTER[1]])), '--skip-text',
                   '-o', folder / 'out.pdf', '--sidecar', folder / 'out.txt')
        first, second = (folder / 'out.txt').read_text().split('\f')
        self.assertIn('Dear Mr Miller', first)
        self.assertEqual(second, '[OCR skipped on page(s) 2]\n')

    @unittest.skipUnless((ROOT / 'build-models' / 'det.onnx').exists(), 'PP-OCR, which sees turns, is not installed')
    def test_turned_pages_are_set_upright_when_told(self):
        upright = self.file('letter.pdf', pdf([LETTER[0] * 3]))
        lying = self.folder() / 'lying.pdf'
        tool('qpdf', upright, '--rotate=+90', lying)
        source = self.file('lying.jpg', tool('pdftoppm', '-jpeg', '-r', 150, '-singlefile', lying))
        out = self.make(source, '--rotate', '--recogniser', 'ppocr')
        self.assertIn('Page rot:        270', tool('pdfinfo', out).decode())
        self.assertIn('Dear Mr Miller', tool('pdftotext', out, '-').decode())
        self.assertEqual(tool('pdfimages', '-list', out).decode().count('jpeg'), 1)

    def test_an_archive_has_what_it_must(self):
        out = self.make(self.file('letter.jpg', scan(LETTER[0])), '--pdfa')
        data = out.read_bytes()
        for part in (b'<pdfaid:part>2</pdfaid:part>', b'<pdfaid:conformance>B</pdfaid:conformance>', b'/GTS_PDFA1',
                     b'/DestOutputProfile', b'/ID['):
            self.assertIn(part, data)
        self.assertRegex(data[:20], rb'(?s)^%PDF-1\.7\n%[\x80-\xff]{4}')
        for row in tool('pdffonts', out).decode().splitlines()[2:]:
            self.assertRegex(row, r'Identity-H +yes')
        status, said = self.quern('pdf', self.file('l.pdf', pdf(LETTER)), '--skip-text', '--pdfa', '-o', out, ok=False)
        self.assertEqual(status, 1)
        self.assertIn('Helvetica is not embedded', said)

    def test_what_cannot_be_done_is_named(self):
        locked = self.folder() / 'locked.pdf'
        tool('qpdf', '--encrypt', '', 'owner', '256', '--', self.file('a.pdf', pdf(LETTER)), locked)
        for source, part in ((locked, 'encrypted'), (self.file('a.txt', b'hello'), 'plain text'),
                             (self.file('cut.jpg', scan(LETTER[0])[:3000]), 'the JPEG'),
                             (self.file('none.pdf', b''), 'empty'), (pathlib.Path('/nonexistent.pdf'), 'No such file')):
            out = self.folder() / 'out.pdf'
            status, said = self.quern('pdf', source, '-o', out, ok=False)
            self.assertEqual((status, list(out.parent.iterdir())), (1, []), said)
            self.assertIn(part, said)
        for wrong in (['-o', 'x.pdf'], ['a.pdf'], ['a.pdf', '-o', 'x.pdf', '--redo', '--force'],
                      ['a.pdf', '--list'], ['--on', 'documents/']):
            self.assertEqual(self.quern('pdf', *wrong, ok=False)[0], 2)

    # ---- buckets -----------------------------------------------------------------

    def rule(self, *arguments, ok=True, server=None):
        return self.quern('pdf', *arguments, '--data', (server or self.server).data, ok=ok)

    def object(self, s3, bucket, key):
        try:
            return s3.get_object(Bucket=bucket, Key=key)
        except s3.exceptions.NoSuchKey:
            return None

    def test_a_scan_dropped_into_the_folder_yields_its_pdf(self):
        s3 = self.client('s3')
        s3.create_bucket(Bucket='archive')
        self.rule('--on', 's3://archive/documents')
        source = self.file('scan.jpg', scan(LETTER[0]))
        self.aws('s3', 'cp', source, 's3://archive/documents/scan.jpg')
        s3.put_object(Bucket='archive', Key='documents/2024/both.pdf', Body=pdf(LETTER))
        s3.put_object(Bucket='archive', Key='elsewhere/other.jpg', Body=scan(LETTER[0]))
        s3.put_object(Bucket='archive', Key='documents/', Body=b'')
        s3.put_object(Bucket='archive', Key='documents/scan.jpg.quern.json', Body=b'{}')   # the console's
        made = self.until(lambda: self.object(s3, 'archive', 'scan.pdf'), what='scan.pdf')
        self.assertEqual(made['ContentType'], 'application/pdf')
        self.assertEqual(made['Metadata'], {'quern-source': 'documents/scan.jpg'})
        out = self.check(self.file('scan.pdf', made['Body'].read()))
        self.assert_words(out, words(self.file('truth.pdf', pdf([LETTER[0]]))))
        self.until(lambda: self.object(s3, 'archive', '2024/both.pdf'), what='both.pdf')
        keys = [o['Key'] for o in s3.list_objects_v2(Bucket='archive')['Contents']]
        self.assertEqual(keys, ['2024/both.pdf', 'documents/', 'documents/2024/both.pdf', 'documents/scan.jpg',
                                'documents/scan.jpg.quern.json', 'elsewhere/other.jpg', 'scan.pdf'])
        self.assertNotIn('quern.json', self.rule('--list'))
        s3.put_object(Bucket='archive', Key='documents/scan.jpg', Body=scan(LETTER[1]))   # a new version of it
        self.until(lambda: b'Dear' not in tool('pdftotext', self.file('new.pdf', self.object(
            s3, 'archive', 'scan.pdf')['Body'].read()), '-'), what='the new scan')
        self.assertIn('s3://archive/documents/', self.rule('--list'))
        self.rule('--off', 's3://archive/documents/')
        self.assertNotIn('archive', self.rule('--list'))

    def test_what_could_not_be_read_is_listed_until_it_can(self):
        s3 = self.client('s3')
        s3.create_bucket(Bucket='faults')
        self.rule('--on', 's3://faults/in/', '--to', 'out/')
        s3.put_object(Bucket='faults', Key='in/notes.png', Body=b'no picture')
        s3.put_object(Bucket='faults', Key='out/mine.pdf', Body=b'my own')
        s3.put_object(Bucket='faults', Key='in/mine.jpg', Body=scan(LETTER[0]))
        self.until(lambda: 'plain text' in self.rule('--list') and 'mine.jpg' in self.rule('--list'), what='failures')
        self.assertEqual(self.object(s3, 'faults', 'out/mine.pdf')['Body'].read(), b'my own')
        self.assertIn('failed: this is plain text', self.server.log_text())
        s3.put_object(Bucket='faults', Key='in/notes.png', Body=scan(LETTER[0], 'png'))
        self.until(lambda: self.object(s3, 'faults', 'out/notes.pdf'), what='notes.pdf')
        self.until(lambda: 'notes.png' not in self.rule('--list'), what='no more failure')
        self.rule('--off', 's3://faults/in/')

    def test_rules_that_would_feed_themselves_are_refused(self):
        self.rule('--on', 's3://loops/a/', '--to', 'b/')
        for wrong in (['s3://loops/b/', '--to', 'a/'], ['s3://loops/c/', '--to', 'c/out/'], ['s3://loops/'],
                      ['s3://loops/c/', '--to', 'a/']):
            status, said = self.rule('--on', *wrong, ok=False)
            self.assertEqual(status, 1, said)
        self.rule('--off', 's3://loops/a/')

    def test_a_scan_survives_a_killed_server(self):
        server = Server()
        try:
            s3 = boto3_client(server, 's3')
            s3.create_bucket(Bucket='deep')
            self.rule('--on', 's3://deep/documents/', '--deskew', '--pdfa', server=server)
            for n in range(4):
                s3.put_object(Bucket='deep', Key=f'documents/{n}.jpg', Body=scan(LETTER[n % 2]))
            server.stop(signal.SIGKILL)
            server.start()
            s3 = boto3_client(server, 's3')
            for n in range(4):
                made = self.until(lambda n=n: self.object(s3, 'deep', f'{n}.pdf'), what=f'{n}.pdf', seconds=180)
                self.check(self.file('made.pdf', made['Body'].read()))
        finally:
            server.close()

    # ---- the article's flows, the same calls with only the endpoint changed ----------

    def test_flow_from_a_local_image(self):
        client = self.client('textract')
        lines = []
        result = client.detect_document_text(Document={'Bytes': picture(LETTER)})
        for block in result['Blocks']:
            if block['BlockType'] == 'LINE':
                box = block['Geometry']['BoundingBox']
                lines.append((box['Left'], box['Top'], box['Width'], box['Height'], block['Text']))
        self.assertEqual([line[4] for line in lines], LETTER[0])
        self.assertTrue(all(0 <= v <= 1 for line in lines for v in line[:4]))

    def test_flow_from_a_pdf_in_a_bucket(self):
        client, s3 = self.client('textract'), self.client('s3')
        s3.create_bucket(Bucket='ki-textract-demo-docs')
        s3.put_object(Bucket='ki-textract-demo-docs', Key='documents/SampleInput.pdf', Body=pdf(LETTER))
        job = client.start_document_text_detection(
            DocumentLocation={'S3Object': {'Bucket': 'ki-textract-demo-docs', 'Name': 'documents/SampleInput.pdf'}},
            JobTag='DetectingText')['JobId']
        status = 'IN_PROGRESS'
        while status == 'IN_PROGRESS':
            status = client.get_document_text_detection(JobId=job, MaxResults=1)['JobStatus']
            time.sleep(0.05)
        self.assertEqual(status, 'SUCCEEDED')
        for most in (1000, 3):
            pages, token = [], None
            while True:
                options = {'NextToken': token} if token else {}
                response = client.get_document_text_detection(JobId=job, MaxResults=most, **options)
                for block in response['Blocks']:
                    if block['BlockType'] == 'PAGE':
                        pages.append([])
                    elif block['BlockType'] == 'LINE':
                        pages[-1].append(block['Text'])
                token = response.get('NextToken')
                if token is None:
                    break
            self.assertEqual(pages, LETTER)
        s3.put_object(Bucket='ki-textract-demo-docs', Key='SampleOutput.pdf', ContentType='application/pdf',
                      Body=pdf(LETTER))
        self.assertEqual(s3.head_object(Bucket='ki-textract-demo-docs', Key='SampleOutput.pdf')['ContentType'],
                         'application/pdf')


if __name__ == '__main__':
    main(Searchable)
