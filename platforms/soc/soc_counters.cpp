// SPDX-License-Identifier: Apache-2.0
// Where the counter bank finds the models' counters: names are the report's.
#include <algorithm>
#include <string_view>

#include "platforms/soc/soc.hpp"

namespace linefill {

void Soc::connect_counters() {
  auto* bank = find<CounterBank>();
  if (bank == nullptr) return;
  bank->connect([this](const std::string& owner, const std::string& counter) {
    return find_counter(owner, counter);
  });
}

std::optional<CounterBank::Source> Soc::find_counter(const std::string& owner,
                                                     const std::string& counter) {
  constexpr std::string_view kMaster = "master:";
  if (owner.starts_with(kMaster)) return find_traffic(owner.substr(kMaster.size()), counter);
  const Statistics* statistics = statistics_of(owner);
  if (statistics == nullptr) return CounterBank::Source{};
  const auto& all = statistics->counters();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Counter* c) { return c->name() == counter; });
  if (found == all.end()) return std::nullopt;
  return [this, owner, which = *found] {
    if (owner == "cpu0") processor_->statistics();  // Brings them up to date.
    return which->value();
  };
}

std::optional<CounterBank::Source> Soc::find_traffic(const std::string& master,
                                                     const std::string& counter) {
  using Traffic = Interconnect::Traffic;
  static const std::map<std::string, std::uint64_t Traffic::*> kFields{
      {"read_bytes", &Traffic::read_bytes},
      {"written_bytes", &Traffic::written_bytes},
      {"transactions", &Traffic::transactions}};
  const auto field = kFields.find(counter);
  std::optional<MasterId> id;
  if (master == "cpu0") id = MasterId::kProcessor;
  for (const auto& [number, each] : masters_) {
    if (each.path == master) id = number;
  }
  if (field == kFields.end()) return std::nullopt;
  if (!id) return CounterBank::Source{};
  return [this, id = *id, which = field->second] { return interconnect_->traffic(id).*which; };
}

const Statistics* Soc::statistics_of(const std::string& owner) {
  if (owner == "cpu0") return &processor_->statistics();
  if (owner == "interconnect") return &interconnect_->statistics();
  if (owner == "acp" && acp_ != nullptr) return &acp_->statistics();
  for (const auto& memory : memories_) {
    if (memory->path() == owner) return &memory->statistics();
  }
  for (const auto& device : devices_) {
    if (device->path() == owner) return &device->statistics();
  }
  return nullptr;
}

}  // namespace linefill
