#!/usr/bin/env python3
"""The bots page in headless Chromium against the real server: making, changing, building, testing bots.

Environment: QUERN_SCREENSHOTS names a folder to leave pictures in.
"""
import base64
import io
import json
import pathlib
import sys
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'api'))
from harness import ROOT, main   # noqa: E402
from pages import PageSuite, contrast   # noqa: E402
from webdriver import ENTER, TAB   # noqa: E402


def prompt(text, **more):
    return {'messages': [{'contentType': 'PlainText', 'content': text}], 'maxAttempts': 2, **more}


class BotsSuite(PageSuite):
    path = '/_quern/bots'

    def setUp(self):
        self.lex = self.client('lex-models')

    def signed_in(self, part='', **options):
        page = self.open(**options)
        page.keys(self.server.access_key, TAB, self.server.secret_key, ENTER)
        page.until('!document.getElementById("console").hidden')
        if part:
            page.script('location.hash = arguments[0]', part)
            page.until('!document.getElementById("bot").hidden')
        return page

    def press(self, page, label, within='body'):
        """A button by what is on it."""
        page.script('''
            const found = Array.from(document.querySelectorAll(arguments[1] + ' button'))
                .find((b) => (b.getAttribute('aria-label') ?? b.textContent) === arguments[0] && b.offsetParent);
            if (!found) throw new Error('no button ' + arguments[0]);
            found.focus();
            found.click();
        ''', label, within)

    def fill(self, page, label, text, within='#part'):
        """A field by its label, the last of that name; as typed."""
        page.script('''
            const label = Array.from(document.querySelectorAll(arguments[2] + ' label'))
                .filter((l) => l.textContent.startsWith(arguments[0])).at(-1);
            if (!label) throw new Error('no field ' + arguments[0]);
            const field = document.getElementById(label.htmlFor);
            field.focus();
            field.value = arguments[1];
            field.dispatchEvent(new Event('input', { bubbles: true }));
            field.dispatchEvent(new Event('change', { bubbles: true }));
        ''', label, text, within)

    def ask_name(self, page, name):
        page.until('document.getElementById("ask").open')
        page.keys(name, ENTER)
        page.until('!document.getElementById("ask").open')

    def status(self, page, word):
        page.until(f'document.getElementById("bot-status").textContent.includes({word!r})')

    def saved(self, page):
        page.until('!document.getElementById("bot-status").textContent.includes("not saved")')

    def make(self, name, intent=None, **more):
        """A bot as a program makes it, built."""
        intent = intent or name + '_Order'
        self.lex.put_slot_type(name=name + '_Sort', enumerationValues=[{'value': 'green'}, {'value': 'black'}],
                               valueSelectionStrategy='ORIGINAL_VALUE')
        self.lex.put_intent(
            name=intent, sampleUtterances=['I want some tea', 'Order a {Sort} tea'],
            fulfillmentActivity={'type': 'ReturnIntent'},
            slots=[{'name': 'Sort', 'slotConstraint': 'Required', 'slotType': name + '_Sort',
                    'slotTypeVersion': '$LATEST', 'priority': 1,
                    'valueElicitationPrompt': prompt('Which sort?', **more)}])
        self.lex.put_intent(name=name + '_Clear', sampleUtterances=['Please clear the table', 'Take these cups away'],
                            fulfillmentActivity={'type': 'ReturnIntent'})
        self.lex.put_bot(name=name, locale='en-US', childDirected=False, processBehavior='BUILD',
                         intents=[{'intentName': each, 'intentVersion': '$LATEST'}
                                  for each in (intent, name + '_Clear')],
                         clarificationPrompt=prompt('Pardon?'),
                         abortStatement={'messages': [{'contentType': 'PlainText', 'content': 'Sorry.'}]})
        self.until(lambda: self.lex.get_bot(name=name, versionOrAlias='$LATEST')['status'] == 'READY', what=name)
        return intent


