// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifndef __arm__
#include <cstring>
#else
#include <cstddef>

// What a compiler or its headers may call even in a freestanding program, with the C library's
// meanings.
extern "C" {
void* memcpy(void* __restrict to, const void* __restrict from, std::size_t size);
void* memmove(void* to, const void* from, std::size_t size);
void* memset(void* to, int byte, std::size_t size);
void* memchr(const void* bytes, int byte, std::size_t size);
int memcmp(const void* a, const void* b, std::size_t size);
std::size_t strlen(const char* text);
int strcmp(const char* a, const char* b);
}
#endif
