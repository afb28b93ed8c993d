// SPDX-License-Identifier: Apache-2.0
#include "sw/lib/list.hpp"

#include <vector>

#include "sw/lib/result.hpp"
#include "tests/support/catch.hpp"

using namespace guest;

namespace {

struct Item : ListNode {
  explicit Item(int v) : value{v} {}
  int value;
};

std::vector<int> values(IntrusiveList<Item>& list) {
  std::vector<int> result;
  for (const Item& item : list) result.push_back(item.value);
  return result;
}

/// Counts how many of it are alive.
struct Counted {
  explicit Counted(int& count) : count_{&count} { ++*count_; }
  Counted(Counted&& other) noexcept : count_{other.count_} { ++*count_; }
  Counted(const Counted&) = delete;
  ~Counted() { --*count_; }
  int* count_;
};

}  // namespace

TEST_CASE("a list keeps the order its objects came in", "[sw][lib]") {
  Item a{1};
  Item b{2};
  Item c{3};
  IntrusiveList<Item> list;
  list.push_back(b);
  list.push_back(c);
  list.push_front(a);
  CHECK(values(list) == std::vector{1, 2, 3});
  b.unlink();
  CHECK(values(list) == std::vector{1, 3});
  CHECK(list.pop_front().value == 1);
  CHECK(list.pop_front().value == 3);
  CHECK(list.empty());
}

TEST_CASE("a list empties into the end of another", "[sw][lib]") {
  Item a{1};
  Item b{2};
  IntrusiveList<Item> to;
  IntrusiveList<Item> from;
  to.push_back(a);
  from.push_back(b);
  to.splice(from);
  CHECK(values(to) == std::vector{1, 2});
  CHECK(from.empty());
}

TEST_CASE("a result ends the life of its value once", "[sw][lib]") {
  int alive = 0;
  {
    Result<Counted> result = Counted{alive};
    REQUIRE(result);
    const Result<Counted> moved = std::move(result);
    CHECK(alive == 2);
  }
  CHECK(alive == 0);
}

TEST_CASE("a failed result says why", "[sw][lib]") {
  const Result<int> result = Error::kTimeout;
  CHECK_FALSE(result);
  CHECK(result.error() == Error::kTimeout);
  CHECK(to_errno(result.error()) == -110);
  CHECK(std::string{describe(result.error())} == "timed out");
}
