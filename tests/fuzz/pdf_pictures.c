/* A stranger's picture becomes a PDF page or an error. */
#include "document/pdf_image.h"
#include "document/sniff.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    q_str file = {(const char *)data, size};
    pdf_out o = {.fd = -1};
    pdf_image image;
    q_format format;

    if (sniff__format(file, &format, NULL) || format == Q_FORMAT_PDF ||
        pdf_out__init(&o, null, 1 << 24, NULL)) {
        close(null);
        return 0;
    }
    if (pdf_image__write(file, format, 0, &o, &image, NULL) == Q_OK &&
        (!(image.width_pt > 0 && image.width_pt <= 14400) || o.count == 0 || image.content.n == 0))
        abort();
    pdf_image__clear(&image);
    pdf_out__clear(&o);
    close(null);
    return 0;
}
