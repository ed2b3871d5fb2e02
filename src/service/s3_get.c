/* GetObject and HeadObject: one query, one open, and the file goes out. */
#include "base/file.h"
#include "service/s3.h"

static int64_t seconds_of(const q_value *in, q_str name)
{
    return (int64_t)q_value_double(in, name, 0);
}

/* RFC 9110 section 13.2.2: 200, 304 or 412. Times count in whole seconds, as
 * the client was told them.
 */
static int condition(const q_value *in, const q_object *o)
{
    int64_t modified = o->modified_ms / 1000;
    q_str match = q_value_str(in, Q_STR("IfMatch"), Q_STR(""));
    q_str none = q_value_str(in, Q_STR("IfNoneMatch"), Q_STR(""));
    bool unmodified_since = q_value_get(in, Q_STR("IfUnmodifiedSince")) != NULL;
    bool modified_since = q_value_get(in, Q_STR("IfModifiedSince")) != NULL;

    if (match.n ? !s3__etag_matches(match, o->etag)
                : unmodified_since && modified > seconds_of(in, Q_STR("IfUnmodifiedSince")))
        return 412;
    if (none.n ? s3__etag_matches(none, o->etag)
               : modified_since && modified <= seconds_of(in, Q_STR("IfModifiedSince")))
        return 304;
    return 200;
}

static q_code check_condition(q_call *call, const q_object *o)
{
    int status = condition(call->in, o);

    if (status == 412) {
        call->error_members = q_value_map(call->arena);
        q_map_str(call->error_members, Q_STR("Condition"),
                  s3__has(call, Q_STR("IfMatch")) ? Q_STR("If-Match")
                                                  : Q_STR("If-Unmodified-Since"));
        return q_call_fail(call, "PreconditionFailed",
                           "At least one of the pre-conditions you specified did not hold");
    }
    if (status == 304)
        call->status = 304;
    return Q_OK;
}

static q_code show(q_call *call, const q_object *o)
{
    bool whole = !s3__has(call, Q_STR("Range"));
    bool checksum = whole && q_str_is(s3__text(call, Q_STR("ChecksumMode")), "ENABLED");
    int64_t modified_s = o->modified_ms / 1000;
    q_value *attributes;
    q_code rc = s3__attributes_decode(call, o->attributes, &attributes);

    if (rc)
        return rc;
    q_map_str(call->out, Q_STR("ETag"), s3__quoted(call->arena, o->etag));
    q_map_time(call->out, Q_STR("LastModified"), (double)modified_s);
    q_map_str(call->out, Q_STR("AcceptRanges"), Q_STR("bytes"));
    s3__attributes_show(call, attributes, checksum);
    return Q_OK;
}

/* The part of the object that was asked for; call->file_* say it. */
static q_code show_range(q_call *call, const q_object *o)
{
    s3_range range;

    if (s3__range(s3__text(call, Q_STR("Range")), o->size, &range)) {
        call->error_members = q_value_map(call->arena);
        q_map_int(call->error_members, Q_STR("ActualObjectSize"), (int64_t)o->size);
        q_map_str(call->error_members, Q_STR("RangeRequested"), s3__text(call, Q_STR("Range")));
        return q_call_fail(call, "InvalidRange", "The requested range is not satisfiable");
    }
    if (range.given) {
        q_str text = q_str_printf(
            call->arena, "bytes %llu-%llu/%llu", (unsigned long long)range.offset,
            (unsigned long long)(range.offset + range.length - 1), (unsigned long long)o->size);

        q_map_str(call->out, Q_STR("ContentRange"), text);
        call->status = 206;
    }
    q_map_int(call->out, Q_STR("ContentLength"), (int64_t)range.length);
    call->file_offset = range.offset;
    call->file_length = range.length;
    return Q_OK;
}

/* What GET and HEAD share, once the object was found or not. */
static q_code answer(q_call *call, q_code found, const q_object *o)
{
    q_code rc = found;

    if (found == Q_NOTFOUND)
        return s3__not_found(call, s3__text(call, Q_STR("Bucket")), s3__text(call, Q_STR("Key")));
    if (!rc)
        rc = check_condition(call, o);
    if (!rc)
        rc = show(call, o);
    if (!rc && call->status != 304)
        rc = show_range(call, o);
    return rc;
}

q_code s3__get_object(q_call *call)
{
    q_object o;
    int fd = -1;
    q_code rc = s3__begin(call);

    if (rc)
        return rc;
    rc = q_object_open(s3__app(call)->objects, s3__text(call, Q_STR("Bucket")),
                       s3__text(call, Q_STR("Key")), call->arena, &o, &fd, &call->err);
    rc = answer(call, rc, &o);
    if (rc || call->status == 304)
        q_fd_close(fd);
    else
        call->file = fd;
    return rc;
}

q_code s3__head_object(q_call *call)
{
    q_object o;
    q_code rc = s3__begin(call);

    if (rc)
        return rc;
    rc = q_object_find(s3__app(call)->objects, s3__text(call, Q_STR("Bucket")),
                       s3__text(call, Q_STR("Key")), call->arena, &o, &call->err);
    return answer(call, rc, &o);
}

/* Tags cannot be given to objects yet (x-amz-tagging is refused), so the set
 * of each is empty. Tools that copy large objects ask for it first.
 */
q_code s3__get_object_tagging(q_call *call)
{
    q_str bucket = s3__text(call, Q_STR("Bucket")), key = s3__text(call, Q_STR("Key"));
    q_object o;
    q_code rc = s3__begin(call);

    if (!rc)
        rc = q_object_find(s3__app(call)->objects, bucket, key, call->arena, &o, &call->err);
    if (rc == Q_NOTFOUND)
        return s3__not_found(call, bucket, key);
    q_map_list(call->out, Q_STR("TagSet"));
    return rc;
}
