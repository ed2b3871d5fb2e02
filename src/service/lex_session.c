/* Sessions as JSON. */
#include "service/lex_session.h"

#include "base/json.h"
#include "service/lex_form.h"

enum { SESSION_BYTES = 1 << 20 };

/* ---- reading ----------------------------------------------------------- */

static q_str text_of(const q_value *map, const char *name)
{
    const q_value *v = q_value_get(map, q_str_of(name));

    return v && v->kind == Q_VALUE_STRING ? v->s : (q_str){0};
}

static q_code slots_read(const q_value *slots, const q_intent *intent, q_session *s, q_arena *a,
                         q_err *err)
{
    s->slots = q_arena_array(a, intent->slot_count, sizeof *s->slots);
    if (!s->slots)
        return q_err_nomem(err);
    s->slot_count = intent->slot_count;
    for (const q_value *v = q_value_first(slots); v; v = v->next) {
        size_t at = q_intent_slot_index(intent, v->key);

        if (at != SIZE_MAX)
            s->slots[at] = (q_filled){text_of(v, "value"), text_of(v, "original")};
    }
    return Q_OK;
}

static q_code contexts_read(const q_value *list, q_contexts *out, q_arena *a, q_err *err)
{
    q_code rc = Q_OK;

    out->v = q_arena_array(a, q_value_count(list), sizeof *out->v);
    if (!out->v)
        return q_err_nomem(err);
    for (const q_value *v = q_value_first(list); v && !rc; v = v->next) {
        q_context *c = &out->v[out->n++];

        c->name = text_of(v, "name");
        c->turns = (int)q_value_int(v, Q_STR("turns"), 0);
        c->expires_ms = q_value_int(v, Q_STR("expires"), 0);
        rc = lex__attributes_read(q_value_get(v, Q_STR("parameters")), "parameters", false, a,
                                  &c->parameters, err);
    }
    return rc;
}

/* Those of intents that the bot has. */
static q_code recent_read(const q_bot *bot, const q_value *list, q_arena *a, q_session *s,
                          q_err *err)
{
    q_summary all[Q_RECENT_MAX];
    size_t n;
    q_code rc = lex__summaries_read(list, a, all, &n, err);

    for (size_t i = 0; i < n && !rc; i++) {
        const q_intent *intent = q_bot_intent(bot, all[i].intent);
        size_t kept = 0;

        if (!intent)
            continue;
        for (size_t k = 0; k < all[i].slots.n; k++)
            if (q_intent_slot(intent, all[i].slots.v[k].name))
                all[i].slots.v[kept++] = all[i].slots.v[k];
        all[i].slots.n = kept;
        s->recent[s->recent_count++] = all[i];
    }
    return rc;
}

static q_code said_read(const q_value *list, q_arena *a, q_session *s, q_err *err)
{
    s->said = q_arena_array(a, q_value_count(list), sizeof *s->said);
    if (!s->said)
        return q_err_nomem(err);
    for (const q_value *v = q_value_first(list); v; v = v->next) {
        q_message *m = &s->said[s->said_count];

        m->text = text_of(v, "text");
        m->group = (int)q_value_int(v, Q_STR("group"), 0);
        s->said_count += lex__message_kind_of(text_of(v, "kind"), &m->kind);
    }
    return Q_OK;
}

static q_code lists_read(const q_bot *bot, const q_value *v, q_arena *a, q_session *s, q_err *err)
{
    const q_intent *intent = q_bot_intent(bot, s->intent);
    q_code rc = lex__attributes_read(q_value_get(v, Q_STR("attributes")), "attributes", false, a,
                                     &s->attributes, err);

    if (!rc)
        rc = contexts_read(q_value_get(v, Q_STR("contexts")), &s->contexts, a, err);
    if (!rc)
        rc = recent_read(bot, q_value_get(v, Q_STR("recent")), a, s, err);
    if (!rc)
        rc = said_read(q_value_get(v, Q_STR("said")), a, s, err);
    if (rc)
        return rc;
    if (intent)
        return slots_read(q_value_get(v, Q_STR("slots")), intent, s, a, err);
    s->intent = (q_str){0}; /* the bot has changed */
    return Q_OK;
}

