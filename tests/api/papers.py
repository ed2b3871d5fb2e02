"""Documents for tests, made on the spot: PDFs by hand, pictures by drawing such a PDF."""
import struct
import subprocess


class Page:
    """One page's content: text and lines in points from the top left."""

    def __init__(self, width=300, height=200):
        self.width, self.height = width, height
        self.marks = []

    def text(self, x, y, text, size=12, bold=False):
        escaped = text.encode('cp1252').replace(b'\\', b'\\\\').replace(b'(', b'\\(').replace(b')', b'\\)')
        self.marks.append(b'BT /%s %d Tf %.1f %.1f Td (%s) Tj ET' % (
            b'F2' if bold else b'F1', size, x, self.height - y, escaped))
        return self

    def rule(self, x1, y1, x2, y2):
        self.marks.append(b'%.1f %.1f m %.1f %.1f l S' % (x1, self.height - y1, x2, self.height - y2))
        return self


def pdf(pages):
    """A PDF of these pages."""
    font = b'<< /Type /Font /Subtype /Type1 /Encoding /WinAnsiEncoding /BaseFont /%s >>'
    objects = [b'<< /Type /Catalog /Pages 2 0 R >>', None, font % b'Helvetica', font % b'Helvetica-Bold']
    kids = []
    for page in pages:
        stream = b'\n'.join(page.marks)
        objects.append(b'<< /Length %d >>\nstream\n%s\nendstream' % (len(stream), stream))
        objects.append(b'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Resources << /Font '
                       b'<< /F1 3 0 R /F2 4 0 R >> >> /Contents %d 0 R >>' % (
                           page.width, page.height, len(objects)))
        kids.append(b'%d 0 R' % len(objects))
    objects[1] = b'<< /Type /Pages /Count %d /Kids [%s] >>' % (len(kids), b' '.join(kids))
    out, offsets = b'%PDF-1.4\n', []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b'%d 0 obj\n%s\nendobj\n' % (number, body)
    table = b''.join(b'%010d 00000 n \n' % o for o in offsets)
    return out + (b'xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n'
                  b'%%%%EOF\n' % (len(objects) + 1, table, len(objects) + 1, len(out)))


def drawn(page, kind='png', dpi=200):
    """The page as a scan: 'png', 'jpeg', or 'pgm'."""
    options = [] if kind == 'pgm' else [f'-{kind}']
    return subprocess.run(['pdftoppm', *options, '-gray', '-r', str(dpi), '-singlefile', '-'], check=True,
                          input=pdf([page]), stdout=subprocess.PIPE).stdout


def tiff(pages, dpi=200):
    """Scans of the pages in one TIFF, grey and not compressed."""
    out = b'II*\0\0\0\0\0'
    link = 4   # where the next directory's offset goes
    for page in pages:
        magic, size, depth, rows = drawn(page, 'pgm', dpi).split(b'\n', 3)
        assert (magic, depth) == (b'P5', b'255')
        width, height = map(int, size.split())
        data, out = len(out), out + rows + b'\0' * (len(rows) % 2)
        tags = [(256, width), (257, height), (258, 8), (259, 1), (262, 1), (273, data), (277, 1), (278, height),
                (279, len(rows))]
        out = out[:link] + struct.pack('<I', len(out)) + out[link + 4:]
        out += struct.pack('<H', len(tags)) + b''.join(struct.pack('<HHII', t, 4, 1, v) for t, v in tags)
        link = len(out)
        out += b'\0\0\0\0'
    return out


def invoice(number='4711-A', total='$1,250.00', vendor='Northwind Pumps Ltd'):
    """A page of letter size with a head, a table of two items, and sums."""
    page = Page(612, 792)
    page.text(60, 70, vendor, 20, bold=True).text(60, 92, '12 Harbour Street').text(60, 108, 'Portland, OR 97201')
    page.text(400, 70, 'INVOICE', 20, bold=True)
    for i, (label, value) in enumerate([('Invoice Number:', number), ('Invoice Date:', '03/14/2024'),
                                        ('Due Date:', '04/13/2024')]):
        page.text(360, 100 + 18 * i, label).text(470, 100 + 18 * i, value)
    page.text(60, 170, 'Bill To:', bold=True).text(60, 188, 'Ada Miller').text(60, 204, '5 Mill Lane')
    page.text(60, 220, 'Salem, OR 97301')
    columns, rows = (60, 330, 410, 500), [('Description', 'Quantity', 'Unit Price', 'Amount'),
                                         ('Pump seal, 40 mm', '2', '$125.00', '$250.00'),
                                         ('Service visit', '4', '$250.00', '$1,000.00')]
    for r, row in enumerate(rows):
        for x, text in zip(columns, row):
            page.text(x, 280 + 24 * r, text, bold=r == 0)
    for y in (264, 288, 312, 336):
        page.rule(56, y, 560, y)
    for x in (56, 326, 406, 496, 560):
        page.rule(x, 264, x, 336)
    page.text(410, 370, 'Subtotal').text(500, 370, total).text(410, 390, 'Total', bold=True)
    page.text(500, 390, total, bold=True)
    return page


def letter():
    """Two short pages."""
    return [Page().text(20, 30, 'Dear Mr Miller', 16).text(20, 60, 'your pump has arrived', 16),
            Page().text(20, 30, 'Yours', 16).text(20, 60, 'Ada Smith', 16)]


def order():
    """A page with a title, two keys with values, and a ruled table under one cell over all columns."""
    page = Page(600, 500).text(40, 60, 'Order 1815', 22).text(40, 110, 'Name:').text(120, 110, 'Ada Lovelace')
    page.text(40, 130, 'Date:').text(120, 130, '10 December 1815')
    for y in range(200, 301, 25):
        page.rule(40, y, 440, y)
    for x in (40, 240, 340, 440):
        page.rule(x, 200 if x in (40, 440) else 225, x, 300)
    page.text(50, 217, 'What was ordered')
    for row, cells in enumerate((('Item', 'Quantity', 'Price'), ('Pump', '2', '45.00'), ('Valve', '1', '12.50'))):
        for x, cell in zip((50, 250, 350), cells):
            page.text(x, 242 + 25 * row, cell)
    return page
