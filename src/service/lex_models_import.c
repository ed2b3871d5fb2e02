/* StartImport, GetImport: a job that keeps what a file holds.
 *
 * The zip is unpacked while the client waits, so that what is no bot is refused at once; what is
 * wrong with the bot is the job's to say.
 */
#include "service/lex_models.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "service/lex_archive.h"
#include "service/lex_bots.h"
#include "service/lex_build.h"
#include "service/lex_import_v2.h"
#include "service/lex_load.h"
#include "store/record.h"

#define KIND "lex.import"
#define DONE Q_STR("lex-import") /* what a job has kept already: it may be run again */

enum { REQUEST_BYTES = 160 << 20, DONE_MS = 24 * 3600 * 1000 };

/* ---- StartImport --------------------------------------------------------- */

/* The definition that a payload holds: JSON as it is, or from a zip. */
static q_code definition_of(q_call *call, q_str payload, q_str *json, q_err *err)
{
    q_app *app = call->app;
    q_archive_file *files = NULL;
    q_lex_file file = {{NULL, 0}, {NULL, 0}};
    size_t count = 0;
    q_code rc;

    if (!q_archive_is(payload)) {
        *json = payload;
        return Q_OK;
    }
    rc = q_archive_read(app->archives, payload, call->arena, &files, &count, err);
    if (!rc)
        rc = q_lex_definition(files, count, call->arena, &file, err);
    if (!rc && file.warnings.n)
        q_log(Q_LOG_WARN, "lex", "import: %.*s", Q_ARG(file.warnings));
    *json = file.json;
    return rc;
}

static q_code name_of(q_str json, q_arena *a, q_str *name, q_err *err)
{
    q_value *file;
    const q_value *resource;
    q_code rc = q_json_parse(a, json, &file, err);

    if (rc)
        return rc == Q_NOMEM ? rc : q_err_add(err, rc, "payload");
    resource = q_value_get(file, Q_STR("resource"));
    *name = q_value_str(resource, Q_STR("name"), Q_STR(""));
    if (!name->n || name->n > 100)
        return q_err_set(err, Q_INVALID,
                         "payload: resource.name is missing; an export of Lex in JSON is wanted, "
                         "or a zip of one");
    return Q_OK;
}

static q_code request_make(q_call *call, q_str name, q_str json, q_str *request)
{
    q_buf b = q_buf_init(call->arena, REQUEST_BYTES);
    q_value *v = q_value_map(call->arena);
    q_code rc;

    q_map_str(v, Q_STR("name"), name);
    q_map_copy(v, Q_STR("resourceType"), q_value_get(call->in, Q_STR("resourceType")));
    q_map_copy(v, Q_STR("mergeStrategy"), q_value_get(call->in, Q_STR("mergeStrategy")));
    q_map_copy(v, Q_STR("tags"), q_value_get(call->in, Q_STR("tags")));
    q_map_str(v, Q_STR("definition"), json);
    rc = q_value_ok(v, &call->err);
    if (rc)
        return rc;
    q_json_write(&b, v);
    return q_buf_finish(&b, request, &call->err);
}

static void reply_write(q_call *call, const q_value *request, q_str id, int64_t created_ms,
                        const char *status)
{
    static const char *const members[] = {"name", "resourceType", "mergeStrategy", "tags", NULL};

    for (const char *const *m = members; *m; m++)
        q_map_copy(call->out, q_str_of(*m), q_value_get(request, q_str_of(*m)));
    q_map_str(call->out, Q_STR("importId"), id);
    q_map_str(call->out, Q_STR("importStatus"), q_str_of(status));
    q_map_time(call->out, Q_STR("createdDate"), (double)created_ms / 1000);
}

q_code lex__start_import(q_call *call)
{
    q_app *app = call->app;
    q_str json = {NULL, 0}, name = {NULL, 0}, request;
    q_value *head = q_value_map(call->arena);
    char *id = q_arena_alloc(call->arena, 65);
    q_code rc;

    if (!id)
        return q_err_nomem(&call->err);
    if (q_value_count(q_value_get(call->in, Q_STR("tags"))) &&
        !q_str_is(lex__in(call, "resourceType"), "BOT"))
        return q_call_fail(call, "BadRequestException", "tags are for bots; resourceType is %.*s",
                           Q_ARG(lex__in(call, "resourceType")));
    rc = definition_of(call, q_value_get(call->in, Q_STR("payload"))->s, &json, &call->err);
    if (!rc)
        rc = name_of(json, call->arena, &name, &call->err);
    if (rc)
        return lex__fail(call,
                         rc == Q_DENIED || rc == Q_CRASHED || rc == Q_TIMEOUT ? Q_INVALID : rc);
    rc = request_make(call, name, json, &request);
    if (!rc)
        rc = q_job_submit(app->jobs, KIND, request, Q_STR(""), id, &call->err);
    if (rc)
        return rc;
    q_map_str(head, Q_STR("name"), name);
    q_map_copy(head, Q_STR("resourceType"), q_value_get(call->in, Q_STR("resourceType")));
    q_map_copy(head, Q_STR("mergeStrategy"), q_value_get(call->in, Q_STR("mergeStrategy")));
    q_map_copy(head, Q_STR("tags"), q_value_get(call->in, Q_STR("tags")));
    reply_write(call, head, q_str_of(id), call->now_ms, "IN_PROGRESS");
    return q_value_ok(call->out, &call->err);
}

