#include "base/log.h"
#include "service/s3.h"

enum { DELETE_MAX = 1000 };

static void emit_removed(q_call *call, q_str bucket, q_str key)
{
    q_err err;

    if (s3__emit(call, "ObjectRemoved:Delete", &(q_object){.bucket = bucket, .key = key}, &err))
        q_log(Q_LOG_ERROR, "event", "%s", err.msg); /* the object is gone all the same */
}

q_code s3__delete_object(q_call *call)
{
    q_str bucket = s3__text(call, Q_STR("Bucket")), key = s3__text(call, Q_STR("Key"));
    bool existed = false;
    q_code rc = s3__begin(call);

    if (!rc && s3__has(call, Q_STR("IfMatch")))
        rc = q_call_fail(call, "NotImplemented", "If-Match on DeleteObject is not implemented");
    if (rc)
        return rc;
    rc = q_object_delete(s3__app(call)->objects, bucket, &key, 1, &existed, &call->err);
    if (rc == Q_NOTFOUND)
        return s3__need_bucket(call);
    if (!rc && existed)
        emit_removed(call, bucket, key);
    return rc;
}

typedef struct batch {
    q_str *keys;
    bool *existed;
    size_t n;
} batch;

static void add_error(q_call *call, q_str key, q_str code, q_str message)
{
    q_value *errors = (q_value *)q_value_get(call->out, Q_STR("Errors")), *e;

    if (!errors)
        errors = q_map_list(call->out, Q_STR("Errors"));
    e = q_list_map(errors);
    q_map_str(e, Q_STR("Key"), key);
    q_map_str(e, Q_STR("Code"), code);
    q_map_str(e, Q_STR("Message"), message);
}

/* The keys to delete; entries that ask for what is not there answer an error
 * of their own.
 */
static q_code batch_read(q_call *call, const q_value *objects, batch *b)
{
    size_t count = q_value_count(objects);

    if (count < 1 || count > DELETE_MAX)
        return q_call_fail(call, "MalformedXML",
                           "The XML you provided was not well-formed or did not validate against "
                           "our published schema: %zu objects; 1 to %d",
                           count, DELETE_MAX);
    b->keys = q_arena_array(call->arena, count, sizeof *b->keys);
    b->existed = q_arena_array(call->arena, count, sizeof *b->existed);
    if (!b->keys || !b->existed)
        return q_err_nomem(&call->err);
    for (const q_value *o = q_value_first(objects); o; o = o->next) {
        q_str key = q_value_str(o, Q_STR("Key"), Q_STR(""));
        q_str version = q_value_str(o, Q_STR("VersionId"), Q_STR(""));

        if (version.n && !q_str_is(version, "null"))
            add_error(call, key, Q_STR("NoSuchVersion"), Q_STR("Versioning is not enabled"));
        else if (q_value_get(o, Q_STR("ETag")) || q_value_get(o, Q_STR("LastModifiedTime")) ||
                 q_value_get(o, Q_STR("Size")))
            add_error(call, key, Q_STR("NotImplemented"),
                      Q_STR("Conditional deletes are not implemented"));
        else
            b->keys[b->n++] = key;
    }
    return Q_OK;
}

q_code s3__delete_objects(q_call *call)
{
    q_str bucket = s3__text(call, Q_STR("Bucket"));
    const q_value *request = q_value_get(call->in, Q_STR("Delete"));
    bool quiet = q_value_bool(request, Q_STR("Quiet"), false);
    q_value *deleted = quiet ? NULL : q_map_list(call->out, Q_STR("Deleted"));
    batch b = {0};
    q_code rc = s3__begin(call);

    if (!rc)
        rc = batch_read(call, q_value_get(request, Q_STR("Objects")), &b);
    if (!rc)
        rc = q_object_delete(s3__app(call)->objects, bucket, b.keys, b.n, b.existed, &call->err);
    if (rc == Q_NOTFOUND)
        return s3__need_bucket(call);
    if (rc)
        return rc;
    for (size_t i = 0; i < b.n; i++) {
        if (b.existed[i])
            emit_removed(call, bucket, b.keys[i]);
        if (!quiet)
            q_map_str(q_list_map(deleted), Q_STR("Key"), b.keys[i]);
    }
    return Q_OK;
}
