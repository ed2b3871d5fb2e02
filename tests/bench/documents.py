#!/usr/bin/env python3
"""Accuracy of `quern expense` over a folder of documents with known answers.

usage: documents.py DATA_DIR [--binary build/quern] [--kind receipts,invoices] [--out DIR]
                    [--recogniser ppocr|tesseract] [--pages DIR [--truth-words]]

DATA_DIR has a folder for each kind of document; beside each NAME.pdf, .jpg, .png or .tif stands
NAME.json:

    {"file": "NAME.pdf",
     "lines": [{"text": "..."}],                      the page's text, in any order
     "fields": {"TOTAL": "9.00", ...},                AnalyzeExpense field types
     "fields_any": [{"types": ["TOTAL", "SUBTOTAL"], "value": "290.00"}],
     "line_items": [{"ITEM": "...", "QUANTITY": "...", "UNIT_PRICE": "...", "PRICE": "..."}],
     "key_values": [{"key": "...", "value": "..."}]}

Only what a file states is scored. Predictions are kept in DIR (a temporary folder by default) and
read again when they are newer than the binary and the document. Prints a Markdown table.

With --pages the pages that were read are kept in DIR and only what is said of them is computed
again: read them anew (another DIR) when reading has changed.

With --pages also the keys and values of forms are scored, and questions: "What is the KEY?" of
each key that the page has once. A pair is right when the letters and digits of both are; "nearly"
allows a fifth of them to differ. An answer is right as a value is. With --truth-words the words
that were read are replaced by the true ones, to tell mistakes of the analysis from those of reading.

A field is right when it is the same sum, the same day, or the same letters and digits without
regard to case. Of the fields given with a confidence of 90 or more, of 70 to 90, and of less, the
share that is right is told, and behind it how many those are. Words count as a multiset: what is on
the page and was read, over what was read (precision) and over what is on the page (recall).
"""
import argparse
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parents[2]
SUMS = {'TOTAL', 'SUBTOTAL', 'TAX', 'AMOUNT_DUE', 'AMOUNT_PAID', 'DISCOUNT', 'GRATUITY', 'PRICE',
        'SERVICE_CHARGE', 'SHIPPING_HANDLING_CHARGE', 'PRIOR_BALANCE', 'UNIT_PRICE', 'QUANTITY'}
DAYS = {'INVOICE_RECEIPT_DATE', 'DUE_DATE', 'ORDER_DATE', 'DELIVERY_DATE'}
MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split()
MONTH_STARTS = {'mär': 3, 'mai': 5, 'okt': 10, 'dez': 12, 'fév': 2, 'fev': 2, 'avr': 4, 'aoû': 8,
                'aou': 8, 'déc': 12, 'mrt': 3, 'maa': 3, 'mei': 5, 'juin': 6, 'juil': 7}


def plain(text):
    """Letters and digits only, case folded."""
    return ''.join(c for c in unicodedata.normalize('NFKC', text or '').casefold() if c.isalnum())


def amount(text):
    """The first number in a text, in 1/10000; None without one."""
    m = re.search(r"(-|−|\()?\s*[^\d\s,.(-]{0,4}\s*(-)?(\d(?:[\d.,']|[  \u202f](?=\d{3}(?!\d)))*)(\s?-)?",
                  text or '')
    if not m:
        return None
    digits = re.sub(r"[^\d.,]", '', m.group(3)).rstrip('.,')
    separators = [c for c in digits if c in '.,']
    point = max(digits.rfind('.'), digits.rfind(','))
    if separators and len(set(separators)) == 1:
        if len(separators) > 1 or (len(digits) - point == 4 and point < 4 and digits[0] != '0'):
            point = -1  # it parts thousands
    whole = re.sub(r'\D', '', digits[:point] if point >= 0 else digits) or '0'
    rest = (digits[point + 1:] if point >= 0 else '') + '0000'
    value = int(whole) * 10000 + int(rest[:4])
    return -value if m.group(1) or m.group(2) or m.group(4) else value


