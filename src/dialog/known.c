#include "dialog/known.h"

#include "dialog/spelling.h"
#include "language/lexicon.h"

#include <math.h>

enum { STEM_MIN = 4, ENDING_MAX = 4, WORDS_MAX = 256 };

/* What a word weighs: one that holds a sentence together, one that asks for
 * something whatever it is, and one that says what.
 */
static const double FUNCTION = 0.03, REQUEST = 0.1, CONTENT = 1;

/* Sorted. */
static const char *const REQUESTS[] = {
    "again",  "also",  "ask",    "get",  "give", "go",   "got",  "great",  "hello",
    "help",   "here",  "hey",    "hi",   "just", "know", "let",  "like",   "look",
    "love",   "make",  "much",   "need", "now",  "ok",   "okay", "please", "question",
    "really", "say",   "see",    "show", "some", "take", "tell", "thank",  "thanks",
    "there",  "thing", "things", "try",  "use",  "very", "want", "wish"};

/* The log odds that an intent is meant. Learnt from 312 bots of 1 to 5 intents,
 * of 1 to 50 utterances each, drawn from CLINC150 and Banking77, whose other
 * intents are out of scope.
 */
static const double OF_KNOWN = 3.83, OF_NEAREST = 4.02, OF_ODDS = 0.71, OF_SAMPLES = -0.95,
                    CONSTANT = 0.19;
/* Beyond these neither tells more: odds between a few intents are soon high, and
 * fewer samples know no less by chance, more samples no more.
 */
static const double ODDS_MAX = 1, SAMPLES_MIN = 6, SAMPLES_MAX = 60;

static double weight(const q_token *t)
{
    if (t->kind == Q_TOKEN_IDEOGRAPH)
        return CONTENT;
    if (t->kind != Q_TOKEN_WORD)
        return 0;
    if (q_word_in(REQUESTS, sizeof REQUESTS / sizeof REQUESTS[0], t->lower))
        return REQUEST;
    return q_word_listed(t->lower) & Q_WORD_FUNCTION ? FUNCTION : CONTENT;
}

/* "book" and "booking", "summary" and "summarise". */
static bool akin(q_str a, q_str b)
{
    size_t front = 0, shorter = a.n < b.n ? a.n : b.n, longer = a.n + b.n - shorter;

    while (front < shorter && a.p[front] == b.p[front])
        front++;
    if (longer == shorter + 1 && front == shorter && shorter > 2)
        return (a.n > b.n ? a : b).p[shorter] == 's';
    return front >= STEM_MIN && front + 1 >= shorter && longer - front <= ENDING_MAX;
}

static bool same(const q_token *a, const q_token *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == Q_TOKEN_IDEOGRAPH)
        return q_str_eq(a->text, b->text);
    return q_str_eq(a->lower, b->lower) || akin(a->lower, b->lower) ||
           (a->lower.n >= STEM_MIN && b->lower.n >= STEM_MIN &&
            spelling__nearly(a->lower, b->lower) && q_word_listed(a->lower) == Q_WORD_UNKNOWN);
}

static bool has(const q_tokens *t, const q_token *word)
{
    size_t n = t->n < WORDS_MAX ? t->n : WORDS_MAX;

    for (size_t i = 0; i < n; i++)
        if (same(word, &t->v[i]))
            return true;
    return false;
}

/* Any words may stand for a type that takes others than its own: only its own
 * tell that the intent is meant.
 */
static bool is_own(const q_slot *slot, q_str said)
{
    if (!slot->type || slot->type->top_resolution || !slot->type->value_count)
        return true;
    for (size_t i = 0; i < slot->type->value_count; i++) {
        const q_slot_value *v = &slot->type->values[i];

        if (q_str_eq_nocase(v->value, said))
            return true;
        for (size_t k = 0; k < v->synonym_count; k++)
            if (q_str_eq_nocase(v->synonyms[k], said))
                return true;
    }
    return false;
}

static bool is_value(const known_question *q, size_t slot)
{
    return q->said[slot].p && is_own(&q->intent->slots[slot], q->said[slot]);
}

static bool in_value(const known_question *q, const q_token *t)
{
    for (size_t i = 0; i < q->intent->slot_count; i++)
        if (is_value(q, i) && t->text.p >= q->said[i].p && t->text.p < q->said[i].p + q->said[i].n)
            return true;
    return false;
}

/* What is of the utterance, by its words' weights. */
typedef struct share {
    double known, all;
    double nearest; /* the most that it has of a sample, 0..1 */
} share;

static bool any_has(const known *k, const known_question *q, const q_token *t)
{
    for (size_t s = 0; s < k->n; s++)
        if (k->v[s].class == q->class && has(&k->v[s].words, t))
            return true;
    return false;
}

/* A sample that says next to nothing by itself is not near for that. */
static double of_sample(const known_sample *s, const known_question *q)
{
    size_t values = 0;
    double found, all = CONTENT * (double)s->places;

    for (size_t i = 0; i < q->intent->slot_count; i++)
        values += is_value(q, i);
    found = CONTENT * (double)(values < s->places ? values : s->places);
    for (size_t i = 0; i < s->words.n; i++) {
        double w = weight(&s->words.v[i]);

        all += w;
        found += has(q->tokens, &s->words.v[i]) ? w : 0;
    }
    return found / fmax(all, CONTENT);
}

static share measure(const known *k, const known_question *q)
{
    share out = {0};

    for (size_t i = 0; i < q->tokens->n && i < WORDS_MAX; i++) {
        const q_token *t = &q->tokens->v[i];
        double w = in_value(q, t) ? 0 : weight(t);

        out.all += w;
        out.known += w > 0 && any_has(k, q, t) ? w : 0;
    }
    for (size_t s = 0; s < k->n; s++) {
        double part = k->v[s].class == q->class ? of_sample(&k->v[s], q) : 0;

        out.nearest = part > out.nearest ? part : out.nearest;
    }
    return out;
}

double known__out(const known *k, const known_question *q)
{
    share s = measure(k, q);
    double odds = k->several ? fmin(q->odds, ODDS_MAX) : 0;
    double count = log(fmax(SAMPLES_MIN, fmin((double)k->own, SAMPLES_MAX)));
    double z = CONSTANT + OF_ODDS * odds + OF_NEAREST * s.nearest + OF_SAMPLES * count +
               (s.all > 0 ? OF_KNOWN * s.known / s.all : 0);

    return 1 / (1 + exp(z));
}
