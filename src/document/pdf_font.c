#include "document/pdf_font.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define NAME "QuernGlyphless"

enum { BLOCK = 256, BLOCKS = 0x110000 / BLOCK, A_SECTION = 100 };

struct pdf_font {
    uint16_t *blocks[BLOCKS]; /* number by character; NULL: none of these 256 yet */
    uint32_t *characters;     /* by number */
    size_t count, cap;        /* of characters; the first is number 0, which stands for none */
};

q_code pdf_font__new(pdf_font **out, q_err *err)
{
    pdf_font *f = calloc(1, sizeof *f);

    if (!f || q_heap_grow(&f->characters, &f->cap, 1, sizeof *f->characters)) {
        free(f);
        return q_err_nomem(err);
    }
    f->characters[f->count++] = 0;
    *out = f;
    return Q_OK;
}

void pdf_font__free(pdf_font *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < BLOCKS; i++)
        free(f->blocks[i]);
    free(f->characters);
    free(f);
}

q_code pdf_font__number(pdf_font *f, uint32_t character, uint16_t *out, q_err *err)
{
    uint16_t **block = &f->blocks[character / BLOCK % BLOCKS], *number;

    if (!*block)
        *block = calloc(BLOCK, sizeof **block);
    if (!*block)
        return q_err_nomem(err);
    number = &(*block)[character % BLOCK];
    if (*number == 0) {
        if (f->count > PDF_FONT_MAX)
            return q_err_set(err, Q_LIMIT, "more than %d different characters", PDF_FONT_MAX);
        if (q_heap_grow(&f->characters, &f->cap, f->count + 1, sizeof *f->characters))
            return q_err_nomem(err);
        *number = (uint16_t)f->count;
        f->characters[f->count++] = character;
    }
    *out = *number;
    return Q_OK;
}

/* ---- the TrueType program ------------------------------------------------- */

typedef struct table {
    const char *tag;
    const uint16_t *words; /* big-endian when written */
    size_t count;
} table;

/* All numbers as 16-bit words. Two glyphs: 0, for what is not there, and 1. */
static const uint16_t glyf[] = {0, 0};
static const uint16_t head[] = {1,
                                0,
                                1,
                                0,
                                0,
                                0 /* checksum, at word 4, filled in */,
                                0x5f0f,
                                0x3cf5,
                                0,
                                1000 /* units an em */,
                                0,
                                0,
                                0,
                                0,
                                0,
                                0,
                                0,
                                0 /* dates */,
                                0,
                                (uint16_t)-PDF_FONT_DESCENT,
                                PDF_FONT_WIDTH,
                                PDF_FONT_ASCENT,
                                0,
                                8,
                                2,
                                0 /* short offsets */,
                                0};
static const uint16_t hhea[] = {1,
                                0,
                                PDF_FONT_ASCENT,
                                (uint16_t)-PDF_FONT_DESCENT,
                                0,
                                PDF_FONT_WIDTH,
                                0,
                                0,
                                0,
                                1,
                                0,
                                0,
                                0,
                                0,
                                0,
                                0,
                                0,
                                2 /* widths in hmtx */};
static const uint16_t hmtx[] = {PDF_FONT_WIDTH, 0, PDF_FONT_WIDTH, 0};
static const uint16_t loca[] = {0, 0, 0}; /* neither glyph has an outline */
static const uint16_t maxp[] = {1, 0, 2 /* glyphs */, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};

/* By tag, as the directory wants it. */
static const table tables[] = {
    {"glyf", glyf, sizeof glyf / 2}, {"head", head, sizeof head / 2},
    {"hhea", hhea, sizeof hhea / 2}, {"hmtx", hmtx, sizeof hmtx / 2},
    {"loca", loca, sizeof loca / 2}, {"maxp", maxp, sizeof maxp / 2},
};

enum { TABLES = sizeof tables / sizeof *tables, HEAD = 1, CHECKSUM_AT = 8 };

static void put_u16(q_buf *b, unsigned v)
{
    q_buf_char(b, (char)(v >> 8));
    q_buf_char(b, (char)v);
}

static void put_u32(q_buf *b, uint32_t v)
{
    put_u16(b, v >> 16);
    put_u16(b, v & 0xffff);
}

static uint32_t checksum(q_str s)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < s.n; i++)
        sum += (uint32_t)(unsigned char)s.p[i] << (24 - 8 * (i % 4));
    return sum;
}

