// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/neon/permute.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "models/cpu/isa/neon/operands.hpp"
#include "models/cpu/isa/neon/vectors.hpp"

namespace linefill::isa::neon {
namespace {

// Both registers are read and written. If they are the same one, it is UNKNOWN (but VSWP).
template <class Permutation>
struct Both {
  template <class T, unsigned bytes>
  static bool run(Executor& e, const Instruction& i) {
    auto d = read<T, bytes>(e, i.d);
    auto m = read<T, bytes>(e, i.m);
    Permutation{}(d, m);
    write(e, i.d, d);
    write(e, i.m, m);
    return true;
  }
};
struct Swap {
  template <class Vector>
  void operator()(Vector& d, Vector& m) const {
    std::swap(d, m);
  }
};
struct Transpose {
  template <class Vector>
  void operator()(Vector& d, Vector& m) const {
    for (std::size_t k = 0; k < d.size(); k += 2) std::swap(d[k + 1], m[k]);
  }
};
struct Unzip {
  template <class Vector>
  void operator()(Vector& d, Vector& m) const {
    const Vector low = d;
    const Vector high = m;
    const std::size_t half = d.size() / 2;
    for (std::size_t k = 0; k < half; ++k) {
      d[k] = low[2 * k];
      d[half + k] = high[2 * k];
      m[k] = low[2 * k + 1];
      m[half + k] = high[2 * k + 1];
    }
  }
};
struct Zip {
  template <class Vector>
  void operator()(Vector& d, Vector& m) const {
    const Vector even = d;
    const Vector odd = m;
    const std::size_t half = d.size() / 2;
    for (std::size_t k = 0; k < half; ++k) {
      d[2 * k] = even[k];
      d[2 * k + 1] = odd[k];
      m[2 * k] = even[half + k];
      m[2 * k + 1] = odd[half + k];
    }
  }
};

template <class Permutation, unsigned sizes>
void both(const Fields& f, Instruction& i, Timing timing = timing::kSimple) {
  if (!take_vectors(f, i)) return;
  const bool q = f.bit('q');
  reads_destination(i, true, q);
  set_handler(i, handler_for<Both<Permutation>, sizes, Sign::kUnsigned>(f, f['z'], q), timing, q);
}
/// A D register has but one pair of words: VTRN does it.
template <class Permutation>
void interleave(const Fields& f, Instruction& i) {
  both<Permutation, kTo32>(f, i, timing::kInterleave);
  if (!f.bit('q') && f['z'] == 2) undefined_here(i);
}

/// Bytes from Instruction::shift on of m:n.
struct Extract {
  template <class T, unsigned bytes>
  static bool run(Executor& e, const Instruction& i) {
    const auto n = read<T, bytes>(e, i.n);
    const auto m = read<T, bytes>(e, i.m);
    Lanes<T, bytes> d{};
    for (std::size_t k = 0; k < bytes; ++k) {
      const std::size_t from = k + i.shift;
      d[k] = from < bytes ? n[from] : m[from - bytes];
    }
    write(e, i.d, d);
    return true;
  }
};

/// Instruction::shift is the number of bytes in the table.
template <bool extend>
bool execute_table(Executor& e, const Instruction& i) {
  std::array<std::uint8_t, 32> table;
  std::memcpy(table.data(), &e.state.extension.d[i.n], i.shift);
  auto d = read<std::uint8_t, 8>(e, i.d);
  const auto m = read<std::uint8_t, 8>(e, i.m);
  for (std::size_t k = 0; k < d.size(); ++k) {
    if (m[k] < i.shift) {
      d[k] = table[m[k]];
    } else if (!extend) {
      d[k] = 0;
    }
  }
  write(e, i.d, d);
  return true;
}

/// Lane Instruction::shift of D(m), everywhere.
struct Duplicate {
  template <class T, unsigned bytes>
  static bool run(Executor& e, const Instruction& i) {
    Lanes<T, bytes> d{};
    d.fill(read<T, 8>(e, i.m)[i.shift]);
    write(e, i.d, d);
    return true;
  }
};

}  // namespace

void vswp(const Fields& f, Instruction& i) {
  if (f['z'] != 0) return undefined_here(i);
  both<Swap, k8>(f, i);
}
void vtrn(const Fields& f, Instruction& i) { both<Transpose, kTo32>(f, i); }
void vuzp(const Fields& f, Instruction& i) { interleave<Unzip>(f, i); }
void vzip(const Fields& f, Instruction& i) { interleave<Zip>(f, i); }

void vext(const Fields& f, Instruction& i) {
  if (!take_vectors(f, i)) return;
  const bool q = f.bit('q');
  i.shift = f.byte('v');
  set_handler(i, handler_for<Extract, k8, Sign::kUnsigned>(f, 0, q), timing::kPermute, q);
  if (!q && i.shift > 7) undefined_here(i);
}

void vtbl(const Fields& f, Instruction& i) {
  take_vectors(f, i, {});
  const std::uint32_t length = f['v'] + 1;
  if (i.n + length > 32) return unpredictable(i);
  needs_registers(i, i.n + length);
  i.uses_vectors(i.n, length);
  i.shift = static_cast<std::uint8_t>(8 * length);
  const bool extend = f.bit('o');
  reads_destination(i, extend, false);
  const auto cycles = static_cast<std::uint8_t>(length < 3 ? 2 : 3);
  set_handler(
      i, extend ? &with_extension<&execute_table<true>> : &with_extension<&execute_table<false>>,
      {cycles, cycles, 0}, false);
}

void vdup_scalar(const Fields& f, Instruction& i) {
  const bool q = f.bit('q');
  if (!take_vectors(f, i, {.d = q})) return;
  const auto size = static_cast<unsigned>(std::countr_zero(f['v']));  // 32 for none
  if (size > 2) return undefined_here(i);
  i.shift = static_cast<std::uint8_t>(f['v'] >> (size + 1));
  set_handler(i, handler_for<Duplicate, kTo32, Sign::kUnsigned>(f, size, q), timing::kSimple, q);
}

}  // namespace linefill::isa::neon
