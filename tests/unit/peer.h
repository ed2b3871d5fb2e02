/* tests/unit/peer.h - the other end of a connection: raw bytes over a socket
 * on this machine. A failure fails the running test.
 */
#ifndef Q_TEST_PEER_H
#define Q_TEST_PEER_H

#include "base/str.h"

int q_peer_dial(unsigned port);
void q_peer_say(int fd, const char *text);
void q_peer_say_bytes(int fd, q_str bytes);

/* What comes until the peer closes, or until `until` (may be NULL) stands at
 * its end. Waits ten seconds for each piece. In the test's arena.
 */
q_str q_peer_hear(int fd, const char *until);

/* One reply: its head, and as much as Content-Length says. "100 Continue"s
 * before it are passed over.
 */
q_str q_peer_reply(int fd);

/* Dial, say, hear until the peer closes, hang up. */
q_str q_peer_ask(unsigned port, const char *request);

bool q_peer_has(q_str text, const char *part);

#endif
