/* The own bytes of an object, as sys.getsizeof would say for builtin types, computed without calling __sizeof__.
 *
 * Of types that are not builtins: their basic size, their items, the headers before them. What an extension type
 * keeps in memory of its own is not known.
 */
#include "walk.h"

typedef struct { /* the private layout of _collectionsmodule.c, unchanged since 3.5 */
    PyObject_VAR_HEAD
    void *leftblock, *rightblock;
    Py_ssize_t leftindex;
} stp_deque;

enum { DEQUE_BLOCK_ITEMS = 64, DEQUE_BLOCK_BYTES = (DEQUE_BLOCK_ITEMS + 2) * 8 };

static uint64_t keys_bytes(const PyDictKeysObject *keys)
{
    size_t entry = DK_IS_UNICODE(keys) ? sizeof(PyDictUnicodeEntry) : sizeof(PyDictKeyEntry);
    size_t usable = ((size_t)1 << keys->dk_log2_size) * 2 / 3;
    return sizeof *keys + ((size_t)1 << keys->dk_log2_index_bytes) + usable * entry;
}

static uint64_t values_bytes(const PyDictObject *dict)
{
    return (uint64_t)stp_shared_keys_size(dict->ma_keys) * sizeof(PyObject *);
}

static uint64_t dict_parts_bytes(const PyDictObject *dict)
{
    uint64_t bytes = dict->ma_values != NULL ? values_bytes(dict) : 0;
    if (dict->ma_keys->dk_refcnt == 1)
        bytes += keys_bytes(dict->ma_keys);
    return bytes;
}

/* Of a plain dict that counts with its owner; values that lie inside of the owner are counted there. */
uint64_t stp_dict_bytes_norefs(PyDictObject *dict)
{
    uint64_t bytes = sizeof(PyGC_Head) + sizeof(PyDictObject) + dict_parts_bytes(dict);
    return stp_values_are_embedded(dict->ma_values) ? bytes - values_bytes(dict) : bytes;
}

static uint64_t str_bytes(PyObject *o, const PyTypeObject *type)
{
#if PY_VERSION_HEX < 0x030C0000
    if (!PyUnicode_IS_READY(o))
        return (uint64_t)type->tp_basicsize;
#endif
    uint64_t units = (uint64_t)PyUnicode_GET_LENGTH(o) + 1;
    if (PyUnicode_IS_COMPACT_ASCII(o))
        return sizeof(PyASCIIObject) + units;
    uint64_t bytes = units * PyUnicode_KIND(o);
    bytes += PyUnicode_IS_COMPACT(o) ? sizeof(PyCompactUnicodeObject) : (uint64_t)type->tp_basicsize;
    const PyCompactUnicodeObject *compact = (const PyCompactUnicodeObject *)o;
    if (compact->utf8 != NULL && (const void *)compact->utf8 != PyUnicode_DATA(o))
        bytes += (uint64_t)compact->utf8_length + 1;
    return bytes;
}

/* Even 0 has room for one digit. */
static uint64_t int_bytes(const PyObject *o)
{
    size_t digits = stp_int_digits(o);
    return offsetof(PyLongObject, STP_INT_DIGITS) + (digits ? digits : 1) * sizeof(digit);
}

static uint64_t set_bytes(const PySetObject *set, uint64_t basic)
{
    return basic + (set->table == set->smalltable ? 0 : ((uint64_t)set->mask + 1) * sizeof(setentry));
}

static uint64_t deque_bytes(const stp_deque *deque, uint64_t basic)
{
    uint64_t blocks = ((uint64_t)deque->leftindex + (uint64_t)deque->ob_base.ob_size + DEQUE_BLOCK_ITEMS - 1) / DEQUE_BLOCK_ITEMS;
    return basic + blocks * DEQUE_BLOCK_BYTES;
}

