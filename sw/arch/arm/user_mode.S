// SPDX-License-Identifier: Apache-2.0
// Into user mode and back. ARM ARM DDI 0406C, B1.8 and B9.3.

#include "sw/arch/arm/set_mode.h"

        .syntax unified
        .arm

        .equ    kModeUser, 0x10
        .equ    kModeSvc, 0x13
        .equ    kModeSystem, 0x1f
        .equ    kThumb, 0x20

// uint64_t enter_user_mode(entry, stack_top, first, second): r0 is what the code left there, r1 the
// vector that ended it.
        .section .text.enter_user_mode, "ax"
        .global enter_user_mode
        .type   enter_user_mode, %function
enter_user_mode:
        mrs     r12, cpsr
        push    {r4-r12, lr}
        ldr     r4, =user_mode_stack
        str     sp, [r4]
        mov     r5, r0
        set_mode_masked kModeSystem                 // User mode's SP is System mode's.
        mov     sp, r1
        set_mode kModeSvc
        mov     r0, r2
        mov     r1, r3
        mov     r6, #kModeUser
        tst     r5, #1
        orrne   r6, r6, #kThumb
        bic     r5, r5, #1
        msr     spsr_cxsf, r6
        movs    pc, r5

// From the vectors, when what was interrupted is user mode. At user_mode_called r0 is the code's; at
// user_mode_faulted r6 is the vector.
        .global user_mode_called
        .type   user_mode_called, %function
user_mode_called:
        mov     r6, #2
        b       1f
        .global user_mode_faulted
        .type   user_mode_faulted, %function
user_mode_faulted:
        mov     r0, #0
        set_mode kModeSvc
1:      mov     r1, r6
        ldr     r4, =user_mode_stack
        ldr     sp, [r4]
        pop     {r4-r12, lr}
        msr     cpsr_c, r12
        bx      lr

        .section .bss.user_mode_stack, "aw", %nobits
        .balign 4
user_mode_stack:
        .space  4
