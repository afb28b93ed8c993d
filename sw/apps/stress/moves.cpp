// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/stress/moves.hpp"

#include <algorithm>
#include <array>

namespace guest {
namespace {

bool always(const Job& /*job*/) { return true; }

/// A copy of what is one stretch on both sides.
dma_async_tx_descriptor* next_stretch(Job& job, unsigned long flags) {
  const Memory::Piece from = job.from().piece_at(job.moved);
  const Memory::Piece to = job.to().piece_at(job.moved);
  const std::uint32_t size = std::min(from.size, to.size);
  dma_async_tx_descriptor* const tx =
      dmaengine_prep_dma_memcpy(job.channel(), to.address, from.address, size, flags);
  if (tx != nullptr) job.moved += size;
  return tx;
}

dma_async_tx_descriptor* copy(Job& job, unsigned long flags) {
  dma_async_tx_descriptor* const tx = next_stretch(job, flags);
  job.ready = job.moved == job.size();
  return tx;
}

/// Behind the copies comes one that moves nothing.
dma_async_tx_descriptor* copy_and_signal(Job& job, unsigned long flags) {
  if (job.moved != job.size()) return next_stretch(job, flags);
  dma_async_tx_descriptor* const tx = dmaengine_prep_dma_interrupt(job.channel(), flags);
  job.ready = tx != nullptr;
  return tx;
}

/// One descriptor for all rounds.
dma_async_tx_descriptor* copy_again(Job& job, unsigned long flags) {
  if (job.reused == nullptr) {
    job.reused = copy(job, flags);
    if (job.reused == nullptr) return nullptr;
    dmaengine_desc_set_reuse(job.reused);
  }
  job.moved = job.size();
  job.ready = true;
  return job.reused;
}

bool has_rows(const Job& job) { return job.is_one_piece() && job.size() >= 2; }

/// Even rows, odd rows, what is left.
dma_async_tx_descriptor* copy_rows(Job& job, unsigned long flags) {
  if (job.part == 0 && job.row == 0) {
    job.rows = 1 + static_cast<unsigned>(job.size() % 7);
    job.row = std::max<std::size_t>(job.size() / (2 * std::size_t{job.rows}), 1);
    if (job.row > 8) job.row &= ~std::size_t{7};
    job.rows = static_cast<unsigned>(std::min<std::size_t>(job.rows, job.size() / (2 * job.row)));
  }
  if (job.part == 2) return copy(job, flags);
  const data_chunk chunk{job.row, job.row, 0, 0};
  dma_interleaved_template shape;
  shape.src_start = job.from().piece_at(job.part * job.row).address;
  shape.dst_start = job.to().piece_at(job.part * job.row).address;
  shape.src_inc = shape.dst_inc = true;
  shape.src_sgl = shape.dst_sgl = true;
  shape.numf = job.rows;
  shape.frame_size = 1;
  shape.sgl = {&chunk, 1};
  dma_async_tx_descriptor* const tx = dmaengine_prep_interleaved_dma(job.channel(), &shape, flags);
  if (tx == nullptr) return nullptr;
  ++job.part;
  if (job.part == 2) job.moved = 2 * job.row * job.rows;
  job.ready = job.moved == job.size();
  return tx;
}

bool one_piece(const Job& job) { return job.is_one_piece(); }

// --- Endings

bool terminate_sync(dma_chan* channel, dma_cookie_t /*cookie*/, std::size_t /*most_left*/) {
  return dmaengine_terminate_sync(channel) == 0;
}

bool terminate_async(dma_chan* channel, dma_cookie_t /*cookie*/, std::size_t /*most_left*/) {
  const int result = dmaengine_terminate_async(channel);
  dmaengine_synchronize(channel);
  return result == 0;
}

/// To read the residue: this controller cannot resume.
bool pause(dma_chan* channel, dma_cookie_t cookie, std::size_t most_left) {
  constexpr int kNotSupported = -38;  // -ENOSYS
  bool right = dmaengine_pause(channel) == 0;
  dma_tx_state state;
  const dma_status status = dmaengine_tx_status(channel, cookie, &state);
  right = right && (status == DMA_PAUSED || status == DMA_COMPLETE);
  right = right && state.residue <= most_left && dmaengine_resume(channel) == kNotSupported;
  return dmaengine_terminate_sync(channel) == 0 && right;
}

constexpr std::array kMoves{
    Move{"memcpy", always, copy}, Move{"memcpy and interrupt", always, copy_and_signal},
    Move{"reused descriptor", one_piece, copy_again}, Move{"interleaved", has_rows, copy_rows}};
constexpr std::array kEndings{Ending{"terminate_sync", terminate_sync},
                              Ending{"terminate_async", terminate_async}, Ending{"pause", pause}};

}  // namespace

std::span<const Move> moves() { return kMoves; }
std::span<const Ending> endings() { return kEndings; }

bool status_is_possible(dma_chan* channel, dma_cookie_t cookie, std::size_t most_left) {
  dma_tx_state state;
  const dma_status status = dmaengine_tx_status(channel, cookie, &state);
  if (status == DMA_COMPLETE) return state.residue == 0;
  return status == DMA_IN_PROGRESS && state.residue <= most_left;
}

}  // namespace guest
