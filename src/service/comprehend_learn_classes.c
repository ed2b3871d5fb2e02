/* A classifier is trained and measured on texts that it was not trained on. */
#include "service/comprehend_learn.h"

#include "base/json.h"
#include "learn/metrics.h"

#include <string.h>

enum { ONE_IN = 10, THE_NTH = 4, REPORT = 64 << 20 };

/* ---- what is kept for the test ------------------------------------------------------- */

static bool all_seen(const q_labelled *x, const size_t *trained)
{
    for (size_t i = 0; i < x->class_count; i++)
        if (!trained[x->classes[i]])
            return false;
    return true;
}

/* Every tenth text of each class, when none were given: the same ones each time. All its labels are
 * among those that stay.
 */
static q_code split(learner *l, q_err *err)
{
    size_t *seen = q_arena_array(l->arena, l->classes.count + 1, sizeof *seen), n = 0;
    size_t *trained = q_arena_array(l->arena, l->classes.count + 1, sizeof *trained);
    learn_labelled test = {.v = NULL};

    if (!seen || !trained)
        return q_err_nomem(err);
    for (size_t i = 0; i < l->train.n; i++) {
        q_labelled x = l->train.v[i];

        if (seen[x.classes[0]]++ % ONE_IN != THE_NTH || !all_seen(&x, trained)) {
            l->train.v[n++] = x;
            for (size_t k = 0; k < x.class_count; k++)
                trained[x.classes[k]]++;
            continue;
        }
        if (q_arena_grow(l->arena, &test.v, &test.cap, test.n + 1, sizeof *test.v))
            return q_err_nomem(err);
        test.v[test.n++] = x;
    }
    l->train.n = n;
    l->test = test;
    return Q_OK;
}

static q_code check(const learner *l, q_err *err)
{
    if (l->classes.count < 2)
        return q_err_set(
            err, Q_INVALID,
            "the training data have %zu label%s%.*s; a classifier needs two or more",
            l->classes.count, l->classes.count ? ", " : "s",
            Q_ARG(l->classes.count ? q_str_sub(l->classes.texts[0], 0, 80) : Q_STR("")));
    return Q_OK;
}

/* ---- measures ------------------------------------------------------------------------- */

typedef struct measures {
    double accuracy, hamming_loss;
    q_scores macro, micro;
} measures;

/* Yes and no for each label: counts[4 * label + 2 * truth + answer]. */
typedef struct tables {
    q_confusion confusion; /* mode MULTI_CLASS */
    size_t *counts;        /* mode MULTI_LABEL */
} tables;

static size_t best(const float *p, size_t n)
{
    size_t b = 0;

    for (size_t i = 1; i < n; i++)
        if (p[i] > p[b])
            b = i;
    return b;
}

static bool has(const q_labelled *x, size_t class)
{
    for (size_t i = 0; i < x->class_count; i++)
        if (x->classes[i] == class)
            return true;
    return false;
}

static q_code run_test(const learner *l, const q_classifier *c, const q_labelled *x, tables *t,
                       q_err *err)
{
    size_t n = l->classes.count;
    q_arena *a = q_arena_new((size_t)1 << 30);
    float *p = a ? q_arena_array(a, n, sizeof *p) : NULL;
    q_code rc = p ? q_classifier_run(c, x->text, a, p, err) : q_err_nomem(err);

    if (!rc && !l->multi_label)
        q_confusion_add(&t->confusion, x->classes[0], best(p, n));
    for (size_t k = 0; k < n && !rc && l->multi_label; k++)
        t->counts[4 * k + 2 * has(x, k) + (p[k] >= 0.5F)]++;
    q_arena_free(a);
    return rc;
}

static measures of_classes(const learner *l, const tables *t)
{
    size_t right = 0;
    measures m = {.macro = q_confusion_macro(&t->confusion),
                  .accuracy = q_confusion_accuracy(&t->confusion)};

    for (size_t k = 0; k < l->classes.count; k++)
        right += t->confusion.counts[k * l->classes.count + k];
    m.micro = q_scores_of(right, l->test.n, l->test.n);
    m.hamming_loss = 1 - m.accuracy;
    return m;
}

/* The means over labels that a text has, as q_confusion_macro takes them. */
static measures of_labels(const learner *l, const tables *t)
{
    size_t right = 0, found = 0, there = 0, wrong = 0, labels = 0;
    measures m = {0};

    for (size_t k = 0; k < l->classes.count; k++) {
        const size_t *c = &t->counts[4 * k];
        q_scores s = q_scores_of(c[3], c[1] + c[3], c[2] + c[3]);

        right += c[3];
        found += c[1] + c[3];
        there += c[2] + c[3];
        wrong += c[1] + c[2];
        if (!s.support)
            continue;
        labels++;
        m.macro.precision += s.precision;
        m.macro.recall += s.recall;
        m.macro.f1 += s.f1;
    }
    if (labels) {
        m.macro.precision /= (double)labels;
        m.macro.recall /= (double)labels;
        m.macro.f1 /= (double)labels;
    }
    m.micro = q_scores_of(right, found, there);
    m.accuracy = m.micro.recall; /* of the labels of the test's texts, those that were found */
    if (l->test.n)
        m.hamming_loss = (double)wrong / (double)(l->test.n * l->classes.count);
    return m;
}

