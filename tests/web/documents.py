#!/usr/bin/env python3
"""The documents page in headless Chromium against the real server that reads real documents.

Environment: QUERN_SCREENSHOTS names a folder to leave pictures in.
"""
import base64
import functools
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'api'))
from harness import BINARY, main   # noqa: E402
from pages import PageSuite, contrast   # noqa: E402
from papers import Page, drawn, invoice, letter, pdf, tiff   # noqa: E402
from webdriver import ENTER, ESCAPE, TAB   # noqa: E402

DOWN, UP, LEFT, RIGHT, PAGE_DOWN = '\ue015', '\ue013', '\ue012', '\ue014', '\ue00f'
BUCKET = 'documents'
# Text colours of documents.css and what they stand on, beside those of the chat page.
TEXT_PAIRS = [('doubt', 'doubt-ground'), ('doubt', 'surface'), ('corrected', 'surface'), ('ink', 'doubt-ground'),
              ('wrong', 'wrong-ground')]


class DocumentSuite(PageSuite):
    path = '/_quern/documents'

    def setUp(self):
        self.files = pathlib.Path(tempfile.mkdtemp(prefix='quern-files-'))
        self.addCleanup(shutil.rmtree, self.files)
        self.empty_bucket()

    @functools.cached_property
    def s3(self):
        return self.client('s3')

    def keys(self, bucket=BUCKET):
        try:
            return [o['Key'] for o in self.s3.list_objects_v2(Bucket=bucket).get('Contents', [])]
        except self.s3.exceptions.NoSuchBucket:
            return []

    def empty_bucket(self):
        for key in self.keys():
            self.s3.delete_object(Bucket=BUCKET, Key=key)

    def put(self, name, data):
        """A document that is in the bucket already."""
        if BUCKET not in [b['Name'] for b in self.s3.list_buckets()['Buckets']]:
            self.s3.create_bucket(Bucket=BUCKET)
        self.s3.put_object(Bucket=BUCKET, Key=name, Body=data)

    def file(self, name, data):
        path = self.files / name
        path.write_bytes(data)
        return path

    def sign_in(self, page):
        page.keys(self.server.access_key, TAB, self.server.secret_key, ENTER)
        page.until('!document.getElementById("console").hidden')
        page.until('!document.getElementById("empty").hidden || !document.getElementById("listing").hidden')

    def signed_in(self, **options):
        page = self.open(**options)
        self.sign_in(page)
        return page

    def rest(self, page):
        """Wait until nothing is on its way."""
        page.until('document.getElementById("work").hidden', 120)

    def rows(self, page):
        """Name to the texts of the other cells."""
        rows = page.script('return Array.from(document.querySelectorAll("#rows tr"), (row) => '
                           'Array.from(row.cells, (cell) => cell.innerText.trim()))')
        return {row[0]: row[1:] for row in rows}

    def show(self, page, name):
        """Open a document of the list, and wait until it was read."""
        page.script('Array.from(document.querySelectorAll("#rows a")).find((a) => a.textContent === arguments[0])'
                    '.click()', name)
        self.shown(page)

    def shown(self, page):
        page.until('!document.getElementById("document").hidden')
        page.until('!document.getElementById("panel").classList.contains("waiting")', 120)
        page.until('document.querySelector(".turner img").complete && !document.querySelector(".sheet.loading")')

    def opened(self, name, data, **options):
        self.put(name, data)
        page = self.signed_in(**options)
        self.show(page, name)
        return page

    def tab(self, page, name):
        page.click(f'#tab-{name}')
        page.until(f'document.querySelector("#tab-{name}[aria-selected=true]")')

    def row(self, page, text):
        """The id of the item whose row holds the text."""
        return page.script('return Array.from(document.querySelectorAll(".tab-body [data-id]"))'
                           '.find((row) => row.textContent.includes(arguments[0]))?.dataset.id ?? null', text)

    def record(self, name):
        return json.loads(self.s3.get_object(Bucket=BUCKET, Key=name + '.quern.json')['Body'].read())

    def check_width(self, page):
        wide = page.script('const e = document.documentElement;'
                           'return [e.scrollWidth, innerWidth, e.scrollHeight, innerHeight]')
        self.assertLessEqual(wide[0], wide[1], 'the page scrolls sideways')
        self.assertLessEqual(wide[2], wide[3], 'the page itself scrolls')


