#include "document/identity.h"

#include "document/expense_date.h"
#include "document/mrz.h"

#include <string.h>

enum { FIELDS = 21, MAX_ROW = 96, MAX_DATES = 4, MAX_ZONES = 16 };

static const char *const types[FIELDS] = {
    "FIRST_NAME",       "LAST_NAME",       "MIDDLE_NAME",
    "SUFFIX",           "CITY_IN_ADDRESS", "ZIP_CODE_IN_ADDRESS",
    "STATE_IN_ADDRESS", "STATE_NAME",      "DOCUMENT_NUMBER",
    "EXPIRATION_DATE",  "DATE_OF_BIRTH",   "DATE_OF_ISSUE",
    "ID_TYPE",          "ENDORSEMENTS",    "VETERAN",
    "RESTRICTIONS",     "CLASS",           "ADDRESS",
    "COUNTY",           "PLACE_OF_BIRTH",  "MRZ_CODE",
};

/* A zone on a page, being turned into fields. */
typedef struct zone {
    const expense_sheet *sheet;
    size_t first_row, row_count;
    mrz m;
    float sure; /* mean confidence of its words */
    q_day birth, expiry;
    q_identity_field *fields;
} zone;

static q_identity_field *field_of(const zone *z, const char *type)
{
    size_t i = 0;

    while (i + 1 < FIELDS && strcmp(types[i], type) != 0)
        i++;
    return z->fields + i;
}

/* One wrong reading in ten passes a check digit. */
static float sure_of(const zone *z, mrz_check check)
{
    return check == MRZ_AGREES    ? 100 - (100 - z->sure) / 10
           : check == MRZ_DIFFERS ? z->sure / 2
                                  : z->sure;
}

static q_code text_put(const zone *z, const char *type, const char *text, float sure, q_err *err)
{
    q_identity_field *f = field_of(z, type);

    if (!*text)
        return Q_OK;
    f->text = q_str_copy(z->sheet->arena, q_str_of(text));
    f->confidence = sure;
    return f->text.p ? Q_OK : q_err_nomem(err);
}

static bool is_before(q_day a, q_day b)
{
    return a.year != b.year     ? a.year < b.year
           : a.month != b.month ? a.month < b.month
                                : a.day < b.day;
}

static bool is_day(const expense_date *d, q_day day)
{
    if (d->year != day.year)
        return false;
    return (d->month == day.month && d->day == day.day) ||
           (d->ambiguous && d->month == day.day && d->day == day.month);
}

static bool says_issue(const expense_sheet *s, size_t row)
{
    static const char *const words[] = {
        "issue", "issued", "delivrance", "ausstellung", "ausstellungsdatum", "emission"};

    for (size_t i = 0; i < s->rows[row].tokens.count; i++) {
        q_str rest = s->tokens[s->rows[row].tokens.first + i].folded, word;

        while (rest.n) {
            (void)q_str_cut(rest, ' ', &word, &rest);
            for (size_t k = 0; k < sizeof words / sizeof *words; k++)
                if (q_str_is(word, words[k]))
                    return true;
        }
    }
    return false;
}

static q_code date_put(const zone *z, const char *type, q_day day, q_str printed, float sure,
                       q_err *err)
{
    q_identity_field *f = field_of(z, type);

    f->normalised =
        q_str_printf(z->sheet->arena, "%04d-%02d-%02dT00:00:00", day.year, day.month, day.day);
    f->text = printed.n ? printed : q_str_sub(f->normalised, 0, 10);
    f->confidence = sure;
    return f->normalised.p && f->text.p ? Q_OK : q_err_nomem(err);
}

/* The day as the page prints it, outside the zone; empty when it does not. */
static q_str day_printed(const zone *z, q_day day)
{
    const expense_sheet *s = z->sheet;

    for (size_t r = 0; r < s->row_count; r++) {
        expense_date d[MAX_DATES];
        size_t n = expense__dates_in(s, s->rows[r].tokens, d, MAX_DATES);

        for (size_t i = 0; i < n && (r < z->first_row || r >= z->first_row + z->row_count); i++)
            if (is_day(d + i, day))
                return expense__join(s, d[i].tokens);
    }
    return (q_str){"", 0};
}

/* A date between birth and expiry, under or beside words for "issued". */
static q_code issue_put(const zone *z, q_err *err)
{
    const expense_sheet *s = z->sheet;

    for (size_t r = 0; r < s->row_count; r++) {
        expense_date d[MAX_DATES];
        size_t n = expense__dates_in(s, s->rows[r].tokens, d, MAX_DATES);
        bool told = says_issue(s, r) || (r && says_issue(s, r - 1));

        for (size_t i = 0; i < n && told && (r < z->first_row || r >= z->first_row + z->row_count);
             i++) {
            q_day day = {d[i].year, d[i].month, d[i].day};
            q_str text = expense__join(s, d[i].tokens);

            if (is_before(z->birth, day) && is_before(day, z->expiry))
                return text.p ? date_put(z, "DATE_OF_ISSUE", day, text, z->sure, err)
                              : q_err_nomem(err);
        }
    }
    return Q_OK;
}

