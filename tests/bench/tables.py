#!/usr/bin/env python3
"""Accuracy of the tables of documents with known answers, beside other programs that find tables.

usage: tables.py DATA_DIR [--binary build/quern] [--kind tables] [--pages DIR]
                 [--peer pdfplumber,camelot]

DATA_DIR is that of documents.py; scored are the documents whose NAME.json has

    {"file": "NAME.pdf", "pages": [{"page": 1, "width": 612, "height": 792}],
     "tables": [{"page": 1, "box": [x0, y0, x1, y1],
                 "cells": [{"row": 0, "col": 0, "row_span": 1, "col_span": 2, "text": "..."}]}]}

and, in folders without such answers, how many tables are found at all.

adjacency  what stands next to what: for each cell the next that is not blank to the right and
           below, as in the table competition of ICDAR 2013; of all tables of a document together
cells      row, column and text, of the table that lies over the known one most

Texts are compared by their letters and digits. A peer that is named must be installed for this
python; its output is scored by the same code. Prints a Markdown table.
"""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parents[2]

Cell = collections.namedtuple('Cell', 'row column rows columns text')
Table = collections.namedtuple('Table', 'page box cells')


def plain(text):
    return ''.join(c for c in unicodedata.normalize('NFKC', text or '').casefold() if c.isalnum())


def known(truth):
    """The tables of an answer; boxes as fractions of the page."""
    sizes = {p.get('page', i + 1): p for i, p in enumerate(truth['pages'])}
    for table in truth['tables']:
        size = sizes[table.get('page', 1)]
        x0, y0, x1, y1 = table['box']
        yield Table(table.get('page', 1),
                    (x0 / size['width'], y0 / size['height'], x1 / size['width'], y1 / size['height']),
                    [Cell(c['row'], c['col'], c.get('row_span', 1), c.get('col_span', 1), plain(c['text']))
                     for c in table['cells']])


def of_blocks(reply):
    """The tables of an API reply. A MERGED_CELL stands for its cells."""
    blocks = {b['Id']: b for b in reply.get('Blocks') or []}

    def related(block, kind):
        return [blocks[i] for r in block.get('Relationships') or [] if r['Type'] == kind
                for i in r['Ids'] if i in blocks]

    def text(cells):
        return ' '.join(w['Text'] for c in cells for w in related(c, 'CHILD') if w['BlockType'] == 'WORD')

    def cell(block, of):
        return Cell(block['RowIndex'] - 1, block['ColumnIndex'] - 1, block.get('RowSpan', 1),
                    block.get('ColumnSpan', 1), plain(text(of)))

    for block in blocks.values():
        if block['BlockType'] != 'TABLE':
            continue
        merged = related(block, 'MERGED_CELL')
        inside = {c['Id'] for m in merged for c in related(m, 'CHILD')}
        cells = [cell(c, [c]) for c in related(block, 'CHILD')
                 if c['BlockType'] == 'CELL' and c['Id'] not in inside]
        cells += [cell(m, related(m, 'CHILD')) for m in merged]
        box = block['Geometry']['BoundingBox']
        yield Table(block.get('Page', 1), (box['Left'], box['Top'], box['Left'] + box['Width'],
                                           box['Top'] + box['Height']), cells)


def adjacency(cells):
    grid = {}
    for c in cells:
        if c.text:
            grid.update({(y, x): c for y in range(c.row, c.row + c.rows)
                         for x in range(c.column, c.column + c.columns)})
    if not grid:
        return collections.Counter()
    last = max(y for y, _ in grid), max(x for _, x in grid)
    relations = set()
    for (y, x), c in grid.items():
        for dy, dx in ((0, 1), (1, 0)):
            v, u = y + dy, x + dx
            while v <= last[0] and u <= last[1] and grid.get((v, u), c) is c:
                v, u = v + dy, u + dx
            if (v, u) in grid:
                relations.add((id(c), id(grid[v, u]), c.text, grid[v, u].text, dx))
    return collections.Counter(r[2:] for r in relations)


def overlap(a, b):
    w, h = min(a.box[2], b.box[2]) - max(a.box[0], b.box[0]), min(a.box[3], b.box[3]) - max(a.box[1], b.box[1])
    if a.page != b.page or w <= 0 or h <= 0:
        return 0
    areas = [(t.box[2] - t.box[0]) * (t.box[3] - t.box[1]) for t in (a, b)]
    return w * h / (sum(areas) - w * h)


def score(wanted, got, add):
    """add(measure, right, predicted, wanted)"""
    pairs = sorted(((overlap(w, g), -i, -j) for i, w in enumerate(wanted) for j, g in enumerate(got)),
                   reverse=True)
    used_wanted, used_got, right = set(), set(), 0
    for share, i, j in pairs:
        if share > 0 and i not in used_wanted and j not in used_got:
            used_wanted.add(i)
            used_got.add(j)
            a, b = (collections.Counter((c.row, c.column, c.text) for c in t.cells if c.text)
                    for t in (wanted[-i], got[-j]))
            right += sum((a & b).values())
    add('cells', right, *(sum(bool(c.text) for t in side for c in t.cells) for side in (got, wanted)))
    a, b = (sum((adjacency(t.cells) for t in side), collections.Counter()) for side in (wanted, got))
    add('adjacency', sum((a & b).values()), sum(b.values()), sum(a.values()))
    add('tables', len(used_wanted), len(got), len(wanted))


