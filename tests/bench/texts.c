/* tests/bench/texts.c - how right and how fast the language room judges texts; script/bench texts.
 *
 *     languages SENTENCES.tsv   of the model that ships: accuracy, the worst ten, words/s
 *     sentiment SST.tsv         the same of sentiment, POSITIVE or NEGATIVE
 *     spam MESSAGES.tsv         five times learnt from four fifths and tried on the rest
 *     pii TEXTS.txt             tests/data/pii.txt says its form
 *     calls TEXT                processor time of one call, for each 5,000 bytes of a text
 *
 * Lines are "label<TAB>text". Prints Markdown.
 */
#include "base/file.h"
#include "language/classifier.h"
#include "language/dominant.h"
#include "language/entity.h"
#include "language/pii.h"
#include "language/sentiment.h"
#include "language/target.h"
#include "learn/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LABELS_MOST = 256, FOLDS = 5, WORST = 10, REPEATS = 3, MARKS_MOST = 64, CALL_BYTES = 5000 };

static const size_t memory = (size_t)4 << 30;

typedef struct line {
    uint32_t label;
    q_str text;
    size_t fold; /* by the text: lines that repeat stay on one side */
} line;

typedef struct lines {
    q_str labels[LABELS_MOST];
    size_t label_count;
    line *v;
    size_t n;
} lines;

static q_arena *arena; /* of all that lives as long as the program */

static void *need(const void *p)
{
    if (!p) {
        fprintf(stderr, "bench_texts: out of memory\n");
        exit(1);
    }
    return (void *)(uintptr_t)p;
}

static void good(q_code rc, const q_err *err)
{
    if (rc) {
        fprintf(stderr, "bench_texts: %s\n", err->msg);
        exit(1);
    }
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static size_t words(q_str text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.n; i++)
        n += !q_is_space(text.p[i]) && (i == 0 || q_is_space(text.p[i - 1]));
    return n;
}

static uint32_t label_of(lines *l, q_str name)
{
    for (size_t i = 0; i < l->label_count; i++)
        if (q_str_eq(l->labels[i], name))
            return (uint32_t)i;
    if (l->label_count == LABELS_MOST)
        need(NULL);
    l->labels[l->label_count] = name;
    return (uint32_t)l->label_count++;
}

static size_t fold_of(q_str text)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < text.n; i++)
        hash = (hash ^ (unsigned char)text.p[i]) * 16777619u;
    return (hash ^ hash >> 15) % FOLDS;
}

static q_str file_read(const char *path)
{
    q_str text;
    q_err err;

    good(q_file_read(arena, path, (size_t)1 << 30, &text, &err), &err);
    return text;
}

static lines lines_read(const char *path)
{
    q_str text = file_read(path), row, label;
    lines l = {0};
    size_t cap = 0;

    while (text.n) {
        line x;

        q_str_cut(text, '\n', &row, &text);
        if (!q_str_cut(row, '\t', &label, &x.text))
            continue;
        x.label = label_of(&l, label);
        x.fold = fold_of(x.text);
        if (q_arena_grow(arena, &l.v, &cap, l.n + 1, sizeof *l.v))
            need(NULL);
        l.v[l.n++] = x;
    }
    return l;
}

/* ---- languages ---- */

static uint32_t language_of(const q_language *l, lines *all, q_str text)
{
    q_arena *a = need(q_arena_new((size_t)1 << 26));
    q_dominant *v;
    size_t n;
    q_err err;
    uint32_t label;

    good(q_dominant_languages(l, text, a, &v, &n, &err), &err);
    label = n ? label_of(all, q_str_copy(arena, q_str_of(v[0].code))) : UINT32_MAX;
    q_arena_free(a);
    return label;
}

typedef struct ranked {
    size_t label;
    double recall;
} ranked;

static int by_recall(const void *x, const void *y)
{
    double a = ((const ranked *)x)->recall, b = ((const ranked *)y)->recall;

    return a < b ? -1 : a > b;
}

