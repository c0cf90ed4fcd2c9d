#include "answer.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/health.h"
#include "base/metrics.h"

static const char plain[] = "text/plain; charset=utf-8";

FILE *answer_begin(struct answer *answer)
{
    return open_memstream(&answer->text, &answer->size);
}

static FILE *begin(struct answer *answer, unsigned status, const char *type)
{
    *answer = (struct answer){.status = status, .type = type};
    return answer_begin(answer);
}

void answer_end(struct answer *answer, FILE *out)
{
    if (out && fclose(out) == 0)
        return;
    free(answer->text);
    answer->text = NULL;
}

static struct answer answer_words(unsigned status, const char *words)
{
    struct answer answer;
    FILE *out = begin(&answer, status, plain);
    if (out)
        fputs(words, out);
    answer_end(&answer, out);
    return answer;
}

struct answer answer_metrics(void)
{
    struct answer answer;
    FILE *out = begin(&answer, 200, "text/plain; version=0.0.4; charset=utf-8");
    if (out)
        metrics_write(out);
    answer_end(&answer, out);
    return answer;
}

struct answer answer_alive(int64_t patience_us)
{
    char who[HEART_NAME_MAX];
    if (health_is_alive(patience_us, who))
        return answer_words(200, "ok\n");
    struct answer answer;
    FILE *out = begin(&answer, 503, plain);
    if (out)
        fprintf(out, "stuck: %s\n", who);
    answer_end(&answer, out);
    return answer;
}

struct answer answer_ready(bool verbose)
{
    struct answer answer;
    FILE *out = begin(&answer, 200, plain);
    if (!out)
        return answer;
    bool ready = health_is_ready(verbose ? out : NULL);
    answer.status = ready ? 200 : 503;
    if (verbose)
        fprintf(out, "readyz check %s\n", ready ? "passed" : "failed");
    else
        fputs(ready ? "ok\n" : "not ready: see /readyz?verbose\n", out);
    answer_end(&answer, out);
    return answer;
}

struct answer answer_index(void)
{
    struct answer answer = answer_words(200, "<!doctype html><html lang=\"en\"><title>guanxid</title><h1>guanxid "
        GUANXID_VERSION "</h1><ul><li><a href=\"/metrics\">metrics</a><li><a href=\"/livez\">alive</a>"
        "<li><a href=\"/readyz?verbose\">ready</a></ul></html>\n");
    answer.type = "text/html; charset=utf-8";
    return answer;
}

struct answer answer_not_found(void)
{
    return answer_words(404, "there are /metrics, /livez and /readyz\n");
}

struct answer answer_not_allowed(void)
{
    return answer_words(405, "GET and HEAD are understood\n");
}
