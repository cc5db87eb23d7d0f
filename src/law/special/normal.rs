//! The standard normal law: density, both tails, Mills' ratio, quantile.

use super::gamma::HALF_LN_2PI;
use crate::law::float::{exp, ln};

/// Beyond this point the upper tail is a continued fraction, before it the series around 0.
const SWITCH: f64 = 2.5;

/// Density, with the square split so that large arguments keep their last digits.
pub fn density(z: f64) -> f64 {
    let coarse = (z * 16.0).trunc() / 16.0;
    let rest = (z - coarse) * (z + coarse);
    exp(-0.5 * coarse * coarse) * exp(-0.5 * rest - HALF_LN_2PI)
}

/// `P(Z ≤ z)`.
pub fn cdf(z: f64) -> f64 {
    sf(-z)
}

/// `P(Z > z)`, accurate in relative terms.
pub fn sf(z: f64) -> f64 {
    if z.is_nan() {
        z
    } else if z > SWITCH {
        if z > 40.0 { 0.0 } else { density(z) * mills_fraction(z) }
    } else if z < -SWITCH {
        1.0 - sf(-z)
    } else {
        0.5 - central(z)
    }
}

/// `P(0 < Z ≤ z)` by `φ(z)·(z + z³/3 + z⁵/15 + …)`.
fn central(z: f64) -> f64 {
    let mut term = z;
    let mut total = z;
    let mut n = 1.0;
    loop {
        n += 2.0;
        term *= z * z / n;
        total += term;
        if term.abs() <= total.abs() * 1e-17 {
            return density(z) * total;
        }
    }
}

/// Mills' ratio `P(Z > z)/φ(z)`, for any `z > −37`.
pub fn mills(z: f64) -> f64 {
    if z > SWITCH { mills_fraction(z) } else { sf(z) / density(z) }
}

/// Laplace's continued fraction `1/(z + 1/(z + 2/(z + 3/…)))`.
fn mills_fraction(z: f64) -> f64 {
    let mut c = f64::INFINITY;
    let mut d = 1.0 / z;
    let mut h = d;
    for i in 1..10_000 {
        let i = f64::from(i);
        d = 1.0 / (z + i * d);
        c = z + i / c;
        let factor = c * d;
        h *= factor;
        if (factor - 1.0).abs() < 2e-16 {
            break;
        }
    }
    h
}

fn polynomial(c: &[f64], x: f64) -> f64 {
    c.iter().rev().fold(0.0, |total, c| total * x + c)
}

/// Algorithm AS 241, PPND16 (Wichura 1988): `z` with `P(Z ≤ z) = v`, for `v ≤ ½`.
fn wichura(v: f64) -> f64 {
    const A: [f64; 8] = [
        3.387_132_872_796_366_5,
        1.331_416_678_917_843_8e2,
        1.971_590_950_306_551_3e3,
        1.373_169_376_550_946e4,
        4.592_195_393_154_987e4,
        6.726_577_092_700_87e4,
        3.343_057_558_358_813e4,
        2.509_080_928_730_122_7e3,
    ];
    const B: [f64; 8] = [
        1.0,
        4.231_333_070_160_091e1,
        6.871_870_074_920_579e2,
        5.394_196_021_424_751e3,
        2.121_379_430_158_659_7e4,
        3.930_789_580_009_271e4,
        2.872_908_573_572_194_3e4,
        5.226_495_278_852_545e3,
    ];
    const C: [f64; 8] = [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        2.417_807_251_774_506e-1,
        2.272_384_498_926_918_4e-2,
        7.745_450_142_783_414e-4,
    ];
    const D: [f64; 8] = [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        6.897_673_349_851e-1,
        1.481_039_764_274_800_8e-1,
        1.519_866_656_361_645_7e-2,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ];
    const E: [f64; 8] = [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        2.965_605_718_285_048_7e-1,
        2.653_218_952_657_612_4e-2,
        1.242_660_947_388_078_4e-3,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ];
    const F: [f64; 8] = [
        1.0,
        5.998_322_065_558_88e-1,
        1.369_298_809_227_358e-1,
        1.487_536_129_085_061_5e-2,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ];
    let q = v - 0.5;
    if q >= -0.425 {
        let r = 0.180_625 - q * q;
        return q * polynomial(&A, r) / polynomial(&B, r);
    }
    let r = (-ln(v)).sqrt();
    if r <= 5.0 {
        -polynomial(&C, r - 1.6) / polynomial(&D, r - 1.6)
    } else {
        -polynomial(&E, r - 5.0) / polynomial(&F, r - 5.0)
    }
}

/// `z` with `P(Z ≤ z) = v`, for `0 < v ≤ ½`: AS 241, then one Halley step on the accurate tail.
pub fn quantile_low(v: f64) -> f64 {
    let z = wichura(v);
    if z < -37.0 {
        return z;
    }
    let t = (cdf(z) - v) / density(z);
    z - t / (1.0 + 0.5 * t * z)
}

/// `z` with `P(Z > z) = v`, for `0 < v ≤ ½`.
pub fn quantile_high(v: f64) -> f64 {
    -quantile_low(v)
}

/// `z` with `P(Z ≤ z) = u`, fast and to about 1e-15: for starting points.
pub fn quantile_start(low: bool, v: f64) -> f64 {
    let z = if v <= 0.5 { wichura(v) } else { -wichura(1.0 - v) };
    if low { z } else { -z }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        include!("normal_known.rs");
    }

    #[test]
    fn quantile_inverts() {
        let mut v = 0.5;
        while v > 1e-300 {
            let z = quantile_low(v);
            assert!((cdf(z) - v).abs() <= 1e-13 * v.max(1e-300) * (1.0 + z * z), "{v:e}");
            v *= 0.37;
        }
        assert_eq!(quantile_low(0.5), 0.0);
    }
}
