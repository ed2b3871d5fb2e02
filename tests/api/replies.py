"""Does a reply say what api/ says it does?

    check_reply('textract', 'DetectDocumentText', 200, headers, body)

raises an AssertionError with a sentence when a member is unknown, missing or of another type, a constraint
is broken, an error is not one that the operation may answer, or the form is not the protocol's. Headers are
any mapping of names (in any case) to values, the body is bytes. A reply whose body streams may be checked
with an empty one.
"""
import base64
import functools
import json
import math
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree
from email.utils import parsedate_to_datetime

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tools'))

from apimodel import read_api  # noqa: E402

ISO8601 = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z')
CONTENT_TYPE = {'json-1.0': 'application/x-amz-json-1.0', 'json-1.1': 'application/x-amz-json-1.1',
                'rest-json': 'application/json', 'rest-xml': 'application/xml', 'query': 'text/xml'}
INTEGERS = {'integer': 2 ** 31, 'long': 2 ** 63}


def java(pattern):
    """The models' patterns are Java's, which has classes that Python writes otherwise."""
    for theirs, ours in ((r'\p{ASCII}', r'[\x00-\x7f]'), (r'\p{Print}', r'\x20-\x7e'), (r'\p{L}', r'\w'),
                         (r'\p{N}', r'\w'), (r'\p{Z}', r'\s')):
        pattern = pattern.replace(theirs, ours)
    return pattern


@functools.lru_cache(None)
def api_of(service):
    return read_api(ROOT / 'api' / f'{service}.api')


def check_reply(service, operation, status, headers, body):
    api = api_of(service)
    assert operation in api.operations, f'{service} has no operation {operation} in api/'
    op = api.operations[operation]
    Reply(api, op, status, {k.lower(): v for k, v in headers.items()}, body).check()


