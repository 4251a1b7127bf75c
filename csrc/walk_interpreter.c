/* The interpreter's own roots: threads and their frames, atexit, and what the interpreter keeps for itself.
 *
 * Threads, frames and lists of the interpreter are no objects; they stand in the queue as numbered virtual nodes, so
 * that they are expanded in their turn, after the modules.
 */
#include "walk.h"

#include <string.h>

enum { NODE_THREAD, NODE_FRAME, NODE_INNERMOST_FRAME, NODE_ATEXIT, NODE_INTERPRETER };

static uint32_t intern(stp_walk *walk, const char *text)
{
    uint32_t name = stp_names_intern(&walk->shapes->names, text, strlen(text));
    if (name == STP_NONE)
        walk->out_of_memory = true;
    return name;
}

static uint32_t virtual_shape(stp_walk *walk, uint32_t parent, uint32_t edge, const char *type)
{
    uint32_t type_name = intern(walk, type);
    if (walk->out_of_memory)
        return STP_NONE;
    uint32_t step = stp_shapes_step(walk->shapes, parent, edge);
    return step == STP_NONE ? STP_NONE : stp_shapes_child(walk->shapes, step, type_name, false);
}

static void push_virtual(stp_walk *walk, stp_virtual node)
{
    if (node.shape == STP_NONE || !stp_grow((void **)&walk->virtuals, &walk->virtual_capacity, walk->virtual_count,
                                            sizeof *walk->virtuals)) {
        walk->out_of_memory = true;
        return;
    }
    walk->virtuals[walk->virtual_count] = node;
    /* Objects lie at even addresses: the lowest bit tells a virtual node. */
    stp_frontier_push(node.is_own ? &walk->own_frames : &walk->queue, ((uintptr_t)walk->virtual_count << 1) | 1, STP_DROPPED);
    walk->virtual_count++;
}

static void push_virtual_root(stp_walk *walk, int kind, void *what, const char *label, const char *type)
{
    uint32_t edge = intern(walk, label);
    if (!walk->out_of_memory)
        push_virtual(walk, (stp_virtual){.kind = kind, .what = what, .shape = virtual_shape(walk, STP_ROOT, edge, type)});
}

static bool is_main_thread(const PyThreadState *thread) { return thread->thread_id == _PyRuntime.main_thread; }

/* No lock is needed: who has the GIL (or is alone, after a fork) can only see threads added in front. */
static void seed_threads(stp_walk *walk, PyInterpreterState *interpreter)
{
    PyThreadState *newest = interpreter->threads.head, *oldest = newest;
    while (oldest != NULL && oldest->next != NULL)
        oldest = oldest->next;
    for (PyThreadState *thread = oldest; thread != NULL; thread = thread == newest ? NULL : thread->prev)
        if (is_main_thread(thread))
            push_virtual_root(walk, NODE_THREAD, thread, "thread 0", "thread");
    for (PyThreadState *thread = oldest; thread != NULL; thread = thread == newest ? NULL : thread->prev)
        if (!is_main_thread(thread))
            push_virtual_root(walk, NODE_THREAD, thread, "thread", "thread");
}

void stp_seed_interpreter_norefs(stp_walk *walk)
{
    PyInterpreterState *interpreter = PyInterpreterState_Get();
    seed_threads(walk, interpreter);
    push_virtual_root(walk, NODE_ATEXIT, interpreter, "atexit", "atexit");
    push_virtual_root(walk, NODE_INTERPRETER, interpreter, "interpreter", "interpreter");
}

static void emit(stp_walk *walk, uint32_t shape, const char *name, PyObject *o)
{
    stp_emit_named_norefs(walk, o, shape, STP_NAMED_SLOT, name);
}

/* ---- threads and frames -------------------------------------------------------------------------------------- */

