// SPDX-License-Identifier: Apache-2.0
// What the engine calculates. Byte by byte: the target may be one of the sources.
#include "sw/dmaengine/software/software_dma.hpp"

namespace guest {

SoftwareDma::Job::Multipliers SoftwareDma::Job::multipliers() const {
  Multipliers all;
  for (unsigned s = 0; s < count; ++s) all[s] = GfMultiplier{coefficients[s]};
  return all;
}

SoftwareDma::Job::Sums SoftwareDma::Job::sums(const Multipliers& multiply, std::size_t i) const {
  Sums sum;
  for (unsigned s = 0; s < count; ++s) {
    sum.p ^= sources[s][i];
    if (q != nullptr) sum.q ^= multiply[s](sources[s][i]);
  }
  return sum;
}

void SoftwareDma::Job::calculate() const {
  const Multipliers multiply = multipliers();
  for (std::size_t i = 0; i < size; ++i) {
    const Sums sum = sums(multiply, i);
    if (p != nullptr) p[i] = static_cast<std::uint8_t>(sum.p ^ (adds ? p[i] : 0));
    if (q != nullptr) q[i] = static_cast<std::uint8_t>(sum.q ^ (adds ? q[i] : 0));
  }
}

void SoftwareDma::Job::check() const {
  const Multipliers multiply = multipliers();
  bool wrong_p = false;
  bool wrong_q = false;
  for (std::size_t i = 0; i < size; ++i) {
    const Sums sum = sums(multiply, i);
    if (p != nullptr || xor_only) wrong_p |= sum.p != (xor_only ? 0 : p[i]);
    if (q != nullptr) wrong_q |= sum.q != q[i];
  }
  *result = static_cast<sum_check_flags>((wrong_p ? SUM_CHECK_P_RESULT : 0) |
                                         (wrong_q ? SUM_CHECK_Q_RESULT : 0));
}

}  // namespace guest
