// What libconfig 1.5 does not tell: integers beyond 32 bits without L wrap silently, and an included file
// that is a directory ends the process. So the text is looked at before it is parsed.
#include "config_internal.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { INCLUDE_DEPTH = 9, FILE_MOST = 4 << 20 }; // libconfig's own depth is 10

struct scan {
    const char *next;
    struct config_source where;
    const char *option;    // what a problem is said of
    const char *directory; // NULL: nothing may be included
    int depth;
    struct config_problems *problems;
    bool sound;
};

static bool scan_file(const char *file, struct config_source included, const struct scan *outer);

static void step(struct scan *scan)
{
    if (*scan->next == '\n' && scan->where.line > 0)
        scan->where.line++;
    scan->next++;
}

// Skips a comment if one begins here.
static bool skip_comment(struct scan *scan)
{
    const char *at = scan->next;
    if (*at == '#' || (at[0] == '/' && at[1] == '/')) {
        while (*scan->next && *scan->next != '\n')
            step(scan);
        return true;
    }
    if (at[0] != '/' || at[1] != '*')
        return false;
    step(scan);
    step(scan);
    while (*scan->next && !(scan->next[0] == '*' && scan->next[1] == '/'))
        step(scan);
    if (*scan->next) {
        step(scan);
        step(scan);
    }
    return true;
}

static void skip_string(struct scan *scan)
{
    step(scan);
    while (*scan->next && *scan->next != '"') {
        if (*scan->next == '\\' && scan->next[1])
            step(scan);
        step(scan);
    }
    if (*scan->next)
        step(scan);
}

// Numbers, names and what else is made of their characters. Only whole numbers are looked at.
static void check_word(struct scan *scan)
{
    const char *start = scan->next;
    if (*scan->next == '-' || *scan->next == '+')
        step(scan);
    const char *digits = scan->next;
    while (isalnum((unsigned char)*scan->next) || *scan->next == '_' || *scan->next == '.' ||
           *scan->next == '*')
        step(scan);
    size_t length = (size_t)(scan->next - digits);
    bool hex = length > 2 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    size_t number =
        hex ? 2 + strspn(digits + 2, "0123456789abcdefABCDEF") : strspn(digits, "0123456789");
    bool wide = number < length && digits[number] == 'L';
    if (number == 0 || !(number == length || wide))
        return;
    errno = 0;
    long long value = strtoll(start, NULL, hex ? 16 : 10);
    bool fits = wide || (value >= INT_MIN && value <= INT_MAX);
    if (errno == 0 && fits)
        return;
    config_problem(scan->problems, scan->where, scan->option, "%.*s is too large for a number%s",
                   (int)(scan->next - start), start,
                   errno == 0 ? " of 32 bits: write it with an L at its end" : "");
}

// @include "name" at the start of a line.
static bool check_include(struct scan *scan)
{
    static const char directive[] = "@include";
    if (strncmp(scan->next, directive, sizeof directive - 1) != 0)
        return false;
    const char *name = scan->next + sizeof directive - 1;
    name += strspn(name, " \t");
    if (*name != '"') {
        scan->next = name;
        return true; // the parser tells
    }
    size_t length = strcspn(name + 1, "\"\n");
    bool absolute = name[1] == '/';
    char *path;
    if (scan->directory && asprintf(&path, "%s%s%.*s", absolute ? "" : scan->directory,
                                    absolute ? "" : "/", (int)length, name + 1) >= 0) {
        scan->sound = scan_file(path, scan->where, scan) && scan->sound;
        free(path);
    } else if (scan->directory) {
        scan->problems->out_of_memory = true;
    }
    scan->next = name;
    skip_string(scan);
    return true;
}

static bool scan_text(struct scan *scan)
{
    while (*scan->next) {
        char c = *scan->next;
        if (c == '"')
            skip_string(scan);
        else if (c == '@' && check_include(scan))
            continue;
        else if (isalnum((unsigned char)c) || c == '_' || c == '*' || c == '-' || c == '+')
            check_word(scan);
        else if (!skip_comment(scan))
            step(scan);
    }
    return scan->sound;
}

// The whole of a file, to be freed; NULL with errno.
static char *read_whole(const char *file)
{
    struct stat info;
    FILE *in = fopen(file, "re");
    if (!in)
        return NULL;
    char *text = NULL;
    if (fstat(fileno(in), &info) == 0 && S_ISDIR(info.st_mode)) {
        errno = EISDIR;
    } else if ((text = malloc(FILE_MOST + 1))) {
        size_t size = fread(text, 1, FILE_MOST, in);
        int failed = ferror(in) ? errno : !feof(in) && size == FILE_MOST ? EFBIG : 0;
        text[size] = '\0';
        if (failed) {
            free(text);
            text = NULL;
            errno = failed;
        }
    }
    int saved = errno;
    fclose(in);
    errno = saved;
    return text;
}

static bool scan_file(const char *file, struct config_source included, const struct scan *outer)
{
    int depth = outer->depth + 1;
    if (depth > INCLUDE_DEPTH) {
        config_problem(outer->problems, included, "",
                       "files are included too deeply; does %s include itself?", file);
        return false;
    }
    char *text = read_whole(file);
    if (!text) {
        config_problem(outer->problems, included, "", "cannot read %s: %s", file, strerror(errno));
        return false;
    }
    struct scan scan = {.next = text,
                        .where = {file, 1},
                        .option = "",
                        .directory = outer->directory,
                        .depth = depth,
                        .problems = outer->problems,
                        .sound = true};
    bool sound = scan_text(&scan);
    free(text);
    return sound;
}

bool config_scan(const char *file, const char *directory, struct config_problems *problems)
{
    struct scan outer = {.directory = directory, .depth = -1, .problems = problems};
    return scan_file(file, (struct config_source){file, 0}, &outer);
}

void config_scan_text(const char *text, struct config_source where, const char *option,
                      struct config_problems *problems)
{
    struct scan scan = {.next = text, .where = where, .option = option, .problems = problems};
    scan_text(&scan);
}
