#include "service/lex_build.h"

#include "base/clock.h"
#include "base/json.h"
#include "service/lex_bots.h"
#include "service/lex_import.h"
#include "store/record.h"

#define KIND "lex.build"

/* The bot that a request is about, if it is as it was then. */
static q_code subject(q_catalog *c, q_str request, q_arena *a, q_definition *out, bool *current,
                      q_err *err)
{
    q_value *v;
    q_definition_ref ref = {.kind = LEX_BOT};
    q_code rc = q_json_parse(a, request, &v, err);

    *current = false;
    if (rc)
        return rc;
    ref.name = q_value_str(v, Q_STR("name"), Q_STR(""));
    ref.version = q_value_int(v, Q_STR("version"), 0);
    rc = q_definition_get(c, ref, a, out, err);
    if (rc == Q_NOTFOUND)
        return Q_OK; /* deleted meanwhile */
    *current = !rc && out->build == q_value_int(v, Q_STR("build"), 0);
    return rc;
}

typedef struct finishing {
    const q_definition *bot;
    q_str json;
    int64_t now_ms, flags;
    q_arena *arena;
    int64_t record_version;
    bool kept;
} finishing;

static q_code finish(q_catalog *c, void *arg, q_err *err)
{
    finishing *f = arg;
    q_str key = lex__built_key(f->arena, f->bot->ref.name, f->bot->ref.version);
    q_record record;
    q_code rc = q_definition_settle(c, f->bot->ref, f->bot->build, Q_STR("READY"), Q_STR(""),
                                    &f->flags, &f->kept, err);

    if (rc || !f->kept)
        return rc;
    if (!key.p)
        return q_err_nomem(err);
    rc = q_record_put(c, LEX_BUILT, key, f->json, f->now_ms, 0, err);
    if (!rc)
        rc = q_record_get(c, LEX_BUILT, key, f->now_ms, f->arena, &record, err);
    if (!rc)
        f->record_version = record.version;
    return rc;
}

static q_code fail(q_catalog *c, const q_definition *bot, const char *why, q_err *err)
{
    bool changed;

    return q_definition_settle(c, bot->ref, bot->build, Q_STR("FAILED"), q_str_of(why), NULL,
                               &changed, err);
}

static int64_t flags_of(const q_bot *b)
{
    if (b->child_directed)
        return LEX_HIDDEN;
    for (size_t i = 0; i < b->intent_count; i++)
        for (size_t k = 0; k < b->intents[i].slot_count; k++)
            if (b->intents[i].slots[k].obfuscated)
                return LEX_HIDDEN;
    return 0;
}

static bool our_fault(q_code rc)
{
    return rc == Q_NOMEM || rc == Q_INTERNAL || rc == Q_IO || rc == Q_BUSY || rc == Q_FULL;
}

static q_code run(void *ctx, q_str id, q_str request, q_arena *a, q_str *result, q_err *err)
{
    q_app *app = ctx;
    q_definition bot;
    finishing f = {.bot = &bot, .arena = a};
    q_bot_ready *ready = NULL;
    bool current;
    q_code rc = subject(app->catalog, request, a, &bot, &current, err);

    (void)id;
    *result = Q_STR("");
    if (rc || !current)
        return rc;
    rc = lex__compose(app->catalog, bot.ref, a, &f.json, err);
    if (!rc)
        rc = q_bot_ready_new(f.json, bot.ref, &ready, err);
    if (rc)
        return our_fault(rc) ? rc : fail(app->catalog, &bot, err->msg, err);
    f.flags = flags_of(q_bot_ready_bot(ready));
    f.now_ms = q_now_ms();
    rc = q_catalog_transact(app->catalog, finish, &f, err);
    if (!rc && f.kept)
        q_bots_keep(app->bots, ready, f.record_version);
    q_bot_ready_unref(ready);
    return rc;
}

/* What no build could help says so at least. */
static q_code ended(void *ctx, const q_job *job, q_err *err)
{
    q_app *app = ctx;
    q_arena *a;
    q_definition bot;
    bool current;
    q_code rc;

    if (job->state != Q_JOB_FAILED)
        return Q_OK;
    a = q_arena_new(LEX_BODY);
    if (!a)
        return q_err_nomem(err);
    rc = subject(app->catalog, job->request, a, &bot, &current, err);
    if (!rc && current)
        rc = fail(app->catalog, &bot, q_str_printf(a, "%.*s", Q_ARG(job->error)).p, err);
    q_arena_free(a);
    return rc;
}

q_code lex__build_register(q_app *app, q_err *err)
{
    q_code rc = q_jobs_register(app->jobs, KIND, run, app, err);

    if (!rc)
        q_jobs_on_end(app->jobs, KIND, ended);
    return rc;
}

q_code lex__build_begin(q_jobs *jobs, const q_definition *bot, q_arena *a, q_err *err)
{
    q_buf b = q_buf_init(a, 1024);
    q_str request;
    char id[65];
    q_code rc;

    q_buf_puts(&b, "{\"name\":");
    q_buf_json(&b, bot->ref.name);
    q_buf_printf(&b, ",\"version\":%lld,\"build\":%lld}", (long long)bot->ref.version,
                 (long long)bot->build);
    rc = q_buf_finish(&b, &request, err);
    return rc ? rc : q_job_submit(jobs, KIND, request, Q_STR(""), id, err);
}

q_code lex__build_now(q_catalog *c, const q_definition *bot, int64_t now_ms, q_arena *a, q_err *err)
{
    finishing f = {.bot = bot, .arena = a, .now_ms = now_ms};
    q_bot *b;
    q_code rc = lex__compose(c, bot->ref, a, &f.json, err);

    if (!rc)
        rc = q_lex_import(f.json, a, &b, err);
    if (rc)
        return rc;
    f.flags = flags_of(b);
    return finish(c, &f, err);
}
