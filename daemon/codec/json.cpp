#include "json_index.h"

#include <memory>
#include <new>

#include <simdjson.h>

// Of simdjson only stage 1 is used, the part that needs the wide instructions (it is what On-Demand runs
// before it hands out values): the library's own walks either skip what is not asked for or turn numbers
// into doubles, and we need neither.
struct json_index {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
};

// The library looks for the best instructions when it is first used, and would end the process if memory
// were out just then: done before main, where nothing is under way yet.
static const simdjson::implementation *const best = [] {
    const simdjson::implementation *any = simdjson::get_active_implementation();
    (void)any->name(); // looks, and replaces itself
    return static_cast<const simdjson::implementation *>(simdjson::get_active_implementation());
}();

extern "C" struct json_index *json_index_new(void)
{
    constexpr size_t capacity = 4096; // grows with the texts
    constexpr size_t depth = 1;       // counts for stage 2 only
    std::unique_ptr<json_index> index(new (std::nothrow) json_index);
    if (!index ||
        best->create_dom_parser_implementation(capacity, depth, index->parser) != simdjson::SUCCESS) {
        return nullptr;
    }
    return index.release();
}

extern "C" void json_index_free(struct json_index *index)
{
    delete index;
}

extern "C" enum json_indexed json_index_text(struct json_index *index, const char *text, size_t size,
                                             const uint32_t **positions, uint32_t *count)
{
    auto &parser = *index->parser;
    if (size > parser.capacity() && parser.set_capacity(size) != simdjson::SUCCESS) {
        return JSON_INDEX_NOMEM;
    }
    auto bytes = reinterpret_cast<const uint8_t *>(text);
    if (parser.stage1(bytes, size, simdjson::stage1_mode::regular) != simdjson::SUCCESS) {
        return JSON_INDEX_REFUSED;
    }
    *positions = parser.structural_indexes.get();
    *count = parser.n_structural_indexes;
    return JSON_INDEXED;
}

extern "C" bool utf8_is_valid(const char *text, size_t size)
{
    return best->validate_utf8(text, size);
}
