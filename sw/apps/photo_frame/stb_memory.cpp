// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/stb_memory.hpp"

namespace guest {

namespace {
Arena* current = nullptr;
bool assertion_failed = false;
}  // namespace

void set_stb_arena(Arena* arena) {
  current = arena;
  assertion_failed = false;
}

void* stb_allocate(std::size_t size) {
  return current == nullptr ? nullptr : current->allocate(size);
}
void* stb_reallocate(void* block, std::size_t size) {
  return current == nullptr ? nullptr : current->reallocate(block, size);
}
void stb_release(void* block) {
  if (current != nullptr) current->release(block);
}
void stb_assert(bool condition) { assertion_failed |= !condition; }
bool stb_assertion_failed() { return assertion_failed; }

}  // namespace guest
