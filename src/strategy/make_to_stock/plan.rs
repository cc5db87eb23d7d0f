//! One item, compiled: its designs, grouped by the demand they share, and what was decided about one-pass curves.

use super::curve::Curve;
use super::foresight::Foresight;
use super::params::Params;
use super::shift;
use crate::config::{Arrays, MakeToStock, Method, Policy};
use crate::demand::DemandSource;
use crate::error::{Error, Result};
use crate::metrics::Tariff;
use crate::supply::{LeadDraw, Side};

/// What every item of a run shares.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// Key of all addresses.
    pub key: u64,
    /// Periods, warm-up included.
    pub periods: usize,
    /// Periods that are not counted.
    pub warm_up: usize,
    /// Absolute number of the first replication of the run.
    pub first: u32,
    /// No metric is wanted that needs orders, quantities, stockouts or stock before demand.
    pub lean: bool,
    /// A metric is wanted that only [rows](super::rows) count.
    pub rows: bool,
    /// Variances are wanted.
    pub variances: bool,
}

/// One item, compiled.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) entity: u32,
    pub(super) groups: Vec<Group>,
    /// How each design turns counts into metrics.
    pub tariffs: Vec<Tariff>,
    /// Mean lead time of each design, as drawn.
    pub mean_leads: Vec<f64>,
    /// Mean demand per period of each design, as drawn, where it is drawn.
    pub mean_demand: Vec<Option<f64>>,
    /// Whether the demand of each design is clipped at 0.
    pub clips: Vec<bool>,
}

/// Designs of one item that share a demand.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) demand: DemandSource,
    pub(super) designs: Vec<usize>,
    pub(super) params: Vec<Params>,
    pub(super) leads: Vec<LeadDraw>,
    pub(super) lead_of: Vec<usize>,
    /// Random inputs beside demand and lead times, and which each design reads.
    pub(super) sides: Vec<Side>,
    pub(super) sides_of: Vec<Vec<usize>>,
    pub(super) whole: bool,
    pub(super) curve: Option<Curve>,
}

/// What was decided about one-pass curves, for the result to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pass {
    /// One design: nothing to decide.
    Single,
    /// Every group of designs took one pass.
    One,
    /// At least one group ran on the grid, and why.
    Grid(String),
}

impl Plan {
    /// Checks and compiles one item; `end` is one past the last replication, from the start of the half.
    pub fn compile(
        models: &[&MakeToStock],
        entity: u32,
        arrays: &Arrays,
        frame: &Frame,
        end: u64,
        method: Method,
    ) -> Result<(Self, Pass)> {
        let mut plan = Self {
            entity,
            groups: Vec::new(),
            tariffs: Vec::new(),
            mean_leads: Vec::new(),
            mean_demand: Vec::new(),
            clips: Vec::new(),
        };
        let mut firsts: Vec<usize> = Vec::new();
        for (d, model) in models.iter().enumerate() {
            let g = match firsts.iter().position(|&f| models[f].demand == model.demand) {
                Some(g) => g,
                None => {
                    let demand = DemandSource::compile(&model.demand, arrays, frame.periods, end)?;
                    firsts.push(d);
                    plan.groups.push(Group::new(demand));
                    plan.groups.len() - 1
                }
            };
            let group = &mut plan.groups[g];
            let params = Params::compile(
                model,
                &group.demand,
                (arrays, frame.periods, end),
                (frame.rows, frame.variances),
            )?;
            plan.tariffs.push(Tariff {
                costs: params.costs,
                mean_basis: params.mean_basis,
                lost_share: params.lost_share,
                periods: (frame.periods - frame.warm_up) as f64,
            });
            plan.mean_leads.push(params.mean_lead);
            plan.mean_demand.push(group.demand.mean);
            plan.clips.push(group.demand.clips());
            group.push(d, params);
        }
        let mut pass = if models.len() == 1 { Pass::Single } else { Pass::One };
        for group in &mut plan.groups {
            group.whole = group.demand.whole && group.params.iter().all(|p| p.whole);
            match group.one_pass(method, frame) {
                Ok(curve) => group.curve = Some(curve),
                Err(_) if group.params.len() == 1 && plan.tariffs.len() == 1 && method != Method::OnePass => {
                }
                Err(reason) => {
                    if method == Method::OnePass {
                        return Err(Error::config("method", "one_pass", format!("a valid choice: {reason}")));
                    }
                    pass = Pass::Grid(reason);
                }
            }
        }
        Ok((plan, pass))
    }

    /// Whether any design's forecast is the future itself.
    pub fn clairvoyant(&self) -> bool {
        self.groups.iter().flat_map(|g| &g.params).any(Params::clairvoyant)
    }

    /// An opening stock below nought, if any design has one.
    pub fn opening_below_nought(&self) -> Option<f64> {
        self.groups.iter().flat_map(|g| &g.params).map(|p| p.opening).find(|x| *x < 0.0)
    }

    /// Group and place there of every design.
    pub(super) fn places(&self) -> Vec<(usize, usize)> {
        let mut places = vec![(0, 0); self.tariffs.len()];
        for (g, group) in self.groups.iter().enumerate() {
            for (j, &d) in group.designs.iter().enumerate() {
                places[d] = (g, j);
            }
        }
        places
    }

