#!/usr/bin/env python3
"""The chat page in headless Chromium against the real server, and its modules against Python's.

Environment: QUERN_CLIENTS names the folder of `npm` clients (for the type check); QUERN_SCREENSHOTS a
folder to leave pictures in.
"""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import subprocess
import sys
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'api'))
from harness import BINARY, ROOT, main   # noqa: E402
from pages import PageSuite, contrast   # noqa: E402
from webdriver import ENTER, ESCAPE, SHIFT, TAB, Browser   # noqa: E402

PAGES = pathlib.Path(__file__).resolve().parent
BUCKET = 'page-bucket'
# Text colours of base.css and what they stand on.
TEXT_PAIRS = [('ink', 'ground'), ('ink', 'surface'), ('ink', 'wrong-ground'), ('soft', 'ground'),
              ('soft', 'surface'), ('accent', 'ground'), ('accent', 'surface'), ('on-accent', 'accent'),
              ('on-accent', 'accent-strong'), ('wrong', 'ground'), ('wrong', 'surface')]


class ChatSuite(PageSuite):
    """A server with a bot."""

    @classmethod
    def prepare(cls):
        subprocess.run([BINARY, 'bot', 'import', str(PAGES / 'bot.json'), '--data', cls.data], check=True,
                       stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)

    def sign_in(self, page, bucket=BUCKET, bot='PageBot'):
        """As a person would, by keyboard only."""
        page.keys(self.server.access_key, TAB, self.server.secret_key, TAB, TAB, ENTER)
        page.until('document.getElementById("signin-more").open')
        page.keys(TAB, bot, TAB, TAB, bucket, ENTER)
        page.until('!document.getElementById("chat").hidden')

    def signed_in(self, **options):
        page = self.open(**options)
        self.sign_in(page)
        return page

    def say(self, page, text, answers=1):
        count = len(page.texts('.message.bot'))
        page.keys(text, ENTER)
        page.until(f'document.querySelectorAll(".message.bot").length >= {count + answers}')
        return page.texts('.message.bot .text')[-1]

    def check_width(self, page):
        wide = page.script('return [document.documentElement.scrollWidth, innerWidth, '
                           'document.getElementById("log").scrollWidth - document.getElementById("log").clientWidth]')
        self.assertLessEqual(wide[0], wide[1], 'the page scrolls sideways')
        self.assertLessEqual(wide[2], 0, 'the conversation scrolls sideways')

    def bucket(self):
        s3 = self.client('s3')
        try:
            s3.create_bucket(Bucket=BUCKET)
        except s3.exceptions.ClientError as e:
            if e.response['Error']['Code'] not in ('BucketAlreadyOwnedByYou', 'BucketAlreadyExists'):
                raise
        return s3


