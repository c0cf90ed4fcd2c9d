// What a configuration owns, and what was found wrong with it.
#include "config_internal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct config_block {
    struct config_block *next;
    max_align_t data[];
};

void *config_keep(struct config *config, struct config_problems *problems, size_t size)
{
    struct config_block *block = calloc(1, sizeof *block + size);
    if (!block) {
        problems->out_of_memory = true;
        return NULL;
    }
    block->next = config->memory;
    config->memory = block;
    return block->data;
}

const char *config_keep_text(struct config *config, struct config_problems *problems,
                             const char *text)
{
    size_t size = strlen(text) + 1;
    char *kept = config_keep(config, problems, size);
    return kept ? memcpy(kept, text, size) : NULL;
}

void config_free(struct config *config)
{
    for (struct config_block *block = config->memory; block;) {
        struct config_block *next = block->next;
        free(block);
        block = next;
    }
    *config = (struct config){0};
}

void config_problem(struct config_problems *problems, struct config_source where,
                    const char *option, const char *format, ...)
{
    char text[1024], line[16] = "";
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (where.line > 0)
        snprintf(line, sizeof line, ":%d", where.line);

    char *one;
    int length = asprintf(&one, "%s%s: %s%s%s\n", where.file ? where.file : "configuration", line,
                          option, *option ? ": " : "", text);
    for (int i = 0; i + 1 < length; i++)
        if ((unsigned char)one[i] < 0x20) // a value may hold line feeds; a problem is one line
            one[i] = ' ';
    char *grown = length < 0 ? NULL : realloc(problems->text, problems->size + (size_t)length + 1);
    if (!grown) {
        problems->out_of_memory = true;
    } else {
        memcpy(grown + problems->size, one, (size_t)length + 1);
        problems->text = grown;
        problems->size += (size_t)length;
    }
    problems->count++; // counted though it could not be told
    if (length >= 0)
        free(one);
}

void config_problems_free(struct config_problems *problems)
{
    free(problems->text);
    *problems = (struct config_problems){0};
}
