#include "document/expense_mend.h"

#include "base/buf.h"

#include <string.h>

enum { SHORTEST = 5, LONGEST = 24 };

/* Words of letterheads that are long enough to be told when a letter is wrong. */
static const char known[] =
    /* streets and buildings */
    "jalan lorong taman kawasan perindustrian persiaran lebuh lebuhraya kampung bandar seksyen "
    "section lingkaran medan wisma menara pusat mukim tingkat bangunan kompleks complex plaza "
    "street avenue boulevard highway building floor ground level centre center shopping industrial "
    "estate garden gardens heights village commercial square tower parade pasaraya basement first "
    "second third office perniagaan jaya utama damai indah baru lama "
    /* places */
    "selangor johor bahru kuala lumpur penang perak melaka malacca sabah sarawak pahang kedah "
    "kelantan terengganu putrajaya perlis negeri sembilan wilayah persekutuan malaysia singapore "
    "petaling subang puchong cheras klang ampang darul ehsan ta'zim ridzuan makmur damansara "
    "kepong setapak sentul rawang kajang bangi semenyih balakong serdang kembangan sungai buloh "
    "gombak selayang cyberjaya dengkil sepang nilai seremban taiping teluk intan kluang batu pahat "
    "segamat pontian skudai masai pasir gudang tiram senai kulai tampoi tebrau butterworth bayan "
    "lepas georgetown bukit mertajam alor setar kangar kuching miri sibu kinabalu sandakan tawau "
    "kuantan bentong temerloh kuching bertam shah alam bangsar mutiara segambut jinjang "
    "brickfields "
    "bukit jalil puteri sultan "
    /* trades and forms */
    "enterprise enterprises restaurant restoran trading supermarket hypermarket hardware "
    "stationery pharmacy bakery bakeries confectionery hotel services service station group "
    "holdings industries marketing supplies machinery electrical electronics motors seafood "
    "clinic furniture gallery books fashion optical express company limited distributor retail "
    "corporation international technology coffee kopitiam supply speed mart house world ";

/* What recognition takes for one another; each pair both ways. */
static const char pairs[] = "o0 oq ce eo li l1 i1 lj l| i| l! i! s5 b8 g6 g9 z2 hn uv vy rn tf "
                            "ag gy yj l[ i[ l] l: i: i; t+ dc do d0 rk mn ao aq ec un hb pr fp ";

static bool looks_alike(char a, char b)
{
    for (size_t i = 0; i + 1 < sizeof pairs - 1; i += 3)
        if ((pairs[i] == a && pairs[i + 1] == b) || (pairs[i] == b && pairs[i + 1] == a))
            return true;
    return false;
}

static bool is_vowel(char c)
{
    return c && strchr("aeiou", c);
}

/* One wrong, one missing or one spare letter: 1 when it looks like the right one, 2 when not; 0 for
 * equal words, 3 for others. Another vowel, or a letter more at the end, is how people write.
 */
static int difference(q_str word, q_str right)
{
    size_t head = 0, tail = 0, least = word.n < right.n ? word.n : right.n;

    while (head < least && word.p[head] == right.p[head])
        head++;
    while (tail < least - head && word.p[word.n - 1 - tail] == right.p[right.n - 1 - tail])
        tail++;
    if (word.n == right.n) {
        if (head == word.n)
            return 0;
        if (head + tail + 1 < word.n)
            return 3;
        if (looks_alike(word.p[head], right.p[head]))
            return 1;
        return is_vowel(word.p[head]) && is_vowel(right.p[head]) ? 3 : 2;
    }
    if (word.n + 1 == right.n || right.n + 1 == word.n)
        return head + tail == least && head < right.n ? 2 : 3;
    return 3;
}

/* The known word that is meant; empty when it is known, or none or several come near. */
static q_str meant(q_str word)
{
    q_str rest = q_str_of(known), one, best = {"", 0};
    int least = 3;

    while (rest.n) {
        int d;

        (void)q_str_cut(rest, ' ', &one, &rest);
        if (!one.n)
            continue;
        d = difference(word, one);
        if (d == 0)
            return (q_str){"", 0};
        if (d > least || d == 3 || one.n < SHORTEST || (d == 2 && one.n < 7))
            continue;
        if (d == least && best.n && !q_str_eq(best, one)) {
            best = (q_str){"", 0};
            continue;
        }
        least = d;
        best = one;
    }
    return best;
}

