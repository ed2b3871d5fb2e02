#include "service/textract_block.h"

#include "base/digest.h"
#include "base/encode.h"

#include <math.h>
#include <string.h>

/* ---- places and Ids -------------------------------------------------------- */

/* At most nine decimals: coordinates need no more. */
static double rounded(double v)
{
    return round(v * 1e9) / 1e9;
}

static void point(q_value *polygon, double x, double y)
{
    q_value *p = q_list_map(polygon);

    q_map_double(p, Q_STR("X"), rounded(x));
    q_map_double(p, Q_STR("Y"), rounded(y));
}

/* Places on what the page is shown as: where it is turned, so is the polygon. */
void textract__geometry(q_value *map, const q_page *page, q_box box)
{
    q_value *geometry = q_map_map(map, Q_STR("Geometry"));
    q_value *b = q_map_map(geometry, Q_STR("BoundingBox"));
    q_value *polygon = q_map_list(geometry, Q_STR("Polygon"));
    const double x[] = {box.left, q_box_right(box), q_box_right(box), box.left};
    const double y[] = {box.top, box.top, q_box_bottom(box), q_box_bottom(box)};
    double left = INFINITY, top = INFINITY, right = -INFINITY, bottom = -INFINITY;

    for (size_t i = 0; i < 4; i++) {
        double px, py;

        q_page_shown(page, x[i], y[i], &px, &py);
        point(polygon, px, py);
        left = fmin(left, px);
        right = fmax(right, px);
        top = fmin(top, py);
        bottom = fmax(bottom, py);
    }
    q_map_double(b, Q_STR("Width"), rounded(right - left));
    q_map_double(b, Q_STR("Height"), rounded(bottom - top));
    q_map_double(b, Q_STR("Left"), rounded(left));
    q_map_double(b, Q_STR("Top"), rounded(top));
}

/* FNV-1a over the words: not secret, only different for different documents. */
uint64_t textract__seed(const q_pages *pages)
{
    uint64_t h = 0xcbf29ce484222325;

    for (size_t i = 0; i < pages->count; i++) {
        const q_page *p = &pages->pages[i];

        for (size_t w = 0; w < p->word_count; w++)
            for (size_t c = 0; c <= p->words[w].text.n; c++) {
                h ^= c < p->words[w].text.n ? (unsigned char)p->words[w].text.p[c] : ' ';
                h *= 0x100000001b3;
            }
    }
    return h;
}

/* The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection. */
static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

/* In the form of a random UUID; in the arena, .p NULL when it is full. */
static q_str block_id(const block_page *b, block_kind kind, size_t number)
{
    uint64_t seed = b->document->seed;
    uint64_t which = (uint64_t)b->index << 36 | (uint64_t)kind << 30 | number;
    uint64_t high = mix(seed + which * 0x9e3779b97f4a7c15), low = mix(high ^ seed ^ which);
    char hex[33], id[37];
    size_t n = 0;

    high = (high & 0xffffffffffff0fff) | 0x4000;
    low = (low & 0x3fffffffffffffff) | 0x8000000000000000;
    for (int i = 0; i < 16; i++) {
        unsigned char byte = (unsigned char)((i < 8 ? high >> (56 - 8 * i) : low >> (120 - 8 * i)));

        q_hex(&byte, 1, hex + 2 * i);
    }
    for (int i = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20)
            id[n++] = '-';
        id[n++] = hex[i];
    }
    return q_str_copy(b->list->arena, (q_str){id, n});
}

/* ---- parts of a block ------------------------------------------------------- */

q_value *block__add(const block_page *b, q_str type, block_kind kind, size_t number,
                    float confidence)
{
    q_value *v = q_list_map(b->list);

    q_map_str(v, Q_STR("BlockType"), type);
    q_map_str(v, Q_STR("Id"), block_id(b, kind, number));
    if (confidence >= 0)
        q_map_double(v, Q_STR("Confidence"), (double)confidence);
    if (b->document->numbered)
        q_map_int(v, Q_STR("Page"), (int64_t)b->index + 1);
    return v;
}

/* A map's member, to be filled further. */
static q_value *member(q_value *map, q_str key)
{
    for (q_value *v = map ? map->first : NULL; v; v = v->next)
        if (q_str_eq(v->key, key))
            return v;
    return NULL;
}

q_value *block__relation(q_value *block, q_str type)
{
    q_value *list = member(block, Q_STR("Relationships")), *relation;

    if (!list)
        list = q_map_list(block, Q_STR("Relationships"));
    for (relation = list ? list->first : NULL; relation; relation = relation->next)
        if (q_str_eq(q_value_str(relation, Q_STR("Type"), Q_STR("")), type))
            return member(relation, Q_STR("Ids"));
    relation = q_list_map(list);
    q_map_str(relation, Q_STR("Type"), type);
    return q_map_list(relation, Q_STR("Ids"));
}

