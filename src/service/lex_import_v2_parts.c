#include "service/lex_import_v2_parts.h"

#include "base/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { ATTEMPTS_MAX = 5, ATTEMPTS_USUAL = 2, GROUPS_MAX = 5, CARD_BYTES = 50000, WARNING = 400 };

void v2__warn(v2_reader *r, const char *fmt, ...)
{
    char line[WARNING];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    q_buf_puts(&r->warnings, line);
    q_buf_char(&r->warnings, '\n');
}

const q_value *v2__either(const q_value *v, const char *one, const char *other)
{
    const q_value *m = q_value_get(v, q_str_of(one));

    if (!m || m->kind == Q_VALUE_NULL)
        m = q_value_get(v, q_str_of(other));
    return m && m->kind != Q_VALUE_NULL ? m : NULL;
}

static q_str text(const q_value *v, const char *name)
{
    return q_value_str(v, q_str_of(name), Q_STR(""));
}

/* ---- messages ------------------------------------------------------------ */

static void card_add(const q_value *image, q_value *attachments)
{
    q_value *to = q_list_map(attachments), *list;
    const q_value *buttons = q_value_get(image, Q_STR("buttons"));

    q_map_copy(to, Q_STR("title"), q_value_get(image, Q_STR("title")));
    q_map_copy(to, Q_STR("subTitle"), q_value_get(image, Q_STR("subtitle")));
    q_map_copy(to, Q_STR("imageUrl"), q_value_get(image, Q_STR("imageUrl")));
    if (!q_value_count(buttons))
        return;
    list = q_map_list(to, Q_STR("buttons"));
    for (const q_value *b = q_value_first(buttons); b; b = b->next) {
        q_value *button = q_list_map(list);

        q_map_copy(button, Q_STR("text"), q_value_get(b, Q_STR("text")));
        q_map_copy(button, Q_STR("value"), q_value_get(b, Q_STR("value")));
    }
}

static void message_add(const q_value *message, int64_t group, q_value *messages,
                        q_value *attachments)
{
    static const char *const kinds[][2] = {{"plainTextMessage", "PlainText"},
                                           {"ssmlMessage", "SSML"},
                                           {"customPayload", "CustomPayload"}};
    const q_value *image = q_value_get(message, Q_STR("imageResponseCard"));

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const q_value *m = q_value_get(message, q_str_of(kinds[i][0]));
        q_value *to;

        if (!m || m->kind != Q_VALUE_MAP)
            continue;
        to = q_list_map(messages);
        q_map_str(to, Q_STR("contentType"), q_str_of(kinds[i][1]));
        q_map_str(to, Q_STR("content"), text(m, "value"));
        if (group)
            q_map_int(to, Q_STR("groupNumber"), group);
    }
    if (image && image->kind == Q_VALUE_MAP)
        card_add(image, attachments);
}

static void card_write(v2_reader *r, const q_value *attachments, q_value *to)
{
    q_arena *a = r->problems.arena;
    q_buf b = q_buf_init(a, CARD_BYTES);
    q_value *card = q_value_map(a);
    q_str json;

    if (!q_value_count(attachments))
        return;
    q_map_int(card, Q_STR("version"), 1);
    q_map_str(card, Q_STR("contentType"), Q_STR("application/vnd.amazonaws.card.generic"));
    q_map_copy(card, Q_STR("genericAttachments"), attachments);
    q_json_write(&b, card);
    if (q_buf_finish(&b, &json, NULL))
        r->problems.full = true;
    else
        q_map_str(to, Q_STR("responseCard"), json);
}

