/* The table of path shapes, and what the current walk counts under each.
 *
 * A *step* is a parent shape and an edge; a step and a type name make a *shape*. Ids are dense from 0, and neither
 * reused nor renumbered for as long as the table lives, so profiles of different times can be compared by id.
 *
 * Paths stay finite:
 * - a child whose edge and type equal those of its parent or of one of the parent's nearest STP_FOLD_REACH ancestors
 *   takes that ancestor's shape (linked lists, trees);
 * - below STP_MOST_DEPTH a child takes its parent's shape;
 * - all below a *sink* (a code object) takes the sink's shape;
 * - at STP_MOST_SHAPES every new child takes one common sink, "…".
 */
#ifndef STP_SHAPES_H
#define STP_SHAPES_H

#include "map.h"
#include "names.h"

enum { STP_FOLD_REACH = 6, STP_MOST_DEPTH = 48, STP_MOST_SHAPES = 400000, STP_STEPS_PER_SHAPE = 4 };

#define STP_ROOT UINT32_MAX /* the parent of a root's shape */

typedef struct {
    uint32_t parent; /* shape id or STP_ROOT */
    uint32_t edge; /* name id */
    uint32_t type; /* name id */
    uint32_t sink_step; /* the step all children take, when they share this shape; else STP_NONE */
    uint32_t depth; /* 0 for a root */
} stp_shape;

typedef struct {
    uint32_t parent, edge;
    uint32_t sink; /* the shape that everything on this step takes; else STP_NONE */
} stp_step;

typedef struct {
    uint64_t count, items, size_bytes;
} stp_tally;

typedef struct {
    stp_names names;
    stp_shape *shapes; /* owned */
    stp_tally *tallies; /* owned; one per shape, of the current walk */
    uint32_t count, capacity, tally_capacity;
    stp_step *steps; /* owned */
    uint32_t step_count, step_capacity;
    stp_map step_of; /* (parent, edge) → step */
    stp_map shape_of; /* (step, type) → shape */
    uint32_t overflow; /* the shape "…", or STP_NONE while there is room */
    uint32_t most_shapes; /* STP_MOST_SHAPES, smaller in tests */
    bool out_of_memory;
} stp_shapes;

void stp_shapes_init(stp_shapes *table);

/* The step from a shape (or STP_ROOT) over an edge. STP_NONE: out of memory (noted). */
uint32_t stp_shapes_step(stp_shapes *table, uint32_t parent, uint32_t edge);

/* The shape that an object of this type takes on this step; a sink keeps its children. STP_NONE: out of memory (noted). */
uint32_t stp_shapes_child(stp_shapes *table, uint32_t step, uint32_t type, bool is_sink);

/* All tallies to zero, the shapes stay. */
void stp_shapes_reset_tallies(stp_shapes *table);

void stp_shapes_free(stp_shapes *table);

#endif
