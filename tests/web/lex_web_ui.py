#!/usr/bin/env python3
"""The published aws-lex-web-ui (npm, 0.13: the one that speaks Lex V1) holds InvoiceBot's conversation.

Its page comes from another origin than the server, as on a company's site: the browser asks by preflight
whether it may call. It gets an identity and a temporary key from the server by Cognito's calls.

Environment: QUERN_CLIENTS names the folder of `npm` clients; QUERN_SCREENSHOTS a folder to leave pictures in.
"""
import http.server
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'api'))
from harness import BINARY, ROOT, Server, Suite, main   # noqa: E402
from webdriver import ENTER, Browser   # noqa: E402

MODULES = pathlib.Path(os.environ.get('QUERN_CLIENTS', ROOT / 'build-clients')).resolve() / 'js/node_modules'
PAGE = pathlib.Path(__file__).resolve().parent / 'lex_web_ui.html'
EXAMPLE = ROOT / 'examples/invoicebot'


class Site(http.server.ThreadingHTTPServer):
    """The page and the packages that it loads, on an origin of their own."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def translate_path(self, path):
            path = path.partition('?')[0]
            return str(PAGE if path == '/' else MODULES / path.lstrip('/'))

        def log_message(self, *_):
            pass

    def __init__(self):
        super().__init__(('127.0.0.1', 0), self.Handler)
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.shutdown()
        self.thread.join()
        self.server_close()


@unittest.skipUnless((MODULES / 'aws-lex-web-ui').is_dir(), f'no aws-lex-web-ui in {MODULES}')
class LexWebUi(Suite):
    @classmethod
    def setUpClass(cls):
        cls.data = tempfile.mkdtemp(prefix='quern-web-')
        for command in (['function', 'add', 'InvoiceBot', EXAMPLE, '--on', 's3://invoicebot/'],
                        ['bot', 'import', EXAMPLE / 'bot.json', '--alias', 'Prod']):
            subprocess.run([BINARY, *map(str, command), '--data', cls.data], check=True, stdout=subprocess.DEVNULL)
        cls.server = Server(data=cls.data, extra=('--visitors', 'InvoiceBot:Prod'))
        cls.site = Site()

    @classmethod
    def tearDownClass(cls):
        try:
            cls.site.close()
            super().tearDownClass()
        finally:
            shutil.rmtree(cls.data, ignore_errors=True)
            cls.server.log_path.unlink(missing_ok=True)

    def setUp(self):
        self.page = Browser()
        self.addCleanup(self.page.close)
        self.page.open(f'http://127.0.0.1:{self.site.server_port}/?endpoint={self.server.endpoint}')
        self.page.until('document.querySelectorAll(".message-bot").length === 1')

    def picture(self, name):
        if folder := os.environ.get('QUERN_SCREENSHOTS'):
            self.page.screenshot(pathlib.Path(folder) / f'{name}.png')

    def say(self, text):
        """What the bot answers."""
        self.page.until('!document.querySelector("#text-input").disabled')
        count = len(self.page.texts('.message-bot'))
        self.page.click('#text-input')
        self.page.keys(text, ENTER)
        # Dots run in a bubble of the bot's while it waits.
        return self.page.until(f'Array.from(document.querySelectorAll(".message-bot")).slice({count})'
                               '.map((e) => e.innerText).find((text) => /\\w/.test(text))', 60)

    def read(self):
        """Put the sample invoice and wait until it has been read."""
        s3 = self.client('s3')
        s3.create_bucket(Bucket='invoicebot')
        s3.put_object(Bucket='invoicebot', Key='invoice-35678-9.pdf',
                      Body=(EXAMPLE / 'invoice-35678-9.pdf').read_bytes())

        def extracted():
            try:
                return s3.head_object(Bucket='invoicebot-extracted', Key='invoice-35678-9.pdf.json')
            except s3.exceptions.ClientError:
                return None
        self.until(extracted, 120, 'the invoice')

    def test_the_invoicebot_conversation(self):
        self.read()
        self.assertIn('found 1 invoice with invoice numbers 35678-9 totaling $2100.0',
                      self.say('Show me the invoice summary'))
        self.assertIn('invoice number', self.say('Get me the invoice details').lower())
        self.assertIn('On 5/11/2019 for the item', self.say('35678-9'))
        self.picture('lex-web-ui')
        self.assertEqual([row for row in self.page.console() if row[0] == 'SEVERE'], [])
        log = self.server.log_text()
        for operation in ('cognito-identity.GetId', 'cognito-identity.GetCredentialsForIdentity'):
            self.assertIn(f'op={operation} status=200', log)
        self.assertRegex(log, r'op=lex-runtime\.PostText status=200 .* key=ASIA[A-Z2-7]{16}\n')
        self.assertIn('method=OPTIONS', log)

    def test_a_key_that_the_page_got_opens_nothing_else(self):
        got = self.page.script('''
            const key = AWS.config.credentials ?? new AWS.CognitoIdentityCredentials(
                { IdentityPoolId: 'us-east-1:deadbeef-cac0-babe-abcd-abcdef012345' }, { region: 'us-east-1' });
            const s3 = new AWS.S3({ endpoint: arguments[0], credentials: key, s3ForcePathStyle: true });
            return s3.listBuckets().promise().then(() => 'listed', (error) => error.code);
        ''', self.server.endpoint)
        self.assertEqual(got, 'AccessDenied')


if __name__ == '__main__':
    main(LexWebUi)
