/* engine/op_tables.h - the operators' tables, one a family; op.c lists them. */
#ifndef ENGINE_OP_TABLES_H
#define ENGINE_OP_TABLES_H

#include "engine/op.h"

extern const q_op_table op__core; /* op_core.c */

#endif
