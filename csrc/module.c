/* The binding: stopper.probe.heap._native. Turns arguments into a walk, and what was found into Python objects.
 *
 * During a walk the GIL is held and nothing of the interpreter is called; results are built afterwards.
 */
#include "walk_roots.h"

#include <string.h>

typedef struct {
    PyObject_HEAD
    stp_shapes shapes;
    char *package; /* owned; directory of the tool's own code, with trailing separator, or "" */
    unsigned long long objects;
} WalkerObject;

/* ---- arguments → roots --------------------------------------------------------------------------------------- */

enum { MOST_CONTAINERS = 6 }; /* lists and tuples that a call itself brings, NULL-terminated */

static void free_roots(stp_roots *roots)
{
    PyMem_Free(roots->roots);
    PyMem_Free(roots->own);
    PyMem_Free(roots->arguments);
    stp_map_free(&roots->held);
}

static bool take_root(stp_names *names, PyObject *pair, stp_root *root)
{
    if (!PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2 || !PyUnicode_Check(PyTuple_GET_ITEM(pair, 0))) {
        PyErr_Format(PyExc_TypeError, "a root is a tuple (label, object), not %.200s", Py_TYPE(pair)->tp_name);
        return false;
    }
    root->label = stp_intern_text_norefs(names, PyTuple_GET_ITEM(pair, 0));
    root->object = PyTuple_GET_ITEM(pair, 1);
    if (root->label == STP_NONE)
        PyErr_NoMemory();
    return root->label != STP_NONE;
}

static bool take_roots(stp_names *names, PyObject *list, PyObject *own, PyObject *const *containers, stp_roots *roots)
{
    size_t count = (size_t)PyList_GET_SIZE(list), own_count = (size_t)PyList_GET_SIZE(own);
    roots->roots = PyMem_Calloc(count + 1, sizeof *roots->roots);
    roots->own = PyMem_Calloc(own_count + 1, sizeof *roots->own);
    roots->arguments = PyMem_Calloc(count + MOST_CONTAINERS, sizeof *roots->arguments);
    if (roots->roots == NULL || roots->own == NULL || roots->arguments == NULL) {
        PyErr_NoMemory();
        return false;
    }
    for (; roots->count < count; roots->count++) {
        PyObject *pair = PyList_GET_ITEM(list, (Py_ssize_t)roots->count);
        if (!take_root(names, pair, &roots->roots[roots->count]))
            return false;
        roots->arguments[roots->argument_count++] = pair;
    }
    for (; roots->own_count < own_count; roots->own_count++)
        roots->own[roots->own_count] = PyList_GET_ITEM(own, (Py_ssize_t)roots->own_count);
    for (size_t at = 0; containers[at] != NULL; at++)
        roots->arguments[roots->argument_count++] = containers[at];
    return true;
}

/* ---- one walk ------------------------------------------------------------------------------------------------ */

static bool run(WalkerObject *self, stp_roots *roots, stp_walk *walk)
{
    walk->package = self->package;
    walk->package_length = strlen(self->package);
    bool is_complete = stp_walk_all_norefs(walk, roots);
    self->objects = walk->objects;
    if (!is_complete)
        PyErr_NoMemory();
    return is_complete;
}

/* A walk's state is large: it lives outside of the C stack, which may be small in a thread. */
static stp_walk *new_walk(WalkerObject *self)
{
    stp_walk *walk = stp_malloc(sizeof *walk);
    if (walk != NULL && !stp_walk_init(walk, &self->shapes)) {
        stp_walk_free(walk);
        free(walk);
        walk = NULL;
    }
    if (walk == NULL)
        PyErr_NoMemory();
    return walk;
}

static void end_walk(stp_walk *walk, stp_roots *roots)
{
    free_roots(roots);
    if (walk != NULL) {
        stp_walk_free(walk);
        free(walk);
    }
}

/* ---- methods ------------------------------------------------------------------------------------------------- */

PyDoc_STRVAR(profile_doc, "profile(roots, own, *, interpreter=True)\n--\n\n"
"Walk the heap; native 'Q' triples (count, items, size_bytes) for shape ids 0 to n-1.\n\n"
"roots: list of (label, object), in order. own: the tool's own objects, which count nowhere.\n"
"interpreter: also walk threads, atexit, the interpreter's own lists, and what the collector tracks beside.\n"
"Raises MemoryError when the walk's own tables do not fit; the walker stays usable.");