static void put_program(q_buf *b)
{
    size_t start[TABLES], at = 12 + 16 * (size_t)TABLES;
    q_buf body = q_buf_init(NULL, 4096);
    uint32_t adjust;

    for (size_t i = 0; i < TABLES; i++) {
        start[i] = body.n;
        for (size_t k = 0; k < tables[i].count; k++)
            put_u16(&body, tables[i].words[k]);
        while (body.n % 4)
            q_buf_char(&body, 0);
    }
    put_u32(b, 0x00010000);
    put_u16(b, TABLES);
    put_u16(b, 64); /* 16 * the largest power of two in the number of tables, its logarithm, rest */
    put_u16(b, 2);
    put_u16(b, 16 * TABLES - 64);
    for (size_t i = 0; i < TABLES; i++) {
        size_t n = 2 * tables[i].count;

        q_buf_puts(b, tables[i].tag);
        put_u32(b, checksum(q_str_sub(q_buf_str(&body), start[i], (n + 3) / 4 * 4)));
        put_u32(b, (uint32_t)(at + start[i]));
        put_u32(b, (uint32_t)n);
    }
    q_buf_put(b, q_buf_str(&body));
    if (!b->rc && !body.rc) { /* the whole file sums to this constant */
        adjust = 0xb1b0afba - checksum(q_buf_str(b));
        for (size_t k = 0; k < 4; k++)
            b->p[at + start[HEAD] + CHECKSUM_AT + k] = (char)(adjust >> (24 - 8 * k));
    }
    if (body.rc && !b->rc)
        b->rc = body.rc;
    q_buf_clear(&body);
}

/* ---- what the numbers mean -------------------------------------------------- */

static void put_utf16(q_buf *b, uint32_t c)
{
    if (c < 0x10000)
        q_buf_printf(b, "%04" PRIX32, c);
    else
        q_buf_printf(b, "%04" PRIX32 "%04" PRIX32, 0xd800 + ((c - 0x10000) >> 10),
                     0xdc00 + ((c - 0x10000) & 0x3ff));
}

static void put_meanings(const pdf_font *f, q_buf *b)
{
    q_buf_puts(b, "/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n"
                  "/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n"
                  "/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n"
                  "1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n");
    for (size_t i = 1; i < f->count;) {
        size_t n = f->count - i < A_SECTION ? f->count - i : A_SECTION;

        q_buf_printf(b, "%zu beginbfchar\n", n);
        for (size_t end = i + n; i < end; i++) {
            q_buf_printf(b, "<%04zX><", i);
            put_utf16(b, f->characters[i]);
            q_buf_puts(b, ">\n");
        }
        q_buf_puts(b, "endbfchar\n");
    }
    q_buf_puts(b, "endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n");
}

static q_code write_built(pdf_out *o, uint32_t number, const char *entries, q_buf *b, q_err *err)
{
    q_str data;
    q_code rc = q_buf_finish(b, &data, err);

    if (!rc)
        rc = pdf_out__deflated(o, number, q_str_of(entries), data, err);
    q_buf_clear(b);
    return rc;
}

static q_code write_streams(const pdf_font *f, pdf_out *o, const uint32_t numbers[3], q_err *err)
{
    q_buf b = q_buf_init(NULL, SIZE_MAX);
    char entries[32];
    q_code rc;

    put_meanings(f, &b);
    rc = write_built(o, numbers[0], "", &b, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < f->count; i++) /* all are glyph 1 */
        put_u16(&b, i > 0);
    rc = write_built(o, numbers[1], "", &b, err);
    if (rc)
        return rc;
    put_program(&b);
    snprintf(entries, sizeof entries, "/Length1 %zu", b.n);
    return write_built(o, numbers[2], entries, &b, err);
}

q_code pdf_font__write(const pdf_font *f, pdf_out *o, uint32_t number, q_err *err)
{
    /* Meanings, glyphs, program; then the descriptor and the CID font. */
    uint32_t streams[3], descriptor, cid;
    char body[512];
    q_code rc;

    for (int i = 0; i < 3; i++)
        streams[i] = pdf_out__reserve(o);
    descriptor = pdf_out__reserve(o);
    cid = pdf_out__reserve(o);
    rc = write_streams(f, o, streams, err);
    if (rc)
        return rc;
    snprintf(body, sizeof body,
             "<</Type/FontDescriptor/FontName/" NAME "/FontFile2 %" PRIu32
             " 0 R/Flags 4/FontBBox[0 -%d %d %d]/Ascent %d/Descent -%d/CapHeight %d"
             "/ItalicAngle 0/StemV 80>>",
             streams[2], PDF_FONT_DESCENT, PDF_FONT_WIDTH, PDF_FONT_ASCENT, PDF_FONT_ASCENT,
             PDF_FONT_DESCENT, PDF_FONT_ASCENT);
    rc = pdf_out__object(o, descriptor, 0, q_str_of(body), err);
    if (rc)
        return rc;
    snprintf(body, sizeof body,
             "<</Type/Font/Subtype/CIDFontType2/BaseFont/" NAME
             "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
             "/FontDescriptor %" PRIu32 " 0 R/DW %d/CIDToGIDMap %" PRIu32 " 0 R>>",
             descriptor, PDF_FONT_WIDTH, streams[1]);
    rc = pdf_out__object(o, cid, 0, q_str_of(body), err);
    if (rc)
        return rc;
    snprintf(body, sizeof body,
             "<</Type/Font/Subtype/Type0/BaseFont/" NAME "/Encoding/Identity-H"
             "/DescendantFonts[%" PRIu32 " 0 R]/ToUnicode %" PRIu32 " 0 R>>",
             cid, streams[0]);
    return pdf_out__object(o, number, 0, q_str_of(body), err);
}
