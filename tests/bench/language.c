/* What the language room finds in corpora, counted, for tests/bench/language.py.
 *
 *     bench_language entities MAP CORPUS FILE   "type<TAB>right<TAB>found<TAB>there" a
 * line
 */
#include "corpus.h"

#include <stdio.h>
#include <stdlib.h>

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

int main(int argc, char **argv)
{
    q_arena *a = q_arena_new(SIZE_MAX);
    q_language *l;
    corpus c;
    count by[9] = {{0}};
    q_err err;

    if (argc != 5) {
        fprintf(stderr, "usage: bench_language entities MAP CORPUS FILE\n");
        return 2;
    }
    if (q_language_open(&l, &err) ||
        corpus_read(a, argv[2], argv[3], argv[4], CORPUS_BLANKS, &c, &err))
        fail(&err);
    for (size_t i = 0; i < c.n; i++)
        compare(l, &c.v[i], c.types, by);
    for (int t = 0; t < 9; t++)
        if (c.types >> t & 1)
            printf("%s\t%zu\t%zu\t%zu\n", q_entity_type_name((q_entity_type)t), by[t].right,
                   by[t].found, by[t].there);
    q_language_free(l);
    q_arena_free(a);
    return 0;
}
