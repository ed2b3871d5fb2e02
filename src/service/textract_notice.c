/* NotificationChannel: when a job ends its topic is told, in the words of Amazon Textract's
 * "results notification".
 */
#include "service/textract_job.h"

#include "base/json.h"

enum { MESSAGE_BYTES = 16384, MEMORY = 1 << 20 };

static q_code message(const q_job *job, const textract_kind *kind, const q_value *request,
                      q_arena *a, q_str *out, q_err *err)
{
    const q_value *object = q_value_at(request, "DocumentLocation", "S3Object", NULL);
    q_buf b = q_buf_init(a, MESSAGE_BYTES);
    q_value *m = q_value_map(a), *location;
    q_str tag = q_value_str(request, Q_STR("JobTag"), Q_STR(""));
    q_code rc;

    q_map_str(m, Q_STR("JobId"), job->id);
    /* There is no word in it for a result with warnings, which Get... shows. */
    q_map_str(m, Q_STR("Status"),
              job->state == Q_JOB_SUCCEEDED ? Q_STR("SUCCEEDED") : Q_STR("FAILED"));
    q_map_str(m, Q_STR("API"), q_str_of(kind->operation));
    if (tag.n)
        q_map_str(m, Q_STR("JobTag"), tag);
    q_map_int(m, Q_STR("Timestamp"), job->ended_ms);
    location = q_map_map(m, Q_STR("DocumentLocation"));
    q_map_str(location, Q_STR("S3ObjectName"), q_value_str(object, Q_STR("Name"), Q_STR("")));
    q_map_str(location, Q_STR("S3Bucket"), q_value_str(object, Q_STR("Bucket"), Q_STR("")));
    rc = q_value_ok(m, err);
    if (rc)
        return rc;
    q_json_write(&b, m);
    return q_buf_finish(&b, out, err);
}

static q_code notify(q_app *app, const q_job *job, q_arena *a, q_err *err)
{
    q_event e = {.name = Q_STR("Notification"), .time_ms = job->ended_ms};
    q_value *request = NULL;
    q_code rc = q_json_parse(a, job->request, &request, err);

    if (rc)
        return rc;
    e.topic = q_value_str(q_value_get(request, Q_STR("NotificationChannel")), Q_STR("SNSTopicArn"),
                          Q_STR(""));
    if (e.topic.n == 0)
        return Q_OK;
    rc = message(job, textract__kind_of(job->kind), request, a, &e.message, err);
    return rc ? rc : q_events_emit(app->events, &e, err);
}

q_code textract__notify(void *ctx, const q_job *job, q_err *err)
{
    q_arena *a = q_arena_new(MEMORY);
    q_code rc = a ? notify(ctx, job, a, err) : q_err_nomem(err);

    q_arena_free(a);
    return rc;
}
