/* What is under way: ListParts and ListMultipartUploads. */
#include "service/s3.h"

static void show_checksum(q_value *out, const q_value *attributes)
{
    q_str algorithm = q_value_str(attributes, Q_STR("ChecksumAlgorithm"), Q_STR(""));

    if (!algorithm.n)
        return;
    q_map_str(out, Q_STR("ChecksumAlgorithm"), algorithm);
    q_map_str(out, Q_STR("ChecksumType"),
              q_value_str(attributes, Q_STR("ChecksumType"), Q_STR("")));
}

static void show_people(q_call *call, q_value *out)
{
    s3__owner(call, q_map_map(out, Q_STR("Owner")));
    s3__owner(call, q_map_map(out, Q_STR("Initiator")));
    q_map_str(out, Q_STR("StorageClass"), Q_STR("STANDARD"));
}

static void show_part(q_call *call, q_value *list, const q_part *p,
                      const struct s3_algorithm *algorithm)
{
    q_value *item = q_list_map(list);

    q_map_int(item, Q_STR("PartNumber"), p->number);
    q_map_time(item, Q_STR("LastModified"), (double)p->modified_ms / 1000);
    q_map_str(item, Q_STR("ETag"), s3__quoted(call->arena, p->etag));
    q_map_int(item, Q_STR("Size"), (int64_t)p->size);
    if (algorithm && p->checksum.n)
        q_map_str(item, s3__algorithm_member(algorithm), p->checksum);
}

q_code s3__list_parts(q_call *call)
{
    int64_t marker = q_value_int(call->in, Q_STR("PartNumberMarker"), 0);
    const struct s3_algorithm *algorithm = NULL;
    q_value *list, *attributes;
    q_upload upload;
    q_part *parts;
    size_t limit, n;
    q_code rc = s3__begin(call);

    if (!rc)
        rc = s3__page_size(call, Q_STR("MaxParts"), &limit);
    if (!rc)
        rc = s3__upload_find(call, &upload, &algorithm);
    if (!rc)
        rc = s3__attributes_decode(call, upload.attributes, &attributes);
    if (!rc)
        rc = q_upload_parts(s3__app(call)->objects, upload.id,
                            marker < 0 ? 0 : (uint32_t)(marker & 0xffff), limit + 1, call->arena,
                            &parts, &n, &call->err);
    if (rc)
        return rc;
    q_map_str(call->out, Q_STR("Bucket"), upload.bucket);
    q_map_str(call->out, Q_STR("Key"), upload.key);
    q_map_str(call->out, Q_STR("UploadId"), upload.id);
    q_map_int(call->out, Q_STR("PartNumberMarker"), marker);
    q_map_int(call->out, Q_STR("MaxParts"), (int64_t)limit);
    q_map_bool(call->out, Q_STR("IsTruncated"), limit && n > limit);
    list = q_map_list(call->out, Q_STR("Parts"));
    for (size_t i = 0; i < n && i < limit; i++)
        show_part(call, list, &parts[i], algorithm);
    if (n && limit)
        q_map_int(call->out, Q_STR("NextPartNumberMarker"),
                  parts[n < limit ? n - 1 : limit - 1].number);
    show_people(call, call->out);
    show_checksum(call->out, attributes);
    return Q_OK;
}

typedef struct uploads_page {
    q_str bucket, prefix, delimiter;
    q_str key, id; /* the last item's, and where to go on */
    size_t limit, count;
    bool truncated;
    q_value *uploads, *folded;
} uploads_page;

static q_code show_upload(q_call *call, uploads_page *p, const q_upload *u)
{
    q_value *item = q_list_map(p->uploads), *attributes;
    q_code rc = s3__attributes_decode(call, u->attributes, &attributes);

    if (rc)
        return rc;
    q_map_str(item, Q_STR("UploadId"), u->id);
    q_map_str(item, Q_STR("Key"), s3__encoded(call, u->key));
    q_map_time(item, Q_STR("Initiated"), (double)u->started_ms / 1000);
    show_people(call, item);
    show_checksum(item, attributes);
    return Q_OK;
}

