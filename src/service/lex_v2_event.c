#include "service/lex_v2_event.h"

#include "service/lex_form.h"
#include "service/lex_ids.h"
#include "service/lex_v2_form.h"

/* "en_US" of V1's "en-US" */
static q_str locale_of(const q_bot *bot, q_arena *a)
{
    char *copy = q_str_cstr(a, bot->locale.n ? bot->locale : Q_STR("en-US"));

    for (char *p = copy; p && *p; p++)
        *p = *p == '-' ? '_' : *p;
    return q_str_of(copy);
}

static q_code bot_write(q_value *map, const lex_hook *h, q_arena *a, q_err *err)
{
    bool draft = q_str_is(h->alias, "$LATEST");
    char id[Q_BOT_ID + 1];

    if (!q_bot_id(h->bot->name, id))
        return q_err_nomem(err);
    q_map_str(map, Q_STR("id"), q_str_copy(a, q_str_of(id)));
    q_map_str(map, Q_STR("name"), h->bot->name);
    q_map_str(map, Q_STR("aliasId"), draft ? Q_STR(Q_TEST_ALIAS) : h->alias);
    q_map_str(map, Q_STR("aliasName"), draft ? Q_STR("TestBotAlias") : h->alias);
    q_map_str(map, Q_STR("localeId"), locale_of(h->bot, a));
    q_map_str(map, Q_STR("version"), draft ? Q_STR("DRAFT") : h->version);
    return Q_OK;
}

/* The session as the function is to see it: an intent is in progress, or ready to be fulfilled. */
static q_chat_reply seen(const lex_hook *h, const q_hook_call *call)
{
    q_chat_reply r = {
        .bot = h->bot, .intent = call->intent, .score = call->score, .session = *call->session};

    if (call->understood)
        r.understood = *call->understood;
    r.session.confirmation = call->confirmation;
    r.session.state = call->fulfillment ? Q_DIALOG_READY : Q_DIALOG_ELICIT_SLOT;
    return r;
}

static void transcription_write(q_value *list, const q_hook_call *call)
{
    q_value *map = q_list_map(list);

    q_map_str(map, Q_STR("transcription"), call->text);
    q_map_double(map, Q_STR("transcriptionConfidence"), 1.0);
    q_map_str(q_map_map(map, Q_STR("resolvedContext")), Q_STR("intent"), call->intent->name);
}

q_code lex__v2_event(q_value *event, const lex_hook *h, const q_hook_call *call, q_arena *a,
                     q_err *err)
{
    q_chat_reply r = seen(h, call);
    q_value *attributes;
    q_code rc;

    q_map_str(event, Q_STR("messageVersion"), Q_STR("1.0"));
    q_map_str(event, Q_STR("invocationSource"),
              call->fulfillment ? Q_STR("FulfillmentCodeHook") : Q_STR("DialogCodeHook"));
    q_map_str(event, Q_STR("inputMode"), Q_STR("Text"));
    q_map_str(event, Q_STR("responseContentType"), Q_STR("text/plain; charset=utf-8"));
    q_map_str(event, Q_STR("sessionId"), h->user);
    q_map_str(event, Q_STR("inputTranscript"), call->text);
    rc = bot_write(q_map_map(event, Q_STR("bot")), h, a, err);
    if (!rc)
        rc = lex__v2_interpretations_write(q_map_list(event, Q_STR("interpretations")), &r, a, err);
    attributes = q_map_map(event, Q_STR("requestAttributes"));
    if (h->request_attributes)
        lex__attributes_write(attributes, h->request_attributes);
    if (!rc)
        rc = lex__v2_session_write(q_map_map(event, Q_STR("sessionState")), &r, h->now_ms, a, err);
    transcription_write(q_map_list(event, Q_STR("transcriptions")), call);
    return rc;
}

q_code lex__v2_reply(const q_value *reply, int64_t now_ms, q_arena *a, q_directive *out, q_err *err)
{
    const q_value *messages = q_value_get(reply, Q_STR("messages"));
    lex_v2_state state;
    q_code rc =
        lex__v2_state_read(q_value_get(reply, Q_STR("sessionState")), now_ms, a, &state, err);

    if (rc)
        return rc;
    *out = state.directive;
    if (!out->has_action)
        return q_err_set(err, Q_INVALID, "sessionState has no dialogAction");
    out->has_attributes = state.has_attributes;
    out->attributes = state.attributes;
    out->has_contexts = state.has_contexts;
    out->contexts = state.contexts;
    return q_value_count(messages) ? lex__v2_messages_read(messages, a, out, err) : Q_OK;
}
