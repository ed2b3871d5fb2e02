#include "service/lex_form.h"

#include "base/utf8.h"

#include <stdio.h>

#define CARD_TYPE Q_STR("application/vnd.amazonaws.card.generic")

enum {
    TURNS_MAX = 20,
    SECONDS_MIN = 5,
    SECONDS_MAX = 86400,
    PARAMETERS_MAX = 10,
    LABEL_MAX = 255,
    NAME_MAX_BYTES = 100,
    ATTACHMENTS_MAX = 10,
    BUTTONS_MAX = 5,
    TITLE_MAX = 80,
    URL_MAX = 2048,
    BUTTON_TEXT_MAX = 15,
    BUTTON_VALUE_MAX = 1000,
    AT_BYTES = 64, /* of an item of a list */
    PATH_BYTES = 128
};

static q_code wanted(q_err *err, const char *at, const char *what)
{
    return q_err_set(err, Q_INVALID, "%s: %s is wanted", at, what);
}

static bool is_absent(const q_value *v)
{
    return !v || v->kind == Q_VALUE_NULL;
}

/* ---- attributes and slots ---------------------------------------------- */

static void put(q_value *map, q_str name, q_str value)
{
    if (value.p)
        q_map_str(map, name, value);
    else
        q_map_null(map, name);
}

void lex__attributes_write(q_value *map, const q_attributes *a)
{
    for (size_t i = 0; i < a->n; i++)
        put(map, a->v[i].name, a->v[i].value);
}

void lex__slots_write(q_value *map, const q_intent *intent, const q_filled *slots)
{
    for (size_t i = 0; i < intent->slot_count; i++)
        put(map, intent->slots[i].name, slots[i].value);
}

q_code lex__attributes_read(const q_value *map, const char *at, bool nulls, q_arena *a,
                            q_attributes *out, q_err *err)
{
    *out = (q_attributes){0};
    if (is_absent(map))
        return Q_OK;
    if (map->kind != Q_VALUE_MAP)
        return wanted(err, at, "an object of texts");
    out->v = q_arena_array(a, map->count, sizeof *out->v);
    if (!out->v)
        return q_err_nomem(err);
    for (const q_value *v = q_value_first(map); v; v = v->next) {
        if (v->kind != Q_VALUE_STRING && !(nulls && v->kind == Q_VALUE_NULL))
            return q_err_set(err, Q_INVALID, "%s.%.*s: a text is wanted", at, Q_ARG(v->key));
        out->v[out->n++] = (q_attribute){v->key, v->kind == Q_VALUE_STRING ? v->s : (q_str){0}};
    }
    return Q_OK;
}

/* ---- active contexts --------------------------------------------------- */

void lex__contexts_write(q_value *list, const q_contexts *c, int64_t now_ms)
{
    for (size_t i = 0; i < c->n; i++) {
        const q_context *v = &c->v[i];
        q_value *map = q_list_map(list), *life;

        q_map_str(map, Q_STR("name"), v->name);
        life = q_map_map(map, Q_STR("timeToLive"));
        if (v->expires_ms) /* a second that has begun counts */
            q_map_int(life, Q_STR("timeToLiveInSeconds"), (v->expires_ms - now_ms + 999) / 1000);
        if (v->turns)
            q_map_int(life, Q_STR("turnsToLive"), v->turns);
        lex__attributes_write(q_map_map(map, Q_STR("parameters")), &v->parameters);
    }
}

static bool context_name_good(q_str s)
{
    bool good = s.n >= 1 && s.n <= NAME_MAX_BYTES && q_is_alpha(s.p[0]);

    for (size_t i = 1; i < s.n && good; i++)
        good = q_is_alpha(s.p[i]) || (s.p[i] == '_' && s.p[i - 1] != '_');
    return good;
}

/* A whole number in the range, or *out untouched when it is absent. */
static q_code bounded(const q_value *map, const char *at, const char *name, int64_t min,
                      int64_t max, int64_t *out, q_err *err)
{
    const q_value *v = q_value_get(map, q_str_of(name));
    int64_t n;

    if (is_absent(v))
        return Q_OK;
    if (!q_value_as_int(v, &n) || n < min || n > max)
        return q_err_set(err, Q_INVALID, "%s.%s: a whole number from %lld to %lld is wanted", at,
                         name, (long long)min, (long long)max);
    *out = n;
    return Q_OK;
}

