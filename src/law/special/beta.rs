//! The regularised incomplete beta function, both tails.
//!
//! Continued fraction (Lentz) on the side of the mean where it converges, which is the smaller tail when neither
//! parameter is far below 1. `y = 1 − x` is passed in, so that it may be more accurate than the difference.

use super::mass;

/// `I_x(a, b)`.
pub fn lower(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x <= 0.0 {
        0.0
    } else if y <= 0.0 {
        1.0
    } else if x < (a + 1.0) / (a + b + 2.0) {
        fraction(a, b, x, y)
    } else {
        1.0 - fraction(b, a, y, x)
    }
}

/// `1 − I_x(a, b) = I_y(b, a)`.
pub fn upper(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x <= 0.0 {
        1.0
    } else if y <= 0.0 {
        0.0
    } else if x < (a + 1.0) / (a + b + 2.0) {
        1.0 - fraction(a, b, x, y)
    } else {
        fraction(b, a, y, x)
    }
}

/// Density of the beta law.
pub fn density(a: f64, b: f64, x: f64, y: f64) -> f64 {
    mass::binomial(a, a + b, x, y) * (a / x) * (b / y) / (a + b)
}

fn fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let keep = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / keep(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for m in 1..1_000_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / keep(1.0 + even * d);
        c = keep(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / keep(1.0 + odd * d);
        c = keep(1.0 + odd / c);
        let factor = d * c;
        h *= factor;
        if (factor - 1.0).abs() < 2e-16 {
            break;
        }
    }
    (mass::binomial(a, a + b, x, y) * (b / (a + b)) * h).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        include!("beta_known.rs");
    }
}
