/* The job that trains a model: its data go to a learner, file by file; what comes back is kept
 * beside the record. A thread watches meanwhile whether the training shall stop.
 */
#include "service/comprehend_learn.h"
#include "service/comprehend_model.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum {
    LOOK_MS = 300,
    FILE_MS = 900 * 1000,     /* for one file */
    RUN_MS = 5 * 3600 * 1000, /* more than the processor time a learner has */
    REQUEST = 1 << 16
};

#define DATA_MOST ((uint64_t)1 << 30)

typedef struct training {
    q_app *app;
    const comprehend_model_kind *kind;
    q_str key;
    const q_value *doc;
    q_arena *arena; /* the job's */
    q_worker *learner;
    uint64_t bytes; /* of the data so far */

    pthread_t watcher;
    pthread_mutex_t mu;
    pthread_cond_t tick;
    bool done; /* under mu */
    _Atomic bool stopped, closing;
} training;

/* ---- stopping ------------------------------------------------------------------------ */

static void look(training *t)
{
    q_arena *a = q_arena_new((size_t)8 * COMPREHEND_DOC);
    q_value *doc = NULL;

    if (q_jobs_stopping(t->app->jobs))
        t->closing = true;
    if (a && comprehend__load(t->app->catalog, t->kind->space, t->key, a, &doc, NULL, NULL) == Q_OK)
        t->stopped = q_str_is(q_value_str(doc, Q_STR("Status"), Q_STR("")), "STOP_REQUESTED");
    q_arena_free(a);
}

/* Wait for `ms`, or until it is over. */
static void pause_for(training *t, int ms)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)ms * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&t->mu);
    while (!t->done && pthread_cond_timedwait(&t->tick, &t->mu, &until) == 0)
        ;
    pthread_mutex_unlock(&t->mu);
}

static bool over(training *t)
{
    bool done;

    pthread_mutex_lock(&t->mu);
    done = t->done;
    pthread_mutex_unlock(&t->mu);
    return done;
}

static void *watch(void *arg)
{
    training *t = arg;

    while (!over(t)) {
        look(t);
        if (t->stopped || t->closing) {
            q_worker_kill(t->learner);
            return NULL;
        }
        pause_for(t, LOOK_MS);
    }
    return NULL;
}

/* What a failure means when it was wanted. */
static q_code why(training *t, q_code rc, q_err *err)
{
    if (t->closing)
        return q_err_set(err, Q_CANCELLED, "the server stops");
    return rc && t->stopped ? Q_CANCELLED : rc;
}

/* ---- the data ------------------------------------------------------------------------- */

static q_code call(training *t, const char *task, const q_value *request, int fd, int timeout_ms,
                   q_str *reply, q_err *err)
{
    q_buf b = q_buf_init(t->arena, REQUEST);
    q_str text;
    q_code rc = q_value_ok(request, err);

    if (rc)
        return rc;
    q_json_write(&b, request);
    rc = q_buf_finish(&b, &text, err);
    return rc ? rc
              : q_worker_call(t->learner, task, text, &fd, fd >= 0, timeout_ms, t->arena, reply,
                              err);
}

typedef struct source {
    const char *role;
    bool test;
    q_str url;
    const q_value *attributes;
} source;

static q_code send_file(training *t, const source *s, const comprehend_object *o, q_err *err)
{
    q_value *request = q_value_map(t->arena);
    q_str ignored;

    t->bytes += o->size;
    if (t->bytes > DATA_MOST)
        return q_err_set(err, Q_LIMIT, "the training data have more than 1 GB");
    if (o->fd < 0)
        return Q_OK;
    q_map_str(request, Q_STR("Role"), q_str_of(s->role));
    q_map_bool(request, Q_STR("Test"), s->test);
    q_map_str(request, Q_STR("Name"), o->name);
    q_map_copy(request, Q_STR("Attributes"), s->attributes);
    return call(t, LEARN_FILE, request, o->fd, FILE_MS, &ignored, err);
}

