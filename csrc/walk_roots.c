/* One whole walk, from the given roots to garbage. */
#include "walk_roots.h"

static PyObject *namespace_of(PyObject *o)
{
    PyObject *namespace = PyModule_Check(o) ? ((PyModuleObject *)o)->md_dict : NULL;
    return namespace != NULL && PyDict_CheckExact(namespace) ? namespace : NULL;
}

static void note_home(stp_walk *walk, PyObject *module, stp_home home)
{
    PyObject *name = stp_find_str_norefs(namespace_of(module), "__name__");
    if (name == NULL)
        return;
    uint32_t id = stp_intern_text_norefs(&walk->shapes->names, name);
    if (id == STP_NONE || !stp_map_put(&walk->root_homes, id, home))
        walk->out_of_memory = true;
}

/* A module is no child of anything, and its namespace is a part of it: both are marked before anything is pushed. */
static void mark_module(stp_walk *walk, const stp_root *root)
{
    stp_visited_add(&walk->seen, root->object);
    note_home(walk, root->object, STP_HOME_IS_ROOT);
    PyObject *namespace = namespace_of(root->object);
    uint32_t shape = stp_root_shape_norefs(walk, root->object, root->label);
    if (namespace == NULL || shape == STP_NONE)
        return;
    stp_owner owner = {.shape = shape};
    stp_absorb_norefs(walk, namespace, stp_dict_bytes_norefs((PyDictObject *)namespace), &owner);
    walk->shapes->tallies[shape].size_bytes += owner.size_bytes;
}

static void mark_own(stp_walk *walk, const stp_roots *roots)
{
    for (size_t at = 0; at < roots->own_count; at++) {
        stp_visited_add(&walk->seen, roots->own[at]);
        PyObject *namespace = namespace_of(roots->own[at]);
        if (namespace == NULL)
            continue;
        stp_visited_add(&walk->seen, namespace);
        note_home(walk, roots->own[at], STP_HOME_IS_OURS);
    }
}

static void seed_roots(stp_walk *walk, const stp_roots *roots, bool *is_new_module)
{
    for (size_t at = 0; at < roots->count && !walk->out_of_memory; at++) {
        PyObject *o = roots->roots[at].object;
        is_new_module[at] = PyModule_Check(o) && !stp_visited_has(&walk->seen, o);
        if (is_new_module[at])
            mark_module(walk, &roots->roots[at]);
    }
    for (size_t at = 0; at < roots->count && !walk->out_of_memory; at++) {
        const stp_root *root = &roots->roots[at];
        uint32_t step = stp_shapes_step(walk->shapes, STP_ROOT, root->label);
        if (step == STP_NONE)
            return;
        if (!is_new_module[at] && !stp_visited_add(&walk->seen, root->object))
            continue;
        stp_frontier_push(&walk->queue, (uintptr_t)root->object, step);
        walk->until_deferred++;
    }
}

static void walk_own(stp_walk *walk, const stp_roots *roots)
{
    uintptr_t address;
    uint32_t step;
    for (size_t at = 0; at < roots->own_count; at++)
        stp_frontier_push(&walk->queue, (uintptr_t)roots->own[at], STP_DROPPED);
    while (stp_frontier_pop(&walk->own_frames, &address, &step))
        stp_frontier_push(&walk->queue, address, step);
    stp_run_norefs(walk);
}

/* False: out of memory; the shapes found so far stay. */
bool stp_walk_all_norefs(stp_walk *walk, const stp_roots *roots)
{
    bool *is_new_module = stp_calloc(roots->count + 1, sizeof *is_new_module);
    if (is_new_module == NULL)
        return false;
    for (size_t at = 0; at < roots->argument_count; at++)
        stp_visited_add(&walk->seen, roots->arguments[at]);
    mark_own(walk, roots);
    seed_roots(walk, roots, is_new_module);
    free(is_new_module);
    if (roots->with_interpreter)
        stp_seed_interpreter_norefs(walk);
    if (!walk->out_of_memory)
        stp_run_norefs(walk);
    if (!roots->with_interpreter) /* then nothing is looked for that the tool's own could be mistaken for */
        return !walk->out_of_memory;
    if (!walk->out_of_memory)
        walk_own(walk, roots);
    if (!walk->out_of_memory)
        stp_walk_rest_norefs(walk, &roots->held);
    return !walk->out_of_memory;
}
