#include "models/refresh.hpp"

#include "models/list.hpp"

namespace claif::models {
namespace {

constexpr Millis kPeriod{3'600'000};

}  // namespace

void Refresh::start() {
  spawn(fetch_once());
  transport_.ops.loop().after(kPeriod, [this] { start(); });
}

Task<void> Refresh::fetch_once() {
  auto fetching = fetch(transport_);
  const auto list = co_await std::move(fetching);
  take(list);
}

void Refresh::take(const Result<std::vector<std::string>>& list) {
  if (!list && list.error().code == Errc::unsupported)
    return;  // the built-in table is all there is
  if (!list) {
    if (!std::exchange(complained_, true))
      complain_("the list of models cannot be had, so claif goes on with what it knows of them: " +
                list.error().message);
    return;
  }
  complained_ = false;
  std::vector<wire::ModelInfo> models;
  for (const std::string& item : *list)
    if (auto model = wire::read_model_info(item)) models.push_back(std::move(*model));
  models_.set(std::make_shared<const wire::ModelTable>(models));
}

}  // namespace claif::models
