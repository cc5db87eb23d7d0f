//! Consumption: which of the planned independent requirements (PIR) an order uses up (spec X8a).
//!
//! Orders, in order of entry, take from what is still open of the plan; what they find nothing for is additional demand.
//!
//! ```text
//! planned   100          100          100        mode                 looks at
//! date        0           10    │      20        1 backward           δ − W⁻ … δ, nearest first
//!             ◄─────── W⁻ ──────┤                2 backward, forward  1, then 3
//!                               ├── W⁺ ──►       3 forward            δ … δ + W⁺, nearest first
//! order                        130               4 forward, backward  3, then 1
//!                             δ = 12             5 period             the planning period of δ, earliest first
//!
//! total requirement = what is open of the plan, on its dates, + orders, on theirs
//! ```
//!
//! The whole is worked out anew from the dates as they are now (dynamic allocation): nothing is remembered between calls.
//! Always Σ consumed ≤ min(Σ orders, Σ plan) and Σ requirement ≥ max(Σ orders, Σ plan).
//!
//! Source: SAP's consumption modes, with windows in periods. Owns the allocation. Knows nothing of stock or of the clock:
//! the caller says from which date on an unconsumed plan still counts (adjustment horizon).

use crate::error::{Error, Result, check};
use serde::{Deserialize, Serialize};

/// Where an order looks for a plan to consume; in JSON the number that SAP gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Mode {
    /// 1.
    Backward,
    /// 2.
    BackwardForward,
    /// 3.
    Forward,
    /// 4.
    ForwardBackward,
    /// 5.
    Period,
}

impl TryFrom<u8> for Mode {
    type Error = String;

    fn try_from(mode: u8) -> std::result::Result<Self, String> {
        match mode {
            1 => Ok(Self::Backward),
            2 => Ok(Self::BackwardForward),
            3 => Ok(Self::Forward),
            4 => Ok(Self::ForwardBackward),
            5 => Ok(Self::Period),
            _ => Err(format!("mode must be 1, 2, 3, 4 or 5, got {mode}")),
        }
    }
}

impl From<Mode> for u8 {
    fn from(mode: Mode) -> Self {
        mode as Self + 1
    }
}

/// How orders consume a plan.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consumption {
    /// Where to look.
    pub mode: Mode,
    /// W⁻: how far before the order, ends included.
    #[serde(default)]
    pub backward: f64,
    /// W⁺: how far after the order, ends included.
    #[serde(default)]
    pub forward: f64,
    /// Length of a planning period, counted from date 0; mode 5 needs it.
    #[serde(default)]
    pub period: Option<f64>,
}

/// A quantity on a date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Requirement {
    /// In periods.
    pub date: f64,
    /// ≥ 0.
    pub quantity: f64,
}

/// What consumption comes to. Reused from call to call, it allocates nothing once it has grown.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Consumed {
    /// What is left of each planned requirement, in the order given.
    pub open: Vec<f64>,
    /// What each order found no plan for, in the order given.
    pub excess: Vec<f64>,
    /// Open plan and orders together, one entry per date, dates ascending.
    pub total: Vec<Requirement>,
    /// Planned requirements by date, then as given.
    by_date: Vec<usize>,
}

impl Consumption {
    /// Refuses windows and periods out of bounds; the fields are named without a prefix.
    pub fn check(&self) -> Result<()> {
        check::non_negative("backward", self.backward)?;
        check::non_negative("forward", self.forward)?;
        match self.period {
            Some(length) => check::positive("period", length).map(drop),
            None if self.mode == Mode::Period => Err(Error::config("period", "none", "given with mode = 5")),
            None => Ok(()),
        }
    }

