#!/usr/bin/env python3
"""Speed and memory of the release build, each figure beside its target or its peer.

usage: server.py [start] [expense] [scan] [get] [talk] [turns] [serve] [texts] [--binary build/quern]

Medians of several runs. Peers run in the same call on the same machine: nginx serves the static
file, wrk loads both servers alike. Loads are bounded in time and number.
"""
import argparse
import datetime
import os
import pathlib
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tests' / 'api'))
SAMPLE = ROOT / 'examples' / 'invoicebot' / 'invoice-35678-9.pdf'
ROWS = []


def row(what, measured, beside):
    ROWS.append((what, measured, beside))
    print(f'{what}: {measured} ({beside})', flush=True)


def percentile(values, p):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * p / 100))]


def resident_mb(pid):
    text = pathlib.Path(f'/proc/{pid}/status').read_text()
    return int(re.search(r'^VmRSS:\s+(\d+)', text, re.M).group(1)) / 1024


def children_of(pid):
    for task in pathlib.Path(f'/proc/{pid}/task').iterdir():
        for child in (task / 'children').read_text().split():
            yield int(child)
            yield from children_of(int(child))


def bench_start(binary):
    times = []
    for _ in range(9):
        data = tempfile.mkdtemp(prefix='quern-bench-')
        began = time.perf_counter()
        p = subprocess.Popen([binary, 'serve', '--data', data, '--listen', '127.0.0.1:0'],
                             stderr=subprocess.PIPE, text=True)
        for line in p.stderr:
            if 'ready' in line:
                break
        times.append((time.perf_counter() - began) * 1000)
        if len(times) == 9:
            time.sleep(1)
            memory = resident_mb(p.pid)
            others = sum(resident_mb(c) for c in children_of(p.pid))
        p.terminate()
        p.wait()
        shutil.rmtree(data)
    row('start to ready, fresh folder', f'{statistics.median(times):.0f} ms', 'target < 100 ms')
    row('resident when idle', f'{memory:.1f} MB, helpers {others:.1f} MB', 'target < 40 MB')


def timed(command, runs=5, **options):
    walls, peaks = [], []
    for _ in range(runs):
        began = time.perf_counter()
        p = subprocess.Popen(command, stdout=subprocess.DEVNULL, **options)
        _, status, usage = os.wait4(p.pid, 0)
        walls.append(time.perf_counter() - began)
        peaks.append(usage.ru_maxrss / 1024)
        if status:
            raise SystemExit(f'{command} ended with {status}')
    return statistics.median(walls), statistics.median(peaks)


def bench_expense(binary):
    one = sorted(os.sched_getaffinity(0))[:1]
    wall, peak = timed([binary, 'expense', str(SAMPLE)],
                       preexec_fn=lambda: os.sched_setaffinity(0, one))
    row('quern expense, the sample invoice, one core', f'{wall:.2f} s, {peak:.0f} MB', 'target < 2 s')
    scan = pathlib.Path(tempfile.mkdtemp(prefix='quern-bench-')) / 'scan'
    subprocess.run(['pdftoppm', '-r', '200', '-gray', '-png', str(SAMPLE), str(scan)], check=True)
    image = next(scan.parent.glob('*.png'))
    wall, peak = timed([binary, 'expense', str(image)],
                       preexec_fn=lambda: os.sched_setaffinity(0, one))
    peer, _ = timed(['tesseract', str(image), 'stdout'], stderr=subprocess.DEVNULL,
                    env={**os.environ, 'OMP_THREAD_LIMIT': '1'},
                    preexec_fn=lambda: os.sched_setaffinity(0, one)) if shutil.which('tesseract') else (None, None)
    row('quern expense, the same as a 200-dpi picture, one core', f'{wall:.2f} s, {peak:.0f} MB',
        f'tesseract alone {peer:.2f} s, ratio {wall / peer:.2f}' if peer else 'target < 2 s')
    shutil.rmtree(scan.parent)


