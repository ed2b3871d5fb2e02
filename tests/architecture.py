#!/usr/bin/env python3
"""The house's rule that arrows point down, kept: reads every #include under src/.

usage: architecture.py SOURCE_ROOT      (prints TAP)
"""
import pathlib
import re
import sys

# A room may include its own headers and those of the rooms named here.
MAY_USE = {
    'base': set(),
    'net': {'base'},
    'wire': {'base', 'net'},
    'store': {'base'},
    'work': {'base', 'store', 'net'},
    'engine': {'base'},
    'learn': {'base', 'engine'},
    'serving': {'base', 'work', 'engine'},
    'document': {'base', 'learn', 'engine'},
    'language': {'base', 'learn', 'engine'},
    'dialog': {'base', 'learn', 'engine', 'language'},
}
MAY_USE['service'] = set(MAY_USE)
MAY_USE['cli'] = set(MAY_USE) | {'service'}

INCLUDE = re.compile(r'^\s*#\s*include\s+"([a-z_]+)/([a-z0-9_]+)\.h"')


def offences(root):
    for path in sorted((root / 'src').rglob('*.[ch]')):
        rel = path.relative_to(root / 'src')
        room = rel.parts[0] if len(rel.parts) > 1 else 'cli'
        for number, line in enumerate(path.read_text().splitlines(), 1):
            m = INCLUDE.match(line)
            if not m:
                if re.match(r'^\s*#\s*include\s+"', line):
                    yield f'{rel}:{number}: {line.strip()}: write "room/header.h"'
                continue
            if room not in MAY_USE:
                yield f'{rel}: room {room} is not in tests/architecture.py'
                break
            if m.group(1) != room and m.group(1) not in MAY_USE[room]:
                yield f'{rel}:{number}: {room} may not know {m.group(1)}'


def main():
    found = list(offences(pathlib.Path(sys.argv[1])))
    print('1..1')
    for row in found:
        print('#', row)
    print(('not ok' if found else 'ok') + ' 1 - every include points down')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
