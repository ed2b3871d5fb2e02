#!/usr/bin/env python3
"""Run test programs that print TAP and close with one line: N passed, N failed.

usage: run.py BUILD_DIR [PATTERN...]

Runs the unit and fuzz programs that meson knows of in BUILD_DIR, then tests/api/*.py and
tests/web/*.py against BUILD_DIR/quern. A PATTERN keeps only the programs whose name holds it.
QUERN_WIRE may name a folder of captured requests (*.http) for wire/replay, which is skipped without one.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
NOT_TESTS = {'harness.py', 'replies.py'}
RESULT = re.compile(r'^(not )?ok\b[^#]*(#\s*SKIP\b.*)?', re.I)
TIMEOUT = 900


def meson_programs(build):
    listed = subprocess.run(['meson', 'introspect', '--tests', str(build)], check=True, text=True,
                            stdout=subprocess.PIPE).stdout
    for t in json.loads(listed):
        yield t['name'], t['cmd'], {k: v for k, v in t['env'].items()}


def python_programs(build):
    for folder in ('api', 'web'):
        for path in sorted((ROOT / 'tests' / folder).glob('*.py')):
            if path.name not in NOT_TESTS and 'main(' in path.read_text():
                yield f'{folder}/{path.stem}', ['/usr/bin/python3', str(path)], {}


def run(name, command, env):
    started = time.monotonic()
    try:
        done = subprocess.run(command, env={**os.environ, **env}, cwd=ROOT, text=True, errors='replace',
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=TIMEOUT)
        text, status = done.stdout, done.returncode
    except subprocess.TimeoutExpired as e:
        text, status = (e.stdout or b'').decode('utf-8', 'replace'), f'no end within {TIMEOUT} s'
    passed = failed = skipped = 0
    for line in text.splitlines():
        m = RESULT.match(line)
        if m and m.group(1):
            failed += 1
        elif m and m.group(2):
            skipped += 1
        elif m:
            passed += 1
    if status != 0 and failed == 0:
        failed = 1
    if status == 0 and passed + skipped == 0:
        failed, status = 1, 'no test was run'
    verdict = 'ok    ' if not failed else 'FAILED'
    print(f'{verdict} {name}: {passed} passed' + (f', {failed} failed' if failed else '') +
          (f', {skipped} skipped' if skipped else '') + f' ({time.monotonic() - started:.1f} s)', flush=True)
    if failed:
        print(text[-8000:])
        print(f'-- {name}: status {status}; again with: {" ".join(map(str, command))}', flush=True)
    return passed, failed, skipped


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    patterns = sys.argv[2:]
    base = {'QUERN_BINARY': str(build / 'quern'), 'QUERN_CLIENTS': str(ROOT / 'build-clients'),
            'ASAN_OPTIONS': 'detect_leaks=1:abort_on_error=0', 'UBSAN_OPTIONS': 'print_stacktrace=1'}
    total = [0, 0, 0]
    for name, command, env in [*meson_programs(build), *python_programs(build)]:
        if patterns and not any(p in name for p in patterns):
            continue
        for i, n in enumerate(run(name, command, {**base, **env})):
            total[i] += n
    print(f'{total[0]} passed, {total[1]} failed' + (f', {total[2]} skipped' if total[2] else ''))
    return 1 if total[1] or not total[0] else 0


if __name__ == '__main__':
    sys.exit(main())
