@ SPDX-License-Identifier: Apache-2.0
@ A raw "kernel", or a program: sends back what the first UART receives, and listens like a driver.
	.arm
	.global _start
_start:	ldr	r0, =0x10009000
	mov	r1, #1
	str	r1, [r0, #0x24]		@ UARTIBRD
	mov	r1, #0x70
	str	r1, [r0, #0x2c]		@ UARTLCR_H: eight bits, FIFOs.
	movw	r1, #0x301
	str	r1, [r0, #0x30]		@ UARTCR
	mov	r1, #0x10
	str	r1, [r0, #0x38]		@ UARTIMSC: the receive interrupt, which stays masked at the core.
again:	ldr	r1, [r0, #0x18]		@ UARTFR
	tst	r1, #0x10		@ RXFE
	bne	again
	ldr	r1, [r0]
	strb	r1, [r0]
	b	again
	.ltorg
	.space	0x10000
