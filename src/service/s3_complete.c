/* CompleteMultipartUpload: check the client's list against the parts, join. */
#include "base/encode.h"
#include "service/s3.h"

static const uint64_t part_min = 5ull << 20, object_max = 5ull << 40;

static q_code invalid_part(q_call *call, const q_value *entry)
{
    call->error_members = q_value_map(call->arena);
    q_map_str(call->error_members, Q_STR("UploadId"), s3__text(call, Q_STR("UploadId")));
    q_map_int(call->error_members, Q_STR("PartNumber"), q_value_int(entry, Q_STR("PartNumber"), 0));
    q_map_str(call->error_members, Q_STR("ETag"), q_value_str(entry, Q_STR("ETag"), Q_STR("")));
    return q_call_fail(call, "InvalidPart",
                       "One or more of the specified parts could not be found.  The part may not "
                       "have been uploaded, or the specified entity tag may not match the part's "
                       "entity tag.");
}

static const q_part *part_find(const q_part *parts, size_t n, int64_t number)
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (parts[mid].number < number)
            low = mid + 1;
        else
            high = mid;
    }
    return low < n && parts[low].number == number ? &parts[low] : NULL;
}

static q_code order_check(q_call *call, const q_value *list)
{
    int64_t before = 0;

    for (const q_value *entry = q_value_first(list); entry; entry = entry->next) {
        int64_t number = q_value_int(entry, Q_STR("PartNumber"), 0);

        if (number <= before)
            return q_call_fail(call, "InvalidPartOrder",
                               "The list of parts was not in ascending order. The parts list must "
                               "be specified in order by part number.");
        before = number;
    }
    return Q_OK;
}

static bool entry_agrees(const q_value *entry, const q_part *part,
                         const struct s3_algorithm *algorithm)
{
    q_str etag = s3__unquoted(q_value_str(entry, Q_STR("ETag"), Q_STR("")));
    q_str sum = algorithm ? q_value_str(entry, s3__algorithm_member(algorithm), Q_STR("")) : etag;

    return part && q_str_eq(etag, part->etag) &&
           (!algorithm || !sum.n || q_str_eq(sum, part->checksum));
}

static q_code too_small(q_call *call, const q_part *part)
{
    call->error_members = q_value_map(call->arena);
    q_map_int(call->error_members, Q_STR("ProposedSize"), (int64_t)part->size);
    q_map_int(call->error_members, Q_STR("MinSizeAllowed"), (int64_t)part_min);
    q_map_int(call->error_members, Q_STR("PartNumber"), part->number);
    q_map_str(call->error_members, Q_STR("ETag"), part->etag);
    return q_call_fail(call, "EntityTooSmall",
                       "Your proposed upload is smaller than the minimum allowed size");
}

/* Every part but the last has its least size, the whole its greatest. */
static q_code size_check(q_call *call, const q_part *parts, size_t n)
{
    uint64_t size = 0;

    for (size_t i = 0; i < n; i++) {
        if (i + 1 < n && parts[i].size < part_min)
            return too_small(call, &parts[i]);
        size += parts[i].size;
    }
    if (size > object_max)
        return q_call_fail(call, "EntityTooLarge",
                           "Your proposed upload exceeds the maximum allowed size");
    if (s3__has(call, Q_STR("MpuObjectSize")) &&
        q_value_int(call->in, Q_STR("MpuObjectSize"), 0) != (int64_t)size)
        return q_call_fail(call, "InvalidRequest",
                           "The provided 'x-amz-mp-object-size' header does not match what was "
                           "computed: %llu",
                           (unsigned long long)size);
    return Q_OK;
}

/* The parts that the client lists, in its order. */
static q_code choose(q_call *call, const q_value *list, const q_part *parts, size_t n,
                     const struct s3_algorithm *algorithm, q_part **out, size_t *count)
{
    q_part *chosen = q_arena_array(call->arena, q_value_count(list), sizeof *chosen);
    q_code rc = chosen ? order_check(call, list) : q_err_nomem(&call->err);

    *out = chosen;
    *count = 0;
    if (rc)
        return rc;
    for (const q_value *entry = q_value_first(list); entry; entry = entry->next) {
        const q_part *part = part_find(parts, n, q_value_int(entry, Q_STR("PartNumber"), 0));

        if (!entry_agrees(entry, part, algorithm))
            return invalid_part(call, entry);
        chosen[(*count)++] = *part;
    }
    return size_check(call, chosen, *count);
}

