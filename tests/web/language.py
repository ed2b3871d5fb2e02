#!/usr/bin/env python3
"""The language page in headless Chromium against the real server: a text is marked while it is typed.

Environment: QUERN_SCREENSHOTS names a folder to leave pictures in.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'api'))
from harness import main   # noqa: E402
from pages import PageSuite, contrast   # noqa: E402
from webdriver import ENTER, TAB   # noqa: E402

RIGHT = '\ue014'
GROUNDS = [f'k{n}' for n in range(1, 10)]


class LanguageSuite(PageSuite):
    path = '/_quern/language'

    def signed_in(self, text='', **options):
        page = self.open(**options)
        page.script('sessionStorage.setItem("quern.text", arguments[0])', text)
        page.keys(self.server.access_key, TAB, self.server.secret_key, ENTER)
        page.until('!document.getElementById("console").hidden')
        if text:
            page.until('document.querySelector("#found li, #mood .mood")')
        return page

    def marked(self, page):
        """The texts that are marked, with what the list calls them."""
        return page.script('''
            const names = Array.from(document.querySelectorAll('#found .small'), (e) => e.textContent.split(' · ')[0]);
            return Array.from(document.querySelectorAll('.behind-text mark'), (e, i) => [e.textContent, names[i]]);
        ''')

    def choose(self, page, layer):
        page.click(f'label[for=layer-{layer}]')
        page.until(f'document.getElementById("layer-{layer}").checked')


class Typing(LanguageSuite):
    def test_what_is_typed_is_marked(self):
        page = self.signed_in()
        self.assertEqual(page.focused(), 'text')
        page.keys('Ada Byron lives in London.')
        page.until('document.querySelectorAll(".behind-text mark").length === 2')
        self.assertEqual(self.marked(page), [['Ada Byron', 'Person'], ['London', 'Location']])
        self.assertEqual(page.texts('#legend mark'), ['Person', 'Location'])
        self.picture(page, 'language')

    def test_places_count_code_points(self):
        page = self.signed_in('\U0001f600\U0001f1ec\U0001f1e7 Ada Byron lives in \U0001f3e0, London.')
        self.assertEqual(self.marked(page), [['Ada Byron', 'Person'], ['London', 'Location']])

    def test_a_pause_is_waited_for(self):
        page = self.signed_in()
        mark = len(self.server.log_text())
        text = 'Ada Byron wrote to Charles Babbage.'
        page.keys(text)
        page.until('document.querySelectorAll(".behind-text mark").length === 2')
        asked = self.server.log_text()[mark:].count('op=comprehend.DetectEntities')
        self.assertLess(asked, len(text) / 2)

    def test_marks_lie_where_the_words_are(self):
        page = self.signed_in('Ada Byron lives in London.\n\nCharles Babbage lives in Paris, '
                              'where he met ' + 'a great many people ' * 20 + 'and Mary Somerville.')
        same = page.script('''
            const box = document.getElementById('text'), behind = document.querySelector('.behind-text');
            const style = (e) => ['fontSize', 'fontFamily', 'lineHeight', 'paddingLeft', 'paddingTop', 'letterSpacing',
                'overflowWrap', 'whiteSpace'].map((name) => getComputedStyle(e)[name]);
            return [style(box).join() === style(behind).join(), box.clientWidth === behind.clientWidth,
                Math.abs(box.scrollHeight - behind.scrollHeight) <= 30];
        ''')
        self.assertEqual(same, [True, True, True])

    def test_the_caret_says_what_it_stands_in(self):
        page = self.signed_in('Ada Byron lives in London.')
        page.script('document.getElementById("text").setSelectionRange(0, 0)')
        page.keys(RIGHT)
        page.until('document.getElementById("under").textContent')
        self.assertRegex(page.text('#under'), r'^Person: “Ada Byron”, \d+ %$')
        page.click('#found li:last-child button')
        self.assertEqual(page.script('const b = document.getElementById("text");'
                                     'return b.value.slice(b.selectionStart, b.selectionEnd)'), 'London')
        self.assertEqual(page.focused(), 'text')

    def test_layers_by_keyboard(self):
        page = self.signed_in('Ada Byron lives in the old house.')
        page.script('document.getElementById("layer-entities").focus()')
        page.keys(RIGHT)
        page.until('document.querySelector("#legend mark")?.textContent === "Key phrase"')
        self.assertIn(['the old house', 'Key phrase'], self.marked(page))
        self.picture(page, 'language-phrases')

    def test_words_by_what_they_are(self):
        page = self.signed_in('Ada wrote two letters.')
        self.choose(page, 'syntax')
        page.until('document.querySelectorAll(".behind-text mark").length === 5')
        self.assertEqual(self.marked(page), [['Ada', 'Proper noun'], ['wrote', 'Verb'], ['two', 'Number'],
                                             ['letters', 'Noun'], ['.', 'Punctuation']])

    def test_what_is_thought_of_things(self):
        page = self.signed_in('The room was lovely but the breakfast was awful.')
        self.choose(page, 'opinions')
        page.until('document.querySelector("#legend mark")?.textContent === "Positive"')
        self.assertEqual(dict(self.marked(page))['breakfast'], 'Negative')
        self.picture(page, 'language-opinions')

    def test_personal_data_is_redacted(self):
        page = self.signed_in('Write to ada@example.com \U0001f4e7 or call +44 20 7946 0958.')
        self.assertFalse(page.script('return !document.getElementById("redacted").hidden'))
        self.choose(page, 'pii')
        page.until('!document.getElementById("redacted").hidden')
        self.assertEqual(self.marked(page), [['ada@example.com', 'Email'], ['+44 20 7946 0958', 'Phone']])
        self.assertEqual(page.text('#redacted-text'), 'Write to [EMAIL] \U0001f4e7 or call [PHONE].')
        self.picture(page, 'language-personal')

    def test_language_and_sentiment_stand_beside_it(self):
        page = self.signed_in('What a wonderful day, I am so happy and grateful, thank you!')
        page.until('document.querySelector("#mood .mood")')
        self.assertEqual(page.text('#mood .mood'), 'Positive')
        self.assertEqual(len(page.texts('#mood .bar-row')), 4)
        self.assertTrue(page.text('#language').startswith('English'), page.text('#language'))
        page.script('document.getElementById("text").select()')
        page.keys('Das Wetter ist heute leider sehr schlecht, und wir bleiben zu Hause.')
        page.until('document.getElementById("language").innerText.startsWith("German")')
        self.check_console(page, refusals=9)   # of what has no model of that language

    def test_markup_is_shown_as_text(self):
        page = self.signed_in('<img src=x onerror=document.title=1> Ada Byron lives in London.')
        self.assertEqual(page.script('return document.querySelectorAll("#paper img, #found img").length'), 0)
        self.assertEqual(page.script('return document.title'), 'Language · Quern')

    def test_a_reload_keeps_the_text_and_signing_out_forgets_it(self):
        page = self.signed_in('Ada Byron lives in London.')
        page.reload()
        page.until('document.querySelector("#found li")')
        self.assertEqual(page.script('return document.getElementById("text").value'), 'Ada Byron lives in London.')
        page.click('#signout')
        self.assertEqual(page.script('return sessionStorage.length'), 0)

    def test_a_server_that_is_away_is_said(self):
        page = self.signed_in('Ada Byron lives in London.')
        self.network(page, offline=True)
        page.keys('x')
        page.until('!document.getElementById("problem").hidden')
        self.assertIn('does not answer', page.text('#problem'))
        self.network(page)
        page.keys('y')
        page.until('document.getElementById("problem").hidden')


class Screens(LanguageSuite):
    def test_narrow_screens_do_not_scroll_sideways(self):
        for width in (320, 360):
            page = self.signed_in('Ada Byron lives in London. ' + 'w' * 200, width=width, height=740)
            wide = page.script('return document.documentElement.scrollWidth')
            self.assertLessEqual(wide, width)
            self.picture(page, f'language-{width}')

    def test_words_stand_out_from_every_mark(self):
        for dark in (False, True):
            page = self.signed_in(dark=dark)
            for ground in GROUNDS:
                self.assertGreaterEqual(contrast(self.colour(page, 'ink'), self.colour(page, ground)), 4.5, (dark, ground))

    def test_a_screen_reader_finds_names(self):
        page = self.signed_in('Ada Byron lives in London.')
        count, nameless = self.nameless_controls(page, 'button', 'textbox', 'radio', 'meter', 'list')
        self.assertGreaterEqual(count, 8)
        self.assertEqual(nameless, [])


class Modules(LanguageSuite):
    def test_offsets_and_redaction(self):
        page = self.open()
        got = page.script('''
            return import('/_quern/comprehend.js').then(({ unitOffsets, redacted }) => [
                unitOffsets('a\U0001f600b'), unitOffsets(''),
                redacted('I am Ada, 36.', [{ type: 'NAME', start: 5, end: 8 }, { type: 'AGE', start: 10, end: 12 }]),
                redacted('Ada', []),
                redacted('Ada Byron', [{ type: 'NAME', start: 0, end: 9 }, { type: 'NAME', start: 4, end: 9 }]),
            ]);
        ''')
        self.assertEqual(got, [[0, 1, 3, 4], [0], 'I am [NAME], [AGE].', 'Ada', '[NAME]'])


if __name__ == '__main__':
    main(Typing, Screens, Modules)
