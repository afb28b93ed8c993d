// SPDX-License-Identifier: Apache-2.0
// Code for user mode: each ends with a supervisor call, its result in r0.

        .syntax unified
        .arm
        .section .text.user_code, "ax"
        .global user_code_start, user_code_end
user_code_start:

// user_add(start, bytes): adds 1 to each word; the sum of what they were.
        .global user_add
        .type   user_add, %function
user_add:
        mov     r2, #0
1:      ldr     r3, [r0]
        add     r2, r2, r3
        add     r3, r3, #1
        str     r3, [r0], #4
        subs    r1, r1, #4
        bne     1b
        mov     r0, r2
        svc     #0

// user_load(address, -), user_store(address, value), user_push(value, -)
        .global user_load
        .type   user_load, %function
user_load:
        ldr     r0, [r0]
        svc     #0
        .global user_store
        .type   user_store, %function
user_store:
        str     r1, [r0]
        svc     #0
        .global user_push
        .type   user_push, %function
user_push:
        push    {r0}
        mov     r0, #0
        pop     {r0}
        svc     #0
// user_spin(count, -): for an interrupt to come in user mode.
        .global user_spin
        .type   user_spin, %function
user_spin:
        subs    r0, r0, #1
        bne     user_spin
        mrs     r0, cpsr
        svc     #0
user_code_end:
