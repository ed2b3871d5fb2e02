/* The endpoints of this process: their hosts, by deployment.
 *
 * A deployment is brought up by whoever needs it first, the job that creates
 * the endpoint, a request behind a restart, or the thread that looks for what
 * was in service; others wait for it. An update's deployment is up before its
 * document puts it in force, and the old one ends with its last request.
 */
#include "service/sagemaker.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "store/object.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 64, REQUEST_BYTES = 1024, PAGE = 100, SAVE_TRIES = 20, REASON_BYTES = 1000 };

struct deployment {
    atomic_int refs;
    char endpoint[NAME], id[NAME];
    size_t count;
    q_served *served[SAGEMAKER_VARIANTS];
    bool ready;       /* under mu of its endpoints: else being brought up */
    deployment *next; /* under mu */
};

struct q_endpoints {
    pthread_mutex_t mu;
    pthread_cond_t changed;
    deployment *first; /* under mu; each holds one reference */
    _Atomic uint64_t chance;
    pthread_t waker;
    bool waking;
    _Atomic bool stop;
    q_app *app;
};

/* ---- one deployment ---------------------------------------------------- */

void deployment__unref(deployment *d)
{
    if (!d || atomic_fetch_sub(&d->refs, 1) > 1)
        return;
    for (size_t i = 0; i < d->count; i++)
        q_served_unref(d->served[i]);
    free(d);
}

q_served *deployment__served(const deployment *d, size_t i)
{
    return d->served[i];
}

static q_code open_variant(q_app *app, const sagemaker_variant *v, q_served **out, q_err *err)
{
    q_arena *a = q_arena_new(1 << 16);
    q_served_config config = v->serving;
    q_object found;
    int fd = -1;
    q_code rc =
        a ? q_object_open(app->objects, v->bucket, v->key, a, &found, &fd, err) : q_err_nomem(err);

    config.hosts = v->instances;
    if (rc == Q_NOTFOUND)
        rc = q_err_set(err, rc, "Could not find model data at s3://%.*s/%.*s", Q_ARG(v->bucket),
                       Q_ARG(v->key));
    else if (!rc && fd < 0)
        rc = q_err_set(err, Q_INVALID, "s3://%.*s/%.*s is empty", Q_ARG(v->bucket), Q_ARG(v->key));
    if (!rc)
        rc = q_served_open(app->hosts, fd, &config, out, err);
    q_fd_close(fd);
    q_arena_free(a);
    return rc;
}

static q_code open_all(q_app *app, deployment *d, const sagemaker_variant *v, size_t count,
                       q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < count && !rc; i++) {
        rc = open_variant(app, &v[i], &d->served[i], err);
        if (rc)
            q_err_add(err, rc, "variant %.*s, model %.*s", Q_ARG(v[i].name), Q_ARG(v[i].model));
        d->count += !rc;
    }
    return rc;
}

/* ---- all of them ------------------------------------------------------- */

/* Under mu. */
static deployment *find(const q_endpoints *e, q_str endpoint, q_str id)
{
    deployment *d = e->first;

    while (d && !(q_str_is(endpoint, d->endpoint) && q_str_is(id, d->id)))
        d = d->next;
    return d;
}

/* Under mu: unlink it; its reference is the caller's. */
static void take_out(q_endpoints *e, const deployment *gone)
{
    deployment **at = &e->first;

    while (*at && *at != gone)
        at = &(*at)->next;
    if (*at)
        *at = gone->next;
}

static deployment *make(q_str endpoint, q_str id)
{
    deployment *d = calloc(1, sizeof *d);

    if (!d)
        return NULL;
    d->refs = 2; /* the list's and the caller's */
    memcpy(d->endpoint, endpoint.p, endpoint.n < NAME - 1 ? endpoint.n : NAME - 1);
    memcpy(d->id, id.p, id.n < NAME - 1 ? id.n : NAME - 1);
    return d;
}

q_code deployment__get(q_app *app, q_str endpoint, q_str id, const sagemaker_variant *variants,
                       size_t count, deployment **out, q_err *err)
{
    q_endpoints *e = app->endpoints;
    deployment *d;
    q_code rc = Q_OK;

    pthread_mutex_lock(&e->mu);
    while ((d = find(e, endpoint, id)) != NULL && !d->ready)
        pthread_cond_wait(&e->changed, &e->mu);
    if (d) {
        atomic_fetch_add(&d->refs, 1);
        pthread_mutex_unlock(&e->mu);
        *out = d;
        return Q_OK;
    }
    d = make(endpoint, id);
    if (d) {
        d->next = e->first;
        e->first = d;
    }
    pthread_mutex_unlock(&e->mu);
    if (!d)
        return q_err_nomem(err);
    rc = open_all(app, d, variants, count, err);
    pthread_mutex_lock(&e->mu);
    d->ready = !rc;
    if (rc)
        take_out(e, d);
    pthread_cond_broadcast(&e->changed);
    pthread_mutex_unlock(&e->mu);
    if (rc) {
        deployment__unref(d);
        deployment__unref(d);
        return rc;
    }
    *out = d;
    return Q_OK;
}

