//! The MRP record of one item: what a review plans to release, and what it may no longer change.
//!
//! Buckets are periods from the review on; b = 0 is the period of the review. With gross requirements GR, scheduled
//! receipts SR (released earlier, still to come), firm planned receipts FR and planned receipts PR,
//!
//! ```text
//! bucket               0    …    L−1 │  L    …   L+f−1 │ L+f   …             H−1
//! release in           past          │  0    …   f−1   │  f    …           H−1−L
//! receipt              SR            │  SR + FR        │  SR + PR
//!                                                         ▲ a planned receipt for an earlier need comes here: late
//!
//! PAB_b = PAB_{b−1} + SR_b + FR_b + PR_b − GR_b,      PAB_{−1} = on hand − backorders
//! ```
//!
//! in three passes over b ≥ L + f, the buckets that can still be planned (PAB also runs through those before):
//!
//! ```text
//! 1 net requirement    NR_b = (SS − (PAB_{b−1} + SR_b + FR_b − GR_b))⁺, as if each were met in its bucket
//! 2 lots               lot rule: NR → lots
//! 3 planned receipt    where PAB_b would fall below SS: lots up to b, less planned receipts before b, after the quantity
//!                      rules (MOQ, multiple, cap); released in b − L
//! ```
//!
//! So what a minimum or multiple adds is taken off the next lot, which comes when it is needed and no sooner; what a cap
//! cuts off follows in the next buckets, late. Capacity is not levelled: nothing is planned before it is needed.
//!
//! **Frozen fence.** A review finds the planned releases of the review before. Those that now fall into the next f periods
//! are firm: it takes them as they are and plans from f on. What no earlier review planned is not firm, so the first
//! review is free; and for the fence to hold to its full length, the horizon must reach L + R + f with reviews every R
//! periods.
//!
//! Orlicky, *Material Requirements Planning* (1975). Owns the plan of one replication. Knows nothing of where requirements
//! come from, and executes nothing: [`Plan::release`] says what to release, period by period.

use super::lots::{self, LotRule, Needs};
use crate::supply::Quantities;

/// What a review of one replication knows.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// On hand minus backorders.
    pub net: f64,
    /// SR: receipts to come, by bucket; none beyond the end of the slice.
    pub receipts: &'a [f64],
    /// GR: requirements by bucket; its length is the horizon H.
    pub gross: &'a [f64],
    /// SS: a planned receipt is due where projected stock would fall below.
    pub safety: f64,
    /// L: a release in bucket b is received in bucket b + L, before the requirements of that bucket.
    pub lead_time: usize,
    /// f: releases in the buckets before this one are firm, if an earlier review planned them.
    pub fence: usize,
    /// Differences up to this are rounding: they need no receipt and buy no batch.
    pub tolerance: f64,
}

/// Room for one record; one per thread.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    /// SR + FR − GR.
    flow: Vec<f64>,
    net: Vec<f64>,
    lots: Vec<f64>,
    rule: lots::Scratch,
}

/// Planned releases of one item in one replication, from one review to the next.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// By period since the review.
    releases: Vec<f64>,
    /// Periods released since the review.
    gone: usize,
}

impl Plan {
    /// Nothing planned; room for a horizon.
    pub fn with_horizon(horizon: usize) -> Self {
        Self { releases: Vec::with_capacity(horizon), gone: 0 }
    }

    /// Forgets what was planned: the next review is the first.
    pub fn clear(&mut self) {
        self.releases.clear();
        self.gone = 0;
    }

    /// Releases still planned, the current period first: after a review, H − L of them, or those that are firm if more.
    pub fn releases(&self) -> &[f64] {
        &self.releases[self.gone..]
    }

    /// What is released in the current period; moves on to the next. To be called in every period, after its review if
    /// there is one.
    pub fn release(&mut self) -> f64 {
        let Some(quantity) = self.releases.get(self.gone) else { return 0.0 };
        self.gone += 1;
        *quantity
    }

