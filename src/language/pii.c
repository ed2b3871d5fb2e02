#include "language/pii.h"

#include "base/utf8.h"
#include "language/pii_parts.h"
#include "language/token_any.h"

#include <stdlib.h>
#include <string.h>

static const float LEAST = 0.5f;

static const char *const NAMES[Q_PII_TYPES] = {
    [Q_PII_BANK_ACCOUNT_NUMBER] = "BANK_ACCOUNT_NUMBER",
    [Q_PII_BANK_ROUTING] = "BANK_ROUTING",
    [Q_PII_CREDIT_DEBIT_NUMBER] = "CREDIT_DEBIT_NUMBER",
    [Q_PII_CREDIT_DEBIT_CVV] = "CREDIT_DEBIT_CVV",
    [Q_PII_CREDIT_DEBIT_EXPIRY] = "CREDIT_DEBIT_EXPIRY",
    [Q_PII_PIN] = "PIN",
    [Q_PII_EMAIL] = "EMAIL",
    [Q_PII_ADDRESS] = "ADDRESS",
    [Q_PII_NAME] = "NAME",
    [Q_PII_PHONE] = "PHONE",
    [Q_PII_SSN] = "SSN",
    [Q_PII_DATE_TIME] = "DATE_TIME",
    [Q_PII_PASSPORT_NUMBER] = "PASSPORT_NUMBER",
    [Q_PII_DRIVER_ID] = "DRIVER_ID",
    [Q_PII_URL] = "URL",
    [Q_PII_AGE] = "AGE",
    [Q_PII_USERNAME] = "USERNAME",
    [Q_PII_PASSWORD] = "PASSWORD",
    [Q_PII_AWS_ACCESS_KEY] = "AWS_ACCESS_KEY",
    [Q_PII_AWS_SECRET_KEY] = "AWS_SECRET_KEY",
    [Q_PII_IP_ADDRESS] = "IP_ADDRESS",
    [Q_PII_MAC_ADDRESS] = "MAC_ADDRESS",
    [Q_PII_LICENSE_PLATE] = "LICENSE_PLATE",
    [Q_PII_VEHICLE_IDENTIFICATION_NUMBER] = "VEHICLE_IDENTIFICATION_NUMBER",
    [Q_PII_UK_NATIONAL_INSURANCE_NUMBER] = "UK_NATIONAL_INSURANCE_NUMBER",
    [Q_PII_CA_SOCIAL_INSURANCE_NUMBER] = "CA_SOCIAL_INSURANCE_NUMBER",
    [Q_PII_US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER] = "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER",
    [Q_PII_UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER] = "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER",
    [Q_PII_IN_PERMANENT_ACCOUNT_NUMBER] = "IN_PERMANENT_ACCOUNT_NUMBER",
    [Q_PII_IN_NREGA] = "IN_NREGA",
    [Q_PII_INTERNATIONAL_BANK_ACCOUNT_NUMBER] = "INTERNATIONAL_BANK_ACCOUNT_NUMBER",
    [Q_PII_SWIFT_CODE] = "SWIFT_CODE",
    [Q_PII_UK_NATIONAL_HEALTH_SERVICE_NUMBER] = "UK_NATIONAL_HEALTH_SERVICE_NUMBER",
    [Q_PII_CA_HEALTH_NUMBER] = "CA_HEALTH_NUMBER",
    [Q_PII_IN_AADHAAR] = "IN_AADHAAR",
    [Q_PII_IN_VOTER_NUMBER] = "IN_VOTER_NUMBER",
};

const char *q_pii_type_name(q_pii_type type)
{
    return NAMES[type];
}

bool q_pii_type_of(q_str name, q_pii_type *out)
{
    for (size_t i = 0; i < Q_PII_TYPES; i++)
        if (q_str_is(name, NAMES[i])) {
            *out = (q_pii_type)i;
            return true;
        }
    return false;
}

q_code pii__put(pii_finder *f, q_pii_type type, float score, size_t begin, size_t end)
{
    if (score < LEAST)
        return Q_OK;
    if (q_arena_grow(f->arena, &f->v, &f->cap, f->n + 1, sizeof *f->v))
        return Q_NOMEM;
    f->v[f->n++] = (q_pii){
        .type = type, .score = score, .begin = (uint32_t)begin, .bytes = (uint32_t)(end - begin)};
    return Q_OK;
}