class SignIn(ChatSuite):
    def test_focus_goes_through_the_form_in_order(self):
        page = self.open()
        order = []
        for _ in range(5):
            order.append(page.focused().strip())
            page.keys(TAB)
        self.assertEqual(order, ['access-key', 'secret-key', 'secret-show', 'Bot, bucket and region',
                                 'signin-send'])
        self.check_console(page)

    def test_by_keyboard(self):
        page = self.signed_in()
        self.assertEqual(page.focused(), 'text')
        self.assertEqual(page.text('#bot-name'), 'PageBot')
        self.assertIn(BUCKET, page.text('.message.note'))
        self.check_console(page)

    def test_an_unknown_key_is_said_at_its_field(self):
        page = self.open()
        page.keys('AKIANOBODYKNOWSTHIS0', TAB, 'secret', ENTER)
        page.until('document.getElementById("access-key-error").textContent')
        self.assertEqual(page.text('#access-key-error'), 'Quern does not know this access key.')
        self.assertEqual(page.focused(), 'access-key')
        self.assertEqual(page.script('return document.getElementById("access-key").ariaInvalid'), 'true')
        self.picture(page, 'wrong-key')
        self.check_console(page, refusals=1)

    def test_a_wrong_secret_is_said_at_its_field(self):
        page = self.open()
        page.keys(self.server.access_key, TAB, 'not-the-secret', ENTER)
        page.until('document.getElementById("secret-key-error").textContent')
        self.assertEqual(page.text('#secret-key-error'), 'This secret does not belong to the access key.')
        self.assertEqual(page.focused(), 'secret-key')
        self.check_console(page, refusals=1)

    def test_empty_fields_are_named_before_anything_is_sent(self):
        page = self.open()
        page.keys(ENTER)
        self.assertEqual(page.text('#access-key-error'), 'Enter the access key ID.')
        page.keys('AKIA', TAB, ENTER)
        self.assertEqual(page.text('#secret-key-error'), 'Enter the secret access key.')
        self.check_console(page)

    def test_a_credentials_file_fills_both_fields(self):
        page = self.open()
        page.script('''
            const data = new DataTransfer();
            data.setData('text/plain', arguments[0]);
            document.activeElement.dispatchEvent(
                new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
        ''', (pathlib.Path(self.data) / 'credentials').read_text())
        page.keys(ENTER)
        page.until('!document.getElementById("chat").hidden')

    def test_a_bad_bucket_name_opens_its_field(self):
        page = self.open()
        page.keys('AKIA', TAB, 'secret', TAB, TAB, ENTER, TAB, TAB, TAB, 'No Bucket', ENTER)
        self.assertEqual(page.focused(), 'signin-place-bucket')
        self.assertIn('A bucket', page.text('#signin-place-bucket-error'))

    def test_the_key_is_forgotten_on_signing_out(self):
        page = self.signed_in()
        page.click('#settings-open')
        page.click('#signout')
        page.until('!document.getElementById("signin").hidden')
        self.assertEqual(page.script('return sessionStorage.length + localStorage.length'), 0)
        self.assertEqual(page.script('return document.getElementById("secret-key").value'), '')
        page.reload()
        page.until('!document.getElementById("signin").hidden')