    /// A review: keeps what is firm and plans the rest of the horizon anew.
    pub fn plan(
        &mut self,
        input: &Input<'_>,
        rule: &LotRule,
        quantities: &Quantities,
        scratch: &mut Scratch,
    ) {
        let horizon = input.gross.len();
        let firm = input.fence.min(self.releases.len() - self.gone);
        self.releases.copy_within(self.gone..self.gone + firm, 0);
        self.releases.truncate(firm);
        self.gone = 0;

        let first = input.lead_time.saturating_add(firm);
        if first >= horizon {
            return;
        }
        self.releases.resize(horizon - input.lead_time, 0.0);
        scratch.project(input, &self.releases[..firm]);
        let opening = scratch.flow[..first].iter().fold(input.net, |pab, flow| pab + flow);
        scratch.net_requirements(opening, first, input);
        let needs = Needs { net: &scratch.net, rate: lots::mean(input.gross), tolerance: input.tolerance };
        rule.lots(needs, &mut scratch.lots, &mut scratch.rule);

        let (mut pab, mut due) = (opening, 0.0);
        let planned = self.releases[firm..].iter_mut();
        for ((release, lot), flow) in planned.zip(&scratch.lots).zip(&scratch.flow[first..]) {
            pab += flow;
            due += lot;
            if input.safety - pab > input.tolerance && due > input.tolerance {
                *release = quantities.apply(due, input.tolerance);
                pab += *release;
                due -= *release;
            }
        }
    }
}

impl Scratch {
    /// What flows in each bucket before anything new is planned.
    fn project(&mut self, input: &Input<'_>, firm: &[f64]) {
        self.flow.clear();
        self.flow.extend(input.gross.iter().map(|gross| -gross));
        for (flow, receipt) in self.flow.iter_mut().zip(input.receipts) {
            *flow += receipt;
        }
        for (flow, receipt) in self.flow.iter_mut().skip(input.lead_time).zip(firm) {
            *flow += receipt;
        }
    }

