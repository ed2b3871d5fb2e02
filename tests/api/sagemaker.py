"""Models, endpoints and InvokeEndpoint through boto3 and the aws CLI."""
import concurrent.futures
import datetime
import io
import json
import os
import pathlib
import re
import signal
import tarfile
import threading

import numpy
from botocore.config import Config
from botocore.exceptions import ClientError, WaiterError
from harness import BINARY, Suite, boto3_client, main
from onnx_models import FLOAT, INT64, model, node

ROLE = 'arn:aws:iam::000000000000:role/service-role/any'
BUCKET = 'models'
FAST = {'Delay': 1, 'MaxAttempts': 60}


def linear(scale=1.0, inputs=4, outputs=3):
    """y = x w + scale, any number of rows."""
    w = (numpy.arange(inputs * outputs, dtype=numpy.float32) / 8).reshape(inputs, outputs)
    b = numpy.full((outputs,), scale, numpy.float32)
    return model([('x', FLOAT, ['N', inputs])], [('y', FLOAT, ['N', outputs])],
                 [node('MatMul', ['x', 'w'], ['p']), node('Add', ['p', 'b'], ['y'])], {'w': w, 'b': b})


def constant(value):
    """y = 0 x + value: tells which model answered."""
    return model([('x', FLOAT, ['N', 1])], [('y', FLOAT, ['N', 1])],
                 [node('Mul', ['x', 'zero'], ['z']), node('Add', ['z', 'v'], ['y'])],
                 {'zero': numpy.zeros((1,), numpy.float32), 'v': numpy.full((1,), value, numpy.float32)})


def two_ports():
    """sum = a + b, product = a * b."""
    return model([('a', FLOAT, ['N', 2]), ('b', FLOAT, ['N', 2])],
                 [('sum', FLOAT, ['N', 2]), ('product', FLOAT, ['N', 2])],
                 [node('Add', ['a', 'b'], ['sum']), node('Mul', ['a', 'b'], ['product'])])


def over_the_batch():
    """y = x - (mean over the rows of x): what is joined must not show."""
    return model([('x', FLOAT, ['N', 2])], [('y', FLOAT, ['N', 2])],
                 [node('ReduceMean', ['x'], ['m'], axes=[0], keepdims=1), node('Sub', ['x', 'm'], ['y'])])


def heavy(size=768, layers=6):
    """Takes some milliseconds a row, so that requests queue."""
    w = numpy.eye(size, dtype=numpy.float32)
    names = ['x'] + [f'h{i}' for i in range(layers - 1)] + ['y']
    return model([('x', FLOAT, ['N', size])], [('y', FLOAT, ['N', size])],
                 [node('MatMul', [a, 'w'], [b]) for a, b in zip(names, names[1:])], {'w': w})


def npy(array):
    out = io.BytesIO()
    numpy.save(out, array)
    return out.getvalue()


def children(pid):
    found = []
    for task in pathlib.Path(f'/proc/{pid}/task').iterdir():
        found += [int(p) for p in (task / 'children').read_text().split()]
    return found


def hosts_of(server):
    """The processes that serve models."""
    return [host for spawner in children(server.process.pid)
            if b'--model-host' in pathlib.Path(f'/proc/{spawner}/cmdline').read_bytes()
            for host in children(spawner)]


class Serving(Suite):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        boto3_client(cls.server, 's3').create_bucket(Bucket=BUCKET)

    def setUp(self):
        self.s3 = self.client('s3')
        self.sagemaker = self.client('sagemaker')
        self.runtime = self.client('sagemaker-runtime')

    def refused(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        return caught.exception.response

    def put(self, key, body):
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        return f's3://{BUCKET}/{key}'

    def make_model(self, name, body, suffix='.onnx', **environment):
        self.sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer={
            'Image': 'registry/any:1', 'ModelDataUrl': self.put(name + suffix, body),
            'Environment': environment})

    def make_config(self, name, *variants):
        """Variants are (name, model) or (name, model, weight) or with a count behind."""
        self.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[
            {'VariantName': v[0], 'ModelName': v[1], 'InstanceType': 'ml.m5.large',
             'InitialVariantWeight': v[2] if len(v) > 2 else 1.0,
             'InitialInstanceCount': v[3] if len(v) > 3 else 1} for v in variants])

    def status(self, name):
        return self.sagemaker.describe_endpoint(EndpointName=name)['EndpointStatus']

    def settle(self, name):
        self.until(lambda: self.status(name) not in ('Creating', 'Updating'), what=f'endpoint {name}')
        return self.sagemaker.describe_endpoint(EndpointName=name)

    def serve(self, name, body, suffix='.onnx', count=1, **environment):
        """A model and its endpoint, both called `name`, in service."""
        self.make_model(name, body, suffix, **environment)
        self.make_config(name, ('all', name, 1.0, count))
        self.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
        described = self.settle(name)
        self.assertEqual(described['EndpointStatus'], 'InService', described.get('FailureReason'))
        self.addCleanup(self.sagemaker.delete_endpoint, EndpointName=name)

    def invoke(self, name, body, kind='application/json', **more):
        body = json.dumps(body) if kind == 'application/json' and not isinstance(body, (str, bytes)) else body
        return self.runtime.invoke_endpoint(EndpointName=name, ContentType=kind, Body=body, **more)

    def answer(self, name, body, **more):
        return json.loads(self.invoke(name, body, **more)['Body'].read())

    def model_error(self, status, name, body, **more):
        with self.assertRaises(ClientError) as caught:
            self.invoke(name, body, **more)
        response = caught.exception.response
        self.assertEqual(response['Error']['Code'], 'ModelError', response)
        self.assertEqual(response['OriginalStatusCode'], status, response)
        return response['OriginalMessage']