class Conversation(ChatSuite):
    def test_a_bot_asks_back(self):
        page = self.signed_in()
        answer = self.say(page, 'I want some tea')
        self.assertEqual(answer, 'Which <img src=x onerror=alert(1)> sort: black & green?\nOr white?')
        self.say(page, 'green')
        self.assertEqual(page.texts('.message.you .text'), ['I want some tea', 'green'])
        self.assertEqual(page.script('return document.querySelectorAll(".message time").length'), 5)
        self.picture(page, 'desktop')
        self.check_console(page)

    def test_markup_is_shown_as_text(self):
        page = self.signed_in()
        said = '<img src=x onerror=document.title=1><script>document.title=2</script>&amp;'
        self.say(page, said)
        self.assertEqual(page.texts('.message.you .text'), [said])
        self.assertEqual(page.script('return document.querySelectorAll("#messages img, #messages script").length'), 0)
        self.assertEqual(page.script('return document.title'), 'PageBot · Quern')
        self.check_console(page)

    def test_shift_enter_starts_a_line(self):
        page = self.signed_in()
        page.keys('one')
        page.keys(ENTER, hold=SHIFT)
        self.say(page, 'two')
        self.assertEqual(page.texts('.message.you .text'), ['one\ntwo'])

    def test_a_reload_keeps_the_conversation(self):
        page = self.signed_in()
        self.say(page, 'I want some tea')
        before = page.texts('.message.you .text, .message.bot .text')
        page.reload()
        page.until('!document.getElementById("chat").hidden')
        self.assertEqual(page.texts('.message.you .text, .message.bot .text'), before)
        self.say(page, 'black')
        self.assertEqual(page.focused(), 'text')
        self.check_console(page)

    def test_a_server_that_is_away_costs_no_text(self):
        page = self.signed_in()
        self.network(page, offline=True)
        page.keys('I want some tea', ENTER)
        page.until('document.querySelector(".failed .trouble")')
        self.assertIn('does not answer', page.text('.failed .trouble'))
        self.assertEqual(page.texts('.failed .text'), ['I want some tea'])
        self.picture(page, 'away')
        self.network(page)
        page.click('.failed .trouble button')
        page.until('document.querySelectorAll(".message.bot").length === 1')
        self.assertEqual(page.texts('.failed'), [])
        self.assertEqual(page.texts('.message.you .text'), ['I want some tea'])
        self.check_console(page, refusals=1)

    def test_an_unknown_bot_leads_to_the_settings(self):
        page = self.open()
        self.sign_in(page, bot='NoSuchBot')
        page.keys('hello', ENTER)
        page.until('document.querySelector(".failed .trouble")')
        self.assertIn('There is no bot “NoSuchBot”', page.text('.failed .trouble'))
        page.click('.failed .trouble button')
        page.until('document.getElementById("settings").open')
        self.assertEqual(page.focused(), 'settings-place-bot')
        page.script('document.activeElement.select()')
        page.keys('PageBot', ENTER)
        page.until('!document.getElementById("settings").open')
        self.say(page, 'I want some tea')

    def test_escape_closes_the_settings_and_changes_nothing(self):
        page = self.signed_in()
        page.click('#settings-open')
        page.keys('Other', ESCAPE)
        page.until('!document.getElementById("settings").open')
        self.assertEqual(page.text('#bot-name'), 'PageBot')

    def test_a_screen_reader_finds_names(self):
        page = self.signed_in()
        self.say(page, 'I want some tea')
        log = page.script('const e = document.getElementById("log");'
                          'return [e.getAttribute("role"), e.getAttribute("aria-live")]')
        self.assertEqual(log, ['log', 'polite'])
        count, nameless = self.nameless_controls(page, 'button', 'textbox', 'log', 'form')
        self.assertGreaterEqual(count, 5)
        self.assertEqual(nameless, [])

    def test_a_clock_that_is_an_hour_off(self):
        page = self.signed_in()
        page.script('const now = Date.now.bind(Date); Date.now = () => now() + 3600_000')
        self.say(page, 'I want some tea')
        self.check_console(page, refusals=1)

    def test_the_inspector_says_what_the_bot_made_of_it(self):
        page = self.signed_in()
        page.click('#inspect')
        self.assertIn('Say something', page.text('#facts'))
        page.click('#text')
        self.say(page, 'I want some tea')
        page.until('document.querySelector("#facts .guesses")')
        facts = page.text('#facts')
        for part in ('OrderTea', 'ElicitSlot · Sort', 'asked for', '$LATEST', '100 %'):
            self.assertIn(part, facts)
        page.click('#facts details summary')
        raw = json.loads(page.script('return document.querySelector("#facts pre").textContent'))
        self.assertEqual((raw['intentName'], raw['slots'], raw['slotToElicit']), ('OrderTea', {'Sort': None}, 'Sort'))
        page.click('#text')
        self.say(page, 'green')
        page.until('document.getElementById("facts").innerText.includes("ReadyForFulfillment")')
        self.assertIn('green', page.text('#facts'))
        self.assertTrue(page.script('return document.querySelector("#facts details").open'))
        self.picture(page, 'inspector')
        page.click('#inspector-close')
        self.assertEqual(page.focused(), 'inspect')

    def test_yes_and_no_are_offered_and_an_answer_closes_them(self):
        page = self.signed_in()
        self.say(page, 'take these cups away')
        self.assertEqual(page.texts('.choices button'), ['Yes', 'No'])
        page.click('.choices button:last-child')
        page.until('document.querySelectorAll(".message.bot").length === 2')
        self.assertEqual(page.texts('.message.bot .text')[-1], 'Then it stays.')

    def test_starting_over_forgets_the_conversation_on_both_sides(self):
        page = self.signed_in()
        self.say(page, 'I want some tea')
        user = page.script('return JSON.parse(sessionStorage.getItem("quern.chat")).user')
        lex = self.client('lex-runtime')
        self.assertEqual(lex.get_session(botName='PageBot', botAlias='$LATEST', userId=user)
                         ['dialogAction']['slotToElicit'], 'Sort')
        page.click('#start-over')
        page.until('document.querySelectorAll(".message.you").length === 0')
        self.assertEqual(len(page.texts('.message.note')), 1)
        with self.assertRaises(lex.exceptions.NotFoundException):
            lex.get_session(botName='PageBot', botAlias='$LATEST', userId=user)
        self.assertEqual(page.focused(), 'text')
        page.click('#start-over')   # there is none to forget any more
        page.until('document.querySelectorAll(".message.note").length === 1')
        self.check_console(page, refusals=1)

    def test_the_inspector_knows_recent_intents(self):
        page = self.signed_in()
        self.say(page, 'I want some tea')
        self.say(page, 'green')
        self.say(page, 'take these cups away')
        page.click('#inspect')
        page.until('document.querySelectorAll("#facts .recent li").length === 2')
        self.assertEqual([line.split('\n')[0] for line in page.texts('#facts .recent li')], ['ClearTable', 'OrderTea'])
        self.check_console(page)

    def test_another_host_over_plain_http(self):
        # Not a secure context: the browser has no crypto.subtle there.
        page = Browser(flags=['--host-resolver-rules=MAP quern.example 127.0.0.1'])
        self.addCleanup(page.close)
        page.open(f'http://quern.example:{self.server.port}/')
        page.until('!document.getElementById("signin").hidden')
        self.assertEqual(page.script('return [isSecureContext, typeof crypto.subtle]'), [False, 'undefined'])
        self.sign_in(page)
        self.say(page, 'I want some tea')
        self.check_console(page)


