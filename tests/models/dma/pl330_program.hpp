// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

namespace linefill::test {

/// Microcode, assembled from the encodings of DDI 0424 chapter 4, typed a second time.
class Program {
 public:
  Program& raw(std::initializer_list<unsigned> bytes) {
    for (const unsigned b : bytes) code_.push_back(static_cast<std::uint8_t>(b));
    return *this;
  }
  Program& mov(unsigned rd, std::uint32_t value) { return raw({0xBC, rd}).word(value); }
  Program& mov_sar(std::uint32_t value) { return mov(0, value); }
  Program& mov_ccr(std::uint32_t value) { return mov(1, value); }
  Program& mov_dar(std::uint32_t value) { return mov(2, value); }
  Program& end() { return raw({0x00}); }
  Program& ld() { return raw({0x04}); }
  Program& lds() { return raw({0x05}); }
  Program& ldb() { return raw({0x07}); }
  Program& st() { return raw({0x08}); }
  Program& sts() { return raw({0x09}); }
  Program& stb() { return raw({0x0B}); }
  Program& stz() { return raw({0x0C}); }
  Program& rmb() { return raw({0x12}); }
  Program& wmb() { return raw({0x13}); }
  Program& nop() { return raw({0x18}); }
  Program& ldps(unsigned p) { return raw({0x25, p << 3}); }
  Program& ldpb(unsigned p) { return raw({0x27, p << 3}); }
  Program& stps(unsigned p) { return raw({0x29, p << 3}); }
  Program& stpb(unsigned p) { return raw({0x2B, p << 3}); }
  Program& wfp_single(unsigned p) { return raw({0x30, p << 3}); }
  Program& wfp_periph(unsigned p) { return raw({0x31, p << 3}); }
  Program& wfp_burst(unsigned p) { return raw({0x32, p << 3}); }
  Program& sev(unsigned e) { return raw({0x34, e << 3}); }
  Program& flushp(unsigned p) { return raw({0x35, p << 3}); }
  Program& wfe(unsigned e) { return raw({0x36, e << 3}); }
  Program& wfe_invalid(unsigned e) { return raw({0x36, e << 3 | 2}); }
  Program& addh(unsigned rd, unsigned imm) { return raw({0x54 | rd << 1, imm & 0xFF, imm >> 8}); }
  Program& adnh(unsigned rd, unsigned imm) { return raw({0x5C | rd << 1, imm & 0xFF, imm >> 8}); }
  /// Returns the place that the loop's end jumps to.
  std::size_t lp(unsigned counter, unsigned iterations) {
    raw({0x20 | counter << 1, iterations - 1});
    return code_.size();
  }
  Program& lpend(unsigned counter, std::size_t begin) {
    return raw({0x38 | counter << 2, back(begin)});
  }
  Program& lpends(unsigned counter, std::size_t begin) {
    return raw({0x39 | counter << 2, back(begin)});
  }
  Program& lpendb(unsigned counter, std::size_t begin) {
    return raw({0x3B | counter << 2, back(begin)});
  }
  /// The end of DMALPFE.
  Program& lpfe_end(std::size_t begin) { return raw({0x28, back(begin)}); }

  std::size_t size() const { return code_.size(); }
  const std::vector<std::uint8_t>& code() const { return code_; }

 private:
  Program& word(std::uint32_t value) {
    return raw({value & 0xFF, value >> 8 & 0xFF, value >> 16 & 0xFF, value >> 24});
  }
  unsigned back(std::size_t begin) const { return static_cast<unsigned>(code_.size() - begin); }

  std::vector<std::uint8_t> code_;
};

/// CCR for a copy between memories: both sides increment, protection 000, cache 000.
constexpr std::uint32_t copy_control(unsigned beat_bytes, unsigned beats) {
  const unsigned code = beat_bytes == 1   ? 0
                        : beat_bytes == 2 ? 1
                        : beat_bytes == 4 ? 2
                        : beat_bytes == 8 ? 3
                                          : 4;
  const std::uint32_t side = 1U | code << 1 | (beats - 1) << 4;
  return side | side << 14;
}

}  // namespace linefill::test
