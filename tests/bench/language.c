/* What the language room finds in corpora, counted, for tests/bench/language.py.
 *
 *     bench_language entities MAP CORPUS FILE
 *         "type<TAB>right<TAB>found<TAB>there" of each type,
 *         and "score<TAB>score<TAB>1 if right" of each that is found
 *     bench_language find entities|phrases
 *         texts from standard input, one a line; of each a line of the places
 *         found, "point,points,type,score" with tabs between
 *     bench_language speed FILE
 *         words a second, and milliseconds of calls of 5,000 bytes
 *     bench_language syntax FILE
 *         "given<TAB>right<TAB>all", "own<TAB>right<TAB>all"
 *
 * --model FILE in front of these: that model of names in the place of the one that ships.
 */
#include "corpus.h"

#include "base/file.h"
#include "language/keyphrase.h"
#include "language/model_parts.h"
#include "language/syntax_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static _Noreturn void fail(const q_err *err)
{
    fprintf(stderr, "bench_language: %s\n", err->msg);
    exit(1);
}

typedef struct count {
    size_t right, found, there;
} count;

static void compare(const q_language *l, const corpus_sentence *s, unsigned types, count *by)
{
    q_arena *a = q_arena_new((size_t)1 << 30);
    q_tokens t;
    q_entity *v;
    size_t n;
    q_err err;

    if (q_tokens_of(s->text, a, &t, &err) || q_entities_find(l, &t, a, &v, &n, &err))
        fail(&err);
    for (size_t i = 0; i < s->mark_count; i++)
        if (s->marks[i].type < 9)
            by[s->marks[i].type].there++;
    for (size_t k = 0; k < n; k++) {
        size_t begin = (size_t)(v[k].text.p - s->text.p);
        bool hit = false;

        if (!(types >> v[k].type & 1))
            continue;
        by[v[k].type].found++;
        for (size_t i = 0; i < s->mark_count; i++)
            hit |= s->marks[i].type == v[k].type && s->marks[i].begin == begin &&
                   s->marks[i].end == begin + v[k].text.n;
        by[v[k].type].right += hit;
        printf("score\t%.4f\t%d\n", (double)v[k].score, hit);
    }
    q_arena_free(a);
}

static int entities(const q_language *l, char **argv)
{
    q_arena *a = q_arena_new(SIZE_MAX);
    corpus c;
    count by[9] = {{0}};
    q_err err;

    if (corpus_read(a, argv[2], argv[3], argv[4], CORPUS_BLANKS, &c, &err))
        fail(&err);
    for (size_t i = 0; i < c.n; i++)
        compare(l, &c.v[i], c.types, by);
    for (int t = 0; t < 9; t++)
        if (c.types >> t & 1)
            printf("%s\t%zu\t%zu\t%zu\n", q_entity_type_name((q_entity_type)t), by[t].right,
                   by[t].found, by[t].there);
    q_arena_free(a);
    return 0;
}

/* Tags on the corpus's tokens, and tokens of our own that are where a true one is with its tag. */
static int syntax(const q_language *l, const char *path)
{
    q_arena *a = q_arena_new(SIZE_MAX);
    corpus_tagged *v;
    size_t n, given = 0, own = 0, all = 0;
    q_err err;

    if (corpus_read_tagged(a, path, &v, &n, &err))
        fail(&err);
    for (size_t i = 0; i < n; i++) {
        q_syntax_tag *tags;
        q_syntax_token *found;
        q_tokens t;
        size_t found_count, k = 0;

        if (syntax__tags(l, &v[i].tokens, a, &tags, NULL, NULL, &err) ||
            q_tokens_of(v[i].tokens.text, a, &t, &err) ||
            q_syntax_tag_all(l, &t, a, &found, &found_count, &err))
            fail(&err);
        for (size_t j = 0; j < v[i].tokens.n; j++) {
            q_str text = v[i].tokens.v[j].text;

            given += tags[j] == v[i].tags[j];
            while (k < found_count && found[k].text.p < text.p)
                k++;
            own += k < found_count && found[k].text.p == text.p && found[k].text.n == text.n &&
                   found[k].tag == v[i].tags[j];
        }
        all += v[i].tokens.n;
    }
    printf("given\t%zu\t%zu\nown\t%zu\t%zu\n", given, all, own, all);
    q_arena_free(a);
    return 0;
}

