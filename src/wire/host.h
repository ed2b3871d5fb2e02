/* wire/host.h - inside wire/: the bucket in a host name. */
#ifndef Q_WIRE_HOST_H
#define Q_WIRE_HOST_H

#include "base/str.h"

/* "photos" of "photos.localhost:8470" or "photos.s3.localhost"; empty for the
 * bare names, for IP addresses and for names that end in none of `domains`
 * (ends with NULL).
 */
q_str host__bucket(q_str host, const char *const *domains);

/* The path with that bucket in front; .p is NULL when the arena is full. */
q_str host__path(q_str bucket, q_str path, q_arena *a);

#endif
