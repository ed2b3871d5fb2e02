/* document/ppocr_read.h - from what the recognition model says of a line to its words.
 *
 * The model looks at a line step by step, from left to right, and gives for each step a
 * probability to each character, to "none" (class 0) and to the blank (the last class). A
 * character is read where it is the likeliest and was not so the step before (connectionist
 * temporal classification). The blank seldom wins, for its place is taken by "none" between two
 * letters; that it came near, and that the two are far apart, is enough to part words.
 *
 * Source: Graves et al. 2006, "Connectionist Temporal Classification".
 */
#ifndef DOCUMENT_PPOCR_READ_H
#define DOCUMENT_PPOCR_READ_H

#include "base/str.h"

/* The characters of the classes 1 to count; class count + 1 is the blank. */
typedef struct ppocr_alphabet {
    q_str *characters;
    size_t count;
} ppocr_alphabet;

/* Take the characters apart, one a line, as the model's list or its metadata has them. They
 * borrow from `list`; the array is in the arena. Q_INVALID when there are none, Q_NOMEM.
 */
Q_MUST_USE q_code ppocr__alphabet(q_str list, q_arena *a, ppocr_alphabet *out, q_err *err);

/* A word: where it is, in steps (fractions of them), and how sure it is. Its height is the
 * line's, [0, 1], until somebody looks at the ink (ppocr_ink.h).
 */
typedef struct ppocr_word {
    q_str text;
    double from, to, top, bottom;
    float confidence; /* 0..1, its characters' mean */
    size_t characters;
} ppocr_word;

typedef struct ppocr_text {
    ppocr_word *words;
    size_t count, cap;
    float confidence; /* 0..1, all characters' mean; 0 without any */
    size_t characters;
} ppocr_text;

/* The words of a line, in the arena. `p` is [steps, alphabet->count + 2]. Q_NOMEM. */
Q_MUST_USE q_code ppocr__read(const float *p, size_t steps, const ppocr_alphabet *alphabet,
                              q_arena *a, ppocr_text *out, q_err *err);

#endif
