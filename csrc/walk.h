/* One breadth-first walk over the heap: its state, and how edges are emitted.
 *
 * THE WALK. All roots are put into one queue in the order given, then taken out first in, first out; each object
 * belongs to the path shape that reaches it first. Nothing is recursive, no reference count is written, nothing is
 * allocated through the interpreter, and nothing that could run Python code is called.
 *
 *  1. Module objects among the roots (and among the tool's own), their namespaces, and all of the tool's own objects
 *     are marked first: a module reached as an attribute is never a child.
 *  2. The given roots, at depth 0. When a module's namespace is expanded, a class or function whose home is another
 *     root module waits until all given roots are expanded: a re-export owns it only if its home no longer has it.
 *     One whose home is a module of the tool is left to the tool.
 *  3. The interpreter's roots behind them in the same queue: `thread N` (0 is the main thread; all others share the
 *     label `thread`) with a step `frame NAME` for each Python frame, outermost first, then `atexit`, `interpreter`.
 *  4. When the queue is empty: the tool's own objects, and the frames of its code. All found from there counts nowhere.
 *  5. What the collector tracks and nobody reached: objects with more references than the unreached ones among
 *     themselves explain are roots `held by native code`; when these are walked, the rest are roots `garbage`.
 *
 * EDGES, in the order in which an object's are emitted:
 *   entries of the container part (dict, list, tuple, set, deque and subclasses)  `{key}`, `['name']`, `[*]`
 *   closure cells, `.__defaults__`, `.__kwdefaults__` of a function               `closure NAME`
 *   locals of a frame, generator, coroutine                                       `local NAME`
 *   attributes in order of insertion (dict or inline values), then slots          `.name`
 *   `.__code__`, `.args`, `.__traceback__`, `.tb_next`, `.__self__` … by kind; `cache` of an lru_cache
 *   whatever tp_traverse shows beyond these                                       (empty)
 * An object's `__dict__`, a function's cells, a generator's frame object are *absorbed*: no objects of their own,
 * their bytes count with the owner. Weak references are not edges.
 *
 * ITEMS: entries of a container; attributes of an instance (dict or values, and slots); names of a module or class;
 * cells and attributes of a function; locals of a frame; references that tp_traverse shows of anything else.
 */
#ifndef STP_WALK_H
#define STP_WALK_H

#include "core/frontier.h"
#include "core/shapes.h"
#include "core/visited.h"
#include "layout.h"

typedef enum {
    STP_KIND_PLAIN, /* nothing special: attributes, slots, tp_traverse */
    STP_KIND_STR,
    STP_KIND_BYTES,
    STP_KIND_BYTEARRAY,
    STP_KIND_INT,
    STP_KIND_LIST,
    STP_KIND_TUPLE,
    STP_KIND_DICT,
    STP_KIND_SET,
    STP_KIND_DEQUE,
    STP_KIND_ARRAY,
    STP_KIND_TYPE,
    STP_KIND_MODULE,
    STP_KIND_FUNCTION,
    STP_KIND_METHOD,
    STP_KIND_CODE,
    STP_KIND_FRAME,
    STP_KIND_GENERATOR,
    STP_KIND_TRACEBACK,
    STP_KIND_EXCEPTION,
    STP_KIND_LRU_CACHE
} stp_kind;

typedef struct { /* the private layout of arraymodule.c, unchanged since 3.3 */
    PyObject_VAR_HEAD
    char *ob_item;
    Py_ssize_t allocated;
    const struct { char typecode; int itemsize; } *descriptor;
    PyObject *weakreflist;
    Py_ssize_t exports;
} stp_array;

enum { STP_ARRAY_BASIC_BYTES = sizeof(stp_array) };

/* What the walk needs to know of a type; good for one walk (types die, addresses are used again). */
typedef struct {
    PyTypeObject *type; /* borrowed */
    uint32_t name; /* name id; STP_NONE outside of a walk */
    uint32_t first_slot, slot_count; /* in stp_types.slots */
    uint8_t kind; /* stp_kind */
    bool has_gc; /* has edges at all */
    bool has_dict; /* instances may have attributes in a dict or in inline values */
    bool is_managed; /* … kept by the interpreter before the object (or inline) */
    bool shows_rest; /* ends with what tp_traverse shows */
    bool counts_rest; /* … and that is its items */
} stp_type;

typedef struct {
    Py_ssize_t offset;
    const char *name; /* borrowed from the type */
} stp_slot;

typedef struct {
    stp_type *records; /* owned */
    uint32_t count, capacity;
    stp_slot *slots; /* owned */
    uint32_t slot_count, slot_capacity;
    stp_map by_address;
} stp_types;

