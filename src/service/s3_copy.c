#include "base/encode.h"
#include "base/file.h"
#include "service/s3.h"

#include <errno.h>
#include <unistd.h>

/* How often a copy starts over when its source is replaced under it. */
enum { COPY_TRIES = 8, COPY_BLOCK = 1 << 18 };

typedef struct copy_source {
    q_str bucket, key;
    q_object object;
} copy_source;

/* "/bucket/key", "bucket/key?versionId=null", percent-encoded. */
static q_code source_read(q_call *call, copy_source *out)
{
    q_str text = s3__text(call, Q_STR("CopySource")), version = Q_STR("");
    size_t mark = q_str_find(text, Q_STR("?versionId="));

    if (mark != SIZE_MAX) {
        version = q_str_sub(text, mark + 11, text.n);
        text = q_str_sub(text, 0, mark);
    }
    text = q_percent_decode(call->arena, text, false);
    if (!text.p)
        return q_err_nomem(&call->err);
    if (q_str_starts(text, Q_STR("/")))
        text = q_str_sub(text, 1, text.n);
    if (!q_str_cut(text, '/', &out->bucket, &out->key) || !out->bucket.n || !out->key.n)
        return q_call_fail(call, "InvalidArgument",
                           "Copy Source must mention the source bucket and key: "
                           "sourcebucket/sourcekey");
    if (version.n && !q_str_is(version, "null"))
        return q_call_fail(call, "NoSuchVersion",
                           "Versioning is not enabled: there is no version \"%.*s\"",
                           Q_ARG(version));
    return Q_OK;
}

/* The conditions on the source: as for GET, but what fails is always 412. */
static const char *condition_failed(const q_value *in, const q_object *o)
{
    int64_t modified_s = o->modified_ms / 1000;
    double modified = (double)modified_s;
    q_str match = q_value_str(in, Q_STR("CopySourceIfMatch"), Q_STR(""));
    q_str none = q_value_str(in, Q_STR("CopySourceIfNoneMatch"), Q_STR(""));
    const q_value *unmodified = q_value_get(in, Q_STR("CopySourceIfUnmodifiedSince"));
    const q_value *since = q_value_get(in, Q_STR("CopySourceIfModifiedSince"));

    if (match.n && !s3__etag_matches(match, o->etag))
        return "x-amz-copy-source-If-Match";
    if (!match.n && unmodified && modified > unmodified->d)
        return "x-amz-copy-source-If-Unmodified-Since";
    if (none.n && s3__etag_matches(none, o->etag))
        return "x-amz-copy-source-If-None-Match";
    if (!none.n && since && modified <= since->d)
        return "x-amz-copy-source-If-Modified-Since";
    return NULL;
}

/* Hold what was found against the conditions; `rc` is how finding it went. */
static q_code source_check(q_call *call, q_code rc, const copy_source *s)
{
    const char *failed;

    if (rc == Q_NOTFOUND)
        return s3__not_found(call, s->bucket, s->key);
    if (rc)
        return rc;
    failed = condition_failed(call->in, &s->object);
    if (!failed)
        return Q_OK;
    call->error_members = q_value_map(call->arena);
    q_map_str(call->error_members, Q_STR("Condition"), q_str_of(failed));
    return q_call_fail(call, "PreconditionFailed",
                       "At least one of the pre-conditions you specified did not hold");
}

/* Read x-amz-copy-source, find the object and hold it against the conditions. */
static q_code source_find(q_call *call, copy_source *out)
{
    q_code rc = source_read(call, out);

    if (rc)
        return rc;
    rc = q_object_find(s3__app(call)->objects, out->bucket, out->key, call->arena, &out->object,
                       &call->err);
    return source_check(call, rc, out);
}

/* The copy's document: the source's, or with REPLACE the request's. What was
 * computed from the bytes goes along in either case.
 */
