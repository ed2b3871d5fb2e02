/* A model's graph as an SVG picture. */
#include "cli/layered.h"
#include "cli/model.h"
#include "engine/graph.h"

#include <stdio.h>
#include <string.h>

/* Sizes in pixels. */
enum { CHAR = 8, SMALL_CHAR = 7, LINE = 15, MARGIN = 24, HEAD = 64, GAP_X = 18, GAP_Y = 26 };
enum { MAX_TEXT = 44 };

typedef struct picture {
    const q_graph *g;
    const q_description *d;
    q_buf *out;
    q_arena *arena;
    layered layout;  /* boxes: inputs, nodes, outputs */
    uint32_t *maker; /* box of each value; UINT32_MAX: a constant */
    size_t line_cap;
} picture;

static const char *const kinds[] = {
    [COST_PRODUCT] = "product", [COST_ELEMENTWISE] = "elementwise", [COST_REDUCE] = "reduce",
    [COST_MOVE] = "move",       [COST_CONVERT] = "convert",         [COST_CONTROL] = "control",
    [COST_OTHER] = "other",
};

/* Light first; dark where the reader's system says so. */
static const char style[] =
    ":root{color-scheme:light dark}"
    ".page{fill:#ffffff}.ink{fill:#1c2733}.dim{fill:#51606f}"
    ".line{fill:none;stroke:#8796a5;stroke-width:1.3}"
    "rect{stroke-width:1.2}"
    ".product{fill:#d7e6fb;stroke:#3b73c4}.elementwise{fill:#dcf1de;stroke:#3c8d49}"
    ".reduce{fill:#fbeacb;stroke:#b67a1a}.move{fill:#eceff2;stroke:#7d8b99}"
    ".convert{fill:#e9dff7;stroke:#8257c0}.control{fill:#fadadf;stroke:#c24359}"
    ".other{fill:#d5f0f0;stroke:#2c8c8f}.port{fill:#1c2733;stroke:#1c2733}.portink{fill:#ffffff}"
    ".constant{stroke-dasharray:4 3}"
    "text{font:12px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;text-anchor:middle}"
    ".ink,.portink{font-weight:600}.small{font-size:10.5px;font-weight:400}.left{text-anchor:start}"
    ".bold{font-weight:600}"
    "@media(prefers-color-scheme:dark){"
    ".page{fill:#14191f}.ink{fill:#e8edf2}.dim{fill:#a3b1bf}.line{stroke:#6d7d8d}"
    ".product{fill:#1d3557;stroke:#6fa3ec}.elementwise{fill:#1d3d25;stroke:#6cc07a}"
    ".reduce{fill:#46340f;stroke:#e0aa4e}.move{fill:#2a323b;stroke:#8c9aa8}"
    ".convert{fill:#352650;stroke:#b08ae6}.control{fill:#4d1f28;stroke:#ee7f92}"
    ".other{fill:#143f40;stroke:#5fc3c6}.port{fill:#e8edf2;stroke:#e8edf2}.portink{fill:#14191f}}";

/* -- Boxes and lines -- */

static q_str cut(picture *p, q_str s)
{
    if (s.n <= MAX_TEXT)
        return s;
    return q_str_printf(p->arena, "%.*s...", MAX_TEXT - 3, s.p);
}

static q_str first_line(picture *p, size_t node)
{
    const q_described_node *d = &p->d->nodes[node];

    return cut(p,
               d->kernel ? q_str_printf(p->arena, "%.*s %s", Q_ARG(d->type), d->kernel) : d->type);
}

/* Up to three lines of text, the last ones small. */
static layered_box box_of(q_str a, q_str b, q_str c)
{
    size_t small = b.n > c.n ? b.n : c.n;
    double width = (double)(a.n * CHAR), other = (double)(small * SMALL_CHAR);
    size_t lines = (a.n > 0) + (b.n > 0) + (c.n > 0);

    return (layered_box){.width = (width > other ? width : other) + 20,
                         .height = (double)(lines * LINE) + 9};
}

static layered_box port_box(picture *p, q_value_id id)
{
    return box_of(cut(p, p->g->values[id].name), (q_str){"", 0}, cut(p, p->d->values[id]));
}

static q_code add_line(picture *p, q_value_id value, size_t to, q_err *err)
{
    layered *l = &p->layout;

    if (value == Q_NO_VALUE || p->maker[value] == UINT32_MAX)
        return Q_OK;
    if (q_arena_grow(p->arena, &l->lines, &p->line_cap, l->line_count + 1, sizeof *l->lines))
        return q_err_nomem(err);
    l->lines[l->line_count++] = (layered_line){.from = p->maker[value], .to = (uint32_t)to};
    return Q_OK;
}

