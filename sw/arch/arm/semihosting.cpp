// SPDX-License-Identifier: Apache-2.0
#include "sw/arch/semihosting.hpp"

#include <array>
#include <cstdint>

extern "C" int semihosting_call(unsigned operation, const void* argument);

namespace guest::semihosting {
namespace {

constexpr unsigned kWrite0 = 0x04;
constexpr unsigned kExit = 0x18;
constexpr unsigned kExitExtended = 0x20;
constexpr std::uint32_t kApplicationExit = 0x20026;  // ADP_Stopped_ApplicationExit
constexpr std::uint32_t kRunTimeError = 0x20023;     // ADP_Stopped_RunTimeErrorUnknown

}  // namespace

void write0(const char* text) { semihosting_call(kWrite0, text); }

void exit(int status) {
  const std::array<std::uint32_t, 2> block{kApplicationExit, static_cast<std::uint32_t>(status)};
  semihosting_call(kExitExtended, block.data());
  const std::uint32_t reason = status == 0 ? kApplicationExit : kRunTimeError;
  semihosting_call(kExit,
                   reinterpret_cast<const void*>(reason));  // The reason itself, not a block.
}

}  // namespace guest::semihosting
