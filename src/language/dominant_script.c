#include "language/dominant_script.h"

#include "language/character.h"

#include <stddef.h>

typedef struct block {
    uint32_t first, last;
    script script;
} block;

/* Blocks of the Unicode Standard, sorted. */
static const block BLOCKS[] = {
    {0x00AA, 0x00AA, SCRIPT_LATIN},      {0x00BA, 0x00BA, SCRIPT_LATIN},
    {0x00C0, 0x024F, SCRIPT_LATIN},      {0x0250, 0x02AF, SCRIPT_LATIN},
    {0x0300, 0x036F, SCRIPT_LATIN},      {0x0370, 0x03FF, SCRIPT_GREEK},
    {0x0400, 0x052F, SCRIPT_CYRILLIC},   {0x0531, 0x0587, SCRIPT_ARMENIAN},
    {0x0591, 0x05F4, SCRIPT_HEBREW},     {0x0610, 0x06FF, SCRIPT_ARABIC},
    {0x0750, 0x077F, SCRIPT_ARABIC},     {0x08A0, 0x08FF, SCRIPT_ARABIC},
    {0x0900, 0x097F, SCRIPT_DEVANAGARI}, {0x0980, 0x09FF, SCRIPT_BENGALI},
    {0x0A00, 0x0A7F, SCRIPT_GURMUKHI},   {0x0A80, 0x0AFF, SCRIPT_GUJARATI},
    {0x0B00, 0x0B7F, SCRIPT_ODIA},       {0x0B80, 0x0BFF, SCRIPT_TAMIL},
    {0x0C00, 0x0C7F, SCRIPT_TELUGU},     {0x0C80, 0x0CFF, SCRIPT_KANNADA},
    {0x0D00, 0x0D7F, SCRIPT_MALAYALAM},  {0x0D80, 0x0DFF, SCRIPT_SINHALA},
    {0x0E01, 0x0E7F, SCRIPT_THAI},       {0x0E80, 0x0EFF, SCRIPT_LAO},
    {0x1000, 0x109F, SCRIPT_MYANMAR},    {0x10A0, 0x10FF, SCRIPT_GEORGIAN},
    {0x1100, 0x11FF, SCRIPT_HANGUL},     {0x1200, 0x139F, SCRIPT_ETHIOPIC},
    {0x1780, 0x17FF, SCRIPT_KHMER},      {0x1C80, 0x1C8F, SCRIPT_CYRILLIC},
    {0x1C90, 0x1CBF, SCRIPT_GEORGIAN},   {0x1E00, 0x1EFF, SCRIPT_LATIN},
    {0x1F00, 0x1FFF, SCRIPT_GREEK},      {0x2D00, 0x2D2F, SCRIPT_GEORGIAN},
    {0x2D80, 0x2DDF, SCRIPT_ETHIOPIC},   {0x2DE0, 0x2DFF, SCRIPT_CYRILLIC},
    {0x3005, 0x3007, SCRIPT_HAN},        {0x3041, 0x30FF, SCRIPT_KANA},
    {0x3130, 0x318F, SCRIPT_HANGUL},     {0x31F0, 0x31FF, SCRIPT_KANA},
    {0x3400, 0x4DBF, SCRIPT_HAN},        {0x4E00, 0x9FFF, SCRIPT_HAN},
    {0xA640, 0xA69F, SCRIPT_CYRILLIC},   {0xA720, 0xA7FF, SCRIPT_LATIN},
    {0xA8E0, 0xA8FF, SCRIPT_DEVANAGARI}, {0xAB00, 0xAB2F, SCRIPT_ETHIOPIC},
    {0xAC00, 0xD7FB, SCRIPT_HANGUL},     {0xF900, 0xFAFF, SCRIPT_HAN},
    {0xFB00, 0xFB06, SCRIPT_LATIN},      {0xFB1D, 0xFB4F, SCRIPT_HEBREW},
    {0xFB50, 0xFDFF, SCRIPT_ARABIC},     {0xFE70, 0xFEFC, SCRIPT_ARABIC},
    {0xFF21, 0xFF3A, SCRIPT_LATIN},      {0xFF41, 0xFF5A, SCRIPT_LATIN},
    {0xFF66, 0xFF9F, SCRIPT_KANA},       {0x20000, 0x323AF, SCRIPT_HAN},
};

script script__of(uint32_t cp)
{
    size_t low = 0, high = sizeof BLOCKS / sizeof BLOCKS[0];
    q_character kind;

    if (cp < 0x80)
        return (cp | 0x20) - 'a' < 26 ? SCRIPT_LATIN : SCRIPT_NONE;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (cp > BLOCKS[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == sizeof BLOCKS / sizeof BLOCKS[0] || cp < BLOCKS[low].first)
        return SCRIPT_NONE;
    kind = q_character_of(cp);
    return kind == Q_CHARACTER_LOWER || kind == Q_CHARACTER_UPPER || kind == Q_CHARACTER_MARK ||
                   kind == Q_CHARACTER_IDEOGRAPH
               ? BLOCKS[low].script
               : SCRIPT_NONE;
}

const char *script__language(script s)
{
    static const char *const LANGUAGES[SCRIPT_COUNT] = {
        [SCRIPT_GREEK] = "el",    [SCRIPT_ARMENIAN] = "hy",  [SCRIPT_HEBREW] = "he",
        [SCRIPT_BENGALI] = "bn",  [SCRIPT_GURMUKHI] = "pa",  [SCRIPT_GUJARATI] = "gu",
        [SCRIPT_ODIA] = "or",     [SCRIPT_TAMIL] = "ta",     [SCRIPT_TELUGU] = "te",
        [SCRIPT_KANNADA] = "kn",  [SCRIPT_MALAYALAM] = "ml", [SCRIPT_SINHALA] = "si",
        [SCRIPT_THAI] = "th",     [SCRIPT_LAO] = "lo",       [SCRIPT_MYANMAR] = "my",
        [SCRIPT_GEORGIAN] = "ka", [SCRIPT_ETHIOPIC] = "am",  [SCRIPT_KHMER] = "km",
        [SCRIPT_HANGUL] = "ko",   [SCRIPT_KANA] = "ja",      [SCRIPT_HAN] = "zh",
    };

    return LANGUAGES[s] ? LANGUAGES[s] : "";
}