static PyObject *walker_profile(WalkerObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"roots", "own", "interpreter", NULL};
    PyObject *list, *own, *result = NULL;
    int with_interpreter = 1;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!O!|$p:profile", names, &PyList_Type, &list, &PyList_Type, &own,
                                     &with_interpreter))
        return NULL;
    stp_roots roots = {.with_interpreter = with_interpreter};
    stp_walk *walk = new_walk(self);
    if (walk != NULL && take_roots(&self->shapes.names, list, own, (PyObject *[]){list, own, args, kwargs, NULL}, &roots) && run(self, &roots, walk))
        result = PyBytes_FromStringAndSize((const char *)self->shapes.tallies,
                                           (Py_ssize_t)(self->shapes.count * sizeof *self->shapes.tallies));
    end_walk(walk, &roots);
    return result;
}

static bool watch_ids(PyObject *ids, stp_map *watched)
{
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(ids); at++) {
        unsigned long id = PyLong_AsUnsignedLong(PyList_GET_ITEM(ids, at));
        if (id == (unsigned long)-1 && PyErr_Occurred())
            return false;
        if (id < STP_DROPPED && !stp_map_put(watched, id, (uint32_t)at)) {
            PyErr_NoMemory();
            return false;
        }
    }
    return true;
}

static PyObject *list_of_members(const stp_walk *walk)
{
    PyObject *result = PyList_New(walk->found);
    for (uint32_t at = 0; result != NULL && at < walk->found; at++) {
        /* A tuple takes the reference; the object cannot have died, since nothing ran since the walk. */
        PyObject *pair = PyTuple_New(2), *id = PyLong_FromUnsignedLong(walk->members[at].shape);
        if (pair == NULL || id == NULL) {
            Py_XDECREF(pair);
            Py_XDECREF(id);
            Py_CLEAR(result);
            break;
        }
        PyTuple_SET_ITEM(pair, 0, id);
        PyTuple_SET_ITEM(pair, 1, Py_NewRef(walk->members[at].object));
        PyList_SET_ITEM(result, at, pair);
    }
    return result;
}

PyDoc_STRVAR(members_doc, "members(roots, own, shape_ids, limit, *, interpreter=True)\n--\n\n"
"Walk again; (shape id, object) of up to `limit` objects of each of these shapes, in walking order.");

static PyObject *walker_members(WalkerObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"roots", "own", "shape_ids", "limit", "interpreter", NULL};
    PyObject *list, *own, *ids, *result = NULL;
    unsigned int limit;
    int with_interpreter = 1;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!O!O!I|$p:members", names, &PyList_Type, &list, &PyList_Type, &own,
                                     &PyList_Type, &ids, &limit, &with_interpreter))
        return NULL;
    stp_roots roots = {.with_interpreter = with_interpreter};
    stp_map watched = {0};
    uint32_t *counts = PyMem_Calloc((size_t)PyList_GET_SIZE(ids) + 1, sizeof *counts);
    stp_walk *walk = counts ? new_walk(self) : (stp_walk *)PyErr_NoMemory();
    if (walk != NULL && take_roots(&self->shapes.names, list, own, (PyObject *[]){list, own, ids, args, kwargs, NULL}, &roots) && watch_ids(ids, &watched)) {
        walk->watched_ids = &watched;
        walk->member_counts = counts;
        walk->member_limit = limit;
        walk->is_watching = true;
        /* A collection between the walk and the last reference could free what was found. */
        int was_enabled = PyGC_Disable();
        if (run(self, &roots, walk))
            result = list_of_members(walk);
        if (was_enabled)
            PyGC_Enable();
    }
    end_walk(walk, &roots);
    stp_map_free(&watched);
    PyMem_Free(counts);
    return result;
}

static bool watch_objects(PyObject *objects, stp_map *watched, stp_map *held)
{
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(objects); at++) {
        uint64_t address = (uintptr_t)PyList_GET_ITEM(objects, at);
        const uint32_t *times = stp_map_get(held, address);
        if (!stp_map_put(held, address, times ? *times + 1 : 1) ||
            (times == NULL && !stp_map_put(watched, address, (uint32_t)at))) {
            PyErr_NoMemory();
            return false;
        }
    }
    return true;
}