static q_code context_read(const q_value *map, const char *at, int64_t now_ms, q_arena *a,
                           q_context *out, q_err *err)
{
    const q_value *life = q_value_get(map, Q_STR("timeToLive"));
    const q_value *parameters = q_value_get(map, Q_STR("parameters"));
    int64_t turns = 0, seconds = 0;
    char here[PATH_BYTES];
    q_code rc;

    out->name = q_value_str(map, Q_STR("name"), Q_STR(""));
    if (!context_name_good(out->name))
        return q_err_set(err, Q_INVALID,
                         "%s.name: letters with single _ between are wanted, at most %d", at,
                         (int)NAME_MAX_BYTES);
    snprintf(here, sizeof here, "%s.timeToLive", at);
    if (!life || life->kind != Q_VALUE_MAP)
        return wanted(err, here, "an object with turnsToLive or timeToLiveInSeconds");
    rc = bounded(life, here, "turnsToLive", 1, TURNS_MAX, &turns, err);
    if (!rc)
        rc = bounded(life, here, "timeToLiveInSeconds", SECONDS_MIN, SECONDS_MAX, &seconds, err);
    snprintf(here, sizeof here, "%s.parameters", at);
    if (!rc)
        rc = lex__attributes_read(parameters, here, false, a, &out->parameters, err);
    if (!rc && out->parameters.n > PARAMETERS_MAX)
        rc = q_err_set(err, Q_INVALID, "%s: %zu parameters; at most %d", here, out->parameters.n,
                       (int)PARAMETERS_MAX);
    out->turns = (int)turns;
    out->expires_ms = seconds ? now_ms + seconds * 1000 : 0;
    return rc;
}

q_code lex__contexts_read(const q_value *list, int64_t now_ms, q_arena *a, q_contexts *out,
                          q_err *err)
{
    q_code rc = Q_OK;

    *out = (q_contexts){0};
    if (is_absent(list))
        return Q_OK;
    if (list->kind != Q_VALUE_LIST || list->count > Q_CONTEXTS_MAX)
        return q_err_set(err, Q_INVALID, "activeContexts: a list of at most %d is wanted",
                         (int)Q_CONTEXTS_MAX);
    out->v = q_arena_array(a, list->count, sizeof *out->v);
    if (!out->v)
        return q_err_nomem(err);
    for (const q_value *v = q_value_first(list); v && !rc; v = v->next) {
        char at[AT_BYTES];

        snprintf(at, sizeof at, "activeContexts[%zu]", out->n);
        rc = context_read(v, at, now_ms, a, &out->v[out->n], err);
        out->n += !rc;
    }
    return rc;
}

/* ---- recent intents ---------------------------------------------------- */

void lex__summary_write(q_value *map, const q_summary *s)
{
    q_map_str(map, Q_STR("intentName"), s->intent);
    if (s->label.n)
        q_map_str(map, Q_STR("checkpointLabel"), s->label);
    lex__attributes_write(q_map_map(map, Q_STR("slots")), &s->slots);
    q_map_str(map, Q_STR("confirmationStatus"), q_str_of(q_confirmation_name(s->confirmation)));
    q_map_str(map, Q_STR("dialogActionType"), q_str_of(q_action_name(s->action)));
    if (s->fulfillment)
        q_map_str(map, Q_STR("fulfillmentState"), q_str_of(q_fulfillment_name(s->fulfillment)));
    if (s->slot_to_elicit.n)
        q_map_str(map, Q_STR("slotToElicit"), s->slot_to_elicit);
}

static bool label_good(q_str s)
{
    bool good = s.n <= LABEL_MAX;

    for (size_t i = 0; i < s.n && good; i++)
        good = q_is_alnum(s.p[i]) || s.p[i] == '-';
    return good;
}

