#include "language/pii_check.h"

#include <string.h>

static bool digits(q_str s, size_t n)
{
    if (s.n != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!q_is_digit(s.p[i]))
            return false;
    return true;
}

static unsigned digit(q_str s, size_t i)
{
    return (unsigned)(s.p[i] - '0');
}

/* The first n digits as a number. */
static unsigned head(q_str s, size_t n)
{
    unsigned v = 0;

    for (size_t i = 0; i < n && i < s.n; i++)
        v = v * 10 + digit(s, i);
    return v;
}

static bool same_digits(q_str s)
{
    for (size_t i = 1; i < s.n; i++)
        if (s.p[i] != s.p[0])
            return false;
    return true;
}

static bool luhn(q_str s)
{
    unsigned sum = 0;

    for (size_t i = 0; i < s.n; i++) {
        unsigned d = digit(s, s.n - 1 - i) * (i % 2 ? 2 : 1);

        sum += d > 9 ? d - 9 : d;
    }
    return sum % 10 == 0;
}

typedef struct issuer {
    unsigned first, last; /* of the first `digits` digits */
    uint8_t digits, least, most;
} issuer;

/* ISO/IEC 7812 ranges of the large networks. */
static bool issued(q_str s)
{
    static const issuer ISSUERS[] = {
        {4, 4, 1, 13, 13},       {4, 4, 1, 16, 16},       {4, 4, 1, 19, 19},
        {51, 55, 2, 16, 16},     {2221, 2720, 4, 16, 16}, {34, 34, 2, 15, 15},
        {37, 37, 2, 15, 15},     {6011, 6011, 4, 16, 19}, {644, 649, 3, 16, 19},
        {65, 65, 2, 16, 19},     {622, 622, 3, 16, 19},   {3528, 3589, 4, 16, 19},
        {300, 305, 3, 14, 19},   {36, 36, 2, 14, 19},     {38, 39, 2, 14, 19},
        {50, 50, 2, 12, 19},     {56, 58, 2, 12, 19},     {60, 60, 2, 16, 16},
        {6304, 6304, 4, 12, 19}, {6759, 6759, 4, 12, 19}, {6761, 6763, 4, 12, 19},
    };

    for (size_t i = 0; i < sizeof ISSUERS / sizeof *ISSUERS; i++) {
        const issuer *k = &ISSUERS[i];
        unsigned h = head(s, k->digits);

        if (s.n >= k->least && s.n <= k->most && h >= k->first && h <= k->last)
            return true;
    }
    return false;
}

bool check__card(q_str s)
{
    return digits(s, s.n) && s.n >= 12 && s.n <= 19 && issued(s) && luhn(s);
}

bool check__routing(q_str s)
{
    static const unsigned WEIGHTS[] = {3, 7, 1};
    unsigned sum = 0, district = head(s, 2);

    if (!digits(s, 9) || same_digits(s))
        return false;
    for (size_t i = 0; i < 9; i++)
        sum += digit(s, i) * WEIGHTS[i % 3];
    return sum % 10 == 0 && (district <= 12 || (district >= 21 && district <= 32) ||
                             (district >= 61 && district <= 72) || district == 80);
}

bool check__ssn(q_str s)
{
    unsigned area = head(s, 3);

    return digits(s, 9) && area != 0 && area != 666 && area < 900 && head(q_str_sub(s, 3, 2), 2) &&
           head(q_str_sub(s, 5, 4), 4);
}

bool check__itin(q_str s)
{
    unsigned group;

    if (!digits(s, 9) || s.p[0] != '9')
        return false;
    group = head(q_str_sub(s, 3, 2), 2);
    return (group >= 50 && group <= 65) || (group >= 70 && group <= 88) ||
           (group >= 90 && group <= 92) || group >= 94;
}

/* Countries of the IBAN registry and their lengths. */
static size_t iban_length(q_str country)
{
    static const char LENGTHS[] =
        "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29BY28CH21CR22CY28CZ24DE22DK18DO28EE20EG29ES24FI18"
        "FO18FR27GB22GE22GI23GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20"
        "LU20LV21LY25MC27MD24ME22MK19MR27MT31MU30NL18NO15PK24PL28PS29PT25QA29RO24RS22SA24SC31SD18"
        "SE24SI19SK24SM27ST25SV28TL23TN24TR26UA29VA22VG24XK20";

    for (size_t i = 0; i + 4 < sizeof LENGTHS; i += 4)
        if (memcmp(LENGTHS + i, country.p, 2) == 0)
            return (size_t)(LENGTHS[i + 2] - '0') * 10 + (size_t)(LENGTHS[i + 3] - '0');
    return 0;
}

bool check__iban(q_str s)
{
    unsigned rest = 0;

    if (s.n < 15 || !digits(q_str_sub(s, 2, 2), 2) || iban_length(s) != s.n)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[(i + 4) % s.n];

        rest = (q_is_digit(c) ? rest * 10 + (unsigned)(c - '0')
                              : rest * 100 + (unsigned)(c - 'A' + 10)) %
               97;
    }
    return rest == 1;
}

