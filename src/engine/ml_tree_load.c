#include "engine/ml_tree.h"

#include "engine/ml.h"
#include "engine/real.h"

#include <math.h>
#include <stdlib.h>

static q_code tensor_numbers(q_arena *a, const q_node *n, const char *name, const double **out,
                             size_t *count, q_err *err)
{
    const q_attr *attr = q_node_attr(n, name);
    double *made;

    *count = 0;
    *out = NULL;
    if (!attr)
        return Q_OK;
    if (attr->kind != Q_ATTR_TENSOR || !real__is(attr->tensors->dtype))
        return q_err_set(err, Q_INVALID, "attribute %s must be a tensor of numbers", name);
    *count = q_shape_count(&attr->tensors->shape);
    made = q_arena_array(a, *count, sizeof(*made));
    if (!made)
        return q_err_nomem(err);
    for (size_t i = 0; i < *count; i++)
        made[i] = real__get(attr->tensors, i);
    *out = made;
    return Q_OK;
}

q_code ml_tree__numbers(q_arena *a, const q_node *n, const char *name, const double **out,
                        size_t *count, q_err *err)
{
    q_str tensor;
    q_code rc = op__attr_floats(n, name, out, count, err);

    if (rc || *count)
        return rc;
    tensor = q_str_printf(a, "%s_as_tensor", name);
    return tensor.p ? tensor_numbers(a, n, tensor.p, out, count, err) : q_err_nomem(err);
}

/* -- Nodes named by tree and number -- */

typedef struct named {
    int64_t tree, node;
    size_t at;
} named;

/* The attributes, all of node_count numbers (missing may be absent). */
typedef struct named_attrs {
    const int64_t *trees, *nodes, *features, *yes, *no, *missing;
    const double *values;
    const q_str *modes;
    size_t count;
} named_attrs;

static int by_name(const void *a, const void *b)
{
    const named *x = a, *y = b;

    if (x->tree != y->tree)
        return x->tree < y->tree ? -1 : 1;
    return x->node < y->node ? -1 : x->node > y->node;
}

static size_t named_find(const named *list, size_t count, int64_t tree, int64_t node)
{
    named key = {tree, node, 0};
    const named *found = bsearch(&key, list, count, sizeof(key), by_name);

    return found ? found->at : SIZE_MAX;
}

static q_code ints(const q_node *n, const char *name, size_t want, const int64_t **out, q_err *err)
{
    size_t count;
    q_code rc = op__attr_ints(n, name, out, &count, err);

    if (!rc && count != want)
        return q_err_set(err, Q_INVALID, "%s has %zu numbers; wanted %zu", name, count, want);
    return rc;
}

static q_code attrs_read(q_arena *a, const q_node *n, named_attrs *x, q_err *err)
{
    size_t count = 0;
    q_code rc = op__attr_ints(n, "nodes_nodeids", &x->nodes, &x->count, err);

    if (!rc)
        rc = ints(n, "nodes_treeids", x->count, &x->trees, err);
    if (!rc)
        rc = ints(n, "nodes_featureids", x->count, &x->features, err);
    if (!rc)
        rc = ints(n, "nodes_truenodeids", x->count, &x->yes, err);
    if (!rc)
        rc = ints(n, "nodes_falsenodeids", x->count, &x->no, err);
    if (!rc && q_node_attr(n, "nodes_missing_value_tracks_true"))
        rc = op__attr_ints(n, "nodes_missing_value_tracks_true", &x->missing, &count, err);
    if (!rc && x->missing && count != x->count) {
        if (count)
            return q_err_set(err, Q_INVALID, "nodes_missing_value_tracks_true has %zu numbers",
                             count);
        x->missing = NULL;
    }
    if (!rc)
        rc = ml_tree__numbers(a, n, "nodes_values", &x->values, &count, err);
    if (!rc && count != x->count)
        return q_err_set(err, Q_INVALID, "nodes_values has %zu numbers; wanted %zu", count,
                         x->count);
    if (!rc)
        rc = ml__strings(n, "nodes_modes", &x->modes, &count, err);
    if (!rc && count != x->count)
        return q_err_set(err, Q_INVALID, "nodes_modes has %zu strings; wanted %zu", count,
                         x->count);
    return rc;
}

