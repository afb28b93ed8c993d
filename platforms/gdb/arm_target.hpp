// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "models/bus/interconnect.hpp"
#include "models/core/observer.hpp"
#include "models/cpu/processor.hpp"
#include "platforms/gdb/arm_registers.hpp"
#include "platforms/gdb/target.hpp"

namespace linefill::gdb {

/// A processor and its memory for a debugging session.
///
/// Memory can be seen by virtual or physical address, and in two ways: as the processor sees it
/// (L1, store buffer, then what is below), and as DMA sees it (around all caches). Breakpoints of
/// both kinds are comparisons of the PC: nothing is written into memory, so they are never in a
/// cache too late, and work in read-only memory.
class ArmTarget final : public Target {
 public:
  /// All must outlive it. `holders`: every place with copies of memory, newest first.
  ArmTarget(Processor& processor, Interconnect& interconnect, std::vector<CopyHolder*> holders);

  const std::string& description() const override { return description_; }
  unsigned register_count() const override;
  unsigned general_register_count() const override;
  std::optional<std::vector<std::byte>> read_register(unsigned number) override;
  bool write_register(unsigned number, std::span<const std::byte> value) override;
  std::size_t read_memory(std::uint32_t address, std::span<std::byte> data) override;
  bool write_memory(std::uint32_t address, std::span<const std::byte> data) override;
  bool set_stop(StopKind kind, std::uint32_t address, std::uint32_t length, bool on) override;
  std::string monitor(const std::string& command) override;

  /// The kind of breakpoint at this address, if there is one.
  std::optional<StopKind> breakpoint_at(std::uint32_t pc) const;
  /// What watches an access, if anything does: the watchpoint's kind and its first byte.
  struct Watched {
    StopKind kind;
    std::uint32_t address;
  };
  std::optional<Watched> watched(std::uint32_t va, unsigned size, bool write) const;
  void remove_stops();

  std::uint32_t pc() const { return processor_.core().pc(); }
  /// In the midst of an instruction: the PC and the state cannot be written.
  void set_midway(bool midway) { midway_ = midway; }
  /// Whether something was written that the next instruction must see. Asking forgets it.
  bool take_changed() { return std::exchange(changed_, false); }

 private:
  enum class View : std::uint8_t { kCpu, kDma };
  enum class Space : std::uint8_t { kVirtual, kPhysical };
  struct StopPoint {
    StopKind kind;
    std::uint32_t address;
    std::uint32_t length;
    bool operator==(const StopPoint&) const = default;
  };

  std::optional<std::uint32_t> read_word(unsigned number);
  bool write_word(unsigned number, std::uint32_t value);
  bool write_control(unsigned number, std::uint32_t value);
  std::optional<PhysicalAddress> physical(std::uint32_t address);
  bool access_line(bool write, std::uint32_t address, std::span<std::byte> data);
  void update_watches();
  std::string choose_view(const std::string& word);
  std::string choose_space(const std::string& word);
  std::string show_cache(const std::string& word);
  std::string show_level(const CopyHolder& holder, PhysicalAddress line);

  Processor& processor_;
  Interconnect& interconnect_;
  std::vector<CopyHolder*> holders_;
  std::vector<ControlRegister> control_;
  std::string description_;
  View view_ = View::kCpu;
  Space space_ = Space::kVirtual;
  std::vector<StopPoint> stops_;
  bool midway_ = false;
  bool changed_ = false;
};

}  // namespace linefill::gdb
