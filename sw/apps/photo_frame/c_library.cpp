// SPDX-License-Identifier: Apache-2.0
// What stb_image needs of a C library beyond sw/lib.
extern "C" int abs(int value);

extern "C" int abs(int value) { return value < 0 ? -value : value; }