class Counts:
    def __init__(self):
        self.of = collections.defaultdict(lambda: [0, 0, 0])

    def add(self, measure, *numbers):
        self.of[measure] = [a + b for a, b in zip(self.of[measure], numbers)]

    def row(self, measure):
        right, predicted, wanted = self.of[measure]
        p, r = right / max(predicted, 1), right / max(wanted, 1)
        return f'{p:.3f} | {r:.3f} | {2 * p * r / (p + r) if p + r else 0:.3f} | {wanted}'


# ---- who finds tables ----

def ours(tool, document, pages):
    if not pages.exists():
        pages.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([tool, 'read', document, pages], check=True, timeout=600)
    done = subprocess.run([tool, 'analyze', pages, 'TABLES'], stdout=subprocess.PIPE, check=True, timeout=60)
    return list(of_blocks(json.loads(done.stdout)))


def rows_of(rows):
    """Cells of a list of rows; other programs tell of no spans."""
    return [Cell(y, x, 1, 1, plain(text)) for y, row in enumerate(rows) for x, text in enumerate(row)]


def pdfplumber_tables(document):
    import pdfplumber
    with pdfplumber.open(document) as pdf:
        for n, page in enumerate(pdf.pages, 1):
            for t in page.find_tables():
                x0, y0, x1, y1 = t.bbox
                yield Table(n, (x0 / float(page.width), y0 / float(page.height), x1 / float(page.width),
                                y1 / float(page.height)), rows_of(t.extract()))


def camelot_tables(document, flavor):
    import camelot
    import pypdfium2
    sizes = [p.get_size() for p in pypdfium2.PdfDocument(document)]
    try:
        found = camelot.read_pdf(str(document), pages='all', flavor=flavor, suppress_stdout=True)
    except (IndexError, ValueError):
        return  # it fails on some pages without text
    for t in found:
        w, h = sizes[t.page - 1]
        x0, y0, x1, y1 = t._bbox  # from below
        yield Table(t.page, (x0 / w, 1 - y1 / h, x1 / w, 1 - y0 / h), rows_of(t.data))


PEERS = {'pdfplumber': pdfplumber_tables,
         'camelot-lattice': lambda d: camelot_tables(d, 'lattice'),
         'camelot-stream': lambda d: camelot_tables(d, 'stream')}


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('data', type=pathlib.Path)
    ap.add_argument('--binary', type=pathlib.Path, default=ROOT / 'build' / 'quern')
    ap.add_argument('--kind', help='folders, separated by commas')
    ap.add_argument('--pages', type=pathlib.Path, help='keep the pages that were read here')
    ap.add_argument('--peer', default='', help=', '.join(PEERS))
    args = ap.parse_args()
    tool = args.binary.resolve().parent / 'tests' / 'bench_pages'
    if not os.access(tool, os.X_OK):
        sys.exit(f'{tool} is not there; build it')
    pages = args.pages or pathlib.Path(tempfile.mkdtemp(prefix='quern-tables-'))
    who = {'quern': None, **{p: PEERS[p] for p in args.peer.split(',') if p}}
    counts, seconds = collections.defaultdict(Counts), collections.Counter()
    found, documents = collections.Counter(), collections.Counter()
    kinds = set(args.kind.split(',')) if args.kind else None
    for path in sorted(args.data.glob('*/*.json')):
        kind, truth = path.parent.name, json.loads(path.read_bytes())
        document = path.parent / truth.get('file', '')
        if kinds and kind not in kinds or not document.is_file():
            continue
        documents[kind] += 1
        for name, tables_of in who.items():
            if tables_of and document.suffix != '.pdf':
                continue
            start = time.monotonic()
            got = list(tables_of(document)) if tables_of else ours(tool, document, pages / kind / f'{path.stem}.pages')
            seconds[name] += time.monotonic() - start
            if truth.get('tables'):
                score(list(known(truth)), got, counts[kind, name].add)
            else:
                found[kind, name] += len(got)
    print('| documents | found by | measure | precision | recall | F1 | wanted |')
    print('|---|---|---|---|---|---|---|')
    for (kind, name), c in counts.items():
        for measure in ('adjacency', 'cells', 'tables'):
            print(f'| {kind} ({documents[kind]}) | {name} | {measure} | {c.row(measure)} |')
    for (kind, name), n in found.items():
        print(f'{kind}: {name} finds {n} tables in {documents[kind]} documents')
    print('\n' + ', '.join(f'{name} {s:.1f} s' for name, s in seconds.items()) +
          '; pages that were kept are not read again')


if __name__ == '__main__':
    main()