static q_code mode_of(q_str name, tree_mode *out, q_err *err)
{
    static const char *const names[] = {"BRANCH_LEQ", "BRANCH_LT",  "BRANCH_GTE",    "BRANCH_GT",
                                        "BRANCH_EQ",  "BRANCH_NEQ", "BRANCH_MEMBER", "LEAF"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (q_str_is(name, names[i]) && i != TREE_MEMBER) {
            *out = (tree_mode)i;
            return Q_OK;
        }
    return q_err_set(err, Q_INVALID, "nodes_modes has \"%.*s\"", Q_ARG(name));
}

static q_code feature_of(int64_t id, uint32_t *out, q_err *err)
{
    if (id < 0 || id > INT32_MAX)
        return q_err_set(err, Q_INVALID, "nodes_featureids has %lld", (long long)id);
    *out = (uint32_t)id;
    return Q_OK;
}

static q_code nodes_fill(const named_attrs *x, const named *list, tree_source *nodes, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < x->count; i++) {
        tree_source *n = &nodes[i];
        rc = mode_of(x->modes[i], &n->mode, err);
        if (rc || n->mode == TREE_LEAF)
            continue;
        n->value = x->values[i];
        n->missing_yes = x->missing && x->missing[i];
        n->yes = named_find(list, x->count, x->trees[i], x->yes[i]);
        n->no = named_find(list, x->count, x->trees[i], x->no[i]);
        rc = feature_of(x->features[i], &n->feature, err);
    }
    return rc;
}

/* A tree's root is its node that stands first. */
static q_code roots_find(q_arena *a, const named_attrs *x, trees_source *s, q_err *err)
{
    size_t *roots = q_arena_array(a, x->count, sizeof(*roots));
    named *seen = q_arena_array(a, x->count, sizeof(*seen));
    size_t n = 0;

    if (!roots || !seen)
        return q_err_nomem(err);
    for (size_t i = 0; i < x->count; i++)
        if (!i || x->trees[i] != x->trees[i - 1]) {
            seen[n] = (named){x->trees[i], 0, i};
            roots[n++] = i;
        }
    s->roots = roots;
    s->root_count = n;
    qsort(seen, n, sizeof(*seen), by_name);
    for (size_t i = 1; i < n; i++)
        if (seen[i].tree == seen[i - 1].tree)
            return q_err_set(err, Q_UNSUPPORTED, "the nodes of tree %lld do not stand together",
                             (long long)seen[i].tree);
    return Q_OK;
}

/* Weights, sorted into their leaves. */
static q_code weights_fill(q_arena *a, const q_node *n, const char *prefix, const named_attrs *x,
                           const named *list, tree_source *nodes, trees_source *s, q_err *err)
{
    const int64_t *tree, *node, *target;
    const double *value;
    size_t count, values;
    tree_weight *w;
    size_t *leaf;
    q_str name[4];
    q_code rc;

    name[0] = q_str_printf(a, "%s_nodeids", prefix);
    name[1] = q_str_printf(a, "%s_treeids", prefix);
    name[2] = q_str_printf(a, "%s_ids", prefix);
    name[3] = q_str_printf(a, "%s_weights", prefix);
    if (!name[0].p || !name[1].p || !name[2].p || !name[3].p)
        return q_err_nomem(err);
    rc = op__attr_ints(n, name[0].p, &node, &count, err);
    if (!rc)
        rc = ints(n, name[1].p, count, &tree, err);
    if (!rc)
        rc = ints(n, name[2].p, count, &target, err);
    if (!rc)
        rc = ml_tree__numbers(a, n, name[3].p, &value, &values, err);
    if (!rc && values != count)
        rc = q_err_set(err, Q_INVALID, "%s has %zu numbers; wanted %zu", name[3].p, values, count);
    if (rc)
        return rc;
    w = q_arena_array(a, count, sizeof(*w));
    leaf = q_arena_array(a, count, sizeof(*leaf));
    if (!w || !leaf)
        return q_err_nomem(err);
    for (size_t i = 0; i < count; i++) {
        leaf[i] = named_find(list, x->count, tree[i], node[i]);
        if (leaf[i] == SIZE_MAX || target[i] < 0 || (uint64_t)target[i] >= s->targets)
            return q_err_set(err, Q_INVALID, "weight %zu is of node %lld of tree %lld, target %lld",
                             i, (long long)node[i], (long long)tree[i], (long long)target[i]);
        nodes[leaf[i]].count++;
    }
    for (size_t i = 0, at = 0; i < x->count; i++) {
        nodes[i].first = at;
        at += nodes[i].count;
        nodes[i].count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        tree_source *to = &nodes[leaf[i]];
        w[to->first + to->count++] = (tree_weight){(uint32_t)target[i], value[i]};
    }
    s->weights = w;
    s->weight_count = count;
    return Q_OK;
}

