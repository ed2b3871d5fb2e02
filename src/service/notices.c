#include "service/notices.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "service/uploads.h"

enum { ARENA_LIMIT = 4 << 20 };

/* Source: AWS Lambda developer guide, "Using AWS Lambda with Amazon SNS". */
static q_value *sns_event(q_arena *a, const q_event *e, q_str function)
{
    char when[25], id[37] = "";
    q_value *root = q_value_map(a), *record, *sns;

    q_time_iso8601(e->time_ms, when);
    if (!q_uuid(id))
        id[0] = 0;
    record = q_list_map(q_map_list(root, Q_STR("Records")));
    q_map_str(record, Q_STR("EventVersion"), Q_STR("1.0"));
    q_map_str(record, Q_STR("EventSource"), Q_STR("aws:sns"));
    q_map_str(record, Q_STR("EventSubscriptionArn"),
              q_str_printf(a, "%.*s:%.*s", Q_ARG(e->topic), Q_ARG(function)));
    sns = q_map_map(record, Q_STR("Sns"));
    q_map_str(sns, Q_STR("Type"), Q_STR("Notification"));
    q_map_str(sns, Q_STR("MessageId"), q_str_copy(a, q_str_of(id)));
    q_map_str(sns, Q_STR("TopicArn"), e->topic);
    q_map_null(sns, Q_STR("Subject"));
    q_map_str(sns, Q_STR("Message"), e->message);
    q_map_str(sns, Q_STR("Timestamp"), q_str_copy(a, q_str_of(when)));
    q_map_map(sns, Q_STR("MessageAttributes"));
    return root;
}

/* `listened` is the ARN, or the name at its end. */
static bool is_topic(q_str listened, q_str arn)
{
    return listened.n && (q_str_eq(listened, arn) ||
                          (!q_str_has(listened, ':') && arn.n > listened.n &&
                           q_str_ends(arn, listened) && arn.p[arn.n - listened.n - 1] == ':'));
}

static q_code on_notification(void *ctx, const q_event *e, q_err *err)
{
    q_app *app = ctx;
    q_arena *a = q_arena_new(ARENA_LIMIT);
    q_function_spec *specs = NULL;
    size_t n = 0, told = 0;
    q_code rc = a ? q_function_list(app->catalog, a, &specs, &n, err) : q_err_nomem(err);

    for (size_t i = 0; i < n && !rc; i++) {
        q_value *event;

        if (!is_topic(specs[i].topic, e->topic))
            continue;
        event = sns_event(a, e, specs[i].name);
        rc = q_value_ok(event, err);
        if (!rc)
            rc = q_function_event_submit(app, specs[i].name, event, a, err);
        told++;
    }
    if (!rc && told == 0)
        q_log(Q_LOG_WARN, "notification", "topic=%.*s nobody listens", Q_ARG(e->topic));
    q_arena_free(a);
    return rc;
}

q_code q_notices_start(q_app *app, q_err *err)
{
    return q_events_listen(app->events, "Notification", on_notification, app, err);
}
