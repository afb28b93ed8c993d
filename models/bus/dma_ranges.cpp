// SPDX-License-Identifier: Apache-2.0
#include "models/bus/dma_ranges.hpp"

#include "models/core/bus_extension.hpp"

namespace linefill {

DmaRanges::DmaRanges(const sc_core::sc_module_name& name, const DeviceNode& bus)
    : sc_module{name}, rows_{rows_of(bus)} {
  upstream.register_b_transport(this, &DmaRanges::transport);
  upstream.register_transport_dbg(this, &DmaRanges::transport_debug);
}

std::vector<DmaRanges::Row> DmaRanges::rows_of(const DeviceNode& bus) {
  constexpr std::uint64_t kBusEnd = std::uint64_t{1} << 32;
  std::vector<Row> rows;
  const auto cells = bus.cells("dma-ranges");
  const std::uint32_t parent = bus.parent() == nullptr ? 1 : bus.parent()->u32("#address-cells");
  const std::size_t width = bus.u32("#address-cells") + parent + bus.u32("#size-cells");
  if (!cells.empty() && (width != 3 || cells.size() % width != 0))
    bus.fail("dma-ranges", "rows of three cells: an address of the bus, of its parent, and a size");
  for (std::size_t at = 0; at < cells.size(); at += width) {
    const Row row{cells[at], cells[at + 1], cells[at + 2]};
    if (row.bus + row.size > kBusEnd || row.cpu + row.size > kBusEnd)
      bus.fail("dma-ranges", "windows below 4 GiB");
    rows.push_back(row);
  }
  return rows;
}

std::optional<std::uint64_t> DmaRanges::translate(std::uint64_t address, unsigned length) const {
  for (const Row& row : rows_) {
    if (address >= row.bus && address - row.bus < row.size &&
        length <= row.size - (address - row.bus)) {
      return row.cpu + (address - row.bus);
    }
  }
  return std::nullopt;
}

void DmaRanges::transport(int /*master*/, tlm::tlm_generic_payload& payload,
                          sc_core::sc_time& delay) {
  const std::uint64_t address = payload.get_address();
  const auto there = translate(address, payload.get_data_length());
  if (!there) return set_response(payload, BusResponse::kDecodeError);
  auto* extension = payload.get_extension<BusExtension>();
  const Attributes attributes = attributes_of(payload);
  if (extension != nullptr) {
    extension->attributes.translated = true;
    extension->attributes.io_address = static_cast<std::uint32_t>(address);
  }
  payload.set_address(*there);
  downstream->b_transport(payload, delay);
  payload.set_address(address);
  if (extension != nullptr) extension->attributes = attributes;
}

unsigned DmaRanges::transport_debug(int /*master*/, tlm::tlm_generic_payload& payload) {
  const std::uint64_t address = payload.get_address();
  const auto there = translate(address, payload.get_data_length());
  if (!there) return 0;
  payload.set_address(*there);
  const unsigned served = downstream->transport_dbg(payload);
  payload.set_address(address);
  return served;
}

}  // namespace linefill
