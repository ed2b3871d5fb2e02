/* PutBot, GetBot. */
#include "service/lex_models.h"

#include "service/lex_build.h"

enum { IDLE_SECONDS = 300 };
static const double CONFIDENCE = 0.4;

/* ---- PutBot ------------------------------------------------------------- */

static q_code check(q_call *call)
{
    const q_value *intents = q_value_get(call->in, Q_STR("intents"));
    const q_value *better = q_value_get(call->in, Q_STR("enableModelImprovements"));

    if (q_value_count(intents) > LEX_INTENTS_MAX)
        return q_call_fail(call, "LimitExceededException", "intents has %zu; at most %d",
                           q_value_count(intents), (int)LEX_INTENTS_MAX);
    for (const q_value *v = q_value_first(intents); v; v = v->next)
        for (const q_value *w = q_value_first(intents); w != v; w = w->next)
            if (q_str_eq_nocase(q_value_str(v, Q_STR("intentName"), Q_STR("")),
                                q_value_str(w, Q_STR("intentName"), Q_STR(""))))
                return q_call_fail(call, "BadRequestException", "intents has %.*s twice",
                                   Q_ARG(q_value_str(v, Q_STR("intentName"), Q_STR(""))));
    if (better && !better->b && q_value_get(call->in, Q_STR("nluIntentConfidenceThreshold")))
        return q_call_fail(call, "BadRequestException",
                           "nluIntentConfidenceThreshold needs enableModelImprovements, which is "
                           "false; set it to true");
    return Q_OK;
}

static q_code members(q_call *call, const q_value **out)
{
    q_value *m = q_value_map(call->arena);

    for (const q_value *v = q_value_first(call->in); v; v = v->next)
        q_map_copy(m, v->key, v);
    if (!q_value_get(m, Q_STR("intents")))
        q_map_list(m, Q_STR("intents"));
    if (!q_value_get(m, Q_STR("idleSessionTTLInSeconds")))
        q_map_int(m, Q_STR("idleSessionTTLInSeconds"), IDLE_SECONDS);
    if (!q_value_get(m, Q_STR("nluIntentConfidenceThreshold")))
        q_map_double(m, Q_STR("nluIntentConfidenceThreshold"), CONFIDENCE);
    if (!q_value_get(m, Q_STR("enableModelImprovements")))
        q_map_bool(m, Q_STR("enableModelImprovements"), false);
    if (!q_value_get(m, Q_STR("detectSentiment")))
        q_map_bool(m, Q_STR("detectSentiment"), false);
    *out = m;
    return q_value_ok(m, &call->err);
}

static q_code begin(q_catalog *c, lex_writing *w, q_err *err)
{
    q_app *app = w->call->app;

    (void)c;
    return q_str_is(w->written.d.status, "BUILDING")
               ? lex__build_begin(app->jobs, &w->written.d, w->call->arena, err)
               : Q_OK;
}

q_code lex__put_bot(q_call *call)
{
    bool build = !q_str_is(lex__in(call, "processBehavior"), "SAVE");
    size_t intents = q_value_count(q_value_get(call->in, Q_STR("intents")));
    lex_writing w = {.call = call,
                     .kind = LEX_BOT,
                     .status = !build    ? "NOT_BUILT"
                               : intents ? "BUILDING"
                                         : "FAILED",
                     .reason = build && !intents ? "the bot has no intents; add one and build again"
                                                 : NULL,
                     .before = lex__tags_first,
                     .after = begin};
    q_code rc = check(call);

    if (!rc)
        rc = members(call, &w.members);
    if (!rc)
        rc = lex__write(&w);
    if (!rc)
        q_map_copy(call->out, Q_STR("tags"), q_value_get(call->in, Q_STR("tags")));
    return rc ? rc : q_value_ok(call->out, &call->err);
}

/* ---- GetBot ------------------------------------------------------------- */

q_code lex__get_bot(q_call *call)
{
    q_app *app = call->app;
    q_str which = lex__in(call, "versionOrAlias");
    q_definition_ref ref = {LEX_BOT, lex__in(call, "name"), Q_LATEST};
    lex_part part = {.body = NULL};
    q_code rc = Q_OK;

    if (!lex__version_of(which, &ref.version)) {
        rc = lex__get(
            app->catalog,
            (q_definition_ref){LEX_ALIAS, lex__alias_name(call->arena, ref.name, which), Q_LATEST},
            false, call->arena, &part, &call->err);
        if (!rc &&
            !lex__version_of(q_value_str(part.body, Q_STR("botVersion"), Q_STR("")), &ref.version))
            rc = q_err_set(&call->err, Q_INTERNAL, "an alias has no version");
    }
    if (!rc)
        rc = lex__get(app->catalog, ref, true, call->arena, &part, &call->err);
    if (rc)
        return lex__fail(call, rc);
    lex__describe(call, call->out, &part);
    return q_value_ok(call->out, &call->err);
}
