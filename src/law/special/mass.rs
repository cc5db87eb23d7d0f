//! Point masses of counting laws by Loader's saddle point: relative accuracy at any size.

use super::gamma::{deviance, poisson_term, stirling_error};
use crate::law::float::{exp, ln, ln_1p};

/// `P(N = k)`, N Poisson.
pub fn poisson(k: f64, mean: f64) -> f64 {
    if mean == 0.0 { f64::from(u8::from(k == 0.0)) } else { poisson_term(k, mean) }
}

/// `p^x q^(n−x) Γ(n+1)/(Γ(x+1)Γ(n−x+1))` for real `0 ≤ x ≤ n`; `q = 1 − p` is passed in so that it may be more
/// accurate than the difference.
pub fn binomial(x: f64, n: f64, p: f64, q: f64) -> f64 {
    if p == 0.0 {
        return f64::from(u8::from(x == 0.0));
    }
    if q == 0.0 {
        return f64::from(u8::from(x == n));
    }
    let none = |n: f64, p: f64, q: f64| exp(n * if p < 0.5 { ln_1p(-p) } else { ln(q) });
    if x == 0.0 {
        return none(n, p, q);
    }
    if x == n {
        return none(n, q, p);
    }
    let y = n - x;
    let c =
        stirling_error(n) - stirling_error(x) - stirling_error(y) - deviance(x, n * p) - deviance(y, n * q);
    exp(c) * (n / (std::f64::consts::TAU * x * y)).sqrt()
}

/// `P(N = k)`, N the failures before `r` successes.
pub fn negative_binomial(k: f64, r: f64, p: f64, q: f64) -> f64 {
    if k == 0.0 {
        return exp(r * if q < 0.5 { ln_1p(-q) } else { ln(p) });
    }
    (r / (r + k)) * binomial(r, r + k, p, q)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        include!("mass_known.rs");
    }
}
