/* Edges out of namespaces: attributes of instances, modules and classes; entries of dicts. */
#include "walk.h"

enum { MOST_SMALL_DICT = 32 }; /* above, a dict is a collection, not a record: its keys are data, not names */

/* An instance's own dict when it has one that is a plain dict; borrowed. Never makes one. */
PyObject *stp_instance_dict_norefs(PyObject *o, const stp_type *type)
{
    PyObject *dict = NULL;
    Py_ssize_t offset = type->type->tp_dictoffset;
    if (!type->has_dict)
        return NULL;
    if (type->is_managed) {
        dict = stp_managed_dict_norefs(o);
    } else if (offset > 0) {
        dict = *(PyObject **)((char *)o + offset);
    } else { /* behind the items of a variable-sized object */
        size_t items;
        if (type->kind == STP_KIND_INT) {
            items = stp_int_digits(o);
        } else {
            Py_ssize_t size = Py_SIZE(o);
            items = (size_t)(size < 0 ? -size : size);
        }
        size_t end = ((size_t)type->type->tp_basicsize + items * (size_t)type->type->tp_itemsize + 7) & ~(size_t)7;
        dict = *(PyObject **)((char *)o + end + offset);
    }
    return dict != NULL && PyDict_CheckExact(dict) ? dict : NULL;
}

/* Keys of a namespace are names and no objects of the profile, unless somebody put other things there. */
static inline void emit_attribute(stp_walk *walk, PyObject *key, PyObject *value, uint32_t shape)
{
    if (STP_UNLIKELY(!PyUnicode_CheckExact(key)))
        stp_emit_norefs(walk, key, shape, STP_EDGE_KEY);
    stp_emit_named_norefs(walk, value, shape, STP_NAMED_ATTRIBUTE, key);
}

void stp_expand_attributes_norefs(stp_walk *walk, PyObject *o, stp_owner *owner)
{
    const stp_type *type = owner->type;
    PyObject *dict = stp_instance_dict_norefs(o, type);
    const PyDictValues *values = dict == NULL && type->is_managed ? stp_inline_values_norefs(o) : NULL;
    stp_entries entries = {.count = 0};
    if (dict != NULL) {
        stp_absorb_norefs(walk, dict, stp_dict_bytes_norefs((PyDictObject *)dict), owner);
        entries = stp_entries_of_dict((PyDictObject *)dict);
    } else if (values != NULL) {
        owner->size_bytes += stp_inline_values_bytes(o, values);
        entries = stp_entries_of_values(((PyHeapTypeObject *)type->type)->ht_cached_keys, values);
    }
    PyObject *key, *value;
    for (; stp_next_entry(&entries, &key, &value); owner->items++)
        emit_attribute(walk, key, value, owner->shape);
}

/* The name of the module that a class or Python function says it belongs to; borrowed, or NULL. */
static PyObject *home_of(PyObject *value)
{
    PyObject *home = NULL;
    if (PyType_Check(value))
        home = ((PyTypeObject *)value)->tp_flags & Py_TPFLAGS_HEAPTYPE ? stp_type_home_norefs((PyTypeObject *)value) : NULL;
    else if (PyFunction_Check(value))
        home = ((PyFunctionObject *)value)->func_module;
    return home != NULL && PyUnicode_CheckExact(home) ? home : NULL;
}

typedef enum { STAYS, WAITS, IS_OURS } belonging;

static belonging belonging_of(const stp_walk *walk, PyObject *value, uint32_t module_name)
{
    PyObject *home = home_of(value);
    if (home == NULL)
        return STAYS;
    uint32_t name = stp_intern_text_norefs(&walk->shapes->names, home);
    if (name == STP_NONE || name == module_name)
        return STAYS;
    const uint32_t *known = stp_map_get(&walk->root_homes, name);
    if (known == NULL)
        return STAYS;
    return *known == STP_HOME_IS_OURS ? IS_OURS : WAITS;
}

static uint32_t name_of_module(const stp_walk *walk, PyDictObject *namespace)
{
    PyObject *name = stp_find_str_norefs((PyObject *)namespace, "__name__");
    return name ? stp_intern_text_norefs(&walk->shapes->names, name) : STP_NONE;
}

static void expand_module(stp_walk *walk, PyDictObject *namespace, stp_owner *owner)
{
    bool may_wait = walk->until_deferred > 0;
    uint32_t module_name = name_of_module(walk, namespace);
    stp_entries entries = stp_entries_of_dict(namespace);
    PyObject *key, *value;
    for (; stp_next_entry(&entries, &key, &value); owner->items++) {
        if (stp_visited_has(&walk->seen, value))
            continue;
        belonging belongs = owner->shape == STP_DROPPED ? STAYS : belonging_of(walk, value, module_name);
        if (belongs == IS_OURS)
            continue;
        if (belongs == WAITS && may_wait)
            stp_frontier_push(&walk->deferred, (uintptr_t)value,
                              stp_named_step_norefs(walk, owner->shape, STP_NAMED_ATTRIBUTE, key));
        else
            emit_attribute(walk, key, value, owner->shape);
    }
}

/* A module's or a class's namespace: absorbed, its values are attributes. ctypes has classes with a dict subclass there. */
void stp_expand_namespace_norefs(stp_walk *walk, PyObject *o, PyObject *namespace, stp_owner *owner)
{
    if (namespace == NULL || !PyDict_Check(namespace))
        return;
    stp_absorb_norefs(walk, namespace, stp_dict_bytes_norefs((PyDictObject *)namespace), owner);
    if (PyModule_Check(o)) {
        expand_module(walk, (PyDictObject *)namespace, owner);
        return;
    }
    stp_entries entries = stp_entries_of_dict((PyDictObject *)namespace);
    PyObject *key, *value;
    for (; stp_next_entry(&entries, &key, &value); owner->items++)
        emit_attribute(walk, key, value, owner->shape);
}

void stp_expand_dict_norefs(stp_walk *walk, PyDictObject *dict, stp_owner *owner)
{
    owner->items = (uint64_t)dict->ma_used;
    bool is_small = dict->ma_used <= MOST_SMALL_DICT;
    stp_entries entries = stp_entries_of_dict(dict);
    PyObject *key, *value;
    while (stp_next_entry(&entries, &key, &value)) {
        stp_emit_norefs(walk, key, owner->shape, STP_EDGE_KEY);
        if (is_small)
            stp_emit_named_norefs(walk, value, owner->shape, STP_NAMED_KEY, key);
        else
            stp_emit_norefs(walk, value, owner->shape, STP_EDGE_ITEM);
    }
}
