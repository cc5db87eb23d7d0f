//! Where an item stands when the run begins, if it is to begin as it goes on.
//!
//! A policy that orders in lots starts at its target S once and is rarely there again: its position runs through all of
//! (s, S]. A run shorter than a few order cycles that starts at S would count hardly any of the moments at which stock
//! runs out. With a settled opening every replication starts at a position of its own, drawn close to the long-run law
//! of positions just after a review: spread evenly over the lot (the exact law of (r, nQ) for continuous demand), then
//! moved on by [`JUMPS`] reviews that see demand. What is near the top of a cycle by then got there by orders of its own,
//! what is far from it was even to begin with. The gap to the target does not depend on the target, so that one pass
//! still answers all levels.

use super::params::Params;
use super::release::release;
use super::shift;
use crate::config::Policy;
use crate::demand::DemandSource;
use crate::error::{Error, Result};
use crate::law::Sampler;
use crate::random::{BITS, Line, Stream};

/// Reviews with demand before period 0: with the first place they fill four blocks of random words.
const JUMPS: usize = 15;

/// What the opening of a design is drawn from.
#[derive(Debug, Clone, PartialEq)]
pub struct Settle {
    /// Integers below this draw no demand.
    nil: u64,
    /// Periods with demand between two reviews that see any.
    per_review: usize,
    /// Positions are spread over so many units …
    span: f64,
    /// … from so far above the target downwards; below 0 where only quantity rules make lots: from the target upwards.
    top: f64,
    /// Positions are whole multiples of this away from the target; 0: any.
    lattice: f64,
}

impl Settle {
    /// Checks that the design has a long-run law to start from.
    pub fn compile(p: &Params, demand: &DemandSource) -> Result<Self> {
        shift::check(&p.policy)?;
        let Some(sampler) = demand.steady() else {
            let bound = "left out where demand is not drawn from one law";
            return Err(Error::config("opening_stock", "settled", bound));
        };
        let lot = shift::lowest(&p.policy);
        if p.lost_share > 0.0 && p.opening < lot {
            let bound =
                format!("≥ {lot} where sales are lost and the opening is settled: no backlog at the start");
            return Err(Error::config(p.policy.target_field(), p.opening, bound));
        }
        // The least that can be ordered at once: where it exceeds the lot, positions end above the target.
        let least = p.quantities.apply(f64::MIN_POSITIVE, 0.0);
        let least = if least == f64::MIN_POSITIVE { 0.0 } else { least };
        let span = lot.max(least);
        let top = if lot == 0.0 { -1.0 } else { span - lot };
        let nil = zeros(sampler);
        let busy = 1.0 - nil as f64 / (1u64 << BITS) as f64;
        let per_review = (p.review as f64 * busy).round().max(1.0) as usize;
        Ok(Self { nil, per_review, span, top, lattice: lattice(p, demand, sampler) })
    }

    /// Units missing from the target at the start of one replication; negative where lots overshoot it.
    pub fn gap(&self, p: &Params, demand: &DemandSource, key: u64, entity: u32, replication: u32) -> f64 {
        let Some(sampler) = demand.steady() else { return 0.0 };
        if self.span == 0.0 {
            return 0.0;
        }
        let mut words = Words::new(Line { key, replication, stream: Stream::Opening, entity });
        let share = f64::from(words.next()) / (1u64 << 32) as f64;
        let spread = if self.lattice > 0.0 {
            (share * (self.span / self.lattice - 1e-9).ceil()).floor() * self.lattice
        } else {
            share * self.span
        };
        let mut position = if self.top < 0.0 { spread } else { self.top - spread };
        if self.nil >> BITS != 0 {
            // Nothing is ever demanded: no review changes anything.
            return 0.0 - position;
        }
        let target = p.policy.target();
        for _ in 0..JUMPS {
            for _ in 0..self.per_review {
                let rest = u128::from((1u64 << BITS) - self.nil);
                let above = ((u128::from(words.next()) << 1 | 1) * rest) >> 33;
                position -= sampler.at(self.nil + above as u64);
            }
            position += release(p, 0, target + position);
        }
        0.0 - position
    }
}

/// The largest number of which all demands and all lots that orders are made of are multiples; 0 if there is none.
fn lattice(p: &Params, demand: &DemandSource, sampler: &Sampler) -> f64 {
    let Some(grain) = shift::grain(p, demand) else { return 0.0 };
    // Greatest common divisor of what was before and another quantity, in parts of a unit.
    let with = |common: u64, x: f64| {
        let (mut a, mut b) = (common, (x * grain).round() as u64);
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    // Lots of (s, S) are as large as the demands make them.
    let ordered = match p.policy {
        Policy::MinMax { .. } => p.quantities.numbers().collect(),
        _ => shift::lots(p),
    };
    let mut common = ordered.into_iter().fold(0, with);
    match sampler {
        Sampler::Values { values, .. } => common = values.iter().fold(common, |c, x| with(c, *x)),
        Sampler::Whole(table) => {
            let mut before = 0;
            for (x, &end) in (table.first()..).zip(table.ends()) {
                if end > before && common != 1 {
                    common = with(common, f64::from(x));
                }
                before = end;
            }
        }
        Sampler::Real(_) => return 0.0,
    }
    common as f64 / grain
}

/// How many integers draw no demand.
fn zeros(sampler: &Sampler) -> u64 {
    let (mut low, mut high) = (0u64, 1u64 << BITS);
    while low < high {
        let middle = low + (high - low) / 2;
        if sampler.at(middle) > 0.0 { high = middle } else { low = middle + 1 }
    }
    low
}

/// Random words one after the other. The leading 32 bits of a draw are enough for an opening.
struct Words {
    line: Line,
    next: u64,
    block: [u32; 4],
}

impl Words {
    fn new(line: Line) -> Self {
        Self { line, next: 0, block: [0; 4] }
    }

    #[inline]
    fn next(&mut self) -> u32 {
        let at = self.next % 4;
        if at == 0 {
            self.block = self.line.leads(self.next / 4);
        }
        self.next += 1;
        self.block[at as usize]
    }
}
