"""S3 on a full disk: what the client hears, and what is there afterwards."""
import os
import pathlib
import shutil
import subprocess
import tempfile

from botocore.config import Config
from botocore.exceptions import ClientError
from harness import Server, Suite, boto3_client, main

MIB = 1 << 20


class FullDisk(Suite):
    @classmethod
    def setUpClass(cls):
        """A small file system of its own below the data folder."""
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix='quern-full-'))
        mounted = os.geteuid() == 0 and subprocess.run(
            ['mount', '-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', str(cls.folder)], stderr=subprocess.DEVNULL)
        if not mounted or mounted.returncode != 0:
            cls.folder.rmdir()
            cls.folder = None
            return
        cls.addClassCleanup(cls.unmount)
        cls.server = Server(data=cls.folder)

    @classmethod
    def unmount(cls):
        subprocess.run(['umount', str(cls.folder)], check=True)
        cls.folder.rmdir()

    @classmethod
    def tearDownClass(cls):
        if cls.folder:
            super().tearDownClass()
            cls.server.log_path.unlink(missing_ok=True)

    def setUp(self):
        if not self.folder:
            self.skipTest('mounting a small file system needs root')
        self.s3 = self.client('s3')
        self.bucket = f'bucket-{self._testMethodName.replace("_", "-")}'[:63]
        self.s3.create_bucket(Bucket=self.bucket)
        self.s3.put_object(Bucket=self.bucket, Key='kept', Body=b'k' * MIB)
        self.room = shutil.disk_usage(self.folder).free

    def refused(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(Bucket=self.bucket, **arguments)
        reply = caught.exception.response
        self.assertEqual(reply['Error']['Code'], 'InsufficientStorage')
        self.assertEqual(reply['ResponseMetadata']['HTTPStatusCode'], 507)
        self.assertIn('storage is full', reply['Error']['Message'])
        self.assertNotIn(str(self.folder), str(reply))
        return reply

    def read(self, key):
        return self.s3.get_object(Bucket=self.bucket, Key=key)['Body'].read()

    def is_free_again(self):
        """All but what the catalog's log may have grown by."""
        self.until(lambda: shutil.disk_usage(self.folder).free > self.room - 2 * MIB, what='room')
        self.assertEqual(list((self.folder / 'objects' / 'tmp').iterdir()), [])

    def test_an_object_that_does_not_fit(self):
        self.refused(self.s3.put_object, Key='large', Body=bytes(40 * MIB))
        self.refused(self.s3.put_object, Key='kept', Body=bytes(40 * MIB))
        self.is_free_again()
        self.assertEqual(self.read('kept'), b'k' * MIB)
        self.assertEqual([o['Key'] for o in self.s3.list_objects_v2(Bucket=self.bucket)['Contents']], ['kept'])
        self.s3.put_object(Bucket=self.bucket, Key='small', Body=b's' * MIB)
        self.assertEqual(self.read('small'), b's' * MIB)

    def test_a_part_that_does_not_fit(self):
        upload = self.s3.create_multipart_upload(Bucket=self.bucket, Key='parts')['UploadId']
        self.refused(self.s3.upload_part, Key='parts', UploadId=upload, PartNumber=1, Body=bytes(40 * MIB))
        self.assertNotIn('Parts', self.s3.list_parts(Bucket=self.bucket, Key='parts', UploadId=upload))
        self.s3.abort_multipart_upload(Bucket=self.bucket, Key='parts', UploadId=upload)
        self.is_free_again()
        self.assertEqual(self.read('kept'), b'k' * MIB)

    def test_a_copy_meets_the_end_of_the_disk(self):
        self.s3.put_object(Bucket=self.bucket, Key='large', Body=b'l' * (8 * MIB))
        upload = self.s3.create_multipart_upload(Bucket=self.bucket, Key='copies')['UploadId']
        part = {'Key': 'copies', 'UploadId': upload, 'CopySource': {'Bucket': self.bucket, 'Key': 'large'}}
        self.s3.upload_part_copy(Bucket=self.bucket, PartNumber=1, **part)
        self.refused(self.s3.upload_part_copy, PartNumber=2, **part)
        parts = self.s3.list_parts(Bucket=self.bucket, Key='copies', UploadId=upload)['Parts']
        self.assertEqual([p['PartNumber'] for p in parts], [1])
        self.s3.abort_multipart_upload(Bucket=self.bucket, Key='copies', UploadId=upload)
        self.assertEqual(self.read('large'), b'l' * (8 * MIB))
        self.s3.delete_object(Bucket=self.bucket, Key='large')
        self.is_free_again()

    def test_clients_do_not_send_it_again(self):
        for mode in ('legacy', 'standard', 'adaptive'):
            reply = self.refused(boto3_client(self.server, 's3', config=Config(
                retries={'max_attempts': 3, 'mode': mode})).put_object, Key='large', Body=bytes(40 * MIB))
            self.assertEqual(reply['ResponseMetadata']['RetryAttempts'], 0, mode)


main(FullDisk)
