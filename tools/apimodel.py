"""Reads api/NAME.api: what a public API looks like, as facts.

The language is described in docs/api-files.md. read_api(path) gives an Api;
a line that breaks the rules raises ApiError with the file and line.
"""
import pathlib
import re
from dataclasses import dataclass, field

PROTOCOLS = ('json-1.0', 'json-1.1', 'rest-json', 'rest-xml', 'query')
SCALARS = ('string', 'blob', 'integer', 'long', 'float', 'double', 'boolean', 'timestamp')
PROPERTIES = ('protocol', 'target', 'signing', 'version', 'namespace', 'validation', 'malformed',
              'unknown', 'internal')
TIME_FORMATS = ('epoch', 'iso8601', 'rfc822')
RANGE = re.compile(r'^(-?[0-9.]+?)?\.\.(-?[0-9.]+)?$')
PATTERN = re.compile(r'(?:^|\s)/(.*)/$')


class ApiError(Exception):
    pass


@dataclass
class Member:
    name: str
    type: str  # as written; resolved by Api.shape
    required: bool = False
    location: str = 'body'  # body header headers query uri status
    wire: str = ''
    payload: bool = False
    streaming: bool = False
    flat: bool = False
    attribute: bool = False
    jsonvalue: bool = False
    time: str = ''


@dataclass
class Shape:
    name: str
    kind: str  # structure list map or one of SCALARS
    members: list = field(default_factory=list)  # list: 1, map: 2
    enum: list = field(default_factory=list)
    min: float = None
    max: float = None
    pattern: str = None
    sensitive: bool = False  # never repeated in a message
    soft: bool = False  # the service checks the maximum, not the wire
    open: bool = False  # values beside the enum are fine
    root: str = ''  # XML element of a reply's body
    time: str = ''


@dataclass
class Operation:
    name: str
    method: str
    uri: str
    query: str
    input: str = ''
    output: str = ''
    wrapper: str = ''
    status: int = 200
    errors: list = field(default_factory=list)
    unwrapped: bool = False
    checksum: bool = False
    anonymous: bool = False


@dataclass
class Error:
    name: str
    status: int
    code: str
    common: bool = False  # any operation may answer it
    members: list = field(default_factory=list)


class Api:
    def __init__(self, name):
        self.name = name
        self.properties = {}
        self.subresources = []
        self.operations = {}
        self.shapes = {}
        self.errors = {}

    def shape(self, text):
        """The shape of a type as it is written: Name, string, [X], {K: V}."""
        if text in self.shapes:
            return self.shapes[text]
        if text in SCALARS:
            shape = Shape(text, text)
        elif text.startswith('['):
            shape = Shape(text, 'list', [Member('member', text[1:-1].strip(), wire='member')])
        elif text.startswith('{'):
            key, value = text[1:-1].split(':', 1)
            shape = Shape(text, 'map', [Member('key', key.strip(), wire='key'),
                                        Member('value', value.strip(), wire='value')])
        else:
            raise ApiError(f'no shape {text}')
        self.shapes[text] = shape
        for member in shape.members:
            self.shape(member.type)
        return shape


def number(text):
    return float(text) if '.' in text else int(text)


