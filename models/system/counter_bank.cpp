// SPDX-License-Identifier: Apache-2.0
#include "models/system/counter_bank.hpp"

#include <algorithm>
#include <sstream>

#include "models/core/model_registry.hpp"

namespace linefill {

namespace {

const RegisterModel<CounterBank> kModel{"linefill,counters",
                                        "Other models' counters, for programs that measure"};

constexpr std::uint32_t kCount = 0x004;
constexpr std::uint32_t kStart = 0x008;
constexpr std::uint32_t kStop = 0x00C;
constexpr const char* kProperty = "linefill,counters";

}  // namespace

CounterBank::CounterBank(const sc_core::sc_module_name& name, const DeviceNode& node)
    : Device{name, node}, node_{node} {}

void CounterBank::connect(const Find& find) {
  const std::vector<std::string> rows = node_.strings(kProperty);
  if (rows.size() > kMost) node_.fail(kProperty, "at most " + std::to_string(kMost) + " counters");
  for (const std::string& row : rows) {
    std::istringstream words{row};
    std::string name;
    std::string owner;
    std::string counter;
    words >> name >> owner >> counter;
    const auto source = counter.empty() ? std::nullopt : find(owner, counter);
    if (!source)
      throw ConfigurationError{node_.path() + ": " + kProperty + ": \"" + row +
                               "\": expected \"NAME OWNER COUNTER\" of the report"};
    sources_.push_back(*source ? *source : [] { return std::uint64_t{0}; });
  }
  reset();
}

void CounterBank::reset() {
  started_.assign(sources_.size(), 0);
  counted_.assign(sources_.size(), 0);
}

std::uint32_t CounterBank::value_word(std::uint32_t offset) const {
  const std::size_t index = (offset - kValues) / 8;
  if (index >= counted_.size()) return 0;
  return static_cast<std::uint32_t>(counted_[index] >> (8 * (offset & 4U)));
}

std::uint32_t CounterBank::peek(std::uint32_t offset) const {
  if (offset == 0) return kIdentification;
  if (offset == kCount) return static_cast<std::uint32_t>(sources_.size());
  return offset >= kValues ? value_word(offset) : 0;
}

BusResponse CounterBank::access(DeviceAccess& access) {
  if (access.size != 4) {
    log_.guest_error("access of ", access.size, " bytes: the registers are words");
    access.value = 0;
  } else if (!access.write) {
    access.value = peek(access.offset);
  } else if (access.offset == kStart) {
    std::transform(sources_.begin(), sources_.end(), started_.begin(),
                   [](const Source& source) { return source(); });
  } else if (access.offset == kStop) {
    std::transform(sources_.begin(), sources_.end(), started_.begin(), counted_.begin(),
                   [](const Source& source, std::uint64_t start) { return source() - start; });
  } else {
    log_.guest_error("write of ", hex(access.offset, 3), ": only START and STOP can be written");
  }
  return BusResponse::kOkay;
}

}  // namespace linefill
