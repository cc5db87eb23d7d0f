//! The configuration of one design, checked once and then trusted.

use super::foresight::Provider;
use super::settle::Settle;
use super::shift;
use super::terms::Terms;
use crate::config::{Arrays, Costs, EventOrder, HoldingBasis, MakeToStock, Opening, Policy};
use crate::demand::DemandSource;
use crate::engine::lattice::{DEPTH, WHOLE_LIMIT};
use crate::error::{Error, Result, check};
use crate::law::float::powf;
use crate::supply::{Lead, Quantities};
use std::sync::Arc;

/// Rounding of a sum of quantities, relative to their scale: a hundred times that of ten thousand additions.
pub(super) const ROUNDING: f64 = 1e-12;

/// One design.
#[derive(Debug, Clone)]
pub struct Params {
    /// Release policy.
    pub policy: Policy,
    /// What the supplier accepts of it.
    pub quantities: Quantities,
    /// Lead time.
    pub lead: Lead,
    /// Mean lead time as drawn.
    pub mean_lead: f64,
    /// Review every this many periods.
    pub review: usize,
    /// Demand comes before planning.
    pub demand_first: bool,
    /// Holding is charged on the mean of stock before demand and at the close.
    pub mean_basis: bool,
    /// Share of a shortage that is lost.
    pub lost_share: f64,
    /// On hand at the start.
    pub opening: f64,
    /// Opening stock moves with the policy's target.
    pub opens_at_target: bool,
    /// Replications open below the target, each at a place of its own.
    pub settle: Option<Settle>,
    /// Cost rates.
    pub costs: Costs,
    /// Forecasts, capacity, yields and whatever else; none: a plain design.
    pub terms: Option<Arc<Terms>>,
    /// By how much the opening stock exceeds the policy's target, where it moves with it: the demand expected in a cover.
    anchor: f64,
    /// Warm-up included.
    pub(super) periods: usize,
    largest_demand: f64,
    usual_demand: f64,
    /// Differences below this are rounding: real quantities that should be equal (a gap of nought, a stock that just
    /// meets the demand) differ in their last places. Far below any demand; whole quantities are exact and ignore it.
    pub tolerance: f64,
    whole_demand: bool,
    /// 32-bit integers hold every quantity.
    pub whole: bool,
    /// Periods after which integer accumulators must be emptied.
    pub flush_every: usize,
}

impl Params {
    /// Checks and compiles one design for runs of `periods` (warm-up included) and replications up to `end`. `counted`: whether a plain design
    /// runs on rows, too, and whether variances are wanted.
    pub fn compile(
        model: &MakeToStock,
        demand: &DemandSource,
        (arrays, periods, end): (&Arrays, usize, u64),
        counted: (bool, bool),
    ) -> Result<Self> {
        model.policy.check()?;
        model.quantities.check()?;
        model.costs.check()?;
        if model.review_period == 0 {
            return Err(Error::config("review_period", 0, "≥ 1"));
        }
        let review = model.review_period as usize;
        if review > periods {
            return Err(Error::config("review_period", review, format!("≤ periods = {periods}")));
        }
        check::share("backorder_share", model.backorder_share)?;
        let (lead, mean_lead) = Lead::compile(&model.lead_time, model.crossing, model.event_order, periods)?;
        let terms = Terms::compile(model, demand, &lead, mean_lead, (arrays, periods, end), counted)?;
        let anchor = match model.opening_stock {
            Some(Opening::Stock(_)) => 0.0,
            _ => anchor(model, terms.as_ref(), demand)?,
        };
        let opening = match model.opening_stock {
            Some(Opening::Stock(x)) => check::non_negative("opening_stock", x)?,
            Some(Opening::Settled(_)) | None => anchor + model.policy.target(),
        };
        if opening < 0.0 && model.backorder_share < 1.0 {
            let bound = "≥ 0 where sales are lost: a planned backlog needs customers who wait";
            return Err(Error::config(model.policy.target_field(), opening, bound));
        }
        let lost_share = 1.0 - model.backorder_share;
        let mut params = Self {
            policy: model.policy.clone(),
            quantities: model.quantities,
            lead,
            mean_lead,
            review,
            demand_first: model.event_order == EventOrder::DemandBeforeOrder,
            mean_basis: model.holding_basis == HoldingBasis::Mean,
            lost_share,
            opening,
            opens_at_target: !matches!(model.opening_stock, Some(Opening::Stock(_))),
            settle: None,
            costs: model.costs,
            terms: terms.map(Arc::new),
            anchor,
            periods,
            largest_demand: demand.largest,
            usual_demand: demand.usual,
            tolerance: 0.0,
            whole_demand: demand.whole,
            whole: demand.whole,
            flush_every: usize::MAX,
        };
        params.bound();
        if let Some(Opening::Settled(_)) = model.opening_stock {
            if params.terms.is_some() {
                let bound = "left out with forecasts, limits or losses of supply, in a plant, and where metrics of \
                     variance or supply are asked for";
                return Err(Error::config("opening_stock", "settled", bound));
            }
            params.settle = Some(Settle::compile(&params, demand)?);
        }
        Ok(params)
    }

