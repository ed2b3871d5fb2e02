/* PutObject: the bytes stream into a writer while they arrive. */
#include "base/digest.h"
#include "service/s3.h"

static const uint64_t object_max = 5ull << 30; /* of one put */

typedef struct put_state {
    q_writer *writer;
    s3_checksum checksum;
} put_state;

static void put_state_clear(void *arg)
{
    put_state *s = arg;

    q_writer_free(s->writer);
    s3__checksum_clear(&s->checksum);
}

static q_code too_large(q_call *call, uint64_t size)
{
    call->error_members = q_value_map(call->arena);
    q_map_int(call->error_members, Q_STR("ProposedSize"), (int64_t)size);
    q_map_int(call->error_members, Q_STR("MaxSizeAllowed"), (int64_t)object_max);
    return q_call_fail(call, "EntityTooLarge",
                       "Your proposed upload exceeds the maximum allowed size");
}

q_code s3__put_object_open(q_call *call)
{
    put_state *s = q_arena_alloc(call->arena, sizeof *s);
    q_value *attributes;
    q_code rc = s3__begin(call);

    if (!rc)
        rc = s3__check_key(call, s3__text(call, Q_STR("Key")));
    if (!rc)
        rc = s3__attributes_read(call, &attributes); /* refuse before the body comes */
    if (!rc)
        rc = s3__need_bucket(call);
    if (!rc && call->body_expected > (int64_t)object_max)
        rc = too_large(call, (uint64_t)call->body_expected);
    if (rc)
        return rc;
    if (!s || q_arena_defer(call->arena, put_state_clear, s))
        return q_err_nomem(&call->err);
    rc = s3__checksum_start(call, NULL, &s->checksum);
    if (!rc)
        rc = q_objects_room(s3__app(call)->objects, call->body_expected, &call->err);
    if (!rc)
        rc = q_writer_new(s3__app(call)->objects, &s->writer, &call->err);
    if (!rc)
        call->state = s;
    return rc;
}

q_code s3__put_object_write(q_call *call, q_str bytes)
{
    put_state *s = call->state;

    if (bytes.n > object_max - q_writer_size(s->writer))
        return too_large(call, q_writer_size(s->writer) + bytes.n);
    s3__checksum_update(&s->checksum, bytes);
    return q_writer_put(s->writer, bytes, &call->err);
}

/* The object's own document, with the checksum of its bytes. */
static q_code document(q_call *call, put_state *s, q_str *out)
{
    q_value *attributes;
    q_str checksum;
    q_code rc = s3__attributes_read(call, &attributes);

    if (!rc)
        rc = s3__checksum_finish(call, &s->checksum, &checksum);
    if (rc)
        return rc;
    if (checksum.n) {
        q_str member = s3__algorithm_member(s->checksum.algorithm);

        q_map_str(attributes, member, checksum);
        q_map_str(attributes, Q_STR("ChecksumType"), Q_STR("FULL_OBJECT"));
        q_map_str(call->out, member, checksum);
        q_map_str(call->out, Q_STR("ChecksumType"), Q_STR("FULL_OBJECT"));
    }
    return s3__attributes_encode(call, attributes, out);
}

q_code s3__put_object(q_call *call)
{
    q_object_put put = {.bucket = s3__text(call, Q_STR("Bucket")),
                        .key = s3__text(call, Q_STR("Key")),
                        .now_ms = call->now_ms};
    q_object object;
    q_code rc = call->state ? Q_OK : s3__put_object_open(call);

    if (!rc)
        rc = s3__write_conditions(call, &put);
    if (!rc)
        rc = document(call, call->state, &put.attributes);
    if (!rc)
        rc = s3__announce(call, "ObjectCreated:Put", &put);
    if (rc)
        return rc;
    rc = q_object_put_written(s3__app(call)->objects, ((put_state *)call->state)->writer, &put,
                              &object, &call->err);
    if (rc)
        return s3__write_failed(call, rc, &put);
    q_map_str(call->out, Q_STR("ETag"), s3__quoted(call->arena, object.etag));
    return Q_OK;
}
