"""Textract's replies under the published parsers of them: PyPI's response parser and pretty printer."""
import json
import os
import pathlib

from harness import ROOT, Suite, main
from papers import order, pdf

CLIENTS = pathlib.Path(os.environ.get('QUERN_CLIENTS', 'build-clients'))
INVOICE = ROOT / 'examples' / 'invoicebot' / 'invoice-35678-9.pdf'
# As the article on AnalyzeExpense has it: call, load, dump, print; and the same for documents.
PROGRAM = r'''
import json, sys
import boto3
import trp
import trp.trp2 as t2
from textractprettyprinter.t_pretty_print import (Pretty_Print_Table_Format as Format, Textract_Pretty_Print as Print,
                                                  get_string as document_string)
from textractprettyprinter.t_pretty_print_expense import (Textract_Expense_Pretty_Print as Expense_Print,
                                                          Pretty_Print_Table_Format, get_string)
from trp.trp2_expense import TAnalyzeExpenseDocumentSchema

client = boto3.client('textract')
said = {}
with open(sys.argv[1], 'rb') as f:
    invoice = f.read()
with open(sys.argv[2], 'rb') as f:
    page = f.read()

expense = client.analyze_expense(Document={'Bytes': invoice})
loaded = TAnalyzeExpenseDocumentSchema().load(json.loads(json.dumps(expense)))
dumped = TAnalyzeExpenseDocumentSchema().dump(loaded)
said['fields'] = {f.ftype.text: f.valuedetection.text for d in loaded.expenses_documents for f in d.summaryfields}
said['rows'] = [[f.ftype.text for f in i.lineitem_expensefields]
                for d in loaded.expenses_documents for g in d.lineitemgroups for i in g.lineitems]
assert len(dumped['ExpenseDocuments'][0]['SummaryFields']) == len(expense['ExpenseDocuments'][0]['SummaryFields'])
for kind in ('fancy_grid', 'csv', 'tsv', 'latex', 'html', 'presto'):
    said['expense ' + kind] = get_string(
        textract_json=expense, output_type=[Expense_Print.SUMMARY, Expense_Print.LINEITEMGROUPS],
        table_format=getattr(Pretty_Print_Table_Format, kind))

analysis = client.analyze_document(Document={'Bytes': page}, FeatureTypes=['TABLES', 'FORMS', 'LAYOUT', 'QUERIES'],
                                   QueriesConfig={'Queries': [{'Text': 'What is the name?', 'Alias': 'NAME'}]})
document = trp.Document(analysis)
first, = document.pages
said['lines'] = [line.text for line in first.lines]
said['form'] = {f.key.text: f.value.text for f in first.form.fields}
said['table'] = [[cell.text.strip() for cell in row.cells] for row in first.tables[0].rows]
said['merged'] = [[cell.mergedText.strip() for cell in row.cells] for row in first.tables[0].rows]
loaded = t2.TDocumentSchema().load(json.loads(json.dumps(analysis)))
said['answers'] = loaded.get_query_answers(page=loaded.pages[0])
again = t2.TDocumentSchema().dump(loaded)
assert [b['Id'] for b in again['Blocks']] == [b['Id'] for b in analysis['Blocks']]
for kind in ('fancy_grid', 'csv', 'latex'):
    said['document ' + kind] = document_string(textract_json=analysis, output_type=[Print.TABLES, Print.FORMS],
                                               table_format=getattr(Format, kind))
print(json.dumps(said))
'''


class Parsers(Suite):
    def test_the_program(self):
        page = self.folder() / 'order.pdf'
        page.write_bytes(pdf([order()]))
        output = self.run_program(CLIENTS / 'python' / 'bin' / 'python', '-c', PROGRAM, INVOICE, page)
        said = json.loads(output.splitlines()[-1])
        self.assertEqual(said['fields']['INVOICE_RECEIPT_ID'], '35678-9')
        self.assertEqual(len(said['rows']), 4)
        self.assertTrue(all('ITEM' in row and row[-1] == 'EXPENSE_ROW' for row in said['rows']))
        for kind in ('fancy_grid', 'csv', 'tsv', 'latex', 'html', 'presto'):
            self.assertIn('35678-9', said['expense ' + kind])
        self.assertIn('\u2552', said['expense fancy_grid'])
        self.assertIn('Ada Lovelace', said['lines'])
        self.assertEqual(said['form']['Name:'], 'Ada Lovelace')
        self.assertEqual(said['table'], [['What was ordered', '', ''], ['Item', 'Quantity', 'Price'],
                                         ['Pump', '2', '45.00'], ['Valve', '1', '12.50']])
        self.assertEqual(said['merged'][0], ['What was ordered'] * 3)
        self.assertEqual(said['answers'], [['What is the name?', 'NAME', 'Ada Lovelace']])
        for kind in ('fancy_grid', 'csv', 'latex'):
            self.assertIn('12.50', said['document ' + kind])
            self.assertIn('Ada Lovelace', said['document ' + kind])


main(Parsers)