static q_code summary_read(const q_value *map, const char *at, q_arena *a, q_summary *out,
                           q_err *err)
{
    q_str status = q_value_str(map, Q_STR("confirmationStatus"), Q_STR("None"));
    q_str fulfilled = q_value_str(map, Q_STR("fulfillmentState"), Q_STR(""));
    char here[PATH_BYTES];

    *out = (q_summary){.intent = q_value_str(map, Q_STR("intentName"), Q_STR("")),
                       .label = q_value_str(map, Q_STR("checkpointLabel"), Q_STR("")),
                       .slot_to_elicit = q_value_str(map, Q_STR("slotToElicit"), Q_STR(""))};
    snprintf(here, sizeof here, "%s.slots", at);
    if (!out->intent.n)
        return q_err_set(err, Q_INVALID, "%s.intentName: the name of an intent is wanted", at);
    if (!label_good(out->label))
        return q_err_set(err, Q_INVALID,
                         "%s.checkpointLabel: letters, digits and - are wanted, at most %d", at,
                         (int)LABEL_MAX);
    if (!q_confirmation_of(status, &out->confirmation))
        return q_err_set(err, Q_INVALID,
                         "%s.confirmationStatus: None, Confirmed or Denied is wanted", at);
    if (!q_action_of(q_value_str(map, Q_STR("dialogActionType"), Q_STR("")), &out->action))
        return q_err_set(err, Q_INVALID,
                         "%s.dialogActionType: ElicitIntent, ElicitSlot, ConfirmIntent, Close or "
                         "Delegate is wanted",
                         at);
    if (!q_fulfillment_of(fulfilled, &out->fulfillment))
        return q_err_set(err, Q_INVALID,
                         "%s.fulfillmentState: Fulfilled, Failed or ReadyForFulfillment is wanted",
                         at);
    return lex__attributes_read(q_value_get(map, Q_STR("slots")), here, true, a, &out->slots, err);
}

q_code lex__summaries_read(const q_value *list, q_arena *a, q_summary *out, size_t *count,
                           q_err *err)
{
    q_code rc = Q_OK;

    *count = 0;
    if (is_absent(list))
        return Q_OK;
    if (list->kind != Q_VALUE_LIST || list->count > Q_RECENT_MAX)
        return q_err_set(err, Q_INVALID, "recentIntentSummaryView: a list of at most %d is wanted",
                         (int)Q_RECENT_MAX);
    for (const q_value *v = q_value_first(list); v && !rc; v = v->next) {
        char at[AT_BYTES];

        snprintf(at, sizeof at, "recentIntentSummaryView[%zu]", *count);
        rc = summary_read(v, at, a, &out[*count], err);
        *count += !rc;
    }
    return rc;
}

/* ---- response cards ---------------------------------------------------- */

static void put_some(q_value *map, q_str name, q_str value)
{
    if (value.n)
        q_map_str(map, name, value);
}

void lex__card_write(q_value *map, const q_card *card)
{
    q_value *list;

    q_map_str(map, Q_STR("version"), Q_STR("1"));
    q_map_str(map, Q_STR("contentType"), CARD_TYPE);
    list = q_map_list(map, Q_STR("genericAttachments"));
    for (size_t i = 0; i < card->n; i++) {
        const q_attachment *t = &card->v[i];
        q_value *one = q_list_map(list), *buttons;

        put_some(one, Q_STR("title"), t->title);
        put_some(one, Q_STR("subTitle"), t->subtitle);
        put_some(one, Q_STR("attachmentLinkUrl"), t->link_url);
        put_some(one, Q_STR("imageUrl"), t->image_url);
        buttons = t->button_count ? q_map_list(one, Q_STR("buttons")) : NULL;
        for (size_t b = 0; b < t->button_count; b++) {
            q_value *button = q_list_map(buttons);

            q_map_str(button, Q_STR("text"), t->buttons[b].text);
            q_map_str(button, Q_STR("value"), t->buttons[b].value);
        }
    }
}

/* A text of at most `max` characters; empty without one, unless it is required. */
static q_code text_read(const q_value *map, const char *at, const char *name, size_t max,
                        bool required, q_str *out, q_err *err)
{
    const q_value *v = q_value_get(map, q_str_of(name));

    *out = (q_str){0};
    if (is_absent(v) && !required)
        return Q_OK;
    if (!v || v->kind != Q_VALUE_STRING || q_utf8_count(v->s) > max || (required && !v->s.n))
        return q_err_set(err, Q_INVALID, "%s.%s: a text of at most %zu characters is wanted", at,
                         name, max);
    *out = v->s;
    return Q_OK;
}

