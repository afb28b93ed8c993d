// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/summary.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "models/display/display.hpp"

namespace linefill {

namespace {

double seconds(Time t) { return static_cast<double>(t.count()) * 1e-12; }

std::uint64_t counter(const Statistics& statistics, std::string_view name) {
  const auto& all = statistics.counters();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Counter* c) { return c->name() == name; });
  return found == all.end() ? 0 : (*found)->value();
}

// Of all counters whose names end in `suffix`.
std::uint64_t sum_of(const Statistics& statistics, std::string_view suffix) {
  std::uint64_t sum = 0;
  for (const Counter* c : statistics.counters()) sum += c->name().ends_with(suffix) ? c->value() : 0;
  return sum;
}

std::string percent(std::uint64_t hits, std::uint64_t misses) {
  if (hits + misses == 0) return "-";
  std::ostringstream out;
  out << std::fixed << std::setprecision(2)
      << 100.0 * static_cast<double>(hits) / static_cast<double>(hits + misses) << " %";
  return out.str();
}

std::string short_time(Time t) {
  if (t == kNever) return "-";
  std::ostringstream out;
  out << std::fixed << std::setprecision(2) << seconds(t) * 1e6 << " us";
  return out.str();
}

std::string rate(std::uint64_t bytes, Time time) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(1) << static_cast<double>(bytes) / 1e6 << " MB";
  if (time > Time{0}) out << ", " << static_cast<double>(bytes) / 1e6 / seconds(time) << " MB/s";
  return out.str();
}

void print_hit_rates(std::ostream& out, Soc& soc) {
  const Statistics& cpu = soc.processor().statistics();
  out << "caches     hit rate L1I " << percent(counter(cpu, "l1i_hits"), counter(cpu, "l1i_misses")) << ", L1D "
      << percent(counter(cpu, "l1d_hits"), counter(cpu, "l1d_misses"));
  if (soc.outer_cache() != nullptr) {
    const Statistics& l2 = soc.outer_cache()->statistics();
    out << ", L2 " << percent(sum_of(l2, "_hits"), sum_of(l2, "_misses"));
  }
  out << '\n';
}

// A transfer from a device to memory is seen as one mapping, one from memory to memory as the mapping
// of its source.
void print_transfers(std::ostream& out, const TransferLog& log) {
  const auto total = [&](DmaDirection direction) {
    std::pair<std::uint64_t, Time> sum{0, Time{0}};
    for (const Transfer& t : log.all()) {
      if (t.direction != direction || t.data == kNever) continue;
      sum.first += t.bytes;
      sum.second += t.data;
    }
    return sum;
  };
  const auto in = total(DmaDirection::kFromDevice);
  const auto copied = total(DmaDirection::kToDevice);
  out << "transfers  card to memory " << rate(in.first, in.second) << "; memory to memory "
      << rate(copied.first, copied.second) << '\n';
  out << "latency   ";
  for (const TransferStep& step : kTransferSteps) {
    std::string name{step.name};
    std::replace(name.begin(), name.end(), '_', ' ');
    out << ' ' << name << ' ' << short_time(log.mean(step)) << (step.time == kTransferSteps.back().time ? "" : ",");
  }
  out << " (mean of " << log.all().size() << ")\n";
}

}  // namespace

std::string summary_of(Soc& soc, const RunEnd& end, const FindingLog& findings, const TransferLog* transfers) {
  std::ostringstream out;
  const auto instructions = static_cast<double>(soc.processor().instructions()) / 1e6;
  out << std::fixed << std::setprecision(3);
  out << "time       " << seconds(end.simulated) << " s simulated in " << std::setprecision(1) << end.host_seconds
      << " s: " << instructions << " million instructions, " << instructions / end.host_seconds << " MIPS\n";
  print_hit_rates(out, soc);
  if (transfers != nullptr && !transfers->all().empty()) print_transfers(out, *transfers);
  for (const auto& device : soc.devices()) {
    const auto* display = dynamic_cast<const Display*>(device.get());
    if (display == nullptr || display->frames() == 0) continue;
    out << "display    " << display->frames() << " frames, " << counter(device->statistics(), "underruns")
        << " underruns\n";
  }
  out << "findings   " << (findings.all().empty() ? "none" : std::to_string(findings.all().size())) << '\n';
  return out.str();
}

}  // namespace linefill
