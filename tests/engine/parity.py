"""Compares the engine with ONNX Runtime on whole models: the same inputs, the
largest difference of each output, and the time of both.

    python3 tests/engine/parity.py RUN_MODEL FOLDER [NAME ...] [--threads N] [--runs N] [--plain]

FOLDER is as models.py makes it; RUN_MODEL is the build's tests/run_model. Differences are
absolute, and relative to the output's largest value. A model fails when a relative one is
above --tolerance, or a label differs in more than one row of a thousand; labels whose two
best scores are equal but for rounding do not count. Where activations are quantised while
running, the last bit of a sum may move a value by a whole step, and on from there: such
models may differ by a tenth. Both are timed in turn, in this run, on one core each unless
--threads says otherwise; one thread by the processor's time.
"""
import argparse
import os
import subprocess
import sys
import time

import numpy as np


def reference(path, inputs, threads, runs):
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    session = ort.InferenceSession(path, options, providers=['CPUExecutionProvider'])
    feed = {i.name: inputs(i.name) for i in session.get_inputs()}
    best, result = float('inf'), None
    now = time.process_time if threads == 1 else time.perf_counter
    for _ in range(runs + 1):
        start = now()
        result = session.run(None, feed)
        best = min(best, now() - start)
    return result, best * 1e3


def ours(program, path, folder, args):
    command = [program, '-t', str(args.threads), '-r', str(args.runs), path, folder]
    if args.plain:
        command.insert(1, '-p')
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr else 'it crashed')
    first, best, peak = done.stdout.split()
    return float(first), float(best), int(peak)


def undecided(outputs):
    """Rows whose best two scores are equal but for rounding."""
    for scores in outputs:
        if isinstance(scores, np.ndarray) and scores.ndim == 2 and scores.shape[1] > 1 \
                and scores.dtype.kind == 'f':
            best = np.sort(scores, 1)
            return best[:, -1] - best[:, -2] < 1e-6
    return np.zeros(0, bool)


def difference(want, folder, k, ties):
    """(absolute, relative, note) of output k."""
    want = np.asarray(want)
    if want.dtype.kind in 'OU':
        with open(os.path.join(folder, f'out_{k}.txt'), encoding='utf-8') as f:
            got = f.read().split('\n')[:-1]
        wrong = sum(str(a) != b for a, b in zip(want.ravel(), got))
        return wrong, wrong / max(1, want.size) / 1e-3 * 1e-4, 'texts'
    got = np.load(os.path.join(folder, f'out_{k}.npy'))
    if got.shape != want.shape or got.dtype != want.dtype:
        return np.inf, np.inf, f'{got.dtype}{got.shape} for {want.dtype}{want.shape}'
    if want.dtype.kind in 'iub':
        unlike = got != want
        if unlike.shape == ties.shape:
            unlike &= ~ties
        wrong = int(unlike.sum())
        return wrong, wrong / max(1, want.size) / 1e-3 * 1e-4, 'integers'
    if not np.array_equal(np.isfinite(got), np.isfinite(want)):
        return np.inf, np.inf, 'not finite'
    both = np.isfinite(want)
    gap = float(np.abs(got[both] - want[both]).max(initial=0))
    return gap, gap / max(1e-30, float(np.abs(want[both]).max(initial=0))), ''


def compare(name, args):
    folder = os.path.join(args.folder, name)
    path = os.path.join(folder, 'model.onnx')

    def inputs(key):
        return np.load(os.path.join(folder, key.replace('/', '_').replace(':', '_') + '.npy'))

    want, their_ms = reference(path, inputs, args.threads, args.runs)
    first, best, peak = ours(args.program, path, folder, args)
    ties = undecided(want)
    gaps = [difference(w, folder, k, ties) for k, w in enumerate(want) if not isinstance(w, list)]
    notes = ' '.join(g[2] for g in gaps if g[2])
    worst = max((g[1] for g in gaps), default=0)
    print(f'{name:22} {max((g[0] for g in gaps), default=0):10.2e} {worst:10.2e} '
          f'{best:9.3f} {their_ms:9.3f} {their_ms / best:6.2f} {first:9.3f} {peak / 1e6:8.2f}  {notes}')
    with open(path, 'rb') as f:
        loose = b'DynamicQuantizeLinear' in f.read()
    return worst <= (max(0.1, args.tolerance) if loose else args.tolerance)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('program')
    parser.add_argument('folder')
    parser.add_argument('names', nargs='*')
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--plain', action='store_true', help='without the engine\'s passes')
    parser.add_argument('--tolerance', type=float, default=1e-4)
    args = parser.parse_args()
    try:
        import onnxruntime  # noqa: F401
    except ImportError:
        print('ONNX Runtime is not installed (pip install onnxruntime)')
        return 0
    print(f'{"model":22} {"abs":>10} {"relative":>10} {"ours ms":>9} {"ORT ms":>9} {"times":>6} '
          f'{"first ms":>9} {"peak MB":>8}')
    failed = 0
    for name in sorted(os.listdir(args.folder)):
        if args.names and not any(name.startswith(n) for n in args.names):
            continue
        if not os.path.exists(os.path.join(args.folder, name, 'model.onnx')):
            continue
        try:
            good = compare(name, args)
        except Exception as error:  # one model's failure is not the others'
            print(f'{name:22} failed: {str(error)[:160]}')
            good = False
        failed += not good
    print(f'{failed} of them differ' if failed else 'all agree')
    return failed != 0


if __name__ == '__main__':
    sys.exit(main())
