#include "base/clock.h"
#include "base/json.h"
#include "base/utf8.h"
#include "service/s3.h"

enum { METADATA_BYTES = 2048, DOCUMENT_LIMIT = 1 << 20 };

/* Kept as they came; `name` as in the input and the output, `override` the
 * member with which a GET asks for another value.
 */
static const struct {
    q_str name, override;
} headers[] = {
    {Q_STR_INIT("ContentType"), Q_STR_INIT("ResponseContentType")},
    {Q_STR_INIT("CacheControl"), Q_STR_INIT("ResponseCacheControl")},
    {Q_STR_INIT("ContentDisposition"), Q_STR_INIT("ResponseContentDisposition")},
    {Q_STR_INIT("ContentEncoding"), Q_STR_INIT("ResponseContentEncoding")},
    {Q_STR_INIT("ContentLanguage"), Q_STR_INIT("ResponseContentLanguage")},
    {Q_STR_INIT("Expires"), Q_STR_INIT("ResponseExpires")},
};

enum { HEADERS = sizeof headers / sizeof headers[0] };

static q_str lower(q_arena *a, q_str s)
{
    q_str copy = q_str_copy(a, s);

    for (size_t i = 0; copy.p && i < copy.n; i++)
        ((char *)copy.p)[i] = q_to_lower(copy.p[i]);
    return copy;
}

/* User metadata: names in lower case, names and values 2 KB in all. */
static q_code metadata_read(q_call *call, q_value *out)
{
    const q_value *given = q_value_get(call->in, Q_STR("Metadata"));
    q_value *map = given ? q_map_map(out, Q_STR("Metadata")) : NULL;
    size_t bytes = 0;

    for (const q_value *m = q_value_first(given); m; m = m->next) {
        bytes += m->key.n + m->s.n;
        if (!q_utf8_valid(m->s))
            return q_call_fail(call, "InvalidArgument", "x-amz-meta-%.*s is not UTF-8",
                               Q_ARG(m->key));
        q_map_str(map, lower(call->arena, m->key), m->s);
    }
    if (bytes > METADATA_BYTES) {
        call->error_members = q_value_map(call->arena);
        q_map_int(call->error_members, Q_STR("Size"), (int64_t)bytes);
        q_map_int(call->error_members, Q_STR("MaxSizeAllowed"), METADATA_BYTES);
        return q_call_fail(call, "MetadataTooLarge",
                           "Your metadata headers exceed the maximum allowed metadata size");
    }
    return Q_OK;
}

/* What remains of Content-Encoding when the transfer's own coding, which is
 * undone by now, is taken out: "aws-chunked,gzip" is "gzip".
 */
static q_str without_chunking(q_call *call, q_str value)
{
    q_buf b = q_buf_init(call->arena, value.n + 1);

    while (value.n) {
        q_str one;

        q_str_cut(value, ',', &one, &value);
        one = q_str_trim(one);
        if (!one.n || q_str_is_nocase(one, "aws-chunked"))
            continue;
        if (b.n)
            q_buf_char(&b, ',');
        q_buf_put(&b, one);
    }
    return q_buf_str(&b);
}

q_code s3__attributes_read(q_call *call, q_value **out)
{
    q_value *map = q_value_map(call->arena);
    q_code rc;

    for (size_t i = 0; i < HEADERS; i++) {
        q_str value = s3__text(call, headers[i].name);

        if (q_str_is(headers[i].name, "ContentEncoding"))
            value = without_chunking(call, value);
        if (value.n)
            q_map_str(map, headers[i].name, value);
    }
    rc = metadata_read(call, map);
    if (!rc)
        rc = q_value_ok(map, &call->err);
    *out = map;
    return rc;
}

q_code s3__attributes_encode(q_call *call, const q_value *attributes, q_str *out)
{
    q_buf b = q_buf_init(call->arena, DOCUMENT_LIMIT);
    q_code rc = q_value_ok(attributes, &call->err);

    if (rc)
        return rc;
    q_json_write(&b, attributes);
    return q_buf_finish(&b, out, &call->err);
}

q_code s3__attributes_decode(q_call *call, q_str text, q_value **out)
{
    return q_json_parse(call->arena, text, out, &call->err);
}

static void checksum_show(q_call *call, const q_value *attributes)
{
    const struct s3_algorithm *algorithm = s3__algorithm_of(attributes);

    if (!algorithm)
        return;
    q_map_str(call->out, s3__algorithm_member(algorithm),
              q_value_str(attributes, s3__algorithm_member(algorithm), Q_STR("")));
    q_map_str(call->out, Q_STR("ChecksumType"),
              q_value_str(attributes, Q_STR("ChecksumType"), Q_STR("FULL_OBJECT")));
}

/* A header's value: what the request overrides it with, or the object's own. */
static q_str header_value(q_call *call, const q_value *attributes, size_t i)
{
    const q_value *asked = q_value_get(call->in, headers[i].override);
    q_str value = q_value_str(attributes, headers[i].name, Q_STR(""));

    if (asked && asked->kind == Q_VALUE_TIME) {
        char text[30];

        q_time_http((int64_t)asked->d * 1000, text);
        return q_str_copy(call->arena, q_str_of(text));
    }
    if (asked)
        return asked->s;
    if (!value.n && q_str_is(headers[i].name, "ContentType"))
        return Q_STR("binary/octet-stream");
    return value;
}

void s3__attributes_show(q_call *call, const q_value *attributes, bool checksum)
{
    const q_value *metadata = q_value_get(attributes, Q_STR("Metadata"));
    q_value *map = metadata ? q_map_map(call->out, Q_STR("Metadata")) : NULL;

    for (size_t i = 0; i < HEADERS; i++) {
        q_str value = header_value(call, attributes, i);

        if (value.n)
            q_map_str(call->out, headers[i].name, value);
    }
    for (const q_value *m = q_value_first(metadata); m; m = m->next)
        q_map_str(map, m->key, m->s);
    if (checksum)
        checksum_show(call, attributes);
}
