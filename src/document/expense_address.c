#include "document/expense_address.h"

#include <string.h>

/* Is the word one of a blank-separated list? */
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

static const char street_words[] =
    "street st road rd avenue ave boulevard blvd lane ln drive dr suite ste floor flr fl level "
    "unit building bldg box pobox highway hwy square sq parkway pkwy court ct plaza block blk "
    "mall centre center park lot broadway terrace estate "
    "strasse str weg platz allee gasse ring ufer damm postfach chaussee "
    "rue avenue chemin boulevard impasse quai cedex bp route allee place faubourg zi za "
    "straat laan plein gracht kade postbus "
    "jalan jln jl taman tmn lorong lrg kawasan perindustrian persiaran lebuh lebuhraya kampung "
    "kg bandar seksyen lingkaran medan wisma menara pusat mukim batu tingkat bangunan no";

static const char place_words[] =
    "selangor johor bahru kuala lumpur penang perak melaka sabah sarawak pahang kedah kelantan "
    "terengganu putrajaya malaysia singapore petaling jaya puchong cheras klang ampang darul ehsan "
    "delhi mumbai india usa kl "
    "al ak az ar ca co ct fl ga hi ia id il ks ky la ma md me mi mn mo ms mt nc nd ne nh nj nm "
    "nv ny oh ok pa ri sc sd tn tx ut va vt wa wi wv wy dc";

static const char strong_forms[] =
    "sdn bhd ltd limited inc incorporated llc llp lp corp corporation gmbh ag kg ohg ug mbh gbr "
    "sarl sas sa eurl bv nv plc plt pte pty ab as aps oy spa srl co company kgaa se eg ev";

static const char weak_forms[] =
    "enterprise enterprises restaurant restoran trading mart supermarket hypermarket hardware "
    "stationery pharmacy store stores shop cafe bakery bakeries confectionery hotel services "
    "service station group holdings industries marketing supplies supply machinery electrical "
    "kedai pasaraya kopitiam foods food seafood house clinic bank television tv radio media "
    "broadcasting communications telecommunications electronics motors auto garage salon market "
    "versicherung versicherungsverein verlag handel bau technik werke apotheke backerei "
    "boulangerie moulin librairie boutique hotel magasin garage transports interior furniture "
    "gallery books book fashion optical express foundation university realty niaga perniagaan";

void expense__count_signs(const expense_sheet *s, expense_span span, size_t *letters,
                          size_t *digits)
{
    *letters = *digits = 0;
    for (size_t i = span.first; i < span.first + span.count; i++)
        for (size_t k = 0; k < s->tokens[i].folded.n; k++) {
            *letters += q_is_alpha(s->tokens[i].folded.p[k]);
            *digits += q_is_digit(s->tokens[i].folded.p[k]);
        }
}

static bool all_digits(q_str w)
{
    for (size_t i = 0; i < w.n; i++)
        if (!q_is_digit(w.p[i]))
            return false;
    return w.n > 0;
}

static bool ends_in(q_str word, const char *tail)
{
    return word.n > strlen(tail) + 2 && q_str_ends(word, q_str_of(tail));
}

static bool is_street_word(q_str w)
{
    return listed(w, street_words) || ends_in(w, "strasse") || ends_in(w, "str") ||
           ends_in(w, "weg") || ends_in(w, "platz") || ends_in(w, "allee") || ends_in(w, "gasse") ||
           ends_in(w, "straat") || ends_in(w, "laan") || ends_in(w, "jalan");
}

/* 12345, 12345-6789, 1234 AB, 1234; a house number may look the same. */
static bool is_post_code(q_str w)
{
    return all_digits(w) && (w.n == 5 || w.n == 6 || w.n == 4);
}

/* "LS1 4AP", "K1A 0B1": British and Canadian codes, two short words. */
static bool is_mixed_code(q_str a, q_str b)
{
    bool first = a.n >= 2 && a.n <= 4 && q_is_alpha(a.p[0]) &&
                 (q_is_digit(a.p[1]) || (a.n > 2 && q_is_digit(a.p[2])));

    return first && b.n == 3 && q_is_digit(b.p[0]) && q_is_alpha(b.p[1]);
}

/* "(519537-X)": a registration, no post code. */
static bool in_brackets(const expense_token *t)
{
    return t->text.p[0] == '(';
}

bool expense__has_post_code(const expense_sheet *s, expense_span span)
{
    for (size_t i = span.first; i < span.first + span.count; i++) {
        q_str part, rest = s->tokens[i].folded;

        if (in_brackets(s->tokens + i))
            continue;
        if (i + 1 < span.first + span.count && is_mixed_code(rest, s->tokens[i + 1].folded))
            return true;
        while (rest.n) {
            (void)q_str_cut(rest, ' ', &part, &rest);
            if (is_post_code(part) && (part.n >= 5 || i == span.first))
                return true;
        }
    }
    return false;
}

