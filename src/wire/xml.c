#include "wire/xml.h"

#include "base/buf.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <limits.h>
#include <pthread.h>
#include <string.h>

enum { MAX_XML_TEXT = 1 << 26 };

typedef struct builder {
    q_arena *arena;
    xmlParserCtxtPtr parser;
    xml_node *root, *open;
    size_t depth, count;
    q_buf text; /* since the last tag */
    q_code rc;
    q_err *err;
} builder;

static void stop(builder *b, q_code rc)
{
    if (!b->rc)
        b->rc = rc;
    xmlStopParser(b->parser);
}

static q_str copied(builder *b, const void *p, size_t n)
{
    q_str s = q_str_copy(b->arena, (q_str){p, n});

    if (!s.p)
        stop(b, q_err_nomem(b->err));
    return s;
}

static bool counted(builder *b)
{
    if (++b->count <= XML_COUNT)
        return true;
    stop(b, q_err_set(b->err, Q_LIMIT, "XML of more than %d elements", XML_COUNT));
    return false;
}

static void add_attribute(builder *b, xml_node *node, const xmlChar **at)
{
    xml_attribute *a;

    if (!counted(b))
        return;
    a = q_arena_alloc(b->arena, sizeof *a);
    if (!a) {
        stop(b, q_err_nomem(b->err));
        return;
    }
    a->name = copied(b, at[0], strlen((const char *)at[0]));
    a->value = copied(b, at[3], (size_t)(at[4] - at[3]));
    a->next = node->attributes;
    node->attributes = a;
}

static void element_start(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                          int namespace_count, const xmlChar **namespaces, int attribute_count,
                          int defaulted, const xmlChar **attributes)
{
    builder *b = arg;
    xml_node *node;

    (void)prefix, (void)uri, (void)namespace_count, (void)namespaces, (void)defaulted;
    if (b->rc || !counted(b))
        return;
    if (++b->depth > XML_DEPTH) {
        stop(b, q_err_set(b->err, Q_LIMIT, "XML nested deeper than %d levels", XML_DEPTH));
        return;
    }
    node = q_arena_alloc(b->arena, sizeof *node);
    if (!node) {
        stop(b, q_err_nomem(b->err));
        return;
    }
    node->name = copied(b, name, strlen((const char *)name));
    node->parent = b->open;
    for (int i = 0; i < attribute_count && !b->rc; i++)
        add_attribute(b, node, attributes + (size_t)i * 5);
    if (!b->open)
        b->root = node;
    else if (b->open->last)
        b->open->last->next = node;
    else
        b->open->first = node;
    if (b->open)
        b->open->last = node;
    b->open = node;
    q_buf_clear(&b->text);
}

static void element_end(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    builder *b = arg;
    q_str text = q_buf_str(&b->text);

    (void)name, (void)prefix, (void)uri;
    if (b->rc || !b->open)
        return;
    if (!b->open->first && text.n)
        b->open->text = copied(b, text.p, text.n);
    if (b->text.rc)
        stop(b, q_err_set(b->err, b->text.rc, "XML text too long"));
    q_buf_clear(&b->text);
    b->open = b->open->parent;
    b->depth--;
}

static void characters(void *arg, const xmlChar *text, int n)
{
    builder *b = arg;

    if (!b->rc && b->open && n > 0)
        q_buf_put(&b->text, (q_str){(const char *)text, (size_t)n});
}

static void document_type(void *arg, const xmlChar *name, const xmlChar *external,
                          const xmlChar *system)
{
    builder *b = arg;

    (void)name, (void)external, (void)system;
    stop(b, q_err_set(b->err, Q_INVALID, "XML with a document type"));
}

/* Errors are read from the context afterwards; nothing is printed. */
static void quiet(void *arg, xmlErrorPtr error)
{
    (void)arg, (void)error;
}

static q_code parser_error(const builder *b)
{
    const xmlError *e = xmlCtxtGetLastError(b->parser);
    q_str message = q_str_trim(q_str_of(e ? e->message : "not well-formed"));

    if (b->parser->errNo == XML_ERR_NO_MEMORY || (e && e->code == XML_ERR_NO_MEMORY))
        return q_err_nomem(b->err);
    return q_err_set(b->err, Q_INVALID, "XML: %.*s in line %d", Q_ARG(message), e ? e->line : 1);
}

/* The library wants this before threads share it; it needs it once. */
static pthread_once_t library_ready = PTHREAD_ONCE_INIT;

q_code xml__parse(q_arena *a, q_str text, xml_node **root, q_err *err)
{
    xmlSAXHandler handlers = {.initialized = XML_SAX2_MAGIC,
                              .startElementNs = element_start,
                              .endElementNs = element_end,
                              .characters = characters,
                              .cdataBlock = characters,
                              .internalSubset = document_type,
                              .serror = quiet};
    builder b = {.arena = a, .text = q_buf_init(NULL, MAX_XML_TEXT), .err = err};

    if (text.n == 0 || text.n > INT_MAX / 2)
        return q_err_set(err, Q_INVALID, text.n ? "XML too long" : "XML: empty text");
    pthread_once(&library_ready, xmlInitParser);
    b.parser = xmlCreatePushParserCtxt(&handlers, &b, NULL, 0, NULL);
    if (!b.parser)
        return q_err_nomem(err);
    xmlCtxtUseOptions(b.parser, XML_PARSE_NONET);
    xmlParseChunk(b.parser, text.p, (int)text.n, 1);
    /* Out of memory, it stops and calls what it has read well-formed. */
    if (!b.rc && (!b.parser->wellFormed || b.parser->disableSAX || !b.root))
        b.rc = parser_error(&b);
    q_buf_clear(&b.text);
    xmlFreeParserCtxt(b.parser);
    if (!b.rc)
        *root = b.root;
    return b.rc;
}

const xml_node *xml__named(const xml_node *node, q_str name)
{
    while (node && !q_str_eq(node->name, name))
        node = node->next;
    return node;
}
