// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace linefill {

/// The bits of FPSCR (ARM DDI 0406C, B4.1.58).
namespace fpscr {
inline constexpr std::uint32_t kIoc = 1U << 0;  ///< Invalid Operation.
inline constexpr std::uint32_t kDzc = 1U << 1;  ///< Division by Zero.
inline constexpr std::uint32_t kOfc = 1U << 2;  ///< Overflow.
inline constexpr std::uint32_t kUfc = 1U << 3;  ///< Underflow.
inline constexpr std::uint32_t kIxc = 1U << 4;  ///< Inexact.
inline constexpr std::uint32_t kIdc = 1U << 7;  ///< Input Denormal.
inline constexpr std::uint32_t kCumulative = kIoc | kDzc | kOfc | kUfc | kIxc | kIdc;
inline constexpr std::uint32_t kLen = 7U << 16;
inline constexpr std::uint32_t kStride = 3U << 20;
inline constexpr unsigned kRoundingShift = 22;
inline constexpr std::uint32_t kRounding = 3U << kRoundingShift;
inline constexpr std::uint32_t kFz = 1U << 24;   ///< Flush to zero.
inline constexpr std::uint32_t kDn = 1U << 25;   ///< Default NaN.
inline constexpr std::uint32_t kAhp = 1U << 26;  ///< Alternative half precision.
inline constexpr std::uint32_t kQc = 1U << 27;   ///< Cumulative saturation.
inline constexpr std::uint32_t kNzcv = 0xFU << 28;
/// What VMSR writes. Exceptions are not trapped: the enables read as zero.
inline constexpr std::uint32_t kWritable =
    kCumulative | kLen | kStride | kRounding | kFz | kDn | kAhp | kQc | kNzcv;
}  // namespace fpscr

/// The bits of FPEXC (Cortex-A9 NEON MPE TRM, DDI 0409): EX and the rest are RAZ/WI.
namespace fpexc {
inline constexpr std::uint32_t kDex = 1U << 29;  ///< A short vector was asked for.
inline constexpr std::uint32_t kEn = 1U << 30;
inline constexpr std::uint32_t kWritable = kDex | kEn;
}  // namespace fpexc

/// What an instruction needs of CPACR and FPEXC (B1.11.1), a bit each.
namespace extension {
inline constexpr std::uint8_t kControl = 1;  ///< cp10 and cp11 open: FPEXC, FPSID, MVFR0, MVFR1.
inline constexpr std::uint8_t kVfp = 2;      ///< And FPEXC.EN.
inline constexpr std::uint8_t kSimd = 4;     ///< And not CPACR.ASEDIS.
inline constexpr std::uint8_t kHigh = 8;     ///< D16 to D31: and not CPACR.D32DIS.
}  // namespace extension

/// The registers that VFP and Advanced SIMD share: D0 to D31; S(2n) and S(2n + 1) are the halves of
/// D(n), D(2n) and D(2n + 1) those of Q(n). And who may use them.
class ExtensionRegisters {
 public:
  std::array<std::uint64_t, 32> d{};
  std::uint32_t fpscr = 0;  ///< Only bits of fpscr::kWritable.

  std::uint32_t s(unsigned n) const { return static_cast<std::uint32_t>(d[n / 2] >> 32 * (n % 2)); }
  void set_s(unsigned n, std::uint32_t value) {
    const unsigned shift = 32 * (n % 2);
    d[n / 2] = (d[n / 2] & ~(std::uint64_t{0xFFFF'FFFF} << shift)) | std::uint64_t{value} << shift;
  }

  std::uint32_t fpexc() const { return fpexc_; }
  void set_fpexc(std::uint32_t value) {
    fpexc_ = value & fpexc::kWritable;
    update();
  }
  /// CPACR has this value from now on.
  void set_access_control(std::uint32_t cpacr) {
    cpacr_ = cpacr;
    update();
  }
  /// Whether all that an instruction needs (bits of `extension`) is open to it.
  bool open(bool privileged, std::uint8_t needs) const {
    return (open_[privileged ? 1 : 0] & needs) == needs;
  }

 private:
  void update() {
    for (const bool privileged : {false, true}) open_[privileged ? 1 : 0] = now_open(privileged);
  }
  std::uint8_t now_open(bool privileged) const {
    constexpr std::uint32_t kAsedis = 1U << 31;
    constexpr std::uint32_t kD32dis = 1U << 30;
    // One bit of each field opens it to privileged modes, both open it to User mode too.
    const std::uint32_t both = cpacr_ >> 20 & cpacr_ >> 22 & 3;
    if (both == 0 || (!privileged && both != 3)) return 0;
    unsigned result = extension::kControl;
    if ((fpexc_ & fpexc::kEn) != 0) result |= extension::kVfp;
    if ((cpacr_ & kAsedis) == 0) result |= extension::kSimd;
    if ((cpacr_ & kD32dis) == 0) result |= extension::kHigh;
    return static_cast<std::uint8_t>(result);
  }

  std::uint32_t fpexc_ = 0;
  std::uint32_t cpacr_ = 0;
  std::array<std::uint8_t, 2> open_{};
};

}  // namespace linefill
