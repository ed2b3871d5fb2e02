/* document/pdf_image.h - a picture file's page as a PDF page that shows it.
 *
 *     JPEG                         its bytes as they are, its colour profile with them
 *     PNG                          its compressed rows as they are; group 4 for 1 bit where that is
 *                                  smaller; anew, without loss and on white, when interlaced or
 *                                  with alpha
 *     TIFF, group 4, one strip     as it is
 *     TIFF, JPEG                   strips as they are, as the intervals of one JPEG
 *     TIFF, deflated, one strip    as it is
 *     other TIFF                   anew, without loss (pdf_pixels.h)
 *
 * The page is as large as the picture's resolution says. One that does not say, or says what
 * cameras and screens say of anything (96 dpi and less), is shown at 96 dpi, and the long side of
 * larger ones as that of A4.
 */
#ifndef DOCUMENT_PDF_IMAGE_H
#define DOCUMENT_PDF_IMAGE_H

#include "document/document.h"
#include "document/pdf_out.h"

typedef struct pdf_image {
    double width_pt, height_pt;
    int rotate;     /* how far the reader is to turn it clockwise: 0, 90, 180, 270 */
    bool needs_ink; /* is in four inks without a profile */
    q_buf content;  /* operators that draw it over the page; on the heap */
    q_buf xobjects; /* entries of the resource dictionary XObject */
} pdf_image;

/* Write its objects. The picture has been decoded once before and was sound. Fails with
 * Q_INVALID, Q_NOMEM and as pdf_out__stream; *out is to be cleared all the same.
 */
Q_MUST_USE q_code pdf_image__write(q_str file, q_format format, size_t index, pdf_out *o,
                                   pdf_image *out, q_err *err);
/* A picture that was drawn of a page of this size. */
Q_MUST_USE q_code pdf_image__write_drawn(struct Pix *picture, double width_pt, double height_pt,
                                         pdf_out *o, pdf_image *out, q_err *err);
void pdf_image__clear(pdf_image *image);

#endif
