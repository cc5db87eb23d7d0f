//! All base-stock levels from one pass (spec O1).
//!
//! With full backorders and an opening position at the target, what is missing from the target, X = S − n, does not
//! depend on S: the run with S = 0 shows −X at every close and −V just before demand. Then for every level
//!
//! ```text
//! on hand (S − X)⁺   backorders (X − S)⁺   available (S − V)⁺   filled min(d, (S − V)⁺)   stockout X > S
//! ```
//!
//! Not valid with lost sales (the shortage decides what is ordered), nor when the opening stock is fixed while the level
//! moves. Not taken with a MOQ, batch or cap either: X would still not depend on S, but a rule is a jump, and what is
//! rounding in one path must not become a batch in another. How lead times cross does not matter.

use super::kernel::{Record, Span};
use super::params::Params;
use super::tally::{AVAILABLE, BACKORDERS, FILLED, ON_HAND, STOCKOUTS, Tally};
use crate::config::{Level, Policy};
use crate::demand::DemandSource;
use crate::engine::lattice::{Cell, LANES, Lanes, Row, Tile};
use crate::metrics::Counts;
use fearless_simd::Simd;

/// A set of designs that differ only in their base-stock level.
#[derive(Debug, Clone)]
pub struct Curve {
    /// The design with level 0.
    pub base: Params,
    /// The levels, one per design.
    pub levels: Vec<f64>,
    /// What counts as rounding, one per design.
    pub tolerances: Vec<f64>,
    /// Periods after which integer accumulators must be emptied.
    pub flush_every: usize,
    /// Counted periods.
    counted: f64,
}

impl Curve {
    /// The curve through these designs, or why one pass is not valid.
    pub fn new(designs: &[Params], demand: &DemandSource, counted: usize) -> Result<Self, String> {
        if designs.len() < 2 {
            return Err("a single level needs no curve".to_owned());
        }
        let base = Self::base(&designs[0], demand)?;
        let mut levels = Vec::with_capacity(designs.len());
        let tolerances = designs.iter().map(|p| p.tolerance).collect();
        for p in designs {
            let own = Self::base(p, demand)?;
            if !same_but_level(&own, &base) {
                return Err("designs differ in more than the base-stock level".to_owned());
            }
            levels.push(p.policy.target());
        }
        let flush_every = designs.iter().map(|p| p.flush_every).min().unwrap_or(usize::MAX) / 2;
        Ok(Self { base, levels, tolerances, flush_every, counted: counted as f64 })
    }

    /// The design with level and opening stock 0, if it tells all about `p`.
    pub fn base(p: &Params, demand: &DemandSource) -> Result<Params, String> {
        match &p.policy {
            Policy::BaseStock { level: Level::Constant(_) } => (),
            Policy::BaseStock { .. } => return Err("the base-stock level changes with the period".to_owned()),
            Policy::OrderUpTo { returns: false, .. } => (),
            _ => return Err("the policy is not a base stock".to_owned()),
        }
        if !p.quantities.are_none() {
            return Err("orders obey a MOQ, batch or cap".to_owned());
        }
        if !p.opens_at_target {
            return Err("the opening stock does not move with the level".to_owned());
        }
        if p.lost_share > 0.0 {
            return Err("sales are lost, so what is ordered depends on the level".to_owned());
        }
        if demand.lowest < 0.0 {
            return Err("demand can be negative".to_owned());
        }
        if let Some(terms) = &p.terms {
            terms.moves()?;
        }
        if p.costs.erosion > 0.0 {
            return Err("stock loses value with time".to_owned());
        }
        Ok(p.at_nought())
    }

    /// The counts of one lane at one level.
    pub(super) fn counts<T: Cell>(
        &self,
        level: f64,
        base: &Counts,
        tally: &Tally<T>,
        lane: usize,
        last_close: &Row<T>,
    ) -> Counts {
        let own = tally.counts(lane, last_close[lane].to_f64() + level);
        let (demand, orders, order_quantity) = (base.demand, base.orders, base.order_quantity);
        let extras = base.extras.raised(level, self.counted);
        Counts { demand, orders, order_quantity, extras, ..own }
    }
}

fn same_but_level(a: &Params, b: &Params) -> bool {
    a.lead.same(&b.lead)
        && a.settle == b.settle
        && a.review == b.review
        && a.demand_first == b.demand_first
        && a.policy == b.policy
        && match (&a.terms, &b.terms) {
            (None, None) => true,
            (Some(a), Some(b)) => a.described == b.described,
            _ => false,
        }
}

/// Adds one span of the base run to the sums of one level.
#[inline(always)]
pub(super) fn accumulate<S: Simd, T: Cell>(
    s: S,
    (level, tolerance): (f64, f64),
    tally: &mut Tally<T>,
    demand: &Tile<T>,
    record: &Record<T>,
    span: Span,
) {
    s.vectorize(
        #[inline(always)]
        || {
            let splat = |x: f64| T::Lanes::<S>::splat(s, T::from_f64(x));
            let (zero, one, level) = (splat(0.0), splat(1.0), splat(level));
            let short_of_nought = zero - splat(tolerance);
            for g in (0..LANES).step_by(T::Lanes::<S>::WIDTH) {
                let load = |tile: &Tile<T>, k: usize| T::Lanes::<S>::load(s, &tile[k][g..]);
                let rows = [FILLED, ON_HAND, BACKORDERS, AVAILABLE, STOCKOUTS];
                let mut sums = rows.map(|i| T::Lanes::<S>::load(s, &tally.sums[i][g..]));
                for k in span.from..span.to {
                    let net = level + load(&record.close, k);
                    let available = (level + load(&record.before, k)).larger(zero);
                    let on_hand = net.larger(zero);
                    sums[0] = sums[0] + load(demand, k).smaller(available);
                    sums[1] = sums[1] + on_hand;
                    sums[2] = sums[2] + (on_hand - net);
                    sums[3] = sums[3] + available;
                    sums[4] = sums[4] + T::Lanes::<S>::choose(net.below(short_of_nought), one, zero);
                }
                for (i, sum) in rows.into_iter().zip(sums) {
                    sum.store(&mut tally.sums[i][g..]);
                }
            }
        },
    );
}
