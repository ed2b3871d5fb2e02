/* tests/unit/document/sample.h - files made on the spot: PDFs by hand,
 * pictures by drawing such a PDF. All in the test's arena.
 */
#ifndef Q_TEST_DOCUMENT_SAMPLE_H
#define Q_TEST_DOCUMENT_SAMPLE_H

#include "test.h"

#include "base/buf.h"
#include "base/file.h"
#include "document/document.h"
#include "document/pdf.h"

#include <fcntl.h>
#include <leptonica/allheaders.h>
#include <stdlib.h>
#include <unistd.h>

enum { SAMPLE_OBJECTS = 10100 };

typedef struct sample_pdf {
    q_buf out;
    size_t *offsets; /* room for SAMPLE_OBJECTS */
    size_t objects;
} sample_pdf;

static inline int sample_fd(q_str bytes)
{
    int fd = -1;

    CHECK_EQ(q_fd_of_bytes("sample", bytes, &fd, NULL), Q_OK);
    return fd;
}

static inline sample_pdf sample_begin(void)
{
    sample_pdf p = {.out = q_buf_init(q_test_arena(), (size_t)1 << 28),
                    .offsets = q_arena_array(q_test_arena(), SAMPLE_OBJECTS, sizeof(size_t))};

    q_buf_puts(&p.out, "%PDF-1.4\n");
    return p;
}

/* Objects are numbered from 1 in the order of adding. */
static inline void sample_object(sample_pdf *p, q_str head, q_str stream)
{
    CHECK(p->objects < SAMPLE_OBJECTS);
    p->offsets[p->objects++] = p->out.n;
    q_buf_printf(&p->out, "%zu 0 obj\n", p->objects);
    q_buf_put(&p->out, head);
    if (stream.n) {
        q_buf_puts(&p->out, "\nstream\n");
        q_buf_put(&p->out, stream);
        q_buf_puts(&p->out, "\nendstream");
    }
    q_buf_puts(&p->out, "\nendobj\n");
}

static inline q_str sample_end(sample_pdf *p)
{
    size_t xref = p->out.n;
    q_str file;

    q_buf_printf(&p->out, "xref\n0 %zu\n0000000000 65535 f \n", p->objects + 1);
    for (size_t i = 0; i < p->objects; i++)
        q_buf_printf(&p->out, "%010zu 00000 n \n", p->offsets[i]);
    q_buf_printf(&p->out, "trailer\n<< /Size %zu /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n",
                 p->objects + 1, xref);
    CHECK_EQ(q_buf_finish(&p->out, &file, NULL), Q_OK);
    return file;
}

/* Pages of 300 x 200 points that share one content stream, font F1. */
static inline q_str sample_text_pdf(const char *content, int pages, const char *page_extra)
{
    sample_pdf p = sample_begin();
    q_buf kids = q_buf_init(q_test_arena(), 100000);
    q_str stream = q_str_of(content);

    sample_object(&p, Q_STR("<< /Type /Catalog /Pages 2 0 R >>"), Q_STR(""));
    for (int i = 0; i < pages; i++)
        q_buf_printf(&kids, "%d 0 R ", 5 + i);
    sample_object(&p,
                  q_str_printf(q_test_arena(), "<< /Type /Pages /Count %d /Kids [%.*s] >>", pages,
                               Q_ARG(q_buf_str(&kids))),
                  Q_STR(""));
    sample_object(&p, Q_STR("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"), Q_STR(""));
    sample_object(&p, q_str_printf(q_test_arena(), "<< /Length %zu >>", stream.n), stream);
    for (int i = 0; i < pages; i++)
        sample_object(&p,
                      q_str_printf(q_test_arena(),
                                   "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] "
                                   "/Resources << /Font << /F1 3 0 R >> >> /Contents 4 0 R %s >>",
                                   page_extra),
                      Q_STR(""));
    return sample_end(&p);
}

#define SAMPLE_INVOICE                                                                             \
    "BT /F1 16 Tf 20 160 Td (Invoice Number: 7731) Tj 0 -40 Td (Pump seal) Tj "                    \
    "180 0 Td (45.00) Tj -180 -40 Td (Please pay within thirty days) Tj ET"

/* A PDF page as a picture at 300 dpi. */
static inline PIX *sample_picture(q_str document)
{
    int fd = sample_fd(document), dpi = 0;
    pdf_file *p = NULL;
    PIX *pix = NULL;

    CHECK_EQ(pdf__open(fd, document, &q_document_default_limits, &p, NULL), Q_OK);
    CHECK_EQ(pdf__render(p, 0, 300, &pix, &dpi, NULL), Q_OK);
    pixSetResolution(pix, dpi, dpi);
    pdf__close(p);
    close(fd);
    return pix;
}

static inline q_str sample_taken(l_uint8 *bytes, size_t n)
{
    q_str copy = q_str_copy(q_test_arena(), (q_str){(char *)bytes, n});

    lept_free(bytes);
    return copy;
}

static inline q_str sample_png(PIX *pix)
{
    l_uint8 *bytes = NULL;
    size_t n = 0;

    CHECK_EQ(pixWriteMemPng(&bytes, &n, pix, 0), 0);
    return sample_taken(bytes, n);
}

static inline q_str sample_jpeg(PIX *pix)
{
    l_uint8 *bytes = NULL;
    size_t n = 0;

    CHECK_EQ(pixWriteMemJpeg(&bytes, &n, pix, 90, 0), 0);
    return sample_taken(bytes, n);
}

/* A page that is nothing but a picture, as a scanner makes it. */
static inline q_str sample_scan_pdf(PIX *pix, int pages)
{
    sample_pdf p = sample_begin();
    q_str jpeg = sample_jpeg(pix), draw = Q_STR("q 300 0 0 200 0 0 cm /I Do Q");
    q_buf kids = q_buf_init(q_test_arena(), 100000);

    for (int i = 0; i < pages; i++)
        q_buf_printf(&kids, "%d 0 R ", 5 + i);
    sample_object(&p, Q_STR("<< /Type /Catalog /Pages 2 0 R >>"), Q_STR(""));
    sample_object(&p,
                  q_str_printf(q_test_arena(), "<< /Type /Pages /Count %d /Kids [%.*s] >>", pages,
                               Q_ARG(q_buf_str(&kids))),
                  Q_STR(""));
    sample_object(&p,
                  q_str_printf(q_test_arena(),
                               "<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace "
                               "/DeviceGray /BitsPerComponent 8 /Filter /DCTDecode /Length %zu >>",
                               pixGetWidth(pix), pixGetHeight(pix), jpeg.n),
                  jpeg);
    sample_object(&p, q_str_printf(q_test_arena(), "<< /Length %zu >>", draw.n), draw);
    for (int i = 0; i < pages; i++)
        sample_object(&p,
                      Q_STR("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Resources << "
                            "/XObject << /I 3 0 R >> >> /Contents 4 0 R >>"),
                      Q_STR(""));
    return sample_end(&p);
}

#endif
