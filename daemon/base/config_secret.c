// Secrets: from the environment, from files of their own and from systemd's credentials.
#include "config_internal.h"

#include "base/status.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SECRET_MOST = 65536 };

void config_forget_secret(char *secret)
{
    if (!secret)
        return;
    explicit_bzero(secret, strlen(secret));
    free(secret);
}

// The whole of a file, to be given to config_forget_secret; NULL with errno.
static char *read_secret(const char *file)
{
    FILE *in = fopen(file, "re");
    if (!in)
        return NULL;
    setvbuf(in, NULL, _IONBF, 0); // no copy left behind in a buffer
    char *text = calloc(1, SECRET_MOST + 1);
    size_t size = text ? fread(text, 1, SECRET_MOST, in) : 0;
    if (text && (ferror(in) || size == SECRET_MOST)) {
        if (!ferror(in))
            errno = EFBIG;
        int saved = errno;
        config_forget_secret(text);
        text = NULL;
        errno = saved;
    }
    int saved = errno;
    fclose(in);
    errno = saved;
    return text;
}

// The file that holds a secret: the one the configuration names, else the credential of that name; NULL
// when there is neither. To be freed. False when memory is out.
static bool secret_file(const char *configured, const char *credential, char **file)
{
    const char *directory = getenv("CREDENTIALS_DIRECTORY");
    *file = NULL;
    if (*configured)
        return (*file = strdup(configured)) != NULL;
    if (!directory || !*directory || asprintf(file, "%s/%s", directory, credential) >= 0)
        return true;
    *file = NULL;
    return false;
}

// Whether a file that is not there is a fault: a credential need not be.
static bool must_exist(const char *configured)
{
    return *configured != '\0';
}

static void keep_first_line(char *text)
{
    char *rest = text + strcspn(text, "\r\n");
    explicit_bzero(rest, strlen(rest));
}

// A secret of one line: what the environment gave (or NULL), else what a file says.
static int read_line(const char *given, const char *option, const char *configured, const char *credential,
                     char **secret)
{
    *secret = NULL;
    if (given)
        return (*secret = strdup(given)) ? 0 : fault(STATUS_NOMEM, "out of memory");

    char *file;
    if (!secret_file(configured, credential, &file))
        return fault(STATUS_NOMEM, "out of memory");
    if (!file)
        return 0;
    int status = 0;
    *secret = read_secret(file);
    if (*secret)
        keep_first_line(*secret);
    else if (errno != ENOENT || must_exist(configured))
        status = fault(STATUS_CONFIG, "%s: cannot read %s: %s", option, file, strerror(errno));
    free(file);
    return status;
}

int config_postgres_password(const struct config *config, char **password)
{
    const char *given = getenv("GUANXI_POSTGRES_PASSWORD");
    return read_line(given ? given : getenv("PGPASSWORD"), "postgres.password_file", config->postgres.password_file,
                     "postgres.password", password);
}

int config_http_token(const struct config *config, char **token)
{
    return read_line(getenv("GUANXI_HTTP_TOKEN"), "http.token_file", config->http.token_file, "http.token", token);
}

// Keeps the lines "name=value" of a text; the text is left in pieces.
static void keep_lines(struct config *config, struct config_problems *problems,
                       struct config_source where, char *text)
{
    size_t most = 1;
    for (const char *at = text; *at; at++)
        most += *at == '\n';
    struct config_texts *lines = &config->kafka_file_properties;
    if (!(lines->items = config_keep(config, problems, most * sizeof *lines->items)))
        return;
    char *rest = text;
    for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
        where.line++;
        line += strspn(line, " \t");
        size_t length = strlen(line);
        while (length && strchr(" \t\r", line[length - 1]))
            line[--length] = '\0';
        if (!*line || *line == '#')
            continue;
        const char *kept = strchr(line, '=') ? config_keep_text(config, problems, line) : NULL;
        if (kept)
            lines->items[lines->count++] = kept;
        else if (!problems->out_of_memory) // the line may hold a secret: it is not quoted
            config_problem(problems, where, "kafka.properties_file", "expected name=value");
    }
}

void config_read_secret_properties(struct config *config, struct config_problems *problems)
{
    char *file;
    if (!secret_file(config->kafka.properties_file, "kafka.properties", &file))
        problems->out_of_memory = true;
    if (!file)
        return;
    struct config_source where = {config_keep_text(config, problems, file), 0};
    char *text = read_secret(file);
    if (text) {
        size_t size = strlen(text);
        keep_lines(config, problems, where, text);
        explicit_bzero(text, size); // all of it, though it now is in pieces
    } else if (errno != ENOENT || must_exist(config->kafka.properties_file)) {
        config_problem(problems, config_where(config, "kafka", "properties_file"),
                       "kafka.properties_file", "cannot read %s: %s", file, strerror(errno));
    }
    free(text);
    free(file);
}
