#!/usr/bin/env python3
"""Write the sample invoice 35678-9 as a one-page PDF with a real text layer.

    python3 make_invoice.py [FILE]      (default: invoice-35678-9.pdf beside this script)

Only the Python standard library; the same bytes on every run. The year of the
first line is as it stands in the conversation the example plays.
"""
import os
import sys

WIDTH, HEIGHT = 612, 792  # US Letter, points
INK, GREY, ACCENT, PALE = "0.13 0.15 0.19", "0.42 0.45 0.50", "0.09 0.30 0.43", "0.93 0.95 0.97"

VENDOR = ["Brightwater Business Services, Inc.", "410 Harbor Street, Suite 200", "Portland, ME 04101",
          "Phone: (207) 555-0142"]
BILL_TO = ["Example Corporation", "Attn: Accounts Payable", "1200 Market Square", "Springfield, IL 62701"]
FACTS = [("Invoice Number", "35678-9"), ("Invoice Date", "5/14/2019"), ("Due Date", "6/13/2019"),
         ("Terms", "Net 30")]

# left edge of each column; the last is the right edge of the amounts
COLUMNS = [("Date", 62), ("Merchant / Item", 132), ("Description", 254), ("Category", 334), ("Amount", 550)]
ROWS = [
    ("5/10/1019", "Merchant One", ["Desks and", "Chairs"], "Office Supplies", "1500.00"),
    ("5/11/2019", "Merchant Two", ["Team Dinner"], "Food", "100.00"),
    ("5/12/2019", "Merchant Three", ["Laptop"], "Office Supplies", "300.00"),
    ("5/13/2019", "Merchant Three", ["Printer"], "Office Supplies", "200.00"),
]
TOTALS = [("Subtotal", "$2,100.00"), ("Tax", "$0.00"), ("Total", "$2,100.00")]

# Advance widths of the characters 32..126 in thousandths of the font size (Adobe's AFM files).
HELVETICA = [int(w) for w in """278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556
556 556 556 556 556 556 556 556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278
500 667 556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556
500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334
260 334 584""".split()]
HELVETICA_BOLD = [int(w) for w in """278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278
556 556 556 556 556 556 556 556 556 556 333 333 584 584 584 611 975 722 722 722 722 667 611 778 722
278 556 722 611 833 722 778 667 778 722 667 611 722 667 944 667 667 611 333 278 333 584 556 333 556
611 556 611 556 333 611 611 278 278 556 278 889 611 611 611 611 389 556 333 611 556 778 556 556 500
389 280 389 584""".split()]


class Page:
    """Drawing commands of one page; y runs down from the top edge."""

    def __init__(self):
        self.commands = []

    def text(self, x, y, text, size=10, bold=False, color=INK, align="left"):
        if align == "right":
            widths = HELVETICA_BOLD if bold else HELVETICA
            x -= sum(widths[ord(c) - 32] for c in text) * size / 1000
        escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        self.commands.append(f"BT /{'B' if bold else 'R'} {size} Tf {color} rg "
                             f"1 0 0 1 {x:.2f} {HEIGHT - y:.2f} Tm ({escaped}) Tj ET")

    def box(self, x, y, width, height, color):
        self.commands.append(f"{color} rg {x:.2f} {HEIGHT - y - height:.2f} {width:.2f} {height:.2f} re f")

    def rule(self, y, color=GREY, width=0.6):
        self.commands.append(f"{color} RG {width} w 54 {HEIGHT - y:.2f} m 558 {HEIGHT - y:.2f} l S")


def draw_head(page):
    page.box(0, 0, WIDTH, 10, ACCENT)
    page.text(54, 62, VENDOR[0], 15, bold=True, color=ACCENT)
    for i, line in enumerate(VENDOR[1:]):
        page.text(54, 80 + 14 * i, line, color=GREY)
    page.text(558, 66, "INVOICE", 24, bold=True, align="right")
    page.text(54, 158, "Bill To", bold=True, color=ACCENT)
    for i, line in enumerate(BILL_TO):
        page.text(54, 174 + 14 * i, line, bold=i == 0)
    for i, (label, value) in enumerate(FACTS):
        page.text(460, 158 + 16 * i, label + ":", bold=True, align="right")
        page.text(558, 158 + 16 * i, value, align="right")


def draw_table(page, y):
    page.box(54, y, 504, 22, ACCENT)
    for i, (name, x) in enumerate(COLUMNS):
        page.text(x, y + 15, name, bold=True, color="1 1 1", align="right" if i == 4 else "left")
    y += 22
    for number, (date, merchant, description, category, amount) in enumerate(ROWS):
        height = 10 + 14 * len(description)
        if number % 2:
            page.box(54, y, 504, height, PALE)
        for (_, x), cell in zip(COLUMNS, (date, merchant, None, category)):
            if cell:
                page.text(x, y + 16, cell)
        for i, line in enumerate(description):
            page.text(COLUMNS[2][1], y + 16 + 14 * i, line)
        page.text(COLUMNS[4][1], y + 16, amount, align="right")
        y += height
    page.rule(y)
    return y


def draw_totals(page, y):
    for i, (label, amount) in enumerate(TOTALS):
        last = i == len(TOTALS) - 1
        if last:
            page.box(360, y + 6, 198, 24, PALE)
        page.text(372, y + 22, label, 12 if last else 10, bold=last)
        page.text(550, y + 22, amount, 12 if last else 10, bold=last, align="right")
        y += 20
    return y


def draw():
    page = Page()
    draw_head(page)
    bottom = draw_totals(page, draw_table(page, 262))
    page.text(54, bottom + 60, "Thank you for your business.", color=GREY)
    page.rule(740, width=0.4)
    page.text(54, 756, "Please include the invoice number with your payment.", 8, color=GREY)
    page.text(558, 756, "Page 1 of 1", 8, color=GREY, align="right")
    return "\n".join(page.commands)


def pdf(content):
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R /Lang (en-US) >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents 4 0 R "
        "/Resources << /Font << /R 5 0 R /B 6 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        font % "Helvetica",
        font % "Helvetica-Bold",
        "<< /Title (Invoice 35678-9) /Author (Brightwater Business Services, Inc.) >>",
    ]
    out, offsets = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    out += "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 7 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return out.encode("ascii")


def main():
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "invoice-35678-9.pdf")
    with open(sys.argv[1] if len(sys.argv) > 1 else beside, "wb") as f:
        f.write(pdf(draw()))


if __name__ == "__main__":
    main()