static bool is_own_frame(const stp_walk *walk, const PyCodeObject *code)
{
    char path[512];
    if (walk->package_length == 0 || walk->package_length > sizeof path / 2 || !PyUnicode_CheckExact(code->co_filename))
        return false;
    PyObject *text = code->co_filename;
    if (PyUnicode_IS_COMPACT_ASCII(text))
        return (size_t)PyUnicode_GET_LENGTH(text) > walk->package_length &&
               memcmp(PyUnicode_DATA(text), walk->package, walk->package_length) == 0;
    size_t length = stp_text_of_norefs(text, path, sizeof path);
    return length > walk->package_length && memcmp(path, walk->package, walk->package_length) == 0;
}

static uint32_t frame_edge(stp_walk *walk, const PyCodeObject *code)
{
    char text[512] = "frame ";
    size_t used = strlen(text);
    if (code->co_qualname != NULL && PyUnicode_CheckExact(code->co_qualname))
        used += stp_text_of_norefs(code->co_qualname, text + used, sizeof text - used);
    uint32_t name = stp_names_intern(&walk->shapes->names, text, used);
    walk->out_of_memory |= name == STP_NONE;
    return name;
}

static void push_frame(stp_walk *walk, uint32_t thread_shape, stp_frame *frame, bool is_innermost)
{
    const PyCodeObject *code = stp_frame_code_norefs(frame);
    stp_virtual node = {.kind = is_innermost ? NODE_INNERMOST_FRAME : NODE_FRAME, .what = frame, .shape = STP_DROPPED};
    node.is_own = is_own_frame(walk, code);
    if (!node.is_own) {
        uint32_t edge = frame_edge(walk, code);
        if (walk->out_of_memory)
            return;
        node.shape = virtual_shape(walk, thread_shape, edge, "frame");
        walk->shapes->tallies[thread_shape].items++;
    }
    push_virtual(walk, node);
}

static void expand_frames(stp_walk *walk, PyThreadState *thread, uint32_t shape)
{
    stp_frame *innermost = stp_current_frame_norefs(thread);
    size_t count = 0;
    for (stp_frame *frame = innermost; frame != NULL; frame = frame->previous)
        count += stp_frame_code_norefs(frame) != NULL;
    if (count == 0)
        return;
    stp_frame **frames = stp_malloc(count * sizeof *frames);
    if (frames == NULL) {
        walk->out_of_memory = true;
        return;
    }
    size_t at = count;
    for (stp_frame *frame = innermost; frame != NULL; frame = frame->previous)
        if (stp_frame_code_norefs(frame) != NULL)
            frames[--at] = frame;
    for (; at < count && !walk->out_of_memory; at++)
        push_frame(walk, shape, frames[at], frames[at] == innermost);
    free(frames);
}

/* Until 3.12, a thread state keeps a weak reference to the thread's lock: it is no object of anybody's. */
static void mark_sentinel(stp_walk *walk, const PyThreadState *thread)
{
#if PY_VERSION_HEX < 0x030D0000
    if (thread->on_delete_data != NULL)
        stp_visited_add(&walk->seen, thread->on_delete_data);
#else
    (void)walk, (void)thread;
#endif
}

static void expand_thread(stp_walk *walk, PyThreadState *thread, uint32_t shape)
{
    expand_frames(walk, thread, shape);
    mark_sentinel(walk, thread);
    emit(walk, shape, "dict", thread->dict);
    emit(walk, shape, "context", thread->context);
    for (const _PyErr_StackItem *item = thread->exc_info; item != NULL; item = item->previous_item)
        emit(walk, shape, "exc_info", item->exc_value);
#if PY_VERSION_HEX < 0x030C0000
    emit(walk, shape, "exception", thread->curexc_value);
    emit(walk, shape, "exception", thread->curexc_type);
    emit(walk, shape, "exception", thread->curexc_traceback);
#else
    emit(walk, shape, "exception", thread->current_exception);
#endif
    emit(walk, shape, "async_exc", thread->async_exc);
    emit(walk, shape, "async_gen_firstiter", thread->async_gen_firstiter);
    emit(walk, shape, "async_gen_finalizer", thread->async_gen_finalizer);
    emit(walk, shape, "profile", thread->c_profileobj);
    emit(walk, shape, "trace", thread->c_traceobj);
#if PY_VERSION_HEX >= 0x030D0000
    emit(walk, shape, "threading_local_key", thread->threading_local_key);
    emit(walk, shape, "threading_local_sentinel", thread->threading_local_sentinel);
#endif
}

