// SPDX-License-Identifier: Apache-2.0
// memcpy and memset: image decoding depends on them. Upward, eight words a turn where both ends are
// aligned alike, else words with one unaligned side (ARMv7 allows that on Normal memory), or bytes.

        .syntax unified
        .arm

// void* memcpy(void* to, const void* from, size_t size); r0 is returned unchanged.
        .section .text.memcpy, "ax"
        .global memcpy
        .type   memcpy, %function
memcpy:
        mov     r12, r0
        cmp     r2, #16
        blo     .Lbytes
.Lalign:
        tst     r12, #3
        beq     .Laligned
        ldrb    r3, [r1], #1
        strb    r3, [r12], #1
        sub     r2, r2, #1
        b       .Lalign
.Laligned:
        tst     r1, #3
#ifdef __ARM_FEATURE_UNALIGNED
        bne     .Lunaligned
#else
        bne     .Lbytes
#endif
        push    {r4-r9}
        subs    r2, r2, #32
        blo     2f
1:      pld     [r1, #96]
        ldm     r1!, {r3-r9}
        stm     r12!, {r3-r9}
        ldr     r3, [r1], #4
        str     r3, [r12], #4
        subs    r2, r2, #32
        bhs     1b
2:      pop     {r4-r9}
        add     r2, r2, #32
.Lunaligned:
        subs    r2, r2, #4
        blo     4f
3:      ldr     r3, [r1], #4
        str     r3, [r12], #4
        subs    r2, r2, #4
        bhs     3b
4:      add     r2, r2, #4
.Lbytes:
        subs    r2, r2, #1
        bxlo    lr
        ldrb    r3, [r1], #1
        strb    r3, [r12], #1
        b       .Lbytes

// void* memset(void* to, int byte, size_t size)
        .section .text.memset, "ax"
        .global memset
        .type   memset, %function
memset:
        mov     r12, r0
        and     r1, r1, #0xff
        orr     r1, r1, r1, lsl #8
        orr     r1, r1, r1, lsl #16
        cmp     r2, #16
        blo     .Lset_bytes
.Lset_align:
        tst     r12, #3
        beq     .Lset_aligned
        strb    r1, [r12], #1
        sub     r2, r2, #1
        b       .Lset_align
.Lset_aligned:
        push    {r4, r5}
        mov     r3, r1
        mov     r4, r1
        mov     r5, r1
        subs    r2, r2, #32
        blo     2f
1:      stm     r12!, {r1, r3-r5}
        stm     r12!, {r1, r3-r5}
        subs    r2, r2, #32
        bhs     1b
2:      add     r2, r2, #32
        pop     {r4, r5}
        subs    r2, r2, #4
        blo     4f
3:      str     r1, [r12], #4
        subs    r2, r2, #4
        bhs     3b
4:      add     r2, r2, #4
.Lset_bytes:
        subs    r2, r2, #1
        bxlo    lr
        strb    r1, [r12], #1
        b       .Lset_bytes
