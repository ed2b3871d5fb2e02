/* Multipart uploads: begin, send parts, abort, list. s3_complete.c ends them. */
#include "service/s3.h"

static const uint64_t part_max = 5ull << 30;

/* Which checksum the parts will carry, into the upload's document. */
static q_code checksum_choose(q_call *call, q_value *attributes)
{
    q_str name = s3__text(call, Q_STR("ChecksumAlgorithm"));
    q_str type = s3__text(call, Q_STR("ChecksumType"));
    const struct s3_algorithm *algorithm = s3__algorithm(name);
    bool crc64 = q_str_is(name, "CRC64NVME");

    if (!name.n && type.n)
        return q_call_fail(call, "InvalidRequest",
                           "The x-amz-checksum-type header can only be used with the "
                           "x-amz-checksum-algorithm header.");
    if (!name.n)
        return Q_OK;
    if (!algorithm)
        return q_call_fail(call, "NotImplemented", "Checksum algorithm %.*s is not implemented",
                           Q_ARG(name));
    if (!type.n)
        type = crc64 ? Q_STR("FULL_OBJECT") : Q_STR("COMPOSITE");
    if (q_str_is(type, "FULL_OBJECT") ? !s3__algorithm_is_crc(algorithm) : crc64)
        return q_call_fail(call, "InvalidRequest",
                           "The %.*s checksum type cannot be used with the %.*s checksum "
                           "algorithm.",
                           Q_ARG(type), Q_ARG(name));
    q_map_str(attributes, Q_STR("ChecksumAlgorithm"), name);
    q_map_str(attributes, Q_STR("ChecksumType"), type);
    q_map_str(call->out, Q_STR("ChecksumAlgorithm"), name);
    q_map_str(call->out, Q_STR("ChecksumType"), type);
    return Q_OK;
}

q_code s3__create_multipart_upload(q_call *call)
{
    q_str bucket = s3__text(call, Q_STR("Bucket")), key = s3__text(call, Q_STR("Key")), text;
    q_value *attributes;
    q_upload upload;
    q_code rc = s3__begin(call);

    if (!rc)
        rc = s3__check_key(call, key);
    if (!rc)
        rc = s3__attributes_read(call, &attributes);
    if (!rc)
        rc = checksum_choose(call, attributes);
    if (!rc)
        rc = s3__attributes_encode(call, attributes, &text);
    if (rc)
        return rc;
    rc = q_upload_create(s3__app(call)->objects, bucket, key, text, call->now_ms, call->arena,
                         &upload, &call->err);
    if (rc == Q_NOTFOUND)
        return s3__need_bucket(call);
    if (rc)
        return rc;
    q_map_str(call->out, Q_STR("Bucket"), bucket);
    q_map_str(call->out, Q_STR("Key"), key);
    q_map_str(call->out, Q_STR("UploadId"), upload.id);
    return Q_OK;
}

q_code s3__upload_find(q_call *call, q_upload *out, const struct s3_algorithm **algorithm)
{
    q_value *attributes;
    q_code rc = q_upload_get(s3__app(call)->objects, s3__text(call, Q_STR("Bucket")),
                             s3__text(call, Q_STR("Key")), s3__text(call, Q_STR("UploadId")),
                             call->arena, out, &call->err);

    if (rc == Q_NOTFOUND)
        return s3__no_upload(call);
    if (!rc)
        rc = s3__attributes_decode(call, out->attributes, &attributes);
    if (!rc)
        *algorithm = s3__algorithm(q_value_str(attributes, Q_STR("ChecksumAlgorithm"), Q_STR("")));
    return rc;
}

q_code s3__part_number(q_call *call)
{
    int64_t number = q_value_int(call->in, Q_STR("PartNumber"), 0);

    if (number >= 1 && number <= Q_PARTS_MAX)
        return Q_OK;
    call->error_members = q_value_map(call->arena);
    q_map_str(call->error_members, Q_STR("ArgumentName"), Q_STR("partNumber"));
    q_map_int(call->error_members, Q_STR("ArgumentValue"), number);
    return q_call_fail(call, "InvalidArgument",
                       "Part number must be an integer between 1 and %d, inclusive", Q_PARTS_MAX);
}

