/* Training data: a first byte chooses what the file is, the rest is the file. What is read has its
 * labels in range and its spans within their documents.
 */
#include "service/comprehend_learn.h"

#include "base/utf8.h"

#include <stdint.h>
#include <stdlib.h>

enum { LIMIT = 256 << 20, ROLES = 6 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check_labelled(const learner *l)
{
    for (size_t i = 0; i < l->train.n; i++) {
        const q_labelled *x = &l->train.v[i];

        if (!x->class_count || (x->class_count > 1 && !l->multi_label))
            abort();
        for (size_t k = 0; k < x->class_count; k++)
            if (x->classes[k] >= l->classes.count || (k && x->classes[k] < x->classes[k - 1]))
                abort();
    }
}

static void check_spans(const learner *l)
{
    for (size_t i = 0; i < l->document_count; i++) {
        const learn_document *d = &l->documents[i];
        size_t points = q_utf8_count(d->text);

        for (size_t k = 0; k < d->span_count; k++)
            if (!d->spans[k].points || d->spans[k].type >= l->types.count ||
                (size_t)d->spans[k].point + d->spans[k].points > points)
                abort();
    }
}

static q_code read_as(learner *l, unsigned role, const learn_source *s, q_err *err)
{
    switch (role) {
    case 0:
    case 1:
        return learn__rows(l, s, err);
    case 2:
        return learn__label_manifest(l, s, err);
    case 3:
        return learn__annotations(l, s, err);
    case 4:
        return learn__list(l, s, err);
    default:
        return learn__span_manifest(l, s, err);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const char DOCUMENTS[] = "Ada met Grace in Graz.\n\xE2\x80\x94 naïve\n\nlast";
    q_arena *a = q_arena_new(LIMIT);
    q_value *attributes = q_value_list(a);
    unsigned role = n ? bytes[0] % ROLES : 0;
    learner l = {
        .arena = a, .multi_label = role == 1, .lines = n && bytes[0] < 128, .delimiter = '|'};
    learn_source documents = {.name = Q_STR("docs.txt"),
                              .bytes = {DOCUMENTS, sizeof DOCUMENTS - 1}};
    learn_source s = {.name = Q_STR("data"),
                      .bytes = {(const char *)bytes + (n > 0), n - (n > 0)},
                      .attributes = attributes};
    size_t number;
    q_err err;

    q_dictionary_init(&l.classes, a);
    q_dictionary_init(&l.types, a);
    q_dictionary_init(&l.files, a);
    q_list_str(attributes, Q_STR("job"));
    if (q_dictionary_add(&l.types, Q_STR("PERSON"), &number, &err) ||
        q_dictionary_add(&l.types, Q_STR("TOWN"), &number, &err) ||
        learn__documents(&l, &documents, &err))
        abort();
    if (read_as(&l, role, &s, &err) && !err.msg[0])
        abort();
    check_labelled(&l);
    check_spans(&l);
    q_arena_free(a);
    return 0;
}
