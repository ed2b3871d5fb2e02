"""A browser to test pages with: headless Chromium, driven over W3C WebDriver.

    with Browser() as page:
        page.open('http://127.0.0.1:8470/')
        page.keys('AKIA...', TAB, 'secret', ENTER)
        page.until('document.title === "InvoiceBot · Quern"')

Needs Debian's chromium and chromium-driver; nothing else but Python.
"""
import base64
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

TAB, ENTER, ESCAPE, SHIFT, BACKSPACE = '\ue004', '\ue007', '\ue00c', '\ue008', '\ue003'
ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'
# Chromium looks for services of its maker at every start unless told not to.
FLAGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
         '--disable-background-networking', '--disable-component-update', '--disable-sync',
         '--disable-dev-shm-usage', '--force-color-profile=srgb', '--lang=en-US']


class WebDriverError(Exception):
    pass


class Browser:
    """One browser with one page, its profile in a folder that goes with it."""

    def __init__(self, width=1280, height=800, dark=False, flags=()):
        self.profile = tempfile.mkdtemp(prefix='quern-chromium-')
        self.driver = subprocess.Popen(['chromedriver', '--port=0'], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            self.base = f'http://127.0.0.1:{self._driver_port()}'
            options = {'args': FLAGS + [f'--user-data-dir={self.profile}', *flags]}
            wanted = {'browserName': 'chrome', 'goog:chromeOptions': options,
                      'goog:loggingPrefs': {'browser': 'ALL'}}
            got = self._call('POST', '/session', {'capabilities': {'alwaysMatch': wanted}})
            self.base += '/session/' + got['sessionId']
            self.size(width, height)
            self.media(dark=dark)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if '/session/' in getattr(self, 'base', ''):
            try:
                self._call('DELETE', '')
            except (OSError, WebDriverError):
                pass
        self.driver.terminate()
        self.driver.wait(20)
        self.driver.stdout.close()
        shutil.rmtree(self.profile, ignore_errors=True)

    def _driver_port(self):
        for line in self.driver.stdout:
            m = re.search(r'started successfully on port (\d+)', line)
            if m:
                return int(m.group(1))
        raise WebDriverError('chromedriver did not start')

    def _call(self, method, path, body=None):
        data = json.dumps(body if body is not None else {}).encode() if method == 'POST' else None
        request = urllib.request.Request(self.base + path, data, {'Content-Type': 'application/json'},
                                         method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as reply:
                return json.load(reply)['value']
        except urllib.error.HTTPError as e:
            value = json.load(e)['value']
            raise WebDriverError(f'{value["error"]}: {value["message"].splitlines()[0]}') from None

    def devtools(self, command, **parameters):
        """A command of Chromium's own protocol, for what WebDriver has no words for."""
        return self._call('POST', '/goog/cdp/execute', {'cmd': command, 'params': parameters})

    def size(self, width, height):
        """The page's size in CSS pixels, whatever a window needs around it."""
        self.devtools('Emulation.setDeviceMetricsOverride', width=width, height=height,
                      deviceScaleFactor=1, mobile=False)

    def media(self, dark=False, reduced_motion=True):
        self.devtools('Emulation.setEmulatedMedia', features=[
            {'name': 'prefers-color-scheme', 'value': 'dark' if dark else 'light'},
            {'name': 'prefers-reduced-motion', 'value': 'reduce' if reduced_motion else 'no-preference'}])

    def open(self, url):
        self._call('POST', '/url', {'url': url})

    def reload(self):
        self._call('POST', '/refresh')

    def script(self, source, *arguments):
        """Run statements in the page; `return` gives a value, a promise is waited for."""
        return self._call('POST', '/execute/sync', {'script': source, 'args': list(arguments)})

    def until(self, expression, seconds=30):
        """Poll until the expression is true in the page; its value comes back."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = self.script(f'return {expression}')
            if value:
                return value
            time.sleep(0.02)
        text = self.script('return document.body.innerText')
        raise AssertionError(f'not within {seconds} s: {expression}\nthe page says:\n{text}')

    def keys(self, *texts, hold=None):
        """Press keys, wherever the focus is; `hold` is a key kept down meanwhile."""
        actions = [{'type': 'keyDown', 'value': hold}] if hold else []
        for c in ''.join(texts):
            actions += [{'type': 'keyDown', 'value': c}, {'type': 'keyUp', 'value': c}]
        actions += [{'type': 'keyUp', 'value': hold}] if hold else []
        self._call('POST', '/actions', {'actions': [{'type': 'key', 'id': 'keys', 'actions': actions}]})

    def element(self, css):
        found = self._call('POST', '/element', {'using': 'css selector', 'value': css})
        return found[ELEMENT]

    def click(self, css):
        self._call('POST', f'/element/{self.element(css)}/click')

    def choose(self, css, *paths):
        """Choose files in a file input."""
        text = '\n'.join(str(p) for p in paths)
        self._call('POST', f'/element/{self.element(css)}/value', {'text': text})

    def focused(self):
        """The id of the element that has the focus, or its text."""
        return self.script('const e = document.activeElement; return e.id || e.textContent')

    def text(self, css):
        return self.script('return document.querySelector(arguments[0])?.innerText ?? null', css)

    def texts(self, css):
        return self.script('return Array.from(document.querySelectorAll(arguments[0]), e => e.innerText)', css)

    def console(self):
        """What the console said since it was last asked: [(level, text)]."""
        rows = self._call('POST', '/se/log', {'type': 'browser'})
        return [(row['level'], row['message']) for row in rows]

    def screenshot(self, path):
        pathlib.Path(path).write_bytes(base64.b64decode(self._call('GET', '/screenshot')))
