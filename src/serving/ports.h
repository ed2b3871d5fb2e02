/* serving/ports.h - what a model takes and gives, as the server knows it. */
#ifndef Q_SERVING_PORTS_H
#define Q_SERVING_PORTS_H

#include "base/buf.h"
#include "engine/model.h"

typedef struct q_ports {
    q_port *inputs, *outputs;
    size_t input_count, output_count;
} q_ports;

/* As bytes, from a host to the server. Errors stay in the buffer. */
void ports__put(q_buf *b, const q_model *m);
/* All in the arena. Q_INVALID for anything that put does not write. */
Q_MUST_USE q_code ports__get(q_str bytes, q_arena *a, q_ports *out, q_err *err);

/* Whether requests may be tried to be joined along the first dimension: every
 * input and output has one that is free, and those with names have the same.
 */
bool ports__free_rows(const q_ports *p);

/* "float32 [N, 3, ?, 224]" into `out`, cut to fit. */
char *q_port_text(const q_port *p, char out[256]);

#endif
