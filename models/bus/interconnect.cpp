// SPDX-License-Identifier: Apache-2.0
#include "models/bus/interconnect.hpp"

#include <algorithm>

#include "models/core/sc_time.hpp"

namespace linefill {

namespace {
constexpr std::uint64_t kDefaultBusHz = 200'000'000;
constexpr unsigned kBusBytes = 8;  // 64-bit data path.
}  // namespace

Interconnect::Interconnect(const sc_core::sc_module_name& name, const DeviceNode& node)
    : sc_module{name}, clock_{period_of(node.clock_hz({}, kDefaultBusHz))}, log_{"interconnect"} {
  masters.register_b_transport(this, &Interconnect::serve_master);
  masters.register_transport_dbg(this, &Interconnect::transport_dbg);
  caches.register_b_transport(this, &Interconnect::serve_cache);
  caches.register_transport_dbg(this, &Interconnect::transport_dbg);
}

void Interconnect::map(AddressRange window, Kind kind, const std::string& path) {
  const auto at = std::lower_bound(windows_.begin(), windows_.end(), window.address,
                                   [](const Window& w, std::uint64_t a) { return w.base < a; });
  const auto overlaps = [&](const Window& w) {
    return w.base < window.address + window.size && window.address < w.base + w.size;
  };
  const auto other = std::find_if(windows_.begin(), windows_.end(), overlaps);
  if (other != windows_.end()) {
    throw ConfigurationError{path + ": reg = " + hex(window.address) + " + " + hex(window.size) +
                             ": expected a window that does not overlap " + other->path};
  }
  windows_.insert(at, {window.address, window.size, kind, static_cast<int>(paths_.size()), path});
  paths_.emplace_back();
}

const Interconnect::Window* Interconnect::find(std::uint64_t address) const {
  const auto within = [&](const Window& w) { return address - w.base < w.size; };
  if (last_window_ < windows_.size() && within(windows_[last_window_]))
    return &windows_[last_window_];
  auto at = std::upper_bound(windows_.begin(), windows_.end(), address,
                             [](std::uint64_t a, const Window& w) { return a < w.base; });
  if (at == windows_.begin() || !within(*--at)) return nullptr;
  last_window_ = static_cast<std::size_t>(at - windows_.begin());
  return &*at;
}

bool Interconnect::is_memory(PhysicalAddress address) const {
  const Window* window = find(raw(address));
  return window != nullptr && window->kind == Kind::kMemory;
}

std::string Interconnect::path_at(PhysicalAddress address) const {
  const Window* window = find(raw(address));
  return window != nullptr ? window->path : std::string{};
}

void Interconnect::transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay,
                             Observer* observer) {
  const Attributes& attributes = attributes_of(payload);
  const std::uint64_t address = payload.get_address();
  const unsigned size = payload.get_data_length();
  const Window* window = find(address);
  if (window == nullptr || address + size > window->base + window->size)
    return refuse(payload, attributes);

  const Time now = time_of(delay);
  const Time beats = clock_ * ((size + kBusBytes - 1) / kBusBytes);
  DataPaths& paths = paths_[static_cast<std::size_t>(window->target)];
  const Time start =
      (payload.is_write() ? paths.writes : paths.reads).take(attributes.origin.master, now, beats);
  delay += to_sc_time(start - now + clock_);
  const bool observed = observer != nullptr && window->kind == Kind::kMemory &&
                        attributes.origin.master != MasterId::kProcessor;
  const PhysicalAddress where{static_cast<std::uint32_t>(address)};
  if (observed && payload.is_read()) observer->device_read(where, size, attributes, start);
  account(payload, attributes.origin.master);

  payload.set_address(address - window->base);
  targets[window->target]->b_transport(payload, delay);
  payload.set_address(address);
  delay += to_sc_time(beats);
  if (observed && payload.is_write() && payload.is_response_ok()) {
    observer->device_wrote(where, size, attributes, start);
  }
}

void Interconnect::refuse(tlm::tlm_generic_payload& payload, const Attributes& attributes) {
  ++decode_errors_;
  log_.guest_error(payload.is_write() ? "write to " : "read from ", hex(payload.get_address()),
                   ", where nothing answers, by master ",
                   static_cast<int>(attributes.origin.master), ", pc ", hex(attributes.origin.pc));
  set_response(payload, BusResponse::kDecodeError);
}

void Interconnect::account(const tlm::tlm_generic_payload& payload, MasterId master) {
  Traffic& traffic = traffic_[static_cast<std::size_t>(master)];
  ++traffic.transactions;
  (payload.is_write() ? traffic.written_bytes : traffic.read_bytes) += payload.get_data_length();
}

unsigned Interconnect::transport_dbg(int /*master*/, tlm::tlm_generic_payload& payload) {
  const std::uint64_t address = payload.get_address();
  const Window* window = find(address);
  if (window == nullptr) return 0;
  const unsigned wanted = payload.get_data_length();
  const auto served =
      static_cast<unsigned>(std::min<std::uint64_t>(wanted, window->base + window->size - address));
  payload.set_address(address - window->base);
  payload.set_data_length(served);
  const unsigned done = targets[window->target]->transport_dbg(payload);
  payload.set_address(address);
  payload.set_data_length(wanted);
  return done;
}

unsigned Interconnect::debug_access(bool write, PhysicalAddress address,
                                    std::span<std::byte> data) {
  tlm::tlm_generic_payload payload;
  payload.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  payload.set_address(raw(address));
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(data.data()));
  payload.set_data_length(static_cast<unsigned>(data.size()));
  return transport_dbg(0, payload);
}

}  // namespace linefill
