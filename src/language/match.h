/* language/match.h - the rules behind entity.h, each tried at a token. */
#ifndef Q_LANGUAGE_MATCH_H
#define Q_LANGUAGE_MATCH_H

#include "language/entity.h"

typedef struct match {
    size_t skip;   /* tokens in front that are not part of it */
    size_t tokens; /* 0: no match */
    q_entity_type type;
    float score;
} match;

match match__address(const q_tokens *t, size_t i);    /* e-mail, URL, telephone */
match match__identifier(const q_tokens *t, size_t i); /* "35678-9", "INV-204", "#12" */
match match__quantity(const q_tokens *t, size_t i);

#endif
