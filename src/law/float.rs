//! Logarithm, exponential and power from + − × ÷ alone: the same bits on every machine.
//!
//! Owns the only transcendental functions of the core. Each lane function performs the operations of its scalar twin
//! in the same order (no fused multiply-add), so the two agree bit for bit on every SIMD level. Knows nothing of
//! distributions.
//!
//! | function | error | method |
//! |---|---|---|
//! | [`ln`], [`exp`] | < 1 ulp | argument reduction and the minimax polynomials of fdlibm (Sun Microsystems, 1993) |
//! | [`ln_1p`], [`exp_m1`] | < 3 ulp | the former with the rounding of 1 + x, or of the exponential, put right (Kahan) |
//! | [`powf`] | < 2 ulp | logarithm in double-double, then [`exp`] |

use fearless_simd::{Simd, f64x8, prelude::*, u64x8};

const ONE_BITS: u64 = 0x3ff0_0000_0000_0000;
const MANTISSA: u64 = (1 << 52) - 1;
/// Bits of √½; mantissas are moved into [√½, √2).
const SQRT_HALF_BITS: u64 = 0x3fe6_a09e_667f_3bcd;
const TWO_54: f64 = 18_014_398_509_481_984.0;
/// 2⁵² as bits: or-ing a 51-bit integer in and subtracting 2⁵² turns it into a double.
const TWO_52_BITS: u64 = 0x4330_0000_0000_0000;
const TWO_52: f64 = 4_503_599_627_370_496.0;
/// 1.5·2⁵²: adding it rounds to a whole number that can be read from the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;

const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
const INV_LN2: f64 = std::f64::consts::LOG2_E;

const L: [f64; 7] = [
    6.666_666_666_666_735e-1,
    3.999_999_999_940_942e-1,
    2.857_142_874_366_239e-1,
    2.222_219_843_214_978_4e-1,
    1.818_357_216_161_805e-1,
    1.531_383_769_920_937_3e-1,
    1.479_819_860_511_658_6e-1,
];
const E: [f64; 5] = [
    1.666_666_666_666_660_2e-1,
    -2.777_777_777_701_559_3e-3,
    6.613_756_321_437_934e-5,
    -1.653_390_220_546_525_2e-6,
    4.138_136_797_057_238_5e-8,
];
/// Arguments beyond these give 0 and ∞ anyway.
const EXP_LOW: f64 = -746.0;
const EXP_HIGH: f64 = 710.0;

/// Natural logarithm. `ln(0) = −∞`, `ln(x < 0) = NaN`.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    let tiny = x < f64::MIN_POSITIVE;
    let scaled = if tiny { x * TWO_54 } else { x };
    // Adding the distance from √½ to 1 carries into the exponent exactly where the mantissa passes √2.
    let moved = scaled.to_bits().wrapping_add(ONE_BITS - SQRT_HALF_BITS);
    let k = f64::from_bits((moved >> 52) | TWO_52_BITS) - TWO_52 - if tiny { 1023.0 + 54.0 } else { 1023.0 };
    let f = f64::from_bits((moved & MANTISSA) + SQRT_HALF_BITS) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * (L[1] + w * (L[3] + w * L[5]));
    let odd = z * (L[0] + w * (L[2] + w * (L[4] + w * L[6])));
    let half = 0.5 * f * f;
    let r = k * LN2_HIGH - ((half - (s * (half + (even + odd)) + k * LN2_LOW)) - f);
    let r = if x == f64::INFINITY { x } else { r };
    let r = if x == 0.0 { f64::NEG_INFINITY } else { r };
    if x >= 0.0 { r } else { f64::NAN }
}

