#include "dialog/outcome.h"

#include "base/buf.h"

enum { JOINED_BYTES = 1 << 20 };

q_code q_differences_add(q_differences *d, const q_difference *one, q_arena *a, q_err *err)
{
    if (q_arena_grow(a, &d->v, &d->cap, d->n + 1, sizeof *d->v))
        return q_err_nomem(err);
    d->v[d->n++] = *one;
    return Q_OK;
}

q_code q_outcome_join(const q_str *texts, size_t n, const char *between, q_arena *a, q_str *out,
                      q_err *err)
{
    q_buf b = q_buf_init(a, JOINED_BYTES);

    for (size_t i = 0; i < n; i++) {
        q_buf_puts(&b, i ? between : "");
        q_buf_put(&b, texts[i]);
    }
    return q_buf_finish(&b, out, err);
}

typedef struct comparison {
    q_arena *arena;
    q_differences *out;
    q_err *err;
} comparison;

static q_code text(comparison *c, q_str what, q_str want, q_str got)
{
    if (q_str_eq(want, got))
        return Q_OK;
    return q_differences_add(c->out, &(q_difference){what, want, got, 0}, c->arena, c->err);
}

static q_code list(comparison *c, q_str what, const q_str *want, size_t wants, const q_str *got,
                   size_t gots, const char *between)
{
    q_str a, b;
    q_code rc = q_outcome_join(want, wants, between, c->arena, &a, c->err);

    if (!rc)
        rc = q_outcome_join(got, gots, between, c->arena, &b, c->err);
    return rc ? rc : text(c, what, a, b);
}

static q_code named(comparison *c, const char *kind, q_str name, q_str want, q_str got)
{
    q_str what;

    if (q_str_eq(want, got))
        return Q_OK;
    what = q_str_printf(c->arena, "%s %.*s", kind, Q_ARG(name));
    return what.p ? text(c, what, want, got) : q_err_nomem(c->err);
}

static bool has(const q_attributes *all, q_str name)
{
    for (size_t i = 0; i < all->n; i++)
        if (q_str_eq(all->v[i].name, name))
            return true;
    return false;
}

static q_code pairs(comparison *c, const char *kind, const q_attributes *want,
                    const q_attributes *got)
{
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < want->n; i++)
        rc = named(c, kind, want->v[i].name, want->v[i].value,
                   q_attributes_get(got, want->v[i].name));
    for (size_t i = 0; !rc && i < got->n; i++)
        if (!has(want, got->v[i].name))
            rc = named(c, kind, got->v[i].name, (q_str){0}, got->v[i].value);
    return rc;
}

q_code q_outcome_compare(const q_outcome *want, const q_outcome *got, q_arena *a,
                         q_differences *out, q_err *err)
{
    comparison c = {a, out, err};
    q_code rc = text(&c, Q_STR("error"), want->error, got->error);

    if (!rc)
        rc =
            list(&c, Q_STR("said"), want->said, want->said_count, got->said, got->said_count, "\n");
    if (!rc)
        rc = text(&c, Q_STR("intent"), want->intent, got->intent);
    if (!rc)
        rc = text(&c, Q_STR("state"), want->state, got->state);
    if (!rc)
        rc = text(&c, Q_STR("asks"), want->asks, got->asks);
    if (!rc)
        rc = pairs(&c, "slot", &want->slots, &got->slots);
    if (!rc)
        rc = pairs(&c, "session", &want->session, &got->session);
    return rc ? rc
              : list(&c, Q_STR("contexts"), want->contexts, want->context_count, got->contexts,
                     got->context_count, " ");
}
