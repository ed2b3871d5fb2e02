#!/usr/bin/env python3
"""Compile api/*.api into the tables of src/wire/api.h.

usage: apigen.py OUTPUT.c API_FILE...
"""
import re
import sys

from apimodel import ApiError, read_api

KIND = {'structure': 'STRUCTURE', 'list': 'LIST', 'map': 'MAP', 'string': 'STRING',
        'blob': 'BLOB', 'integer': 'INTEGER', 'long': 'LONG', 'float': 'FLOAT',
        'double': 'DOUBLE', 'boolean': 'BOOLEAN', 'timestamp': 'TIMESTAMP'}
PROTOCOL = {'json-1.0': 'Q_JSON_1_0', 'json-1.1': 'Q_JSON_1_1', 'rest-json': 'Q_REST_JSON',
            'rest-xml': 'Q_REST_XML', 'query': 'Q_QUERY'}
LOCATION = {'body': 'Q_IN_BODY', 'header': 'Q_IN_HEADER', 'headers': 'Q_IN_HEADERS',
            'query': 'Q_IN_QUERY', 'uri': 'Q_IN_URI', 'status': 'Q_IN_STATUS'}
TIME = {'': 'Q_TIME_DEFAULT', 'epoch': 'Q_TIME_EPOCH', 'iso8601': 'Q_TIME_ISO8601',
        'rfc822': 'Q_TIME_RFC822'}


def literal(text):
    out = []
    for byte in text.encode():
        char = chr(byte)
        if char in '"\\':
            out.append('\\' + char)
        elif 32 <= byte < 127 and char != '?':
            out.append(char)
        else:
            out.append(f'\\{byte:03o}')
    return '"' + ''.join(out) + '"'


def q_str(text):
    return f'Q_STR_INIT({literal(text)})'


def flag(value):
    return 'true' if value else 'false'


JAVA_CLASSES = {'ASCII': 'ascii', 'Print': 'print'}


def pcre(pattern):
    """The models' patterns are Java's: \\uXXXX and some classes are written differently."""
    pattern = re.sub(r'\\u([0-9A-Fa-f]{4})', r'\\x{\1}', pattern)
    for java, posix in JAVA_CLASSES.items():
        pattern = pattern.replace(rf'[\p{{{java}}}]', f'[[:{posix}:]]')
        pattern = pattern.replace(rf'\p{{{java}}}', f'[[:{posix}:]]')
    return pattern


