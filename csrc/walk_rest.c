/* What the collector tracks and nobody reached: held by native code, or garbage. */
#include "walk.h"

#include <string.h>

typedef struct {
    stp_walk *walk;
    PyObject **objects; /* owned */
    uint32_t *references; /* owned: how often the unreached objects refer to each */
    uint32_t count, capacity;
    stp_map index; /* address → index */
} stp_unreached;

static void add_list(stp_unreached *rest, PyGC_Head *head)
{
    for (PyGC_Head *at = _PyGCHead_NEXT(head); at != head; at = _PyGCHead_NEXT(at)) {
        PyObject *o = (PyObject *)(at + 1);
        if (stp_visited_has(&rest->walk->seen, o))
            continue;
        if (!stp_grow((void **)&rest->objects, &rest->capacity, rest->count, sizeof *rest->objects) ||
            !stp_map_put(&rest->index, (uintptr_t)o, rest->count)) {
            rest->walk->out_of_memory = true;
            return;
        }
        rest->objects[rest->count++] = o;
    }
}

static int count_reference(PyObject *o, void *argument)
{
    stp_unreached *rest = argument;
    if (stp_visited_has(&rest->walk->seen, o))
        return 0;
    const uint32_t *index = stp_map_get(&rest->index, (uintptr_t)o);
    if (index != NULL)
        rest->references[*index]++;
    return 0;
}

static bool find_unreached(stp_unreached *rest)
{
    struct _gc_runtime_state *gc = &PyInterpreterState_Get()->gc;
    for (int generation = NUM_GENERATIONS - 1; generation >= 0; generation--)
        add_list(rest, &gc->generations[generation].head);
    add_list(rest, &gc->permanent_generation.head);
    if (rest->count == 0 || rest->walk->out_of_memory)
        return false;
    rest->references = stp_calloc(rest->count, sizeof *rest->references);
    rest->walk->out_of_memory |= rest->references == NULL;
    return !rest->walk->out_of_memory;
}

static void count_references(stp_unreached *rest)
{
    for (uint32_t at = 0; at < rest->count; at++) {
        PyObject *o = rest->objects[at];
        if (Py_TYPE(o)->tp_traverse != NULL)
            Py_TYPE(o)->tp_traverse(o, count_reference, rest);
    }
}

static bool is_held(const stp_unreached *rest, uint32_t at, const stp_map *held)
{
    PyObject *o = rest->objects[at];
    const uint32_t *by_caller = stp_map_get(held, (uintptr_t)o);
    Py_ssize_t known = (Py_ssize_t)rest->references[at] + (by_caller ? (Py_ssize_t)*by_caller : 0);
    return stp_is_immortal(o) || o->ob_refcnt > known;
}

/* Before garbage is pushed: an instance's dict is a part of it, whichever comes first in the collector's list. */
static void absorb_dict(stp_walk *walk, PyObject *o, uint32_t label)
{
    const stp_type *type = stp_type_of_norefs(walk, o);
    PyObject *dict = type ? stp_instance_dict_norefs(o, type) : NULL;
    if (dict == NULL || stp_visited_has(&walk->seen, dict))
        return;
    uint32_t shape = stp_root_shape_norefs(walk, o, label);
    if (shape == STP_NONE)
        return;
    stp_owner owner = {.shape = shape};
    stp_absorb_norefs(walk, dict, stp_dict_bytes_norefs((PyDictObject *)dict), &owner);
    walk->shapes->tallies[shape].size_bytes += owner.size_bytes;
}

static uint32_t label(stp_walk *walk, const char *text)
{
    uint32_t name = stp_names_intern(&walk->shapes->names, text, strlen(text));
    walk->out_of_memory |= name == STP_NONE;
    return name;
}

static void walk_held(stp_unreached *rest, const stp_map *held, uint32_t name)
{
    for (uint32_t at = 0; at < rest->count && !rest->walk->out_of_memory; at++)
        if (is_held(rest, at, held))
            stp_push_root_norefs(rest->walk, rest->objects[at], name);
    stp_run_norefs(rest->walk);
}

static void walk_garbage(stp_unreached *rest, uint32_t name)
{
    stp_walk *walk = rest->walk;
    for (uint32_t at = 0; at < rest->count && !walk->out_of_memory; at++)
        if (!stp_visited_has(&walk->seen, rest->objects[at]))
            absorb_dict(walk, rest->objects[at], name);
    for (uint32_t at = 0; at < rest->count && !walk->out_of_memory; at++)
        stp_push_root_norefs(walk, rest->objects[at], name);
    stp_run_norefs(walk);
}

void stp_walk_rest_norefs(stp_walk *walk, const stp_map *held)
{
    stp_unreached rest = {.walk = walk};
    uint32_t held_name = label(walk, "held by native code"), garbage_name = label(walk, "garbage");
    if (!walk->out_of_memory && find_unreached(&rest)) {
        count_references(&rest);
        walk_held(&rest, held, held_name);
        if (!walk->out_of_memory)
            walk_garbage(&rest, garbage_name);
    }
    free(rest.objects);
    free(rest.references);
    stp_map_free(&rest.index);
}