class Intake(DocumentSuite):
    def test_files_are_sent_read_and_listed(self):
        page = self.signed_in()
        self.picture(page, 'documents-empty')
        page.choose('#file', self.file('invoice.pdf', pdf([invoice()])), self.file('letter.tiff', tiff(letter(), 100)),
                    self.file('scan.png', drawn(invoice('99-B'), 'png', 120)))
        page.until('document.querySelector("#rows tr")')
        self.rest(page)
        rows = self.rows(page)
        self.assertEqual(set(rows), {'invoice.pdf', 'letter.tiff', 'scan.png'})
        self.assertEqual(rows['invoice.pdf'][1:6], ['Northwind Pumps Ltd', '4711-A', '03/14/2024', '$1,250.00', '1'])
        self.assertEqual(rows['letter.tiff'][5], '2')
        self.assertIn('invoice.pdf.quern.json', self.keys())
        self.picture(page, 'documents-list')
        page.reload()
        page.until('document.querySelectorAll("#rows a").length === 3')
        page.until('document.querySelector(".vendor").innerText && !document.querySelector(".quiet[aria-label^=Read]")')
        self.assertEqual(self.rows(page)['invoice.pdf'][1:6], rows['invoice.pdf'][1:6])

    def test_what_was_in_the_bucket_is_listed_and_read_on_demand(self):
        self.put('old.pdf', pdf([invoice('1234')]))
        self.put('notes.txt', b'no document')
        page = self.signed_in()
        self.assertEqual(list(self.rows(page)), ['old.pdf'])
        self.assertIn('Not read', self.rows(page)['old.pdf'][0])
        self.assertIn('1 other file', page.text('#listing-more'))
        page.click('#rows .state button')
        page.until('document.querySelector(".id").innerText === "1234"', 60)
        self.check_console(page, refusals=1)

    def test_all_that_is_not_read_is_read_at_once(self):
        for name in ('a.pdf', 'b.pdf', 'c.pdf'):
            self.put(name, pdf(letter()))
        page = self.signed_in()
        page.click('#listing-more button')
        page.until('document.querySelectorAll(".pages-count").length === 3 && '
                   'Array.from(document.querySelectorAll(".pages-count"), (c) => c.innerText).join("") === "222"', 60)
        self.assertEqual(page.text('#listing-more').strip(), '')

    def test_a_drop_goes_to_the_folder_that_was_chosen(self):
        page = self.open()
        page.keys(self.server.access_key, TAB, self.server.secret_key, TAB, TAB, ENTER)
        page.until('document.getElementById("signin-more").open')
        page.keys(TAB, 'made-when-missing/in', ENTER)
        page.until('!document.getElementById("empty").hidden')
        page.script('''
            const data = new DataTransfer();
            data.items.add(new File([Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0))], 'a.pdf'));
            for (const type of ['dragover', 'drop'])
                document.getElementById('library').dispatchEvent(
                    new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
        ''', base64.b64encode(pdf(letter())).decode())
        page.until('document.querySelector("#rows a")')
        self.rest(page)
        self.assertEqual(self.keys('made-when-missing'), ['in/a.pdf', 'in/a.pdf.quern.json'])
        self.assertEqual(list(self.rows(page)), ['a.pdf'])

    def test_a_name_that_is_taken_gets_a_number(self):
        self.put('a.pdf', pdf(letter()))
        page = self.signed_in()
        page.choose('#file', self.file('a.pdf', pdf([invoice()])))
        page.until('document.querySelectorAll("#rows a").length === 2')
        self.rest(page)
        self.assertEqual(set(self.rows(page)), {'a.pdf', 'a (2).pdf'})

    def test_what_cannot_be_read_says_why(self):
        page = self.signed_in()
        page.choose('#file', self.file('empty.pdf', b''), self.file('note.txt', b'text'),
                    self.file('broken.pdf', b'%PDF-1.4\nnothing follows'))
        page.until('document.querySelectorAll("tr.failed").length === 3', 60)
        rows = self.rows(page)
        self.assertIn('The file is empty.', rows['empty.pdf'][0])
        self.assertIn('This is no PDF, TIFF, PNG or JPEG.', rows['note.txt'][0])
        self.assertIn('The PDF is truncated', rows['broken.pdf'][0])
        self.assertIn('Try again', rows['broken.pdf'][0])
        self.picture(page, 'documents-failed')
        page.click('tr.failed .actions button')
        page.until('document.querySelectorAll("tr.failed").length === 2')

    def test_sending_shows_how_far_it_is(self):
        page = self.signed_in()
        self.network(page, upload=400_000)
        page.choose('#file', self.file('large.png', drawn(invoice(), 'png', 150) + bytes(1_000_000)))
        page.until('document.querySelector("tr.sending progress")?.value > 0')
        self.assertRegex(self.rows(page)['large.png'][0], r'Sending \d+ %')
        self.picture(page, 'documents-sending')
        self.network(page)
        self.rest(page)

    def test_a_document_is_deleted_with_its_record(self):
        page = self.signed_in()
        page.choose('#file', self.file('a.pdf', pdf(letter())))
        page.until('document.querySelector("#rows a")')
        self.rest(page)
        page.click('#rows .actions button')
        page.until('document.getElementById("remove").open')
        self.assertIn('a.pdf', page.text('#remove-text'))
        page.keys(ESCAPE)
        self.assertEqual(len(self.keys()), 2)
        page.click('#rows .actions button')
        page.click('#remove-form .primary')
        page.until('!document.getElementById("empty").hidden')
        self.assertEqual(self.keys(), [])


