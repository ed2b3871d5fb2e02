/* engine/op_strings.h - operators that move elements, texts among them.
 *
 * A string's bytes lie behind its tensor's array, so texts cannot be moved one by
 * one into the output: they are moved as pointers first, and then copied as a
 * whole.
 */
#ifndef ENGINE_OP_STRINGS_H
#define ENGINE_OP_STRINGS_H

#include "engine/op.h"

/* out[0], whose type and shape infer gave, from what `move` puts into an array
 * of q_str of its size; empty texts where it puts none.
 */
Q_MUST_USE q_code op_strings__make(q_op_call *c, void (*move)(q_op_call *c, void *out), q_err *err);
/* The same for any type: numbers are moved into out[0]'s memory at once. */
Q_MUST_USE q_code op_strings__run(q_op_call *c, void (*move)(q_op_call *c, void *out), q_err *err);
/* in[0] has elements of whole bytes; Q_UNSUPPORTED otherwise. */
Q_MUST_USE q_code op_strings__want(const q_op_call *c, q_err *err);

#endif
