/* Labelled texts out of CSV rows and out of Ground Truth's manifests. */
#include "service/comprehend_learn.h"

#include "base/csv.h"
#include "base/json.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

/* As documented. */
enum {
    CLASSES = 1000,
    LABELS = 100,
    LABELS_OF_ONE = 100,
    LABEL_POINTS = 5000,
    MANIFEST_LINE = 16 << 20
};

/* In front of what the parser says. */
static q_code of_file(const learn_source *s, q_code rc, q_err *err)
{
    return rc == Q_INVALID ? q_err_add(err, rc, "%.*s", Q_ARG(s->name)) : rc;
}

static q_code wrong(const learn_source *s, size_t line, const char *what, q_err *err)
{
    return q_err_set(err, Q_INVALID, "%.*s: line %zu: %s", Q_ARG(s->name), line, what);
}

q_code learn__add_label(learner *l, const learn_source *s, size_t line, q_str label, uint32_t *out,
                        q_err *err)
{
    size_t most = l->multi_label ? LABELS : CLASSES, number;
    q_code rc;

    label = q_str_trim(label);
    if (!label.n)
        return wrong(s, line, "the label is empty", err);
    if (q_utf8_count(label) > LABEL_POINTS)
        return wrong(s, line, "the label has more than 5000 characters", err);
    number = q_dictionary_find(&l->classes, label);
    if (number == SIZE_MAX && s->test)
        return q_err_set(err, Q_INVALID, "%.*s: line %zu: no training document has the label %.*s",
                         Q_ARG(s->name), line, Q_ARG(q_str_sub(label, 0, 80)));
    if (number == SIZE_MAX && l->classes.count == most)
        return q_err_set(err, Q_INVALID,
                         "%.*s: line %zu: %.*s is the label %zu; a model has at most %zu (mode %s)",
                         Q_ARG(s->name), line, Q_ARG(q_str_sub(label, 0, 80)), most + 1, most,
                         l->multi_label ? "MULTI_LABEL" : "MULTI_CLASS");
    rc = q_dictionary_add(&l->classes, label, &number, err);
    *out = (uint32_t)number;
    return rc;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

q_code learn__add_text(learner *l, const learn_source *s, size_t line, q_str text,
                       const uint32_t *classes, size_t count, q_err *err)
{
    learn_labelled *set = s->test ? &l->test : &l->train;
    uint32_t *kept = q_arena_array(l->arena, count, sizeof *kept);

    if (!q_str_trim(text).n)
        return wrong(s, line, "the text is empty", err);
    if (!q_utf8_valid(text))
        return wrong(s, line, "the text is not UTF-8", err);
    if (!kept || q_arena_grow(l->arena, &set->v, &set->cap, set->n + 1, sizeof *set->v))
        return q_err_nomem(err);
    memcpy(kept, classes, count * sizeof *kept);
    qsort(kept, count, sizeof *kept, by_number);
    set->v[set->n++] = (q_labelled){text, kept, count};
    return Q_OK;
}

/* "A|B" in mode MULTI_LABEL, else one. */
static q_code labels_of(learner *l, const learn_source *s, size_t line, q_str field, uint32_t *out,
                        size_t *count, q_err *err)
{
    bool more = true;
    q_code rc = q_utf8_valid(field) ? Q_OK : wrong(s, line, "the label is not UTF-8", err);

    *count = 0;
    while (!rc && more) {
        q_str label = field;

        more = l->multi_label && q_str_cut(field, l->delimiter, &label, &field);
        if (*count == LABELS_OF_ONE)
            return wrong(s, line, "a text has more than 100 labels", err);
        rc = learn__add_label(l, s, line, label, &out[*count], err);
        for (size_t i = 0; i < *count && !rc; i++)
            if (out[i] == out[*count])
                return wrong(s, line, "a label stands there twice", err);
        *count += !rc;
    }
    return rc;
}

q_code learn__rows(learner *l, const learn_source *s, q_err *err)
{
    q_csv c = q_csv_init(s->bytes);
    uint32_t classes[LABELS_OF_ONE];
    q_str fields[2];
    size_t columns, count;
    bool more = true;
    q_code rc = Q_OK;

    while (!rc) {
        rc = of_file(s, q_csv_next(&c, l->arena, fields, 2, &columns, &more, err), err);
        if (rc || !more)
            break;
        if (columns != 2)
            return q_err_set(err, Q_INVALID,
                             "%.*s: line %zu: %zu columns; two are wanted, label and text (a text "
                             "with commas in quotes)",
                             Q_ARG(s->name), c.line, columns);
        rc = labels_of(l, s, c.line, fields[0], classes, &count, err);
        if (!rc)
            rc = learn__add_text(l, s, c.line, fields[1], classes, count, err);
    }
    return rc;
}

/* ---- manifests --------------------------------------------------------------------- */

/* The names of the classes under one attribute's metadata. */
static q_code manifest_labels(learner *l, const learn_source *s, size_t line, const q_value *about,
                              uint32_t *out, size_t *count, q_err *err)
{
    const q_value *map = q_value_get(about, Q_STR("class-map"));
    q_str one = q_value_str(about, Q_STR("class-name"), Q_STR(""));
    q_code rc = Q_OK;

    if (!map && one.n)
        return *count < LABELS_OF_ONE ? learn__add_label(l, s, line, one, &out[(*count)++], err)
                                      : wrong(s, line, "a text has more than 100 labels", err);
    for (const q_value *v = q_value_first(map); v && !rc; v = v->next) {
        if (v->kind != Q_VALUE_STRING)
            return wrong(s, line, "class-map has a name that is no text", err);
        if (*count == LABELS_OF_ONE)
            return wrong(s, line, "a text has more than 100 labels", err);
        rc = learn__add_label(l, s, line, v->s, &out[(*count)++], err);
    }
    return rc;
}

static q_code manifest_line(learner *l, const learn_source *s, size_t line, q_str text, q_err *err)
{
    uint32_t classes[LABELS_OF_ONE];
    q_value *said = NULL;
    size_t count = 0;
    q_str source;
    q_code rc = q_json_parse(l->arena, text, &said, err);

    if (rc)
        return rc == Q_INVALID ? q_err_add(err, rc, "%.*s: line %zu", Q_ARG(s->name), line) : rc;
    source = q_value_str(said, Q_STR("source"), Q_STR(""));
    if (!source.n)
        return wrong(s, line, "there is no text under \"source\"", err);
    for (const q_value *v = q_value_first(s->attributes); v && !rc; v = v->next) {
        q_str name = q_str_printf(l->arena, "%.*s-metadata", Q_ARG(v->s));

        rc = name.p ? manifest_labels(l, s, line, q_value_get(said, name), classes, &count, err)
                    : q_err_nomem(err);
    }
    if (!rc && !count)
        return wrong(s, line, "no attribute of AttributeNames has a class-name or class-map", err);
    if (!rc && count > 1 && !l->multi_label)
        return wrong(s, line, "several classes; mode MULTI_CLASS takes one", err);
    return rc ? rc : learn__add_text(l, s, line, source, classes, count, err);
}

q_code learn__label_manifest(learner *l, const learn_source *s, q_err *err)
{
    q_str rest = s->bytes, line;
    size_t number = 0;
    q_code rc = Q_OK;

    while (!rc && rest.n) {
        q_str_cut(rest, '\n', &line, &rest);
        number++;
        if (line.n > MANIFEST_LINE)
            return wrong(s, number, "longer than 16 MB", err);
        if (q_str_trim(line).n)
            rc = manifest_line(l, s, number, line, err);
    }
    return rc;
}
