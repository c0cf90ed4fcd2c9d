// JSON for the eye.
#include "codec/writer.h"

enum { INDENT = 2 };

static void new_line(struct writer *writer, int depth)
{
    write_text(writer, "\n");
    for (int i = 0; i < depth * INDENT; i++) {
        write_text(writer, " ");
    }
}

// The end of the string that begins at `at`, behind its quote.
static uint32_t end_of_string(struct span json, uint32_t at)
{
    for (at++; at < json.size && json.data[at] != '"'; at++) {
        at += json.data[at] == '\\';
    }
    return at + 1;
}

struct span json_indented(struct arena *arena, struct span json)
{
    struct writer writer;
    writer_init(&writer, arena);
    int depth = 0;
    for (uint32_t i = 0; i < json.size;) {
        char c = json.data[i];
        uint32_t end = c == '"' ? end_of_string(json, i) : i + 1;
        bool empty = i > 0 && (json.data[i - 1] == '{' || json.data[i - 1] == '[');
        if (c == '}' || c == ']') {
            depth--;
        }
        if (empty ? c != '}' && c != ']' : c == '}' || c == ']') {
            new_line(&writer, depth);
        }
        write_bytes(&writer, span_of(json.data + i, end - i));
        if (c == '{' || c == '[') {
            depth++;
        } else if (c == ',') {
            new_line(&writer, depth);
        } else if (c == ':') {
            write_text(&writer, " ");
        }
        i = end;
    }
    write_text(&writer, "\n");
    return writer_finish(&writer);
}
