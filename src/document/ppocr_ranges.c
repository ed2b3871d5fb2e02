/* Written by tools/reading_ranges.py rec.onnx build/quern src/document/ppocr_ranges.c */
/* clang-format off */
#include "document/ppocr_lower.h"

const ppocr_range ppocr__ranges[] = {
    {"Conv.1", 0.0F, 12.65F},
    {"Conv.2", 0.0F, 23.3F},
    {"Conv.3", 0.0F, 30.55F},
    {"Conv.8", -0.6195F, 1.315F},
    {"Conv.9", -0.1673F, 2.363F},
    {"Conv.11", -1.647F, 1.665F},
    {"Conv.12", -0.1673F, 2.307F},
    {"Conv.14", -1.377F, 1.498F},
    {"Conv.15", -0.17F, 1.607F},
    {"Conv.18", -0.1673F, 2.181F},
    {"Conv.22", -0.7119F, 0.5948F},
    {"Conv.23", -0.17F, 0.7004F},
    {"Conv.25", -1.052F, 1.115F},
    {"Conv.26", -0.17F, 0.9106F},
    {"Conv.30", -0.5758F, 0.7345F},
    {"Conv.31", -0.17F, 1.367F},
    {"Conv.33", -1.031F, 0.9786F},
    {"Conv.34", -0.17F, 1.112F},
    {"Conv.38", -0.4617F, 0.6295F},
    {"Conv.39", -0.1673F, 2.082F},
    {"Conv.41", -1.119F, 1.117F},
    {"Conv.42", -0.17F, 1.192F},
    {"Conv.44", -1.988F, 2.119F},
    {"Conv.45", -0.1673F, 3.189F},
    {"Conv.49", -0.6954F, 0.6573F},
    {"Conv.50", -0.1673F, 2.016F},
    {"Conv.52", -5.735F, 4.712F},
    {"Conv.53", -0.1673F, 2.583F},
};
const size_t ppocr__range_count = sizeof ppocr__ranges / sizeof *ppocr__ranges;
const uint32_t ppocr__ranges_crc = 0x45276c35;