def bench_scan(binary):
    """A 20-page scan: every core, flat memory."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix='quern-bench-'))
    subprocess.run(['pdftoppm', '-r', '150', '-gray', '-tiff', str(SAMPLE), str(folder / 'p')], check=True)
    page = next(folder.glob('p*.tif'))
    for pages in (4, 20):
        subprocess.run(['tiffcp', *[str(page)] * pages, str(folder / f'{pages}.tif')], check=True)
    cores = len(os.sched_getaffinity(0))
    results = {}
    for pages in (4, 20):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        wall, peak = timed([binary, 'read', str(folder / f'{pages}.tif')], runs=1)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        results[pages] = wall, cpu, peak
    wall, cpu, peak = results[20]
    row('quern read, a scan of 20 pages', f'{wall:.1f} s, {cpu / wall:.2f} cores busy, largest process {peak:.0f} MB',
        f'{cores} cores; of 4 pages {results[4][2]:.0f} MB')
    shutil.rmtree(folder)


def wrk(url, headers=(), script=None):
    """Requests/s and p99 in ms."""
    arguments = [x for h in headers for x in ('-H', h)] + (['-s', str(script)] if script else [])
    done = subprocess.run(['wrk', '-t2', '-c32', '-d5s', '--latency', *arguments, url], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    if 'Non-2xx' in done:
        raise SystemExit(done)
    rate = float(re.search(r'Requests/sec:\s+([\d.]+)', done).group(1))
    value, unit = re.search(r'99%\s+([\d.]+)(us|ms|s)', done).groups()
    return rate, float(value) * {'us': 0.001, 'ms': 1, 's': 1000}[unit]


def nginx(folder):
    """A static-file nginx on a free port of 127.0.0.1: (process, url)."""
    import socket
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        port = s.getsockname()[1]
    conf = folder / 'nginx.conf'
    conf.write_text(f'''worker_processes 2; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{ access_log off; sendfile on; keepalive_requests 100000000;
  server {{ listen 127.0.0.1:{port}; root {folder}/www; }} }}
''')
    os.chmod(folder, 0o755)
    return subprocess.Popen(['/usr/sbin/nginx', '-c', str(conf), '-p', str(folder)],
                            stderr=subprocess.DEVNULL), f'http://127.0.0.1:{port}'


def signed_headers(server, url):
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
    request = AWSRequest('GET', url)
    S3SigV4Auth(Credentials(server.access_key, server.secret_key), 's3', 'us-east-1').add_auth(request)
    return [f'{k}: {v}' for k, v in request.headers.items()]


def bench_get(binary):
    import harness
    folder = pathlib.Path(tempfile.mkdtemp(prefix='quern-bench-'))
    (folder / 'www').mkdir()
    body = os.urandom(4096)
    (folder / 'www' / 'object').write_bytes(body)
    server = harness.Server(binary=binary, extra=('--log-level', 'warn'))
    peer, peer_url = nginx(folder)
    try:
        s3 = harness.boto3_client(server, 's3')
        s3.create_bucket(Bucket='bench')
        s3.put_object(Bucket='bench', Key='object', Body=body)
        url = f'{server.endpoint}/bench/object'
        time.sleep(0.5)
        ours, theirs = [], []
        for _ in range(3):
            ours.append(wrk(url, signed_headers(server, url)))
            theirs.append(wrk(f'{peer_url}/object'))
        rate, p99 = (statistics.median(x) for x in zip(*ours))
        peer_rate, peer_p99 = (statistics.median(x) for x in zip(*theirs))
        row('signed GET of 4 KiB, keep-alive, 32 connections', f'{rate:,.0f}/s, p99 {p99:.2f} ms',
            f'unsigned nginx {peer_rate:,.0f}/s, p99 {peer_p99:.2f} ms; ratio {rate / peer_rate:.2f}')
    finally:
        peer.terminate()
        peer.wait()
        server.close()
        shutil.rmtree(folder)


def bench_talk(binary):
    import harness
    server = harness.Server(binary=binary, extra=('--log-level', 'warn'))
    try:
        example = ROOT / 'examples' / 'invoicebot'
        for command in (['bot', 'import', str(example / 'bot.json')],
                        ['function', 'add', 'InvoiceBot', str(example), '--on', 's3://invoicebot/']):
            subprocess.run([binary, *command, '--data', str(server.data)], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(['/usr/bin/python3', str(example / 'play.py'), '--endpoint', server.endpoint], check=True,
                       env=server.environment, stdout=subprocess.DEVNULL)
        lex = harness.boto3_client(server, 'lex-runtime')
        say = lambda text, user: lex.post_text(botName='InvoiceBot', botAlias='$LATEST', userId=user, inputText=text)
        for what, text in (('a turn that elicits', 'Get me the invoice details'),
                           ('a turn that the function fulfils', 'Show me the invoice summary')):
            times = []
            for i in range(400):
                user = f'{what[:6].replace(" ", "")}-{i}'
                began = time.perf_counter()
                say(text, user)
                times.append((time.perf_counter() - began) * 1000)
            row(f'PostText, {what}, as boto3 sees it',
                f'median {statistics.median(times):.1f} ms, p99 {percentile(times, 99):.1f} ms', 'target p99 < 10 ms')
    finally:
        server.close()


TURNS_A_SECOND, TURN_SECONDS, TURN_CONNECTIONS = 1000, 10, 20


def signed_turns(server, user, texts):
    """The bytes of one user's PostText requests, signed ahead."""
    import json
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
    signer = SigV4Auth(Credentials(server.access_key, server.secret_key), 'lex', 'us-east-1')
    for text in texts:
        path = f'/bot/HomeImprovementBot/alias/Prod/user/{user}/text'
        request = AWSRequest('POST', server.endpoint + path, data=json.dumps({'inputText': text}),
                             headers={'Content-Type': 'application/json', 'Host': f'{server.host}:{server.port}'})
        signer.add_auth(request)
        head = ''.join(f'{k}: {v}\r\n' for k, v in request.headers.items())
        yield f'POST {path} HTTP/1.1\r\n{head}Content-Length: {len(request.data)}\r\n\r\n{request.data}'.encode()


