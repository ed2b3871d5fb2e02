#include "service/lex_import_slot.h"

#include "service/lex_card.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { BUILTIN_PREFIX = 7, PATTERN_MAX = 100 };

/* Can it be compiled? */
static void pattern_check(lex_reader *r, const char *at, q_str pattern)
{
    int code;
    PCRE2_SIZE offset;
    PCRE2_UCHAR text[120];
    pcre2_code *compiled;

    if (!pattern.n)
        return;
    if (pattern.n > PATTERN_MAX) {
        lex__problem(r, false, "%s.slotTypeConfigurations: a pattern of %zu characters; at most %d",
                     at, pattern.n, (int)PATTERN_MAX);
        return;
    }
    compiled = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n, PCRE2_UTF, &code, &offset, NULL);
    if (!compiled) {
        pcre2_get_error_message(code, text, sizeof text);
        lex__problem(r, false, "%s.slotTypeConfigurations: pattern %.*s, at %zu: %s", at,
                     Q_ARG(pattern), (size_t)offset, (const char *)text);
    }
    pcre2_code_free(compiled);
}

/* A type that extends AMAZON.AlphaNumeric, by a regular expression. */
static void parent_read(lex_reader *r, const q_value *v, const char *at, q_slot_type *out)
{
    q_str parent = lex__str(r, v, at, "parentSlotTypeSignature", false);
    const q_value *list = lex__list(r, v, at, "slotTypeConfigurations", false);

    if (!parent.n) {
        if (q_value_count(list))
            lex__problem(r, false, "%s.slotTypeConfigurations: parentSlotTypeSignature is missing",
                         at);
        return;
    }
    if (!q_str_is(parent, "AMAZON.AlphaNumeric")) {
        lex__problem(r, true,
                     "%s.parentSlotTypeSignature: %.*s cannot be extended; AMAZON.AlphaNumeric can",
                     at, Q_ARG(q_str_sub(parent, 0, 80)));
        return;
    }
    out->parent = Q_SLOT_ALPHANUMERIC;
    for (const q_value *e = q_value_first(list); e && !out->pattern.n; e = e->next)
        out->pattern =
            q_value_str(q_value_get(e, Q_STR("regexConfiguration")), Q_STR("pattern"), Q_STR(""));
    pattern_check(r, at, out->pattern);
}

static void slot_type_read(lex_reader *r, const q_value *v, const char *at, q_slot_type *out)
{
    q_str strategy = lex__str(r, v, at, "valueSelectionStrategy", false);
    const q_value *values = lex__list(r, v, at, "enumerationValues", false);
    size_t i = 0;

    out->name = lex__name(r, v, at, "name");
    if (strategy.n && !q_str_is(strategy, "ORIGINAL_VALUE") &&
        !q_str_is(strategy, "TOP_RESOLUTION"))
        lex__problem(r, false,
                     "%s.valueSelectionStrategy: %.*s; ORIGINAL_VALUE or TOP_RESOLUTION is wanted",
                     at, Q_ARG(strategy));
    out->top_resolution = q_str_is(strategy, "TOP_RESOLUTION");
    parent_read(r, v, at, out);
    out->values = lex__array(r, q_value_count(values), sizeof *out->values);
    for (const q_value *e = q_value_first(values); e && out->values; e = e->next, i++) {
        const char *here = lex__path(r, "%s.enumerationValues[%zu]", at, i);

        out->values[i].value = lex__str(r, e, here, "value", true);
        lex__strings(r, e, here, "synonyms", &out->values[i].synonyms,
                     &out->values[i].synonym_count);
    }
    out->value_count = out->values ? i : 0;
}

static const q_slot_type *slot_type_find(const q_bot *b, q_str name)
{
    for (size_t i = 0; i < b->slot_type_count; i++)
        if (q_str_eq(b->slot_types[i].name, name))
            return &b->slot_types[i];
    return NULL;
}

static void slot_kind_read(lex_reader *r, const q_value *v, const char *at, const q_bot *b,
                           q_slot *out)
{
    q_str type = lex__str(r, v, at, "slotType", true);

    if (!type.n)
        return;
    if (q_str_starts(type, Q_STR("AMAZON."))) {
        if (!q_slot_kind_of(q_str_sub(type, BUILTIN_PREFIX, type.n), &out->kind))
            lex__problem(r, true, "%s.slotType: the built-in type %.*s is not there yet", at,
                         Q_ARG(type));
        return;
    }
    out->kind = Q_SLOT_CUSTOM;
    out->type = slot_type_find(b, type);
    if (!out->type)
        lex__problem(r, false, "%s.slotType: unknown type %.*s", at, Q_ARG(type));
}