/* All files under a prefix; nothing for an empty one. */
static q_code send(training *t, source s, q_err *err)
{
    comprehend_objects *objects = NULL;
    bool more = true;
    size_t files = 0;
    q_code rc;

    if (!s.url.n)
        return Q_OK;
    rc = comprehend__objects_open(t->app, s.url, &objects, err);
    while (!rc && more) {
        comprehend_object o = {.fd = -1};

        rc = comprehend__objects_next(objects, &o, &more, err);
        if (!rc && more) {
            files++;
            rc = send_file(t, &s, &o, err);
        }
        q_fd_close(o.fd);
    }
    comprehend__objects_close(objects);
    if (!rc && !files)
        rc = q_err_set(err, Q_INVALID, "there is no object under %.*s; put the data there",
                       Q_ARG(s.url));
    return rc;
}

static q_code send_manifests(training *t, const q_value *config, q_err *err)
{
    q_code rc = Q_OK;

    for (int test = 0; test < 2; test++)
        for (const q_value *m = q_value_first(q_value_get(config, Q_STR("AugmentedManifests")));
             m && !rc; m = m->next) {
            bool is_test = q_str_is(q_value_str(m, Q_STR("Split"), Q_STR("TRAIN")), "TEST");

            if (is_test == (test == 1))
                rc = send(t,
                          (source){"manifest", is_test, q_value_str(m, Q_STR("S3Uri"), Q_STR("")),
                                   q_value_get(m, Q_STR("AttributeNames"))},
                          err);
        }
    return rc;
}

static q_str url_of(const q_value *map, const char *member)
{
    return q_value_str(map, q_str_of(member), Q_STR(""));
}

static q_code send_data(training *t, q_err *err)
{
    const q_value *config = q_value_get(t->doc, Q_STR("InputDataConfig"));
    const q_value *documents = q_value_get(config, Q_STR("Documents"));
    const q_value *annotations = q_value_get(config, Q_STR("Annotations"));
    const q_value *list = q_value_get(config, Q_STR("EntityList"));
    const source rows[] = {{"rows", false, url_of(config, "S3Uri"), NULL},
                           {"rows", true, url_of(config, "TestS3Uri"), NULL}};
    const source texts[] = {{"documents", false, url_of(documents, "S3Uri"), NULL},
                            {"documents", true, url_of(documents, "TestS3Uri"), NULL},
                            {"annotations", false, url_of(annotations, "S3Uri"), NULL},
                            {"annotations", true, url_of(annotations, "TestS3Uri"), NULL},
                            {"list", false, url_of(list, "S3Uri"), NULL}};
    const source *v = t->kind->classifier ? rows : texts;
    size_t n = t->kind->classifier ? 2 : 5;
    q_code rc = Q_OK;

    if (q_value_get(config, Q_STR("AugmentedManifests")))
        return send_manifests(t, config, err);
    for (size_t i = 0; i < n && !rc; i++)
        rc = send(t, v[i], err);
    return rc;
}

static q_code begin(training *t, q_err *err)
{
    const q_value *config = q_value_get(t->doc, Q_STR("InputDataConfig"));
    q_value *request = q_value_map(t->arena), *types;
    q_str ignored, form = q_value_str(q_value_get(config, Q_STR("Documents")), Q_STR("InputFormat"),
                                      Q_STR(""));

    q_map_bool(request, Q_STR("Classifier"), t->kind->classifier);
    q_map_bool(request, Q_STR("MultiLabel"),
               q_str_is(q_value_str(t->doc, Q_STR("Mode"), Q_STR("")), "MULTI_LABEL"));
    q_map_str(request, Q_STR("Delimiter"),
              q_value_str(config, Q_STR("LabelDelimiter"), Q_STR("|")));
    q_map_bool(request, Q_STR("Lines"), !q_str_is(form, "ONE_DOC_PER_FILE"));
    types = q_map_list(request, Q_STR("Types"));
    for (const q_value *v = q_value_first(q_value_get(config, Q_STR("EntityTypes"))); v;
         v = v->next)
        q_list_str(types, q_value_str(v, Q_STR("Type"), Q_STR("")));
    return call(t, LEARN_NEW, request, -1, FILE_MS, &ignored, err);
}

/* ---- the outcome ------------------------------------------------------------------------ */

typedef struct outcome {
    training *t;
    q_str metadata, matrix, model;
    q_str output; /* URL of output.tar.gz, or empty */
    const q_value *about;
    q_value *metadata_value;
} outcome;

