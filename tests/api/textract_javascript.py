"""Textract, Comprehend and STS under the JavaScript SDK, and Textract's replies under AWS's own parser of them."""
import os
import pathlib

from harness import ROOT, Suite, main
from papers import order, pdf

HERE = pathlib.Path(__file__).resolve().parent
CLIENTS = pathlib.Path(os.environ.get('QUERN_CLIENTS', 'build-clients')).resolve()
INVOICE = ROOT / 'examples' / 'invoicebot' / 'invoice-35678-9.pdf'


class JavaScript(Suite):
    def test_the_program(self):
        page = self.folder() / 'order.pdf'
        page.write_bytes(pdf([order()]))
        said = self.run_program('node', HERE / 'textract_javascript.mjs', INVOICE, page,
                                env={'QUERN_CLIENTS': str(CLIENTS)})
        self.assertEqual(said.splitlines()[-1], 'done')


main(JavaScript)