static void worst_print(const lines *all, const q_confusion *c, size_t labels)
{
    ranked rank[LABELS_MOST];

    for (size_t i = 0; i < labels; i++)
        rank[i] = (ranked){i, q_confusion_class(c, i).recall};
    qsort(rank, labels, sizeof *rank, by_recall);
    printf("\n| language | right | taken for |\n|---|---|---|\n");
    for (size_t i = 0; i < WORST && i < labels; i++) {
        const size_t *row = c->counts + rank[i].label * c->classes;

        printf("| %.*s | %.3f |", Q_ARG(all->labels[rank[i].label]), rank[i].recall);
        for (size_t k = 0; k < all->label_count; k++)
            if (k != rank[i].label && row[k] * 50 > q_confusion_class(c, rank[i].label).support)
                printf(" %.*s %zu", Q_ARG(all->labels[k]), row[k]);
        printf(" |\n");
    }
}

static void languages(const q_language *l, const char *path)
{
    lines all = lines_read(path);
    size_t labels = all.label_count, count = 0, bytes = 0;
    double start, best = 1e9;
    q_confusion c;
    q_err err;

    good(q_confusion_init(&c, LABELS_MOST, arena, &err), &err);
    for (size_t i = 0; i < all.n; i++) {
        uint32_t answer = language_of(l, &all, all.v[i].text);

        q_confusion_add(&c, all.v[i].label, answer < LABELS_MOST ? answer : LABELS_MOST - 1);
        count += words(all.v[i].text);
        bytes += all.v[i].text.n;
    }
    for (int r = 0; r < REPEATS; r++) {
        start = seconds();
        for (size_t i = 0; i < all.n; i++)
            language_of(l, &all, all.v[i].text);
        best = seconds() - start < best ? seconds() - start : best;
    }
    printf("%zu sentences in %zu languages: accuracy %.4f, mean over languages %.4f; %.0f words/s, "
           "%.1f MB/s\n",
           all.n, labels, q_confusion_accuracy(&c), q_confusion_macro(&c).recall,
           (double)count / best, (double)bytes / best / 1e6);
    worst_print(&all, &c, labels);
}

/* ---- sentiment ---- */

static void sentiment(const q_language *l, const char *path)
{
    static const char *const NAMES[] = {"POSITIVE", "NEGATIVE", "NEUTRAL", "MIXED"};
    lines all = lines_read(path);
    size_t right = 0, named = 0, answered[4] = {0}, count = 0;
    double start = seconds(), taken;

    for (size_t i = 0; i < all.n; i++) {
        q_arena *a = need(q_arena_new((size_t)1 << 26));
        q_sentiment_scores s;
        q_tokens t;
        q_err err;

        good(q_tokens_of(all.v[i].text, a, &t, &err), &err);
        good(q_sentiment_of(l, &t, a, &s, &err), &err);
        answered[s.sentiment]++;
        named += q_str_is(all.labels[all.v[i].label], NAMES[s.sentiment]);
        right += q_str_is(all.labels[all.v[i].label],
                          NAMES[s.score[Q_SENTIMENT_NEGATIVE] > s.score[Q_SENTIMENT_POSITIVE]]);
        count += words(all.v[i].text);
        q_arena_free(a);
    }
    taken = seconds() - start;
    printf(
        "%zu sentences: POSITIVE or NEGATIVE right %.4f, of all four %.4f; %.0f words/s; answered",
        all.n, (double)right / (double)all.n, (double)named / (double)all.n, (double)count / taken);
    for (size_t i = 0; i < 4; i++)
        printf(" %s %zu", NAMES[i], answered[i]);
    printf("\n");
}

/* ---- spam ---- */

static q_classifier *spam_train(const lines *all, size_t fold, double *taken)
{
    q_labelled *v = need(q_arena_array(arena, all->n, sizeof *v));
    double start = seconds();
    q_classifier *c;
    size_t n = 0;
    q_err err;

    for (size_t i = 0; i < all->n; i++)
        if (all->v[i].fold != fold)
            v[n++] = (q_labelled){all->v[i].text, &all->v[i].label, 1};
    good(q_classifier_train(v, n, all->labels, all->label_count, false, &c, &err), &err);
    *taken += seconds() - start;
    return c;
}