/// Eight logarithms with the bits of [`ln`].
#[inline(always)]
pub fn ln_lanes<S: Simd>(s: S, x: f64x8<S>) -> f64x8<S> {
    let f = |v: f64| f64x8::splat(s, v);
    let u = |v: u64| u64x8::splat(s, v);
    let tiny = x.simd_lt(f(f64::MIN_POSITIVE));
    let scaled = tiny.select(x * f(TWO_54), x);
    let moved = scaled.bitcast::<u64x8<S>>() + u(ONE_BITS - SQRT_HALF_BITS);
    let k = ((moved >> 52) | u(TWO_52_BITS)).bitcast::<f64x8<S>>()
        - f(TWO_52)
        - tiny.select(f(1023.0 + 54.0), f(1023.0));
    let m = ((moved & u(MANTISSA)) + u(SQRT_HALF_BITS)).bitcast::<f64x8<S>>() - f(1.0);
    let q = m / (f(2.0) + m);
    let z = q * q;
    let w = z * z;
    let even = w * (f(L[1]) + w * (f(L[3]) + w * f(L[5])));
    let odd = z * (f(L[0]) + w * (f(L[2]) + w * (f(L[4]) + w * f(L[6]))));
    let half = f(0.5) * m * m;
    let r = k * f(LN2_HIGH) - ((half - (q * (half + (even + odd)) + k * f(LN2_LOW))) - m);
    let r = x.simd_eq(f(f64::INFINITY)).select(x, r);
    let r = x.simd_eq(f(0.0)).select(f(f64::NEG_INFINITY), r);
    x.simd_ge(f(0.0)).select(r, f(f64::NAN))
}

/// Exponential.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let y = if x < EXP_LOW { EXP_LOW } else { x };
    let y = if y > EXP_HIGH { EXP_HIGH } else { y };
    let k = (y * INV_LN2 + ROUND) - ROUND;
    let high = y - k * LN2_HIGH;
    let low = k * LN2_LOW;
    let r = high - low;
    let t = r * r;
    let c = r - t * (E[0] + t * (E[1] + t * (E[2] + t * (E[3] + t * E[4]))));
    let m = 1.0 - ((low - (r * c) / (2.0 - c)) - high);
    // Two factors, because 2^k alone may leave the range of normal numbers.
    let first = k * 0.5 + ROUND;
    let second = (k - (first - ROUND)) + ROUND;
    let power = |b: f64| f64::from_bits(b.to_bits().wrapping_add(1023) << 52);
    let v = m * power(first) * power(second);
    if x.is_nan() { f64::NAN } else { v }
}

/// Eight exponentials with the bits of [`exp`].
#[inline(always)]
pub fn exp_lanes<S: Simd>(s: S, x: f64x8<S>) -> f64x8<S> {
    let f = |v: f64| f64x8::splat(s, v);
    let y = x.simd_lt(f(EXP_LOW)).select(f(EXP_LOW), x);
    let y = y.simd_gt(f(EXP_HIGH)).select(f(EXP_HIGH), y);
    let k = (y * f(INV_LN2) + f(ROUND)) - f(ROUND);
    let high = y - k * f(LN2_HIGH);
    let low = k * f(LN2_LOW);
    let r = high - low;
    let t = r * r;
    let c = r - t * (f(E[0]) + t * (f(E[1]) + t * (f(E[2]) + t * (f(E[3]) + t * f(E[4])))));
    let m = f(1.0) - ((low - (r * c) / (f(2.0) - c)) - high);
    let first = k * f(0.5) + f(ROUND);
    let second = (k - (first - f(ROUND))) + f(ROUND);
    let power = |b: f64x8<S>| ((b.bitcast::<u64x8<S>>() + u64x8::splat(s, 1023)) << 52).bitcast::<f64x8<S>>();
    let v = m * power(first) * power(second);
    x.simd_eq(x).select(v, f(f64::NAN))
}

/// `ln(1 + x)`, accurate for small `x`.
pub fn ln_1p(x: f64) -> f64 {
    let u = 1.0 + x;
    if u == 1.0 {
        return x;
    }
    let v = ln(u);
    if !v.is_finite() {
        return v;
    }
    let lost = if x > 1.0 { 1.0 - (u - x) } else { x - (u - 1.0) };
    v + lost / u
}

