/* Edges out of functions, code objects and frames. */
#include "walk.h"

#ifndef CO_FAST_HIDDEN
#define CO_FAST_HIDDEN 0x10 /* from 3.12: a comprehension's variable inside its function */
#endif

static uint64_t cell_bytes(void) { return sizeof(PyGC_Head) + sizeof(PyCellObject); }

/* What a variable stands for: the content of its cell, which is absorbed, or itself. */
static PyObject *content_of_cell(stp_walk *walk, PyObject *cell, stp_owner *owner)
{
    if (cell == NULL || !PyCell_Check(cell))
        return cell;
    stp_absorb_norefs(walk, cell, cell_bytes(), owner);
    return PyCell_GET(cell);
}

static PyObject *variable_name(const PyCodeObject *code, Py_ssize_t at)
{
    PyObject *names = code->co_localsplusnames;
    if (names == NULL || !PyTuple_CheckExact(names) || at >= PyTuple_GET_SIZE(names))
        return NULL;
    PyObject *name = PyTuple_GET_ITEM(names, at);
    return name != NULL && PyUnicode_CheckExact(name) ? name : NULL;
}

static int variable_kind(const PyCodeObject *code, Py_ssize_t at)
{
    PyObject *kinds = code->co_localspluskinds;
    if (kinds == NULL || !PyBytes_CheckExact(kinds) || at >= PyBytes_GET_SIZE(kinds))
        return 0;
    return (unsigned char)PyBytes_AS_STRING(kinds)[at];
}

static void emit_variable(stp_walk *walk, PyObject *value, uint32_t shape, stp_naming naming, PyObject *name)
{
    if (name != NULL)
        stp_emit_named_norefs(walk, value, shape, naming, name);
    else
        stp_emit_norefs(walk, value, shape, STP_EDGE_REST);
}

static void expand_closure(stp_walk *walk, PyFunctionObject *function, stp_owner *owner)
{
    PyObject *closure = function->func_closure;
    if (closure == NULL || !PyTuple_CheckExact(closure))
        return;
    const PyCodeObject *code = (const PyCodeObject *)function->func_code;
    Py_ssize_t first_free = code->co_nlocalsplus - code->co_nfreevars;
    for (Py_ssize_t at = 0; at < PyTuple_GET_SIZE(closure); at++) {
        PyObject *content = content_of_cell(walk, PyTuple_GET_ITEM(closure, at), owner);
        emit_variable(walk, content, owner->shape, STP_NAMED_CLOSURE, variable_name(code, first_free + at));
        owner->items++;
    }
}

/* All functions of one place share one shape for their code, beside the functions: code is never what leaks. */
static uint32_t place_of_code(const stp_walk *walk, uint32_t function_shape)
{
    if (function_shape == STP_DROPPED)
        return STP_DROPPED;
    const stp_shape *shape = &walk->shapes->shapes[function_shape];
    return shape->sink_step != STP_NONE || shape->parent == STP_ROOT ? function_shape : shape->parent;
}

/* Up to `.__code__`; the rest comes from tp_traverse. */
void stp_expand_function_norefs(stp_walk *walk, PyFunctionObject *function, stp_owner *owner)
{
    expand_closure(walk, function, owner);
    stp_emit_norefs(walk, function->func_defaults, owner->shape, STP_EDGE_DEFAULTS);
    stp_emit_norefs(walk, function->func_kwdefaults, owner->shape, STP_EDGE_KWDEFAULTS);
    stp_expand_namespace_norefs(walk, (PyObject *)function, function->func_dict, owner);
    stp_emit_norefs(walk, function->func_code, place_of_code(walk, owner->shape), STP_EDGE_CODE);
}

