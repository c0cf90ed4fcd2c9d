// ISO 4217 (2024-06): active codes of money by their minor digits. Codes without minor units in the standard
// (gold, funds, tests) are left out: nothing is sold in them.
#include "codec/money.h"

static const struct {
    uint8_t digits;
    const char *codes; // three letters each
} currencies[] = {
    {0, "BIFCLPDJFGNFISKJPYKMFKRWPYGRWFUGXUYIVNDVUVXAFXOFXPF"},
    {2, "AEDAFNALLAMDANGAOAARSAUDAWGAZNBAMBBDBDTBGNBMDBNDBOBBOVBRLBSDBTNBWPBYNBZDCADCDFCHECHFCHWCNYCOPCOU"
        "CRCCUPCVECZKDKKDOPDZDEGPERNETBEURFJDFKPGBPGELGHSGIPGMDGTQGYDHKDHNLHTGHUFIDRILSINRIRRJMDKESKGSKHR"
        "KPWKYDKZTLAKLBPLKRLRDLSLMADMDLMGAMKDMMKMNTMOPMRUMURMVRMWKMXNMXVMYRMZNNADNGNNIONOKNPRNZDPABPENPGK"
        "PHPPKRPLNQARRONRSDRUBSARSBDSCRSDGSEKSGDSHPSLESOSSRDSSPSTNSVCSYPSZLTHBTJSTMTTOPTRYTTDTWDTZSUAHUSD"
        "USNUYUUZSVEDVESWSTXCDYERZARZMWZWLZWG"},
    {3, "BHDIQDJODKWDLYDOMRTND"},
    {4, "CLFUYW"},
};

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

int currency_minor_digits(struct span code)
{
    if (code.size != 3) {
        return -1;
    }
    char wanted[3] = {upper(code.data[0]), upper(code.data[1]), upper(code.data[2])};
    for (size_t i = 0; i < sizeof currencies / sizeof currencies[0]; i++) {
        for (const char *at = currencies[i].codes; *at; at += 3) {
            if (memcmp(at, wanted, 3) == 0) {
                return currencies[i].digits;
            }
        }
    }
    return -1;
}
