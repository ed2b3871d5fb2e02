/* language/dominant_model.h - what was learnt of the languages that share a script.
 *
 * For each such script a table from sequences of letters (dominant_grams.h) to
 * one weight for each language. A text's sequences are added up; divided by the
 * root of their number and put through a softmax, the sums are probabilities.
 *
 * The file, little-endian, written by tools/train_dominant.c:
 *
 *     8 bytes   "QDOMIN1\n"
 *     4 bytes   CRC-32 of all that follows, big-endian
 *     4 times, for the scripts from SCRIPT_LATIN to SCRIPT_DEVANAGARI:
 *       u32     languages n, 2..DOMINANT_MOST
 *       u32     sequences m, 1..DOMINANT_ROWS
 *       f32     what a weight of 1 is worth
 *       n * 8   their codes, NUL-padded
 *       m * 4   u32 hashes, ascending
 *       m * n   i8 weights, of one sequence after the other
 */
#ifndef LANGUAGE_DOMINANT_MODEL_H
#define LANGUAGE_DOMINANT_MODEL_H

#include "base/str.h"
#include "language/dominant_script.h"

#define DOMINANT_MAGIC "QDOMIN1\n"

enum {
    DOMINANT_MOST = 64,    /* languages of a script; a multiple of 16 */
    DOMINANT_ROWS = 49152, /* sequences of a script: 16 bits name one, and slots stay free */
    DOMINANT_CODE = 8      /* bytes of a code, with a NUL */
};

typedef struct dominant_table {
    size_t languages, width; /* width: padded to 16 */
    float worth;
    char codes[DOMINANT_MOST][DOMINANT_CODE];
    uint32_t mask;   /* slots - 1 */
    uint32_t *slots; /* upper 16 bits of a hash, and its row; open addressing */
    int8_t *rows;    /* [sequences, width] */
} dominant_table;

typedef struct dominant_model {
    dominant_table tables[SCRIPT_MODELS]; /* script s is at s - 1 */
} dominant_model;

enum { DOMINANT_EMPTY = 0xFFFF }; /* the row of a slot without one */

/* `name` is for messages, `bytes` are not needed afterwards. Q_INVALID names it. */
Q_MUST_USE q_code dominant__load(q_str bytes, q_str name, dominant_model **out, q_err *err);
void dominant__free(dominant_model *m); /* NULL is fine */

/* The weights of a sequence; NULL when it is not known. */
static inline const int8_t *dominant__row(const dominant_table *t, uint32_t hash)
{
    for (uint32_t i = hash & t->mask;; i = (i + 1) & t->mask) {
        uint32_t slot = t->slots[i], row = slot & 0xFFFF;

        if (row == DOMINANT_EMPTY)
            return NULL;
        if (slot >> 16 == hash >> 16)
            return t->rows + row * t->width;
    }
}

#endif
