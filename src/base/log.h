/* base/log.h - one structured line to stderr: time, level, event, fields.
 *
 *     q_log(Q_LOG_INFO, "request", "op=%s status=%d ms=%.1f", op, status, ms);
 *     2026-11-22T08:30:00.000Z info request op=s3.PutObject status=200 ms=0.8
 *
 * Line ends and control characters in the text are escaped, so that a client
 * cannot forge a line. The level is the program's only global.
 */
#ifndef Q_BASE_LOG_H
#define Q_BASE_LOG_H

#include "base/err.h"

typedef enum q_log_level {
    Q_LOG_DEBUG,
    Q_LOG_INFO,
    Q_LOG_WARN,
    Q_LOG_ERROR,
    Q_LOG_OFF
} q_log_level;

void q_log_set_level(q_log_level level);
void q_log(q_log_level level, const char *event, const char *fmt, ...) Q_PRINTF(3, 4);

#endif
