// First-in first-out queue in one block that doubles when it is full. Once grown it allocates no
// more.
#pragma once

#include <cstddef>
#include <vector>

namespace switchyard {

template <class T>
class Ring {
 public:
  bool empty() const { return head_ == tail_; }
  std::size_t size() const { return tail_ - head_; }
  const T& front() const { return slots_[head_ & mask_]; }
  // REQUIRES i < size().
  const T& operator[](std::size_t i) const { return slots_[(head_ + i) & mask_]; }
  T& operator[](std::size_t i) { return slots_[(head_ + i) & mask_]; }
  void pop() { ++head_; }
  [[gnu::always_inline]] void push(const T& value) {
    if (size() == slots_.size()) [[unlikely]]
      grow();
    slots_[tail_++ & mask_] = value;
  }

 private:
  [[gnu::noinline]] void grow() {
    std::vector<T> larger(slots_.empty() ? 16 : slots_.size() * 2);
    const std::size_t n = size();
    for (std::size_t i = 0; i < n; ++i) larger[i] = slots_[(head_ + i) & mask_];
    slots_ = std::move(larger);
    mask_ = slots_.size() - 1;
    head_ = 0;
    tail_ = n;
  }

  std::vector<T> slots_;
  std::size_t mask_ = 0;
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
};

}  // namespace switchyard
