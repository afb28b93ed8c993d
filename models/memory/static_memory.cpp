// SPDX-License-Identifier: Apache-2.0
#include "models/memory/static_memory.hpp"

#include "models/core/bus_extension.hpp"
#include "models/core/model_registry.hpp"
#include "models/core/sc_time.hpp"
#include "models/memory/memory_access.hpp"

namespace linefill {

namespace {

const RegisterModel<Sram> kSram{"mmio-sram", "static RAM with a fixed access time"};
const RegisterModel<Flash> kFlash{"cfi-flash", "NOR flash, read only"};

constexpr std::uint32_t kSramAccessPs = 20'000;
constexpr std::uint32_t kFlashAccessPs = 100'000;

std::uint64_t size_of(const DeviceNode& node) {
  const auto reg = node.reg();
  if (reg.empty() || reg.front().size == 0 || reg.front().size > (std::uint64_t{1} << 32)) {
    node.fail("reg", "a window of 1 byte to 4 GiB");
  }
  return reg.front().size;
}

}  // namespace

Sram::Sram(const sc_core::sc_module_name& name, const DeviceNode& node)
    : Device{name, node},
      storage_{size_of(node)},
      access_{node.u32_or("linefill,access-ps", kSramAccessPs)} {}

void Sram::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  move_data(payload, storage_);
  if (!payload.is_response_ok()) return;
  delay += to_sc_time(access_);
  (payload.is_write() ? bytes_written_ : bytes_read_) += payload.get_data_length();
}

unsigned Sram::transport_dbg(tlm::tlm_generic_payload& payload) {
  return move_debug_data(payload, storage_);
}

Flash::Flash(const sc_core::sc_module_name& name, const DeviceNode& node)
    : Device{name, node},
      storage_{size_of(node), std::byte{0xFF}},
      access_{node.u32_or("linefill,access-ps", kFlashAccessPs)} {}

void Flash::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const std::uint32_t size = payload.get_data_length();
  delay += to_sc_time(access_ * ((size + 3) / 4));
  if (payload.is_read()) {
    move_data(payload, storage_);
    if (payload.is_response_ok()) bytes_read_ += size;
    return;
  }
  log_.guest_error("write to flash, offset ", hex(payload.get_address()), ", pc ",
                   hex(attributes_of(payload).origin.pc), ": ignored");
  set_response(payload, BusResponse::kOkay);
}

unsigned Flash::transport_dbg(tlm::tlm_generic_payload& payload) {
  return move_debug_data(payload, storage_);
}

}  // namespace linefill
