// The ABI headers as C++20: no function of a table can throw, and every struct is plain data.
#include <claif/abi/abi.h>

#include <type_traits>

static_assert(noexcept(static_cast<const claif_op*>(nullptr)->cancelled(nullptr)));
static_assert(noexcept(static_cast<const claif_entry*>(nullptr)->destroy(nullptr)));
static_assert(noexcept(static_cast<const claif_http_handler*>(nullptr)->on_body(nullptr, {})));
static_assert(std::is_standard_layout_v<claif_entry> && std::is_trivial_v<claif_entry>);
static_assert(std::is_standard_layout_v<claif_verdict> && std::is_trivial_v<claif_verdict>);