class Screens(ChatSuite):
    def test_narrow_screens_do_not_scroll_sideways(self):
        for width, height in ((320, 568), (360, 740)):
            page = self.open(width, height)
            self.check_width(page)
            self.picture(page, f'signin-{width}')
            self.sign_in(page)
            self.say(page, 'w' * 200)
            self.say(page, 'I want some tea')
            self.check_width(page)
            self.picture(page, f'phone-{width}')
            page.click('#settings-open')
            self.check_width(page)

    def test_dark_follows_the_system(self):
        page = self.signed_in(dark=True)
        self.say(page, 'I want some tea')
        r, g, b = page.script('return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)')
        self.assertLess(r + g + b, 3 * 64)
        self.picture(page, 'dark')

    def test_colours_can_be_told_apart(self):
        for dark in (False, True):
            page = self.open(dark=dark)
            for text, ground in TEXT_PAIRS:
                self.assertGreaterEqual(contrast(self.colour(page, text), self.colour(page, ground)), 4.5, (dark, text, ground))
            for ground in ('ground', 'surface'):
                self.assertGreaterEqual(contrast(self.colour(page, 'control'), self.colour(page, ground)), 3, (dark, ground))

    def test_reduced_motion_moves_nothing(self):
        page = self.signed_in()
        self.say(page, 'I want some tea')
        self.assertEqual(page.script('return document.getAnimations().length'), 0)


class Upload(ChatSuite):
    def file(self, name, size):
        path = self.folder() / name
        path.write_bytes(os.urandom(size))
        return path

    def test_a_chosen_file_arrives(self):
        s3 = self.bucket()
        page = self.signed_in()
        path = self.file('Rechnung März (1).pdf', 300_000)
        page.choose('#file', path)
        page.until('document.querySelector(".arrived")')
        self.assertIn(f'300 KB · arrived in {BUCKET}', page.text('.arrived'))
        got = s3.get_object(Bucket=BUCKET, Key=path.name)
        self.assertEqual(got['Body'].read(), path.read_bytes())
        self.assertEqual(got['ContentType'], 'application/pdf')
        self.picture(page, 'upload')
        page.reload()
        page.until('document.querySelector(".message.file")')
        self.assertIn('arrived', page.text('.message.file'))
        self.check_console(page)

    def test_a_dropped_file_arrives_in_its_folder(self):
        s3 = self.bucket()
        page = self.open()
        self.sign_in(page, bucket=f'{BUCKET}/incoming/')
        page.script('''
            const data = new DataTransfer();
            data.items.add(new File(['dropped'], 'note.txt', { type: 'text/plain' }));
            for (const type of ['dragover', 'drop'])
                document.getElementById('log').dispatchEvent(
                    new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
        ''')
        page.until('document.querySelector(".arrived")')
        self.assertEqual(s3.get_object(Bucket=BUCKET, Key='incoming/note.txt')['Body'].read(), b'dropped')
        self.assertTrue(page.script('return document.getElementById("drop").hidden'))

    def test_progress_is_shown_and_escape_stops(self):
        s3 = self.bucket()
        page = self.signed_in()
        path = self.file('slow.png', 4_000_000)
        self.network(page, upload=1_000_000)
        page.choose('#file', path)
        page.until('document.querySelector("progress")?.value > 0')
        self.picture(page, 'progress')
        page.keys(ESCAPE)
        page.until('document.querySelector(".failed .trouble")')
        self.assertIn('Stopped', page.text('.failed .trouble'))
        self.assertNotIn('slow.png', [o['Key'] for o in s3.list_objects_v2(Bucket=BUCKET).get('Contents', [])])
        self.network(page)
        page.click('.failed .trouble button')
        page.until('document.querySelector(".arrived")')
        self.assertEqual(s3.get_object(Bucket=BUCKET, Key='slow.png')['Body'].read(), path.read_bytes())

    def test_several_files_arrive_one_after_the_other(self):
        s3 = self.bucket()
        page = self.signed_in()
        paths = [self.file(f'page-{i}.png', 1000 + i) for i in range(4)]
        page.choose('#file', *paths)
        page.until('document.querySelectorAll(".arrived").length === 4')
        for path in paths:
            self.assertEqual(s3.head_object(Bucket=BUCKET, Key=path.name)['ContentLength'],
                             path.stat().st_size)

    def test_a_missing_bucket_and_an_empty_file_are_named(self):
        page = self.open()
        self.sign_in(page, bucket='no-such-bucket')
        page.choose('#file', self.file('a.pdf', 10))
        page.until('document.querySelector(".failed .trouble")')
        self.assertIn('There is no bucket “no-such-bucket”.', page.text('.failed .trouble'))
        page.choose('#file', self.file('empty.pdf', 0))
        page.until('document.querySelectorAll(".message.note").length === 2')
        self.assertIn('empty.pdf is empty', page.texts('.message.note .text')[-1])
        self.check_console(page, refusals=1)


