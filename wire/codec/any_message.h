#pragma once

#include <memory>

#include "wire/codec/message.h"
#include "wire/codec/table.h"

namespace muir::wire {

// An object of a message type that is known only while running.
class AnyMessage {
 public:
  // With default values.
  explicit AnyMessage(const MessageTable& table);

  const MessageTable& table() const { return *table_; }
  void* get() { return object_.get(); }
  const void* get() const { return object_.get(); }

  // nullptr if it is not an M.
  template <Message M>
  M* as() {
    return table_ == &M::table() ? static_cast<M*>(get()) : nullptr;
  }

 private:
  struct Destroy {
    const MessageTable* table;
    void operator()(void* object) const;
  };

  const MessageTable* table_;
  std::unique_ptr<void, Destroy> object_;
};

}  // namespace muir::wire
