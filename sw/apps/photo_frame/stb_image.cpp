// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/stb_memory.hpp"

#define STBI_MALLOC guest::stb_allocate
#define STBI_REALLOC guest::stb_reallocate
#define STBI_FREE guest::stb_release
#define STBI_ASSERT guest::stb_assert
#define STB_IMAGE_IMPLEMENTATION
#include "sw/apps/photo_frame/stb_image.hpp"
