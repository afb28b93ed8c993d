// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "sw/apps/photo_frame/arena.hpp"

namespace guest {

/// Where stb_image's memory comes from, until the next call.
void set_stb_arena(Arena* arena);

void* stb_allocate(std::size_t size);
void* stb_reallocate(void* block, std::size_t size);
void stb_release(void* block);
/// A failed assertion of the library's is remembered, and makes `decode` refuse the picture.
void stb_assert(bool condition);
bool stb_assertion_failed();

}  // namespace guest