/* ---- reports ---------------------------------------------------------------------------- */

static q_code write_metadata(const learner *l, const measures *m, q_buf *out, q_err *err)
{
    q_value *map = q_value_map(l->arena), *metrics;
    q_code rc;

    q_map_int(map, Q_STR("NumberOfLabels"), (int64_t)l->classes.count);
    q_map_int(map, Q_STR("NumberOfTrainedDocuments"), (int64_t)l->train.n);
    q_map_int(map, Q_STR("NumberOfTestDocuments"), (int64_t)l->test.n);
    metrics = q_map_map(map, Q_STR("EvaluationMetrics"));
    q_map_double(metrics, Q_STR("Accuracy"), m->accuracy);
    q_map_double(metrics, Q_STR("Precision"), m->macro.precision);
    q_map_double(metrics, Q_STR("Recall"), m->macro.recall);
    q_map_double(metrics, Q_STR("F1Score"), m->macro.f1);
    q_map_double(metrics, Q_STR("MicroPrecision"), m->micro.precision);
    q_map_double(metrics, Q_STR("MicroRecall"), m->micro.recall);
    q_map_double(metrics, Q_STR("MicroF1Score"), m->micro.f1);
    q_map_double(metrics, Q_STR("HammingLoss"), m->hamming_loss);
    rc = q_value_ok(map, err);
    if (!rc)
        q_json_write(out, map);
    return rc;
}

static void write_labels(const learner *l, const char *name, q_buf *out)
{
    q_buf_printf(out, ",\"%s\":[", name);
    for (size_t k = 0; k < l->classes.count; k++) {
        if (k)
            q_buf_char(out, ',');
        q_buf_json(out, l->classes.texts[k]);
    }
    q_buf_char(out, ']');
}

/* confusion_matrix.json, as the service writes it: rows are what is true. */
static void write_matrix(const learner *l, const tables *t, q_buf *out)
{
    size_t n = l->classes.count;

    q_buf_printf(out, "{\"type\":\"%s\",\"confusion_matrix\":[",
                 l->multi_label ? "multi_label" : "multi_class");
    for (size_t k = 0; k < n; k++) {
        const size_t *c = l->multi_label ? &t->counts[4 * k] : &t->confusion.counts[k * n];

        q_buf_puts(out, k ? ",[" : "[");
        if (l->multi_label)
            q_buf_printf(out, "[%zu,%zu],[%zu,%zu]", c[0], c[1], c[2], c[3]);
        for (size_t i = 0; i < n && !l->multi_label; i++)
            q_buf_printf(out, i ? ",%zu" : "%zu", c[i]);
        q_buf_char(out, ']');
    }
    q_buf_char(out, ']');
    write_labels(l, "labels", out);
    write_labels(l, "all_labels", out);
    q_buf_puts(out, "}\n");
}

static q_code train(const learner *l, q_classifier **out, q_err *err)
{
    return q_classifier_train(l->train.v, l->train.n, l->classes.texts, l->classes.count,
                              l->multi_label, out, err);
}

/* What was kept for the test is learnt as well once it has been used: the model is better for it
 * than its measures say.
 */
static q_code train_on_all(learner *l, q_classifier **c, q_err *err)
{
    q_classifier *all = NULL;
    q_code rc;

    if (l->has_test || !l->test.n)
        return Q_OK;
    if (q_arena_grow(l->arena, &l->train.v, &l->train.cap, l->train.n + l->test.n,
                     sizeof *l->train.v))
        return q_err_nomem(err);
    memcpy(l->train.v + l->train.n, l->test.v, l->test.n * sizeof *l->test.v);
    l->train.n += l->test.n;
    rc = train(l, &all, err);
    if (rc)
        return rc;
    q_classifier_free(*c);
    *c = all;
    return Q_OK;
}

q_code learn__classes(learner *l, q_buf *metadata, q_buf *matrix, q_buf *model, q_err *err)
{
    q_classifier *c = NULL;
    tables t = {.counts = NULL};
    measures m;
    q_code rc = check(l, err);

    if (!rc && !l->has_test)
        rc = split(l, err);
    if (!rc)
        rc = train(l, &c, err);
    if (!rc && l->multi_label) {
        t.counts = q_arena_array(l->arena, 4 * l->classes.count, sizeof *t.counts);
        rc = t.counts ? Q_OK : q_err_nomem(err);
    } else if (!rc) {
        rc = q_confusion_init(&t.confusion, l->classes.count, l->arena, err);
    }
    for (size_t i = 0; i < l->test.n && !rc; i++)
        rc = run_test(l, c, &l->test.v[i], &t, err);
    if (!rc) {
        m = l->multi_label ? of_labels(l, &t) : of_classes(l, &t);
        write_matrix(l, &t, matrix);
        rc = write_metadata(l, &m, metadata, err);
    }
    if (!rc)
        rc = train_on_all(l, &c, err);
    if (!rc)
        rc = q_classifier_save(c, model);
    q_classifier_free(c);
    return rc;
}
