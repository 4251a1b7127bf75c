/* What kind of thing a type is, what it is called, where its instances keep their references. */
#include "walk.h"

#include <string.h>

/* Types that have no C symbol of their own. Borrowed for ever: each is held by its extension module. */
static PyTypeObject *deque_type, *lru_cache_type;

static PyTypeObject *import_type(const char *module_name, const char *name)
{
    PyObject *module = PyImport_ImportModule(module_name);
    PyObject *type = module ? PyObject_GetAttrString(module, name) : NULL;
    Py_XDECREF(module);
    if (type != NULL && !PyType_Check(type)) {
        Py_DECREF(type);
        PyErr_Format(PyExc_ImportError, "%s.%s is not a type", module_name, name);
        return NULL;
    }
    return (PyTypeObject *)type;
}

/* Call once, at import. False: a Python error is set. */
bool stp_know_types(void)
{
    if (deque_type == NULL)
        deque_type = import_type("_collections", "deque");
    if (deque_type != NULL && lru_cache_type == NULL)
        lru_cache_type = import_type("_functools", "_lru_cache_wrapper");
    return deque_type != NULL && lru_cache_type != NULL;
}

/* By name, so that array need not be imported where nobody uses it. */
static bool stp_is_array_type(const PyTypeObject *type)
{
    return type->tp_basicsize == STP_ARRAY_BASIC_BYTES && strcmp(type->tp_name, "array.array") == 0;
}

static stp_kind kind_of_base(const PyTypeObject *type)
{
    static const struct { const PyTypeObject *type; stp_kind kind; } KINDS[] = {
        {&PyUnicode_Type, STP_KIND_STR},          {&PyBytes_Type, STP_KIND_BYTES},
        {&PyByteArray_Type, STP_KIND_BYTEARRAY},  {&PyLong_Type, STP_KIND_INT},
        {&PyList_Type, STP_KIND_LIST},            {&PyTuple_Type, STP_KIND_TUPLE},
        {&PyDict_Type, STP_KIND_DICT},            {&PySet_Type, STP_KIND_SET},
        {&PyFrozenSet_Type, STP_KIND_SET},        {&PyType_Type, STP_KIND_TYPE},
        {&PyModule_Type, STP_KIND_MODULE},        {&PyFunction_Type, STP_KIND_FUNCTION},
        {&PyMethod_Type, STP_KIND_METHOD},        {&PyCode_Type, STP_KIND_CODE},
        {&PyFrame_Type, STP_KIND_FRAME},          {&PyGen_Type, STP_KIND_GENERATOR},
        {&PyCoro_Type, STP_KIND_GENERATOR},       {&PyAsyncGen_Type, STP_KIND_GENERATOR},
        {&PyTraceBack_Type, STP_KIND_TRACEBACK},
    };
    if (type == deque_type)
        return STP_KIND_DEQUE;
    if (type == lru_cache_type)
        return STP_KIND_LRU_CACHE;
    if (stp_is_array_type(type))
        return STP_KIND_ARRAY;
    if ((const PyObject *)type == PyExc_BaseException)
        return STP_KIND_EXCEPTION;
    for (size_t at = 0; at < sizeof KINDS / sizeof *KINDS; at++)
        if (type == KINDS[at].type)
            return KINDS[at].kind;
    return STP_KIND_PLAIN;
}

static stp_kind kind_of(const PyTypeObject *type)
{
    for (const PyTypeObject *base = type; base != NULL; base = base->tp_base) {
        stp_kind kind = kind_of_base(base);
        if (kind != STP_KIND_PLAIN)
            return kind;
    }
    return STP_KIND_PLAIN;
}

/* The kinds whose every reference has an edge of its own, as long as the type is not a subclass. */
static bool is_fully_known(const PyTypeObject *type, stp_kind kind)
{
    switch (kind) {
    case STP_KIND_LIST:
    case STP_KIND_TUPLE:
    case STP_KIND_DICT:
    case STP_KIND_SET:
    case STP_KIND_METHOD:
    case STP_KIND_TRACEBACK:
        return kind_of_base(type) == kind;
    case STP_KIND_CODE: /* no tp_traverse */
    case STP_KIND_DEQUE: /* goes through tp_traverse on its own */
    case STP_KIND_LRU_CACHE:
        return true;
    default:
        return false;
    }
}

static bool add_slots_of_class(stp_types *types, PyTypeObject *class, stp_type *record)
{
    if (!(class->tp_flags & Py_TPFLAGS_HEAPTYPE) || ((PyHeapTypeObject *)class)->ht_slots == NULL)
        return true;
    for (const PyMemberDef *member = class->tp_members; member != NULL && member->name != NULL; member++) {
        if (member->type != STP_MEMBER_OBJECT_EX)
            continue;
        if (!stp_grow((void **)&types->slots, &types->slot_capacity, types->slot_count, sizeof *types->slots))
            return false;
        types->slots[types->slot_count++] = (stp_slot){.offset = member->offset, .name = member->name};
        record->slot_count++;
    }
    return true;
}

