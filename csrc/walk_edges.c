/* All edges out of one object, in the order that walk.h states. */
#include "walk.h"

typedef struct {
    stp_walk *walk;
    stp_owner *owner;
    PyObject *special; /* a reference with an edge of its own: see the visitors */
    uint64_t shown;
} stp_visit;

static int visit_rest(PyObject *o, void *argument)
{
    stp_visit *visit = argument;
    visit->shown++;
    stp_emit_norefs(visit->walk, o, visit->owner->shape, STP_EDGE_REST);
    return 0;
}

/* Items of a deque, but for its type. */
static int visit_deque(PyObject *o, void *argument)
{
    stp_visit *visit = argument;
    stp_emit_norefs(visit->walk, o, visit->owner->shape, o == visit->special ? STP_EDGE_REST : STP_EDGE_ITEM);
    return 0;
}

static uint64_t show(stp_walk *walk, PyObject *o, stp_owner *owner, visitproc visitor, PyObject *special)
{
    stp_visit visit = {.walk = walk, .owner = owner, .special = special};
    PyTypeObject *type = Py_TYPE(o);
    if (type->tp_traverse != NULL && (type->tp_is_gc == NULL || type->tp_is_gc(o)))
        type->tp_traverse(o, visitor, &visit);
    return visit.shown;
}

/* An lru_cache shows its cached keys and results first, then the dict it finds them with: the last dict it shows. */
typedef struct {
    PyObject *own_dict, *last;
} stp_last_dict;

static int find_last_dict(PyObject *o, void *argument)
{
    stp_last_dict *search = argument;
    if (PyDict_CheckExact(o) && o != search->own_dict)
        search->last = o;
    return 0;
}

static void expand_lru_cache(stp_walk *walk, PyObject *o, stp_owner *owner)
{
    stp_last_dict search = {.own_dict = stp_instance_dict_norefs(o, owner->type)};
    Py_TYPE(o)->tp_traverse(o, find_last_dict, &search);
    stp_emit_norefs(walk, search.last, owner->shape, STP_EDGE_CACHE);
    show(walk, o, owner, visit_rest, NULL);
}

static void expand_sequence(stp_walk *walk, PyObject *const *items, Py_ssize_t count, stp_owner *owner)
{
    owner->items = (uint64_t)(count > 0 ? count : 0);
    for (Py_ssize_t at = 0; at < count; at++)
        stp_emit_norefs(walk, items[at], owner->shape, STP_EDGE_ITEM);
}

static void expand_set(stp_walk *walk, const PySetObject *set, stp_owner *owner)
{
    owner->items = (uint64_t)set->used;
    if (set->used == 0)
        return;
    for (Py_ssize_t at = 0; at <= set->mask; at++)
        if (set->table[at].key != NULL && set->table[at].hash != -1) /* -1: an entry that was removed */
            stp_emit_norefs(walk, set->table[at].key, owner->shape, STP_EDGE_KEY);
}

/* Entries of the container part. True: there is one, and its entries are the object's items. */
static bool expand_container(stp_walk *walk, PyObject *o, stp_owner *owner)
{
    switch ((stp_kind)owner->type->kind) {
    case STP_KIND_LIST:
        expand_sequence(walk, ((PyListObject *)o)->ob_item, Py_SIZE(o), owner);
        return true;
    case STP_KIND_TUPLE:
        expand_sequence(walk, ((PyTupleObject *)o)->ob_item, Py_SIZE(o), owner);
        return true;
    case STP_KIND_DICT:
        stp_expand_dict_norefs(walk, (PyDictObject *)o, owner);
        return true;
    case STP_KIND_SET:
        expand_set(walk, (PySetObject *)o, owner);
        return true;
    case STP_KIND_DEQUE:
        owner->items = (uint64_t)Py_SIZE(o);
        show(walk, o, owner, visit_deque, (PyObject *)Py_TYPE(o));
        return true;
    case STP_KIND_ARRAY: /* numbers: nothing to follow */
        owner->items = (uint64_t)Py_SIZE(o);
        return true;
    default:
        return false;
    }
}

static void expand_slots(stp_walk *walk, PyObject *o, stp_owner *owner)
{
    const stp_slot *slots = walk->types.slots + owner->type->first_slot;
    for (uint32_t at = 0; at < owner->type->slot_count; at++) {
        PyObject *value = *(PyObject **)((char *)o + slots[at].offset);
        stp_emit_named_norefs(walk, value, owner->shape, STP_NAMED_SLOT, slots[at].name);
        owner->items += value != NULL;
    }
}

