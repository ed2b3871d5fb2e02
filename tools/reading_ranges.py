#!/usr/bin/env python3
"""Find the ranges for int8 of a recognition model and write them as a C table.

usage: reading_ranges.py REC.onnx QUERN src/document/ppocr_ranges.c

Runs `quern model optimize --precision int8` over the lines of reading_samples.py, and keeps the
convolutions that have a hundredth of the work or more and bear it.
"""
import pathlib
import subprocess
import sys
import tempfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
SAMPLES = 48
LEAST_SHARE = 0.01
MOST_NOISE = 4.5  # per cent of a layer's output


def count(text):
    number, *unit = text.split()
    return float(number) * {'k': 1e3, 'M': 1e6, 'G': 1e9}.get(unit[0] if unit else '', 1)


def layers(report):
    """Name, type, low, high, noise in per cent, multiplications."""
    lines = report.splitlines()
    rule = next(i for i, l in enumerate(lines) if l.startswith('---'))
    starts, at = [], 0
    for part in lines[rule].split():
        at = lines[rule].index(part, at)
        starts.append(at)
        at += len(part)
    for l in lines[rule + 1:]:
        if not l.strip():
            return
        cells = [l[a:b].strip() for a, b in zip(starts, starts[1:] + [None])]
        low, high = cells[3].split(' .. ')
        yield cells[0], cells[1], low, high, float(cells[4].rstrip(' %')), count(cells[7])


def number(text):
    return (text if '.' in text or 'e' in text else text + '.0') + 'F'


def main():
    model, quern, out = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, HERE / 'reading_samples.py', folder + '/lines',
                        str(SAMPLES)], check=True)
        report = subprocess.run([quern, 'model', 'optimize', model, '-o', folder + '/q',
                                 '--precision', 'int8', '--calibrate', folder + '/lines',
                                 '--bound', '1'], check=True, capture_output=True, text=True).stdout
    found = list(layers(report))
    work = sum(l[5] for l in found)
    chosen = [l for l in found
              if l[1] == 'Conv' and l[5] >= LEAST_SHARE * work and l[4] < MOST_NOISE]
    text = ('/* Written by tools/reading_ranges.py rec.onnx build/quern src/document/ppocr_ranges.c */\n'
            '/* clang-format off */\n')
    text += '#include "document/ppocr_lower.h"\n\n'
    text += 'const ppocr_range ppocr__ranges[] = {\n'
    text += ''.join(f'    {{"{n}", {number(low)}, {number(high)}}},\n'
                    for n, _, low, high, _, _ in chosen)
    text += '};\nconst size_t ppocr__range_count = sizeof ppocr__ranges / sizeof *ppocr__ranges;\n'
    crc = zlib.crc32(pathlib.Path(model).read_bytes())
    text += f'const uint32_t ppocr__ranges_crc = 0x{crc:08x};\n'
    pathlib.Path(out).write_text(text)
    share = sum(l[5] for l in chosen) / work
    print(f'{len(chosen)} of {len(found)} layers, {100 * share:.0f} % of the work')


if __name__ == '__main__':
    main()
