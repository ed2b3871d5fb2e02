"""Pages that are hard to read, or mean harm: made here, read by the command line."""
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import time
import unittest
import zlib

from harness import BINARY, ROOT, main

INVOICE = ROOT / 'examples' / 'invoicebot' / 'invoice-35678-9.pdf'
FONT = pathlib.Path('/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf')


def pdf(objects):
    """Objects are (dictionary, stream or None), numbered from 1; the first is the catalog."""
    out, places = b'%PDF-1.4\n', []
    for i, (head, stream) in enumerate(objects, 1):
        places.append(len(out))
        out += b'%d 0 obj\n' % i
        if stream is None:
            out += b'<<%s>>' % head
        else:
            out += b'<<%s/Length %d>>\nstream\n%s\nendstream' % (head, len(stream), stream)
        out += b'\nendobj\n'
    xref = len(out)
    out += b'xref\n0 %d\n0000000000 65535 f \n' % (len(objects) + 1)
    out += b''.join(b'%010d 00000 n \n' % p for p in places)
    return out + b'trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n' % (len(objects) + 1, xref)


def page(resources, content, *others):
    """One page of 612 x 792 points; `others` are objects 5 and on."""
    return pdf([(b'/Type/Catalog/Pages 2 0 R', None), (b'/Type/Pages/Count 1/Kids[3 0 R]', None),
                (b'/Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<<%s>>' % resources, None),
                (b'', content), *others])


def png(width, height, rows, depth=8, kind=0, extra=b''):
    """rows: the packed bytes of each row."""
    def chunk(name, data):
        return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))

    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, depth, kind, 0, 0, 0)) + extra +
            chunk(b'IDAT', zlib.compress(b''.join(b'\0' + r for r in rows), 1)) + chunk(b'IEND', b''))


def png_chunk(name, data):
    return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))


def tiff(pages, width=64, height=64):
    """White 1-bit pages that share their pixels."""
    data = b'\xff' * (width // 8 * height)
    entries, first = 9, 8 + len(data)
    size = 2 + entries * 12 + 4
    out = b'II*\0' + struct.pack('<I', first) + data
    for i in range(pages):
        tags = [(256, 4, width), (257, 4, height), (258, 3, 1), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1),
                (278, 4, height), (279, 4, len(data))]
        out += struct.pack('<H', entries)
        out += b''.join(struct.pack('<HHII', tag, kind, 1, value) for tag, kind, value in tags)
        out += struct.pack('<I', first + (i + 1) * size if i + 1 < pages else 0)
    return out


