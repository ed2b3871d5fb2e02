/* Names and where people live, by the entities; ages and times, by grammar. */
#include "language/date.h"
#include "language/entity.h"
#include "language/number.h"
#include "language/pii_parts.h"
#include "language/token_any.h"

#include <string.h>

enum { OLDEST = 119, NAME_WORDS = 4 };

/* "live in", "lives at", "moved to": what comes is somebody's place. */
static bool lives(const q_tokens *t, size_t i)
{
    static const pii_cues MOVED = {"moved|relocated|moving", 24};

    if (i < 2 || !token__any(&t->v[i - 1], "in|at|to|near|from"))
        return false;
    if (token__any(&t->v[i - 1], "to|from") && pii__cue(t, i, t->n, &MOVED))
        return true;
    return token__any(&t->v[i - 2],
                      "live|lives|living|lived|reside|resides|residing|based|born|moved|"
                      "relocated|am|home|staying");
}

/* Titles are no part of a name: the tokens of those that begin it. */
static size_t titles(const q_tokens *t, size_t i)
{
    size_t n = 0;

    while (
        i + n + 1 < t->n &&
        token__any(&t->v[i + n], "mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam|rev|hon|sgt|capt"))
        n += 1 + q_token_mark(&t->v[i + n + 1], '.');
    return n;
}

static q_code entity_put(pii_finder *f, const q_entity *e)
{
    const q_tokens *t = f->t;
    size_t begin = (size_t)(e->text.p - t->text.p), end = begin + e->text.n;
    size_t token = q_tokens_at(t, e->point);

    if (token && !t->v[token].space && q_token_mark(&t->v[token - 1], '@'))
        return Q_OK; /* a user, whatever it is made of */
    if (e->type == Q_ENTITY_PERSON) {
        size_t first = token + titles(t, token);

        if (first < t->n && t->v[first].begin < end)
            return pii__put(f, Q_PII_NAME, e->score, t->v[first].begin, end);
    }
    if (e->type == Q_ENTITY_LOCATION && lives(t, token))
        return pii__put(f, Q_PII_ADDRESS, e->score, begin, end);
    return Q_OK;
}

static bool name_word(const q_tokens *t, size_t i)
{
    return i < t->n && t->v[i].kind == Q_TOKEN_WORD && t->v[i].capital && !t->v[i].line;
}

/* "my name is Olu Adebayo", "Patient: Adebayo, Olu", "seen by Dr. Adebayo" */
static q_code named(pii_finder *f, size_t i)
{
    const q_tokens *t = f->t;
    size_t cue = token__phrase(t, i,
                               "my name is|name is|name :|full name :|i am called|patient :|"
                               "employee :|beneficiary :|cardholder :|account holder :");
    size_t begin = i + cue + titles(t, i + cue), end = begin;

    if (begin == i || (!cue && i && titles(t, i - 1)))
        return Q_OK;
    while (end < begin + NAME_WORDS && name_word(t, end))
        end++;
    if (cue && end == begin + 1 && end < t->n && q_token_mark(&t->v[end], ',') &&
        name_word(t, end + 1))
        end += 2;
    return end == begin ? Q_OK : pii__put_tokens(f, Q_PII_NAME, 0.96f, begin, end);
}

q_code pii__people(pii_finder *f, q_err *err)
{
    const q_tokens *t = f->t;
    q_entity *v;
    size_t n;
    q_code rc = q_entities_find(f->language, t, f->arena, &v, &n, err);

    if (rc)
        return rc;
    for (size_t i = 0; i < n && !rc; i++)
        rc = entity_put(f, &v[i]);
    for (size_t i = 0; i < t->n && !rc; i++)
        rc = named(f, i);
    return rc ? q_err_nomem(err) : Q_OK;
}

/* ---- ages ---- */

