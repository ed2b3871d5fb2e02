#!/usr/bin/env python3
"""The engine beside ONNX Runtime: the same models, inputs and threads, turn by turn.

usage: engine.py MODELS_DIR [NAME=1,3,48,320 ...] [--runs N] [--rounds N] [--binary FILE]
       [--quern FILE]

Every NAME.onnx of the folder is run; NAME-int8.q, which `quern model optimize --calibrate` wrote, is
its int8 column. Shapes of free dimensions are guessed from the name (det, rec, cls), or given.
Engines take turns, and of the rounds the best median and the best first call count; one thread is
timed by the processor's time, so that load on the machine hits neither much.
The .q column is the model opened as `quern model optimize` leaves it, in float32.
Without onnxruntime (script/bootstrap --bench installs it) the table has one side.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEER = ROOT / 'build-clients' / 'onnxruntime' / 'bin' / 'python'
GUESSES = [('det', (1, 3, 960, 960)), ('rec', (1, 3, 48, 320)), ('cls', (1, 3, 48, 192))]

# Runs in the peer's own Python: what onnxruntime takes, as JSON.
PEER_CODE = r'''
import json, resource, sys, time
import numpy as np
import onnxruntime as ort
def kb():
    return int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])
model, threads, runs, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
shapes = [tuple(int(d) for d in s.split(',')) for s in sys.argv[5:]]
kinds = {'tensor(float)': 'f4', 'tensor(int64)': 'i8', 'tensor(int32)': 'i4', 'tensor(bool)': '?'}
before = kb()
o = ort.SessionOptions()
o.intra_op_num_threads = threads
o.inter_op_num_threads = 1
now = time.process_time if threads == 1 else time.perf_counter
began = now()
s = ort.InferenceSession(model, o, providers=['CPUExecutionProvider'])
opened = now() - began
feeds = {p.name: np.fromfile(f'{folder}/in{i}.bin', kinds[p.type]).reshape(shapes[i])
         for i, p in enumerate(s.get_inputs())}
times = []
for _ in range(runs):
    began = now()
    out = s.run(None, feeds)
    times.append((now() - began) * 1e3)
for i, v in enumerate(out):
    np.ascontiguousarray(v).tofile(f'{folder}/peer{i}.bin')
first = times[0]
times.sort()
print(json.dumps({'open_ms': opened * 1e3, 'first_ms': first, 'median_ms': times[len(times) // 2],
                  'min_ms': times[0], 'kb': kb() - before, 'version': ort.__version__}))
'''

PORTS_CODE = r'''
import json, sys
import onnxruntime as ort
s = ort.InferenceSession(sys.argv[1], providers=['CPUExecutionProvider'])
print(json.dumps([[p.name, p.type, p.shape] for p in s.get_inputs()]))
'''


def run(command):
    p = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if p.returncode:
        sys.exit(f'{command[0]}: {p.stderr.strip()}')
    return json.loads(p.stdout)


def shapes_of(model, given):
    """The inputs' shapes: what was given, or guessed for the name, for what is free."""
    name = model.stem
    if name in given:
        return given[name]
    ports = run([PEER, '-c', PORTS_CODE, model]) if PEER.exists() else [['x', 'tensor(float)', None]]
    guess = next((s for key, s in GUESSES if key in name), None)
    shapes = []
    for _, _, dims in ports:
        if guess and (dims is None or len(dims) == len(guess)):
            shapes.append(guess)
        elif dims is None:
            sys.exit(f'{model.name}: give its shape as {name}=1,3,224,224')
        else:
            shapes.append(tuple(d if isinstance(d, int) else 1 if i == 0 else 128
                                for i, d in enumerate(dims)))
    return shapes


