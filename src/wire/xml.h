/* wire/xml.h - a stranger's XML as a small tree, read by libxml2.
 *
 * No document type, no entities of its own, nothing fetched; depth and count
 * are bounded. Names are local ones: namespaces are not told apart.
 */
#ifndef Q_WIRE_XML_H
#define Q_WIRE_XML_H

#include "base/str.h"

enum { XML_DEPTH = 64, XML_COUNT = 200000 /* elements and attributes in all */ };

typedef struct xml_attribute {
    q_str name, value;
    struct xml_attribute *next;
} xml_attribute;

typedef struct xml_node {
    q_str name;
    q_str text; /* of an element without children */
    xml_attribute *attributes;
    struct xml_node *first, *last, *next;
    struct xml_node *parent;
} xml_node;

/* Everything is in the arena, UTF-8 whatever the text was written in.
 * Fails with Q_INVALID, Q_LIMIT or Q_NOMEM.
 */
Q_MUST_USE q_code xml__parse(q_arena *a, q_str text, xml_node **root, q_err *err);

/* The next element of that name from `node` on, itself included; or NULL. */
const xml_node *xml__named(const xml_node *node, q_str name);

#endif
