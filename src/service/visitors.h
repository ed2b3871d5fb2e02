/* service/visitors.h - people without a key, who may talk to the bots that the
 * operator opened to them, and do nothing else.
 *
 * A page gives its visitors an identity (GetId) and a temporary key for it
 * (GetCredentialsForIdentity). Neither is kept: an identity holds a tag of ours
 * over itself, a key is what store/temporary.h makes. Closing a bot takes effect
 * for the keys that are about.
 */
#ifndef Q_SERVICE_VISITORS_H
#define Q_SERVICE_VISITORS_H

#include "store/temporary.h"
#include "wire/call.h"

typedef struct q_visitors q_visitors;

enum { Q_VISITOR_KEY_MS = 3600 * 1000 }; /* for which a visitor's key is good */

/* bots   "Name:Alias,Name:Alias"; NULL opens none
 * keys   borrowed
 * Fails with Q_INVALID, Q_NOMEM.
 */
Q_MUST_USE q_code q_visitors_new(const char *bots, const q_temporary_keys *keys, q_visitors **out,
                                 q_err *err);
void q_visitors_free(q_visitors *v); /* NULL is fine */

/* Is any bot open? NULL: none. */
bool q_visitors_welcome(const q_visitors *v);

/* A new identity of the region, "us-east-1:UUID", in the arena. Fails with Q_IO
 * (no random numbers), Q_NOMEM.
 */
Q_MUST_USE q_code q_visitor_identity(const q_visitors *v, q_str region, q_arena *a, q_str *out,
                                     q_err *err);

/* A key for it. Fails with Q_NOTFOUND where the identity is none of ours, else
 * as q_temporary_key_new.
 */
Q_MUST_USE q_code q_visitor_key(const q_visitors *v, q_str identity, int64_t now_ms, q_arena *a,
                                q_temporary_key *out, q_err *err);

/* For q_handler.visitor of operations that name a bot by `botName` and
 * `botAlias`: is that one open?
 */
q_code q_visitor_may_talk(q_call *call);
/* The same of an operation that names it otherwise. */
q_code q_visitor_may_talk_with(q_call *call, q_str bot, q_str alias);

/* The user that a call to a bot is for: `user` as it was sent, but for a
 * visitor one that begins with the visitor's identity, so that no visitor gets
 * at another's conversation or at that of a user with a key. Fails with
 * q_call_fail, `error`, where that is longer than a user's name may be.
 */
Q_MUST_USE q_code q_visitor_user(q_call *call, q_str user, const char *error, q_str *out);

#endif
