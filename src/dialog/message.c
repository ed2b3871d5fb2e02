#include "dialog/message.h"

#include "base/buf.h"

enum { MESSAGE_MAX = 1 << 20 };

static bool slot_value(const message_places *p, q_str name, q_str *value)
{
    size_t i = p->intent ? q_intent_slot_index(p->intent, name) : SIZE_MAX;

    if (i == SIZE_MAX || i >= p->session->slot_count)
        return false;
    *value = p->session->slots[i].value;
    return true;
}

static bool attribute_value(const message_places *p, q_str name, q_str *value)
{
    *value = q_attributes_get(&p->session->attributes, name);
    return value->p != NULL;
}

/* {Slot} and [attribute] places filled; a slot without a value leaves nothing,
 * other braces stay. Fails with Q_NOMEM, Q_LIMIT.
 */
static q_code fill(q_str text, const message_places *p, q_arena *a, q_str *out, q_err *err)
{
    q_buf b = q_buf_init(a, MESSAGE_MAX);
    q_str rest = text;

    if (!q_str_has(text, '{') && !q_str_has(text, '[')) {
        *out = text;
        return Q_OK;
    }
    while (rest.n) {
        char open = rest.p[0], close = open == '{' ? '}' : ']';
        q_str name, tail, value = {0};

        if ((open == '{' || open == '[') &&
            q_str_cut(q_str_sub(rest, 1, rest.n), close, &name, &tail) &&
            (open == '{' ? slot_value(p, name, &value) : attribute_value(p, name, &value))) {
            q_buf_put(&b, value);
            rest = tail;
        } else {
            q_buf_char(&b, open);
            rest = q_str_sub(rest, 1, rest.n);
        }
    }
    return q_buf_finish(&b, out, err);
}

static bool accepted(const q_message *m, unsigned accepts)
{
    return !accepts || (accepts & 1U << m->kind);
}

static bool first_of_group(const q_messages *all, size_t i, unsigned accepts)
{
    for (size_t k = 0; k < i; k++)
        if (all->v[k].group == all->v[i].group && accepted(&all->v[k], accepts))
            return false;
    return accepted(&all->v[i], accepts);
}

static const q_message *variant_of(const q_messages *all, int group, size_t variant,
                                   unsigned accepts)
{
    size_t members = 0, at;
    const q_message *found = NULL;

    for (size_t i = 0; i < all->n; i++)
        members += all->v[i].group == group && accepted(&all->v[i], accepts);
    at = variant % members;
    for (size_t i = 0; i < all->n && !found; i++)
        if (all->v[i].group == group && accepted(&all->v[i], accepts) && at-- == 0)
            found = &all->v[i];
    return found;
}

q_code message__choose(const q_messages *all, size_t variant, unsigned accepts,
                       const message_places *places, q_arena *a, q_message **out, size_t *count,
                       q_err *err)
{
    q_code rc = Q_OK;

    *count = 0;
    *out = q_arena_array(a, all->n, sizeof **out);
    if (!*out)
        return q_err_nomem(err);
    for (size_t i = 0; i < all->n && !rc; i++) {
        const q_message *m;

        if (!first_of_group(all, i, accepts))
            continue;
        m = variant_of(all, all->v[i].group, variant, accepts);
        (*out)[*count] = *m;
        rc = fill(m->text, places, a, &(*out)[*count].text, err);
        *count += !rc;
    }
    return rc;
}

static q_code attachment_fill(const q_attachment *from, const message_places *places, q_arena *a,
                              q_attachment *to, q_err *err)
{
    q_code rc = fill(from->title, places, a, &to->title, err);

    if (!rc)
        rc = fill(from->subtitle, places, a, &to->subtitle, err);
    if (!rc)
        rc = fill(from->link_url, places, a, &to->link_url, err);
    if (!rc)
        rc = fill(from->image_url, places, a, &to->image_url, err);
    to->buttons = q_arena_array(a, from->button_count, sizeof *to->buttons);
    if (!rc && !to->buttons)
        rc = q_err_nomem(err);
    for (size_t i = 0; i < from->button_count && !rc; i++) {
        rc = fill(from->buttons[i].text, places, a, &to->buttons[i].text, err);
        if (!rc)
            rc = fill(from->buttons[i].value, places, a, &to->buttons[i].value, err);
        to->button_count += !rc;
    }
    return rc;
}

q_code message__card(const q_card *card, const message_places *places, q_arena *a, q_card *out,
                     q_err *err)
{
    q_code rc = Q_OK;

    *out = (q_card){0};
    if (!card->n)
        return Q_OK;
    out->v = q_arena_array(a, card->n, sizeof *out->v);
    if (!out->v)
        return q_err_nomem(err);
    for (size_t i = 0; i < card->n && !rc; i++) {
        rc = attachment_fill(&card->v[i], places, a, &out->v[i], err);
        out->n += !rc;
    }
    return rc;
}
