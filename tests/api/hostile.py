"""Clients that mean harm, or are broken: each costs at most its own connection, for a bounded time."""
import random
import socket
import struct
import threading
import time
import urllib.error
import urllib.request
from email.utils import parsedate_to_datetime

from harness import Suite, main

CUT_SECONDS = 60  # a head has 20 s, a body's window 20 s, silence 60 s; the machine may be busy


class Hostile(Suite):
    def dial(self):
        s = socket.create_connection((self.server.host, self.server.port), CUT_SECONDS + 30)
        self.addCleanup(s.close)
        return s

    def hear(self, s):
        """All until the server closes."""
        got = b''
        try:
            while True:
                piece = s.recv(65536)
                if not piece:
                    return got
                got += piece
        except ConnectionResetError:
            return got

    def tell(self, raw):
        s = self.dial()
        try:
            s.sendall(raw)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return self.hear(s)

    def check_alive(self):
        """Another client is served at once."""
        started = time.monotonic()
        got = self.tell(b'GET /bucket HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
        self.assertIn(b'AccessDenied', got)
        self.assertLess(time.monotonic() - started, 10)

    def memory(self):
        with open(f'/proc/{self.server.process.pid}/status') as f:
            return next(int(line.split()[1]) for line in f if line.startswith('VmRSS:')) << 10

    def drip(self, first, piece, results):
        """Send a little now and then; how long until the server hangs up."""
        s = self.dial()
        started = time.monotonic()
        s.sendall(first)
        s.settimeout(0.5)
        while time.monotonic() - started < 2 * CUT_SECONDS:
            try:
                s.sendall(piece)
                if s.recv(65536) == b'':
                    break
            except socket.timeout:
                continue
            except OSError:
                break
        results.append(time.monotonic() - started)

    def test_slow_clients_are_cut(self):
        head = b'GET / HTTP/1.1\r\nHost: h\r\nX: '
        body = b'PUT /bucket/key HTTP/1.1\r\nHost: h\r\nContent-Length: 900000\r\n\r\n'
        s3 = self.client('s3')
        s3.create_bucket(Bucket='slow')
        url = s3.generate_presigned_url('put_object', {'Bucket': 'slow', 'Key': 'never'})
        signed = (f'PUT {url[len(self.server.endpoint):]} HTTP/1.1\r\nHost: {self.server.host}:{self.server.port}\r\n'
                  'Content-Length: 2000000000\r\n\r\n').encode()
        results = []
        threads = [threading.Thread(target=self.drip, args=(first, b'a', results))
                   for first in (head, head, body, body, signed, signed)]
        for t in threads:
            t.start()
        self.check_alive()
        for t in threads:
            t.join()
        self.assertEqual(len(results), len(threads))
        self.assertLess(max(results), CUT_SECONDS)
        self.assertEqual(s3.list_objects_v2(Bucket='slow')['KeyCount'], 0)

    def test_declared_2_gb_that_never_come_cost_no_memory(self):
        before = self.memory()
        held = []
        for _ in range(50):
            s = self.dial()
            s.sendall(b'POST / HTTP/1.1\r\nHost: h\r\nX-Amz-Target: Textract.DetectDocumentText\r\n'
                      b'Content-Type: application/x-amz-json-1.1\r\nContent-Length: 2000000000\r\n\r\n')
            held.append(s)
        self.check_alive()
        for s in held:  # refused at once: it is not signed, and too large
            self.assertIn(b'HTTP/1.1 4', self.hear(s))
        self.assertLess(self.memory() - before, 64 << 20)

    def test_many_idle_connections_leave_room_for_others(self):
        held = [self.dial() for _ in range(200)]
        self.check_alive()
        for s in held:
            s.close()
        self.check_alive()

    def test_oversized_heads_are_refused(self):
        for raw in (b'GET /' + b'a' * 200000 + b' HTTP/1.1\r\nHost: h\r\n\r\n',
                    b'GET / HTTP/1.1\r\nHost: h\r\nX: ' + b'a' * 200000 + b'\r\n\r\n',
                    b'GET / HTTP/1.1\r\nHost: h\r\n' + b'X: y\r\n' * 1000 + b'\r\n'):
            got = self.tell(raw)
            self.assertTrue(got == b'' or got.split(b' ')[1] in (b'413', b'414', b'431'), got[:200])
        self.check_alive()

    def test_pipelined_requests_are_answered_in_order(self):
        got = self.tell(b''.join(b'GET /bucket-%d HTTP/1.1\r\nHost: h\r\n\r\n' % i for i in range(20)) +
                        b'GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
        at = [got.index(b'<Resource>/bucket-%d<' % i) for i in range(20)]
        self.assertEqual(at, sorted(at))
        self.assertEqual(got.count(b'HTTP/1.1 403'), 21)

    def test_ambiguous_framing_is_refused(self):
        for head in (b'Content-Length: 5\r\nContent-Length: 6\r\n', b'Content-Length: -1\r\n',
                     b'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', b'Content-Length: 99999999999999999999\r\n',
                     b'Transfer-Encoding: gzip\r\n', b'Content-Length: 5, 5\r\n'):
            got = self.tell(b'PUT /bucket/key HTTP/1.1\r\nHost: h\r\nConnection: close\r\n' + head + b'\r\n')
            self.assertRegex(got, rb'^HTTP/1.1 4(00|13)', head)
        self.check_alive()

    def test_garbage_harms_nothing(self):
        dice = random.Random(8470)
        starts = (b'', b'GET ', b'GET / HTTP/1.1\r\n', b'PUT /b/k HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n',
                  b'POST / HTTP/1.1\r\nHost: h\r\nAuthorization: AWS4-HMAC-SHA256 ', b'\x16\x03\x01\x02\x00\x01\x00')
        for i in range(120):
            s = self.dial()
            try:
                s.sendall(starts[i % len(starts)] + dice.randbytes(dice.randrange(1, 3000)) + b'\r\n\r\n')
                s.shutdown(socket.SHUT_WR)
                self.hear(s)
            except (BrokenPipeError, ConnectionResetError):
                pass
            s.close()
        self.check_alive()

    def test_hanging_up_in_the_middle_harms_nothing(self):
        reset = struct.pack('ii', 1, 0)
        for i in range(100):
            s = self.dial()
            s.sendall((b'PUT /bucket/key HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n' + b'x' * 500)[:10 + 5 * i])
            if i % 2:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
            s.close()
        self.check_alive()

    def test_an_expired_upload_is_refused_while_it_is_sent(self):
        """A sender that does not wait for 100 Continue still reads why."""
        s = self.dial()
        s.sendall(b'PUT /bucket/key HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000000\r\n\r\n')
        try:
            for _ in range(64):
                s.sendall(b'x' * 65536)
        except (BrokenPipeError, ConnectionResetError):
            pass
        self.assertIn(b'AccessDenied', self.hear(s))

    def test_the_date_is_right(self):
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(self.server.endpoint + '/bucket', timeout=30)
        told = parsedate_to_datetime(caught.exception.headers['Date']).timestamp()
        self.assertLess(abs(told - time.time()), 5)


if __name__ == '__main__':
    main(Hostile)