class Making(BotsSuite):
    def test_a_bot_from_nothing_to_a_talk(self):
        page = self.signed_in()
        page.click('#new-bot')
        self.ask_name(page, 'NewBot')
        page.until('!document.getElementById("bot").hidden')
        self.press(page, 'Add intent')
        self.ask_name(page, 'BuyTea')
        page.until('document.getElementById("part-title").textContent === "BuyTea"')
        page.click('#part .marked-text textarea')
        page.keys('I want to buy tea', ENTER, 'Buy some {Sort} tea', ENTER, 'i want to buy tea')
        self.assertEqual(page.texts('#part .notes .error'), ['{Sort} is no slot of this intent.\nAdd slot Sort',
                                                             'Line 3 repeats line 1.'])
        self.assertEqual(page.texts('.behind-text mark.slot-unknown'), ['{Sort}'])
        self.press(page, 'Add slot Sort')
        self.assertEqual(page.texts('.behind-text mark.slot'), ['{Sort}'])
        self.fill(page, 'Utterances', 'I want to buy tea\nBuy some {Sort} tea')
        self.assertEqual(page.texts('#part .notes .error'), [])
        self.picture(page, 'bots-intent')

        self.press(page, 'Add slot type')
        self.ask_name(page, 'TeaKind')
        page.until('document.getElementById("part-title").textContent === "TeaKind"')
        self.press(page, 'Add value')
        self.fill(page, 'Value', 'green')
        self.fill(page, 'Synonyms', 'sencha, matcha')
        self.press(page, 'Add value')
        self.fill(page, 'Value', 'black')
        page.click('#parts a[href*="BuyTea"]')
        page.until('document.getElementById("part-title").textContent === "BuyTea"')
        page.script('document.querySelector("details.slot").open = true')
        self.fill(page, 'Type', 'TeaKind')
        self.fill(page, 'Message', 'Which kind of tea?')
        self.status(page, '3 not saved')
        page.click('#build')
        self.status(page, 'ready')
        page.until('document.querySelector("#part .notice:not([hidden])")')
        self.assertIn('Built', page.text('#part .notice'))

        page.click('#test')
        page.until('document.activeElement.id === "text"')
        page.keys('I want to buy tea', ENTER)
        page.until('document.querySelectorAll(".message.bot").length === 1')
        self.assertEqual(page.texts('.message.bot .text'), ['Which kind of tea?'])
        page.keys('black', ENTER)
        page.until('document.querySelectorAll(".message.bot").length === 2')
        self.assertIn('black', page.text('#facts'))
        self.picture(page, 'bots-test')
        intent = self.lex.get_intent(name='BuyTea', version='$LATEST')
        self.assertEqual(intent['sampleUtterances'], ['I want to buy tea', 'Buy some {Sort} tea'])
        self.assertEqual((intent['slots'][0]['slotType'], intent['slots'][0]['slotTypeVersion']), ('TeaKind', '$LATEST'))
        kind = self.lex.get_slot_type(name='TeaKind', version='$LATEST')
        self.assertEqual(kind['enumerationValues'], [{'value': 'green', 'synonyms': ['sencha', 'matcha']},
                                                     {'value': 'black', 'synonyms': []}])
        self.assertEqual(self.lex.get_bot(name='NewBot', versionOrAlias='$LATEST')['status'], 'READY')
        self.check_console(page)

    def test_looking_changes_nothing(self):
        intent = self.make('LookBot')
        page = self.signed_in('bot=LookBot')
        for part in (f'intents/{intent}', 'slottypes/LookBot_Sort', 'versions', 'missed', 'bot'):
            page.script('location.hash = arguments[0]', f'bot=LookBot&part={part}')
            page.until('document.querySelector("#parts a[aria-current]").hash.includes(arguments[0])'
                       .replace('arguments[0]', repr(part.replace('/', '%2F'))))
            self.assertEqual(page.focused(), 'part-title')
        self.assertEqual(page.text('#bot-status'), 'ready')
        self.assertTrue(page.script('return document.getElementById("save").disabled'))
        self.check_console(page)

    def test_a_card_made_here_is_shown_in_the_talk(self):
        intent = self.make('CardBot')
        page = self.signed_in(f'bot=CardBot&part=intents/{intent}')
        page.script('document.querySelector("details.slot").open = true')
        page.script('''Array.from(document.querySelectorAll('details.slot .check-field'))
            .find((f) => f.textContent.startsWith('Response card')).querySelector('input').click()''')
        self.fill(page, 'Title', 'Teas')
        self.fill(page, 'Subtitle', 'Of this spring')
        self.press(page, 'Add button')
        self.fill(page, 'Button', 'Green')
        self.fill(page, 'Says', 'green')
        self.picture(page, 'bots-card')
        page.click('#build')
        page.until('document.querySelector("#part .notice:not([hidden])")')
        self.assertIn('Built', page.text('#part .notice'))
        page.click('#test')
        page.until('document.activeElement.id === "text"')
        page.keys('I want some tea', ENTER)
        page.until('document.querySelector(".reply-card")')
        self.assertEqual((page.text('.reply-card h3'), page.texts('.choices button')), ('Teas', ['Green']))
        page.click('.reply-card .choices button')
        page.until('document.querySelectorAll(".message.bot").length === 2')
        self.assertEqual(page.texts('.message.you .text'), ['I want some tea', 'Green'])
        self.check_console(page)

    def test_names_are_checked(self):
        self.make('NameBot')
        page = self.signed_in()
        page.until('document.querySelector("#bots-rows tr")')
        page.click('#new-bot')
        page.until('document.getElementById("ask").open')
        page.keys('Bot 7', ENTER)
        self.assertIn('no digits', page.text('#ask .error'))
        page.script('document.getElementById("ask-name").select()')
        page.keys('namebot', ENTER)
        self.assertIn('There is a namebot already', page.text('#ask .error'))