class Viewing(DocumentSuite):
    def test_a_box_lies_where_its_words_stand(self):
        page = self.opened('a.pdf', pdf([invoice()]))
        item = self.row(page, '4711-A')
        place = page.script('''
            const image = document.querySelector('.turner img').getBoundingClientRect();
            const box = document.querySelector(`polygon.value[data-id="${arguments[0]}"]`).getBoundingClientRect();
            return [(box.left - image.left) / image.width * 612, (box.bottom - image.top) / image.height * 792];
        ''', item)
        self.assertAlmostEqual(place[0], 470, delta=3)   # where invoice() writes it
        self.assertAlmostEqual(place[1], 100, delta=6)
        self.picture(page, 'documents-open')
        self.check_console(page, refusals=1)

    def test_row_and_box_light_each_other(self):
        page = self.opened('a.pdf', pdf([invoice()]))
        item = self.row(page, '4711-A')
        point = 'document.querySelector(arguments[0]).dispatchEvent(new PointerEvent("pointerover", {bubbles: true}))'
        page.script(point, f'.row[data-id="{item}"]')
        self.assertEqual(page.script('return document.querySelectorAll("polygon.over").length'), 2)   # label, value
        page.script(point, 'polygon.value[data-id="s0.0"]')
        self.assertEqual(page.script('return document.querySelector(".row.over").dataset.id'), 's0.0')
        page.script('document.querySelector("polygon.value[data-id=\'s0.0\']")'
                    '.dispatchEvent(new MouseEvent("click", {bubbles: true}))')
        self.assertIn('Vendor name', page.text('.inspected'))

    def test_by_keyboard(self):
        page = self.opened('a.pdf', pdf([invoice()]))
        page.script('document.getElementById("tab-summary").focus()')
        page.keys(RIGHT)
        self.assertEqual(page.focused(), 'tab-items')
        page.keys(LEFT)
        page.script('document.querySelector(".row[tabindex=\'0\']").focus()')
        first = page.script('return document.activeElement.dataset.id')
        page.keys(DOWN)
        second = page.script('return document.activeElement.dataset.id')
        self.assertNotEqual(first, second)
        self.assertEqual(page.script('return document.querySelector("polygon.over").dataset.id'), second)
        page.keys(ENTER)
        self.assertEqual(page.script('return document.activeElement.ariaLabel'), 'Corrected text')
        page.keys(ESCAPE)
        self.assertEqual(page.script('return document.activeElement.dataset.id'), second)
        self.tab(page, 'items')
        page.script('document.querySelector(".cells [tabindex=\'0\']").focus()')
        page.keys(RIGHT, DOWN)
        self.assertEqual(page.script('return document.activeElement.innerText'), '4')
        self.picture(page, 'documents-items')

    def test_tables(self):
        page = self.opened('a.pdf', pdf([invoice()]))
        self.tab(page, 'tables')
        self.assertEqual(page.script('return Array.from(document.querySelectorAll(".cells tr"), (row) => '
                                     'Array.from(row.cells, (cell) => cell.firstChild.textContent))'),
                         [['Description', 'Quantity', 'Unit Price', 'Amount'],
                          ['Pump seal, 40 mm', '2', '$125.00', '$250.00'],
                          ['Service visit', '4', '$250.00', '$1,000.00']])
        self.assertEqual(page.script('return document.querySelectorAll(".cells th[scope=col]").length'), 4)
        box = page.script('const i = document.querySelector(".turner img").getBoundingClientRect();'
                          'const b = document.querySelector(`polygon[data-id="${arguments[0]}"]`).getBoundingClientRect();'
                          'return [(b.left - i.left) / i.width * 612, (b.bottom - i.top) / i.height * 792]',
                          self.row(page, 'Service visit'))
        self.assertAlmostEqual(box[0], 56, delta=6)
        self.assertAlmostEqual(box[1], 336, delta=6)
        self.picture(page, 'documents-tables')

    def test_forms(self):
        page = self.opened('a.pdf', pdf([invoice()]))
        self.tab(page, 'forms')
        pairs = page.script('return Array.from(document.querySelectorAll(".pairs .row"), (row) => '
                            '[row.querySelector(".row-label").textContent, row.querySelector(".row-value").textContent])')
        self.assertIn(['Invoice Number', '4711-A'], pairs)
        self.assertIn(['Due Date', '04/13/2024'], pairs)
        item = self.row(page, '4711-A')
        self.assertEqual(page.script('return Array.from(document.querySelectorAll(`polygon[data-id="${arguments[0]}"]`),'
                                     ' (p) => p.classList[0])', item), ['label', 'value'])
        self.picture(page, 'documents-forms')

    def test_questions_are_asked_of_the_page(self):
        page = self.opened('two.pdf', pdf([letter()[0], invoice()]))
        page.click('[aria-label="Next page"]')
        self.tab(page, 'queries')
        page.until('!document.querySelector(".nothing")')
        page.script('document.querySelector(".question input").focus()')
        page.keys('What is the invoice number?', ENTER)
        page.until('document.querySelector(".answers .row-value")', 60)
        self.assertEqual(page.texts('.answers .row-value'), ['4711-A'])
        self.assertEqual(page.script('return document.querySelectorAll("polygon.value").length'), 1)
        self.picture(page, 'documents-queries')
        page.keys('Who is the captain of the ship?', ENTER)
        page.until('!document.querySelector(".question p").hidden', 60)
        self.assertIn('has no answer', page.text('.question p'))
        page.click('[aria-label="Previous page"]')
        page.until('!document.querySelector(".answers")')

    def test_pages_turn(self):
        page = self.opened('two.pdf', pdf([invoice(), letter()[1]]))
        self.assertEqual(page.text('.turning .small'), 'of 2')
        self.tab(page, 'text')
        page.script('document.querySelector(".stage").focus()')
        page.keys(PAGE_DOWN)
        page.until('document.querySelector(".lines")?.textContent.includes("Ada Smith")')
        self.assertIn('page=2', page.script('return location.hash'))
        page.until('document.querySelector(".turner img").naturalHeight < document.querySelector(".turner img").naturalWidth')
        page.reload()
        self.shown(page)
        self.assertEqual(page.script('return document.querySelector(".page-number").value'), '2')

    def test_zooming_asks_for_a_sharper_picture(self):
        page = self.opened('a.pdf', pdf([invoice()]))
        before = page.script('return document.querySelector(".turner img").naturalWidth')
        for _ in range(3):
            page.click('[aria-label="Zoom in"]')
        page.until(f'document.querySelector(".turner img").naturalWidth > {before}')
        self.assertGreater(page.script('return document.querySelector(".stage").scrollWidth'), before)
        page.click('.percent')
        page.until('document.querySelector(".percent").innerText === "100 %"')

    def test_a_picture_is_turned(self):
        page = self.opened('a.pdf', pdf([invoice()]))
        shape = ('const r = document.querySelector(".sheet").getBoundingClientRect(); return r.height > r.width')
        self.assertTrue(page.script(shape))
        page.click('[aria-label="Turn"]')
        self.assertFalse(page.script(shape))
        item = self.row(page, 'Northwind')
        box = page.script('const i = document.querySelector(".sheet").getBoundingClientRect();'
                          'const b = document.querySelector(`polygon.value[data-id="${arguments[0]}"]`)'
                          '.getBoundingClientRect(); return [(b.left - i.left) / i.width, (b.top - i.top) / i.height]',
                          item)
        self.assertGreater(box[0], 0.85)   # what stood at the top is at the right
        self.assertLess(box[1], 0.15)
        self.picture(page, 'documents-turned')

    def test_pages_are_shown_as_their_lines_run(self):
        page = self.open()
        got = page.script("""
            const line = (x, y) => ({ text: 'some words', place: [{ X: .5, Y: .5 }, { X: .5 + x, Y: .5 + y }, {}, {}] });
            return import('/_quern/viewer.js').then(({ textTurn }) => [
                textTurn([]), textTurn([line(.3, .02), line(.3, 0), line(0, .2)]), textTurn([line(.01, .3)]),
                textTurn([line(-.3, 0)]), textTurn([line(0, -.3)])]);
        """)
        self.assertEqual(got, [0, 0, 1, 2, 3])

    def test_a_picture_that_cannot_be_drawn_says_why(self):
        page = self.opened('a.pdf', pdf([invoice()]))
        self.s3.delete_object(Bucket=BUCKET, Key='a.pdf')
        page.click('[aria-label="Zoom in"]')
        page.click('[aria-label="Zoom in"]')
        page.click('[aria-label="Zoom in"]')
        page.until('!document.querySelector(".sheet-error").hidden')
        self.assertIn('bucket documents has no object a.pdf', page.text('.sheet-error'))

    def test_layers_are_switched(self):
        page = self.opened('a.pdf', pdf([invoice()]))
        count = 'return document.querySelectorAll("polygon.%s").length'
        self.assertEqual(page.script(count % 'word'), 0)
        page.script('Array.from(document.querySelectorAll(".toggle"), (t) => t.click())')
        self.assertEqual(page.script(count % 'value'), 0)
        self.assertGreater(page.script(count % 'layout'), 3)
        self.assertIn('Table', page.texts('.box-tags span'))
        self.assertGreater(page.script(count % 'word'), 30)

    def test_nothing_moves_once_it_is_there(self):
        self.put('a.pdf', pdf([invoice()]))
        page = self.signed_in()
        page.script('''
            globalThis.shifts = [];
            new PerformanceObserver((list) => {
                for (const e of list.getEntries()) shifts.push([e.value, e.sources.map((s) => s.node?.className)]);
            }).observe({ type: 'layout-shift', buffered: false });
        ''')
        self.show(page, 'a.pdf')
        moved = page.script('return new Promise((done) => setTimeout(() => done(shifts), 300))')
        self.assertLess(sum(value for value, _ in moved), 0.02, moved)

    def test_many_pages_stay_light(self):
        pages = [Page().text(20, 40, f'This is page {i + 1}').text(20, 80, 'Total: $%d.00' % (i + 1))
                 for i in range(120)]
        page = self.opened('long.pdf', pdf(pages))
        self.tab(page, 'text')
        page.script('const n = document.querySelector(".page-number"); n.value = "117";'
                    'n.dispatchEvent(new Event("change"))')
        page.until('document.querySelector(".lines")?.textContent.includes("This is page 117")', 60)
        self.assertLess(page.script('return document.querySelectorAll("*").length'), 1500)
        self.assertLess(page.script('return document.querySelectorAll(".boxes polygon").length'), 20)


