/* Amazon S3: the operations and what runs them. Those that only read the
 * catalog are quick; what syncs or commits waits for the disk.
 */
#include "service/s3.h"

#include "service/services.h"

static const q_handler handlers[] = {
    {.operation = "ListBuckets", .run = s3__list_buckets, .quick = true},
    {.operation = "CreateBucket", .run = s3__create_bucket},
    {.operation = "HeadBucket", .run = s3__head_bucket, .quick = true},
    {.operation = "GetBucketLocation", .run = s3__get_bucket_location, .quick = true},
    {.operation = "DeleteBucket", .run = s3__delete_bucket},
    {.operation = "PutObject",
     .run = s3__put_object,
     .open = s3__put_object_open,
     .write = s3__put_object_write},
    {.operation = "GetObject", .run = s3__get_object, .quick = true},
    {.operation = "HeadObject", .run = s3__head_object, .quick = true},
    {.operation = "GetObjectTagging", .run = s3__get_object_tagging, .quick = true},
    {.operation = "DeleteObject", .run = s3__delete_object},
    {.operation = "DeleteObjects", .run = s3__delete_objects},
    {.operation = "CopyObject", .run = s3__copy_object},
    {.operation = "ListObjects", .run = s3__list_objects, .quick = true},
    {.operation = "ListObjectsV2", .run = s3__list_objects_v2, .quick = true},
    {.operation = "CreateMultipartUpload", .run = s3__create_multipart_upload},
    {.operation = "UploadPart",
     .run = s3__upload_part,
     .open = s3__upload_part_open,
     .write = s3__upload_part_write},
    {.operation = "UploadPartCopy", .run = s3__upload_part_copy},
    {.operation = "CompleteMultipartUpload", .run = s3__complete_multipart_upload},
    {.operation = "AbortMultipartUpload", .run = s3__abort_multipart_upload},
    {.operation = "ListParts", .run = s3__list_parts, .quick = true},
    {.operation = "ListMultipartUploads", .run = s3__list_multipart_uploads, .quick = true},
};

const q_service q_service_s3 = {"s3", handlers, sizeof handlers / sizeof handlers[0]};
