#include "document/pdf_archive.h"

#include "document/pdf_strip.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- the profile -------------------------------------------------------------- */

static void put_u32(q_buf *b, uint32_t v)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        q_buf_char(b, (char)(v >> shift));
}

static void put_fixed(q_buf *b, double v) /* s15Fixed16 */
{
    put_u32(b, (uint32_t)(int32_t)lround(v * 65536));
}

static void put_zeros(q_buf *b, size_t n)
{
    while (n--)
        q_buf_char(b, 0);
}

static void put_text_tag(q_buf *b, const char *text) /* multiLocalizedUnicodeType, one record */
{
    size_t n = strlen(text);

    q_buf_puts(b, "mluc");
    put_zeros(b, 4);
    put_u32(b, 1);
    put_u32(b, 12);
    q_buf_puts(b, "enUS");
    put_u32(b, (uint32_t)(2 * n));
    put_u32(b, 28);
    for (size_t i = 0; i < n; i++) {
        q_buf_char(b, 0);
        q_buf_char(b, text[i]);
    }
    while (b->n % 4)
        q_buf_char(b, 0);
}

static void put_xyz_tag(q_buf *b, const double v[3])
{
    q_buf_puts(b, "XYZ ");
    put_zeros(b, 4);
    for (int i = 0; i < 3; i++)
        put_fixed(b, v[i]);
}

/* IEC 61966-2-1: linear below 0.04045, else ((x + 0.055) / 1.055) ^ 2.4 */
static void put_curve_tag(q_buf *b)
{
    static const double parameters[] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};

    q_buf_puts(b, "para");
    put_zeros(b, 4);
    q_buf_char(b, 0);
    q_buf_char(b, 3);
    put_zeros(b, 2);
    for (size_t i = 0; i < 5; i++)
        put_fixed(b, parameters[i]);
}

/* From D65 to D50 by Bradford's matrix. */
static void put_adaptation_tag(q_buf *b)
{
    static const double matrix[] = {1.047882, 0.022919,  -0.050217, 0.029587, 0.990479,
                                    -0.01706, -0.009247, 0.015075,  0.751678};

    q_buf_puts(b, "sf32");
    put_zeros(b, 4);
    for (size_t i = 0; i < 9; i++)
        put_fixed(b, matrix[i]);
}

enum { PROFILE_TAGS = 10, HEADER = 128, MAX_OBJECTS = 8 << 20 };

/* Each tag's start in the data; those that share one have the same. */
typedef struct tag {
    char name[5];
    size_t at, n;
} tag;

static void put_tags(q_buf *data, tag tags[PROFILE_TAGS])
{
    static const double white[] = {0.9642, 1.0, 0.8249}; /* D50 */
    static const double red[] = {0.43607, 0.22249, 0.01392}, green[] = {0.38515, 0.71687, 0.09708},
                        blue[] = {0.14307, 0.06061, 0.7141};
    static const char names[PROFILE_TAGS][5] = {"desc", "cprt", "wtpt", "chad", "rXYZ",
                                                "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"};

    for (size_t i = 0; i < PROFILE_TAGS; i++) {
        memcpy(tags[i].name, names[i], 5);
        if (i > 7) { /* one curve for all three colours */
            tags[i].at = tags[7].at;
            tags[i].n = tags[7].n;
            continue;
        }
        tags[i].at = data->n;
        if (i == 0)
            put_text_tag(data, "sRGB");
        else if (i == 1)
            put_text_tag(data, "No copyright, use freely");
        else if (i == 3)
            put_adaptation_tag(data);
        else if (i == 7)
            put_curve_tag(data);
        else
            put_xyz_tag(data, i == 2 ? white : i == 4 ? red : i == 5 ? green : blue);
        tags[i].n = data->n - tags[i].at;
    }
}

void pdf_archive__profile(q_buf *out)
{
    q_buf data = q_buf_init(NULL, 4096);
    size_t start = HEADER + 4 + 12 * PROFILE_TAGS;
    tag tags[PROFILE_TAGS];

    put_tags(&data, tags);
    put_u32(out, (uint32_t)(start + data.n));
    put_zeros(out, 4);
    put_u32(out, 0x04200000); /* version 4.2 */
    q_buf_puts(out, "mntrRGB XYZ ");
    put_u32(out, 2024u << 16 | 1); /* year, month; day, hour; minute, second */
    put_u32(out, 1 << 16);
    put_zeros(out, 4);
    q_buf_puts(out, "acsp");
    put_zeros(out, 28); /* platform, flags, device, attributes, intent */
    put_fixed(out, 0.9642);
    put_fixed(out, 1);
    put_fixed(out, 0.8249);
    put_zeros(out, 48); /* creator, identifier, reserved */
    put_u32(out, PROFILE_TAGS);
    for (size_t i = 0; i < PROFILE_TAGS; i++) {
        q_buf_puts(out, tags[i].name);
        put_u32(out, (uint32_t)(start + tags[i].at));
        put_u32(out, (uint32_t)tags[i].n);
    }
    q_buf_put(out, q_buf_str(&data));
    if (data.rc && !out->rc)
        out->rc = data.rc;
    q_buf_clear(&data);
}

