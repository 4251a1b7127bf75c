/* What the walker knows of CPython's memory layout, and every difference between the versions it was written for.
 *
 * 3.11, 3.12 and 3.13 with the GIL. Anything else is refused here at compile time, and by the module at import time:
 * reading a layout that we do not know would crash the host.
 *
 * All functions read only. "norefs" in a name: no reference is taken, the result is borrowed and holds only while
 * the GIL is held (or in a forked child, where nobody else runs).
 */
#ifndef STP_LAYOUT_H
#define STP_LAYOUT_H

#define PY_SSIZE_T_CLEAN
#ifndef Py_BUILD_CORE_MODULE
#define Py_BUILD_CORE_MODULE 1
#endif

/* The interpreter's own headers are not clean under -Wextra; our code is. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wcast-function-type"
#include "Python.h"
#include "structmember.h"

#if PY_VERSION_HEX < 0x030B0000 || PY_VERSION_HEX >= 0x030E0000
#error "the native heap walker knows CPython 3.11, 3.12 and 3.13 only; the pure-Python twin serves the others"
#endif
#ifdef Py_GIL_DISABLED
#error "the native heap walker does not know free-threaded builds; the pure-Python twin serves them"
#endif
#ifdef Py_TRACE_REFS
#error "the native heap walker does not know --with-trace-refs builds; the pure-Python twin serves them"
#endif
#if SIZEOF_VOID_P != 8
#error "the native heap walker knows 64-bit platforms only; the pure-Python twin serves the others"
#endif

#include "internal/pycore_code.h"
#include "internal/pycore_dict.h"
#include "internal/pycore_frame.h"
#include "internal/pycore_gc.h"
#include "internal/pycore_interp.h"
#include "internal/pycore_moduleobject.h"
#include "internal/pycore_object.h"
#include "internal/pycore_runtime.h"
#if PY_VERSION_HEX >= 0x030C0000
#include "internal/pycore_long.h"
#include "internal/pycore_typeobject.h"
#endif
#if PY_VERSION_HEX >= 0x030D0000
#include "internal/pycore_tstate.h"
#endif
#pragma GCC diagnostic pop

#include "core/memory.h"

enum { STP_MEMBER_OBJECT_EX = 16 }; /* T_OBJECT_EX, Py_T_OBJECT_EX */

/* ---- instance attributes ------------------------------------------------------------------------------------- */

#if PY_VERSION_HEX < 0x030C0000
static inline PyDictValues *stp_inline_values_norefs(PyObject *o) { return ((PyDictValues **)o)[-4]; }
static inline PyObject *stp_managed_dict_norefs(PyObject *o) { return ((PyObject **)o)[-3]; }
static inline bool stp_type_has_preheader(const PyTypeObject *type) { return type->tp_flags & Py_TPFLAGS_MANAGED_DICT; }
#elif PY_VERSION_HEX < 0x030D0000
static inline PyDictValues *stp_inline_values_norefs(PyObject *o)
{
    PyDictOrValues either = *(PyDictOrValues *)((PyObject **)o - 3);
    return _PyDictOrValues_IsValues(either) ? _PyDictOrValues_GetValues(either) : NULL;
}
static inline PyObject *stp_managed_dict_norefs(PyObject *o)
{
    PyDictOrValues either = *(PyDictOrValues *)((PyObject **)o - 3);
    return _PyDictOrValues_IsValues(either) ? NULL : either.dict;
}
static inline bool stp_type_has_preheader(const PyTypeObject *type) { return type->tp_flags & Py_TPFLAGS_PREHEADER; }
#else
static inline PyDictValues *stp_inline_values_norefs(PyObject *o)
{
    if (!(Py_TYPE(o)->tp_flags & Py_TPFLAGS_INLINE_VALUES))
        return NULL;
    PyDictValues *values = (PyDictValues *)((char *)o + Py_TYPE(o)->tp_basicsize);
    return values->valid ? values : NULL;
}
static inline PyObject *stp_managed_dict_norefs(PyObject *o) { return ((PyObject **)o)[-3]; }
static inline bool stp_type_has_preheader(const PyTypeObject *type) { return type->tp_flags & Py_TPFLAGS_PREHEADER; }
#endif

