#include "language/lexicon.h"

#include "language/lexicon_words.h"

#include <string.h>

static unsigned bits(const char *classes)
{
    static const struct {
        char letter;
        unsigned bit;
    } MAP[] = {{'D', Q_WORD_DETERMINER},  {'S', Q_WORD_POSSESSIVE},  {'R', Q_WORD_PRONOUN},
               {'P', Q_WORD_PREPOSITION}, {'C', Q_WORD_CONJUNCTION}, {'A', Q_WORD_AUXILIARY},
               {'V', Q_WORD_VERB},        {'B', Q_WORD_ADVERB},      {'J', Q_WORD_ADJECTIVE},
               {'N', Q_WORD_NOUN},        {'O', Q_WORD_OTHER}};
    unsigned out = 0;

    for (; *classes; classes++)
        for (size_t i = 0; i < sizeof MAP / sizeof MAP[0]; i++)
            if (MAP[i].letter == *classes)
                out |= MAP[i].bit;
    return out;
}

static unsigned exact(q_str word)
{
    size_t low = 0, high = sizeof LEXICON / sizeof LEXICON[0];

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = q_str_cmp(word, q_str_of(LEXICON[middle].word));

        if (!order)
            return bits(LEXICON[middle].classes);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return 0;
}

/* The word with `cut` bytes off its end and `add` put there, if listed with one
 * of `wanted`.
 */
static bool stem(q_str word, size_t cut, const char *add, unsigned wanted)
{
    char buffer[40];
    size_t n = strlen(add);

    if (word.n < cut + 2 || word.n - cut + n > sizeof buffer)
        return false;
    memcpy(buffer, word.p, word.n - cut);
    memcpy(buffer + (word.n - cut), add, n);
    return exact((q_str){buffer, word.n - cut + n}) & wanted;
}

static bool verb_stem(q_str word, size_t cut)
{
    if (stem(word, cut, "", Q_WORD_VERB) || stem(word, cut, "e", Q_WORD_VERB))
        return true;
    /* a doubled consonant: "stopped" */
    return word.n > cut + 3 && word.p[word.n - cut - 1] == word.p[word.n - cut - 2] &&
           stem(word, cut + 1, "", Q_WORD_VERB);
}

static unsigned inflected(q_str w)
{
    unsigned out = 0;

    if (q_str_ends(w, Q_STR("s")) && !q_str_ends(w, Q_STR("ss"))) {
        bool es = q_str_ends(w, Q_STR("es")), ies = q_str_ends(w, Q_STR("ies"));

        if (stem(w, 1, "", Q_WORD_NOUN) || (es && stem(w, 2, "", Q_WORD_NOUN)) ||
            (ies && stem(w, 3, "y", Q_WORD_NOUN)))
            out |= Q_WORD_NOUN;
        if (stem(w, 1, "", Q_WORD_VERB) || (es && stem(w, 2, "", Q_WORD_VERB)) ||
            (ies && stem(w, 3, "y", Q_WORD_VERB)))
            out |= Q_WORD_VERB;
    } else if (q_str_ends(w, Q_STR("ing"))) {
        if (verb_stem(w, 3))
            out |= Q_WORD_VERB | Q_WORD_NOUN;
    } else if (q_str_ends(w, Q_STR("ed"))) {
        if (verb_stem(w, 2) || stem(w, 3, "y", Q_WORD_VERB))
            out |= Q_WORD_VERB | Q_WORD_ADJECTIVE;
    } else if (q_str_ends(w, Q_STR("er")) || q_str_ends(w, Q_STR("est"))) {
        size_t cut = q_str_ends(w, Q_STR("er")) ? 2 : 3;

        if (stem(w, cut, "", Q_WORD_ADJECTIVE) || stem(w, cut, "e", Q_WORD_ADJECTIVE) ||
            stem(w, cut + 1, "y", Q_WORD_ADJECTIVE))
            out |= Q_WORD_ADJECTIVE;
    } else if (q_str_ends(w, Q_STR("ly"))) {
        if (stem(w, 2, "", Q_WORD_ADJECTIVE) || stem(w, 1, "e", Q_WORD_ADJECTIVE) ||
            stem(w, 3, "y", Q_WORD_ADJECTIVE))
            out |= Q_WORD_ADVERB;
    }
    return out;
}

unsigned q_word_listed(q_str lower)
{
    unsigned out = exact(lower);

    return out ? out : inflected(lower);
}

static unsigned guessed(q_str w)
{
    static const struct {
        const char *ending;
        unsigned classes;
    } ENDINGS[] = {
        {"ly", Q_WORD_ADVERB},
        {"ous", Q_WORD_ADJECTIVE},
        {"ful", Q_WORD_ADJECTIVE},
        {"ive", Q_WORD_ADJECTIVE},
        {"able", Q_WORD_ADJECTIVE},
        {"ible", Q_WORD_ADJECTIVE},
        {"ical", Q_WORD_ADJECTIVE},
        {"ic", Q_WORD_ADJECTIVE},
        {"al", Q_WORD_ADJECTIVE},
        {"less", Q_WORD_ADJECTIVE},
        {"ish", Q_WORD_ADJECTIVE},
        {"ary", Q_WORD_ADJECTIVE},
        {"ize", Q_WORD_VERB},
        {"ise", Q_WORD_VERB},
        {"ify", Q_WORD_VERB},
        {"ed", Q_WORD_VERB | Q_WORD_ADJECTIVE},
        {"ing", Q_WORD_VERB | Q_WORD_NOUN},
    };

    for (size_t i = 0; i < sizeof ENDINGS / sizeof ENDINGS[0]; i++)
        if (w.n > strlen(ENDINGS[i].ending) + 2 && q_str_ends(w, q_str_of(ENDINGS[i].ending)))
            return ENDINGS[i].classes;
    return Q_WORD_NOUN;
}

unsigned q_word_classes(q_str lower)
{
    unsigned out = q_word_listed(lower);

    return out ? out : guessed(lower);
}

/* As q_str_cmp, without seeking the end of `b` first. */
static int order_of(q_str a, const char *b)
{
    for (size_t i = 0; i < a.n; i++)
        if (!b[i] || a.p[i] != b[i])
            return (unsigned char)a.p[i] < (unsigned char)b[i] ? -1 : 1;
    return b[a.n] ? -1 : 0;
}

bool q_word_in(const char *const *list, size_t count, q_str lower)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = order_of(lower, list[middle]);

        if (!order)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}
