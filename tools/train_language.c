/* Train the models of src/language from a folder of corpora; script/train-language says which.
 *
 *     train_language entities DATA MODELS [FILE [first|last]]
 *         FILE: without the development parts, to this file, so they can tell
 *         how good it is; first, last: but with this half of ewt.dev, which
 *         has no other part
 *     train_language amounts DATA MODELS
 *     train_language syntax DATA MODELS
 */
#include "corpus.h"

#include "base/file.h"
#include "base/json.h"
#include "language/amount.h"
#include "language/date.h"
#include "language/entity_name.h"
#include "language/match.h"
#include "language/model_parts.h"
#include "language/syntax_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES = 64 << 20 };

typedef struct lesson {
    q_arena *arena;
    const names *listed, *clusters;
    const char *data;
    bool held_out;    /* the development parts are left out */
    const char *half; /* "first", "last" or NULL: but of ewt.dev */
    q_sequence *v;
    size_t n, cap;
    features f;
} lesson;

static _Noreturn void fail(const q_err *err)
{
    fprintf(stderr, "train_language: %s\n", err->msg);
    exit(1);
}

/* The label of what may be a name or not. */
enum { ANYTHING = ENTITY_LABELS };

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

/* "@ name" with a blank between: some annotators marked these, some did not. */
static bool handle(const q_tokens *t, size_t i)
{
    return q_token_mark(&t->v[i], '@') || (i > 0 && q_token_mark(&t->v[i - 1], '@'));
}

