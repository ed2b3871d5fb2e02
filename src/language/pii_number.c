/* Numbers that are given out: groups of digits and capital letters, told apart
 * by length, grouping, check digit and the words before them.
 */
#include "language/pii_check.h"
#include "language/pii_parts.h"

#include <string.h>

enum { GROUPS = 10, LONGEST = 34, REACH = 7, NEAR = 4 };

/* Tokens from `begin` up to `end`, joined by single blanks, hyphens or points. */
typedef struct run {
    size_t begin, end;
    char text[LONGEST + 1]; /* digits and capitals */
    size_t n, digits;
    char groups[GROUPS + 1]; /* lengths, '0' + n, and at most '9' */
    size_t group_count;
    bool lower; /* some letter was small */
} run;

typedef struct rule {
    q_pii_type type;
    uint8_t least, most;  /* characters */
    uint8_t least_digits; /* of these; 0xFF: all */
    bool (*check)(q_str s);
    const char *groups;       /* the grouping that speaks for itself; "": none, NULL: any */
    float plain, loose, cued; /* how sure: grouped so; not so; with a word that says what it is */
    pii_cues cues;
} rule;

#define CUES(reach, words)                                                                         \
    {                                                                                              \
        words, reach                                                                               \
    }

enum { ALL = 0xFF };

static bool nrega(q_str s);
static bool voter(q_str s);
static bool plate(q_str s);

static const rule RULES[] = {
    {Q_PII_CREDIT_DEBIT_NUMBER, 12, 19, ALL, check__card, NULL, 0.93f, 0.93f, 0.99f,
     CUES(REACH, "card|visa|mastercard|amex|american express|credit|debit|discover|maestro")},
    {Q_PII_SSN, 9, 9, ALL, check__ssn, "324", 0.9f, 0, 0.99f,
     CUES(REACH, "ssn|social security|social|ss")},
    {Q_PII_US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER, 9, 9, ALL, check__itin, "324", 0.9f, 0, 0.99f,
     CUES(REACH, "itin|taxpayer identification|taxpayer id|tax id|tax identification")},
    {Q_PII_BANK_ROUTING, 9, 9, ALL, check__routing, "", 0, 0, 0.99f,
     CUES(REACH, "routing|aba|rtn|transit|routing/aba")},
    {Q_PII_IN_AADHAAR, 12, 12, ALL, check__aadhaar, "444", 0.9f, 0, 0.99f,
     CUES(REACH, "aadhaar|aadhar|adhaar|uidai|uid")},
    {Q_PII_CA_SOCIAL_INSURANCE_NUMBER, 9, 9, ALL, check__sin, "333", 0.75f, 0, 0.99f,
     CUES(REACH, "sin|social insurance")},
    {Q_PII_UK_NATIONAL_HEALTH_SERVICE_NUMBER, 10, 10, ALL, check__nhs, "334", 0.6f, 0, 0.99f,
     CUES(REACH, "nhs|national health")},
    {Q_PII_UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER, 10, 10, ALL, check__utr, NULL, 0, 0, 0.99f,
     CUES(REACH, "utr|taxpayer reference|tax reference|unique taxpayer")},
    {Q_PII_UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER, 10, 10, ALL, NULL, NULL, 0, 0, 0.75f,
     CUES(REACH, "utr|taxpayer reference|unique taxpayer")},
    {Q_PII_CA_HEALTH_NUMBER, 10, 12, 10, NULL, "433", 0.5f, 0, 0.96f,
     CUES(REACH, "ohip|health card|health number|health insurance|hcn|phn")},
    {Q_PII_INTERNATIONAL_BANK_ACCOUNT_NUMBER, 15, 34, 2, check__iban, NULL, 0.99f, 0.99f, 0.999f,
     CUES(REACH, "iban")},
    {Q_PII_SWIFT_CODE, 8, 11, 0, check__swift, "", 0, 0, 0.98f,
     CUES(REACH, "swift|bic|swift/bic|swiftcode")},
    {Q_PII_VEHICLE_IDENTIFICATION_NUMBER, 17, 17, 4, check__vin, NULL, 0.96f, 0.96f, 0.99f,
     CUES(REACH, "vin|vehicle identification|vehicle|chassis")},
    {Q_PII_VEHICLE_IDENTIFICATION_NUMBER, 17, 17, 4, check__vin_form, NULL, 0, 0, 0.85f,
     CUES(REACH, "vin|vehicle identification|chassis")},
    {Q_PII_UK_NATIONAL_INSURANCE_NUMBER, 9, 9, 6, check__nino, NULL, 0.92f, 0.92f, 0.99f,
     CUES(REACH, "national insurance|nino|ni|nin")},
    {Q_PII_IN_PERMANENT_ACCOUNT_NUMBER, 10, 10, 4, check__pan, "", 0.9f, 0, 0.99f,
     CUES(REACH, "pan|permanent account")},
    {Q_PII_IN_NREGA, 16, 16, 14, nrega, NULL, 0.9f, 0.9f, 0.99f,
     CUES(REACH, "nrega|mgnrega|mnrega|job card")},
    {Q_PII_IN_VOTER_NUMBER, 10, 10, 7, voter, "", 0, 0, 0.97f,
     CUES(REACH, "voter|epic|elector|election")},
    {Q_PII_PASSPORT_NUMBER, 6, 9, 5, NULL, NULL, 0, 0, 0.96f, CUES(REACH, "passport")},
    {Q_PII_DRIVER_ID, 5, 18, 3, NULL, NULL, 0, 0, 0.95f,
     CUES(REACH, "driver 's license|driver’s license|driver license|drivers license|driving "
                 "license|driving licence|driver 's licence|driver licence|dl|driver id|driver ’s "
                 "license|driver number")},
    {Q_PII_LICENSE_PLATE, 4, 8, 1, plate, NULL, 0, 0, 0.93f,
     CUES(NEAR, "plate|license plate|licence plate|number plate|plates|registration|reg|tag")},
    {Q_PII_BANK_ACCOUNT_NUMBER, 6, 17, ALL, NULL, NULL, 0, 0, 0.95f,
     CUES(REACH, "account|acct|a/c|acc|checking|savings|bank account|account number")},
    {Q_PII_PIN, 4, 6, ALL, NULL, "", 0, 0, 0.96f, CUES(NEAR, "pin|pin code|pin number")},
    {Q_PII_CREDIT_DEBIT_CVV, 3, 4, ALL, NULL, "", 0, 0, 0.97f,
     CUES(NEAR, "cvv|cvv2|cvc|cvc2|cid|csc|security code|verification code|card code")},
};

