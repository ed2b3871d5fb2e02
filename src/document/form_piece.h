/* document/form_piece.h - a page's words as pieces: a key or a value, or a line of one.
 *
 *     Name: Ada Lovelace   Date ________        ->   [Name:] [Ada Lovelace] [Date]
 *
 * A line of the page falls apart behind a colon, at a wide gap, at a line or a box to tick that
 * is drawn between two words, and where a line to write on begins. Everything is in the arena,
 * measured in points.
 */
#ifndef Q_DOCUMENT_FORM_PIECE_H
#define Q_DOCUMENT_FORM_PIECE_H

#include "document/form_rule.h"

enum { FORM_NONE = -1 };

typedef struct form_piece {
    size_t first, count; /* in the sheet's words */
    double x0, y0, x1, y1;
    bool colon;          /* ends with one */
    bool blank_behind;   /* a place to write follows: a line, dots */
    bool underlined;     /* stands on a line to write on that is not its own underline */
    float key;           /* 0..1: how much it reads like a key */
    float label;         /* the same, did it end with no colon */
    bool bare;           /* neither letters nor digits */
    bool number;         /* mostly digits */
    int left, right;     /* the neighbours in its row, or FORM_NONE */
    int above, below;    /* what is next over and under it, or FORM_NONE */
    int cell;            /* of the boxes drawn, which one it is in; FORM_NONE: in none */
    bool prose;          /* a line of a paragraph */
    bool ruled_off_left; /* a line is drawn between it and its neighbour */
    bool ruled_off_right;
    bool ruled_off_below;
} form_piece;

typedef struct form_sheet {
    const q_page *page;
    q_arena *arena;
    size_t *words; /* of the page, without dots and lines that are typed */
    size_t word_count;
    form_piece *pieces; /* in reading order */
    size_t count;
    form_rules rules;
    double em; /* median height of a word */
} form_sheet;

/* Words past a bound far above any real page are left out. Fails only with Q_NOMEM. */
Q_MUST_USE q_code form__sheet_read(const q_page *page, q_arena *a, form_sheet *out, q_err *err);

/* The text of a sheet's word. */
q_str form__word(const form_sheet *s, size_t index);

double form__overlap(double a0, double a1, double b0, double b1); /* of the shorter, 0..1 */

/* Is a line drawn between two heights over the whole of x0..x1; longer than a word? */
bool form__ruled_across(const form_sheet *s, double x0, double x1, double y0, double y1);
bool form__ruled_upright(const form_sheet *s, double x0, double x1, double y0, double y1);

#endif
