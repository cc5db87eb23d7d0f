//! How much of a lot is good (spec S3).
//!
//! ```text
//! share          Y·q                                      expected  q·E Y
//! units          (q + Y)⁺                                           q + E Y     (as if never cut off)
//! each           binomial(q, p)                                     q·p
//! all or nothing q with chance p                                    q·p
//! until defect   min(q, G), P(G ≥ k) = pᵏ                           p(1 − p^q)/(1 − p)
//! ```
//!
//! One uniform decides a lot, by inversion: a luckier lot is never smaller. Nothing of nothing is nothing.

use super::side::{Side, SideKind};
use crate::config;
use crate::config::{Counted, YieldKind};
use crate::engine::lattice::Row;
use crate::error::{Error, Result, check};
use crate::law::float::{exp, ln, powf};
use crate::random::Stream;

/// A yield, compiled.
#[derive(Debug, Clone, PartialEq)]
pub struct Yield {
    kind: Kind,
    expected: bool,
    inflate: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// The draw is Y.
    Share { mean: f64 },
    /// The draw is Y.
    Units { mean: f64 },
    /// The draw is a uniform.
    Each { p: f64 },
    /// The draw is a uniform.
    AllOrNothing { p: f64 },
    /// The draw is a uniform.
    UntilDefect { p: f64, ln_p: f64 },
}

impl Yield {
    /// Checks and compiles; also what is drawn for every lot.
    pub fn compile(described: &config::Yield) -> Result<(Self, Side)> {
        let chance = |p: f64| check::share("probability", p);
        let drawn = |law: &crate::law::Law| law.compile().map_err(|e| e.within("law"));
        let (kind, side) = match &described.of {
            YieldKind::Share { law } => {
                let sampler = drawn(law)?;
                check::non_negative("law", sampler.min())?;
                (Kind::Share { mean: sampler.mean() }, SideKind::Law(sampler))
            }
            YieldKind::Units { law } => {
                let sampler = drawn(law)?;
                (Kind::Units { mean: sampler.mean() }, SideKind::Law(sampler))
            }
            YieldKind::Each { probability } => (Kind::Each { p: chance(*probability)? }, SideKind::Uniform),
            YieldKind::AllOrNothing { probability } => {
                (Kind::AllOrNothing { p: chance(*probability)? }, SideKind::Uniform)
            }
            YieldKind::UntilDefect { probability } => {
                let p = chance(*probability)?;
                (
                    Kind::UntilDefect { p, ln_p: if p > 0.0 { ln(p) } else { f64::NEG_INFINITY } },
                    SideKind::Uniform,
                )
            }
        };
        let inflatable = match kind {
            Kind::Share { mean } => mean > 0.0,
            Kind::Each { p } | Kind::AllOrNothing { p } => p > 0.0,
            Kind::Units { .. } | Kind::UntilDefect { .. } => false,
        };
        if described.inflate && !inflatable {
            return Err(Error::Type {
                field: "inflate".to_owned(),
                reason: "needs a yield in proportion to the lot, and not nought".to_owned(),
            });
        }
        let made = Self { kind, expected: described.counts == Counted::Expected, inflate: described.inflate };
        Ok((made, Side { stream: Stream::Yield, entity: None, sub: 0, kind: side }))
    }

    /// Units are only whole while lots are: the good part of a lot is counted by the piece.
    pub fn by_piece(&self) -> bool {
        matches!(self.kind, Kind::Each { .. } | Kind::UntilDefect { .. })
    }

    /// The order that is expected to yield what is wanted.
    #[inline(always)]
    pub fn inflated(&self, wanted: f64) -> f64 {
        match self.kind {
            Kind::Share { mean: p } | Kind::Each { p } | Kind::AllOrNothing { p } if self.inflate => {
                wanted / p
            }
            _ => wanted,
        }
    }

    /// What the inventory position counts of a lot.
    #[inline(always)]
    pub fn counted(&self, q: f64) -> f64 {
        if !self.expected || q <= 0.0 {
            return q;
        }
        match self.kind {
            Kind::Share { mean: p } | Kind::Each { p } | Kind::AllOrNothing { p } => q * p,
            Kind::Units { mean } => {
                let x = q + mean;
                if x > 0.0 { x } else { 0.0 }
            }
            Kind::UntilDefect { p, .. } if p >= 1.0 => q,
            Kind::UntilDefect { p, .. } => p * (1.0 - powf(p, q)) / (1.0 - p),
        }
    }

    /// The good part of a lot, from what was drawn for it.
    #[inline(always)]
    pub fn good(&self, q: f64, drawn: f64) -> f64 {
        if q <= 0.0 {
            return q;
        }
        match self.kind {
            Kind::Share { .. } => q * drawn,
            Kind::Units { .. } => {
                let x = q + drawn;
                if x > 0.0 { x } else { 0.0 }
            }
            Kind::AllOrNothing { p } => {
                if drawn >= 1.0 - p {
                    q
                } else {
                    0.0
                }
            }
            Kind::UntilDefect { p, ln_p } => {
                if p <= 0.0 {
                    return 0.0;
                }
                if p >= 1.0 {
                    return q;
                }
                // G ≥ k exactly where the uniform is above 1 − pᵏ.
                let g = (ln(1.0 - drawn) / ln_p).floor();
                if g < q { g } else { q }
            }
            Kind::Each { p } => binomial(q, p, drawn),
        }
    }
}