/* The list of subclasses is weak: no edge, but the dict and its references are there because of the type. */
static void absorb_subclasses(stp_walk *walk, PyTypeObject *type, stp_owner *owner)
{
    PyObject *subclasses = stp_type_subclasses_norefs(type);
    if (subclasses == NULL || !PyDict_CheckExact(subclasses))
        return;
    stp_absorb_norefs(walk, subclasses, stp_dict_bytes_norefs((PyDictObject *)subclasses), owner);
    stp_entries entries = stp_entries_of_dict((PyDictObject *)subclasses);
    PyObject *key, *reference;
    while (stp_next_entry(&entries, &key, &reference))
        if (PyWeakref_CheckRefExact(reference))
            stp_absorb_norefs(walk, reference, sizeof(PyGC_Head) + sizeof(PyWeakReference), owner);
}

static void expand_type(stp_walk *walk, PyTypeObject *type, stp_owner *owner)
{
    absorb_subclasses(walk, type, owner);
    stp_expand_namespace_norefs(walk, (PyObject *)type, stp_type_dict_norefs(type), owner);
    if (type->tp_flags & Py_TPFLAGS_HEAPTYPE) {
        show(walk, (PyObject *)type, owner, visit_rest, NULL);
    } else { /* static types may not be shown to the collector */
        stp_emit_norefs(walk, type->tp_bases, owner->shape, STP_EDGE_REST);
        stp_emit_norefs(walk, type->tp_mro, owner->shape, STP_EDGE_REST);
    }
}

/* None stands for "there is none" here, and is no child. */
static void emit_unless_none(stp_walk *walk, PyObject *o, uint32_t shape, stp_edge edge)
{
    if (o != Py_None)
        stp_emit_norefs(walk, o, shape, edge);
}

static void expand_exception(stp_walk *walk, PyBaseExceptionObject *exception, uint32_t shape)
{
    emit_unless_none(walk, exception->args, shape, STP_EDGE_ARGS);
    emit_unless_none(walk, exception->traceback, shape, STP_EDGE_TRACEBACK);
    emit_unless_none(walk, exception->context, shape, STP_EDGE_CONTEXT);
    emit_unless_none(walk, exception->cause, shape, STP_EDGE_CAUSE);
}

/* Edges that the kind gives a name to, beside attributes and slots. */
static void expand_by_kind(stp_walk *walk, PyObject *o, stp_owner *owner)
{
    switch ((stp_kind)owner->type->kind) {
    case STP_KIND_EXCEPTION:
        expand_exception(walk, (PyBaseExceptionObject *)o, owner->shape);
        break;
    case STP_KIND_METHOD:
        stp_emit_norefs(walk, ((PyMethodObject *)o)->im_self, owner->shape, STP_EDGE_SELF);
        stp_emit_norefs(walk, ((PyMethodObject *)o)->im_func, owner->shape, STP_EDGE_FUNC);
        owner->items = (((PyMethodObject *)o)->im_self != NULL) + (((PyMethodObject *)o)->im_func != NULL);
        break;
    case STP_KIND_TRACEBACK:
        stp_emit_norefs(walk, (PyObject *)((PyTracebackObject *)o)->tb_frame, owner->shape, STP_EDGE_TB_FRAME);
        stp_emit_norefs(walk, (PyObject *)((PyTracebackObject *)o)->tb_next, owner->shape, STP_EDGE_TB_NEXT);
        owner->items = (((PyTracebackObject *)o)->tb_frame != NULL) + (((PyTracebackObject *)o)->tb_next != NULL);
        break;
    case STP_KIND_FUNCTION:
        stp_expand_function_norefs(walk, (PyFunctionObject *)o, owner);
        break;
    case STP_KIND_FRAME:
        stp_expand_frame_object_norefs(walk, (PyFrameObject *)o, owner);
        break;
    case STP_KIND_GENERATOR:
        stp_expand_generator_norefs(walk, (PyGenObject *)o, owner);
        break;
    case STP_KIND_LRU_CACHE:
        expand_lru_cache(walk, o, owner);
        break;
    default:
        break;
    }
}

/* All edges of an object; fills the owner's items and adds to its bytes. */
void stp_expand_norefs(stp_walk *walk, PyObject *o, stp_owner *owner)
{
    const stp_type *type = owner->type;
    if (type->kind == STP_KIND_CODE) {
        stp_expand_code_norefs(walk, (PyCodeObject *)o, owner);
        return;
    }
    if (type->kind == STP_KIND_TYPE) {
        expand_type(walk, (PyTypeObject *)o, owner);
        return;
    }
    if (!type->has_gc)
        return;
    bool is_container = expand_container(walk, o, owner);
    uint64_t entries = owner->items;
    if (type->kind == STP_KIND_MODULE)
        stp_expand_namespace_norefs(walk, o, ((PyModuleObject *)o)->md_dict, owner);
    else if (type->has_dict)
        stp_expand_attributes_norefs(walk, o, owner);
    expand_slots(walk, o, owner);
    expand_by_kind(walk, o, owner);
    if (type->shows_rest) {
        uint64_t shown = show(walk, o, owner, visit_rest, NULL);
        if (type->counts_rest)
            owner->items = shown;
    }
    if (is_container)
        owner->items = entries;
}