class Reader:
    def __init__(self, name):
        self.api = Api(name)
        self.operation = self.shape = self.error = None

    def file(self, path):
        for at, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
            try:
                self.line(line, path)
            except (ApiError, ValueError, IndexError) as e:
                raise ApiError(f'{path}:{at}: {e}') from e

    def line(self, line, path):
        text = line.strip()
        if not text or text.startswith('#'):
            return
        if line[0].isspace():
            self.detail(text)
            return
        self.operation = self.shape = self.error = None
        word, _, rest = text.partition(' ')
        rest = rest.strip()
        if word == 'include':
            self.file(path.parent / 'include' / rest)
        elif word in PROPERTIES:
            self.api.properties[word] = rest
        elif word == 'subresources':
            self.api.subresources += rest.split()
        elif word == 'operation':
            self.begin_operation(rest.split())
        elif word == 'error':
            self.begin_error(rest.split())
        elif word in SCALARS or word in ('structure', 'list', 'map'):
            self.begin_shape(word, rest)
        else:
            raise ApiError(f'unknown word {word}')

    def detail(self, text):
        if self.operation:
            self.operation_detail(text)
        elif self.error:
            self.error.members.append(self.member(text))
        elif self.shape and self.shape.kind == 'structure':
            self.shape.members.append(self.member(text))
        elif self.shape and text.startswith('='):
            self.shape.enum += text[1:].split()
        else:
            raise ApiError('nothing that this line could belong to')

    def begin_operation(self, words):
        name, method, uri = words[:3]
        uri, _, query = uri.partition('?')
        op = self.operation = Operation(name, method, uri, query)
        for flag in words[3:]:
            if flag in ('unwrapped', 'checksum', 'anonymous'):
                setattr(op, flag, True)
            elif flag.isdigit():
                op.status = int(flag)
            else:
                raise ApiError(f'unknown flag {flag}')
        if name in self.api.operations:
            raise ApiError(f'operation {name} twice')
        self.api.operations[name] = op

    def operation_detail(self, text):
        word, *rest = text.split()
        if word == 'input':
            self.operation.input = rest[0]
        elif word == 'output':
            self.operation.output = rest[0]
            for flag in rest[1:]:
                if not flag.startswith('wrapper:'):
                    raise ApiError(f'unknown flag {flag}')
                self.operation.wrapper = flag[8:]
        elif word == 'errors':
            self.operation.errors += rest
        else:
            raise ApiError(f'unknown word {word}')

    def begin_error(self, words):
        name, status, *flags = words
        self.error = Error(name, int(status), name)
        for flag in flags:
            if flag == 'common':
                self.error.common = True
            elif flag.startswith('code:'):
                self.error.code = flag[5:]
            else:
                raise ApiError(f'unknown flag {flag}')
        if name in self.api.errors and not self.api.errors[name].common:
            raise ApiError(f'error {name} twice')
        self.api.errors[name] = self.error

    def begin_shape(self, kind, rest):
        name, _, rest = rest.partition(' ')
        shape = self.shape = Shape(name, kind)
        if name in self.api.shapes:
            raise ApiError(f'shape {name} twice')
        self.api.shapes[name] = shape
        pattern = PATTERN.search(rest)
        if pattern:
            shape.pattern = pattern.group(1)
            rest = rest[:pattern.start()]
        rest, _, enum = rest.partition('=')
        shape.enum = enum.split()
        words = rest.split()
        if kind in ('list', 'map'):
            self.container(shape, words)
            return
        for word in words:
            self.trait(shape, word)

    def container(self, shape, words):
        """list NAME of TYPE ... or map NAME of TYPE to TYPE ..."""
        if words[0] != 'of':
            raise ApiError('expected "of"')
        if shape.kind == 'list':
            shape.members = [Member('member', words[1], wire='member')]
            words = words[2:]
        else:
            if words[2] != 'to':
                raise ApiError('expected "to"')
            shape.members = [Member('key', words[1], wire='key'),
                             Member('value', words[3], wire='value')]
            words = words[4:]
        for word in words:
            if word.startswith('as:'):
                shape.members[0].wire = word[3:]
            else:
                self.trait(shape, word)

    @staticmethod
    def trait(shape, word):
        span = RANGE.match(word)
        if span:
            shape.min = number(span.group(1)) if span.group(1) else None
            shape.max = number(span.group(2)) if span.group(2) else None
        elif word in ('open', 'sensitive', 'soft'):
            setattr(shape, word, True)
        elif word.startswith('root:'):
            shape.root = word[5:]
        elif word.startswith('time:') and word[5:] in TIME_FORMATS:
            shape.time = word[5:]
        else:
            raise ApiError(f'unknown trait {word}')

    @staticmethod
    def member(text):
        name, _, rest = text.partition(' ')
        rest = rest.strip()
        end = len(rest)
        if rest[0] in '[{':
            end = rest.index(']' if rest[0] == '[' else '}') + 1
        elif ' ' in rest:
            end = rest.index(' ')
        m = Member(name.rstrip('!'), rest[:end], name.endswith('!'))
        m.wire = m.name
        for flag in rest[end:].split():
            word, colon, value = flag.partition(':')
            if word in ('header', 'headers', 'query', 'uri', 'status'):
                m.location = word
                m.wire = value if colon else m.name
            elif word == 'as':
                m.wire = value
            elif word == 'time' and value in TIME_FORMATS:
                m.time = value
            elif flag in ('payload', 'streaming', 'flat', 'attribute', 'jsonvalue'):
                setattr(m, flag, True)
            else:
                raise ApiError(f'unknown flag {flag}')
        return m


def check(api):
    """Everything that is named exists."""
    for word in ('protocol', 'signing', 'version', 'validation', 'malformed', 'unknown',
                 'internal'):
        if word not in api.properties:
            raise ApiError(f'{api.name}: no {word}')
    if api.properties['protocol'] not in PROTOCOLS:
        raise ApiError(f'{api.name}: unknown protocol')
    for word in ('validation', 'malformed', 'unknown', 'internal'):
        if api.properties[word] not in api.errors:
            raise ApiError(f'{api.name}: {word} names no error of this file')
    for shape in list(api.shapes.values()):
        for member in shape.members:
            api.shape(member.type)
    for error in api.errors.values():
        for member in error.members:
            api.shape(member.type)
    for op in api.operations.values():
        for name in (op.input, op.output):
            if name and api.shape(name).kind != 'structure':
                raise ApiError(f'{api.name}: {op.name}: {name} is no structure')
        for name in op.errors:
            if name not in api.errors:
                raise ApiError(f'{api.name}: {op.name}: no error {name}')


def read_api(path):
    path = pathlib.Path(path)
    reader = Reader(path.stem)
    reader.file(path)
    check(reader.api)
    return reader.api
