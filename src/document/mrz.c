#include "document/mrz.h"

#include <string.h>

enum { SLACK = 4, NUMBER = 9 };

size_t mrz__line(q_str text, char *out, size_t cap)
{
    size_t n = 0;

    for (size_t i = 0; i < text.n; i++) {
        q_str rest = q_str_sub(text, i, SIZE_MAX);
        char c = text.p[i];
        size_t fillers = 0, used = 1;

        if (q_str_starts(rest, Q_STR("\xC2\xAB"))) { /* guillemets, single and double */
            fillers = used = 2;
        } else if (q_str_starts(rest, Q_STR("\xE2\x80\xB9"))) {
            fillers = 1;
            used = 3;
        } else if (c == '<') {
            fillers = 1;
        } else if (q_is_space(c)) {
            continue;
        } else if (!q_is_alnum(c)) {
            return 0;
        }
        if (n + 2 >= cap)
            return 0;
        if (!fillers)
            out[n++] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
        for (size_t k = 0; k < fillers; k++)
            out[n++] = '<';
        i += used - 1;
    }
    out[n] = 0;
    return n;
}

static int value_of(char c)
{
    return q_is_digit(c) ? c - '0' : c >= 'A' && c <= 'Z' ? c - 'A' + 10 : 0;
}

/* Weights 7, 3, 1, over and over; `at` goes on from an earlier part. */
static int check_add(const char *s, size_t n, size_t *at)
{
    static const int weights[3] = {7, 3, 1};
    int sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += value_of(s[i]) * weights[(*at)++ % 3];
    return sum;
}

static bool check_holds(const char *s, size_t n, char digit)
{
    size_t at = 0;

    return q_is_digit(digit) && check_add(s, n, &at) % 10 == digit - '0';
}

/* What is taken for what, letter by digit. */
static const char letters[] = "OQDILZSGB", digits[] = "000112568";

static char as_digit(char c)
{
    const char *p = c ? strchr(letters, c) : NULL;

    return p ? digits[p - letters] : c;
}

static char as_letter(char c)
{
    static const char from[] = "0125 68", to[] = "OIZS GB";
    const char *p = c ? strchr(from, c) : NULL;

    return p ? to[p - from] : c;
}

static void all_digits(char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        s[i] = as_digit(s[i]);
}

static void all_letters(char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        s[i] = as_letter(s[i]);
}

/* The longest row of fillers in s[0..n): where it begins; its length in *run. */
static size_t fillers_at(const char *s, size_t n, size_t *run)
{
    size_t best = 0, from = 0;

    *run = 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i] != '<') {
            from = i + 1;
        } else if (i + 1 - from > *run) {
            *run = i + 1 - from;
            best = from;
        }
    }
    return best;
}

/* Copy `from` to `to` with `want` characters, the longest row of fillers made longer or shorter. */
static bool line_fit(const char *from, size_t want, char *to)
{
    size_t n = strlen(from), run, at = fillers_at(from, n, &run), head;

    if (n > want + SLACK || (n > want && run < n - want))
        return false;
    if (n < want && (!run || (want - n > SLACK && at + run < n)))
        return false;
    head = n > want ? at : at + run;
    memcpy(to, from, head);
    if (n > want) {
        memcpy(to + head, from + head + (n - want), want - head);
    } else {
        memset(to + head, '<', want - n);
        memcpy(to + head + want - n, from + head, n - head);
    }
    to[want] = 0;
    return true;
}

/* Put letters for digits and digits for letters in the number until its check digit agrees. */
static mrz_check number_repair(char *number, char *digit)
{
    size_t doubtful[NUMBER], n = 0;
    char plain[NUMBER];

    *digit = as_digit(*digit);
    if (check_holds(number, NUMBER, *digit))
        return MRZ_AGREES;
    memcpy(plain, number, NUMBER);
    for (size_t i = 0; i < NUMBER; i++)
        if (as_digit(plain[i]) != plain[i] || as_letter(plain[i]) != plain[i])
            doubtful[n++] = i;
    for (size_t set = 1; set < (size_t)1 << n; set++) {
        for (size_t k = 0; k < n; k++) {
            char c = plain[doubtful[k]];

            number[doubtful[k]] = (char)(!(set >> k & 1) ? c
                                         : q_is_digit(c) ? as_letter(c)
                                                         : as_digit(c));
        }
        if (check_holds(number, NUMBER, *digit))
            return MRZ_AGREES;
    }
    memcpy(number, plain, NUMBER);
    return MRZ_DIFFERS;
}

static void date_read(const char *s, int out[3])
{
    for (size_t i = 0; i < 3; i++)
        out[i] = q_is_digit(s[2 * i]) && q_is_digit(s[2 * i + 1])
                     ? (s[2 * i] - '0') * 10 + s[2 * i + 1] - '0'
                     : 0;
}

static mrz_check date_take(char *s, int out[3])
{
    all_digits(s, 7);
    date_read(s, out);
    if (!check_holds(s, 6, s[6]))
        return MRZ_DIFFERS;
    return out[1] <= 12 && out[2] <= 31 ? MRZ_AGREES : MRZ_DIFFERS;
}

