/* Does the running interpreter look as the headers said when this was built? Reads only what the public API can confirm. */
#include "walk.h"

static bool newest_object_is(PyObject *o)
{
    PyGC_Head *young = &PyInterpreterState_Get()->gc.generations[0].head;
    return _PyGCHead_PREV(young) == (PyGC_Head *)o - 1 && _PyGCHead_NEXT((PyGC_Head *)o - 1) == young;
}

static const char *collector_fault(void)
{
    PyObject *probe = PyList_New(0);
    if (probe == NULL) {
        PyErr_Clear();
        return "there is no memory to check the interpreter's layout";
    }
    bool is_known = newest_object_is(probe);
    Py_DECREF(probe);
    return is_known ? NULL : "the collector's lists are not where the native heap walker expects them";
}

/* NULL when all is where it should be, else the reason to refuse. */
const char *stp_layout_fault_norefs(void)
{
    PyThreadState *thread = PyThreadState_Get();
    PyInterpreterState *interpreter = PyInterpreterState_Get();
    PyObject *thread_dict = PyThreadState_GetDict(); /* made when it is asked for */
    if (thread->interp != interpreter || thread->dict != thread_dict)
        return "thread states are not laid out as the native heap walker expects";
    if (interpreter->sysdict != PyModule_GetDict(PyImport_AddModule("sys")) ||
        interpreter->builtins != PyEval_GetBuiltins())
        return "the interpreter state is not laid out as the native heap walker expects";
    return collector_fault();
}
