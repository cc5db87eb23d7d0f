//! The two quantiles that intervals need, from the incomplete beta function.

use crate::law::special::beta;

/// P(B ≤ k) for B binomial(n, p).
pub fn binomial_cdf(k: f64, n: f64, p: f64) -> f64 {
    if k < 0.0 {
        0.0
    } else if k >= n {
        1.0
    } else {
        beta::upper(k + 1.0, n - k, p, 1.0 - p)
    }
}

/// The x with P(T ≤ x) = p for Student's t with `df` degrees of freedom, p ≥ ½.
pub fn student_t_quantile(p: f64, df: f64) -> f64 {
    // P(|T| > x) = I_y(df/2, ½) with y = df/(df + x²).
    let both_tails = 2.0 * (1.0 - p);
    let outside = |x: f64| {
        let y = df / (df + x * x);
        beta::lower(df / 2.0, 0.5, y, x * x / (df + x * x))
    };
    let (mut low, mut high) = (0.0, 1.0);
    while outside(high) > both_tails && high < 1e300 {
        high *= 2.0;
    }
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return high;
        }
        if outside(middle) > both_tails { low = middle } else { high = middle }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Any table of Student's t.
    #[test]
    fn t_quantiles() {
        let cases = [
            (0.975, 1.0, 12.706204736),
            (0.975, 9.0, 2.262157163),
            (0.995, 30.0, 2.749995654),
            (0.975, 1e6, 1.959966357),
        ];
        for (p, df, x) in cases {
            assert!(
                (student_t_quantile(p, df) - x).abs() < 1e-8 * x,
                "{p} {df}: {}",
                student_t_quantile(p, df)
            );
        }
    }

    #[test]
    fn binomial_tails() {
        assert!((binomial_cdf(1.0, 10.0, 0.5) - 11.0 / 1024.0).abs() < 1e-15);
        assert_eq!(binomial_cdf(-1.0, 10.0, 0.5), 0.0);
        assert_eq!(binomial_cdf(10.0, 10.0, 0.5), 1.0);
    }
}