    /// Lets `orders`, in order of entry, consume `planned`. What is open of plans dated before `counts_from` (−∞ for none)
    /// is dropped from the total requirement; orders may consume them all the same.
    pub fn consume(
        &self,
        planned: &[Requirement],
        orders: &[Requirement],
        counts_from: f64,
        out: &mut Consumed,
    ) {
        out.open.clear();
        out.open.extend(planned.iter().map(|p| p.quantity));
        out.by_date.clear();
        out.by_date.extend(0..planned.len());
        // Ties by index: an unstable sort needs no room.
        out.by_date.sort_unstable_by(|&i, &j| planned[i].date.total_cmp(&planned[j].date).then(i.cmp(&j)));
        out.excess.clear();
        for order in orders {
            let (date, mut open) = (order.date, Open::new(planned, out, order.quantity));
            match self.mode {
                Mode::Backward => open.backward(date, self.backward),
                Mode::BackwardForward => {
                    open.backward(date, self.backward);
                    open.forward(date, self.forward);
                }
                Mode::Forward => open.forward(date, self.forward),
                Mode::ForwardBackward => {
                    open.forward(date, self.forward);
                    open.backward(date, self.backward);
                }
                Mode::Period => open.same_period(date, self.period.unwrap_or(1.0)),
            }
            let excess = open.wanted;
            out.excess.push(excess);
        }
        out.add_up(planned, orders, counts_from);
    }
}

/// The plan as one order finds it.
struct Open<'a> {
    planned: &'a [Requirement],
    by_date: &'a [usize],
    open: &'a mut [f64],
    /// What the order still wants.
    wanted: f64,
}

impl<'a> Open<'a> {
    fn new(planned: &'a [Requirement], out: &'a mut Consumed, wanted: f64) -> Self {
        Self { planned, by_date: &out.by_date, open: &mut out.open, wanted }
    }

    /// Date of the plan at this place in the order of dates.
    fn date(&self, place: usize) -> f64 {
        self.planned[self.by_date[place]].date
    }

    /// First place whose date is not `before`.
    fn place(&self, before: impl Fn(f64) -> bool) -> usize {
        self.by_date.partition_point(|&i| before(self.planned[i].date))
    }

    fn take(&mut self, place: usize) {
        let open = &mut self.open[self.by_date[place]];
        let taken = self.wanted.min(*open);
        *open -= taken;
        self.wanted -= taken;
    }

    /// Consumes from `place` on while dates are `inside`.
    fn ascending(&mut self, mut place: usize, inside: impl Fn(f64) -> bool) {
        while self.wanted > 0.0 && place < self.by_date.len() && inside(self.date(place)) {
            self.take(place);
            place += 1;
        }
    }

    fn forward(&mut self, date: f64, window: f64) {
        self.ascending(self.place(|planned| planned < date), |planned| planned - date <= window);
    }

    fn same_period(&mut self, date: f64, length: f64) {
        let number = |date: f64| (date / length).floor();
        let own = number(date);
        self.ascending(self.place(|planned| number(planned) < own), |planned| number(planned) == own);
    }

    /// Latest date first, but plans of one date in the order given.
    fn backward(&mut self, date: f64, window: f64) {
        let mut end = self.place(|planned| planned <= date);
        while self.wanted > 0.0 && end > 0 {
            let latest = self.date(end - 1);
            if date - latest > window {
                return;
            }
            let start = self.place(|planned| planned < latest);
            self.ascending(start, |planned| planned == latest);
            end = start;
        }
    }
}

