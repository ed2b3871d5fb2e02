#!/usr/bin/env python3
"""Textract under boto3 and the aws CLI: what documents say, by Bytes and from a bucket."""
import json
import struct
import subprocess
import zlib

from botocore.exceptions import ClientError
from harness import ROOT, Server, Suite, boto3_client, main
from papers import order, pdf as pdf_of

INVOICE = ROOT / 'examples' / 'invoicebot' / 'invoice-35678-9.pdf'


def pdf(pages, count=None, size=(300, 200), font='Helvetica'):
    """A PDF of 300 x 200 points a page; each page is a list of lines."""
    width, height = size
    objects = [b'<< /Type /Catalog /Pages 2 0 R >>', None,
               b'<< /Type /Font /Subtype /Type1 /BaseFont /%s >>' % font.encode()]
    kids = []
    for lines in pages:
        text = b'BT /F1 16 Tf 20 %d Td ' % (height - 30) + b' 0 -30 Td '.join(
            b'(%s) Tj' % line.encode() for line in lines) + b' ET'
        objects.append(b'<< /Length %d >>\nstream\n%s\nendstream' % (len(text), text))
        objects.append(b'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Resources << /Font '
                       b'<< /F1 3 0 R >> >> /Contents %d 0 R >>' % (width, height, len(objects)))
        kids.append(len(objects))
    objects[1] = b'<< /Type /Pages /Count %d /Kids [%s] >>' % (
        count or len(kids), b' '.join(b'%d 0 R' % k for k in kids))
    out, offsets = b'%PDF-1.4\n', []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b'%d 0 obj\n%s\nendobj\n' % (number, body)
    table = b''.join(b'%010d 00000 n \n' % o for o in offsets)
    return out + (b'xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n'
                  % (len(objects) + 1, table, len(objects) + 1, len(out)))


def png(width, height, rows=b''):
    def chunk(name, data):
        return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 0, 0, 0, 0)) +
            chunk(b'IDAT', rows) + chunk(b'IEND', b''))


def picture(pages, **options):
    """What pdftoppm draws of the first page, as PNG."""
    return subprocess.run(['pdftoppm', '-png', '-gray', '-r', '200', '-singlefile', '-'], check=True,
                          input=pdf(pages, **options), stdout=subprocess.PIPE).stdout


# The specimens of ICAO Doc 9303.
PASSPORT = ['UTOPIA  PASSPORT', 'Date of birth 12 AUG 1974', 'Sex F',
            'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<', 'L898902C36UTO7408122F1204159ZE184226B<<<<<10']
CARD = ['I<UTOD231458907<<<<<<<<<<<<<<<', '7408122F1204159UTO<<<<<<<<<<<6', 'ERIKSSON<<ANNA<MARIA<<<<<<<<<<']

LETTER = [['Dear Mr Miller', 'your pump has arrived'], ['Yours', 'Ada Smith']]