static void expand_thread_frame(stp_walk *walk, stp_frame *frame, bool is_innermost, uint32_t shape)
{
    const PyCodeObject *code = stp_frame_code_norefs(frame);
    stp_owner owner = {.shape = shape};
    stp_absorb_frame_object_norefs(walk, frame, &owner);
    stp_expand_frame_norefs(walk, frame, &owner);
    stp_emit_norefs(walk, stp_frame_function_norefs(frame), shape, STP_EDGE_REST);
    stp_emit_norefs(walk, (PyObject *)(uintptr_t)code, shape, STP_EDGE_CODE);
    if (frame->frame_obj != NULL)
        stp_emit_norefs(walk, frame->frame_obj->f_trace, shape, STP_EDGE_REST);
    /* While a frame calls another one, its evaluation stack is complete; else the length is not stored. */
    if (!is_innermost)
        for (int at = code->co_nlocalsplus; at < frame->stacktop && at < code->co_nlocalsplus + code->co_stacksize; at++)
            stp_emit_norefs(walk, frame->localsplus[at], shape, STP_EDGE_REST);
    if (shape != STP_DROPPED)
        walk->shapes->tallies[shape].items += owner.items;
}

/* ---- lists of the interpreter -------------------------------------------------------------------------------- */

static void expand_atexit(stp_walk *walk, PyInterpreterState *interpreter, uint32_t shape)
{
    const struct atexit_state *state = &interpreter->atexit;
    for (int at = 0; at < state->ncallbacks; at++) {
        if (state->callbacks[at] == NULL)
            continue;
        walk->shapes->tallies[shape].items++;
        stp_emit_norefs(walk, state->callbacks[at]->func, shape, STP_EDGE_ITEM);
        stp_emit_norefs(walk, state->callbacks[at]->args, shape, STP_EDGE_ITEM);
        stp_emit_norefs(walk, state->callbacks[at]->kwargs, shape, STP_EDGE_ITEM);
    }
}

typedef struct {
    PyTypeObject **types; /* owned */
    uint32_t count, capacity;
    stp_map known;
} stp_type_list;

static bool add_type(stp_type_list *list, PyTypeObject *type)
{
    if (stp_map_get(&list->known, (uintptr_t)type) != NULL)
        return true;
    if (!stp_map_put(&list->known, (uintptr_t)type, 0) ||
        !stp_grow((void **)&list->types, &list->capacity, list->count, sizeof *list->types))
        return false;
    list->types[list->count++] = type;
    return true;
}

static bool add_subclasses(stp_type_list *list, PyTypeObject *type)
{
    PyObject *subclasses = stp_type_subclasses_norefs(type);
    if (subclasses == NULL || !PyDict_CheckExact(subclasses))
        return true;
    stp_entries entries = stp_entries_of_dict((PyDictObject *)subclasses);
    PyObject *key, *reference;
    while (stp_next_entry(&entries, &key, &reference)) {
        PyObject *subclass = PyWeakref_CheckRef(reference) ? ((PyWeakReference *)reference)->wr_object : NULL;
        if (subclass != NULL && PyType_Check(subclass) && !add_type(list, (PyTypeObject *)subclass))
            return false;
    }
    return true;
}

/* Static types are held by nobody's reference: they are found through the weak list of subclasses. */
static void emit_static_types(stp_walk *walk, uint32_t shape)
{
    stp_type_list list = {0};
    bool is_fine = add_type(&list, &PyBaseObject_Type);
    for (uint32_t at = 0; is_fine && at < list.count; at++) {
        if (!(list.types[at]->tp_flags & Py_TPFLAGS_HEAPTYPE))
            stp_emit_norefs(walk, (PyObject *)list.types[at], shape, STP_EDGE_REST);
        is_fine = add_subclasses(&list, list.types[at]);
    }
    walk->out_of_memory |= !is_fine;
    free(list.types);
    stp_map_free(&list.known);
}