static bool add_slots(stp_types *types, PyTypeObject *type, stp_type *record)
{
    record->first_slot = types->slot_count;
    PyObject *mro = type->tp_mro;
    if (mro == NULL || !PyTuple_CheckExact(mro)) {
        for (PyTypeObject *base = type; base != NULL; base = base->tp_base)
            if (!add_slots_of_class(types, base, record))
                return false;
        return true;
    }
    for (Py_ssize_t at = 0; at < PyTuple_GET_SIZE(mro); at++) {
        PyObject *class = PyTuple_GET_ITEM(mro, at);
        if (class != NULL && PyType_Check(class) && !add_slots_of_class(types, (PyTypeObject *)class, record))
            return false;
    }
    return true;
}

/* Fill a record, all but its name. False: out of memory. */
bool stp_describe_type_norefs(stp_types *types, PyTypeObject *type, stp_type *record)
{
    stp_kind kind = kind_of(type);
    *record = (stp_type){.type = type, .name = STP_NONE, .kind = (uint8_t)kind};
    record->has_gc = type->tp_flags & Py_TPFLAGS_HAVE_GC;
    record->is_managed = type->tp_flags & Py_TPFLAGS_MANAGED_DICT;
    /* A type's tp_dict, which tp_dictoffset of `type` points to, is expanded as a namespace. */
    record->has_dict =
        kind != STP_KIND_TYPE && kind != STP_KIND_FUNCTION && (record->is_managed || type->tp_dictoffset != 0);
    if (!add_slots(types, type, record))
        return false;
    record->shows_rest = record->has_gc && type->tp_traverse != NULL && !is_fully_known(type, kind);
    record->counts_rest = !record->has_dict && record->slot_count == 0 &&
                          (kind == STP_KIND_PLAIN || kind == STP_KIND_METHOD || kind == STP_KIND_TRACEBACK);
    return true;
}

/* `module.qualname`; builtins without their module; static types as they call themselves. */
uint32_t stp_type_name_norefs(stp_names *names, PyTypeObject *type)
{
    char text[1024];
    if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE)) {
        const char *name = type->tp_name ? type->tp_name : "?";
        if (strncmp(name, "builtins.", 9) == 0)
            name += 9;
        return stp_names_intern(names, name, strnlen(name, sizeof text));
    }
    size_t used = 0;
    PyObject *home = stp_type_home_norefs(type);
    if (home != NULL) {
        used = stp_text_of_norefs(home, text, sizeof text / 2);
        if (used == 8 && memcmp(text, "builtins", 8) == 0)
            used = 0;
        else
            text[used++] = '.';
    }
    PyObject *qualname = ((PyHeapTypeObject *)type)->ht_qualname;
    if (qualname != NULL && PyUnicode_Check(qualname))
        used += stp_text_of_norefs(qualname, text + used, sizeof text - used);
    return stp_names_intern(names, text, used);
}

/* The `__module__` of a heap type when it is a str; borrowed; NULL: it has none. Never runs code. */
PyObject *stp_type_home_norefs(PyTypeObject *type)
{
    return stp_find_str_norefs(stp_type_dict_norefs(type), "__module__");
}

static uint32_t add_record(stp_walk *walk, PyTypeObject *type)
{
    stp_types *types = &walk->types;
    if (!stp_grow((void **)&types->records, &types->capacity, types->count, sizeof *types->records))
        return STP_NONE;
    stp_type *record = &types->records[types->count];
    if (!stp_describe_type_norefs(types, type, record))
        return STP_NONE;
    record->name = stp_type_name_norefs(&walk->shapes->names, type);
    if (record->name == STP_NONE || !stp_map_put(&types->by_address, (uintptr_t)type, types->count))
        return STP_NONE;
    return types->count++;
}

/* The record of an object's type; NULL: out of memory (noted). The pointer is good until the next call. */
const stp_type *stp_type_of_norefs(stp_walk *walk, PyObject *o)
{
    PyTypeObject *type = Py_TYPE(o);
    uint32_t place = (uint32_t)(((uintptr_t)type >> 4) ^ ((uintptr_t)type >> 12)) & (STP_TYPE_CACHE - 1);
    if (STP_LIKELY(walk->last_types[place].type == type))
        return &walk->types.records[walk->last_types[place].record];
    const uint32_t *known = stp_map_get(&walk->types.by_address, (uintptr_t)type);
    uint32_t record = known ? *known : add_record(walk, type);
    if (record == STP_NONE) {
        walk->out_of_memory = true;
        return NULL;
    }
    walk->last_types[place].type = type;
    walk->last_types[place].record = record;
    return &walk->types.records[record];
}

void stp_types_free(stp_types *types)
{
    free(types->records);
    free(types->slots);
    stp_map_free(&types->by_address);
    *types = (stp_types){0};
}