/* ---- metadata ------------------------------------------------------------------- */

static void put_list(q_buf *b, const char *name, const char *kind, q_str text)
{
    if (!text.n)
        return;
    q_buf_printf(b, "<%s><rdf:%s><rdf:li%s>", name, kind,
                 strcmp(kind, "Alt") == 0 ? " xml:lang=\"x-default\"" : "");
    q_buf_xml(b, text);
    q_buf_printf(b, "</rdf:li></rdf:%s></%s>\n", kind, name);
}

static void put_plain(q_buf *b, const char *name, q_str text)
{
    if (!text.n)
        return;
    q_buf_printf(b, "<%s>", name);
    q_buf_xml(b, text);
    q_buf_printf(b, "</%s>\n", name);
}

static void put_metadata(const pdf_archive_info *info, q_buf *b)
{
    q_buf_puts(b, "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
                  "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
                  "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
                  "<rdf:Description rdf:about=\"\""
                  " xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\""
                  " xmlns:dc=\"http://purl.org/dc/elements/1.1/\""
                  " xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\""
                  " xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\">\n"
                  "<pdfaid:part>2</pdfaid:part>\n"
                  "<pdfaid:conformance>B</pdfaid:conformance>\n"
                  "<dc:format>application/pdf</dc:format>\n");
    put_list(b, "dc:title", "Alt", info->title);
    put_list(b, "dc:creator", "Seq", info->author);
    put_list(b, "dc:description", "Alt", info->subject);
    put_plain(b, "pdf:Keywords", info->keywords);
    put_plain(b, "xmp:CreatorTool", info->creator);
    put_plain(b, "pdf:Producer", q_str_of(PDF_ARCHIVE_PRODUCER));
    q_buf_puts(b, "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>\n");
}

q_code pdf_archive__write(const pdf_archive_info *info, pdf_out *o, q_buf *catalog, q_err *err)
{
    q_buf metadata = q_buf_init(NULL, 1 << 20), profile = q_buf_init(NULL, 1 << 16);
    uint32_t metadata_number = pdf_out__reserve(o), profile_number = pdf_out__reserve(o);
    q_str text;
    q_code rc;

    put_metadata(info, &metadata);
    pdf_archive__profile(&profile);
    rc = q_buf_finish(&metadata, &text, err);
    if (!rc) /* not deflated: programs that know no PDF find it */
        rc = pdf_out__stream(o, metadata_number, Q_STR("/Type/Metadata/Subtype/XML"), text, err);
    if (!rc)
        rc = q_buf_finish(&profile, &text, err);
    if (!rc)
        rc = pdf_out__deflated(o, profile_number, Q_STR("/N 3"), text, err);
    q_buf_printf(catalog,
                 "/Metadata %" PRIu32 " 0 R/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1"
                 "/OutputConditionIdentifier(sRGB)/Info(sRGB)/DestOutputProfile %" PRIu32
                 " 0 R>>]\n",
                 metadata_number, profile_number);
    q_buf_clear(&metadata);
    q_buf_clear(&profile);
    return rc;
}

/* ---- what must not be ------------------------------------------------------------- */