class Correcting(DocumentSuite):
    def correct(self, page, text, value):
        page.script('document.querySelector(`.row[data-id="${arguments[0]}"]`).focus()', self.row(page, text))
        page.keys(ENTER)
        page.script('document.activeElement.select()')
        page.keys(value, ENTER)
        page.until('document.getElementById("doc-saved").innerText.includes("Saved.")')

    def test_a_correction_is_kept_shown_and_undone(self):
        page = self.opened('a.pdf', pdf([invoice()]))
        self.correct(page, '4711-A', '4711-B')
        kept, = self.record('a.pdf')['Corrections']
        self.assertEqual({k: kept[k] for k in ('Part', 'Page', 'Type', 'Label', 'Read', 'Text')},
                         {'Part': 'SUMMARY', 'Page': 1, 'Type': 'INVOICE_RECEIPT_ID', 'Label': 'Invoice Number:',
                          'Read': '4711-A', 'Text': '4711-B'})
        self.assertEqual(kept['By'], self.server.access_key)
        self.assertEqual(self.record('a.pdf')['Summary']['Number'], '4711-B')
        self.assertEqual(page.script('return document.activeElement.dataset.id'), self.row(page, '4711-B'))
        self.assertIn('read as “4711-A”', page.text('.inspected'))
        self.picture(page, 'documents-corrected')
        page.reload()
        self.shown(page)
        self.assertIsNotNone(self.row(page, '4711-B'))
        self.correct(page, '$1,250.00', '$1,350.00')
        page.click('#doc-undo')
        page.until('document.getElementById("doc-saved").innerText === "Undone. Saved."')
        self.assertEqual([c['Text'] for c in self.record('a.pdf')['Corrections']], ['4711-B'])
        page.click('#doc-back')
        page.until('document.querySelector(".id").innerText === "4711-B"')

    def test_a_cell_is_corrected(self):
        page = self.opened('a.pdf', pdf([invoice()]))
        self.tab(page, 'tables')
        page.script('document.querySelector(`td[data-id="${arguments[0]}"]`).focus()', self.row(page, '$125.00'))
        page.keys(ENTER)
        page.script('document.activeElement.select()')
        page.keys('$126.00', ENTER)
        page.until('document.getElementById("doc-saved").innerText.includes("Saved.")')
        kept, = self.record('a.pdf')['Corrections']
        self.assertEqual((kept['Part'], kept['Read'], kept['Text']), ('CELL', '$125.00', '$126.00'))
        self.assertEqual(page.script('return document.activeElement.firstChild.textContent'), '$126.00')

    def test_as_read_takes_a_correction_back(self):
        page = self.opened('a.pdf', pdf([invoice()]))
        self.correct(page, '4711-A', 'wrong')
        page.click('.inspector-row button:last-child')
        page.until('document.getElementById("doc-saved").innerText.includes("as read")')
        self.assertIsNotNone(self.row(page, '4711-A'))
        self.assertEqual(self.record('a.pdf')['Corrections'], [])

    def test_what_is_unsure_is_flagged_below_the_threshold(self):
        page = self.opened('a.pdf', pdf([invoice()]))
        page.script('const r = document.getElementById("check-below"); r.value = 93;'
                    'r.dispatchEvent(new Event("input"))')
        flagged = page.script('return document.querySelectorAll(".row.doubt").length')
        self.assertGreater(flagged, 1)
        self.assertLess(flagged, page.script('return document.querySelectorAll(".row").length'))
        self.assertEqual(page.text('.review button'), f'Next of {flagged} to check')
        self.picture(page, 'documents-check')
        page.script('document.querySelector(".row").focus()')
        page.keys('n')
        self.assertEqual(page.script('return document.activeElement.ariaLabel'), 'Corrected text')
        page.click('.inspector-row button:nth-child(3)')
        page.until(f'document.querySelectorAll(".row.doubt").length === {flagged - 1}')
        page.until('document.getElementById("doc-saved").innerText.includes("checked")')
        kept, = self.record('a.pdf')['Corrections']
        self.assertEqual(kept['Read'], kept['Text'])
        page.click('#doc-back')
        self.assertIn('to check', self.rows(page)['a.pdf'][0])

    def test_two_people_correct_one_document(self):
        page = self.opened('a.pdf', pdf([invoice()]))
        theirs = self.record('a.pdf')
        theirs['Corrections'] = [{'Part': 'SUMMARY', 'Page': 1, 'Type': 'TOTAL', 'Label': 'Total', 'Read': '$1,250.00',
                                  'Text': '$9.00', 'Place': {'Left': .8, 'Top': .47, 'Width': .08, 'Height': .01},
                                  'Time': '2026-01-01T00:00:00.000Z', 'By': 'AKIAOTHER'}]
        self.s3.put_object(Bucket=BUCKET, Key='a.pdf.quern.json', Body=json.dumps(theirs).encode())
        self.correct(page, '4711-A', '4711-B')
        self.assertEqual({c['Text'] for c in self.record('a.pdf')['Corrections']}, {'$9.00', '4711-B'})

    def test_corrections_of_other_bytes_do_not_apply(self):
        page = self.opened('a.pdf', pdf([invoice()]))
        self.correct(page, '4711-A', '4711-B')
        self.put('a.pdf', pdf([invoice(vendor='Southwind Pumps Ltd')]))
        page.open(self.server.endpoint + self.path + '#key=nothing')
        page.reload()
        page.until('document.querySelector("#rows a")')
        self.assertIn('There is no document “nothing”', page.text('#library-error'))
        self.show(page, 'a.pdf')
        self.assertIsNotNone(self.row(page, 'Southwind'))
        self.assertIsNotNone(self.row(page, '4711-A'))

    def test_a_server_that_is_away_costs_no_correction(self):
        page = self.opened('a.pdf', pdf([invoice()]))
        self.network(page, offline=True)
        page.script('document.querySelector(`.row[data-id="${arguments[0]}"]`).focus()', self.row(page, '4711-A'))
        page.keys(ENTER)
        page.script('document.activeElement.select()')
        page.keys('4711-B', ENTER)
        page.until('document.getElementById("doc-saved").innerText.includes("Not saved")')
        self.assertIn('does not answer', page.text('#doc-saved'))
        self.network(page)
        page.click('#doc-saved button')
        page.until('document.getElementById("doc-saved").innerText.includes("Saved.")')
        self.assertEqual([c['Text'] for c in self.record('a.pdf')['Corrections']], ['4711-B'])


