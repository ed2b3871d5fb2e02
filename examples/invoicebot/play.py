#!/usr/bin/python3
"""Play the InvoiceBot example against a running server, as a visitor would.

    play.py --endpoint http://127.0.0.1:8470 [FILE]     (default: the sample invoice)

Uploads the file, waits until it has been read, prints what was read as a table, then talks to the
bot about it. The keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Leaves with status 0
only if every step worked and every answer was of the kind it should be.
"""
import argparse
import json
import os
import re
import sys
import textwrap
import time

import boto3
import botocore.config
import botocore.exceptions

import invoice

HERE = os.path.dirname(os.path.abspath(__file__))
WIDTH = 80
PATIENCE = 120   # seconds until the upload has been read; sanitizer builds are slow


class Failed(Exception):
    """A step did not do what it should."""


class Screen:
    """Prints plainly, with a little emphasis and a progress line on a terminal."""

    def __init__(self, out):
        self.out = out
        self.tty = out.isatty()

    def line(self, text=''):
        print(text, file=self.out, flush=True)

    def title(self, text):
        self.line()
        self.line(f'\033[1m{text}\033[0m' if self.tty else text)
        self.line('-' * len(text) if not self.tty else '')

    def progress(self, text):
        if self.tty:
            print(f'\r{text}\033[K', end='', file=self.out, flush=True)

    def done(self, text):
        self.progress('')
        self.line(text)

    def say(self, who, text):
        lead = f'{who + ":":<6}'
        self.line(textwrap.fill(text, WIDTH, initial_indent=lead, subsequent_indent=' ' * len(lead),
                                break_long_words=False, break_on_hyphens=False))

    def row(self, cells, widths, right=()):
        """One row of a table; long cells run on below."""
        wrapped = [textwrap.wrap(c, w) or [''] for c, w in zip(cells, widths)]
        for i in range(max(map(len, wrapped))):
            parts = [(w[i] if i < len(w) else '') for w in wrapped]
            self.line('  '.join(p.rjust(n) if k in right else p.ljust(n)
                                for k, (p, n) in enumerate(zip(parts, widths))).rstrip())


