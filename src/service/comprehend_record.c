/* Records, ARNs, and checks that many operations begin with. */
#include "service/comprehend.h"

#include "base/clock.h"
#include "base/json.h"
#include "store/bucket.h"

#include <string.h>

enum { TAGS = 50, TRIES = 10 };

/* ---- ARNs and URLs ------------------------------------------------------------- */

q_str comprehend__arn(const q_call *call, const char *noun, q_str name)
{
    return q_str_printf(call->arena, "arn:aws:comprehend:%.*s:%.*s:%s/%.*s", Q_ARG(call->region),
                        Q_ARG(call->account), noun, Q_ARG(name));
}

bool comprehend__arn_parts(q_str arn, q_str *noun, q_str *name)
{
    q_str head = {NULL, 0};

    for (int i = 0; i < 5; i++)
        if (!q_str_cut(arn, ':', &head, &arn))
            return false;
    return q_str_cut(arn, '/', noun, name) && noun->n && name->n;
}

bool comprehend__url(q_str url, q_str *bucket, q_str *key)
{
    if (!q_str_starts(url, Q_STR("s3://")))
        return false;
    q_str_cut(q_str_sub(url, 5, url.n), '/', bucket, key);
    return bucket->n > 0;
}

q_code comprehend__check_bucket(q_call *call, const char *member, q_str url)
{
    const q_app *app = call->app;
    q_str name = {NULL, 0}, key;
    q_bucket bucket;
    q_code rc;

    if (!comprehend__url(url, &name, &key))
        return q_call_fail(call, "InvalidRequestException",
                           "%s is %.*s; s3://BUCKET/PREFIX is wanted", member, Q_ARG(url));
    rc = q_bucket_get(app->objects, name, call->arena, &bucket, &call->err);
    if (rc == Q_NOTFOUND)
        return q_call_fail(call, "InvalidRequestException",
                           "%s is %.*s; there is no bucket %.*s, make it first", member, Q_ARG(url),
                           Q_ARG(name));
    return rc;
}

/* ---- records ------------------------------------------------------------------- */

q_code comprehend__load(q_catalog *c, const char *space, q_str key, q_arena *a, q_value **doc,
                        int64_t *version, q_err *err)
{
    q_record r;
    q_code rc = q_record_get(c, q_str_of(space), key, 0, a, &r, err);

    if (!rc)
        rc = q_json_parse(a, r.value, doc, err);
    if (!rc && version)
        *version = r.version;
    return rc;
}

q_code comprehend__save(q_catalog *c, const char *space, q_str key, const q_value *doc,
                        int64_t version, q_arena *a, q_err *err)
{
    q_buf b = q_buf_init(a, COMPREHEND_DOC);
    q_str text;
    q_code rc = q_value_ok(doc, err);

    if (rc)
        return rc;
    q_json_write(&b, doc);
    rc = q_buf_finish(&b, &text, err);
    return rc ? rc : q_record_swap(c, q_str_of(space), key, version, text, q_now_ms(), 0, err);
}

static q_code change_once(q_catalog *c, const char *space, q_str key, comprehend_change_fn change,
                          void *ctx, q_err *err)
{
    q_arena *a = q_arena_new((size_t)16 * COMPREHEND_DOC);
    q_value *doc = NULL, *to;
    int64_t version = 0;
    q_code rc = a ? comprehend__load(c, space, key, a, &doc, &version, err) : q_err_nomem(err);

    if (rc)
        goto done;
    to = q_value_map(a);
    rc = change(ctx, doc, to, err);
    if (!rc)
        rc = comprehend__save(c, space, key, to, version, a, err);
    else if (rc == Q_CANCELLED)
        rc = Q_OK;
done:
    q_arena_free(a);
    return rc;
}

q_code comprehend__change(q_catalog *c, const char *space, q_str key, comprehend_change_fn change,
                          void *ctx, q_err *err)
{
    q_code rc = Q_BUSY;

    for (int i = 0; i < TRIES && rc == Q_BUSY; i++)
        rc = change_once(c, space, key, change, ctx, err);
    return rc;
}

void comprehend__copy_but(q_value *to, const q_value *doc, const char *const *but)
{
    for (const q_value *v = q_value_first(doc); v; v = v->next) {
        const char *const *k = but;

        while (*k && !q_str_is(v->key, *k))
            k++;
        if (!*k)
            q_map_copy(to, v->key, v);
    }
}

void comprehend__copy_these(q_value *to, const q_value *from, const char *const *these)
{
    for (; *these; these++)
        q_map_copy(to, q_str_of(*these), q_value_get(from, q_str_of(*these)));
}

void comprehend__time(q_value *map, const char *key, const q_value *doc, const char *from)
{
    if (q_value_get(doc, q_str_of(from)))
        q_map_time(map, q_str_of(key), (double)q_value_int(doc, q_str_of(from), 0) / 1000);
}

/* ---- checks -------------------------------------------------------------------- */

q_code comprehend__check_tags(q_call *call)
{
    const q_value *tags = q_value_get(call->in, Q_STR("Tags"));

    if (q_value_count(tags) > TAGS)
        return q_call_fail(call, "TooManyTagsException", "Tags has %zu tags; at most %d",
                           q_value_count(tags), TAGS);
    for (const q_value *t = q_value_first(tags); t; t = t->next) {
        q_str key = q_value_str(t, Q_STR("Key"), Q_STR(""));

        for (const q_value *other = q_value_first(tags); other != t; other = other->next)
            if (q_str_eq(q_value_str(other, Q_STR("Key"), Q_STR("")), key))
                return q_call_fail(call, "InvalidRequestException", "Tags has two tags %.*s",
                                   Q_ARG(key));
    }
    return Q_OK;
}

q_code comprehend__refuse(q_call *call, const q_value *map)
{
    static const struct {
        const char *member, *error, *why;
    } others[] = {
        {"KmsKeyId", "KmsKeyValidationException", "this server keeps no keys of KMS"},
        {"VolumeKmsKeyId", "KmsKeyValidationException", "this server keeps no keys of KMS"},
        {"ModelKmsKeyId", "KmsKeyValidationException", "this server keeps no keys of KMS"},
        {"VpcConfig", "InvalidRequestException", "jobs run in this server and use no network"},
        {"ModelPolicy", "InvalidRequestException", "this server has no other accounts"},
        {"DocumentReaderConfig", "InvalidRequestException", "documents are plain text"},
    };

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (q_value_get(map, q_str_of(others[i].member)))
            return q_call_fail(call, others[i].error, "%s is not supported: %s; leave it out",
                               others[i].member, others[i].why);
    return Q_OK;
}
