// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/cache/set_associative.hpp"
#include "models/core/address.hpp"
#include "models/core/attributes.hpp"
#include "models/core/observer.hpp"
#include "models/core/time.hpp"

namespace linefill {

/// An outer cache that has no registers on a bus: the processor operates it by CP15. `now` is when
/// an operation begins; on return, when the core goes on.
class OuterMaintenance {
 public:
  using Action = Maintenance::Action;

  /// What CP15 says of it: whether it is looked up, and the extra features register.
  virtual void configure(bool enabled, std::uint32_t extra_features) = 0;
  /// One line, by physical address.
  virtual void by_address(Action action, LineNumber line, bool secure, const Origin& origin,
                          Time& now) = 0;
  /// One line, by its place; `set` and `way` are taken modulo the geometry.
  virtual void by_set_way(Action action, unsigned set, unsigned way, const Origin& origin,
                          Time& now) = 0;
  virtual void on_all(Action action, const Origin& origin, Time& now) = 0;
  /// Waits until what was cleaned has reached memory: DSB.
  virtual void synchronize(Time& now) = 0;
  virtual const CacheGeometry& geometry() const = 0;

 protected:
  ~OuterMaintenance() = default;
};

}  // namespace linefill