static q_code document(q_call *call, const copy_source *from, bool replace, q_str *out)
{
    const struct s3_algorithm *algorithm;
    q_value *was, *now;
    q_code rc;

    if (!replace) {
        *out = from->object.attributes;
        return Q_OK;
    }
    rc = s3__attributes_decode(call, from->object.attributes, &was);
    if (!rc)
        rc = s3__attributes_read(call, &now);
    if (rc)
        return rc;
    algorithm = s3__algorithm_of(was);
    if (algorithm) {
        q_str member = s3__algorithm_member(algorithm);

        q_map_str(now, member, q_value_str(was, member, Q_STR("")));
        q_map_str(now, Q_STR("ChecksumType"),
                  q_value_str(was, Q_STR("ChecksumType"), Q_STR("FULL_OBJECT")));
    }
    return s3__attributes_encode(call, now, out);
}

/* A checksum can be asked for; only one that the source has is there. */
static q_code check_algorithm(q_call *call, const copy_source *from)
{
    q_str asked = s3__text(call, Q_STR("ChecksumAlgorithm"));
    const struct s3_algorithm *has;
    q_value *was;
    q_code rc;

    if (!asked.n)
        return Q_OK;
    rc = s3__attributes_decode(call, from->object.attributes, &was);
    if (rc)
        return rc;
    has = s3__algorithm_of(was);
    if (has && q_str_eq(asked, s3__algorithm_name(has)))
        return Q_OK;
    return q_call_fail(call, "NotImplemented",
                       "Computing another checksum while copying is not implemented: "
                       "x-amz-checksum-algorithm %.*s",
                       Q_ARG(asked));
}

static q_code copy_once(q_call *call, const copy_source *from, bool replace, q_object_put *put)
{
    q_code rc = check_algorithm(call, from);

    if (!rc)
        rc = document(call, from, replace, &put->attributes);
    if (rc)
        return rc;
    return q_object_copy(s3__app(call)->objects, &from->object, put, &call->err);
}

static q_code check_copy(q_call *call, const copy_source *from, const q_object_put *put,
                         bool replace)
{
    if (!replace && q_str_eq(from->bucket, put->bucket) && q_str_eq(from->key, put->key))
        return q_call_fail(call, "InvalidRequest",
                           "This copy request is illegal because it is trying to copy an object to "
                           "itself without changing the object's metadata, storage class, website "
                           "redirect location or encryption attributes.");
    return Q_OK;
}

static void show_copy(q_call *call, const copy_source *from, const q_object_put *put)
{
    q_value *result = q_map_map(call->out, Q_STR("CopyObjectResult"));
    const struct s3_algorithm *algorithm;
    q_value *attributes;

    q_map_str(result, Q_STR("ETag"), s3__quoted(call->arena, from->object.etag));
    q_map_time(result, Q_STR("LastModified"), (double)put->now_ms / 1000);
    if (s3__attributes_decode(call, put->attributes, &attributes))
        return;
    algorithm = s3__algorithm_of(attributes);
    if (algorithm) {
        q_str member = s3__algorithm_member(algorithm);

        q_map_str(result, member, q_value_str(attributes, member, Q_STR("")));
        q_map_str(result, Q_STR("ChecksumType"),
                  q_value_str(attributes, Q_STR("ChecksumType"), Q_STR("FULL_OBJECT")));
    }
}

q_code s3__copy_object(q_call *call)
{
    bool replace = q_str_is(s3__text(call, Q_STR("MetadataDirective")), "REPLACE");
    q_object_put put = {.bucket = s3__text(call, Q_STR("Bucket")),
                        .key = s3__text(call, Q_STR("Key")),
                        .now_ms = call->now_ms};
    copy_source from = {0};
    q_code rc = s3__begin(call);

    if (!rc)
        rc = s3__check_key(call, put.key);
    if (!rc)
        rc = s3__write_conditions(call, &put);
    if (!rc)
        rc = source_find(call, &from);
    if (!rc)
        rc = check_copy(call, &from, &put, replace);
    if (!rc)
        rc = s3__announce(call, "ObjectCreated:Copy", &put);
    if (rc)
        return rc;
    rc = copy_once(call, &from, replace, &put);
    for (int i = 0; i < COPY_TRIES && rc == Q_BUSY; i++) {
        q_str seen = from.object.file;
        q_code found = source_find(call, &from);

        if (found)
            return found;
        if (q_str_eq(seen, from.object.file))
            break; /* the source holds: it is If-Match that does not */
        rc = copy_once(call, &from, replace, &put);
    }
    if (call->error)
        return rc;
    if (rc)
        return s3__write_failed(call, rc, &put);
    show_copy(call, &from, &put);
    return Q_OK;
}

