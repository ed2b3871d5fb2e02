#include "dialog/message.h"

#include "base/buf.h"

enum { MESSAGE_MAX = 1 << 20 };

static bool slot_value(const q_intent *intent, const q_session *s, q_str name, q_str *value)
{
    size_t i = intent ? q_intent_slot_index(intent, name) : SIZE_MAX;

    if (i == SIZE_MAX || i >= s->slot_count)
        return false;
    *value = s->slots[i];
    return true;
}

static bool attribute_value(const q_session *s, q_str name, q_str *value)
{
    for (size_t i = 0; i < s->attributes.n; i++) {
        if (q_str_eq(s->attributes.v[i].name, name)) {
            *value = s->attributes.v[i].value;
            return true;
        }
    }
    return false;
}

/* {Slot} and [attribute] places filled; a slot without a value leaves nothing,
 * other braces stay. Fails with Q_NOMEM, Q_LIMIT.
 */
static q_code fill(const q_message *m, const q_intent *intent, const q_session *s, q_arena *a,
                   q_message *out, q_err *err)
{
    q_buf b = q_buf_init(a, MESSAGE_MAX);
    q_str rest = m->text;

    *out = *m;
    while (rest.n) {
        char open = rest.p[0], close = open == '{' ? '}' : ']';
        q_str name, tail, value = {0};

        if ((open == '{' || open == '[') &&
            q_str_cut(q_str_sub(rest, 1, rest.n), close, &name, &tail) &&
            (open == '{' ? slot_value(intent, s, name, &value)
                         : attribute_value(s, name, &value))) {
            q_buf_put(&b, value);
            rest = tail;
        } else {
            q_buf_char(&b, open);
            rest = q_str_sub(rest, 1, rest.n);
        }
    }
    return q_buf_finish(&b, &out->text, err);
}

static bool first_of_group(const q_messages *all, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (all->v[k].group == all->v[i].group)
            return false;
    return true;
}

static const q_message *variant_of(const q_messages *all, int group, size_t variant)
{
    size_t members = 0, at;
    const q_message *found = NULL;

    for (size_t i = 0; i < all->n; i++)
        members += all->v[i].group == group;
    at = variant % members;
    for (size_t i = 0; i < all->n && !found; i++)
        if (all->v[i].group == group && at-- == 0)
            found = &all->v[i];
    return found;
}

q_code message__choose(const q_messages *all, size_t variant, const q_intent *intent,
                       const q_session *s, q_arena *a, q_message **out, size_t *count, q_err *err)
{
    q_code rc = Q_OK;

    *count = 0;
    *out = q_arena_array(a, all->n, sizeof **out);
    if (!*out)
        return q_err_nomem(err);
    for (size_t i = 0; i < all->n && !rc; i++) {
        if (!first_of_group(all, i))
            continue;
        rc = fill(variant_of(all, all->v[i].group, variant), intent, s, a, &(*out)[*count], err);
        *count += !rc;
    }
    return rc;
}
