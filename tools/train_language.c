/* Train the models of src/language from a folder of corpora; script/train-language says which.
 *
 *     train_language entities DATA MODELS
 *     train_language syntax DATA MODELS
 */
#include "corpus.h"

#include "base/file.h"
#include "language/entity_name.h"
#include "language/model_parts.h"
#include "language/syntax_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES = 64 << 20, OPEN_SETS = 16 };

typedef struct lesson {
    q_arena *arena;
    const names *listed, *clusters;
    const char *data;
    q_sequence *v;
    size_t n, cap;
    uint8_t sets[OPEN_SETS][ENTITY_LABELS];
    size_t set_count;
    features f;
} lesson;

static _Noreturn void fail(const q_err *err)
{
    fprintf(stderr, "train_language: %s\n", err->msg);
    exit(1);
}

/* The label for "no name, as far as this corpus marks names": what it does not mark may be there
 * with a capital.
 */
static uint16_t nothing(lesson *x, unsigned types)
{
    uint8_t set[ENTITY_LABELS] = {1};
    bool open = false;

    for (size_t k = 0; k < ENTITY_NAME_TYPES; k++)
        if (!(types >> entity_name_types[k] & 1)) {
            set[1 + 2 * k] = set[2 + 2 * k] = 1;
            open = true;
        }
    if (!open)
        return 0;
    for (size_t i = 0; i < x->set_count; i++)
        if (!memcmp(x->sets[i], set, sizeof set))
            return (uint16_t)(ENTITY_LABELS + i);
    if (x->set_count == OPEN_SETS) {
        fprintf(stderr, "train_language: more than %d kinds of corpora\n", (int)OPEN_SETS);
        exit(1);
    }
    memcpy(x->sets[x->set_count], set, sizeof set);
    return (uint16_t)(ENTITY_LABELS + x->set_count++);
}

static uint16_t label_of(uint8_t type, bool first)
{
    for (uint16_t k = 0; k < ENTITY_NAME_TYPES; k++)
        if (type == entity_name_types[k])
            return (uint16_t)(first ? 1 + 2 * k : 2 + 2 * k);
    return 0; /* dates and amounts are the grammar's */
}

/* The features at x->f and labels of n tokens join what is learnt from. */
static void keep(lesson *x, const uint16_t *labels, size_t n)
{
    uint32_t *v = q_arena_array(x->arena, x->f.n, sizeof *v);
    uint32_t *starts = q_arena_array(x->arena, n + 1, sizeof *starts);

    if (!v || !starts || q_arena_grow(x->arena, &x->v, &x->cap, x->n + 1, sizeof *x->v))
        abort();
    memcpy(v, x->f.v, x->f.n * sizeof *v);
    memcpy(starts, x->f.starts, (n + 1) * sizeof *starts);
    x->v[x->n++] = (q_sequence){v, starts, labels, n};
}

static void learn_part(lesson *x, const q_tokens *t, const word *w, uint16_t *labels, size_t begin,
                       size_t end)
{
    if (labels[begin] && labels[begin] < ENTITY_LABELS && labels[begin] % 2 == 0)
        labels[begin]--; /* a sentence seems to end within a name */
    x->f.bits = ENTITY_BITS;
    features__names(&x->f, t, w, begin, end);
    keep(x, labels + begin, end - begin);
}

static void learn_sentence(lesson *x, const corpus_sentence *s, unsigned types, bool nouns)
{
    q_err err;
    q_tokens t;
    word *w;
    uint16_t *labels, none = nothing(x, types);
    size_t m = 0, last = SIZE_MAX;

    if (q_tokens_of(s->text, x->arena, &t, &err) ||
        words__of(&t, x->listed, x->clusters, x->arena, &w, &err))
        fail(&err);
    labels = q_arena_array(x->arena, t.n, sizeof *labels);
    if (!labels)
        abort();
    for (size_t i = 0; i < t.n; i++) {
        while (m < s->mark_count && s->marks[m].end <= t.v[i].begin)
            m++;
        labels[i] = t.v[i].capital ? none : 0;
        if (m < s->mark_count && s->marks[m].begin <= t.v[i].begin) {
            labels[i] = nouns && !s->marks[m].capital ? 0 : label_of(s->marks[m].type, last != m);
            last = m;
        }
    }
    for (size_t begin = 0, end; begin < t.n; begin = end) {
        end = features__end(&t, begin);
        learn_part(x, &t, w, labels, begin, end);
    }
}

static void learn_corpus(lesson *x, const char *name, const char *file)
{
    char map[512], path[512];
    corpus c[3];
    /* these mark common words too ("the group", "machine learning"); they teach names only */
    bool nouns = !strcmp(name, "crossner") || !strcmp(name, "re3d");
    q_err err;

    snprintf(map, sizeof map, "%s/entities/label_map.tsv", x->data);
    snprintf(path, sizeof path, "%s/entities/%s", x->data, file);
    for (int join = 0; join < 3; join++)
        if (corpus_read(x->arena, map, name, path, (corpus_join)join, &c[join], &err))
            fail(&err);
    for (size_t i = 0; i < c[0].n; i++) {
        learn_sentence(x, &c[i % 3 == 2 ? CORPUS_PRINT : CORPUS_BLANKS].v[i], c[0].types, nouns);
        if (i % 8 == 0)
            learn_sentence(x, &c[CORPUS_LOWER].v[i], c[0].types, nouns);
    }
}