/* CopySourceRange is stricter than Range: both ends, inside the object. */
static q_code part_range(q_call *call, uint64_t size, s3_range *out)
{
    q_str text = s3__text(call, Q_STR("CopySourceRange")), first, last;
    uint64_t from, to;

    *out = (s3_range){.length = size};
    if (!text.n)
        return Q_OK;
    if (!q_str_starts(text, Q_STR("bytes=")) ||
        !q_str_cut(q_str_sub(text, 6, text.n), '-', &first, &last) || !q_str_u64(first, &from) ||
        !q_str_u64(last, &to) || to < from)
        return q_call_fail(call, "InvalidArgument",
                           "The x-amz-copy-source-range value must be of the form "
                           "bytes=first-last where first and last are the zero-based offsets of "
                           "the first and last bytes to copy");
    if (to >= size)
        return q_call_fail(call, "InvalidArgument",
                           "Range specified is not valid for source object of size: %llu",
                           (unsigned long long)size);
    *out = (s3_range){.given = true, .offset = from, .length = to - from + 1};
    return Q_OK;
}

static q_code pump(q_call *call, int fd, s3_range range, q_writer *w, s3_checksum *sum)
{
    char *block = q_arena_alloc(call->arena, COPY_BLOCK);
    q_code rc = block ? Q_OK : q_err_nomem(&call->err);

    while (!rc && range.length) {
        size_t want = range.length < COPY_BLOCK ? (size_t)range.length : COPY_BLOCK;
        ssize_t n = pread(fd, block, want, (off_t)range.offset);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n ? q_err_errno(&call->err, "read the source")
                     : q_err_set(&call->err, Q_INTERNAL, "the source ends early");
        s3__checksum_update(sum, (q_str){block, (size_t)n});
        rc = q_writer_put(w, (q_str){block, (size_t)n}, &call->err);
        range.offset += (uint64_t)n;
        range.length -= (uint64_t)n;
    }
    return rc;
}

static q_code part_copy(q_call *call, int fd, s3_range range, const q_upload *upload,
                        const struct s3_algorithm *algorithm)
{
    q_objects *objects = s3__app(call)->objects;
    uint32_t number = (uint32_t)q_value_int(call->in, Q_STR("PartNumber"), 0);
    s3_checksum sum = {0};
    q_str text = Q_STR("");
    q_writer *w = NULL;
    q_part part;
    q_code rc = s3__checksum_start(call, algorithm, &sum);

    if (!rc)
        rc = q_upload_writer(objects, upload, number, (int64_t)range.length, &w, &call->err);
    if (!rc)
        rc = pump(call, fd, range, w, &sum);
    if (!rc)
        rc = s3__checksum_finish(call, &sum, &text);
    if (!rc)
        rc = q_upload_part_put(objects, w, text, call->now_ms, &part, &call->err);
    if (!rc) {
        q_value *result = q_map_map(call->out, Q_STR("CopyPartResult"));

        q_map_str(result, Q_STR("ETag"), s3__quoted(call->arena, part.etag));
        q_map_time(result, Q_STR("LastModified"), (double)call->now_ms / 1000);
        if (text.n)
            q_map_str(result, s3__algorithm_member(sum.algorithm), text);
    }
    q_writer_free(w);
    s3__checksum_clear(&sum);
    return rc == Q_NOTFOUND && !call->error ? s3__no_upload(call) : rc;
}

q_code s3__upload_part_copy(q_call *call)
{
    const struct s3_algorithm *algorithm = NULL;
    copy_source from = {0};
    q_upload upload;
    s3_range range;
    int fd = -1;
    q_code rc = s3__begin(call);

    if (!rc)
        rc = s3__upload_find(call, &upload, &algorithm);
    if (!rc)
        rc = s3__part_number(call);
    if (!rc)
        rc = source_read(call, &from);
    if (rc)
        return rc;
    rc = q_object_open(s3__app(call)->objects, from.bucket, from.key, call->arena, &from.object,
                       &fd, &call->err);
    rc = source_check(call, rc, &from);
    if (!rc)
        rc = part_range(call, from.object.size, &range);
    if (!rc)
        rc = part_copy(call, fd, range, &upload, algorithm);
    q_fd_close(fd);
    return rc;
}