class Textract(Suite):
    def setUp(self):
        self.textract = self.client('textract')

    def bucket(self, name, **objects):
        s3 = self.client('s3')
        s3.create_bucket(Bucket=name)
        for key, body in objects.items():
            s3.put_object(Bucket=name, Key=key, Body=body)

    def refused(self, error, words, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response['Error']['Code'], error)
        self.assertIn(words, caught.exception.response['Error']['Message'])

    def lines(self, reply):
        return [b['Text'] for b in reply['Blocks'] if b['BlockType'] == 'LINE']

    def test_blocks_are_a_tree_of_page_lines_words(self):
        reply = self.textract.detect_document_text(Document={'Bytes': pdf(LETTER[:1])})
        self.assertEqual(reply['DocumentMetadata'], {'Pages': 1})
        self.assertEqual(self.lines(reply), LETTER[0])
        blocks = {b['Id']: b for b in reply['Blocks']}
        page, = (b for b in blocks.values() if b['BlockType'] == 'PAGE')
        seen = []
        for line in (blocks[i] for i in page['Relationships'][0]['Ids']):
            words = [blocks[i] for i in line['Relationships'][0]['Ids']]
            self.assertEqual(' '.join(w['Text'] for w in words), line['Text'])
            self.assertTrue(all(w['TextType'] == 'PRINTED' and 'Page' not in w for w in words))
            seen += words
        self.assertEqual(len(blocks), 1 + 2 + len(seen))
        box = seen[0]['Geometry']['BoundingBox']
        self.assertAlmostEqual(box['Left'], 20 / 300, 3)
        corners = seen[0]['Geometry']['Polygon']
        self.assertEqual([corners[0]['X'], corners[0]['Y']], [box['Left'], box['Top']])
        self.assertAlmostEqual(corners[2]['X'], box['Left'] + box['Width'], 6)
        self.assertGreater(seen[0]['Confidence'], 99)

    def test_the_same_document_gives_the_same_reply(self):
        replies = []
        for _ in range(2):
            reply = self.textract.detect_document_text(Document={'Bytes': picture(LETTER)})
            del reply['ResponseMetadata']
            replies.append(json.dumps(reply, sort_keys=True))
        self.assertEqual(*replies)
        self.assertIn('pump', replies[0])

    def test_an_object_of_a_bucket(self):
        self.bucket('letters', letter=pdf(LETTER))
        reply = self.textract.detect_document_text(Document={'S3Object': {'Bucket': 'letters', 'Name': 'letter'}})
        self.assertEqual(reply['DocumentMetadata'], {'Pages': 2})
        self.assertEqual(self.lines(reply), LETTER[0] + LETTER[1])
        self.assertEqual([b['Page'] for b in reply['Blocks'] if b['BlockType'] == 'PAGE'], [1, 2])

    def test_layout(self):
        reply = self.textract.analyze_document(Document={'Bytes': pdf([
            ['Terms', 'Pay within thirty days of', 'the date of this letter.'], ['- 2 -']])}, FeatureTypes=['LAYOUT'])
        self.assertEqual(reply['DocumentMetadata'], {'Pages': 2})
        self.assertEqual(reply['AnalyzeDocumentModelVersion'], '1.0')
        blocks = {b['Id']: b for b in reply['Blocks']}
        said = []
        for page in (b for b in reply['Blocks'] if b['BlockType'] == 'PAGE'):
            for part in (blocks[i] for i in page['Relationships'][0]['Ids']):
                if part['BlockType'].startswith('LAYOUT'):
                    said += [blocks[i]['Text'] for i in part['Relationships'][0]['Ids']]
        self.assertEqual(said, self.lines(reply))

    def test_tables_forms_and_answers(self):
        reply = self.textract.analyze_document(
            Document={'Bytes': pdf_of([order()])}, FeatureTypes=['TABLES', 'FORMS', 'QUERIES', 'LAYOUT'],
            QueriesConfig={'Queries': [{'Text': 'What is the name?', 'Alias': 'NAME'},
                                       {'Text': 'What is the price of the pump?', 'Pages': ['1-*']},
                                       {'Text': 'What is the name?', 'Pages': ['2-3']}]})
        blocks = {b['Id']: b for b in reply['Blocks']}
        self.assertEqual(len(blocks), len(reply['Blocks']))

        def related(block, kind='CHILD'):
            return [blocks[i] for r in block.get('Relationships', []) if r['Type'] == kind for i in r['Ids']]

        def text(block):
            return ' '.join(b['Text'] for b in related(block))
        for block in reply['Blocks']:
            for r in block.get('Relationships', []):
                self.assertTrue(all(i in blocks for i in r['Ids']), block)
        table, = (b for b in reply['Blocks'] if b['BlockType'] == 'TABLE')
        cells = {(c['RowIndex'], c['ColumnIndex']): text(c) for c in related(table)}
        self.assertEqual([cells[r, c] for r in (2, 3, 4) for c in (1, 2, 3)],
                         ['Item', 'Quantity', 'Price', 'Pump', '2', '45.00', 'Valve', '1', '12.50'])
        merged, = related(table, 'MERGED_CELL')
        self.assertEqual((merged['RowIndex'], merged['ColumnIndex'], merged['ColumnSpan']), (1, 1, 3))
        self.assertEqual(' '.join(filter(None, map(text, related(merged)))), 'What was ordered')
        pairs = {text(b): text(v) for b in reply['Blocks'] if 'KEY' in b.get('EntityTypes', [])
                 for v in related(b, 'VALUE')}
        self.assertEqual(pairs['Name:'], 'Ada Lovelace')
        self.assertEqual(pairs['Date:'], '10 December 1815')
        answers = {(b['Query']['Text'], b['Query'].get('Alias')): [a['Text'] for a in related(b, 'ANSWER')]
                   for b in reply['Blocks'] if b['BlockType'] == 'QUERY'}
        self.assertEqual(answers, {('What is the name?', 'NAME'): ['Ada Lovelace'],
                                   ('What is the price of the pump?', None): ['45.00']})
        parts = [b['BlockType'] for b in reply['Blocks'] if b['BlockType'].startswith('LAYOUT')]
        self.assertIn('LAYOUT_TITLE', parts)
        self.assertIn('LAYOUT_TABLE', parts)

    def test_features_are_refused_by_name(self):
        def refused(words, features, **further):
            self.refused('InvalidParameterException', words, self.textract.analyze_document,
                         Document={'Bytes': pdf(LETTER)}, FeatureTypes=features, **further)

        def asking(*queries):
            return {'QueriesConfig': {'Queries': list(queries)}}
        refused('SIGNATURES', ['LAYOUT', 'SIGNATURES'])
        refused('no feature', [])
        refused('HumanLoopConfig', ['LAYOUT'], HumanLoopConfig={
            'HumanLoopName': 'loop', 'FlowDefinitionArn': 'arn:aws:sagemaker:us-east-1:123456789012:flow-definition/f'})
        refused('QueriesConfig', ['LAYOUT'], **asking({'Text': 'Who wrote it?'}))
        refused('QueriesConfig', ['QUERIES'])
        refused('3-2', ['QUERIES'], **asking({'Text': 'Who wrote it?', 'Pages': ['3-2']}))
        refused('*-2', ['QUERIES'], **asking({'Text': 'Who wrote it?', 'Pages': ['*-2']}))
        refused('at most 200', ['QUERIES'], **asking(*[{'Text': f'Who wrote {n}?'} for n in range(201)]))

    def test_expense(self):
        reply = self.textract.analyze_expense(Document={'Bytes': INVOICE.read_bytes()})
        document, = reply['ExpenseDocuments']
        fields = {f['Type']['Text']: f for f in document['SummaryFields']}
        self.assertEqual(fields['INVOICE_RECEIPT_ID']['ValueDetection']['Text'], '35678-9')
        self.assertEqual(fields['TOTAL']['ValueDetection']['Text'].replace('$', '').replace(',', ''), '2100.00')
        self.assertIn('Geometry', fields['TOTAL']['LabelDetection'])
        self.assertEqual(fields['TOTAL']['Currency']['Code'], 'USD')
        self.assertNotIn('GroupProperties', fields['TOTAL'])
        groups = {(f['Type']['Text'], g['Types'][0]): (f['ValueDetection']['Text'], g['Id'])
                  for f in document['SummaryFields'] for g in f.get('GroupProperties', [])}
        name, tied = groups['NAME', 'VENDOR']
        self.assertEqual(name, fields['VENDOR_NAME']['ValueDetection']['Text'])
        self.assertRegex(tied, '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')
        self.assertEqual({i for (_, group), (_, i) in groups.items() if group == 'VENDOR'}, {tied})
        rows = document['LineItemGroups'][0]['LineItems']
        self.assertEqual(len(rows), 4)
        for row in rows:
            types = [f['Type']['Text'] for f in row['LineItemExpenseFields']]
            self.assertIn('ITEM', types)
            self.assertEqual(types[-1], 'EXPENSE_ROW')
        self.assertEqual(document['ExpenseIndex'], 1)
        self.assertEqual(document['Blocks'][0]['BlockType'], 'PAGE')

    def identity(self, document):
        return {f['Type']['Text']: f['ValueDetection'] for f in document['IdentityDocumentFields']}

    def test_a_passport(self):
        for content in (pdf([PASSPORT], size=(500, 350), font='Courier'),
                        picture([PASSPORT], size=(500, 350), font='Courier')):
            reply = self.textract.analyze_id(DocumentPages=[{'Bytes': content}])
            self.assertEqual(reply['DocumentMetadata'], {'Pages': 1})
            self.assertEqual(reply['AnalyzeIDModelVersion'], '1.0')
            document, = reply['IdentityDocuments']
            self.assertEqual(document['DocumentIndex'], 1)
            self.assertEqual(document['Blocks'][0]['BlockType'], 'PAGE')
            fields = self.identity(document)
            self.assertEqual(fields['FIRST_NAME']['Text'], 'ANNA')
            self.assertEqual(fields['LAST_NAME']['Text'], 'ERIKSSON')
            self.assertEqual(fields['DOCUMENT_NUMBER']['Text'], 'L898902C3')
            self.assertEqual(fields['ID_TYPE']['Text'], 'PASSPORT')
            self.assertEqual(fields['DATE_OF_BIRTH']['NormalizedValue'],
                             {'Value': '1974-08-12T00:00:00', 'ValueType': 'DATE'})
            self.assertEqual(fields['DATE_OF_BIRTH']['Text'], '12 AUG 1974')
            self.assertEqual(fields['EXPIRATION_DATE']['NormalizedValue']['Value'], '2012-04-15T00:00:00')
            self.assertEqual(fields['MRZ_CODE']['Text'], '\n'.join(PASSPORT[-2:]))
            self.assertEqual(fields['ADDRESS'], {'Text': ''})
            self.assertGreater(fields['DOCUMENT_NUMBER']['Confidence'], 95)

    def test_both_sides_of_a_card(self):
        self.bucket('cards', front=pdf([['UTOPIA', 'IDENTITY CARD']]),
                    back=pdf([CARD], size=(400, 200), font='Courier'))
        pages = [{'S3Object': {'Bucket': 'cards', 'Name': side}} for side in ('front', 'back')]
        reply = self.textract.analyze_id(DocumentPages=pages)
        self.assertEqual(reply['DocumentMetadata'], {'Pages': 2})
        document, = reply['IdentityDocuments']
        fields = self.identity(document)
        self.assertEqual(fields['ID_TYPE']['Text'], 'ID CARD')
        self.assertEqual(fields['MIDDLE_NAME']['Text'], 'MARIA')
        self.assertEqual(fields['DOCUMENT_NUMBER']['Text'], 'D23145890')
        self.assertEqual([b['Page'] for b in document['Blocks'] if b['BlockType'] == 'PAGE'], [1, 2])

    def test_identity_documents_that_are_refused(self):
        call = self.textract.analyze_id
        self.refused('UnsupportedDocumentException', 'no machine-readable zone', call,
                     DocumentPages=[{'Bytes': pdf(LETTER)}])
        self.refused('InvalidParameterException', 'documentPages', call,
                     DocumentPages=[{'Bytes': pdf(LETTER)}] * 3)
        self.refused('BadDocumentException', 'PNG', call,
                     DocumentPages=[{'Bytes': picture(LETTER)[:300]}])
        self.refused('InvalidParameterException', 'neither', call, DocumentPages=[{}])

    def test_what_is_no_invoice_has_no_total(self):
        reply = self.textract.analyze_expense(Document={'Bytes': pdf(LETTER)})
        self.assertNotIn('TOTAL', [f['Type']['Text'] for f in reply['ExpenseDocuments'][0]['SummaryFields']])

    def test_bad_documents_are_refused_by_name(self):
        whole = picture(LETTER)
        for error, words, content in (
                ('UnsupportedDocumentException', 'a ZIP archive', b'PK\x03\x04' + bytes(60)),
                ('UnsupportedDocumentException', 'plain text', b'Dear Sir'),
                ('BadDocumentException', 'PNG', whole[:len(whole) // 2]),
                ('BadDocumentException', 'truncated', pdf(LETTER)[:400]),
                ('BadDocumentException', 'JPEG', b'\xff\xd8\xff\xe0' + bytes(40)),
                ('BadDocumentException', 'TIFF', b'II*\0\x08\0\0\0\xff\xff' + bytes(20)),
                ('DocumentTooLargeException', '60000 x 60000', png(60000, 60000, zlib.compress(bytes(40000)))),
                ('DocumentTooLargeException', '10000 pages; at most 3000', pdf([['x']] * 10000)),
                ('UnsupportedDocumentException', 'encrypted', self.encrypted())):
            for call, further in ((self.textract.detect_document_text, {}), (self.textract.analyze_expense, {}),
                                  (self.textract.analyze_document, {'FeatureTypes': ['TABLES', 'FORMS', 'LAYOUT']})):
                self.refused(error, words, call, Document={'Bytes': content}, **further)
        self.assertEqual(self.lines(self.textract.detect_document_text(Document={'Bytes': pdf(LETTER[:1])})),
                         LETTER[0])

    def test_a_document_too_large_for_a_request(self):
        small = pdf(LETTER[:1])
        content = small + b'%' + b' ' * (10 << 20) + b'\n' + small[small.rindex(b'startxref'):]
        self.refused('DocumentTooLargeException', 'at most 10485760', self.textract.detect_document_text,
                     Document={'Bytes': content})
        self.refused('DocumentTooLargeException', 'at most 10485760', self.textract.analyze_expense,
                     Document={'Bytes': bytes(20 << 20)})
        server = Server(extra=('--max-document', '11'))
        self.addCleanup(server.close)
        reply = boto3_client(server, 'textract').detect_document_text(Document={'Bytes': content})
        self.assertEqual(self.lines(reply), LETTER[0])

    def encrypted(self):
        plain = self.folder() / 'plain.pdf'
        plain.write_bytes(pdf(LETTER))
        return subprocess.run(['qpdf', '--encrypt', 'secret', 'owner', '256', '--', str(plain), '-'], check=True,
                              stdout=subprocess.PIPE).stdout

    def test_limits_are_options(self):
        server = Server(extra=('--max-pages', '1', '--max-queries', '1'))
        self.addCleanup(server.close)
        textract = boto3_client(server, 'textract')
        self.refused('DocumentTooLargeException', '2 pages; at most 1', textract.detect_document_text,
                     Document={'Bytes': pdf(LETTER)})
        self.refused('InvalidParameterException', 'at most 1', textract.analyze_document,
                     Document={'Bytes': pdf(LETTER[:1])}, FeatureTypes=['QUERIES'],
                     QueriesConfig={'Queries': [{'Text': 'Who?'}, {'Text': 'What?'}]})

    def test_wrong_parameters(self):
        detect = self.textract.detect_document_text
        self.bucket('parameters', empty=b'')
        there = {'Bucket': 'parameters', 'Name': 'empty'}
        self.refused('InvalidParameterException', 'neither', detect, Document={})
        self.refused('InvalidParameterException', 'both', detect, Document={'Bytes': b'x', 'S3Object': there})
        self.refused('InvalidParameterException', 'Name', detect, Document={'S3Object': {'Bucket': 'parameters'}})
        self.refused('InvalidS3ObjectException', 'no object', detect,
                     Document={'S3Object': {'Bucket': 'parameters', 'Name': 'nothing'}})
        self.refused('InvalidS3ObjectException', 'no object', detect,
                     Document={'S3Object': {'Bucket': 'nowhere', 'Name': 'nothing'}})
        self.refused('BadDocumentException', 'empty', detect, Document={'S3Object': there})

    def test_the_aws_cli(self):
        self.bucket('cli', letter=pdf(LETTER[:1]))
        out = self.aws('textract', 'detect-document-text', '--document',
                       '{"S3Object": {"Bucket": "cli", "Name": "letter"}}', '--output', 'json')
        self.assertEqual(self.lines(json.loads(out)), LETTER[0])


if __name__ == '__main__':
    main(Textract)