int expense__address_signs(const expense_sheet *s, expense_span span)
{
    bool place = false, code = false, house = false;
    size_t letters, digits, words = 0, street = 0;

    expense__count_signs(s, span, &letters, &digits);
    for (size_t i = span.first; i < span.first + span.count; i++) {
        q_str rest = s->tokens[i].folded, w;
        bool last = i + 1 == span.first + span.count;

        code = code || (!last && is_mixed_code(rest, s->tokens[i + 1].folded));

        while (rest.n) {
            (void)q_str_cut(rest, ' ', &w, &rest);
            street += is_street_word(w);
            /* "in", "me", "or" are words before they are states: want capitals */
            place = place || (listed(w, place_words) &&
                              (w.n > 2 || (last || q_is_digit(s->tokens[i + 1].text.p[0]))) &&
                              s->tokens[i].text.p[0] >= 'A' && s->tokens[i].text.p[0] <= 'Z');
            code = code || (is_post_code(w) && w.n >= 5 && !in_brackets(s->tokens + i)) ||
                   (is_post_code(w) && i == span.first && span.count > 1);
            house = house || (w.n <= 5 && q_is_digit(w.p[0]));
            words += q_is_alpha(w.p[0]);
        }
    }
    if (!letters || words > 12)
        return 0;
    /* "First Floor, The Gardens Mall": two words of streets do without a number */
    return (street > 1 || (street && (house || place || code || words <= 4))) +
           (code && words > 0) + place;
}

double expense__company_signs(const expense_sheet *s, expense_span span)
{
    double best = 0;

    for (size_t i = span.first; i < span.first + span.count; i++) {
        q_str rest = s->tokens[i].folded, w;

        if (q_str_is_nocase(s->tokens[i].text, "S/B") ||
            q_str_is_nocase(s->tokens[i].text, "B.V.") ||
            q_str_is_nocase(s->tokens[i].text, "a.G.") ||
            q_str_is_nocase(s->tokens[i].text, "e.V."))
            best = 1;
        while (rest.n) {
            (void)q_str_cut(rest, ' ', &w, &rest);
            if (listed(w, strong_forms) && (i > span.first || w.n > 2))
                best = 1;
            else if (best < 0.6 && (listed(w, weak_forms) || ends_in(w, "betriebe") ||
                                    ends_in(w, "unternehmen") || ends_in(w, "versicherung")))
                best = 0.6;
        }
    }
    return best;
}

bool expense__is_company_tail(const expense_sheet *s, expense_span span)
{
    bool form = false;

    if (span.count > 4)
        return false;
    for (size_t i = span.first; i < span.first + span.count; i++) {
        q_str rest = s->tokens[i].folded, w;

        while (rest.n) {
            (void)q_str_cut(rest, ' ', &w, &rest);
            if (listed(w, strong_forms))
                form = true;
            else if (w.n > 1 && !listed(w, "malaysia marketing trading kl and"))
                return false;
        }
    }
    return form;
}

static bool has_sum_or_date(const expense_sheet *s, expense_span span)
{
    expense_amount a[4];
    expense_date d[1];
    size_t n = expense__amounts_in(s, span, a, 4);

    for (size_t i = 0; i < n; i++)
        if (a[i].decimals == 2 && a[i].value < 100000)
            return true;
    return expense__dates_in(s, span, d, 1) > 0 && d[0].plausible;
}

static bool ends_in_colon(const expense_token *t)
{
    return t->text.p[t->text.n - 1] == ':';
}

/* "No: G3, Block G, Jalan ...", "No.5:", "Lot no.: 12": a house, not a label. */
static bool begins_with_house(const expense_sheet *s, expense_span span)
{
    for (size_t i = span.first; i < span.first + span.count && i < span.first + 3; i++) {
        q_str rest = s->tokens[i].folded, w;

        while (rest.n) {
            (void)q_str_cut(rest, ' ', &w, &rest);
            if (!listed(w, "no lot unit") && !all_digits(w))
                return false;
        }
        if (ends_in_colon(s->tokens + i))
            return expense__address_signs(s, span) > 0;
    }
    return false;
}

/* "File number : 365146": words, a colon, a value. */
static bool has_colon(const expense_sheet *s, expense_span span)
{
    for (size_t i = span.first; i < span.first + span.count && i < span.first + 5; i++)
        if (ends_in_colon(s->tokens + i) && (i > span.first || s->tokens[i].text.n > 3))
            return expense__company_signs(s, span) < 1;
    return false;
}

