#include "shapes.h"

#include <string.h>

static const char OVERFLOW_NAME[] = "\xe2\x80\xa6"; /* … */

void stp_shapes_init(stp_shapes *table)
{
    *table = (stp_shapes){.overflow = STP_NONE, .most_shapes = STP_MOST_SHAPES};
}

static uint32_t no_memory(stp_shapes *table)
{
    table->out_of_memory = true;
    return STP_NONE;
}

static uint32_t add_step(stp_shapes *table, uint32_t parent, uint32_t edge, uint32_t sink)
{
    if (!stp_grow((void **)&table->steps, &table->step_capacity, table->step_count, sizeof *table->steps))
        return no_memory(table);
    table->steps[table->step_count] = (stp_step){.parent = parent, .edge = edge, .sink = sink};
    return table->step_count++;
}

static uint32_t add_shape(stp_shapes *table, uint32_t parent, uint32_t edge, uint32_t type, bool is_sink)
{
    if (!stp_grow((void **)&table->shapes, &table->capacity, table->count, sizeof *table->shapes) ||
        !stp_grow((void **)&table->tallies, &table->tally_capacity, table->count, sizeof *table->tallies))
        return no_memory(table);
    uint32_t depth = parent == STP_ROOT ? 0 : table->shapes[parent].depth + 1;
    uint32_t sink_step = STP_NONE;
    if (is_sink || depth >= STP_MOST_DEPTH) {
        sink_step = add_step(table, table->count, edge, table->count);
        if (sink_step == STP_NONE)
            return STP_NONE;
    }
    table->shapes[table->count] =
        (stp_shape){.parent = parent, .edge = edge, .type = type, .sink_step = sink_step, .depth = depth};
    table->tallies[table->count] = (stp_tally){0};
    return table->count++;
}

static uint32_t overflow_shape(stp_shapes *table)
{
    if (table->overflow == STP_NONE) {
        uint32_t name = stp_names_intern(&table->names, OVERFLOW_NAME, sizeof OVERFLOW_NAME - 1);
        if (name == STP_NONE)
            return no_memory(table);
        table->overflow = add_shape(table, STP_ROOT, name, name, true);
    }
    return table->overflow;
}

uint32_t stp_shapes_step(stp_shapes *table, uint32_t parent, uint32_t edge)
{
    if (parent != STP_ROOT && table->shapes[parent].sink_step != STP_NONE)
        return table->shapes[parent].sink_step;
    uint64_t key = stp_pair(parent, edge);
    const uint32_t *known = stp_map_get(&table->step_of, key);
    if (known != NULL)
        return *known;
    if (table->step_count / STP_STEPS_PER_SHAPE >= table->most_shapes) {
        uint32_t overflow = overflow_shape(table);
        return overflow == STP_NONE ? STP_NONE : table->shapes[overflow].sink_step;
    }
    uint32_t step = add_step(table, parent, edge, STP_NONE);
    if (step != STP_NONE && !stp_map_put(&table->step_of, key, step)) {
        table->step_count--; /* else the same path would get a second id later */
        return no_memory(table);
    }
    return step;
}

/* The shape of the parent or a near ancestor that has this very edge and type; STP_NONE: there is none. */
static uint32_t folded(const stp_shapes *table, const stp_step *step, uint32_t type)
{
    uint32_t ancestor = step->parent;
    for (int reach = 0; reach <= STP_FOLD_REACH && ancestor != STP_ROOT; reach++) {
        const stp_shape *shape = &table->shapes[ancestor];
        if (shape->edge == step->edge && shape->type == type)
            return ancestor;
        ancestor = shape->parent;
    }
    return STP_NONE;
}

uint32_t stp_shapes_child(stp_shapes *table, uint32_t step_id, uint32_t type, bool is_sink)
{
    const stp_step step = table->steps[step_id];
    if (step.sink != STP_NONE)
        return step.sink;
    uint64_t key = stp_pair(step_id, type);
    const uint32_t *known = stp_map_get(&table->shape_of, key);
    if (known != NULL)
        return *known;
    const uint32_t count_before = table->count;
    uint32_t shape = folded(table, &step, type);
    if (shape == STP_NONE)
        shape = table->count + 1 < table->most_shapes ? add_shape(table, step.parent, step.edge, type, is_sink)
                                                      : overflow_shape(table);
    if (shape != STP_NONE && !stp_map_put(&table->shape_of, key, shape)) {
        if (shape != table->overflow)
            table->count = count_before;
        return no_memory(table);
    }
    return shape;
}

void stp_shapes_reset_tallies(stp_shapes *table)
{
    if (table->count)
        memset(table->tallies, 0, table->count * sizeof *table->tallies);
    table->out_of_memory = false;
}

void stp_shapes_free(stp_shapes *table)
{
    stp_names_free(&table->names);
    free(table->shapes);
    free(table->tallies);
    free(table->steps);
    stp_map_free(&table->step_of);
    stp_map_free(&table->shape_of);
    stp_shapes_init(table);
}
