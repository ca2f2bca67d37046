#pragma once

/// Every header of eddy comes here first, so that a compiler of an older standard says one thing, and stops.

#if defined(_MSVC_LANG)
#if _MSVC_LANG <= 201703L
#error "eddy needs C++20: compile with /std:c++20"
#include <eddy needs C++20>  // no such file: nothing after it is compiled
#endif
#elif __cplusplus <= 201703L
#error "eddy needs C++20: compile with -std=c++20"
#include <eddy needs C++20>  // no such file: nothing after it is compiled
#endif
