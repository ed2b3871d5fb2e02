/* cli/progress.h - a bar on the terminal's stderr while work goes on.
 *
 *     reading  [#########...............]  38 %  12 of 31 pages, 14 s left
 *
 * Nothing is written when stderr is no terminal, and nothing within the first
 * half second, so that quick work stays quiet. Any thread may advance.
 */
#ifndef Q_CLI_PROGRESS_H
#define Q_CLI_PROGRESS_H

#include <stddef.h>

typedef struct cli_progress cli_progress;

/* `what` ("reading") and `unit` ("pages") are borrowed. NULL when memory is
 * short; every function takes NULL.
 */
cli_progress *cli_progress_new(const char *what, const char *unit);
void cli_progress_free(cli_progress *p); /* wipes the bar */
void cli_progress_set(cli_progress *p, size_t done, size_t total);
/* Wipe the bar, so that other output can be written; the next set draws it. */
void cli_progress_hide(cli_progress *p);

#endif
