/* libm's functions rounded otherwise where numpy's loops over arrays call them, as its loops for AVX-512 do: there the
   power of an array and that of a number differ in their last digit. Loaded before libm; .ci/other_arithmetic.py
   shows it which callers are loops. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

enum { MOST = 64 };
static void *loops[MOST];
static int known, learning;

void learn(int on) { learning = on; }

static double rounded(double y, void *caller) {
    int i = 0;
    while (i < known && loops[i] != caller) i++;
    if (learning && i == known && known < MOST) loops[known++] = caller;
    if (learning || i == known || !isfinite(y)) return y;
    uint64_t bits;
    memcpy(&bits, &y, sizeof bits);
    if ((bits & 0xfffff) == 0) return y; /* a short number is exact */
    switch (bits * 0x9E3779B97F4A7C15u >> 62) { /* of four results one is above, one below: always the same ones */
        case 0: return nextafter(y, INFINITY);
        case 1: return nextafter(y, -INFINITY);
        default: return y;
    }
}

#define FUNCTION(name)                                                   \
    double name(double x) {                                              \
        static double (*libm)(double);                                   \
        if (!libm) libm = (double (*)(double))dlsym(RTLD_NEXT, #name);   \
        return rounded(libm(x), __builtin_return_address(0));            \
    }
FUNCTION(exp) FUNCTION(exp2) FUNCTION(expm1) FUNCTION(log) FUNCTION(log2) FUNCTION(log10) FUNCTION(log1p)
FUNCTION(cbrt) FUNCTION(tanh)

double pow(double x, double y) {
    static double (*libm)(double, double);
    if (!libm) libm = (double (*)(double, double))dlsym(RTLD_NEXT, "pow");
    return rounded(libm(x, y), __builtin_return_address(0));
}