class Downloads(DocumentSuite):
    def download(self, page, subject, form, corrected=None):
        """The bytes of what the dialog saves, and the file's name."""
        page.devtools('Browser.setDownloadBehavior', behavior='allow', downloadPath=str(self.files))
        before = {p.name for p in self.files.iterdir()}
        page.click('#doc-download')
        page.until('document.getElementById("download").open')
        page.script('document.querySelector(`[name=subject][value="${arguments[0]}"]`).click();'
                    'document.querySelector(`[name=format][value="${arguments[1]}"]`).click()', subject, form)
        if corrected is not None:
            page.script('document.querySelector("[name=corrected]").checked = arguments[0]', corrected)
        page.click('#download .primary')

        def arrived():
            new = [p for p in self.files.iterdir() if p.name not in before]
            return new[0] if len(new) == 1 and new[0].suffix != '.crdownload' and new[0].stat().st_size else None
        path = self.until(arrived, 20, 'the download')
        page.until('!document.getElementById("download").open')
        data = path.read_bytes()
        path.unlink()
        return path.name, data

    def command(self, command, form, path):
        return subprocess.run([BINARY, command, '--no-index', '--format', form, path.name], check=True, cwd=path.parent,
                              stdout=subprocess.PIPE).stdout

    def test_tables_are_those_of_the_command_line(self):
        path = self.file('a.pdf', pdf([invoice(), letter()[1]]))
        page = self.opened('a.pdf', path.read_bytes())
        for subject, command, forms in (('expense', 'expense', ('csv', 'tsv', 'html', 'latex', 'grid')),
                                        ('text', 'read', ('text', 'csv', 'tsv', 'html', 'latex', 'grid'))):
            for form in forms:
                with self.subTest(subject=subject, form=form):
                    name, data = self.download(page, subject, form)
                    self.assertTrue(name.startswith(f'a.pdf.{subject}.'), name)
                    self.assertEqual(data.decode(), self.command(command, form, path).decode())

    def test_tables_and_forms_of_a_page(self):
        page = self.opened('a.pdf', pdf([invoice()]))
        self.assertEqual(self.download(page, 'tables', 'csv')[1].decode().splitlines(),
                         ['Description,Quantity,Unit Price,Amount', '"Pump seal, 40 mm",2,$125.00,$250.00',
                          'Service visit,4,$250.00,"$1,000.00"'])
        self.assertIn('│ Service visit    │        4 │    $250.00 │ $1,000.00 │',
                      self.download(page, 'tables', 'grid')[1].decode())
        self.assertIn(b'<th scope="col" class="number">Amount</th>', self.download(page, 'tables', 'html')[1])
        self.assertRegex(self.download(page, 'forms', 'csv')[1], rb'\r\nInvoice Number:?,4711-A,\d')

    def test_a_scan_with_its_text(self):
        page = self.opened('scan.png', drawn(letter()[0], 'png'))
        name, data = self.download(page, 'pdf', 'csv')
        self.assertEqual(name, 'scan.searchable.pdf')
        text = subprocess.run(['pdftotext', '-', '-'], check=True, input=data, stdout=subprocess.PIPE).stdout
        self.assertIn(b'your pump has arrived', text)

    def test_json_is_the_apis_own(self):
        document = pdf([invoice()])
        page = self.opened('a.pdf', document)
        reply = self.client('textract').analyze_expense(Document={'S3Object': {'Bucket': BUCKET, 'Name': 'a.pdf'}})
        ours = json.loads(self.download(page, 'expense', 'json')[1])
        self.assertEqual(ours['ExpenseDocuments'][0]['SummaryFields'], reply['ExpenseDocuments'][0]['SummaryFields'])
        blocks = json.loads(self.download(page, 'text', 'json')[1])['Blocks']
        self.assertIn('4711-A', [b.get('Text') for b in blocks if b['BlockType'] == 'WORD'])

    def test_corrections_are_applied_unless_not_wanted(self):
        page = self.opened('a.pdf', pdf([invoice()]))
        for tab, text, value in (('summary', '4711-A', '4711-B & <b>'), ('text', 'Bill To:', 'Bill it To:')):
            self.tab(page, tab)
            page.script('document.querySelector(`.row[data-id="${arguments[0]}"]`).focus()', self.row(page, text))
            page.keys(ENTER)
            page.script('document.activeElement.select()')
            page.keys(value, ENTER)
            page.until('document.getElementById("doc-saved").innerText.includes("corrected. Saved.")')
        self.picture(page, 'documents-text')
        self.assertIn(b'4711-B & <b>', self.download(page, 'expense', 'csv')[1])
        self.assertIn(b'4711-B &amp; &lt;b&gt;', self.download(page, 'summary', 'html')[1])
        self.assertIn(b'4711-B \\& \\textless{}b\\textgreater{}', self.download(page, 'summary', 'latex')[1])
        self.assertIn(b'Bill it To:\n', self.download(page, 'text', 'text')[1])
        fields = json.loads(self.download(page, 'summary', 'json')[1])['ExpenseDocuments'][0]['SummaryFields']
        self.assertIn('4711-B & <b>', [f['ValueDetection']['Text'] for f in fields])
        blocks = json.loads(self.download(page, 'text', 'json')[1])['Blocks']
        by_id = {b['Id']: b for b in blocks}
        line, = (b for b in blocks if b.get('Text') == 'Bill it To:' and b['BlockType'] == 'LINE')
        self.assertEqual(' '.join(by_id[i]['Text'] for i in line['Relationships'][0]['Ids']), 'Bill it To:')
        self.assertIn(b'4711-A', self.download(page, 'expense', 'csv', corrected=False)[1])
        page.click('#doc-download')
        self.picture(page, 'documents-download')


