#!/usr/bin/env python3
"""Searchable PDFs: do the words lie where the print is, at what size and in what time.

usage: searchable.py DIR... [--binary build/quern] [--peer OCRMYPDF] [--count N] [--dpi 200]

The first pages of up to N PDFs of each DIR that have text are drawn as JPEG scans, made searchable
by `quern pdf` (both recognisers) and by OCRmyPDF where --peer names its program, and what
`pdftotext -bbox` finds in the result is compared with what it finds in the original: a word is in
place when one of the same letters covers it with an intersection over union of 0.5 or more. All
programs take each scan in turn, so that their times can be compared. Prints a Markdown table.
"""
import argparse
import os
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORD = re.compile(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>')
PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)"')


def words(path):
    """[(text, (left, top, right, bottom))] in points, and the page's size."""
    shown = subprocess.run(['pdftotext', '-bbox', '-cropbox', '-l', '1', str(path), '-'], stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, check=True).stdout.decode('utf-8', 'replace')
    found = PAGE.search(shown)
    return ([(m[5], tuple(float(m[i]) for i in (1, 2, 3, 4))) for m in WORD.finditer(shown)],
            (float(found[1]), float(found[2])))


def overlap(a, b):
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0
    both = width * height
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def score(truth, seen):
    """Words with the same letters somewhere, those in place, and how far those are off sideways."""
    (want, (width, height)), (got, (w, h)) = truth, seen
    scaled = [(t, (b[0] * width / w, b[1] * height / h, b[2] * width / w, b[3] * height / h)) for t, b in got]
    read = placed = 0
    off = []
    for text, box in want:
        same = [b for t, b in scaled if t == text]
        if not same:
            continue
        near = max(same, key=lambda b: overlap(b, box))
        read += 1
        if overlap(near, box) >= 0.5:
            placed += 1
            off += [abs(near[0] - box[0]), abs(near[2] - box[2])]
    return len(want), read, placed, off


def timed(command, env):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([str(c) for c in command], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        print(f'{command[0]}: {done.stderr.decode(errors="replace")[-300:]}', file=sys.stderr)
        return None
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def programs(options):
    made = {f'quern pdf, {name}': lambda a, b, name=name: [options.binary, 'pdf', a, '-o', b, '--recogniser', name]
            for name in ('ppocr', 'tesseract')}
    if options.peer:
        made['OCRmyPDF'] = lambda a, b: [options.peer, '-q', '-O', '0', '--output-type', 'pdf', a, b]
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('folders', nargs='+', type=pathlib.Path)
    parser.add_argument('--binary', default=ROOT / 'build' / 'quern')
    parser.add_argument('--peer')
    parser.add_argument('--count', type=int, default=12)
    parser.add_argument('--dpi', type=int, default=200)
    options = parser.parse_args()
    env = {**os.environ, 'OMP_THREAD_LIMIT': '1'}
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        scan, out = pathlib.Path(folder) / 'scan.jpg', pathlib.Path(folder) / 'out.pdf'
        for source in (p for d in options.folders for p in sorted(d.glob('*.pdf'))[:options.count]):
            truth = words(source)
            if len(truth[0]) < 20:
                continue
            subprocess.run(['pdftoppm', '-jpeg', '-cropbox', '-r', str(options.dpi), '-l', '1', '-singlefile', source,
                            scan.with_suffix('')], check=True)
            for name, command in programs(options).items():
                seconds = timed(command(scan, out), env)
                if seconds is not None:
                    results.setdefault(name, []).append(
                        (score(truth, words(out)), out.stat().st_size / scan.stat().st_size, seconds))
    print('| program | pages | words read | of them in place | sides off, median | size, median (largest) '
          '| processor time, median |\n| --- | --- | --- | --- | --- | --- | --- |')
    for name, rows in results.items():
        want, read, placed = (sum(r[0][i] for r in rows) for i in range(3))
        off = statistics.median([v for r in rows for v in r[0][3]])
        sizes, times = [r[1] for r in rows], [r[2] for r in rows]
        print(f'| {name} | {len(rows)} | {read / want:.3f} | {placed / read:.3f} | {off:.2f} pt '
              f'| {statistics.median(sizes):.3f} ({max(sizes):.3f}) | {statistics.median(times):.2f} s |')


if __name__ == '__main__':
    main()
