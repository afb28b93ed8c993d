// SPDX-License-Identifier: Apache-2.0
// Entry of the image and the exception vectors. ARM ARM DDI 0406C, B1.8. Always ARM state.

#include "sw/arch/arm/set_mode.h"

        .syntax unified
        .arm

        .equ    kModeFiq, 0x11
        .equ    kModeIrq, 0x12
        .equ    kModeSvc, 0x13
        .equ    kModeAbort, 0x17
        .equ    kModeUndefined, 0x1b
        .equ    kFrameBytes, 17 * 4

        .section .text.entry, "ax"
        .global _start
        .type   _start, %function
_start:
        mov     r4, r2                          // The device tree, if the loader follows Linux's protocol.
        msr     cpsr_c, #kModeSvc | 0xc0
        mrc     p15, 0, r0, c1, c0, 0
        bic     r0, r0, #0x1000                 // I
        bic     r0, r0, #0x0007                 // C, A, M
        bic     r0, r0, #0x2000                 // V: vectors at VBAR
        bic     r0, r0, #0x40000000             // TE: exceptions in ARM state
        mcr     p15, 0, r0, c1, c0, 0
#if __ARM_ARCH >= 7
        isb
        ldr     r0, =vectors
        mcr     p15, 0, r0, c12, c0, 0          // VBAR
        isb
#else
        mov     r0, #0                          // The vectors are at 0, where there must be memory.
        mcr     p15, 0, r0, c7, c5, 4
        ldr     r1, =vectors
        ldm     r1!, {r5-r12}
        stm     r0!, {r5-r12}
        ldm     r1, {r5-r12}
        stm     r0, {r5-r12}
#endif

        ldr     r0, =exception_stack_top
        set_mode kModeFiq
        mov     sp, r0
        set_mode kModeIrq
        mov     sp, r0
        set_mode kModeAbort
        mov     sp, r0
        set_mode kModeUndefined
        mov     sp, r0
        set_mode kModeSvc
        ldr     sp, =stack_top

        ldr     r0, =bss_start
        ldr     r1, =bss_end
        mov     r2, #0
1:      cmp     r0, r1
        strlo   r2, [r0], #4
        blo     1b

        mov     r0, r4
        bl      arch_start                      // Does not return.

        .section .text.vectors, "ax"
        .balign 32
vectors:
#if __ARM_ARCH < 7
        .rept   8                               // Wherever this is copied, with the addresses below.
        ldr     pc, [pc, #24]
        .endr
        .word   vector_reset, vector_undefined, vector_supervisor_call, vector_prefetch_abort
        .word   vector_data_abort, vector_reset, vector_interrupt, vector_fast_interrupt
#else
        b       vector_reset
        b       vector_undefined
        b       vector_supervisor_call
        b       vector_prefetch_abort
        b       vector_data_abort
        b       vector_reset                    // Only in Hyp mode.
        b       vector_interrupt
        b       vector_fast_interrupt
#endif

// Saves the interrupted registers as an ExceptionFrame and reports them. `adjust` makes LR the address
// of the instruction itself.
        .macro  fatal name, kind, adjust
        .type   \name, %function
\name:
        sub     lr, lr, #\adjust
        ldr     sp, =exception_stack_top
        sub     sp, sp, #kFrameBytes
        stm     sp, {r0-r12}
        mov     r6, #\kind
        b       fatal_exception
        .endm

        fatal   vector_reset, 0, 0
        fatal   vector_undefined, 1, 4
        fatal   vector_prefetch_abort, 3, 4
        fatal   vector_data_abort, 4, 8
        fatal   vector_fast_interrupt, 7, 4

        .type   fatal_exception, %function
fatal_exception:
        mrs     r0, spsr
        str     lr, [sp, #15 * 4]
        str     r0, [sp, #16 * 4]
        mrs     r1, cpsr
        and     r2, r0, #0x1f
        cmp     r2, #0x10
        beq     user_mode_faulted               // Not the kernel's end.
        orr     r2, r2, #0xc0
        msr     cpsr_c, r2
        mov     r3, sp
        mov     r4, lr
        msr     cpsr_c, r1
        str     r3, [sp, #13 * 4]
        str     r4, [sp, #14 * 4]
        mov     r0, r6
        mov     r1, sp
        bl      handle_exception                // Does not return.

// A semihosting call that no host took returns -1; any other supervisor call is the end of a stay in
// user mode, or a mistake.
        .type   vector_supervisor_call, %function
vector_supervisor_call:
        push    {r4, r5}
        ldr     r4, [lr, #-4]
        ldr     r5, =0xef123456
        cmp     r4, r5
        pop     {r4, r5}
        mvneq   r0, #0
        movseq  pc, lr
        push    {r4}
        mrs     r4, spsr
        and     r4, r4, #0x1f
        cmp     r4, #0x10
        pop     {r4}
        beq     user_mode_called
        fatal   vector_other_call, 2, 4

        .type   vector_interrupt, %function
#if __ARM_ARCH >= 7
vector_interrupt:
        sub     lr, lr, #4
        srsdb   sp!, #kModeSvc
        cps     #kModeSvc
        push    {r0-r3, r12, lr}
        and     r1, sp, #4                      // AAPCS: SP is a multiple of 8 at a call.
        sub     sp, sp, r1
        push    {r1, r2}
        bl      handle_irq
        pop     {r1, r2}
        add     sp, sp, r1
        pop     {r0-r3, r12, lr}
        rfeia   sp!
#else
// From the stack of interrupt mode, which holds three words of one interrupt for a moment, to the
// supervisor's: there SPSR, then what LDM takes back.
vector_interrupt:
        sub     lr, lr, #4
        str     r0, [sp, #-4]
        str     lr, [sp, #-8]
        mrs     lr, spsr
        str     lr, [sp, #-12]
        sub     r0, sp, #12
        set_mode kModeSvc
        sub     sp, sp, #8 * 4
        str     r1, [sp, #2 * 4]
        ldr     r1, [r0]
        str     r1, [sp]                        // SPSR
        ldr     r1, [r0, #8]
        str     r1, [sp, #1 * 4]                // r0
        ldr     r1, [r0, #4]
        str     r1, [sp, #7 * 4]                // The interrupted instruction.
        add     r1, sp, #3 * 4
        stm     r1, {r2, r3, r12, lr}
        and     r1, sp, #4                      // AAPCS: SP is a multiple of 8 at a call.
        sub     sp, sp, r1
        push    {r1, r2}
        bl      handle_irq
        pop     {r1, r2}
        add     sp, sp, r1
        set_mode kModeSvc
        ldr     r0, [sp], #4
        msr     spsr_cxsf, r0
        ldm     sp!, {r0-r3, r12, lr, pc}^
#endif

// int semihosting_call(unsigned operation, const void* argument)
        .section .text.semihosting_call, "ax"
        .global semihosting_call
        .type   semihosting_call, %function
semihosting_call:
        push    {r4, lr}                        // The call overwrites LR where no host takes it.
        svc     #0x123456
        pop     {r4, pc}
