/* ListModels, ListEndpointConfigs, ListEndpoints: all documents of a kind, cut
 * down to what was asked for, in its order, a page at a time.
 */
#include "service/sagemaker.h"

#include "base/encode.h"
#include "base/json.h"

#include <stdlib.h>

enum { PAGE = 500, USUAL_RESULTS = 10, MAX_RESULTS = 100 };

typedef struct item {
    q_str name, status;
    int64_t created_ms, modified_ms;
} item;

typedef struct items {
    item *v;
    size_t n, cap;
} items;

/* Is `ms` within what PREFIXAfter and PREFIXBefore allow? */
static bool in_time(const q_value *in, q_str after, q_str before, int64_t ms)
{
    const q_value *a = q_value_get(in, after), *b = q_value_get(in, before);
    double s = (double)ms / 1000;

    return (!a || a->kind != Q_VALUE_TIME || s > a->d) &&
           (!b || b->kind != Q_VALUE_TIME || s < b->d);
}

static bool wanted(const q_value *in, const item *i)
{
    q_str part = q_value_str(in, Q_STR("NameContains"), Q_STR(""));
    q_str status = q_value_str(in, Q_STR("StatusEquals"), Q_STR(""));

    return (!part.n || q_str_find(i->name, part) != SIZE_MAX) &&
           (!status.n || q_str_eq(i->status, status)) &&
           in_time(in, Q_STR("CreationTimeAfter"), Q_STR("CreationTimeBefore"), i->created_ms) &&
           in_time(in, Q_STR("LastModifiedTimeAfter"), Q_STR("LastModifiedTimeBefore"),
                   i->modified_ms);
}

static q_code take(q_call *call, const q_record *r, items *out)
{
    q_value *doc;
    item i;
    q_code rc = q_json_parse(call->arena, r->value, &doc, &call->err);

    if (rc)
        return rc;
    i = (item){r->key, q_value_str(doc, Q_STR("Status"), Q_STR("")),
               q_value_int(doc, Q_STR("CreatedMs"), 0), q_value_int(doc, Q_STR("ModifiedMs"), 0)};
    if (!wanted(call->in, &i))
        return Q_OK;
    rc = q_arena_grow(call->arena, &out->v, &out->cap, out->n + 1, sizeof *out->v);
    if (!rc)
        out->v[out->n++] = i;
    return rc ? q_err_nomem(&call->err) : Q_OK;
}

static q_code take_all(q_call *call, const sagemaker_kind *kind, items *out)
{
    q_app *app = call->app;
    q_str after = Q_STR("");
    size_t count = PAGE;
    q_code rc = Q_OK;

    while (!rc && count == PAGE) {
        q_record *r;

        rc = q_record_list(app->catalog, q_str_of(kind->space), after, PAGE, call->now_ms,
                           call->arena, &r, &count, &call->err);
        for (size_t i = 0; i < count && !rc; i++)
            rc = take(call, &r[i], out);
        if (!rc && count)
            after = r[count - 1].key;
    }
    return rc;
}

/* ---- order ------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return q_str_cmp(((const item *)a)->name, ((const item *)b)->name);
}

static int by_time(const void *a, const void *b)
{
    const item *x = a, *y = b;

    if (x->created_ms != y->created_ms)
        return x->created_ms < y->created_ms ? -1 : 1;
    return by_name(a, b);
}

static int by_status(const void *a, const void *b)
{
    int order = q_str_cmp(((const item *)a)->status, ((const item *)b)->status);

    return order ? order : by_name(a, b);
}

/* As asked; without that, the latest first. */
static void put_in_order(const q_value *in, items *all)
{
    q_str by = q_value_str(in, Q_STR("SortBy"), Q_STR("CreationTime"));

    if (!all->n)
        return;
    qsort(all->v, all->n, sizeof *all->v,
          q_str_is(by, "Name")     ? by_name
          : q_str_is(by, "Status") ? by_status
                                   : by_time);
    if (q_str_is(q_value_str(in, Q_STR("SortOrder"), Q_STR("Descending")), "Ascending"))
        return;
    for (size_t i = 0; i < all->n / 2; i++) {
        item other = all->v[i];

        all->v[i] = all->v[all->n - 1 - i];
        all->v[all->n - 1 - i] = other;
    }
}

/* ---- pages ------------------------------------------------------------- */

/* A token is the place to go on from. */
static q_code token_read(q_call *call, q_str token, size_t *from)
{
    q_str text = {NULL, 0};
    uint64_t n = 0;
    q_code rc = q_base64_decode(call->arena, token, &text, &call->err);

    if (rc == Q_NOMEM)
        return rc;
    if (rc || !q_str_u64(text, &n))
        return q_call_fail(call, "ValidationException", "NextToken is not one of this listing");
    *from = (size_t)n;
    return Q_OK;
}

static q_code token_write(q_call *call, size_t from)
{
    q_buf b = q_buf_init(call->arena, 64);
    q_str token;
    q_code rc;

    q_buf_base64(&b, q_str_printf(call->arena, "%zu", from));
    rc = q_buf_finish(&b, &token, &call->err);
    if (!rc)
        q_map_str(call->out, Q_STR("NextToken"), token);
    return rc;
}

q_code sagemaker__list(q_call *call, const sagemaker_listing *l)
{
    q_str token = q_value_str(call->in, Q_STR("NextToken"), Q_STR(""));
    int64_t max = q_value_int(call->in, Q_STR("MaxResults"), USUAL_RESULTS);
    size_t from = 0, most = max > MAX_RESULTS ? MAX_RESULTS : (size_t)max, i;
    items all = {0};
    q_value *list = q_map_list(call->out, q_str_of(l->list));
    q_code rc;

    if (token.n && (rc = token_read(call, token, &from)) != Q_OK)
        return rc;
    rc = take_all(call, l->kind, &all);
    if (rc)
        return rc;
    put_in_order(call->in, &all);
    for (i = from; i < all.n && i - from < most; i++) {
        q_value *map = q_list_map(list);

        q_map_str(map, q_str_of(l->name), all.v[i].name);
        q_map_str(map, q_str_of(l->arn), sagemaker__arn(call, l->kind, all.v[i].name));
        q_map_time(map, Q_STR("CreationTime"), (double)all.v[i].created_ms / 1000);
        if (l->endpoints) {
            q_map_time(map, Q_STR("LastModifiedTime"), (double)all.v[i].modified_ms / 1000);
            q_map_str(map, Q_STR("EndpointStatus"), all.v[i].status);
        }
    }
    if (i < all.n)
        rc = token_write(call, i);
    return rc ? rc : q_value_ok(call->out, &call->err);
}
