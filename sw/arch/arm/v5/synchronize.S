// SPDX-License-Identifier: Apache-2.0
// What the compiler calls for the order of atomic accesses where it has no instruction for it: the
// core keeps its own order.
#if __ARM_ARCH < 6
        .syntax unified
        .arm
        .section .text.__sync_synchronize, "ax"
        .global __sync_synchronize
        .type   __sync_synchronize, %function
__sync_synchronize:
        bx      lr
#endif
