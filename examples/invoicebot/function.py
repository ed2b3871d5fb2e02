"""InvoiceBot's one function: it reads what is uploaded, and answers for the bot.

    an upload (S3 event)     AnalyzeExpense on the object; what it says goes to KEY.json in a second
                             bucket, or, when the file is no invoice, the reason why
    a fulfilment (Lex V1)    answers from those JSON objects, kept in memory by their ETag

The same code runs on AWS Lambda: only the endpoint comes from the environment.
"""
import json
import os
import time
import urllib.parse

import boto3
import botocore.config
import botocore.exceptions
import urllib3

import invoice

UPLOADS = os.environ.get('INVOICEBOT_UPLOADS', 'invoicebot')
EXTRACTED = os.environ.get('INVOICEBOT_EXTRACTED', 'invoicebot-extracted')
KEY_PHRASE_BYTES = 4900    # DetectKeyPhrases takes 5,000
MESSAGE_LENGTH = 1000      # of a Lex message, in characters

CONFIG = botocore.config.Config(
    retries={'max_attempts': 1, 'mode': 'standard'}, connect_timeout=5, read_timeout=600,
    tcp_keepalive=True, parameter_validation=False, s3={'addressing_style': 'path'})


def client(service, **options):
    config = CONFIG.merge(botocore.config.Config(**options))
    return boto3.client(service, config=config, endpoint_url=os.environ.get('AWS_ENDPOINT_URL'),
                        region_name=os.environ.get('AWS_REGION', 'us-east-1'))


S3, TEXTRACT, COMPREHEND = client('s3'), client('textract'), client('comprehend')

# Why a file could not be read, for people.
REASONS = {
    'UnsupportedDocumentException': 'it is no PDF, PNG, JPEG or TIFF file',
    'BadDocumentException': 'the file is damaged or encrypted',
    'DocumentTooLargeException': 'it is too large',
    'InvalidParameterException': 'it is empty or not usable',
}


# ---- uploads ----------------------------------------------------------------

def on_uploads(event):
    for record in event['Records']:
        key = urllib.parse.unquote_plus(record['s3']['object']['key'])
        read_upload(record['s3']['bucket']['name'], key)


def read_upload(bucket, key):
    result = {'bucket': bucket, 'key': key}
    try:
        answer = TEXTRACT.analyze_expense(Document={'S3Object': {'Bucket': bucket, 'Name': key}})
    except botocore.exceptions.ClientError as error:
        code, message = error.response['Error']['Code'], error.response['Error']['Message']
        if code == 'InvalidS3ObjectException' and not exists(bucket, key):
            return   # deleted again before its turn came
        if code not in REASONS and code != 'InvalidS3ObjectException':
            raise   # the service's fault, not the document's
        result.update(status='refused', error=code, reason=reason_of(code, message))
    else:
        answer.pop('ResponseMetadata', None)
        if invoice.invoices_of(answer, key):
            result.update(status='read', answer=answer)
        else:
            result.update(status='refused', error='NoInvoice', reason='no invoice was found in it')
    print(f"{key}: {result['status']} {result.get('reason', '')}".rstrip())
    store(f'{key}.json', result)


def reason_of(code, message):
    """The service's own words, unless they only say that the request was wrong."""
    if code in REASONS and (message.startswith('Request ') or len(message) > 120):
        return REASONS[code]
    return message.rstrip('.')


def exists(bucket, key):
    try:
        S3.head_object(Bucket=bucket, Key=key)
        return True
    except botocore.exceptions.ClientError:
        return False


def store(key, result):
    body = json.dumps(result, ensure_ascii=False).encode()
    for attempt in range(2):
        try:
            S3.put_object(Bucket=EXTRACTED, Key=key, Body=body, ContentType='application/json')
            return
        except S3.exceptions.NoSuchBucket:
            if attempt:
                raise
            make_bucket()