void deployment__retire(q_app *app, q_str endpoint, q_str keep)
{
    q_endpoints *e = app->endpoints;
    deployment *gone = NULL, *d;

    pthread_mutex_lock(&e->mu);
    for (deployment **at = &e->first; (d = *at) != NULL;) {
        if (d->ready && q_str_is(endpoint, d->endpoint) && !q_str_is(keep, d->id)) {
            *at = d->next;
            d->next = gone;
            gone = d;
        } else {
            at = &d->next;
        }
    }
    pthread_mutex_unlock(&e->mu);
    while (gone) {
        d = gone;
        gone = d->next;
        deployment__unref(d);
    }
}

_Atomic uint64_t *deployment__chance(q_app *app)
{
    return &app->endpoints->chance;
}

/* ---- the job ----------------------------------------------------------- */

q_str sagemaker__deploy_request(q_arena *a, q_str endpoint, q_str id)
{
    q_buf b = q_buf_init(a, REQUEST_BYTES);
    q_value *request = q_value_map(a);
    q_str text;

    q_map_str(request, Q_STR("EndpointName"), endpoint);
    q_map_str(request, Q_STR("Deployment"), id);
    if (q_value_ok(request, NULL))
        return (q_str){NULL, 0};
    q_json_write(&b, request);
    return q_buf_finish(&b, &text, NULL) ? (q_str){NULL, 0} : text;
}

/* The document once its target is up, or has failed (`reason`). */
static q_value *outcome(const q_value *old, const char *reason, q_arena *a)
{
    static const char *const kept[] = {"CreatedMs", "DeploymentConfig", "Tags", NULL};
    static const char *const deployed[] = {"ConfigName", "Deployment", "Variants", NULL};
    const q_value *target = q_value_get(old, Q_STR("Target"));
    bool served = q_value_get(old, Q_STR("Deployment")) != NULL;
    q_value *doc = q_value_map(a);

    for (const char *const *k = kept; *k; k++)
        q_map_copy(doc, q_str_of(*k), q_value_get(old, q_str_of(*k)));
    for (const char *const *k = deployed; *k; k++)
        q_map_copy(doc, q_str_of(*k), q_value_get(reason ? old : target, q_str_of(*k)));
    if (reason && !served)
        q_map_copy(doc, Q_STR("ConfigName"), q_value_get(target, Q_STR("ConfigName")));
    q_map_int(doc, Q_STR("ModifiedMs"), q_now_ms());
    q_map_str(doc, Q_STR("Status"), reason && !served ? Q_STR("Failed") : Q_STR("InService"));
    if (reason)
        q_map_str(doc, Q_STR("FailureReason"), q_str_printf(a, "%.*s", REASON_BYTES, reason));
    return doc;
}

/* Is the endpoint still waiting for this deployment? Q_NOTFOUND when it is gone. */
static q_code load_target(q_app *app, q_str endpoint, q_str id, q_arena *a, q_value **doc,
                          int64_t *version, q_err *err)
{
    q_code rc = sagemaker__load(app->catalog, &sagemaker__endpoint, endpoint, a, doc, version, err);

    if (!rc && !q_str_eq(id, q_value_str(q_value_get(*doc, Q_STR("Target")), Q_STR("Deployment"),
                                         Q_STR(""))))
        rc = Q_NOTFOUND;
    return rc;
}

static q_code put_in_force(q_app *app, q_str endpoint, q_str id, const char *reason, q_arena *a,
                           q_err *err)
{
    q_code rc = Q_BUSY;

    for (int i = 0; i < SAVE_TRIES && rc == Q_BUSY; i++) {
        q_value *doc = NULL;
        int64_t version = 0;

        rc = load_target(app, endpoint, id, a, &doc, &version, err);
        if (!rc)
            rc = sagemaker__save(app->catalog, &sagemaker__endpoint, endpoint,
                                 outcome(doc, reason, a), version, a, err);
    }
    return rc;
}