def one_connection(address, requests, begin, spacing, pipe):
    """A request every `spacing` seconds over one kept connection: the ms from when each was due."""
    import socket
    times = []
    with socket.create_connection(address) as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i, request in enumerate(requests):
            due = begin + i * spacing
            time.sleep(max(0, due - time.monotonic()))
            s.sendall(request)
            got = b''
            while b'\r\n\r\n' not in got:
                got += s.recv(65536)
            head, _, body = got.partition(b'\r\n\r\n')
            left = int(re.search(rb'(?i)content-length: (\d+)', head).group(1)) - len(body)
            while left > 0:
                left -= len(s.recv(left))
            if not head.startswith(b'HTTP/1.1 200'):
                raise SystemExit(got.decode())
            times.append((time.monotonic() - due) * 1000)
    pipe.send(times)


def bench_turns(binary):
    """Many users at once, each turn of theirs synced to the disk before it is answered."""
    import multiprocessing
    import harness
    server = harness.Server(binary=binary, extra=('--log-level', 'warn'))
    try:
        subprocess.run([binary, 'bot', 'import', str(ROOT / 'examples' / 'home-improvement' / 'bot.json'), '--alias',
                        'Prod', '--data', str(server.data)], check=True, stdout=subprocess.DEVNULL)
        texts = ('I want to order windows', 'large', 'What about curtains', 'long', 'sheer')
        each = TURNS_A_SECOND * TURN_SECONDS // TURN_CONNECTIONS
        requests = [[turn for u in range(each // len(texts))
                     for turn in signed_turns(server, f'user-{c}-{u}', texts)] for c in range(TURN_CONNECTIONS)]
        spacing, begin = TURN_CONNECTIONS / TURNS_A_SECOND, time.monotonic() + 1
        pipes, workers = [], []
        for c in range(TURN_CONNECTIONS):
            mine, theirs = multiprocessing.Pipe()
            workers.append(multiprocessing.Process(target=one_connection, args=(
                (server.host, server.port), requests[c], begin + spacing * c / TURN_CONNECTIONS, spacing, theirs)))
            pipes.append(mine)
            workers[-1].start()
        before = cpu_seconds(server.process.pid)
        times = [t for p in pipes for t in p.recv()]
        busy = cpu_seconds(server.process.pid) - before
        for w in workers:
            w.join()
        row(f'PostText at {TURNS_A_SECOND:,} turns a second, {len(times):,} of {sum(map(len, requests)) // len(texts):,}'
            f' users, {TURN_CONNECTIONS} connections',
            f'median {statistics.median(times):.2f} ms, p99 {percentile(times, 99):.2f} ms, server '
            f'{1000 * busy / len(times):.2f} ms of CPU a turn', 'target p99 < 5 ms')
    finally:
        server.close()


def cpu_seconds(pid):
    fields = pathlib.Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def signed_post(server, url, kind, body, script):
    """A wrk script that sends this request, signed once; good for a quarter of an hour."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
    request = AWSRequest('POST', url, data=body, headers={'Content-Type': kind})
    SigV4Auth(Credentials(server.access_key, server.secret_key), 'sagemaker', 'us-east-1').add_auth(request)
    headers = ', '.join(f"['{k}'] = '{v}'" for k, v in request.headers.items())
    script.write_text(f"wrk.method = 'POST'\nwrk.body = '{body}'\nwrk.headers = {{{headers}}}\n")
    return script


def layers(sizes):
    """A dense network with these layers, as ONNX; rows are free."""
    import numpy
    from onnx_models import FLOAT, model, node
    nodes, weights, value = [], {}, 'x'
    for i, (n, m) in enumerate(zip(sizes, sizes[1:])):
        weights[f'w{i}'] = (numpy.random.default_rng(i).random((n, m), numpy.float32) - 0.5) / n
        nodes += [node('MatMul', [value, f'w{i}'], [f'h{i}']), node('Relu', [f'h{i}'], [f'r{i}'])]
        value = f'r{i}'
    nodes[-1] = node('Relu', [f'h{len(sizes) - 2}'], ['y'])
    return model([('x', FLOAT, ['N', sizes[0]])], [('y', FLOAT, ['N', sizes[-1]])], nodes, weights)


def endpoint_of(server, name, url, count=1, **environment):
    """An endpoint in service; the seconds from its creation until it was."""
    import harness
    sagemaker = harness.boto3_client(server, 'sagemaker')
    sagemaker.create_model(ModelName=name, ExecutionRoleArn='arn:aws:iam::000000000000:role/bench',
                           PrimaryContainer={'ModelDataUrl': url, 'Environment': environment})
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[{
        'VariantName': 'all', 'ModelName': name, 'InitialInstanceCount': count, 'InstanceType': 'ml.m5.large'}])
    began = time.perf_counter()
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    while sagemaker.describe_endpoint(EndpointName=name)['EndpointStatus'] == 'Creating':
        time.sleep(0.002)
    return time.perf_counter() - began


def bench_serve(binary):
    import harness
    folder = pathlib.Path(tempfile.mkdtemp(prefix='quern-bench-'))
    server = harness.Server(binary=binary, extra=('--log-level', 'warn'))
    try:
        s3 = harness.boto3_client(server, 's3')
        s3.create_bucket(Bucket='bench')
        s3.put_object(Bucket='bench', Key='small.onnx', Body=layers([64, 256, 256, 10]))
        body = ','.join(f'{i / 64:.3f}' for i in range(64))
        results = {'joined': [], 'alone': []}
        for name, most in (('joined', '16'), ('alone', '1')):
            endpoint_of(server, name, 's3://bench/small.onnx', QUERN_MAX_BATCH=most, QUERN_THREADS='1')
        for _ in range(3):
            for name in results:
                url = f'{server.endpoint}/endpoints/{name}/invocations'
                results[name].append(wrk(url, script=signed_post(server, url, 'text/csv', body, folder / 'post.lua')))
        (rate, p99), (alone, alone_p99) = ([statistics.median(x) for x in zip(*results[name])] for name in results)
        row('InvokeEndpoint, a network of 85,000 weights, a CSV row of 64 numbers, 32 connections',
            f'{rate:,.0f}/s, p99 {p99:.1f} ms', f'without joining {alone:,.0f}/s, p99 {alone_p99:.1f} ms')
        runtime = harness.boto3_client(server, 'sagemaker-runtime')
        times = []
        for _ in range(400):
            began = time.perf_counter()
            runtime.invoke_endpoint(EndpointName='joined', ContentType='text/csv', Body=body)['Body'].read()
            times.append((time.perf_counter() - began) * 1000)
        row('the same, one caller, as boto3 sees it',
            f'median {statistics.median(times):.1f} ms, p99 {percentile(times, 99):.1f} ms', 'target p99 < 10 ms')
        (folder / 'large.onnx').write_bytes(layers([4096] * 7))
        subprocess.run([binary, 'model', 'optimize', str(folder / 'large.onnx'), '-o', str(folder / 'large.q')],
                       check=True, stdout=subprocess.DEVNULL)
        ready, private = {}, {}
        before = set(children_of(server.process.pid))
        for kind in ('onnx', 'q'):
            with open(folder / f'large.{kind}', 'rb') as f:
                s3.put_object(Bucket='bench', Key=f'large.{kind}', Body=f)
            ready[kind] = endpoint_of(server, f'large-{kind}', f's3://bench/large.{kind}', count=2) * 1000
            hosts = set(children_of(server.process.pid)) - before
            before |= hosts
            private[kind] = max(int(re.search(r'Private_Dirty:\s+(\d+)',
                                              pathlib.Path(f'/proc/{h}/smaps_rollup').read_text()).group(1)) / 1024
                                for h in hosts)
        row('an endpoint of two hosts, a .q model of 400 MB: in service after',
            f'{ready["q"]:.0f} ms, {private["q"]:.0f} MB of its own a host',
            f'the same as .onnx {ready["onnx"]:,.0f} ms, {private["onnx"]:,.0f} MB')
    finally:
        server.close()
        shutil.rmtree(folder)


STORY = ('The old mill by the river Pleisse was bought by Ada Miller on May 12, 2019 for $2,100.00. '
         'She loves the place, but the roof is awful. Acme Ltd. of Leipzig repairs it for 300 euros a day; '
         'write to ada@example.com or call (555) 010-4477 before next Friday. ')


def signed_call(server, operation, said):
    """A connection, and what to send on it: signed once."""
    import http.client
    import json
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
    body = json.dumps(said).encode()
    request = AWSRequest('POST', server.endpoint + '/', data=body,
                         headers={'Content-Type': 'application/x-amz-json-1.1',
                                  'X-Amz-Target': f'Comprehend_20171127.{operation}'})
    SigV4Auth(Credentials(server.access_key, server.secret_key), 'comprehend', 'us-east-1').add_auth(request)
    return http.client.HTTPConnection(server.host, server.port), body, dict(request.headers)


def bench_texts(binary):
    import harness
    server = harness.Server(binary=binary, extra=('--log-level', 'warn'))
    try:
        text = (STORY * 20)[:5000]
        for operation in ('DetectDominantLanguage', 'DetectEntities', 'DetectKeyPhrases', 'DetectPiiEntities',
                          'DetectSentiment', 'DetectSyntax', 'DetectTargetedSentiment'):
            said = {'Text': text, **({} if operation == 'DetectDominantLanguage' else {'LanguageCode': 'en'})}
            connection, body, headers = signed_call(server, operation, said)
            times = []
            for _ in range(1000):
                began = time.perf_counter()
                connection.request('POST', '/', body, headers)
                reply = connection.getresponse()
                answer = reply.read()
                times.append((time.perf_counter() - began) * 1000)
                assert reply.status == 200, answer
            row(f'{operation}, 5,000 bytes, one caller',
                f'median {statistics.median(times):.2f} ms, p99 {percentile(times, 99):.2f} ms', 'target p99 < 2 ms')
        s3, comprehend = harness.boto3_client(server, 's3'), harness.boto3_client(server, 'comprehend')
        s3.create_bucket(Bucket='bench')
        for lines in (1000, 1000000):
            s3.put_object(Bucket='bench', Key='lines', Body=(STORY[:90] + '\n').encode() * lines)
            began = time.perf_counter()
            job = comprehend.start_entities_detection_job(
                InputDataConfig={'S3Uri': 's3://bench/lines'}, OutputDataConfig={'S3Uri': 's3://bench/out'},
                DataAccessRoleArn='arn:aws:iam::000000000000:role/bench', LanguageCode='en')['JobId']
            most = 0
            while True:
                most = max(most, resident_mb(server.process.pid))
                p = comprehend.describe_entities_detection_job(JobId=job)['EntitiesDetectionJobProperties']
                if p['JobStatus'] not in ('SUBMITTED', 'IN_PROGRESS'):
                    break
                time.sleep(0.05)
            assert p['JobStatus'] == 'COMPLETED', p
            row(f'an entities job over {lines:,} lines of 90 bytes',
                f'{time.perf_counter() - began:.1f} s, server at most {most:.0f} MB', 'memory does not grow with lines')
    finally:
        server.close()


PARTS = {'start': bench_start, 'expense': bench_expense, 'scan': bench_scan, 'get': bench_get, 'talk': bench_talk,
         'turns': bench_turns, 'serve': bench_serve, 'texts': bench_texts}


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument('parts', nargs='*', choices=[*PARTS, []], help='default: all')
    ap.add_argument('--binary', default=str(ROOT / 'build' / 'quern'))
    a = ap.parse_args()
    for part in a.parts or PARTS:
        PARTS[part](a.binary)
    print(f'\n{datetime.date.today()}, {len(os.sched_getaffinity(0))} cores\n')
    print('| what | measured | beside |\n| --- | --- | --- |')
    for r in ROWS:
        print(f'| {r[0]} | {r[1]} | {r[2]} |')


if __name__ == '__main__':
    main()
