// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sw/lib/types.hpp"

// Linux 6.1, include/linux/dmaengine.h: words of the interface, with its names and values.

enum dma_transfer_direction {
  DMA_MEM_TO_MEM,
  DMA_MEM_TO_DEV,
  DMA_DEV_TO_MEM,
  DMA_DEV_TO_DEV,
  /// For controllers that take words of their own: `sgl` points to them, `sg_len` is their number.
  DMA_TRANS_NONE,
};

/// What a controller can do: bits of dma_cap_mask_t.
enum dma_transaction_type {
  DMA_MEMCPY,
  DMA_XOR,
  DMA_PQ,
  DMA_XOR_VAL,
  DMA_PQ_VAL,
  DMA_MEMSET,
  DMA_MEMSET_SG,
  DMA_INTERRUPT,
  DMA_PRIVATE,  ///< Its channels are for those who request them, not for dma_find_channel.
  DMA_ASYNC_TX,
  DMA_SLAVE,
  DMA_CYCLIC,
  DMA_INTERLEAVE,
  DMA_COMPLETION_NO_ORDER,
  DMA_REPEAT,
  DMA_LOAD_EOT,
  DMA_TX_TYPE_END
};

struct dma_cap_mask_t {
  std::uint32_t bits = 0;
  bool operator==(const dma_cap_mask_t&) const = default;
};

// Linux's are macros that take the mask by name; so these take references.
inline void dma_cap_zero(dma_cap_mask_t& mask) { mask.bits = 0; }
inline void dma_cap_set(dma_transaction_type type, dma_cap_mask_t& mask) {
  mask.bits |= 1U << static_cast<unsigned>(type);
}
inline void dma_cap_clear(dma_transaction_type type, dma_cap_mask_t& mask) {
  mask.bits &= ~(1U << static_cast<unsigned>(type));
}
inline bool dma_has_cap(dma_transaction_type type, const dma_cap_mask_t& mask) {
  return (mask.bits >> static_cast<unsigned>(type) & 1U) != 0;
}

enum dma_slave_buswidth {
  DMA_SLAVE_BUSWIDTH_UNDEFINED = 0,
  DMA_SLAVE_BUSWIDTH_1_BYTE = 1,
  DMA_SLAVE_BUSWIDTH_2_BYTES = 2,
  DMA_SLAVE_BUSWIDTH_3_BYTES = 3,
  DMA_SLAVE_BUSWIDTH_4_BYTES = 4,
  DMA_SLAVE_BUSWIDTH_8_BYTES = 8,
  DMA_SLAVE_BUSWIDTH_16_BYTES = 16,
  DMA_SLAVE_BUSWIDTH_32_BYTES = 32,
  DMA_SLAVE_BUSWIDTH_64_BYTES = 64,
  DMA_SLAVE_BUSWIDTH_128_BYTES = 128,
};

/// How finely a residue is told.
enum dma_residue_granularity {
  DMA_RESIDUE_GRANULARITY_DESCRIPTOR = 0,
  DMA_RESIDUE_GRANULARITY_SEGMENT = 1,
  DMA_RESIDUE_GRANULARITY_BURST = 2,
};

enum dma_status { DMA_COMPLETE, DMA_IN_PROGRESS, DMA_PAUSED, DMA_ERROR };

// dma_ctrl_flags: what a driver makes of each is on its page.
inline constexpr unsigned long DMA_PREP_INTERRUPT = 1UL << 0;
inline constexpr unsigned long DMA_CTRL_ACK = 1UL << 1;
inline constexpr unsigned long DMA_PREP_PQ_DISABLE_P = 1UL << 2;
inline constexpr unsigned long DMA_PREP_PQ_DISABLE_Q = 1UL << 3;
inline constexpr unsigned long DMA_PREP_CONTINUE = 1UL << 4;
inline constexpr unsigned long DMA_PREP_FENCE = 1UL << 5;
inline constexpr unsigned long DMA_CTRL_REUSE = 1UL << 6;
inline constexpr unsigned long DMA_PREP_CMD = 1UL << 7;
inline constexpr unsigned long DMA_PREP_REPEAT = 1UL << 8;
inline constexpr unsigned long DMA_PREP_LOAD_EOT = 1UL << 9;