void stp_expand_code_norefs(stp_walk *walk, PyCodeObject *code, stp_owner *owner)
{
    PyObject *parts[] = {
        code->co_consts,         code->co_names, code->co_exceptiontable, code->co_localsplusnames, code->co_localspluskinds,
        code->co_filename,       code->co_name,  code->co_qualname,       code->co_linetable,
    };
    for (size_t at = 0; at < sizeof parts / sizeof *parts; at++)
        stp_emit_norefs(walk, parts[at], owner->shape, STP_EDGE_REST);
    PyObject *cached[STP_CODE_CACHED];
    stp_code_cached_norefs(code, cached);
    for (int at = 0; at < STP_CODE_CACHED; at++) {
        if (cached[at] == NULL || Py_SIZE(cached[at]) == 0) /* the empty tuple and the empty bytes are everybody's */
            continue;
        uint64_t items = (uint64_t)Py_SIZE(cached[at]);
        bool is_bytes = PyBytes_CheckExact(cached[at]);
        stp_absorb_norefs(walk, cached[at],
                          (uint64_t)Py_TYPE(cached[at])->tp_basicsize + (is_bytes ? items : items * sizeof(PyObject *) + sizeof(PyGC_Head)),
                          owner);
    }
}

/* A frame's own namespace (a class body's, an exec's) or the copy that locals() made: its entries are locals,
 * unless it is a namespace that somebody else has (a module's). */
static void expand_local_namespace(stp_walk *walk, PyObject *locals, bool is_copy, stp_owner *owner)
{
    if (locals == NULL)
        return;
    if (!PyDict_CheckExact(locals)) {
        stp_emit_norefs(walk, locals, owner->shape, STP_EDGE_REST);
        return;
    }
    if (stp_visited_has(&walk->seen, locals))
        return;
    stp_absorb_norefs(walk, locals, stp_dict_bytes_norefs((PyDictObject *)locals), owner);
    stp_entries entries = stp_entries_of_dict((PyDictObject *)locals);
    PyObject *key, *value;
    for (; stp_next_entry(&entries, &key, &value); owner->items += !is_copy)
        emit_variable(walk, value, owner->shape, STP_NAMED_LOCAL, PyUnicode_CheckExact(key) ? key : NULL);
}

/* The named variables of a frame. Its items are those that have a value. */
void stp_expand_frame_norefs(stp_walk *walk, stp_frame *frame, stp_owner *owner)
{
    const PyCodeObject *code = stp_frame_code_norefs(frame);
    if (code == NULL)
        return;
    for (Py_ssize_t at = 0; at < code->co_nlocalsplus; at++) {
        int kind = variable_kind(code, at);
        PyObject *value = frame->localsplus[at];
        if (value == NULL || kind & CO_FAST_HIDDEN)
            continue;
        if (kind & (CO_FAST_CELL | CO_FAST_FREE))
            value = content_of_cell(walk, value, owner);
        emit_variable(walk, value, owner->shape, STP_NAMED_LOCAL, variable_name(code, at));
        owner->items += value != NULL;
    }
    expand_local_namespace(walk, frame->f_locals, code->co_flags & CO_OPTIMIZED, owner);
}

/* A generator, coroutine or asynchronous generator: its frame's variables; the frame object is a part of it. */
void stp_expand_generator_norefs(stp_walk *walk, PyGenObject *generator, stp_owner *owner)
{
    if (!stp_has_live_frame(generator))
        return;
    stp_frame *frame = (stp_frame *)generator->gi_iframe;
    stp_absorb_frame_object_norefs(walk, frame, owner);
    stp_expand_frame_norefs(walk, frame, owner);
}

void stp_absorb_frame_object_norefs(stp_walk *walk, stp_frame *frame, stp_owner *owner)
{
    if (frame->frame_obj != NULL)
        stp_absorb_norefs(walk, (PyObject *)frame->frame_obj,
                          sizeof(PyGC_Head) + offsetof(PyFrameObject, _f_frame_data), owner);
}

void stp_expand_frame_object_norefs(stp_walk *walk, PyFrameObject *frame, stp_owner *owner)
{
    if (frame->f_frame != NULL)
        stp_expand_frame_norefs(walk, frame->f_frame, owner);
}