static uint64_t type_bytes(const PyTypeObject *type)
{
    if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE))
        return sizeof(PyTypeObject);
    const PyDictKeysObject *keys = ((const PyHeapTypeObject *)type)->ht_cached_keys;
    return sizeof(PyHeapTypeObject) + (keys ? keys_bytes(keys) : 0);
}

static uint64_t frame_tail_bytes(const PyCodeObject *code)
{
    return offsetof(stp_frame, localsplus) + (uint64_t)(code->co_nlocalsplus + code->co_stacksize) * sizeof(PyObject *);
}

static uint64_t frame_bytes(const PyFrameObject *frame)
{
    const PyCodeObject *code = stp_frame_code_norefs(frame->f_frame);
    return offsetof(PyFrameObject, _f_frame_data) + (code ? frame_tail_bytes(code) : 0);
}

static uint64_t generator_bytes(const PyGenObject *generator, uint64_t basic)
{
    if (!stp_has_live_frame(generator))
        return basic;
    const PyCodeObject *code = stp_frame_code_norefs((const stp_frame *)generator->gi_iframe);
    return offsetof(PyGenObject, gi_iframe) + (code ? frame_tail_bytes(code) : 0);
}

static uint64_t plain_bytes(const PyObject *o, const PyTypeObject *type)
{
    uint64_t basic = (uint64_t)type->tp_basicsize;
    if (type->tp_itemsize <= 0)
        return basic;
    Py_ssize_t items = ((const PyVarObject *)o)->ob_size;
    items = items < 0 ? -items : items;
    /* Some types with an item size are no PyVarObject: what stands there is no count then. */
    if (items > PY_SSIZE_T_MAX / 4096)
        return basic;
    return (basic + (uint64_t)(items * type->tp_itemsize) + 7) & ~UINT64_C(7);
}

static uint64_t body_bytes(PyObject *o, const stp_type *record)
{
    PyTypeObject *type = record->type;
    uint64_t basic = (uint64_t)type->tp_basicsize;
    switch ((stp_kind)record->kind) {
    case STP_KIND_STR:
        return str_bytes(o, type);
    case STP_KIND_BYTES:
        return basic + (uint64_t)Py_SIZE(o);
    case STP_KIND_BYTEARRAY:
        return basic + (uint64_t)((PyByteArrayObject *)o)->ob_alloc;
    case STP_KIND_INT:
        return int_bytes(o);
    case STP_KIND_LIST:
        return basic + (uint64_t)((PyListObject *)o)->allocated * sizeof(PyObject *);
    case STP_KIND_TUPLE:
        return basic + (uint64_t)Py_SIZE(o) * sizeof(PyObject *);
    case STP_KIND_DICT:
        return basic + dict_parts_bytes((PyDictObject *)o);
    case STP_KIND_SET:
        return set_bytes((PySetObject *)o, basic);
    case STP_KIND_DEQUE:
        return deque_bytes((stp_deque *)o, basic);
    case STP_KIND_ARRAY:
        return basic + (uint64_t)((stp_array *)o)->allocated * (uint64_t)((stp_array *)o)->descriptor->itemsize;
    case STP_KIND_TYPE:
        return type_bytes((PyTypeObject *)o);
    case STP_KIND_CODE:
        return plain_bytes(o, type);
    case STP_KIND_FRAME:
        return frame_bytes((PyFrameObject *)o);
    case STP_KIND_GENERATOR:
        return generator_bytes((PyGenObject *)o, basic);
    default:
        return plain_bytes(o, type);
    }
}

/* Without the parts that are absorbed (its dict, values kept apart, cells). */
uint64_t stp_own_bytes_norefs(PyObject *o, const stp_type *record)
{
    PyTypeObject *type = record->type;
    uint64_t before = 0;
    if (record->has_gc && (type->tp_is_gc == NULL || type->tp_is_gc(o)))
        before += sizeof(PyGC_Head);
    if (stp_type_has_preheader(type))
        before += 2 * sizeof(PyObject *);
    return before + stp_embedded_values_bytes(type) + body_bytes(o, record);
}
