#include "json.h"

#include "json_index.h"

#include <stdlib.h>

struct json {
    struct json_index *index;
    struct json_token *tokens;
    uint32_t token_capacity;
    const struct span **keys; // scratch: the keys of one large object
    uint32_t key_capacity;
};

struct json *json_new(void)
{
    struct json *json = calloc(1, sizeof *json);
    if (json && !(json->index = json_index_new())) {
        json_free(json);
        return NULL;
    }
    return json;
}

void json_free(struct json *json)
{
    if (!json) {
        return;
    }
    json_index_free(json->index);
    free(json->tokens);
    free(json->keys);
    free(json);
}

// A walk over the tokens of a text. `open` holds the containers we are in, outermost first.
struct walk {
    struct json *json;
    struct arena *arena;
    struct span text;
    const uint32_t *starts; // where tokens begin
    uint32_t start_count;
    uint32_t at; // the next of `starts`
    uint32_t token_count;
    uint32_t open[JSON_DEPTH_MAX];
    int depth;
    bool fresh;     // the innermost container has had no value yet
    bool backslash; // the text has one, so that strings may have escapes
};

static char next_char(const struct walk *walk)
{
    return walk->at < walk->start_count ? walk->text.data[walk->starts[walk->at]] : '\0';
}

// Takes the next token of the text without the white space behind it. Only for strings, numbers and words:
// anything that does not belong to them is caught by their own grammar.
static struct span take_run(struct walk *walk)
{
    uint32_t start = walk->starts[walk->at++];
    uint32_t end = walk->at < walk->start_count ? walk->starts[walk->at] : walk->text.size;
    const char *text = walk->text.data;
    while (end > start && (text[end - 1] == ' ' || text[end - 1] == '\n' || text[end - 1] == '\r' ||
                           text[end - 1] == '\t')) {
        end--;
    }
    return span_of(text + start, end - start);
}

static enum json_status take_string(struct walk *walk, struct span *string)
{
    struct span run = take_run(walk);
    if (run.size < 2 || run.data[run.size - 1] != '"') {
        return JSON_NOT_JSON;
    }
    *string = span_of(run.data + 1, run.size - 2);
    bool escapes = walk->backslash && memchr(string->data, '\\', string->size);
    return escapes ? json_unescape(walk->arena, *string, string) : JSON_OK;
}

static enum json_status take_scalar(struct walk *walk, struct json_token *token)
{
    char first = next_char(walk);
    if (first == '"') {
        token->type = JSON_STRING;
        return take_string(walk, &token->text);
    }
    token->text = take_run(walk);
    switch (first) {
    case 't':
        token->type = JSON_TRUE;
        return span_equal(token->text, SPAN_LITERAL("true")) ? JSON_OK : JSON_NOT_JSON;
    case 'f':
        token->type = JSON_FALSE;
        return span_equal(token->text, SPAN_LITERAL("false")) ? JSON_OK : JSON_NOT_JSON;
    case 'n':
        token->type = JSON_NULL;
        return span_equal(token->text, SPAN_LITERAL("null")) ? JSON_OK : JSON_NOT_JSON;
    default: token->type = JSON_NUMBER; return json_is_number(token->text) ? JSON_OK : JSON_NOT_JSON;
    }
}

static enum json_status take_value(struct walk *walk, struct span key)
{
    if (walk->at == walk->start_count) {
        return JSON_NOT_JSON;
    }
    uint32_t number = walk->token_count++;
    struct json_token *token = &walk->json->tokens[number];
    token->key = key;
    token->end = walk->token_count;
    walk->fresh = false;
    char first = next_char(walk);
    if (first != '{' && first != '[') {
        return take_scalar(walk, token);
    }
    if (walk->depth == JSON_DEPTH_MAX) {
        return JSON_TOO_DEEP;
    }
    token->type = first == '{' ? JSON_OBJECT : JSON_ARRAY;
    token->text = span_of(walk->text.data + walk->starts[walk->at++], 1);
    walk->open[walk->depth++] = number;
    walk->fresh = true;
    return JSON_OK;
}

static int compare_keys(const void *a, const void *b)
{
    return span_compare(**(const struct span *const *)a, **(const struct span *const *)b);
}

// Sorting keeps an object made of thousands of keys from costing the square of it.
static enum json_status check_many_keys(struct json *json, const struct json_token *object, uint32_t count)
{
    if (count > json->key_capacity) {
        const struct span **keys = realloc(json->keys, count * sizeof *keys);
        if (!keys) {
            return JSON_NOMEM;
        }
        json->keys = keys;
        json->key_capacity = count;
    }
    uint32_t taken = 0;
    for (uint32_t i = (uint32_t)(object - json->tokens) + 1; i < object->end; i = json->tokens[i].end) {
        json->keys[taken++] = &json->tokens[i].key;
    }
    qsort(json->keys, count, sizeof *json->keys, compare_keys);
    for (uint32_t i = 1; i < count; i++) {
        if (span_equal(*json->keys[i - 1], *json->keys[i])) {
            return JSON_DUPLICATE_KEY;
        }
    }
    return JSON_OK;
}