/// `exp(x) − 1`, accurate for small `x`.
pub fn exp_m1(x: f64) -> f64 {
    let u = exp(x);
    if x.abs() > 1.0 || x.is_nan() {
        return u - 1.0;
    }
    if u == 1.0 {
        return x;
    }
    (u - 1.0) * (x / ln(u))
}

/// `x^y` for `x ≥ 0`; `NaN` for negative `x`.
pub fn powf(x: f64, y: f64) -> f64 {
    if y == 0.0 || x == 1.0 {
        return 1.0;
    }
    if x.is_nan() || y.is_nan() || x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 || x == f64::INFINITY {
        return if (x == 0.0) == (y > 0.0) { 0.0 } else { f64::INFINITY };
    }
    let (high, low) = ln_double_double(x);
    let (p, e) = product(high, y);
    if !(p > EXP_LOW && p < EXP_HIGH) {
        return exp(p);
    }
    let e = e + low * y;
    let v = exp(p);
    if v.is_finite() { v + v * e } else { exp(p + e) }
}

/// `a·b` as a rounded product and its rounding error (Veltkamp, Dekker).
fn product(a: f64, b: f64) -> (f64, f64) {
    let split = |v: f64| {
        let c = 134_217_729.0 * v;
        let high = c - (c - v);
        (high, v - high)
    };
    let p = a * b;
    if a.abs() > 1e290 || b.abs() > 1e290 {
        return (p, 0.0);
    }
    let ((ah, al), (bh, bl)) = (split(a), split(b));
    (p, ((ah * bh - p) + ah * bl + al * bh) + al * bl)
}

/// `a + b` as a rounded sum and its rounding error (Knuth).
fn sum(a: f64, b: f64) -> (f64, f64) {
    let s = a + b;
    let t = s - a;
    (s, (a - (s - t)) + (b - t))
}

/// Logarithm to about 2⁻⁶⁵, for positive finite `x`.
fn ln_double_double(x: f64) -> (f64, f64) {
    let (x, shift) = if x < f64::MIN_POSITIVE { (x * TWO_54, 54.0) } else { (x, 0.0) };
    let moved = x.to_bits().wrapping_add(ONE_BITS - SQRT_HALF_BITS);
    let k = (moved >> 52) as f64 - 1023.0 - shift;
    let f = f64::from_bits((moved & MANTISSA) + SQRT_HALF_BITS) - 1.0;
    // s = f / (2 + f), with what division and sum have lost.
    let (d, dl) = sum(2.0, f);
    let s = f / d;
    let (p, pl) = product(s, d);
    let sl = (((f - p) - pl) - s * dl) / d;
    let (z, zl) = product(s, s);
    let zl = zl + 2.0 * s * sl;
    // ln m = 2s + 2s³(1/3 + z/5 + z²/7 + …); the cube to double-double as well.
    let mut tail = 0.0;
    for n in (2..16).rev() {
        tail = z * (1.0 / f64::from(2 * n + 1) + tail);
    }
    let third_low = 1.850_371_707_708_594_3e-17;
    let (q, ql) = sum(1.0 / 3.0, tail);
    let ql = ql + third_low;
    let (c, cl) = product(z, s);
    let cl = cl + zl * s + z * sl;
    let (t, tl) = product(c, q);
    let tl = tl + c * ql + cl * q;
    // k·ln 2 in three pieces: k times the first is exact.
    let (a, al) = sum(k * LN2_HIGH, 2.0 * s);
    let (b, bl) = sum(a, 2.0 * t);
    let ln2_low_tail = 1.161_222_722_936_253_2e-26;
    let (g, gl) = product(k, LN2_LOW);
    let (h, hl) = sum(b, g);
    let rest = al + bl + hl + gl + 2.0 * sl + 2.0 * tl + k * ln2_low_tail;
    sum(h, rest)
}

#[cfg(test)]
#[allow(clippy::disallowed_methods)]
mod tests {
    use super::*;
    use fearless_simd::dispatch;

