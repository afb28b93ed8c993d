// SPDX-License-Identifier: Apache-2.0
// Start, vectors and probes of the programs that are run on two machines and compared. No stack is
// used outside Supervisor mode; handlers note what came and go on after it.
.syntax unified
.arm
.arch armv7-a
.arch_extension sec
.arch_extension virt

.section .text.start, "ax"
.global _start
_start:
  ldr r0, =trap
  cpsid aif, #0x17
  mov sp, r0
  cpsid aif, #0x1B
  mov sp, r0
  cpsid aif, #0x13
  ldr sp, =stack_top
  ldr r0, =vectors
  mcr p15, 0, r0, c12, c0, 0
  mcr p15, 0, r0, c12, c0, 1
  isb
  bl bare_main
  ldr r1, =0x20026            @ ADP_Stopped_ApplicationExit
  mov r0, #0x18               @ SYS_EXIT
  svc 0x123456
1: b 1b

.balign 32
.global vectors
vectors:
  b .
  b undefined
  b supervisor_call
  b prefetch_abort
  b data_abort
  b .
  b .
  b .

.ltorg

// SP of the handlers' modes points to `trap`, where they keep r0 and r1, too.
.macro note kind
  str r0, [sp, #28]
  str r1, [sp, #32]
  mov r1, #\kind
  mrs r0, spsr
  stm sp, {r1, lr}
  str r0, [sp, #8]
  mrc p15, 0, r0, c5, c0, 0
  mrc p15, 0, r1, c6, c0, 0
  str r0, [sp, #12]
  str r1, [sp, #16]
  mrc p15, 0, r0, c5, c0, 1
  mrc p15, 0, r1, c6, c0, 2
  str r0, [sp, #20]
  str r1, [sp, #24]
  ldr r0, [sp, #28]
  ldr r1, [sp, #32]
.endm

undefined:
  note 1
  movs pc, lr

supervisor_call:              @ Comes back from User mode, in Supervisor mode.
  bx lr

prefetch_abort:
  note 2
  ldr lr, [sp, #36]           @ resume
  movs pc, lr

data_abort:
  note 3
  subs pc, lr, #4

// std::uint32_t run_word(std::uint32_t r0, bool user): executes the word in `probe_word` with r0 as
// given, and returns r0.
.global run_word
run_word:
  push {r4, lr}
  isb
  cmp r1, #0
  bne 1f
  bl to_probe
  pop {r4, pc}
1: cps #0x10
  bl to_probe
  svc 0
  pop {r4, pc}
.balign 4096
to_probe:
.global probe_word
probe_word:
  nop
  bx lr
.balign 4096

// Accesses of memory: the value, or what was in r0 before if it aborts.
.global load_word
load_word:
  mov r1, r0
  mov r0, #0
  ldr r0, [r1]
  bx lr
.global load_word_unprivileged
load_word_unprivileged:
  mov r1, r0
  mov r0, #0
  ldrt r0, [r1]
  bx lr
.global store_word
store_word:
  str r1, [r0]
  bx lr
.global store_word_unprivileged
store_word_unprivileged:
  strt r1, [r0]
  bx lr
.global call
call:
  push {r4, lr}
  ldr r1, =trap
  adr r2, 1f
  str r2, [r1, #36]
  blx r0
1: pop {r4, pc}

.global memcpy
.type memcpy, %function
memcpy:
  mov r3, r0
1: subs r2, r2, #1
  ldrbpl r12, [r1], #1
  strbpl r12, [r3], #1
  bpl 1b
  bx lr
.global memset                @ The compiler calls it.
.type memset, %function
memset:
  mov r3, r0
1: subs r2, r2, #1
  strbpl r1, [r3], #1
  bpl 1b
  bx lr

.bss
.balign 64
.global trap
trap: .space 40