def write_inputs(model, shapes, folder):
    """The same pseudo-random numbers every time."""
    import random
    import struct
    ports = run([PEER, '-c', PORTS_CODE, model]) if PEER.exists() else [['x', 'tensor(float)', 0]]
    for i, ((_, kind, _), shape) in enumerate(zip(ports, shapes)):
        r = random.Random(i)
        count = 1
        for d in shape:
            count *= d
        if kind == 'tensor(float)':
            block = struct.pack('<4096f', *(r.uniform(-1, 1) for _ in range(4096)))
            size = 4 * count
        elif kind in ('tensor(int64)', 'tensor(int32)'):
            form, width = ('<4096q', 8) if kind == 'tensor(int64)' else ('<4096i', 4)
            block = struct.pack(form, *(r.randrange(2) for _ in range(4096)))
            size = width * count
        else:
            block, size = bytes(4096), count
        pathlib.Path(folder, f'in{i}.bin').write_bytes((block * (size // len(block) + 1))[:size])


def best(results):
    """Of several rounds, each in a process of its own: the least median and first call."""
    first = min(r['first_ms'] for r in results)
    return dict(min(results, key=lambda r: r['median_ms']), first_ms=first)


def difference(folder):
    """The largest difference of the first output, ours and the peer's, both float32."""
    ours, peers = pathlib.Path(folder, 'out0.bin'), pathlib.Path(folder, 'peer0.bin')
    if not peers.exists() or ours.stat().st_size != peers.stat().st_size:
        return None
    import array
    a, b = array.array('f', ours.read_bytes()), array.array('f', peers.read_bytes())
    return max((abs(x - y) for x, y in zip(a, b)), default=0.0)


def measure(options, model, quantised, shapes, threads, folder):
    text = [','.join(map(str, s)) for s in shapes]
    columns = {'peer': [], 'f32': [], 'bf16': [], 'int8': [], 'q': []}
    optimised = pathlib.Path(folder, 'model.q')
    subprocess.run([options.quern, 'model', 'optimize', model, '-o', optimised], check=True,
                   stdout=subprocess.DEVNULL)
    apart = {}
    for _ in range(options.rounds):
        if PEER.exists():
            columns['peer'].append(run([PEER, '-c', PEER_CODE, model, threads, options.runs, folder]
                                       + text))
        for precision in ('f32', 'bf16', 'int8', 'q'):
            if precision == 'int8' and not quantised:
                continue
            file = {'int8': quantised, 'q': optimised}.get(precision, model)
            columns[precision].append(run([options.binary, file, precision if precision == 'bf16'
                                           else 'f32', threads, options.runs, folder] + text))
            apart[precision] = difference(folder)
    return {k: best(v) for k, v in columns.items() if v}, apart


def cell(r):
    return f'{r["median_ms"]:.1f}' if r else '-'


def latency_row(name, shapes, threads, found):
    peer, f32 = found.get('peer'), found['f32']
    parts = [name, ' '.join('x'.join(map(str, s)) for s in shapes), str(threads), cell(peer)]
    for precision in ('f32', 'bf16', 'int8'):
        r = found.get(precision)
        parts.append(cell(r) + (f' ({peer["median_ms"] / r["median_ms"]:.2f})' if r and peer else ''))
    parts.append(f'{f32["first_ms"] / f32["median_ms"]:.2f}')
    parts.append(f'{peer["first_ms"] / peer["median_ms"]:.2f}' if peer else '-')
    return parts


def memory_row(name, found, apart):
    peer, f32 = found.get('peer'), found['f32']
    gflops = 2 * f32['gmac'] / f32['median_ms'] * 1e3
    share = f'{100 * gflops / f32["peak_gflops"]:.0f} %' if f32['peak_gflops'] else '-'
    return [name, f'{peer["kb"] / 1024:.0f}' if peer else '-', f'{f32["kb"] / 1024:.0f}',
            f'{found["q"]["kb"] / 1024:.0f}', f'{f32["plan_bytes"] / 1e6:.1f}',
            f'{peer["open_ms"]:.0f}' if peer else '-', f'{f32["open_ms"]:.0f}',
            f'{found["q"]["open_ms"]:.1f}', f'{gflops:.0f}', share,
            *(f'{apart[p]:.1e}' if apart.get(p) is not None else '-'
              for p in ('f32', 'bf16', 'int8'))]


def heavy_rows(name, r):
    for h in r['heavy'][:5]:
        gflops = 2 * h['mmac'] / h['ms'] if h['ms'] else 0
        share = f'{100 * gflops / r["peak_gflops"]:.0f} %' if r['peak_gflops'] and gflops else '-'
        yield [name, f'{h["type"]} {h["name"]}', f'{h["ms"]:.2f}', f'{gflops:.0f}', share]


def table(head, rows):
    print('\n| ' + ' | '.join(head) + ' |')
    print('|' + ' --- |' * len(head))
    for r in rows:
        print('| ' + ' | '.join(r) + ' |')


def main():
    parser = argparse.ArgumentParser(description=__doc__, usage=argparse.SUPPRESS)
    parser.add_argument('models', type=pathlib.Path)
    parser.add_argument('shapes', nargs='*')
    parser.add_argument('--runs', type=int, default=15)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--threads', type=int, nargs='*', default=[1, 2])
    parser.add_argument('--binary', default=ROOT / 'build' / 'tests' / 'engine_bench')
    parser.add_argument('--quern', default=ROOT / 'build' / 'quern')
    options = parser.parse_args()
    given = {}
    for s in options.shapes:
        name, _, dims = s.partition('=')
        given.setdefault(name, []).append(tuple(int(d) for d in dims.split(',')))
    models = sorted(options.models.glob('*.onnx'))
    if not models:
        sys.exit(f'{options.models}: no .onnx files')
    latency, memory, heavy, version = [], [], [], None
    for model in models:
        quantised = model.with_name(model.stem + '-int8.q')
        quantised = quantised if quantised.exists() else None
        shapes = shapes_of(model, given)
        with tempfile.TemporaryDirectory() as folder:
            write_inputs(model, shapes, folder)
            for threads in options.threads:
                found, apart = measure(options, model, quantised, shapes, threads, folder)
                latency.append(latency_row(model.stem, shapes, threads, found))
                if threads == 1:
                    memory.append(memory_row(model.stem, found, apart))
                    heavy.extend(heavy_rows(model.stem, found['f32']))
                version = found.get('peer', {}).get('version', version)
    cpu = re.search(r'model name\s*: (.*)', pathlib.Path('/proc/cpuinfo').read_text())
    print(f'{datetime.date.today()}, {cpu.group(1) if cpu else platform.machine()}, '
          f'{os.cpu_count()} processors, ONNX Runtime {version or "not installed"}; '
          f'medians of {options.runs} runs, best of {options.rounds} rounds')
    table(['model', 'input', 'threads', 'ONNX Runtime, ms', 'f32, ms (times as fast)', 'bf16',
           'int8', 'first call / median', 'ONNX Runtime\'s'], latency)
    table(['model', 'ONNX Runtime, MB', 'ours, MB', 'from .q', 'plan, MB', 'its open, ms',
           'ours, ms', 'from .q', 'GFLOP/s', 'of peak', 'f32 apart', 'bf16', 'int8'], memory)
    table(['model', 'node', 'ms', 'GFLOP/s', 'of peak'], heavy)


if __name__ == '__main__':
    main()