    /// Distance in units of the last place of `b`.
    fn ulps(a: f64, b: f64) -> f64 {
        if a == b || (a.is_nan() && b.is_nan()) {
            return 0.0;
        }
        let unit = (f64::from_bits(b.abs().to_bits() + 1) - b.abs()).max(5e-324);
        (a - b).abs() / unit
    }

    fn doubles() -> Vec<f64> {
        let mut all =
            vec![0.0, -0.0, 1.0, -1.0, 2.0, f64::MIN_POSITIVE, 5e-324, f64::MAX, f64::INFINITY, f64::NAN];
        all.extend([
            f64::NEG_INFINITY,
            0.5,
            std::f64::consts::SQRT_2,
            709.78,
            709.8,
            -745.1,
            -745.2,
            -708.5,
            -720.3,
        ]);
        let mut state = 1u64;
        for i in 0..200_000u64 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let unit = (state >> 11) as f64 / (1u64 << 53) as f64;
            all.push(match i % 4 {
                0 => f64::from_bits(state),
                1 => 0.5 + unit,
                2 => unit * 1500.0 - 750.0,
                _ => (unit - 0.5) * 0.1,
            });
        }
        all
    }

    #[test]
    fn within_one_ulp_of_std() {
        for x in doubles() {
            assert!(ulps(ln(x), x.ln()) <= 1.5, "ln {x:e}: {} {}", ln(x), x.ln());
            assert!(ulps(exp(x), x.exp()) <= 1.5, "exp {x:e}: {} {}", exp(x), x.exp());
            assert!(ulps(ln_1p(x), x.ln_1p()) <= 3.0, "ln_1p {x:e}: {} {}", ln_1p(x), x.ln_1p());
            assert!(ulps(exp_m1(x), x.exp_m1()) <= 4.0, "exp_m1 {x:e}: {} {}", exp_m1(x), x.exp_m1());
        }
    }

    #[test]
    fn powers() {
        let all = doubles();
        for (i, &a) in all.iter().enumerate() {
            let x = a.abs();
            let y = all[(i * 7 + 3) % all.len()];
            for y in [y, y / 50.0, 1.0, 2.0, 0.5, -1.0, 3.3] {
                assert!(ulps(powf(x, y), x.powf(y)) <= 2.0, "{x:e}^{y:e}: {:e} {:e}", powf(x, y), x.powf(y));
            }
        }
        assert!(powf(-1.0, 2.0).is_nan());
    }

    #[inline(always)]
    fn run_lanes<S: Simd>(s: S, x: &[f64], l: &mut [f64], e: &mut [f64]) {
        for ((x, l), e) in x.chunks_exact(8).zip(l.chunks_exact_mut(8)).zip(e.chunks_exact_mut(8)) {
            let v = f64x8::from_slice(s, x);
            ln_lanes(s, v).store_slice(l);
            exp_lanes(s, v).store_slice(e);
        }
    }

    #[test]
    fn lanes_have_the_bits_of_scalars() {
        let mut x = doubles();
        x.truncate(x.len() / 8 * 8);
        for level in crate::law::test_levels() {
            let (mut l, mut e) = (vec![0.0; x.len()], vec![0.0; x.len()]);
            dispatch!(level, s => run_lanes(s, &x, &mut l, &mut e));
            for i in 0..x.len() {
                assert_eq!(l[i].to_bits(), ln(x[i]).to_bits(), "{level:?} ln {:e}", x[i]);
                assert_eq!(e[i].to_bits(), exp(x[i]).to_bits(), "{level:?} exp {:e}", x[i]);
            }
        }
    }

    #[test]
    fn stability() {
        assert_eq!(ln(10.0), std::f64::consts::LN_10);
        assert_eq!(exp(1.0).to_bits(), std::f64::consts::E.to_bits() + 1);
        assert_eq!(exp(-0.5).to_bits(), 0x3fe3_68b2_fc6f_960a);
    }
}
