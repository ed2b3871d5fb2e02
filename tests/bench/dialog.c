/* How well bots understand: the intents, slots and out-of-scope utterances of
 * three public data sets. Prints Markdown tables.
 *
 *     bench_dialog DIR [snips] [banking] [clinc] [small]
 *
 * DIR holds snips.{train,dev}.tsv, clinc150.{train,dev}.tsv and
 * banking77.train.tsv; a set with a test part beside its dev part is scored
 * on that one as well.
 */
#include "base/file.h"
#include "bench/dialog_data.h"
#include "bench/dialog_small.h"
#include "dialog/understand.h"

#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BINS = 10, FOLDS = 5, MAX_BYTES = 1 << 28 };

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static _Noreturn void die(const char *what, const q_err *err)
{
    fprintf(stderr, "bench_dialog: %s: %s\n", what, err->msg);
    exit(1);
}

static q_model *learn(const q_bot *bot, double *took, double *bytes)
{
    struct mallinfo2 before, after;
    double start = seconds();
    q_model *m = NULL;
    q_err err;

    malloc_trim(0);
    before = mallinfo2();
    if (q_model_learn(bot, &m, &err))
        die("learning", &err);
    *took = seconds() - start;
    after = mallinfo2();
    *bytes = (double)(after.uordblks + after.hblkhd) - (double)(before.uordblks + before.hblkhd);
    return m;
}

/* What was understood of one row. */
typedef struct outcome {
    bool right;   /* the first guess is the row's intent */
    double score; /* of it */
    double out_of_scope;
} outcome;

static q_understood ask(const q_model *m, q_str text, q_arena *a)
{
    q_understood u;
    q_err err;

    if (q_understand(m, text, NULL, 0, 0, a, &u, &err))
        die("understanding", &err);
    return u;
}

static outcome judge(const q_model *m, const row *r)
{
    q_arena *a = q_arena_new(MAX_BYTES);
    q_understood u = ask(m, r->text, a);
    outcome o = {.out_of_scope = u.out_of_scope};

    if (u.count) {
        o.right = q_str_eq(u.guesses[0].intent->name, r->intent);
        o.score = u.guesses[0].score;
    }
    q_arena_free(a);
    return o;
}

/* The mean distance between what scores promise and how often they are right. */
static double calibration_error(const outcome *v, size_t n)
{
    double error = 0;

    for (size_t b = 0; b < BINS; b++) {
        double promised = 0, right = 0;

        for (size_t i = 0; i < n; i++) {
            size_t bin = (size_t)(v[i].score * BINS);

            if ((bin < BINS ? bin : BINS - 1) != b)
                continue;
            promised += v[i].score;
            right += v[i].right;
        }
        error += fabs(promised - right);
    }
    return n ? error / (double)n : 0;
}

static double accuracy(const outcome *v, size_t n)
{
    size_t right = 0;

    for (size_t i = 0; i < n; i++)
        right += v[i].right;
    return n ? (double)right / (double)n : 0;
}

static outcome *judge_all(const q_model *m, const rows *r, q_arena *a, double *us)
{
    outcome *v = q_arena_array(a, r->n, sizeof *v);
    double start = seconds();

    for (size_t i = 0; i < r->n; i++)
        v[i] = judge(m, &r->v[i]);
    *us = (seconds() - start) / (double)(r->n ? r->n : 1) * 1e6;
    return v;
}

static void banking(const char *dir)
{
    q_arena *a = q_arena_new(MAX_BYTES);
    rows all = rows_read(dir, "banking77.train.tsv", a);
    outcome *v = q_arena_array(a, all.n, sizeof *v);
    double took, bytes, us = 0, built = 0;

    for (size_t fold = 0; fold < FOLDS; fold++) {
        rows kept = {q_arena_array(a, all.n, sizeof *kept.v), 0}, held = kept;
        q_model *m;
        double start;

        held.v = q_arena_array(a, all.n, sizeof *held.v);
        for (size_t i = 0; i < all.n; i++) {
            rows *to = row_fold(&all.v[i], FOLDS) == fold ? &held : &kept;

            to->v[to->n++] = all.v[i];
        }
        m = learn(bot_of(&kept, a), &took, &bytes);
        built += took / FOLDS;
        start = seconds();
        for (size_t i = 0; i < all.n; i++)
            if (row_fold(&all.v[i], FOLDS) == fold)
                v[i] = judge(m, &all.v[i]);
        us += (seconds() - start) / (double)all.n * 1e6;
        q_model_free(m);
    }
    printf("| Banking77, %d-fold | accuracy | %.4f |\n| | calibration error | %.3f |\n"
           "| | build, s; model, MB; understanding, us | %.2f; %.1f; %.0f |\n",
           FOLDS, accuracy(v, all.n), calibration_error(v, all.n), built, bytes / 1e6, us);
    q_arena_free(a);
}

