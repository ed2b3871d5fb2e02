#include "base/digest.h"
#include "base/encode.h"
#include "service/s3.h"

#include <string.h>

enum { KEY_BYTES = 1024 };

q_app *s3__app(const q_call *call)
{
    return call->app;
}

q_str s3__text(const q_call *call, q_str name)
{
    return q_value_str(call->in, name, Q_STR(""));
}

bool s3__has(const q_call *call, q_str name)
{
    return q_value_get(call->in, name) != NULL;
}

/* Members that ask for what is not there, and the header they came in. */
static const struct {
    q_str member;
    const char *header;
} refused[] = {
    {Q_STR_INIT("GrantFullControl"), "x-amz-grant-full-control"},
    {Q_STR_INIT("GrantRead"), "x-amz-grant-read"},
    {Q_STR_INIT("GrantReadACP"), "x-amz-grant-read-acp"},
    {Q_STR_INIT("GrantWrite"), "x-amz-grant-write"},
    {Q_STR_INIT("GrantWriteACP"), "x-amz-grant-write-acp"},
    {Q_STR_INIT("ServerSideEncryption"), "x-amz-server-side-encryption"},
    {Q_STR_INIT("SSECustomerAlgorithm"), "x-amz-server-side-encryption-customer-algorithm"},
    {Q_STR_INIT("CopySourceSSECustomerAlgorithm"),
     "x-amz-copy-source-server-side-encryption-customer-algorithm"},
    {Q_STR_INIT("SSEKMSKeyId"), "x-amz-server-side-encryption-aws-kms-key-id"},
    {Q_STR_INIT("Tagging"), "x-amz-tagging"},
    {Q_STR_INIT("WebsiteRedirectLocation"), "x-amz-website-redirect-location"},
    {Q_STR_INIT("ObjectLockMode"), "x-amz-object-lock-mode"},
    {Q_STR_INIT("ObjectLockRetainUntilDate"), "x-amz-object-lock-retain-until-date"},
    {Q_STR_INIT("ObjectLockLegalHoldStatus"), "x-amz-object-lock-legal-hold"},
    {Q_STR_INIT("WriteOffsetBytes"), "x-amz-write-offset-bytes"},
    {Q_STR_INIT("IfMatchLastModifiedTime"), "x-amz-if-match-last-modified-time"},
    {Q_STR_INIT("IfMatchSize"), "x-amz-if-match-size"},
    {Q_STR_INIT("IfMatchInitiatedTime"), "x-amz-if-match-initiated-time"},
    {Q_STR_INIT("PartNumber"), "partNumber"},
};

static q_code refuse(q_call *call, const char *what)
{
    return q_call_fail(call, "NotImplemented",
                       "A header or parameter you provided implies functionality that is not "
                       "implemented: %s",
                       what);
}

static q_code check_refused(q_call *call)
{
    bool is_part = s3__has(call, Q_STR("UploadId"));
    q_str acl = s3__text(call, Q_STR("ACL"));

    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (s3__has(call, refused[i].member) &&
            !(is_part && q_str_is(refused[i].member, "PartNumber")))
            return refuse(call, refused[i].header);
    if (acl.n && !q_str_is(acl, "private") && !q_str_is(acl, "bucket-owner-full-control"))
        return refuse(call, "an x-amz-acl other than private");
    if (q_value_bool(call->in, Q_STR("ObjectLockEnabledForBucket"), false))
        return refuse(call, "x-amz-bucket-object-lock-enabled");
    if (q_str_is(s3__text(call, Q_STR("ObjectOwnership")), "ObjectWriter"))
        return refuse(call, "x-amz-object-ownership: ObjectWriter");
    return Q_OK;
}

static q_code check_owner(q_call *call, q_str member)
{
    q_str owner = s3__text(call, member);

    if (owner.n && !q_str_eq(owner, call->account))
        return q_call_fail(call, "AccessDenied", "The bucket is owned by %.*s, not by %.*s",
                           Q_ARG(call->account), Q_ARG(owner));
    return Q_OK;
}

q_code s3__begin(q_call *call)
{
    q_str version = s3__text(call, Q_STR("VersionId"));
    q_str storage = s3__text(call, Q_STR("StorageClass"));
    q_code rc = check_owner(call, Q_STR("ExpectedBucketOwner"));

    if (!rc)
        rc = check_owner(call, Q_STR("ExpectedSourceBucketOwner"));
    if (!rc)
        rc = check_refused(call);
    if (!rc && version.n && !q_str_is(version, "null"))
        rc = q_call_fail(call, "NoSuchVersion",
                         "Versioning is not enabled: there is no version \"%.*s\"", Q_ARG(version));
    if (!rc && storage.n && !q_str_is(storage, "STANDARD"))
        rc = q_call_fail(call, "InvalidStorageClass",
                         "The storage class you specified is not valid: %.*s; there is STANDARD",
                         Q_ARG(storage));
    return rc;
}

static q_code no_bucket(q_call *call, q_str bucket)
{
    call->error_members = q_value_map(call->arena);
    q_map_str(call->error_members, Q_STR("BucketName"), bucket);
    return q_call_fail(call, "NoSuchBucket", "The specified bucket does not exist");
}