static uint32_t spam_answer(const q_classifier *c, q_str text)
{
    q_arena *a = need(q_arena_new((size_t)1 << 26));
    float p[LABELS_MOST];
    uint32_t best = 0;
    q_err err;

    good(q_classifier_run(c, text, a, p, &err), &err);
    for (uint32_t k = 1; k < q_classifier_classes(c); k++)
        if (p[k] > p[best])
            best = k;
    q_arena_free(a);
    return best;
}

static void spam(const char *path)
{
    lines all = lines_read(path);
    double training = 0, running = 0, start;
    q_confusion c;
    q_err err;

    good(q_confusion_init(&c, all.label_count, arena, &err), &err);
    for (size_t fold = 0; fold < FOLDS; fold++) {
        q_classifier *k = spam_train(&all, fold, &training);

        start = seconds();
        for (size_t i = 0; i < all.n; i++)
            if (all.v[i].fold == fold)
                q_confusion_add(&c, all.v[i].label, spam_answer(k, all.v[i].text));
        running += seconds() - start;
        q_classifier_free(k);
    }
    printf("%zu messages in five folds by message: accuracy %.4f; learnt in %.2f s, %.0f us a "
           "message\n\n| class | precision | recall | F1 | messages |\n|---|---|---|---|---|\n",
           all.n, q_confusion_accuracy(&c), training / FOLDS, running / (double)all.n * 1e6);
    for (size_t i = 0; i < all.label_count; i++) {
        q_scores s = q_confusion_class(&c, i);

        printf("| %.*s | %.3f | %.3f | %.3f | %zu |\n", Q_ARG(all.labels[i]), s.precision, s.recall,
               s.f1, s.support);
    }
}

/* ---- personal data ---- */

typedef struct tally {
    size_t right, found, there;
} tally;

/* The text without its marks, and these. */
static q_str unmark(q_str row, q_pii *v, size_t *n)
{
    q_buf b = q_buf_init(arena, 1 << 20);
    q_str text;
    q_err err;

    for (*n = 0; *n < MARKS_MOST;) {
        size_t at = q_str_find(row, Q_STR("[[")), bar, end;

        if (at == SIZE_MAX)
            break;
        q_buf_put(&b, q_str_sub(row, 0, at));
        row = q_str_sub(row, at + 2, row.n);
        bar = q_str_find(row, Q_STR("|"));
        end = q_str_find(row, Q_STR("]]"));
        if (bar > end || end == SIZE_MAX || !q_pii_type_of(q_str_sub(row, 0, bar), &v[*n].type)) {
            fprintf(stderr, "bench_texts: no mark: %.*s\n", Q_ARG(row));
            exit(1);
        }
        v[*n].begin = (uint32_t)b.n;
        v[(*n)++].bytes = (uint32_t)(end - bar - 1);
        q_buf_put(&b, q_str_sub(row, bar + 1, end - bar - 1));
        row = q_str_sub(row, end + 2, row.n);
    }
    q_buf_put(&b, row);
    good(q_buf_finish(&b, &text, &err), &err);
    return text;
}

static void pii_row(const q_language *l, q_str row, tally *tallies)
{
    q_pii marks[MARKS_MOST], *v;
    size_t marked, n;
    q_str text = unmark(row, marks, &marked);
    q_tokens t;
    q_err err;

    good(q_tokens_of(text, arena, &t, &err), &err);
    good(q_pii_find(l, &t, arena, &v, &n, &err), &err);
    for (size_t k = 0; k < marked; k++)
        tallies[marks[k].type].there++;
    for (size_t i = 0; i < n; i++) {
        tallies[v[i].type].found++;
        for (size_t k = 0; k < marked; k++)
            tallies[v[i].type].right += v[i].type == marks[k].type &&
                                        v[i].begin == marks[k].begin &&
                                        v[i].bytes == marks[k].bytes;
    }
}

static void pii_print(const char *name, const tally *t)
{
    q_scores s = q_scores_of(t->right, t->found, t->there);

    printf("| %s | %.3f | %.3f | %.3f | %zu |\n", name, s.precision, s.recall, s.f1, t->there);
}