class Saving(BotsSuite):
    def test_what_somebody_else_saved_is_not_overwritten(self):
        intent = self.make('SharedBot')
        page = self.signed_in(f'bot=SharedBot&part=intents/{intent}')
        theirs = self.lex.get_intent(name=intent, version='$LATEST')
        for name in ('ResponseMetadata', 'version', 'lastUpdatedDate', 'createdDate'):
            theirs.pop(name)
        theirs['sampleUtterances'].append('tea for me')
        self.lex.put_intent(**theirs)
        self.fill(page, 'Utterances', 'I want some tea\nOrder a {Sort} tea\nmine')
        page.click('#save')
        page.until('document.querySelector("#part .notice.wrong:not([hidden])")')
        self.assertIn(f'Somebody else saved {intent}', page.text('#part .notice'))
        self.assertIn('sample utterances', page.text('#part .notice'))
        self.picture(page, 'bots-conflict')
        self.assertIn('tea for me', self.lex.get_intent(name=intent, version='$LATEST')['sampleUtterances'])
        self.press(page, 'Put mine over it')
        self.saved(page)
        self.assertEqual(self.lex.get_intent(name=intent, version='$LATEST')['sampleUtterances'][-1], 'mine')

        theirs['checksum'] = self.lex.get_intent(name=intent, version='$LATEST')['checksum']
        self.lex.put_intent(**theirs)
        self.fill(page, 'Utterances', 'mine again')
        page.click('#save')
        page.until('document.querySelector("#part .notice.wrong:not([hidden])")')
        self.press(page, 'Take theirs')
        self.saved(page)
        self.assertIn('tea for me', page.script('return document.querySelector("#part .marked-text textarea").value'))
        self.check_console(page, refusals=2)

    def test_ctrl_s_saves(self):
        intent = self.make('KeyBot')
        page = self.signed_in(f'bot=KeyBot&part=intents/{intent}')
        self.fill(page, 'Description', 'typed')
        self.status(page, '1 not saved')
        page.keys('s', hold='\ue009')
        self.saved(page)
        self.assertEqual(self.lex.get_intent(name=intent, version='$LATEST')['description'], 'typed')

    def test_what_the_server_refuses_is_said(self):
        intent = self.make('WrongBot')
        page = self.signed_in(f'bot=WrongBot&part=intents/{intent}')
        self.fill(page, 'Utterances', 'an utterance with {Nothing} of that name')
        page.click('#build')
        page.until('document.querySelector("#part .notice.wrong:not([hidden])")')
        self.assertIn('Nothing', page.text('#part .notice'))
        self.picture(page, 'bots-refused')

    def test_an_intent_leaves_the_bot_and_stays(self):
        intent = self.make('LeaveBot')
        page = self.signed_in(f'bot=LeaveBot&part=intents/{intent}')
        self.press(page, 'Remove from the bot')
        page.until('document.getElementById("ask").open')
        self.press(page, 'Remove', '#ask')
        page.until('document.getElementById("part-title").textContent === "Settings"')
        self.assertEqual(page.script('return document.querySelectorAll("#parts a[href*=intents]").length'), 1)
        self.assertEqual(self.lex.get_intent(name=intent, version='$LATEST')['name'], intent)