typedef struct part_state {
    q_writer *writer;
    s3_checksum checksum;
    const struct s3_algorithm *algorithm; /* of the upload; NULL for none */
} part_state;

static void part_state_clear(void *arg)
{
    part_state *s = arg;

    q_writer_free(s->writer);
    s3__checksum_clear(&s->checksum);
}

static q_code part_too_large(q_call *call, uint64_t size)
{
    call->error_members = q_value_map(call->arena);
    q_map_int(call->error_members, Q_STR("ProposedSize"), (int64_t)size);
    q_map_int(call->error_members, Q_STR("MaxSizeAllowed"), (int64_t)part_max);
    return q_call_fail(call, "EntityTooLarge",
                       "Your proposed upload exceeds the maximum allowed size");
}

static q_code part_begin(q_call *call, part_state *s, const q_upload *upload)
{
    uint32_t number = (uint32_t)q_value_int(call->in, Q_STR("PartNumber"), 0);
    q_code rc = s3__checksum_start(call, s->algorithm, &s->checksum);

    if (!rc && s->algorithm && s->checksum.algorithm != s->algorithm)
        rc = q_call_fail(call, "InvalidRequest",
                         "Checksum Type mismatch occurred, expected checksum Type: %.*s, actual "
                         "checksum Type: %.*s",
                         Q_ARG(s3__algorithm_name(s->algorithm)),
                         Q_ARG(s3__algorithm_name(s->checksum.algorithm)));
    if (!rc)
        rc = q_objects_room(s3__app(call)->objects, call->body_expected, &call->err);
    if (!rc)
        rc = q_upload_writer(s3__app(call)->objects, upload, number, call->body_expected,
                             &s->writer, &call->err);
    return rc == Q_NOTFOUND ? s3__no_upload(call) : rc;
}

q_code s3__upload_part_open(q_call *call)
{
    part_state *s = q_arena_alloc(call->arena, sizeof *s);
    q_upload upload;
    q_code rc = s3__begin(call);

    if (!s || q_arena_defer(call->arena, part_state_clear, s))
        return q_err_nomem(&call->err);
    if (!rc)
        rc = s3__part_number(call);
    if (!rc && call->body_expected > (int64_t)part_max)
        rc = part_too_large(call, (uint64_t)call->body_expected);
    if (!rc)
        rc = s3__upload_find(call, &upload, &s->algorithm);
    if (!rc)
        rc = part_begin(call, s, &upload);
    if (!rc)
        call->state = s;
    return rc;
}

q_code s3__upload_part_write(q_call *call, q_str bytes)
{
    part_state *s = call->state;

    if (bytes.n > part_max - q_writer_size(s->writer))
        return part_too_large(call, q_writer_size(s->writer) + bytes.n);
    s3__checksum_update(&s->checksum, bytes);
    return q_writer_put(s->writer, bytes, &call->err);
}

q_code s3__upload_part(q_call *call)
{
    part_state *s;
    q_str checksum;
    q_part part;
    q_code rc = call->state ? Q_OK : s3__upload_part_open(call);

    if (rc)
        return rc;
    s = call->state;
    rc = s3__checksum_finish(call, &s->checksum, &checksum);
    if (rc)
        return rc;
    rc = q_upload_part_put(s3__app(call)->objects, s->writer, s->algorithm ? checksum : Q_STR(""),
                           call->now_ms, &part, &call->err);
    if (rc == Q_NOTFOUND)
        return s3__no_upload(call);
    if (rc)
        return rc;
    q_map_str(call->out, Q_STR("ETag"), s3__quoted(call->arena, part.etag));
    if (checksum.n)
        q_map_str(call->out, s3__algorithm_member(s->checksum.algorithm), checksum);
    return Q_OK;
}

q_code s3__abort_multipart_upload(q_call *call)
{
    q_code rc = s3__begin(call);

    if (!rc)
        rc = q_upload_abort(s3__app(call)->objects, s3__text(call, Q_STR("Bucket")),
                            s3__text(call, Q_STR("Key")), s3__text(call, Q_STR("UploadId")),
                            &call->err);
    return rc == Q_NOTFOUND ? s3__no_upload(call) : rc;
}
