/* engine/ml_tree.h - from the attributes of tree ensembles to trees.h. */
#ifndef ENGINE_ML_TREE_H
#define ENGINE_ML_TREE_H

#include "engine/op.h"
#include "engine/trees.h"

/* TreeEnsembleClassifier ("class") and -Regressor ("target"): nodes named by tree and
 * number. targets: how many classes or targets there are.
 */
Q_MUST_USE q_code ml_tree__load_named(q_arena *a, const q_node *n, const char *prefix,
                                      size_t targets, trees *out, q_err *err);
/* TreeEnsemble, version 5: nodes and leaves in arrays of their own. */
Q_MUST_USE q_code ml_tree__load_flat(q_arena *a, const q_node *n, size_t targets, trees *out,
                                     q_err *err);
/* `name` (floats) or `name`_as_tensor, as doubles; *count 0 when neither is given. */
Q_MUST_USE q_code ml_tree__numbers(q_arena *a, const q_node *n, const char *name,
                                   const double **out, size_t *count, q_err *err);

#endif