static void curve(const outcome *in, size_t in_count, const outcome *oos, size_t oos_count,
                  double threshold)
{
    size_t right = 0, found = 0, taken = 0;

    for (size_t i = 0; i < in_count; i++) {
        right += in[i].right && in[i].out_of_scope < threshold;
        taken += in[i].out_of_scope >= threshold;
    }
    for (size_t i = 0; i < oos_count; i++)
        found += oos[i].out_of_scope >= threshold;
    printf("| %.2f%s | %.4f | %.4f | %.4f |\n", threshold,
           fabs(threshold - 0.5) < 1e-9 ? " (default)" : "",
           (double)right / (double)(in_count ? in_count : 1),
           (double)taken / (double)(in_count ? in_count : 1),
           (double)found / (double)(oos_count ? oos_count : 1));
}

static void clinc_part(const q_model *m, const char *dir, const char *name)
{
    q_arena *a = q_arena_new(MAX_BYTES);
    rows all = rows_read(dir, name, a), in = rows_where(&all, Q_STR("oos"), false, a),
         oos = rows_where(&all, Q_STR("oos"), true, a);
    double us;
    outcome *vi = judge_all(m, &in, a, &us), *vo = judge_all(m, &oos, a, &us);

    printf("| %s | accuracy were all in scope | %.4f |\n| | calibration error | %.3f |\n"
           "| | understanding, us | %.0f |\n\n",
           name, accuracy(vi, in.n), calibration_error(vi, in.n), us);
    printf("| out_of_scope from | in-scope right | in-scope taken for out | out-of-scope found |\n"
           "| --- | --- | --- | --- |\n");
    for (int t = 1; t < 20; t++)
        curve(vi, in.n, vo, oos.n, t * 0.05);
    q_arena_free(a);
}

static void clinc(const char *dir)
{
    q_arena *a = q_arena_new(MAX_BYTES);
    rows train = rows_read(dir, "clinc150.train.tsv", a);
    rows in = rows_where(&train, Q_STR("oos"), false, a);
    double took, bytes;
    q_model *m = learn(bot_of(&in, a), &took, &bytes);

    printf("| CLINC150 | build, s; model, MB | %.2f; %.1f |\n", took, bytes / 1e6);
    clinc_part(m, dir, "clinc150.dev.tsv");
    if (rows_exist(dir, "clinc150.test.tsv"))
        clinc_part(m, dir, "clinc150.test.tsv");
    q_model_free(m);
    q_arena_free(a);
}

/* Correct, found and true spans of slots, as conlleval counts them. */
typedef struct spans {
    size_t correct, found, truth;
} spans;

static void snips_part(const q_model *m, const char *dir, const char *name)
{
    q_arena *a = q_arena_new(MAX_BYTES);
    rows all = rows_read(dir, name, a);
    outcome *v = q_arena_array(a, all.n, sizeof *v);
    spans s = {0};
    double start = seconds(), us, p, r;

    for (size_t i = 0; i < all.n; i++) {
        q_arena *each = q_arena_new(MAX_BYTES);
        q_understood u = ask(m, all.v[i].text, each);

        if (u.count) {
            v[i].right = q_str_eq(u.guesses[0].intent->name, all.v[i].intent);
            v[i].score = u.guesses[0].score;
            spans_count(&all.v[i], &u.guesses[0], &s.correct, &s.found);
        }
        s.truth += all.v[i].span_count;
        q_arena_free(each);
    }
    us = (seconds() - start) / (double)all.n * 1e6;
    p = s.found ? (double)s.correct / (double)s.found : 0;
    r = s.truth ? (double)s.correct / (double)s.truth : 0;
    printf("| SNIPS, %s | intents | %.4f |\n| | calibration error | %.3f |\n"
           "| | slots: precision, recall, F1 | %.4f, %.4f, %.4f |\n| | understanding, us | %.0f "
           "|\n",
           name, accuracy(v, all.n), calibration_error(v, all.n), p, r,
           p + r > 0 ? 2 * p * r / (p + r) : 0, us);
    q_arena_free(a);
}

static void snips(const char *dir)
{
    q_arena *a = q_arena_new(MAX_BYTES);
    rows train = rows_read(dir, "snips.train.tsv", a);
    double took, bytes;
    q_model *m = learn(bot_with_slots(&train, a), &took, &bytes);

    printf("| SNIPS | build, s; model, MB | %.2f; %.1f |\n", took, bytes / 1e6);
    snips_part(m, dir, "snips.dev.tsv");
    if (rows_exist(dir, "snips.test.tsv"))
        snips_part(m, dir, "snips.test.tsv");
    q_model_free(m);
    q_arena_free(a);
}

static bool wanted(int argc, char **argv, const char *part)
{
    for (int i = 2; i < argc; i++)
        if (strcmp(argv[i], part) == 0)
            return true;
    return argc == 2;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: bench_dialog DIR [snips] [banking] [clinc] [small]\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("| data | measure | |\n| --- | --- | --- |\n");
    if (wanted(argc, argv, "snips"))
        snips(argv[1]);
    if (wanted(argc, argv, "banking"))
        banking(argv[1]);
    if (wanted(argc, argv, "clinc"))
        clinc(argv[1]);
    if (wanted(argc, argv, "small"))
        small_bots(argv[1]);
    return 0;
}
