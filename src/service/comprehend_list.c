/* List...: the records of a kind that a filter lets through, a page at a time. */
#include "service/comprehend.h"

#include "base/encode.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE = 200, USUAL_RESULTS = 100 };

typedef struct found {
    q_record record;
    q_value *doc;
} found;

typedef struct query {
    const comprehend_listing *listing;
    q_str name, status;
    const q_value *before, *after; /* times, or NULL */
    size_t most;
    q_str from; /* behind this key */
    found *v;
    size_t n, cap;
} query;

static q_code filter_read(q_call *call, query *q)
{
    const comprehend_listing *l = q->listing;
    const q_value *filter = q_value_get(call->in, Q_STR("Filter"));

    q->name = q_value_str(filter, q_str_of(l->name), Q_STR(""));
    q->status = q_value_str(filter, q_str_of(l->status), Q_STR(""));
    q->before = q_value_get(filter, q_str_printf(call->arena, "%sBefore", l->time));
    q->after = q_value_get(filter, q_str_printf(call->arena, "%sAfter", l->time));
    if (q_value_count(filter) > 1)
        return q_call_fail(call, "InvalidFilterException",
                           "Filter has %zu members; one at a time is taken", q_value_count(filter));
    return Q_OK;
}

static bool passes(const query *q, const q_value *doc)
{
    double s = (double)q_value_int(doc, Q_STR("SubmitMs"), 0) / 1000;

    return (!q->name.n ||
            q_str_eq(q_value_str(doc, q_str_of(q->listing->name), Q_STR("")), q->name)) &&
           (!q->status.n || q_str_eq(q_value_str(doc, Q_STR("Status"), Q_STR("")), q->status)) &&
           (!q->before || s < q->before->d) && (!q->after || s > q->after->d);
}

static q_code take(q_call *call, query *q, const q_record *r)
{
    q_value *doc = NULL;
    q_code rc = q_json_parse(call->arena, r->value, &doc, &call->err);

    if (rc || !passes(q, doc))
        return rc;
    if (q_arena_grow(call->arena, &q->v, &q->cap, q->n + 1, sizeof *q->v))
        return q_err_nomem(&call->err);
    q->v[q->n++] = (found){*r, doc};
    return Q_OK;
}

/* One more than a page, or all where their order is turned round. */
static q_code take_all(q_call *call, query *q)
{
    const q_app *app = call->app;
    q_str after = q->before ? Q_STR("") : q->from;
    size_t count = PAGE;
    q_code rc = Q_OK;

    while (!rc && count == PAGE && (q->before || q->n <= q->most)) {
        q_record *r;

        rc = q_record_list(app->catalog, q_str_of(q->listing->space), after, PAGE, call->now_ms,
                           call->arena, &r, &count, &call->err);
        for (size_t i = 0; i < count && !rc; i++)
            rc = take(call, q, &r[i]);
        if (!rc && count)
            after = r[count - 1].key;
    }
    return rc;
}

static void turn_round(query *q)
{
    size_t skip = 0;

    for (size_t i = 0; i < q->n / 2; i++) {
        found other = q->v[i];

        q->v[i] = q->v[q->n - 1 - i];
        q->v[q->n - 1 - i] = other;
    }
    while (q->from.n && skip < q->n && q_str_cmp(q->v[skip].record.key, q->from) >= 0)
        skip++;
    q->v += skip;
    q->n -= skip;
}

static q_code token_write(q_call *call, q_str key)
{
    q_buf b = q_buf_init(call->arena, 4096);
    q_str token;
    q_code rc;

    q_buf_base64(&b, key);
    rc = q_buf_finish(&b, &token, &call->err);
    if (!rc)
        q_map_str(call->out, Q_STR("NextToken"), token);
    return rc;
}

q_code comprehend__list(q_call *call, const comprehend_listing *l)
{
    q_str token = q_value_str(call->in, Q_STR("NextToken"), Q_STR(""));
    query q = {.listing = l,
               .from = Q_STR(""),
               .most = (size_t)q_value_int(call->in, Q_STR("MaxResults"), USUAL_RESULTS)};
    q_value *list = q_map_list(call->out, q_str_of(l->list));
    q_code rc = token.n ? q_base64_decode(call->arena, token, &q.from, &call->err) : Q_OK;

    if (rc && rc != Q_NOMEM)
        return q_call_fail(call, "InvalidRequestException", "NextToken is not one of this listing");
    if (!rc)
        rc = filter_read(call, &q);
    if (!rc)
        rc = take_all(call, &q);
    if (rc)
        return rc;
    if (q.before)
        turn_round(&q);
    for (size_t i = 0; i < q.n && i < q.most; i++)
        l->put(call, &q.v[i].record, q.v[i].doc, list);
    if (q.n > q.most)
        rc = token_write(call, q.v[q.most - 1].record.key);
    return rc ? rc : q_value_ok(call->out, &call->err);
}
