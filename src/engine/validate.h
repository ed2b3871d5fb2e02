/* engine/validate.h - whether a graph makes sense, before anything trusts it.
 *
 * Each defect has its own message, with the names of the value and the node.
 * Bodies of If, Loop and Scan are checked with the graph around them.
 */
#ifndef ENGINE_VALIDATE_H
#define ENGINE_VALIDATE_H

#include "engine/graph.h"

#define VALIDATE_MAX_BYTES ((size_t)1 << 36) /* of one value whose shape is stated */

/* Numbers are in range; each value is made once, and all that is used is made;
 * stated shapes are not larger than VALIDATE_MAX_BYTES. Q_INVALID, Q_LIMIT.
 */
Q_MUST_USE q_code validate__graph(const q_graph *g, q_err *err);

/* Put the nodes into an order that can be run, where the file's is not one:
 * nodes that no output needs go then. Q_INVALID names a value on a cycle.
 */
Q_MUST_USE q_code validate__order(q_graph *g, q_err *err);

/* After graph__bind: the inputs that each operator must have are there, and it
 * has no more outputs than the operator makes.
 */
Q_MUST_USE q_code validate__bound(const q_graph *g, q_err *err);

#endif
