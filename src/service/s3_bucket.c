#include "service/s3.h"

enum { NAME_MIN = 3, NAME_MAX = 63, BUCKETS_MAX = 10000 };

static bool is_edge(char c)
{
    return q_is_digit(c) || (c >= 'a' && c <= 'z');
}

/* Four numbers with points between: names that look like addresses. */
static bool is_address(q_str name)
{
    int fields = 0;

    for (bool more = true; more; fields++) {
        q_str field;
        uint64_t n;

        more = q_str_cut(name, '.', &field, &name);
        if (!q_str_u64(field, &n))
            return false;
    }
    return fields == 4;
}

/* Source: the public bucket naming rules for general-purpose buckets. */
static bool name_ok(q_str name)
{
    static const char *const prefixes[] = {"xn--", "sthree-", "amzn-s3-demo-"};
    static const char *const suffixes[] = {"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"};

    if (name.n < NAME_MIN || name.n > NAME_MAX || !is_edge(name.p[0]) ||
        !is_edge(name.p[name.n - 1]) || q_str_find(name, Q_STR("..")) != SIZE_MAX)
        return false;
    for (size_t i = 0; i < name.n; i++)
        if (!is_edge(name.p[i]) && name.p[i] != '-' && name.p[i] != '.')
            return false;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (q_str_starts(name, q_str_of(prefixes[i])))
            return false;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (q_str_ends(name, q_str_of(suffixes[i])))
            return false;
    return !is_address(name);
}

/* A bucket of that name is there, and ours. us-east-1 takes it as done. */
static q_code owned_already(q_call *call, q_str name, q_str region)
{
    q_bucket b;
    q_code rc = q_bucket_get(s3__app(call)->objects, name, call->arena, &b, &call->err);

    if (rc)
        return rc;
    if (q_str_is(b.region, "us-east-1") && q_str_is(region, "us-east-1"))
        return Q_OK;
    call->error_members = q_value_map(call->arena);
    q_map_str(call->error_members, Q_STR("BucketName"), name);
    return q_call_fail(call, "BucketAlreadyOwnedByYou",
                       "Your previous request to create the named bucket succeeded and you already "
                       "own it.");
}

q_code s3__create_bucket(q_call *call)
{
    q_str name = s3__text(call, Q_STR("Bucket")), location;
    q_str region = q_value_str(q_value_get(call->in, Q_STR("CreateBucketConfiguration")),
                               Q_STR("LocationConstraint"), Q_STR(""));
    q_code rc = s3__begin(call);

    if (rc)
        return rc;
    if (!name_ok(name)) {
        call->error_members = q_value_map(call->arena);
        q_map_str(call->error_members, Q_STR("BucketName"), name);
        return q_call_fail(call, "InvalidBucketName", "The specified bucket is not valid.");
    }
    if (!region.n)
        region = Q_STR("us-east-1");
    rc = q_bucket_create(s3__app(call)->objects,
                         &(q_bucket){.name = name, .region = region, .created_ms = call->now_ms},
                         &call->err);
    if (rc == Q_EXISTS)
        rc = owned_already(call, name, region);
    if (rc)
        return rc;
    location = q_str_printf(call->arena, "/%.*s", Q_ARG(name));
    q_map_str(call->out, Q_STR("Location"), location);
    return location.p ? Q_OK : q_err_nomem(&call->err);
}

q_code s3__head_bucket(q_call *call)
{
    q_str name = s3__text(call, Q_STR("Bucket"));
    q_bucket b;
    q_code rc = s3__begin(call);

    if (!rc)
        rc = q_bucket_get(s3__app(call)->objects, name, call->arena, &b, &call->err);
    if (rc == Q_NOTFOUND)
        return s3__need_bucket(call);
    if (!rc)
        q_map_str(call->out, Q_STR("BucketRegion"), b.region);
    return rc;
}

/* us-east-1 is told by saying nothing. */
q_code s3__get_bucket_location(q_call *call)
{
    q_str name = s3__text(call, Q_STR("Bucket"));
    q_bucket b;
    q_code rc = s3__begin(call);

    if (!rc)
        rc = q_bucket_get(s3__app(call)->objects, name, call->arena, &b, &call->err);
    if (rc == Q_NOTFOUND)
        return s3__need_bucket(call);
    if (!rc && !q_str_is(b.region, "us-east-1"))
        q_map_str(call->out, Q_STR("LocationConstraint"), b.region);
    return rc;
}

q_code s3__delete_bucket(q_call *call)
{
    q_str name = s3__text(call, Q_STR("Bucket"));
    q_code rc = s3__begin(call);

    if (!rc)
        rc = q_bucket_delete(s3__app(call)->objects, name, &call->err);
    if (rc == Q_NOTFOUND)
        return s3__need_bucket(call);
    if (rc == Q_BUSY) {
        call->error_members = q_value_map(call->arena);
        q_map_str(call->error_members, Q_STR("BucketName"), name);
        return q_call_fail(call, "BucketNotEmpty", "The bucket you tried to delete is not empty");
    }
    return rc;
}

q_code s3__list_buckets(q_call *call)
{
    q_str prefix = s3__text(call, Q_STR("Prefix"));
    q_str region = s3__text(call, Q_STR("BucketRegion"));
    q_str after = s3__text(call, Q_STR("ContinuationToken"));
    size_t limit = (size_t)q_value_int(call->in, Q_STR("MaxBuckets"), BUCKETS_MAX), n, shown = 0;
    q_value *list = q_map_list(call->out, Q_STR("Buckets"));
    q_bucket *buckets;
    q_code rc = s3__begin(call);

    if (!rc)
        rc = q_bucket_list(s3__app(call)->objects, after, BUCKETS_MAX + 1, call->arena, &buckets,
                           &n, &call->err);
    if (rc)
        return rc;
    s3__owner(call, q_map_map(call->out, Q_STR("Owner")));
    if (prefix.n)
        q_map_str(call->out, Q_STR("Prefix"), prefix);
    for (size_t i = 0; i < n; i++) {
        q_value *item;

        if (!q_str_starts(buckets[i].name, prefix) ||
            (region.n && !q_str_eq(region, buckets[i].region)))
            continue;
        if (shown == limit) { /* the token is the last name shown */
            q_map_str(call->out, Q_STR("ContinuationToken"), after);
            break;
        }
        item = q_list_map(list);
        q_map_str(item, Q_STR("Name"), buckets[i].name);
        q_map_time(item, Q_STR("CreationDate"), (double)buckets[i].created_ms / 1000);
        q_map_str(item, Q_STR("BucketRegion"), buckets[i].region);
        after = buckets[i].name;
        shown++;
    }
    return Q_OK;
}
