// SPDX-License-Identifier: Apache-2.0
// The "monitor" commands: what a debugger has no packets for.
#include <array>
#include <sstream>
#include <string_view>

#include "models/core/log.hpp"
#include "platforms/gdb/arm_target.hpp"
#include "platforms/gdb/packet.hpp"

namespace linefill::gdb {

namespace {

constexpr const char* kHelp =
    "monitor memory cpu|dma             memory as the processor sees it, or as DMA does\n"
    "monitor address virtual|physical   what the addresses of x, print, set mean\n"
    "monitor cache ADDRESS              every copy of the line at this address\n"
    "monitor help                       this text\n";

const char* name_of(CopyLevel level) {
  switch (level) {
    case CopyLevel::kL1Instruction:
      return "L1I";
    case CopyLevel::kL1Data:
      return "L1D";
    case CopyLevel::kStoreBuffer:
      return "store buffer";
    case CopyLevel::kL2:
      return "L2";
    case CopyLevel::kL2StoreBuffer:
      return "L2 buffer";
    case CopyLevel::kL2EvictionBuffer:
      return "L2 eviction";
    case CopyLevel::kMemory:
      return "memory";
  }
  return "";
}

std::string label(const char* name) {
  std::string text = std::string{"  "} + name;
  text.resize(16, ' ');
  return text;
}

// Bytes as they lie in memory; each followed by its mark.
std::string row(std::span<const std::byte> bytes, const CopyView& view) {
  std::string text;
  for (unsigned i = 0; i < bytes.size(); ++i) {
    const auto has = [&](ByteMask mask) { return (mask >> i & 1U) != 0; };
    if (i % 8 == 0 && i != 0) text += ' ';
    text += has(view.valid) ? hex_of(bytes.subspan(i, 1)) : "..";
    const bool marked = view.marks != nullptr && has(view.valid);
    if (marked && has(view.marks->superseded | view.marks->lost)) {
      text += '!';
    } else {
      text += marked && has(view.marks->dirty) ? '*' : ' ';
    }
  }
  return text;
}

}  // namespace

std::string ArmTarget::monitor(const std::string& command) {
  std::istringstream words{command};
  std::string verb;
  std::string word;
  std::string more;
  words >> verb >> word >> more;
  if (!more.empty()) return "too many words: " + more + "\n";
  if (verb == "memory") return choose_view(word);
  if (verb == "address") return choose_space(word);
  if (verb == "cache") return show_cache(word);
  if (verb == "help" || verb.empty()) return kHelp;
  return "no such command: " + verb + "\n" + kHelp;
}

std::string ArmTarget::choose_view(const std::string& word) {
  if (word == "cpu") {
    view_ = View::kCpu;
  } else if (word == "dma") {
    view_ = View::kDma;
  } else if (!word.empty()) {
    return "expected cpu or dma\n";
  }
  return view_ == View::kCpu ? "memory as the processor sees it\n" : "memory as DMA sees it\n";
}

std::string ArmTarget::choose_space(const std::string& word) {
  if (word == "virtual") {
    space_ = Space::kVirtual;
  } else if (word == "physical") {
    space_ = Space::kPhysical;
  } else if (!word.empty()) {
    return "expected virtual or physical\n";
  }
  return space_ == Space::kVirtual ? "virtual addresses\n" : "physical addresses\n";
}

std::string ArmTarget::show_cache(const std::string& word) {
  std::string_view digits{word};
  if (digits.starts_with("0x") || digits.starts_with("0X")) digits.remove_prefix(2);
  const auto address = take_number(digits);
  if (!address || !digits.empty() || *address > 0xFFFF'FFFF)
    return "expected an address, such as 0x60000000\n";
  const auto at = physical(static_cast<std::uint32_t>(*address));
  if (!at) return "this address is not mapped\n";
  const PhysicalAddress line = address_of(line_of(*at));
  std::array<std::byte, kLineBytes> memory{};
  if (interconnect_.debug_access(false, line, memory) != memory.size())
    return "no memory at " + hex(raw(*at)) + "\n";
  std::string text =
      "line " + hex(raw(line)) + " (physical); * dirty, ! older than what is newest\n";
  for (const CopyHolder* holder : holders_) text += show_level(*holder, line);
  CopyView all;
  all.valid = ~ByteMask{0};
  return text + label("memory") + row(memory, all) + "\n";
}

std::string ArmTarget::show_level(const CopyHolder& holder, PhysicalAddress line) {
  const CopyView view = holder.find(line_of(line));
  std::string text = label(name_of(holder.level()));
  if (view.valid == 0) return text + "-\n";
  std::array<std::byte, kLineBytes> bytes{};
  holder.overlay(line_of(line), bytes);
  return text + row(bytes, view) + "\n";
}

}  // namespace linefill::gdb
