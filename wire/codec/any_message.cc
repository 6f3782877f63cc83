#include "wire/codec/any_message.h"

#include <new>

namespace muir::wire {
namespace {

void* make(const MessageTable& table) {
  void* at = ::operator new(table.size, std::align_val_t{table.alignment});
  table.construct(at);
  return at;
}

}  // namespace

AnyMessage::AnyMessage(const MessageTable& table) : table_(&table), object_(make(table), Destroy{&table}) {}

void AnyMessage::Destroy::operator()(void* object) const {
  table->destroy(object);
  ::operator delete(object, std::align_val_t{table->alignment});
}

}  // namespace muir::wire
