#include "dialog/slot_parts.h"

#include "language/date.h"
#include "language/number.h"

#include <stdio.h>
#include <string.h>

enum { DAY_MS = 86400000 };

static bool is(const slot_place *p, size_t i, const char *word)
{
    return i < p->end && q_token_is(&p->t->v[i], word);
}

static bool is_one_of(const slot_place *p, size_t i, const char *const *words)
{
    for (; *words; words++)
        if (is(p, i, *words))
            return true;
    return false;
}

/* ---- dates */

static int month_days(int year, int month)
{
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100) || year % 400 == 0;

    return DAYS[month - 1] + (month == 2 && leap);
}

/* "in 2 weeks", "3 days from now". */
static q_date ahead(const slot_place *p)
{
    static const char *const UNITS_AHEAD[][3] = {{"day", "days", NULL},
                                                 {"week", "weeks", NULL},
                                                 {"month", "months", NULL},
                                                 {"year", "years", NULL}};
    q_tokens cut = slot__tokens(p);
    size_t i = p->i + is(p, p->i, "in");
    q_number n = i < p->end ? q_number_at(&cut, i) : (q_number){0};

    if (is(p, i, "a") || is(p, i, "an"))
        n = (q_number){.value = 1, .tokens = 1};
    if (!n.tokens || n.ordinal || n.value > 1000 || n.value != (int)n.value)
        return (q_date){0};
    i += n.tokens;
    for (size_t u = 0; u < 4; u++) {
        bool from;

        if (!is_one_of(p, i, UNITS_AHEAD[u]))
            continue;
        from = is(p, i + 1, "from") && (is(p, i + 2, "now") || is(p, i + 2, "today"));
        if (!from && !is(p, p->i, "in"))
            return (q_date){0};
        return (q_date){.kind = Q_DATE_OFFSET,
                        .tokens = i + 1 + (from ? 2 : 0) - p->i,
                        .offset = (int)n.value,
                        .unit = "dwmy"[u]};
    }
    return (q_date){0};
}

/* A week is its first day, a Monday; a month or a year its last day, as the API
 * documents.
 */
q_code slot__date(const slot_place *p, slot_match *out)
{
    static const char *const WEEK[] = {"next", "this", "last", "coming", NULL};
    q_tokens cut = slot__tokens(p);
    q_date d = q_date_at(&cut, p->i);
    char iso[16];
    int year, month;

    if (is(p, p->i, "now"))
        d = (q_date){.kind = Q_DATE_OFFSET, .tokens = 1, .unit = 'd'};
    if (!d.tokens)
        d = ahead(p);
    if (!d.tokens)
        return Q_OK;
    if (d.kind == Q_DATE_OFFSET && d.unit == 'w' && is_one_of(p, p->i, WEEK)) {
        int weekday = (int)((p->now_ms / DAY_MS + 4) % 7); /* 0: Sunday */

        d.offset = d.offset * 7 - (weekday + 6) % 7;
        d.unit = 'd';
    }
    q_date_iso(&d, p->now_ms, iso);
    if (strlen(iso) == 4) {
        memcpy(iso + 4, "-12-31", 7);
    } else if (strlen(iso) == 7) {
        year = (iso[0] - '0') * 1000 + (iso[1] - '0') * 100 + (iso[2] - '0') * 10 + iso[3] - '0';
        month = (iso[5] - '0') * 10 + iso[6] - '0';
        if (month < 1 || month > 12)
            return Q_OK;
        snprintf(iso + 7, sizeof iso - 7, "-%02d", month_days(year, month));
    }
    return *iso ? slot__match(p, d.tokens, q_str_of(iso), out) : Q_OK;
}

/* ---- times of day */

typedef struct clock_time {
    size_t tokens;
    int hour, minute;
    bool certain; /* more than a number */
} clock_time;

/* A whole number of one or two tokens, 0..most; -1: none. */
static int whole(const slot_place *p, size_t i, int most, size_t *tokens)
{
    q_tokens cut = slot__tokens(p);
    q_number n = i < p->end ? q_number_at(&cut, i) : (q_number){0};

    *tokens = n.tokens;
    return n.tokens && !n.ordinal && n.value >= 0 && n.value <= most && n.value == (int)n.value
               ? (int)n.value
               : -1;
}