/* How many attributes a values array holds, and the index of the n-th one in order of insertion. */
#if PY_VERSION_HEX < 0x030D0000
static inline Py_ssize_t stp_values_used(const PyDictValues *values) { return ((const uint8_t *)values)[-2]; }
static inline Py_ssize_t stp_values_index(const PyDictValues *values, Py_ssize_t nth)
{
    return ((const uint8_t *)values)[-3 - nth];
}
#else
static inline Py_ssize_t stp_values_used(const PyDictValues *values) { return values->size; }
static inline Py_ssize_t stp_values_index(const PyDictValues *values, Py_ssize_t nth)
{
    return ((const uint8_t *)&values->values[values->capacity])[nth];
}
#endif

/* Whether these values lie inside of the instance that they belong to. */
static inline bool stp_values_are_embedded(const PyDictValues *values)
{
#if PY_VERSION_HEX < 0x030D0000
    (void)values;
    return false;
#else
    return values != NULL && values->embedded;
#endif
}

static inline Py_ssize_t stp_shared_keys_size(const PyDictKeysObject *keys) { return keys->dk_nentries + keys->dk_usable; }

/* Bytes of the array that keeps an instance's attributes outside of a dict. */
static inline size_t stp_inline_values_bytes(PyObject *o, const PyDictValues *values)
{
    (void)values;
#if PY_VERSION_HEX < 0x030D0000
    Py_ssize_t capacity = stp_shared_keys_size(((PyHeapTypeObject *)Py_TYPE(o))->ht_cached_keys);
    return ((const uint8_t *)values)[-1] + (size_t)capacity * sizeof(PyObject *);
#else
    (void)o;
    return 0; /* part of the object itself, see stp_embedded_values_bytes */
#endif
}

/* Bytes that every instance of a type has behind its basic size for its attributes. */
static inline size_t stp_embedded_values_bytes(PyTypeObject *type)
{
#if PY_VERSION_HEX < 0x030D0000
    (void)type;
    return 0;
#else
    return type->tp_flags & Py_TPFLAGS_INLINE_VALUES ? _PyInlineValuesSize(type) : 0;
#endif
}

/* ---- types --------------------------------------------------------------------------------------------------- */

/* A type's namespace. Static builtin types keep it in the interpreter from 3.12 on. */
static inline PyObject *stp_type_dict_norefs(PyTypeObject *type)
{
#if PY_VERSION_HEX >= 0x030C0000
    if (type->tp_flags & _Py_TPFLAGS_STATIC_BUILTIN) {
        struct types_state *types = &PyInterpreterState_Get()->types;
        size_t index = (size_t)type->tp_subclasses - 1;
#if PY_VERSION_HEX < 0x030D0000
        return index < _Py_MAX_STATIC_BUILTIN_TYPES && types->builtins[index].type == type
                   ? types->builtins[index].tp_dict
                   : NULL;
#else
        if (index < _Py_MAX_MANAGED_STATIC_BUILTIN_TYPES && types->builtins.initialized[index].type == type)
            return types->builtins.initialized[index].tp_dict;
        if (index < _Py_MAX_MANAGED_STATIC_EXT_TYPES && types->for_extensions.initialized[index].type == type)
            return types->for_extensions.initialized[index].tp_dict;
        return NULL;
#endif
    }
#endif
    return type->tp_dict;
}

