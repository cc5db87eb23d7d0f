//! Lot sizing: how the net requirements of a horizon are gathered into lots.
//!
//! ```text
//! net requirement     30  20   0  45  15        a lot arrives at the start of its bucket, before what it is for;
//! lot                 50   .   .  60   .        what is left at the end of a bucket is held at h per unit
//! ```
//!
//! | rule | a lot, placed in the first bucket that earlier lots leave short |
//! |---|---|
//! | lot for lot | what is short |
//! | fixed quantity Q | the least multiple of Q that covers what is short |
//! | economic quantity | max(Q, what is short), Q = √(2KD/h) (Harris); no multiple, which would only hold more for one setup |
//! | period quantity p | the requirements of p buckets, this one first; p = max(1, EOQ/D to the nearest whole) if not given |
//! | Silver–Meal | of n buckets, as long as the mean cost per bucket (K + h·Σ j·r_j)/n does not rise |
//! | Wagner–Whitin | the least total cost; of plans that cost the same the fewest lots, then the earlier last lot |
//!
//! D is the mean requirement per bucket. The last two are in `dynamic.rs`. Knows nothing of stock, lead times or what
//! suppliers accept.

use super::dynamic;
use crate::error::{Error, Result, check};
use serde::{Deserialize, Serialize};

pub use super::dynamic::Scratch;

/// How requirements are gathered into lots.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum LotRule {
    /// Each bucket its own. (Braces: without them serde lets unknown fields pass.)
    LotForLot {},
    /// Multiples of one quantity.
    FixedQuantity {
        /// Q, > 0.
        quantity: f64,
    },
    /// At least the economic order quantity.
    EconomicQuantity {
        /// K, money per lot.
        setup: f64,
        /// h, money per unit and bucket, > 0.
        holding: f64,
        /// Q is rounded to the nearest whole number ≥ 1 and larger lots up.
        #[serde(default)]
        whole: bool,
    },
    /// Whole buckets. Either `periods`, or `setup` and `holding` for the number that the economic quantity lasts.
    PeriodQuantity {
        /// p ≥ 1; 0 is as good as left out.
        #[serde(default)]
        periods: Option<usize>,
        /// K, money per lot.
        #[serde(default)]
        setup: Option<f64>,
        /// h, money per unit and bucket, > 0.
        #[serde(default)]
        holding: Option<f64>,
    },
    /// Least mean cost per bucket, lot by lot.
    SilverMeal {
        /// K, money per lot.
        setup: f64,
        /// h, money per unit held at the end of a bucket.
        holding: f64,
    },
    /// Least total cost of the horizon.
    WagnerWhitin {
        /// K, money per lot.
        setup: f64,
        /// h, money per unit held at the end of a bucket.
        holding: f64,
    },
}

/// What lots are needed for.
#[derive(Debug, Clone, Copy)]
pub struct Needs<'a> {
    /// Net requirement by bucket, ≥ 0.
    pub net: &'a [f64],
    /// D, mean requirement per bucket: where stock covers the first buckets more than the mean of `net`.
    pub rate: f64,
    /// What exceeds a multiple or the stock by no more than this is rounding and buys no lot.
    pub tolerance: f64,
}

impl<'a> Needs<'a> {
    /// Net requirements that are all there is: D is their mean, and nothing is rounded.
    pub fn of(net: &'a [f64]) -> Self {
        Self { net, rate: mean(net), tolerance: 0.0 }
    }
}

impl LotRule {
    /// Refuses parameters out of bounds; the fields are named without a prefix.
    pub fn check(&self) -> Result<()> {
        match *self {
            Self::LotForLot {} => Ok(()),
            Self::FixedQuantity { quantity } => positive("quantity", quantity),
            Self::EconomicQuantity { setup, holding, .. } => {
                check::non_negative("setup", setup)?;
                positive("holding", holding)
            }
            Self::PeriodQuantity { periods: None | Some(0), setup, holding } => {
                let missing = |field| Error::config(field, "none", "given where periods is not");
                check::non_negative("setup", setup.ok_or_else(|| missing("setup"))?)?;
                positive("holding", holding.ok_or_else(|| missing("holding"))?)
            }
            Self::PeriodQuantity { setup, holding, .. } => {
                for (field, given) in [("setup", setup), ("holding", holding)] {
                    if let Some(x) = given {
                        return Err(Error::config(field, x, "left out where periods is given"));
                    }
                }
                Ok(())
            }
            Self::SilverMeal { setup, holding } | Self::WagnerWhitin { setup, holding } => {
                check::non_negative("setup", setup)?;
                check::non_negative("holding", holding).map(drop)
            }
        }
    }