def make_bucket():
    try:
        S3.create_bucket(Bucket=EXTRACTED)
    except (S3.exceptions.BucketAlreadyOwnedByYou, S3.exceptions.BucketAlreadyExists):
        pass   # another process was faster


# ---- what has been read -----------------------------------------------------

class Listing:
    """The bucket's listing as raw bytes: a quick way to see that nothing has changed.

    A presigned URL over one kept-alive connection costs a tenth of the SDK's call, which every turn
    of the conversation would pay.
    """
    SECONDS = 3600

    def __init__(self):
        self.http = urllib3.PoolManager(ca_certs=os.environ.get('AWS_CA_BUNDLE') or None)
        self.signer = client('s3', signature_version='s3v4')
        self.url, self.until = None, 0

    def fetch(self):
        if time.monotonic() > self.until:
            self.url = self.signer.generate_presigned_url(
                'list_objects_v2', Params={'Bucket': EXTRACTED}, ExpiresIn=self.SECONDS)
            self.until = time.monotonic() + self.SECONDS / 2
        reply = self.http.request('GET', self.url)
        # Without the bucket nothing was read yet; a page that is not all says nothing.
        return reply.data if reply.status in (200, 404) and b'<IsTruncated>true' not in reply.data else None


class Shelf:
    """The extracted results, each fetched once for as long as it does not change."""

    def __init__(self):
        self.kept = {}   # key -> (ETag, invoices, refusal)
        self.listing, self.seen = Listing(), None
        self.view = [], []

    def look(self):
        """All invoices, and (name, reason) of what could not be read."""
        listed = self.listing.fetch()
        if listed is None or listed != self.seen:
            self.view = self._read()
            self.seen = listed
        return self.view

    def _read(self):
        kept = {}
        for item in self._list():
            key, etag = item['Key'], item['ETag']
            old = self.kept.get(key)
            kept[key] = old if old and old[0] == etag else (etag, *self._fetch(key))
        self.kept = kept
        shelf = [kept[key] for key in sorted(kept)]
        return ([i for _, invoices, _ in shelf for i in invoices],
                [refusal for _, _, refusal in shelf if refusal])

    @staticmethod
    def _list():
        more = {}
        try:
            while more is not None:
                page = S3.list_objects_v2(Bucket=EXTRACTED, **more)
                yield from page.get('Contents', [])
                token = page.get('NextContinuationToken')
                more = {'ContinuationToken': token} if token else None
        except S3.exceptions.NoSuchBucket:
            return

    @staticmethod
    def _fetch(key):
        result = json.load(S3.get_object(Bucket=EXTRACTED, Key=key)['Body'])
        if result['status'] == 'refused':
            return [], (result['key'], result['reason'])
        return invoice.invoices_of(result['answer'], result['key']), None


SHELF = Shelf()
PHRASES = {}   # text -> its key phrases


# ---- the conversation -------------------------------------------------------

def join_within(parts, length, separator, more='... and {} more'):
    """Join as many parts as fit into `length` characters, and say how many are left."""
    text, n = '', 0
    for n, part in enumerate(parts):
        longer = text + (separator if text else '') + part
        if len(longer) > length:
            return text + separator + more.format(len(parts) - n)
        text = longer
    return text


def plural(n, word):
    return f'{n} {word}' if n == 1 else f'{n} {word}s'


def summary(_event):
    invoices, refusals = SHELF.look()
    if not invoices and not refusals:
        return close(f'There are no documents yet. Upload invoices to s3://{UPLOADS}/ and ask me again.')
    totals = {}
    for i in invoices:
        totals[i['currency']] = totals.get(i['currency'], 0) + i['total']
    text = f"I reviewed your input documents and found {plural(len(invoices), 'invoice')}"
    if invoices:
        numbers = join_within([i['number'] for i in invoices], 400, ', ')
        amounts = ' and '.join(invoice.amount_text(t, c) for c, t in sorted(totals.items()))
        text += f' with invoice numbers {numbers} totaling {amounts}'
    text += '. '
    if refusals:
        text += 'I could not read ' + join_within(
            [f'{name} ({reason})' for name, reason in refusals], 350, ', ') + '. '
    if invoices:
        text += 'I can get you invoice details or invoice notes. Simply type your request'
    return close(text.strip())


