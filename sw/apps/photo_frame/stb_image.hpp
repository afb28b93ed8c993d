// SPDX-License-Identifier: Apache-2.0
#pragma once

// How Linefill uses stb_image (Debian package libstb-dev): no files, no floating point, no libc,
// three formats. Macros are the library's way to be configured.
#define STBI_NO_STDIO
#define STBI_NO_HDR
#define STBI_NO_LINEAR
#define STBI_NO_SIMD
#define STBI_NO_THREAD_LOCALS
#define STBI_NO_GIF
#define STBI_NO_PNM
#define STBI_NO_PIC
#define STBI_NO_PSD
#define STBI_NO_TGA
#define STBI_FAILURE_USERMSG

#include <stb_image.h>