def days(text):
    """The days a text may mean, as (year, month, day)."""
    def year(y):
        y = int(y)
        return y if y > 99 else y + (2000 if y < 70 else 1900)

    def keep(found):
        return {d for d in found if 1 <= d[1] <= 12 and 1 <= d[2] <= 31}

    t = (text or '').casefold()
    m = re.search(r'(?<!\d)(\d{4})[-/. ](\d\d?)[-/. ](\d\d?)(?!\d)', t) or \
        re.search(r'(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)', t)
    if m:
        return keep({(int(m[1]), int(m[2]), int(m[3]))})
    for pattern, day, month in ((r'(\d\d?)(?:st|nd|rd|th)?[-/., ]*([^\W\d]{3,})\.?[-/., \']*(\d{4}|\d\d)(?!\d)', 1, 2),
                                (r'([^\W\d]{3,})\.?\s*(\d\d?)(?:st|nd|rd|th)?[-/., \']+(\d{4}|\d\d)(?!\d)', 2, 1)):
        m = re.search(pattern, t)
        if m:
            name = m[month]
            number = next((n for start, n in MONTH_STARTS.items() if name.startswith(start)), None)
            if number is None and name[:3] in MONTHS:
                number = MONTHS.index(name[:3]) + 1
            if number:
                return keep({(year(m[3]), number, int(m[day]))})
    m = re.search(r'(?<!\d)(\d\d?)\s*[-/. ]\s*(\d\d?)\s*[-/. ]\s*(\d{4}|\d\d)(?!\d)', t)
    if m:
        return keep({(year(m[3]), int(m[2]), int(m[1])), (year(m[3]), int(m[1]), int(m[2]))})
    return set()


def same(kind, want, got):
    if kind in SUMS and amount(want) is not None:
        return amount(want) == amount(got)
    if kind in DAYS and plain(want) != plain(got):
        # day or month first is not always told: the readings must meet, one of them being sure
        a, b = days(want), days(got)
        return a == b != set() or (min(len(a), len(b)) == 1 and bool(a & b))
    return plain(want) == plain(got)


BANDS = [(90, 'given 90 or more'), (70, 'given 70 to 90'), (0, 'given less')]


class Count:
    """Right, predicted and wanted."""

    def __init__(self):
        self.right = self.predicted = self.wanted = 0

    def add(self, right, predicted, wanted):
        self.right += right
        self.predicted += predicted
        self.wanted += wanted

    def cells(self):
        if not self.wanted:
            return f'{self.right / max(1, self.predicted):.3f} | | | {self.predicted}'
        p = self.right / self.predicted if self.predicted else 0
        r = self.right / self.wanted if self.wanted else 0
        return f'{p:.3f} | {r:.3f} | {2 * p * r / (p + r) if p + r else 0:.3f} | {self.wanted}'


def text_of(detection):
    return (detection or {}).get('Text') or ''


def summary(prediction):
    """The surest value of each type, behind how sure it is."""
    best = {}
    for document in prediction.get('ExpenseDocuments') or []:
        for f in document.get('SummaryFields') or []:
            kind, sure = f['Type']['Text'], f['Type'].get('Confidence') or 0
            if kind not in best or sure > best[kind][0]:
                best[kind] = (sure, text_of(f.get('ValueDetection')))
    return best


def items(prediction):
    rows = []
    for document in prediction.get('ExpenseDocuments') or []:
        for group in document.get('LineItemGroups') or []:
            for item in group.get('LineItems') or []:
                row = {}
                for f in item.get('LineItemExpenseFields') or []:
                    row.setdefault(f['Type']['Text'], text_of(f.get('ValueDetection')))
                rows.append(row)
    return rows


def words(prediction):
    blocks = prediction.get('Blocks') or []
    for document in prediction.get('ExpenseDocuments') or []:
        blocks = blocks + (document.get('Blocks') or [])
    return [b['Text'] for b in blocks if b.get('BlockType') == 'WORD']


def score_fields(truth, prediction, counts):
    got = summary(prediction)
    wanted = [([kind], value) for kind, value in (truth.get('fields') or {}).items()]
    wanted += [(f['types'], f['value']) for f in truth.get('fields_any') or []]
    for kinds, value in wanted:
        if not value:
            continue
        found = [got[k] for k in kinds if k in got]
        right = any(same(kinds[0], value, g) for _, g in found)
        for sure, g in found:
            name = next(n for least, n in BANDS if sure >= least)
            counts[name].add(same(kinds[0], value, g), 1, 0)
        counts['fields'].add(right, bool(found), 1)
        counts['  ' + kinds[0]].add(right, bool(found), 1)


def score_items(truth, prediction, counts):
    """Rows are matched greedily, those that agree most first."""
    wanted, got = truth['line_items'], items(prediction)
    kinds = {k for row in wanted for k in row}
    agree = sorted(((sum(k in g and same(k, v, g[k]) for k, v in w.items()), -i, -j)
                    for i, w in enumerate(wanted) for j, g in enumerate(got)), reverse=True)
    used_wanted, used_got, right = set(), set(), 0
    for n, i, j in agree:
        if n and i not in used_wanted and j not in used_got:
            used_wanted.add(i)
            used_got.add(j)
            right += n
    counts['line items'].add(right, sum(k in kinds for g in got for k in g),
                             sum(len(row) for row in wanted))