    /// Works out whether integers hold every quantity, and for how many periods.
    fn bound(&mut self) {
        let Quantities { minimum, multiple, .. } = self.quantities;
        let overshoot = minimum + multiple.unwrap_or(0.0);
        let levels = self.policy.reach() + self.opening.abs() + overshoot;
        let reach = levels + self.stray();
        let mut named = self.policy.numbers().into_iter().chain(self.quantities.numbers());
        let exact = self.whole_demand
            && self.opening.fract() == 0.0
            && named.all(|x| x.fract() == 0.0)
            && (self.lost_share == 0.0 || self.lost_share == 1.0);
        self.whole = exact && self.terms.is_none() && reach * 4.0 * DEPTH as f64 <= WHOLE_LIMIT;
        // Neither the rarest demand nor the horizon: what is rounding today must not depend on what could happen one day.
        let scale = levels + (self.lead.longest() + self.review + 1) as f64 * self.usual_demand;
        self.tolerance = if exact && self.terms.is_none() { 0.0 } else { ROUNDING * scale };
        self.flush_every =
            if self.whole { (WHOLE_LIMIT / (2.0 * reach.max(1.0))) as usize } else { usize::MAX };
    }

    /// How far net stock and position can stray from the levels: by the largest demand of a protection interval, where
    /// orders can make up for it; where they are limited or fixed, by all that is demanded or ordered.
    fn stray(&self) -> f64 {
        let protection = (self.lead.longest() + self.review + 1) as f64 * self.largest_demand;
        match self.policy {
            Policy::ConstantOrder { quantity } => {
                let ordered = self.quantities.apply(quantity, 0.0);
                self.periods as f64 * self.largest_demand.max(ordered)
            }
            Policy::CappedBaseStock { .. } => self.periods as f64 * self.largest_demand,
            _ if self.quantities.maximum.is_some() => self.periods as f64 * self.largest_demand,
            _ => protection,
        }
    }

    /// The same design with its target at `level`; opening stock follows where it did before.
    #[must_use]
    pub fn at_level(&self, level: f64) -> Self {
        let opening = if self.opens_at_target { self.anchor + level } else { self.opening };
        let mut params = Self { policy: shift::to(&self.policy, level), opening, ..self.clone() };
        params.bound();
        params
    }

    /// The same design with target and opening stock 0: what is missing from any target.
    #[must_use]
    pub fn at_nought(&self) -> Self {
        Self { opens_at_target: true, ..self.clone() }.at_level(0.0)
    }

    /// The same design with so many units less at the start.
    #[must_use]
    pub fn lowered(&self, units: f64) -> Self {
        Self { opening: self.opening - units, ..self.clone() }
    }

    /// Whether a forecast of the design is the future itself.
    pub fn clairvoyant(&self) -> bool {
        let forecast = self.terms.as_ref().and_then(|t| t.forecast.as_ref());
        forecast.is_some_and(|f| matches!(f.provider, Provider::Perfect))
    }

    /// What a supplier accepts of an order.
    #[inline(always)]
    pub fn accepted(&self, wanted: f64) -> f64 {
        // What goes back is nobody's order.
        if wanted < 0.0 { wanted } else { self.quantities.apply(wanted, self.tolerance) }
    }

    /// The same where no more than `cap` can be made.
    #[inline(always)]
    pub fn accepted_within(&self, wanted: f64, cap: f64) -> f64 {
        self.quantities.apply_within(wanted, cap, self.tolerance)
    }

    /// Periods from a release to the one that is planned for: by default that of the receipt.
    #[inline]
    pub fn receipt_ahead(&self, ahead: Option<u32>) -> usize {
        let receipt = self.mean_lead.round() as usize;
        ahead.map_or(receipt - usize::from(self.demand_first), |k| k as usize)
    }

    /// What a unit of value is worth in period `t`.
    #[inline(always)]
    pub fn worth(&self, t: usize) -> f64 {
        if self.costs.erosion == 0.0 { 1.0 } else { powf(1.0 - self.costs.erosion, t as f64) }
    }

    /// Rows of the pipeline: one per period an order can be under way.
    pub fn ring(&self) -> usize {
        match self.lead {
            Lead::Fixed(l) => l,
            Lead::Random { longest, .. } => longest + 1,
        }
    }
}

/// What a policy that plans expects to need beyond its safety stock when the run begins.
fn anchor(model: &MakeToStock, terms: Option<&Terms>, demand: &DemandSource) -> Result<f64> {
    if !model.policy.plans() {
        return Ok(0.0);
    }
    let known = match terms.and_then(|t| t.forecast.as_ref()).map(|f| &f.provider) {
        Some(Provider::Mean(means) | Provider::Evolution(means)) => means.first().copied(),
        _ => demand.mean.or_else(|| demand.means(1).and_then(|m| m.first().copied())),
    };
    let mean = || {
        known.ok_or_else(|| {
            Error::config("opening_stock", "none", "given where the mean of demand is not known")
        })
    };
    let cover = terms.and_then(|t| t.forecast.as_ref()).map_or(1.0, |f| f.cover as f64);
    match &model.policy {
        Policy::RatePlan { .. } => Ok(0.0),
        Policy::DemandDriven { buffer, .. } => Ok(buffer.zones(mean()?).top_of_green()),
        _ => Ok(mean()? * cover),
    }
}
