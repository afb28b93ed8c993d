// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/core/attributes.hpp"
#include "models/core/device_tree.hpp"
#include "models/core/dma_request.hpp"
#include "models/core/log.hpp"
#include "models/core/register_table.hpp"
#include "models/core/statistics.hpp"

namespace linefill {

/// One access to a device's window: 1, 2 or 4 bytes, within an aligned word. `value` is the bytes
/// as a little-endian number, in its low bits.
struct DeviceAccess {
  bool write = false;
  std::uint32_t offset = 0;
  std::uint32_t size = 4;
  std::uint32_t value = 0;
  RegisterContext context{};
};

/// The base of every model with registers: target socket, statistics, log. One shell around one or
/// more blocks. Never waits; time is annotated.
class Device : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Device> target{"target"};

  Device(const sc_core::sc_module_name& name, const DeviceNode& node);
  ~Device() override = default;

  /// Puts every register in its reset state.
  virtual void reset() = 0;
  /// The targets of the windows, in the order of `reg`. Offsets are relative to each window's base.
  virtual std::vector<tlm::tlm_target_socket<>*> windows() { return {&target}; }
  /// Whether its windows are memory: SRAM, flash. Then the checker watches what masters do to it.
  virtual bool is_memory() const { return false; }
  /// The interrupt outputs, in the order of the binding's `interrupts`. Unconnected ones get a
  /// signal from the platform.
  virtual std::vector<sc_core::sc_out<bool>*> interrupt_outputs() { return {}; }
  /// The device's ends of its DMA request lines, in the order of the binding's `dmas`.
  virtual void connect_dma_request(unsigned /*index*/, DmaRequestLine& /*line*/) {}

  const std::string& path() const { return path_; }  ///< Device-tree path.
  const Statistics& statistics() const { return statistics_; }
  const Log& log() const { return log_; }

 protected:
  /// Serves an access. Runs in the process of the initiator, at absolute time `context.now`.
  virtual BusResponse access(DeviceAccess& access) = 0;
  /// Serves a debugger: no side effects. 0 where there is nothing to read.
  virtual std::uint32_t peek(std::uint32_t /*offset*/) const { return 0; }
  /// How long an access takes at the device, added to the transaction's delay.
  virtual Time access_time() const { return Time{0}; }
  /// Whole transactions at `target`: by default split into calls of `access` and `peek`. Memories
  /// override them.
  virtual void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  virtual unsigned transport_dbg(tlm::tlm_generic_payload& payload);

  /// Serves `access` from a register table: sub-word writes are merged into the word's other bytes
  /// as peeked, reserved offsets and wrong directions are guest errors that read zero and ignore
  /// writes.
  template <class Block>
  BusResponse access_registers(const RegisterTable<Block>& table, Block& block,
                               std::uint32_t block_offset, DeviceAccess& access);
  /// A guest error, where `result` is one.
  void note_register_result(const DeviceAccess& access, RegisterResult result);

  Statistics statistics_;
  Log log_;

 private:
  std::string path_;
};

template <class Block>
BusResponse Device::access_registers(const RegisterTable<Block>& table, Block& block,
                                     std::uint32_t block_offset, DeviceAccess& access) {
  const std::uint32_t word = block_offset & ~3U;
  const unsigned shift = 8 * (block_offset & 3U);
  const std::uint32_t lanes =
      access.size == 4 ? 0xFFFF'FFFFU : ((1U << (8 * access.size)) - 1) << shift;
  RegisterResult result{};
  if (access.write) {
    std::uint32_t value = access.value << shift;
    if (lanes != 0xFFFF'FFFFU) value = (value & lanes) | (table.peek(block, word) & ~lanes);
    result = table.write(block, word, value, access.context);
  } else {
    std::uint32_t value = 0;
    result = table.read(block, word, value, access.context);
    access.value = (value & lanes) >> shift;
  }
  note_register_result(access, result);
  return BusResponse::kOkay;
}

}  // namespace linefill