class Searching(DocumentSuite):
    def test_what_the_command_line_read_is_found(self):
        path = self.file('elsewhere.pdf', pdf([invoice(), letter()[0]]))
        subprocess.run([BINARY, 'read', '--data', self.data, str(path)], check=True, stdout=subprocess.DEVNULL)
        page = self.signed_in()
        page.script('document.getElementById("find-text").focus()')
        page.keys('arrived', ENTER)
        page.until('document.querySelector(".hits li")')
        self.assertEqual(page.texts('.hit-name > span:first-child'), [str(path)])
        self.assertEqual(page.text('.hit-name .small').strip(), 'page 2 of 2')
        self.assertEqual(page.texts('.hits mark'), ['arrived'])
        self.picture(page, 'documents-search')
        page.script('document.getElementById("find-text").focus()')
        page.keys(ESCAPE)
        page.until('document.getElementById("found").hidden')

    def test_words_of_all_documents(self):
        page = self.signed_in()
        page.choose('#file', self.file('a.pdf', pdf([letter()[0], invoice('55-C')])), self.file('b.pdf', pdf(letter())))
        page.until('document.querySelectorAll("#rows a").length === 2')
        self.rest(page)
        page.script('document.getElementById("find-text").focus()')
        page.keys('seal', ENTER)
        page.until('document.querySelector(".hits li")')
        self.assertEqual(page.texts('.hit-name a'), ['a.pdf'])
        self.assertEqual(set(page.texts('.hits mark')), {'seal,'})
        page.click('.hit-name a')
        self.shown(page)
        self.assertEqual(page.script('return document.querySelector(".page-number").value'), '2')
        self.assertGreater(page.script('return document.querySelectorAll("polygon.found").length'), 0)
        page.click('#doc-back')
        page.script('document.getElementById("find-text").focus()')
        page.keys(ESCAPE)
        page.until('document.getElementById("found").hidden')
        self.assertEqual(len(self.rows(page)), 2)

    def test_what_is_not_found_or_not_understood_is_said(self):
        page = self.signed_in()
        page.script('document.getElementById("find-text").focus()')
        page.keys('nowhereatall', ENTER)
        page.until('!document.getElementById("found").hidden')
        self.assertIn('No document has', page.text('#found'))
        page.script('document.getElementById("find-text").select()')
        page.keys('total>much', ENTER)
        page.until('document.querySelector("#found .error")')
        self.assertIn('much', page.text('#found .error'))


