/* service/sagemaker_form.h - the bodies of InvokeEndpoint: tensors as JSON, CSV or npy.
 *
 * In, for a model of one or several inputs:
 *
 *     application/json   [[1, 2], [3, 4]]                           one input
 *                        {"instances": [[1, 2], [3, 4]]}            one input
 *                        {"instances": [{"a": 1, "b": 2}, ...]}     row by row
 *                        {"inputs": [[1, 2]]}, {"inputs": {"a": [1], "b": [2]}}
 *     text/csv           a row a line, dealt out to the inputs from the left
 *     application/x-npy  an array, for one input
 *
 * Out: {"predictions": [...]}, a value a row (an object of names when there are
 * several outputs), or {"outputs": ...} to "inputs" and where the outputs have
 * no common rows; CSV with all outputs of a row on its line; one array.
 */
#ifndef SERVICE_SAGEMAKER_FORM_H
#define SERVICE_SAGEMAKER_FORM_H

#include "serving/ports.h"

typedef enum form_kind { FORM_JSON, FORM_CSV, FORM_NPY } form_kind;

typedef struct form_input {
    q_tensor *in; /* one a port, in the arena */
    bool columns; /* the answer is wanted output by output */
} form_input;

/* Of a Content-Type; false when it is none of the three. */
Q_MUST_USE bool form__of_type(q_str content_type, form_kind *out);
/* The first of an Accept that can be given; JSON for what takes anything. */
Q_MUST_USE bool form__of_accept(q_str accept, form_kind *out);
const char *form__type(form_kind kind);

/* Q_INVALID says what does not fit, and what the model takes. */
Q_MUST_USE q_code form__read(form_kind kind, q_str body, const q_ports *ports, q_arena *a,
                             form_input *out, q_err *err);
/* Q_UNSUPPORTED when these outputs have no such form. */
Q_MUST_USE q_code form__write(form_kind kind, const q_ports *ports, const q_tensor *out,
                              bool columns, size_t limit, q_arena *a, q_str *body, q_err *err);

/* -- Shared by the files of the forms -- */

/* Does `t` go into the port? Q_INVALID names both. */
Q_MUST_USE q_code form__check(const q_port *p, const q_tensor *t, q_err *err);
/* A number's text: JSON's, and NaN, Infinity, -Infinity. */
bool form__number(q_str text, double *out);
/* Write a number's text as element i; false when it is none, or not of the type. */
bool form__element(q_tensor *t, size_t i, q_str text);
/* The rows all outputs have; false when they have none in common. */
bool form__rows(const q_tensor *out, size_t count, size_t *rows);

q_code form__read_json(q_str body, const q_ports *ports, q_arena *a, form_input *out, q_err *err);
q_code form__read_csv(q_str body, const q_ports *ports, q_arena *a, form_input *out, q_err *err);
void form__write_json(q_buf *b, const q_ports *ports, const q_tensor *out, bool columns);
q_code form__write_csv(q_buf *b, const q_tensor *out, size_t count, q_err *err);

#endif