class Reply:
    def __init__(self, api, op, status, headers, body):
        self.api, self.op, self.status, self.headers, self.body = api, op, status, headers, body
        self.protocol = api.properties['protocol']
        self.rest = self.protocol.startswith('rest')

    def fail(self, where, sentence):
        raise AssertionError(f'{self.api.name} {self.op.name}, {self.status}: {where}: {sentence}')

    def need(self, condition, where, sentence):
        if not condition:
            self.fail(where, sentence)

    def check(self):
        self.request_id()
        if 200 <= self.status < 300:
            self.success()
        else:
            self.error()

    def request_id(self):
        name = 'x-amz-request-id' if self.protocol == 'rest-xml' else 'x-amzn-requestid'
        self.need(self.headers.get(name), 'headers', f'no {name}')

    def content_type(self, wanted):
        given = self.headers.get('content-type', '')
        self.need(given.split(';')[0] == wanted, 'Content-Type', f'{given!r}, not {wanted!r}')

    # What went well

    def success(self):
        partial = self.status == 206 and 'content-range' in self.headers
        self.need(self.status == self.op.status or partial, 'status', f'{self.op.status} expected')
        members = self.api.shape(self.op.output).members if self.op.output else []
        if self.rest:
            self.bound_members(members)
        payload = next((m for m in members if m.payload), None)
        inside = [m for m in members if m.location == 'body' and not m.payload]
        if self.op.method == 'HEAD' or self.status == 204:
            self.need(self.body == b'', 'body', 'not empty')
        elif payload:
            self.payload(payload)
        elif self.protocol == 'rest-xml' and not inside:
            self.need(self.body == b'', 'body', 'not empty, and the output has no member for it')
        elif self.protocol in ('rest-xml', 'query'):
            self.xml_body(inside)
        else:
            self.content_type(CONTENT_TYPE[self.protocol])
            self.json_structure('', inside, self.json())

    def payload(self, m):
        shape = self.api.shape(m.type)
        if shape.kind != 'structure' or not self.body:
            return
        if self.protocol == 'rest-json':
            self.json_structure(m.name, shape.members, self.json())
            return
        self.content_type('application/xml')
        root = self.root(shape.root or m.wire)
        self.xml_structure(m.name, shape.members, root)

    def bound_members(self, members):
        known = set()
        for m in members:
            where = f'header {m.wire}'
            if m.location == 'headers':
                known |= {h for h in self.headers if h.startswith(m.wire.lower())}
            if m.location != 'header':
                continue
            known.add(m.wire.lower())
            text = self.headers.get(m.wire.lower())
            if text is None:
                self.need(not m.required, where, 'missing')
            elif m.jsonvalue:
                json.loads(base64.b64decode(text))
            elif m.wire.lower() != 'content-length':
                self.text(where, m, text, 'rfc822')
        for name in self.headers:
            if name.startswith('x-amz-') and name not in ('x-amz-request-id', 'x-amz-id-2'):
                self.need(name in known, f'header {name}', 'not in the output of api/')

    def json(self):
        try:
            value = json.loads(self.body.decode('utf-8'))
        except ValueError as e:
            self.fail('body', f'no JSON: {e}')
        self.need(isinstance(value, dict), 'body', 'no JSON object')
        return value

    def json_structure(self, where, members, value):
        self.need(isinstance(value, dict), where, f'{value!r:.80} is no structure')
        by_name = {m.wire: m for m in members}
        for name, child in value.items():
            inner = f'{where}.{name}'.lstrip('.')
            self.need(name in by_name, inner, 'no such member in api/')
            self.need(child is not None, inner, 'null')
            self.json_value(inner, by_name[name], child)
        for m in members:
            self.need(not m.required or m.wire in value, f'{where}.{m.name}', 'missing')

    def json_value(self, where, m, value):
        shape = self.api.shape(m.type)
        if shape.kind == 'structure':
            self.json_structure(where, shape.members, value)
        elif shape.kind == 'list':
            self.need(isinstance(value, list), where, f'{value!r:.80} is no list')
            for i, item in enumerate(value):
                self.json_value(f'{where}[{i}]', shape.members[0], item)
            self.span(where, shape, len(value))
        elif shape.kind == 'map':
            self.need(isinstance(value, dict), where, f'{value!r:.80} is no map')
            for key, item in value.items():
                if item is not None:   # a Lex slot that is not filled yet
                    self.json_value(f'{where}[{key}]', shape.members[1], item)
            self.span(where, shape, len(value))
        else:
            self.json_scalar(where, m, shape, value)

    def json_scalar(self, where, m, shape, value):
        kind = shape.kind
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if kind == 'string':
            self.need(isinstance(value, str), where, f'{value!r:.80} is no string')
            self.constraints(where, shape, value)
        elif kind == 'blob':
            self.need(isinstance(value, str), where, f'{value!r:.80} is no base64')
            base64.b64decode(value, validate=True)
        elif kind == 'boolean':
            self.need(isinstance(value, bool), where, f'{value!r:.80} is no boolean')
        elif kind == 'timestamp' and (m.time or shape.time or 'epoch') != 'epoch':
            self.need(isinstance(value, str), where, f'{value!r:.80} is no time in text')
            self.text(where, m, value, 'iso8601')
        elif kind in INTEGERS:
            self.need(number and isinstance(value, int), where, f'{value!r:.80} is no integer')
            self.need(-INTEGERS[kind] <= value < INTEGERS[kind], where, f'{value} is out of range')
            self.span(where, shape, value)
        else:
            self.need(number or value in ('NaN', 'Infinity', '-Infinity'), where,
                      f'{value!r:.80} is no number')
            if number:
                self.span(where, shape, value)

    # XML

    def root(self, wanted):
        try:
            root = ElementTree.fromstring(self.body)
        except ElementTree.ParseError as e:
            self.fail('body', f'no XML: {e}')
        namespace, name = self.names(root)
        self.need(name == wanted, 'body', f'the root is {name}, not {wanted}')
        self.need(namespace == self.api.properties['namespace'], 'body',
                  f'the namespace is {namespace!r}')
        return root

    @staticmethod
    def names(element):
        namespace, _, name = element.tag.rpartition('}')
        return namespace.lstrip('{'), name

    def xml_body(self, members):
        self.content_type(CONTENT_TYPE[self.protocol])
        if self.protocol == 'query':
            root = self.root(f'{self.op.name}Response')
            children = {self.names(c)[1]: c for c in root}
            self.need('ResponseMetadata' in children, 'body', 'no ResponseMetadata')
            self.need(any(self.names(c)[1] == 'RequestId' and c.text
                          for c in children['ResponseMetadata']), 'body', 'no RequestId')
            root = children.get(self.op.wrapper) if self.op.wrapper else root
            self.need(root is not None, 'body', f'no {self.op.wrapper}')
            self.xml_structure('', members, root)
            return
        shape = self.api.shape(self.op.output)
        root = self.root(shape.root or shape.name)
        if self.op.unwrapped:
            if root.text:
                self.text(members[0].name, members[0], root.text, 'iso8601')
        else:
            self.xml_structure('', members, root)

    def xml_structure(self, where, members, element):
        by_name = {m.wire: m for m in members}
        groups = {}
        for child in element:
            name = self.names(child)[1]
            self.need(name in by_name, f'{where}.{name}'.lstrip('.'), 'no such member in api/')
            groups.setdefault(name, []).append(child)
        for m in members:
            inner = f'{where}.{m.name}'.lstrip('.')
            given = groups.get(m.wire, [])
            self.need(given or not m.required, inner, 'missing')
            if not given:
                continue
            if m.flat:
                item = self.api.shape(m.type).members[0]
                for i, child in enumerate(given):
                    self.xml_value(f'{inner}[{i}]', item, child)
                continue
            self.need(len(given) == 1, inner, f'{len(given)} times')
            self.xml_value(inner, m, given[0])

    def xml_value(self, where, m, element):
        shape = self.api.shape(m.type)
        if shape.kind == 'structure':
            self.xml_structure(where, shape.members, element)
        elif shape.kind == 'list':
            for i, child in enumerate(element):
                name = self.names(child)[1]
                self.need(name == shape.members[0].wire, where,
                          f'an item is {name}, not {shape.members[0].wire}')
                self.xml_value(f'{where}[{i}]', shape.members[0], child)
            self.span(where, shape, len(element))
        elif shape.kind == 'map':
            for child in element:
                parts = {self.names(part)[1]: part for part in child}
                self.need(set(parts) == {p.wire for p in shape.members}, where, 'a bad entry')
                for p in shape.members:
                    self.xml_value(f'{where} {p.name}', p, parts[p.wire])
        else:
            self.need(len(element) == 0, where, 'elements where a value should be')
            self.text(where, m, element.text or '', 'iso8601')

    def text(self, where, m, text, time_format):
        """A scalar as text, in XML or a header."""
        shape = self.api.shape(m.type)
        kind = shape.kind
        if kind == 'string':
            self.constraints(where, shape, text)
        elif kind == 'boolean':
            self.need(text in ('true', 'false'), where, f'{text!r:.80} is no boolean')
        elif kind in INTEGERS:
            self.need(re.fullmatch(r'-?\d+', text), where, f'{text!r:.80} is no integer')
            self.span(where, shape, int(text))
        elif kind in ('float', 'double'):
            self.span(where, shape, float(text))
        elif kind == 'blob':
            base64.b64decode(text, validate=True)
        elif kind == 'timestamp':
            wanted = m.time or shape.time or time_format
            if wanted == 'iso8601':
                self.need(ISO8601.fullmatch(text), where, f'{text!r:.80} is no ISO 8601 time')
            elif wanted == 'rfc822':
                self.need(text.endswith(' GMT') and parsedate_to_datetime(text), where,
                          f'{text!r:.80} is no HTTP date')

    # Constraints

    def span(self, where, shape, size):
        if isinstance(size, float) and math.isnan(size):
            return
        self.need(shape.min is None or size >= shape.min, where, f'{size} is under {shape.min}')
        self.need(shape.max is None or size <= shape.max, where, f'{size} is over {shape.max}')

    def constraints(self, where, shape, text):
        self.span(where, shape, len(text))
        if shape.enum and not shape.open:
            self.need(text in shape.enum, where, f'{text!r:.80} is none of its values')
        if shape.pattern:
            self.need(re.fullmatch(java(shape.pattern), text), where,
                      f'{text!r:.80} does not match {shape.pattern}')

    # What went wrong

    def error(self):
        self.need(self.status >= 300, 'status', 'neither success nor error')
        if self.op.method == 'HEAD' or self.status == 304:
            self.need(self.body == b'', 'body', 'not empty')
            return
        self.content_type(CONTENT_TYPE[self.protocol])
        code = {'rest-xml': self.s3_error, 'query': self.query_error}.get(self.protocol,
                                                                       self.json_error)()
        error = next((e for e in self.api.errors.values() if code in (e.code, e.name)), None)
        self.need(error, 'error', f'{code} is not in api/')
        self.need(error.common or error.name in self.op.errors, 'error',
                  f'{code} is not one of this operation')
        self.need(self.status == error.status, 'error', f'{code} has status {error.status}')

    def json_error(self):
        value = self.json()
        name = value.get('__type')
        self.need(isinstance(name, str) and name, 'error', 'no __type')
        self.need(isinstance(value.get('message'), str) and value['message'], 'error', 'no message')
        header = self.headers.get('x-amzn-errortype')
        self.need(header == name or (header is None and self.protocol != 'rest-json'), 'error',
                  f'x-amzn-ErrorType is {header!r}, __type {name!r}')
        return name

    def error_texts(self, element):
        return {self.names(c)[1]: c.text or '' for c in element}

    def s3_error(self):
        try:
            root = ElementTree.fromstring(self.body)
        except ElementTree.ParseError as e:
            self.fail('body', f'no XML: {e}')
        self.need(root.tag == 'Error', 'error', f'the root is {root.tag}')
        texts = self.error_texts(root)
        for name in ('Code', 'Message', 'RequestId', 'HostId'):
            self.need(texts.get(name), 'error', f'no {name}')
        return texts['Code']

    def query_error(self):
        root = self.root('ErrorResponse')
        children = {self.names(c)[1]: c for c in root}
        self.need('Error' in children and children.get('RequestId') is not None, 'error',
                  'no Error or RequestId')
        texts = self.error_texts(children['Error'])
        self.need(texts.get('Type') == ('Sender' if self.status < 500 else 'Receiver'), 'error',
                  f'Type is {texts.get("Type")!r}')
        self.need(texts.get('Code') and texts.get('Message'), 'error', 'no Code or Message')
        return texts['Code']
