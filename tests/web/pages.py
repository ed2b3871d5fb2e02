"""What the tests of all pages stand on: the real server and a browser that is made like new for every test.

Environment: QUERN_SCREENSHOTS names a folder to leave pictures in.
"""
import os
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'api'))
from harness import Server, Suite   # noqa: E402
from webdriver import Browser   # noqa: E402

# Chromium itself reports every refused request; a refusal is what some tests are about.
REFUSAL = 'Failed to load resource'


def luminance(colour):
    """Of "#rrggbb", as WCAG 2 defines it."""
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


class PageSuite(Suite):
    path = '/'   # of the page

    @classmethod
    def prepare(cls):
        """Fill the data folder before the server starts."""

    @classmethod
    def setUpClass(cls):
        cls.data = tempfile.mkdtemp(prefix='quern-web-')
        cls.prepare()
        cls.server = Server(data=cls.data)
        cls.page = Browser()

    @classmethod
    def tearDownClass(cls):
        try:
            cls.page.close()
            super().tearDownClass()
        finally:
            shutil.rmtree(cls.data, ignore_errors=True)
            cls.server.log_path.unlink(missing_ok=True)

    def picture(self, page, name):
        if folder := os.environ.get('QUERN_SCREENSHOTS'):
            page.screenshot(pathlib.Path(folder) / f'{name}.png')

    def open(self, width=1280, height=800, dark=False):
        page = self.page
        page.size(width, height)
        page.media(dark=dark)
        self.network(page)
        page.open(self.server.endpoint + self.path)
        page.script('sessionStorage.clear(); localStorage.clear()')
        page.console()
        page.reload()
        page.until('!document.getElementById("signin").hidden')
        return page

    def network(self, page, offline=False, upload=-1):
        page.devtools('Network.enable')
        page.devtools('Network.emulateNetworkConditions', offline=offline, latency=0,
                      downloadThroughput=-1, uploadThroughput=upload)

    def colour(self, page, name):
        """Of a custom property, as "#rrggbb"."""
        return page.script('return getComputedStyle(document.documentElement)'
                           '.getPropertyValue("--" + arguments[0]).trim().replace(/^#(.)(.)(.)$/, '
                           '"#$1$1$2$2$3$3")', name)

    def nameless_controls(self, page, *roles):
        """How many controls a screen reader finds, and the roles of those without a name."""
        page.devtools('Accessibility.enable')
        nodes = page.devtools('Accessibility.getFullAXTree')['nodes']
        controls = [n for n in nodes if n.get('role', {}).get('value') in roles and not n.get('ignored')]
        return len(controls), [n['role']['value'] for n in controls if not n.get('name', {}).get('value')]

    def check_console(self, page, refusals=0):
        rows = page.console()
        self.assertEqual([r for r in rows if REFUSAL not in r[1]], [])
        self.assertLessEqual(len(rows), refusals, rows)
