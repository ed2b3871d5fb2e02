#include "base/utf8.h"
#include "cli/bot.h"
#include "cli/classify.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "learn/metrics.h"

#include <stdio.h>
#include <stdlib.h>

enum { COLUMNS = 6, BAR = 20, PAIRS = 10, MATRIX = 8, STEP = 256 };

static const size_t memory = (size_t)4 << 30, output = (size_t)1 << 28;

/* Of a class: what was rightly answered, answered, true. */
typedef struct tally {
    size_t right, found, there;
} tally;

typedef struct pair {
    uint32_t truth, answer;
    size_t count;
} pair;

typedef struct report {
    const q_classifier *c;
    tally *tallies; /* [classes] */
    uint32_t *map;  /* [classes of the texts]: the classifier's, UINT32_MAX: unknown to it */
    pair *pairs;    /* of mistakes, one class each; the most frequent first */
    size_t pair_count, pair_cap;
    size_t texts, right; /* exactly */
    q_arena *arena;
} report;

static q_code map_make(report *r, const classify_texts *t, q_err *err)
{
    r->tallies = q_arena_array(r->arena, q_classifier_classes(r->c), sizeof *r->tallies);
    r->map = q_arena_array(r->arena, t->class_count, sizeof *r->map);
    if (!r->tallies || !r->map)
        return q_err_nomem(err);
    for (size_t i = 0; i < t->class_count; i++) {
        r->map[i] = UINT32_MAX;
        for (size_t k = 0; k < q_classifier_classes(r->c) && r->map[i] == UINT32_MAX; k++)
            if (q_str_eq(t->classes[i], q_classifier_class(r->c, k)))
                r->map[i] = (uint32_t)k;
        if (r->map[i] == UINT32_MAX)
            return q_err_set(err, Q_INVALID, "the classifier has no class %.*s",
                             Q_ARG(t->classes[i]));
    }
    return Q_OK;
}

static bool has(const report *r, const q_labelled *v, size_t class)
{
    for (size_t i = 0; i < v->class_count; i++)
        if (r->map[v->classes[i]] == class)
            return true;
    return false;
}

static q_code mistake_add(report *r, uint32_t truth, uint32_t answer, q_err *err)
{
    for (size_t i = 0; i < r->pair_count; i++)
        if (r->pairs[i].truth == truth && r->pairs[i].answer == answer) {
            r->pairs[i].count++;
            return Q_OK;
        }
    if (q_arena_grow(r->arena, &r->pairs, &r->pair_cap, r->pair_count + 1, sizeof *r->pairs))
        return q_err_nomem(err);
    r->pairs[r->pair_count++] = (pair){truth, answer, 1};
    return Q_OK;
}

static q_code tally_one(report *r, const q_labelled *v, const float *p, q_err *err)
{
    size_t classes = q_classifier_classes(r->c), best = 0;
    bool several = q_classifier_multi_label(r->c), exact = true;

    for (size_t i = 1; i < classes; i++)
        best = p[i] > p[best] ? i : best;
    for (size_t i = 0; i < classes; i++) {
        bool answer = several ? p[i] >= 0.5f : i == best, truth = has(r, v, i);

        r->tallies[i].found += answer;
        r->tallies[i].there += truth;
        r->tallies[i].right += answer && truth;
        exact &= answer == truth;
    }
    r->texts++;
    r->right += exact;
    if (exact || several)
        return Q_OK;
    return mistake_add(r, r->map[v->classes[0]], (uint32_t)best, err);
}

static int by_count(const void *x, const void *y)
{
    const pair *a = x, *b = y;

    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    if (a->truth != b->truth)
        return a->truth < b->truth ? -1 : 1;
    return a->answer < b->answer ? -1 : a->answer > b->answer;
}

static q_code tally_all(report *r, const classify_texts *t, const bool *take, q_err *err)
{
    float *p = q_arena_array(r->arena, q_classifier_classes(r->c), sizeof *p);
    cli_progress *progress = cli_progress_new("testing", "texts");
    q_code rc = p ? Q_OK : q_err_nomem(err);

    for (size_t i = 0; i < t->n && !rc; i++) {
        q_arena *work;

        if (take && !take[i])
            continue;
        work = q_arena_new(memory);
        rc = work ? q_classifier_run(r->c, t->v[i].text, work, p, err) : q_err_nomem(err);
        if (!rc)
            rc = tally_one(r, &t->v[i], p, err);
        q_arena_free(work);
        if (i % STEP == 0)
            cli_progress_set(progress, i, t->n);
    }
    cli_progress_free(progress);
    if (r->pair_count)
        qsort(r->pairs, r->pair_count, sizeof *r->pairs, by_count);
    return rc;
}