static PyObject *list_of_shapes(PyObject *objects, const stp_map *watched, const uint32_t *shapes)
{
    PyObject *result = PyList_New(PyList_GET_SIZE(objects));
    for (Py_ssize_t at = 0; result != NULL && at < PyList_GET_SIZE(objects); at++) {
        uint32_t first = *stp_map_get(watched, (uintptr_t)PyList_GET_ITEM(objects, at));
        PyObject *id = shapes[first] == STP_NONE ? PyLong_FromLong(-1) : PyLong_FromUnsignedLong(shapes[first]);
        if (id == NULL)
            Py_CLEAR(result);
        else
            PyList_SET_ITEM(result, at, id);
    }
    return result;
}

PyDoc_STRVAR(shapes_of_doc, "shapes_of(roots, own, objects, *, interpreter=True)\n--\n\n"
"Walk again; the shape id that each of these objects got, -1 where it was not reached or is the tool's own.\n\n"
"An object that counts with its owner (an instance's dict) has its owner's shape.");

static PyObject *walker_shapes_of(WalkerObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"roots", "own", "objects", "interpreter", NULL};
    PyObject *list, *own, *objects, *result = NULL;
    int with_interpreter = 1;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!O!O!|$p:shapes_of", names, &PyList_Type, &list, &PyList_Type, &own,
                                     &PyList_Type, &objects, &with_interpreter))
        return NULL;
    stp_roots roots = {.with_interpreter = with_interpreter};
    stp_map watched = {0};
    size_t count = (size_t)PyList_GET_SIZE(objects);
    uint32_t *shapes = PyMem_Malloc((count + 1) * sizeof *shapes);
    stp_walk *walk = shapes ? new_walk(self) : (stp_walk *)PyErr_NoMemory();
    if (walk != NULL && take_roots(&self->shapes.names, list, own, (PyObject *[]){list, own, objects, args, kwargs, NULL}, &roots) &&
        watch_objects(objects, &watched, &roots.held)) {
        memset(shapes, 0xff, count * sizeof *shapes);
        walk->watched_objects = &watched;
        walk->watched_shapes = shapes;
        walk->is_watching = true;
        if (run(self, &roots, walk))
            result = list_of_shapes(objects, &watched, shapes);
    }
    end_walk(walk, &roots);
    stp_map_free(&watched);
    PyMem_Free(shapes);
    return result;
}

static PyObject *text_of(const stp_names *names, uint32_t id)
{
    return PyUnicode_DecodeUTF8(names->names[id].bytes, names->names[id].length, "surrogatepass");
}

PyDoc_STRVAR(shapes_doc, "shapes(start=0)\n--\n\n"
"(parent, edge, type) of each shape from id `start` on; the parent of a root is -1.");

static PyObject *walker_shapes(WalkerObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"start", NULL};
    Py_ssize_t start = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|n:shapes", names, &start))
        return NULL;
    const stp_shapes *table = &self->shapes;
    start = start < 0 ? 0 : start > (Py_ssize_t)table->count ? (Py_ssize_t)table->count : start;
    PyObject *result = PyList_New((Py_ssize_t)table->count - start);
    for (Py_ssize_t id = start; result != NULL && id < (Py_ssize_t)table->count; id++) {
        const stp_shape *shape = &table->shapes[id];
        long parent = shape->parent == STP_ROOT ? -1 : (long)shape->parent;
        PyObject *triple = Py_BuildValue("(lNN)", parent, text_of(&table->names, shape->edge), text_of(&table->names, shape->type));
        if (triple == NULL)
            Py_CLEAR(result);
        else
            PyList_SET_ITEM(result, id - start, triple);
    }
    return result;
}

/* ---- the type ------------------------------------------------------------------------------------------------ */

static PyObject *walker_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"package", NULL};
    const char *package = "";
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$s:Walker", names, &package))
        return NULL;
    WalkerObject *self = (WalkerObject *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    stp_shapes_init(&self->shapes);
    self->package = strdup(package);
    if (self->package == NULL) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    return (PyObject *)self;
}

static void walker_dealloc(WalkerObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    stp_shapes_free(&self->shapes);
    free(self->package);
    type->tp_free(self);
    Py_DECREF(type);
}

#define METHOD(name) {#name, (PyCFunction)(void (*)(void))walker_##name, METH_VARARGS | METH_KEYWORDS, name##_doc}

static PyMethodDef walker_methods[] = {METHOD(profile), METHOD(members), METHOD(shapes_of), METHOD(shapes), {0}};

static PyMemberDef walker_members_table[] = {
    {"objects", T_ULONGLONG, offsetof(WalkerObject, objects), READONLY, "objects that the last walk reached, own ones not counted"},
    {0},
};

