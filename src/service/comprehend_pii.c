/* Personal data: where they are, which there are, and texts without them. */
#include "service/comprehend.h"

#include "language/pii.h"

enum { TEXT = 100000, DOCUMENT = 1 << 20, REDACTED = 256 << 20 };

static q_code find_raw(const comprehend_ask *ask, q_str text, q_arena *a, q_pii **out,
                       size_t *count, q_err *err)
{
    q_tokens tokens;
    q_code rc = q_tokens_of(text, a, &tokens, err);

    return rc ? rc : q_pii_find(ask->app->language, &tokens, a, out, count, err);
}

static q_code find_pii(const comprehend_ask *ask, q_str text, q_value *out, q_err *err)
{
    q_value *list = q_map_list(out, Q_STR("Entities"));
    q_pii *v;
    size_t count;
    q_code rc = find_raw(ask, text, out->arena, &v, &count, err);

    for (size_t i = 0; !rc && i < count; i++) {
        q_value *map = q_list_map(list);

        comprehend__put_place(map, v[i].score, v[i].point, v[i].points);
        q_map_str(map, Q_STR("Type"), q_str_of(q_pii_type_name(v[i].type)));
    }
    return rc ? rc : q_value_ok(out, err);
}

/* Each type that is there, with its surest find. */
static q_code find_labels(const comprehend_ask *ask, q_str text, q_value *out, q_err *err)
{
    q_value *list = q_map_list(out, Q_STR("Labels"));
    float best[Q_PII_TYPES] = {0};
    q_pii *v;
    size_t count;
    q_code rc = find_raw(ask, text, out->arena, &v, &count, err);

    for (size_t i = 0; !rc && i < count; i++)
        if (v[i].score > best[v[i].type])
            best[v[i].type] = v[i].score;
    for (size_t t = 0; !rc && t < Q_PII_TYPES; t++) {
        q_value *map;

        if (best[t] <= 0)
            continue;
        map = q_list_map(list);
        q_map_str(map, Q_STR("Name"), q_str_of(q_pii_type_name((q_pii_type)t)));
        q_map_double(map, Q_STR("Score"), (double)best[t]);
    }
    return rc ? rc : q_value_ok(out, err);
}

const comprehend_feature comprehend__pii = {"personal data", "en", TEXT, DOCUMENT, find_pii};
const comprehend_feature comprehend__pii_labels = {"personal data", "en", TEXT, DOCUMENT,
                                                   find_labels};

/* ---- redaction --------------------------------------------------------------------- */

static bool wanted(const q_value *types, q_pii_type type)
{
    if (!q_value_count(types))
        return true;
    for (const q_value *v = q_value_first(types); v; v = v->next)
        if (q_str_is(v->s, "ALL") || q_str_is(v->s, q_pii_type_name(type)))
            return true;
    return false;
}

q_code comprehend__redact(const comprehend_ask *ask, const q_value *config, q_str text, q_arena *a,
                          q_str *out, q_err *err)
{
    const q_value *types = q_value_get(config, Q_STR("PiiEntityTypes"));
    q_str mode = q_value_str(config, Q_STR("MaskMode"), Q_STR("REPLACE_WITH_PII_ENTITY_TYPE"));
    char mask =
        q_str_is(mode, "MASK") ? *q_value_str(config, Q_STR("MaskCharacter"), Q_STR("*")).p : 0;
    q_buf b = q_buf_init(a, REDACTED);
    q_pii *v = NULL;
    size_t count = 0, n = 0;
    q_code rc = find_raw(ask, text, a, &v, &count, err);

    for (size_t i = 0; !rc && i < count; i++)
        if (wanted(types, v[i].type))
            v[n++] = v[i];
    if (!rc)
        rc = q_pii_redact(text, v, n, mask, &b);
    return rc ? rc : q_buf_finish(&b, out, err);
}