static void learn_sentence(lesson *x, const corpus_sentence *s, unsigned types, bool nouns)
{
    q_err err;
    q_tokens t;
    word *w;
    uint16_t *labels;
    size_t m = 0, last = SIZE_MAX;
    bool handles =
        types == (1U << Q_ENTITY_PERSON | 1U << Q_ENTITY_LOCATION | 1U << Q_ENTITY_ORGANIZATION);

    if (q_tokens_of(s->text, x->arena, &t, &err) ||
        words__of(&t, x->listed, x->clusters, x->arena, &w, &err))
        fail(&err);
    labels = q_arena_array(x->arena, t.n, sizeof *labels);
    if (!labels)
        abort();
    for (size_t i = 0; i < t.n; i++) {
        while (m < s->mark_count && s->marks[m].end <= t.v[i].begin)
            m++;
        labels[i] = handles && handle(&t, i) ? ANYTHING : 0;
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

/* A file of a corpus, and how often it is learnt from. */
typedef struct part {
    const char *corpus, *file;
    int times;
    bool dev;
} part;

static const part PARTS[] = {
    /* three times: the only edited text with all its names */
    {"wikigold", "wikigold.train.tsv", 3, false},
    {"wnut17", "wnut17.train.tsv", 1, false},
    {"btc", "btc.train.tsv", 1, false},
    {"crossner", "crossner.politics.train.tsv", 1, false},
    {"crossner", "crossner.science.train.tsv", 1, false},
    {"crossner", "crossner.music.train.tsv", 1, false},
    {"crossner", "crossner.literature.train.tsv", 1, false},
    {"crossner", "crossner.ai.train.tsv", 1, false},
    {"ewt", "ewt.dev.tsv", 1, true},
    {"wikigold", "wikigold.dev.tsv", 3, true},
    {"wnut17", "wnut17.dev.tsv", 1, true},
    {"btc", "btc.dev.tsv", 1, true},
    {"crossner", "crossner.politics.dev.tsv", 1, true},
    {"crossner", "crossner.science.dev.tsv", 1, true},
    {"crossner", "crossner.music.dev.tsv", 1, true},
    {"crossner", "crossner.literature.dev.tsv", 1, true},
    {"crossner", "crossner.ai.dev.tsv", 1, true},
};

static void learn_corpus(lesson *x, const part *p)
{
    char map[512], path[512];
    corpus c[3];
    /* it marks common words too ("machine learning"), and teaches names only */
    bool nouns = !strcmp(p->corpus, "crossner"), halved = p->dev && x->held_out;
    size_t begin, end;
    q_err err;

    snprintf(map, sizeof map, "%s/entities/label_map.tsv", x->data);
    snprintf(path, sizeof path, "%s/entities/%s", x->data, p->file);
    for (int join = 0; join < 3; join++)
        if (corpus_read(x->arena, map, p->corpus, path, (corpus_join)join, &c[join], &err))
            fail(&err);
    begin = halved && !strcmp(x->half, "last") ? c[0].n / 2 : 0;
    end = halved && !strcmp(x->half, "first") ? c[0].n / 2 : c[0].n;
    for (size_t i = begin; i < end; i++) {
        learn_sentence(x, &c[i % 3 == 2 ? CORPUS_PRINT : CORPUS_BLANKS].v[i], c[0].types, nouns);
        if (i % 8 == 0)
            learn_sentence(x, &c[CORPUS_LOWER].v[i], c[0].types, nouns);
    }
}

static void learn_corpora(lesson *x)
{
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
        const part *p = &PARTS[i];

        if (p->dev && x->held_out && !(x->half && !strcmp(p->corpus, "ewt")))
            continue;
        for (int times = 0; times < p->times; times++)
            learn_corpus(x, p);
    }
}

static void entities(lesson *x, q_sequence_model **m)
{
    uint8_t allowed[(ENTITY_LABELS + 1) * ENTITY_LABELS], anything[ENTITY_LABELS];
    q_sequence_options o = {.bits = ENTITY_BITS, .labels = ENTITY_LABELS, .allowed = allowed};
    q_err err;

    learn_corpora(x);
    entity__allowed(allowed, ENTITY_LABELS);
    memset(anything, 1, sizeof anything);
    o.sets = anything;
    o.set_count = 1;
    o.epochs = 16;
    o.rate = 0.2;
    o.l1 = 0.035;
    o.l2 = 0.1;
    o.least = 2;
    o.drop = 0.5;
    o.eager = 0.5;
    if (q_sequence_train(x->v, x->n, &o, m, &err))
        fail(&err);
}

/* ---- dates and amounts ---- */

static void learn_amounts(lesson *x, q_str text, const corpus_mark *marks, size_t n, uint16_t none)
{
    q_err err;
    q_tokens t;
    word *w;
    uint16_t *labels;

    if (q_tokens_of(text, x->arena, &t, &err) ||
        words__of(&t, x->listed, x->clusters, x->arena, &w, &err))
        fail(&err);
    labels = q_arena_array(x->arena, t.n, sizeof *labels);
    if (!labels)
        abort();
    for (size_t i = 0; i < t.n; i++)
        labels[i] = none;
    for (size_t m = 0; m < n; m++) {
        bool first = true;

        for (size_t i = 0; i < t.n; i++) {
            if (t.v[i].begin < marks[m].begin || t.v[i].begin >= marks[m].end)
                continue;
            labels[i] = (uint16_t)((marks[m].type == Q_ENTITY_DATE ? 1 : 3) + !first);
            first = false;
        }
    }
    x->f.bits = AMOUNT_BITS;
    for (size_t begin = 0, end; begin < t.n; begin = end) {
        end = features__end(&t, begin);
        if (labels[begin] && labels[begin] < AMOUNT_LABELS && labels[begin] % 2 == 0)
            labels[begin]--;
        if (features__amounts(&x->f, &t, w, begin, end))
            keep(x, labels + begin, end - begin);
    }
}

/* The byte where code point `point` starts. */
static size_t byte_at(q_str s, int64_t point)
{
    size_t at = 0;

    for (; at < s.n; at++)
        if (((unsigned char)s.p[at] & 0xC0) != 0x80 && point-- == 0)
            break;
    return at;
}

static int64_t number_of(const q_value *map, const char *key)
{
    const q_value *v = q_value_get(map, q_str_of(key));
    int64_t n = 0;

    return v && q_str_i64(v->s, &n) ? n : 0;
}

static void learn_recognizers(lesson *x)
{
    char path[512];
    q_str rest, line;
    q_err err;
    corpus_mark marks[64];

    snprintf(path, sizeof path, "%s/entities/recognizers.train.jsonl", x->data);
    if (q_file_read(x->arena, path, BYTES, &rest, &err))
        fail(&err);
    while (rest.n) {
        q_value *v;
        q_str text;
        size_t n = 0;

        q_str_cut(rest, '\n', &line, &rest);
        if (!line.n)
            continue;
        if (q_json_parse(x->arena, line, &v, &err))
            fail(&err);
        text = q_value_str(v, Q_STR("text"), Q_STR(""));
        for (const q_value *s = q_value_get(v, Q_STR("spans"))->first; s && n < 64; s = s->next) {
            bool date = q_str_starts(q_value_str(s, Q_STR("type"), Q_STR("")), Q_STR("datetime"));

            marks[n++] = (corpus_mark){byte_at(text, number_of(s, "start")),
                                       byte_at(text, number_of(s, "end")),
                                       date ? Q_ENTITY_DATE : Q_ENTITY_QUANTITY, false};
        }
        learn_amounts(x, text, marks, n,
                      q_str_is(q_value_str(v, Q_STR("model"), Q_STR("")), "DateTimeModel")
                          ? AMOUNT_LABELS
                          : AMOUNT_LABELS + 1);
    }
}

/* Running text, as the grammar marks it. */
static void learn_running(lesson *x, const char *name, const char *file, size_t step)
{
    char map[512], path[512];
    corpus c;
    q_err err;

    snprintf(map, sizeof map, "%s/entities/label_map.tsv", x->data);
    snprintf(path, sizeof path, "%s/entities/%s", x->data, file);
    if (corpus_read(x->arena, map, name, path, CORPUS_PRINT, &c, &err))
        fail(&err);
    for (size_t s = 0; s < c.n; s += step) {
        corpus_mark marks[64];
        size_t n = 0;
        q_tokens t;

        if (q_tokens_of(c.v[s].text, x->arena, &t, &err))
            fail(&err);
        for (size_t i = 0; i < t.n && n < 64;) {
            q_date d = q_date_at(&t, i);
            match m = {.tokens = d.tokens, .type = Q_ENTITY_DATE};

            if (!m.tokens)
                m = match__quantity(&t, i);
            if (m.tokens) {
                q_str span = q_tokens_span(&t, i + m.skip, i + m.skip + m.tokens);

                marks[n].begin = (size_t)(span.p - t.text.p);
                marks[n].end = marks[n].begin + span.n;
                marks[n++].type = (uint8_t)m.type;
            }
            i += m.skip + m.tokens ? m.skip + m.tokens : 1;
        }
        for (size_t k = 0; k < n; k++)
            if (marks[k].type != Q_ENTITY_DATE && marks[k].type != Q_ENTITY_QUANTITY)
                marks[k].begin = marks[k].end = 0;
        learn_amounts(x, c.v[s].text, marks, n, 0);
    }
}

static void amounts(lesson *x, q_sequence_model **m)
{
    /* where only dates are marked, and where only amounts of some kind are */
    static const uint8_t SETS[2][AMOUNT_LABELS] = {{1, 0, 0, 1, 1}, {1, 1, 1, 1, 1}};
    uint8_t allowed[(AMOUNT_LABELS + 1) * AMOUNT_LABELS];
    q_sequence_options o = {.bits = AMOUNT_BITS,
                            .labels = AMOUNT_LABELS,
                            .allowed = allowed,
                            .sets = SETS[0],
                            .set_count = 2,
                            .epochs = 20,
                            .rate = 0.2,
                            .l1 = 0.01,
                            .l2 = 0.05,
                            .least = 1,
                            .drop = 0.3};
    q_err err;

    for (int times = 0; times < 3; times++)
        learn_recognizers(x);
    learn_running(x, "wikigold", "wikigold.train.tsv", 2);
    learn_running(x, "btc", "btc.train.tsv", 8);
    learn_running(x, "crossner", "crossner.politics.train.tsv", 1);
    entity__allowed(allowed, AMOUNT_LABELS);
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

    if (argc < 4 || argc > 6 || (argc > 4 && strcmp(argv[1], "entities") != 0) ||
        (argc > 5 && strcmp(argv[5], "first") != 0 && strcmp(argv[5], "last") != 0)) {
        fprintf(stderr, "usage: train_language entities DATA MODELS [FILE [first|last]] | "
                        "amounts|syntax DATA MODELS\n");
        return 2;
    }
    x->arena = q_arena_new(SIZE_MAX);
    x->data = argv[2];
    x->held_out = argc > 4;
    x->half = argc > 5 ? argv[5] : NULL;
    if (names__open(file(x->arena, argv[3], "names"), Q_STR("names"), &listed, &err) ||
        names__open(file(x->arena, argv[3], "words"), Q_STR("words"), &clusters, &err))
        fail(&err);
    x->listed = &listed;
    x->clusters = &clusters;
    if (!strcmp(argv[1], "syntax"))
        syntax(x, &m);
    else if (!strcmp(argv[1], "amounts"))
        amounts(x, &m);
    else
        entities(x, &m);
    if (x->held_out)
        snprintf(path, sizeof path, "%s", argv[4]);
    else
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
