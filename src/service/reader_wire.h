/* service/reader_wire.h - what reader.c and its tasks say to each other. Both
 * ends are one binary on one machine, so structs travel as they are.
 *
 *     document.open     q_document_limits, the file  -> reader_open_reply
 *     document.read     reader_read_request          -> document/page_codec.h
 *     document.picture  reader_picture_request       -> a JPEG
 */
#ifndef Q_SERVICE_READER_WIRE_H
#define Q_SERVICE_READER_WIRE_H

#include <stdint.h>

#define READER_OPEN "document.open"
#define READER_READ "document.read"
#define READER_PICTURE "document.picture"

typedef struct reader_open_reply {
    uint64_t page_count;
} reader_open_reply;

typedef struct reader_read_request {
    uint64_t index;   /* of the page */
    uint64_t threads; /* to read it with; the answer is the same for any number */
    uint64_t marks;   /* 1: look for what is drawn, too */
    uint64_t how;     /* q_read_how */
} reader_read_request;

typedef struct reader_picture_request {
    uint64_t index; /* of the page */
    uint64_t width; /* in pixels */
} reader_picture_request;

#endif
