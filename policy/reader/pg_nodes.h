// SPDX-License-Identifier: Apache-2.0
// PostgreSQL's node headers, as libpg_query ships them, made fit for C++. For policy/reader only.
#pragma once

extern "C" {
#include "pg_query.h"
#include "pg_query/pg_query_internal.h"

#include "nodes/parsenodes.h"
}

// port.h renames the standard library's functions, and c.h has macros with common names.
#undef snprintf
#undef vsnprintf
#undef sprintf
#undef vsprintf
#undef fprintf
#undef vfprintf
#undef printf
#undef vprintf
#undef strerror
#undef strerror_r
#undef gettext
#undef dgettext
#undef ngettext
#undef dngettext
#undef Min
#undef Max
#undef Abs
#undef _
#undef LOG
#undef INFO
#undef NOTICE
#undef WARNING
#undef ERROR
#undef FATAL
#undef PANIC
#undef DEBUG
