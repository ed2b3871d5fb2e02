/* work/event.h - what happens, to whoever listens inside the process.
 *
 * A listener does no work of its own but submits a job. That of a new object
 * is emitted inside the object's transaction, so that its jobs are there when
 * the object is, and not otherwise; so is the notice of a job that ended. The
 * event's bytes are borrowed for the call.
 */
#ifndef Q_WORK_EVENT_H
#define Q_WORK_EVENT_H

#include "base/str.h"

typedef struct q_event {
    q_str name; /* "ObjectCreated:Put", "ObjectRemoved:Delete"; "Notification" */
    q_str bucket, key, etag, version; /* of an object */
    uint64_t size;
    q_str topic, message; /* of a notification: the topic's ARN, and text for those who listen */
    int64_t time_ms;
} q_event;

typedef struct q_events q_events;
typedef q_code (*q_listener)(void *ctx, const q_event *e, q_err *err);

Q_MUST_USE q_code q_events_new(q_events **out, q_err *err);
void q_events_free(q_events *ev); /* NULL is fine */
/* Before the server takes requests; names starting with `prefix` (borrowed)
 * are heard. Q_LIMIT past 16 listeners.
 */
Q_MUST_USE q_code q_events_listen(q_events *ev, const char *prefix, q_listener fn, void *ctx,
                                  q_err *err);
/* Fails with the first listener that does. */
Q_MUST_USE q_code q_events_emit(q_events *ev, const q_event *e, q_err *err);

#endif