static bool country(const char *two)
{
    static const char COUNTRIES[] =
        "ADAEAFAGAIALAMAOARATAUAWAZBABBBDBEBFBGBHBIBJBMBNBOBRBSBTBWBYBZCACDCFCGCHCICLCMCNCOCRCUCVCY"
        "CZDEDJDKDMDODZECEEEGERESETFIFJFMFOFRGAGBGDGEGGGHGIGLGMGNGQGRGTGWGYHKHNHRHTHUIDIEILIMINIQIR"
        "ISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMGMHMKMLMMMNMOMRMTMUMVMWMX"
        "MYMZNANCNENGNINLNONPNZOMPAPEPFPGPHPKPLPRPSPTPYQARORSRURWSASBSCSDSESGSISKSLSMSNSOSRSSSTSVSY"
        "SZTDTGTHTJTLTMTNTOTRTTTVTWTZUAUGUSUYUZVAVCVEVGVNVUWSXKYEZAZMZW";

    for (size_t i = 0; i + 2 < sizeof COUNTRIES; i += 2)
        if (memcmp(COUNTRIES + i, two, 2) == 0)
            return true;
    return false;
}

static bool letters(q_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 'A' || s.p[i] > 'Z')
            return false;
    return true;
}

bool check__swift(q_str s)
{
    return (s.n == 8 || s.n == 11) && letters(q_str_sub(s, 0, 6)) && country(s.p + 4);
}

bool check__vin_form(q_str s)
{
    size_t figures = 0;

    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == 'I' || s.p[i] == 'O' || s.p[i] == 'Q')
            return false;
        figures += q_is_digit(s.p[i]);
    }
    return s.n == 17 && figures >= 4 && figures < 17;
}

bool check__vin(q_str s)
{
    /* What the letters from A on are worth; 49 CFR 565. */
    static const unsigned WORTH[] = {1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4,
                                     5, 0, 7, 0, 9, 2, 3, 4, 5, 6, 7, 8, 9};
    static const unsigned WEIGHTS[] = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    unsigned sum = 0;

    if (!check__vin_form(s))
        return false;
    for (size_t i = 0; i < 17; i++)
        sum += WEIGHTS[i] * (q_is_digit(s.p[i]) ? digit(s, i) : WORTH[s.p[i] - 'A']);
    return s.p[8] == "0123456789X"[sum % 11];
}

bool check__nino(q_str s)
{
    static const char NEVER[][3] = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"};

    if (s.n != 9 || !letters(q_str_sub(s, 0, 2)) || !digits(q_str_sub(s, 2, 6), 6) ||
        s.p[8] < 'A' || s.p[8] > 'D' || strchr("DFIQUV", s.p[0]) || strchr("DFIOQUV", s.p[1]))
        return false;
    for (size_t i = 0; i < sizeof NEVER / sizeof *NEVER; i++)
        if (memcmp(NEVER[i], s.p, 2) == 0)
            return false;
    return true;
}

bool check__nhs(q_str s)
{
    unsigned sum = 0, want;

    if (!digits(s, 10) || same_digits(s))
        return false;
    for (size_t i = 0; i < 9; i++)
        sum += digit(s, i) * (unsigned)(10 - i);
    want = 11 - sum % 11;
    return want != 10 && digit(s, 9) == want % 11;
}

bool check__utr(q_str s)
{
    static const unsigned WEIGHTS[] = {6, 7, 8, 9, 10, 5, 4, 3, 2};
    unsigned sum = 0;

    if (!digits(s, 10))
        return false;
    for (size_t i = 0; i < 9; i++)
        sum += digit(s, i + 1) * WEIGHTS[i];
    return s.p[0] == "21987654321"[sum % 11];
}

bool check__sin(q_str s)
{
    return digits(s, 9) && s.p[0] != '0' && s.p[0] != '8' && luhn(s);
}

bool check__aadhaar(q_str s)
{
    /* Verhoeff 1969: the dihedral group of order 10, and a permutation. */
    static const char PRODUCT[10][11] = {"0123456789", "1234067895", "2340178956", "3401289567",
                                         "4012395678", "5987604321", "6598710432", "7659821043",
                                         "8765932104", "9876543210"};
    static const char PERMUTED[8][11] = {"0123456789", "1576283094", "5803796142", "8916043527",
                                         "9453126870", "4286573901", "2793806415", "7046913258"};
    unsigned sum = 0;

    if (!digits(s, 12) || s.p[0] < '2')
        return false;
    for (size_t i = 0; i < s.n; i++)
        sum = (unsigned)(PRODUCT[sum][PERMUTED[i % 8][digit(s, s.n - 1 - i)] - '0'] - '0');
    return sum == 0;
}

bool check__pan(q_str s)
{
    return s.n == 10 && letters(q_str_sub(s, 0, 5)) && strchr("ABCFGHJLPT", s.p[3]) &&
           digits(q_str_sub(s, 5, 4), 4) && letters(q_str_sub(s, 9, 1));
}
