#include "document/expense_group.h"

#include <string.h>

enum { MAX_WORDS = 48, PARTIES = 6, MOST_PARTS = 6 };

/* An address's words, in order, and which of them are what. */
typedef struct address {
    const expense_sheet *s;
    size_t words[MAX_WORDS]; /* tokens of the sheet */
    size_t count;
    size_t zip, zip_count; /* zip_count 0: none is told */
    size_t city, city_count;
    size_t state, state_count;
    size_t country; /* from here to the end; count without one */
} address;

static const char states[] =
    "selangor johor penang perak melaka sabah sarawak pahang kedah kelantan terengganu perlis "
    "putrajaya bayern hessen sachsen";

static const char countries[] =
    "malaysia singapore deutschland germany france allemagne usa u s a united states kingdom uk "
    "nederland netherlands belgium belgique belgie osterreich austria schweiz suisse switzerland "
    "india canada australia ireland italy spain luxembourg of america";

static bool listed(q_str word, const char *list)
{
    q_str rest = q_str_of(list), one;

    while (rest.n) {
        (void)q_str_cut(rest, ' ', &one, &rest);
        if (q_str_eq(one, word))
            return true;
    }
    return false;
}

static const expense_token *word_at(const address *x, size_t i)
{
    return x->s->tokens + x->words[i];
}

static bool is_within(q_box box, q_box of)
{
    double x = box.left + box.width / 2, y = box.top + box.height / 2;

    return x >= of.left && x <= q_box_right(of) && y >= of.top && y <= q_box_bottom(of);
}

/* The tokens whose texts make up the value. */
static void words_find(address *x, const q_expense_text *value)
{
    q_str rest = value->text, word = {"", 0};

    for (size_t i = 0; i < x->s->token_count && x->count < MAX_WORDS; i++) {
        const expense_token *t = x->s->tokens + i;

        while (!word.n && rest.n) {
            size_t end = 0;

            while (end < rest.n && !q_is_space(rest.p[end]))
                end++;
            word = q_str_sub(rest, 0, end);
            rest = q_str_sub(rest, end + 1, SIZE_MAX);
        }
        if (word.n && is_within(t->box, value->box) &&
            (q_str_eq(t->mended, word) || q_str_eq(t->text, word))) {
            x->words[x->count++] = i;
            word = (q_str){"", 0};
        }
    }
}

static bool begins_line(const address *x, size_t i)
{
    return i == 0 || word_at(x, i)->row != word_at(x, i - 1)->row;
}

static bool ends_part(const address *x, size_t i)
{
    return q_str_ends(word_at(x, i)->text, Q_STR(",")) || i + 1 == x->count ||
           begins_line(x, i + 1);
}

static size_t digits_of(q_str w)
{
    size_t n = 0;

    for (size_t i = 0; i < w.n; i++)
        n += q_is_digit(w.p[i]);
    return n;
}

/* 81100, 30384-2971 (folded "30384 2971"), 1234 before a town, SW1A 1AA. */
static size_t zip_at(const address *x, size_t i)
{
    q_str w = word_at(x, i)->folded, next = i + 1 < x->count ? word_at(x, i + 1)->folded : w;
    size_t digits = digits_of(w);

    if (!w.n)
        return 0;
    if (digits == w.n && (w.n == 5 || w.n == 6 || (w.n == 4 && i > 0 && begins_line(x, i))))
        return 1;
    if (digits == 9 && w.n == 10 && w.p[5] == ' ')
        return 1;
    if (i + 1 < x->count && w.n >= 2 && w.n <= 4 && q_is_alpha(w.p[0]) && digits > 0 &&
        next.n == 3 && digits_of(next) == 1 && q_is_digit(next.p[0]))
        return 2;
    return 0;
}

static bool is_us_state(const expense_token *t)
{
    return t->folded.n == 2 && t->text.p[0] >= 'A' && t->text.p[0] <= 'Z' && t->text.p[1] >= 'A' &&
           t->text.p[1] <= 'Z';
}

static void country_find(address *x)
{
    x->country = x->count;
    while (x->country > 1 && listed(word_at(x, x->country - 1)->folded, countries))
        x->country--;
}

static void state_find(address *x)
{
    if (x->zip_count && x->zip && is_us_state(word_at(x, x->zip - 1))) {
        x->state = x->zip - 1;
        x->state_count = 1;
        return;
    }
    for (size_t i = x->country; i-- > 1;) {
        size_t end = i + 1;

        if (!listed(word_at(x, i)->folded, states) || (x->zip_count && i < x->zip))
            continue;
        while (end < x->country && end < i + 3 && !ends_part(x, end - 1))
            end++; /* Selangor Darul Ehsan */
        x->state = i;
        x->state_count = end - i;
        return;
    }
}

/* Behind the code, as most countries have it, or before it and the state. */
static void city_find(address *x)
{
    size_t from = x->zip + x->zip_count, end = from;
    size_t stop = x->state_count && x->state >= from ? x->state : x->country;

    if (!x->zip_count)
        return;
    while (end < stop && (end == from || !ends_part(x, end - 1)))
        end++;
    if (end > from && (!x->state_count || x->state >= from)) {
        x->city = from;
        x->city_count = end - from;
        return;
    }
    end = x->state_count && x->state < x->zip ? x->state : x->zip;
    from = end;
    while (from > 0 && (from == end || !ends_part(x, from - 1)))
        from--;
    if (from < end && from > 0) {
        x->city = from;
        x->city_count = end - from;
    }
}