class Modules(ChatSuite):
    def test_hashes_agree_with_pythons(self):
        page = self.open()
        for n in (0, 1, 55, 56, 63, 64, 65, 127, 128, 1000, 100_003):
            data = os.urandom(n)
            got = page.script('''
                const bytes = Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0));
                return import('/_quern/sha256.js').then(async (m) => {
                    const pieces = new m.Sha256();
                    for (let at = 0; at < bytes.length; at += 37) pieces.update(bytes.subarray(at, at + 37));
                    return [m.hex(m.sha256(bytes)), m.hex(pieces.digest()), await m.hashFile(new Blob([bytes])),
                            m.hex(m.hmac(bytes, 'text')), m.hex(m.hmac('key', bytes))];
                });
            ''', base64.b64encode(data).decode())
            plain = hashlib.sha256(data).hexdigest()
            self.assertEqual(got, [plain, plain, plain, hmac.new(data, b'text', 'sha256').hexdigest(),
                                   hmac.new(b'key', data, 'sha256').hexdigest()], f'{n} bytes')

    def test_a_signature_as_s3s_documentation_has_it(self):
        page = self.open()
        got = page.script('''
            return import('/_quern/sigv4.js').then(({ sign, percentEncode }) => sign({
                method: 'PUT', host: 'examplebucket.s3.amazonaws.com',
                path: '/' + percentEncode('test$file.text'),
                headers: { 'Date': 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
                bodyHash: '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
                region: 'us-east-1', service: 's3',
            }, { accessKey: 'AKIAIOSFODNN7EXAMPLE', secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
            new Date('2013-05-24T00:00:00Z'))['authorization']);
        ''')
        self.assertEqual(got, 'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, '
                              'SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class, '
                              'Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd')

    def test_what_a_bot_may_say_becomes_lines(self):
        page = self.open()
        got = page.script('''
            return import('/_quern/lex.js').then(({ linesOf }) => [
                linesOf({ message: 'a' }),
                linesOf({ messageFormat: 'Composite', message:
                    '{"messages":[{"type":"PlainText","value":"a"},{"type":"PlainText","value":"b"}]}' }),
                linesOf({ messageFormat: 'SSML', message: '<speak>Hello <b>you</b></speak>' }),
                linesOf({ dialogState: 'ReadyForFulfillment', intentName: 'Order', slots: { Size: 'big', Sort: null } }),
            ]);
        ''')
        self.assertEqual(got, [['a'], ['a', 'b'], ['Hello you'],
                               ['The bot said nothing (ReadyForFulfillment; Order, Size: big, Sort: open).']])

    def test_a_card_has_what_it_says_and_its_answers(self):
        page = self.open()
        got = page.script('''
            return import('/_quern/cards.js').then(({ offersOf, closeOffers }) => {
                const picked = [];
                const at = document.createElement('div');
                at.append(...offersOf({ responseCard: { genericAttachments: [
                    { title: 'Green <b>', subTitle: 'Sencha', imageUrl: '/_quern/quern.svg',
                      attachmentLinkUrl: 'https://tea.example/green',
                      buttons: [{ text: 'Sencha', value: 'the sencha' }] },
                    { title: 'Black', imageUrl: 'https://elsewhere.example/a.png',
                      attachmentLinkUrl: 'javascript:alert(1)' },
                ] } }, (...said) => picked.push(said)));
                document.body.append(at);
                at.querySelector('button').click();
                closeOffers(at);
                at.querySelector('button').click();
                const seen = [picked, Array.from(at.querySelectorAll('h3'), (e) => e.textContent),
                    Array.from(at.querySelectorAll('a'), (e) => [e.href, e.rel]),
                    Array.from(at.querySelectorAll('img'), (e) => new URL(e.src).pathname)];
                at.remove();
                return seen;
            });
        ''')
        self.assertEqual(got, [[['Sencha', 'the sencha']], ['Green <b>', 'Black'],
                               [['https://tea.example/green', 'noopener noreferrer'],
                                ['https://elsewhere.example/a.png', 'noopener noreferrer']],
                               ['/_quern/quern.svg']])
        self.check_console(page)

    def test_a_question_to_confirm_offers_yes_and_no(self):
        page = self.open()
        got = page.script('''
            return import('/_quern/cards.js').then(({ offersOf }) => [
                offersOf({ dialogState: 'ConfirmIntent' }, () => {}).map((e) => e.textContent),
                offersOf({ dialogState: 'ElicitSlot' }, () => {}).length,
                offersOf({ dialogState: 'ConfirmIntent', responseCard: { genericAttachments: [
                    { buttons: [{ text: 'Sure', value: 'yes' }] }] } }, () => {}).map((e) => e.textContent),
            ]);
        ''')
        self.assertEqual(got, [['YesNo'], 0, ['Sure']])

    def test_types(self):
        tsc = pathlib.Path(os.environ.get('QUERN_CLIENTS', ROOT / 'build-clients')) / 'js/node_modules/.bin/tsc'
        if not tsc.exists():
            self.skipTest(f'no {tsc}')
        done = subprocess.run([tsc, '-p', PAGES / 'tsconfig.json'], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)


