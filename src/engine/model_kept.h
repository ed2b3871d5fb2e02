/* engine/model_kept.h - a model that is optimised once, and from then on mapped.
 *
 * Reading an ONNX file, rewriting its graph and packing its weights takes tens of
 * milliseconds and memory for both forms; a .q file opens in one. So the first
 * process that opens a model leaves its .q file behind, and others take it.
 *
 * A kept file says what it was made from and for: its metadata has the ONNX file's
 * size and time, the precision, the instruction set and a digest of the sources that
 * optimise. Where any of these differs it is made anew.
 */
#ifndef Q_ENGINE_MODEL_KEPT_H
#define Q_ENGINE_MODEL_KEPT_H

#include "engine/model.h"

/* As q_model_open of the ONNX file `path`, by way of the .q file `kept`, which is written when
 * it is not there or no longer right. That it cannot be written is no error. options->edit is
 * not called when the kept file is taken: what it does must follow from the ONNX file and the
 * program alone.
 */
Q_MUST_USE q_code q_model_open_kept(const char *path, const char *kept,
                                    const q_model_options *options, q_model **out, q_err *err);

extern const char model__stamp[]; /* generated: the digest of the sources */

#endif
