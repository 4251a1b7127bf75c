/* What one walk starts from. */
#ifndef STP_WALK_ROOTS_H
#define STP_WALK_ROOTS_H

#include "walk.h"

typedef struct {
    uint32_t label; /* name id */
    PyObject *object; /* borrowed */
} stp_root;

typedef struct {
    stp_root *roots; /* owned by the caller, like all here */
    size_t count;
    PyObject **own; /* the tool's own objects, borrowed */
    size_t own_count;
    PyObject **arguments; /* the containers these came in: no part of the heap that is looked at; borrowed */
    size_t argument_count;
    stp_map held; /* address → references that the arguments hold */
    bool with_interpreter;
} stp_roots;

bool stp_walk_all_norefs(stp_walk *walk, const stp_roots *roots);

#endif
