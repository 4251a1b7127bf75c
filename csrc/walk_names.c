/* How edges are spelled: names read from str objects without asking the interpreter. */
#include "walk.h"

#include <string.h>

/* Longer names are cut and end with "…": a name is for people, and paths must not be dear. */
enum { MOST_CODE_POINTS = 120, MOST_BYTES_A_POINT = 4, MOST_KEY_LENGTH = 40 };

static size_t put_utf8(char *bytes, Py_UCS4 point)
{
    if (point < 0x80) {
        bytes[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        bytes[0] = (char)(0xC0 | point >> 6);
        bytes[1] = (char)(0x80 | (point & 0x3F));
        return 2;
    }
    if (point < 0x10000) { /* lone surrogates too, as "surrogatepass" does */
        bytes[0] = (char)(0xE0 | point >> 12);
        bytes[1] = (char)(0x80 | (point >> 6 & 0x3F));
        bytes[2] = (char)(0x80 | (point & 0x3F));
        return 3;
    }
    bytes[0] = (char)(0xF0 | point >> 18);
    bytes[1] = (char)(0x80 | (point >> 12 & 0x3F));
    bytes[2] = (char)(0x80 | (point >> 6 & 0x3F));
    bytes[3] = (char)(0x80 | (point & 0x3F));
    return 4;
}

/* Write a str as UTF-8, at most MOST_CODE_POINTS of it; the number of bytes. `room` must hold them (488 do). */
size_t stp_text_of_norefs(PyObject *text, char *bytes, size_t room)
{
#if PY_VERSION_HEX < 0x030C0000
    if (!PyUnicode_IS_READY(text))
        return 0;
#endif
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    Py_ssize_t shown = length > MOST_CODE_POINTS ? MOST_CODE_POINTS : length;
    int width = (int)PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    size_t used = 0;
    for (Py_ssize_t at = 0; at < shown && used + 2 * MOST_BYTES_A_POINT <= room; at++)
        used += put_utf8(bytes + used, PyUnicode_READ(width, data, at));
    if (shown < length)
        used += put_utf8(bytes + used, 0x2026);
    return used;
}

/* The name id of a str; STP_NONE: out of memory. */
uint32_t stp_intern_text_norefs(stp_names *names, PyObject *text)
{
    char bytes[512];
    return stp_names_intern(names, bytes, stp_text_of_norefs(text, bytes, sizeof bytes));
}

/* The str under an ASCII name in a namespace; borrowed; NULL: there is none. Compares, never hashes, never runs code. */
PyObject *stp_find_str_norefs(PyObject *namespace, const char *name)
{
    if (namespace == NULL || !PyDict_Check(namespace))
        return NULL;
    Py_ssize_t length = (Py_ssize_t)strlen(name);
    stp_entries entries = stp_entries_of_dict((PyDictObject *)namespace);
    PyObject *key, *value;
    while (stp_next_entry(&entries, &key, &value))
        if (PyUnicode_CheckExact(key) && PyUnicode_IS_COMPACT_ASCII(key) && PyUnicode_GET_LENGTH(key) == length &&
            memcmp(PyUnicode_DATA(key), name, (size_t)length) == 0)
            return PyUnicode_CheckExact(value) ? value : NULL;
    return NULL;
}

static bool is_name_in_source(PyObject *key)
{
    if (!PyUnicode_CheckExact(key) || !PyUnicode_CHECK_INTERNED(key) || !PyUnicode_IS_COMPACT_ASCII(key))
        return false;
    Py_ssize_t length = PyUnicode_GET_LENGTH(key);
    const char *text = PyUnicode_DATA(key);
    if (length == 0 || length > MOST_KEY_LENGTH || (text[0] >= '0' && text[0] <= '9'))
        return false;
    for (Py_ssize_t at = 0; at < length; at++) {
        char c = text[at];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'))
            return false;
    }
    return true;
}

static uint32_t intern_edge(stp_walk *walk, stp_naming naming, const void *name)
{
    static const struct { const char *before, *after; } SPELLINGS[] = {
        [STP_NAMED_ATTRIBUTE] = {".", ""}, [STP_NAMED_KEY] = {"['", "']"},     [STP_NAMED_CLOSURE] = {"closure ", ""},
        [STP_NAMED_LOCAL] = {"local ", ""}, [STP_NAMED_SLOT] = {".", ""},
    };
    char bytes[640];
    size_t used = strlen(SPELLINGS[naming].before);
    memcpy(bytes, SPELLINGS[naming].before, used);
    if (naming == STP_NAMED_SLOT) {
        size_t length = strnlen(name, 512);
        memcpy(bytes + used, name, length);
        used += length;
    } else {
        PyObject *text = (PyObject *)(uintptr_t)name;
        bool is_fit = naming == STP_NAMED_KEY ? is_name_in_source(text) : PyUnicode_CheckExact(text);
        if (!is_fit)
            return walk->edges[STP_EDGE_ITEM];
        used += stp_text_of_norefs(text, bytes + used, 512);
    }
    size_t after = strlen(SPELLINGS[naming].after);
    memcpy(bytes + used, SPELLINGS[naming].after, after);
    return stp_names_intern(&walk->shapes->names, bytes, used + after);
}

/* The step from a shape over an edge that carries a name; STP_NONE: out of memory (noted). */
uint32_t stp_named_step_norefs(stp_walk *walk, uint32_t shape, stp_naming naming, const void *name)
{
    if (shape == STP_DROPPED)
        return STP_DROPPED;
    uint64_t mixed = ((uintptr_t)name >> 3) * UINT64_C(0x9E3779B97F4A7C15) + (shape * UINT64_C(0xD6E8FEB86659FD93));
    stp_cached_step *cached = &walk->steps[(mixed >> 40) & (STP_STEP_CACHE - 1)];
    if (STP_LIKELY(cached->name == name && cached->shape == shape && cached->naming == (uint32_t)naming))
        return cached->step;
    uint32_t edge = intern_edge(walk, naming, name);
    uint32_t step = edge == STP_NONE ? STP_NONE : stp_shapes_step(walk->shapes, shape, edge);
    if (step == STP_NONE) {
        walk->out_of_memory = true;
        return STP_NONE;
    }
    *cached = (stp_cached_step){.name = name, .shape = shape, .step = step, .naming = naming};
    return step;
}