static q_code outcome_read(training *t, q_str reply, outcome *out, q_err *err)
{
    learn_reply head;

    *out = (outcome){.t = t};
    if (reply.n < sizeof head)
        return q_err_set(err, Q_INTERNAL, "the learner answered nonsense");
    memcpy(&head, reply.p, sizeof head);
    reply = q_str_sub(reply, sizeof head, SIZE_MAX);
    if (head.metadata > reply.n || head.matrix > reply.n - head.metadata ||
        head.model != reply.n - head.metadata - head.matrix)
        return q_err_set(err, Q_INTERNAL, "the learner answered nonsense");
    out->metadata = q_str_sub(reply, 0, head.metadata);
    out->matrix = q_str_sub(reply, head.metadata, head.matrix);
    out->model = q_str_sub(reply, head.metadata + head.matrix, head.model);
    return q_json_parse(t->arena, out->metadata, &out->metadata_value, err);
}

static q_code write_output(outcome *o, q_err *err)
{
    training *t = o->t;
    q_str prefix = q_value_str(t->doc, Q_STR("OutputPrefix"), Q_STR("")), bucket, key;
    comprehend_output *out = NULL;
    q_code rc;

    if (!prefix.n || !o->matrix.n)
        return Q_OK;
    o->output = q_str_printf(t->arena, "%.*s/%s-CLR-%016llx/output/output.tar.gz", Q_ARG(prefix),
                             t->app->account,
                             (unsigned long long)q_value_int(t->doc, Q_STR("SubmitMs"), 0));
    if (!o->output.p)
        return q_err_nomem(err);
    if (!comprehend__url(o->output, &bucket, &key))
        return q_err_set(err, Q_INVALID, "%.*s is no s3://BUCKET/KEY", Q_ARG(o->output));
    rc = comprehend__output_new(t->app, &out, err);
    if (!rc)
        rc = comprehend__output_put(out, o->matrix, err);
    if (!rc)
        rc = comprehend__output_archive(out, "output/confusion_matrix.json", bucket, key, err);
    comprehend__output_free(out);
    return rc;
}

static q_code trained(void *ctx, const q_value *doc, q_value *to, q_err *err)
{
    const outcome *o = ctx;
    const comprehend_model_kind *kind = o->t->kind;
    const char *const but[] = {"Model", kind->metadata, "OutputDataConfig", NULL};

    (void)err;
    comprehend__copy_but(to, doc, but);
    q_map_copy(to, Q_STR("Model"), o->about);
    q_map_copy(to, q_str_of(kind->metadata), o->metadata_value);
    if (o->output.n)
        q_map_str(q_map_map(to, Q_STR("OutputDataConfig")), Q_STR("S3Uri"), o->output);
    return Q_OK;
}

static q_code keep(q_catalog *c, void *arg, q_err *err)
{
    outcome *o = arg;
    q_value *about = q_value_map(o->t->arena);
    q_code rc = comprehend__model_put(c, o->t->kind, o->t->key, o->model, about, err);

    o->about = about;
    return rc ? rc : comprehend__change(c, o->t->kind->space, o->t->key, trained, o, err);
}

/* ---- the job ------------------------------------------------------------------------------ */

static q_code train(training *t, q_err *err)
{
    const q_value *nothing = q_value_map(t->arena);
    outcome o;
    q_str reply = {NULL, 0};
    q_code rc = begin(t, err);

    if (!rc)
        rc = send_data(t, err);
    if (!rc)
        rc = call(t, LEARN_RUN, nothing, -1, RUN_MS, &reply, err);
    if (!rc)
        rc = outcome_read(t, reply, &o, err);
    if (!rc)
        rc = write_output(&o, err);
    return rc ? rc : q_catalog_transact(t->app->catalog, keep, &o, err);
}

/* Learners are few: wait for one, unless the training shall stop. */
static q_code lease(training *t, q_err *err)
{
    q_code rc = Q_BUSY;

    while (rc == Q_BUSY) {
        look(t);
        if (t->stopped || t->closing)
            return q_err_set(err, Q_CANCELLED, "it was stopped");
        rc = q_worker_try_lease(t->app->learners, &t->learner, err);
        if (rc == Q_BUSY)
            pause_for(t, LOOK_MS);
    }
    return rc;
}

