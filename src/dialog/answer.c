/* Answers to a question: a slot's value, a yes or a no. */
#include "dialog/places.h"
#include "dialog/slot.h"
#include "dialog/understand.h"

/* Words in front of an answer that are not part of it: "it is 12", "my name
 * is Ada", "please".
 */
static size_t without_carrier(const q_tokens *t, size_t end)
{
    static const char *const CARRIERS[] = {
        "it's",   "its", "it",     "is",    "my",   "the",  "that", "this", "i",
        "i'm",    "am",  "want",   "would", "like", "a",    "an",   "for",  "name",
        "number", "to",  "please", "um",    "uh",   "well", "use",  "make", "be"};
    size_t i = 0;

    for (; i + 1 < end; i++) {
        bool carrier = t->v[i].kind == Q_TOKEN_PUNCTUATION;

        for (size_t c = 0; c < sizeof CARRIERS / sizeof CARRIERS[0] && !carrier; c++)
            carrier = q_token_is(&t->v[i], CARRIERS[c]);
        if (!carrier)
            break;
    }
    return i;
}

/* What stands in the place of one of the slot's own utterances. */
static q_code by_utterances(const q_slot *slot, const q_tokens *t, int64_t now_ms, q_arena *a,
                            q_str *value, q_err *err)
{
    q_slot *copy = q_arena_alloc(a, sizeof *copy);
    q_intent answer = {.slots = copy, .slot_count = 1};
    bool fits = false;
    q_str found = {0}, said;
    q_code rc = copy ? Q_OK : q_err_nomem(err);

    if (!rc)
        *copy = *slot;
    for (size_t u = 0; u < slot->utterance_count && !rc && !fits; u++) {
        q_tokens sample;

        rc = q_tokens_of(slot->utterances[u], a, &sample, err);
        if (!rc && places__may_fit(&sample, t))
            rc = places__fit(&sample, &answer, t, now_ms, a, &(places_found){&found, &said}, &fits,
                             err);
    }
    if (fits)
        *value = found;
    return rc;
}

q_code q_understand_slot(const q_slot *slot, q_str text, int64_t now_ms, q_arena *a, q_str *value,
                         q_err *err)
{
    q_tokens t;
    slot_match m = {0};
    size_t end, start;
    q_code rc = q_tokens_of(text, a, &t, err);

    *value = (q_str){0};
    if (!rc)
        rc = by_utterances(slot, &t, now_ms, a, value, err);
    if (rc || value->p)
        return rc;
    end = t.n;
    while (end && (q_token_mark(&t.v[end - 1], '.') || q_token_mark(&t.v[end - 1], '!') ||
                   q_token_mark(&t.v[end - 1], '?')))
        end--;
    for (size_t i = 0; i < end && !m.tokens && !rc; i++)
        rc = slot__at(slot, &t, i, end, now_ms, a, &m, err);
    if (rc || m.tokens) {
        *value = m.value;
        return rc;
    }
    start = without_carrier(&t, end);
    if (start < end)
        rc = slot__whole(slot, &t, start, end, now_ms, a, &m, err);
    if (!rc && m.tokens)
        *value = m.value;
    return rc;
}

char q_understand_yes_no(q_str text, q_arena *a)
{
    static const char *const YES[] = {"yes",        "yeah",       "yep",   "yup",        "sure",
                                      "ok",         "okay",       "y",     "correct",    "confirm",
                                      "absolutely", "definitely", "right", "affirmative"};
    static const char *const NO[] = {"no",   "nope",   "nah",  "n",     "not",      "don't",
                                     "dont", "cancel", "stop", "never", "negative", "wrong"};
    q_tokens t;

    if (q_tokens_of(text, a, &t, NULL) || !t.n || t.n > 12)
        return 0;
    for (size_t i = 0; i < t.n && i < 4; i++)
        for (size_t n = 0; n < sizeof NO / sizeof NO[0]; n++)
            if (q_token_is(&t.v[i], NO[n]))
                return 'n';
    for (size_t i = 0; i < t.n && i < 2; i++)
        for (size_t y = 0; y < sizeof YES / sizeof YES[0]; y++)
            if (q_token_is(&t.v[i], YES[y]))
                return 'y';
    if (t.n >= 2 && ((q_token_is(&t.v[0], "go") && q_token_is(&t.v[1], "ahead")) ||
                     (q_token_is(&t.v[0], "do") && q_token_is(&t.v[1], "it"))))
        return 'y';
    return 0;
}
