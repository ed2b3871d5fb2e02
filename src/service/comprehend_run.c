/* A job: every document in, a line of JSON out. It may be stopped between two documents, by the
 * caller for good or by the server's end until its next start.
 */
#include "service/comprehend_model.h"

#include "base/clock.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    KEY = 1025,
    SCRATCH = 512 << 20, /* of one document */
    LINE = 256 << 20,
    LOOK_MS = 500 /* how often a job looks whether it shall stop */
};

typedef struct work {
    q_app *app;
    const comprehend_kind *kind;
    q_str key; /* of the record */
    const q_value *doc;
    const comprehend_feature *feature;
    comprehend_ask ask;
    comprehend_model *model; /* one's own, or NULL */
    comprehend_output *out;
    char file[KEY]; /* that it is of, where each has its own */
    int64_t looked_ms;
    bool stopped;
} work;

/* ---- how far it is -------------------------------------------------------------- */

static q_code begin_change(void *ctx, const q_value *doc, q_value *to, q_err *err)
{
    static const char *const but[] = {"Status", NULL};

    (void)ctx;
    if (!q_str_is(q_value_str(doc, Q_STR("Status"), Q_STR("")), "SUBMITTED"))
        return q_err_set(err, Q_CANCELLED, "it was begun before");
    q_map_str(to, Q_STR("Status"), Q_STR("IN_PROGRESS"));
    comprehend__copy_but(to, doc, but);
    return Q_OK;
}

static q_code look(work *w, q_err *err)
{
    q_arena *a;
    q_value *doc = NULL;
    q_code rc;

    if (q_now_ms() - w->looked_ms < LOOK_MS)
        return Q_OK;
    w->looked_ms = q_now_ms();
    if (q_jobs_stopping(w->app->jobs))
        return q_err_set(err, Q_CANCELLED, "the server stops");
    a = q_arena_new((size_t)8 * COMPREHEND_DOC);
    rc = a ? comprehend__load(w->app->catalog, w->kind->space, w->key, a, &doc, NULL, err)
           : q_err_nomem(err);
    w->stopped = !rc && q_str_is(q_value_str(doc, Q_STR("Status"), Q_STR("")), "STOP_REQUESTED");
    q_arena_free(a);
    return rc;
}

/* ---- one document ---------------------------------------------------------------- */

static void put_trouble(const work *w, const comprehend_document *d, q_value *map)
{
    static const char *const codes[] = {[COMPREHEND_EMPTY] = "INVALID_DOCUMENT",
                                        [COMPREHEND_TOO_LONG] = "DOCUMENT_SIZE_EXCEEDED",
                                        [COMPREHEND_NO_UTF8] = "UNSUPPORTED_ENCODING"};
    q_str message;

    if (d->trouble == COMPREHEND_TOO_LONG)
        message = q_str_printf(map->arena, "Document size exceeds maximum size limit %zu bytes.",
                               w->feature->document_max);
    else if (d->trouble == COMPREHEND_NO_UTF8)
        message = Q_STR("Document is not in UTF-8 format and all subsequent lines are ignored.");
    else
        message = Q_STR("Document is empty.");
    q_map_str(map, Q_STR("ErrorCode"), q_str_of(codes[d->trouble]));
    q_map_str(map, Q_STR("ErrorMessage"), message);
}

static q_code document_line(const work *w, const comprehend_document *d, q_arena *a, q_str *out,
                            q_err *err)
{
    q_buf b = q_buf_init(a, LINE);
    q_value *map = q_value_map(a);
    q_code rc = Q_OK;

    if (!map)
        return q_err_nomem(err);
    q_map_str(map, Q_STR("File"), d->file);
    if (d->line >= 0 && w->kind->line_text)
        q_map_str(map, Q_STR("Line"), q_str_printf(a, "%lld", (long long)d->line));
    else if (d->line >= 0)
        q_map_int(map, Q_STR("Line"), d->line);
    if (d->trouble)
        put_trouble(w, d, map);
    else
        rc = w->feature->find(&w->ask, d->text, map, err);
    if (!rc)
        rc = q_value_ok(map, err);
    if (rc)
        return rc;
    q_json_write(&b, map);
    q_buf_char(&b, '\n');
    return q_buf_finish(&b, out, err);
}

