/* Text detection as a job: the request is the input as JSON, the result the
 * pages as bytes, so that every Get makes its blocks afresh and alike.
 */
#include "base/encode.h"
#include "base/file.h"
#include "base/json.h"
#include "document/page_codec.h"
#include "service/reader.h"
#include "service/textract.h"
#include "service/textract_block.h"
#include "store/object.h"

#include <inttypes.h>

#define KIND "textract.detect"

enum { MAX_RESULTS = 1000, REQUEST_BYTES = 16384, RESULT_BYTES = 256 << 20 };

/* ---- the job ------------------------------------------------------------- */

static q_code open_requested(q_app *app, q_str request, q_arena *a, int *fd, q_err *err)
{
    q_value *in;
    q_object found;
    q_str bucket, name;
    q_code rc = q_json_parse(a, request, &in, err);

    if (rc)
        return rc;
    bucket = q_value_str(in, Q_STR("Bucket"), Q_STR(""));
    name = q_value_str(in, Q_STR("Name"), Q_STR(""));
    rc = q_object_open(app->objects, bucket, name, a, &found, fd, err);
    if (!rc && *fd < 0)
        return q_err_set(err, Q_INVALID, "the file is empty");
    return rc;
}

static q_code detect_job(void *ctx, q_str id, q_str request, q_arena *a, q_str *result, q_err *err)
{
    q_app *app = ctx;
    q_buf b = q_buf_init(a, RESULT_BYTES);
    q_pages pages;
    int fd = -1;
    q_code rc = open_requested(app, request, a, &fd, err);

    (void)id;
    if (!rc)
        rc = q_read_document(app->workers, fd, &q_read_default_options, a, &pages, err);
    q_fd_close(fd);
    if (rc)
        return rc;
    q_pages_encode(&pages, &b);
    return q_buf_finish(&b, result, err);
}

q_code q_textract_register(q_app *app, q_err *err)
{
    return q_jobs_register(app->jobs, KIND, detect_job, app, err);
}

/* ---- StartDocumentTextDetection ------------------------------------------ */

static q_code refuse_what_is_missing(q_call *call)
{
    static const char *const members[] = {"NotificationChannel", "OutputConfig", "KMSKeyId"};

    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (q_value_get(call->in, q_str_of(members[i])))
            return q_call_fail(call, "InvalidParameterException",
                               "%s is not supported by this server; poll "
                               "GetDocumentTextDetection for the result",
                               members[i]);
    return Q_OK;
}

/* What the job will need, in a form that is equal for equal calls. */
static q_code request_write(q_call *call, q_str *out)
{
    const q_value *object = q_value_at(call->in, "DocumentLocation", "S3Object", NULL);
    q_buf b = q_buf_init(call->arena, REQUEST_BYTES);
    q_value *request = q_value_map(call->arena);
    q_code rc;

    q_map_str(request, Q_STR("Bucket"), q_value_str(object, Q_STR("Bucket"), Q_STR("")));
    q_map_str(request, Q_STR("Name"), q_value_str(object, Q_STR("Name"), Q_STR("")));
    q_map_str(request, Q_STR("JobTag"), q_value_str(call->in, Q_STR("JobTag"), Q_STR("")));
    rc = q_value_ok(request, &call->err);
    if (rc)
        return rc;
    q_json_write(&b, request);
    return q_buf_finish(&b, out, &call->err);
}

q_code textract__start_detection(q_call *call)
{
    q_app *app = call->app;
    q_str token = q_value_str(call->in, Q_STR("ClientRequestToken"), Q_STR("")), request;
    char id[65];
    int fd = -1;
    q_code rc = refuse_what_is_missing(call);

    if (rc)
        return rc;
    /* Whether it is there shows now; what it is, in the job. */
    rc = textract__open(call, q_value_get(call->in, Q_STR("DocumentLocation")), &fd);
    q_fd_close(fd);
    if (!rc)
        rc = request_write(call, &request);
    if (rc)
        return rc;
    rc = q_job_submit(app->jobs, KIND, request, token, id, &call->err);
    if (rc == Q_EXISTS)
        return q_call_fail(call, "IdempotentParameterMismatchException",
                           "ClientRequestToken %.*s was used with other parameters", Q_ARG(token));
    if (rc)
        return rc;
    q_map_str(call->out, Q_STR("JobId"), q_str_copy(call->arena, q_str_of(id)));
    return q_value_ok(call->out, &call->err);
}

/* ---- GetDocumentTextDetection -------------------------------------------- */

/* A token is the number of the block to go on with, sealed with the job's id
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

/* Keep `count` items of a list from number `from` on. */
static void keep_window(q_value *list, size_t from, size_t count)
{
    q_value *v = list->first;

    for (; v && from; from--)
        v = v->next;
    list->first = v;
    list->count = 0;
    for (; v && list->count < count; v = v->next) {
        list->last = v;
        list->count++;
    }
    if (list->last)
        list->last->next = NULL;
}

static q_code put_blocks(q_call *call, const q_job *job)
{
    int64_t max = q_value_int(call->in, Q_STR("MaxResults"), MAX_RESULTS);
    q_str token = q_value_str(call->in, Q_STR("NextToken"), Q_STR(""));
    size_t from = 0, count = max > MAX_RESULTS ? MAX_RESULTS : (size_t)max, all;
    textract_document d = {.numbered = true};
    q_value *list;
    q_pages pages;
    q_code rc = q_pages_decode(job->result, call->arena, &pages, &call->err);

    if (rc)
        return rc;
    d.pages = &pages;
    d.seed = textract__seed(&pages);
    list = q_map_list(call->out, Q_STR("Blocks"));
    textract__blocks(&d, list);
    rc = q_value_ok(call->out, &call->err);
    if (rc)
        return rc;
    all = q_value_count(list);
    if (token.n && (!token_read(call->arena, token, job->id, &from) || from >= all))
        return q_call_fail(call, "InvalidParameterException",
                           "NextToken is not one that this job gave");
    q_map_int(q_map_map(call->out, Q_STR("DocumentMetadata")), Q_STR("Pages"),
              (int64_t)pages.count);
    keep_window(list, from, count);
    if (all - from > count)
        q_map_str(call->out, Q_STR("NextToken"), token_make(call->arena, job->id, from + count));
    q_map_str(call->out, Q_STR("DetectDocumentTextModelVersion"), Q_STR("1.0"));
    return Q_OK;
}

q_code textract__get_detection(q_call *call)
{
    q_app *app = call->app;
    q_str id = q_value_str(call->in, Q_STR("JobId"), Q_STR(""));
    q_job job;
    q_code rc = q_job_get(app->jobs, KIND, id, call->arena, &job, &call->err);
    const char *error;

    if (rc == Q_NOTFOUND)
        return q_call_fail(call, "InvalidJobIdException", "there is no text detection job %.*s",
                           Q_ARG(id));
    if (rc)
        return rc;
    switch (job.state) {
    case Q_JOB_SUCCEEDED:
        q_map_str(call->out, Q_STR("JobStatus"), Q_STR("SUCCEEDED"));
        rc = put_blocks(call, &job);
        break;
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
    return rc ? rc : q_value_ok(call->out, &call->err);
}
