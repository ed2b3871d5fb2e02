"""The server with a certificate: https for real clients, and for clients that do not speak TLS nothing."""
import http.client
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile

from harness import Suite, main


class Tls(Suite):
    @classmethod
    def setUpClass(cls):
        cls.certificates = pathlib.Path(tempfile.mkdtemp(prefix='quern-tls-'))
        cls.cert, key = cls.certificates / 'cert.pem', cls.certificates / 'key.pem'
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
                        '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext',
                        'subjectAltName=IP:127.0.0.1,DNS:localhost', '-keyout', str(key), '-out', str(cls.cert)],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.extra = ('--tls-cert', str(cls.cert), '--tls-key', str(key))
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.certificates, ignore_errors=True)
        super().tearDownClass()

    def test_boto3_puts_and_gets(self):
        s3 = self.client('s3', verify=str(self.cert))
        body = os.urandom(3 << 20)
        s3.create_bucket(Bucket='over-tls')
        s3.put_object(Bucket='over-tls', Key='a key', Body=body)
        self.assertEqual(s3.get_object(Bucket='over-tls', Key='a key')['Body'].read(), body)

    def test_one_connection_serves_many_requests(self):
        context = ssl.create_default_context(cafile=str(self.cert))
        c = http.client.HTTPSConnection(self.server.host, self.server.port, timeout=30, context=context)
        for _ in range(5):
            c.request('GET', '/bucket')
            reply = c.getresponse()
            self.assertEqual(reply.status, 403)
            self.assertIn(b'AccessDenied', reply.read())
        c.close()

    def test_plain_http_gets_no_answer(self):
        with socket.create_connection((self.server.host, self.server.port), 90) as s:
            s.sendall(b'GET / HTTP/1.1\r\nHost: h\r\n\r\n')
            try:
                got = s.recv(100)
            except ConnectionResetError:
                got = b''
        self.assertNotIn(b'HTTP/', got)


if __name__ == '__main__':
    main(Tls)