/* Edges that are always spelled the same. */
typedef enum {
    STP_EDGE_REST, /* "" */
    STP_EDGE_ITEM, /* [*] */
    STP_EDGE_KEY, /* {key} */
    STP_EDGE_CODE,
    STP_EDGE_DEFAULTS,
    STP_EDGE_KWDEFAULTS,
    STP_EDGE_SELF,
    STP_EDGE_FUNC,
    STP_EDGE_ARGS,
    STP_EDGE_TRACEBACK,
    STP_EDGE_CONTEXT,
    STP_EDGE_CAUSE,
    STP_EDGE_TB_FRAME,
    STP_EDGE_TB_NEXT,
    STP_EDGE_CACHE,
    STP_EDGES
} stp_edge;

/* Spellings that carry a name. */
typedef enum { STP_NAMED_ATTRIBUTE, STP_NAMED_KEY, STP_NAMED_CLOSURE, STP_NAMED_LOCAL, STP_NAMED_SLOT } stp_naming;

enum { STP_STEP_CACHE = 1 << 13, STP_CHILD_CACHE = 1 << 11, STP_TYPE_CACHE = 1 << 8, STP_DROPPED = UINT32_MAX - 1 };

typedef struct {
    const void *name; /* address of the key (or of the slot's name) */
    uint32_t shape, step;
    uint32_t naming;
} stp_cached_step;

typedef enum { STP_HOME_IS_ROOT, STP_HOME_IS_OURS } stp_home;

/* A node of the walk that is no object: a thread, a frame, the interpreter's lists. */
typedef struct {
    int kind; /* of walk_interpreter.c */
    bool is_own;
    void *what;
    uint32_t shape;
} stp_virtual;

typedef struct stp_walk {
    stp_shapes *shapes; /* borrowed: lives as long as the Walker */
    stp_visited seen;
    stp_frontier queue, deferred, own_frames;
    stp_types types;
    uint32_t edges[STP_EDGES]; /* name ids */
    struct { uint32_t shape, step; } last_step[STP_EDGES];
    struct { uint32_t step, type, shape; } *children; /* owned, STP_CHILD_CACHE places */
    stp_cached_step *steps; /* owned, STP_STEP_CACHE places */
    struct { const PyTypeObject *type; uint32_t record; } last_types[STP_TYPE_CACHE];
    stp_map root_homes; /* name id of a root module or of a module of the tool → stp_home */
    stp_virtual *virtuals; /* owned */
    uint32_t virtual_count, virtual_capacity;
    const char *package; /* borrowed: directory of the tool's code, with trailing separator; "" for none */
    size_t package_length;
    uint64_t objects;
    uint32_t until_deferred; /* given roots not expanded yet */
    bool out_of_memory;
    /* watching: what members() and shapes_of() ask for; all borrowed from the caller, NULL when not used */
    const stp_map *watched_objects; /* address → index into watched_shapes */
    uint32_t *watched_shapes;
    const stp_map *watched_ids; /* shape id → index into member_counts */
    uint32_t *member_counts;
    uint32_t member_limit;
    struct { uint32_t shape; PyObject *object; } *members; /* owned */
    uint32_t found, members_capacity;
    bool is_watching;
} stp_walk;

typedef struct {
    uint32_t shape; /* or STP_DROPPED */
    const stp_type *type;
    uint64_t items, size_bytes;
} stp_owner;

/* walk_types.c */
const stp_type *stp_type_of_norefs(stp_walk *walk, PyObject *o);
bool stp_describe_type_norefs(stp_types *types, PyTypeObject *type, stp_type *record);
void stp_types_free(stp_types *types);
uint32_t stp_type_name_norefs(stp_names *names, PyTypeObject *type);
PyObject *stp_type_home_norefs(PyTypeObject *type);
bool stp_know_types(void);

/* layout_check.c */
const char *stp_layout_fault_norefs(void);

/* walk_names.c */
size_t stp_text_of_norefs(PyObject *text, char *bytes, size_t room);
uint32_t stp_named_step_norefs(stp_walk *walk, uint32_t shape, stp_naming naming, const void *name);
PyObject *stp_find_str_norefs(PyObject *namespace, const char *name);
uint32_t stp_intern_text_norefs(stp_names *names, PyObject *text);

/* walk_size.c */
uint64_t stp_own_bytes_norefs(PyObject *o, const stp_type *type);
uint64_t stp_dict_bytes_norefs(PyDictObject *dict);

/* walk_edges.c, walk_attributes.c, walk_code.c */
void stp_expand_norefs(stp_walk *walk, PyObject *o, stp_owner *owner);
void stp_expand_attributes_norefs(stp_walk *walk, PyObject *o, stp_owner *owner);
void stp_expand_namespace_norefs(stp_walk *walk, PyObject *o, PyObject *namespace, stp_owner *owner);
void stp_expand_dict_norefs(stp_walk *walk, PyDictObject *dict, stp_owner *owner);
PyObject *stp_instance_dict_norefs(PyObject *o, const stp_type *type);
void stp_expand_function_norefs(stp_walk *walk, PyFunctionObject *function, stp_owner *owner);
void stp_expand_code_norefs(stp_walk *walk, PyCodeObject *code, stp_owner *owner);
void stp_expand_frame_norefs(stp_walk *walk, stp_frame *frame, stp_owner *owner);
void stp_expand_generator_norefs(stp_walk *walk, PyGenObject *generator, stp_owner *owner);
void stp_expand_frame_object_norefs(stp_walk *walk, PyFrameObject *frame, stp_owner *owner);
void stp_absorb_frame_object_norefs(stp_walk *walk, stp_frame *frame, stp_owner *owner);