static q_code code_put(const zone *z, q_err *err)
{
    char code[MRZ_LINES * (MRZ_LONGEST + 1)];
    size_t n = 0;

    for (size_t i = 0; i < z->m.line_count; i++) {
        size_t len = strlen(z->m.lines[i]);

        if (i)
            code[n++] = '\n';
        memcpy(code + n, z->m.lines[i], len);
        n += len;
    }
    code[n] = 0;
    return text_put(z, "MRZ_CODE", code, sure_of(z, z->m.whole_check), err);
}

static q_code names_put(const zone *z, q_err *err)
{
    char first[sizeof z->m.given];
    const char *blank = strchr(z->m.given, ' ');
    size_t n = blank ? (size_t)(blank - z->m.given) : strlen(z->m.given);
    q_code rc;

    memcpy(first, z->m.given, n);
    first[n] = 0;
    rc = text_put(z, "FIRST_NAME", first, z->sure, err);
    if (!rc && blank)
        rc = text_put(z, "MIDDLE_NAME", blank + 1, z->sure, err);
    return rc ? rc : text_put(z, "LAST_NAME", z->m.surname, z->sure, err);
}

static q_code day_put(const zone *z, const char *type, q_day day, mrz_check check, q_err *err)
{
    q_str printed = day_printed(z, day);

    if (!day.month || !day.day) /* a zone may leave them out */
        return Q_OK;
    return printed.p ? date_put(z, type, day, printed, sure_of(z, check), err) : q_err_nomem(err);
}

static q_code fields_fill(zone *z, q_err *err)
{
    const char *kind = z->m.kind == 'P' ? "PASSPORT" : z->m.kind == 'V' ? "VISA" : "ID CARD";
    q_code rc;

    z->fields = q_arena_array(z->sheet->arena, FIELDS, sizeof *z->fields);
    if (!z->fields)
        return q_err_nomem(err);
    for (size_t i = 0; i < FIELDS; i++)
        z->fields[i] = (q_identity_field){q_str_of(types[i]), {"", 0}, {"", 0}, 0};
    rc = names_put(z, err);
    if (!rc)
        rc = text_put(z, "DOCUMENT_NUMBER", z->m.number, sure_of(z, z->m.number_check), err);
    if (!rc)
        rc = day_put(z, "DATE_OF_BIRTH", z->birth, z->m.birth_check, err);
    if (!rc)
        rc = day_put(z, "EXPIRATION_DATE", z->expiry, z->m.expiry_check, err);
    if (!rc)
        rc = issue_put(z, err);
    if (!rc)
        rc = text_put(z, "ID_TYPE", kind, z->sure, err);
    return rc ? rc : code_put(z, err);
}

/* The year that fits best: the latest that is not after `latest`. */
static q_day day_of(const int two[3], q_day latest)
{
    q_day day = {latest.year - latest.year % 100 + two[0], two[1], two[2]};

    if (is_before(latest, day))
        day.year -= 100;
    return day;
}

static float confidence_of(const expense_sheet *s, size_t row, size_t count)
{
    double sum = 0;
    size_t n = 0;

    for (size_t r = row; r < row + count; r++)
        for (size_t i = 0; i < s->rows[r].tokens.count; i++, n++)
            sum += (double)s->tokens[s->rows[r].tokens.first + i].confidence;
    return n ? (float)(sum / (double)n) : 0;
}

/* The text of up to three rows from `row` on, as lines of a zone. */
static size_t rows_take(const expense_sheet *s, size_t row, char lines[MRZ_LINES][MAX_ROW],
                        q_err *err, q_code *rc)
{
    size_t n = 0;

    while (n < MRZ_LINES && row + n < s->row_count) {
        q_str text = expense__join(s, s->rows[row + n].tokens);

        if (!text.p)
            *rc = q_err_nomem(err);
        if (!text.p || mrz__line(text, lines[n], MAX_ROW) < 20)
            break;
        n++;
    }
    return n;
}

static q_code sheet_read(const expense_sheet *s, q_day today, q_identity *out, size_t *count,
                         q_err *err)
{
    q_day far = {today.year + 50, today.month, today.day};
    q_code rc = Q_OK;

    for (size_t r = 0; r < s->row_count && *count < MAX_ZONES && !rc; r++) {
        char text[MRZ_LINES][MAX_ROW];
        const char *lines[MRZ_LINES] = {text[0], text[1], text[2]};
        zone z = {.sheet = s, .first_row = r};
        size_t n = rows_take(s, r, text, err, &rc);

        if (rc || !mrz__parse(lines, n, &z.m))
            continue;
        z.row_count = z.m.line_count;
        z.sure = confidence_of(s, r, z.row_count);
        z.birth = day_of(z.m.birth, today);
        z.expiry = day_of(z.m.expiry, far);
        rc = fields_fill(&z, err);
        out[(*count)++] = (q_identity){z.fields, FIELDS, s->page};
        r += z.row_count - 1;
    }
    return rc;
}

q_code q_identities_read(const q_pages *pages, q_day today, q_arena *a, q_identity **out,
                         size_t *count, q_err *err)
{
    q_code rc = Q_OK;

    *count = 0;
    *out = q_arena_array(a, MAX_ZONES, sizeof **out);
    if (!*out)
        return q_err_nomem(err);
    for (size_t i = 0; i < pages->count && !rc; i++) {
        expense_sheet sheet;

        rc = expense__sheet_read(pages->pages + i, i + 1, a, &sheet, err);
        if (!rc)
            rc = sheet_read(&sheet, today, *out, count, err);
    }
    return rc;
}