/* "half past", "quarter to", "ten minutes past": minutes from the full hour. */
static size_t minutes_before(const slot_place *p, int *minutes)
{
    static const char *const PAST[] = {"past", "after", NULL};
    static const char *const TO[] = {"to", "before", "till", NULL};
    size_t i = p->i, n;
    int m;

    if (is(p, i, "a"))
        i++;
    if (is(p, i, "half") || is(p, i, "quarter")) {
        m = is(p, i, "half") ? 30 : 15;
        i++;
    } else {
        m = whole(p, i, 59, &n);
        if (m < 0)
            return 0;
        i += n;
        i += is(p, i, "minutes") || is(p, i, "minute");
    }
    if (!is_one_of(p, i, PAST) && !is_one_of(p, i, TO))
        return 0;
    *minutes = is_one_of(p, i, PAST) ? m : -m;
    return i + 1 - p->i;
}

/* "am", "in the evening", "at night": 'a' or 'p'; 0: none. */
static char half_at(const slot_place *p, size_t i, size_t *tokens)
{
    static const char *const AM[] = {"am", "a.m", "a.m.", NULL};
    static const char *const PM[] = {"pm", "p.m", "p.m.", NULL};
    static const char *const LATE[] = {"afternoon", "evening", "night", NULL};

    *tokens = 1;
    if (is_one_of(p, i, AM) || is_one_of(p, i, PM))
        return is_one_of(p, i, AM) ? 'a' : 'p';
    *tokens = 2;
    if (is(p, i + 1, "m") && (is(p, i, "a") || is(p, i, "p")))
        return is(p, i, "a") ? 'a' : 'p';
    if (is(p, i, "at") && is(p, i + 1, "night"))
        return 'p';
    if (is(p, i, "this") && is(p, i + 1, "morning"))
        return 'a';
    if (is(p, i, "this") && is_one_of(p, i + 1, LATE))
        return 'p';
    *tokens = 3;
    if (is(p, i, "in") && is(p, i + 1, "the") && is(p, i + 2, "morning"))
        return 'a';
    if (is(p, i, "in") && is(p, i + 1, "the") && is_one_of(p, i + 2, LATE))
        return 'p';
    *tokens = 0;
    return 0;
}

static clock_time clock_at(const slot_place *p)
{
    clock_time c = {0};
    slot_place rest = *p;
    int minutes = 0, more;
    size_t n, before = minutes_before(p, &minutes);
    char half;

    rest.i += before;
    c.hour = whole(&rest, rest.i, 24, &n);
    if (c.hour < 0 || (p->t->v[rest.i].text.n > 2 && q_is_digit(p->t->v[rest.i].text.p[0])))
        return (clock_time){0};
    rest.i += n;
    c.certain = before > 0;
    if (is(&rest, rest.i, "o'clock") || is(&rest, rest.i, "oclock")) {
        c.certain = true;
        rest.i++;
    } else if (is(&rest, rest.i, "o") && is(&rest, rest.i + 2, "clock")) {
        c.certain = true;
        rest.i += 3;
    } else if (!before) {
        more = whole(&rest, rest.i, 59, &n);
        if (more >= 10) {
            minutes = more;
            c.certain = true;
            rest.i += n;
        }
    }
    half = half_at(&rest, rest.i, &n);
    rest.i += n;
    c.certain |= half != 0;
    if (half && c.hour > 12)
        return (clock_time){0};
    if (half)
        c.hour = c.hour % 12 + (half == 'p' ? 12 : 0);
    minutes += c.hour * 60 + 24 * 60;
    c.hour = minutes / 60 % 24;
    c.minute = minutes % 60;
    c.tokens = rest.i - p->i;
    return c;
}

static q_code part_of_day(const slot_place *p, slot_match *out)
{
    static const struct {
        const char *word, *code;
    } PARTS[] = {{"morning", "MO"},   {"afternoon", "AF"},  {"evening", "EV"},
                 {"night", "NI"},     {"tonight", "NI"},    {"noon", "12:00"},
                 {"midday", "12:00"}, {"midnight", "00:00"}};
    size_t lead = is(p, p->i, "this") ? 1 : is(p, p->i, "in") && is(p, p->i + 1, "the") ? 2 : 0;

    for (size_t k = 0; k < sizeof PARTS / sizeof PARTS[0]; k++)
        if (is(p, p->i + lead, PARTS[k].word))
            return slot__match(p, lead + 1, q_str_of(PARTS[k].code), out);
    return Q_OK;
}

