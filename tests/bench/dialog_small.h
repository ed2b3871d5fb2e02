/* How well bots of one to five intents with few utterances tell what is out of scope. */
#ifndef Q_BENCH_DIALOG_SMALL_H
#define Q_BENCH_DIALOG_SMALL_H

#include "bench/dialog_data.h"

/* Bots drawn from clinc150.train.tsv, of 1 to 50 utterances an intent; prints a
 * Markdown table. The same bots on every run.
 */
void small_bots(const char *dir);

#endif
