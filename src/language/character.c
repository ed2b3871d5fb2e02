#include "language/character.h"

#include <stddef.h>

typedef struct range {
    uint32_t first, last;
    q_character kind;
} range;

/* From U+00A0 on, sorted. Source: the block and category lists of the Unicode
 * Standard; gaps are letters.
 */
static const range RANGES[] = {
    {0x00A0, 0x00A0, Q_CHARACTER_SPACE},       {0x00A1, 0x00A1, Q_CHARACTER_PUNCTUATION},
    {0x00A2, 0x00A5, Q_CHARACTER_CURRENCY},    {0x00A6, 0x00A9, Q_CHARACTER_SYMBOL},
    {0x00AB, 0x00AB, Q_CHARACTER_PUNCTUATION}, {0x00AC, 0x00AC, Q_CHARACTER_SYMBOL},
    {0x00AD, 0x00AD, Q_CHARACTER_CONTROL},     {0x00AE, 0x00B4, Q_CHARACTER_SYMBOL},
    {0x00B6, 0x00B7, Q_CHARACTER_PUNCTUATION}, {0x00B8, 0x00B9, Q_CHARACTER_SYMBOL},
    {0x00BB, 0x00BB, Q_CHARACTER_PUNCTUATION}, {0x00BC, 0x00BE, Q_CHARACTER_SYMBOL},
    {0x00BF, 0x00BF, Q_CHARACTER_PUNCTUATION}, {0x00D7, 0x00D7, Q_CHARACTER_SYMBOL},
    {0x00F7, 0x00F7, Q_CHARACTER_SYMBOL},      {0x02C2, 0x02DF, Q_CHARACTER_SYMBOL},
    {0x0300, 0x036F, Q_CHARACTER_MARK},        {0x0483, 0x0489, Q_CHARACTER_MARK},
    {0x0591, 0x05BD, Q_CHARACTER_MARK},        {0x05BE, 0x05BE, Q_CHARACTER_PUNCTUATION},
    {0x05BF, 0x05C7, Q_CHARACTER_MARK},        {0x05F3, 0x05F4, Q_CHARACTER_PUNCTUATION},
    {0x0600, 0x0605, Q_CHARACTER_CONTROL},     {0x0606, 0x060F, Q_CHARACTER_PUNCTUATION},
    {0x0610, 0x061A, Q_CHARACTER_MARK},        {0x061B, 0x061F, Q_CHARACTER_PUNCTUATION},
    {0x064B, 0x065F, Q_CHARACTER_MARK},        {0x0660, 0x0669, Q_CHARACTER_DIGIT},
    {0x066A, 0x066D, Q_CHARACTER_PUNCTUATION}, {0x06D4, 0x06D4, Q_CHARACTER_PUNCTUATION},
    {0x06D6, 0x06DC, Q_CHARACTER_MARK},        {0x06F0, 0x06F9, Q_CHARACTER_DIGIT},
    {0x0900, 0x0903, Q_CHARACTER_MARK},        {0x093A, 0x094F, Q_CHARACTER_MARK},
    {0x0964, 0x0965, Q_CHARACTER_PUNCTUATION}, {0x0966, 0x096F, Q_CHARACTER_DIGIT},
    {0x09E6, 0x09EF, Q_CHARACTER_DIGIT},       {0x0E31, 0x0E31, Q_CHARACTER_MARK},
    {0x0E34, 0x0E3A, Q_CHARACTER_MARK},        {0x0E3F, 0x0E3F, Q_CHARACTER_CURRENCY},
    {0x0E47, 0x0E4E, Q_CHARACTER_MARK},        {0x0E50, 0x0E59, Q_CHARACTER_DIGIT},
    {0x1680, 0x1680, Q_CHARACTER_SPACE},       {0x2000, 0x200A, Q_CHARACTER_SPACE},
    {0x200B, 0x200F, Q_CHARACTER_CONTROL},     {0x2010, 0x2027, Q_CHARACTER_PUNCTUATION},
    {0x2028, 0x2029, Q_CHARACTER_LINE},        {0x202A, 0x202E, Q_CHARACTER_CONTROL},
    {0x202F, 0x202F, Q_CHARACTER_SPACE},       {0x2030, 0x205E, Q_CHARACTER_PUNCTUATION},
    {0x205F, 0x205F, Q_CHARACTER_SPACE},       {0x2060, 0x206F, Q_CHARACTER_CONTROL},
    {0x2070, 0x209F, Q_CHARACTER_SYMBOL},      {0x20A0, 0x20CF, Q_CHARACTER_CURRENCY},
    {0x20D0, 0x20FF, Q_CHARACTER_MARK},        {0x2100, 0x2BFF, Q_CHARACTER_SYMBOL},
    {0x2E00, 0x2E7F, Q_CHARACTER_PUNCTUATION}, {0x2E80, 0x2FFF, Q_CHARACTER_IDEOGRAPH},
    {0x3000, 0x3000, Q_CHARACTER_SPACE},       {0x3001, 0x3004, Q_CHARACTER_PUNCTUATION},
    {0x3005, 0x3007, Q_CHARACTER_IDEOGRAPH},   {0x3008, 0x3020, Q_CHARACTER_PUNCTUATION},
    {0x3021, 0x3029, Q_CHARACTER_IDEOGRAPH},   {0x302A, 0x302F, Q_CHARACTER_MARK},
    {0x3030, 0x303F, Q_CHARACTER_PUNCTUATION}, {0x3040, 0x30FA, Q_CHARACTER_IDEOGRAPH},
    {0x30FB, 0x30FB, Q_CHARACTER_PUNCTUATION}, {0x30FC, 0x312F, Q_CHARACTER_IDEOGRAPH},
    {0x31A0, 0x31FF, Q_CHARACTER_IDEOGRAPH},   {0x3200, 0x33FF, Q_CHARACTER_SYMBOL},
    {0x3400, 0x4DBF, Q_CHARACTER_IDEOGRAPH},   {0x4DC0, 0x4DFF, Q_CHARACTER_SYMBOL},
    {0x4E00, 0x9FFF, Q_CHARACTER_IDEOGRAPH},   {0xE000, 0xF8FF, Q_CHARACTER_SYMBOL},
    {0xF900, 0xFAFF, Q_CHARACTER_IDEOGRAPH},   {0xFE00, 0xFE0F, Q_CHARACTER_MARK},
    {0xFE10, 0xFE1F, Q_CHARACTER_PUNCTUATION}, {0xFE20, 0xFE2F, Q_CHARACTER_MARK},
    {0xFE30, 0xFE6F, Q_CHARACTER_PUNCTUATION}, {0xFEFF, 0xFEFF, Q_CHARACTER_CONTROL},
    {0xFF01, 0xFF03, Q_CHARACTER_PUNCTUATION}, {0xFF04, 0xFF04, Q_CHARACTER_CURRENCY},
    {0xFF05, 0xFF0F, Q_CHARACTER_PUNCTUATION}, {0xFF10, 0xFF19, Q_CHARACTER_DIGIT},
    {0xFF1A, 0xFF20, Q_CHARACTER_PUNCTUATION}, {0xFF3B, 0xFF40, Q_CHARACTER_PUNCTUATION},
    {0xFF5B, 0xFF65, Q_CHARACTER_PUNCTUATION}, {0xFF66, 0xFF9F, Q_CHARACTER_IDEOGRAPH},
    {0xFFE0, 0xFFE6, Q_CHARACTER_CURRENCY},    {0xFFF0, 0xFFFF, Q_CHARACTER_SYMBOL},
    {0x1D000, 0x1D3FF, Q_CHARACTER_SYMBOL},    {0x1F000, 0x1F3FA, Q_CHARACTER_SYMBOL},
    {0x1F3FB, 0x1F3FF, Q_CHARACTER_MARK}, /* skin tones */
    {0x1F400, 0x1FAFF, Q_CHARACTER_SYMBOL},    {0x20000, 0x3FFFF, Q_CHARACTER_IDEOGRAPH},
    {0xE0000, 0xE01EF, Q_CHARACTER_MARK},      {0xF0000, 0x10FFFF, Q_CHARACTER_SYMBOL},
};