static q_code train_watched(training *t, q_err *err)
{
    q_code rc = lease(t, err);

    if (rc)
        return why(t, rc, err);
    if (pthread_create(&t->watcher, NULL, watch, t)) {
        q_worker_release(t->learner);
        return q_err_set(err, Q_NOMEM, "no thread to watch the training");
    }
    rc = train(t, err);
    pthread_mutex_lock(&t->mu);
    t->done = true;
    pthread_cond_signal(&t->tick);
    pthread_mutex_unlock(&t->mu);
    pthread_join(t->watcher, NULL);
    q_worker_release(t->learner);
    return rc ? why(t, rc, err) : Q_OK;
}

static q_code begin_change(void *ctx, const q_value *doc, q_value *to, q_err *err)
{
    static const char *const but[] = {"Status", "TrainingStartMs", NULL};

    (void)ctx;
    if (!q_str_is(q_value_str(doc, Q_STR("Status"), Q_STR("")), "SUBMITTED"))
        return q_err_set(err, Q_CANCELLED, "it was begun before");
    q_map_str(to, Q_STR("Status"), Q_STR("TRAINING"));
    q_map_int(to, Q_STR("TrainingStartMs"), q_now_ms());
    comprehend__copy_but(to, doc, but);
    return Q_OK;
}

static const comprehend_model_kind *kind_of_space(q_str space)
{
    for (size_t i = 0; i < COMPREHEND_MODEL_KINDS; i++)
        if (q_str_is(space, comprehend__model_kinds[i].space))
            return &comprehend__model_kinds[i];
    return NULL;
}

static q_code run(void *ctx, q_str id, q_str request, q_arena *a, q_str *result, q_err *err)
{
    q_app *app = ctx;
    q_job job = {.id = id, .request = request};
    training t = {.app = app, .arena = a};
    q_value *doc = NULL;
    q_str space;
    q_code rc = comprehend__job_record(&job, a, &space, &t.key, err);

    if (rc)
        return rc;
    t.kind = kind_of_space(space);
    if (!t.kind)
        return q_err_set(err, Q_INVALID, "jobs of this kind are not known");
    rc = comprehend__change(app->catalog, t.kind->space, t.key, begin_change, NULL, err);
    if (!rc)
        rc = comprehend__load(app->catalog, t.kind->space, t.key, a, &doc, NULL, err);
    if (rc)
        return rc;
    t.doc = doc;
    pthread_mutex_init(&t.mu, NULL);
    pthread_cond_init(&t.tick, NULL);
    rc = train_watched(&t, err);
    pthread_cond_destroy(&t.tick);
    pthread_mutex_destroy(&t.mu);
    *result = rc ? Q_STR("STOPPED") : Q_STR("TRAINED");
    return t.stopped && !t.closing && rc == Q_CANCELLED ? Q_OK : rc;
}

static q_code end_change(void *ctx, const q_value *doc, q_value *to, q_err *err)
{
    static const char *const but[] = {"Status", "Message", "EndMs", "TrainingEndMs", NULL};
    const q_job *job = ctx;

    (void)err;
    q_map_str(to, Q_STR("Status"), job->state == Q_JOB_SUCCEEDED ? job->result : Q_STR("IN_ERROR"));
    if (job->state != Q_JOB_SUCCEEDED)
        q_map_str(to, Q_STR("Message"), job->error);
    q_map_int(to, Q_STR("EndMs"), job->ended_ms);
    q_map_int(to, Q_STR("TrainingEndMs"), job->ended_ms);
    comprehend__copy_but(to, doc, but);
    return Q_OK;
}

static q_code ended(void *ctx, const q_job *job, q_err *err)
{
    q_app *app = ctx;
    q_arena *a = q_arena_new(1 << 16);
    q_str space, key;
    q_code rc = a ? comprehend__job_record(job, a, &space, &key, err) : q_err_nomem(err);
    const comprehend_model_kind *kind = rc ? NULL : kind_of_space(space);

    if (kind)
        rc = comprehend__change(app->catalog, kind->space, key, end_change, (void *)(uintptr_t)job,
                                err);
    q_arena_free(a);
    return rc;
}

q_code comprehend__register_training(q_app *app, q_err *err)
{
    q_code rc = q_jobs_register(app->jobs, COMPREHEND_TRAIN, run, app, err);

    if (!rc)
        q_jobs_on_end(app->jobs, COMPREHEND_TRAIN, ended);
    return rc;
}