class Control(Serving):
    def test_models(self):
        url = self.put('m.onnx', linear())
        made = self.sagemaker.create_model(
            ModelName='Mixed-Case', ExecutionRoleArn=ROLE, Tags=[{'Key': 'a', 'Value': 'b'}],
            PrimaryContainer={'Image': 'registry/any:1', 'ModelDataUrl': url, 'Environment': {'X': '1'}})
        arn = 'arn:aws:sagemaker:us-east-1:000000000000:model/mixed-case'
        self.assertEqual(made['ModelArn'], arn)
        told = self.sagemaker.describe_model(ModelName='Mixed-Case')
        self.assertEqual(told['PrimaryContainer']['ModelDataUrl'], url)
        self.assertEqual(told['PrimaryContainer']['Environment'], {'X': '1'})
        self.assertEqual((told['ModelArn'], told['ExecutionRoleArn']), (arn, ROLE))
        error = self.refused(self.sagemaker.create_model, ModelName='Mixed-Case', ExecutionRoleArn=ROLE,
                             PrimaryContainer={'ModelDataUrl': url})['Error']
        self.assertEqual(error['Code'], 'ValidationException')
        self.assertIn('Cannot create already existing model', error['Message'])
        self.sagemaker.delete_model(ModelName='Mixed-Case')
        for call in (self.sagemaker.describe_model, self.sagemaker.delete_model):
            error = self.refused(call, ModelName='Mixed-Case')['Error']
            self.assertEqual(error['Code'], 'ValidationException')
            self.assertIn('Could not find model', error['Message'])

    def test_models_that_cannot_be(self):
        url = self.put('m.onnx', linear())
        for container, sentence in (
                ({}, 'ModelDataUrl is missing'),
                ({'ModelDataUrl': f's3://{BUCKET}/nowhere.onnx'}, 'Could not find model data at s3://models/nowhere.onnx'),
                ({'ModelDataUrl': 'https://elsewhere/m.onnx'}, 's3://BUCKET/KEY is wanted'),
                ({'ModelDataUrl': url, 'Mode': 'MultiModel'}, 'MultiModel'),
                ({'ModelPackageName': 'p'}, 'ModelPackageName is not supported'),
                ({'ModelDataUrl': url, 'Environment': {'QUERN_MAX_BATCH': '0'}}, 'QUERN_MAX_BATCH is "0"; 1 to 1024'),
                ({'ModelDataUrl': url, 'Environment': {'QUERN_BATCH': '1'}}, 'QUERN_BATCH is not known')):
            error = self.refused(self.sagemaker.create_model, ModelName='bad', ExecutionRoleArn=ROLE,
                                 PrimaryContainer=container)['Error']
            self.assertEqual(error['Code'], 'ValidationException')
            self.assertIn(sentence, error['Message'])
        error = self.refused(self.sagemaker.create_model, ModelName='bad', ExecutionRoleArn=ROLE,
                             Containers=[{'ModelDataUrl': url}] * 2)['Error']
        self.assertIn('Containers has 2 containers', error['Message'])

    def test_configurations(self):
        self.make_model('for-config', linear())
        self.make_config('config-a', ('one', 'for-config', 0.25), ('two', 'for-config', 0.75, 2))
        told = self.sagemaker.describe_endpoint_config(EndpointConfigName='config-a')
        self.assertEqual([(v['VariantName'], v['InitialVariantWeight'], v['InitialInstanceCount'])
                          for v in told['ProductionVariants']], [('one', 0.25, 1), ('two', 0.75, 2)])
        variant = {'VariantName': 'v', 'ModelName': 'for-config', 'InitialInstanceCount': 1,
                   'InstanceType': 'ml.m5.large'}
        for change, sentence in (
                ({'ShadowProductionVariants': [variant]}, 'ShadowProductionVariants is not supported'),
                ({'DataCaptureConfig': {'EnableCapture': True, 'InitialSamplingPercentage': 1,
                                        'DestinationS3Uri': 's3://a/b', 'CaptureOptions': [{'CaptureMode': 'Input'}]}},
                 'DataCaptureConfig is not supported'),
                ({'ProductionVariants': [variant, variant]}, 'two variants v'),
                ({'ProductionVariants': [{**variant, 'ModelName': 'nowhere'}]}, 'Could not find model'),
                ({'ProductionVariants': [{**variant, 'InitialVariantWeight': 0.0}]}, 'weights of all variants are 0'),
                ({'ProductionVariants': [{**variant, 'InitialInstanceCount': 99}]}, 'InitialInstanceCount is 99; 1 to 16')):
            arguments = {'EndpointConfigName': 'bad', 'ProductionVariants': [variant], **change}
            error = self.refused(self.sagemaker.create_endpoint_config, **arguments)['Error']
            self.assertEqual(error['Code'], 'ValidationException')
            self.assertIn(sentence, error['Message'])
        self.sagemaker.delete_endpoint_config(EndpointConfigName='config-a')
        error = self.refused(self.sagemaker.describe_endpoint_config, EndpointConfigName='config-a')['Error']
        self.assertIn('Could not find endpoint configuration', error['Message'])

    def test_listings(self):
        self.make_model('listed-00', linear())
        for i in range(1, 25):
            self.sagemaker.create_model(ModelName=f'listed-{i:02}', ExecutionRoleArn=ROLE,
                                        PrimaryContainer={'ModelDataUrl': f's3://{BUCKET}/listed-00.onnx'})
        pages = list(self.sagemaker.get_paginator('list_models').paginate(
            NameContains='listed', SortBy='Name', SortOrder='Ascending', PaginationConfig={'PageSize': 10}))
        self.assertEqual([len(p['Models']) for p in pages], [10, 10, 5])
        self.assertEqual([m['ModelName'] for p in pages for m in p['Models']],
                         [f'listed-{i:02}' for i in range(25)])
        latest = self.sagemaker.list_models(NameContains='listed', MaxResults=1)['Models'][0]
        self.assertEqual(latest['ModelName'], 'listed-24')
        later = latest['CreationTime'] + datetime.timedelta(days=1)
        self.assertEqual(self.sagemaker.list_models(CreationTimeAfter=later)['Models'], [])
        self.assertEqual(len(self.sagemaker.list_models(CreationTimeBefore=later, MaxResults=3)['Models']), 3)
        error = self.refused(self.sagemaker.list_models, NextToken='!')['Error']
        self.assertIn('NextToken', error['Message'])

    def test_endpoint_from_creation_to_deletion(self):
        self.make_model('life', linear())
        self.make_config('life', ('all', 'life', 1.0, 2))
        self.sagemaker.create_endpoint(EndpointName='life', EndpointConfigName='life')
        self.sagemaker.get_waiter('endpoint_in_service').wait(EndpointName='life', WaiterConfig=FAST)
        told = self.sagemaker.describe_endpoint(EndpointName='life')
        [variant] = told['ProductionVariants']
        self.assertEqual((told['EndpointConfigName'], variant['VariantName'], variant['CurrentInstanceCount']),
                         ('life', 'all', 2))
        self.assertEqual(len(hosts_of(self.server)), 2)
        self.assertIn('life', [e['EndpointName'] for e in
                               self.sagemaker.list_endpoints(StatusEquals='InService')['Endpoints']])
        error = self.refused(self.sagemaker.create_endpoint, EndpointName='life', EndpointConfigName='life')['Error']
        self.assertIn('Cannot create already existing endpoint', error['Message'])
        self.sagemaker.delete_endpoint(EndpointName='life')
        self.sagemaker.get_waiter('endpoint_deleted').wait(EndpointName='life', WaiterConfig=FAST)
        self.until(lambda: not hosts_of(self.server), what='the hosts end')
        error = self.refused(self.runtime.invoke_endpoint, EndpointName='life', Body=b'[]')['Error']
        self.assertEqual(error['Code'], 'ValidationError')
        self.assertEqual(error['Message'], 'Endpoint life of account 000000000000 not found.')

    def test_what_fails_to_come_up_says_why(self):
        unknown = model([('x', FLOAT, ['N'])], [('y', FLOAT, ['N'])], [node('Frobnicate', ['x'], ['y'])])
        for name, body, sentence in (('no-model', b'\0 this is no model', ''),
                                     ('empty', b'', 'empty'),
                                     ('no-operator', unknown, 'Frobnicate'),
                                     ('no-archive', b'\x1f\x8bnothing', 'archive'),
                                     ('cut', linear()[:-40], '')):
            self.make_model(name, body)
            self.make_config(name, ('all', name))
            self.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
            with self.assertRaises(WaiterError):
                self.sagemaker.get_waiter('endpoint_in_service').wait(EndpointName=name, WaiterConfig=FAST)
            told = self.sagemaker.describe_endpoint(EndpointName=name)
            self.assertEqual(told['EndpointStatus'], 'Failed')
            self.assertIn(f'variant all, model {name}: ', told['FailureReason'])
            self.assertIn(sentence, told['FailureReason'])
            error = self.refused(self.runtime.invoke_endpoint, EndpointName=name, Body=b'[]')['Error']
            self.assertIn('is Failed', error['Message'])
            self.sagemaker.delete_endpoint(EndpointName=name)
        self.assertEqual(hosts_of(self.server), [])

    def test_model_data_that_went_away(self):
        self.make_model('gone', linear())
        self.make_config('gone', ('all', 'gone'))
        self.s3.delete_object(Bucket=BUCKET, Key='gone.onnx')
        self.sagemaker.create_endpoint(EndpointName='gone', EndpointConfigName='gone')
        self.assertIn('Could not find model data at s3://models/gone.onnx', self.settle('gone')['FailureReason'])

    def test_canary_deployments_are_refused_by_name(self):
        self.make_model('canary', linear())
        self.make_config('canary', ('all', 'canary'))
        policy = {'TrafficRoutingConfiguration': {'Type': 'CANARY', 'WaitIntervalInSeconds': 60,
                                                  'CanarySize': {'Type': 'CAPACITY_PERCENT', 'Value': 10}}}
        error = self.refused(self.sagemaker.create_endpoint, EndpointName='canary', EndpointConfigName='canary',
                             DeploymentConfig={'BlueGreenUpdatePolicy': policy})['Error']
        self.assertIn('UpdateEndpointWeightsAndCapacities', error['Message'])

    def test_the_aws_cli(self):
        self.put('cli.onnx', linear())
        self.aws('sagemaker', 'create-model', '--model-name', 'cli', '--execution-role-arn', ROLE,
                 '--primary-container', f'ModelDataUrl=s3://{BUCKET}/cli.onnx')
        self.aws('sagemaker', 'create-endpoint-config', '--endpoint-config-name', 'cli', '--production-variants',
                 'VariantName=all,ModelName=cli,InitialInstanceCount=1,InstanceType=ml.m5.large')
        self.aws('sagemaker', 'create-endpoint', '--endpoint-name', 'cli', '--endpoint-config-name', 'cli')
        self.settle('cli')
        self.aws('sagemaker', 'wait', 'endpoint-in-service', '--endpoint-name', 'cli')
        reply = self.folder() / 'reply'
        body = reply.with_name('body')
        body.write_text('1,2,3,4\n')
        said = json.loads(self.aws('sagemaker-runtime', 'invoke-endpoint', '--endpoint-name', 'cli', '--content-type',
                                   'text/csv', '--accept', 'text/csv', '--body', f'fileb://{body}', reply))
        self.assertEqual((said['ContentType'], said['InvokedProductionVariant']), ('text/csv', 'all'))
        self.assertEqual(reply.read_text(), '8.5,9.75,11.0\n')
        self.aws('sagemaker', 'delete-endpoint', '--endpoint-name', 'cli')
        self.aws('sagemaker', 'wait', 'endpoint-deleted', '--endpoint-name', 'cli')