/* The object's checksum from its parts' into both documents. */
static q_code checksum(q_call *call, q_value *attributes, const struct s3_algorithm *algorithm,
                       const q_part *parts, size_t n)
{
    q_str type = q_value_str(attributes, Q_STR("ChecksumType"), Q_STR("COMPOSITE")), sum, given;
    q_str asked = s3__text(call, Q_STR("ChecksumType"));
    q_code rc;

    if (!algorithm)
        return Q_OK;
    if (asked.n && !q_str_eq(asked, type))
        return q_call_fail(call, "InvalidRequest",
                           "The upload was created using the %.*s checksum type; the complete "
                           "request asks for %.*s",
                           Q_ARG(type), Q_ARG(asked));
    rc = s3__checksum_combine(call, algorithm, q_str_is(type, "FULL_OBJECT"), parts, n, &sum);
    if (rc)
        return rc;
    given = s3__text(call, s3__algorithm_member(algorithm));
    if (given.n && !q_str_eq(given, sum))
        return q_call_fail(call, "BadDigest",
                           "The %.*s you specified did not match the calculated checksum.",
                           Q_ARG(s3__algorithm_name(algorithm)));
    q_map_str(attributes, s3__algorithm_member(algorithm), sum);
    q_map_str(call->out, s3__algorithm_member(algorithm), sum);
    q_map_str(call->out, Q_STR("ChecksumType"), type);
    return Q_OK;
}

static q_code show(q_call *call, const q_object *o)
{
    q_buf b = q_buf_init(call->arena, 8192);
    q_str location;
    q_code rc;

    q_buf_printf(&b, "%s://%.*s/%.*s/", call->tls ? "https" : "http", Q_ARG(call->host),
                 Q_ARG(o->bucket));
    q_buf_percent(&b, o->key, true);
    rc = q_buf_finish(&b, &location, &call->err);
    if (rc)
        return rc;
    q_map_str(call->out, Q_STR("Location"), location);
    q_map_str(call->out, Q_STR("Bucket"), o->bucket);
    q_map_str(call->out, Q_STR("Key"), o->key);
    q_map_str(call->out, Q_STR("ETag"), s3__quoted(call->arena, o->etag));
    return Q_OK;
}

/* A client whose connection broke asks again: the object tells which upload
 * made it, and the answer is the one that was lost.
 */
static q_code completed_already(q_call *call, const q_object_put *put)
{
    q_value *attributes;
    q_object o;
    q_code rc =
        q_object_find(s3__app(call)->objects, put->bucket, put->key, call->arena, &o, &call->err);

    if (rc == Q_NOTFOUND)
        return s3__no_upload(call);
    if (!rc)
        rc = s3__attributes_decode(call, o.attributes, &attributes);
    if (rc)
        return rc;
    if (!q_str_eq(q_value_str(attributes, Q_STR("UploadId"), Q_STR("")),
                  s3__text(call, Q_STR("UploadId"))))
        return s3__no_upload(call);
    return show(call, &o);
}

static q_code complete(q_call *call, const q_upload *upload, const struct s3_algorithm *algorithm,
                       q_object_put *put)
{
    const q_value *list =
        q_value_get(q_value_get(call->in, Q_STR("MultipartUpload")), Q_STR("Parts"));
    q_objects *objects = s3__app(call)->objects;
    q_value *attributes;
    q_part *parts, *chosen = NULL;
    size_t n, count;
    q_object object;
    q_code rc;

    if (!q_value_count(list))
        return q_call_fail(call, "MalformedXML",
                           "The XML you provided was not well-formed or did not validate against "
                           "our published schema: it lists no part");
    rc = q_upload_parts(objects, upload->id, 0, Q_PARTS_MAX, call->arena, &parts, &n, &call->err);
    if (!rc)
        rc = choose(call, list, parts, n, algorithm, &chosen, &count);
    if (!rc)
        rc = s3__attributes_decode(call, upload->attributes, &attributes);
    if (!rc)
        rc = checksum(call, attributes, algorithm, chosen, count);
    if (rc)
        return rc;
    q_map_str(attributes, Q_STR("UploadId"), upload->id);
    rc = s3__attributes_encode(call, attributes, &put->attributes);
    if (!rc)
        rc = s3__announce(call, "ObjectCreated:CompleteMultipartUpload", put);
    if (!rc)
        rc = q_upload_complete(objects, upload, chosen, count, put, call->arena, &object,
                               &call->err);
    if (rc)
        return s3__write_failed(call, rc, put);
    return show(call, &object);
}

q_code s3__complete_multipart_upload(q_call *call)
{
    q_object_put put = {.bucket = s3__text(call, Q_STR("Bucket")),
                        .key = s3__text(call, Q_STR("Key")),
                        .now_ms = call->now_ms};
    const struct s3_algorithm *algorithm = NULL;
    q_upload upload;
    q_code rc = s3__begin(call);

    if (!rc)
        rc = s3__write_conditions(call, &put);
    if (rc)
        return rc;
    rc = q_upload_get(s3__app(call)->objects, put.bucket, put.key,
                      s3__text(call, Q_STR("UploadId")), call->arena, &upload, &call->err);
    if (rc == Q_NOTFOUND)
        return completed_already(call, &put);
    if (!rc)
        rc = s3__upload_find(call, &upload, &algorithm);
    return rc ? rc : complete(call, &upload, algorithm, &put);
}