impl Consumed {
    fn add_up(&mut self, planned: &[Requirement], orders: &[Requirement], counts_from: f64) {
        let open =
            planned.iter().zip(&self.open).map(|(p, open)| Requirement { date: p.date, quantity: *open });
        self.total.clear();
        self.total.extend(open.filter(|p| p.date >= counts_from).chain(orders.iter().copied()));
        self.total.retain(|r| r.quantity > 0.0);
        // By quantity too, so that sums do not depend on how equal dates happen to be sorted.
        self.total.sort_unstable_by(|a, b| a.date.total_cmp(&b.date).then(a.quantity.total_cmp(&b.quantity)));
        self.total.dedup_by(|next, kept| {
            let same = next.date == kept.date;
            if same {
                kept.quantity += next.quantity;
            }
            same
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{Consumed, Consumption, Mode, Requirement};
    use crate::planning::cases::Cases;

    fn dated(list: &[(f64, f64)]) -> Vec<Requirement> {
        list.iter().map(|&(date, quantity)| Requirement { date, quantity }).collect()
    }

    fn rule(mode: u8, backward: f64, forward: f64, period: f64) -> Consumption {
        let mode = Mode::try_from(mode).unwrap();
        let rule = Consumption { mode, backward, forward, period: Some(period) };
        rule.check().unwrap();
        rule
    }

    fn consumed(rule: Consumption, planned: &[(f64, f64)], orders: &[(f64, f64)]) -> Consumed {
        let mut out = Consumed::default();
        rule.consume(&dated(planned), &dated(orders), f64::NEG_INFINITY, &mut out);
        out
    }

    fn sum(list: &[Requirement]) -> f64 {
        list.iter().map(|r| r.quantity).sum()
    }

    const PLAN: [(f64, f64); 3] = [(0.0, 100.0), (10.0, 100.0), (20.0, 100.0)];

    /// Spec V25.
    #[test]
    fn five_modes() {
        for (mode, open, excess, total) in [
            (1, [70.0, 0.0, 100.0], 0.0, 300.0),
            (2, [70.0, 0.0, 100.0], 0.0, 300.0),
            (3, [100.0, 100.0, 0.0], 30.0, 330.0),
            (4, [100.0, 70.0, 0.0], 0.0, 300.0),
            (5, [100.0, 0.0, 100.0], 30.0, 330.0),
        ] {
            let out = consumed(rule(mode, 15.0, 10.0, 10.0), &PLAN, &[(12.0, 130.0)]);
            assert_eq!(out.open, open, "mode {mode}");
            assert_eq!(out.excess, [excess], "mode {mode}");
            assert_eq!(sum(&out.total), total, "mode {mode}");
        }
        let out = consumed(rule(1, 15.0, 10.0, 10.0), &PLAN, &[(12.0, 130.0)]);
        assert_eq!(out.total, dated(&[(0.0, 70.0), (12.0, 130.0), (20.0, 100.0)]));
    }

    /// W⁻ = 15 just reaches date 0 from 15; an order on the date of a plan consumes it in every mode; entry decides, not
    /// the date; equal dates are added up and consumed in the order given.
    #[test]
    fn windows_entry_and_ties() {
        assert_eq!(consumed(rule(1, 15.0, 0.0, 1.0), &PLAN, &[(15.0, 150.0)]).open, [50.0, 0.0, 100.0]);
        assert_eq!(consumed(rule(1, 14.0, 0.0, 1.0), &PLAN, &[(15.0, 150.0)]).excess, [50.0]);
        assert_eq!(consumed(rule(3, 0.0, 8.0, 1.0), &PLAN, &[(12.0, 40.0)]).open, [100.0, 100.0, 60.0]);
        assert_eq!(consumed(rule(3, 0.0, 7.0, 1.0), &PLAN, &[(12.0, 40.0)]).excess, [40.0]);
        for mode in 1..=5 {
            let out = consumed(rule(mode, 0.0, 0.0, 10.0), &PLAN, &[(10.0, 40.0)]);
            assert_eq!(out.open, [100.0, 60.0, 100.0], "mode {mode}");
        }
        let out = consumed(rule(1, 10.0, 0.0, 1.0), &PLAN, &[(12.0, 150.0), (11.0, 60.0)]);
        assert_eq!((out.open, out.excess), (vec![100.0, 0.0, 100.0], vec![50.0, 60.0]));
        let out = consumed(rule(1, 10.0, 0.0, 1.0), &PLAN, &[(11.0, 60.0), (12.0, 150.0)]);
        assert_eq!(out.excess, [0.0, 110.0]);
        let twice = [(5.0, 10.0), (2.0, 1.0), (5.0, 20.0)];
        for mode in [1, 3] {
            let out = consumed(rule(mode, 0.0, 0.0, 1.0), &twice, &[(5.0, 12.0)]);
            assert_eq!(out.open, [0.0, 1.0, 18.0], "mode {mode}");
            assert_eq!(out.total, dated(&[(2.0, 1.0), (5.0, 30.0)]));
        }
    }

    #[test]
    fn old_plans_stop_counting() {
        let mut out = Consumed::default();
        let (plan, orders) = (dated(&PLAN), dated(&[(12.0, 130.0)]));
        rule(1, 15.0, 10.0, 10.0).consume(&plan, &orders, 10.0, &mut out);
        assert_eq!(out.open, [70.0, 0.0, 100.0]);
        assert_eq!(out.total, dated(&[(12.0, 130.0), (20.0, 100.0)]));
    }

    #[test]
    fn nothing_is_made_up_or_lost() {
        let mut cases = Cases::new(25);
        let mut out = Consumed::default();
        for case in 0..5000 {
            let mut list = |n| {
                let length = cases.below(n) as usize;
                (0..length).map(|_| (cases.whole(30) - 5.0, cases.whole(50))).collect::<Vec<_>>()
            };
            let (planned, orders) = (dated(&list(12)), dated(&list(12)));
            let (backward, forward) = (cases.whole(15), cases.whole(15));
            let rule = rule(1 + (case % 5) as u8, backward, forward, 1.0 + cases.whole(9));
            rule.consume(&planned, &orders, f64::NEG_INFINITY, &mut out);

            let consumed = sum(&planned) - out.open.iter().sum::<f64>();
            assert_eq!(consumed, sum(&orders) - out.excess.iter().sum::<f64>());
            assert!(consumed <= sum(&planned).min(sum(&orders)));
            assert_eq!(sum(&out.total), sum(&planned) + sum(&orders) - consumed);
            assert!(sum(&out.total) >= sum(&planned).max(sum(&orders)));
            assert!(out.total.is_sorted_by(|a, b| a.date < b.date));
            assert!(out.open.iter().chain(&out.excess).all(|q| *q >= 0.0));
            // An order in excess leaves nothing open that it may consume.
            for (order, _) in orders.iter().zip(&out.excess).filter(|(_, excess)| **excess > 0.0) {
                for (plan, _) in planned.iter().zip(&out.open).filter(|(_, open)| **open > 0.0) {
                    assert!(!rule.reaches(order.date, plan.date), "{rule:?} {order:?} {plan:?}");
                }
            }
        }
    }

    impl Consumption {
        /// Said a second time, without order.
        fn reaches(&self, order: f64, plan: f64) -> bool {
            let back = (0.0..=self.backward).contains(&(order - plan));
            let ahead = (0.0..=self.forward).contains(&(plan - order));
            match u8::from(self.mode) {
                1 => back,
                3 => ahead,
                5 => (order / self.period.unwrap()).floor() == (plan / self.period.unwrap()).floor(),
                _ => back || ahead,
            }
        }
    }

    #[test]
    fn what_is_refused() {
        let read = |text| serde_json::from_str::<Consumption>(text);
        let two = read(r#"{"mode":2,"backward":15,"forward":10}"#).unwrap();
        assert_eq!(
            two,
            Consumption { mode: Mode::BackwardForward, backward: 15.0, forward: 10.0, period: None }
        );
        assert!(
            read(r#"{"mode":6}"#).unwrap_err().to_string().starts_with("mode must be 1, 2, 3, 4 or 5, got 6")
        );
        assert!(read(r#"{"mode":1,"window":6}"#).is_err());
        for (text, says) in [
            (r#"{"mode":1,"backward":-1}"#, "backward must be ≥ 0, got -1"),
            (r#"{"mode":3,"forward":1e300}"#, "forward must be within ±1e15"),
            (r#"{"mode":5}"#, "period must be given with mode = 5, got none"),
            (r#"{"mode":5,"period":0}"#, "period must be > 0, got 0"),
        ] {
            let said = read(text).unwrap().check().unwrap_err().to_string();
            assert!(said.starts_with(says), "{said}");
        }
    }
}
