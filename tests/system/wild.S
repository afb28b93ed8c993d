@ SPDX-License-Identifier: Apache-2.0
@ Start of a wild guest (wild_guest.py): at 0x60010000; its data follow at 0x60011000:
@ options (bit 0: MMU and caches, bit 1: data are code), count, next chunk, 0, then the data.
    .syntax unified
    .arch armv7-a
    .equ data, 0x60011000
    .equ page_table, 0x61000000
    .equ l2_control, 0x1e00a100
    .equ distributor, 0x1e001000
    .equ cpu_interface, 0x1e000100
    .equ private_timer, 0x1e000600

start:
    cpsid   aif
    adr     r0, vectors
    ldr     r11, =data
    ldr     r8, [r11]
    tst     r8, #2
    adrne   r0, code_vectors
    mcr     p15, 0, r0, c12, c0, 0
    mrc     p15, 0, r0, c1, c0, 0
    orr     r0, r0, #0x1800         @ Fetches go faster.
    mcr     p15, 0, r0, c1, c0, 0
    tst     r8, #1
    blne    enable_mmu
    tst     r8, #2
    bne     next_chunk
    ldr     r10, [r11, #4]
    add     r9, r11, #16

@ Each row of the data is address, value, operation.
next:
    subs    r10, r10, #1
    bmi     done
    ldmia   r9!, {r0, r1, r2}
    cmp     r2, #7
    addls   pc, pc, r2, lsl #2
    b       next
    b       op_str
    b       op_strh
    b       op_strb
    b       op_ldr
    b       op_ldrb
    b       op_interrupts
    b       op_wait
    b       op_strd

op_str:
    str     r1, [r0]
    b       next
op_strh:
    strh    r1, [r0]
    b       next
op_strb:
    strb    r1, [r0]
    b       next
op_ldr:
    ldr     r1, [r0]
    b       next
op_ldrb:
    ldrb    r1, [r0]
    b       next
op_interrupts:
    cpsie   if
    b       next
op_wait:
    subs    r1, r1, #1
    bhi     op_wait
    b       next
op_strd:
    mov     r2, r1
    mvn     r3, r1
    strd    r2, r3, [r0]
    b       next

done:
    mov     r0, #0x18
    ldr     r1, =0x20026
    svc     0x123456
    b       done

enable_mmu:
    ldr     r0, =page_table
    mov     r1, #0
1:  cmp     r1, #0x400
    ldrlo   r2, =0x00000c06     @ Device
    ldrhs   r2, =0x00001c0e     @ Normal, write-back, write-allocate
    cmp     r1, #0x800
    movhs   r2, #0
    orrlo   r2, r2, r1, lsl #20
    str     r2, [r0, r1, lsl #2]
    add     r1, r1, #1
    cmp     r1, #0x1000
    blo     1b
    mcr     p15, 0, r0, c2, c0, 0
    mvn     r1, #0
    mcr     p15, 0, r1, c3, c0, 0
    mov     r1, #0
    mcr     p15, 0, r1, c8, c7, 0
    ldr     r0, =l2_control
    mov     r1, #1
    str     r1, [r0]
    dsb
    mrc     p15, 0, r0, c1, c0, 0
    orr     r0, r0, #5
    mcr     p15, 0, r0, c1, c0, 0
    isb
    bx      lr

@ The next 64 bytes of the data are run, every other time as T32; whatever happens ends here again, if only by the timer.
next_chunk:
    msr     cpsr_c, #0xd3
    setend  le
    adr     r0, code_vectors
    mcr     p15, 0, r0, c12, c0, 0
    bl      start_timer
    ldr     r11, =data
    ldr     r0, [r11, #8]
    ldr     r1, [r11, #4]
    cmp     r0, r1
    bhs     done
    add     r1, r0, #1
    str     r1, [r11, #8]
    add     r2, r11, #16
    add     r2, r2, r0, lsl #6
    mov     r12, r2
    ldmia   r12, {r3-r10}
    tst     r0, #2
    movne   r3, r11
    movne   r4, #0x10000000
    movne   r5, sp
    tst     r0, #1
    orrne   r2, r2, #1
    mov     sp, #0x62000000
    cpsie   i
    bx      r2

start_timer:
    ldr     r0, =distributor
    mov     r1, #1
    str     r1, [r0]
    mov     r2, #1 << 29
    str     r2, [r0, #0x100]
    ldr     r0, =cpu_interface
    mov     r2, #0xff
    str     r1, [r0]
    str     r2, [r0, #4]
    ldr     r2, [r0, #0xc]
    str     r2, [r0, #0x10]
    ldr     r0, =private_timer
    str     r1, [r0, #0xc]
    ldr     r2, =1000
    str     r2, [r0]
    mov     r2, #7
    str     r2, [r0, #8]
    bx      lr

    .align  5
vectors:
    b       next_chunk
    movs    pc, lr
    movs    pc, lr
    subs    pc, lr, #0
    subs    pc, lr, #4
    nop
    b       mask
mask:                               @ FIQ: so that one that nobody clears comes once.
    mrs     sp, spsr
    orr     sp, sp, #0xc0
    msr     spsr_cxsf, sp
    subs    pc, lr, #4

    .align  5
code_vectors:
    .rept   8
    b       next_chunk
    .endr
    .ltorg