/* Personal data are taken out of the text, and what cannot be read is not shown. */
static q_code redacted_line(const work *w, const comprehend_document *d, q_arena *a, q_str *out,
                            q_err *err)
{
    q_buf b = q_buf_init(a, LINE);
    q_str text = Q_STR("");
    q_code rc = Q_OK;

    if (d->trouble && d->trouble != COMPREHEND_EMPTY)
        return document_line(w, d, a, out, err);
    if (!d->trouble)
        rc = comprehend__redact(&w->ask, q_value_get(w->doc, Q_STR("RedactionConfig")), d->text, a,
                                &text, err);
    if (rc)
        return rc;
    q_buf_put(&b, text);
    if (d->line >= 0)
        q_buf_char(&b, '\n');
    return q_buf_finish(&b, out, err);
}

static q_code write_output(work *w, q_err *err)
{
    q_str url = q_value_str(q_value_get(w->doc, Q_STR("OutputDataConfig")), Q_STR("S3Uri"),
                            Q_STR("")),
          bucket = {NULL, 0}, key = {NULL, 0};
    char name[2 * KEY];

    if (!comprehend__url(url, &bucket, &key))
        return q_err_set(err, Q_INVALID, "%.*s is no s3://BUCKET/KEY", Q_ARG(url));
    if (w->kind->output)
        return comprehend__output_archive(w->out, w->kind->output, bucket, key, err);
    snprintf(name, sizeof name, "%.*s%s.out", Q_ARG(key), w->file);
    return comprehend__output_plain(w->out, bucket, q_str_of(name), err);
}

/* Where each file has its output: the last one is done with. */
static q_code turn_to(work *w, q_str file, q_err *err)
{
    q_code rc = Q_OK;

    if (w->kind->output || (w->out && q_str_is(file, w->file)))
        return Q_OK;
    if (w->out)
        rc = write_output(w, err);
    comprehend__output_free(w->out);
    w->out = NULL;
    snprintf(w->file, sizeof w->file, "%.*s", Q_ARG(file));
    return rc ? rc : comprehend__output_new(w->app, &w->out, err);
}

static q_code do_document(work *w, const comprehend_document *d, q_err *err)
{
    q_arena *a = q_arena_new(SCRATCH);
    bool redact = q_str_is(q_value_str(w->doc, Q_STR("Mode"), Q_STR("")), "ONLY_REDACTION");
    q_str line;
    q_code rc = a ? turn_to(w, d->file, err) : q_err_nomem(err);

    if (!rc)
        rc = redact ? redacted_line(w, d, a, &line, err) : document_line(w, d, a, &line, err);
    if (!rc)
        rc = comprehend__output_put(w->out, line, err);
    else if (d->line >= 0)
        q_err_add(err, rc, "%.*s line %lld", Q_ARG(d->file), (long long)d->line);
    else
        q_err_add(err, rc, "%.*s", Q_ARG(d->file));
    q_arena_free(a);
    return rc;
}

/* ---- all of them ------------------------------------------------------------------ */

static q_code do_documents(work *w, q_err *err)
{
    const q_value *config = q_value_get(w->doc, Q_STR("InputDataConfig"));
    q_str url = q_value_str(config, Q_STR("S3Uri"), Q_STR(""));
    bool lines =
        !q_str_is(q_value_str(config, Q_STR("InputFormat"), Q_STR("")), "ONE_DOC_PER_FILE");
    comprehend_input *in = NULL;
    comprehend_document d;
    bool more = true;
    q_code rc = comprehend__input_open(w->app, url, lines, w->feature->document_max, &in, err);

    while (!rc && more) {
        rc = look(w, err);
        if (rc || w->stopped)
            break;
        rc = comprehend__input_next(in, &d, &more, err);
        if (!rc && more)
            rc = do_document(w, &d, err);
    }
    if (!rc && !w->stopped && !comprehend__input_files(in))
        rc = q_err_set(err, Q_NOTFOUND, "there is no object under %.*s; put documents there",
                       Q_ARG(url));
    comprehend__input_close(in);
    return rc;
}