q_code pii__put_tokens(pii_finder *f, q_pii_type type, float score, size_t i, size_t end)
{
    const q_token *last = &f->t->v[end - 1];

    return pii__put(f, type, score, f->t->v[i].begin, last->begin + last->text.n);
}

/* A sentence, and not what follows an abbreviation: "exp. date". */
static bool begins(const q_token *k)
{
    return k->sentence && (k->capital || k->line);
}

size_t pii__cue(const q_tokens *t, size_t i, size_t end, const pii_cues *cues)
{
    for (size_t k = 1; k <= cues->reach + 2 && k <= i && !begins(&t->v[i - k + 1]); k++) {
        size_t n = token__phrase(t, i - k, cues->words);

        if (n && k + 1 - n <= cues->reach)
            return k + 1 > n ? k + 1 - n : 1;
    }
    if (end >= t->n || !(q_token_is(&t->v[end], "is") || q_token_mark(&t->v[end], '(')))
        return 0;
    for (size_t k = 1; k <= 4 && end + k < t->n && !t->v[end + k].sentence; k++)
        if (token__phrase(t, end + k, cues->words))
            return k + 1;
    return 0;
}

/* The surest first; then the longest, then by place. */
static int by_score(const void *x, const void *y)
{
    const q_pii *a = x, *b = y;

    if (a->score != b->score)
        return a->score < b->score ? 1 : -1;
    if (a->bytes != b->bytes)
        return a->bytes < b->bytes ? 1 : -1;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    return (int)a->type - (int)b->type;
}

static int by_place(const void *x, const void *y)
{
    const q_pii *a = x, *b = y;

    return a->begin < b->begin ? -1 : a->begin > b->begin;
}

/* What was found, without what lies over something surer. */
static q_code resolve(pii_finder *f)
{
    unsigned char *taken = q_arena_alloc(f->arena, f->t->text.n);
    size_t kept = 0;

    if (!taken)
        return Q_NOMEM;
    qsort(f->v, f->n, sizeof *f->v, by_score);
    for (size_t i = 0; i < f->n; i++) {
        q_pii p = f->v[i];

        if (memchr(taken + p.begin, 1, p.bytes))
            continue;
        memset(taken + p.begin, 1, p.bytes);
        f->v[kept++] = p;
    }
    f->n = kept;
    qsort(f->v, f->n, sizeof *f->v, by_place);
    return Q_OK;
}

static void count_points(pii_finder *f)
{
    uint32_t point = 0;
    size_t at = 0;

    for (size_t i = 0; i < f->n; i++) {
        q_pii *p = &f->v[i];

        point += (uint32_t)q_utf8_count(q_str_sub(f->t->text, at, p->begin - at));
        p->point = point;
        p->points = (uint32_t)q_utf8_count(q_str_sub(f->t->text, p->begin, p->bytes));
        point += p->points;
        at = p->begin + p->bytes;
    }
}

q_code q_pii_find(const q_language *l, const q_tokens *t, q_arena *a, q_pii **out, size_t *count,
                  q_err *err)
{
    static q_code (*const FINDERS[])(pii_finder * f) = {
        pii__numbers, pii__net, pii__secrets, pii__telephones, pii__addresses, pii__times,
    };
    pii_finder f = {.language = l, .t = t, .arena = a};
    q_code rc = pii__people(&f, err);

    *out = NULL;
    *count = 0;
    if (rc)
        return rc;
    for (size_t i = 0; i < sizeof FINDERS / sizeof *FINDERS && !rc; i++)
        rc = FINDERS[i](&f);
    if (!rc && f.n)
        rc = resolve(&f);
    if (rc)
        return q_err_nomem(err);
    count_points(&f);
    *out = f.v;
    *count = f.n;
    return Q_OK;
}

q_code q_pii_redact(q_str text, const q_pii *v, size_t n, char mask, q_buf *out)
{
    size_t at = 0;

    for (size_t i = 0; i < n; i++) {
        q_buf_put(out, q_str_sub(text, at, v[i].begin - at));
        if (mask)
            for (uint32_t k = 0; k < v[i].points; k++)
                q_buf_char(out, mask);
        else
            q_buf_printf(out, "[%s]", q_pii_type_name(v[i].type));
        at = v[i].begin + v[i].bytes;
    }
    q_buf_put(out, q_str_sub(text, at, text.n - at));
    return out->rc;
}