static bool has_name(qpdf_data q, qpdf_oh dictionary, const char *key, const char *const *names)
{
    qpdf_oh value = qpdf_oh_get_key(q, dictionary, key);
    const char *name;

    if (!qpdf_oh_is_name(q, value))
        return false;
    name = qpdf_oh_get_name(q, value);
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

static bool is_name(qpdf_data q, qpdf_oh dictionary, const char *key, const char *name)
{
    return has_name(q, dictionary, key, (const char *const[]){name, NULL});
}

static bool is_embedded(qpdf_data q, qpdf_oh font)
{
    qpdf_oh d = qpdf_oh_get_key(q, font, "/FontDescriptor");

    return qpdf_oh_is_dictionary(q, d) &&
           (qpdf_oh_has_key(q, d, "/FontFile") || qpdf_oh_has_key(q, d, "/FontFile2") ||
            qpdf_oh_has_key(q, d, "/FontFile3"));
}

static q_code check_font(qpdf_data q, qpdf_oh d, q_err *err)
{
    static const char *const drawn_elsewhere[] = {"/Type0", "/Type3", NULL};
    qpdf_oh name;

    if (!is_name(q, d, "/Type", "/Font") || has_name(q, d, "/Subtype", drawn_elsewhere) ||
        is_embedded(q, d))
        return Q_OK;
    name = qpdf_oh_get_key(q, d, "/BaseFont");
    return q_err_set(err, Q_UNSUPPORTED, "font %.100s is not embedded",
                     qpdf_oh_is_name(q, name) ? qpdf_oh_get_name(q, name) + 1 : "without a name");
}

static q_code check_picture(qpdf_data q, qpdf_oh d, q_err *err)
{
    qpdf_oh smooth;

    if (is_name(q, d, "/Subtype", "/PS"))
        return q_err_set(err, Q_UNSUPPORTED, "it holds PostScript");
    if (!is_name(q, d, "/Subtype", "/Image"))
        return Q_OK;
    smooth = qpdf_oh_get_key(q, d, "/Interpolate");
    if (is_name(q, d, "/ColorSpace", "/DeviceCMYK"))
        return q_err_set(err, Q_UNSUPPORTED, "a picture has four inks without a profile");
    if (qpdf_oh_has_key(q, d, "/Alternates") || qpdf_oh_has_key(q, d, "/OPI"))
        return q_err_set(err, Q_UNSUPPORTED, "a picture has alternatives");
    if (qpdf_oh_is_bool(q, smooth) && qpdf_oh_get_bool_value(q, smooth))
        return q_err_set(err, Q_UNSUPPORTED, "a picture is to be smoothed");
    return Q_OK;
}

static q_code check_dictionary(qpdf_data q, qpdf_oh d, q_err *err)
{
    static const char *const actions[] = {"/JavaScript", "/Launch",     "/Sound",       "/Movie",
                                          "/ResetForm",  "/ImportData", "/SetOCGState", "/Hide",
                                          "/Rendition",  "/Trans",      "/GoTo3DView",  NULL};
    static const char *const notes[] = {"/Sound",     "/Movie",          "/Screen", "/3D",
                                        "/RichMedia", "/FileAttachment", NULL};
    q_code rc;

    if (has_name(q, d, "/S", actions) && !is_name(q, d, "/Type", "/StructElem"))
        return q_err_set(err, Q_UNSUPPORTED, "it acts by itself (%s)",
                         qpdf_oh_get_name(q, qpdf_oh_get_key(q, d, "/S")) + 1);
    if (is_name(q, d, "/Type", "/Annot") && has_name(q, d, "/Subtype", notes))
        return q_err_set(err, Q_UNSUPPORTED, "it holds sound, film, 3D or files");
    if (qpdf_oh_has_key(q, d, "/EF"))
        return q_err_set(err, Q_UNSUPPORTED, "files are attached to it");
    if (qpdf_oh_has_key(q, d, "/TR") && is_name(q, d, "/Type", "/ExtGState"))
        return q_err_set(err, Q_UNSUPPORTED, "it has a transfer function");
    rc = check_font(q, d, err);
    return rc ? rc : check_picture(q, d, err);
}

static q_code check_object(qpdf_data q, qpdf_oh o, q_err *err)
{
    qpdf_oh d = qpdf_oh_is_stream(q, o) ? qpdf_oh_get_dict(q, o) : o;

    return qpdf_oh_is_dictionary(q, d) ? check_dictionary(q, d, err) : Q_OK;
}

q_code pdf_archive__check(pdf_base *b, q_err *err)
{
    qpdf_data q = pdf_base__handle(b);
    long long size = qpdf_oh_get_int_value(q, qpdf_oh_get_key(q, qpdf_get_trailer(q), "/Size"));
    bool ink = false;
    q_code rc = Q_OK;

    for (int i = 1; i < size && i < MAX_OBJECTS && !rc; i++) {
        rc = check_object(q, qpdf_get_object_by_id(q, i, 0), err);
        qpdf_oh_release_all(q);
    }
    if (!rc)
        rc = pdf_strip__has_ink(b, &ink, err);
    if (!rc && ink)
        rc = q_err_set(err, Q_UNSUPPORTED, "it is drawn with four inks without a profile");
    if (rc == Q_UNSUPPORTED)
        q_err_add(err, rc, "the PDF cannot become PDF/A as it is");
    return rc;
}
