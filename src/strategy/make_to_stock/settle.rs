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
use super::reference::release;
use super::shift;
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
}

impl Settle {
    /// Checks that the design has a long-run law to start from.
    pub fn compile(demand: &DemandSource, review: usize) -> Result<Self> {
        let Some(sampler) = demand.steady() else {
            let bound = "left out where demand is not drawn from one law";
            return Err(Error::config("opening_stock", "settled", bound));
        };
        let nil = zeros(sampler);
        let busy = 1.0 - nil as f64 / (1u64 << BITS) as f64;
        let per_review = (review as f64 * busy).round().max(1.0) as usize;
        Ok(Self { nil, per_review })
    }

    /// Units missing from the target at the start of one replication; negative where lots overshoot it.
    pub fn gap(&self, p: &Params, demand: &DemandSource, key: u64, entity: u32, replication: u32) -> f64 {
        let Some(sampler) = demand.steady() else { return 0.0 };
        let lot = shift::lot(p);
        if lot == 0.0 {
            return 0.0;
        }
        let mut words = Words::new(Line { key, replication, stream: Stream::Opening, entity });
        let spread = f64::from(words.next()) * lot / (1u64 << 32) as f64;
        let mut position = if lot.fract() == 0.0 && demand.whole { -spread.floor() } else { -spread };
        if self.nil >> BITS != 0 {
            // Nothing is ever demanded: no review changes anything.
            return 0.0 - position;
        }
        let policy = shift::to(&p.policy, 0.0);
        for _ in 0..JUMPS {
            for _ in 0..self.per_review {
                let rest = u128::from((1u64 << BITS) - self.nil);
                let above = ((u128::from(words.next()) << 1 | 1) * rest) >> 33;
                position -= sampler.at(self.nil + above as u64);
            }
            position += release(&policy, position, p.tolerance);
        }
        0.0 - position
    }
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
