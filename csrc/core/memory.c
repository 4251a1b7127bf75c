#include "memory.h"

#ifndef NDEBUG
long stp_allocations_left = -1;
#else
typedef int stp_nothing_here; /* ISO C wants a declaration in every unit */
#endif
