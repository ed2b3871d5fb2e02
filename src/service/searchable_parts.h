/* service/searchable_parts.h - what the files about searchable PDFs in buckets share. */
#ifndef SERVICE_SEARCHABLE_PARTS_H
#define SERVICE_SEARCHABLE_PARTS_H

#include "service/searchable_rule.h"

/* A rule, and the object it applies to (empty: none), as text; in the arena. */
Q_MUST_USE q_code searchable__rule_encode(const q_searchable_rule *rule, q_str key, q_arena *a,
                                          q_str *out, q_err *err);
Q_MUST_USE q_code searchable__rule_decode(q_str text, q_arena *a, q_searchable_rule *rule,
                                          q_str *key, q_err *err);

/* Remember why an object has no searchable PDF; `error` NULL: it has one. */
void searchable__failure_note(q_catalog *c, q_str bucket, q_str key, const char *error);

#endif