static bool is_word_byte(char c)
{
    return q_is_alnum(c) || strchr("|![]:;_'+", c);
}

/* In capitals, with a capital, or small, as most of the old word is. */
static void recase(q_str old, q_str right, char *out)
{
    size_t capitals = 0, small = 0;

    for (size_t i = 0; i < old.n; i++) {
        capitals += old.p[i] >= 'A' && old.p[i] <= 'Z';
        small += old.p[i] >= 'a' && old.p[i] <= 'z';
    }
    for (size_t i = 0; i < right.n; i++) {
        bool capital = capitals > small || (i == 0 && old.p[0] >= 'A' && old.p[0] <= 'Z');

        out[i] = (char)(capital && right.p[i] >= 'a' && right.p[i] <= 'z' ? right.p[i] - 'a' + 'A'
                                                                          : right.p[i]);
    }
}

/* Short words that only their place tells: "JIn" for "Jln", "SON BHD", "S/8". */
static q_str short_word(q_str word, q_str before, q_str after)
{
    static const struct {
        const char *wrong, *right;
    } words[] = {{"JIn", "Jln"}, {"Jin", "Jln"}, {"J1n", "Jln"}, {"JIN", "JLN"},
                 {"J1N", "JLN"}, {"QFF", "OFF"}, {"0FF", "OFF"}, {"1st", "1st"},
                 {"JI", "Jl"},   {"1R0", "1RD"}, {"2N0", "2ND"}, {"3R0", "3RD"}};
    static const char *const forms[] = {"son", "sun", "sdm", "s0n", "sdh", "5dn", "sbn", "sdn."};
    static const char *const marts[] = {"5/B", "S/8", "5/8", "S/D", "S/B."};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (q_str_is(word, words[i].wrong) && after.n)
            return q_str_of(words[i].right);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (q_str_is_nocase(word, forms[i]) && after.n >= 3 &&
            q_str_is_nocase(q_str_sub(after, 0, 2), "bh"))
            return q_str_of(word.p[0] >= 'a' ? "sdn" : word.p[1] >= 'a' ? "Sdn" : "SDN");
    for (size_t i = 0; i < sizeof marts / sizeof *marts; i++)
        if (q_str_is(word, marts[i]) && before.n >= 4 && q_is_alpha(before.p[0]))
            return Q_STR("S/B");
    return word;
}

/* "Hardwar e": the letter that is missing stands by itself. */
static bool stands_behind(q_str word, q_str right, q_str after)
{
    return right.n == word.n + 1 && after.n == 1 && q_to_lower(after.p[0]) == right.p[right.n - 1];
}

/* A part of the word without marks in it; false when it stays as it is. */
static bool part_mend(q_str part, q_str after, char right[LONGEST], size_t *n)
{
    char folded[LONGEST];
    size_t letters = 0;
    q_str best;

    if (part.n < SHORTEST || part.n > LONGEST)
        return false;
    for (size_t i = 0; i < part.n; i++) {
        folded[i] = q_to_lower(part.p[i]);
        letters += q_is_alpha(part.p[i]);
    }
    if (letters + 2 < part.n)
        return false;
    best = meant((q_str){folded, part.n});
    if (!best.n || stands_behind(part, best, after))
        return false;
    recase(part, best, right);
    *n = best.n;
    return true;
}

q_str expense__mend(q_arena *a, q_str word, q_str before, q_str after)
{
    q_buf b = q_buf_init(a, SIZE_MAX);
    q_str out = short_word(word, before, after);
    bool changed = false;

    if (!q_str_eq(out, word))
        return out;
    for (size_t i = 0; i < word.n;) {
        char right[LONGEST];
        size_t end = i, n;

        while (end < word.n && is_word_byte(word.p[end]))
            end++;
        while (end > i && end < word.n && !q_is_alnum(word.p[end - 1]))
            end--; /* "SELANGOR:" */
        if (end > i && part_mend(q_str_sub(word, i, end - i), after, right, &n)) {
            q_buf_put(&b, (q_str){right, n});
            changed = true;
        } else {
            end = end > i ? end : i + 1;
            q_buf_put(&b, q_str_sub(word, i, end - i));
        }
        i = end;
    }
    if (!changed && !b.rc)
        return word;
    return q_buf_finish(&b, &out, NULL) ? (q_str){NULL, 0} : out;
}
