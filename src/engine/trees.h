/* engine/trees.h - ensembles of decision trees, laid out to be walked fast.
 *
 * All nodes of all trees lie in one array, each tree breadth first, the two
 * children of a node side by side. Eight walks (of a tree by eight rows, or of eight
 * trees by one row) go down together, so that the processor waits for eight loads
 * at a time instead of one.
 */
#ifndef ENGINE_TREES_H
#define ENGINE_TREES_H

#include "engine/tensor.h"

typedef enum tree_mode { /* ONNX's numbers (TreeEnsemble, nodes_modes) */
                         TREE_LEQ,
                         TREE_LT,
                         TREE_GTE,
                         TREE_GT,
                         TREE_EQ,
                         TREE_NEQ,
                         TREE_MEMBER,
                         TREE_LEAF
} tree_mode;

/* -- What a model says -- */

typedef struct tree_weight {
    uint32_t target;
    double value;
} tree_weight;

typedef struct tree_source {
    tree_mode mode;
    bool missing_yes; /* NaN goes the way of true */
    uint32_t feature;
    double value;        /* the split; the number of a set of TREE_MEMBER */
    size_t yes, no;      /* numbers of nodes, of those with a condition */
    size_t first, count; /* weights of a leaf */
} tree_source;

typedef struct tree_sets {
    const double *values; /* each set sorted */
    const size_t *first;  /* [count + 1] */
    size_t count;
} tree_sets;

typedef struct trees_source {
    const tree_source *nodes;
    size_t node_count;
    const size_t *roots;
    size_t root_count;
    const tree_weight *weights;
    size_t weight_count, targets; /* targets of weights were checked */
    tree_sets sets;
} trees_source;

/* -- What is walked -- */

typedef struct tree_node {
    float split; /* of a leaf in an ensemble of one target: its weight */
    uint32_t feature;
    uint32_t left;  /* right is the next one; a leaf is its own left */
    uint32_t flags; /* TREE_BRANCH | TREE_NAN_LEFT | kind, or the leaf's number << 1 */
} tree_node;

typedef struct trees {
    tree_node *nodes;
    double *exact; /* [node_count]: split or weight unrounded; a set's number */
    size_t node_count;
    uint32_t *roots;
    size_t root_count;
    const tree_weight *weights;
    size_t *leaf_first, *leaf_count; /* of weights, by leaf */
    size_t targets, features;        /* features: the highest used, and one */
    tree_sets sets;
    bool sorts;   /* all conditions are orders; none an equality or a set */
    bool nan_way; /* NaN goes left somewhere */
} trees;

/* Everything is made in the arena; weights and sets stay borrowed. Q_INVALID:
 * a node is reached twice, or a number is out of range.
 */
Q_MUST_USE q_code trees__build(q_arena *a, const trees_source *s, trees *out, q_err *err);

typedef enum tree_sum { TREE_AVERAGE, TREE_SUM, TREE_MIN, TREE_MAX } tree_sum;

/* Rows of features, f32 or f64, `stride` elements apart; at least t->features
 * (and one) wide.
 *
 * sums  [rows, targets], of the leaves' weights; 0 where no leaf has one
 * has   [rows, targets], whether one has, or NULL (not with MIN and MAX)
 */
typedef struct trees_block {
    const float *x;
    const double *x64; /* NULL: x */
    size_t stride, rows;
    tree_sum how; /* AVERAGE sums too; the caller divides */
    double *sums;
    uint8_t *has;
} trees_block;
void trees__run(const trees *t, const trees_block *b);

#endif