class Invoking(Serving):
    def test_forms_of_one_input(self):
        self.serve('forms', linear())
        x = numpy.random.default_rng(1).random((5, 4), numpy.float32)
        wanted = x @ (numpy.arange(12, dtype=numpy.float32) / 8).reshape(4, 3) + 1
        rows = x.tolist()
        for body, member in ((rows, 'predictions'), ({'instances': rows}, 'predictions'),
                             ({'instances': [{'x': r} for r in rows]}, 'predictions'),
                             ({'signature_name': 'serving_default', 'instances': rows}, 'predictions'),
                             ({'inputs': rows}, 'outputs'), ({'inputs': {'x': rows}}, 'outputs')):
            answer = self.answer('forms', body)
            self.assertEqual(list(answer), [member])
            numpy.testing.assert_allclose(answer[member], wanted, rtol=1e-5)
        csv = '\n'.join(','.join(map(repr, map(float, r))) for r in x)
        for text in (csv, csv.replace('\n', '\r\n') + '\r\n'):
            reply = self.invoke('forms', text, 'text/csv', Accept='text/csv')
            self.assertEqual(reply['ContentType'], 'text/csv')
            numpy.testing.assert_allclose(numpy.loadtxt(io.BytesIO(reply['Body'].read()), delimiter=','), wanted,
                                          rtol=1e-5)
        for array in (x, x.astype(numpy.float64), numpy.asfortranarray(x)):
            reply = self.invoke('forms', npy(array), 'application/x-npy', Accept='application/x-npy')
            got = numpy.load(io.BytesIO(reply['Body'].read()))
            self.assertEqual(got.dtype, numpy.float32)
            numpy.testing.assert_allclose(got, wanted, rtol=1e-5)
        numpy.testing.assert_allclose(self.answer('forms', csv, kind='text/csv; charset=utf-8', Accept='*/*')
                                      ['predictions'], wanted, rtol=1e-5)

    def test_several_inputs_and_outputs(self):
        self.serve('ports', two_ports())
        wanted = [{'sum': [4.0, 6.0], 'product': [3.0, 8.0]}, {'sum': [0.0, 0.0], 'product': [0.0, -1.0]}]
        a, b = [[1, 2], [0, 1]], [[3, 4], [0, -1]]
        rows = {'instances': [{'a': x, 'b': y} for x, y in zip(a, b)]}
        self.assertEqual(self.answer('ports', rows), {'predictions': wanted})
        self.assertEqual(self.answer('ports', {'inputs': {'b': b, 'a': a}}),
                         {'outputs': {'sum': [[4.0, 6.0], [0.0, 0.0]], 'product': [[3.0, 8.0], [0.0, -1.0]]}})
        reply = self.invoke('ports', '1,2,3,4\n0,1,0,-1', 'text/csv', Accept='text/csv')
        self.assertEqual(reply['Body'].read(), b'4.0,6.0,3.0,8.0\n0.0,0.0,0.0,-1.0\n')
        self.assertIn('accept application/json', self.model_error(406, 'ports', rows, Accept='application/x-npy'))
        self.assertIn('give an object with their names', self.model_error(400, 'ports', a))
        self.assertIn('npy holds one array', self.model_error(400, 'ports', npy(numpy.zeros(2)),
                                                              kind='application/x-npy'))
        self.assertIn('1 inputs are given; the model has 2', self.model_error(400, 'ports', {'inputs': {'a': a}}))
        self.assertIn('no input c', self.model_error(400, 'ports', {'inputs': {'a': a, 'c': b}}))

    def test_bodies_that_do_not_fit(self):
        self.serve('strict', linear())
        for body, sentence in (
                ([[1, 2]], 'input x is float32 [N, 4]; [1, 2] was given'),
                ([1, 2, 3, 4], 'input x is float32 [N, 4]; [4] was given'),
                ([[1, 2, 3, 4], [1, 2, 3]], 'has 3 items, others there in input x 4'),
                ([[1, 2, 3, [4]]], 'a value 3 lists deep, others of input x are 2'),
                ([[1, 2, 3, 'four']], 'a number or a list is wanted'),
                ('[[1, 2, 3, 4]', 'a comma or ] is wanted'),
                ('[[1, 2, 3, 4]] x', 'the end is wanted'),
                ('[[1, 2, 3, 0x4]]', '0x4'),
                ('[' * 100, 'nested more than 8 deep'),
                ('', 'ends at byte 0'),
                ('{}', 'one of them is wanted'),
                ({'rows': [1]}, '"instances" or "inputs" is wanted'),
                ({'signature_name': 'other', 'instances': []}, 'serving_default alone')):
            self.assertIn(sentence, self.model_error(400, 'strict', body))
        for body, sentence in (('1,2,3', 'fewer than'), ('1,2,3,4,5', 'more than'),
                               ('1,2,3,4\n1,2,3', 'line 2 has 3 columns, line 1 has 4'),
                               ('1,2,three,4', 'line 1, column 3 is "three"'), ('', 'no line'),
                               ('1,2,3,"4', 'a quote without end')):
            self.assertIn(sentence, self.model_error(400, 'strict', body, kind='text/csv'))
        for body in (b'', b'\x93NUMPY', npy(numpy.zeros((1, 4)))[:-1], npy(numpy.zeros((1, 5))),
                     npy(numpy.array(['a']))):
            self.model_error(400, 'strict', body, kind='application/x-npy')
        self.assertIn('application/json, text/csv or application/x-npy is wanted',
                      self.model_error(415, 'strict', 'x', kind='image/png'))
        self.assertIn('can be given', self.model_error(406, 'strict', [[1, 2, 3, 4]], Accept='image/png'))
        self.assertEqual(self.answer('strict', [[0, 0, 0, 0]]), {'predictions': [[1.0, 1.0, 1.0]]})

    def test_sizes(self):
        self.serve('sizes', linear())
        rows = 6291456 // 12
        body = '[' + ','.join(['[0,1,0,2]'] * (rows - 1)) + ']'
        self.assertLess(len(body), 6291456)
        self.assertIn('larger than 6 MB', self.model_error(500, 'sizes', body))
        reply = self.invoke('sizes', npy(numpy.zeros((300000, 4), numpy.float32)), 'application/x-npy',
                            Accept='application/x-npy')
        self.assertEqual(numpy.load(io.BytesIO(reply['Body'].read())).shape, (300000, 3))
        response = self.refused(self.runtime.invoke_endpoint, EndpointName='sizes', ContentType='text/csv',
                                Body=b'1' * 6291457)
        self.assertEqual(response['Error']['Code'], 'ValidationError')
        self.assertIn('exceeded 6291456 bytes', response['Error']['Message'])

    def test_missing_values_and_what_json_has_not(self):
        self.serve('nan', linear(0.0))
        self.assertEqual(self.answer('nan', '[[null, 0, 0, 0]]')['predictions'], [[None] * 3])
        self.assertEqual(self.answer('nan', '[[0, 0, 0, NaN]]')['predictions'], [[None] * 3])
        reply = self.invoke('nan', ',0,0,0', 'text/csv', Accept='text/csv')
        self.assertEqual(reply['Body'].read(), b'NaN,NaN,NaN\n')

    def test_integers(self):
        self.serve('integers', model([('i', INT64, ['N'])], [('j', INT64, ['N'])], [node('Add', ['i', 'i'], ['j'])]))
        big = 2 ** 61 + 1
        self.assertEqual(self.answer('integers', [1, big])['predictions'], [2, 2 * big])
        self.assertEqual(self.answer('integers', '[1e2, 3.0]')['predictions'], [200, 6])
        self.assertIn('input i is of int64', self.model_error(400, 'integers', [1.5]))
        self.assertIn('no int64', self.model_error(400, 'integers', npy(numpy.array([0.5])), kind='application/x-npy'))

    def test_headers(self):
        self.serve('headers', linear())
        reply = self.invoke('headers', [[0, 0, 0, 0]], CustomAttributes='trace=7', InferenceId='some-id')
        self.assertEqual(reply['CustomAttributes'], 'trace=7')
        self.assertEqual((reply['ContentType'], reply['InvokedProductionVariant']), ('application/json', 'all'))
        error = self.refused(self.invoke, name='headers', body=[[0]], TargetModel='other.tar.gz')['Error']
        self.assertEqual(error['Code'], 'ValidationError')
        self.assertIn('TargetModel is not supported', error['Message'])
        error = self.refused(self.invoke, name='headers', body=[[0]], TargetVariant='other')['Error']
        self.assertIn('TargetVariant is other', error['Message'])

    def test_archives_with_external_data(self):
        w = numpy.random.default_rng(2).random((4, 3), numpy.float32)
        graph, weights = model([('x', FLOAT, ['N', 4])], [('y', FLOAT, ['N', 3])],
                               [node('MatMul', ['x', 'w'], ['y'])], {'w': w}, external='weights.bin')
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode='w:gz') as tar:
            for name, body in (('export/1/readme.txt', b'hello'), ('export/1/model.onnx', graph),
                               ('export/1/weights.bin', weights)):
                info = tarfile.TarInfo(name)
                info.size = len(body)
                tar.addfile(info, io.BytesIO(body))
        self.serve('archive', packed.getvalue(), '.tar.gz')
        numpy.testing.assert_allclose(self.answer('archive', [[1, 2, 3, 4]])['predictions'],
                                      [numpy.array([1, 2, 3, 4]) @ w], rtol=1e-5)

    def test_optimised_models_share_their_weights(self):
        folder = self.folder()
        (folder / 'm.onnx').write_bytes(heavy(1024, 8))
        self.run_program(BINARY, 'model', 'optimize', folder / 'm.onnx', '-o', folder / 'm.q')
        self.serve('shared', (folder / 'm.q').read_bytes(), '.q', count=2)
        x = numpy.random.default_rng(5).random((3, 1024), numpy.float32)
        for _ in range(4):
            reply = self.invoke('shared', npy(x), 'application/x-npy', Accept='application/x-npy')
            numpy.testing.assert_allclose(numpy.load(io.BytesIO(reply['Body'].read())), x, rtol=1e-5)
        hosts = hosts_of(self.server)
        self.assertEqual(len(hosts), 2)
        touched = []
        for host in hosts:
            weights = [m for m in pathlib.Path(f'/proc/{host}/smaps').read_text().split('VmFlags')
                       if re.search(r'/objects/', m)]
            self.assertEqual(sum(int(n) for m in weights for n in re.findall(r'Private_Dirty:\s+(\d+)', m)), 0)
            touched.append(sum(int(n) for m in weights for n in re.findall(r'\bRss:\s+(\d+)', m)))
        self.assertGreater(max(touched), 30000)  # the one that was idle all the time need not have read them

    def test_what_a_model_does_to_itself_is_its_own(self):
        huge = model([('n', INT64, [2])], [('y', FLOAT, ['a', 'b'])], [node('ConstantOfShape', ['n'], ['y'])])
        self.serve('huge', huge)
        self.assertEqual(self.answer('huge', [1, 2]), {'predictions': [[0.0, 0.0]]})
        self.model_error(400, 'huge', [2 ** 30, 2 ** 30])
        self.model_error(400, 'huge', [2 ** 62, 2 ** 62])
        self.model_error(400, 'huge', [-1, 1])
        self.assertEqual(self.answer('huge', [1, 1]), {'predictions': [[0.0]]})


