/* CreateSlotTypeVersion, CreateIntentVersion, CreateBotVersion. */
#include "service/lex_models.h"

#include "service/lex_build.h"

/* A bot's version runs as $LATEST does, or is built as that would be. */
static q_code bot_build(q_catalog *c, q_call *call, const lex_part *latest, lex_part *made,
                        q_err *err)
{
    q_app *app = call->app;
    bool ready = q_str_is(latest->d.status, "READY"), changed;
    q_code rc;

    if (ready)
        return lex__build_now(c, &made->d, call->now_ms, call->arena, err);
    rc = q_definition_settle(c, made->d.ref, made->d.build, Q_STR("BUILDING"), Q_STR(""), NULL,
                             &changed, err);
    made->d.build++;
    made->d.status = Q_STR("BUILDING");
    made->d.reason = Q_STR("");
    return rc ? rc : lex__build_begin(app->jobs, &made->d, call->arena, err);
}

q_code lex__version_make(q_catalog *c, q_call *call, const lex_part *latest, lex_part *out,
                         q_err *err)
{
    bool fresh;
    q_code rc = lex__publish(c, latest, call->now_ms, call->arena, out, &fresh, err);

    return rc || !fresh || latest->d.ref.kind != LEX_BOT ? rc
                                                         : bot_build(c, call, latest, out, err);
}

typedef struct versioning {
    q_call *call;
    int kind;
    lex_part made;
} versioning;

static q_code make(q_catalog *c, void *arg, q_err *err)
{
    versioning *v = arg;
    q_call *call = v->call;
    q_definition_ref ref = {v->kind, lex__in(call, "name"), Q_LATEST};
    q_str checksum = lex__in(call, "checksum");
    lex_part latest = {.body = NULL};
    q_code rc = lex__get(c, ref, true, call->arena, &latest, err);

    if (rc)
        return rc;
    if (checksum.n && !q_str_eq(checksum, latest.d.checksum))
        return q_err_set(
            err, Q_DENIED, "checksum is %.*s, but %s %.*s has changed since; get it again",
            Q_ARG(q_str_sub(checksum, 0, 80)), lex__kind(v->kind)->noun, Q_ARG(ref.name));
    return lex__version_make(c, call, &latest, &v->made, err);
}

static q_code create(q_call *call, int kind)
{
    q_app *app = call->app;
    versioning v = {call, kind, {.body = NULL}};
    q_code rc = q_catalog_transact(app->catalog, make, &v, &call->err);

    if (rc)
        return lex__fail(call, rc);
    lex__describe(call, call->out, &v.made);
    return q_value_ok(call->out, &call->err);
}

q_code lex__create_slot_type_version(q_call *call)
{
    return create(call, LEX_SLOT_TYPE);
}

q_code lex__create_intent_version(q_call *call)
{
    return create(call, LEX_INTENT);
}

q_code lex__create_bot_version(q_call *call)
{
    return create(call, LEX_BOT);
}
