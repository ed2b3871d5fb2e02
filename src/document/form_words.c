#include "document/form_words.h"

#include "document/form_labels.h"

#include <math.h>
#include <stdlib.h>

static int compare(const void *key, const void *item)
{
    const q_str *k = key;
    const char *const *word = item;

    return q_str_cmp(*k, q_str_of(*word));
}

static bool listed(const char *const *list, size_t count, q_str word)
{
    char small[24];

    while (word.n && !q_is_alnum(word.p[0]) && (unsigned char)word.p[0] < 0x80)
        word = q_str_sub(word, 1, SIZE_MAX);
    while (word.n && !q_is_alnum(word.p[word.n - 1]) && (unsigned char)word.p[word.n - 1] < 0x80)
        word.n--;
    if (!word.n || word.n > sizeof small)
        return false;
    for (size_t i = 0; i < word.n; i++)
        small[i] = q_to_lower(word.p[i]);
    word.p = small;
    return bsearch(&word, list, count, sizeof *list, compare) != NULL;
}

bool form__label_word(q_str word)
{
    return listed(labels, sizeof labels / sizeof *labels, word) ||
           (word.n && word.p[word.n - 1] == '#');
}

bool form__month_word(q_str word)
{
    static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                         "jul", "aug", "sep", "oct", "nov", "dec"};

    for (size_t i = 0; i < sizeof months / sizeof *months && word.n >= 3; i++)
        if (q_str_is_nocase(q_str_sub(word, 0, 3), months[i]))
            return true;
    return false;
}

bool form__people_word(q_str word)
{
    static const char *const words[] = {
        "cc",         "cc:",          "distribution:", "bcc:",     "copies", "attendees",
        "attendees:", "participants", "participants:", "present:", "c.c.:"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (q_str_is_nocase(word, words[i]))
            return true;
    return false;
}

typedef struct traits {
    size_t words, chars, letters, digits, labels, sentence, capital, parts;
    bool last_is_label;
} traits;

static traits traits_of(const form_sheet *s, const form_piece *p)
{
    traits t = {.words = p->count};

    for (size_t i = 0; i < p->count; i++) {
        q_str w = form__word(s, p->first + i);
        bool letter = false;

        for (size_t k = 0; k < w.n; k++) {
            letter = letter || q_is_alpha(w.p[k]) || (unsigned char)w.p[k] >= 0x80;
            t.letters += q_is_alpha(w.p[k]) || (unsigned char)w.p[k] >= 0x80;
            t.digits += q_is_digit(w.p[k]);
        }
        t.chars += w.n;
        t.parts += letter;
        t.capital += w.n && w.p[0] >= 'A' && w.p[0] <= 'Z';
        t.last_is_label = form__label_word(w);
        t.labels += t.last_is_label;
        t.sentence += listed(sentence_words, sizeof sentence_words / sizeof *sentence_words, w);
    }
    return t;
}

static double label_likeness(const form_sheet *s, const form_piece *p, const traits *t)
{
    double share = t->parts ? (double)t->labels / (double)t->parts : 0;
    q_str end = form__word(s, p->first + p->count - 1);
    double like = 0.3 + 0.5 * fmin(share, 1) + (t->last_is_label ? 0.1 : 0);

    if (t->letters < 2 && !t->labels)
        return 0;
    if (end.p[end.n - 1] == '?' && t->words > 1)
        like += 0.2;
    if (t->digits)
        like -= 0.15 + 0.5 * (double)t->digits / (double)(t->digits + t->letters);
    if (end.p[end.n - 1] == ',' || end.p[end.n - 1] == ';')
        like -= 0.2;
    if (!t->capital)
        like -= 0.15;
    if (t->words > 6)
        like -= 0.06 * (double)(t->words - 6);
    like -= 0.08 * (double)t->sentence;
    return fmin(fmax(like, 0), 0.9);
}

void form__words_judge(const form_sheet *s, form_piece *p)
{
    traits t = traits_of(s, p);

    p->bare = t.digits + t.letters == 0;
    p->number = t.digits > t.letters;
    p->label = (float)label_likeness(s, p, &t);
    p->key = p->label;
    if (p->colon && t.letters > 1)
        p->key = t.words > 10 || p->number ? 0.45F : 0.95F;
}
