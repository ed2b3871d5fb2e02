#include "service/visitors.h"

#include "base/digest.h"
#include "base/encode.h"
#include "service/app.h"

#include <stdlib.h>
#include <string.h>

enum { ID_BYTES = 8, USER_MAX = 100 };

struct q_visitors {
    const q_temporary_keys *keys;
    q_arena *arena;
    q_str bots; /* as configured */
};

static q_code bots_check(q_str bots, q_err *err)
{
    while (bots.n) {
        q_str bot, name, alias;

        q_str_cut(bots, ',', &bot, &bots);
        q_str_cut(bot, ':', &name, &alias);
        if (!name.n || !alias.n || q_str_has(alias, ':'))
            return q_err_set(err, Q_INVALID,
                             "visitors may talk to '%.*s'; the bot's name and its alias are "
                             "wanted, as InvoiceBot:Prod",
                             Q_ARG(bot));
    }
    return Q_OK;
}

q_code q_visitors_new(const char *bots, const q_temporary_keys *keys, q_visitors **out, q_err *err)
{
    q_visitors *v = calloc(1, sizeof *v);
    q_code rc = bots_check(q_str_of(bots), err);

    if (!rc && (!v || !(v->arena = q_arena_new(1 << 20))))
        rc = q_err_nomem(err);
    if (!rc) {
        v->keys = keys;
        v->bots = q_str_copy(v->arena, q_str_of(bots));
        rc = v->bots.p ? Q_OK : q_err_nomem(err);
    }
    if (!rc) {
        *out = v;
        v = NULL; /* handed over */
    }
    q_visitors_free(v);
    return rc;
}

void q_visitors_free(q_visitors *v)
{
    if (!v)
        return;
    q_arena_free(v->arena);
    free(v);
}

bool q_visitors_welcome(const q_visitors *v)
{
    return v && v->bots.n > 0;
}

static bool is_open(const q_visitors *v, q_str name, q_str alias)
{
    q_str rest = v ? v->bots : Q_STR("");

    while (rest.n) {
        q_str bot, open_name, open_alias;

        q_str_cut(rest, ',', &bot, &rest);
        q_str_cut(bot, ':', &open_name, &open_alias);
        if (q_str_eq(name, open_name) && q_str_eq(alias, open_alias))
            return true;
    }
    return false;
}

/* ---- identities: eight random bytes and eight of the tag over them, as a UUID is written ---- */

static q_code identity_write(const q_visitors *v, q_str region, const unsigned char id[ID_BYTES],
                             q_arena *a, q_str *out, q_err *err)
{
    char hex[4 * ID_BYTES + 1], said[2 * ID_BYTES + 1];
    unsigned char tag[32];
    q_str text;

    q_hex(id, ID_BYTES, said);
    text = q_str_printf(a, "%.*s:%s", Q_ARG(region), said);
    if (!text.p || !q_temporary_tag(v->keys, "identity", text, tag))
        return q_err_nomem(err);
    memcpy(hex, said, (size_t)2 * ID_BYTES);
    q_hex(tag, ID_BYTES, hex + 2 * ID_BYTES);
    *out = q_str_printf(a, "%.*s:%.8s-%.4s-%.4s-%.4s-%.12s", Q_ARG(region), hex, hex + 8, hex + 12,
                        hex + 16, hex + 20);
    return out->p ? Q_OK : q_err_nomem(err);
}

q_code q_visitor_identity(const q_visitors *v, q_str region, q_arena *a, q_str *out, q_err *err)
{
    unsigned char id[ID_BYTES];

    if (!q_random(id, sizeof id))
        return q_err_set(err, Q_IO, "no random numbers");
    return identity_write(v, region, id, a, out, err);
}

static q_code identity_check(const q_visitors *v, q_str identity, q_arena *a, q_err *err)
{
    q_str region, uuid, half, want = {NULL, 0};
    unsigned char id[ID_BYTES];
    q_code rc = Q_OK;

    q_str_cut(identity, ':', &region, &uuid);
    half = q_str_printf(a, "%.*s%.*s%.*s", Q_ARG(q_str_sub(uuid, 0, 8)),
                        Q_ARG(q_str_sub(uuid, 9, 4)), Q_ARG(q_str_sub(uuid, 14, 4)));
    if (!half.p)
        return q_err_nomem(err);
    if (q_unhex(half, id, ID_BYTES))
        rc = identity_write(v, region, id, a, &want, err);
    if (!rc && (!want.p || !q_equal_secret(identity, want)))
        rc = q_err_set(err, Q_NOTFOUND, "Identity '%.*s' not found.", Q_ARG(identity));
    return rc;
}

q_code q_visitor_key(const q_visitors *v, q_str identity, int64_t now_ms, q_arena *a,
                     q_temporary_key *out, q_err *err)
{
    q_code rc = identity_check(v, identity, a, err);

    return rc ? rc : q_temporary_key_new(v->keys, identity, now_ms + Q_VISITOR_KEY_MS, a, out, err);
}

/* ---- what visitors may do ---- */

q_code q_visitor_may_talk(q_call *call)
{
    return q_visitor_may_talk_with(call, q_value_str(call->in, Q_STR("botName"), Q_STR("")),
                                   q_value_str(call->in, Q_STR("botAlias"), Q_STR("")));
}

q_code q_visitor_may_talk_with(q_call *call, q_str bot, q_str alias)
{
    const q_app *app = call->app;

    if (is_open(app->visitors, bot, alias))
        return Q_OK;
    return q_call_fail(call, "AccessDeniedException",
                       "The bot %.*s with the alias %.*s is not open to visitors", Q_ARG(bot),
                       Q_ARG(alias));
}

q_code q_visitor_user(q_call *call, q_str user, const char *error, q_str *out)
{
    *out = user;
    if (!call->visitor.n || q_str_eq(user, call->visitor))
        return Q_OK;
    *out = q_str_printf(call->arena, "%.*s:%.*s", Q_ARG(call->visitor), Q_ARG(user));
    if (!out->p)
        return q_err_nomem(&call->err);
    if (out->n > USER_MAX)
        return q_call_fail(call, error,
                           "the user's name has %zu characters; at most %zu of a visitor", user.n,
                           USER_MAX - call->visitor.n - 1);
    return Q_OK;
}
