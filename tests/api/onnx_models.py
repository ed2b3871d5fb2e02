"""Small ONNX models for tests, written without the onnx package.

    model([('x', FLOAT, ['N', 4])], [('y', FLOAT, ['N', 3])],
          [node('MatMul', ['x', 'w'], ['y'])], {'w': array})

gives the bytes of a ModelProto. Arrays are numpy's; `external` puts them into a file beside the model.
"""
import struct

FLOAT, INT64, STRING = 1, 7, 8
TYPES = {'float32': FLOAT, 'int64': INT64}


def varint(n):
    out = b''
    n &= 2 ** 64 - 1
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def number(field, n):
    return varint(field << 3) + varint(n)


def block(field, content):
    content = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(content)) + content


def tensor(name, array, where=None):
    out = b''.join(number(1, d) for d in array.shape) + number(2, TYPES[str(array.dtype)]) + block(8, name)
    if where is None:
        return out + block(9, array.tobytes())
    location, offset = where
    for key, value in (('location', location), ('offset', str(offset)), ('length', str(array.nbytes))):
        out += block(13, block(1, key) + block(2, value))
    return out + number(14, 1)


def attribute(name, value):
    if isinstance(value, int):
        return block(1, name) + number(3, value) + number(20, 2)
    if isinstance(value, float):
        return block(1, name) + varint(2 << 3 | 5) + struct.pack('<f', value) + number(20, 1)
    if isinstance(value, str):
        return block(1, name) + block(4, value) + number(20, 3)
    return block(1, name) + b''.join(number(8, v) for v in value) + number(20, 7)


def node(op, inputs, outputs, domain='', **attributes):
    return (b''.join(block(1, i) for i in inputs) + b''.join(block(2, o) for o in outputs) + block(4, op) +
            b''.join(block(5, attribute(k, v)) for k, v in attributes.items()) + block(7, domain))


def port(name, dtype, shape):
    dims = b''.join(block(1, block(2, d) if isinstance(d, str) else number(1, d)) for d in shape)
    return block(1, name) + block(2, block(1, number(1, dtype) + block(2, dims)))


def model(inputs, outputs, nodes, weights=(), opset=13, external=None):
    """With `external` (a file name) the model's bytes and the file's come back."""
    graph = b''.join(block(1, n) for n in nodes) + block(2, 'g')
    blob = b''
    for name, array in dict(weights).items():
        if external:
            blob += bytes(-len(blob) % 4096)
        graph += block(5, tensor(name, array, (external, len(blob)) if external else None))
        blob += array.tobytes() if external else b''
    graph += b''.join(block(11, port(*p)) for p in inputs) + b''.join(block(12, port(*p)) for p in outputs)
    out = number(1, 8) + block(7, graph) + block(8, block(1, '') + number(2, opset))
    return (out, blob) if external else out
