"""kill -9 during puts: what was acknowledged is whole, what was not does not show half."""
import hashlib
import os
import signal
import socket
import threading
import time

from harness import Suite, boto3_client, main


class Crash(Suite):
    def restart(self):
        self.server.stop(signal.SIGKILL)
        self.server.start()

    def stored_files(self):
        return [p for p in (self.server.data / 'objects').rglob('*') if p.is_file()]

    def test_acknowledged_objects_survive(self):
        self.client('s3').create_bucket(Bucket='crash')
        acknowledged, sent, stop = {}, {}, threading.Event()

        def write(worker):
            s3 = boto3_client(self.server, 's3')
            for n in range(10000):
                if stop.is_set():
                    return
                key = f'{worker}/{n % 20}'
                body = os.urandom(20000 + 1000 * worker) + str(n).encode()
                digest = hashlib.md5(body).hexdigest()
                sent[key] = digest
                try:
                    s3.put_object(Bucket='crash', Key=key, Body=body)
                except Exception:  # the server is gone
                    return
                acknowledged[key] = digest

        for round_ in range(3):
            threads = [threading.Thread(target=write, args=(w,)) for w in range(4)]
            for t in threads:
                t.start()
            self.until(lambda: len(acknowledged) >= 30, what='puts')
            time.sleep(0.1 * round_)
            self.server.process.send_signal(signal.SIGKILL)
            for t in threads:
                t.join()
            self.server.process.wait()
            self.server.start()
            s3 = self.client('s3')
            shown = {}
            for o in s3.list_objects_v2(Bucket='crash')['Contents']:
                body = s3.get_object(Bucket='crash', Key=o['Key'])['Body'].read()
                shown[o['Key']] = hashlib.md5(body).hexdigest()
                self.assertEqual(o['ETag'], f'"{shown[o["Key"]]}"')
                self.assertEqual(o['Size'], len(body))
                # The last acknowledged one, or the one that was on its way when the server went.
                self.assertIn(shown[o['Key']], (acknowledged.get(o['Key']), sent[o['Key']]))
            self.assertLessEqual(set(acknowledged), set(shown))
            acknowledged.update(shown)
            self.until(lambda: len(self.stored_files()) == len(shown), what='the sweep')

    def test_a_body_that_breaks_off_leaves_nothing(self):
        s3 = self.client('s3')
        s3.create_bucket(Bucket='broken')
        url = s3.generate_presigned_url('put_object', {'Bucket': 'broken', 'Key': 'k'})
        before = len(self.stored_files())
        with socket.create_connection((self.server.host, self.server.port)) as c:
            path = url[len(self.server.endpoint):]
            c.sendall(f'PUT {path} HTTP/1.1\r\nHost: {self.server.host}:{self.server.port}\r\n'
                      'Content-Length: 1000000\r\n\r\n'.encode() + b'x' * 100000)
            self.until(lambda: len(self.stored_files()) == before + 1, what='the upload')
        self.until(lambda: len(self.stored_files()) == before, what='its end')
        self.assertNotIn('Contents', s3.list_objects_v2(Bucket='broken'))

    def test_an_unfinished_upload_survives_a_restart(self):
        s3 = self.client('s3')
        s3.create_bucket(Bucket='unfinished')
        upload = {'Bucket': 'unfinished', 'Key': 'k',
                  'UploadId': s3.create_multipart_upload(Bucket='unfinished', Key='k')['UploadId']}
        first, last = os.urandom(5 << 20), b'last'
        one = s3.upload_part(**upload, PartNumber=1, Body=first)['ETag']
        self.restart()
        s3 = self.client('s3')
        two = s3.upload_part(**upload, PartNumber=2, Body=last)['ETag']
        s3.complete_multipart_upload(**upload, MultipartUpload={'Parts': [
            {'PartNumber': 1, 'ETag': one}, {'PartNumber': 2, 'ETag': two}]})
        self.assertEqual(s3.get_object(Bucket='unfinished', Key='k')['Body'].read(), first + last)


main(Crash)
