#include "document/sniff.h"

#include "base/utf8.h"

typedef struct magic {
    size_t offset;
    q_str bytes;
    const char *name;
} magic;

typedef struct known_magic {
    q_str bytes;
    q_format format;
} known_magic;

static const known_magic known[] = {
    {Q_STR_INIT("\x89PNG\r\n\x1a\n"), Q_FORMAT_PNG},
    {Q_STR_INIT("\xff\xd8\xff"), Q_FORMAT_JPEG},
    {Q_STR_INIT("II*\0"), Q_FORMAT_TIFF},
    {Q_STR_INIT("MM\0*"), Q_FORMAT_TIFF},
    {Q_STR_INIT("II+\0"), Q_FORMAT_TIFF},
    {Q_STR_INIT("MM\0+"), Q_FORMAT_TIFF},
    {Q_STR_INIT("%PDF-"), Q_FORMAT_PDF},
};

static const magic others[] = {
    {0, Q_STR_INIT("PK\x03\x04"), "a ZIP archive (or an Office document, which is one)"},
    {0, Q_STR_INIT("PK\x05\x06"), "an empty ZIP archive"},
    {0, Q_STR_INIT("GIF8"), "a GIF image"},
    {0, Q_STR_INIT("BM"), "a BMP image"},
    {8, Q_STR_INIT("WEBP"), "a WebP image"},
    {4, Q_STR_INIT("ftypheic"), "a HEIC image"},
    {4, Q_STR_INIT("ftypmif1"), "a HEIF image"},
    {4, Q_STR_INIT("ftypavif"), "an AVIF image"},
    {4, Q_STR_INIT("ftyp"), "an MP4 video"},
    {4, Q_STR_INIT("jP  \r\n\x87\n"), "a JPEG 2000 image"},
    {0, Q_STR_INIT("8BPS"), "a Photoshop image"},
    {0, Q_STR_INIT("AT&TFORM"), "a DjVu document"},
    {0, Q_STR_INIT("%!PS"), "a PostScript document"},
    {0, Q_STR_INIT("{\\rtf"), "an RTF document"},
    {0, Q_STR_INIT("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "an old Office document"},
    {0, Q_STR_INIT("\x1f\x8b"), "a gzip archive"},
    {0, Q_STR_INIT("7z\xbc\xaf\x27\x1c"), "a 7-Zip archive"},
    {0, Q_STR_INIT("Rar!\x1a\x07"), "a RAR archive"},
    {0,
     Q_STR_INIT("\xfd"
                "7zXZ"),
     "an XZ archive"},
    {0,
     Q_STR_INIT("\x7f"
                "ELF"),
     "a program"},
    {0, Q_STR_INIT("MZ"), "a Windows program"},
    {0, Q_STR_INIT("<?xml"), "an XML document"},
    {0, Q_STR_INIT("<!DOCTYPE html"), "a web page"},
    {0, Q_STR_INIT("<html"), "a web page"},
};

/* No control characters but line ends and tabs, and UTF-8 up to a last
 * character that the cut may have split.
 */
static bool is_text(q_str s)
{
    size_t at = 0;

    while (at < s.n) {
        size_t len;
        uint32_t cp = q_utf8_decode(q_str_sub(s, at, s.n), &len);

        if (cp == Q_UTF8_BAD && s.n - at >= 4)
            return false;
        if (cp < 32 && cp != '\n' && cp != '\r' && cp != '\t' && cp != '\f')
            return false;
        at += len;
    }
    return true;
}

static const char *other_name(q_str head)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        q_str at = q_str_sub(head, others[i].offset, others[i].bytes.n);

        if (q_str_eq(at, others[i].bytes))
            return others[i].name;
    }
    return NULL;
}

q_code sniff__format(q_str head, q_format *out, q_err *err)
{
    const char *name;

    if (head.n == 0)
        return q_err_set(err, Q_INVALID, "the file is empty");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (q_str_starts(head, known[i].bytes)) {
            *out = known[i].format;
            return Q_OK;
        }
    }
    name = other_name(head);
    /* Readers of PDF take a header that does not stand at the very start. */
    if (!name && q_str_find(q_str_sub(head, 0, SNIFF_BYTES), Q_STR("%PDF-")) != SIZE_MAX) {
        *out = Q_FORMAT_PDF;
        return Q_OK;
    }
    if (!name)
        name = is_text(head) ? "plain text" : "a file of an unknown kind";
    return q_err_set(err, Q_UNSUPPORTED, "this is %s, not PNG, JPEG, TIFF or PDF", name);
}