class Reading(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='quern-reading-'))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def run_on(self, path, *arguments, **environment):
        if isinstance(path, bytes):
            (self.folder / 'in').write_bytes(path)
            path = self.folder / 'in'
        return subprocess.run([BINARY, 'read', *arguments, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, timeout=600, env={**os.environ, **environment})

    def text(self, path, *arguments, **environment):
        done = self.run_on(path, *arguments, **environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def complaint(self, path):
        done = self.run_on(path)
        self.assertEqual(done.returncode, 1, done.stdout[:500])
        return done.stderr

    def picture(self, kind='-gray', dpi=150, suffix='.pgm'):
        """The sample invoice, as pdftoppm draws it."""
        stem = self.folder / f'drawn{kind}{dpi}'
        subprocess.run(['pdftoppm', '-singlefile', kind, '-r', str(dpi), str(INVOICE), str(stem)], check=True)
        return stem.with_suffix(suffix)

    def grey(self, dpi=150):
        """(width, height, rows)"""
        head, size, _, pixels = self.picture(dpi=dpi).read_bytes().split(b'\n', 3)
        self.assertEqual(head, b'P5')
        width, height = map(int, size.split())
        return width, height, [pixels[y * width:(y + 1) * width] for y in range(height)]

    # ---- PDFs

    def test_a_picture_beside_text_is_read_and_nothing_twice(self):
        jpeg = self.picture('-jpeg', 100, '.jpg').read_bytes()
        width, height = struct.unpack('>HH', jpeg[(at := jpeg.index(b'\xff\xc0')) + 5:at + 9])[::-1]
        file = page(b'/Font<</F 5 0 R>>/XObject<</I 6 0 R>>',
                    b'BT /F 16 Tf 60 740 Td (The covering letter of the accounting office) Tj ET '
                    b'q 459 0 0 594 80 60 cm /I Do Q',
                    (b'/Type/Font/Subtype/Type1/BaseFont/Helvetica', None),
                    (b'/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8'
                     b'/Filter/DCTDecode' % (width, height), jpeg))
        text = self.text(file)
        self.assertEqual(text.count('covering letter'), 1)
        self.assertTrue(text.startswith('The covering letter of the accounting office\n'))
        self.assertIn('35678-9', text)

    def test_a_layer_without_a_map_to_characters_is_not_believed(self):
        if not FONT.exists():
            self.skipTest(f'{FONT} is not installed')
        font = FONT.read_bytes()

        def shown(text):  # DejaVu's glyph of a Latin character is its code less 29
            return b'<' + b''.join(b'%04x' % (ord(c) - 29) for c in text) + b'>'

        lines = ['Statement of the harbour office', 'Berth twelve was cleaned today', 'Nothing remains payable']
        content = b'BT /F 18 Tf 60 700 Td ' + b' 0 -40 Td '.join(shown(line) + b' Tj' for line in lines) + b' ET'
        file = page(b'/Font<</F 5 0 R>>', content,
                    (b'/Type/Font/Subtype/Type0/BaseFont/DejaVuSans/Encoding/Identity-H/DescendantFonts[6 0 R]', None),
                    (b'/Type/Font/Subtype/CIDFontType2/BaseFont/DejaVuSans/CIDSystemInfo<</Registry(Adobe)'
                     b'/Ordering(Identity)/Supplement 0>>/FontDescriptor 7 0 R/DW 600/CIDToGIDMap/Identity', None),
                    (b'/Type/FontDescriptor/FontName/DejaVuSans/Flags 4/FontBBox[-1000 -300 1500 1000]/ItalicAngle 0'
                     b'/Ascent 928/Descent -236/CapHeight 729/StemV 80/FontFile2 8 0 R', None),
                    (b'/Length1 %d' % len(font), font))
        text = self.text(file)
        for line in lines:
            self.assertIn(line.split()[-1], text)

    def test_a_loop_in_the_page_tree_ends(self):
        file = pdf([(b'/Type/Catalog/Pages 2 0 R', None), (b'/Type/Pages/Count 3/Kids[3 0 R]', None),
                    (b'/Type/Pages/Parent 2 0 R/Count 3/Kids[2 0 R 3 0 R]', None)])
        self.assertIn('PDF', self.complaint(file))

    def test_an_encrypted_pdf_is_named_so(self):
        out = self.folder / 'secret.pdf'
        for bits in ('128', '256'):
            subprocess.run(['qpdf', '--allow-weak-crypto', '--encrypt', 'secret', 'owner', bits, '--', str(INVOICE),
                            str(out)], check=True)
            self.assertIn('encrypted and wants a password', self.complaint(out))

    # ---- Pictures

    def test_pixels_of_every_kind_are_read(self):
        width, height, rows = self.grey()
        colours = b''.join(bytes([i, i, i]) for i in range(256))
        files = {
            '16 bits': png(width, height, [b''.join(bytes([p, p]) for p in r) for r in rows], 16),
            'palette': png(width, height, rows, 8, 3, png_chunk(b'PLTE', colours)),
            'alpha': png(width, height, [b''.join(bytes([0, 255 - p]) for p in r) for r in rows], 8, 4),
            '1 bit': png(width, height, [bytes(sum((r[x + b] > 127) << (7 - b) for b in range(8) if x + b < width)
                                               for x in range(0, width, 8)) for r in rows], 1),
            'white on black': png(width, height, [bytes(255 - p for p in r) for r in rows]),
            'wrong resolution': png(width, height, rows, extra=png_chunk(b'pHYs', struct.pack('>IIB', 3, 90000, 1))),
            'four inks': self.picture('-jpegcmyk', suffix='.jpg').read_bytes(),
        }
        for name, file in files.items():
            with self.subTest(name):
                self.assertIn('35678-9', self.text(file))

    def test_a_page_of_200_megapixels_is_refused_by_its_size(self):
        rows = [b'\xff' * 1768] * 14143
        complaint = self.complaint(png(14144, 14143, rows, 1))
        self.assertIn('14144 x 14143 pixels', complaint)
        self.assertIn('at most 100 million', complaint)

    def test_a_tiff_of_3000_pages_is_read_and_of_3001_refused(self):
        text = self.text(tiff(3000))
        self.assertEqual(text.count('\f'), 2999)
        self.assertIn('more than 3000 pages', self.complaint(tiff(3001)))

    def test_a_turned_picture_is_read_by_tesseract(self):
        for turn in (90, 180, 270):
            turned, stem = self.folder / f'{turn}.pdf', self.folder / str(turn)
            subprocess.run(['qpdf', f'--rotate=+{turn}', str(INVOICE), str(turned)], check=True)
            subprocess.run(['pdftoppm', '-singlefile', '-png', '-r', '150', str(turned), str(stem)], check=True)
            self.assertIn('35678-9', self.text(stem.with_suffix('.png'), '--recogniser', 'tesseract'), turn)

    # ---- Cost

    def test_memory_stays_flat_over_500_pages(self):
        """The largest process over 500 pages is not larger than over 20."""
        if not os.environ.get('QUERN_SLOW'):
            self.skipTest('takes minutes; set QUERN_SLOW=1')
        jpeg = self.picture('-jpeg', 60, '.jpg').read_bytes()
        width, height = struct.unpack('>HH', jpeg[(at := jpeg.index(b'\xff\xc0')) + 5:at + 9])[::-1]

        def scan(pages):
            kids = b' '.join(b'%d 0 R' % (5 + i) for i in range(pages))
            return pdf([(b'/Type/Catalog/Pages 2 0 R', None), (b'/Type/Pages/Count %d/Kids[%s]' % (pages, kids), None),
                        (b'/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8'
                         b'/Filter/DCTDecode' % (width, height), jpeg), (b'', b'q 612 0 0 792 0 0 cm /I Do Q')] +
                       [(b'/Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R'
                         b'/Resources<</XObject<</I 3 0 R>>>>', None)] * pages)

        most = []
        for pages in (20, 500):
            (self.folder / 'in').write_bytes(scan(pages))
            process = subprocess.Popen([BINARY, 'read', str(self.folder / 'in')], stdout=subprocess.DEVNULL)
            largest = 0
            while process.poll() is None:
                largest = max([largest, *self.resident(process.pid)])
                time.sleep(0.05)
            self.assertEqual(process.returncode, 0)
            most.append(largest)
        self.assertLess(most[1], 1.15 * most[0], most)

    def resident(self, pid):
        """Bytes of a process and all under it."""
        waiting = [pid]
        while waiting:
            pid = waiting.pop()
            try:
                status = pathlib.Path(f'/proc/{pid}/status').read_text()
                waiting += map(int, pathlib.Path(f'/proc/{pid}/task/{pid}/children').read_text().split())
            except OSError:
                continue
            found = [line for line in status.splitlines() if line.startswith('VmRSS:')]
            if found:
                yield int(found[0].split()[1]) << 10


if __name__ == '__main__':
    main(Reading)
