//! One attribute of orders: a law, or one per customer class that all read the same uniform.

use crate::engine::lattice::{STRIP, Source, Strip};
use crate::error::{Error, Result};
use crate::law::{Law, Sampler};
use crate::random::{Stream, to_unit};
use fearless_simd::Level;

/// A value per order, or one for all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Column {
    fixed: f64,
    drawn: Vec<f64>,
    varies: bool,
}

impl Column {
    /// The value of order `i`.
    #[inline]
    pub fn at(&self, i: usize) -> f64 {
        if self.varies { self.drawn[i] } else { self.fixed }
    }

    /// The same, if there is such an order.
    fn get(&self, i: usize) -> Option<f64> {
        if self.varies { self.drawn.get(i).copied() } else { Some(self.fixed) }
    }

    /// Values drawn so far.
    pub fn drawn(&self) -> usize {
        self.drawn.len()
    }

    /// Empties it: `fixed` for all orders, or a value to be drawn for each.
    pub fn begin(&mut self, fixed: Option<f64>) {
        self.drawn.clear();
        self.varies = fixed.is_none();
        self.fixed = fixed.unwrap_or(0.0);
    }

    /// These values, whatever was there.
    pub fn give(&mut self, values: &[f64]) {
        self.drawn.clear();
        self.drawn.extend_from_slice(values);
        self.varies = true;
    }

    /// A strip of draws for orders `start ..`.
    pub fn extend(
        &mut self,
        strip: &mut Strip,
        level: Option<Level>,
        source: Source,
        replication: u32,
        start: usize,
        draw: impl FnOnce(&mut Strip, Option<Level>, &mut [f64; STRIP]),
    ) {
        if self.drawn.len() > start {
            return;
        }
        let mut out = [0.0; STRIP];
        strip.read(level, source, replication, 0, start as u64);
        draw(strip, level, &mut out);
        self.drawn.extend_from_slice(&out);
    }
}

/// How an attribute is drawn.
#[derive(Debug, Clone)]
pub(super) struct Attribute {
    pub stream: Stream,
    /// One, or one per class; none: the bare uniform.
    pub laws: Vec<Sampler>,
}

impl Attribute {
    /// Compiles a law, or the laws of the classes, with values in [`low`, `high`].
    pub(super) fn compile(
        field: &str,
        stream: Stream,
        law: &Law,
        by_class: &[Law],
        low: f64,
        high: f64,
    ) -> Result<Self> {
        let differ = by_class.iter().any(|one| one != law);
        let compile = |law: &Law, name: &str| -> Result<Sampler> {
            let made = law.compile().map_err(|e| e.within(name))?;
            if made.min() < low || made.max() > high {
                let bound =
                    if high.is_finite() { format!("in [{low}, {high}]") } else { format!("≥ {low}") };
                let worst = if made.min() < low { made.min() } else { made.max() };
                return Err(Error::config(name, worst, bound));
            }
            Ok(made)
        };
        let laws = if differ {
            let named = |c: usize| format!("classes[{c}].{field}");
            by_class.iter().enumerate().map(|(c, law)| compile(law, &named(c))).collect::<Result<_>>()?
        } else {
            vec![compile(by_class.first().unwrap_or(law), field)?]
        };
        Ok(Self { stream, laws })
    }

    /// The same for all.
    pub(super) fn constant(stream: Stream, value: f64) -> Self {
        let index = Law::Deterministic { value }.compile();
        Self { stream, laws: index.into_iter().collect() }
    }

    /// The bare uniform.
    pub(super) fn uniform(stream: Stream) -> Self {
        Self { stream, laws: Vec::new() }
    }

    /// The one value it can have.
    pub(super) fn fixed(&self) -> Option<f64> {
        match self.laws.as_slice() {
            [law] if law.min() >= law.max() => Some(law.min()),
            _ => None,
        }
    }

    /// Whether all values are whole.
    pub(super) fn is_whole(&self) -> bool {
        self.laws.iter().all(|law| law.is_whole() || (law.min() >= law.max() && law.min().fract() == 0.0))
    }

    /// Mean over classes of the given shares.
    pub(super) fn mean(&self, shares: &[f64]) -> f64 {
        match self.laws.as_slice() {
            [law] => law.mean(),
            laws => laws.iter().zip(shares).map(|(law, share)| law.mean() * share).sum(),
        }
    }

    /// Largest value.
    pub(super) fn largest(&self) -> f64 {
        self.laws.iter().map(Sampler::max).fold(0.0, f64::max)
    }

    /// Draws it for orders `start ..`.
    #[allow(clippy::too_many_arguments, reason = "an address and where it goes")]
    pub(super) fn extend(
        &self,
        column: &mut Column,
        class: &Column,
        strip: &mut Strip,
        level: Option<Level>,
        source: Source,
        replication: u32,
        start: usize,
    ) {
        if self.fixed().is_some() {
            return;
        }
        column.extend(strip, level, source, replication, start, |strip, level, out| {
            match self.laws.as_slice() {
                [] => out.iter_mut().enumerate().for_each(|(i, x)| *x = to_unit(strip.bits(i))),
                [law] => strip.law(level, law, out),
                laws => {
                    for (i, x) in out.iter_mut().enumerate() {
                        // A strip may reach beyond the last order of a book that ends.
                        let own = class.get(start + i).unwrap_or(0.0) as usize;
                        *x = laws[own].at(strip.bits(i));
                    }
                }
            }
        });
    }
}