q_code sagemaker__deploy(void *ctx, q_str id, q_str request, q_arena *a, q_str *result, q_err *err)
{
    q_app *app = ctx;
    sagemaker_variant v[SAGEMAKER_VARIANTS];
    q_value *in, *doc = NULL;
    q_str endpoint, wanted;
    deployment *d = NULL;
    size_t count;
    q_err why = {.code = Q_OK};
    q_code rc = q_json_parse(a, request, &in, err), opened;

    (void)id;
    if (rc)
        return rc;
    *result = Q_STR("");
    endpoint = q_value_str(in, Q_STR("EndpointName"), Q_STR(""));
    wanted = q_value_str(in, Q_STR("Deployment"), Q_STR(""));
    rc = load_target(app, endpoint, wanted, a, &doc, NULL, err);
    if (rc)
        return rc == Q_NOTFOUND ? Q_OK : rc; /* deleted meanwhile */
    count = sagemaker__variants_read(q_value_at(doc, "Target", "Variants", NULL), v);
    opened = deployment__get(app, endpoint, wanted, v, count, &d, &why);
    rc = put_in_force(app, endpoint, wanted, opened ? why.msg : NULL, a, err);
    if (!rc && !opened)
        deployment__retire(app, endpoint, wanted);
    else if (rc == Q_NOTFOUND) /* deleted while it came up */
        deployment__retire(app, endpoint, (q_str){"", 0});
    deployment__unref(d);
    return rc == Q_NOTFOUND ? Q_OK : rc;
}

/* ---- life -------------------------------------------------------------- */

static void wake(q_endpoints *e, const q_record *r, q_arena *a)
{
    sagemaker_variant v[SAGEMAKER_VARIANTS];
    q_value *doc = NULL;
    deployment *d = NULL;
    q_err err = {.code = Q_OK};
    q_str id;
    size_t count;
    q_code rc = q_json_parse(a, r->value, &doc, &err);

    if (rc)
        return;
    id = q_value_str(doc, Q_STR("Deployment"), Q_STR(""));
    if (!id.n)
        return;
    count = sagemaker__variants_read(q_value_get(doc, Q_STR("Variants")), v);
    rc = deployment__get(e->app, r->key, id, v, count, &d, &err);
    if (rc)
        q_log(Q_LOG_WARN, "sagemaker", "endpoint %.*s does not come up: %s", Q_ARG(r->key),
              err.msg);
    deployment__unref(d);
}

/* Bring up what was in service when the server ended. */
static void *wake_all(void *arg)
{
    q_endpoints *e = arg;
    q_str after = Q_STR("");
    size_t count = PAGE;
    q_arena *a = q_arena_new((size_t)64 << 20);

    while (a && count == PAGE && !atomic_load(&e->stop)) {
        q_record *r = NULL;

        if (q_record_list(e->app->catalog, q_str_of(sagemaker__endpoint.space), after, PAGE,
                          q_now_ms(), a, &r, &count, NULL))
            break;
        for (size_t i = 0; i < count && !atomic_load(&e->stop); i++)
            wake(e, &r[i], a);
        if (count)
            after = r[count - 1].key;
    }
    q_arena_free(a);
    return NULL;
}

q_code q_endpoints_new(q_endpoints **out, q_err *err)
{
    q_endpoints *e = calloc(1, sizeof *e);
    uint64_t seed;

    if (!e)
        return q_err_nomem(err);
    if (!q_random(&seed, sizeof seed)) {
        free(e);
        return q_err_set(err, Q_IO, "the system gives no random numbers");
    }
    atomic_init(&e->chance, seed);
    pthread_mutex_init(&e->mu, NULL);
    pthread_cond_init(&e->changed, NULL);
    *out = e;
    return Q_OK;
}

q_code q_endpoints_start(q_app *app, q_err *err)
{
    q_endpoints *e = app->endpoints;
    q_code rc = q_jobs_register(app->jobs, SAGEMAKER_DEPLOY, sagemaker__deploy, app, err);

    e->app = app;
    if (!rc)
        e->waking = pthread_create(&e->waker, NULL, wake_all, e) == 0;
    return rc; /* without the thread the first request of each wakes it */
}

void q_endpoints_free(q_endpoints *e)
{
    if (!e)
        return;
    atomic_store(&e->stop, true);
    if (e->waking)
        pthread_join(e->waker, NULL);
    while (e->first) {
        deployment *d = e->first;

        e->first = d->next;
        deployment__unref(d);
    }
    pthread_cond_destroy(&e->changed);
    pthread_mutex_destroy(&e->mu);
    free(e);
}
