// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace guest {

/// A member of an `IntrusiveList`; an object that can be in a list derives from it.
struct ListNode {
  ListNode* next = this;
  ListNode* previous = this;

  ListNode() = default;
  ListNode(const ListNode&) = delete;
  ListNode& operator=(const ListNode&) = delete;

  bool linked() const { return next != this; }
  void unlink() {
    next->previous = previous;
    previous->next = next;
    next = previous = this;
  }

 protected:
  ~ListNode() = default;
};

/// A doubly linked list of objects that derive from ListNode. Owns nothing, allocates nothing.
template <class T>
class IntrusiveList {
 public:
  class Iterator {
   public:
    explicit Iterator(ListNode* node) : node_{node} {}
    T& operator*() const { return static_cast<T&>(*node_); }
    T* operator->() const { return &static_cast<T&>(*node_); }
    Iterator& operator++() {
      node_ = node_->next;
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    ListNode* node_;
  };

  bool empty() const { return !head_.linked(); }
  T& front() { return static_cast<T&>(*head_.next); }
  void push_back(T& item) { insert(head_, item); }
  void push_front(T& item) { insert(*head_.next, item); }
  /// Takes the first object out. The list must not be empty.
  T& pop_front() {
    T& item = front();
    item.unlink();
    return item;
  }
  /// Puts `item` in front of the first object that `is_behind(object)` accepts.
  template <class Predicate>
  void insert_before(T& item, Predicate&& is_behind) {
    ListNode* at = head_.next;
    while (at != &head_ && !is_behind(static_cast<T&>(*at))) at = at->next;
    insert(*at, item);
  }
  /// Moves everything from `other` to the end of this list.
  void splice(IntrusiveList& other) {
    while (!other.empty()) push_back(other.pop_front());
  }

  /// Forgets all objects without touching them: they may be gone already.
  void abandon() { head_.next = head_.previous = &head_; }

  Iterator begin() { return Iterator{head_.next}; }
  Iterator end() { return Iterator{&head_}; }

 private:
  struct Head : ListNode {};

  static void insert(ListNode& before, ListNode& item) {
    item.next = &before;
    item.previous = before.previous;
    before.previous->next = &item;
    before.previous = &item;
  }

  Head head_;
};

}  // namespace guest