static void pii(const q_language *l, const char *path)
{
    q_str text = file_read(path), row;
    tally tallies[Q_PII_TYPES] = {0}, all = {0};

    while (text.n) {
        q_str_cut(text, '\n', &row, &text);
        if (row.n && row.p[0] != '#')
            pii_row(l, row, tallies);
    }
    printf("| type | precision | recall | F1 | marked |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < Q_PII_TYPES; i++) {
        all.right += tallies[i].right;
        all.found += tallies[i].found;
        all.there += tallies[i].there;
        if (tallies[i].found || tallies[i].there)
            pii_print(q_pii_type_name((q_pii_type)i), &tallies[i]);
    }
    pii_print("all", &all);
}

/* ---- calls ---- */

typedef q_code (*call_fn)(const q_language *l, const q_tokens *t, q_arena *a, q_err *err);

static q_code call_languages(const q_language *l, const q_tokens *t, q_arena *a, q_err *err)
{
    q_dominant *v;
    size_t n;

    return q_dominant_languages(l, t->text, a, &v, &n, err);
}

static q_code call_sentiment(const q_language *l, const q_tokens *t, q_arena *a, q_err *err)
{
    q_sentiment_scores s;

    return q_sentiment_of(l, t, a, &s, err);
}

static q_code call_entities(const q_language *l, const q_tokens *t, q_arena *a, q_err *err)
{
    q_entity *v;
    size_t n;

    return q_entities_find(l, t, a, &v, &n, err);
}

static q_code call_targets(const q_language *l, const q_tokens *t, q_arena *a, q_err *err)
{
    q_target *v;
    size_t n;

    return q_targets_find(l, t, a, &v, &n, err);
}

static q_code call_pii(const q_language *l, const q_tokens *t, q_arena *a, q_err *err)
{
    q_pii *v;
    size_t n;

    return q_pii_find(l, t, a, &v, &n, err);
}

static int by_time(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;

    return a < b ? -1 : a > b;
}

static void calls(const q_language *l, const char *path)
{
    static const struct {
        const char *name;
        call_fn call;
    } CALLS[] = {{"languages", call_languages},
                 {"sentiment", call_sentiment},
                 {"entities", call_entities},
                 {"targeted sentiment", call_targets},
                 {"personal data", call_pii}};
    q_str text = file_read(path);
    double *times = need(q_arena_array(arena, text.n / CALL_BYTES + 1, sizeof *times));

    printf("| of %d bytes | median ms | p99 ms |\n|---|---|---|\n", (int)CALL_BYTES);
    for (size_t k = 0; k < sizeof CALLS / sizeof *CALLS; k++) {
        size_t n = 0;

        /* Once ahead of all: the models are made ready. */
        for (size_t at = 0, again = 0; at + CALL_BYTES <= text.n; at += again++ ? CALL_BYTES : 0) {
            q_arena *a = need(q_arena_new((size_t)1 << 28));
            double start = seconds();
            q_tokens t;
            q_err err;

            good(q_tokens_of(q_str_sub(text, at, CALL_BYTES), a, &t, &err), &err);
            good(CALLS[k].call(l, &t, a, &err), &err);
            if (again)
                times[n++] = seconds() - start;
            q_arena_free(a);
        }
        if (!n)
            break;
        qsort(times, n, sizeof *times, by_time);
        printf("| %s | %.2f | %.2f |\n", CALLS[k].name, times[n / 2] * 1e3,
               times[n * 99 / 100] * 1e3);
    }
}

int main(int argc, char **argv)
{
    q_language *l;
    q_err err;

    if (argc != 3) {
        fprintf(stderr, "usage: bench_texts languages|sentiment|spam|pii|calls FILE\n");
        return 2;
    }
    arena = need(q_arena_new(memory));
    good(q_language_open(&l, &err), &err);
    if (strcmp(argv[1], "languages") == 0)
        languages(l, argv[2]);
    else if (strcmp(argv[1], "sentiment") == 0)
        sentiment(l, argv[2]);
    else if (strcmp(argv[1], "spam") == 0)
        spam(argv[2]);
    else if (strcmp(argv[1], "pii") == 0)
        pii(l, argv[2]);
    else if (strcmp(argv[1], "calls") == 0)
        calls(l, argv[2]);
    q_language_free(l);
    q_arena_free(arena);
    return 0;
}