void block__relate(const block_page *b, q_value *ids, block_kind kind, size_t number)
{
    q_list_str(ids, block_id(b, kind, number));
}

void block__children(const block_page *b, q_value *block, const q_picks *words,
                     const q_picks *ticks)
{
    size_t word_count = words ? words->count : 0, tick_count = ticks ? ticks->count : 0;
    q_value *ids;

    if (word_count + tick_count == 0)
        return;
    ids = block__relation(block, Q_STR("CHILD"));
    for (size_t i = 0; i < tick_count; i++)
        block__relate(b, ids, BLOCK_TICK, ticks->items[i]);
    for (size_t i = 0; i < word_count; i++)
        block__relate(b, ids, BLOCK_WORD, words->items[i]);
}

void block__entity(q_value *block, q_str type)
{
    q_value *list = member(block, Q_STR("EntityTypes"));

    q_list_str(list ? list : q_map_list(block, Q_STR("EntityTypes")), type);
}

/* ---- words, lines, boxes to tick --------------------------------------------- */

static void line_blocks(const block_page *b)
{
    for (size_t i = 0; i < b->page->line_count; i++) {
        const q_line *line = &b->page->lines[i];
        q_value *v = block__add(b, Q_STR("LINE"), BLOCK_LINE, i, line->confidence), *ids;

        q_map_str(v, Q_STR("Text"), line->text);
        textract__geometry(v, b->page, line->box);
        ids = block__relation(v, Q_STR("CHILD"));
        for (size_t w = 0; w < line->word_count; w++)
            block__relate(b, ids, BLOCK_WORD, line->first_word + w);
    }
}

static void word_blocks(const block_page *b)
{
    for (size_t i = 0; i < b->page->word_count; i++) {
        const q_word *word = &b->page->words[i];
        q_value *v = block__add(b, Q_STR("WORD"), BLOCK_WORD, i, word->confidence);

        q_map_str(v, Q_STR("Text"), word->text);
        q_map_str(v, Q_STR("TextType"), Q_STR("PRINTED"));
        textract__geometry(v, b->page, word->box);
    }
}

static void tick_blocks(const block_page *b)
{
    for (size_t i = 0; i < b->page->marks.tick_count; i++) {
        const q_tick *tick = &b->page->marks.ticks[i];
        q_value *v = block__add(b, Q_STR("SELECTION_ELEMENT"), BLOCK_TICK, i, tick->confidence);

        q_map_str(v, Q_STR("SelectionStatus"),
                  tick->selected ? Q_STR("SELECTED") : Q_STR("NOT_SELECTED"));
        textract__geometry(v, b->page, tick->box);
    }
}

/* ---- forms, answers, layout --------------------------------------------------- */

static void form_blocks(const block_page *b, const q_form *form)
{
    for (size_t i = 0; i < form->count; i++) {
        const q_pair *pair = &form->pairs[i];
        q_value *v = block__add(b, Q_STR("KEY_VALUE_SET"), BLOCK_KEY, i, pair->confidence);

        block__entity(v, Q_STR("KEY"));
        textract__geometry(v, b->page, pair->key_box);
        block__relate(b, block__relation(v, Q_STR("VALUE")), BLOCK_VALUE, i);
        block__children(b, v, &pair->key, NULL);
        v = block__add(b, Q_STR("KEY_VALUE_SET"), BLOCK_VALUE, i, pair->confidence);
        block__entity(v, Q_STR("VALUE"));
        textract__geometry(v, b->page, pair->value_box);
        block__children(b, v, &pair->value, &pair->ticks);
    }
}

/* The query as it was asked. */
static void put_query(q_value *block, const q_value *queries, size_t number)
{
    const q_value *asked = q_value_first(queries), *pages;
    q_value *query = q_map_map(block, Q_STR("Query")), *list;
    q_str alias;

    while (asked && number--)
        asked = asked->next;
    alias = q_value_str(asked, Q_STR("Alias"), Q_STR(""));
    q_map_str(query, Q_STR("Text"), q_value_str(asked, Q_STR("Text"), Q_STR("")));
    if (alias.n)
        q_map_str(query, Q_STR("Alias"), alias);
    pages = q_value_get(asked, Q_STR("Pages"));
    if (!pages)
        return;
    list = q_map_list(query, Q_STR("Pages"));
    for (const q_value *page = q_value_first(pages); page; page = page->next)
        q_list_str(list, page->s);
}

