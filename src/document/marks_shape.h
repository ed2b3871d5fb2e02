/* document/marks_shape.h - is a piece of ink a frame or a ring, and what is in it? */
#ifndef Q_DOCUMENT_MARKS_SHAPE_H
#define Q_DOCUMENT_MARKS_SHAPE_H

#include <stdbool.h>

struct Pix;

typedef struct marks_limits {
    int least, most; /* pixels of a side */
} marks_limits;

typedef struct marks_shape {
    int x, y, w, h; /* pixels */
    bool round, solid, selected;
    float confidence; /* 0..100, that `selected` is so */
} marks_shape;

/* Of the ink in a binary picture within x, y, w, h; false: it is none. */
bool marks__square(struct Pix *binary, int x, int y, int w, int h, const marks_limits *limits,
                   marks_shape *out);
bool marks__circle(struct Pix *binary, int x, int y, int w, int h, const marks_limits *limits,
                   marks_shape *out);

/* Is there no ink close beside it? A letter has its neighbours there. */
bool marks__alone(struct Pix *binary, const marks_shape *s);

#endif
