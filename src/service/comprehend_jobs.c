/* Describe..., List..., Stop... of the asynchronous jobs. */
#include "service/comprehend.h"

static void put_properties(const q_call *call, const q_record *r, const q_value *doc, q_value *map)
{
    static const char *const kept[] = {"JobName",
                                       "Message",
                                       "InputDataConfig",
                                       "OutputDataConfig",
                                       "LanguageCode",
                                       "DataAccessRoleArn",
                                       "EntityRecognizerArn",
                                       "DocumentClassifierArn",
                                       "Mode",
                                       "RedactionConfig",
                                       NULL};

    (void)call;
    q_map_str(map, Q_STR("JobId"), r->key);
    q_map_str(map, Q_STR("JobArn"), q_value_str(doc, Q_STR("Arn"), Q_STR("")));
    q_map_str(map, Q_STR("JobStatus"), q_value_str(doc, Q_STR("Status"), Q_STR("")));
    comprehend__copy_these(map, doc, kept);
    comprehend__time(map, "SubmitTime", doc, "SubmitMs");
    comprehend__time(map, "EndTime", doc, "EndMs");
}

static void put_item(const q_call *call, const q_record *r, const q_value *doc, q_value *list)
{
    put_properties(call, r, doc, q_list_map(list));
}

static q_code not_found(q_call *call, q_str id)
{
    return q_call_fail(call, "JobNotFoundException", "there is no %s %.*s",
                       comprehend__kind_for(call)->noun, Q_ARG(id));
}

q_code comprehend__describe_job(q_call *call)
{
    const q_app *app = call->app;
    const comprehend_kind *kind = comprehend__kind_for(call);
    q_record r = {.key = q_value_str(call->in, Q_STR("JobId"), Q_STR(""))};
    q_value *doc = NULL;
    q_str member = q_str_printf(call->arena, "%sJobProperties", kind->name);
    q_code rc =
        comprehend__load(app->catalog, kind->space, r.key, call->arena, &doc, NULL, &call->err);

    if (rc == Q_NOTFOUND)
        return not_found(call, r.key);
    if (rc)
        return rc;
    if (!member.p)
        return q_err_nomem(&call->err);
    put_properties(call, &r, doc, q_map_map(call->out, member));
    return q_value_ok(call->out, &call->err);
}

q_code comprehend__list_jobs(q_call *call)
{
    const comprehend_kind *kind = comprehend__kind_for(call);
    q_str list = q_str_printf(call->arena, "%sJobPropertiesList", kind->name);

    if (!list.p)
        return q_err_nomem(&call->err);
    return comprehend__list(call, &(comprehend_listing){.space = kind->space,
                                                        .list = list.p,
                                                        .put = put_item,
                                                        .name = "JobName",
                                                        .status = "JobStatus",
                                                        .time = "SubmitTime"});
}

/* ---- stopping ------------------------------------------------------------------- */

typedef struct stop {
    q_arena *arena;
    q_str status; /* that it has now */
} stop;

static q_code ask_to_stop(void *ctx, const q_value *doc, q_value *to, q_err *err)
{
    static const char *const but[] = {"Status", NULL};
    stop *s = ctx;
    q_str status = q_value_str(doc, Q_STR("Status"), Q_STR(""));

    s->status = q_str_copy(s->arena, status);
    if (!q_str_is(status, "SUBMITTED") && !q_str_is(status, "IN_PROGRESS"))
        return q_err_set(err, Q_CANCELLED, "it is %.*s", Q_ARG(status));
    s->status = Q_STR("STOP_REQUESTED");
    q_map_str(to, Q_STR("Status"), s->status);
    comprehend__copy_but(to, doc, but);
    return Q_OK;
}

q_code comprehend__stop_job(q_call *call)
{
    const q_app *app = call->app;
    const comprehend_kind *kind = comprehend__kind_for(call);
    q_str id = q_value_str(call->in, Q_STR("JobId"), Q_STR(""));
    stop s = {.arena = call->arena};
    q_code rc = comprehend__change(app->catalog, kind->space, id, ask_to_stop, &s, &call->err);

    if (rc == Q_NOTFOUND)
        return not_found(call, id);
    if (rc)
        return rc;
    if (!s.status.p)
        return q_err_nomem(&call->err);
    if (q_str_is(s.status, "COMPLETED") || q_str_is(s.status, "FAILED"))
        return q_call_fail(call, "InvalidRequestException", "job %.*s is %.*s: it has ended",
                           Q_ARG(id), Q_ARG(s.status));
    q_map_str(call->out, Q_STR("JobId"), id);
    q_map_str(call->out, Q_STR("JobStatus"), s.status);
    return q_value_ok(call->out, &call->err);
}