/* A node's inputs, and what its bodies take from the graph. */
static q_code add_node_lines(picture *p, const q_node *n, size_t box, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; !rc && i < n->in_count; i++)
        rc = add_line(p, n->in[i], box, err);
    for (size_t i = 0; i < n->attr_count; i++) {
        const q_graph *body = n->attrs[i].kind == Q_ATTR_GRAPH ? n->attrs[i].graph : NULL;

        for (size_t k = 0; body && !rc && k < body->value_count; k++)
            rc = add_line(p, body->values[k].outer, box, err);
    }
    return rc;
}

static q_code make_boxes(picture *p, q_err *err)
{
    const q_graph *g = p->g;
    layered *l = &p->layout;
    size_t inputs = g->input_count;
    q_code rc = Q_OK;

    l->box_count = inputs + g->node_count + g->output_count;
    l->boxes = q_arena_array(p->arena, l->box_count, sizeof *l->boxes);
    p->maker = q_arena_array(p->arena, g->value_count, sizeof *p->maker);
    if (!l->boxes || !p->maker)
        return q_err_nomem(err);
    memset(p->maker, 0xFF, g->value_count * sizeof *p->maker);
    for (size_t i = 0; i < inputs; i++) {
        l->boxes[i] = port_box(p, g->inputs[i]);
        p->maker[g->inputs[i]] = (uint32_t)i;
    }
    for (size_t i = 0; !rc && i < g->node_count; i++) {
        const q_node *n = g->nodes[i];

        l->boxes[inputs + i] =
            box_of(first_line(p, i), cut(p, p->d->nodes[i].detail), cut(p, p->d->nodes[i].shape));
        rc = add_node_lines(p, n, inputs + i, err);
        for (size_t k = 0; k < n->out_count; k++)
            if (n->out[k] != Q_NO_VALUE)
                p->maker[n->out[k]] = (uint32_t)(inputs + i);
    }
    for (size_t i = 0; !rc && i < g->output_count; i++) {
        size_t box = inputs + g->node_count + i;

        l->boxes[box] = port_box(p, g->outputs[i]);
        rc = add_line(p, g->outputs[i], box, err);
    }
    return rc;
}

/* -- Drawing -- */

static void put_text(picture *p, const char *class, double x, double y, q_str text)
{
    q_buf_printf(p->out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, x, y);
    q_buf_xml(p->out, text);
    q_buf_puts(p->out, "</text>\n");
}

/* From a box through the points of its layers to the next box: upright at each. */
static void put_line(picture *p, const layered_line *l)
{
    const layered *g = &p->layout;
    const layered_box *from = &g->boxes[l->from], *to = &g->boxes[l->to];
    double x = from->x, y = from->y + from->height;

    q_buf_printf(p->out, "<path class=\"line\" marker-end=\"url(#tip)\" d=\"M%.1f %.1f", x, y);
    for (size_t k = 0; k <= l->bend_count; k++) {
        bool last = k == l->bend_count;
        size_t layer = from->layer + 1 + k;
        double next_x = last ? to->x : l->bends[k];
        double next_y = last ? to->y - 5 : g->layer_y[layer];
        double middle = (y + next_y) / 2;

        q_buf_printf(p->out, "C%.1f %.1f %.1f %.1f %.1f %.1f", x, middle, next_x, middle, next_x,
                     next_y);
        x = next_x;
        y = next_y;
        if (!last) {
            y += g->layer_height[layer];
            q_buf_printf(p->out, "V%.1f", y);
        }
    }
    q_buf_puts(p->out, "\"/>\n");
}

static void put_rect(picture *p, const layered_box *b, const char *class, const char *more)
{
    q_buf_printf(p->out,
                 "<rect class=\"%s%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
                 "rx=\"6\"/>\n",
                 class, more, b->x - b->width / 2, b->y, b->width, b->height);
}

/* Lines of text in the middle of a box; empty ones take no room. */
static void put_lines(picture *p, const layered_box *b, const char *class, const q_str *lines)
{
    double y = b->y + LINE + 1;
    char small[40];

    snprintf(small, sizeof small, "%s small", class);
    for (size_t i = 0; i < 3; i++) {
        if (lines[i].n == 0)
            continue;
        put_text(p, i == 0 ? class : small, b->x, y, lines[i]);
        y += LINE;
    }
}