static void entities(lesson *x, q_sequence_model **m)
{
    static const char *const CORPORA[][2] = {
        {"wikigold", "wikigold.train.tsv"},
        {"wnut17", "wnut17.train.tsv"},
        {"btc", "btc.train.tsv"},
        {"sec", "sec.train.tsv"},
        {"re3d", "re3d.train.tsv"},
        {"crossner", "crossner.politics.train.tsv"},
        {"crossner", "crossner.science.train.tsv"},
        {"crossner", "crossner.music.train.tsv"},
        {"crossner", "crossner.literature.train.tsv"},
        {"crossner", "crossner.ai.train.tsv"},
    };
    uint8_t allowed[(ENTITY_LABELS + 1) * ENTITY_LABELS];
    q_sequence_options o = {.bits = ENTITY_BITS, .labels = ENTITY_LABELS, .allowed = allowed};
    q_err err;

    for (size_t i = 0; i < sizeof CORPORA / sizeof *CORPORA; i++)
        learn_corpus(x, CORPORA[i][0], CORPORA[i][1]);
    entity__allowed(allowed);
    o.sets = x->sets[0];
    o.set_count = x->set_count;
    o.epochs = 16;
    o.rate = 0.2;
    o.l1 = 0.02;
    o.l2 = 0.1;
    o.least = 2;
    o.drop = 0.5;
    if (q_sequence_train(x->v, x->n, &o, m, &err))
        fail(&err);
}

static void syntax(lesson *x, q_sequence_model **m)
{
    q_sequence_options o = {.bits = SYNTAX_BITS,
                            .labels = Q_SYNTAX_TAGS,
                            .epochs = 14,
                            .rate = 0.2,
                            .l1 = 0.02,
                            .l2 = 0.1,
                            .least = 2,
                            .drop = 0.3};
    corpus_tagged *v;
    size_t count;
    char path[512];
    q_err err;

    snprintf(path, sizeof path, "%s/syntax/gum.train.tsv", x->data);
    if (corpus_read_tagged(x->arena, path, &v, &count, &err))
        fail(&err);
    for (size_t i = 0; i < count; i++) {
        size_t n = v[i].tokens.n < FEATURE_TOKENS_MAX ? v[i].tokens.n : FEATURE_TOKENS_MAX;
        uint16_t *labels = q_arena_array(x->arena, n, sizeof *labels);
        word *w;

        if (!labels || words__of(&v[i].tokens, x->listed, x->clusters, x->arena, &w, &err))
            fail(&err);
        for (size_t k = 0; k < n; k++)
            labels[k] = (uint16_t)v[i].tags[k];
        x->f.bits = SYNTAX_BITS;
        features__syntax(&x->f, &v[i].tokens, w, 0, n);
        keep(x, labels, n);
    }
    if (q_sequence_train(x->v, x->n, &o, m, &err))
        fail(&err);
}

static q_str file(q_arena *a, const char *folder, const char *name)
{
    char path[512];
    q_str bytes;
    q_err err;

    snprintf(path, sizeof path, "%s/%s.model", folder, name);
    if (q_file_read(a, path, BYTES, &bytes, &err))
        fail(&err);
    return bytes;
}

int main(int argc, char **argv)
{
    lesson *x = calloc(1, sizeof *x);
    q_sequence_model *m = NULL;
    names listed, clusters;
    q_buf b = q_buf_init(NULL, BYTES);
    char path[512];
    q_err err;

    if (argc != 4) {
        fprintf(stderr, "usage: train_language entities|syntax DATA MODELS\n");
        return 2;
    }
    x->arena = q_arena_new(SIZE_MAX);
    x->data = argv[2];
    if (names__open(file(x->arena, argv[3], "names"), Q_STR("names"), &listed, &err) ||
        names__open(file(x->arena, argv[3], "words"), Q_STR("words"), &clusters, &err))
        fail(&err);
    x->listed = &listed;
    x->clusters = &clusters;
    if (!strcmp(argv[1], "syntax"))
        syntax(x, &m);
    else
        entities(x, &m);
    snprintf(path, sizeof path, "%s/%s.model", argv[3], argv[1]);
    if (q_sequence_save(m, &b) || q_file_replace(path, q_buf_str(&b), 0644, &err))
        fail(&err);
    printf("%s: %zu sequences, %zu bytes\n", path, x->n, b.n);
    q_buf_clear(&b);
    q_sequence_free(m);
    q_arena_free(x->arena);
    free(x);
    return 0;
}