q_code lex__session_decode(const q_bot *bot, q_str json, q_arena *a, q_session *s, int64_t *turns,
                           q_err *err)
{
    q_value *v;
    q_code rc = q_json_parse(a, json, &v, err);

    *s = (q_session){0};
    if (rc)
        return rc;
    s->id = text_of(v, "id");
    if (!q_dialog_state_of(text_of(v, "state"), &s->state) ||
        !q_confirmation_of(text_of(v, "confirmation"), &s->confirmation))
        return q_err_set(err, Q_INVALID, "a session has no state or confirmation");
    s->intent = text_of(v, "intent");
    s->slot_to_elicit = text_of(v, "slotToElicit");
    s->attempts = (int)q_value_int(v, Q_STR("attempts"), 0);
    s->following_up = q_value_bool(v, Q_STR("followingUp"), false);
    *turns = q_value_int(v, Q_STR("turns"), 0);
    return lists_read(bot, v, a, s, err);
}

/* ---- writing ----------------------------------------------------------- */

static void slots_write(q_value *map, const q_intent *intent, const q_session *s)
{
    for (size_t i = 0; intent && i < s->slot_count; i++) {
        q_value *slot;

        if (!s->slots[i].value.p)
            continue;
        slot = q_map_map(map, intent->slots[i].name);
        q_map_str(slot, Q_STR("value"), s->slots[i].value);
        if (s->slots[i].original.p)
            q_map_str(slot, Q_STR("original"), s->slots[i].original);
    }
}

static void contexts_write(q_value *list, const q_contexts *all)
{
    for (size_t i = 0; i < all->n; i++) {
        q_value *map = q_list_map(list);

        q_map_str(map, Q_STR("name"), all->v[i].name);
        q_map_int(map, Q_STR("turns"), all->v[i].turns);
        q_map_int(map, Q_STR("expires"), all->v[i].expires_ms);
        lex__attributes_write(q_map_map(map, Q_STR("parameters")), &all->v[i].parameters);
    }
}

static void said_write(q_value *list, const q_session *s)
{
    for (size_t i = 0; i < s->said_count; i++) {
        q_value *map = q_list_map(list);

        q_map_str(map, Q_STR("kind"), q_str_of(lex__message_kind_name(s->said[i].kind)));
        q_map_int(map, Q_STR("group"), s->said[i].group);
        q_map_str(map, Q_STR("text"), s->said[i].text);
    }
}

q_code lex__session_encode(const q_bot *bot, const q_session *s, int64_t turns, q_arena *a,
                           q_str *out, q_err *err)
{
    q_buf b = q_buf_init(a, SESSION_BYTES);
    q_value *v = q_value_map(a), *list;
    q_code rc;

    q_map_str(v, Q_STR("id"), s->id);
    q_map_int(v, Q_STR("turns"), turns);
    q_map_str(v, Q_STR("state"), q_str_of(q_dialog_state_name(s->state)));
    q_map_str(v, Q_STR("intent"), s->intent);
    q_map_str(v, Q_STR("slotToElicit"), s->slot_to_elicit);
    q_map_str(v, Q_STR("confirmation"), q_str_of(q_confirmation_name(s->confirmation)));
    q_map_int(v, Q_STR("attempts"), s->attempts);
    q_map_bool(v, Q_STR("followingUp"), s->following_up);
    slots_write(q_map_map(v, Q_STR("slots")), q_bot_intent(bot, s->intent), s);
    lex__attributes_write(q_map_map(v, Q_STR("attributes")), &s->attributes);
    contexts_write(q_map_list(v, Q_STR("contexts")), &s->contexts);
    list = q_map_list(v, Q_STR("recent"));
    for (size_t i = 0; i < s->recent_count; i++)
        lex__summary_write(q_list_map(list), &s->recent[i]);
    said_write(q_map_list(v, Q_STR("said")), s);
    rc = q_value_ok(v, err);
    if (rc)
        return rc;
    q_json_write(&b, v);
    rc = q_buf_finish(&b, out, err);
    if (rc == Q_LIMIT)
        return q_err_set(err, rc, "the session's attributes and slots are over %d bytes",
                         (int)SESSION_BYTES);
    return rc;
}