    /// First pass; makes room for the second.
    fn net_requirements(&mut self, opening: f64, first: usize, input: &Input<'_>) {
        let mut pab = opening;
        self.net.clear();
        self.net.extend(self.flow[first..].iter().map(|flow| {
            pab += flow;
            let short = input.safety - pab;
            if short > input.tolerance {
                pab = input.safety;
                short
            } else {
                0.0
            }
        }));
        self.lots.clear();
        self.lots.resize(self.net.len(), 0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::{Input, Plan, Scratch};
    use crate::planning::{LotRule, cases::Cases};
    use crate::supply::Quantities;

    const L4L: LotRule = LotRule::LotForLot {};

    fn input<'a>(net: f64, receipts: &'a [f64], gross: &'a [f64], lead_time: usize) -> Input<'a> {
        Input { net, receipts, gross, safety: 0.0, lead_time, fence: 0, tolerance: 0.0 }
    }

    /// What a first review plans.
    fn first(input: &Input<'_>, rule: LotRule, quantities: Quantities) -> Vec<f64> {
        let mut plan = Plan::default();
        plan.plan(input, &rule, &quantities, &mut Scratch::default());
        plan.releases().to_vec()
    }

    /// PAB without a plan: 20 + 10 − 15 = 15, 5, −15, −30; SS = 5 needs 20 in bucket 2 and 15 in bucket 3, L = 2.
    #[test]
    fn record_by_hand() {
        let gross = [15.0, 10.0, 20.0, 15.0];
        let record = Input { safety: 5.0, ..input(20.0, &[10.0], &gross, 2) };
        let none = Quantities::default();
        assert_eq!(first(&record, L4L, none), [20.0, 15.0]);
        assert_eq!(first(&record, LotRule::FixedQuantity { quantity: 30.0 }, none), [30.0, 30.0]);
        let two = LotRule::PeriodQuantity { periods: Some(2), setup: None, holding: None };
        assert_eq!(first(&record, two, none), [35.0, 0.0]);
        // Received at once: bucket 0 may be planned for.
        assert_eq!(first(&input(3.0, &[], &[10.0, 4.0], 0), L4L, none), [7.0, 4.0]);
        // Backorders are owed; receipts beyond the horizon are not looked at.
        assert_eq!(first(&input(-5.0, &[0.0, 0.0, 9.0], &[1.0, 1.0], 0), L4L, none), [6.0, 1.0]);
    }

    /// L = 2, PAB −6 in bucket 0, −14 in bucket 1, −17 in bucket 2: all of it is planned for bucket 2, late. But a
    /// receipt of 20 in bucket 2 makes good what was short; only the 6 of bucket 3 are left to plan.
    #[test]
    fn what_is_past_due_comes_as_soon_as_it_can() {
        let gross = [10.0, 8.0, 3.0, 9.0];
        let none = Quantities::default();
        assert_eq!(first(&input(4.0, &[], &gross, 2), L4L, none), [17.0, 9.0]);
        assert_eq!(first(&input(4.0, &[0.0, 0.0, 20.0], &gross, 2), L4L, none), [0.0, 6.0]);
        assert!(first(&input(4.0, &[], &gross, 4), L4L, none).is_empty());
        assert!(first(&input(4.0, &[], &[], 0), L4L, none).is_empty());
    }

    /// Needs of 10 in each of four buckets. MOQ 35: the second lot of two buckets' worth waits until bucket 3, then 5 are
    /// wanted and 35 come. Cap 25 on one lot of 40: 15 more when the 25 are used up. Cap 12: late, bucket by bucket.
    #[test]
    fn quantity_rules_shape_the_lots() {
        let record = input(0.0, &[], &[10.0; 4], 0);
        let two = LotRule::PeriodQuantity { periods: Some(2), setup: None, holding: None };
        let four = LotRule::PeriodQuantity { periods: Some(4), setup: None, holding: None };
        let rules = |minimum, multiple, maximum| Quantities { minimum, multiple, maximum };
        assert_eq!(first(&record, two, rules(35.0, None, None)), [35.0, 0.0, 0.0, 35.0]);
        assert_eq!(first(&record, L4L, rules(0.0, Some(4.0), None)), [12.0, 8.0, 12.0, 8.0]);
        assert_eq!(first(&record, four, rules(0.0, None, Some(25.0))), [25.0, 0.0, 15.0, 0.0]);
        let late = input(-10.0, &[], &[10.0; 4], 0);
        assert_eq!(first(&late, L4L, rules(0.0, None, Some(12.0))), [12.0; 4]);
    }

    /// L = f = 1. The first review is free: 10 on hand and 10 due, so 10 each for buckets 2 and 3. Then 15 are sold (5 on
    /// hand), and bucket 1 is to need 20: the release of 10 for it is firm, and the 15 still missing come in bucket 2.
    #[test]
    fn fence_by_hand() {
        let (mut plan, mut scratch, none) =
            (Plan::with_horizon(4), Scratch::default(), Quantities::default());
        let fenced = |net, receipts, gross| Input { fence: 1, ..input(net, receipts, gross, 1) };
        plan.plan(&fenced(10.0, &[10.0], &[10.0; 4]), &L4L, &none, &mut scratch);
        assert_eq!(plan.releases(), [0.0, 10.0, 10.0]);
        assert_eq!(plan.release(), 0.0);
        plan.plan(&fenced(5.0, &[], &[10.0, 20.0, 10.0, 10.0]), &L4L, &none, &mut scratch);
        // PAB −5, −15 with the firm 10, then 10 + 15 in bucket 2.
        assert_eq!(plan.releases(), [10.0, 25.0, 10.0]);
        // Two periods to the next review: releases 10 and 25, then 10 is firm although nothing is needed.
        assert_eq!((plan.release(), plan.release()), (10.0, 25.0));
        plan.plan(&fenced(100.0, &[25.0], &[10.0; 4]), &L4L, &none, &mut scratch);
        assert_eq!(plan.releases(), [10.0, 0.0, 0.0]);
        // Beyond the plan nothing is released, and a review after that is as free as the first.
        for released in [10.0, 0.0, 0.0, 0.0] {
            assert_eq!(plan.release(), released);
        }
        plan.plan(&fenced(0.0, &[], &[10.0; 3]), &L4L, &none, &mut scratch);
        assert_eq!(plan.releases(), [20.0, 10.0]);
        // Without a fence nothing is firm; cleared, neither.
        plan.plan(&input(20.0, &[], &[10.0; 3], 1), &L4L, &none, &mut scratch);
        assert_eq!(plan.releases(), [0.0, 10.0]);
        plan.clear();
        plan.plan(&fenced(0.0, &[], &[10.0; 3]), &L4L, &none, &mut scratch);
        assert_eq!(plan.releases(), [20.0, 10.0]);
    }

    fn any_rule(cases: &mut Cases) -> LotRule {
        let (setup, holding) = (cases.whole(200), 1.0 + cases.whole(3));
        match cases.below(7) {
            0 => L4L,
            1 => LotRule::FixedQuantity { quantity: 1.0 + cases.whole(40) },
            2 => LotRule::EconomicQuantity { setup, holding, whole: true },
            3 => LotRule::PeriodQuantity { periods: None, setup: Some(setup), holding: Some(holding) },
            4 => LotRule::PeriodQuantity {
                periods: Some(1 + cases.below(5) as usize),
                setup: None,
                holding: None,
            },
            5 => LotRule::SilverMeal { setup, holding },
            _ => LotRule::WagnerWhitin { setup, holding },
        }
    }

    /// Reviews every R periods under all rules: firm releases stay, PAB holds SS wherever it can be planned for, and no
    /// receipt is planned where it would have held without.
    #[test]
    fn every_review_keeps_the_record() {
        let mut cases = Cases::new(1975);
        let (mut plan, mut scratch) = (Plan::default(), Scratch::default());
        for _ in 0..500 {
            let rule = any_rule(&mut cases);
            let multiple = [None, Some(6.0)][cases.below(2) as usize];
            let quantities = Quantities { minimum: cases.whole(30), multiple, maximum: None };
            let (lead_time, fence, every) =
                (cases.below(4) as usize, cases.below(4) as usize, 1 + cases.below(3));
            let horizon = 12;
            plan.clear();
            for _ in 0..4 {
                let firm = plan.releases()[..fence.min(plan.releases().len())].to_vec();
                let (gross, receipts) = (cases.list(horizon, 30), cases.list(lead_time, 30));
                let (net, safety) = (cases.whole(80) - 30.0, cases.whole(20));
                let review = Input {
                    net,
                    receipts: &receipts,
                    gross: &gross,
                    safety,
                    lead_time,
                    fence,
                    tolerance: 0.0,
                };
                plan.plan(&review, &rule, &quantities, &mut scratch);
                assert_eq!(plan.releases().len(), horizon - lead_time);
                assert_eq!(plan.releases()[..firm.len()], firm);
                let mut pab = net;
                for (b, required) in gross.iter().enumerate() {
                    pab += receipts.get(b).unwrap_or(&0.0) - required;
                    let planned = b.checked_sub(lead_time).map_or(0.0, |k| plan.releases()[k]);
                    if b >= lead_time + firm.len() {
                        assert_eq!(planned > 0.0, pab < safety, "{rule:?} {quantities:?} bucket {b}");
                        assert!(pab + planned >= safety, "{rule:?} {quantities:?} bucket {b}");
                        assert_eq!(planned, quantities.apply(planned, 0.0));
                    }
                    pab += planned;
                }
                for _ in 0..every {
                    plan.release();
                }
            }
        }
    }

    /// N1: what lies beyond the horizon, or was planned before for someone else, changes nothing; lot for lot, bucket 0
    /// depends on nothing after bucket L either.
    #[test]
    fn releases_foresee_nothing() {
        let mut cases = Cases::new(1);
        let (mut used, none) = (Scratch::default(), Quantities::default());
        for _ in 0..200 {
            let rule = any_rule(&mut cases);
            let (here, there) = (cases.list(8, 30), [cases.list(9, 30), cases.list(9, 30)]);
            let net = cases.whole(40);
            let [one, other] = there.map(|beyond| {
                let all = [&here[..], &beyond].concat();
                let mut plan = Plan::default();
                plan.plan(&input(0.0, &[], &all, 2), &rule, &none, &mut used);
                plan.clear();
                plan.plan(&input(net, &[], &all[..8], 2), &rule, &none, &mut used);
                plan
            });
            assert_eq!(one.releases(), other.releases());
            assert_eq!(one.releases(), first(&input(net, &[], &here, 2), rule, none));
            let mut later = here.clone();
            later[3..].fill(1000.0);
            let [now, then] = [&here, &later].map(|gross| first(&input(net, &[], gross, 2), L4L, none)[0]);
            assert_eq!(now, then);
        }
    }

    /// Tenths do not add up to SS exactly: neither a receipt nor a batch comes of it.
    #[test]
    fn rounding_plans_nothing() {
        let gross = [0.1, 0.2, 0.3];
        let tolerant = Input { tolerance: 1e-12, ..input(0.3, &[], &gross, 0) };
        let tenths = Quantities { multiple: Some(0.1), ..Quantities::default() };
        assert_eq!(first(&tolerant, L4L, tenths), [0.0, 0.0, 3.0 * 0.1]);
    }
}