def score_words(truth, prediction, counts):
    def bag(found):
        return collections.Counter(filter(None, map(plain, found)))

    wanted = bag(w for line in truth['lines'] for w in line['text'].split())
    got = bag(w for text in words(prediction) for w in text.split())
    counts['words'].add(sum((wanted & got).values()), sum(got.values()), sum(wanted.values()))


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        corner, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            corner, row[j] = row[j], min(corner + (x != y), row[j] + 1, row[j - 1] + 1)
    return row[-1]


def nearly(a, b):
    longer = max(len(a), len(b))
    return abs(len(a) - len(b)) <= longer / 5 and distance(a, b) <= longer / 5


def pairs(prediction):
    """Keys and values, letters and digits only; without those that are empty."""
    blocks = {b['Id']: b for b in prediction.get('Blocks') or []}

    def related(block, kind):
        return [blocks[i] for r in block.get('Relationships') or [] if r['Type'] == kind
                for i in r['Ids']]

    def text(block):
        return ' '.join(c.get('Text') or '' for c in related(block, 'CHILD'))

    found = [(plain(text(b)), plain(' '.join(map(text, related(b, 'VALUE')))))
             for b in blocks.values() if 'KEY' in (b.get('EntityTypes') or [])]
    return [(k, v) for k, v in found if k and v]


def score_pairs(truth, prediction, counts):
    wanted = [(plain(p['key']), plain(p['value'])) for p in truth['key_values']]
    wanted = [(k, v) for k, v in wanted if k and v]
    got = pairs(prediction)
    right = sum((collections.Counter(wanted) & collections.Counter(got)).values())
    counts['key-value pairs'].add(right, len(got), len(wanted))
    left, close = list(got), 0
    for key, value in wanted:
        match = next((g for g in left if nearly(g[0], key) and nearly(g[1], value)), None)
        if match:
            left.remove(match)
            close += 1
    counts['key-value pairs, nearly'].add(close, len(got), len(wanted))


def questions(truth):
    """The values of keys that are on the page once, by the question for them."""
    values = collections.defaultdict(list)
    for p in truth['key_values']:
        values[plain(p['key'])].append(p)
    return {f'What is the {p[0]["key"].rstrip(": .")}?': p[0]['value'] for k, p in values.items()
            if len(p) == 1 and len(k) > 2 and plain(p[0]['value'])}


def score_answers(truth, prediction, counts):
    blocks = {b['Id']: b for b in prediction.get('Blocks') or []}
    answers = {}
    for b in blocks.values():
        if b.get('BlockType') == 'QUERY':
            ids = [i for r in b.get('Relationships') or [] for i in r['Ids']]
            answers[b['Query']['Text']] = plain(blocks[ids[0]].get('Text')) if ids else ''
    for question, value in questions(truth).items():
        got = answers.get(question)
        counts['answers'].add(got == plain(value), bool(got), 1)
        counts['answers, nearly'].add(bool(got) and nearly(got, plain(value)), bool(got), 1)


def read_once(tool, recogniser, document, pages):
    """The document's pages in the file `pages`; the tool's complaint when it fails."""
    if pages.exists():
        return None
    pages.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([tool, 'read', document, pages], stderr=subprocess.PIPE, timeout=600,
                          env={**os.environ, 'QUERN_RECOGNISER': recogniser or ''})
    return done.stderr.decode(errors='replace').strip() if done.returncode else None


def analysis(tool, pages, wanted):
    """What is found, and the complaint when the program cannot."""
    done = subprocess.run([tool, 'analyze', pages, *wanted], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60)
    if done.returncode:
        return {}, done.stderr.decode(errors='replace').strip()
    return json.loads(done.stdout), None


def predict_from_pages(tool, recogniser, document, pages, truth_words):
    complaint = read_once(tool, recogniser, document, pages)
    if complaint:
        return {}, complaint
    if truth_words:
        told = pages.with_suffix('.told')
        subprocess.run([tool, 'retell', pages, document.with_suffix('.json'), told], check=True,
                       timeout=60)
        pages = told
    done = subprocess.run([tool, 'expense', pages], stdout=subprocess.PIPE, check=True, timeout=60)
    return json.loads(done.stdout), None


