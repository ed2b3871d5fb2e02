#include "base/encode.h"
#include "service/s3.h"

enum { PAGE_MAX = 1000 };

q_code s3__page_size(q_call *call, q_str name, size_t *out)
{
    int64_t n = q_value_int(call->in, name, PAGE_MAX);

    if (n < 0) {
        call->error_members = q_value_map(call->arena);
        q_map_str(call->error_members, Q_STR("ArgumentName"), name);
        return q_call_fail(call, "InvalidArgument",
                           "Argument %.*s must be an integer between 0 and 2147483647",
                           Q_ARG(name));
    }
    *out = n < PAGE_MAX ? (size_t)n : PAGE_MAX;
    return Q_OK;
}

q_str s3__encoded(q_call *call, q_str text)
{
    q_buf b = q_buf_init(call->arena, 3 * text.n + 1);

    if (!q_str_is(s3__text(call, Q_STR("EncodingType")), "url"))
        return text;
    q_buf_percent(&b, text, true);
    return q_buf_str(&b);
}

static void show_object(q_call *call, q_value *list, const q_object *o, bool owner)
{
    q_value *item = q_list_map(list);

    q_map_str(item, Q_STR("Key"), s3__encoded(call, o->key));
    q_map_time(item, Q_STR("LastModified"), (double)o->modified_ms / 1000);
    q_map_str(item, Q_STR("ETag"), s3__quoted(call->arena, o->etag));
    q_map_int(item, Q_STR("Size"), (int64_t)o->size);
    q_map_str(item, Q_STR("StorageClass"), Q_STR("STANDARD"));
    if (owner)
        s3__owner(call, q_map_map(item, Q_STR("Owner")));
}

/* What both versions of the operation say. */
static void show(q_call *call, const q_listing_query *query, const q_listing *page, bool owner)
{
    q_value *contents = q_map_list(call->out, Q_STR("Contents"));
    q_value *folded = q_map_list(call->out, Q_STR("CommonPrefixes"));

    q_map_str(call->out, Q_STR("Name"), query->bucket);
    q_map_str(call->out, Q_STR("Prefix"), s3__encoded(call, query->prefix));
    if (query->delimiter.n)
        q_map_str(call->out, Q_STR("Delimiter"), s3__encoded(call, query->delimiter));
    q_map_int(call->out, Q_STR("MaxKeys"), (int64_t)query->limit);
    if (s3__has(call, Q_STR("EncodingType")))
        q_map_str(call->out, Q_STR("EncodingType"), Q_STR("url"));
    q_map_bool(call->out, Q_STR("IsTruncated"), page->truncated);
    for (size_t i = 0; i < page->count; i++) {
        const q_listed *item = &page->items[i];

        if (item->folded)
            q_map_str(q_list_map(folded), Q_STR("Prefix"), s3__encoded(call, item->object.key));
        else
            show_object(call, contents, &item->object, owner);
    }
}

/* The page behind `after`, and a bucket that is there. */
static q_code read_page(q_call *call, q_str after, q_listing_query *query, q_listing *page)
{
    q_code rc = s3__begin(call);

    *query = (q_listing_query){.bucket = s3__text(call, Q_STR("Bucket")),
                               .prefix = s3__text(call, Q_STR("Prefix")),
                               .delimiter = s3__text(call, Q_STR("Delimiter")),
                               .after = after};
    if (!rc)
        rc = s3__page_size(call, Q_STR("MaxKeys"), &query->limit);
    if (!rc)
        rc = s3__need_bucket(call);
    if (!rc)
        rc = q_listing_read(s3__app(call)->objects, query, call->arena, page, &call->err);
    return rc;
}

static q_str last_key(const q_listing *page)
{
    return page->items[page->count - 1].object.key;
}

q_code s3__list_objects(q_call *call)
{
    q_str marker = s3__text(call, Q_STR("Marker"));
    q_listing_query query;
    q_listing page;
    q_code rc = read_page(call, marker, &query, &page);

    if (rc)
        return rc;
    show(call, &query, &page, true);
    q_map_str(call->out, Q_STR("Marker"), s3__encoded(call, marker));
    if (page.truncated && query.delimiter.n) /* without one, the last key is the marker */
        q_map_str(call->out, Q_STR("NextMarker"), s3__encoded(call, last_key(&page)));
    return Q_OK;
}

/* A continuation token is the last item's key in base64. */
static q_code token_read(q_call *call, q_str token, q_str *after)
{
    if (q_base64_decode(call->arena, token, after, &call->err) || !after->n) {
        call->error_members = q_value_map(call->arena);
        q_map_str(call->error_members, Q_STR("ArgumentName"), Q_STR("continuation-token"));
        return q_call_fail(call, "InvalidArgument", "The continuation token provided is incorrect");
    }
    return Q_OK;
}

static q_str token_of(q_call *call, q_str key)
{
    q_buf b = q_buf_init(call->arena, 2 * key.n + 8);

    q_buf_base64(&b, key);
    return q_buf_str(&b);
}

q_code s3__list_objects_v2(q_call *call)
{
    bool owner = q_value_bool(call->in, Q_STR("FetchOwner"), false);
    q_str start = s3__text(call, Q_STR("StartAfter")), after = start;
    q_str token = s3__text(call, Q_STR("ContinuationToken"));
    q_listing_query query;
    q_listing page;
    q_code rc = Q_OK;

    if (s3__has(call, Q_STR("ContinuationToken")))
        rc = token_read(call, token, &after);
    if (!rc)
        rc = read_page(call, after, &query, &page);
    if (rc)
        return rc;
    show(call, &query, &page, owner);
    q_map_int(call->out, Q_STR("KeyCount"), (int64_t)page.count);
    if (start.n)
        q_map_str(call->out, Q_STR("StartAfter"), s3__encoded(call, start));
    if (token.n)
        q_map_str(call->out, Q_STR("ContinuationToken"), token);
    if (page.truncated)
        q_map_str(call->out, Q_STR("NextContinuationToken"), token_of(call, last_key(&page)));
    return Q_OK;
}
