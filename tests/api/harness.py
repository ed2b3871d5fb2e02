"""What every API test stands on: the real server, in a fresh folder, on a port the kernel picks.

    from harness import Suite, main

    class Buckets(Suite):
        def test_make(self):
            self.client('s3').create_bucket(Bucket='a-bucket')

    main(Buckets)

Debian's boto3 drives `client`; a test of another client runs it as a program (`run_program`). Every
reply that boto3 gets is checked against api/ (replies.py).
"""
import atexit
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get('QUERN_BINARY', str(ROOT / 'build-test' / 'quern'))
# Who reads pictures: the recogniser that is always there, unless the caller names another.
os.environ.setdefault('QUERN_RECOGNISER', 'tesseract')
# Commands index what they read: not among the documents of whoever runs the tests.
os.environ['QUERN_DATA'] = tempfile.mkdtemp(prefix='quern-data-')
atexit.register(shutil.rmtree, os.environ['QUERN_DATA'], ignore_errors=True)
READY_SECONDS = 60   # sanitizer builds on a loaded machine


class Server:
    """`quern serve` as a child process; its log is kept for a failed test."""

    def __init__(self, data=None, extra=(), binary=BINARY, env=None):
        self.data = pathlib.Path(data) if data else pathlib.Path(tempfile.mkdtemp(prefix='quern-api-'))
        self.own_data = data is None
        self.log_path = self.data.parent / (self.data.name + '.log')
        self.start(extra, binary, env)

    def start(self, extra=(), binary=BINARY, env=None):
        """Start (again) on the same data folder."""
        mark = self.log_path.stat().st_size if self.log_path.exists() else 0
        with open(self.log_path, 'ab') as log:
            self.process = subprocess.Popen(
                [binary, 'serve', '--data', str(self.data), '--listen', '127.0.0.1:0', *extra],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log,
                env={**os.environ, **(env or {})})
        self.endpoint = self._wait_ready(mark)
        self.host, self.port = re.match(r'https?://([^:/]+):(\d+)', self.endpoint).groups()
        self.port = int(self.port)
        self.access_key, self.secret_key = self._credentials()

    def _wait_ready(self, mark):
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            m = re.search(r'\bready\b.*?(https?://\S+)', self.log_text(mark))
            if m:
                return m.group(1).rstrip('/')
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise RuntimeError(f'quern serve did not get ready:\n{self.log_text(mark)}')

    def log_text(self, mark=0):
        with open(self.log_path, 'rb') as f:
            f.seek(mark)
            return f.read().decode('utf-8', 'replace')

    def _credentials(self):
        text = (self.data / 'credentials').read_text()
        return tuple(re.search(rf'^{k}\s*=\s*(\S+)', text, re.M).group(1)
                     for k in ('aws_access_key_id', 'aws_secret_access_key'))

    @property
    def environment(self):
        """For a client run as a program: keys, region, no outside configuration."""
        env = {k: v for k, v in os.environ.items() if not k.startswith('AWS_')}
        env.update(AWS_ACCESS_KEY_ID=self.access_key, AWS_SECRET_ACCESS_KEY=self.secret_key,
                   AWS_DEFAULT_REGION='us-east-1', AWS_REGION='us-east-1', AWS_ENDPOINT_URL=self.endpoint,
                   AWS_EC2_METADATA_DISABLED='true', AWS_PAGER='', AWS_CONFIG_FILE='/dev/null',
                   AWS_SHARED_CREDENTIALS_FILE='/dev/null')
        return env

    def stop(self, how=signal.SIGTERM, wait=30):
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(wait)

    def close(self):
        try:
            return self.stop()
        finally:
            if self.own_data:
                shutil.rmtree(self.data, ignore_errors=True)
                self.log_path.unlink(missing_ok=True)


def boto3_client(server, service, **options):
    import boto3
    from botocore.config import Config
    session = boto3.session.Session(server.access_key, server.secret_key, region_name='us-east-1')
    config = Config(retries={'max_attempts': 0}, read_timeout=120).merge(options.pop('config', Config()))
    client = session.client(service, endpoint_url=server.endpoint, config=config, **options)
    _check_replies(client, service)
    return client


def _check_replies(client, service):
    from replies import check_reply

    def remember(model, context, **_):
        context['checked_operation'] = model

    def received(response_dict, context, **_):
        model = context.get('checked_operation')
        if response_dict is None:   # the server is gone
            return
        body = response_dict['body']
        if model is not None:
            check_reply(service, model.name, response_dict['status_code'],
                        dict(response_dict['headers']), body if isinstance(body, bytes) else b'')

    client.meta.events.register('before-call.*', remember)
    client.meta.events.register('response-received.*', received)


class Suite(unittest.TestCase):
    """One server for the class; `extra` are further arguments of `quern serve`."""
    extra = ()

    @classmethod
    def setUpClass(cls):
        cls.server = Server(extra=cls.extra)

    @classmethod
    def tearDownClass(cls):
        log = cls.server.log_text()
        status = cls.server.close()
        if status != 0 or 'ERROR: ' in log or 'runtime error:' in log:
            raise AssertionError(f'quern serve ended with {status}:\n{log[-6000:]}')

    def client(self, service, **options):
        return boto3_client(self.server, service, **options)

    def run_program(self, *command, ok=True, timeout=300, env=None, **options):
        """Run a client as a program: its output, or with ok=False (status, output)."""
        done = subprocess.run([str(c) for c in command], env={**self.server.environment, **(env or {})},
                              stdin=options.pop('stdin', subprocess.DEVNULL), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=timeout, **options)
        text = done.stdout.decode('utf-8', 'replace')
        if ok and done.returncode != 0:
            self.fail(f'{" ".join(map(str, command))}\nended with {done.returncode}:\n{text}')
        return text if ok else (done.returncode, text)

    def aws(self, *arguments, **options):
        """Debian's aws CLI."""
        return self.run_program('/usr/bin/aws', '--endpoint-url', self.server.endpoint, *arguments, **options)

    def folder(self):
        path = pathlib.Path(tempfile.mkdtemp(prefix='quern-test-'))
        self.addCleanup(shutil.rmtree, path, ignore_errors=True)
        return path

    def until(self, condition, seconds=60, what='condition'):
        """Poll until condition() is true; its value comes back."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = condition()
            if value:
                return value
            time.sleep(0.02)
        self.fail(f'{what}: not within {seconds} s')


class _TapResult(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.count = 0

    def _line(self, test, ok, note=''):
        self.count += 1
        print(f'{"" if ok else "not "}ok {self.count} - {test.id()}{note}', flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self._line(test, True)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._line(test, True, f' # SKIP {reason}')

    def _failed(self, test, err):
        for row in self._exc_info_to_string(err, test).splitlines():
            print('#', row)
        self._line(test, False)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._failed(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self._failed(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._failed(subtest, err)


def main(*suites):
    """Run the suites and print TAP; `python3 s3_buckets.py NAME...` runs only these tests."""
    loader, wanted = unittest.TestLoader(), sys.argv[1:]
    tests = unittest.TestSuite()
    for suite in suites:
        for name in loader.getTestCaseNames(suite):
            if not wanted or name in wanted:
                tests.addTest(suite(name))
    result = _TapResult()
    tests.run(result)
    print(f'1..{result.count}')
    sys.exit(0 if result.wasSuccessful() else 1)