def predict(binary, recogniser, document, out):
    """What the program says of a document; {} and its complaint when it fails."""
    if not out.exists() or out.stat().st_mtime < max(binary.stat().st_mtime,
                                                     document.stat().st_mtime):
        chosen = ['--recogniser', recogniser] if recogniser else []
        done = subprocess.run([binary, 'expense', '--format', 'json', *chosen, document],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600)
        if done.returncode:
            return {}, done.stderr.decode(errors='replace').strip()
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(done.stdout)
    return json.loads(out.read_bytes()), None


def truths(data, kinds):
    for folder in sorted(p for p in data.iterdir() if p.is_dir()):
        if kinds and folder.name not in kinds:
            continue
        for path in sorted(folder.glob('*.json')):
            truth = json.loads(path.read_bytes())
            if any(truth.get(k) for k in ('fields', 'fields_any', 'line_items', 'lines')):
                yield folder.name, path, truth


def table(counts, documents):
    print('| documents | measure | precision | recall | F1 | wanted |')
    print('|---|---|---|---|---|---|')
    for kind in counts:
        for measure in sorted(counts[kind], key=lambda m: (not m[0].isalpha(), m)):
            name = f'{kind} ({documents[kind]})' if measure[0].isalpha() else ''
            print(f'| {name} | {measure.strip()} | {counts[kind][measure].cells()} |')


def main():
    ap = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('data', type=pathlib.Path)
    ap.add_argument('--binary', type=pathlib.Path, default=ROOT / 'build' / 'quern')
    ap.add_argument('--kind', help='folders to score, separated by commas')
    ap.add_argument('--out', type=pathlib.Path, help='keep the predictions here')
    ap.add_argument('--recogniser', choices=['ppocr', 'tesseract'],
                    help='who reads pictures; default: as quern expense chooses')
    ap.add_argument('--pages', type=pathlib.Path, help='keep the pages here')
    ap.add_argument('--truth-words', action='store_true',
                    help='with --pages: as if all words were read right')
    args = ap.parse_args()
    if not os.access(args.binary, os.X_OK):
        sys.exit(f'{args.binary} is not there; build it, or name it with --binary')
    out = args.out or pathlib.Path(tempfile.mkdtemp(prefix='quern-documents-'))
    todo = list(truths(args.data, set(args.kind.split(',')) if args.kind else None))
    if not todo:
        sys.exit(f'no answers (KIND/NAME.json) under {args.data}')
    counts = collections.defaultdict(lambda: collections.defaultdict(Count))
    tool = args.binary.resolve().parent / 'tests' / 'bench_pages'
    documents, failed, start = collections.Counter(), [], time.monotonic()
    for n, (kind, path, truth) in enumerate(todo, 1):
        if sys.stderr.isatty():
            print(f'\r{n}/{len(todo)} {kind}/{path.stem[:40]:<40}', end='', file=sys.stderr)
        document = path.parent / truth['file']
        if args.pages:
            pages = args.pages / kind / f'{path.stem}.pages'
            prediction, complaint = predict_from_pages(tool, args.recogniser, document, pages,
                                                       args.truth_words)
            if args.truth_words:
                pages = pages.with_suffix('.told')
        else:
            prediction, complaint = predict(args.binary.resolve(), args.recogniser, document,
                                            out / kind / f'{path.stem}.json')
        documents[kind] += 1
        if complaint:
            failed.append(f'{kind}/{truth["file"]}: {complaint}')
        score_fields(truth, prediction, counts[kind])
        if truth.get('line_items'):
            score_items(truth, prediction, counts[kind])
        if truth.get('lines'):
            score_words(truth, prediction, counts[kind])
        if truth.get('key_values') and args.pages and not complaint:
            form, complaint = analysis(tool, pages, ['FORMS'])
            answered, complaint = analysis(tool, pages, questions(truth)) if form else ({}, complaint)
            if complaint:
                failed.append(f'{kind}/{truth["file"]}: {complaint}')
            else:
                score_pairs(truth, form, counts[kind])
                score_answers(truth, answered, counts[kind])
    if sys.stderr.isatty():
        print('\r' + ' ' * 70 + '\r', end='', file=sys.stderr)
    print(f'Pictures read by: {args.recogniser or "the default recogniser"}\n')
    table(counts, documents)
    print(f'\n{len(todo)} documents in {time.monotonic() - start:.0f} s, {len(failed)} failed; '
          f'predictions in {out}')
    for line in failed:
        print('failed:', line)


if __name__ == '__main__':
    main()
