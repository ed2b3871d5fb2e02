#include "learn/metrics.h"

#include <assert.h>

q_code q_confusion_init(q_confusion *c, size_t classes, q_arena *a, q_err *err)
{
    size_t n;

    if (!q_size_mul(&n, classes, classes))
        return q_err_set(err, Q_LIMIT, "%zu classes; their confusion table has no room", classes);
    *c = (q_confusion){classes, q_arena_array(a, n, sizeof *c->counts)};
    return c->counts ? Q_OK : q_err_nomem(err);
}

void q_confusion_add(q_confusion *c, size_t truth, size_t answer)
{
    assert(truth < c->classes && answer < c->classes);
    c->counts[truth * c->classes + answer]++;
}

static double ratio(size_t part, size_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

q_scores q_scores_of(size_t right, size_t found, size_t there)
{
    return (q_scores){.precision = ratio(right, found),
                      .recall = ratio(right, there),
                      .f1 = ratio(2 * right, found + there),
                      .support = there};
}

double q_confusion_accuracy(const q_confusion *c)
{
    size_t right = 0, all = 0;

    for (size_t i = 0; i < c->classes; i++) {
        right += c->counts[i * c->classes + i];
        for (size_t j = 0; j < c->classes; j++)
            all += c->counts[i * c->classes + j];
    }
    return ratio(right, all);
}

q_scores q_confusion_class(const q_confusion *c, size_t class)
{
    size_t found = 0, there = 0;

    assert(class < c->classes);
    for (size_t i = 0; i < c->classes; i++) {
        found += c->counts[i * c->classes + class];
        there += c->counts[class * c->classes + i];
    }
    return q_scores_of(c->counts[class * c->classes + class], found, there);
}

q_scores q_confusion_macro(const q_confusion *c)
{
    q_scores mean = {0};
    size_t classes = 0;

    for (size_t i = 0; i < c->classes; i++) {
        q_scores s = q_confusion_class(c, i);

        if (!s.support)
            continue;
        classes++;
        mean.precision += s.precision;
        mean.recall += s.recall;
        mean.f1 += s.f1;
        mean.support += s.support;
    }
    if (classes) {
        mean.precision /= (double)classes;
        mean.recall /= (double)classes;
        mean.f1 /= (double)classes;
    }
    return mean;
}
