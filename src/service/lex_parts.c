#include "service/lex_parts.h"

#include "service/lex_card.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { PATH_MAX_BYTES = 160, ATTEMPTS_MAX = 5, NAME_MAX_BYTES = 100 };

void lex__problem(lex_reader *r, bool unsupported, const char *fmt, ...)
{
    va_list ap;
    int n;

    r->problems++;
    r->unsupported += unsupported;
    if (r->n + 3 >= sizeof r->text)
        return;
    if (r->n) {
        memcpy(r->text + r->n, "; ", 2);
        r->n += 2;
    }
    va_start(ap, fmt);
    n = vsnprintf(r->text + r->n, sizeof r->text - r->n, fmt, ap);
    va_end(ap);
    if (n > 0)
        r->n += (size_t)n < sizeof r->text - r->n ? (size_t)n : sizeof r->text - r->n - 1;
}

q_code lex__result(const lex_reader *r, q_err *err)
{
    if (r->full)
        return q_err_nomem(err);
    if (!r->problems)
        return Q_OK;
    return q_err_set(err, r->unsupported == r->problems ? Q_UNSUPPORTED : Q_INVALID, "%.*s",
                     (int)r->n, r->text);
}

const char *lex__path(lex_reader *r, const char *fmt, ...)
{
    char text[PATH_MAX_BYTES];
    va_list ap;
    char *out;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    out = q_str_cstr(r->arena, q_str_of(text));
    r->full |= !out;
    return out ? out : "";
}

void *lex__array(lex_reader *r, size_t n, size_t size)
{
    void *out = q_arena_array(r->arena, n, size);

    r->full |= !out;
    return out;
}

static const char *kind_name(const q_value *v)
{
    switch (v->kind) {
    case Q_VALUE_NULL:
        return "null";
    case Q_VALUE_BOOL:
        return "true or false";
    case Q_VALUE_STRING:
        return "text";
    case Q_VALUE_LIST:
        return "a list";
    case Q_VALUE_MAP:
        return "an object";
    default:
        return "a number";
    }
}

/* The member, if it is of that kind; null counts as absent. */
static const q_value *member(lex_reader *r, const q_value *v, const char *at, const char *name,
                             q_kind kind, bool required)
{
    const q_value *m = q_value_get(v, q_str_of(name));
    q_value want = {.kind = kind};

    if (v && v->kind != Q_VALUE_MAP) {
        if (required)
            lex__problem(r, false, "%s: an object is wanted, this is %s", at, kind_name(v));
        return NULL;
    }
    if (!m || m->kind == Q_VALUE_NULL) {
        if (required)
            lex__problem(r, false, "%s.%s: missing", at, name);
        return NULL;
    }
    if (m->kind != kind) {
        lex__problem(r, false, "%s.%s: %s is wanted, this is %s", at, name, kind_name(&want),
                     kind_name(m));
        return NULL;
    }
    return m;
}

q_str lex__str(lex_reader *r, const q_value *v, const char *at, const char *name, bool required)
{
    const q_value *m = member(r, v, at, name, Q_VALUE_STRING, required);

    if (m && required && !m->s.n)
        lex__problem(r, false, "%s.%s: empty", at, name);
    return m ? m->s : Q_STR("");
}

/* Letters with single - _ . between. */
q_str lex__name(lex_reader *r, const q_value *v, const char *at, const char *name)
{
    q_str s = lex__str(r, v, at, name, true);
    bool good = s.n <= NAME_MAX_BYTES;

    for (size_t i = 0; i < s.n && good; i++)
        good = q_is_alpha(s.p[i]) || (i > 0 && (s.p[i] == '_' || s.p[i] == '-' || s.p[i] == '.') &&
                                      q_is_alpha(s.p[i - 1]));
    if (!good)
        lex__problem(r, false, "%s.%s: %.*s; letters with single _ between are wanted, at most %d",
                     at, name, (int)(s.n < 40 ? s.n : 40), s.p, (int)NAME_MAX_BYTES);
    return s;
}

int64_t lex__int(lex_reader *r, const q_value *v, const char *at, const char *name, int64_t min,
                 int64_t max, int64_t fallback)
{
    const q_value *m = q_value_get(v, q_str_of(name));
    int64_t n = fallback;

    if (!m || m->kind == Q_VALUE_NULL)
        return fallback;
    if (!q_value_as_int(m, &n)) {
        lex__problem(r, false, "%s.%s: a whole number is wanted, this is %s", at, name,
                     kind_name(m));
        return fallback;
    }
    if (n < min || n > max)
        lex__problem(r, false, "%s.%s: %lld; %lld to %lld is wanted", at, name, (long long)n,
                     (long long)min, (long long)max);
    return n;
}