class Around(DocumentSuite):
    def test_the_way_to_the_chat_and_back_keeps_the_key(self):
        page = self.signed_in()
        page.click('.pages a:first-child')
        page.until('document.getElementById("chat") && !document.getElementById("chat").hidden')
        page.click('.pages a:last-child')
        page.until('document.getElementById("console") && !document.getElementById("console").hidden')

    def test_signing_out_forgets_the_key(self):
        page = self.opened('a.pdf', pdf([invoice()]))
        page.click('#settings-open')
        page.click('#signout')
        page.until('!document.getElementById("signin").hidden')
        self.assertEqual(page.script('return sessionStorage.length'), 0)
        self.assertEqual(page.script('return document.querySelector(".turner img").getAttribute("src")'), None)
        page.reload()
        page.until('!document.getElementById("signin").hidden')

    def test_another_bucket(self):
        self.put('a.pdf', pdf([invoice()]))
        page = self.signed_in()
        page.click('#settings-open')
        page.script('document.getElementById("settings-place-documents").select()')
        page.keys('elsewhere', ENTER)
        page.until('!document.getElementById("empty").hidden')
        self.assertIn('In elsewhere', page.text('#library-place'))

    def test_a_screen_reader_finds_names(self):
        page = self.opened('a.pdf', pdf([invoice()]))
        for tab in ('summary', 'items', 'queries'):
            self.tab(page, tab)
            count, nameless = self.nameless_controls(page, 'button', 'textbox', 'tab', 'tabpanel', 'slider', 'toolbar',
                                                     'image', 'gridcell', 'region')
            self.assertGreater(count, 20)
            self.assertEqual(nameless, [], tab)

    def test_narrow_screens_do_not_scroll_sideways(self):
        self.put('a-rather-long-name-of-an-invoice-from-march.pdf', pdf([invoice()]))
        for width, height in ((320, 568), (360, 740), (768, 1024), (1280, 800)):
            page = self.signed_in(width=width, height=height)
            self.check_width(page)
            self.picture(page, f'documents-list-{width}')
            self.show(page, 'a-rather-long-name-of-an-invoice-from-march.pdf')
            for tab in ('summary', 'items', 'text'):
                self.tab(page, tab)
                self.check_width(page)
            page.script('const r = document.getElementById("check-below"); r.value = 100;'
                        'r.dispatchEvent(new Event("input"))')
            self.tab(page, 'summary')
            page.click('.row')
            self.check_width(page)
            self.assertLessEqual(*page.script('const e = document.querySelector(".inspector");'
                                              'return [e.scrollWidth, e.clientWidth]'))
            self.picture(page, f'documents-open-{width}')

    def test_dark_follows_the_system(self):
        page = self.opened('a.pdf', pdf([invoice()]), dark=True)
        for part in ('body', '#panel', '.bar'):
            r, g, b = page.script('return getComputedStyle(document.querySelector(arguments[0])).backgroundColor'
                                  '.match(/\\d+/g).map(Number)', part)
            self.assertLess(r + g + b, 3 * 64, part)
        self.picture(page, 'documents-dark')
        page.click('#doc-back')
        self.picture(page, 'documents-list-dark')

    def test_colours_can_be_told_apart(self):
        for dark in (False, True):
            page = self.open(dark=dark)
            for text, ground in TEXT_PAIRS:
                self.assertGreaterEqual(contrast(self.colour(page, text), self.colour(page, ground)), 4.5,
                                        (dark, text, ground))

    def test_markup_in_a_name_or_a_document_is_text(self):
        name = '<img src=x onerror=document.title=1>&amp;.pdf'
        page = self.opened(name, pdf([invoice(vendor='<script>document.title=2</script> Ltd')]))
        self.assertEqual(page.text('#doc-name'), name)
        self.tab(page, 'text')
        self.assertIsNotNone(self.row(page, '<script>'))
        self.assertEqual(page.script('return document.title'), f'{name} · Quern')
        self.check_console(page, refusals=1)


if __name__ == '__main__':
    main(Intake, Viewing, Correcting, Downloads, Searching, Around)