/* walk_interpreter.c */
void stp_seed_interpreter_norefs(stp_walk *walk);
void stp_expand_virtual_norefs(stp_walk *walk, uint32_t id);

/* walk_rest.c: objects that the collector tracks and nothing reached. `held` counts references that the caller's
 * own arguments hold, by address. */
void stp_walk_rest_norefs(stp_walk *walk, const stp_map *held);

/* walk_run.c */
bool stp_walk_init(stp_walk *walk, stp_shapes *shapes);
void stp_walk_free(stp_walk *walk);
void stp_run_norefs(stp_walk *walk);
void stp_note_norefs(stp_walk *walk, PyObject *o, uint32_t shape);
void stp_push_root_norefs(stp_walk *walk, PyObject *o, uint32_t label);
uint32_t stp_root_shape_norefs(stp_walk *walk, PyObject *o, uint32_t label);

/* ---- emitting ------------------------------------------------------------------------------------------------ */

static inline uint32_t stp_step_over(stp_walk *walk, uint32_t shape, stp_edge edge)
{
    if (walk->last_step[edge].shape == shape)
        return walk->last_step[edge].step;
    uint32_t step = shape == STP_DROPPED ? STP_DROPPED : stp_shapes_step(walk->shapes, shape, walk->edges[edge]);
    walk->last_step[edge].shape = shape;
    walk->last_step[edge].step = step;
    return step;
}

static inline void stp_emit_norefs(stp_walk *walk, PyObject *o, uint32_t shape, stp_edge edge)
{
    if (o != NULL && stp_visited_add(&walk->seen, o))
        stp_frontier_push(&walk->queue, (uintptr_t)o, stp_step_over(walk, shape, edge));
}

static inline void stp_emit_named_norefs(stp_walk *walk, PyObject *o, uint32_t shape, stp_naming naming, const void *name)
{
    if (o != NULL && stp_visited_add(&walk->seen, o))
        stp_frontier_push(&walk->queue, (uintptr_t)o, stp_named_step_norefs(walk, shape, naming, name));
}

/* Count a part with its owner instead of as an object of its own. */
static inline void stp_absorb_norefs(stp_walk *walk, PyObject *part, uint64_t size_bytes, stp_owner *owner)
{
    if (!stp_visited_add(&walk->seen, part))
        return;
    owner->size_bytes += size_bytes;
    if (STP_UNLIKELY(walk->is_watching))
        stp_note_norefs(walk, part, owner->shape);
}

/* ---- iterating over a dict or over inline values ------------------------------------------------------------- */

typedef struct {
    const char *entries; /* combined tables: the entry array, key at key_at, value behind it */
    size_t stride, key_at;
    const PyDictUnicodeEntry *shared; /* split tables: where the keys are */
    const PyDictValues *values; /* split tables: where the values are */
    Py_ssize_t count, at;
} stp_entries;

static inline stp_entries stp_entries_of_values(PyDictKeysObject *keys, const PyDictValues *values)
{
    return (stp_entries){.shared = DK_UNICODE_ENTRIES(keys), .values = values, .count = stp_values_used(values)};
}

static inline stp_entries stp_entries_of_dict(const PyDictObject *dict)
{
    PyDictKeysObject *keys = dict->ma_keys;
    if (dict->ma_values != NULL)
        return stp_entries_of_values(keys, dict->ma_values);
    if (DK_IS_UNICODE(keys))
        return (stp_entries){.entries = (const char *)DK_UNICODE_ENTRIES(keys),
                             .stride = sizeof(PyDictUnicodeEntry),
                             .key_at = offsetof(PyDictUnicodeEntry, me_key),
                             .count = keys->dk_nentries};
    return (stp_entries){.entries = (const char *)DK_ENTRIES(keys),
                         .stride = sizeof(PyDictKeyEntry),
                         .key_at = offsetof(PyDictKeyEntry, me_key),
                         .count = keys->dk_nentries};
}

/* The next entry that has a value (deleted ones have none), as borrowed references. */
static inline bool stp_next_entry(stp_entries *entries, PyObject **key, PyObject **value)
{
    while (entries->at < entries->count) {
        Py_ssize_t at = entries->at++;
        if (entries->values != NULL) {
            Py_ssize_t index = stp_values_index(entries->values, at);
            *key = entries->shared[index].me_key;
            *value = entries->values->values[index];
        } else {
            PyObject *const *pair = (PyObject *const *)(entries->entries + (size_t)at * entries->stride + entries->key_at);
            *key = pair[0];
            *value = pair[1];
        }
        if (*value != NULL && *key != NULL)
            return true;
    }
    return false;
}

#endif
