#include "cli/progress.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BAR_WIDTH = 24 };
static const int64_t quiet_ns = 500000000, redraw_ns = 100000000;

struct cli_progress {
    const char *what, *unit;
    pthread_mutex_t mu;
    int64_t started_ns, drawn_ns; /* under mu */
    bool shown;                   /* under mu */
};

cli_progress *cli_progress_new(const char *what, const char *unit)
{
    cli_progress *p;

    if (!isatty(STDERR_FILENO))
        return NULL;
    p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->what = what;
    p->unit = unit;
    p->started_ns = q_monotonic_ns();
    pthread_mutex_init(&p->mu, NULL);
    return p;
}

static void wipe(cli_progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    p->shown = false;
}

void cli_progress_free(cli_progress *p)
{
    if (!p)
        return;
    wipe(p);
    pthread_mutex_destroy(&p->mu);
    free(p);
}

static void draw(cli_progress *p, size_t done, size_t total, int64_t now)
{
    char bar[BAR_WIDTH + 1];
    size_t filled = total ? done * BAR_WIDTH / total : 0;
    double elapsed = (double)(now - p->started_ns) / 1e9;

    memset(bar, '.', BAR_WIDTH);
    memset(bar, '#', filled);
    bar[BAR_WIDTH] = 0;
    fprintf(stderr, "\r\033[K%s  [%s] %3zu %%  %zu of %zu %s", p->what, bar,
            total ? done * 100 / total : 0, done, total, p->unit);
    if (done && done < total)
        fprintf(stderr, ", %.0f s left", elapsed * (double)(total - done) / (double)done);
    fflush(stderr);
    p->shown = true;
    p->drawn_ns = now;
}

void cli_progress_set(cli_progress *p, size_t done, size_t total)
{
    int64_t now;

    if (!p)
        return;
    pthread_mutex_lock(&p->mu);
    now = q_monotonic_ns();
    if (now - p->started_ns > quiet_ns && now - p->drawn_ns > redraw_ns && done <= total)
        draw(p, done, total, now);
    pthread_mutex_unlock(&p->mu);
}

void cli_progress_hide(cli_progress *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->mu);
    wipe(p);
    pthread_mutex_unlock(&p->mu);
}
