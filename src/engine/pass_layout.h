/* engine/pass_layout.h - images from NCHW to NHWC, inside the layout pass.
 *
 * A value [N, C, spatial...] may have a twin with the channels last, [N, spatial..., C]. The pass
 * goes through the nodes in order: one that works on images is made anew on
 * twins, and its own output is given up; one that does not care follows its inputs. When
 * something wants an output that was given up, a Transpose makes it from the twin.
 */
#ifndef ENGINE_PASS_LAYOUT_H
#define ENGINE_PASS_LAYOUT_H

#include "engine/pass.h"

typedef struct layout {
    pass *p;
    q_value_id *last; /* [cap]; the twin, or Q_NO_VALUE */
    bool *given_up;   /* [cap]; nothing makes it now */
    size_t cap;
} layout;

q_value_id layout__twin(const layout *l, q_value_id v); /* Q_NO_VALUE when it has none */
bool layout__given_up(const layout *l, q_value_id v);
/* The value's rank where it is known, by a probe or from its twin; else 0. */
size_t layout__rank(const layout *l, q_value_id v);
/* Dimension `axis` when it is the same for all probes; else 0. */
size_t layout__dim(const layout *l, q_value_id v, size_t axis);
/* The twin, by a Transpose where there is none; v's rank is `rank`. */
Q_MUST_USE q_code layout__want_last(layout *l, q_value_id v, size_t rank, q_value_id *out,
                                    q_err *err);
/* See to it that v itself is made. */
Q_MUST_USE q_code layout__want_first(layout *l, q_value_id v, q_err *err);
/* n is gone; its output i has the twin `twin`. */
Q_MUST_USE q_code layout__give_up(layout *l, q_value_id out, q_value_id twin, q_err *err);
/* A new node like n (type, version, attributes and name), reading `in`; its outputs are twins of
 * n's, and n goes.
 */
Q_MUST_USE q_code layout__redo(layout *l, q_node *n, const q_value_id *in, q_node **node,
                               q_err *err);
/* Channels first's axis, of `rank`, channels last. */
size_t layout__axis(size_t axis, size_t rank);

/* *done when n was made anew. */
Q_MUST_USE q_code layout__image_node(layout *l, q_node *n, bool *done, q_err *err);
Q_MUST_USE q_code layout__other_node(layout *l, q_node *n, bool *done, q_err *err);
Q_MUST_USE q_code layout__shape_node(layout *l, q_node *n, bool *done, q_err *err);

#endif