/// Rows: the same, with the kind of yield told apart outside the loop.
impl Yield {
    /// What is expected of each order, in its place.
    #[inline(always)]
    pub fn count_row(&self, row: &mut Row<f64>) {
        match self.kind {
            _ if !self.expected => {}
            Kind::Share { mean: p } | Kind::Each { p } | Kind::AllOrNothing { p } => {
                for q in row {
                    *q = if *q <= 0.0 { *q } else { *q * p };
                }
            }
            _ => {
                for q in row {
                    *q = self.counted(*q);
                }
            }
        }
    }

    /// The good part of each lot, in its place.
    #[inline(always)]
    pub fn good_row(&self, row: &mut Row<f64>, drawn: &Row<f64>) {
        if let Kind::Share { .. } = self.kind {
            for (q, y) in row.iter_mut().zip(drawn) {
                *q = if *q <= 0.0 { *q } else { *q * y };
            }
        } else {
            for (q, y) in row.iter_mut().zip(drawn) {
                *q = self.good(*q, *y);
            }
        }
    }

    /// Whether orders are raised.
    pub fn inflates(&self) -> bool {
        self.inflate
    }
}

/// The binomial quantile of `u`, by adding up masses from the nearer end.
fn binomial(q: f64, p: f64, u: f64) -> f64 {
    let n = q.floor();
    if p <= 0.0 || n <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return n;
    }
    if p > 0.5 {
        // Defects instead of good units, the luck turned round.
        return n - binomial(n, 1.0 - p, 1.0 - u);
    }
    let odds = p / (1.0 - p);
    // In parts of the mass at the mode's side, so that nothing vanishes: start at 0 in logarithms until it is a number.
    let mut ln_mass = n * ln(1.0 - p);
    let mut k = 0.0;
    while ln_mass < -600.0 && k < n {
        ln_mass += ln((n - k) / (k + 1.0) * odds);
        k += 1.0;
    }
    let mut mass = exp(ln_mass);
    let mut below = mass;
    while below < u && k < n {
        mass *= (n - k) / (k + 1.0) * odds;
        k += 1.0;
        below += mass;
        if mass <= 0.0 {
            break;
        }
    }
    k
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::Law;

    fn made(of: YieldKind) -> Yield {
        Yield::compile(&config::Yield { of, counts: Counted::Expected, inflate: false }).unwrap().0
    }

    #[test]
    fn by_hand() {
        let law = |low, high| Law::Uniform { low: Some(low), high: Some(high), mean: None, sd: None };
        let share = made(YieldKind::Share { law: law(0.6, 1.0) });
        assert_eq!((share.good(10.0, 0.75), share.counted(10.0), share.good(0.0, 0.7)), (7.5, 8.0, 0.0));
        let units = made(YieldKind::Units { law: law(-3.0, 1.0) });
        assert_eq!((units.good(2.0, -3.0), units.good(2.0, 0.5), units.counted(2.0)), (0.0, 2.5, 1.0));
        let all = made(YieldKind::AllOrNothing { probability: 0.75 });
        assert_eq!((all.good(8.0, 0.24), all.good(8.0, 0.25), all.counted(8.0)), (0.0, 8.0, 6.0));
        let until = made(YieldKind::UntilDefect { probability: 0.5 });
        // P(G = 0) = 1/2, P(G = 1) = 1/4, …
        assert_eq!([0.4, 0.6, 0.8, 0.99].map(|u| until.good(3.0, u)), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(until.counted(3.0), 0.5 + 0.25 + 0.125);
    }

    #[test]
    fn binomial_quantiles() {
        // Four coins: 1, 5, 11, 15, 16 sixteenths.
        let u = [0.06, 0.07, 0.31, 0.32, 0.68, 0.69, 0.93, 0.94];
        assert_eq!(u.map(|u| binomial(4.0, 0.5, u)), [0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0]);
        for (n, p) in [(7.0, 0.2), (7.0, 0.9), (5000.0, 0.3), (1e6, 0.001)] {
            let (mut sum, mut square) = (0.0, 0.0);
            let m = 2000;
            for i in 0..m {
                let x = binomial(n, p, (f64::from(i) + 0.5) / f64::from(m)) - n * p;
                sum += x;
                square += x * x;
            }
            let (mean, variance) = (sum / f64::from(m), square / f64::from(m));
            let sd = (n * p * (1.0 - p)).sqrt();
            assert!(mean.abs() < 0.01 * sd, "{n} {p} {mean}");
            assert!((variance / (sd * sd) - 1.0).abs() < 0.02, "{n} {p} {variance}");
        }
        assert_eq!((binomial(9.0, 0.0, 0.5), binomial(9.0, 1.0, 0.5)), (0.0, 9.0));
    }

    #[test]
    fn inflation_needs_proportion() {
        let of = YieldKind::UntilDefect { probability: 0.9 };
        let described = config::Yield { of, counts: Counted::Nominal, inflate: true };
        assert!(Yield::compile(&described).unwrap_err().to_string().contains("in proportion"));
    }
}
