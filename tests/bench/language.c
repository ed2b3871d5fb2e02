/* What the language room finds in corpora, counted, for tests/bench/language.py.
 *
 *     bench_language entities MAP CORPUS FILE    "type<TAB>right<TAB>found<TAB>there" a line
 *     bench_language syntax FILE                 "given<TAB>right<TAB>all", "own<TAB>right<TAB>all"
 */
#include "corpus.h"
#include "language/syntax_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

        if (syntax__tags(l, &v[i].tokens, a, &tags, NULL, &err) ||
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

int main(int argc, char **argv)
{
    q_language *l;
    q_err err;
    int rc = 2;

    if (q_language_open(&l, &err))
        fail(&err);
    if (argc == 5 && !strcmp(argv[1], "entities"))
        rc = entities(l, argv);
    else if (argc == 3 && !strcmp(argv[1], "syntax"))
        rc = syntax(l, argv[2]);
    else
        fprintf(stderr, "usage: bench_language entities MAP CORPUS FILE | syntax FILE\n");
    q_language_free(l);
    return rc;
}
