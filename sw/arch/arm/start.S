// SPDX-License-Identifier: Apache-2.0
// Entry of the image and the exception vectors. ARM ARM DDI 0406C, B1.8. Always ARM state.

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
        cpsid   if, #kModeSvc
        mrc     p15, 0, r0, c1, c0, 0
        bic     r0, r0, #0x1000                 // I
        bic     r0, r0, #0x0007                 // C, A, M
        bic     r0, r0, #0x2000                 // V: vectors at VBAR
        bic     r0, r0, #0x40000000             // TE: exceptions in ARM state
        mcr     p15, 0, r0, c1, c0, 0
        isb
        ldr     r0, =vectors
        mcr     p15, 0, r0, c12, c0, 0          // VBAR
        isb

        ldr     r0, =exception_stack_top
        cps     #kModeFiq
        mov     sp, r0
        cps     #kModeIrq
        mov     sp, r0
        cps     #kModeAbort
        mov     sp, r0
        cps     #kModeUndefined
        mov     sp, r0
        cps     #kModeSvc
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
        b       vector_reset
        b       vector_undefined
        b       vector_supervisor_call
        b       vector_prefetch_abort
        b       vector_data_abort
        b       vector_reset                    // Only in Hyp mode.
        b       vector_interrupt
        b       vector_fast_interrupt

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

// int semihosting_call(unsigned operation, const void* argument)
        .section .text.semihosting_call, "ax"
        .global semihosting_call
        .type   semihosting_call, %function
semihosting_call:
        push    {r4, lr}                        // The call overwrites LR where no host takes it.
        svc     #0x123456
        pop     {r4, pc}