class Use(BotsSuite):
    def test_versions_and_aliases(self):
        self.make('VersionBot')
        page = self.signed_in('bot=VersionBot&part=versions')
        page.until('document.querySelectorAll("#part table tr").length === 1')
        self.press(page, 'Publish $LATEST as a version')
        page.until('document.querySelectorAll("#part table tr").length === 2')
        self.press(page, 'Add alias')
        self.ask_name(page, 'Prod')
        page.until('document.querySelector("#part select")')
        self.assertEqual(self.lex.get_bot_alias(botName='VersionBot', name='Prod')['botVersion'], '1')
        self.fill_select(page, '#part select', '$LATEST')
        self.until(lambda: self.lex.get_bot_alias(botName='VersionBot', name='Prod')['botVersion'] == '$LATEST')
        self.picture(page, 'bots-versions')
        self.check_console(page)

    def fill_select(self, page, css, value):
        page.script('const s = document.querySelector(arguments[0]); s.value = arguments[1];'
                    's.dispatchEvent(new Event("change", { bubbles: true }))', css, value)

    def test_what_was_missed_goes_into_an_intent(self):
        intent = self.make('MissBot')
        runtime = self.client('lex-runtime')
        for user in ('ada', 'charles'):
            runtime.post_text(botName='MissBot', botAlias='$LATEST', userId=user, inputText='xylophones are purple')
        page = self.signed_in('bot=MissBot&part=missed')
        page.until('document.querySelector("#part table")')
        self.assertIn('xylophones are purple', page.text('#part table'))
        self.assertIn('2 × · 2 users', page.text('#part table'))
        self.picture(page, 'bots-missed')
        self.fill_select(page, '#part select', intent)
        self.status(page, '1 not saved')
        page.click('#build')
        self.saved(page)
        self.assertIn('xylophones are purple', self.lex.get_intent(name=intent, version='$LATEST')['sampleUtterances'])

    def test_a_bot_is_deleted_after_a_question(self):
        self.make('GoneBot')
        page = self.signed_in()
        page.until('document.querySelector("#bots-rows tr")')
        rows = page.texts('#bots-rows th')
        page.script('document.querySelectorAll("#bots-rows button")[arguments[0]].click()', rows.index('GoneBot'))
        page.until('document.getElementById("ask").open')
        self.press(page, 'Delete', '#ask')
        page.until('!Array.from(document.querySelectorAll("#bots-rows th"), (e) => e.textContent).includes("GoneBot")')
        with self.assertRaises(self.lex.exceptions.NotFoundException):
            self.lex.get_bot(name='GoneBot', versionOrAlias='$LATEST')


