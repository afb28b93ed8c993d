// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where the linker put the program, stacks included; the ends are exclusive.
extern "C" char image_start[];
extern "C" char image_end[];
extern "C" char stack_top[];
extern "C" char exception_stack_top[];