static q_character ascii(uint32_t c)
{
    if (c >= 'a' && c <= 'z')
        return Q_CHARACTER_LOWER;
    if (c >= 'A' && c <= 'Z')
        return Q_CHARACTER_UPPER;
    if (c >= '0' && c <= '9')
        return Q_CHARACTER_DIGIT;
    if (c == ' ' || c == '\t')
        return Q_CHARACTER_SPACE;
    if (c >= '\n' && c <= '\r')
        return Q_CHARACTER_LINE;
    if (c < ' ' || c == 0x7F)
        return Q_CHARACTER_CONTROL;
    if (c == '$')
        return Q_CHARACTER_CURRENCY;
    if (c == '+' || c == '<' || c == '=' || c == '>' || c == '|' || c == '~' || c == '^' ||
        c == '`')
        return Q_CHARACTER_SYMBOL;
    return Q_CHARACTER_PUNCTUATION;
}

q_character q_character_of(uint32_t cp)
{
    size_t low = 0, high = sizeof RANGES / sizeof RANGES[0];

    if (cp < 0x80)
        return ascii(cp);
    if (cp < 0xA0)
        return cp == 0x85 ? Q_CHARACTER_LINE : Q_CHARACTER_CONTROL;
    if (cp > 0x10FFFF)
        return Q_CHARACTER_CONTROL;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (cp > RANGES[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < sizeof RANGES / sizeof RANGES[0] && cp >= RANGES[low].first)
        return RANGES[low].kind;
    return q_character_lower(cp) != cp ? Q_CHARACTER_UPPER : Q_CHARACTER_LOWER;
}

uint32_t q_character_lower(uint32_t cp)
{
    if (cp < 0x80)
        return cp >= 'A' && cp <= 'Z' ? cp + 32 : cp;
    if (cp >= 0xC0 && cp <= 0xDE)
        return cp == 0xD7 ? cp : cp + 32;
    if ((cp >= 0x100 && cp <= 0x12F) || (cp >= 0x132 && cp <= 0x137) ||
        (cp >= 0x14A && cp <= 0x177))
        return cp | 1;
    if ((cp >= 0x139 && cp <= 0x148) || (cp >= 0x179 && cp <= 0x17E))
        return cp + (cp & 1);
    if (cp == 0x178)
        return 0xFF;
    if (cp >= 0x391 && cp <= 0x3A9)
        return cp == 0x3A2 ? cp : cp + 32;
    if (cp >= 0x400 && cp <= 0x40F)
        return cp + 80;
    if (cp >= 0x410 && cp <= 0x42F)
        return cp + 32;
    if (cp >= 0x460 && cp <= 0x481)
        return cp | 1;
    return cp;
}
