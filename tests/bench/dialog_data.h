/* Public data sets of utterances as bots. All is in the arena given. */
#ifndef Q_BENCH_DIALOG_DATA_H
#define Q_BENCH_DIALOG_DATA_H

#include "dialog/understand.h"

/* A slot's value in a text, as bytes. */
typedef struct span {
    q_str slot;
    size_t begin, end;
} span;

typedef struct row {
    q_str intent, text;
    span *spans;
    size_t span_count;
} row;

typedef struct rows {
    row *v;
    size_t n;
} rows;

/* Lines "intent TAB text" or "intent TAB words TAB IOB2 tags"; the program ends
 * when the file cannot be read.
 */
rows rows_read(const char *dir, const char *name, q_arena *a);
bool rows_exist(const char *dir, const char *name);
/* Those of the intent, or all others. */
rows rows_where(const rows *r, q_str intent, bool same, q_arena *a);
/* Which of so many parts a row belongs to: by its text. */
size_t row_fold(const row *r, size_t folds);

/* A bot whose intents have the texts as utterances. */
const q_bot *bot_of(const rows *r, q_arena *a);
/* The same with {Slot} places for the spans, and an open slot type for each
 * intent's slot that lists the values seen.
 */
const q_bot *bot_with_slots(const rows *r, q_arena *a);

/* Add how many spans the guess has, and how many of them are the row's. */
void spans_count(const row *r, const q_guess *g, size_t *correct, size_t *found);

#endif
