#include "service/textract_block.h"

#include "base/digest.h"
#include "base/encode.h"

#include <math.h>
#include <string.h>

/* A document being turned into blocks. */
typedef struct blocks {
    q_value *list;
    uint64_t seed; /* of the Ids */
    size_t from, end;
    bool numbered;
} blocks;

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

size_t textract__block_count(const q_pages *pages)
{
    size_t n = 0;

    for (size_t i = 0; i < pages->count; i++)
        n += 1 + pages->pages[i].line_count + pages->pages[i].word_count;
    return n;
}

/* FNV-1a over the words: not secret, only different for different documents. */
static uint64_t seed_of(const q_pages *pages)
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
static q_str block_id(const blocks *b, size_t number)
{
    uint64_t high = mix(b->seed + number * 0x9e3779b97f4a7c15), low = mix(high ^ b->seed ^ number);
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

static q_value *block(const blocks *b, const char *type, size_t number, size_t page)
{
    q_value *v = q_list_map(b->list);

    q_map_str(v, Q_STR("BlockType"), q_str_of(type));
    q_map_str(v, Q_STR("Id"), block_id(b, number));
    if (b->numbered)
        q_map_int(v, Q_STR("Page"), (int64_t)page + 1);
    return v;
}

/* The children are numbered from `first`. */
static void children(const blocks *b, q_value *v, size_t first, size_t count)
{
    q_value *relationship, *ids;

    if (count == 0)
        return;
    relationship = q_list_map(q_map_list(v, Q_STR("Relationships")));
    q_map_str(relationship, Q_STR("Type"), Q_STR("CHILD"));
    ids = q_map_list(relationship, Q_STR("Ids"));
    for (size_t i = 0; i < count; i++)
        q_list_str(ids, block_id(b, first + i));
}

/* Those of one page whose numbers are wanted; its first number is `base`. */
static void page_blocks(const blocks *b, const q_page *page, size_t index, size_t base)
{
    size_t lines = base + 1, words = lines + page->line_count, end = words + page->word_count;

    for (size_t n = b->from > base ? b->from : base; n < end && n < b->end; n++) {
        q_value *v;

        if (n == base) {
            v = block(b, "PAGE", n, index);
            textract__geometry(v, &(q_page){.turn = 0}, (q_box){0, 0, 1, 1});
            children(b, v, lines, page->line_count);
        } else if (n < words) {
            const q_line *line = &page->lines[n - lines];

            v = block(b, "LINE", n, index);
            q_map_double(v, Q_STR("Confidence"), (double)line->confidence);
            q_map_str(v, Q_STR("Text"), line->text);
            textract__geometry(v, page, line->box);
            children(b, v, words + line->first_word, line->word_count);
        } else {
            const q_word *word = &page->words[n - words];

            v = block(b, "WORD", n, index);
            q_map_double(v, Q_STR("Confidence"), (double)word->confidence);
            q_map_str(v, Q_STR("Text"), word->text);
            q_map_str(v, Q_STR("TextType"), Q_STR("PRINTED"));
            textract__geometry(v, page, word->box);
        }
    }
}

void textract__blocks(const q_pages *pages, size_t from, size_t count, bool numbered, q_value *list)
{
    blocks b = {list, seed_of(pages), from, count > SIZE_MAX - from ? SIZE_MAX : from + count,
                numbered};
    size_t base = 0;

    if (!list)
        return;
    for (size_t i = 0; i < pages->count && base < b.end; i++) {
        const q_page *page = &pages->pages[i];

        page_blocks(&b, page, i, base);
        base += 1 + page->line_count + page->word_count;
    }
}