    /// How large a shortage of this item is: the standard deviation of its demand, or the mean of one that does not vary.
    pub(super) fn scale(&self, design: usize, item: usize) -> Result<f64> {
        let (g, j) = self.places()[design];
        let Group { demand, params, .. } = &self.groups[g];
        let unknown = || {
            let reason = "must have a known standard deviation of demand to be served fairly: choose another allocation";
            Error::data(format!("items[{item}]"), reason)
        };
        let sd = demand.spread(params[j].periods).ok_or_else(unknown)?;
        let scale = if sd > 0.0 { sd } else { demand.mean.unwrap_or(demand.usual) };
        Ok(if scale > 0.0 { scale } else { 1.0 })
    }

    /// Refuses what cannot share the hours of a plant.
    pub(super) fn shares_a_plant(&self) -> Result<()> {
        for p in self.groups.iter().flat_map(|g| &g.params) {
            if matches!(p.policy, Policy::OrderUpTo { returns: true, .. }) {
                return Err(Error::config(
                    "policy.returns",
                    "True",
                    "False in a plant, whose hours it cannot give back",
                ));
            }
            let capacity = p.terms.as_ref().and_then(|t| t.capacity.as_ref());
            if let Some(capacity) = capacity
                && capacity.overtime > 0.0
            {
                let bound = "0 in a plant: overtime is the plant's";
                return Err(Error::config("capacity.overtime", capacity.overtime, bound));
            }
        }
        Ok(())
    }

    /// Demand, its entity and the forecast of a plan with one design.
    pub fn forecast(&self) -> Result<(&DemandSource, u32, &Foresight)> {
        let (demand, p) = self.only();
        let foresight = p.terms.as_ref().and_then(|t| t.forecast.as_ref());
        let missing = || Error::config("forecast", "none", "given");
        Ok((demand, self.entity, foresight.ok_or_else(missing)?))
    }

    /// Every quantity of every design is whole.
    pub fn whole(&self) -> bool {
        self.groups.iter().all(|g| g.whole)
    }

    /// Every demand is a whole number.
    pub fn whole_demand(&self) -> bool {
        self.groups.iter().all(|g| g.demand.whole)
    }

    /// Compute in doubles whatever the bounds would allow (results have the same bits).
    pub fn make_real(&mut self) {
        for group in &mut self.groups {
            group.whole = false;
        }
    }

    /// The same plan, one design, with its target at `level`. Opening stock follows the level where it did before.
    #[must_use]
    pub fn at_level(&self, level: f64) -> Self {
        let mut plan = self.clone();
        let group = &mut plan.groups[0];
        group.params[0] = group.params[0].at_level(level);
        group.whole &= group.params[0].whole;
        plan
    }

    /// Where the target of the policy lies; for searches, a plan with one design.
    pub fn target(&self) -> f64 {
        self.only().1.policy.target()
    }

    /// The least target of a search.
    pub fn lowest_target(&self) -> f64 {
        shift::lowest(&self.only().1.policy)
    }

    /// Levels between whole numbers make no difference that is asked for.
    pub fn whole_levels(&self) -> bool {
        self.whole_demand() && self.lowest_target().fract() == 0.0
    }

    /// How long the ripples are that quantity rules make in the cost over the level: a batch, or else nothing.
    pub fn ripple(&self) -> f64 {
        self.only().1.quantities.multiple.unwrap_or(0.0)
    }

    /// Mean demand of a protection interval, where demand is drawn; the largest demand times it, where it is given.
    pub fn protection_demand(&self) -> f64 {
        let (demand, p) = self.only();
        let mean = self.mean_demand[0].unwrap_or(demand.largest);
        mean * (p.mean_lead + p.review as f64)
    }

    /// Demand and parameters of a plan with one design, for searches.
    pub(super) fn only(&self) -> (&DemandSource, &Params) {
        (&self.groups[0].demand, &self.groups[0].params[0])
    }
}

impl Group {
    fn new(demand: DemandSource) -> Self {
        let whole = demand.whole;
        Self {
            demand,
            designs: vec![],
            params: vec![],
            leads: vec![],
            lead_of: vec![],
            sides: vec![],
            sides_of: vec![],
            whole,
            curve: None,
        }
    }

    fn push(&mut self, design: usize, params: Params) {
        self.lead_of.push(match params.lead.draw() {
            None => usize::MAX,
            Some(draw) => self.leads.iter().position(|l| *l == draw).unwrap_or_else(|| {
                self.leads.push(draw);
                self.leads.len() - 1
            }),
        });
        let wanted = params.terms.as_ref().map_or(&[][..], |t| &t.sides);
        let sides = wanted.iter().map(|side| {
            self.sides.iter().position(|s| s == side).unwrap_or_else(|| {
                self.sides.push(side.clone());
                self.sides.len() - 1
            })
        });
        self.sides_of.push(sides.collect());
        self.designs.push(design);
        self.params.push(params);
    }

    /// The one-pass curve of this group, or why there is none.
    fn one_pass(&self, method: Method, frame: &Frame) -> std::result::Result<Curve, String> {
        if method == Method::Grid {
            return Err("method = grid was asked for".to_owned());
        }
        Curve::new(&self.params, &self.demand, frame.periods - frame.warm_up)
    }
}
