#include "service/lex_session.h"

#include "base/digest.h"
#include "base/json.h"
#include "store/record.h"

#define SPACE Q_STR("lex-session")

enum { SESSION_BYTES = 1 << 20 };

static void slots_read(const q_value *slots, const q_intent *intent, q_session *s, q_arena *a)
{
    s->slots = q_arena_array(a, intent->slot_count, sizeof *s->slots);
    if (!s->slots)
        return;
    s->slot_count = intent->slot_count;
    for (const q_value *v = q_value_first(slots); v; v = v->next) {
        size_t at = q_intent_slot_index(intent, v->key);

        if (at != SIZE_MAX && v->kind == Q_VALUE_STRING)
            s->slots[at] = v->s;
    }
}

static void attributes_read(const q_value *map, q_attributes *out, q_arena *a)
{
    out->v = q_arena_array(a, q_value_count(map), sizeof *out->v);
    for (const q_value *v = q_value_first(map); v && out->v; v = v->next)
        if (v->kind == Q_VALUE_STRING)
            out->v[out->n++] = (q_attribute){v->key, v->s};
}

static q_code decode(const q_bot *bot, q_str json, q_arena *a, q_session *s, q_err *err)
{
    const q_intent *intent;
    q_value *v;
    q_code rc = q_json_parse(a, json, &v, err);

    if (rc)
        return rc;
    s->id = q_value_str(v, Q_STR("id"), Q_STR(""));
    if (!q_dialog_state_of(q_value_str(v, Q_STR("state"), Q_STR("")), &s->state))
        return q_err_set(err, Q_INTERNAL, "a session's record has no state");
    s->intent = q_value_str(v, Q_STR("intent"), Q_STR(""));
    s->slot_to_elicit = q_value_str(v, Q_STR("slotToElicit"), Q_STR(""));
    s->attempts = (int)q_value_int(v, Q_STR("attempts"), 0);
    s->following_up = q_value_bool(v, Q_STR("followingUp"), false);
    attributes_read(q_value_get(v, Q_STR("attributes")), &s->attributes, a);
    intent = q_bot_intent(bot, s->intent);
    if (intent)
        slots_read(q_value_get(v, Q_STR("slots")), intent, s, a);
    else
        s->intent = (q_str){0}; /* the bot has changed */
    return Q_OK;
}

static q_code encode(const q_bot *bot, const q_session *s, q_arena *a, q_str *out, q_err *err)
{
    const q_intent *intent = q_bot_intent(bot, s->intent);
    q_buf b = q_buf_init(a, SESSION_BYTES);
    q_value *v = q_value_map(a), *slots, *attributes;
    q_code rc;

    q_map_str(v, Q_STR("id"), s->id);
    q_map_str(v, Q_STR("state"), q_str_of(q_dialog_state_name(s->state)));
    q_map_str(v, Q_STR("intent"), s->intent);
    q_map_str(v, Q_STR("slotToElicit"), s->slot_to_elicit);
    q_map_int(v, Q_STR("attempts"), s->attempts);
    q_map_bool(v, Q_STR("followingUp"), s->following_up);
    slots = q_map_map(v, Q_STR("slots"));
    for (size_t i = 0; intent && i < s->slot_count; i++)
        if (s->slots[i].p)
            q_map_str(slots, intent->slots[i].name, s->slots[i]);
    attributes = q_map_map(v, Q_STR("attributes"));
    for (size_t i = 0; i < s->attributes.n; i++)
        q_map_str(attributes, s->attributes.v[i].name, s->attributes.v[i].value);
    rc = q_value_ok(v, err);
    if (rc)
        return rc;
    q_json_write(&b, v);
    return q_buf_finish(&b, out, err);
}

static q_code fresh_id(q_arena *a, q_str *out, q_err *err)
{
    char id[37];

    if (!q_uuid(id))
        return q_err_set(err, Q_IO, "no random numbers to be had");
    *out = q_str_copy(a, q_str_of(id));
    return out->p ? Q_OK : q_err_nomem(err);
}

q_code lex__session_load(q_catalog *c, const q_bot *bot, q_str alias, q_str user, int64_t now_ms,
                         q_arena *a, lex_session *out, q_err *err)
{
    q_record record;
    q_code rc;

    *out = (lex_session){0};
    out->key = q_str_printf(a, "%.*s/%.*s/%.*s", Q_ARG(bot->name), Q_ARG(alias), Q_ARG(user));
    if (!out->key.p)
        return q_err_nomem(err);
    rc = q_record_get(c, SPACE, out->key, now_ms, a, &record, err);
    if (rc == Q_NOTFOUND)
        return fresh_id(a, &out->s.id, err);
    if (rc)
        return rc;
    out->version = record.version;
    return decode(bot, record.value, a, &out->s, err);
}

q_code lex__session_save(q_catalog *c, const q_bot *bot, const lex_session *s, int64_t now_ms,
                         q_arena *a, q_err *err)
{
    q_str json;
    q_code rc = encode(bot, &s->s, a, &json, err);

    if (rc)
        return rc;
    return q_record_swap(c, SPACE, s->key, s->version, json, now_ms,
                         now_ms + (int64_t)bot->idle_ttl_seconds * 1000, err);
}
