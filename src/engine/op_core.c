/* The operators without which no graph runs: Identity. */
#include "engine/op_tables.h"

static const q_op ops[] = {
    {.type = "Identity",
     .domain = "",
     .since = 1,
     .min_in = 1,
     .max_in = 1,
     .max_out = 1,
     .flags = Q_OP_ALIAS,
     .infer = op__infer_same},
};
const q_op_table op__core = {ops, sizeof ops / sizeof *ops};