// Keys of a small object are compared pairwise, but only those that agree in a small digest.
static enum json_status check_keys(struct json *json, const struct json_token *object)
{
    enum { FEW = 24 };
    const struct span *keys[FEW];
    uint64_t seen = 0;
    uint32_t count = 0;
    for (uint32_t i = (uint32_t)(object - json->tokens) + 1; i < object->end;
         i = json->tokens[i].end, count++) {
        const struct span *key = &json->tokens[i].key;
        if (count >= FEW) {
            continue; // only to know how many there are
        }
        uint32_t digest = key->size;
        if (key->size) {
            digest +=
                (uint32_t)(uint8_t)key->data[0] * 7 + (uint32_t)(uint8_t)key->data[key->size - 1] * 31;
        }
        uint64_t bit = UINT64_C(1) << (digest & 63);
        for (uint32_t j = 0; (seen & bit) && j < count; j++) {
            if (span_equal(*keys[j], *key)) {
                return JSON_DUPLICATE_KEY;
            }
        }
        seen |= bit;
        keys[count] = key;
    }
    return count > FEW ? check_many_keys(json, object, count) : JSON_OK;
}

static enum json_status close_container(struct walk *walk)
{
    struct json_token *container = &walk->json->tokens[walk->open[--walk->depth]];
    const char *last = walk->text.data + walk->starts[walk->at++];
    container->text.size = (uint32_t)(last - container->text.data) + 1;
    container->end = walk->token_count;
    walk->fresh = false;
    return container->type == JSON_OBJECT ? check_keys(walk->json, container) : JSON_OK;
}

// After a value or an opening: closes what ends here and moves on to the next value. *more is false at the
// end of the document.
static enum json_status next_value(struct walk *walk, struct span *key, bool *more)
{
    while (walk->depth) {
        bool object = walk->json->tokens[walk->open[walk->depth - 1]].type == JSON_OBJECT;
        char c = next_char(walk);
        if (c == (object ? '}' : ']')) {
            enum json_status status = close_container(walk);
            if (status) {
                return status;
            }
            continue;
        }
        if (!walk->fresh) {
            if (c != ',') {
                return JSON_NOT_JSON;
            }
            walk->at++;
        }
        *key = SPAN_NONE;
        if (object) {
            enum json_status status = next_char(walk) == '"' ? take_string(walk, key) : JSON_NOT_JSON;
            if (status || next_char(walk) != ':') {
                return status ? status : JSON_NOT_JSON;
            }
            walk->at++;
        }
        *more = true;
        return JSON_OK;
    }
    *more = false;
    return walk->at == walk->start_count ? JSON_OK : JSON_NOT_JSON;
}

static enum json_status walk_document(struct walk *walk)
{
    struct span key = SPAN_NONE;
    bool more = true;
    enum json_status status = JSON_OK;
    while (more && !(status = take_value(walk, key))) {
        status = next_value(walk, &key, &more);
        if (status) {
            break;
        }
    }
    return status;
}

// No text has more values than token starts.
static bool reserve_tokens(struct json *json, uint32_t count)
{
    if (count <= json->token_capacity) {
        return true;
    }
    struct json_token *tokens = realloc(json->tokens, count * sizeof *tokens);
    if (!tokens) {
        return false;
    }
    json->tokens = tokens;
    json->token_capacity = count;
    return true;
}

// Bad UTF-8 and U+0000 go before what the grammar says about the same text.
static enum json_status refine(struct span text, enum json_status status, uint32_t *fault)
{
    if (status == JSON_NOMEM) {
        return status;
    }
    if (!utf8_is_valid(text.data, text.size)) {
        *fault = 0;
        return JSON_BAD_UTF8;
    }
    const char *nul = status == JSON_NOT_JSON && text.size ? memchr(text.data, '\0', text.size) : NULL;
    if (nul) {
        *fault = (uint32_t)(nul - text.data);
        return JSON_NUL;
    }
    return status;
}

enum json_status json_parse(struct json *json, struct arena *arena, struct span text,
                            const struct json_token **tokens, uint32_t *fault)
{
    struct walk walk = {.json = json, .arena = arena, .text = text};
    *fault = 0;
    enum json_indexed indexed = JSON_INDEX_REFUSED;
    if (text.size) {
        walk.backslash = memchr(text.data, '\\', text.size) != NULL;
        indexed = json_index_text(json->index, text.data, text.size, &walk.starts, &walk.start_count);
    }
    if (indexed == JSON_INDEX_NOMEM ||
        (indexed == JSON_INDEXED && !reserve_tokens(json, walk.start_count))) {
        return JSON_NOMEM;
    }
    enum json_status status = indexed == JSON_INDEXED ? walk_document(&walk) : JSON_NOT_JSON;
    if (!status) {
        *tokens = json->tokens;
        return JSON_OK;
    }
    if (walk.start_count) {
        *fault = walk.starts[walk.at < walk.start_count ? walk.at : walk.start_count - 1];
    }
    return refine(text, status, fault);
}
