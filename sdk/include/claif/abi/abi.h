/* The whole claif plugin ABI. Authors of C++ plugins include <claif/plugin.hpp> instead. */
#ifndef CLAIF_ABI_H
#define CLAIF_ABI_H

#include "approval.h"
#include "base.h"
#include "cache.h"
#include "entry.h"
#include "hook.h"
#include "host.h"
#include "http.h"
#include "observer.h"
#include "op.h"
#include "session_store.h"
#include "tools.h"
#include "transport.h"

#endif
