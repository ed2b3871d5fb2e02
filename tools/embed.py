#!/usr/bin/env python3
"""Write the C table of the files that src/service/pages.c serves.

usage: embed.py OUTPUT.c FILE...
"""
import hashlib
import pathlib
import sys

TYPES = {
    '.html': 'text/html; charset=utf-8',
    '.css': 'text/css; charset=utf-8',
    '.js': 'text/javascript; charset=utf-8',
    '.svg': 'image/svg+xml',
}


def path_of(file):
    if file.name == 'index.html':
        return '/'
    return f'/_quern/{file.stem if file.suffix == ".html" else file.name}'


def array(index, data):
    """The bytes as numbers: a string literal may be no longer than 4,095 characters."""
    rows = (','.join(map(str, data[i:i + 32])) for i in range(0, len(data), 32))
    return f'static const unsigned char file_{index}[] = {{\n' + ',\n'.join(rows) + '};\n'


def entry(index, file, data):
    etag = hashlib.sha256(data).hexdigest()[:32]
    return (f'    {{Q_STR_INIT("{path_of(file)}"), Q_STR_INIT("{TYPES[file.suffix]}"),\n'
            f'     Q_STR_INIT("\\"{etag}\\""), {{(const char *)file_{index}, sizeof(file_{index})}}}},\n')


def main():
    output, files = pathlib.Path(sys.argv[1]), [pathlib.Path(f) for f in sys.argv[2:]]
    read = [(f, f.read_bytes()) for f in files]
    output.write_text(
        '#include "service/pages.h"\n\n'
        + ''.join(array(i, data) for i, (_, data) in enumerate(read))
        + '\nconst q_page_file q_page_files[] = {\n'
        + ''.join(entry(i, f, data) for i, (f, data) in enumerate(read))
        + f'}};\nconst size_t q_page_file_count = {len(read)};\n')


if __name__ == '__main__':
    main()
