/* serving/host_wire.h - what host.c and its tasks say to each other.
 *
 *     model.open   host_open_request, the file  -> serving/ports.h
 *     model.run    serving/tensors.h            -> serving/tensors.h
 */
#ifndef SERVING_HOST_WIRE_H
#define SERVING_HOST_WIRE_H

#include <stdint.h>

#define HOST_OPEN "model.open"
#define HOST_RUN "model.run"

typedef struct host_open_request {
    uint64_t unpacked_bytes; /* of an archive, at most */
    uint32_t threads, plans;
} host_open_request;

#endif
