#!/usr/bin/env python3
"""Write a C file with a digest of sources: it changes when one of them does.

usage: stamp.py OUTPUT.c DEPFILE PATTERN...
"""
import glob
import hashlib
import pathlib
import sys


def main():
    output, depfile = map(pathlib.Path, sys.argv[1:3])
    files = sorted(f for pattern in sys.argv[3:] for f in glob.glob(pattern))
    digest = hashlib.sha256()
    for f in files:
        data = pathlib.Path(f).read_bytes()
        digest.update(f'{pathlib.Path(f).name} {len(data)}\n'.encode() + data)
    output.write_text('#include "engine/model_kept.h"\n\n'
                      f'const char model__stamp[] = "{digest.hexdigest()[:32]}";\n')
    escaped = (f.replace(' ', '\\ ') for f in files)
    depfile.write_text(f'{output}: ' + ' '.join(escaped) + '\n')


if __name__ == '__main__':
    main()
