// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/core/address.hpp"
#include "models/core/attributes.hpp"
#include "models/core/copy_filter.hpp"
#include "models/core/line_marks.hpp"
#include "models/core/time.hpp"

namespace linefill {

/// Where a copy of memory can be.
enum class CopyLevel : std::uint8_t {
  kL1Instruction,
  kL1Data,
  kStoreBuffer,
  kL2,
  kL2StoreBuffer,
  kL2EvictionBuffer,
  kMemory,
};

/// Why a line came into a cache.
enum class FillCause : std::uint8_t { kDemand, kSpeculative, kPrefetch };

/// Why a line was written downward.
enum class WriteBackCause : std::uint8_t { kEviction, kClean, kDrain, kWriteThrough };

/// What a cache level holds of one line, for the checker.
struct CopyView {
  const LineMarks* marks = nullptr;
  ByteMask valid = 0;  ///< Bytes that this place holds: all of a cache line, some of a buffer slot.
  FillCause fill_cause = FillCause::kDemand;
  bool filled_stale = false;  ///< It was already superseded or lost when it was filled from below.

  /// The bytes held here that nothing has overtaken.
  ByteMask newest() const { return valid == 0 ? 0 : valid & ~marks->superseded; }
};

/// A place that holds copies: L1I, L1D, L2, a store buffer. Observation costs the guest no time.
class CopyHolder {
 public:
  virtual CopyLevel level() const = 0;
  /// What is held of `line`; `valid` is 0 if nothing.
  virtual CopyView find(LineNumber line) const = 0;
  /// Newer values of these bytes were written below, around this place: marks them superseded and
  /// takes the line out of the line map, so that its next use is looked at.
  virtual void overtaken(LineNumber line, ByteMask bytes) = 0;
  /// The newest values of these bytes were dropped above.
  virtual void lose(LineNumber line, ByteMask bytes, const LineMarks& dropped) = 0;
  /// Counts in `filter` the lines of which something is held, now and from now on. Null: no more.
  virtual void count_copies_in(CopyFilter* filter) = 0;

  /// For debuggers: lays what is held of `line` (`find`'s `valid`) over `data`.
  virtual void overlay(LineNumber line, std::span<std::byte, kLineBytes> data) const = 0;
  /// A debugger's write: changes those bytes of `mask` that are held. Marks stay.
  virtual void overwrite(LineNumber line, std::span<const std::byte, kLineBytes> data,
                         ByteMask mask) = 0;

 protected:
  ~CopyHolder() = default;
};

/// What a cache maintenance operation is applied to, and by which name the manual knows it.
struct Maintenance {
  enum class Action : std::uint8_t { kClean, kInvalidate, kCleanInvalidate, kSync };
  enum class Scope : std::uint8_t { kAddress, kIndex, kWays, kAll };
  CopyLevel level = CopyLevel::kL1Data;
  Action action = Action::kClean;
  Scope scope = Scope::kAddress;
  LineNumber line = kNoLine;  ///< For Scope::kAddress.
  Origin origin{};
  Time time{};
};

/// A load that the processor did before one that is earlier in its program.
struct EarlyLoadOf {
  PhysicalAddress address{0};
  std::uint32_t size = 0;
  PhysicalAddress earlier{0};  ///< What is loaded by the one that was overtaken.
  std::uint32_t earlier_size = 0;
  std::uint32_t earlier_pc = 0;
  bool earlier_in_memory = false;  ///< It is no device's register.
};

/// An access that a bus master makes through an IOMMU, in I/O addresses.
struct IommuAccess {
  std::uint64_t io_address = 0;
  std::uint32_t size = 0;
  bool write = false;
  Attributes attributes{};
  MasterId iommu{};  ///< Which IOMMU.
};

/// Why an IOMMU refuses an access: no translation, no permission, something else in the tables, no
/// context for the stream.
enum class IommuFault : std::uint8_t { kTranslation, kPermission, kOther, kStream };

/// Receives what happens to data, from the models that hold it. All functions have empty defaults.
/// `Checker` implements it; models know only this. Calls carry absolute simulated time.
class Observer {
 public:
  /// A bus master other than the processor read or wrote memory. A read is announced before the
  /// data move, a write after. `data` lies in the memory at `address`.
  virtual void device_read(PhysicalAddress /*address*/, std::uint32_t /*size*/, const Attributes&,
                           Time) {}
  virtual void device_wrote(PhysicalAddress /*address*/, std::uint32_t /*size*/, const Attributes&,
                            Time) {}

