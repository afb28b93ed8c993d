// SPDX-License-Identifier: Apache-2.0
// What is mapped, by the memory itself: whether it is fit for a device, and whether a bounce buffer
// has what it has. Of our guest library only: what a Linux kernel's `struct page` stands for is not
// known by any name.
#include <algorithm>

#include "models/checker/mapping_hooks.hpp"

namespace linefill {

// page_init(virtual_start, physical_start, size, map); swiotlb_tbl_map_single(dev, original, size,
// direction, attrs) returns a physical address, or all ones; alloc_safe_buffer a buffer, or null.
void MappingHooks::attach_memory(const Symbols& symbols) {
  memory_.set_program(symbols);
  hook(symbols, "page_init",
       [this](const HookedCall& c) { memory_.set_map(c.r[1], c.r[2], c.r[3]); }, {});
  hook(symbols, "swiotlb_tbl_map_single",
       [this](const HookedCall&, std::uint32_t slot, std::uint32_t) {
         if (slot == 0xFFFF'FFFF) no_buffer_ = program_.now();
       });
  hook(symbols, "alloc_safe_buffer",
       [this](const HookedCall&, std::uint32_t buffer, std::uint32_t) {
         if (buffer == 0) no_buffer_ = program_.now();
       });
}

void MappingHooks::look_at_memory(const HookedCall& call, const char* function, std::uint32_t page,
                                  Segment in_page, bool list, std::uint32_t attributes) {
  const auto address = memory_.physical(page, in_page.address);
  if (rules_ == nullptr || !address || in_page.size == 0) return;
  const char* why = memory_.unfit(*address, in_page.size, call.sp);
  // Coherent memory is exported as a list, with nothing to be maintained.
  const bool exported = list && (attributes & kSkipCpuSync) != 0;
  const bool coherent = ledger_.find_live(*address, [](const Mapping& m) {
    return m.type == Mapping::Type::kCoherent;
  }) != nullptr;
  if (why == nullptr && coherent && !exported) why = "coherent";
  if (why == nullptr) return;
  MappingCall noted = rules_call(call, MappingFamily::kPage, function, {*address, in_page.size}, 0);
  rules_->bad_memory(noted, why);
}

void MappingHooks::look_at_list(const HookedCall& call, const char* function, std::uint32_t list,
                                std::uint32_t entries, std::uint32_t attributes) {
  for_each_entry(list, entries, [&](std::uint32_t at, std::uint32_t link) {
    const std::uint32_t page = link & ~3U;
    const Segment in_page{program_.word(at + 4).value_or(0), program_.word(at + 8).value_or(0)};
    look_at_memory(call, function, page, in_page, true, attributes);
  });
}

// A mapping failed while a pool of buffers had none.
void MappingHooks::look_at_failure(const HookedCall& call, const char* function,
                                   std::uint32_t size) {
  if (rules_ == nullptr || no_buffer_ < call.entered) return;
  rules_->no_buffer(rules_call(call, MappingFamily::kPage, function, {0, size}, 0));
}

// The memory that was mapped, if the device works elsewhere.
std::optional<std::uint32_t> MappingHooks::original_of(std::uint32_t page, std::uint32_t offset,
                                                       std::uint32_t handle,
                                                       const std::string& device) const {
  const auto address = memory_.physical(page, offset);
  // An I/O address that nobody can look up is no buffer.
  if (!address || *address == handle || !memory_.is_dram(handle)) return {};
  if (look_up_ && look_up_(device, handle, 1)) return {};
  return address;
}

// Where in memory the bytes are that were mapped: nothing, if that is where the device has them.
std::vector<MappingRules::Segment> MappingHooks::memory_of(
    const std::string& device, const std::vector<Segment>& segments,
    std::optional<std::uint32_t> original) const {
  if (original) return {{*original, segments[0].size}};
  std::vector<MappingRules::Segment> memory;
  for (const Segment& s : segments) {
    const auto pieces =
        look_up_ ? look_up_(device, s.address, s.size) : std::optional<std::vector<IoPiece>>{};
    if (!pieces) return {};
    for (const IoPiece& piece : *pieces) memory.emplace_back(piece.address, piece.size);
  }
  return memory;
}

void MappingHooks::begin_copy(std::uint32_t address, const HookedCall& call) {
  Mapping* mapping = space_of(address, device_name(call.r[0])).covering(address);
  if (mapping != nullptr && mapping->original) mapping->being_copied = true;
}

// The function has returned: what it copies is the same on both sides, unless the device has
// written meanwhile.
void MappingHooks::end_copy(Mapping& mapping, const HookedCall& call, std::uint32_t address,
                            std::uint32_t size, const char* step) {
  mapping.being_copied = false;
  const std::string_view name = step;
  const bool in = name == "map" || name == "sync_for_device";
  const bool copies = in ? mapping.device_may_read() : mapping.device_may_write();
  const bool meanwhile = mapping.written.end != 0 && mapping.written.time >= call.entered;
  const std::uint32_t offset = address - mapping.address;
  (in ? mapping.stored : mapping.written) = {};
  if (!copies || mapping.cpu_sync_skipped || meanwhile || rules_ == nullptr) return;
  const std::uint32_t part = std::min(size, mapping.size - offset);
  if (memory_.same(*mapping.original + offset, address, part)) return;
  MappingCall noted = rules_call(call, MappingFamily::kPage, mapping.function.c_str(),
                                 {address, part}, static_cast<std::uint32_t>(mapping.direction));
  rules_->not_copied(noted, step, call.entered);
}

}  // namespace linefill
