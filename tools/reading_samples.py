#!/usr/bin/env python3
"""Draw lines of text as the recogniser gets them, to calibrate it with.

usage: reading_samples.py DIR [COUNT]

Each DIR/NNN.npy is a float32 array [1, 3, 48, W] from -1 to 1: invented words, sums and dates in
the fonts that every PDF program has, drawn by pdftoppm, and then made worse as scanners and
faxes do. The same lines come out every time.
"""
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

HEIGHT, WIDTH, PITCH, DPI = 48, 640, 24, 144
FONTS = ['Helvetica', 'Helvetica-Bold', 'Helvetica-Oblique', 'Times-Roman', 'Times-Bold',
         'Times-Italic', 'Courier', 'Courier-Bold']
SYLLABLES = 'ka re to mi sun ber lo ne gra vi pa del tor es an ul ro ment ing pro sta qui zo ex'.split()


def word(r):
    text = ''.join(r.choice(SYLLABLES) for _ in range(r.randint(1, 3)))
    return r.choice([str.lower, str.title, str.upper])(text)


def piece(r):
    kind = r.randrange(8)
    if kind < 4:
        return word(r)
    if kind == 4:
        return f'{r.choice("$ EUR RM GBP".split())} {r.randrange(10000)}.{r.randrange(100):02}'
    if kind == 5:
        return f'{r.randint(1, 31):02}{r.choice("/.-")}{r.randint(1, 12):02}{r.choice("/.-")}20{r.randrange(30):02}'
    if kind == 6:
        return r.choice(['No.', 'Tel:', '(%)', '#', '@', 'x2', 'A/B', '-', '*', '"', '&'])
    return str(r.randrange(10 ** r.randint(1, 9)))


def line(r):
    text = ' '.join(piece(r) for _ in range(r.randint(1, 6)))
    return text[:r.randint(8, 34)].strip()


def page(r, lines):
    """A page with the lines one below the other, as PDF."""
    draw = ['BT']
    for i, text in enumerate(lines):
        size, font = r.uniform(13, 19), r.randrange(len(FONTS))
        y = PITCH * (len(lines) - i) - PITCH / 2 - 0.36 * size + r.uniform(-1.5, 1.5)
        escaped = text.replace('\\', '\\\\').replace('(', '\\(').replace(')', '\\)')
        draw.append(f'/F{font} {size:.2f} Tf 1 0 0 1 {r.uniform(1, 6):.2f} {y:.2f} Tm ({escaped}) Tj')
    content = '\n'.join(draw + ['ET']).encode('latin-1')
    fonts = ' '.join(f'/F{i} << /Type /Font /Subtype /Type1 /BaseFont /{f} >>'
                     for i, f in enumerate(FONTS))
    width, height = WIDTH * 72 // DPI, PITCH * len(lines)
    objects = [b'<< /Type /Catalog /Pages 2 0 R >>', b'<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
               f'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents 4 0 R '
               f'/Resources << /Font << {fonts} >> >> >>'.encode(),
               b'<< /Length %d >>\nstream\n%s\nendstream' % (len(content), content)]
    out, places = b'%PDF-1.4\n', []
    for i, body in enumerate(objects):
        places.append(len(out))
        out += b'%d 0 obj\n%s\nendobj\n' % (i + 1, body)
    table = b'xref\n0 5\n0000000000 65535 f \n' + b''.join(b'%010d 00000 n \n' % p for p in places)
    return out + table + b'trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n' % len(out)


def rendered(pdf):
    """The page's rows of grey pixels."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, 'p')
        path.with_suffix('.pdf').write_bytes(pdf)
        subprocess.run(['pdftoppm', '-r', str(DPI), '-gray', '-singlefile',
                        path.with_suffix('.pdf'), path], check=True)
        data = path.with_suffix('.pgm').read_bytes()
    head, size, _, pixels = data.split(b'\n', 3)
    width, height = map(int, size.split())
    return [list(pixels[y * width:(y + 1) * width]) for y in range(height)]


def shrunk(rows, by):
    """Fewer pixels, and as many again: what a coarse scan leaves."""
    h, w = len(rows) // by, len(rows[0]) // by
    small = [[sum(rows[y * by + j][x * by + i] for j in range(by) for i in range(by)) / by / by
              for x in range(w)] for y in range(h)]

    def at(y, x):
        y, x = min(max(y, 0), h - 1.001), min(max(x, 0), w - 1.001)
        i, k = int(y), int(x)
        top = small[i][k] * (1 - x + k) + small[i][min(k + 1, w - 1)] * (x - k)
        low = small[min(i + 1, h - 1)]
        return top * (1 - y + i) + (low[k] * (1 - x + k) + low[min(k + 1, w - 1)] * (x - k)) * (y - i)
    return [[at((y + .5) / by - .5, (x + .5) / by - .5) for x in range(w * by)] for y in range(h * by)]


def worse(r, rows):
    """Coarse, pale or dark paper, noise, sometimes white on black."""
    by = r.choice([1, 1, 2, 2, 3])
    if by > 1:
        rows = shrunk(rows, by)
    ink, paper = r.uniform(0, 110), r.uniform(170, 255)
    if r.random() < 0.1:
        ink, paper = paper, ink
    noise = r.choice([0, 4, 12])
    return [[min(max(ink + v / 255 * (paper - ink) + r.gauss(0, noise), 0), 255) for v in row]
            for row in rows]


def trimmed(rows):
    """The columns up to the ink's end, to a multiple of 32."""
    last = max((x for row in rows for x, v in enumerate(row) if v < 200), default=0)
    width = min(max((last + 8 + 31) // 32 * 32, 64), WIDTH)
    return [row[:width] for row in rows]


def npy(rows):
    """Three equal channels from -1 to 1."""
    width = len(rows[0])
    head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, {len(rows)}, {width}), }}"
    head += ' ' * (63 - (10 + len(head)) % 64) + '\n'
    plane = b''.join(struct.pack(f'<{width}f', *(v / 127.5 - 1 for v in row)) for row in rows)
    return b'\x93NUMPY\x01\x00' + struct.pack('<H', len(head)) + head.encode() + 3 * plane


def main():
    folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 64
    r = random.Random(48)
    folder.mkdir(parents=True, exist_ok=True)
    rows = rendered(page(r, [line(r) for _ in range(count)]))
    for i in range(count):
        clean = trimmed(rows[i * HEIGHT:(i + 1) * HEIGHT])
        part = worse(r, clean)
        part = [row + row[-1:] * (len(clean[0]) - len(row)) for row in part]
        (folder / f'{i:03}.npy').write_bytes(npy(part))


if __name__ == '__main__':
    main()