/// What xor_val and pq_val found: bits that are set where the sum is not zero.
enum sum_check_flags { SUM_CHECK_P_RESULT = 1 << 0, SUM_CHECK_Q_RESULT = 1 << 1 };

/// Identifies a submitted descriptor of its channel; negative is an errno.
using dma_cookie_t = std::int32_t;
inline constexpr dma_cookie_t DMA_MIN_COOKIE = 1;

inline bool dma_submit_error(dma_cookie_t cookie) { return cookie < 0; }

/// How a channel talks to its peripheral's FIFO. Bursts are counted in beats of the width given.
struct dma_slave_config {
  dma_transfer_direction direction = DMA_TRANS_NONE;
  phys_addr_t src_addr = 0;
  phys_addr_t dst_addr = 0;
  dma_slave_buswidth src_addr_width = DMA_SLAVE_BUSWIDTH_UNDEFINED;
  dma_slave_buswidth dst_addr_width = DMA_SLAVE_BUSWIDTH_UNDEFINED;
  std::uint32_t src_maxburst = 0;
  std::uint32_t dst_maxburst = 0;
  bool device_fc = false;  ///< The peripheral ends the transfer, by its LAST request.
};

/// What a slave channel can do: widths and directions as bits 1 << value.
struct dma_slave_caps {
  std::uint32_t src_addr_widths = 0;
  std::uint32_t dst_addr_widths = 0;
  std::uint32_t directions = 0;
  std::uint32_t min_burst = 0;
  std::uint32_t max_burst = 0;
  std::uint32_t max_sg_burst = 0;
  bool cmd_pause = false;
  bool cmd_resume = false;
  bool cmd_terminate = false;
  dma_residue_granularity residue_granularity = DMA_RESIDUE_GRANULARITY_DESCRIPTOR;
  bool descriptor_reuse = false;
};

enum dmaengine_tx_result {
  DMA_TRANS_NOERROR = 0,
  DMA_TRANS_READ_FAILED,
  DMA_TRANS_WRITE_FAILED,
  DMA_TRANS_ABORTED
};

struct dmaengine_result {
  dmaengine_tx_result result = DMA_TRANS_NOERROR;
  std::uint32_t residue = 0;  ///< Bytes not transferred.
};

struct dma_tx_state {
  dma_cookie_t last = 0;      ///< The last one completed.
  dma_cookie_t used = 0;      ///< The last one submitted.
  std::uint32_t residue = 0;  ///< Bytes left of the one asked for.
};

/// A piece of a frame and the gap to the next one.
struct data_chunk {
  std::size_t size = 0;
  std::size_t icg = 0;  ///< The gap of both sides, where the side has none of its own.
  std::size_t dst_icg = 0;
  std::size_t src_icg = 0;
};

/// `numf` frames of `frame_size` chunks; in Linux the chunks are an array at the end.
struct dma_interleaved_template {
  dma_addr_t src_start = 0;
  dma_addr_t dst_start = 0;
  dma_transfer_direction dir = DMA_MEM_TO_MEM;
  bool src_inc = false;
  bool dst_inc = false;
  bool src_sgl = false;  ///< Gaps apply to the source.
  bool dst_sgl = false;
  std::size_t numf = 0;
  std::size_t frame_size = 0;
  std::span<const data_chunk> sgl{};
};

/// The gap behind a chunk on one side.
inline std::size_t dmaengine_get_icg(bool inc, bool sgl, std::size_t icg, std::size_t dir_icg) {
  if (!inc) return 0;
  if (dir_icg != 0) return dir_icg;
  return sgl ? icg : 0;
}
inline std::size_t dmaengine_get_dst_icg(const dma_interleaved_template* xt,
                                         const data_chunk* chunk) {
  return dmaengine_get_icg(xt->dst_inc, xt->dst_sgl, chunk->icg, chunk->dst_icg);
}
inline std::size_t dmaengine_get_src_icg(const dma_interleaved_template* xt,
                                         const data_chunk* chunk) {
  return dmaengine_get_icg(xt->src_inc, xt->src_sgl, chunk->icg, chunk->src_icg);
}
