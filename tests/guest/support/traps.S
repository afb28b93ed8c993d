// SPDX-License-Identifier: Apache-2.0
// Vectors that record an exception and go on behind the instruction. ARM ARM DDI 0406C, B1.8.

        .syntax unified
        .arm

        .section .text.trap_vectors, "ax"
        .global trap_vectors
        .balign 32
trap_vectors:
        b       .                               // Reset
        b       trap_undefined
        b       trap_supervisor_call
        b       trap_prefetch_abort
        b       trap_data_abort
        b       .
        b       .                               // Interrupts are off.
        b       .

        // LR for the return: to `resume` in LR, everything else as it was.
        .macro  record kind
        push    {r0-r3}
        ldr     r0, =trap_record
        ldr     r1, [r0]
        add     r1, r1, #1
        str     r1, [r0]
        mov     r1, #\kind
        str     r1, [r0, #4]
        mrc     p15, 0, r1, c5, c0, 0           // DFSR
        str     r1, [r0, #8]
        mrc     p15, 0, r1, c6, c0, 0           // DFAR
        str     r1, [r0, #12]
        mrc     p15, 0, r1, c5, c0, 1           // IFSR
        str     r1, [r0, #16]
        mrc     p15, 0, r1, c6, c0, 2           // IFAR
        str     r1, [r0, #20]
        str     lr, [r0, #24]
        mrs     r1, spsr
        str     r1, [r0, #28]
        mrs     r1, cpsr
        str     r1, [r0, #32]
        .endm

trap_undefined:
        record  1
        pop     {r0-r3}
        movs    pc, lr

        // In Supervisor mode itself: LR was saved by the probe.
trap_supervisor_call:
        record  2
        pop     {r0-r3}
        movs    pc, lr

trap_prefetch_abort:
        record  3
        pop     {r0-r3}
        ldr     lr, =trap_return_failed
        movs    pc, lr

        // An asynchronous abort (FS 0b10110) returns to where it came, a synchronous one behind.
trap_data_abort:
        record  4
        ldr     r1, [r0, #8]
        tst     r1, #0x400
        pop     {r0-r3}
        subne   lr, lr, #8
        subeq   lr, lr, #4
        movs    pc, lr

trap_return_failed:
        mvn     r0, #0
        bx      lr

        .macro  probe name
        .section .text.\name, "ax"
        .global \name, \name\()_here
        .type   \name, %function
\name:
        .endm

        probe   probe_load
probe_load_here:
        ldr     r0, [r0]
        bx      lr

        probe   probe_store
        str     r1, [r0]
        dsb
        bx      lr

        probe   probe_load_unprivileged
        ldrt    r1, [r0]
        mov     r0, r1
        bx      lr

        probe   probe_store_unprivileged
        strt    r1, [r0]
        bx      lr

        probe   probe_load_multiple
        ldm     r0, {r1, r2}
        mov     r0, r1
        bx      lr

        probe   probe_load_exclusive
        ldrex   r0, [r0]
        clrex
        bx      lr

        probe   probe_undefined
probe_undefined_here:
        udf     #0
        bx      lr

        probe   probe_supervisor_call
        push    {r4, lr}
probe_supervisor_call_here:
        svc     #0x42
        pop     {r4, pc}

        probe   probe_call
        bx      r0

        .section .bss.trap_record, "aw", %nobits
        .global trap_record
        .balign 4
trap_record:
        .space  36
