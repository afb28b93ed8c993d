// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <sstream>
#include <string>
#include <vector>

#include "sw/dmaengine/dmaengine.hpp"
#include "sw/dmaengine/virt_dma.hpp"

namespace guest::test {

using Log = std::vector<std::string>;

/// A controller of four channels that logs what reaches it, arguments in decimal. It does nothing
/// until a test says that something happened. Registered while it lives; all channels must be
/// released before.
class FakeDma final : public dma_device {
 public:
  explicit FakeDma(std::initializer_list<dma_transaction_type> able) {
    for (const dma_transaction_type type : able) dma_cap_set(type, cap_mask);
    device_.name = "fake";
    dev = &device_;
    for (virt_dma_chan& channel : lanes) {
      channel.free_desc = [](virt_dma_desc* desc) { static_cast<Descriptor*>(desc)->used = false; };
      vchan_init(&channel, this);
    }
    dma_async_device_register(this);
  }
  FakeDma(const FakeDma&) = delete;
  FakeDma& operator=(const FakeDma&) = delete;
  virtual ~FakeDma() {
    for (virt_dma_chan& channel : lanes) {
      channel.client_count = 0;
      vchan_free_chan_resources(&channel);
    }
    dma_async_device_unregister(this);
  }

  struct Descriptor : virt_dma_desc {
    bool used = false;
  };

  int device_alloc_chan_resources(dma_chan& chan) override {
    note("alloc", chan.chan_id);
    return alloc_result;
  }
  void device_free_chan_resources(dma_chan& chan) override { note("free", chan.chan_id); }
  dma_chan* of_dma_xlate(const Cells& cells, std::size_t first) override {
    return cells[first] < lanes.size() ? &lanes[cells[first]] : nullptr;
  }
  int device_config(dma_chan& chan, const dma_slave_config& config) override {
    note("config", chan.chan_id, config.src_addr);
    return 0;
  }
  dma_async_tx_descriptor* device_prep_dma_memcpy(dma_chan& chan, dma_addr_t to, dma_addr_t from,
                                                  std::size_t size, unsigned long flags) override {
    return prepared(chan, flags, "memcpy", to, from, size, flags);
  }
  dma_async_tx_descriptor* device_prep_dma_xor(dma_chan& chan, dma_addr_t to,
                                               const dma_addr_t* from, unsigned count,
                                               std::size_t size, unsigned long flags) override {
    return prepared(chan, flags, "xor", to, from[0], count, size, flags);
  }
  dma_async_tx_descriptor* device_prep_dma_xor_val(dma_chan& chan, const dma_addr_t* from,
                                                   unsigned count, std::size_t size,
                                                   sum_check_flags* result,
                                                   unsigned long flags) override {
    return prepared(chan, flags, "xor_val", from[0], count, size, *result, flags);
  }
  dma_async_tx_descriptor* device_prep_dma_pq(dma_chan& chan, const dma_addr_t* to,
                                              const dma_addr_t* from, unsigned count,
                                              const std::uint8_t* coefficients, std::size_t size,
                                              unsigned long flags) override {
    return prepared(chan, flags, "pq", to[0], to[1], from[0], count, +coefficients[0], size, flags);
  }
  dma_async_tx_descriptor* device_prep_dma_pq_val(dma_chan& chan, const dma_addr_t* pq,
                                                  const dma_addr_t* from, unsigned count,
                                                  const std::uint8_t* coefficients,
                                                  std::size_t size, sum_check_flags* result,
                                                  unsigned long flags) override {
    return prepared(chan, flags, "pq_val", pq[0], pq[1], from[0], count, +coefficients[0], size,
                    *result, flags);
  }
  dma_async_tx_descriptor* device_prep_dma_interrupt(dma_chan& chan, unsigned long flags) override {
    return prepared(chan, flags, "interrupt", flags);
  }
  // The words of DMA_TRANS_NONE are no scatterlist.
  dma_async_tx_descriptor* device_prep_slave_sg(dma_chan& chan, scatterlist* list, unsigned entries,
                                                dma_transfer_direction direction,
                                                unsigned long flags) override {
    if (direction == DMA_TRANS_NONE) {
      const auto* const words = reinterpret_cast<const std::uint32_t*>(list);
      return prepared(chan, flags, "words", words[0], words[entries - 1], entries, flags);
    }
    return prepared(chan, flags, "slave_sg", list->dma_address, list->dma_length, entries,
                    static_cast<int>(direction), flags);
  }
  dma_async_tx_descriptor* device_prep_dma_cyclic(dma_chan& chan, dma_addr_t buffer,
                                                  std::size_t size, std::size_t period,
                                                  dma_transfer_direction direction,
                                                  unsigned long flags) override {
    return prepared(chan, flags, "cyclic", buffer, size, period, static_cast<int>(direction),
                    flags);
  }
  dma_async_tx_descriptor* device_prep_interleaved_dma(dma_chan& chan,
                                                       const dma_interleaved_template& shape,
                                                       unsigned long flags) override {
    return prepared(chan, flags, "interleaved", shape.src_start, shape.dst_start, shape.numf,
                    shape.frame_size, shape.sgl[0].size, flags);
  }
  void device_issue_pending(dma_chan& chan) override {
    note("issue", chan.chan_id);
    vchan_issue_pending(static_cast<virt_dma_chan*>(&chan));
  }
  dma_status device_tx_status(dma_chan& chan, dma_cookie_t cookie, dma_tx_state* state) override {
    note("status", chan.chan_id, cookie);
    if (on_status != nullptr) on_status(*this, chan);
    return dma_cookie_status(&chan, cookie, state);
  }
  int device_pause(dma_chan& chan) override {
    note("pause", chan.chan_id);
    return 0;
  }
  int device_resume(dma_chan& chan) override {
    note("resume", chan.chan_id);
    return 0;
  }
  int device_terminate_all(dma_chan& chan) override {
    note("terminate", chan.chan_id);
    virt_dma_list dropped;
    vchan_get_all_descriptors(static_cast<virt_dma_chan*>(&chan), dropped);
    vchan_dma_desc_free_list(dropped);
    return 0;
  }
  void device_synchronize(dma_chan& chan) override {
    note("synchronize", chan.chan_id);
    vchan_synchronize(static_cast<virt_dma_chan*>(&chan));
  }
  unsigned descriptors_in_use() const override {
    unsigned count = 0;
    for (const Descriptor& descriptor : descriptors) count += descriptor.used ? 1U : 0U;
    return count;
  }

