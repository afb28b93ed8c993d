// SPDX-License-Identifier: Apache-2.0
#include "models/cache/outer_cache.hpp"

#include <algorithm>
#include <array>

#include "models/core/sc_time.hpp"

namespace linefill {

OuterCache::OuterCache(const sc_core::sc_module_name& name, const DeviceNode& node)
    : Device{name, node} {
  slave.register_b_transport(this, &OuterCache::serve);
  slave.register_transport_dbg(this, &OuterCache::serve_debugger);
  slave1.register_b_transport(this, &OuterCache::serve);
  slave1.register_transport_dbg(this, &OuterCache::serve_debugger);
}

OuterCache::~OuterCache() = default;

// --- The processor's side
// ---------------------------------------------------------------------------

void OuterCache::serve(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const BusExtension& extension = extension_of(payload);
  const L2Request request{
      PhysicalAddress{static_cast<std::uint32_t>(payload.get_address())},
      {reinterpret_cast<std::byte*>(payload.get_data_ptr()), payload.get_data_length()},
      extension.attributes,
      extension.strobes,
      extension.marks,
      extension.speculative,
      extension.write_back_cause,
      extension.hints};
  const Time start = time_of(delay);
  Time now = start;
  const BusResponse response = pass(payload.is_write(), request, now);
  delay += to_sc_time(now - start);
  set_response(payload, response);
  passed(start);
}

// As the processor sees memory: what is below, then what is being evicted, then the cache's bytes,
// then the store buffer's over them.
unsigned OuterCache::serve_debugger(tlm::tlm_generic_payload& payload) {
  const auto address = static_cast<std::uint32_t>(payload.get_address());
  const unsigned length = payload.get_data_length();
  auto* bytes = reinterpret_cast<std::byte*>(payload.get_data_ptr());
  for (unsigned done = 0; done < length;) {
    const PhysicalAddress at{address + done};
    const unsigned offset = line_offset(at);
    const unsigned size = std::min(length - done, kLineBytes - offset);
    const std::span<std::byte> part{bytes + done, size};
    if (!debug_below(payload.is_write(), at, part)) return done;
    std::array<std::byte, kLineBytes> line{};
    std::copy(part.begin(), part.end(), line.begin() + offset);
    if (payload.is_write()) {
      evictions().overwrite(line_of(at), line, bytes_at(offset, size));
      cache().overwrite(line_of(at), line, bytes_at(offset, size));
      buffer().overwrite(line_of(at), line, bytes_at(offset, size));
    } else {
      evictions().overlay(line_of(at), line);
      if (cache().enabled()) cache().overlay(line_of(at), line);
      buffer().overlay(line_of(at), line);
      std::copy_n(line.begin() + offset, size, part.begin());
    }
    done += size;
  }
  return length;
}

bool OuterCache::debug_below(bool write, PhysicalAddress address, std::span<std::byte> data) {
  tlm::tlm_generic_payload below;
  below.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  below.set_address(raw(address));
  below.set_data_ptr(reinterpret_cast<unsigned char*>(data.data()));
  below.set_data_length(static_cast<unsigned>(data.size()));
  return master->transport_dbg(below) == data.size();
}

// --- The memory side
// --------------------------------------------------------------------------------

BusResponse OuterCache::read(PhysicalAddress address, std::span<std::byte> data,
                             const Attributes& attributes, Time& now) {
  return transport(false, address, data.data(), data.size(), attributes, now);
}

BusResponse OuterCache::write(PhysicalAddress address, std::span<const std::byte> data,
                              const Attributes& attributes, Time& now) {
  // A write's data are read only; the payload has one pointer for both directions.
  return transport(true, address, const_cast<std::byte*>(data.data()), data.size(), attributes,
                   now);  // NOLINT
}

BusResponse OuterCache::transport(bool write, PhysicalAddress address, std::byte* data,
                                  std::size_t size, const Attributes& attributes, Time& now) {
  if (depth_ == transactions_.size()) transactions_.emplace_back();
  BusTransaction& transaction = transactions_[depth_++];
  tlm::tlm_generic_payload& payload = transaction.payload;
  payload.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  payload.set_address(raw(address));
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(data));
  payload.set_data_length(static_cast<unsigned>(size));
  payload.set_streaming_width(static_cast<unsigned>(size));
  payload.set_byte_enable_ptr(nullptr);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  transaction.extension.attributes = attributes;
  // Background work that is served late is at most one event late: it happens now.
  const Time stamp = from_sc_time(sc_core::sc_time_stamp());
  sc_core::sc_time delay = to_sc_time(std::max(now, stamp) - stamp);
  master->b_transport(payload, delay);
  now = std::max(now, time_of(delay));
  --depth_;
  return response_of(payload);
}

}  // namespace linefill