q_code slot__time(const slot_place *p, slot_match *out)
{
    q_tokens cut = slot__tokens(p);
    q_date d = q_date_at(&cut, p->i);
    clock_time c = clock_at(p);
    bool whole_text = p->i == 0 && c.tokens == p->end;
    char text[16];

    if (d.tokens && d.kind == Q_DATE_TIME && d.tokens >= c.tokens)
        c = (clock_time){d.tokens, d.hour % 24, d.minute, true};
    if (c.certain || (c.tokens && whole_text)) {
        snprintf(text, sizeof text, "%02d:%02d", c.hour, c.minute);
        return slot__match(p, c.tokens, q_str_of(text), out);
    }
    return part_of_day(p, out);
}

/* ---- spans of time */

static const struct {
    const char *one, *many, *shortened;
    char code;
    bool day; /* in front of the T */
} UNITS[] = {{"year", "years", "yrs", 'Y', true},     {"month", "months", "mos", 'M', true},
             {"week", "weeks", "wks", 'W', true},     {"day", "days", "d", 'D', true},
             {"hour", "hours", "hrs", 'H', false},    {"minute", "minutes", "min", 'M', false},
             {"second", "seconds", "sec", 'S', false}};

enum { UNIT_COUNT = sizeof UNITS / sizeof UNITS[0] };

static size_t unit_of(const slot_place *p, size_t i)
{
    for (size_t u = 0; u < UNIT_COUNT; u++)
        if (is(p, i, UNITS[u].one) || is(p, i, UNITS[u].many) || is(p, i, UNITS[u].shortened))
            return u;
    return UNIT_COUNT;
}

/* What a half of the unit is, in the next smaller one. */
static void add_half(double *amounts, size_t unit)
{
    static const int HALVES[UNIT_COUNT] = {6, 15, 3, 12, 30, 30, 0};
    static const size_t IN[UNIT_COUNT] = {1, 3, 3, 4, 5, 6, 6};

    amounts[IN[unit]] += HALVES[unit];
}

/* "two hours", "an hour", "half an hour", "a couple of days". */
static size_t part_at(const slot_place *p, size_t i, double *amounts)
{
    q_tokens cut = slot__tokens(p);
    size_t first = i, unit;
    double amount = 1;
    bool half = is(p, i, "half");

    i += half;
    if (is(p, i, "a") || is(p, i, "an")) {
        i++;
        if (is(p, i, "couple")) {
            amount = 2;
            i += is(p, i + 1, "of") ? 2 : 1;
        }
    } else if (!half) {
        q_number n = i < p->end ? q_number_at(&cut, i) : (q_number){0};

        if (!n.tokens || n.ordinal)
            return 0;
        amount = n.value;
        i += n.tokens;
    }
    unit = unit_of(p, i);
    if (unit == UNIT_COUNT)
        return 0;
    if (half)
        add_half(amounts, unit);
    else
        amounts[unit] += amount;
    i++;
    if (is(p, i, "and") && is(p, i + 1, "a") && is(p, i + 2, "half")) {
        add_half(amounts, unit);
        i += 3;
    }
    return i - first;
}

q_code slot__duration(const slot_place *p, slot_match *out)
{
    double amounts[UNIT_COUNT] = {0};
    size_t tokens = part_at(p, p->i, amounts), more = tokens;
    char text[256] = "P";
    bool time = false;

    while (more) {
        size_t gap = is(p, p->i + tokens, "and") ||
                     (p->i + tokens < p->end && q_token_mark(&p->t->v[p->i + tokens], ','));

        more = part_at(p, p->i + tokens + gap, amounts);
        tokens += more ? gap + more : 0;
    }
    if (!tokens)
        return Q_OK;
    for (size_t u = 0; u < UNIT_COUNT; u++) {
        size_t n = strlen(text);

        if (!(amounts[u] > 0) || amounts[u] > 1e9)
            continue;
        snprintf(text + n, sizeof text - n, "%s%.10g%c", !UNITS[u].day && !time ? "T" : "",
                 amounts[u], UNITS[u].code);
        time |= !UNITS[u].day;
    }
    return text[1] ? slot__match(p, tokens, q_str_of(text), out) : Q_OK;
}