static bool is_web(const expense_sheet *s, expense_span span)
{
    for (size_t i = span.first; i < span.first + span.count; i++) {
        q_str t = s->tokens[i].text;

        if (q_str_has(t, '@') || q_str_starts(t, Q_STR("www.")) || q_str_starts(t, Q_STR("http")))
            return true;
    }
    return false;
}

static size_t letters_of(const expense_sheet *s, expense_span span)
{
    size_t letters, digits;

    expense__count_signs(s, span, &letters, &digits);
    return letters;
}

/* A dash, bar or bullet that stands alone. */
static bool is_parting_mark(const expense_token *t)
{
    return !t->folded.n && ((unsigned char)t->text.p[0] >= 0x80 || q_str_is(t->text, "-") ||
                            q_str_is(t->text, "|") || q_str_is(t->text, "*") ||
                            q_str_is(t->text, "/") || q_str_is(t->text, ","));
}

size_t expense__sender_parts(const expense_sheet *s, expense_span span, size_t *first_cut,
                             size_t *last_cut)
{
    size_t cut = 0, last = 0, parts = 1, end = span.first + span.count;

    for (size_t i = span.first; i < end; i++) {
        if (!is_parting_mark(s->tokens + i))
            continue;
        parts++;
        cut = cut ? cut : i;
        last = i;
    }
    if (parts < 3 || cut == span.first || cut + 2 >= end ||
        letters_of(s, (expense_span){span.first, cut - span.first}) < 3 ||
        !expense__has_post_code(s, (expense_span){cut + 2, end - cut - 2}))
        return 0;
    if (first_cut)
        *first_cut = cut;
    if (last_cut)
        *last_cut = last;
    return parts;
}

/* Does a title cover the run, but for a word or a number? */
static bool is_title(const expense_leaf *leaf, expense_span span)
{
    for (size_t i = 0; i < leaf->hits.count; i++) {
        const expense_hit *h = leaf->hits.hits + i;
        bool titles = h->label->kind == EXPENSE_TITLE ||
                      (h->label->kind == EXPENSE_ID && expense__label_is(h, "INVOICE_RECEIPT_ID"));

        if (titles && h->tokens.first >= span.first && h->tokens.first <= span.first + 1 &&
            span.count <= h->tokens.count + 2)
            return true;
    }
    return false;
}

static bool digit_behind(const expense_sheet *s, const expense_hit *h)
{
    size_t next = h->tokens.first + h->tokens.count;

    for (size_t i = next; i < next + 3 && i < s->token_count; i++)
        for (size_t k = 0; k < s->tokens[i].text.n; k++)
            if (q_is_digit(s->tokens[i].text.p[k]))
                return true;
    return false;
}

static bool leads_with_label(const expense_leaf *leaf, expense_span span)
{
    const expense_sheet *s = &leaf->sheet;

    for (size_t i = 0; i < leaf->hits.count; i++) {
        const expense_hit *h = leaf->hits.hits + i;

        if (h->tokens.first > span.first)
            break;
        if (h->tokens.first != span.first || h->label->kind == EXPENSE_TITLE)
            continue;
        if (h->label->kind == EXPENSE_PHONE || h->label->kind == EXPENSE_TAX_ID || h->colon)
            return h->colon || h->label->kind == EXPENSE_TAX_ID || digit_behind(s, h);
        if (h->label->strength > 0.5F && (h->tokens.count > 1 || h->tokens.count == span.count))
            return true;
        if (h->label->kind == EXPENSE_DATE && h->label->strength > 0.75F)
            return true;
    }
    return false;
}

expense_line_class expense__span_class(const expense_leaf *leaf, expense_span span)
{
    const expense_sheet *s = &leaf->sheet;
    int address = expense__address_signs(s, span);
    size_t letters, digits;

    expense__count_signs(s, span, &letters, &digits);
    if (!begins_with_house(s, span) && (leads_with_label(leaf, span) || has_colon(s, span)))
        return EXPENSE_LINE_LABEL;
    if (is_web(s, span) || expense__sender_parts(s, span, NULL, NULL) > 2)
        return EXPENSE_LINE_NUMBER;
    if (is_title(leaf, span))
        return EXPENSE_LINE_TITLE;
    if (address && letters >= 2)
        return EXPENSE_LINE_ADDRESS;
    if (letters < 3 || digits > 2 * letters || (digits >= 5 && letters <= 4) ||
        has_sum_or_date(s, span))
        return EXPENSE_LINE_NUMBER;
    return EXPENSE_LINE_TEXT;
}

expense_line_class expense__line_class(const expense_leaf *leaf, size_t run)
{
    return expense__span_class(leaf, leaf->sheet.runs[run].tokens);
}