static void find_line(const q_language *l, q_str text, bool phrases)
{
    q_arena *a = q_arena_new(SIZE_MAX);
    q_tokens t;
    q_entity *e;
    q_keyphrase *p;
    size_t n;
    q_err err;

    if (q_tokens_of(text, a, &t, &err))
        fail(&err);
    if (phrases ? q_keyphrases_find(l, &t, a, &p, &n, &err)
                : q_entities_find(l, &t, a, &e, &n, &err))
        fail(&err);
    for (size_t i = 0; i < n; i++)
        if (phrases)
            printf("%s%u,%u,PHRASE,%.4f", i ? "\t" : "", p[i].point, p[i].points,
                   (double)p[i].score);
        else
            printf("%s%u,%u,%s,%.4f", i ? "\t" : "", e[i].point, e[i].points,
                   q_entity_type_name(e[i].type), (double)e[i].score);
    putchar('\n');
    q_arena_free(a);
}

static int find(const q_language *l, bool phrases)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;

    while ((n = getline(&line, &cap, stdin)) > 0)
        find_line(
            l, q_str_trim((q_str){line, (size_t)n}).n ? (q_str){line, (size_t)n - 1} : (q_str){0},
            phrases);
    free(line);
    return 0;
}

enum { CALLS = 500, CALL_BYTES = 5000, FILE_BYTES = 64 << 20 };

/* Of this process: other work on the machine does not count. */
static int64_t cpu_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t call(const q_language *l, q_str text, size_t *words)
{
    int64_t start = cpu_ns();
    q_arena *a = q_arena_new(SIZE_MAX);
    q_tokens t;
    q_entity *v;
    size_t n;
    q_err err;

    if (q_tokens_of(text, a, &t, &err) || q_entities_find(l, &t, a, &v, &n, &err))
        fail(&err);
    *words += t.n;
    q_arena_free(a);
    return cpu_ns() - start;
}

static int longer(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static int speed(const q_language *l, const char *path)
{
    q_arena *a = q_arena_new(SIZE_MAX);
    int64_t ns = 0, calls[CALLS], first;
    size_t words = 0, other = 0;
    q_str text;
    q_err err;

    if (q_file_read(a, path, FILE_BYTES, &text, &err))
        fail(&err);
    first = call(l, q_str_sub(text, 0, CALL_BYTES), &other);
    for (size_t at = 0, i = 0; i < CALLS; i++, at = (at + CALL_BYTES) % text.n)
        calls[i] = call(l, q_str_sub(text, at, CALL_BYTES), &other);
    qsort(calls, CALLS, sizeof *calls, longer);
    for (int times = 0; times < 3; times++)
        ns += call(l, text, &words);
    printf("words/s\t%.0f\nfirst call ms\t%.3f\np50 ms\t%.3f\np99 ms\t%.3f\n",
           (double)words * 1e9 / (double)ns, (double)first / 1e6, (double)calls[CALLS / 2] / 1e6,
           (double)calls[CALLS * 99 / 100] / 1e6);
    q_arena_free(a);
    return 0;
}

int main(int argc, char **argv)
{
    q_arena *a = q_arena_new(SIZE_MAX);
    q_language *l;
    q_str model;
    q_err err;
    int rc = 2;

    if (q_language_open(&l, &err))
        fail(&err);
    if (argc > 2 && !strcmp(argv[1], "--model")) {
        if (q_file_read(a, argv[2], FILE_BYTES, &model, &err))
            fail(&err);
        language__replace(l, LANGUAGE_ENTITIES, model);
        argv += 2;
        argc -= 2;
    }
    if (argc == 5 && !strcmp(argv[1], "entities"))
        rc = entities(l, argv);
    else if (argc == 3 && !strcmp(argv[1], "syntax"))
        rc = syntax(l, argv[2]);
    else if (argc == 3 && !strcmp(argv[1], "find"))
        rc = find(l, !strcmp(argv[2], "phrases"));
    else if (argc == 3 && !strcmp(argv[1], "speed"))
        rc = speed(l, argv[2]);
    else
        fprintf(stderr, "usage: bench_language [--model FILE] entities MAP CORPUS FILE | "
                        "find entities|phrases | speed FILE | syntax FILE\n");
    q_language_free(l);
    q_arena_free(a);
    return rc;
}
