"""The commands about models, as a script sees them: a small network made by bytes."""
import ast
import pathlib
import re
import shutil
import struct
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

from harness import BINARY, main

FLOAT = 1


def varint(v):
    v &= (1 << 64) - 1
    out = b''
    while v >= 0x80:
        out += bytes([v & 0x7F | 0x80])
        v >>= 7
    return out + bytes([v])


def field(number, value):
    """A field of a protobuf message: an int, a text or a message's bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def node(kind, name, inputs, outputs, **ints):
    out = b''.join(field(1, i) for i in inputs) + b''.join(field(2, o) for o in outputs)
    out += field(3, name) + field(4, kind)
    for key, values in ints.items():
        out += field(5, field(1, key) + b''.join(field(8, v) for v in values) + field(20, 7))
    return field(1, out)


def tensor(name, dims, values):
    return field(5, b''.join(field(1, d) for d in dims) + field(2, FLOAT) + field(8, name) +
                 field(9, struct.pack(f'<{len(values)}f', *values)))


def value(number, name, dims):
    shape = b''.join(field(1, field(1, d) if isinstance(d, int) else field(2, d)) for d in dims)
    return field(number, field(1, name) + field(2, field(1, field(1, FLOAT) + field(2, shape))))


def model(graph):
    return field(1, 8) + field(8, field(1, '') + field(2, 13)) + field(7, graph)


NETWORK = model(
    node('Conv', 'first', ['x', 'w', 'b'], ['c'], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]) +
    node('Relu', 'relu', ['c'], ['r']) +
    node('Conv', 'second', ['r', 'v'], ['d'], kernel_shape=[3, 3], pads=[1, 1, 1, 1]) +
    node('Add', 'sum', ['d', 'r'], ['y']) +
    tensor('w', [16, 3, 3, 3], [i / 100 for i in range(432)]) + tensor('b', [16], range(16)) +
    tensor('v', [16, 16, 3, 3], [i / 1000 for i in range(2304)]) +
    value(11, 'x', ['batch', 3, 'height', 'width']) + value(12, 'y', []))


class Models(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='quern-models-'))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.network = self.folder / 'network.onnx'
        self.network.write_bytes(NETWORK)

    def quern(self, *arguments, status=0):
        done = subprocess.run([BINARY, 'model', *map(str, arguments)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        self.assertEqual(done.returncode, status, done.stderr.decode())
        return (done.stdout if status == 0 else done.stderr).decode()

    def test_the_commands_are_listed_and_explained(self):
        for name in re.findall(r'(?m)^  model (\w+) ', self.quern()):
            out = self.quern(name, '--help')
            self.assertTrue(out.startswith(f'quern model {name} - '), out)
        self.assertIn('xyzzy is no command of it', self.quern('xyzzy', status=2))

    def test_show_keeps_free_dimensions_as_symbols(self):
        out = self.quern('show', self.network, '--plain')
        self.assertRegex(out, r'Conv 3x3 /2x2 +first +\[batch, 16, height/2, width/2\] float32')
        self.assertIn('batch, height, width', out)

    def test_show_counts_at_given_sizes(self):
        out = self.quern('show', self.network, '--plain', '--shape', 'x=1,3,64,32')
        self.assertRegex(out, r'first +\[1, 16, 32, 16\] float32 +operator +221 k +1.79 kB +32.8 kB')
        self.assertIn('1.40 M MACs', out)

    def test_show_tells_kernels_from_operators(self):
        out = self.quern('show', self.network, '--shape', 'x=1,3,64,32')
        self.assertRegex(out, r'kernel f32 +\d+ nodes +100.0 % of MACs')

    def test_show_draws(self):
        picture = self.folder / 'network.svg'
        self.quern('show', self.network, '--plain', '--svg', picture)
        root = ElementTree.parse(picture).getroot()
        texts = [t.text for t in root.iter('{http://www.w3.org/2000/svg}text')]
        for text in ('Conv', 'Relu', 'Add', 'x', 'y', '[batch, 16, height/2, width/2]'):
            self.assertIn(text, texts)

    def test_optimize_writes_a_file_that_shows_the_same(self):
        for precision in ('f32', 'f16', 'bf16'):
            out = self.folder / f'{precision}.q'
            self.quern('optimize', self.network, '-o', out, '--precision', precision)
            shown = self.quern('show', out, '--shape', 'x=1,3,64,32')
            self.assertIn('optimised by quern', shown)
            self.assertIn('1.40 M MACs', shown)
        self.assertIn('a .q file already', self.quern('optimize', out, '-o', out, status=1))

    def write_array(self, path, shape, values):
        head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {tuple(shape)}, }}"
        head += ' ' * (-(len(head) + 11) % 64) + '\n'
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b'\x93NUMPY\x01\x00' + struct.pack('<H', len(head)) + head.encode() +
                         struct.pack(f'<{len(values)}f', *values))

    def read_array(self, path):
        content = path.read_bytes()
        end = 10 + struct.unpack('<H', content[8:10])[0]
        head = ast.literal_eval(content[10:end].decode())
        return head['shape'], struct.unpack(f'<{(len(content) - end) // 4}f', content[end:])

    def test_optimize_to_eight_bits_with_samples(self):
        samples, out = self.folder / 'samples', self.folder / 'int8.q'
        samples.mkdir()
        for i in range(3):
            self.write_array(samples / f'{i}.npy', (1, 3, 16, 16), [(k * (i + 7) % 101) / 50 - 1 for k in range(768)])
        report = self.quern('optimize', self.network, '-o', out, '--precision', 'int8', '--calibrate', samples)
        self.assertRegex(report, r'first +Conv ')
        self.assertIn('kernel int8', self.quern('show', out))
        self.assertIn('go together', self.quern('optimize', self.network, '-o', out, '--precision', 'int8', status=2))

    def test_run_computes(self):
        picture, out = self.folder / 'x.npy', self.folder / 'out'
        self.write_array(picture, (1, 3, 1, 1), (1, 2, 3))
        shown = self.quern('run', self.network, '--input', f'x={picture}', '--output', out, '--plain')
        self.assertRegex(shown, r'input +x +float32 \[1, 3, 1, 1\] +from 1 to 3, mean 2')
        self.assertRegex(shown, r'output +y +float32 \[1, 16, 1, 1\]')
        # By hand: each kernel meets the one pixel with its middle alone.
        first = [sum((9 * (3 * o + c) + 4) / 100 * (c + 1) for c in range(3)) + o for o in range(16)]
        wanted = [sum((9 * (16 * o + c) + 4) / 1000 * first[c] for c in range(16)) + first[o]
                  for o in range(16)]
        shape, got = self.read_array(out / 'y.npy')
        self.assertEqual(shape, (1, 16, 1, 1))
        for g, w in zip(got, wanted, strict=True):
            self.assertAlmostEqual(g, w, delta=1e-4 * abs(w))

    def test_run_draws_the_same_from_a_seed_on_any_threads(self):
        answers = []
        for threads, seed, extra in ((1, 1, ()), (2, 1, ()), (1, 2, ()), (1, 1, ('--plain',))):
            out = self.folder / f'out-{len(answers)}'
            self.quern('run', self.network, '--shape', 'x=2,3,24,40', '--seed', seed, '--threads', threads,
                       '--output', out, *extra)
            answers.append(self.read_array(out / 'y.npy')[1])
        self.assertEqual(answers[0], answers[1])
        self.assertNotEqual(answers[0], answers[2])
        scale = max(map(abs, answers[0]))
        for a, b in zip(answers[0], answers[3], strict=True):
            self.assertAlmostEqual(a, b, delta=1e-5 * scale)

    def test_bench_measures(self):
        out = self.quern('bench', self.network, '--shape', 'x=1,3,64,32', '--seconds', 0, '--threads', 2,
                         '--profile')
        self.assertRegex(out, r'opened in [\d.]+ ms; 0.003 GFLOP a run')
        self.assertRegex(out, r'(?m)^ +1( +[\d.]+){4} +5 ')
        self.assertRegex(out, r'(?m)^ +2( +[\d.]+){4} +5 ')
        self.assertRegex(out, r'(?m)^quern.Conv +\d+ +[\d.]+ +[\d.]+ +[\d.]+')

    def test_compare_tells_how_far_outputs_are_apart(self):
        half = self.folder / 'half.q'
        self.quern('optimize', self.network, '-o', half, '--precision', 'f16')
        out = self.quern('compare', self.network, self.network, '--shape', 'x=1,3,16,16', '--layers')
        self.assertIn('4 sets of inputs', out)
        self.assertRegex(out, r'(?m)^y +[\d.e-]+ +[\d.e-]+ +1.00000000 ')
        self.write_array(self.folder / 'data' / 'one.npy', (1, 3, 4, 4), [i / 48 for i in range(48)])
        out = self.quern('compare', self.network, half, '--data', self.folder / 'data')
        self.assertIn('1 set of inputs', out)
        self.assertRegex(out, r'(?m)^y +[\d.e-]+ +[\d.e-]+ +(0.999\d+|1.0+) ')

    def test_inputs_that_do_not_fit_are_named(self):
        picture = self.folder / 'x.npy'
        self.write_array(picture, (1, 4, 1, 1), (1, 2, 3, 4))
        for words, arguments in (('dimension 0 of input "x" is free', ()),
                                 ('input x has shape [1, 4, 1, 1]', ('--input', picture)),
                                 ('no input "z"', ('--input', f'z={picture}')),
                                 ('no npy file', ('--input', self.network)),
                                 ('--threads is "0"', ('--shape', 'x=1,3,8,8', '--threads', 0))):
            self.assertIn(words, self.quern('run', self.network, *arguments, status=1))
        empty = self.folder / 'empty'
        empty.mkdir()
        self.assertIn('holds no inputs', self.quern('compare', self.network, self.network, '--data', empty,
                                                    status=1))

    def test_what_is_wrong_is_named(self):
        cases = (
            (b'hello', 'no ONNX model'),
            (NETWORK[:-9], 'no ONNX model, or a damaged one'),
            (model(node('Relu', 'r', ['w'], ['y']) + value(12, 'y', [])), '"w", is made by nothing'),
            (model(node('Relu', 'a', ['y'], ['z']) + node('Relu', 'b', ['z'], ['y']) + value(12, 'y', [])),
             'on a cycle'),
            (model(node('Relu', 'a', ['x'], ['y']) + value(11, 'x', [-4]) + value(12, 'y', [])),
             'a dimension is -4'),
            (model(node('Relu', 'a', ['x'], ['y']) + value(11, 'x', [1 << 40]) + value(12, 'y', [])),
             'value "x" of shape [1099511627776]'),
            (model(tensor('w', [1 << 40], [1]) + node('Relu', 'a', ['w'], ['y']) + value(12, 'y', [])),
             'tensor "w" holds 4 bytes'),
            (model(node('Frobnicate', 'a', ['x'], ['y']) + value(11, 'x', [1]) + value(12, 'y', [])),
             'Frobnicate'),
            (model(node('And', 'a', ['x', 'x'], ['y']) + value(11, 'x', [1]) + value(12, 'y', [])),
             'And (node a)'),
        )
        path = self.folder / 'wrong.onnx'
        for content, words in cases:
            path.write_bytes(content)
            self.assertIn(words, self.quern('show', path, status=1))
        self.assertIn('none.onnx', self.quern('show', self.folder / 'none.onnx', status=1))

    def test_shapes_that_do_not_fit_are_named(self):
        for shape, words in (('z=1', 'no input "z"'), ('x=1,4,8,8', 'dimension 1 is 4'),
                             ('x=1,3', '2 dimensions'), ('x=1,q,8,8', '"q" is no number')):
            self.assertIn(words, self.quern('show', self.network, '--shape', shape, status=1))


if __name__ == '__main__':
    main(Models)
