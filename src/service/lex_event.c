/* What a bot's function is told. Source: the Lex V1 guide, Lambda input event. */
#include "service/lex_hook.h"

#include "base/json.h"
#include "service/lex_form.h"
#include "service/lex_v2_event.h"

enum { EVENT_BYTES = 6 << 20 };

/* A slot's words and what they may mean; null without a value. */
static q_code detail_write(q_value *details, const q_slot *slot, const q_filled *filled, q_arena *a,
                           q_err *err)
{
    q_value *detail, *list;
    q_str *values;
    size_t n;
    q_code rc;

    if (!filled->value.p) {
        q_map_null(details, slot->name);
        return Q_OK;
    }
    rc = q_slot_resolutions(slot, filled, a, &values, &n, err);
    if (rc)
        return rc;
    detail = q_map_map(details, slot->name);
    list = q_map_list(detail, Q_STR("resolutions"));
    for (size_t i = 0; i < n; i++)
        q_map_str(q_list_map(list), Q_STR("value"), values[i]);
    q_map_str(detail, Q_STR("originalValue"),
              filled->original.p ? filled->original : filled->value);
    return Q_OK;
}

static q_code intent_write(q_value *map, const q_intent *intent, const q_filled *slots,
                           double score, q_confirmation confirmation, q_arena *a, q_err *err)
{
    q_value *details;
    q_code rc = Q_OK;

    q_map_str(map, Q_STR("name"), intent->name);
    if (score >= 0)
        q_map_double(map, Q_STR("nluIntentConfidenceScore"), score);
    else
        q_map_null(map, Q_STR("nluIntentConfidenceScore"));
    lex__slots_write(q_map_map(map, Q_STR("slots")), intent, slots);
    details = q_map_map(map, Q_STR("slotDetails"));
    for (size_t i = 0; i < intent->slot_count && !rc; i++)
        rc = detail_write(details, &intent->slots[i], &slots[i], a, err);
    q_map_str(map, Q_STR("confirmationStatus"), q_str_of(q_confirmation_name(confirmation)));
    return rc;
}

/* What else the words may mean. */
static q_code alternatives_write(q_value *list, const q_hook_call *call, q_arena *a, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < call->understood->count && !rc; i++) {
        const q_guess *g = &call->understood->guesses[i];
        q_filled *slots;

        if (g->intent == call->intent || q_value_count(list) == Q_UNDERSTOOD_MAX - 1)
            continue;
        slots = q_arena_array(a, g->intent->slot_count, sizeof *slots);
        if (!slots)
            return q_err_nomem(err);
        for (size_t s = 0; s < g->intent->slot_count; s++)
            slots[s] = (q_filled){g->slots[s], g->said[s]};
        rc = intent_write(q_list_map(list), g->intent, slots, g->score, Q_CONFIRM_NONE, a, err);
    }
    return rc;
}

static q_code event_fill(q_value *event, const lex_hook *h, const q_hook_call *call, q_arena *a,
                         q_err *err)
{
    const q_session *s = call->session;
    q_value *map, *list;
    q_code rc;

    q_map_str(event, Q_STR("messageVersion"), Q_STR("1.0"));
    q_map_str(event, Q_STR("invocationSource"),
              call->fulfillment ? Q_STR("FulfillmentCodeHook") : Q_STR("DialogCodeHook"));
    q_map_str(event, Q_STR("userId"), h->user);
    lex__attributes_write(q_map_map(event, Q_STR("sessionAttributes")), &s->attributes);
    if (h->request_attributes)
        lex__attributes_write(q_map_map(event, Q_STR("requestAttributes")), h->request_attributes);
    else
        q_map_null(event, Q_STR("requestAttributes"));
    map = q_map_map(event, Q_STR("bot"));
    q_map_str(map, Q_STR("name"), h->bot->name);
    q_map_str(map, Q_STR("alias"), h->alias);
    q_map_str(map, Q_STR("version"), h->version);
    q_map_str(event, Q_STR("outputDialogMode"), Q_STR("Text"));
    rc = intent_write(q_map_map(event, Q_STR("currentIntent")), call->intent, s->slots, call->score,
                      call->confirmation, a, err);
    if (!rc)
        rc = alternatives_write(q_map_list(event, Q_STR("alternativeIntents")), call, a, err);
    q_map_str(event, Q_STR("inputTranscript"), call->text);
    if (h->sentiment)
        lex__sentiment_write(q_map_map(event, Q_STR("sentimentResponse")), h->sentiment);
    list = q_map_list(event, Q_STR("recentIntentSummaryView"));
    for (size_t i = 0; i < s->recent_count; i++)
        lex__summary_write(q_list_map(list), &s->recent[i]);
    lex__contexts_write(q_map_list(event, Q_STR("activeContexts")), &s->contexts, h->now_ms);
    return rc;
}

q_code lex__hook_event(const lex_hook *h, const q_hook_call *call, q_arena *a, q_str *out,
                       q_err *err)
{
    q_buf b = q_buf_init(a, EVENT_BYTES);
    q_value *event = q_value_map(a);
    q_code rc = call->intent->speaks_v2 ? lex__v2_event(event, h, call, a, err)
                                        : event_fill(event, h, call, a, err);

    if (!rc)
        rc = q_value_ok(event, err);
    if (rc)
        return rc;
    q_json_write(&b, event);
    return q_buf_finish(&b, out, err);
}