q_code s3__need_bucket(q_call *call)
{
    q_str name = s3__text(call, Q_STR("Bucket"));
    q_bucket bucket;
    q_code rc = q_bucket_get(s3__app(call)->objects, name, call->arena, &bucket, &call->err);

    return rc == Q_NOTFOUND ? no_bucket(call, name) : rc;
}

q_code s3__check_key(q_call *call, q_str key)
{
    if (key.n > KEY_BYTES)
        return q_call_fail(call, "KeyTooLongError", "Your key is too long: %zu bytes; at most %d",
                           key.n, KEY_BYTES);
    if (q_str_has(key, 0))
        return q_call_fail(call, "InvalidArgument", "A key has no zero byte");
    return Q_OK;
}

q_code s3__not_found(q_call *call, q_str bucket, q_str key)
{
    q_bucket found;
    q_code rc = q_bucket_get(s3__app(call)->objects, bucket, call->arena, &found, &call->err);

    if (rc == Q_NOTFOUND)
        return no_bucket(call, bucket);
    if (rc)
        return rc;
    call->error_members = q_value_map(call->arena);
    q_map_str(call->error_members, Q_STR("Key"), key);
    return q_call_fail(call, "NoSuchKey", "The specified key does not exist.");
}

q_code s3__no_upload(q_call *call)
{
    q_code rc = s3__need_bucket(call);

    if (rc)
        return rc;
    call->error_members = q_value_map(call->arena);
    q_map_str(call->error_members, Q_STR("UploadId"), s3__text(call, Q_STR("UploadId")));
    return q_call_fail(call, "NoSuchUpload",
                       "The specified upload does not exist. The upload ID may be invalid, or the "
                       "upload may have been aborted or completed.");
}

q_code s3__write_conditions(q_call *call, q_object_put *put)
{
    q_str none = s3__text(call, Q_STR("IfNoneMatch")), match = s3__text(call, Q_STR("IfMatch"));

    if (none.n && !q_str_is(none, "*"))
        return refuse(call, "an If-None-Match other than * on a write");
    if (none.n && match.n)
        return refuse(call, "If-Match together with If-None-Match");
    put->only_new = none.n > 0;
    put->only_etag = s3__unquoted(match);
    return Q_OK;
}

q_code s3__write_failed(q_call *call, q_code rc, const q_object_put *put)
{
    if (rc == Q_NOTFOUND)
        return s3__not_found(call, put->bucket, put->key);
    if (rc == Q_EXISTS || rc == Q_BUSY) {
        call->error_members = q_value_map(call->arena);
        q_map_str(call->error_members, Q_STR("Condition"),
                  put->only_new ? Q_STR("If-None-Match") : Q_STR("If-Match"));
        return q_call_fail(call, "PreconditionFailed",
                           "At least one of the pre-conditions you specified did not hold");
    }
    return rc;
}

q_str s3__quoted(q_arena *a, q_str etag)
{
    return q_str_printf(a, "\"%.*s\"", Q_ARG(etag));
}

q_str s3__unquoted(q_str etag)
{
    etag = q_str_trim(etag);
    if (q_str_starts(etag, Q_STR("W/")))
        etag = q_str_sub(etag, 2, etag.n);
    if (etag.n >= 2 && etag.p[0] == '"' && etag.p[etag.n - 1] == '"')
        etag = q_str_sub(etag, 1, etag.n - 2);
    return etag;
}

bool s3__etag_matches(q_str list, q_str etag)
{
    while (list.n) {
        q_str one;

        q_str_cut(list, ',', &one, &list);
        one = s3__unquoted(one);
        if (q_str_is(one, "*") || q_str_eq(one, etag))
            return true;
    }
    return false;
}

void s3__owner(const q_call *call, q_value *map)
{
    char *id = q_arena_alloc(call->arena, 65);

    /* A canonical user id is 64 hex digits that stand for the account. */
    if (id && q_sha256_hex(call->account, id))
        q_map_str(map, Q_STR("ID"), q_str_of(id));
    else
        q_value_fail(map);
    q_map_str(map, Q_STR("DisplayName"), Q_STR("root"));
}

q_code s3__emit(const q_call *call, const char *event, const q_object *object, q_err *err)
{
    const q_event e = {.name = q_str_of(event),
                       .bucket = object->bucket,
                       .key = object->key,
                       .etag = object->etag,
                       .size = object->size,
                       .time_ms = call->now_ms};
    q_events *events = s3__app(call)->events;
    q_code rc = events ? q_events_emit(events, &e, err) : Q_OK;

    if (!rc)
        return Q_OK;
    q_err_add(err, rc, "%s", event);
    return Q_INTERNAL; /* other codes would speak of the object */
}

typedef struct announcement {
    const q_call *call;
    const char *event;
} announcement;

static q_code announce(void *ctx, const q_object *made, q_err *err)
{
    const announcement *n = ctx;

    return s3__emit(n->call, n->event, made, err);
}

q_code s3__announce(q_call *call, const char *event, q_object_put *put)
{
    announcement *n = q_arena_alloc(call->arena, sizeof *n);

    if (!n)
        return q_err_nomem(&call->err);
    *n = (announcement){call, event};
    put->also = announce;
    put->also_ctx = n;
    return Q_OK;
}
