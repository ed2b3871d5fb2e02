"""The programs people have: aws CLI of two generations, s3cmd, rclone, restic."""
import filecmp
import os
import pathlib
import shutil
import urllib.request

from harness import Suite, main

CLIENTS = pathlib.Path(os.environ.get('QUERN_CLIENTS', 'build-clients'))
NAMES = ('plain.txt', 'with space.txt', 'plus+plus.txt', 'été.txt', 'deep/er/file.bin', 'deep/empty', '日本.txt')


def tree(folder):
    for n, name in enumerate(NAMES):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b'' if name.endswith('empty') else os.urandom(1000 * n + 17))
    return folder


def same(a, b):
    names = sorted(str(p.relative_to(a)) for p in a.rglob('*') if p.is_file())
    if names != sorted(str(p.relative_to(b)) for p in b.rglob('*') if p.is_file()):
        return False
    return filecmp.cmpfiles(a, b, names, shallow=False)[0] == names


class Clients(Suite):
    def aws_story(self, aws, bucket):
        source, back = tree(self.folder()), self.folder()
        b = f's3://{bucket}'
        self.assertIn(f'make_bucket: {bucket}', aws('s3', 'mb', b))
        aws('s3', 'cp', '--no-progress', source / 'plain.txt', f'{b}/one.txt')
        self.assertRegex(aws('s3', 'ls', b), r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +17 one.txt')
        aws('s3', 'sync', '--no-progress', source, f'{b}/tree')
        self.assertEqual(aws('s3', 'sync', '--no-progress', source, f'{b}/tree').strip(), '')
        aws('s3', 'sync', '--no-progress', f'{b}/tree', back)
        self.assertTrue(same(source, back))
        listed = aws('s3', 'ls', '--recursive', f'{b}/tree/')
        self.assertEqual(len(listed.splitlines()), len(NAMES))
        self.assertIn('PRE deep/', aws('s3', 'ls', f'{b}/tree/'))
        aws('s3', 'cp', '--no-progress', f'{b}/one.txt', f'{b}/copied.txt')
        aws('s3', 'mv', '--no-progress', f'{b}/copied.txt', f'{b}/moved.txt')
        aws('s3', 'cp', '--no-progress', f'{b}/moved.txt', back / 'moved.txt')
        self.assertEqual((back / 'moved.txt').read_bytes(), (source / 'plain.txt').read_bytes())
        url = aws('s3', 'presign', f'{b}/one.txt').strip()
        with urllib.request.urlopen(url) as reply:
            self.assertEqual(reply.read(), (source / 'plain.txt').read_bytes())
        status, text = aws('s3', 'cp', f'{b}/absent', back / 'x', ok=False)
        self.assertNotEqual(status, 0)
        self.assertIn('404', text)
        (source / 'plain.txt').unlink()
        aws('s3', 'sync', '--no-progress', '--delete', source, f'{b}/tree')
        self.assertNotIn('plain.txt', aws('s3', 'ls', f'{b}/tree/'))
        status, text = aws('s3', 'rb', b, ok=False)
        self.assertIn('BucketNotEmpty', text)
        aws('s3', 'rm', '--recursive', f'{b}/tree')
        aws('s3', 'rb', '--force', b)
        self.assertNotIn(bucket, aws('s3', 'ls'))

    def newer_aws(self, *arguments, **options):
        return self.run_program(CLIENTS / 'python' / 'bin' / 'aws', *arguments, **options)

    def large_file(self, aws, bucket):
        folder = self.folder()
        block = os.urandom(1 << 20)
        with open(folder / 'large', 'wb') as f:
            for n in range(100):
                f.write(block[n:] + block[:n])
            f.write(b'tail')
        aws('s3', 'mb', f's3://{bucket}')
        aws('s3', 'cp', '--no-progress', folder / 'large', f's3://{bucket}/large')
        aws('s3', 'cp', '--no-progress', f's3://{bucket}/large', f's3://{bucket}/copied')
        aws('s3', 'cp', '--no-progress', f's3://{bucket}/copied', folder / 'back')
        self.assertTrue(filecmp.cmp(folder / 'large', folder / 'back', shallow=False))
        aws('s3', 'rb', '--force', f's3://{bucket}')
        self.assertEqual([p for p in (self.server.data / 'objects').rglob('*')
                          if p.is_file() and p.stat().st_size > 50 << 20], [])

    def test_aws_cli(self):
        self.aws_story(self.aws, 'aws-bucket')

    def test_newer_aws_cli(self):
        self.aws_story(self.newer_aws, 'newer-bucket')

    def test_large_file(self):
        self.large_file(self.aws, 'large-bucket')

    def test_large_file_with_the_newer_cli(self):
        self.large_file(self.newer_aws, 'larger-bucket')

    def test_s3cmd(self):
        where = f'{self.server.host}:{self.server.port}'
        def s3cmd(*arguments, **options):
            return self.run_program('s3cmd', '-c', '/dev/null', f'--host={where}', f'--host-bucket={where}', '--no-ssl',
                                    f'--access_key={self.server.access_key}', f'--secret_key={self.server.secret_key}',
                                    *arguments, **options)
        source, back = tree(self.folder()), self.folder()
        s3cmd('mb', 's3://cmd-bucket')
        self.assertIn('s3://cmd-bucket', s3cmd('ls'))
        s3cmd('put', source / 'with space.txt', 's3://cmd-bucket/with space.txt')
        s3cmd('get', 's3://cmd-bucket/with space.txt', back / 'got')
        self.assertEqual((back / 'got').read_bytes(), (source / 'with space.txt').read_bytes())
        (back / 'got').unlink()
        s3cmd('sync', f'{source}/', 's3://cmd-bucket/tree/')
        self.assertEqual(len(s3cmd('ls', '--recursive', 's3://cmd-bucket/tree/').splitlines()), len(NAMES))
        s3cmd('sync', 's3://cmd-bucket/tree/', f'{back}/')
        self.assertTrue(same(source, back))
        s3cmd('cp', 's3://cmd-bucket/tree/plain.txt', 's3://cmd-bucket/copy.txt')
        s3cmd('mv', 's3://cmd-bucket/copy.txt', 's3://cmd-bucket/moved.txt')
        self.assertIn('File size: 17', s3cmd('info', 's3://cmd-bucket/moved.txt', ok=False)[1])
        large = back / 'large'
        large.write_bytes(os.urandom(20 << 20))
        s3cmd('put', '--multipart-chunk-size-mb=5', large, 's3://cmd-bucket/large')
        s3cmd('get', '--force', 's3://cmd-bucket/large', back / 'large.back')
        self.assertTrue(filecmp.cmp(large, back / 'large.back', shallow=False))
        s3cmd('del', 's3://cmd-bucket/moved.txt')
        s3cmd('del', '--recursive', '--force', 's3://cmd-bucket/')
        s3cmd('rb', 's3://cmd-bucket')

    def test_rclone(self):
        env = {'RCLONE_CONFIG': '/dev/null', 'RCLONE_CONFIG_Q_TYPE': 's3', 'RCLONE_CONFIG_Q_PROVIDER': 'Other',
               'RCLONE_CONFIG_Q_ENDPOINT': self.server.endpoint, 'RCLONE_CONFIG_Q_ENV_AUTH': 'true'}
        def rclone(*arguments, **options):
            return self.run_program('rclone', *arguments, env=env, **options)
        source, back = tree(self.folder()), self.folder()
        rclone('mkdir', 'q:clone-bucket')
        rclone('sync', source, 'q:clone-bucket/tree')
        rclone('check', source, 'q:clone-bucket/tree')
        self.assertEqual(len(rclone('lsf', '-R', '--files-only', 'q:clone-bucket/tree').splitlines()), len(NAMES))
        rclone('copy', 'q:clone-bucket/tree', back)
        self.assertTrue(same(source, back))
        rclone('copyto', 'q:clone-bucket/tree/plain.txt', 'q:clone-bucket/copy.txt')
        large = back / 'large'
        large.write_bytes(os.urandom(24 << 20))
        rclone('copyto', '--s3-upload-cutoff=5M', '--s3-chunk-size=5M', large, 'q:clone-bucket/large')
        rclone('check', '--download', '--one-way', back, 'q:clone-bucket', '--include', '/large')
        (source / 'plain.txt').unlink()
        rclone('sync', source, 'q:clone-bucket/tree')
        rclone('check', source, 'q:clone-bucket/tree')
        rclone('purge', 'q:clone-bucket')
        self.assertNotIn('clone-bucket', rclone('lsd', 'q:'))

    def test_restic(self):
        if not shutil.which('restic'):
            self.skipTest('restic is not installed')
        env = {'RESTIC_PASSWORD': 'test', 'RESTIC_CACHE_DIR': str(self.folder())}
        def restic(*arguments):
            return self.run_program('restic', '-r', f's3:{self.server.endpoint}/restic-bucket', *arguments, env=env)
        source, back = tree(self.folder()), self.folder()
        restic('init')
        restic('backup', source)
        restic('check', '--read-data')
        restic('restore', 'latest', '--target', back)
        self.assertTrue(same(source, back / str(source).lstrip('/')))


main(Clients)
