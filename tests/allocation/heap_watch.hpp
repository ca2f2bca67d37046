#pragma once

// Replaces malloc and its kin in the program: include it before any other header that brings in Eigen. One
// file of the program does so, where the compiler sees what a call does and leaves none out; the others
// define EDDY_HEAP_IS_WATCHED_ELSEWHERE before.

#ifndef EIGEN_RUNTIME_NO_MALLOC
#define EIGEN_RUNTIME_NO_MALLOC
#endif
#include <Eigen/Core>

#include <cerrno>
#include <cstddef>
#include <cstdlib>

// With glibc the counting calls go on to `__libc_malloc` …; sanitizers bring a heap of their own, which must
// not be replaced.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define EDDY_COUNTS_HEAP_CALLS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define EDDY_COUNTS_HEAP_CALLS 0
#endif
#endif
#if !defined(EDDY_COUNTS_HEAP_CALLS) && defined(__GLIBC__)
#define EDDY_COUNTS_HEAP_CALLS 1
#endif

namespace eddy::testing {

/// Whether calls of the heap are counted in this build; if not, there is still Eigen's own assertion.
#if EDDY_COUNTS_HEAP_CALLS
inline constexpr bool heap_calls_are_counted = true;
#else
inline constexpr bool heap_calls_are_counted = false;
#endif

inline constinit bool heap_is_watched = false;
inline constinit int heap_calls_so_far = 0;

inline void count_heap_call() { heap_calls_so_far += heap_is_watched; }

/// How often `function` calls malloc, free and their kin, and through them operator new and delete. In builds
/// with assertions Eigen refuses an allocation of its own at once.
template <class Function>
int heap_calls(Function&& function) {
  heap_calls_so_far = 0;
  Eigen::internal::set_is_malloc_allowed(false);
  heap_is_watched = true;
  function();
  heap_is_watched = false;
  Eigen::internal::set_is_malloc_allowed(true);
  return heap_calls_so_far;
}

}  // namespace eddy::testing

#if EDDY_COUNTS_HEAP_CALLS && !defined(EDDY_HEAP_IS_WATCHED_ELSEWHERE)
extern "C" {

void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);

void* malloc(std::size_t size) noexcept {
  eddy::testing::count_heap_call();
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  eddy::testing::count_heap_call();
  return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) noexcept {
  eddy::testing::count_heap_call();
  return __libc_realloc(memory, size);
}
void* memalign(std::size_t alignment, std::size_t size) noexcept {
  eddy::testing::count_heap_call();
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept { return memalign(alignment, size); }
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) noexcept {
  *memory = memalign(alignment, size);
  return *memory ? 0 : ENOMEM;
}
void free(void* memory) noexcept {
  eddy::testing::count_heap_call();
  __libc_free(memory);
}

}  // extern "C"
#endif
