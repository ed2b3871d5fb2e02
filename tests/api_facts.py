#!/usr/bin/env python3
"""The facts in api/ against the public service models that botocore carries.

usage: api_facts.py SOURCE_ROOT      (prints TAP; skips without botocore)

Every fact that api/ states must be in the model: protocol and names, methods, URIs, shapes, members with
their bindings, constraints, errors with status. api/ may leave members out. What only models newer than
Debian's (botocore 1.29.27) have or have otherwise is listed in api_newer.txt, so that both judge.
"""
import gzip
import json
import pathlib
import sys

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else '.').resolve()
sys.path.insert(0, str(ROOT / 'tools'))

from apimodel import SCALARS, read_api  # noqa: E402

LOCATION = {'header': 'header', 'headers': 'headers', 'querystring': 'query', 'uri': 'uri',
            'statusCode': 'status', None: 'body'}


def load_model(service):
    import botocore
    folder = pathlib.Path(botocore.__file__).parent / 'data' / service
    for path in sorted(folder.glob('*/service-2.json*')):
        if path.name.endswith('.gz'):
            return json.loads(gzip.decompress(path.read_bytes()))
        if path.name == 'service-2.json':
            return json.loads(path.read_text())
    raise FileNotFoundError(service)


class Comparison:
    def __init__(self, api, model):
        self.api = api
        self.model = model
        self.shapes = model['shapes']
        self.differences = []
        self.seen = set()
        self.checked = 0

    def same(self, what, ours, theirs):
        self.checked += 1
        if ours != theirs:
            self.differences.append(f'{self.api.name}: {what} is {ours!r}, in the model {theirs!r}')

    def run(self):
        self.metadata()
        for op in self.api.operations.values():
            self.operation(op)
        for error in self.api.errors.values():
            self.error(error)
        return self.differences

    def metadata(self):
        meta = self.model['metadata']
        protocol = meta['protocol']
        if protocol == 'json':
            protocol += '-' + meta['jsonVersion']
        p = self.api.properties
        self.same('protocol', p['protocol'], protocol)
        self.same('target', p.get('target'), meta.get('targetPrefix'))
        self.same('signing', p['signing'], meta.get('signingName', meta['endpointPrefix']))
        self.same('version', p['version'], meta['apiVersion'])
        if 'namespace' in p and 'xmlNamespace' in meta:
            self.same('namespace', p['namespace'], meta['xmlNamespace'])

    def operation(self, op):
        theirs = self.model['operations'].get(op.name)
        if not theirs:
            self.same(f'operation {op.name}', op.name, None)
            return
        self.same(f'{op.name} method', op.method, theirs['http']['method'])
        self.same(f'{op.name} URI', op.uri + (f'?{op.query}' if op.query else ''),
                  theirs['http']['requestUri'])
        self.same(f'{op.name} status', op.status, theirs['http'].get('responseCode', 200))
        self.same(f'{op.name} checksum', op.checksum, theirs.get('httpChecksumRequired', False) or
                  theirs.get('httpChecksum', {}).get('requestChecksumRequired', False))
        self.same(f'{op.name} input', op.input, theirs.get('input', {}).get('shape', ''))
        self.same(f'{op.name} output', op.output, theirs.get('output', {}).get('shape', ''))
        self.same(f'{op.name} wrapper', op.wrapper,
                  theirs.get('output', {}).get('resultWrapper', ''))
        listed = {e['shape'] for e in theirs.get('errors', [])}
        for name in op.errors:
            self.same(f'{op.name} error {name}', name, name if name in listed else None)
        for name in (op.input, op.output):
            if name and name in self.shapes:
                self.shape(name, name, name)

    def error(self, error):
        theirs = self.shapes.get(error.name)
        if error.common and not theirs:
            return
        if not theirs or not theirs.get('exception'):
            self.same(f'error {error.name}', error.name, None)
            return
        detail = theirs.get('error', {})
        if 'httpStatusCode' in detail or not error.common:
            self.same(f'error {error.name} status', error.status,
                      detail.get('httpStatusCode', 500 if theirs.get('fault') else 400))
        self.same(f'error {error.name} code', error.code, detail.get('code', error.name))
        for m in error.members:
            self.member(f'error {error.name}', m, theirs)

    def shape(self, where, name, theirs_name):
        """`name` as api/ writes the type, against the model's shape."""
        if (name, theirs_name) in self.seen:
            return
        self.seen.add((name, theirs_name))
        ours, theirs = self.api.shape(name), self.shapes[theirs_name]
        anonymous = name in SCALARS or name[0] in '[{'
        if not anonymous:
            self.same(f'{where} shape', name, theirs_name)
            where = name
        self.same(f'{where} type', ours.kind, theirs['type'])
        if ours.kind != theirs['type']:
            return
        self.same(f'{where} min', ours.min, theirs.get('min'))
        self.same(f'{where} max', ours.max, theirs.get('max'))
        self.same(f'{where} pattern', ours.pattern, theirs.get('pattern'))
        for value in ours.enum:
            self.same(f'{where} value {value}', value,
                      value if value in theirs.get('enum', []) else None)
        for value in theirs.get('enum', []):
            self.same(f'{where} value {value}', value if value in ours.enum else None, value)
        self.same(f'{where} time', ours.time, theirs.get('timestampFormat', ''))
        if ours.sensitive:
            self.same(f'{where} sensitive', True, theirs.get('sensitive', False))
        if ours.kind == 'structure':
            for m in ours.members:
                self.member(where, m, theirs)
            listed = {m.name for m in ours.members}
            for required in theirs.get('required', []):
                self.same(f'{where}.{required} (required)', required in listed, True)
        elif ours.kind == 'list':
            item = ours.members[0]
            self.same(f'{where} item', item.wire, theirs['member'].get('locationName', 'member'))
            self.shape(f'{where}[]', item.type, theirs['member']['shape'])
        elif ours.kind == 'map':
            for m, part in zip(ours.members, ('key', 'value')):
                self.same(f'{where} {part}', m.wire, theirs[part].get('locationName', part))
                self.shape(f'{where} {part}', m.type, theirs[part]['shape'])

    def member(self, where, m, structure):
        theirs = structure.get('members', {}).get(m.name)
        what = f'{where}.{m.name}'
        if theirs is None:
            self.same(what, m.name, None)
            return
        target = self.shapes[theirs['shape']]
        self.same(f'{what} required', m.required, m.name in structure.get('required', []))
        self.same(f'{what} location', m.location, LOCATION[theirs.get('location')])
        self.same(f'{what} wire name', m.wire, theirs.get('locationName', m.name))
        self.same(f'{what} payload', m.payload, structure.get('payload') == m.name)
        self.same(f'{what} streaming', m.streaming,
                  bool(theirs.get('streaming') or target.get('streaming')))
        self.same(f'{what} flat', m.flat, bool(theirs.get('flattened') or target.get('flattened')))
        self.same(f'{what} attribute', m.attribute, theirs.get('xmlAttribute', False))
        self.same(f'{what} jsonvalue', m.jsonvalue, theirs.get('jsonvalue', False))
        self.same(f'{what} time', m.time, theirs.get('timestampFormat', ''))
        self.shape(what, m.type, theirs['shape'])


def main():
    try:
        import botocore
    except ImportError:
        print('1..0 # SKIP no botocore')
        return 0
    old = tuple(map(int, botocore.__version__.split('.')[:2])) < (1, 43)
    newer = set((ROOT / 'tests' / 'api_newer.txt').read_text().splitlines())
    files = [p for p in sorted((ROOT / 'api').glob('*.api')) if p.stem != 'quern']  # an API of our own
    failed = 0
    print(f'1..{len(files)}')
    for number, path in enumerate(files, 1):
        comparison = Comparison(read_api(path), load_model(path.stem))
        found = [d for d in comparison.run() if not (old and d.split(' is ')[0] in newer)]
        for row in found:
            print('#', row)
        failed += bool(found)
        print(f'{"not ok" if found else "ok"} {number} - {path.name}: {comparison.checked} facts as in '
              f'botocore {botocore.__version__}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
