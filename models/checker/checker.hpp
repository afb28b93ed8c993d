// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "models/checker/finding_log.hpp"
#include "models/checker/ledger.hpp"
#include "models/core/observer.hpp"

namespace linefill {

/// The coherence checker (architecture, section 7). Watches what happens to data and reports each
/// illegal outcome once: a device that reads memory while the newest bytes are in a cache or
/// buffer, a processor that uses bytes a device has overtaken, bytes lost by an invalidate or a
/// write-back.
///
/// Holds nothing of the data: copies carry their marks (`LineMarks`), and the checker asks the
/// places that hold copies. What memory itself has lost, and who wrote what around the caches, is
/// kept here, by line, for lines where it matters only.
class Checker final : public Observer {
 public:
  /// All references must outlive the checker. `ledger` may stay empty: findings then name no
  /// mapping.
  Checker(FindingLog& findings, Ledger& ledger) : findings_{findings}, ledger_{ledger} {
    ledger.set_freed_listener([this](std::uint32_t address, std::uint32_t size) {
      forgive(PhysicalAddress{address}, size);
    });
  }

  /// False: the L1D fetches nothing by itself, and needs no invalidate after a device has written.
  void set_l1_speculates(bool speculates) { l1_speculates_ = speculates; }
  /// In the order in which a newer copy may hide an older: L1 data, store buffer, L2, its buffer.
  void add_holder(CopyHolder& holder) {
    holders_.push_back(&holder);
    holder.count_copies_in(&copies_);
  }
  /// Memory as a bus master sees it, looked at without taking time: false if nothing is there. With
  /// it, descriptors that differ in what only software looks at are no finding.
  using MemoryView = std::function<bool(PhysicalAddress, std::span<std::byte>)>;
  void set_memory_view(MemoryView view) { memory_view_ = std::move(view); }
  /// How a master is called in findings: its device-tree path.
  void name_master(MasterId master, std::string path) { masters_[master] = std::move(path); }
  /// This master moves data for the device at `path`, whose driver may map them (`dmas`).
  void name_client(MasterId master, std::string path) { clients_[master].insert(std::move(path)); }
  /// The device-tree path of the device whose register is at an address.
  using RegisterOwner = std::function<std::string(PhysicalAddress)>;
  void set_register_owner(RegisterOwner owner) { register_owner_ = std::move(owner); }
  /// Software was told that this master sees the caches.
  void expect_coherent(MasterId master) { expected_coherent_.insert(master); }
  /// What moves this master's addresses is a bus, which maps nothing by itself: that it does not
  /// refuse an access says nothing.
  void expect_bus_addresses(MasterId master) { on_moving_bus_.insert(master); }

  void device_read(PhysicalAddress, std::uint32_t size, const Attributes&, Time) override;
  void device_wrote(PhysicalAddress, std::uint32_t size, const Attributes&, Time) override;
  void port_read(LineNumber, ByteMask, CopyLevel served, const LineMarks&, const Attributes&,
                 Time) override;
  void port_wrote(LineNumber, ByteMask, const Attributes&, Time) override;
  void stale_use(CopyLevel, LineNumber, ByteMask, const CopyView&, const Origin&, Time) override;
  void watched_access(PhysicalAddress, std::uint32_t size, bool write, const Origin&,
                      Time) override;
  void uncached_access(PhysicalAddress, std::uint32_t size, bool write, const Attributes&,
                       Time) override;
  void uncached_store_reached(CopyLevel, LineNumber, ByteMask, const Origin&, Time) override;
  void load_overtook(const EarlyLoadOf&, Time) override;
  void overtaken_load_done(bool news, Time) override;
  void early_load_used(const Origin&, Time) override;
  void dropped_dirty(CopyLevel, LineNumber, const LineMarks&, const Origin&, Time) override;
  void wrote_back_to_memory(CopyLevel, LineNumber, const LineMarks&, WriteBackCause, const Origin&,
                            Time) override;
  void drained_to_memory(CopyLevel, LineNumber, ByteMask, const LineMarks&, const Origin&,
                         Time) override;
  void maintained(const Maintenance&) override;
  void iommu_refused(const IommuAccess&, IommuFault, Time) override;
  void iommu_stale(const IommuAccess&, std::uint64_t output, bool walks_see_it, Time) override;
  void overlay_newest(PhysicalAddress, std::span<std::byte> data) const override;
  const LineMarks& memory_marks(LineNumber) override;

 private:
  /// A write around the caches to a line that had cached copies; `bytes` are those of which it is
  /// the last.
  struct Overtaking {
    ByteMask bytes = 0;
    Origin origin{};
    Time time{};
    std::optional<std::uint32_t> io_address{};  ///< Of a device behind an IOMMU.
    bool l1_invalidated = false;                ///< Since then, by software.
  };
  /// Bytes that a free-running master read while a newer value was invisible to it.
  struct Invisible {
    ByteMask bytes = 0;
    StoreOrigin store{};
    Time since{};
  };

  /// A load that was done early, and what devices have written before the one it overtook was done.
  struct Early {
    EarlyLoadOf load{};
    ByteMask newer = 0;  ///< Bytes of the line that `by` has written since.
    Overtaking by{};
    bool flagged = false;  ///< Then `by` has written what the other load reads.
    bool news = false;     ///< That gave another value than it would have given before.
    bool over = false;     ///< It is done.
    Time done{};
  };

