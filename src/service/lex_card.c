#include "service/lex_card.h"

#include "base/json.h"

enum { ATTACHMENTS_MAX = 10, BUTTONS_MAX = 5 };

#define GENERIC "application/vnd.amazonaws.card.generic"

static void buttons_read(lex_reader *r, const q_value *v, const char *at, q_attachment *out)
{
    const q_value *list = lex__list(r, v, at, "buttons", false);
    size_t i = 0;

    if (q_value_count(list) > BUTTONS_MAX) {
        lex__problem(r, false, "%s.buttons: %zu; at most %d", at, q_value_count(list),
                     (int)BUTTONS_MAX);
        return;
    }
    out->buttons = lex__array(r, q_value_count(list), sizeof *out->buttons);
    for (const q_value *b = q_value_first(list); b && out->buttons; b = b->next, i++) {
        const char *here = lex__path(r, "%s.buttons[%zu]", at, i);

        out->buttons[i] =
            (q_button){lex__str(r, b, here, "text", true), lex__str(r, b, here, "value", true)};
    }
    out->button_count = out->buttons ? i : 0;
}

static void attachments_read(lex_reader *r, const q_value *card, const char *at, q_card *out)
{
    const q_value *list = lex__list(r, card, at, "genericAttachments", true);
    size_t i = 0;

    if (q_value_count(list) > ATTACHMENTS_MAX) {
        lex__problem(r, false, "%s.genericAttachments: %zu; at most %d", at, q_value_count(list),
                     (int)ATTACHMENTS_MAX);
        return;
    }
    out->v = lex__array(r, q_value_count(list), sizeof *out->v);
    for (const q_value *e = q_value_first(list); e && out->v; e = e->next, i++) {
        const char *here = lex__path(r, "%s.genericAttachments[%zu]", at, i);

        out->v[i] = (q_attachment){.title = lex__str(r, e, here, "title", false),
                                   .subtitle = lex__str(r, e, here, "subTitle", false),
                                   .link_url = lex__str(r, e, here, "attachmentLinkUrl", false),
                                   .image_url = lex__str(r, e, here, "imageUrl", false)};
        buttons_read(r, e, here, &out->v[i]);
    }
    out->n = out->v ? i : 0;
}

void lex__card(lex_reader *r, const q_value *v, const char *at, q_card *out)
{
    q_str text = lex__str(r, v, at, "responseCard", false), kind;
    const char *here = lex__path(r, "%s.responseCard", at);
    q_err err;
    q_value *card;

    if (!text.n)
        return;
    if (q_json_parse(r->arena, text, &card, &err)) {
        lex__problem(r, false, "%s: %s", here, err.msg);
        return;
    }
    kind = q_value_str(card, Q_STR("contentType"), Q_STR(GENERIC));
    if (!q_str_is(kind, GENERIC)) {
        lex__problem(r, true, "%s.contentType: %.*s is not there; " GENERIC " is", here,
                     Q_ARG(q_str_sub(kind, 0, 80)));
        return;
    }
    attachments_read(r, card, here, out);
}