static bool age_number(const q_tokens *t, size_t i)
{
    q_number n;

    if (i >= t->n)
        return false;
    n = q_number_at(t, i);
    return n.tokens == 1 && n.plain && n.value > 0 && n.value <= OLDEST;
}

/* "29 years old", "63-year-old", "42 y/o" */
static q_code years_old(pii_finder *f, size_t i)
{
    static const char YEARS[] = "years|year|yrs|yr|months";
    const q_tokens *t = f->t;
    size_t n = i + 1;

    if (n + 3 < t->n && q_token_mark(&t->v[n], '-') && token__any(&t->v[n + 1], YEARS) &&
        q_token_mark(&t->v[n + 2], '-') && q_token_is(&t->v[n + 3], "old"))
        return pii__put_tokens(f, Q_PII_AGE, 0.97f, i, n + 4);
    if (n + 1 < t->n && token__any(&t->v[n], YEARS) && q_token_is(&t->v[n + 1], "old"))
        return pii__put_tokens(f, Q_PII_AGE, 0.95f, i, n + 1);
    if (n + 2 < t->n && token__any(&t->v[n], YEARS) && token__phrase(t, n + 1, "of age"))
        return pii__put_tokens(f, Q_PII_AGE, 0.95f, i, n + 1);
    if (n < t->n && token__any(&t->v[n], "yo"))
        return pii__put_tokens(f, Q_PII_AGE, 0.9f, i, n + 1);
    if (n + 2 < t->n && q_token_is(&t->v[n], "y") && q_token_mark(&t->v[n + 1], '/') &&
        q_token_is(&t->v[n + 2], "o"))
        return pii__put_tokens(f, Q_PII_AGE, 0.95f, i, n + 3);
    return Q_OK;
}

/* "aged 47", "age: 34", "aged 19 and 22" */
static bool aged(const q_tokens *t, size_t i)
{
    size_t k = i;

    if (k >= 2 && token__any(&t->v[k - 1], "and|or|to") && age_number(t, k - 2))
        k -= 2;
    if (k && (q_token_mark(&t->v[k - 1], ':') || token__any(&t->v[k - 1], "of|is|was")))
        k--;
    return k && token__any(&t->v[k - 1], "aged|age|ages");
}

/* "I am 40", "my brother is 38", with nothing counted behind it. */
static bool somebody_is(const q_tokens *t, size_t i)
{
    if (i < 2 || !token__any(&t->v[i - 1], "am|is|was|turned|turns|'m|i'm"))
        return false;
    if (i + 1 < t->n && t->v[i + 1].kind != Q_TOKEN_PUNCTUATION &&
        !token__any(&t->v[i + 1], "and|but|now|years|today|or|on|last|this|in"))
        return false;
    if (i + 1 < t->n && (q_token_mark(&t->v[i + 1], '%') || q_token_mark(&t->v[i + 1], '-') ||
                         q_token_mark(&t->v[i + 1], '/') || q_token_mark(&t->v[i + 1], ':')))
        return false;
    if (token__any(&t->v[i - 1], "turned|turns") && t->v[i - 2].capital)
        return true; /* "Ruth turned 91" */
    return token__any(
        &t->v[i - 2],
        "i|he|she|brother|sister|son|daughter|wife|husband|mother|father|mom|dad|uncle|"
        "aunt|nephew|niece|grandmother|grandfather|cousin|patient|boyfriend|girlfriend");
}

/* "John Smith, 45, of Leeds", "the driver, 27, was" */
static bool apposed(const q_tokens *t, size_t i)
{
    if (i < 2 || i + 1 >= t->n || !q_token_mark(&t->v[i - 1], ',') ||
        !q_token_mark(&t->v[i + 1], ',') || !t->v[i].space)
        return false;
    return token__any(&t->v[i - 2],
                      "man|woman|boy|girl|suspect|victim|driver|patient|teacher|student|"
                      "mother|father|son|daughter|wife|husband|brother|sister|officer") ||
           (i >= 3 && t->v[i - 2].capital && t->v[i - 3].capital &&
            t->v[i - 2].kind == Q_TOKEN_WORD && t->v[i - 3].kind == Q_TOKEN_WORD);
}