q_code ml_tree__load_named(q_arena *a, const q_node *n, const char *prefix, size_t targets,
                           trees *out, q_err *err)
{
    named_attrs x = {0};
    trees_source s = {.targets = targets};
    tree_source *nodes;
    named *list;
    q_code rc = attrs_read(a, n, &x, err);

    if (rc)
        return rc;
    nodes = q_arena_array(a, x.count, sizeof(*nodes));
    list = q_arena_array(a, x.count, sizeof(*list));
    if (!nodes || !list)
        return q_err_nomem(err);
    for (size_t i = 0; i < x.count; i++)
        list[i] = (named){x.trees[i], x.nodes[i], i};
    qsort(list, x.count, sizeof(*list), by_name);
    for (size_t i = 1; i < x.count; i++)
        if (!by_name(&list[i - 1], &list[i]))
            return q_err_set(err, Q_INVALID, "tree %lld has two nodes %lld",
                             (long long)list[i].tree, (long long)list[i].node);
    s.nodes = nodes;
    s.node_count = x.count;
    rc = nodes_fill(&x, list, nodes, err);
    if (!rc)
        rc = roots_find(a, &x, &s, err);
    if (!rc)
        rc = weights_fill(a, n, prefix, &x, list, nodes, &s, err);
    return rc ? rc : trees__build(a, &s, out, err);
}

/* -- Nodes and leaves in arrays -- */

typedef struct flat_attrs {
    const int64_t *features, *yes, *no, *yes_leaf, *no_leaf, *missing, *targets;
    const double *splits, *modes, *weights, *members;
    size_t count, leaves, member_count;
} flat_attrs;