static bool nrega(q_str s)
{
    return !q_is_digit(s.p[0]) && !q_is_digit(s.p[1]);
}

static bool voter(q_str s)
{
    return !q_is_digit(s.p[0]) && !q_is_digit(s.p[1]) && !q_is_digit(s.p[2]);
}

static bool plate(q_str s)
{
    size_t letters = 0;

    for (size_t i = 0; i < s.n; i++)
        letters += !q_is_digit(s.p[i]);
    return letters > 0 && letters <= 5;
}

/* ASCII letters and digits, points between them. */
static bool is_part(const q_token *k)
{
    if (k->kind != Q_TOKEN_NUMBER && k->kind != Q_TOKEN_MIXED && k->kind != Q_TOKEN_WORD)
        return false;
    for (size_t i = 0; i < k->text.n; i++)
        if (!q_is_alnum(k->text.p[i]) && k->text.p[i] != '.')
            return false;
    return true;
}

static bool tight_mark(const q_tokens *t, size_t i)
{
    const q_token *k = &t->v[i];

    return !k->space && i + 1 < t->n && !t->v[i + 1].space &&
           (q_token_mark(k, '-') || q_token_mark(k, '/') || q_token_mark(k, '_') ||
            q_token_mark(k, '@') || q_token_mark(k, '.'));
}

