// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "models/core/attributes.hpp"
#include "models/core/statistics.hpp"
#include "models/core/time.hpp"
#include "models/translation/translation.hpp"

namespace linefill::smmu {

/// Whose addresses an entry translates.
enum class Stages : std::uint8_t { kStage1, kStage2, kBoth };

/// What entries are told apart by. Stage 2 has no ASID.
struct Tag {
  Stages stages = Stages::kStage1;
  std::uint16_t vmid = 0;
  std::uint16_t asid = 0;
  bool secure = false;  ///< Of a Secure bank, which has no VMID.
};

/// One TLB invalidation, as software asks for it.
struct Invalidation {
  enum class Scope : std::uint8_t {
    kAll,
    kVmid,
    kVmidStage1,  ///< Stage 1 and both stages of a VMID.
    kAsid,
    kAddress,          ///< Of one ASID, and global.
    kAddressAllAsids,  ///< Of every ASID.
    kIpa,              ///< Stage 2 only: what both stages gave stays.
    kHypervisor,       ///< Of hypervisor contexts, of which there are none.
  };
  Scope scope = Scope::kAll;
  bool secure = false;  ///< Of Secure entries, else of Non-secure ones.
  bool leaf = false;    ///< Keeps what is known of tables above the last level.
  std::uint16_t vmid = 0;
  std::uint16_t asid = 0;
  std::uint64_t address = 0;
};

/// What tables make of an access to some address. Two that are equal nobody can tell apart.
struct Meaning {
  bool translated = false;
  std::uint64_t distance = 0;  ///< From the input to the output address.
  bool non_secure = false;
  MemoryAttributes attributes{};
  AccessPermission permission = AccessPermission::kReadWrite;
  bool execute_never = false;
  bool privileged_execute_never = false;
  bool stage2_readable = true;
  bool stage2_writable = true;
  bool stage2_execute_never = false;
  bool operator==(const Meaning&) const = default;
};

/// What a walk came to, as the TLB keeps it.
struct TlbEntry {
  Tag tag{};
  std::uint64_t output = 0;  ///< Of the first byte of the page.
  std::uint8_t page_shift = 12;
  bool global = false;
  bool non_secure = false;  ///< NS of stage 1's descriptor.
  bool replaces = false;    ///< Stage 1: the access's own attributes do not matter.
  MemoryAttributes attributes{};
  AccessPermission permission = AccessPermission::kReadWrite;
  bool execute_never = false;
  bool privileged_execute_never = false;
  std::uint8_t level = 0;  ///< Of stage 1's leaf, for permission faults.
  bool stage2_readable = true;
  bool stage2_writable = true;
  bool stage2_execute_never = false;
  std::uint8_t stage2_level = 0;
  std::uint64_t ipa = 0;  ///< Of the first byte of the page, where there are two stages.

  /// For the checker: what the processor's newest stores made of the tables when they were walked.
  Meaning known{};

  std::uint64_t page = 0;  ///< Input address above `page_shift`. Set by the TLB.
  Time ready{0};           ///< When its walk ends.

  Meaning meaning_of(std::uint64_t address) const {
    const std::uint64_t in_page = address & ((std::uint64_t{1} << page_shift) - 1);
    return {true,
            output + in_page - address,
            non_secure,
            attributes,
            permission,
            execute_never,
            privileged_execute_never,
            stage2_readable,
            stage2_writable,
            stage2_execute_never};
  }
};

/// The translations an SMMU has kept: fully associative, replaced in turn. They hold until
/// invalidated or replaced, whatever becomes of tables and registers.
class SmmuTlb {
 public:
  explicit SmmuTlb(std::size_t entries) : entries_(entries) {}

  void clear();
  const TlbEntry* find(std::uint64_t address, const Tag& tag) const;
  const TlbEntry& insert(std::uint64_t address, const TlbEntry& entry);
  void apply(const Invalidation& operation);
  std::size_t used() const;

 private:
  struct Slot {
    bool valid = false;
    TlbEntry entry{};
  };
  std::vector<Slot> entries_;
  std::size_t next_ = 0;
  mutable std::size_t last_ = 0;  ///< Where the last look-up hit.
};

/// Table descriptors that walks have read (MMU-500 TRM 2.4): by input address and level, so a walk
/// goes on from where they lead, even if another tree is in TTBR now.
class WalkCache {
 public:
  struct Key {
    Tag tag{};
    unsigned level = 0;
    unsigned shift = 0;  ///< Input address bits that the level's look-up leaves over.
    std::uint64_t address = 0;
  };

  explicit WalkCache(std::size_t entries) : entries_(entries) {}

  void clear();
  bool find(const Key& key, std::uint64_t& descriptor) const;
  void insert(const Key& key, std::uint64_t descriptor);
  void apply(const Invalidation& operation);

 private:
  struct Slot {
    bool valid = false;
    Key key{};
    std::uint64_t descriptor = 0;
  };
  std::vector<Slot> entries_;
  std::size_t next_ = 0;
};

/// Invalidations on their way. An operation is done at the latest after a time of its own, which no
/// software may count on; a sync hurries those before it, and tells when they are done.
class Invalidations {
 public:
  static constexpr unsigned kGlobal = ~0U;  ///< From a global space, not from a bank.

  /// Who asks: which bank's, and which security state's registers.
  struct Source {
    unsigned bank = kGlobal;
    bool secure = false;
  };

  Invalidations(Time hurried, Time lazy) : hurried_{hurried}, lazy_{lazy} {}

  void clear();
  void post(const Source& source, const Invalidation& operation, Time now);
  /// A global sync hurries all of its security state, a bank's its own.
  void sync(const Source& source, Time now);
  bool active(const Source& source) const;
  /// Removes those that are done at `now`, and gives each to `use`.
  template <class Use>
  void collect(Time now, Use&& use) {
    while (!pending_.empty() && pending_.front().due <= now) {
      const Invalidation operation = pending_.front().operation;
      pending_.pop_front();
      use(operation);
    }
  }

 private:
  struct Pending {
    Source source{};
    Time due{};
    bool awaited = false;
    Invalidation operation{};
  };
  static bool meant(const Source& by, const Source& source) {
    return by.bank == kGlobal ? by.secure == source.secure : by.bank == source.bank;
  }

  Time hurried_;
  Time lazy_;
  std::deque<Pending> pending_;  ///< By time.
};

}  // namespace linefill::smmu
