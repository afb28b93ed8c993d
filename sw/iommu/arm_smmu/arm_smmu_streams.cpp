// SPDX-License-Identifier: Apache-2.0
// Which stream goes to which context: SMR and S2CR.
#include <algorithm>

#include "sw/iommu/arm_smmu/arm_smmu.hpp"
#include "sw/kernel/console.hpp"

namespace guest::smmu {

/// Bits that stay when all are written are there. The registers are not valid meanwhile.
void ArmSmmu::probe_stream_matching() {
  constexpr unsigned kMaskShift = 16;
  const auto space = global();
  space.write_relaxed(&GlobalSpace0::smr, 0, id_mask_);
  id_mask_ = static_cast<std::uint16_t>(space.read_relaxed(&GlobalSpace0::smr, 0));
  space.write_relaxed(&GlobalSpace0::smr, 0, std::uint32_t{id_mask_} << kMaskShift);
  mask_mask_ =
      static_cast<std::uint16_t>(space.read_relaxed(&GlobalSpace0::smr, 0) >> kMaskShift & 0x7FFF);
}

std::uint32_t ArmSmmu::unrouted() const { return options_.bypass ? kS2crBypass : kS2crFault; }

/// Writes a mapping that nobody uses, or that `route` has given its context: the context first,
/// so that no stream is matched without one.
void ArmSmmu::write_mapping(unsigned index) const {
  const StreamMapping& mapping = mappings_[index];
  if (mapping.users == 0) route(index, unrouted());
  if (!matching_) return;
  const std::uint32_t valid = mapping.users != 0 ? kSmrValid : 0;
  global().write_relaxed(&GlobalSpace0::smr, index,
                         valid | std::uint32_t{mapping.mask} << 16 | mapping.id);
}

void ArmSmmu::route(unsigned index, std::uint32_t stream_to_context) const {
  global().write_relaxed(&GlobalSpace0::s2cr, index, stream_to_context);
}

/// The mapping a stream shall use: one that covers it, else the first free one. -EINVAL: it would
/// overlap with another one. -ENOSPC: there is none left.
int ArmSmmu::find_mapping(std::uint16_t id, std::uint16_t mask) const {
  if (!matching_) return id < mapping_count_ ? id : to_errno(Error::kInvalid);
  int free = to_errno(Error::kNoSpace);
  for (unsigned i = 0; i < mapping_count_; ++i) {
    const StreamMapping& old = mappings_[i];
    if (old.users == 0) {
      if (free < 0) free = static_cast<int>(i);
      continue;
    }
    const auto differs = static_cast<std::uint16_t>(id ^ old.id);
    if ((mask & old.mask) == mask && (differs & ~old.mask) == 0) return static_cast<int>(i);
    if ((differs & ~(old.mask | mask)) == 0) return to_errno(Error::kInvalid);
  }
  return free;
}

int ArmSmmu::add_stream(Master& master, std::uint32_t id, std::uint32_t mask) {
  if ((id & ~std::uint32_t{id_mask_}) != 0) {
    printk("arm-smmu ", name(), ": stream ID ", hex(id, 1), " out of range for SMMU (",
           hex(std::uint32_t{id_mask_}, 1), ")\n");
    return to_errno(Error::kInvalid);
  }
  if ((mask & ~std::uint32_t{mask_mask_}) != 0) {
    printk("arm-smmu ", name(), ": SMR mask ", hex(mask, 1), " out of range for SMMU (",
           hex(std::uint32_t{mask_mask_}, 1), ")\n");
    return to_errno(Error::kInvalid);
  }
  if (master.count == master.mappings.size()) return to_errno(Error::kNoSpace);
  const int index = find_mapping(static_cast<std::uint16_t>(id), static_cast<std::uint16_t>(mask));
  if (index < 0) return index;
  const auto place = static_cast<std::size_t>(index);
  StreamMapping& mapping = mappings_[place];
  if (mapping.users++ == 0) {
    mapping.id = static_cast<std::uint16_t>(id);
    mapping.mask = static_cast<std::uint16_t>(mask);
  }
  master.mappings[master.count++] = static_cast<std::uint8_t>(index);
  return 0;
}

/// Reads `iommus`: each entry is the SMMU, a stream ID and, with two cells, its mask.
int ArmSmmu::add_streams(Master& master) {
  const FdtNode node = master.dev->of_node;
  const Cells cells = node.cells("iommus");
  const std::uint32_t arguments = of_node.cell("#iommu-cells", 1);
  const std::uint32_t common_mask = of_node.cell("stream-match-mask", 0);
  for (std::size_t i = 0; i + arguments < cells.size(); i += 1 + arguments) {
    std::uint32_t mask = arguments > 1 ? cells[i + 2] : common_mask;
    if (mask == 0) mask = common_mask;
    if (const int result = add_stream(master, cells[i + 1], mask); result != 0) return result;
  }
  return master.count == 0 ? to_errno(Error::kInvalid) : 0;
}

void ArmSmmu::remove_streams(Master& master) {
  for (unsigned i = 0; i < master.count; ++i) {
    const unsigned index = master.mappings[i];
    StreamMapping& mapping = mappings_[index];
    if (--mapping.users == 0) {
      mapping = {};
      write_mapping(index);
    }
  }
  master = {};
}

ArmSmmu::Master* ArmSmmu::master_of(const device* dev) {
  const auto at = std::find_if(masters_.begin(), masters_.end(),
                               [dev](const Master& master) { return master.dev == dev; });
  return at == masters_.end() ? nullptr : &*at;
}

iommu_domain* ArmSmmu::domain_of(const device& dev) const {
  const auto at = std::find_if(masters_.begin(), masters_.end(),
                               [&dev](const Master& master) { return master.dev == &dev; });
  return at == masters_.end() ? nullptr : at->domain;
}

int ArmSmmu::attach(ArmSmmuDomain& domain, device& dev) {
  Master* const master = master_of(nullptr);
  if (master == nullptr) return to_errno(Error::kNoSpace);
  master->dev = &dev;
  if (const int result = add_streams(*master); result != 0) {
    remove_streams(*master);
    return result;
  }
  master->domain = &domain;
  ++domain.users;
  for (unsigned i = 0; i < master->count; ++i) {
    route(master->mappings[i], kS2crTranslate | domain.bank);
    write_mapping(master->mappings[i]);
  }
  return 0;
}

void ArmSmmu::detach(device& dev) {
  Master* const master = master_of(&dev);
  if (master == nullptr) return;
  --master->domain->users;
  remove_streams(*master);
}

}  // namespace guest::smmu