    /// Writes the lot of each bucket; `out` is as long as the net requirements. The rule is one that passes
    /// [`Self::check`].
    pub fn lots(&self, needs: Needs<'_>, out: &mut [f64], scratch: &mut Scratch) {
        assert_eq!(needs.net.len(), out.len());
        match *self {
            Self::LotForLot {} => out.copy_from_slice(needs.net),
            Self::FixedQuantity { quantity } => when_short(needs, out, |short| {
                let multiples = ((short - needs.tolerance) / quantity).ceil();
                if multiples < 1.0 { quantity } else { multiples * quantity }
            }),
            Self::EconomicQuantity { setup, holding, whole } => {
                let economic = economic_quantity(setup, holding, needs.rate);
                let least = if whole { at_least_one(economic) } else { economic };
                when_short(needs, out, |short| {
                    let short = if whole { (short - needs.tolerance).ceil() } else { short };
                    short.max(least)
                });
            }
            Self::PeriodQuantity { periods, setup, holding } => {
                let p = match (periods, setup, holding) {
                    (None | Some(0), Some(setup), Some(holding)) => {
                        at_least_one(economic_quantity(setup, holding, needs.rate) / needs.rate) as usize
                    }
                    (p, _, _) => p.unwrap_or(1),
                };
                by_spans(needs.net, out, |rest| p.min(rest.len()));
            }
            Self::SilverMeal { setup, holding } => {
                by_spans(needs.net, out, |rest| dynamic::span(rest, setup, holding));
            }
            Self::WagnerWhitin { setup, holding } => {
                dynamic::cheapest(needs.net, setup, holding, out, scratch);
            }
        }
    }
}

/// Q = √(2KD/h).
pub fn economic_quantity(setup: f64, holding: f64, rate: f64) -> f64 {
    (2.0 * setup * rate.max(0.0) / holding).sqrt()
}

/// To the nearest whole number from 1 on; 1 for 0/0.
fn at_least_one(x: f64) -> f64 {
    x.round().max(1.0)
}

fn positive(field: &str, x: f64) -> Result<()> {
    check::positive(field, x).and_then(|x| check::quantity(field, x)).map(drop)
}

/// Mean, 0 of nothing.
pub(super) fn mean(x: &[f64]) -> f64 {
    if x.is_empty() { 0.0 } else { x.iter().sum::<f64>() / x.len() as f64 }
}

/// A lot of `size(what is short)` in each bucket that the lots before leave short.
fn when_short(needs: Needs<'_>, out: &mut [f64], size: impl Fn(f64) -> f64) {
    let mut left = 0.0;
    for (lot, net) in out.iter_mut().zip(needs.net) {
        left -= net;
        *lot = if left < -needs.tolerance { size(-left) } else { 0.0 };
        left += *lot;
    }
}