class Play:
    def __init__(self, endpoint, path, screen):
        self.path, self.key, self.screen = path, os.path.basename(path), screen
        self.bucket = os.environ.get('INVOICEBOT_UPLOADS', 'invoicebot')
        self.extracted = os.environ.get('INVOICEBOT_EXTRACTED', 'invoicebot-extracted')
        config = botocore.config.Config(s3={'addressing_style': 'path'},
                                        retries={'max_attempts': 1, 'mode': 'standard'})
        region = os.environ.get('AWS_DEFAULT_REGION', 'us-east-1')
        self.s3, self.lex = (boto3.client(name, endpoint_url=endpoint, region_name=region, config=config)
                             for name in ('s3', 'lex-runtime'))
        self.user = f'visitor-{os.getpid()}'

    # ---- upload and read ----

    def upload(self):
        try:
            self.s3.create_bucket(Bucket=self.bucket)
        except (self.s3.exceptions.BucketAlreadyOwnedByYou, self.s3.exceptions.BucketAlreadyExists):
            pass
        try:   # what an earlier run left is not to be taken for this one's
            self.s3.delete_object(Bucket=self.extracted, Key=f'{self.key}.json')
        except self.s3.exceptions.NoSuchBucket:
            pass
        self.screen.line(f'Uploading {self.key} to s3://{self.bucket}/')
        with open(self.path, 'rb') as file:
            self.s3.put_object(Bucket=self.bucket, Key=self.key, Body=file)

    def result(self):
        try:
            got = self.s3.get_object(Bucket=self.extracted, Key=f'{self.key}.json')
        except (self.s3.exceptions.NoSuchKey, self.s3.exceptions.NoSuchBucket):
            return None
        return json.load(got['Body'])

    def wait_read(self):
        start = time.monotonic()
        if not self.screen.tty:
            self.screen.line('The upload starts the reading ...')
        while time.monotonic() - start < PATIENCE:
            result = self.result()
            if result:
                self.screen.done(f'Read in {time.monotonic() - start:.1f} s')
                if result['status'] != 'read':
                    raise Failed(f"{self.key} was refused: {result['reason']}")
                return result['answer']
            self.screen.progress(f'The upload starts the reading ... {time.monotonic() - start:.1f} s')
            time.sleep(0.2)
        raise Failed(f'{self.key} was not read within {PATIENCE} s; see the log of the server')

    # ---- what was read ----

    def table(self, answer):
        for document in answer['ExpenseDocuments']:
            self.screen.title('What the invoice says')
            widths = (26, 24, 26)
            self.screen.row(('Field', 'Label', 'Value'), widths)
            self.screen.row(['-' * w for w in widths], widths)
            for field in document['SummaryFields']:
                label = field.get('LabelDetection', {}).get('Text', '')
                value = field.get('ValueDetection', {}).get('Text', '')
                self.screen.row([invoice.one_line(t) for t in (field['Type']['Text'], label, value)], widths)
        invoices = invoice.invoices_of(answer, self.key)
        if not invoices:
            raise Failed(f'no invoice was found in {self.key}')
        items = [item for i in invoices for item in i['items']]
        self.screen.title(f'Its {len(items)} line items')
        widths = (12, 50, 14)
        self.screen.row(('Date', 'Item', 'Charge'), widths, right=(2,))
        self.screen.row(['-' * w for w in widths], widths)
        for item in items:
            self.screen.row((item['date'], item['item'], item['charge']), widths, right=(2,))
        return invoices[0]

    # ---- the conversation ----

    def turn(self, text, state, pattern):
        self.screen.say('User', text)
        reply = self.lex.post_text(botName='InvoiceBot', botAlias='$LATEST', userId=self.user,
                                   inputText=text)
        self.screen.say('Bot', reply.get('message', ''))
        if reply['dialogState'] != state:
            raise Failed(f"the bot is in state {reply['dialogState']}, not {state}")
        if not re.search(pattern, reply.get('message', '')):
            raise Failed(f'the answer does not fit /{pattern}/')
        return reply

    def talk(self, about):
        self.screen.title('The conversation')
        number = re.escape(about['number'])
        self.screen.say('Bot', 'Welcome to InvoiceBot. You can ask me to provide your invoice summary, '
                               'or details of your invoices, or your invoice notes')
        self.turn('Show me the invoice summary', 'Fulfilled', rf'found \d+ invoices? .*{number}.* totaling ')
        asked = self.turn('Get me the invoice details', 'ElicitSlot', 'invoice number')
        if asked.get('slotToElicit') != 'InvoiceNumber':
            raise Failed(f"the bot asks for {asked.get('slotToElicit')}, not the invoice number")
        said = self.turn(about['number'], 'Fulfilled', f'^Invoice Details for {number}: ')
        charges = len(re.findall('there is a charge of', said['message']))
        if about['items'] and charges != len(about['items']) and ' more.' not in said['message']:
            raise Failed(f"{charges} sentences for {len(about['items'])} line items")
        self.turn(f"Can you show me the invoice notes for {about['number']}", 'Fulfilled',
                  rf'^Invoice Notes for {number}: \S')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--endpoint', default=os.environ.get('AWS_ENDPOINT_URL', 'http://127.0.0.1:8470'))
    parser.add_argument('file', nargs='?', default=os.path.join(HERE, 'invoice-35678-9.pdf'))
    arguments = parser.parse_args()
    screen = Screen(sys.stdout)
    play = Play(arguments.endpoint, arguments.file, screen)
    try:
        play.upload()
        play.talk(play.table(play.wait_read()))
    except (Failed, OSError, botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        screen.done('')
        print(f'play.py: {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
