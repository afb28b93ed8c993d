// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "sw/lib/types.hpp"

namespace guest::tauros2 {

/// The CP15 of the core that a unit test pretends to be, and what it was asked for: "clean 1020".
struct HostCp15 {
  std::uint32_t features = 0;
  std::uint32_t mmfr3 = 0;
  std::vector<std::string> log;

  void note(const char* operation, phys_addr_t line) {
    char text[32];
    std::snprintf(text, sizeof text, "%s %lx", operation, static_cast<unsigned long>(line));
    log.emplace_back(text);
  }
};
inline HostCp15 host;

inline void clean_pa(phys_addr_t line) { host.note("clean", line); }
inline void clean_inv_pa(phys_addr_t line) { host.note("flush", line); }
inline void inv_pa(phys_addr_t line) { host.note("invalidate", line); }
inline void clean_all() { host.log.emplace_back("clean all"); }
inline void inv_all() { host.log.emplace_back("invalidate all"); }
inline std::uint32_t extra_features() { return host.features; }
inline void set_extra_features(std::uint32_t value) { host.features = value; }
inline void switch_l2(bool on) { host.log.emplace_back(on ? "on" : "off"); }
inline std::uint32_t mmfr3() { return host.mmfr3; }

}  // namespace guest::tauros2
