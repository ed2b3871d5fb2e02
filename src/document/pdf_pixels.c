#include "document/pdf_pixels.h"

#include "document/tiff.h"

#include <leptonica/allheaders.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

enum {
    LEVEL = 6,
    SAMPLE_BANDS = 8, /* of the picture, on which filters are tried */
    SAMPLE_ROWS = 16,
    FILTERS = 5,
    DRAWN_QUALITY = 90
};

/* Rows of bytes, the leftmost pixel first, high byte first. */
typedef struct raster {
    const uint8_t *rows;
    size_t width, height, row_bytes;
    size_t channels, bits;
} raster;

/* ---- filters --------------------------------------------------------------- */

static int paeth(int a, int b, int c)
{
    int pa = abs(b - c), pb = abs(a - c), pc = abs(a + b - 2 * c);

    return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/* One row by one filter; `above` is all zeros for the first. The sum of what remains, as signed
 * numbers, tells how well it suits (RFC 2083, 9.6).
 */
static size_t filter_row(int kind, const uint8_t *row, const uint8_t *above, size_t n, size_t step,
                         uint8_t *out)
{
    size_t sum = 0;

    for (size_t i = 0; i < n; i++) {
        int left = i >= step ? row[i - step] : 0, up = above[i];
        int corner = i >= step ? above[i - step] : 0, guess = 0;

        switch (kind) {
        case 1:
            guess = left;
            break;
        case 2:
            guess = up;
            break;
        case 3:
            guess = (left + up) / 2;
            break;
        case 4:
            guess = paeth(left, up, corner);
            break;
        default:
            break;
        }
        out[i] = (uint8_t)(row[i] - guess);
        sum += (size_t)abs((int8_t)out[i]);
    }
    return sum;
}

typedef struct packer {
    z_stream z;
    q_buf out;
    bool filtered;
    uint8_t *memory;
    uint8_t *best, *tried, *zeros; /* a row and its filter's number each; in memory */
} packer;

static q_code packer_open(packer *p, const raster *r, bool filtered, q_err *err)
{
    *p = (packer){.out = q_buf_init(NULL, SIZE_MAX), .filtered = filtered};
    p->memory = calloc(3, r->row_bytes + 1);
    if (!p->memory || deflateInit(&p->z, LEVEL) != Z_OK) {
        free(p->memory);
        p->memory = NULL;
        return q_err_nomem(err);
    }
    p->best = p->memory;
    p->tried = p->best + r->row_bytes + 1;
    p->zeros = p->tried + r->row_bytes + 1;
    return Q_OK;
}

static void packer_close(packer *p)
{
    if (p->memory)
        deflateEnd(&p->z);
    free(p->memory);
    q_buf_clear(&p->out);
}

static void pack(packer *p, const uint8_t *bytes, size_t n, int flush)
{
    char piece[65536];

    p->z.next_in = (Bytef *)(uintptr_t)bytes;
    p->z.avail_in = (uInt)n;
    do {
        p->z.next_out = (Bytef *)piece;
        p->z.avail_out = sizeof piece;
        deflate(&p->z, flush);
        q_buf_put(&p->out, (q_str){piece, sizeof piece - p->z.avail_out});
    } while (p->z.avail_out == 0);
}

static void pack_row(packer *p, const raster *r, size_t y)
{
    const uint8_t *row = r->rows + y * r->row_bytes;
    const uint8_t *above = y ? row - r->row_bytes : p->zeros;
    size_t step = r->channels * r->bits / 8, least = SIZE_MAX;

    if (!p->filtered) {
        pack(p, row, r->row_bytes, Z_NO_FLUSH);
        return;
    }
    for (int kind = 0; kind < FILTERS; kind++) {
        size_t sum = filter_row(kind, row, above, r->row_bytes, step ? step : 1, p->tried + 1);

        if (sum < least) {
            uint8_t *kept = p->best;

            least = sum;
            p->tried[0] = (uint8_t)kind;
            p->best = p->tried;
            p->tried = kept;
        }
    }
    pack(p, p->best, r->row_bytes + 1, Z_NO_FLUSH);
}

/* How many bytes a few bands of the picture take. */
static q_code sample(const raster *r, bool filtered, size_t *bytes, q_err *err)
{
    packer p;
    q_code rc = packer_open(&p, r, filtered, err);
    size_t apart = r->height / SAMPLE_BANDS + 1;

    if (rc)
        return rc;
    for (size_t y = 0; y < r->height; y++)
        if (y % apart < SAMPLE_ROWS)
            pack_row(&p, r, y);
    pack(&p, NULL, 0, Z_FINISH);
    *bytes = p.out.n;
    rc = p.out.rc ? q_err_nomem(err) : Q_OK;
    packer_close(&p);
    return rc;
}

static q_code choose(const raster *r, bool *filtered, q_err *err)
{
    size_t plain, with_filters;
    q_code rc;

    *filtered = false;
    if (r->bits < 8)
        return Q_OK;
    rc = sample(r, false, &plain, err);
    if (!rc)
        rc = sample(r, true, &with_filters, err);
    if (!rc)
        *filtered = with_filters < plain;
    return rc;
}

/* ---- pictures to rasters ------------------------------------------------------ */

/* All pixels are grey. */
static bool is_grey(PIX *pix)
{
    size_t width = (size_t)pixGetWidth(pix), height = (size_t)pixGetHeight(pix);

    if (pixGetDepth(pix) != 32)
        return false;
    for (size_t y = 0; y < height; y++) {
        const l_uint32 *line = pixGetData(pix) + y * (size_t)pixGetWpl(pix);

        for (size_t x = 0; x < width; x++)
            if ((line[x] >> L_RED_SHIFT & 0xff) != (line[x] >> L_GREEN_SHIFT & 0xff) ||
                (line[x] >> L_RED_SHIFT & 0xff) != (line[x] >> L_BLUE_SHIFT & 0xff))
                return false;
    }
    return true;
}

/* On white, and with one channel where that is enough. */
static PIX *simplest(PIX *pix)
{
    PIX *opaque = pixGetDepth(pix) == 32 && pixGetSpp(pix) == 4
                      ? pixAlphaBlendUniform(pix, 0xffffff00)
                      : pixClone(pix);
    PIX *grey;

    if (!opaque || !is_grey(opaque))
        return opaque;
    grey = pixGetRGBComponent(opaque, COLOR_RED);
    pixDestroy(&opaque);
    return grey;
}

static const char *space_of(size_t channels)
{
    return channels == 3 ? "/DeviceRGB" : "/DeviceGray";
}

/* "[/Indexed/DeviceRGB 3 <rrggbb...>]" */
static void put_palette(PIXCMAP *map, q_buf *b)
{
    int n = pixcmapGetCount(map);

    q_buf_printf(b, "[/Indexed/DeviceRGB %d<", n > 0 ? n - 1 : 0);
    for (int i = 0; i < n; i++) {
        l_int32 red = 0, green = 0, blue = 0;

        pixcmapGetColor(map, i, &red, &green, &blue);
        q_buf_printf(b, "%02x%02x%02x", (unsigned)red, (unsigned)green, (unsigned)blue);
    }
    q_buf_puts(b, ">]");
}

/* Leptonica's words as bytes in the order of the row. *bytes is on the heap. */
static q_code rows_of(PIX *pix, raster *r, uint8_t **bytes, q_err *err)
{
    size_t wpl = (size_t)pixGetWpl(pix), depth = (size_t)pixGetDepth(pix);
    uint8_t *to;

    *r = (raster){.width = (size_t)pixGetWidth(pix), .height = (size_t)pixGetHeight(pix)};
    r->channels = depth == 32 ? 3 : 1;
    r->bits = depth == 32 ? 8 : depth;
    r->row_bytes = (r->width * r->channels * r->bits + 7) / 8;
    *bytes = to = malloc(r->row_bytes * r->height);
    if (!to)
        return q_err_nomem(err);
    for (size_t y = 0; y < r->height; y++) {
        const l_uint32 *line = pixGetData(pix) + y * wpl;

        for (size_t i = 0; i < r->row_bytes; i++) {
            size_t word = depth == 32 ? i / 3 : i / 4, part = depth == 32 ? i % 3 : i % 4;

            *to++ = (uint8_t)(line[word] >> (24 - 8 * part));
        }
    }
    r->rows = *bytes;
    return Q_OK;
}

static void put_head(const raster *r, q_buf *b)
{
    q_buf_printf(b, "/Type/XObject/Subtype/Image/Width %zu/Height %zu/BitsPerComponent %zu",
                 r->width, r->height, r->bits);
}

/* As a JPEG that is there already. */
static q_code write_jpeg(const raster *r, q_str jpeg, pdf_out *o, uint32_t number, q_err *err)
{
    q_buf head = q_buf_init(NULL, 1024);
    q_code rc;

    put_head(r, &head);
    q_buf_printf(&head, "/ColorSpace%s/Filter/DCTDecode", space_of(r->channels));
    rc = pdf_out__stream(o, number, q_buf_str(&head), jpeg, err);
    q_buf_clear(&head);
    return rc;
}

/* `jpeg` (empty: none) is the same picture, taken where it is smaller. */
static q_code write_raster(const raster *r, PIXCMAP *map, q_str jpeg, pdf_out *o, uint32_t number,
                           q_err *err)
{
    q_buf head = q_buf_init(NULL, 65536);
    bool filtered = false;
    packer p = {.memory = NULL};
    q_str data, entries;
    q_code rc = map ? Q_OK : choose(r, &filtered, err);

    if (!rc)
        rc = packer_open(&p, r, filtered, err);
    if (rc)
        goto done;
    for (size_t y = 0; y < r->height; y++)
        pack_row(&p, r, y);
    pack(&p, NULL, 0, Z_FINISH);
    if (jpeg.n && jpeg.n < p.out.n) {
        rc = write_jpeg(r, jpeg, o, number, err);
        goto done;
    }
    put_head(r, &head);
    q_buf_puts(&head, "/ColorSpace");
    if (map)
        put_palette(map, &head);
    else
        q_buf_puts(&head, space_of(r->channels));
    q_buf_puts(&head, "/Filter/FlateDecode");
    if (filtered)
        q_buf_printf(&head,
                     "/DecodeParms<</Predictor 15/Colors %zu/BitsPerComponent %zu/Columns %zu>>",
                     r->channels, r->bits, r->width);
    rc = q_buf_finish(&p.out, &data, err);
    if (!rc)
        rc = q_buf_finish(&head, &entries, err);
    if (!rc)
        rc = pdf_out__stream(o, number, entries, data, err);
done:
    packer_close(&p);
    q_buf_clear(&head);
    return rc;
}

/* ---- 1 bit ----------------------------------------------------------------- */

q_code pdf_pixels__fax(PIX *pix, q_arena *a, q_str *out, q_err *err)
{
    tiff__layout layout;
    l_uint8 *tiff = NULL;
    size_t n = 0;
    q_code rc = Q_OK;

    if (pixWriteMemTiff(&tiff, &n, pix, IFF_TIFF_G4))
        return q_err_set(err, Q_INTERNAL, "a picture could not be packed");
    rc = tiff__layout_of((q_str){(const char *)tiff, n}, 0, a, &layout, err);
    if (!rc && layout.piece_count != 1)
        rc = q_err_set(err, Q_INTERNAL, "a picture was packed in pieces");
    if (!rc) {
        *out = q_str_copy(a, layout.pieces[0]);
        rc = out->p ? Q_OK : q_err_nomem(err);
    }
    lept_free(tiff);
    return rc;
}

q_code pdf_pixels__write_fax(q_str fax, size_t width, size_t height, bool black_is_1, pdf_out *o,
                             uint32_t number, q_err *err)
{
    char entries[256];

    snprintf(entries, sizeof entries,
             "/Type/XObject/Subtype/Image/Width %zu/Height %zu/BitsPerComponent 1"
             "/ColorSpace/DeviceGray/Filter/CCITTFaxDecode"
             "/DecodeParms<</K -1/Columns %zu/Rows %zu%s>>",
             width, height, width, height, black_is_1 ? "/BlackIs1 true" : "");
    return pdf_out__stream(o, number, q_str_of(entries), fax, err);
}

static q_code write_bits(PIX *pix, pdf_out *o, uint32_t number, q_err *err)
{
    q_arena *a = q_arena_new((size_t)256 << 20);
    q_str fax;
    q_code rc = a ? pdf_pixels__fax(pix, a, &fax, err) : q_err_nomem(err);

    if (!rc)
        rc = pdf_pixels__write_fax(fax, (size_t)pixGetWidth(pix), (size_t)pixGetHeight(pix), false,
                                   o, number, err);
    q_arena_free(a);
    return rc;
}

static bool is_black_and_white(PIX *pix)
{
    l_int32 colour = 0;

    if (pixGetDepth(pix) != 1)
        return false;
    if (!pixGetColormap(pix))
        return true;
    pixcmapIsBlackAndWhite(pixGetColormap(pix), &colour);
    return colour != 0;
}

static q_code write_picture(PIX *given, q_str jpeg, pdf_out *o, uint32_t number, q_err *err)
{
    PIX *pix = simplest(given), *plain;
    uint8_t *bytes = NULL;
    raster r;
    q_code rc;

    if (!pix)
        return q_err_nomem(err);
    if (is_black_and_white(pix)) {
        plain = pixRemoveColormap(pix, REMOVE_CMAP_TO_BINARY);
        rc = plain ? write_bits(plain, o, number, err) : q_err_nomem(err);
        pixDestroy(&plain);
    } else if (pixGetDepth(pix) == 24) {
        rc = q_err_set(err, Q_UNSUPPORTED, "the picture has pixels of 24 bits");
    } else {
        rc = rows_of(pix, &r, &bytes, err);
        if (!rc)
            rc = write_raster(&r, pixGetColormap(pix), jpeg, o, number, err);
    }
    free(bytes);
    pixDestroy(&pix);
    return rc;
}

q_code pdf_pixels__write(PIX *pix, pdf_out *o, uint32_t number, q_err *err)
{
    return write_picture(pix, Q_STR(""), o, number, err);
}

q_code pdf_pixels__write_drawn(PIX *pix, pdf_out *o, uint32_t number, q_err *err)
{
    l_uint8 *jpeg = NULL;
    size_t n = 0;
    q_code rc;

    if (pixWriteMemJpeg(&jpeg, &n, pix, DRAWN_QUALITY, 0))
        return q_err_nomem(err);
    rc = write_picture(pix, (q_str){(const char *)jpeg, n}, o, number, err);
    lept_free(jpeg);
    return rc;
}