def details(event):
    chosen, answer = choose(event)
    if answer:
        return answer
    lead = f"Invoice Details for {chosen[0]['number']}: "
    end = 'You can request me for invoice notes or simply close this chat.'
    sentences = [sentence(item) for i in chosen for item in i['items']]
    if not sentences:
        i = chosen[0]
        origin = ''.join((f" from {i['vendor']}" if i['vendor'] else '', f" of {i['date']}" if i['date'] else ''))
        sentences = [f"The invoice{origin} totals {invoice.amount_text(i['total'], i['currency'])}; "
                     'I found no line items in it.']
    room = MESSAGE_LENGTH - len(lead) - len(end) - 40
    return close(f"{lead}{join_within(sentences, room, ' ', '... and {} more.')} {end}")


def sentence(item):
    when = f"On {item['date']} for" if item['date'] else 'For'
    charge = item['charge'] or 'an amount that I could not read'
    return f"{when} the item {item['item']} there is a charge of {charge}."


def notes(event):
    chosen, answer = choose(event)
    if answer:
        return answer
    lead = f"Invoice Notes for {chosen[0]['number']}: "
    end = ' . Feel free to try the options again or you can simply close this chat'
    phrases = []
    for i in chosen:
        phrases += [p for p in key_phrases(invoice.notes_text(i, KEY_PHRASE_BYTES)) if p not in phrases]
    room = MESSAGE_LENGTH - len(lead) - len(end) - 40
    return close(lead + (join_within(phrases, room, ' ') or 'there are none') + end)


def key_phrases(text):
    if not text:
        return []
    if text not in PHRASES:
        found = COMPREHEND.detect_key_phrases(Text=text, LanguageCode='en')['KeyPhrases']
        if len(PHRASES) > 1000:
            PHRASES.clear()
        PHRASES[text] = [invoice.one_line(p['Text']) for p in found]
    return PHRASES[text]


def choose(event):
    """The invoices the slot names, or else the answer that says so."""
    intent = event['currentIntent']
    wanted = (intent.get('slots') or {}).get('InvoiceNumber')
    invoices, _ = SHELF.look()
    if not invoices:
        return None, close(f'There are no invoices yet. Upload some to s3://{UPLOADS}/ and ask me again.',
                           'Failed')
    if not wanted:
        return None, elicit(intent, 'Please enter the invoice number')
    chosen = [i for i in invoices if invoice.same_number(i['number'], wanted)]
    if chosen:
        return chosen, None
    known = join_within([i['number'] for i in invoices], 700, ', ')
    return None, elicit(intent, f'I do not know an invoice {wanted}. I have {known}. '
                                'Please enter the invoice number')


def message(text):
    return {'contentType': 'PlainText', 'content': text}


def close(text, state='Fulfilled'):
    return {'type': 'Close', 'fulfillmentState': state, 'message': message(text)}


def elicit(intent, text):
    return {'type': 'ElicitSlot', 'intentName': intent['name'],
            'slots': {**(intent.get('slots') or {}), 'InvoiceNumber': None},
            'slotToElicit': 'InvoiceNumber', 'message': message(text)}


INTENTS = {'GetInvoiceSummary': summary, 'GetInvoiceDetails': details, 'GetInvoiceNotes': notes}


def handler(event, context):
    """Called by the runtime with either kind of event."""
    if 'Records' in event:
        return on_uploads(event)
    name = event.get('currentIntent', {}).get('name')
    if name not in INTENTS:
        raise ValueError(f'this function knows no intent {name!r} and no such event')
    return {'sessionAttributes': event.get('sessionAttributes') or {}, 'dialogAction': INTENTS[name](event)}