/* The common prefix of a key, or nothing. */
static q_str fold(const uploads_page *p, q_str key)
{
    size_t at =
        p->delimiter.n ? q_str_find(q_str_sub(key, p->prefix.n, key.n), p->delimiter) : SIZE_MAX;

    return at == SIZE_MAX ? Q_STR("") : q_str_sub(key, 0, p->prefix.n + at + p->delimiter.n);
}

/* One upload into the page, or its common prefix, or neither when the page
 * before has told that.
 */
static q_code take(q_call *call, uploads_page *p, const q_upload *u)
{
    q_str folded = fold(p, u->key);
    q_code rc = Q_OK;

    if (folded.n && q_str_starts(p->key, folded)) {
        p->key = u->key;
        p->id = u->id;
        return Q_OK;
    }
    if (p->count == p->limit) {
        p->truncated = true;
        return Q_OK;
    }
    if (folded.n)
        q_map_str(q_list_map(p->folded), Q_STR("Prefix"), s3__encoded(call, folded));
    else
        rc = show_upload(call, p, u);
    p->count++;
    p->key = u->key;
    p->id = u->id;
    return rc;
}

static q_code fill(q_call *call, uploads_page *p)
{
    q_code rc = Q_OK;
    size_t n = p->limit + 1;

    while (!rc && !p->truncated && n == p->limit + 1 && p->limit) {
        q_upload *list;

        rc = q_upload_list(s3__app(call)->objects, p->bucket, p->prefix, p->key, p->id,
                           p->limit + 1, call->arena, &list, &n, &call->err);
        for (size_t i = 0; i < n && !rc && !p->truncated; i++)
            rc = take(call, p, &list[i]);
    }
    return rc;
}

q_code s3__list_multipart_uploads(q_call *call)
{
    q_str key_marker = s3__text(call, Q_STR("KeyMarker"));
    q_str id_marker = s3__text(call, Q_STR("UploadIdMarker"));
    uploads_page p = {.bucket = s3__text(call, Q_STR("Bucket")),
                      .prefix = s3__text(call, Q_STR("Prefix")),
                      .delimiter = s3__text(call, Q_STR("Delimiter")),
                      .key = key_marker,
                      /* Without an id, the uploads of the marker's key are behind us. */
                      .id = key_marker.n && !id_marker.n ? Q_STR("~") : id_marker,
                      .uploads = q_map_list(call->out, Q_STR("Uploads")),
                      .folded = q_map_list(call->out, Q_STR("CommonPrefixes"))};
    q_code rc = s3__begin(call);

    if (!rc)
        rc = s3__page_size(call, Q_STR("MaxUploads"), &p.limit);
    if (!rc)
        rc = s3__need_bucket(call);
    if (!rc)
        rc = fill(call, &p);
    if (rc)
        return rc;
    q_map_str(call->out, Q_STR("Bucket"), p.bucket);
    q_map_str(call->out, Q_STR("KeyMarker"), s3__encoded(call, key_marker));
    q_map_str(call->out, Q_STR("UploadIdMarker"), id_marker);
    if (p.prefix.n)
        q_map_str(call->out, Q_STR("Prefix"), s3__encoded(call, p.prefix));
    if (p.delimiter.n)
        q_map_str(call->out, Q_STR("Delimiter"), s3__encoded(call, p.delimiter));
    if (s3__has(call, Q_STR("EncodingType")))
        q_map_str(call->out, Q_STR("EncodingType"), Q_STR("url"));
    q_map_int(call->out, Q_STR("MaxUploads"), (int64_t)p.limit);
    q_map_bool(call->out, Q_STR("IsTruncated"), p.truncated);
    if (p.truncated) {
        q_map_str(call->out, Q_STR("NextKeyMarker"), s3__encoded(call, p.key));
        q_map_str(call->out, Q_STR("NextUploadIdMarker"), p.id);
    }
    return Q_OK;
}