static void put_port(picture *p, const layered_box *b, q_value_id id)
{
    q_str lines[] = {cut(p, p->g->values[id].name), {"", 0}, cut(p, p->d->values[id])};

    put_rect(p, b, "port", "");
    put_lines(p, b, "portink", lines);
}

static void put_tooltip(picture *p, const q_described_node *d)
{
    char text[32];

    q_buf_puts(p->out, "<title>");
    q_buf_xml(p->out, d->title);
    if (d->cost.macs > 0)
        q_buf_printf(p->out, "\n%s MACs", cli_count_text(d->cost.macs, text));
    if (d->cost.weight_bytes > 0)
        q_buf_printf(p->out, "\n%s of weights", cli_bytes_text((double)d->cost.weight_bytes, text));
    q_buf_puts(p->out, "</title>\n");
}

static void put_node(picture *p, const layered_box *b, size_t i)
{
    const q_described_node *d = &p->d->nodes[i];
    q_str lines[] = {first_line(p, i), cut(p, q_str_trim(d->detail)), cut(p, d->shape)};

    q_buf_puts(p->out, "<g>");
    put_tooltip(p, d);
    put_rect(p, b, kinds[d->kind], d->constant ? " constant" : "");
    put_lines(p, b, "ink", lines);
    q_buf_puts(p->out, "</g>\n");
}

static void put_boxes(picture *p)
{
    const q_graph *g = p->g;
    const layered_box *b = p->layout.boxes;

    for (size_t i = 0; i < g->input_count; i++)
        put_port(p, b++, g->inputs[i]);
    for (size_t i = 0; i < g->node_count; i++)
        put_node(p, b++, i);
    for (size_t i = 0; i < g->output_count; i++)
        put_port(p, b++, g->outputs[i]);
}

static void put_legend(picture *p)
{
    static const char *const words[] = {"products", "elementwise", "reduce", "move",
                                        "convert",  "control",     "other"};
    double x = 0, y = -18;
    char macs[32];

    q_buf_printf(p->out, "<text class=\"ink bold left\" x=\"0\" y=\"-40\">%zu nodes", p->d->count);
    if (p->d->concrete)
        q_buf_printf(p->out, ", %s MACs", cli_count_text(p->d->macs, macs));
    q_buf_puts(p->out, "</text>\n");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        q_buf_printf(
            p->out,
            "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"14\" height=\"11\" rx=\"3\"/>"
            "<text class=\"dim small left\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
            kinds[i], x, y - 9, x + 19, y, words[i]);
        x += 19 + (double)strlen(words[i]) * 6.6 + 14;
    }
}

static void draw(picture *p)
{
    static const double legend = 620;
    double inner = p->layout.width > legend ? p->layout.width : legend;
    double width = inner + 2 * MARGIN, height = p->layout.height + HEAD + 2 * MARGIN;

    q_buf_printf(p->out,
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
                 "viewBox=\"%d %d %.0f %.0f\">\n<style>%s</style>\n"
                 "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"4\" refY=\"4\" "
                 "markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">"
                 "<path d=\"M0 0L8 4L0 8z\" fill=\"#8796a5\"/></marker></defs>\n"
                 "<rect class=\"page\" style=\"stroke:none\" x=\"%d\" y=\"%d\" width=\"%.0f\" "
                 "height=\"%.0f\"/>\n",
                 width, height, -MARGIN, -MARGIN - HEAD, width, height, style, -MARGIN,
                 -MARGIN - HEAD, width, height);
    put_legend(p);
    for (size_t i = 0; i < p->layout.line_count; i++)
        put_line(p, &p->layout.lines[i]);
    put_boxes(p);
    q_buf_puts(p->out, "</svg>\n");
}

q_code cli_model_svg(const q_model *m, const q_description *d, q_buf *out, q_err *err)
{
    picture p = {.g = model__graph(m), .d = d, .out = out, .arena = q_arena_new((size_t)1 << 30)};
    q_str text;
    q_code rc;

    if (!p.arena)
        return q_err_nomem(err);
    p.layout.gap_x = GAP_X;
    p.layout.gap_y = GAP_Y;
    rc = make_boxes(&p, err);
    if (!rc)
        rc = layered__place(&p.layout, p.arena, err);
    if (!rc) {
        draw(&p);
        rc = q_buf_finish(out, &text, err);
    }
    q_arena_free(p.arena);
    return rc;
}