  /// The first issued descriptor of a channel is done, in an interrupt.
  void complete_next(unsigned channel, dmaengine_result result = {}) {
    virt_dma_desc& desc = *vchan_next_desc(&lanes[channel]);
    desc.unlink();
    desc.tx_result = result;
    const SpinGuard guard{lanes[channel].lock};
    vchan_cookie_complete(&desc);
  }

  template <class... Arguments>
  void note(Arguments... arguments) {
    std::ostringstream text;
    ((text << arguments << ' '), ...);
    std::string line = text.str();
    line.pop_back();
    log.push_back(line);
  }

  std::array<virt_dma_chan, 4> lanes;
  std::array<Descriptor, 8> descriptors;
  Log log;
  int alloc_result = 0;
  void (*on_status)(FakeDma&, dma_chan&) = nullptr;

 private:
  template <class... Arguments>
  dma_async_tx_descriptor* prepared(dma_chan& chan, unsigned long flags, Arguments... arguments) {
    note(arguments...);
    for (Descriptor& descriptor : descriptors) {
      if (descriptor.used) continue;
      descriptor.used = true;
      return vchan_tx_prep(static_cast<virt_dma_chan*>(&chan), &descriptor, flags);
    }
    return nullptr;
  }

  device device_;
};

inline dma_cap_mask_t mask_of(std::initializer_list<dma_transaction_type> types) {
  dma_cap_mask_t mask;
  for (const dma_transaction_type type : types) dma_cap_set(type, mask);
  return mask;
}

}  // namespace guest::test
