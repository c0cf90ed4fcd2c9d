// Results that others have published, reproduced: BG/NBD on the CDNOW sample, RFM scores and segments on the orders of
// the rfm package. The data are not ours to hand on: the folder is named by GUANXI_PUBLISHED_DATA, else it is
// shared/data beside the sources. Without it these tests are skipped; core_rank, core_bgnbd and app_fit hold the same
// code.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/fit.h"
#include "app/vector.h"
#include "core/rank.h"
#include "support/story.h"

static struct story story;
static struct policy *const policy = &story.policy;
static struct clv clv;

struct bought {
    int customer;
    instant at;
    int64_t amount;
};
static VECTOR(struct bought) orders;
static VECTOR(struct ranked) rows;
static struct rank_key *keys;

// The file opened behind its heading, or the test is skipped.
static FILE *open_data(const char *name)
{
    char path[1024], heading[512];
    const char *folder = getenv("GUANXI_PUBLISHED_DATA"), *source = getenv("GUANXI_SOURCE_DIR");
    if (folder && *folder) {
        snprintf(path, sizeof path, "%s/%s", folder, name);
    } else {
        snprintf(path, sizeof path, "%s/../shared/data/%s", source ? source : ".", name);
    }
    FILE *file = fopen(path, "r");
    if (!file) {
        print_message("SKIPPED: there is no %s; GUANXI_PUBLISHED_DATA can name its folder\n", path);
        skip();
    }
    assert_non_null(fgets(heading, sizeof heading, file));
    return file;
}

static int compare_bought(const void *a, const void *b)
{
    const struct bought *left = a, *right = b;
    if (left->customer != right->customer) {
        return left->customer < right->customer ? -1 : 1;
    }
    return (left->at > right->at) - (left->at < right->at);
}

// "customer,date,...,amount", the amount with at most two decimals.
static void read_orders(const char *name)
{
    char line[256], date[11];
    FILE *file = open_data(name);
    vector_clear(&orders);
    while (fgets(line, sizeof line, file)) {
        struct bought *one = vector_push(&orders);
        assert_non_null(one);
        assert_int_equal(sscanf(line, "%d,%10[0-9-]", &one->customer, date), 2);
        one->at = at(date);
        one->amount = llround(strtod(strrchr(line, ',') + 1, NULL) * 100);
    }
    fclose(file);
    qsort(orders.items, orders.count, sizeof *orders.items, compare_bought);
}

// Rows stand by number: rows.items[i] is the i-th customer who bought until then.
static void rank_all(const char *today)
{
    static struct purchases purchases;
    clv_prepare(&clv, &policy->valuation);
    vector_clear(&rows);
    for (size_t i = 0; i < orders.count;) {
        int customer = orders.items[i].customer;
        rank_begin(&purchases, policy, &clv, (int32_t)(at(today) / DAY), INSTANT_NONE);
        for (; i < orders.count && orders.items[i].customer == customer; i++) {
            rank_purchase(&purchases, TYPE_ORDER_PLACED, orders.items[i].at, orders.items[i].amount);
        }
        struct ranked *row = vector_push(&rows);
        assert_non_null(row);
        row->id = (struct span){NULL, (uint32_t)customer};
        assert_true(rank_end(&purchases, row));
    }
    keys = realloc(keys, (rows.count + 1) * sizeof *keys);
    assert_non_null(keys);
    rank_population(&policy->valuation, rows.items, rows.count, keys);
}

static void assert_near(double found, double expected, double within)
{
    if (!(fabs(found - expected) <= within)) {
        fail_msg("%.9f, published is %.9f", found, expected);
    }
}

static void cdnow(void **state)
{
    (void)state;
    story_begin(&story);
    policy->rfm_window = 0;
    read_orders("cdnow_sample_orders.csv");
    rank_all("1997-09-30");
    FILE *file = open_data("cdnow_sample_expected_1997-09-30.csv");
    struct bgnbd_group *groups = calloc(rows.count, sizeof *groups);
    assert_non_null(groups);
    for (size_t i = 0; i < rows.count; i++) {
        groups[i] = (struct bgnbd_group){rows.items[i].history, 1};
    }
    struct bgnbd model;
    double likelihood;
    assert_int_equal(fit_bgnbd(groups, rows.count, &model, &likelihood), 0);
    print_message("r %.6f, alpha %.6f, a %.6f, b %.6f, log-likelihood %.6f\n", model.r, model.alpha, model.a, model.b,
                  likelihood);
    // Published with four digits from a search that ended a little sooner.
    assert_near(model.r, 0.2426, 1.5e-4);
    assert_near(model.alpha, 4.4135, 1.5e-4);
    assert_near(model.a, 0.7929, 1.5e-4);
    assert_near(model.b, 2.4258, 1.5e-4);
    assert_near(likelihood, -9582.429, 5e-4);

    char line[256];
    size_t count = 0;
    for (; fgets(line, sizeof line, file); count++) {
        int customer, x, recency, age, holdout;
        double mean, alive, expected;
        assert_int_equal(sscanf(line, "%d,%d,%d,%d,%lf,%d,%lf,%lf", &customer, &x, &recency, &age, &mean, &holdout,
                                &alive, &expected), 8);
        assert_true(count < rows.count);
        const struct ranked *row = &rows.items[count];
        assert_int_equal(row->id.size, customer);
        assert_int_equal(row->history.x, x);
        assert_int_equal(row->history.t_x, recency);
        assert_int_equal(row->history.t_age, age);
        double p = bgnbd_alive(&model, &row->history);
        assert_near(p, alive, 1e-5);
        assert_near(p * bgnbd_expected(&model, x, age, 39), expected, 5e-4);
    }
    assert_int_equal(count, 2357);
    assert_int_equal(rows.count, count);
    free(groups);
    fclose(file);
}

static void rfm(void **state)
{
    (void)state;
    // Cuts between the classes that the published table has.
    static const int64_t breakpoints[RFM_COUNT][BREAKPOINTS] = {
        {115, 181, 298, 482}, {4, 5, 6, 8}, {25600, 38200, 50700, 66800}};
    story_begin(&story);
    policy->rfm_window = 0;
    policy->valuation.scores = SCORES_BY_BREAKPOINTS;
    memcpy(policy->valuation.breakpoints, breakpoints, sizeof breakpoints);
    read_orders("rfm_orders.csv");
    rank_all("2006-12-31");
    FILE *file = open_data("rfm_expected_2006-12-31.csv");
    char line[256], segment[64];
    size_t count = 0;
    for (; fgets(line, sizeof line, file); count++) {
        int customer, recency, frequency, money, scores[RFM_COUNT];
        assert_int_equal(sscanf(line, "%d,%d,%d,%d,%d,%d,%d,%63[^\r\n]", &customer, &recency, &frequency, &money,
                                &scores[0], &scores[1], &scores[2], segment), 8);
        assert_true(count < rows.count);
        const struct ranked *row = &rows.items[count];
        assert_int_equal(row->id.size, customer);
        assert_int_equal(row->recency, recency);
        assert_int_equal(row->f, frequency);
        assert_int_equal(row->m, (int64_t)money * 100);
        for (int what = 0; what < RFM_COUNT; what++) {
            assert_int_equal(row->scores[what], scores[what]);
        }
        assert_string_equal(valuation_segment_name(&policy->valuation, row->segment), segment);
    }
    assert_int_equal(count, 995);
    assert_int_equal(rows.count, count);
    fclose(file);
}

static int tear_down(void **state)
{
    (void)state;
    vector_free(&orders);
    vector_free(&rows);
    free(keys);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cdnow),
        cmocka_unit_test(rfm),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