/* The feature, and the model of one's own that the caller asks for. */
static q_code model_take(work *w, q_err *err)
{
    q_str arn =
              w->kind->model ? q_value_str(w->doc, q_str_of(w->kind->model), Q_STR("")) : Q_STR(""),
          noun = {NULL, 0}, key = {NULL, 0};

    w->feature = arn.n ? w->kind->custom : w->kind->feature;
    if (!arn.n && w->kind->feature != w->kind->custom)
        return Q_OK;
    if (!comprehend__arn_parts(arn, &noun, &key) || !comprehend__model_kind_of(noun))
        return q_err_set(err, Q_INVALID, "%.*s is no model", Q_ARG(arn));
    return comprehend__model_get(w->app, comprehend__model_kind_of(noun), key, &w->model, err);
}

static q_code request_read(q_app *app, q_str id, q_str text, q_arena *a, work *w, q_err *err)
{
    q_job job = {.id = id, .request = text};
    q_value *doc = NULL;
    q_str space;
    q_code rc;

    *w = (work){.app = app, .ask = {.app = app}};
    rc = comprehend__job_record(&job, a, &space, &w->key, err);
    if (rc)
        return rc;
    w->kind = comprehend__kind_of(space);
    if (!w->kind)
        return q_err_set(err, Q_INVALID, "jobs of this kind are not known");
    rc = comprehend__change(app->catalog, w->kind->space, w->key, begin_change, NULL, err);
    if (!rc)
        rc = comprehend__load(app->catalog, w->kind->space, w->key, a, &doc, NULL, err);
    w->doc = doc;
    return rc;
}

static q_code run(void *ctx, q_str id, q_str request, q_arena *a, q_str *result, q_err *err)
{
    q_app *app = ctx;
    work w;
    q_code rc = request_read(app, id, request, a, &w, err);

    if (rc)
        return rc;
    rc = model_take(&w, err);
    w.ask.model = w.model;
    if (!rc && w.kind->output)
        rc = comprehend__output_new(app, &w.out, err);
    if (!rc)
        rc = do_documents(&w, err);
    if (!rc && w.out)
        rc = write_output(&w, err);
    comprehend__output_free(w.out);
    comprehend__model_unref(app, w.model);
    *result = w.stopped ? Q_STR("STOPPED") : Q_STR("COMPLETED");
    return rc;
}

/* ---- how it ended ------------------------------------------------------------------- */

static q_code end_change(void *ctx, const q_value *doc, q_value *to, q_err *err)
{
    static const char *const but[] = {"Status", "Message", "EndMs", NULL};
    const q_job *job = ctx;

    (void)err;
    q_map_str(to, Q_STR("Status"), job->state == Q_JOB_SUCCEEDED ? job->result : Q_STR("FAILED"));
    if (job->state != Q_JOB_SUCCEEDED)
        q_map_str(to, Q_STR("Message"), job->error);
    q_map_int(to, Q_STR("EndMs"), job->ended_ms);
    comprehend__copy_but(to, doc, but);
    return Q_OK;
}

static q_code ended(void *ctx, const q_job *job, q_err *err)
{
    q_app *app = ctx;
    q_arena *a = q_arena_new(1 << 16);
    q_str space, key;
    q_code rc = a ? comprehend__job_record(job, a, &space, &key, err) : q_err_nomem(err);
    const comprehend_kind *kind = rc ? NULL : comprehend__kind_of(space);

    if (kind)
        rc = comprehend__change(app->catalog, kind->space, key, end_change, (void *)(uintptr_t)job,
                                err);
    q_arena_free(a);
    return rc;
}

q_code q_comprehend_register(q_app *app, q_err *err)
{
    q_code rc = q_jobs_register(app->jobs, COMPREHEND_JOB, run, app, err);

    if (!rc)
        q_jobs_on_end(app->jobs, COMPREHEND_JOB, ended);
    if (!rc)
        rc = comprehend__register_training(app, err);
    return rc ? rc : comprehend__register_endpoints(app, err);
}
