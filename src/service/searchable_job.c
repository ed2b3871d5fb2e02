/* Scans put into a bucket become searchable PDFs: a job each. Its request is the rule and the key;
 * its result is the PDF's key.
 */
#include "service/searchable_parts.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "store/object.h"

#include <fcntl.h>
#include <unistd.h>

#define JOB "searchable-pdf"
#define SOURCE Q_STR("quern-source") /* in the metadata of what we write */

enum { ARENA = 4 << 20, PIECE = 1 << 16, MAX_ATTRIBUTES = 8192 };

/* ---- uploads ------------------------------------------------------------------- */

static q_code submit(q_app *app, q_arena *a, const q_searchable_rule *rule, q_str key, q_err *err)
{
    char id[65];
    q_str request;
    q_code rc = searchable__rule_encode(rule, key, a, &request, err);

    return rc ? rc : q_job_submit(app->jobs, JOB, request, Q_STR(""), id, err);
}

/* A key that ends with / stands for a folder, and an empty object for nothing. What the console
 * keeps beside a document is none.
 */
static q_code on_created(void *ctx, const q_event *e, q_err *err)
{
    q_app *app = ctx;
    q_searchable_rule *rules = NULL;
    q_arena *a;
    size_t n = 0;
    q_code rc;

    if (e->size == 0 || q_str_ends(e->key, Q_STR("/")) || q_str_ends(e->key, Q_STR(".quern.json")))
        return Q_OK;
    a = q_arena_new(ARENA);
    rc = a ? q_searchable_rule_list(app->catalog, a, &rules, &n, err) : q_err_nomem(err);
    for (size_t i = 0; i < n && !rc; i++)
        if (q_str_eq(rules[i].bucket, e->bucket) && q_str_starts(e->key, rules[i].prefix))
            rc = submit(app, a, &rules[i], e->key, err);
    q_arena_free(a);
    return rc;
}

/* ---- the PDF's object ------------------------------------------------------------ */

typedef struct product {
    q_app *app;
    const q_searchable_rule *rule;
    q_str key, source;
    int64_t now_ms;
} product;

/* Events are for functions; that no rule takes it was seen to. */
static q_code announce(void *ctx, const q_object *made, q_err *err)
{
    const product *p = ctx;
    q_event e = {.name = Q_STR("ObjectCreated:Put"),
                 .bucket = made->bucket,
                 .key = made->key,
                 .etag = made->etag,
                 .size = made->size,
                 .time_ms = p->now_ms};

    return q_events_emit(p->app->events, &e, err);
}

static q_code attributes(const product *p, q_arena *a, q_str *out, q_err *err)
{
    q_buf b = q_buf_init(a, MAX_ATTRIBUTES);
    q_value *map = q_value_map(a);

    q_map_str(map, Q_STR("ContentType"), Q_STR("application/pdf"));
    q_map_str(q_map_map(map, Q_STR("Metadata")), SOURCE, p->source);
    q_json_write(&b, map);
    return q_buf_finish(&b, out, err);
}

/* Only what came from this source may be replaced: the rest is somebody's own. */
static q_code may_replace(const product *p, q_arena *a, q_object_put *put, q_err *err)
{
    const q_value *metadata;
    q_value *map = NULL;
    q_object there;
    q_code rc = q_object_find(p->app->objects, p->rule->bucket, p->key, a, &there, NULL);

    if (rc) {
        put->only_new = true;
        return Q_OK;
    }
    rc = q_json_parse(a, there.attributes, &map, NULL);
    metadata = rc ? NULL : q_value_get(map, Q_STR("Metadata"));
    if (!metadata || !q_str_eq(q_value_str(metadata, SOURCE, Q_STR("")), p->source))
        return q_err_set(err, Q_EXISTS,
                         "s3://%.*s/%.*s is there already and was not made from this object; "
                         "quern pdf --on ... --to PREFIX puts PDFs elsewhere",
                         Q_ARG(p->rule->bucket), Q_ARG(p->key));
    put->only_etag = there.etag;
    return Q_OK;
}