class Writer:
    def __init__(self, api):
        self.api = api
        self.id = re.sub(r'\W', '_', api.name)
        # check() has resolved every type, so the list is complete.
        self.order = list(api.shapes)
        self.index = {name: i for i, name in enumerate(self.order)}
        self.errors = list(api.errors)
        self.out = []

    def put(self, text):
        self.out.append(text)

    def shape_ref(self, name):
        return f'&{self.id}_shapes[{self.index[name]}]'

    def members(self, symbol, members):
        self.put(f'static const q_member {symbol}[] = {{')
        for m in members:
            extra = ''.join(
                f', .{c} = true' for c, on in (
                    ('required', m.required), ('payload', m.payload),
                    ('streaming', m.streaming), ('flattened', m.flat),
                    ('xml_attribute', m.attribute), ('jsonvalue', m.jsonvalue)) if on)
            if m.time:
                extra += f', .time_format = {TIME[m.time]}'
            self.put(f'    {{.name = {q_str(m.name)}, .wire_name = {q_str(m.wire)}, '
                     f'.shape = {self.shape_ref(m.type)}, .location = {LOCATION[m.location]}'
                     f'{extra}}},')
        self.put('};')

    def shapes(self):
        count = len(self.order) + 1
        self.put(f'static const q_api_shape {self.id}_shapes[{count}];')
        for i, name in enumerate(self.order):
            shape = self.api.shapes[name]
            if shape.members:
                self.members(f'{self.id}_members_{i}', shape.members)
            if shape.enum and not shape.open:
                self.put(f'static const q_str {self.id}_values_{i}[] = {{')
                self.put('    ' + ', '.join(q_str(v) for v in shape.enum) + '};')
            if shape.pattern is not None:
                self.put(f'static q_pattern {self.id}_pattern_{i} = {{')
                self.put(f'    .text = {literal(shape.pattern)},')
                self.put(f'    .pcre = {literal(pcre(shape.pattern))}}};')
        self.put(f'static const q_api_shape {self.id}_shapes[{count}] = {{')
        for i, name in enumerate(self.order):
            self.put('    {' + ', '.join(self.shape_fields(i, self.api.shapes[name])) + '},')
        # What an operation without input or output has: a structure of nothing.
        self.put('    {.name = Q_STR_INIT("Unit"), .kind = Q_SHAPE_STRUCTURE},')
        self.put('};')

    def shape_fields(self, i, shape):
        yield f'.name = {q_str(shape.name)}'
        yield f'.kind = Q_SHAPE_{KIND[shape.kind]}'
        if shape.members:
            yield f'.members = {self.id}_members_{i}'
            yield f'.member_count = {len(shape.members)}'
        if shape.enum and not shape.open:
            yield f'.values = {self.id}_values_{i}'
            yield f'.value_count = {len(shape.enum)}'
        if shape.min is not None:
            yield f'.has_min = true, .min = {shape.min}'
        if shape.max is not None and not shape.soft:
            yield f'.has_max = true, .max = {shape.max}'
        if shape.pattern is not None:
            yield f'.pattern = &{self.id}_pattern_{i}'
        if shape.sensitive:
            yield '.sensitive = true'
        if shape.root:
            yield f'.root = {q_str(shape.root)}'
        if shape.time:
            yield f'.time_format = {TIME[shape.time]}'

    def error_table(self):
        self.put(f'static const q_api_error {self.id}_errors[] = {{')
        for name in self.errors:
            e = self.api.errors[name]
            self.put(f'    {{{q_str(e.name)}, {q_str(e.code)}, {e.status}}},')
        self.put('};')
        for op in self.api.operations.values():
            if op.errors:
                self.put(f'static const q_api_error *const {self.id}_errors_{op.name}[] = {{')
                self.put('    ' + ', '.join(
                    f'&{self.id}_errors[{self.errors.index(e)}]' for e in op.errors) + '};')

    def operations(self):
        self.put(f'static const q_api_operation {self.id}_operations[] = {{')
        unit = f'&{self.id}_shapes[{len(self.order)}]'
        for op in self.api.operations.values():
            fields = [f'.api = &{self.id}_api', f'.name = {q_str(op.name)}',
                      f'.method = {q_str(op.method)}', f'.uri = {q_str(op.uri)}',
                      f'.input = {self.shape_ref(op.input) if op.input else unit}',
                      f'.output = {self.shape_ref(op.output) if op.output else unit}',
                      f'.status = {op.status}']
            if op.query:
                fields.append(f'.query = {q_str(op.query)}')
            if op.wrapper:
                fields.append(f'.output_wrapper = {q_str(op.wrapper)}')
            if op.errors:
                fields += [f'.errors = {self.id}_errors_{op.name}',
                           f'.error_count = {len(op.errors)}']
            for name in ('unwrapped', 'anonymous'):
                if getattr(op, name):
                    fields.append(f'.{name} = true')
            if op.checksum:
                fields.append('.checksum_required = true')
            self.put('    {' + ', '.join(fields) + '},')
        self.put('};')

    def table(self):
        p = self.api.properties
        if self.api.subresources:
            self.put(f'static const q_str {self.id}_subresources[] = {{')
            self.put('    ' + ', '.join(q_str(s) for s in self.api.subresources) + '};')
        fields = [f'.name = {q_str(self.api.name)}', f'.protocol = {PROTOCOL[p["protocol"]]}',
                  f'.target = {q_str(p.get("target", ""))}',
                  f'.signing_name = {q_str(p["signing"])}', f'.version = {q_str(p["version"])}',
                  f'.xml_namespace = {q_str(p.get("namespace", ""))}']
        fields += [f'.{word}_error = &{self.id}_errors[{self.errors.index(p[word])}]'
                   for word in ('validation', 'malformed', 'unknown', 'internal')]
        fields += [f'.operations = {self.id}_operations',
                   f'.operation_count = {len(self.api.operations)}',
                   f'.shapes = {self.id}_shapes', f'.shape_count = {len(self.order) + 1}',
                   f'.errors = {self.id}_errors', f'.error_count = {len(self.errors)}']
        if self.api.subresources:
            fields += [f'.subresources = {self.id}_subresources',
                       f'.subresource_count = {len(self.api.subresources)}']
        self.put(f'static const q_api {self.id}_api = {{')
        self.put('    ' + ',\n    '.join(fields) + '};')

    def write(self):
        self.put(f'\n/* {self.api.name} */')
        self.put(f'static const q_api {self.id}_api;')
        self.shapes()
        self.error_table()
        self.operations()
        self.table()
        return '\n'.join(self.out) + '\n'


def main(output, paths):
    writers = [Writer(read_api(path)) for path in sorted(paths)]
    with open(output, 'w', encoding='ascii') as f:
        f.write('/* Generated from api/ by tools/apigen.py. */\n#include "wire/api.h"\n')
        for writer in writers:
            f.write(writer.write())
        f.write('\nconst q_api *const q_apis[] = {')
        f.write(', '.join(f'&{w.id}_api' for w in writers) + ', NULL};\n')


if __name__ == '__main__':
    try:
        main(sys.argv[1], sys.argv[2:])
    except ApiError as e:
        sys.exit(f'apigen: {e}')