const q_value *lex__list(lex_reader *r, const q_value *v, const char *at, const char *name,
                         bool required)
{
    const q_value *m = member(r, v, at, name, Q_VALUE_LIST, required);

    if (m && required && !m->count)
        lex__problem(r, false, "%s.%s: empty", at, name);
    return m;
}

const q_value *lex__map(lex_reader *r, const q_value *v, const char *at, const char *name)
{
    return member(r, v, at, name, Q_VALUE_MAP, false);
}

void lex__strings(lex_reader *r, const q_value *v, const char *at, const char *name, q_str **out,
                  size_t *count)
{
    const q_value *list = lex__list(r, v, at, name, false);
    size_t i = 0, n = 0;

    *out = lex__array(r, q_value_count(list), sizeof **out);
    for (const q_value *e = q_value_first(list); e && *out; e = e->next, i++) {
        if (e->kind == Q_VALUE_STRING)
            (*out)[n++] = e->s;
        else
            lex__problem(r, false, "%s.%s[%zu]: text is wanted, this is %s", at, name, i,
                         kind_name(e));
    }
    *count = n;
}

void lex__none(lex_reader *r, const q_value *v, const char *at, const char *name)
{
    const q_value *m = q_value_get(v, q_str_of(name));

    if (m && m->kind != Q_VALUE_NULL &&
        !((m->kind == Q_VALUE_LIST || m->kind == Q_VALUE_MAP) && !m->count))
        lex__problem(r, true, "%s.%s: not there yet; leave it out", at, name);
}

static void message_read(lex_reader *r, const q_value *v, const char *at, q_message *out)
{
    q_str kind = lex__str(r, v, at, "contentType", true);

    if (q_str_is(kind, "CustomPayload"))
        out->kind = Q_MESSAGE_CUSTOM;
    else if (q_str_is(kind, "SSML"))
        out->kind = Q_MESSAGE_SSML;
    else if (kind.n && !q_str_is(kind, "PlainText"))
        lex__problem(r, false, "%s.contentType: %.*s; PlainText, CustomPayload or SSML is wanted",
                     at, Q_ARG(kind));
    out->text = lex__str(r, v, at, "content", true);
    out->group = (int)lex__int(r, v, at, "groupNumber", 1, 5, 1);
}

static void messages_read(lex_reader *r, const q_value *v, const char *at, q_messages *out)
{
    const q_value *list = lex__list(r, v, at, "messages", true);
    size_t i = 0;

    out->v = lex__array(r, q_value_count(list), sizeof *out->v);
    for (const q_value *e = q_value_first(list); e && out->v; e = e->next, i++)
        message_read(r, e, lex__path(r, "%s.messages[%zu]", at, i), &out->v[i]);
    out->n = out->v ? i : 0;
}

void lex__prompt(lex_reader *r, const q_value *v, const char *at, q_prompt *out)
{
    messages_read(r, v, at, &out->messages);
    out->max_attempts = (int)lex__int(r, v, at, "maxAttempts", 1, ATTEMPTS_MAX, 2);
    lex__card(r, v, at, &out->messages.card);
}

void lex__statement(lex_reader *r, const q_value *v, const char *at, const char *name,
                    q_messages *out)
{
    const q_value *m = lex__map(r, v, at, name);
    const char *here = lex__path(r, "%s.%s", at, name);

    if (!m)
        return;
    messages_read(r, m, here, out);
    lex__card(r, m, here, &out->card);
}

q_str lex__hook(lex_reader *r, const q_value *v, const char *at, const char *name, bool required,
                bool *v2)
{
    const q_value *m = member(r, v, at, name, Q_VALUE_MAP, required);
    const char *here = lex__path(r, "%s.%s", at, name);
    q_str version = q_value_str(m, Q_STR("messageVersion"), Q_STR("1.0"));

    if (!q_str_is(version, "1.0") && !q_str_is(version, "2.0"))
        lex__problem(r, true, "%s.messageVersion: %.*s is not there; 1.0 is, and 2.0 for V2's form",
                     here, Q_ARG(q_str_sub(version, 0, 20)));
    *v2 = *v2 || q_str_is(version, "2.0");
    return m ? lex__str(r, m, here, "uri", true) : Q_STR("");
}

void lex__add_utterances(lex_reader *r, q_intent *intent, const char *const *more, size_t count)
{
    q_str *all = lex__array(r, intent->utterance_count + count, sizeof *all);

    if (!all)
        return;
    if (intent->utterance_count)
        memcpy(all, intent->utterances, intent->utterance_count * sizeof *all);
    for (size_t i = 0; i < count; i++)
        all[intent->utterance_count + i] = q_str_of(more[i]);
    intent->utterances = all;
    intent->utterance_count += count;
}