static q_code store(const product *p, int fd, q_arena *a, q_err *err)
{
    q_object_put put = {.bucket = p->rule->bucket,
                        .key = p->key,
                        .now_ms = p->now_ms,
                        .also = announce,
                        .also_ctx = (void *)(uintptr_t)p};
    char *piece = q_arena_alloc(a, PIECE);
    q_writer *w = NULL;
    ssize_t n = 0;
    off_t at = 0;
    q_code rc = piece ? may_replace(p, a, &put, err) : q_err_nomem(err);

    if (!rc)
        rc = attributes(p, a, &put.attributes, err);
    if (!rc)
        rc = q_writer_new(p->app->objects, &w, err);
    while (!rc && (n = pread(fd, piece, PIECE, at)) > 0) {
        rc = q_writer_put(w, (q_str){piece, (size_t)n}, err);
        at += n;
    }
    if (!rc && n < 0)
        rc = q_err_errno(err, "read the PDF");
    if (!rc)
        rc = q_object_put_written(p->app->objects, w, &put, NULL, err);
    q_writer_free(w);
    return rc;
}

/* ---- the job --------------------------------------------------------------------- */

/* A rule may have come after this one was checked. */
static q_code leads_to_no_rule(const product *p, q_arena *a, q_err *err)
{
    q_searchable_rule *rules = NULL;
    size_t n = 0;
    q_code rc = q_searchable_rule_list(p->app->catalog, a, &rules, &n, err);

    for (size_t i = 0; i < n && !rc; i++)
        if (q_str_eq(rules[i].bucket, p->rule->bucket) && q_str_starts(p->key, rules[i].prefix))
            rc = q_err_set(err, Q_INVALID, "its PDF, %.*s, would be read again and again",
                           Q_ARG(p->key));
    return rc;
}

static q_code make(const product *p, int in, q_arena *a, q_err *err)
{
    q_searchable_input input = {.fd = in};
    q_searchable_options options = {.text = p->rule->text,
                                    .deskew = p->rule->deskew,
                                    .rotate = p->rule->rotate,
                                    .archive = p->rule->archive};
    int out = open(p->app->data_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    q_code rc;

    if (out < 0)
        return q_err_errno(err, "make a file in %s", p->app->data_dir);
    rc = q_searchable_write(p->app->workers, p->app->writers, &input, 1, &options, out, err);
    if (!rc)
        rc = store(p, out, a, err);
    q_fd_close(out);
    return rc;
}

static void report(const product *p, q_code rc, const q_err *err)
{
    double ms = (double)(q_now_ms() - p->now_ms);

    searchable__failure_note(p->app->catalog, p->rule->bucket, p->source, rc ? err->msg : NULL);
    if (rc)
        q_log(Q_LOG_WARN, "searchable", "bucket=%.*s key=%.*s ms=%.0f failed: %s",
              Q_ARG(p->rule->bucket), Q_ARG(p->source), ms, err->msg);
    else
        q_log(Q_LOG_INFO, "searchable", "bucket=%.*s key=%.*s to=%.*s ms=%.0f",
              Q_ARG(p->rule->bucket), Q_ARG(p->source), Q_ARG(p->key), ms);
}

static q_code run(void *ctx, q_str id, q_str request, q_arena *a, q_str *result, q_err *err)
{
    q_app *app = ctx;
    q_searchable_rule rule;
    product p = {.app = app, .rule = &rule, .now_ms = q_now_ms()};
    q_object object;
    int fd = -1;
    q_code rc = searchable__rule_decode(request, a, &rule, &p.source, err);

    (void)id;
    if (rc)
        return rc;
    rc = q_object_open(app->objects, rule.bucket, p.source, a, &object, &fd, err);
    if (rc == Q_NOTFOUND) { /* deleted since: nothing is to be done */
        *result = Q_STR("");
        return Q_OK;
    }
    p.key = q_searchable_key(&rule, p.source, a);
    if (!rc && !p.key.p)
        rc = q_err_nomem(err);
    if (!rc && fd < 0)
        rc = q_err_set(err, Q_INVALID, "the file is empty");
    if (!rc)
        rc = leads_to_no_rule(&p, a, err);
    if (!rc)
        rc = make(&p, fd, a, err);
    q_fd_close(fd);
    report(&p, rc, err);
    *result = p.key;
    return rc;
}

q_code q_searchable_start(q_app *app, q_err *err)
{
    q_code rc = q_jobs_register(app->jobs, JOB, run, app, err);

    if (!rc)
        rc = q_events_listen(app->events, "ObjectCreated:", on_created, app, err);
    return rc;
}