  /// A bus master read bytes of a line through a coherency port, where they were served by the copy
  /// at `served`: kL1Data, or kMemory for whatever is below L1. `marks`: what that copy is worth.
  virtual void port_read(LineNumber, ByteMask, CopyLevel /*served*/, const LineMarks& /*marks*/,
                         const Attributes&, Time) {}
  /// A bus master wrote bytes of a line through a coherency port: they are below L1 now.
  virtual void port_wrote(LineNumber, ByteMask, const Attributes&, Time) {}

  /// The processor used bytes of a cached copy that are superseded or lost (`bytes` is not 0).
  virtual void stale_use(CopyLevel, LineNumber, ByteMask /*bytes*/, const CopyView&, const Origin&,
                         Time) {}

  /// The processor loaded or stored cached bytes of a line it had asked to be told of
  /// (`watch_line`).
  virtual void watched_access(PhysicalAddress, std::uint32_t /*size*/, bool /*write*/,
                              const Origin&, Time) {}

  /// The processor's access to memory that goes around its L1: Normal non-cacheable, Device,
  /// Strongly-ordered or with caches off. Called before the access.
  virtual void uncached_access(PhysicalAddress, std::uint32_t /*size*/, bool /*write*/,
                               const Attributes&, Time) {}
  /// The processor has done a load early. Then: the one that was overtaken is done, too; `news`: it
  /// gave another value than it would have given when it was overtaken. Then, perhaps: the program
  /// has come to the early load, and uses what it gave. Another one ends it.
  virtual void load_overtook(const EarlyLoadOf&, Time) {}
  virtual void overtaken_load_done(bool /*news*/, Time) {}
  virtual void early_load_used(const Origin&, Time) {}
  /// An uncached store's bytes have reached `level` (a buffer's slot, L2, memory).
  virtual void uncached_store_reached(CopyLevel, LineNumber, ByteMask, const Origin&, Time) {}

  /// An invalidate dropped dirty bytes at `level`: `marks.dirty`, before the line is gone.
  virtual void dropped_dirty(CopyLevel, LineNumber, const LineMarks&, const Origin&, Time) {}
  /// A cached line was written to memory, all 32 bytes of it; `marks` are those of the written
  /// copy.
  virtual void wrote_back_to_memory(CopyLevel /*from*/, LineNumber, const LineMarks&,
                                    WriteBackCause, const Origin&, Time) {}
  /// Some bytes reached memory from a store buffer.
  virtual void drained_to_memory(CopyLevel /*from*/, LineNumber, ByteMask, const LineMarks&,
                                 const Origin&, Time) {}

  /// An IOMMU refused an access.
  virtual void iommu_refused(const IommuAccess&, IommuFault, Time) {}
  /// An IOMMU translated an access, to `output`, by what it has kept of descriptors that say
  /// something else now. `walks_see_it`: its walks would find that; else it has not left the
  /// caches.
  virtual void iommu_stale(const IommuAccess&, std::uint64_t /*output*/, bool /*walks_see_it*/,
                           Time) {}

  /// A line came in. `marks` are those it came with.
  virtual void filled(CopyLevel, LineNumber, const LineMarks&, FillCause, const Origin&, Time) {}
  /// A cache maintenance operation was performed.
  virtual void maintained(const Maintenance&) {}

  /// Lays the bytes that the processor has stored last, wherever they are, over `data`, which is
  /// what memory has.
  virtual void overlay_newest(PhysicalAddress, std::span<std::byte> /*data*/) const {}

  /// Marks that memory itself carries for a line: only `lost` can be set. Empty for most.
  virtual const LineMarks& memory_marks(LineNumber) {
    static const LineMarks kNone;
    return kNone;
  }

 protected:
  ~Observer() = default;
};

}  // namespace linefill