/* Types that the compiler and typing made for themselves. */
static void emit_made_types(stp_walk *walk, PyInterpreterState *is, uint32_t shape)
{
    PyObject *const *types = &is->ast.AST_type;
    size_t count = (sizeof is->ast - offsetof(struct ast_state, AST_type)) / sizeof *types;
    for (size_t at = 0; at < count; at++)
        emit(walk, shape, "ast", types[at]);
#if PY_VERSION_HEX >= 0x030C0000
    const struct _Py_interp_cached_objects *cached = &is->cached_objects;
    PyTypeObject *const typing[] = {cached->generic_type,   cached->typevar_type,       cached->typevartuple_type,
                                    cached->paramspec_type, cached->paramspecargs_type, cached->paramspeckwargs_type};
    for (size_t at = 0; at < sizeof typing / sizeof *typing; at++)
        emit(walk, shape, "typing", (PyObject *)typing[at]);
    emit(walk, shape, "objreduce", cached->objreduce);
#endif
}

static void expand_interpreter(stp_walk *walk, PyInterpreterState *is, uint32_t shape)
{
    emit(walk, shape, "sysdict", is->sysdict);
    emit(walk, shape, "builtins", is->builtins);
    emit(walk, shape, "builtins_copy", is->builtins_copy);
    emit(walk, shape, "dict", is->dict);
#if PY_VERSION_HEX < 0x030C0000
    emit(walk, shape, "modules", is->modules);
    emit(walk, shape, "modules_by_index", is->modules_by_index);
    emit(walk, shape, "importlib", is->importlib);
    emit(walk, shape, "import_func", is->import_func);
#else
    emit(walk, shape, "sysdict_copy", is->sysdict_copy);
    emit(walk, shape, "modules", is->imports.modules);
    emit(walk, shape, "modules_by_index", is->imports.modules_by_index);
    emit(walk, shape, "importlib", is->imports.importlib);
    emit(walk, shape, "import_func", is->imports.import_func);
#endif
#if PY_VERSION_HEX < 0x030D0000
    emit(walk, shape, "codec_search_path", is->codec_search_path);
    emit(walk, shape, "codec_search_cache", is->codec_search_cache);
    emit(walk, shape, "codec_error_registry", is->codec_error_registry);
#else
    emit(walk, shape, "codec_search_path", is->codecs.search_path);
    emit(walk, shape, "codec_search_cache", is->codecs.search_cache);
    emit(walk, shape, "codec_error_registry", is->codecs.error_registry);
#endif
#ifdef HAVE_FORK
    emit(walk, shape, "before_forkers", is->before_forkers);
    emit(walk, shape, "after_forkers_parent", is->after_forkers_parent);
    emit(walk, shape, "after_forkers_child", is->after_forkers_child);
#endif
    emit(walk, shape, "warnings_filters", is->warnings.filters);
    emit(walk, shape, "warnings_once_registry", is->warnings.once_registry);
    emit(walk, shape, "warnings_default_action", is->warnings.default_action);
    emit(walk, shape, "audit_hooks", is->audit_hooks);
    emit(walk, shape, "gc_garbage", is->gc.garbage);
    emit(walk, shape, "gc_callbacks", is->gc.callbacks);
    emit_static_types(walk, shape);
    emit_made_types(walk, is, shape);
}

void stp_expand_virtual_norefs(stp_walk *walk, uint32_t id)
{
    const stp_virtual node = walk->virtuals[id]; /* a copy: expanding adds nodes */
    if (node.shape != STP_DROPPED)
        walk->shapes->tallies[node.shape].count++;
    switch (node.kind) {
    case NODE_THREAD:
        expand_thread(walk, node.what, node.shape);
        break;
    case NODE_FRAME:
    case NODE_INNERMOST_FRAME:
        expand_thread_frame(walk, node.what, node.kind == NODE_INNERMOST_FRAME, node.shape);
        break;
    case NODE_ATEXIT:
        expand_atexit(walk, node.what, node.shape);
        break;
    default:
        expand_interpreter(walk, node.what, node.shape);
        break;
    }
}
