#!/usr/bin/env python3
"""How right the language room is on a folder of corpora, and how fast: Markdown tables.

usage: language.py DATA [--model FILE] [--halves FIRST LAST]

--model: this model of names in the place of the one that ships, which has learnt from the development parts;
--halves: models that have learnt from the first and from the last half of ewt.dev, each measured on the other half.
DATA/entities holds the development parts NAME.dev.tsv ("token<TAB>tag" a line) with label_map.tsv
("corpus<TAB>label<TAB>type"), and recognizers.train.jsonl; DATA/syntax gum.dev.tsv; DATA/keyphrases
inspec.dev.jsonl. What is missing is left out. Tokens are joined by blanks; an entity is right when its
place and its type are. A type is scored on the corpora that mark it.
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

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / 'build' / 'tests' / 'bench_language'
CORPORA = [('wikigold', 'wikigold'), ('ewt', 'ewt'), ('btc', 'btc'), ('wnut17', 'wnut17')] + [
    ('crossner', 'crossner.' + d) for d in ('politics', 'science', 'music', 'literature', 'ai')] + [
    ('worldwide', 'worldwide')]
TELLS_LITTLE = re.compile(r'^(the|a|an|this|that|these|those|its|their|our|his|her|my|your|all|some|any|each|every|no|'
                          r'both|such|another)\s+')


def run(*args, text=None, model=None):
    model = ['--model', model] if model else []
    return subprocess.run([PROGRAM, *model, *map(str, args)], input=text, text=True, check=True,
                          stdout=subprocess.PIPE).stdout


def scores(right, found, there):
    """Precision, recall and F1."""
    return (right / found if found else 0, right / there if there else 0,
            2 * right / (found + there) if found + there else 0)


def cell(right, found, there):
    return ' | '.join(f'{x:.3f}' for x in scores(right, found, there))


def parts(path, model, halves):
    """What to measure of a corpus, and with which model."""
    if path.name != 'ewt.dev.tsv' or not halves:
        yield path, model
        return
    sentences = [s for s in path.read_text().split('\n\n') if s.strip()]
    middle = len(sentences) // 2
    for learnt, half in zip(halves, (sentences[middle:], sentences[:middle])):
        with tempfile.NamedTemporaryFile('w', suffix='.tsv') as f:
            f.write('\n\n'.join(half) + '\n')
            f.flush()
            yield pathlib.Path(f.name), learnt


def counted(data, corpus, name, model, halves):
    """Of each type what is right, found and there; and (score, 1 if right) of each found."""
    types, found = collections.defaultdict(lambda: [0, 0, 0]), []
    for path, learnt in parts(data / 'entities' / f'{name}.dev.tsv', model, halves):
        for line in run('entities', data / 'entities' / 'label_map.tsv', corpus, path, model=learnt).splitlines():
            kind, *counts = line.split('\t')
            if kind == 'score':
                found.append((float(counts[0]), int(counts[1])))
            else:
                types[kind] = [a + int(b) for a, b in zip(types[kind], counts)]
    return types, found


def entities(data, model, halves):
    bands = collections.Counter(), collections.Counter(), collections.Counter()
    print('| corpus | type | there | precision | recall | F1 |\n| --- | --- | --- | --- | --- | --- |')
    for corpus, name in CORPORA:
        if not (data / 'entities' / f'{name}.dev.tsv').exists():
            continue
        types, found = counted(data, corpus, name, model, halves)
        for score, right in found:
            band = min(int(score * 10), 9)
            bands[0][band] += 1
            bands[1][band] += score
            bands[2][band] += right
        total = [sum(column) for column in zip(*types.values())]
        print(f'| {name} | all | {total[2]} | {cell(*total)} |')
        for kind, counts in types.items():
            if counts[2]:
                print(f'| | {kind} | {counts[2]} | {cell(*counts)} |')
    print('\n| entities whose score is | how many | mean score | right |\n| --- | --- | --- | --- |')
    for band in sorted(bands[0]):
        n = bands[0][band]
        print(f'| {band / 10:.1f} to {band / 10 + 0.1:.1f} | {n} | {bands[1][band] / n:.3f} | {bands[2][band] / n:.3f} |')


def clean(text):
    return re.sub(r'[\r\n]', ' ', text)


def places(kind, texts):
    """Of each text a list of (first, end, type, score), in code points."""
    out = run('find', kind, text='\n'.join(map(clean, texts)) + '\n').split('\n')
    for line in out[:len(texts)]:
        found = (p.split(',') for p in line.split('\t') if p)
        yield [(int(a), int(a) + int(n), t, float(s)) for a, n, t, s in found]


def amounts(path):
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    by = collections.defaultdict(lambda: [0, 0, 0])
    for row, found in zip(rows, places('entities', [r['text'] for r in rows])):
        kind = 'DATE' if row['model'] == 'DateTimeModel' else 'QUANTITY'
        want = {(s['start'], s['end']) for s in row['spans']}
        got = {(a, b) for a, b, t, _ in found if t == kind}
        if row['model'] not in ('DateTimeModel', 'NumberModel'):
            # it marks one kind of amounts only: others found beside them are not wrong
            got = {g for g in got if any(g[0] < b and a < g[1] for a, b in want)}
        for i, n in enumerate((len(got & want), len(got), len(want))):
            by[row['model']][i] += n
            by['all'][i] += n
    print('\n| specifications of | there | precision | recall | F1 |\n| --- | --- | --- | --- | --- |')
    for model, counts in sorted(by.items()):
        print(f'| {model} | {counts[2]} | {cell(*counts)} |')


def plain(text):
    text = re.sub(r'\s+', ' ', text.lower()).strip()
    while TELLS_LITTLE.match(text):
        text = TELLS_LITTLE.sub('', text)
    return text


def phrases(path):
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    by = collections.defaultdict(lambda: [0, 0, 0])
    for row, found in zip(rows, places('phrases', [r['text'] for r in rows])):
        text, best = clean(row['text']), {}
        want = {plain(k) for k in row['keyphrases']}
        want = {k for k in want if k in plain(text)}
        for a, b, _, score in found:
            phrase = plain(text[a:b])
            if phrase:
                best[phrase] = max(score, best.get(phrase, 0))
        ranked = sorted(best, key=lambda k: -best[k])
        for top in (5, 10, 15, None):
            got = set(ranked[:top])
            for i, n in enumerate((len(got & want), len(got), len(want))):
                by[top][i] += n
    print('\n| Inspec, phrases of a text | precision | recall | F1 |\n| --- | --- | --- | --- |')
    for top, counts in by.items():
        print(f'| {f"the {top} of most score" if top else "all"} | {cell(*counts)} |')


def syntax(path):
    print('\n| GUM, universal tags | right | of | |\n| --- | --- | --- | --- |')
    for line in run('syntax', path).splitlines():
        tokens, right, all_ = line.split('\t')
        print(f'| {"tokens as given" if tokens == "given" else "tokens of our own"} | {right} | {all_} | '
              f'{int(right) / int(all_):.4f} |')


def speed(data):
    sentences = []
    for _, name in CORPORA:
        path = data / 'entities' / f'{name}.dev.tsv'
        for block in path.read_text().split('\n\n') if path.exists() else []:
            sentences.append(' '.join(line.split('\t')[0] for line in block.split('\n') if line))
    with tempfile.NamedTemporaryFile('w', suffix='.txt') as f:
        f.write('\n'.join(sentences))
        f.flush()
        print('\n| entities, from text, one core | |\n| --- | --- |')
        for line in run('speed', f.name).splitlines():
            print('| {} | {} |'.format(*line.split('\t')))


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split('usage: ')[1])
    parser.add_argument('data', type=pathlib.Path)
    parser.add_argument('--model')
    parser.add_argument('--halves', nargs=2)
    given = parser.parse_args()
    data = given.data
    if not data.is_dir():
        sys.exit(f'{data} is no folder; give one with entities/, syntax/, keyphrases/')
    os.environ['LC_ALL'] = 'C.UTF-8'
    entities(data, given.model, given.halves)
    for part, path in ((amounts, 'entities/recognizers.train.jsonl'), (syntax, 'syntax/gum.dev.tsv'),
                       (phrases, 'keyphrases/inspec.dev.jsonl')):
        if (data / path).exists():
            part(data / path)
    speed(data)


if __name__ == '__main__':
    main()