/* ---- for people ---- */

static q_str bar(double share, q_arena *a)
{
    q_buf b = q_buf_init(a, BAR * 4);
    q_str out;

    for (size_t i = 0; i < (size_t)(share * BAR + 0.5); i++)
        q_buf_puts(&b, "\xE2\x96\x88");
    return q_buf_finish(&b, &out, NULL) ? (q_str){0} : out;
}

static q_scores scores_of(const tally *t)
{
    return q_scores_of(t->right, t->found, t->there);
}

static q_code classes_put(const report *r, q_buf *out, q_err *err)
{
    static const bool right[COLUMNS] = {false, true, true, true, true, false};
    static const char *const HEAD[COLUMNS] = {"Class", "Texts", "Precision", "Recall", "F1", ""};
    size_t classes = q_classifier_classes(r->c), rows = 1;
    q_str *cells = q_arena_array(r->arena, (classes + 1) * COLUMNS, sizeof *cells);

    if (!cells)
        return q_err_nomem(err);
    for (size_t c = 0; c < COLUMNS; c++)
        cells[c] = q_str_of(HEAD[c]);
    for (size_t i = 0; i < classes; i++) {
        q_scores s = scores_of(&r->tallies[i]);
        q_str *row = &cells[rows * COLUMNS];

        if (!s.support && !r->tallies[i].found)
            continue;
        row[0] = q_classifier_class(r->c, i);
        row[1] = q_str_printf(r->arena, "%zu", s.support);
        row[2] = q_str_printf(r->arena, "%.3f", s.precision);
        row[3] = q_str_printf(r->arena, "%.3f", s.recall);
        row[4] = q_str_printf(r->arena, "%.3f", s.f1);
        row[5] = bar(s.f1, r->arena);
        for (size_t c = 1; c < COLUMNS; c++)
            if (!row[c].p)
                return q_err_nomem(err);
        rows++;
    }
    cli_table_print(&(cli_table){cells, rows, COLUMNS, right, cli_width()}, out);
    return Q_OK;
}

/* Rows are true classes, columns answers. */
static q_code matrix_put(const report *r, q_buf *out, q_err *err)
{
    size_t n = q_classifier_classes(r->c), width = n + 1;
    q_str *cells = q_arena_array(r->arena, width * width, sizeof *cells);
    static const bool right[MATRIX + 1] = {false, true, true, true, true, true, true, true, true};

    if (!cells)
        return q_err_nomem(err);
    cells[0] = Q_STR("is \\ taken for");
    for (size_t i = 0; i < n; i++) {
        cells[i + 1] = cells[(i + 1) * width] = q_classifier_class(r->c, i);
        for (size_t k = 0; k < n; k++) {
            size_t count = i == k ? r->tallies[i].right : 0;

            for (size_t p = 0; p < r->pair_count; p++)
                if (r->pairs[p].truth == i && r->pairs[p].answer == k)
                    count = r->pairs[p].count;
            cells[(i + 1) * width + k + 1] = q_str_printf(r->arena, "%zu", count);
            if (!cells[(i + 1) * width + k + 1].p)
                return q_err_nomem(err);
        }
    }
    q_buf_char(out, '\n');
    cli_table_print(&(cli_table){cells, width, width, right, cli_width()}, out);
    return Q_OK;
}

static void pairs_put(const report *r, q_buf *out)
{
    q_buf_puts(out, "\nTaken for another class, the most frequent first:\n");
    for (size_t i = 0; i < r->pair_count && i < PAIRS; i++)
        q_buf_printf(out, "  %.*s for %.*s: %zu\n",
                     Q_ARG(q_classifier_class(r->c, r->pairs[i].truth)),
                     Q_ARG(q_classifier_class(r->c, r->pairs[i].answer)), r->pairs[i].count);
    if (r->pair_count > PAIRS)
        q_buf_printf(out, "  ... and %zu more pairs; --json has them all\n", r->pair_count - PAIRS);
}