static void answer_blocks(const block_page *b, const q_page_answers *answers)
{
    for (size_t i = 0; i < answers->count; i++) {
        const q_answer *answer = &answers->items[i].answer;
        q_value *v = block__add(b, Q_STR("QUERY"), BLOCK_QUERY, i, -1);

        put_query(v, b->document->queries, answers->items[i].question);
        if (!answer->found)
            continue;
        block__relate(b, block__relation(v, Q_STR("ANSWER")), BLOCK_ANSWER, i);
        v = block__add(b, Q_STR("QUERY_RESULT"), BLOCK_ANSWER, i, answer->confidence);
        q_map_str(v, Q_STR("Text"), answer->text);
        textract__geometry(v, b->page, answer->box);
    }
}

static q_str part_type(q_part_kind kind)
{
    switch (kind) {
    case Q_PART_TITLE:
        return Q_STR("LAYOUT_TITLE");
    case Q_PART_SECTION_HEADER:
        return Q_STR("LAYOUT_SECTION_HEADER");
    case Q_PART_HEADER:
        return Q_STR("LAYOUT_HEADER");
    case Q_PART_FOOTER:
        return Q_STR("LAYOUT_FOOTER");
    case Q_PART_PAGE_NUMBER:
        return Q_STR("LAYOUT_PAGE_NUMBER");
    case Q_PART_LIST:
        return Q_STR("LAYOUT_LIST");
    case Q_PART_FIGURE:
        return Q_STR("LAYOUT_FIGURE");
    case Q_PART_TABLE:
        return Q_STR("LAYOUT_TABLE");
    case Q_PART_KEY_VALUE:
        return Q_STR("LAYOUT_KEY_VALUE");
    default:
        return Q_STR("LAYOUT_TEXT");
    }
}

static void layout_blocks(const block_page *b, const q_layout *layout)
{
    for (size_t i = 0; i < layout->count; i++) {
        const q_part *part = &layout->parts[i];
        q_value *v = block__add(b, part_type(part->kind), BLOCK_PART, i, part->confidence);

        textract__geometry(v, b->page, part->box);
        for (size_t k = 0; k < part->lines.count; k++)
            block__relate(b, block__relation(v, Q_STR("CHILD")), BLOCK_LINE, part->lines.items[k]);
        for (size_t k = i + 1; k < layout->count && layout->parts[k].list == i; k++)
            block__relate(b, block__relation(v, Q_STR("CHILD")), BLOCK_PART, k);
    }
}

/* ---- a page ------------------------------------------------------------------ */

/* Children of the page: what is in nothing else. */
static void relate_all(const block_page *b, q_value *page)
{
    const q_analysis *an = b->document->analysis;
    size_t tables = an && an->tables ? an->tables[b->index].count : 0;
    size_t pairs = an && an->forms ? an->forms[b->index].count : 0;
    size_t queries = an && an->answers ? an->answers[b->index].count : 0;
    size_t parts = an && an->layouts ? an->layouts[b->index].count : 0;
    q_value *ids;

    if (b->page->line_count + tables + pairs + queries + parts == 0)
        return;
    ids = block__relation(page, Q_STR("CHILD"));
    for (size_t i = 0; i < b->page->line_count; i++)
        block__relate(b, ids, BLOCK_LINE, i);
    for (size_t i = 0; i < tables; i++)
        block__relate(b, ids, BLOCK_TABLE, i);
    for (size_t i = 0; i < pairs; i++) {
        block__relate(b, ids, BLOCK_KEY, i);
        block__relate(b, ids, BLOCK_VALUE, i);
    }
    for (size_t i = 0; i < queries; i++)
        block__relate(b, ids, BLOCK_QUERY, i);
    for (size_t i = 0; i < parts; i++)
        if (an->layouts[b->index].parts[i].list == SIZE_MAX)
            block__relate(b, ids, BLOCK_PART, i);
}

void textract__page_blocks(const textract_document *d, size_t page, q_value *list)
{
    const q_analysis *an = d->analysis;
    block_page b = {d, &d->pages->pages[page], page, list};
    q_value *v;

    if (!list)
        return;
    v = block__add(&b, Q_STR("PAGE"), BLOCK_PAGE, 0, -1);
    textract__geometry(v, &(q_page){.turn = 0}, (q_box){0, 0, 1, 1});
    relate_all(&b, v);
    line_blocks(&b);
    word_blocks(&b);
    if (an && (an->tables || an->forms))
        tick_blocks(&b);
    if (an && an->tables)
        block__tables(&b, &an->tables[page]);
    if (an && an->forms)
        form_blocks(&b, &an->forms[page]);
    if (an && an->answers)
        answer_blocks(&b, &an->answers[page]);
    if (an && an->layouts)
        layout_blocks(&b, &an->layouts[page]);
}

void textract__blocks(const textract_document *d, q_value *list)
{
    for (size_t i = 0; i < d->pages->count; i++)
        textract__page_blocks(d, i, list);
}