static bool group_add(run *r, const char *p, size_t n)
{
    if (r->n + n > LONGEST || r->group_count == GROUPS || !n)
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = p[i];

        r->digits += q_is_digit(c);
        r->lower |= c >= 'a' && c <= 'z';
        r->text[r->n++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    r->text[r->n] = 0;
    r->groups[r->group_count++] = (char)('0' + (n < 9 ? n : 9));
    r->groups[r->group_count] = 0;
    return true;
}

/* Appends a token: its parts between points are groups. */
static bool token_add(run *r, const q_token *k)
{
    q_str rest = k->text, part;

    while (rest.n) {
        q_str_cut(rest, '.', &part, &rest);
        if (!group_add(r, part.p, part.n))
            return false;
    }
    return true;
}

static bool grouped(const run *r, const rule *k)
{
    if (!k->groups)
        return true;
    if (!k->groups[0])
        return r->group_count == 1;
    return strcmp(r->groups, k->groups) == 0;
}

static q_code try_rule(pii_finder *f, const run *r, const rule *k)
{
    q_str s = {r->text, r->n};
    float score;
    size_t far;

    if (r->n < k->least || r->n > k->most ||
        (k->least_digits == ALL ? r->digits != r->n : r->digits < k->least_digits))
        return Q_OK;
    if ((k->check && !k->check(s)) || (r->lower && k->least_digits == 0))
        return Q_OK;
    /* Small letters are words, unless something says that they are not. */
    score = r->lower ? 0 : grouped(r, k) ? k->plain : k->loose;
    far = pii__cue(f->t, r->begin, r->end, &k->cues);
    if (far && k->cued - 0.01f * (float)far > score)
        score = k->cued - 0.01f * (float)far;
    return pii__put_tokens(f, k->type, score, r->begin, r->end);
}

/* Whether the number goes on beyond the edge between tokens i - 1 and i. */
static bool goes_on(const q_tokens *t, size_t i)
{
    if (i == 0 || i >= t->n)
        return false;
    if (tight_mark(t, i - 1) && i >= 2 && is_part(&t->v[i - 2]))
        return true;
    if (tight_mark(t, i) && is_part(&t->v[i + 1]))
        return true;
    return !t->v[i].line && t->v[i].kind == Q_TOKEN_NUMBER && t->v[i - 1].kind == Q_TOKEN_NUMBER;
}

static bool starts(const q_tokens *t, size_t i)
{
    const q_token *k = &t->v[i];

    return is_part(k) && !goes_on(t, i) &&
           !(i && !k->space && t->v[i - 1].kind == Q_TOKEN_CURRENCY);
}

static q_code try_run(pii_finder *f, const run *r)
{
    const q_tokens *t = f->t;
    q_code rc = Q_OK;

    if (goes_on(t, r->end) ||
        (r->end < t->n && !t->v[r->end].space && q_token_mark(&t->v[r->end], '%')))
        return Q_OK;
    for (size_t k = 0; k < sizeof RULES / sizeof *RULES && !rc; k++)
        rc = try_rule(f, r, &RULES[k]);
    return rc;
}

/* What may stand among the groups of a number: "AB 12 34 56 C". */
static bool short_capitals(const q_token *k)
{
    return k->kind != Q_TOKEN_WORD || (k->text.n <= 4 && (k->all_capital || k->text.n == 1));
}

static q_code runs_from(pii_finder *f, size_t i)
{
    const q_tokens *t = f->t;
    run r = {.begin = i, .end = i};
    size_t last = i;
    q_code rc = Q_OK;

    while (!rc && r.end < t->n && is_part(&t->v[r.end])) {
        const q_token *k = &t->v[r.end];

        if (r.end > i && k->line)
            break;
        if (r.end > i && k->space && !(short_capitals(k) && short_capitals(&t->v[last])))
            break;
        if (!token_add(&r, k))
            break;
        last = r.end++;
        if (r.digits || r.n >= 8)
            rc = try_run(f, &r);
        if (r.end < t->n && tight_mark(t, r.end))
            r.end++;
        else if (r.end < t->n && !t->v[r.end].space)
            break;
    }
    return rc;
}

/* "the card ending in 1234", "the last four digits of my SSN are 1234" */
static q_code last_four(pii_finder *f, size_t i)
{
    static const struct {
        q_pii_type type;
        pii_cues cues;
    } KINDS[] = {
        {Q_PII_CREDIT_DEBIT_NUMBER, CUES(14, "card|visa|mastercard|amex|credit|debit")},
        {Q_PII_BANK_ACCOUNT_NUMBER, CUES(14, "account|acct|checking|savings")},
        {Q_PII_BANK_ROUTING, CUES(14, "routing")},
        {Q_PII_SSN, CUES(14, "ssn|social security|social")},
    };
    static const pii_cues ENDING =
        CUES(8, "ending|ends|ending in|ending with|last four|last 4|final four");
    const q_token *k = &f->t->v[i];
    q_code rc = Q_OK;

    if (k->kind != Q_TOKEN_NUMBER || k->text.n != 4 || !pii__cue(f->t, i, i + 1, &ENDING))
        return Q_OK;
    for (size_t n = 0; n < sizeof KINDS / sizeof *KINDS && !rc; n++) {
        size_t far = pii__cue(f->t, i, i + 1, &KINDS[n].cues);

        if (far)
            rc = pii__put_tokens(f, KINDS[n].type, 0.98f - 0.01f * (float)far, i, i + 1);
    }
    return rc;
}

q_code pii__numbers(pii_finder *f)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < f->t->n && !rc; i++) {
        if (!starts(f->t, i))
            continue;
        rc = runs_from(f, i);
        if (!rc)
            rc = last_four(f, i);
    }
    return rc;
}
