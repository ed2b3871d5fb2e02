#!/usr/bin/env python3
"""What the documents say about commands, options, operations and files is so."""
import re
import shutil
import subprocess
import unittest

from harness import BINARY, ROOT, main


def text(path):
    return (ROOT / path).read_text()


def quern(*arguments):
    return subprocess.run([BINARY, *arguments], check=True, text=True, stdout=subprocess.PIPE,
                          stdin=subprocess.DEVNULL).stdout


def commands():
    return re.findall(r'^  (\w+) ', quern('help'), re.M)


def options(command):
    return set(re.findall(r'--([a-z][a-z-]*)', quern('help', command).replace('--endpoint-url', '')))


class Documents(unittest.TestCase):
    def test_the_manual_is_well_formed(self):
        if not shutil.which('mandoc'):
            self.skipTest('no mandoc')
        done = subprocess.run(['mandoc', '-Tlint', '-Wwarning', str(ROOT / 'docs/quern.1')], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_the_manual_has_every_command_and_option(self):
        manual = text('docs/quern.1')
        for command in commands():
            self.assertRegex(manual, rf'(?m)^\.(It )?Cm {command}\b')
            for option in options(command):
                self.assertRegex(manual, rf'Fl -{option}\b', f'quern {command}')

    def test_the_manual_has_no_option_that_is_not(self):
        known = set().union(*(options(c) for c in commands()))
        self.assertEqual(set(re.findall(r'Fl -([a-z][a-z-]+)', text('docs/quern.1'))) - known, set())

    def test_the_completion_has_every_command_and_option(self):
        completion = text('docs/completion/quern.bash')
        offered = re.search(r"local commands='([^']*)'", completion).group(1).split()
        self.assertEqual(sorted(offered), sorted(commands()))
        for command in commands():
            for option in options(command) - {'help'}:
                self.assertRegex(completion, rf'(?m)\b{command}\b.*options=.*--{option}\b', command)

    def test_the_readme_has_the_operations_of_api_and_no_others(self):
        table = re.search(r'\| API \| operations \|\n(.*?)\n\n', text('README.md'), re.S).group(1)
        cells = ' '.join(row.split('|')[2] for row in table.splitlines())
        stated = set(re.findall(r'\b[A-Z][a-z]+[A-Z]\w+', cells))
        there = set()
        for path in (ROOT / 'api').glob('*.api'):
            there |= set(re.findall(r'^operation (\w+)', path.read_text(), re.M))
        uploads = {'CreateMultipartUpload', 'UploadPart', 'UploadPartCopy', 'ListParts',
                   'ListMultipartUploads', 'CompleteMultipartUpload', 'AbortMultipartUpload'}
        self.assertEqual(stated, there - uploads)
        self.assertIn('multipart uploads', table)

    def test_links_between_documents_lead_somewhere(self):
        for path in [ROOT / 'README.md', ROOT / 'CONTRIBUTING.md', *(ROOT / 'docs').glob('*.md')]:
            for link in re.findall(r'\]\(([^)#]+)\)', path.read_text()):
                if '://' not in link:
                    self.assertTrue((path.parent / link).exists(), f'{path.name}: {link}')

    def test_every_room_and_package_is_told_of(self):
        architecture, dependencies = text('docs/architecture.md'), text('docs/dependencies.md')
        for room in (ROOT / 'src').iterdir():
            if room.is_dir():
                self.assertIn(f'| `{room.name}` |', architecture)
        bootstrap = text('script/bootstrap')
        packages = re.findall(r'^(?:build|run|example|test|bench)=\((.*?)\)', bootstrap, re.M | re.S)
        missing = [p for p in ' '.join(packages).split() if p not in dependencies]
        self.assertEqual(missing, [])


if __name__ == '__main__':
    main(Documents)