static q_code age_at(pii_finder *f, size_t i)
{
    q_code rc;
    bool unit;

    if (!age_number(f->t, i))
        return Q_OK;
    rc = years_old(f, i);
    if (rc)
        return rc;
    unit = i + 1 < f->t->n && token__any(&f->t->v[i + 1], "years|yrs|months");
    if (aged(f->t, i))
        return pii__put_tokens(f, Q_PII_AGE, 0.94f, i, i + 1 + unit);
    if (apposed(f->t, i))
        return pii__put_tokens(f, Q_PII_AGE, 0.8f, i, i + 1);
    if (somebody_is(f->t, i))
        return pii__put_tokens(f, Q_PII_AGE, 0.75f, i, i + 1 + unit);
    return Q_OK;
}

/* ---- dates and times ---- */

/* "09/27", "11-2026": tokens it takes; 0: no month of a year. */
static size_t month_of_year(const q_tokens *t, size_t i)
{
    uint64_t month, year;

    if (i + 2 >= t->n || !q_str_u64(t->v[i].text, &month) || month < 1 || month > 12 ||
        t->v[i].text.n > 2 || t->v[i + 1].space || t->v[i + 2].space ||
        !(q_token_mark(&t->v[i + 1], '/') || q_token_mark(&t->v[i + 1], '-')) ||
        !q_str_u64(t->v[i + 2].text, &year) || (t->v[i + 2].text.n != 2 && t->v[i + 2].text.n != 4))
        return 0;
    if (i + 3 < t->n && !t->v[i + 3].space &&
        (q_token_mark(&t->v[i + 3], '/') || q_token_mark(&t->v[i + 3], '-')))
        return 0;
    return 3;
}

/* When a card expires: a month, where cards are spoken of. */
static q_code expiry_at(pii_finder *f, size_t i)
{
    static const pii_cues EXPIRES = {
        "exp|expires|expiry|expiration|expire|valid thru|valid through|valid until|good thru|exp "
        "date|expiry date|expiration date",
        5};
    size_t n = month_of_year(f->t, i);

    if (n && pii__cue(f->t, i, i + n, &EXPIRES))
        return pii__put_tokens(f, Q_PII_CREDIT_DEBIT_EXPIRY, 0.97f, i, i + n);
    return Q_OK;
}

/* Most words begin no date, and need not be tried. */
static bool may_date(const q_token *k)
{
    return k->kind == Q_TOKEN_NUMBER || k->kind == Q_TOKEN_MIXED ||
           (k->kind == Q_TOKEN_WORD && k->capital) ||
           token__any(
               k, "today|tomorrow|yesterday|tonight|last|next|this|past|previous|early|late|mid|"
                  "spring|summer|autumn|fall|winter|a|an|one|two|three|four|five|six|seven|"
                  "eight|nine|ten|few|several|the|christmas|easter");
}

q_code pii__times(pii_finder *f)
{
    const q_tokens *t = f->t;
    q_code rc = Q_OK;

    for (size_t i = 0; i < t->n && !rc; i++) {
        rc = age_at(f, i);
        if (!rc)
            rc = expiry_at(f, i);
    }
    for (size_t i = 0; i < t->n && !rc;) {
        q_date d = may_date(&t->v[i]) ? q_date_at(t, i) : (q_date){0};

        if (d.tokens)
            rc = pii__put_tokens(f, Q_PII_DATE_TIME, d.score, i, i + d.tokens);
        else if (token__any(&t->v[i], "noon|midnight|midday"))
            rc = pii__put_tokens(f, Q_PII_DATE_TIME, 0.85f, i, i + 1);
        i += d.tokens ? d.tokens : 1;
    }
    return rc;
}