PyDoc_STRVAR(walker_doc, "Walker(*, package='')\n--\n\n"
"Folds the live heap into an ownership profile by path shape. Shape ids are dense from 0 and stay.\n\n"
"package: directory of the tool's code, with trailing separator: frames that run it count nowhere.");

static PyType_Slot walker_slots[] = {
    {Py_tp_doc, (void *)walker_doc},  {Py_tp_new, walker_new},           {Py_tp_dealloc, walker_dealloc},
    {Py_tp_methods, walker_methods},  {Py_tp_members, walker_members_table}, {0, NULL},
};

static PyType_Spec walker_spec = {
    .name = "stopper.probe.heap._native.Walker",
    .basicsize = sizeof(WalkerObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = walker_slots,
};

/* ---- single objects ------------------------------------------------------------------------------------------ */

/* items and own bytes of one object, with its parts: one step of a walk whose children are thrown away. */
static bool measure(PyObject *o, stp_owner *owner)
{
    stp_shapes shapes;
    stp_shapes_init(&shapes);
    stp_walk *walk = stp_malloc(sizeof *walk);
    bool is_fine = walk != NULL && stp_walk_init(walk, &shapes);
    if (is_fine) {
        const stp_type *type = stp_type_of_norefs(walk, o);
        *owner = (stp_owner){.shape = STP_DROPPED, .type = type};
        if (type != NULL) {
            stp_visited_add(&walk->seen, o);
            owner->size_bytes = stp_own_bytes_norefs(o, type);
            stp_expand_norefs(walk, o, owner);
        }
        is_fine = type != NULL && !walk->out_of_memory && !walk->seen.out_of_memory;
    }
    if (walk != NULL)
        stp_walk_free(walk);
    free(walk);
    stp_shapes_free(&shapes);
    if (!is_fine)
        PyErr_NoMemory();
    return is_fine;
}

PyDoc_STRVAR(items_doc, "items(obj, /)\n--\n\nWhat an object holds directly, without running its code.");

static PyObject *native_items(PyObject *module, PyObject *o)
{
    (void)module;
    stp_owner owner;
    return measure(o, &owner) ? PyLong_FromUnsignedLongLong(owner.items) : NULL;
}

PyDoc_STRVAR(size_bytes_doc, "size_bytes(obj, /)\n--\n\n"
"The own bytes of an object, without running its code: as sys.getsizeof for builtin types, plus the parts that count\n"
"with their owner (an instance's attributes, a function's cells). Memory that extension types keep apart is not known.");

static PyObject *native_size_bytes(PyObject *module, PyObject *o)
{
    (void)module;
    stp_owner owner;
    return measure(o, &owner) ? PyLong_FromUnsignedLongLong(owner.size_bytes) : NULL;
}

PyDoc_STRVAR(supported_doc, "supported()\n--\n\nWhether this module was built for the running interpreter.");

static const char *refusal(void)
{
    if (Py_Version >> 16 != PY_VERSION_HEX >> 16)
        return "the native heap walker was built for another version of Python; build stopper again for this one";
    return stp_layout_fault_norefs();
}

static PyObject *native_supported(PyObject *module, PyObject *nothing)
{
    (void)module;
    (void)nothing;
    return PyBool_FromLong(refusal() == NULL);
}

static PyMethodDef native_methods[] = {
    {"items", native_items, METH_O, items_doc},
    {"size_bytes", native_size_bytes, METH_O, size_bytes_doc},
    {"supported", native_supported, METH_NOARGS, supported_doc},
    {0},
};

static int native_exec(PyObject *module)
{
    const char *reason = refusal();
    if (reason != NULL) {
        PyErr_SetString(PyExc_ImportError, reason);
        return -1;
    }
    if (!stp_know_types())
        return -1;
    PyObject *walker = PyType_FromSpec(&walker_spec);
    if (walker == NULL || PyModule_AddObjectRef(module, "Walker", walker) < 0) {
        Py_XDECREF(walker);
        return -1;
    }
    Py_DECREF(walker);
    /* A patch release may move fields: the importer tries the walker on known objects when these two differ. */
    return PyModule_AddStringConstant(module, "BUILT_FOR", PY_VERSION);
}

static PyModuleDef_Slot native_slots[] = {{Py_mod_exec, native_exec}, {0, NULL}};

static PyModuleDef native_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "stopper.probe.heap._native",
    .m_doc = "The native heap walker; see csrc/walk.h for what it promises.",
    .m_methods = native_methods,
    .m_slots = native_slots,
};

PyMODINIT_FUNC PyInit__native(void) { return PyModuleDef_Init(&native_module); }
