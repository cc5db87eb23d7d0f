//! Whether Holt-Winters forgets: weights in [0, 1] do not guarantee it.
//!
//! With B the step back by one period, added factors make d = e · P(B) / ((1 − φB)(1 − Bᵐ)), where
//!
//! ```text
//! P(B) = (1 − α)(1 − φB)(1 − Bᵐ) + (α(1 − φB) + αβφB)(1 + B + … + Bᵐ⁻¹) + γ(1 − α)Bᵐ(1 − φB)
//! ```
//!
//! Errors stay bounded where all roots of P lie outside the unit circle. Archibald (1990), Int. J. Forecasting 6, 199–209,
//! found that they need not. (With m = 12, α = 0.3, β = 0.9 and γ = 0.1, say, one impulse grows past all bounds.) Multiplied
//! factors follow the same recursion in their small relative deviations.
//!
//! Without a trend weight (β = 0) P loses the factor 1 − φB. Without a factor weight (γ(1 − α) = 0) seasons stay as they
//! are, and Holt's method forgets for all its weights. Knows nothing of forecasts that run.

/// Growth per period that is let pass: tenfold takes 23,000 periods.
const SLOW: f64 = 1e-4;

/// Whether errors stay bounded, or grow too slowly to matter. Takes α in (0, 1], β and γ in [0, 1], φ in (0, 1] and m ≥ 2.
pub(super) fn forgets(alpha: f64, beta: f64, gamma: f64, damping: f64, season: usize) -> bool {
    grows_less(SLOW, alpha, beta, gamma, damping, season)
}

/// Whether errors grow by less than this share per period.
fn grows_less(share: f64, alpha: f64, beta: f64, gamma: f64, damping: f64, season: usize) -> bool {
    let factor = gamma * (1.0 - alpha);
    if factor == 0.0 {
        return true;
    }
    let mut p = polynomial(alpha, beta, factor, damping, season);
    // What grows by the share has its root inside the circle by as much: the roots of P(B/(1 + share)) are moved out.
    let mut scale = 1.0;
    for x in &mut p {
        *x *= scale;
        scale /= 1.0 + share;
    }
    roots_outside(p)
}

/// Coefficients of P by power of B.
fn polynomial(alpha: f64, beta: f64, factor: f64, damping: f64, season: usize) -> Vec<f64> {
    // Of what (1 − φB) multiplies: (1 − α)(1 − Bᵐ) + α(1 + … + Bᵐ⁻¹) + γ(1 − α)Bᵐ.
    let mut inner = vec![alpha; season + 1];
    inner[0] = 1.0;
    inner[season] = factor - (1.0 - alpha);
    if beta == 0.0 {
        return inner;
    }
    let mut p = inner.clone();
    p.push(0.0);
    for (next, x) in p[1..].iter_mut().zip(&inner) {
        *next -= damping * x;
    }
    for x in &mut p[1..=season] {
        *x += alpha * beta * damping;
    }
    p
}

/// The test of Schur and Cohn: strike the last coefficient out with the polynomial read backwards; while it is smaller than
/// the first, no root is inside or on the circle.
fn roots_outside(mut p: Vec<f64>) -> bool {
    while p.len() > 1 {
        let last = p.len() - 1;
        let k = p[last] / p[0];
        if k.is_nan() || k.abs() >= 1.0 {
            return false;
        }
        for i in 0..=last / 2 {
            let (low, high) = (p[i], p[last - i]);
            (p[i], p[last - i]) = (low - k * high, high - k * low);
        }
        p.pop();
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{forgets, grows_less, polynomial, roots_outside};

    /// (1 − 2B)(…) has the root ½; 1 − B lies on the circle; (1 − B/2)(1 + B/3) = 1 − B/6 − B²/6 has 2 and −3.
    #[test]
    fn roots_by_hand() {
        assert!(!roots_outside(vec![1.0, -2.0]));
        assert!(!roots_outside(vec![1.0, -1.0]));
        assert!(roots_outside(vec![1.0, -1.0 / 6.0, -1.0 / 6.0]));
        // (1 − 2B)(1 − B/4) and (1 + B²/4)(1 − B/2).
        assert!(!roots_outside(vec![1.0, -2.25, 0.5]));
        assert!(roots_outside(vec![1.0, -0.5, 0.25, -0.125]));
    }

    /// m = 2, α = β = φ = ½, γ(1 − α) = ¼:
    /// ½(1 − B/2)(1 − B²) + (½ − B/4 + B/8)(1 + B) + ¼B²(1 − B/2) = 1 + B/8 − 3B²/8 + B³/8.
    #[test]
    fn polynomial_by_hand() {
        assert_eq!(polynomial(0.5, 0.5, 0.25, 0.5, 2), [1.0, 0.125, -0.375, 0.125]);
    }

    /// Largest errors after one impulse, in each tenth of a run of the recursion.
    fn response(alpha: f64, beta: f64, gamma: f64, damping: f64, season: usize, periods: usize) -> [f64; 10] {
        let (mut l, mut b, mut s) = (0.0, 0.0, vec![0.0; season]);
        let mut largest = [0.0; 10];
        for t in 0..periods {
            let d = if t == 0 { 1.0 } else { 0.0 };
            let grown = damping * b;
            let e = d - (l + grown + s[t % season]);
            l += grown + alpha * e;
            b = grown + alpha * beta * e;
            s[t % season] += gamma * (1.0 - alpha) * e;
            let tenth = &mut largest[t * 10 / periods];
            *tenth = f64::max(*tenth, f64::abs(e));
            if f64::abs(e) > 1e50 {
                largest[9] = f64::INFINITY;
                break;
            }
        }
        largest
    }

    /// The criterion agrees with running the recursion: impulses fade, or they grow past all bounds.
    #[test]
    fn as_running_it_says() {
        let weights = [0.1, 0.3, 0.6, 0.9];
        let mut refused = 0;
        for season in [2, 3, 7, 12] {
            for alpha in weights {
                for beta in [0.0].into_iter().chain(weights) {
                    for gamma in [0.1, 0.3, 0.6, 1.0] {
                        for damping in [0.8, 1.0] {
                            let label = format!("{alpha} {beta} {gamma} {damping} {season}");
                            if grows_less(0.0, alpha, beta, gamma, damping, season) {
                                let e = response(alpha, beta, gamma, damping, season, 40_000);
                                assert!(e[9] < 1e-12 || e[9] < e[4], "{label}: {e:?}");
                                assert!(forgets(alpha, beta, gamma, damping, season), "{label}");
                            } else if !forgets(alpha, beta, gamma, damping, season) {
                                let e = response(alpha, beta, gamma, damping, season, 400_000);
                                assert!(e[9] > 1e6, "{label}: {e:?}");
                                refused += 1;
                            }
                        }
                    }
                }
            }
        }
        assert!(refused > 50, "{refused}");
    }

    /// Long seasons with small weights, whose roots are close to the circle, are not refused for rounding.
    #[test]
    fn long_seasons() {
        for season in [24, 52, 168, 365, 5000] {
            for gamma in [0.001, 0.05, 0.5] {
                assert!(forgets(0.05, 0.0, gamma, 1.0, season), "{gamma} {season}");
                assert!(forgets(0.1, 0.01, gamma, 0.9, season), "{gamma} {season}");
            }
        }
    }
}
