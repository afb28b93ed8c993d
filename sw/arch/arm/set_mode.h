// SPDX-License-Identifier: Apache-2.0
// For assembler: another mode. ARMv5 has no CPS; interrupts are then masked in the new mode, as they
// are wherever this is used.
#if __ARM_ARCH >= 7
        .macro  set_mode mode
        cps     #\mode
        .endm
        .macro  set_mode_masked mode
        cpsid   i, #\mode
        .endm
#else
        .macro  set_mode mode
        msr     cpsr_c, #\mode | 0xc0
        .endm
        .macro  set_mode_masked mode
        set_mode \mode
        .endm
#endif