/// Each lot covers a span of buckets; `length` is asked where one must start, with the requirements from there on.
fn by_spans(net: &[f64], out: &mut [f64], length: impl Fn(&[f64]) -> usize) {
    out.fill(0.0);
    let mut b = 0;
    while b < net.len() {
        if net[b] > 0.0 {
            let n = length(&net[b..]);
            out[b] = net[b..b + n].iter().sum();
            b += n;
        } else {
            b += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LotRule, Needs, Scratch, economic_quantity};

    fn lots(rule: LotRule, net: &[f64]) -> Vec<f64> {
        rule.check().unwrap();
        let mut out = vec![f64::NAN; net.len()];
        rule.lots(Needs::of(net), &mut out, &mut Scratch::default());
        out
    }

    fn periods(p: usize) -> LotRule {
        LotRule::PeriodQuantity { periods: Some(p), setup: None, holding: None }
    }

    fn derived(setup: f64, holding: f64) -> LotRule {
        LotRule::PeriodQuantity { periods: None, setup: Some(setup), holding: Some(holding) }
    }

    #[test]
    fn simple_rules_by_hand() {
        let net = [0.0, 30.0, 20.0, 0.0, 45.0, 15.0];
        assert_eq!(lots(LotRule::LotForLot {}, &net), net);
        let fixed = LotRule::FixedQuantity { quantity: 20.0 };
        assert_eq!(lots(fixed, &net), [0.0, 40.0, 20.0, 0.0, 40.0, 20.0]);
        assert_eq!(lots(periods(2), &net), [0.0, 50.0, 0.0, 0.0, 60.0, 0.0]);
        assert_eq!(lots(periods(3), &net), [0.0, 50.0, 0.0, 0.0, 60.0, 0.0]);
        assert_eq!(lots(periods(4), &net), [0.0, 95.0, 0.0, 0.0, 0.0, 15.0]);
        assert_eq!(lots(periods(usize::MAX), &net), [0.0, 110.0, 0.0, 0.0, 0.0, 0.0]);
        // D = 20, Q = √(2·40·20/1) = 40: two buckets' worth.
        let even = [20.0, 10.0, 50.0, 0.0, 25.0, 15.0];
        assert_eq!(lots(derived(40.0, 1.0), &even), [30.0, 0.0, 50.0, 0.0, 40.0, 0.0]);
        let economic = |whole| LotRule::EconomicQuantity { setup: 40.0, holding: 1.0, whole };
        // 40 last to 10 short in bucket 2; 40 again leaves 0 after bucket 2 and 3, and 40 are left short from bucket 4.
        assert_eq!(
            lots(economic(false), &[20.0, 10.0, 50.0, 0.0, 25.0, 15.0]),
            [40.0, 0.0, 40.0, 0.0, 40.0, 0.0]
        );
        // D = 50.4, Q = √(80·50.4) = 63.498…: more than that is ordered as it is, or rounded up.
        let uneven = [100.5, 0.0, 0.3];
        assert_eq!(lots(economic(true), &uneven)[0], 101.0);
        assert_eq!(lots(economic(false), &uneven), [100.5, 0.0, economic_quantity(40.0, 1.0, 33.6)]);
    }

    /// The given case A-MTS-eoq, and its whole neighbour.
    #[test]
    fn economic_quantity_of_harris() {
        let (setup, holding, rate) = (8.0, 0.225, 1300.0);
        let q = economic_quantity(setup, holding, rate);
        assert!((q / 304.046_78 - 1.0).abs() < 1e-8, "{q}");
        let rate_of_cost = setup * rate / q + holding * q / 2.0;
        assert!((rate_of_cost / 68.410_525_51 - 1.0).abs() < 1e-9, "{rate_of_cost}");
        let rule = LotRule::EconomicQuantity { setup, holding, whole: true };
        let mut out = [0.0];
        let needs = Needs { net: &[1.0], rate, tolerance: 0.0 };
        rule.lots(needs, &mut out, &mut Scratch::default());
        assert_eq!(out, [304.0]);
    }

    #[test]
    fn rounding_buys_no_lot() {
        let noisy = 0.1 + 0.2;
        let needs = Needs { net: &[noisy, 1e-13], rate: 0.15, tolerance: 1e-12 };
        let mut out = [f64::NAN; 2];
        LotRule::FixedQuantity { quantity: 0.3 }.lots(needs, &mut out, &mut Scratch::default());
        assert_eq!(out, [0.3, 0.0]);
    }

    #[test]
    fn nothing_needed_nothing_planned() {
        let rules = [
            LotRule::LotForLot {},
            LotRule::FixedQuantity { quantity: 4.0 },
            LotRule::EconomicQuantity { setup: 3.0, holding: 1.0, whole: true },
            periods(3),
            derived(3.0, 1.0),
            LotRule::SilverMeal { setup: 3.0, holding: 1.0 },
            LotRule::WagnerWhitin { setup: 3.0, holding: 1.0 },
        ];
        for rule in rules {
            assert_eq!(lots(rule, &[0.0; 4]), [0.0; 4], "{rule:?}");
            assert!(lots(rule, &[]).is_empty(), "{rule:?}");
        }
    }

    #[test]
    fn parameters_are_checked() {
        let says = [
            (r#"{"rule":"fixed_quantity","quantity":0}"#, "quantity must be > 0, got 0"),
            (r#"{"rule":"economic_quantity","setup":-1,"holding":1}"#, "setup must be ≥ 0, got -1"),
            (r#"{"rule":"economic_quantity","setup":1,"holding":0}"#, "holding must be > 0, got 0"),
            (r#"{"rule":"period_quantity"}"#, "setup must be given where periods is not, got none"),
            (r#"{"rule":"period_quantity","periods":0,"setup":2}"#, "holding must be given where"),
            (
                r#"{"rule":"period_quantity","periods":2,"setup":2}"#,
                "setup must be left out where periods is given, got 2",
            ),
            (r#"{"rule":"silver_meal","setup":1,"holding":-2}"#, "holding must be ≥ 0, got -2"),
            (r#"{"rule":"wagner_whitin","setup":1e16,"holding":2}"#, "setup must be within ±1e15"),
        ];
        for (text, expected) in says {
            let rule: LotRule = serde_json::from_str(text).unwrap();
            let said = rule.check().unwrap_err().to_string();
            assert!(said.starts_with(expected), "{text}: {said}");
        }
        for unknown in [
            r#"{"rule":"lot_for_lot","quantity":3}"#,
            r#"{"rule":"silver_meal","setup":1,"holding":1,"x":1}"#,
        ] {
            assert!(serde_json::from_str::<LotRule>(unknown).is_err(), "{unknown}");
        }
        assert_eq!(serde_json::to_string(&LotRule::LotForLot {}).unwrap(), r#"{"rule":"lot_for_lot"}"#);
    }
}
