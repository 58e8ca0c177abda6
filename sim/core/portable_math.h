// Logarithm, exponential and the normal quantile with the same bits on every machine.
//
// C libraries pick different implementations of these by processor, and their last bits differ; a
// drawn service time would then differ by a nanosecond between two machines, and with it the
// fingerprint of the report. These use only +, -, * and /, which IEEE 754 defines exactly (the
// library is built without contraction). Relative error is below 1e-14 (tested).
#pragma once

namespace switchyard {

// Natural logarithm; REQUIRES x > 0 and finite.
double portable_log(double x);

// e to the x; 0 below -708, infinity above 709.
double portable_exp(double x);

// x to the y; REQUIRES x > 0.
inline double portable_pow(double x, double y) {
  return portable_exp(y * portable_log(x));
}

// Quantile of the standard normal law; REQUIRES 0 < p < 1.
// Source: M. J. Wichura, algorithm AS 241 (PPND16), Applied Statistics 37 (1988).
double normal_quantile(double p);

}  // namespace switchyard