/* A type's weakly known subclasses: a dict of address → weak reference, or NULL. */
static inline PyObject *stp_type_subclasses_norefs(PyTypeObject *type)
{
#if PY_VERSION_HEX >= 0x030C0000
    if (type->tp_flags & _Py_TPFLAGS_STATIC_BUILTIN) {
        struct types_state *types = &PyInterpreterState_Get()->types;
        size_t index = (size_t)type->tp_subclasses - 1;
#if PY_VERSION_HEX < 0x030D0000
        return index < _Py_MAX_STATIC_BUILTIN_TYPES ? types->builtins[index].tp_subclasses : NULL;
#else
        if (index < _Py_MAX_MANAGED_STATIC_BUILTIN_TYPES && types->builtins.initialized[index].type == type)
            return types->builtins.initialized[index].tp_subclasses;
        if (index < _Py_MAX_MANAGED_STATIC_EXT_TYPES && types->for_extensions.initialized[index].type == type)
            return types->for_extensions.initialized[index].tp_subclasses;
        return NULL;
#endif
    }
#endif
    return (PyObject *)type->tp_subclasses;
}

/* ---- numbers ------------------------------------------------------------------------------------------------- */

#if PY_VERSION_HEX < 0x030C0000
#define STP_INT_DIGITS ob_digit
#else
#define STP_INT_DIGITS long_value.ob_digit
#endif

/* Digits that an int has, sign aside. */
static inline size_t stp_int_digits(const PyObject *o)
{
#if PY_VERSION_HEX < 0x030C0000
    Py_ssize_t size = ((const PyVarObject *)o)->ob_size;
    return (size_t)(size < 0 ? -size : size);
#else
    return ((const PyLongObject *)o)->long_value.lv_tag >> NON_SIZE_BITS;
#endif
}

/* Objects that live for ever; their reference count says nothing. */
static inline bool stp_is_immortal(PyObject *o)
{
#if PY_VERSION_HEX < 0x030C0000
    (void)o;
    return false;
#else
    return _Py_IsImmortal(o);
#endif
}

/* ---- frames -------------------------------------------------------------------------------------------------- */

typedef struct _PyInterpreterFrame stp_frame;

static inline stp_frame *stp_current_frame_norefs(PyThreadState *thread)
{
#if PY_VERSION_HEX < 0x030D0000
    return thread->cframe ? thread->cframe->current_frame : NULL;
#else
    return thread->current_frame;
#endif
}

/* The code a frame runs, or NULL for the frames that the interpreter puts in between for itself. */
static inline PyCodeObject *stp_frame_code_norefs(const stp_frame *frame)
{
#if PY_VERSION_HEX < 0x030C0000
    return frame->f_code;
#elif PY_VERSION_HEX < 0x030D0000
    return frame->owner == FRAME_OWNED_BY_CSTACK ? NULL : frame->f_code;
#else
    if (frame->owner == FRAME_OWNED_BY_CSTACK || frame->f_executable == NULL || !PyCode_Check(frame->f_executable))
        return NULL;
    return (PyCodeObject *)frame->f_executable;
#endif
}

static inline PyObject *stp_frame_function_norefs(const stp_frame *frame)
{
#if PY_VERSION_HEX < 0x030C0000
    return (PyObject *)frame->f_func;
#else
    return frame->f_funcobj;
#endif
}

/* The compiled bytecode as a bytes object and the like, kept by a code object once somebody asked for them. */
enum { STP_CODE_CACHED = 4 };
static inline void stp_code_cached_norefs(const PyCodeObject *code, PyObject *cached[STP_CODE_CACHED])
{
    for (int at = 0; at < STP_CODE_CACHED; at++)
        cached[at] = NULL;
#if PY_VERSION_HEX < 0x030C0000
    cached[0] = code->_co_code;
#else
    if (code->_co_cached != NULL) {
        cached[0] = code->_co_cached->_co_code;
        cached[1] = code->_co_cached->_co_varnames;
        cached[2] = code->_co_cached->_co_cellvars;
        cached[3] = code->_co_cached->_co_freevars;
    }
#endif
}

static inline bool stp_has_live_frame(const PyGenObject *generator) { return generator->gi_frame_state < FRAME_CLEARED; }

#endif
