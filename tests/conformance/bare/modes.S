// SPDX-License-Identifier: Apache-2.0
// Runs code under a whole state of the core, banked registers and all, until it takes an exception,
// and writes down the state that it leaves. It is entered from Monitor mode, whose bank then holds
// what that takes, or from Supervisor mode, whose SP then points to pc.
//
// struct State {              offsets
//   r[13];                    0      of User mode
//   fiq[5];                   52     r8 to r12
//   bank[7] {sp, lr, spsr};   72     System, FIQ, IRQ, Supervisor, Abort, Undefined, Monitor
//   pc, cpsr;                 156, 160: to begin with; afterwards the vector's number, and CPSR
//   from_supervisor;          164
// };
.syntax unified
.arm
.arch armv7-a
.arch_extension sec

.macro for_each_bank name
  \name 0x1F, 72
  \name 0x11, 84
  \name 0x12, 96
  \name 0x13, 108
  \name 0x17, 120
  \name 0x1B, 132
  \name 0x16, 144
.endm

.macro load_bank mode, at
  cps #\mode
  ldr sp, [r0, #\at]
  ldr lr, [r0, #\at + 4]
  .if \mode != 0x1F
  ldr r1, [r0, #\at + 8]
  msr spsr_fsxc, r1
  .endif
.endm

.macro save_bank mode, at
  cps #\mode
  str sp, [r0, #\at]
  str lr, [r0, #\at + 4]
  .if \mode != 0x1F
  mrs r1, spsr
  str r1, [r0, #\at + 8]
  .endif
.endm

.text
// void run_state(State* state): with vectors of its own.
.global run_state
run_state:
  push {r4-r11, lr}
  ldr r1, =harness
  str sp, [r1]
  str r0, [r1, #4]
  ldr r1, =mode_vectors
  mcr p15, 0, r1, c12, c0, 0
  mcr p15, 0, r1, c12, c0, 1
  isb
  for_each_bank load_bank
  cps #0x11
  add r1, r0, #52
  ldm r1, {r8-r12}
  ldr r1, [r0, #164]
  cmp r1, #0
  bne 1f
  cps #0x16
  mov sp, r0
  ldr r1, [r0, #160]
  msr spsr_fsxc, r1
  ldr lr, [r0, #156]
  ldm sp, {r0-r12}
  movs pc, lr
1:
  cps #0x13
  add sp, r0, #156
  ldm r0, {r0-r12}
  rfeia sp
.ltorg

.balign 32
mode_vectors:
  .irp number, 0, 1, 2, 3, 4, 5, 6, 7
  b 8f + \number * 12
  .endr
8:
  .irp number, 0, 1, 2, 3, 4, 5, 6, 7
  str r0, saved_r0
  mov r0, #\number
  b 9f
  .endr
saved_r0: .word 0
9:
  str r1, saved_r1
  mrs r1, cpsr
  str r1, saved_cpsr
  ldr r1, =harness
  ldr r1, [r1, #4]
  str r0, [r1, #156]
  mov r0, r1
  ldr r1, saved_cpsr
  str r1, [r0, #160]
  ldr r1, saved_r0
  str r1, [r0]
  ldr r1, saved_r1
  str r1, [r0, #4]
  cps #0x1F
  add r1, r0, #8
  stm r1, {r2-r12}
  cps #0x11
  add r1, r0, #52
  stm r1, {r8-r12}
  for_each_bank save_bank
  cpsid aif, #0x13
  ldr r1, =harness
  ldr sp, [r1]
  ldr r1, =vectors
  mcr p15, 0, r1, c12, c0, 0
  mcr p15, 0, r1, c12, c0, 1
  isb
  @ The handlers of start.S have their stack pointers again.
  ldr r1, =trap
  cps #0x17
  mov sp, r1
  cps #0x1B
  mov sp, r1
  cps #0x13
  pop {r4-r11, pc}
saved_r1: .word 0
saved_cpsr: .word 0
.ltorg

.bss
.balign 8
harness: .space 8
