#!/usr/bin/env python3
"""Write src/language/dominant_han.h: which Han characters only one way of writing Chinese has."""
FIRST, WORDS = 0x4E00, 656

HEAD = '''/* language/dominant_han.h - Han characters by which the two ways of writing
 * Chinese are told apart.
 *
 * One bit for each character from U+4E00 on. Simplified: those of GB 2312 that
 * Big5 has not. Traditional: those of Big5's frequent characters (A440 to C67E)
 * that GB 2312 has not. Written by tools/han.py.
 */
#ifndef LANGUAGE_DOMINANT_HAN_H
#define LANGUAGE_DOMINANT_HAN_H

#include <stdbool.h>
#include <stdint.h>

enum { HAN_FIRST = 0x4E00, HAN_WORDS = 656 };

/* clang-format off */'''

TAIL = '''/* clang-format on */

static inline bool han__only(const uint32_t *set, uint32_t cp)
{
    uint32_t i = cp - HAN_FIRST;

    return i < HAN_WORDS * 32 && (set[i / 32] >> i % 32 & 1);
}

#endif'''


def encoded(character, codec):
    try:
        return character.encode(codec)
    except UnicodeEncodeError:
        return None


def main():
    sets = {'SIMPLIFIED': [0] * WORDS, 'TRADITIONAL': [0] * WORDS}
    for i in range(WORDS * 32):
        simplified, traditional = (encoded(chr(FIRST + i), codec) for codec in ('gb2312', 'big5'))
        if simplified and not traditional:
            sets['SIMPLIFIED'][i // 32] |= 1 << i % 32
        if traditional and not simplified and traditional < b'\xc6\x7f':
            sets['TRADITIONAL'][i // 32] |= 1 << i % 32
    print(HEAD)
    for name, words in sets.items():
        print(f'static const uint32_t HAN_{name}[HAN_WORDS] = {{')
        for i in range(0, WORDS, 8):
            print('    ' + ' '.join(f'0x{w:X},' for w in words[i:i + 8]))
        print('};')
    print(TAIL)


if __name__ == '__main__':
    main()
