/* base/clock.h - what time it is, and how times are written.
 *
 * Times are int64_t milliseconds since 1970-01-01 UTC. What depends on the
 * time of day takes it as an argument, so that tests can fix it.
 */
#ifndef Q_BASE_CLOCK_H
#define Q_BASE_CLOCK_H

#include "base/str.h"

int64_t q_now_ms(void);       /* wall clock */
int64_t q_monotonic_ns(void); /* for durations */

/* "2026-11-22T08:30:00.000Z" */
void q_time_iso8601(int64_t ms, char out[25]);
/* "20261122T083000Z" */
void q_time_basic(int64_t ms, char out[17]);
/* "Sun, 22 Nov 2026 08:30:00 GMT" */
void q_time_http(int64_t ms, char out[30]);

/* Any of the three forms above, ISO 8601 with or without a fraction. */
bool q_time_parse(q_str s, int64_t *ms);

#endif