/* s[0..n) without fillers at its ends, single ones as blanks. */
static void text_take(const char *s, size_t n, char *out, size_t cap)
{
    size_t len = 0;

    for (size_t i = 0; i < n && len + 1 < cap; i++) {
        if (s[i] != '<')
            out[len++] = s[i];
        else if (len && out[len - 1] != ' ')
            out[len++] = ' ';
    }
    while (len && out[len - 1] == ' ')
        len--;
    out[len] = 0;
}

/* "ERIKSSON<<ANNA<MARIA<<<": the first pair of fillers parts the names. */
static void names_take(char *s, size_t n, mrz *m)
{
    size_t cut = 0;

    all_letters(s, n);
    while (cut + 1 < n && !(s[cut] == '<' && s[cut + 1] == '<'))
        cut++;
    text_take(s, cut + 1 < n ? cut : n, m->surname, sizeof m->surname);
    m->given[0] = 0;
    if (cut + 2 < n)
        text_take(s + cut + 2, n - cut - 2, m->given, sizeof m->given);
}

static void sex_take(char c, mrz *m)
{
    m->sex = (char)(c == 'M' || c == 'F' ? c : 'X');
}

static void head_take(char *line, mrz *m)
{
    all_letters(line, 5);
    m->kind = line[0];
    text_take(line + 2, 3, m->country, sizeof m->country);
}

/* Two lines of `length`; visas have no check digit over the whole. */
static void two_lines(mrz *m, size_t length)
{
    char *one = m->lines[0], *two = m->lines[1];
    size_t at = 0, last = length - 1;

    head_take(one, m);
    names_take(one + 5, length - 5, m);
    m->number_check = number_repair(two, two + 9);
    text_take(two, NUMBER, m->number, sizeof m->number);
    all_letters(two + 10, 3);
    text_take(two + 10, 3, m->nationality, sizeof m->nationality);
    m->birth_check = date_take(two + 13, m->birth);
    sex_take(two[20], m);
    m->expiry_check = date_take(two + 21, m->expiry);
    m->whole_check = MRZ_UNCHECKED;
    if (m->kind != 'V') {
        int sum;

        two[last] = as_digit(two[last]);
        sum = check_add(two, 10, &at) + check_add(two + 13, 7, &at) +
              check_add(two + 21, last - 21, &at);
        m->whole_check =
            q_is_digit(two[last]) && sum % 10 == two[last] - '0' ? MRZ_AGREES : MRZ_DIFFERS;
    }
}

/* A number of more than nine characters goes on in the optional part, its check digit behind it:
 * "D23145890<7349<<<".
 */
static void long_number(mrz *m, const char *rest, size_t n)
{
    char whole[24];
    size_t k = 0;

    while (k < n && rest[k] != '<')
        k++;
    if (k < 2 || k > 13)
        return;
    memcpy(whole, m->lines[0] + 5, NUMBER);
    memcpy(whole + NUMBER, rest, k);
    whole[NUMBER + k - 1] = 0;
    m->number_check =
        check_holds(whole, NUMBER + k - 1, as_digit(rest[k - 1])) ? MRZ_AGREES : MRZ_DIFFERS;
    memcpy(m->number, whole, NUMBER + k);
}

static void three_lines(mrz *m)
{
    char *one = m->lines[0], *two = m->lines[1];
    size_t at = 0;
    int sum;

    head_take(one, m);
    if (one[14] == '<') {
        long_number(m, one + 15, 15);
    } else {
        m->number_check = number_repair(one + 5, one + 14);
        text_take(one + 5, NUMBER, m->number, sizeof m->number);
    }
    m->birth_check = date_take(two, m->birth);
    sex_take(two[7], m);
    m->expiry_check = date_take(two + 8, m->expiry);
    all_letters(two + 15, 3);
    text_take(two + 15, 3, m->nationality, sizeof m->nationality);
    two[29] = as_digit(two[29]);
    sum = check_add(one + 5, 25, &at) + check_add(two, 7, &at) + check_add(two + 8, 7, &at) +
          check_add(two + 18, 11, &at);
    m->whole_check = q_is_digit(two[29]) && sum % 10 == two[29] - '0' ? MRZ_AGREES : MRZ_DIFFERS;
    names_take(m->lines[2], 30, m);
}

static bool form_parse(const char *const *lines, size_t count, size_t length, const char *kinds,
                       mrz *out)
{
    mrz m = {.line_count = count};

    for (size_t i = 0; i < count; i++)
        if (!line_fit(lines[i], length, m.lines[i]))
            return false;
    if (count == 3)
        three_lines(&m);
    else
        two_lines(&m, length);
    *out = m;
    return m.kind && strchr(kinds, m.kind) && m.surname[0] &&
           (m.number_check == MRZ_AGREES) + (m.birth_check == MRZ_AGREES) +
                   (m.expiry_check == MRZ_AGREES) >=
               2;
}

bool mrz__parse(const char *const *lines, size_t count, mrz *out)
{
    return (count >= 3 && form_parse(lines, 3, 30, "IAC", out)) ||
           (count >= 2 && form_parse(lines, 2, 44, "PV", out)) ||
           (count >= 2 && form_parse(lines, 2, 36, "IACVP", out));
}