static q_code buttons_read(const q_value *list, const char *at, q_arena *a, q_attachment *out,
                           q_err *err)
{
    q_code rc = Q_OK;

    if (is_absent(list))
        return Q_OK;
    if (list->kind != Q_VALUE_LIST || list->count > BUTTONS_MAX)
        return q_err_set(err, Q_INVALID, "%s.buttons: a list of at most %d is wanted", at,
                         (int)BUTTONS_MAX);
    out->buttons = q_arena_array(a, list->count, sizeof *out->buttons);
    if (!out->buttons)
        return q_err_nomem(err);
    for (const q_value *v = q_value_first(list); v && !rc; v = v->next) {
        q_button *b = &out->buttons[out->button_count];
        char here[PATH_BYTES];

        snprintf(here, sizeof here, "%s.buttons[%zu]", at, out->button_count);
        rc = text_read(v, here, "text", BUTTON_TEXT_MAX, true, &b->text, err);
        if (!rc)
            rc = text_read(v, here, "value", BUTTON_VALUE_MAX, true, &b->value, err);
        out->button_count += !rc;
    }
    return rc;
}

static q_code attachment_read(const q_value *v, const char *at, q_arena *a, q_attachment *out,
                              q_err *err)
{
    q_code rc = text_read(v, at, "title", TITLE_MAX, false, &out->title, err);

    if (!rc)
        rc = text_read(v, at, "subTitle", TITLE_MAX, false, &out->subtitle, err);
    if (!rc)
        rc = text_read(v, at, "attachmentLinkUrl", URL_MAX, false, &out->link_url, err);
    if (!rc)
        rc = text_read(v, at, "imageUrl", URL_MAX, false, &out->image_url, err);
    return rc ? rc : buttons_read(q_value_get(v, Q_STR("buttons")), at, a, out, err);
}

q_code lex__card_read(const q_value *map, q_arena *a, q_card *out, q_err *err)
{
    const q_value *list = q_value_get(map, Q_STR("genericAttachments"));
    q_str type = q_value_str(map, Q_STR("contentType"), CARD_TYPE);
    q_code rc = Q_OK;

    *out = (q_card){0};
    if (is_absent(map) || is_absent(list))
        return Q_OK;
    if (!q_str_eq(type, CARD_TYPE))
        return q_err_set(err, Q_INVALID, "responseCard.contentType: %.*s is wanted",
                         Q_ARG(CARD_TYPE));
    if (list->kind != Q_VALUE_LIST || list->count > ATTACHMENTS_MAX)
        return q_err_set(err, Q_INVALID,
                         "responseCard.genericAttachments: a list of at most %d is wanted",
                         (int)ATTACHMENTS_MAX);
    out->v = q_arena_array(a, list->count, sizeof *out->v);
    if (!out->v)
        return q_err_nomem(err);
    for (const q_value *v = q_value_first(list); v && !rc; v = v->next) {
        char at[AT_BYTES];

        snprintf(at, sizeof at, "responseCard.genericAttachments[%zu]", out->n);
        rc = attachment_read(v, at, a, &out->v[out->n], err);
        out->n += !rc;
    }
    return rc;
}

/* ---- sentiment --------------------------------------------------------- */

void lex__sentiment_write(q_value *map, const q_sentiment_scores *s)
{
    q_str score;

    if (!map)
        return;
    score =
        q_str_printf(map->arena, "{Positive: %.8g,Negative: %.8g,Neutral: %.8g,Mixed: %.8g}",
                     (double)s->score[Q_SENTIMENT_POSITIVE], (double)s->score[Q_SENTIMENT_NEGATIVE],
                     (double)s->score[Q_SENTIMENT_NEUTRAL], (double)s->score[Q_SENTIMENT_MIXED]);
    if (!score.p)
        q_value_fail(map);
    q_map_str(map, Q_STR("sentimentLabel"), q_str_of(q_sentiment_name(s->sentiment)));
    q_map_str(map, Q_STR("sentimentScore"), score);
}

/* ---- messages ---------------------------------------------------------- */

static const char *const KINDS[] = {"PlainText", "CustomPayload", "SSML"};

const char *lex__message_kind_name(q_message_kind kind)
{
    return KINDS[kind];
}

bool lex__message_kind_of(q_str name, q_message_kind *out)
{
    size_t i = 0;

    while (i < sizeof KINDS / sizeof *KINDS && !q_str_is(name, KINDS[i]))
        i++;
    *out = (q_message_kind)i;
    return i < sizeof KINDS / sizeof *KINDS;
}
