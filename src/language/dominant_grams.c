#include "language/dominant_grams.h"

#include "base/utf8.h"
#include "language/character.h"

static bool ends_sentence(uint32_t cp)
{
    return cp == '\n' || cp == '.' || cp == '!' || cp == '?' || cp == 0x3002 || cp == 0x0964 ||
           cp == 0x061F || cp == 0x06D4 || cp == 0x2029;
}

bool gram__word_next(q_str text, size_t *at, gram_word *out)
{
    const unsigned char *p = (const unsigned char *)text.p;
    size_t i = *at, n = 1, len = 1;
    script s = SCRIPT_NONE;

    out->sentence = false;
    for (; i < text.n && n <= GRAM_WORD_MAX; i += len) {
        uint32_t cp = p[i];
        script is;

        len = 1;
        if (cp >= 0x80)
            cp = q_utf8_decode((q_str){text.p + i, text.n - i}, &len);
        is = script__of(cp);
        if (s == SCRIPT_NONE && is == SCRIPT_NONE)
            out->sentence |= ends_sentence(cp);
        if (is != s && s != SCRIPT_NONE)
            break;
        s = is;
        if (s != SCRIPT_NONE)
            out->letters[n++] = q_character_lower(cp);
    }
    *at = i;
    out->script = s;
    out->letters[0] = out->letters[n] = GRAM_EDGE;
    out->n = n + 1;
    return s != SCRIPT_NONE;
}
