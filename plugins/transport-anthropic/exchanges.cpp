#include "exchange.hpp"

namespace claif::transport_anthropic {

Exchanges::~Exchanges() {
  for (Exchange* list : buckets_)
    while (list != nullptr) {
      const std::unique_ptr<Exchange> owned(list);
      list = owned->next;
    }
}

Exchange& Exchanges::begin(sdk::Op op) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<Exchange> exchange;
  if (spares_.empty()) {
    exchange = std::make_unique<Exchange>();
  } else {
    exchange = std::move(spares_.back());
    spares_.pop_back();
  }
  exchange->owner = owner_;
  exchange->op_id = op.id();
  exchange->http_id = 0;
  exchange->wants_cancel = exchange->wants_resume = false;
  exchange->op = std::move(op);
  exchange->next = bucket(exchange->op_id);
  bucket(exchange->op_id) = exchange.get();
  return *exchange.release();
}

sdk::Op Exchanges::end(Exchange& exchange) {
  sdk::Op op = std::move(exchange.op);
  const std::lock_guard lock(mutex_);
  Exchange** link = &bucket(exchange.op_id);
  while (*link != &exchange)
    link = &(*link)->next;
  *link = exchange.next;
  std::unique_ptr<Exchange> owned(&exchange);
  if (spares_.size() < kSpares) spares_.push_back(std::move(owned));
  return op;
}

Exchanges::Wishes Exchanges::name(uint64_t op_id, uint64_t http_id) {
  const std::lock_guard lock(mutex_);
  Exchange* exchange = find(op_id);
  if (exchange == nullptr) return {};
  exchange->http_id = http_id;
  return {exchange->wants_cancel, exchange->wants_resume};
}

uint64_t Exchanges::to_cancel(uint64_t op_id) {
  const std::lock_guard lock(mutex_);
  Exchange* exchange = find(op_id);
  if (exchange == nullptr) return 0;
  exchange->wants_cancel = true;
  return exchange->http_id;
}

uint64_t Exchanges::to_resume(uint64_t op_id) {
  const std::lock_guard lock(mutex_);
  Exchange* exchange = find(op_id);
  if (exchange == nullptr) return 0;
  exchange->wants_resume = true;
  return exchange->http_id;
}

Exchange* Exchanges::find(uint64_t op_id) {
  Exchange* exchange = bucket(op_id);
  while (exchange != nullptr && exchange->op_id != op_id)
    exchange = exchange->next;
  return exchange;
}

}  // namespace claif::transport_anthropic
