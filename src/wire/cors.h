/* wire/cors.h - inside wire/: pages of other origins may call us.
 *
 * Every call is signed and none carries cookies, so any origin may try: a page
 * can do no more than its key lets it.
 * Source: the Fetch Standard, "HTTP CORS protocol".
 */
#ifndef Q_WIRE_CORS_H
#define Q_WIRE_CORS_H

#include "net/http.h"

/* An OPTIONS request that asks whether another may be sent. */
bool cors__is_preflight(const q_request *req);

/* Answer it, but for what cors__allow adds to every reply. Fails with Q_NOMEM. */
Q_MUST_USE q_code cors__preflight(const q_request *req, q_reply *reply);

/* Let the page read this reply; nothing when the request names no origin. */
Q_MUST_USE q_code cors__allow(const q_request *req, q_reply *reply);

#endif
