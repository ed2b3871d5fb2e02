/* A recognizer is trained and measured on documents that it was not trained on. */
#include "service/comprehend_learn.h"

#include "base/json.h"

enum { ONE_IN = 10, THE_NTH = 4, TYPES = 25 };

typedef struct sets {
    q_annotated *train, *test;
    size_t trained, tested;
    size_t mentions[TYPES]; /* of each type, in what is trained on */
} sets;

/* Every tenth document with entities is for the test when none were given. */
static q_code split(learner *l, sets *out, q_err *err)
{
    size_t n = l->document_count + 1, seen = 0;

    out->train = q_arena_array(l->arena, n, sizeof *out->train);
    out->test = q_arena_array(l->arena, n, sizeof *out->test);
    if (!out->train || !out->test)
        return q_err_nomem(err);
    for (size_t f = 0; f < l->files.count; f++)
        for (size_t i = 0; i < l->file[f].count; i++) {
            const learn_document *d = &l->documents[l->file[f].first + i];
            q_annotated x =
                l->listed_count ? d->marked : (q_annotated){d->text, d->spans, d->span_count};
            bool test = l->file[f].test;

            if (!l->has_test && x.span_count)
                test = seen++ % ONE_IN == THE_NTH;
            if (test)
                out->test[out->tested++] = x;
            else
                out->train[out->trained++] = x;
        }
    return Q_OK;
}

static q_code count_mentions(const learner *l, sets *s, q_err *err)
{
    for (size_t i = 0; i < s->trained; i++)
        for (size_t k = 0; k < s->train[i].span_count; k++)
            s->mentions[s->train[i].spans[k].type]++;
    for (size_t t = 0; t < l->types.count; t++)
        if (!s->mentions[t])
            return q_err_set(
                err, Q_INVALID,
                "the documents have no entity of type %.*s; annotate some, or take the "
                "type from EntityTypes",
                Q_ARG(l->types.texts[t]));
    return Q_OK;
}

/* Where the entries of a list stand. */
static q_code mark(learner *l, q_err *err)
{
    q_str *texts = q_arena_array(l->arena, l->document_count + 1, sizeof *texts);
    q_annotated *marked = NULL;
    q_code rc;

    if (!l->listed_count)
        return Q_OK;
    if (!texts)
        return q_err_nomem(err);
    for (size_t i = 0; i < l->document_count; i++)
        texts[i] = l->documents[i].text;
    rc = q_recognizer_mark(l->listed, l->listed_count, texts, l->document_count, l->arena, &marked,
                           err);
    for (size_t i = 0; i < l->document_count && !rc; i++)
        l->documents[i].marked = marked[i];
    return rc;
}

/* In percent, as the service has them here. */
static void put_metrics(q_value *map, q_scores s)
{
    q_value *metrics = q_map_map(map, Q_STR("EvaluationMetrics"));

    q_map_double(metrics, Q_STR("Precision"), 100 * s.precision);
    q_map_double(metrics, Q_STR("Recall"), 100 * s.recall);
    q_map_double(metrics, Q_STR("F1Score"), 100 * s.f1);
}

static q_code write_metadata(const learner *l, const sets *s, const q_scores *by_type, q_scores all,
                             q_buf *out, q_err *err)
{
    q_value *map = q_value_map(l->arena), *list;
    q_code rc;

    q_map_int(map, Q_STR("NumberOfTrainedDocuments"), (int64_t)s->trained);
    q_map_int(map, Q_STR("NumberOfTestDocuments"), (int64_t)s->tested);
    put_metrics(map, all);
    list = q_map_list(map, Q_STR("EntityTypes"));
    for (size_t t = 0; t < l->types.count; t++) {
        q_value *type = q_list_map(list);

        q_map_str(type, Q_STR("Type"), l->types.texts[t]);
        put_metrics(type, by_type[t]);
        q_map_int(type, Q_STR("NumberOfTrainMentions"), (int64_t)s->mentions[t]);
    }
    rc = q_value_ok(map, err);
    if (!rc)
        q_json_write(out, map);
    return rc;
}

q_code learn__entities(learner *l, q_buf *metadata, q_buf *model, q_err *err)
{
    q_recognizer *r = NULL;
    sets s = {.train = NULL};
    q_scores by_type[TYPES] = {{0}}, all = {0};
    q_code rc = l->types.count && l->types.count <= TYPES
                    ? mark(l, err)
                    : q_err_set(err, Q_INVALID, "EntityTypes has %zu types; 1 to %d are wanted",
                                l->types.count, TYPES);

    if (!rc)
        rc = split(l, &s, err);
    if (!rc)
        rc = count_mentions(l, &s, err);
    if (!rc)
        rc = q_recognizer_train(l->language, s.train, s.trained, l->types.texts, l->types.count, &r,
                                err);
    if (!rc && s.tested)
        rc = q_recognizer_test(r, l->language, s.test, s.tested, by_type, &all, err);
    if (!rc)
        rc = write_metadata(l, &s, by_type, all, metadata, err);
    if (!rc)
        rc = q_recognizer_save(r, model);
    q_recognizer_free(r);
    return rc;
}