static void defaults_read(lex_reader *r, const q_value *v, const char *at, q_slot *out)
{
    const q_value *spec = lex__map(r, v, at, "defaultValueSpec");
    const char *here = lex__path(r, "%s.defaultValueSpec", at);
    const q_value *list = spec ? lex__list(r, spec, here, "defaultValueList", true) : NULL;
    size_t i = 0;

    out->defaults = lex__array(r, q_value_count(list), sizeof *out->defaults);
    for (const q_value *e = q_value_first(list); e && out->defaults; e = e->next, i++)
        out->defaults[i] =
            lex__str(r, e, lex__path(r, "%s.defaultValueList[%zu]", here, i), "defaultValue", true);
    out->default_count = out->defaults ? i : 0;
}

static void obfuscation_read(lex_reader *r, const q_value *v, const char *at, q_slot *out)
{
    q_str setting = lex__str(r, v, at, "obfuscationSetting", false);

    out->obfuscated = q_str_is(setting, "DEFAULT_OBFUSCATION");
    if (setting.n && !out->obfuscated && !q_str_is(setting, "NONE"))
        lex__problem(r, false, "%s.obfuscationSetting: %.*s; NONE or DEFAULT_OBFUSCATION is wanted",
                     at, Q_ARG(q_str_sub(setting, 0, 40)));
}

static void slot_read(lex_reader *r, const q_value *v, const char *at, const q_bot *b, q_slot *out)
{
    q_str constraint = lex__str(r, v, at, "slotConstraint", true);
    const q_value *prompt = q_value_get(v, Q_STR("valueElicitationPrompt"));

    out->name = lex__name(r, v, at, "name");
    out->required = q_str_is(constraint, "Required");
    if (constraint.n && !out->required && !q_str_is(constraint, "Optional"))
        lex__problem(r, false, "%s.slotConstraint: %.*s; Required or Optional is wanted", at,
                     Q_ARG(constraint));
    out->priority = (int)lex__int(r, v, at, "priority", 0, 100, 100);
    slot_kind_read(r, v, at, b, out);
    defaults_read(r, v, at, out);
    lex__strings(r, v, at, "sampleUtterances", &out->utterances, &out->utterance_count);
    obfuscation_read(r, v, at, out);
    if (prompt && prompt->kind != Q_VALUE_NULL) {
        lex__prompt(r, prompt, lex__path(r, "%s.valueElicitationPrompt", at), &out->prompt);
        if (!out->prompt.messages.card.n)
            lex__card(r, v, at, &out->prompt.messages.card);
    } else if (out->required) {
        lex__problem(r, false, "%s.valueElicitationPrompt: missing; a required slot needs one", at);
    }
}

/* By priority; equal ones keep their order. */
static void slots_sort(q_slot *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        q_slot slot = v[i];
        size_t k = i;

        for (; k > 0 && v[k - 1].priority > slot.priority; k--)
            v[k] = v[k - 1];
        v[k] = slot;
    }
}

void lex__slots_read(lex_reader *r, const q_value *v, const char *at, const q_bot *b, q_intent *out)
{
    const q_value *slots = lex__list(r, v, at, "slots", false);
    size_t i = 0;

    out->slots = lex__array(r, q_value_count(slots), sizeof *out->slots);
    for (const q_value *s = q_value_first(slots); s && out->slots; s = s->next, i++) {
        const char *here = lex__path(r, "%s.slots[%zu]", at, i);

        slot_read(r, s, here, b, &out->slots[i]);
        for (size_t k = 0; k < i; k++)
            if (q_str_eq(out->slots[k].name, out->slots[i].name))
                lex__problem(r, false, "%s.name: %.*s is there twice", here,
                             Q_ARG(out->slots[i].name));
    }
    out->slot_count = out->slots ? i : 0;
    slots_sort(out->slots, out->slot_count);
}

void lex__slot_types_read(lex_reader *r, const q_value *v, q_bot *b)
{
    const q_value *types = lex__list(r, v, "resource", "slotTypes", false);
    size_t i = 0;

    b->slot_types = lex__array(r, q_value_count(types), sizeof *b->slot_types);
    for (const q_value *e = q_value_first(types); e && b->slot_types; e = e->next, i++)
        slot_type_read(r, e, lex__path(r, "resource.slotTypes[%zu]", i), &b->slot_types[i]);
    b->slot_type_count = b->slot_types ? i : 0;
}