static q_code flat_read(q_arena *a, const q_node *n, flat_attrs *x, q_err *err)
{
    size_t splits, modes, weights;
    q_code rc = op__attr_ints(n, "nodes_featureids", &x->features, &x->count, err);

    if (!rc)
        rc = ints(n, "nodes_truenodeids", x->count, &x->yes, err);
    if (!rc)
        rc = ints(n, "nodes_falsenodeids", x->count, &x->no, err);
    if (!rc)
        rc = ints(n, "nodes_trueleafs", x->count, &x->yes_leaf, err);
    if (!rc)
        rc = ints(n, "nodes_falseleafs", x->count, &x->no_leaf, err);
    if (!rc && q_node_attr(n, "nodes_missing_value_tracks_true"))
        rc = ints(n, "nodes_missing_value_tracks_true", x->count, &x->missing, err);
    if (!rc)
        rc = op__attr_ints(n, "leaf_targetids", &x->targets, &x->leaves, err);
    if (!rc)
        rc = tensor_numbers(a, n, "nodes_splits", &x->splits, &splits, err);
    if (!rc)
        rc = tensor_numbers(a, n, "nodes_modes", &x->modes, &modes, err);
    if (!rc)
        rc = tensor_numbers(a, n, "leaf_weights", &x->weights, &weights, err);
    if (!rc)
        rc = tensor_numbers(a, n, "membership_values", &x->members, &x->member_count, err);
    if (!rc && (splits != x->count || modes != x->count || weights != x->leaves))
        rc = q_err_set(err, Q_INVALID,
                       "%zu splits, %zu modes for %zu nodes; %zu weights for %zu leaves", splits,
                       modes, x->count, weights, x->leaves);
    return rc;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* Sets lie behind each other with a NaN between. */
static q_code sets_read(q_arena *a, const flat_attrs *x, tree_sets *out, q_err *err)
{
    double *values = q_arena_array(a, x->member_count, sizeof(*values));
    size_t *first = q_arena_array(a, x->member_count + 2, sizeof(*first)), n = 0;

    if (!values || !first)
        return q_err_nomem(err);
    for (size_t i = 0; i < x->member_count; i++) {
        if (!isnan(x->members[i])) {
            values[n++] = x->members[i];
        }
        if (isnan(x->members[i]) || i + 1 == x->member_count) {
            qsort(values + first[out->count], n - first[out->count], sizeof(*values), by_value);
            first[++out->count] = n;
        }
    }
    out->values = values;
    out->first = first;
    return Q_OK;
}

static q_code flat_child(const flat_attrs *x, int64_t id, bool leaf, size_t *out, q_err *err)
{
    if (id < 0 || (uint64_t)id >= (leaf ? x->leaves : x->count))
        return q_err_set(err, Q_INVALID, "a node has %s %lld", leaf ? "leaf" : "child",
                         (long long)id);
    *out = leaf ? x->count + (size_t)id : (size_t)id;
    return Q_OK;
}

static q_code flat_nodes(const flat_attrs *x, tree_source *nodes, tree_weight *weights,
                         size_t targets, q_err *err)
{
    size_t sets = 0;
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < x->count; i++) {
        tree_source *n = &nodes[i];
        if (!(x->modes[i] >= TREE_LEQ && x->modes[i] <= TREE_MEMBER))
            return q_err_set(err, Q_INVALID, "nodes_modes has %g", x->modes[i]);
        n->mode = (tree_mode)x->modes[i];
        n->missing_yes = x->missing && x->missing[i];
        n->value = n->mode == TREE_MEMBER ? (double)sets++ : x->splits[i];
        rc = feature_of(x->features[i], &n->feature, err);
        if (!rc)
            rc = flat_child(x, x->yes[i], x->yes_leaf[i] != 0, &n->yes, err);
        if (!rc)
            rc = flat_child(x, x->no[i], x->no_leaf[i] != 0, &n->no, err);
    }
    for (size_t i = 0; !rc && i < x->leaves; i++) {
        if (x->targets[i] < 0 || (uint64_t)x->targets[i] >= targets)
            return q_err_set(err, Q_INVALID, "leaf_targetids has %lld of %zu targets",
                             (long long)x->targets[i], targets);
        nodes[x->count + i] = (tree_source){.mode = TREE_LEAF, .first = i, .count = 1};
        weights[i] = (tree_weight){(uint32_t)x->targets[i], x->weights[i]};
    }
    return rc;
}

q_code ml_tree__load_flat(q_arena *a, const q_node *n, size_t targets, trees *out, q_err *err)
{
    flat_attrs x = {0};
    trees_source s = {.targets = targets};
    const int64_t *roots;
    tree_source *nodes;
    tree_weight *weights;
    size_t *root;
    q_code rc = flat_read(a, n, &x, err);

    if (!rc)
        rc = op__attr_ints(n, "tree_roots", &roots, &s.root_count, err);
    if (!rc)
        rc = sets_read(a, &x, &s.sets, err);
    if (rc)
        return rc;
    nodes = q_arena_array(a, x.count + x.leaves, sizeof(*nodes));
    weights = q_arena_array(a, x.leaves, sizeof(*weights));
    root = q_arena_array(a, s.root_count, sizeof(*root));
    if (!nodes || !weights || !root)
        return q_err_nomem(err);
    rc = flat_nodes(&x, nodes, weights, targets, err);
    for (size_t i = 0; !rc && i < s.root_count; i++)
        rc = flat_child(&x, roots[i], false, &root[i], err);
    if (rc)
        return rc;
    s.nodes = nodes;
    s.node_count = x.count + x.leaves;
    s.roots = root;
    s.weights = weights;
    s.weight_count = x.leaves;
    return trees__build(a, &s, out, err);
}