bool v2__statement(v2_reader *r, const q_value *specification, const char *at, q_value *to)
{
    const q_value *groups = v2__either(specification, "messageGroupsList", "messageGroupList");
    q_value *attachments = q_value_list(r->problems.arena), *messages;
    size_t count = q_value_count(groups);
    int64_t group = 0;

    if (!count)
        return false;
    if (count > GROUPS_MAX)
        v2__warn(r, "%s: %zu message groups; the first %d are taken", at, count, (int)GROUPS_MAX);
    messages = q_map_list(to, Q_STR("messages"));
    for (const q_value *g = q_value_first(groups); g && group < GROUPS_MAX; g = g->next) {
        int64_t number = count > 1 ? ++group : (group++, 0);

        message_add(q_value_get(g, Q_STR("message")), number, messages, attachments);
        for (const q_value *v = q_value_first(q_value_get(g, Q_STR("variations"))); v; v = v->next)
            message_add(v, number, messages, attachments);
    }
    card_write(r, attachments, to);
    if (!q_value_count(messages) && q_value_count(attachments)) { /* V1 says something beside it */
        q_value *m = q_list_map(messages);

        q_map_str(m, Q_STR("contentType"), Q_STR("PlainText"));
        q_map_str(m, Q_STR("content"), text(q_value_first(attachments), "title"));
    }
    return q_value_count(messages) > 0;
}

bool v2__prompt(v2_reader *r, const q_value *specification, const char *at, q_value *to,
                const char *name)
{
    int64_t attempts = ATTEMPTS_USUAL;
    const q_value *retries = q_value_get(specification, Q_STR("maxRetries"));
    q_value *prompt;

    if (!q_value_count(v2__either(specification, "messageGroupsList", "messageGroupList")))
        return false;
    prompt = q_map_map(to, q_str_of(name));
    v2__statement(r, specification, at, prompt);
    if (retries && q_value_as_int(retries, &attempts))
        attempts = attempts < 1 ? 1 : attempts > ATTEMPTS_MAX ? ATTEMPTS_MAX : attempts;
    q_map_int(prompt, Q_STR("maxAttempts"), attempts);
    return true;
}

/* ---- slot types ---------------------------------------------------------- */

static void values_write(const q_value *values, q_value *to)
{
    q_value *list = q_map_list(to, Q_STR("enumerationValues"));

    for (const q_value *v = q_value_first(values); v; v = v->next) {
        q_value *value = q_list_map(list), *synonyms;

        q_map_str(value, Q_STR("value"), text(q_value_get(v, Q_STR("sampleValue")), "value"));
        synonyms = q_map_list(value, Q_STR("synonyms"));
        for (const q_value *s = q_value_first(q_value_get(v, Q_STR("synonyms"))); s; s = s->next)
            q_list_str(synonyms, text(s, "value"));
    }
}

void v2__slot_type(v2_reader *r, const q_value *file, const char *at, q_value *to)
{
    const q_value *setting = v2__either(file, "valueSelectionSetting", "valueSelectionSetting");
    q_str strategy = text(setting, "resolutionStrategy"), pattern;
    q_str parent = text(file, "parentSlotTypeSignature");

    q_map_copy(to, Q_STR("name"), v2__either(file, "name", "slotTypeName"));
    q_map_copy(to, Q_STR("description"), q_value_get(file, Q_STR("description")));
    if (v2__either(file, "compositeSlotTypeSetting", "subSlots"))
        lex__problem(&r->problems, true, "%s: composite slot types are not there", at);
    if (v2__either(file, "externalSourceSetting", "externalSourceSetting"))
        lex__problem(&r->problems, true, "%s: grammars from elsewhere are not there", at);
    pattern = text(q_value_get(setting, Q_STR("regexFilter")), "pattern");
    if (pattern.n && !parent.n)
        parent = Q_STR("AMAZON.AlphaNumeric");
    q_map_str(to, Q_STR("valueSelectionStrategy"),
              q_str_is_nocase(strategy, "TopResolution") || q_str_is(strategy, "TOP_RESOLUTION")
                  ? Q_STR("TOP_RESOLUTION")
                  : Q_STR("ORIGINAL_VALUE"));
    if (parent.n)
        q_map_str(to, Q_STR("parentSlotTypeSignature"), parent);
    if (pattern.n)
        q_map_str(q_map_map(q_list_map(q_map_list(to, Q_STR("slotTypeConfigurations"))),
                            Q_STR("regexConfiguration")),
                  Q_STR("pattern"), pattern);
    if (!parent.n)
        values_write(q_value_get(file, Q_STR("slotTypeValues")), to);
}