class Delivery(ChatSuite):
    def get(self, path, **headers):
        request = urllib.request.Request(self.server.endpoint + path, headers=headers)
        try:
            with urllib.request.urlopen(request) as reply:
                return reply.status, reply.headers, reply.read()
        except urllib.error.HTTPError as e:
            return e.code, e.headers, e.read()

    def test_every_file_of_web_is_served_as_it_is(self):
        for path in (ROOT / 'web').iterdir():
            if path.name in ('meson.build', 'index.html'):
                continue
            name = path.stem if path.suffix == '.html' else path.name
            status, headers, body = self.get(f'/_quern/{name}')
            self.assertEqual((status, body), (200, path.read_bytes()), path.name)
            self.assertIn("frame-ancestors 'none'", headers['Content-Security-Policy'])
            self.assertEqual(headers['X-Content-Type-Options'], 'nosniff')

    def test_the_page_is_for_browsers(self):
        self.assertEqual(self.get('/', Accept='text/html')[2], (ROOT / 'web/index.html').read_bytes())
        self.assertEqual(self.get('/', Accept='*/*')[0], 403)
        self.assertEqual(self.get('/_quern/none.js')[0], 403)

    def test_an_etag_saves_the_second_load(self):
        _, headers, _ = self.get('/_quern/main.js')
        status, _, body = self.get('/_quern/main.js', **{'If-None-Match': headers['ETag']})
        self.assertEqual((status, body), (304, b''))


if __name__ == '__main__':
    main(SignIn, Conversation, Screens, Upload, Modules, Delivery)