/* Each class counts the same, but those without any text. */
static q_scores means_of(const report *r)
{
    q_scores sum = {0};
    size_t n = 0;

    for (size_t i = 0; i < q_classifier_classes(r->c); i++) {
        q_scores s = scores_of(&r->tallies[i]);

        if (!s.support)
            continue;
        sum.precision += s.precision;
        sum.recall += s.recall;
        sum.f1 += s.f1;
        n++;
    }
    if (n) {
        sum.precision /= (double)n;
        sum.recall /= (double)n;
        sum.f1 /= (double)n;
    }
    return sum;
}

static double accuracy(const report *r)
{
    return r->texts ? (double)r->right / (double)r->texts : 0;
}

static q_code text_put(const report *r, q_err *err)
{
    q_buf out = q_buf_init(r->arena, output);
    q_code rc;

    q_buf_printf(&out, "%zu of %zu texts right: accuracy %.4f, mean F1 %.4f\n\n", r->right,
                 r->texts, accuracy(r), means_of(r).f1);
    rc = classes_put(r, &out, err);
    if (!rc && r->pair_count && q_classifier_classes(r->c) <= MATRIX)
        rc = matrix_put(r, &out, err);
    else if (!rc && r->pair_count)
        pairs_put(r, &out);
    return rc ? rc : cli_put(&out, err);
}

/* ---- JSON ---- */

static void scores_json(q_value *map, q_scores s)
{
    q_map_double(map, Q_STR("precision"), s.precision);
    q_map_double(map, Q_STR("recall"), s.recall);
    q_map_double(map, Q_STR("f1"), s.f1);
}

static q_code json_put(const report *r, q_err *err)
{
    q_value *v = q_value_map(r->arena), *list;

    q_map_int(v, Q_STR("texts"), (int64_t)r->texts);
    q_map_double(v, Q_STR("accuracy"), accuracy(r));
    scores_json(v, means_of(r));
    list = q_map_list(v, Q_STR("classes"));
    for (size_t i = 0; i < q_classifier_classes(r->c); i++) {
        q_value *map = q_list_map(list);

        q_map_str(map, Q_STR("class"), q_classifier_class(r->c, i));
        q_map_int(map, Q_STR("texts"), (int64_t)r->tallies[i].there);
        scores_json(map, scores_of(&r->tallies[i]));
    }
    list = q_map_list(v, Q_STR("mistakes"));
    for (size_t i = 0; i < r->pair_count; i++) {
        q_value *map = q_list_map(list);

        q_map_str(map, Q_STR("class"), q_classifier_class(r->c, r->pairs[i].truth));
        q_map_str(map, Q_STR("takenFor"), q_classifier_class(r->c, r->pairs[i].answer));
        q_map_int(map, Q_STR("count"), (int64_t)r->pairs[i].count);
    }
    return cli_put_json(v, r->arena, err);
}

q_code classify__judge(const q_classifier *c, const classify_texts *t, const bool *take, bool json,
                       q_arena *a, q_err *err)
{
    report r = {.c = c, .arena = a};
    q_code rc = map_make(&r, t, err);

    if (!rc)
        rc = tally_all(&r, t, take, err);
    if (rc)
        return rc;
    return json ? json_put(&r, err) : text_put(&r, err);
}

static int run(int argc, char **argv)
{
    static const cli_option options[] = {{"json", NULL}};
    q_arena *a = q_arena_new(memory);
    q_classifier *c = NULL;
    classify_texts t;
    int status = CLI_USAGE;
    cli_words words;
    q_err err;
    q_code rc;

    if (cli_options_read(&cli_classify_test, options, 1, argc, argv, &words))
        goto done;
    if (words.count != 2) {
        cli_usage(&cli_classify_test, "a classifier and a file of labelled texts are wanted");
        goto done;
    }
    rc = a ? classify__load(words.operands[0], &c, &err) : q_err_nomem(&err);
    if (!rc)
        rc = classify__read(words.operands[1], q_classifier_multi_label(c), a, &t, &err);
    if (!rc)
        rc = classify__judge(c, &t, NULL, words.values[0] != NULL, a, &err);
    if (rc)
        cli_error("%s", err.msg);
    status = rc ? CLI_FAILED : CLI_OK;
done:
    q_classifier_free(c);
    q_arena_free(a);
    return status;
}

const cli_command cli_classify_test = {
    .name = "classify test",
    .arguments = "CLASSIFIER LABELLED [--json]",
    .summary = "how right a classifier is",
    .help = "Shows accuracy, precision, recall and F1 of each class, and what was taken for\n"
            "what. With several labels a text is right when all of them are.\n"
            "\n"
            "  --json          everything as JSON\n",
    .run = run,
};