class Transfer(BotsSuite):
    def drop(self, page, name, data):
        """A file dropped on the page."""
        page.script('''
            const data = new DataTransfer();
            const bytes = Uint8Array.from(atob(arguments[1]), (c) => c.charCodeAt(0));
            data.items.add(new File([bytes], arguments[0]));
            for (const type of ['dragover', 'drop'])
                document.getElementById('bots').dispatchEvent(
                    new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
        ''', name, base64.b64encode(data).decode())

    def downloaded(self, page, folder, label):
        page.devtools('Browser.setDownloadBehavior', behavior='allow', downloadPath=str(folder))
        self.press(page, label)

        def arrived():
            new = [p for p in folder.iterdir() if p.suffix != '.crdownload' and p.stat().st_size]
            return new[0] if new else None
        path = self.until(arrived, 20, 'the download')
        data = path.read_bytes()
        path.unlink()
        return path.name, data

    def test_a_bot_goes_in_by_json_and_out_by_zip_and_json(self):
        folder = self.folder()
        page = self.signed_in()
        self.drop(page, 'bot.json', (ROOT / 'examples/invoicebot/bot.json').read_bytes())
        page.until('document.getElementById("bots-note").textContent === "InvoiceBot was imported."')
        page.until('Array.from(document.querySelectorAll("#bots-rows a"), (e) => e.textContent).includes("InvoiceBot")')
        self.picture(page, 'bots-list')
        page.script('location.hash = "bot=InvoiceBot&part=versions"')
        page.until('document.querySelector("#part table tr")')
        self.press(page, 'Publish $LATEST as a version')
        page.until('Array.from(document.querySelectorAll("#part button"), (e) => e.textContent).includes("ZIP")', 60)
        name, data = self.downloaded(page, folder, 'ZIP')
        self.assertEqual(name, 'InvoiceBot_1.zip')
        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            inside = json.loads(bundle.read(bundle.namelist()[0]))
        self.assertEqual(inside['resource']['name'], 'InvoiceBot')
        name, text = self.downloaded(page, folder, 'JSON')
        self.assertEqual((name, json.loads(text)), ('InvoiceBot_1.json', inside))
        page.script('location.hash = ""')
        page.until('!document.getElementById("bots").hidden')
        self.drop(page, 'again.zip', data)
        page.until('document.getElementById("bots-note").textContent === "InvoiceBot was imported."')
        self.check_console(page)

    def test_what_is_no_export_is_said(self):
        page = self.signed_in()
        for name, data, why in (('a.json', b'no json', 'neither JSON nor a ZIP'), ('b.json', b'{}', 'no resource'),
                                ('c.zip', b'PK no zip', 'neither JSON nor a ZIP')):
            self.drop(page, name, data)
            page.until(f'document.getElementById("bots-error").textContent.includes({why!r})')
            self.assertIn(name, page.text('#bots-error'))

    def test_zips_are_what_others_read_and_write(self):
        page = self.signed_in()
        text = 'Grüße, ' * 1000
        made = page.script('''
            return import('/_quern/zip.js').then(({ zipOf }) => zipOf('bot.json', new TextEncoder().encode(arguments[0])))
                .then((zip) => btoa(String.fromCharCode(...zip)));
        '''.replace('arguments[0]', json.dumps(text)))
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(made))) as bundle:
            self.assertIsNone(bundle.testzip())
            self.assertEqual((bundle.namelist(), bundle.read('bot.json').decode()), (['bot.json'], text))
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            out = io.BytesIO()
            with zipfile.ZipFile(out, 'w', method) as bundle:
                bundle.writestr('x.json', text)
            read = page.script('''
                const bytes = Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0));
                return import('/_quern/zip.js').then(({ unzipFirst }) => unzipFirst(bytes))
                    .then((got) => new TextDecoder().decode(got));
            ''', base64.b64encode(out.getvalue()).decode())
            self.assertEqual(read, text)


class Screens(BotsSuite):
    def test_narrow_screens_do_not_scroll_sideways(self):
        intent = self.make('NarrowBot')
        for width in (320, 360):
            page = self.signed_in(width=width, height=740)
            self.assertLessEqual(page.script('return document.documentElement.scrollWidth'), width)
            for part in (f'intents/{intent}', 'slottypes/NarrowBot_Sort', 'versions', 'bot'):
                page.script('location.hash = arguments[0]', f'bot=NarrowBot&part={part}')
                page.until('!document.getElementById("bot").hidden')
                page.script('for (const d of document.querySelectorAll("details")) d.open = true')
                wide = page.script('const p = document.getElementById("part");'
                                   'return [document.documentElement.scrollWidth, p.scrollWidth - p.clientWidth]')
                self.assertLessEqual(wide[0], width, part)
                self.assertLessEqual(wide[1], 0, part)
            self.picture(page, f'bots-{width}')

    def test_colours_and_names(self):
        intent = self.make('PlainBot')
        for dark in (False, True):
            page = self.signed_in(f'bot=PlainBot&part=intents/{intent}', dark=dark)
            for ground in ('slot-ground', 'unknown-ground'):
                self.assertGreaterEqual(contrast(self.colour(page, 'ink'), self.colour(page, ground)), 4.5, (dark, ground))
            self.picture(page, 'bots-dark' if dark else 'bots-light')
        count, nameless = self.nameless_controls(page, 'button', 'textbox', 'combobox', 'checkbox', 'spinbutton', 'link')
        self.assertGreaterEqual(count, 20)
        self.assertEqual(nameless, [])


if __name__ == '__main__':
    main(Making, Saving, Use, Transfer, Screens)
