"""Buckets: names, regions, owners, what is refused; and who the caller is."""
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.handlers import validate_bucket_name

from harness import Suite, main


def error_of(call, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        return e.response['Error']['Code'], e.response['ResponseMetadata']['HTTPStatusCode']
    return None


class Buckets(Suite):
    def setUp(self):
        self.s3 = self.client('s3')

    def test_create_list_head_delete(self):
        made = self.s3.create_bucket(Bucket='one-bucket')
        self.assertEqual(made['Location'], '/one-bucket')
        self.s3.create_bucket(Bucket='another.bucket')
        listed = self.s3.list_buckets()
        names = [b['Name'] for b in listed['Buckets']]
        self.assertLessEqual({'another.bucket', 'one-bucket'}, set(names))
        self.assertEqual(names, sorted(names))
        self.assertEqual(len(listed['Owner']['ID']), 64)
        self.assertEqual(self.s3.head_bucket(Bucket='one-bucket')['ResponseMetadata']['HTTPHeaders']
                         ['x-amz-bucket-region'], 'us-east-1')
        self.s3.delete_bucket(Bucket='one-bucket')
        self.assertEqual(error_of(self.s3.head_bucket, Bucket='one-bucket'), ('404', 404))
        self.assertEqual(error_of(self.s3.delete_bucket, Bucket='one-bucket'), ('NoSuchBucket', 404))

    def test_names_follow_the_rules(self):
        for name in ('ab', 'a' * 64, 'Upper', 'under_score', '-dash', 'dash-', 'a..b', '192.168.5.4',
                     'xn--a', 'sthree-x', 'a-s3alias', 'a--x-s3'):
            # boto3 itself refuses some of these, so its check is switched off.
            s3 = self.client('s3')
            s3.meta.events.unregister('before-parameter-build.s3', validate_bucket_name)
            with self.subTest(name=name):
                self.assertEqual(error_of(s3.create_bucket, Bucket=name), ('InvalidBucketName', 400))
        for name in ('abc', 'a' * 63, '1a.b-c', '1.2.3'):
            self.s3.create_bucket(Bucket=name)

    def test_regions(self):
        self.s3.create_bucket(Bucket='here-bucket')
        self.s3.create_bucket(Bucket='here-bucket')  # in us-east-1 this is no error
        self.assertIsNone(self.s3.get_bucket_location(Bucket='here-bucket')['LocationConstraint'])
        there = {'LocationConstraint': 'eu-west-3'}
        self.s3.create_bucket(Bucket='there-bucket', CreateBucketConfiguration=there)
        self.assertEqual(self.s3.get_bucket_location(Bucket='there-bucket')['LocationConstraint'], 'eu-west-3')
        self.assertEqual(error_of(self.s3.create_bucket, Bucket='there-bucket', CreateBucketConfiguration=there),
                         ('BucketAlreadyOwnedByYou', 409))

    def test_only_an_empty_bucket_goes(self):
        self.s3.create_bucket(Bucket='full-bucket')
        self.s3.put_object(Bucket='full-bucket', Key='k', Body=b'x')
        self.assertEqual(error_of(self.s3.delete_bucket, Bucket='full-bucket'), ('BucketNotEmpty', 409))
        self.s3.delete_object(Bucket='full-bucket', Key='k')
        upload = self.s3.create_multipart_upload(Bucket='full-bucket', Key='k')
        self.s3.delete_bucket(Bucket='full-bucket')  # what is unfinished goes along
        self.s3.create_bucket(Bucket='full-bucket')
        self.assertEqual(error_of(self.s3.list_parts, Bucket='full-bucket', Key='k', UploadId=upload['UploadId']),
                         ('NoSuchUpload', 404))

    def test_what_is_not_there_is_named(self):
        self.s3.create_bucket(Bucket='plain-bucket')
        b = {'Bucket': 'plain-bucket'}
        unchecked = boto3.client('s3', endpoint_url=self.server.endpoint, region_name='us-east-1',
                                 aws_access_key_id=self.server.access_key,
                                 aws_secret_access_key=self.server.secret_key,
                                 config=Config(retries={'max_attempts': 0}))
        for call, arguments in ((self.s3.create_bucket, {'ACL': 'public-read'}),
                                (self.s3.create_bucket, {'ObjectLockEnabledForBucket': True}),
                                (self.s3.put_object, {'Key': 'k', 'ServerSideEncryption': 'AES256'}),
                                (self.s3.put_object, {'Key': 'k', 'Tagging': 'a=b'}),
                                (self.s3.put_object, {'Key': 'k', 'ACL': 'public-read'}),
                                (self.s3.get_object, {'Key': 'k', 'PartNumber': 1}),
                                # Whole operations that api/ does not list, so no reply to hold against it.
                                (unchecked.get_bucket_acl, {}),
                                (unchecked.put_bucket_versioning, {'VersioningConfiguration': {'Status': 'Enabled'}}),
                                (unchecked.put_object_tagging, {'Key': 'k', 'Tagging': {'TagSet': []}})):
            with self.subTest(call=call.__name__, **arguments):
                self.assertEqual(error_of(call, **b, **arguments), ('NotImplemented', 501))
        self.assertEqual(error_of(self.s3.put_object, **b, Key='k', StorageClass='GLACIER'),
                         ('InvalidStorageClass', 400))
        self.assertEqual(error_of(self.s3.put_object, **b, Key='k', ExpectedBucketOwner='999999999999'),
                         ('AccessDenied', 403))

    def test_caller_identity(self):
        me = self.client('sts').get_caller_identity()
        self.assertRegex(me['Account'], r'^\d{12}$')
        self.assertEqual(me['Arn'], f'arn:aws:iam::{me["Account"]}:root')
        self.assertEqual(me['UserId'], me['Account'])
        self.s3.create_bucket(Bucket='owned-bucket')
        self.s3.head_bucket(Bucket='owned-bucket', ExpectedBucketOwner=me['Account'])


main(Buckets)