/* ---- GetImport ----------------------------------------------------------- */

/* A sentence may name several problems. */
static void reasons_write(q_value *list, q_str text)
{
    while (text.n) {
        size_t end = q_str_find(text, Q_STR("; resource."));

        q_list_str(list, q_str_sub(text, 0, end));
        text = end == SIZE_MAX ? Q_STR("") : q_str_sub(text, end + 2, text.n);
    }
}

q_code lex__get_import(q_call *call)
{
    static const char *const status[] = {"IN_PROGRESS", "IN_PROGRESS", "COMPLETE", "FAILED"};
    q_app *app = call->app;
    q_value *request;
    q_job job;
    q_code rc =
        q_job_get(app->jobs, KIND, lex__in(call, "importId"), call->arena, &job, &call->err);

    if (rc == Q_NOTFOUND)
        return q_call_fail(call, "NotFoundException", "there is no import %.*s",
                           Q_ARG(q_str_sub(lex__in(call, "importId"), 0, 80)));
    if (!rc)
        rc = q_json_parse(call->arena, job.request, &request, &call->err);
    if (rc)
        return rc;
    reply_write(call, request, job.id, job.created_ms, status[job.state]);
    if (job.state == Q_JOB_FAILED)
        reasons_write(q_map_list(call->out, Q_STR("failureReason")), job.error);
    return q_value_ok(call->out, &call->err);
}

/* ---- the job ------------------------------------------------------------- */

typedef struct importing {
    const q_value *request;
    q_str id;
    int64_t now_ms;
    q_arena *arena;
    lex_part made;
} importing;

static q_code keep(q_catalog *c, void *arg, q_err *err)
{
    importing *i = arg;
    lex_loading how = {
        .kind = lex__kind_of(q_value_str(i->request, Q_STR("resourceType"), Q_STR(""))),
        .overwrite = q_str_is(q_value_str(i->request, Q_STR("mergeStrategy"), Q_STR("")),
                              "OVERWRITE_LATEST"),
        .status = "BUILDING",
        .now_ms = i->now_ms};
    const q_value *tags = q_value_get(i->request, Q_STR("tags"));
    q_record done;
    q_code rc = q_record_get(c, DONE, i->id, i->now_ms, i->arena, &done, err);

    if (rc != Q_NOTFOUND)
        return rc;
    rc = lex__load(c, q_value_str(i->request, Q_STR("definition"), Q_STR("")), &how, i->arena,
                   &i->made, err);
    if (!rc && how.kind == LEX_BOT)
        rc = lex__build_now(c, &i->made.d, i->now_ms, i->arena, err);
    if (!rc && q_value_count(tags))
        rc = lex__tags_put(c, i->made.d.ref.name, tags, i->now_ms, i->arena, err);
    return rc ? rc : q_record_put(c, DONE, i->id, Q_STR(""), i->now_ms, i->now_ms + DONE_MS, err);
}

static q_code run(void *ctx, q_str id, q_str request, q_arena *a, q_str *result, q_err *err)
{
    q_app *app = ctx;
    importing i = {.id = id, .now_ms = q_now_ms(), .arena = a, .made = {.body = NULL}};
    q_bot_ready *ready = NULL;
    q_value *v;
    q_code rc = q_json_parse(a, request, &v, err);

    *result = Q_STR("");
    if (rc)
        return rc;
    i.request = v;
    rc = q_catalog_transact(app->catalog, keep, &i, err);
    /* The first who talks with it need not wait for its learning. */
    if (!rc && i.made.d.ref.kind == LEX_BOT)
        rc = q_bots_get(app->bots, app->catalog, i.made.d.ref.name, Q_STR("$LATEST"), i.now_ms,
                        &ready, err);
    q_bot_ready_unref(ready);
    return rc;
}

q_code lex__import_register(q_app *app, q_err *err)
{
    return q_jobs_register(app->jobs, KIND, run, app, err);
}
