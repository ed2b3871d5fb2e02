/* engine/op_control.h - what the operators with bodies share. */
#ifndef ENGINE_OP_CONTROL_H
#define ENGINE_OP_CONTROL_H

#include "engine/op.h"

/* The attribute `name`, which must be a graph. */
Q_MUST_USE q_code control__graph(const q_node *n, const char *name, q_graph **out, q_err *err);
/* out[i] takes over what *from owns. */
void control__give(q_op_call *c, size_t i, q_tensor *from);
/* Output `output` of a body that was never run, stacked along `axis`: a
 * dimension of 0 there and where the body's shape is free.
 */
Q_MUST_USE q_code control__empty_scan(const q_graph *body, size_t output, size_t axis,
                                      q_budget *budget, q_tensor *out, q_err *err);
/* kept[turn][scans], column `which`, stacked along `axis`. turns >= 1. */
Q_MUST_USE q_code control__gather(const q_tensor *kept, size_t turns, size_t scans, size_t which,
                                  size_t axis, q_budget *budget, q_tensor *out, q_err *err);

#endif