class Many(Serving):
    def test_variants_by_weight(self):
        for name, value in (('w-one', 1), ('w-two', 2)):
            self.make_model(name, constant(value))
        self.make_config('weights', ('one', 'w-one', 3.0), ('two', 'w-two', 1.0))
        self.sagemaker.create_endpoint(EndpointName='weights', EndpointConfigName='weights')
        self.settle('weights')
        count = lambda: [self.answer('weights', [[0]])['predictions'][0][0] for _ in range(200)].count(1.0)
        self.assertTrue(110 < count() < 185)
        reply = self.invoke('weights', [[0]], TargetVariant='two')
        self.assertEqual((reply['InvokedProductionVariant'], json.loads(reply['Body'].read())),
                         ('two', {'predictions': [[2.0]]}))
        self.sagemaker.update_endpoint_weights_and_capacities(
            EndpointName='weights', DesiredWeightsAndCapacities=[
                {'VariantName': 'one', 'DesiredWeight': 0.0}, {'VariantName': 'two', 'DesiredInstanceCount': 3}])
        told = self.settle('weights')
        self.assertEqual([(v['CurrentWeight'], v['CurrentInstanceCount']) for v in told['ProductionVariants']],
                         [(0.0, 1), (1.0, 3)])
        self.assertEqual(len(hosts_of(self.server)), 4)
        self.assertEqual(count(), 0)
        for wish, sentence in (({'VariantName': 'three'}, 'no variant three'),
                               ({'VariantName': 'two', 'DesiredWeight': 0.0}, 'would be 0'),
                               ({'VariantName': 'two', 'DesiredInstanceCount': 0}, 'DesiredInstanceCount is 0')):
            error = self.refused(self.sagemaker.update_endpoint_weights_and_capacities, EndpointName='weights',
                                 DesiredWeightsAndCapacities=[wish])['Error']
            self.assertIn(sentence, error['Message'])
        self.sagemaker.delete_endpoint(EndpointName='weights')

    def test_update_loses_no_request(self):
        for name, value in (('u-old', 1), ('u-new', 2)):
            self.make_model(name, constant(value))
            self.make_config(name, ('all', name))
        self.make_model('u-bad', b'no model')
        self.make_config('u-bad', ('all', 'u-bad'))
        self.sagemaker.create_endpoint(EndpointName='update', EndpointConfigName='u-old')
        self.settle('update')
        stop, answers, errors = threading.Event(), [], []

        def ask():
            runtime = boto3_client(self.server, 'sagemaker-runtime')
            while not stop.is_set():
                try:
                    body = runtime.invoke_endpoint(EndpointName='update', ContentType='text/csv', Body='0')['Body']
                    answers.append(json.loads(body.read())['predictions'][0][0])
                except ClientError as e:
                    errors.append(e)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for t in threads:
            t.start()
        try:
            self.until(lambda: len(answers) > 50, what='requests')
            self.sagemaker.update_endpoint(EndpointName='update', EndpointConfigName='u-bad')
            told = self.settle('update')
            self.assertEqual((told['EndpointStatus'], told['EndpointConfigName']), ('InService', 'u-old'))
            self.assertIn('model u-bad', told['FailureReason'])
            self.sagemaker.update_endpoint(EndpointName='update', EndpointConfigName='u-new')
            told = self.settle('update')
            self.assertEqual((told['EndpointStatus'], told['EndpointConfigName']), ('InService', 'u-new'))
            self.assertNotIn('FailureReason', told)
            self.assertEqual(self.answer('update', [[0]])['predictions'], [[2.0]])
            self.until(lambda: answers[-1] == 2.0, what='requests to the new model')
        finally:
            stop.set()
            for t in threads:
                t.join()
        self.assertEqual(errors, [])
        self.assertEqual(set(answers), {1.0, 2.0})
        self.until(lambda: len(hosts_of(self.server)) == 1, what='the old host ends')
        self.sagemaker.delete_endpoint(EndpointName='update')

    def ask_all(self, name, bodies):
        """All at once; the answers in order, a ClientError where there is one."""
        config = Config(max_pool_connections=32)
        runtime = self.client('sagemaker-runtime', config=config)

        def one(x):
            try:
                reply = runtime.invoke_endpoint(EndpointName=name, ContentType='application/x-npy', Body=npy(x),
                                                Accept='application/x-npy')
                return numpy.load(io.BytesIO(reply['Body'].read()))
            except ClientError as e:
                return e

        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            return list(pool.map(one, bodies))

    def test_joined_requests_get_the_answers_they_would_get_alone(self):
        self.serve('joined', heavy(), QUERN_MAX_BATCH='8', QUERN_MAX_WAIT_MS='20')
        self.serve('alone', heavy(), QUERN_MAX_BATCH='1')
        rng = numpy.random.default_rng(3)
        bodies = [rng.random((1 + i % 3, 768), numpy.float32) for i in range(60)]
        for x, y, z in zip(bodies, self.ask_all('joined', bodies), self.ask_all('alone', bodies)):
            self.assertEqual(y.shape, x.shape)
            numpy.testing.assert_allclose(y, z, rtol=1e-6)
            numpy.testing.assert_allclose(y, x, rtol=1e-5)

    def test_a_model_that_looks_at_its_batch_is_not_joined(self):
        self.serve('batchwise', over_the_batch(), QUERN_MAX_WAIT_MS='50')
        rng = numpy.random.default_rng(4)
        bodies = [rng.random((2, 2), numpy.float32) for i in range(40)]
        for x, y in zip(bodies, self.ask_all('batchwise', bodies)):
            numpy.testing.assert_allclose(y, x - x.mean(0), rtol=1e-4, atol=1e-6)

    def test_a_killed_host_costs_what_it_was_doing_and_no_more(self):
        self.serve('killed', heavy(), count=2)
        x = numpy.ones((1, 768), numpy.float32)
        for host in hosts_of(self.server):
            os.kill(host, signal.SIGKILL)
        for _ in range(4):  # idle ones cost nothing
            numpy.testing.assert_allclose(self.ask_all('killed', [x])[0], x)
        bodies = [x] * 200
        killer = threading.Timer(0.05, lambda: [os.kill(h, signal.SIGKILL) for h in hosts_of(self.server)])
        killer.start()
        answers = self.ask_all('killed', bodies)
        killer.join()
        failed = [a for a in answers if isinstance(a, ClientError)]
        for e in failed:
            self.assertEqual(e.response['Error']['Code'], 'ModelError')
            self.assertIn('signal 9', e.response['OriginalMessage'])
        self.assertLessEqual(len(failed), 4)
        for a in answers:
            if not isinstance(a, ClientError):
                numpy.testing.assert_allclose(a, x)
        numpy.testing.assert_allclose(self.ask_all('killed', [x])[0], x)


class Restart(Serving):
    def test_endpoints_come_up_again(self):
        self.serve('lasting', linear())
        self.make_model('late', linear(5.0))
        self.make_config('late', ('all', 'late'))
        for how in (signal.SIGTERM, signal.SIGKILL):
            self.server.stop(how)
            self.server.start()
            self.setUp()
            self.until(lambda: len(hosts_of(self.server)) >= 1, what='the host is back')
            self.assertEqual(self.answer('lasting', [[0, 0, 0, 0]]), {'predictions': [[1.0, 1.0, 1.0]]})
        self.sagemaker.create_endpoint(EndpointName='late', EndpointConfigName='late')
        self.server.stop(signal.SIGKILL)  # before its job is done, or after
        self.server.start()
        self.setUp()
        self.assertEqual(self.settle('late')['EndpointStatus'], 'InService')
        self.assertEqual(self.answer('late', [[0, 0, 0, 0]]), {'predictions': [[5.0, 5.0, 5.0]]})

    def doCleanups(self):
        return True


main(Control, Invoking, Many, Restart)
