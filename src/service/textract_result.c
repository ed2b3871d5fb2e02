/* Get...: some items of a job's result. Only the parts that hold them are unpacked. */
#include "service/textract_job.h"

#include "base/encode.h"
#include "base/json.h"

/* A token is the number of the item to go on with, sealed with the job's id
 * so that one job's token is none of another's.
 */
static q_str token_make(q_arena *a, q_str job, size_t from)
{
    q_buf b = q_buf_init(a, 1024);
    q_str text = q_str_printf(a, "%.*s/%zu", Q_ARG(job), from), token;

    q_buf_base64(&b, text);
    return text.p && q_buf_finish(&b, &token, NULL) == Q_OK ? token : (q_str){NULL, 0};
}

static bool token_read(q_arena *a, q_str token, q_str job, size_t *from)
{
    q_str text, id, number;
    uint64_t n;

    if (q_base64_decode(a, token, &text, NULL) || !q_str_cut(text, '/', &id, &number) ||
        !q_str_eq(id, job) || !q_str_u64(number, &n))
        return false;
    *from = (size_t)n;
    return true;
}

q_str textract__status(const q_value *result)
{
    return q_value_get(result, Q_STR("Warnings")) ? Q_STR("PARTIAL_SUCCESS") : Q_STR("SUCCEEDED");
}

/* Hand the wanted items of a part over to the list. */
static void move_items(q_value *from, size_t skip, size_t count, q_value *list)
{
    q_value *v = from->first, *next;

    for (; v && skip; skip--)
        v = v->next;
    for (; v && count; count--, v = next) {
        next = v->next;
        v->next = NULL;
        if (list->last)
            list->last->next = v;
        else
            list->first = v;
        list->last = v;
        list->count++;
    }
}

static q_code put_items(q_catalog *c, q_str job, size_t from, size_t count, q_value *list,
                        q_err *err)
{
    q_job_part *parts;
    size_t n;
    q_code rc = q_job_parts_get(c, job, from, count, list->arena, &parts, &n, err);

    for (size_t i = 0; i < n && !rc; i++) {
        size_t first = (size_t)parts[i].first, skip = from > first ? from - first : 0;
        q_value *items = NULL;

        rc = q_json_parse(list->arena, parts[i].bytes, &items, err);
        if (!rc && items->kind != Q_VALUE_LIST)
            rc = q_err_set(err, Q_INVALID, "a part of a job's result is no list");
        if (!rc)
            move_items(items, skip, from + count - (first + skip), list);
    }
    return rc;
}

/* What a result says beside its items, into a reply. */
static void put_about(const q_value *result, q_value *out)
{
    const q_value *warnings = q_value_get(result, Q_STR("Warnings"));
    q_str message = q_value_str(result, Q_STR("StatusMessage"), Q_STR(""));
    q_value *list;

    if (message.n)
        q_map_str(out, Q_STR("StatusMessage"), message);
    if (!warnings)
        return;
    list = q_map_list(out, Q_STR("Warnings"));
    for (const q_value *w = q_value_first(warnings); w; w = w->next) {
        q_value *warning = q_list_map(list), *pages;
        int64_t number;

        q_map_str(warning, Q_STR("ErrorCode"), q_value_str(w, Q_STR("ErrorCode"), Q_STR("")));
        pages = q_map_list(warning, Q_STR("Pages"));
        for (const q_value *p = q_value_first(q_value_get(w, Q_STR("Pages"))); p; p = p->next)
            if (q_value_as_int(p, &number))
                q_list_int(pages, number);
    }
}

q_code textract__result(q_catalog *c, const textract_kind *kind, q_str job, const q_value *result,
                        size_t from, size_t count, q_value *out, q_err *err)
{
    size_t all = (size_t)q_value_int(result, Q_STR("Items"), 0);
    q_value *list;
    q_code rc;

    q_map_int(q_map_map(out, Q_STR("DocumentMetadata")), Q_STR("Pages"),
              q_value_int(result, Q_STR("Pages"), 0));
    list = q_map_list(out, q_str_of(kind->items));
    rc = q_value_ok(out, err);
    if (!rc && count)
        rc = put_items(c, job, from, count, list, err);
    if (rc)
        return rc;
    if (from < all && all - from > count)
        q_map_str(out, Q_STR("NextToken"), token_make(out->arena, job, from + count));
    put_about(result, out);
    q_map_str(out, q_str_of(kind->version), Q_STR("1.0"));
    return q_value_ok(out, err);
}

/* ---- the operations ---------------------------------------------------------------- */

static q_code put_result(q_call *call, const textract_kind *kind, const q_job *job)
{
    q_app *app = call->app;
    int64_t max = q_value_int(call->in, Q_STR("MaxResults"), (int64_t)kind->most);
    size_t count = max > (int64_t)kind->most ? kind->most : (size_t)max, from = 0;
    q_str token = q_value_str(call->in, Q_STR("NextToken"), Q_STR(""));
    q_value *result = NULL;
    q_code rc = q_json_parse(call->arena, job->result, &result, &call->err);

    if (rc)
        return rc;
    if (token.n && (!token_read(call->arena, token, job->id, &from) ||
                    (int64_t)from >= q_value_int(result, Q_STR("Items"), 0)))
        return q_call_fail(call, "InvalidParameterException",
                           "NextToken is not one that this job gave");
    q_map_str(call->out, Q_STR("JobStatus"), textract__status(result));
    return textract__result(app->catalog, kind, job->id, result, from, count, call->out,
                            &call->err);
}

static q_code get(q_call *call, const textract_kind *kind)
{
    q_app *app = call->app;
    q_str id = q_value_str(call->in, Q_STR("JobId"), Q_STR(""));
    q_job job;
    q_code rc = q_job_get(app->jobs, kind->job, id, call->arena, &job, &call->err);
    const char *error;

    if (rc == Q_NOTFOUND)
        return q_call_fail(call, "InvalidJobIdException", "there is no %s job %.*s", kind->noun,
                           Q_ARG(id));
    if (rc)
        return rc;
    switch (job.state) {
    case Q_JOB_SUCCEEDED:
        return put_result(call, kind, &job);
    case Q_JOB_FAILED:
        error = textract__error_name(job.error_code);
        q_map_str(call->out, Q_STR("JobStatus"), Q_STR("FAILED"));
        q_map_str(call->out, Q_STR("StatusMessage"),
                  q_str_printf(call->arena, "%s: %.*s", error ? error : "InternalServerError",
                               Q_ARG(job.error)));
        break;
    default:
        q_map_str(call->out, Q_STR("JobStatus"), Q_STR("IN_PROGRESS"));
        break;
    }
    return q_value_ok(call->out, &call->err);
}

q_code textract__get_detection(q_call *call)
{
    return get(call, &textract__kinds[0]);
}

q_code textract__get_analysis(q_call *call)
{
    return get(call, &textract__kinds[1]);
}

q_code textract__get_expense(q_call *call)
{
    return get(call, &textract__kinds[2]);
}
