// SPDX-License-Identifier: Apache-2.0
// What compilers make of vectors and numbers: kernels built with -O3 -ffast-math for NEON and VFP,
// and some by intrinsics. Prints a digest of each result; both machines must print the same.
#include <arm_neon.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"

using namespace guest;

namespace {

constexpr std::size_t kSide = 24;
constexpr std::size_t kSamples = 1000;
constexpr std::size_t kTaps = 31;
constexpr std::size_t kBytes = 4096;

template <class T>
using Matrix = std::array<std::array<T, kSide>, kSide>;

/// CPACR and FPEXC (ARM DDI 0406C, B1.11.1).
void enable_vectors() {
  std::uint32_t cpacr = 0;
  asm volatile("mrc p15, 0, %0, c1, c0, 2" : "=r"(cpacr));
  asm volatile("mcr p15, 0, %0, c1, c0, 2\n\tisb" ::"r"(cpacr | 0x00F0'0000U) : "memory");
  asm volatile("vmsr fpexc, %0" ::"r"(0x4000'0000U) : "memory");
}

/// xorshift32: the same numbers everywhere.
class Numbers {
 public:
  std::uint32_t word() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_;
  }
  float number() { return static_cast<float>(static_cast<std::int32_t>(word())) * 0x1p-28F; }

 private:
  std::uint32_t state_ = 0x1234'5678;
};

void print_digest(const char* name, std::span<const std::byte> bytes) {
  std::uint32_t digest = 0x811C'9DC5;  // FNV-1a
  for (const std::byte byte : bytes)
    digest = (digest ^ std::to_integer<std::uint32_t>(byte)) * 0x0100'0193;
  printk(name, ": ", hex(digest), "\n");
}
template <class T>
void print(const char* name, const T& object) {
  print_digest(name, std::as_bytes(std::span{&object, 1}));
}

template <class T>
[[gnu::noinline]] void multiply(const Matrix<T>& a, const Matrix<T>& b, Matrix<T>& c) {
  for (std::size_t i = 0; i < kSide; ++i) {
    for (std::size_t j = 0; j < kSide; ++j) c[i][j] = 0;
    for (std::size_t k = 0; k < kSide; ++k) {
      for (std::size_t j = 0; j < kSide; ++j) c[i][j] = static_cast<T>(c[i][j] + a[i][k] * b[k][j]);
    }
  }
}
template <class T>
[[gnu::noinline]] void matrices(const char* name, Numbers& numbers) {
  static Matrix<T> a;
  static Matrix<T> b;
  static Matrix<T> c;
  for (std::size_t i = 0; i < kSide; ++i) {
    for (std::size_t j = 0; j < kSide; ++j) {
      a[i][j] = static_cast<T>(numbers.number());
      b[i][j] = static_cast<T>(numbers.number() * 3);
    }
  }
  multiply(a, b, c);
  multiply(c, a, b);
  print(name, b);
}

[[gnu::noinline]] void filter_shorts(const std::int16_t* in, const std::int16_t* taps,
                                     std::int16_t* out) {
  for (std::size_t n = 0; n < kSamples; ++n) {
    std::int32_t sum = 0;
    for (std::size_t k = 0; k < kTaps; ++k) sum += std::int32_t{in[n + k]} * taps[k];
    sum = (sum + (1 << 14)) >> 15;
    out[n] = static_cast<std::int16_t>(sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum);
  }
}
[[gnu::noinline]] void filter_floats(const float* in, const float* taps, float* out) {
  for (std::size_t n = 0; n < kSamples; ++n) {
    float sum = 0;
    for (std::size_t k = 0; k < kTaps; ++k) sum += in[n + k] * taps[k];
    out[n] = sum;
  }
}
[[gnu::noinline]] void filters(Numbers& numbers) {
  static std::array<std::int16_t, kSamples + kTaps> shorts;
  static std::array<std::int16_t, kSamples> short_result;
  static std::array<float, kSamples + kTaps> floats;
  static std::array<float, kSamples> float_result;
  for (std::int16_t& s : shorts) s = static_cast<std::int16_t>(numbers.word());
  for (float& f : floats) f = numbers.number();
  filter_shorts(shorts.data(), shorts.data() + 100, short_result.data());
  filter_floats(floats.data(), floats.data() + 100, float_result.data());
  print("FIR of shorts", short_result);
  print("FIR of floats", float_result);
}

/// 64 bytes at a time, from and to any address.
[[gnu::noinline]] void copy(std::uint8_t* to, const std::uint8_t* from, std::size_t bytes) {
  for (; bytes >= 64; bytes -= 64, from += 64, to += 64) {
    const uint8x16x4_t block{
        {vld1q_u8(from), vld1q_u8(from + 16), vld1q_u8(from + 32), vld1q_u8(from + 48)}};
    for (int k = 0; k < 4; ++k) vst1q_u8(to + 16 * k, block.val[k]);
  }
  for (; bytes != 0; --bytes) *to++ = *from++;
}
[[gnu::noinline]] bool copies(Numbers& numbers) {
  static std::array<std::uint8_t, kBytes> from;
  static std::array<std::uint8_t, kBytes + 64> to;
  for (std::uint8_t& b : from) b = static_cast<std::uint8_t>(numbers.word());
  bool right = true;
  for (std::size_t offset = 0; offset < 17; ++offset) {
    copy(to.data() + offset, from.data() + 3 * offset, kBytes - 3 * offset);
    right = right &&
            std::memcmp(to.data() + offset, from.data() + 3 * offset, kBytes - 3 * offset) == 0;
  }
  print("copies", to);
  return right;
}

/// Red, green and blue to grey and back, by structure loads and stores; bytes reversed by a table.
[[gnu::noinline]] void pixels(Numbers& numbers) {
  static std::array<std::uint8_t, 3 * 512> colours;
  static std::array<std::uint8_t, 512> grey;
  for (std::uint8_t& b : colours) b = static_cast<std::uint8_t>(numbers.word());
  const uint8x8_t order{7, 6, 5, 4, 3, 2, 1, 0};
  for (std::size_t i = 0; i < grey.size(); i += 8) {
    const uint8x8x3_t pixel = vld3_u8(&colours[3 * i]);
    uint16x8_t sum = vmull_u8(pixel.val[0], vdup_n_u8(77));
    sum = vmlal_u8(sum, pixel.val[1], vdup_n_u8(150));
    sum = vmlal_u8(sum, pixel.val[2], vdup_n_u8(29));
    const uint8x8_t light = vqrshrn_n_u16(sum, 8);
    vst1_u8(&grey[i], vtbl1_u8(light, order));
    const uint8x8x3_t mixed{{vqadd_u8(light, pixel.val[2]), vhsub_u8(light, pixel.val[0]),
                             vrhadd_u8(light, pixel.val[1])}};
    vst3_u8(&colours[3 * i], mixed);
  }
  print("grey", grey);
  print("colours", colours);
}

/// Reciprocals and roots by estimate and two steps; to half precision and back.
[[gnu::noinline]] void estimates(Numbers& numbers) {
  static std::array<float, 256> result;
  for (std::size_t i = 0; i < result.size(); i += 4) {
    const float32x4_t x = vabsq_f32(
        float32x4_t{numbers.number(), numbers.number(), numbers.number(), numbers.number()});
    float32x4_t r = vrecpeq_f32(x);
    r = vmulq_f32(r, vrecpsq_f32(r, x));
    r = vmulq_f32(r, vrecpsq_f32(r, x));
    float32x4_t s = vrsqrteq_f32(x);
    s = vmulq_f32(s, vrsqrtsq_f32(vmulq_f32(s, s), x));
    const float32x4_t half = vcvt_f32_f16(vcvt_f16_f32(x));
    const float32x4_t fixed = vcvtq_n_f32_s32(vcvtq_n_s32_f32(x, 10), 10);
    vst1q_f32(&result[i], vaddq_f32(vmlaq_f32(r, s, half), fixed));
  }
  print("estimates", result);
}

/// Double precision: a series, square roots, conversions.
[[gnu::noinline]] void series(Numbers& numbers) {
  static std::array<double, 200> result;
  for (double& r : result) {
    const double x = numbers.number();
    double term = x;
    double sum = x;
    for (int k = 1; k < 12; ++k) {
      term = -term * x * x / ((2 * k) * (2 * k + 1));
      sum += term;
    }
    const auto whole = static_cast<std::int32_t>(sum * 1e6);
    r = __builtin_sqrt(sum * sum + 1) + static_cast<double>(whole) + static_cast<float>(term);
  }
  print("series", result);
}

[[gnu::noinline]] int run() {
  Numbers numbers;
  matrices<float>("matrix of floats", numbers);
  matrices<double>("matrix of doubles", numbers);
  matrices<std::int32_t>("matrix of words", numbers);
  matrices<std::int8_t>("matrix of bytes", numbers);
  filters(numbers);
  const bool right = copies(numbers);
  pixels(numbers);
  estimates(numbers);
  series(numbers);
  std::uint32_t fpscr = 0;
  asm volatile("vmrs %0, fpscr" : "=r"(fpscr));
  printk("FPSCR: ", hex(fpscr & 0x0800'009FU), "\n");
  return right ? 0 : 1;
}

}  // namespace

int guest_main() {
  enable_vectors();
  return run();
}
