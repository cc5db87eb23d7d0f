//! Quantity rules: what a supplier accepts of what a policy asks for (spec S5).
//!
//! ```text
//! q ≤ 0 → 0      MOQ: q ← max(q, minimum)      batch: q ← ⌈q / multiple⌉ · multiple
//! cap:  q ← min(q, maximum), rounded down to a multiple
//! ```
//!
//! Shared by all strategies that order. Knows nothing of policies.

use crate::error::{Error, Result, check};
use serde::{Deserialize, Serialize};

/// Bounds on the quantity of one order. By default none.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Quantities {
    /// Minimum order quantity (MOQ); an order for less is raised to it.
    pub minimum: f64,
    /// Orders are multiples of this (batch, pack size).
    pub multiple: Option<f64>,
    /// Largest order.
    pub maximum: Option<f64>,
}

impl Quantities {
    /// Refuses rules that contradict each other.
    pub fn check(&self) -> Result<()> {
        self.check_fields().map_err(|e| e.within("quantities"))
    }

    fn check_fields(&self) -> Result<()> {
        let positive = |field, x: Option<f64>| match x {
            Some(x) => check::positive(field, x).and_then(|x| check::quantity(field, x)).map(drop),
            None => Ok(()),
        };
        check::non_negative("minimum", self.minimum)?;
        positive("multiple", self.multiple)?;
        positive("maximum", self.maximum)?;
        let Some(cap) = self.maximum else { return Ok(()) };
        let refuse = |bound: String| Err(Error::config("maximum", cap, bound));
        if cap < self.minimum {
            return refuse(format!("≥ minimum = {}", self.minimum));
        }
        let Some(batch) = self.multiple else { return Ok(()) };
        if cap < batch {
            return refuse(format!("≥ multiple = {batch}, or nothing can ever be ordered"));
        }
        let least = (self.minimum / batch * (1.0 - 1e-12)).ceil() * batch;
        if cap < least * (1.0 - 1e-12) {
            return refuse(format!(
                "≥ {least}, the least multiple of {batch} that reaches minimum = {}",
                self.minimum
            ));
        }
        Ok(())
    }

    /// Every quantity is accepted as it is.
    pub fn are_none(&self) -> bool {
        *self == Self::default()
    }

    /// The numbers of the rules, for bounds and for whether all are whole.
    pub fn numbers(&self) -> impl Iterator<Item = f64> + use<> {
        [Some(self.minimum), self.multiple, self.maximum].into_iter().flatten()
    }

    /// The same under a further cap; nothing where not even the least order fits under it.
    #[inline(always)]
    pub fn apply_within(&self, wanted: f64, cap: f64, tolerance: f64) -> f64 {
        if wanted <= 0.0 {
            return wanted;
        }
        let q = self.apply(wanted, tolerance);
        if q <= cap {
            return q;
        }
        let q = match self.multiple {
            Some(batch) => ((cap + tolerance) / batch).floor() * batch,
            None => cap,
        };
        if q < self.minimum - tolerance || q <= 0.0 { 0.0 } else { q }
    }

    /// What is ordered when `wanted` is asked for. What exceeds a multiple by no more than `tolerance` is rounding and buys
    /// no further batch.
    #[inline(always)]
    pub fn apply(&self, wanted: f64, tolerance: f64) -> f64 {
        let mut q = if wanted < self.minimum { self.minimum } else { wanted };
        if let Some(batch) = self.multiple {
            let batches = ((q - tolerance) / batch).ceil();
            q = if batches < 1.0 { batch } else { batches * batch };
        }
        if let Some(cap) = self.maximum
            && q > cap
        {
            q = match self.multiple {
                Some(batch) => ((cap + tolerance) / batch).floor() * batch,
                None => cap,
            };
        }
        if wanted > 0.0 { q } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::Quantities;

    fn rules(minimum: f64, multiple: Option<f64>, maximum: Option<f64>) -> Quantities {
        Quantities { minimum, multiple, maximum }
    }

    /// Worked by hand: MOQ 10, batches of 4, at most 21 to an order (so 20).
    #[test]
    fn in_the_order_of_s5() {
        let all = rules(10.0, Some(4.0), Some(21.0));
        all.check().unwrap();
        for (wanted, ordered) in [
            (-3.0, 0.0),
            (0.0, 0.0),
            (1.0, 12.0),
            (10.0, 12.0),
            (12.0, 12.0),
            (13.0, 16.0),
            (20.0, 20.0),
            (21.0, 20.0),
            (500.0, 20.0),
        ] {
            assert_eq!(all.apply(wanted, 0.0), ordered, "{wanted}");
        }
        assert_eq!(rules(10.0, None, Some(21.0)).apply(30.0, 0.0), 21.0);
        assert_eq!(rules(0.0, None, None).apply(0.3, 0.0), 0.3);
    }

    #[test]
    fn rounding_buys_no_batch() {
        let tenths = rules(0.0, Some(0.1), Some(0.7));
        let noisy = 0.1 + 0.2;
        assert!(noisy > 0.3);
        assert_eq!(tenths.apply(noisy, 1e-12), 3.0 * 0.1);
        assert_eq!(tenths.apply(0.7, 1e-12), 7.0 * 0.1);
        assert_eq!(tenths.apply(0.9, 1e-12), 7.0 * 0.1);
    }

    #[test]
    fn contradictions_are_refused() {
        for (bad, says) in [
            (rules(-1.0, None, None), "quantities.minimum must be ≥ 0, got -1"),
            (rules(0.0, Some(0.0), None), "quantities.multiple must be > 0, got 0"),
            (rules(0.0, None, Some(0.0)), "quantities.maximum must be > 0, got 0"),
            (rules(f64::NAN, None, None), "quantities.minimum must be finite"),
            (rules(9.0, None, Some(8.0)), "quantities.maximum must be ≥ minimum = 9, got 8"),
            (rules(0.0, Some(9.0), Some(8.0)), "quantities.maximum must be ≥ multiple = 9"),
            (rules(5.0, Some(4.0), Some(7.0)), "quantities.maximum must be ≥ 8, the least multiple of 4"),
        ] {
            let said = bad.check().unwrap_err().to_string();
            assert!(said.starts_with(says), "{said}");
        }
        rules(0.3, Some(0.1), Some(0.3)).check().unwrap();
    }
}
