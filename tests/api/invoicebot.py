#!/usr/bin/env python3
"""The InvoiceBot example: uploads are read, the bot answers about them, bad files are named."""
import json
import subprocess
import sys
import unittest

from harness import BINARY, ROOT, Suite, main

EXAMPLE = ROOT / 'examples' / 'invoicebot'
SAMPLE = EXAMPLE / 'invoice-35678-9.pdf'
sys.path.insert(0, str(EXAMPLE))
import invoice  # noqa: E402


def field(kind, value, label=None, confidence=90.0, currency=None):
    made = {'Type': {'Text': kind, 'Confidence': confidence}, 'ValueDetection': {'Text': value}}
    if label:
        made['LabelDetection'] = {'Text': label}
    if currency:
        made['Currency'] = {'Code': currency}
    return made


def answer(*fields, items=()):
    groups = [{'LineItems': [{'LineItemExpenseFields': list(i)} for i in items]}] if items else []
    return {'ExpenseDocuments': [{'SummaryFields': list(fields), 'LineItemGroups': groups}]}


class Reading(unittest.TestCase):
    """invoice.py alone."""

    def test_amounts_in_many_spellings(self):
        for text, value in (('1,500.00', '1500.00'), ('$2100.0', '2100.0'), ('1.234,56 EUR', '1234.56'),
                            ('(45.00)', '-45.00'), ('12 345,67', '12345.67'), ("1'000.50", '1000.50'),
                            ('1,000', '1000'), ('1.000', '1000'), ('0.125', '0.125'), ('-3', '-3'), ('7-', '-7')):
            self.assertEqual(str(invoice.parse_amount(text)), value if '.' in value else value + '.0', text)
        self.assertIsNone(invoice.parse_amount('none'))
        self.assertIsNone(invoice.parse_amount(None))

    def test_an_invoice_names_an_amount_and_more(self):
        self.assertEqual(invoice.invoices_of(answer(field('VENDOR_NAME', 'Mill')), 'f'), [])
        self.assertEqual(invoice.invoices_of(answer(field('TOTAL', '5.00')), 'f'), [])
        self.assertEqual(invoice.invoices_of({'ExpenseDocuments': []}, 'f'), [])
        found = invoice.invoices_of(answer(field('TOTAL', '€5.00'), field('VENDOR_NAME', 'Mill')), 'f.pdf')
        self.assertEqual((found[0]['number'], found[0]['currency']), ('f.pdf', 'EUR'))

    def test_a_row_without_a_date_takes_the_invoices(self):
        rows = [[field('ITEM', 'Rye'), field('PRICE', '1.00'), field('OTHER', '5/1/2020', label='Date')],
                [field('ITEM', 'Oats'), field('PRICE', '2.00')]]
        found = invoice.invoices_of(answer(field('TOTAL', '3'), field('INVOICE_RECEIPT_DATE', '6/1/2020'),
                                           items=rows), 'f')
        self.assertEqual([i['date'] for i in found[0]['items']], ['5/1/2020', '6/1/2020'])

    def test_the_text_for_notes_is_bounded(self):
        rows = [[field('EXPENSE_ROW', 'é' * 100)] for _ in range(100)]
        found = invoice.invoices_of(answer(field('TOTAL', '3'), items=rows), 'f')
        self.assertLessEqual(len(invoice.notes_text(found[0], 4900).encode()), 4900)

    def test_numbers_are_the_same_in_other_spellings(self):
        self.assertTrue(invoice.same_number('35678-9', '#35678 9'))
        self.assertFalse(invoice.same_number('-', '#'))


class Bot(Suite):
    """The whole: server, function, bot."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for command in (['function', 'add', 'InvoiceBot', EXAMPLE, '--on', 's3://invoicebot/'],
                        ['bot', 'import', EXAMPLE / 'bot.json']):
            subprocess.run([BINARY, *command, '--data', cls.server.data], check=True,
                           stdout=subprocess.DEVNULL)

    def say(self, text, user='tester'):
        return self.client('lex-runtime').post_text(botName='InvoiceBot', botAlias='$LATEST', userId=user,
                                                    inputText=text)

    def extracted(self, key):
        def look():
            s3 = self.client('s3')
            try:
                return json.load(s3.get_object(Bucket='invoicebot-extracted', Key=key + '.json')['Body'])
            except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket):
                return None
        return self.until(look, 120, key)

    def test_1_the_play_goes_through(self):
        said = self.run_program('/usr/bin/python3', EXAMPLE / 'play.py', '--endpoint', self.server.endpoint)
        words = ' '.join(said.split())
        self.assertIn('found 1 invoice with invoice numbers 35678-9 totaling $2100.0. ', words)
        self.assertEqual(words.count('there is a charge of'), 4, said)
        self.assertLessEqual(max(map(len, said.splitlines())), 80)

    def test_2_what_is_no_invoice_is_named_with_the_reason(self):
        s3 = self.client('s3')
        bad = {'empty.pdf': b'', 'text.pdf': b'PK\x03\x04 a ZIP under another name',
               'a cut & short.pdf': SAMPLE.read_bytes()[:900]}
        for key, body in bad.items():
            s3.put_object(Bucket='invoicebot', Key=key, Body=body)
        for key in bad:
            result = self.extracted(key)
            self.assertEqual((result['status'], result['key']), ('refused', key), result)
        said = self.say('Show me the invoice summary')['message']
        for key in bad:
            self.assertIn(f'{key} (', said)
        self.assertIn('found 1 invoice ', said)

    def test_3_an_unknown_number_is_asked_for_again(self):
        asked = self.say('Get me the invoice details', 'other')
        self.assertEqual((asked['dialogState'], asked['slotToElicit']), ('ElicitSlot', 'InvoiceNumber'))
        again = self.say('99999', 'other')
        self.assertEqual(again['dialogState'], 'ElicitSlot')
        self.assertIn('35678-9', again['message'])
        done = self.say('35678-9', 'other')
        self.assertEqual(done['dialogState'], 'Fulfilled')
        self.assertIn('On 5/11/2019 for the item ', done['message'])

    def test_3_questions_that_are_not_about_invoices_are_not_answered(self):
        for i, text in enumerate(('how is the weather', 'what is your name', 'order a pizza',
                                  'what is the capital of france')):
            reply = self.say(text, user=f'stranger-{i}')
            self.assertEqual(reply['dialogState'], 'ElicitIntent', text)
            self.assertIn('did not understand', reply['message'])
        reply = self.say('show me the invoce sumary', user='hasty')
        self.assertEqual(reply['intentName'], 'GetInvoiceSummary')

    def test_4_an_upload_by_the_aws_command_counts_at_once(self):
        self.aws('s3', 'cp', SAMPLE, 's3://invoicebot/second copy.pdf')
        self.extracted('second copy.pdf')
        said = self.say('Show me the invoice summary', 'third')['message']
        self.assertIn('found 2 invoices with invoice numbers 35678-9, 35678-9 totaling $4200.0', said)


main(Reading, Bot)