static void parts_find(address *x)
{
    country_find(x);
    for (size_t i = x->country; i-- > 1 && !x->zip_count;) {
        x->zip = i;
        x->zip_count = zip_at(x, i);
    }
    state_find(x);
    city_find(x);
}

/* Words [from, from + count) as a text, without the commas at its end. */
static q_code words_text(const address *x, size_t from, size_t count, q_expense_text *out,
                         q_err *err)
{
    q_code rc = Q_OK;

    *out = (q_expense_text){.text = {"", 0}};
    for (size_t i = from; i < from + count && !rc;) {
        expense_span span = {x->words[i], 1};

        while (i + span.count < from + count &&
               x->words[i + span.count] == span.first + span.count &&
               !begins_line(x, i + span.count))
            span.count++;
        rc = expense__text_add(x->s, span, out, err);
        i += span.count;
    }
    while (out->text.n > 1 && memchr(",;.", out->text.p[out->text.n - 1], 3))
        out->text.n--;
    return rc;
}

/* The group a party's fields belong to, by whose they are and what their label says. */
static const char *group_of(const q_expense_field *f)
{
    bool vendor = q_str_starts(f->type, Q_STR("VENDOR"));
    q_str label = f->label.present ? f->label.text : (q_str){"", 0};

    if (q_str_starts(f->type, Q_STR("ship")))
        return "RECEIVER_SHIP_TO";
    if (vendor)
        return label.n > 5 && q_str_is_nocase(q_str_sub(label, 0, 5), "remit") ? "VENDOR_REMIT_TO"
                                                                               : "VENDOR";
    return label.n > 4 && q_str_is_nocase(q_str_sub(label, 0, 4), "bill") ? "RECEIVER_BILL_TO"
                                                                          : "RECEIVER";
}

static void put(q_expense *out, const q_expense_field *from, const char *type,
                const q_expense_text *value)
{
    q_expense_field *f = out->fields + out->field_count;

    if (!value->present)
        return;
    *f = *from;
    f->type = q_str_of(type);
    f->value = *value;
    f->group = q_str_of(group_of(from));
    out->field_count++;
}

static q_code address_put(const expense_leaf *leaves, const q_expense_field *from, q_expense *out,
                          q_err *err)
{
    address x = {.s = &leaves[from->page - 1].sheet};
    q_expense_text part;
    size_t street;
    q_code rc = Q_OK;

    put(out, from, "ADDRESS", &from->value);
    words_find(&x, &from->value);
    parts_find(&x);
    street = x.city_count && (!x.zip_count || x.city < x.zip) ? x.city
             : x.zip_count                                    ? x.zip
             : x.state_count                                  ? x.state
                                                              : x.country;
    const struct {
        const char *type;
        size_t from, count;
    } parts[] = {{"STREET", 0, street},
                 {"CITY", x.city, x.city_count},
                 {"STATE", x.state, x.state_count},
                 {"ZIP_CODE", x.zip, x.zip_count},
                 {"COUNTRY", x.country, x.count - x.country}};

    for (size_t i = 0; i < sizeof parts / sizeof *parts && !rc; i++) {
        rc = words_text(&x, parts[i].from, parts[i].count, &part, err);
        if (!rc)
            put(out, from, parts[i].type, &part);
    }
    return rc;
}

static q_code field_group(const expense_leaf *leaves, const q_expense_field *f, q_expense *out,
                          q_err *err)
{
    q_code rc = Q_OK;

    if (q_str_ends(f->type, Q_STR("NAME")) || q_str_ends(f->type, Q_STR(" name")))
        put(out, f, "NAME", &f->value);
    else
        rc = address_put(leaves, f, out, err);
    return rc;
}

static const q_expense_field *shipped_to(const expense_candidates *found, const char *type)
{
    const expense_candidate *best = NULL;

    for (size_t i = 0; i < found->count; i++)
        if (q_str_is(found->items[i].field.type, type) &&
            (!best || found->items[i].score > best->score))
            best = found->items + i;
    return best ? &best->field : NULL;
}

q_code expense__groups_add(const expense_leaf *leaves, const expense_candidates *found,
                           q_expense *out, q_err *err)
{
    static const char *const types[PARTIES] = {"VENDOR_NAME",   "VENDOR_ADDRESS",
                                               "RECEIVER_NAME", "RECEIVER_ADDRESS",
                                               "ship to name",  "ship to address"};
    q_expense_field *all =
        q_arena_array(found->arena, out->field_count + PARTIES * MOST_PARTS, sizeof *all);
    q_code rc = Q_OK;

    if (!all)
        return q_err_nomem(err);
    if (out->field_count)
        memcpy(all, out->fields, out->field_count * sizeof *all);
    out->fields = all;
    for (size_t i = 0; i < PARTIES && !rc; i++) {
        const q_expense_field *f =
            types[i][0] == 's' ? shipped_to(found, types[i]) : q_expense_get(out, types[i]);
        q_expense_field copy;

        if (!f)
            continue;
        copy = *f;
        if (types[i][0] == 's') /* it has not been weighed */
            copy.type_confidence = 70;
        rc = field_group(leaves, &copy, out, err);
    }
    return rc;
}