  /// Whether a device may move these bytes without anyone's notice.
  bool nothing_known_of(PhysicalAddress address, std::uint32_t size) const {
    return memory_.empty() && (size == 0 || !copies_.may_be_held(address, size));
  }
  /// All, if any of them may hold a copy of this line; else none.
  std::span<CopyHolder* const> holders_of(LineNumber line) const {
    if (!copies_.may_be_held(line)) return {};
    return holders_;
  }
  void note_early(PhysicalAddress, std::uint32_t size, const Attributes&, Time);
  bool guards(const Early&, const Mapping*) const;
  void read_line(LineNumber, ByteMask, const Attributes&, Time);
  ByteMask read_behind(const CopyHolder&, LineNumber, ByteMask, const Attributes&, Time);
  bool differs_for_software_only(const CopyHolder&, LineNumber, ByteMask) const;
  ByteMask invisible_for_long(LineNumber, ByteMask, const LineMarks&, Time);
  void overtake(LineNumber, const Overtaking&);
  Overtaking overtaking_of(LineNumber, ByteMask, Time) const;
  void forget_overtakings();
  ByteMask held(LineNumber, ByteMask LineMarks::*) const;
  Overtaking overtaker(LineNumber, ByteMask, Time) const;
  static const char* cause_of_dirty(CopyLevel level);
  const char* cause_of_stale(CopyLevel, LineNumber, const CopyView&, const Overtaking&) const;
  bool shares_line(LineNumber, ByteMask dirty) const;
  void forgive(PhysicalAddress address, std::uint32_t size);
  ByteMask forgiven(LineNumber) const;
  void read_of_lost(LineNumber, ByteMask lost, const LineMarks&, Party reader, const char* level,
                    Time);
  void raise(Finding finding, LineNumber, ByteMask);
  void lose_device_write(CopyLevel, LineNumber, ByteMask, const LineMarks&, const char* cause,
                         Time);
  void lose_write(CopyLevel, LineNumber, ByteMask, const LineMarks&, const Overtaking&,
                  const char* cause, Time);
  void forget_memory_loss(LineNumber, ByteMask);
  void stale_port_read(LineNumber, ByteMask, const Attributes&, Time);
  bool is_told_coherent(const std::string& device) const;
  void blame_declaration(Finding&, const Origin& device) const;
  void blame_invalidate(Finding&, const Origin& writer) const;
  Party party_of(const Origin&, Time) const;
  Party party_of(const Overtaking&) const;
  Overtaking writer_of(LineNumber, ByteMask, const StoreOrigin&) const;
  Party party_of(const Attributes&, Time) const;
  static std::optional<std::uint32_t> io_address_of(const Attributes&);
  static void point_at(Party& party, std::uint32_t address);
  void account(PhysicalAddress, std::uint32_t size, bool write, const Attributes&, Time);
  void account_line(LineNumber, ByteMask, bool write, const Attributes&, Time);
  bool may_use(MasterId, const Mapping&) const;
  bool goes_by_mappings(MasterId) const;
  void judge_direct(PhysicalAddress, std::uint32_t size, bool write, const Attributes&, Time);
  void raise_direct(std::uint32_t at, std::uint32_t length, std::uint32_t beside, bool write,
                    const Attributes&, Time);
  static void explain_by(Finding&, const Mapping&, std::uint32_t at);
  void judge_bounced(Mapping&, std::uint32_t at, std::uint32_t size, bool write, const Attributes&,
                     Time);
  bool original_used(PhysicalAddress, std::uint32_t size, bool write, const Origin&, Time);
  void raise_io(Finding finding, const IommuAccess& access);
  Ledger* io_space_of(MasterId, std::uint32_t at);
  void judge_io(PhysicalAddress, std::uint32_t size, bool write, const Attributes&, Time);
  std::string name_of_master(MasterId) const;

  FindingLog& findings_;
  Ledger& ledger_;
  MemoryView memory_view_;
  bool l1_speculates_ = true;
  std::vector<CopyHolder*> holders_;
  CopyFilter copies_;  ///< What they hold.
  std::map<MasterId, std::string> masters_;
  std::map<MasterId, std::set<std::string>> clients_;
  std::set<MasterId> expected_coherent_;
  std::set<MasterId> on_moving_bus_;
  std::set<MasterId> on_port_;                        ///< Seen at a coherency port.
  std::unordered_map<LineNumber, LineMarks> memory_;  ///< Lines of which memory has lost bytes.
  std::unordered_map<LineNumber, std::vector<Overtaking>> overtakings_;
  std::size_t many_overtakings_ =
      kFewOvertakings;  ///< When it is time to forget those that are over.
  std::unordered_map<LineNumber, Invisible> invisible_;
  /// Older bytes that nobody minds: their memory was given back since.
  std::unordered_map<LineNumber, ByteMask> forgiven_;
  std::size_t many_forgiven_ = kFewOvertakings;
  std::optional<Early> early_;
  RegisterOwner register_owner_;
  /// The last access that an old translation has let pass.
  struct {
    MasterId master{};
    std::uint64_t io_address = ~std::uint64_t{0};
  } stale_translation_;

  static constexpr std::size_t kFewOvertakings = 1024;
};

}  // namespace linefill
