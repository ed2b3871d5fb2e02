#include "service/uploads.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/json.h"

enum { REQUEST_LIMIT = 64 << 10, ARENA_LIMIT = 4 << 20 };

#define JOB "function-event"

/* A key as S3 puts it into events: percent-encoded, blanks as +. */
static q_str key_encode(q_arena *a, q_str key)
{
    q_buf b = q_buf_init(a, REQUEST_LIMIT);
    q_str word, out;

    for (bool more = true; more;) {
        more = q_str_cut(key, ' ', &word, &key);
        q_buf_percent(&b, word, true);
        if (more)
            q_buf_char(&b, '+');
    }
    return q_buf_finish(&b, &out, NULL) ? (q_str){NULL, 0} : out;
}

/* The notification's one record.
 * Source: Amazon S3 user guide, "Event message structure".
 */
static q_value *notification(q_arena *a, const q_event *e, q_str function)
{
    char when[25], id[37] = "", sequencer[17];
    q_value *root = q_value_map(a), *record, *part, *bucket, *object;

    q_time_iso8601(e->time_ms, when);
    if (!q_uuid(id))
        id[0] = 0;
    record = q_list_map(q_map_list(root, Q_STR("Records")));
    q_map_str(record, Q_STR("eventVersion"), Q_STR("2.1"));
    q_map_str(record, Q_STR("eventSource"), Q_STR("aws:s3"));
    q_map_str(record, Q_STR("awsRegion"), Q_STR("us-east-1"));
    q_map_str(record, Q_STR("eventTime"), q_str_copy(a, q_str_of(when)));
    q_map_str(record, Q_STR("eventName"), e->name);
    part = q_map_map(record, Q_STR("responseElements"));
    q_map_str(part, Q_STR("x-amz-request-id"), q_str_copy(a, q_str_of(id)));
    part = q_map_map(record, Q_STR("s3"));
    q_map_str(part, Q_STR("s3SchemaVersion"), Q_STR("1.0"));
    q_map_str(part, Q_STR("configurationId"), function);
    bucket = q_map_map(part, Q_STR("bucket"));
    q_map_str(bucket, Q_STR("name"), e->bucket);
    q_map_str(bucket, Q_STR("arn"), q_str_printf(a, "arn:aws:s3:::%.*s", Q_ARG(e->bucket)));
    object = q_map_map(part, Q_STR("object"));
    q_map_str(object, Q_STR("key"), key_encode(a, e->key));
    q_map_int(object, Q_STR("size"), (int64_t)e->size);
    q_map_str(object, Q_STR("eTag"), e->etag);
    if (e->version.n)
        q_map_str(object, Q_STR("versionId"), e->version);
    /* Later events of one key compare greater. */
    q_hex((unsigned char[]){(unsigned char)(e->time_ms >> 56), (unsigned char)(e->time_ms >> 48),
                            (unsigned char)(e->time_ms >> 40), (unsigned char)(e->time_ms >> 32),
                            (unsigned char)(e->time_ms >> 24), (unsigned char)(e->time_ms >> 16),
                            (unsigned char)(e->time_ms >> 8), (unsigned char)e->time_ms},
          8, sequencer);
    q_map_str(object, Q_STR("sequencer"), q_str_copy(a, q_str_of(sequencer)));
    return root;
}

/* The job's request: {"function": NAME, "event": {"Records": [...]}}, written
 * by parts so that the event is kept as one text.
 */
q_code q_function_event_submit(q_app *app, q_str function, const q_value *event, q_arena *a,
                               q_err *err)
{
    q_buf b = q_buf_init(a, REQUEST_LIMIT);
    char id[65];
    q_str request;
    q_code rc = q_value_ok(event, err);

    if (rc)
        return rc;
    q_buf_puts(&b, "{\"function\":");
    q_buf_json(&b, function);
    q_buf_puts(&b, ",\"event\":");
    q_json_write(&b, event);
    q_buf_puts(&b, "}");
    rc = q_buf_finish(&b, &request, err);
    if (!rc)
        rc = q_job_submit(app->jobs, JOB, request, Q_STR(""), id, err);
    return rc;
}

static q_code on_created(void *ctx, const q_event *e, q_err *err)
{
    q_app *app = ctx;
    q_arena *a = q_arena_new(ARENA_LIMIT);
    q_function_spec *specs = NULL;
    size_t n = 0;
    q_code rc = a ? q_function_list(app->catalog, a, &specs, &n, err) : q_err_nomem(err);

    for (size_t i = 0; i < n && !rc; i++)
        if (specs[i].bucket.n && q_str_eq(specs[i].bucket, e->bucket) &&
            q_str_starts(e->key, specs[i].prefix))
            rc = q_function_event_submit(app, specs[i].name, notification(a, e, specs[i].name), a,
                                         err);
    q_arena_free(a);
    return rc;
}

/* One job: call the function. A process that died is given a second chance,
 * since what killed it need not have been this event.
 */
static q_code run(void *ctx, q_str id, q_str request, q_arena *a, q_str *result, q_err *err)
{
    q_app *app = ctx;
    q_buf b = q_buf_init(a, REQUEST_LIMIT);
    q_value *map = NULL;
    q_str function, event;
    q_code rc = q_json_parse(a, request, &map, err);

    (void)id;
    if (rc)
        return rc;
    function = q_value_str(map, Q_STR("function"), Q_STR(""));
    q_json_write(&b, q_value_get(map, Q_STR("event")));
    rc = q_buf_finish(&b, &event, err);
    if (rc)
        return rc;
    rc = q_function_invoke(app->functions, function, event, a, result, err);
    if (rc == Q_CRASHED)
        rc = q_function_invoke(app->functions, function, event, a, result, err);
    return rc;
}

q_code q_uploads_start(q_app *app, q_err *err)
{
    q_code rc = q_jobs_register(app->jobs, JOB, run, app, err);

    if (!rc)
        rc = q_events_listen(app->events, "ObjectCreated:", on_created, app, err);
    return rc;
}
