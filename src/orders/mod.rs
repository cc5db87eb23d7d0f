//! The order book (spec D0): potential orders of customers, drawn attribute by attribute, each on its own stream and addressed
//! by the number of the order. Who listens changes nothing: every strategy under one key meets the same orders.
//!
//! ```text
//! attribute.rs  a law, or one per customer class, drawn 256 orders at a time
//! arrivals.rs   when orders come: Poisson, renewal, a rate that varies, given, or a period demand that is split
//! Orders        a compiled book               Book   the orders of one replication so far, a struct of arrays
//! ```
//!
//! Knows nothing of strategies. What customers do with a quote belongs to the strategy that quotes.

mod arrivals;
mod attribute;
#[cfg(test)]
mod tests;

use crate::config::{Arrays, OrderBook};
use crate::engine::lattice::{STRIP, Source, Strip};
use crate::error::{Error, Result, check};
use crate::law::{Law, Sampler};
use crate::random::{SUB_SHIFT, Stream, to_unit};
use arrivals::{Clock, Process};
use attribute::Attribute;
use fearless_simd::Level;

pub use attribute::Column;

/// Largest number of customer classes or variants.
const KINDS: usize = 1 << 12;
/// Most orders of one replication.
pub const MOST_ORDERS: usize = 1 << 31;

/// A compiled order book.
#[derive(Debug, Clone)]
pub struct Orders {
    process: Process,
    class: Option<Sampler>,
    variant: Option<Sampler>,
    given: arrivals::Given,
    size: Attribute,
    requested: Attribute,
    patience: Attribute,
    customisation: Attribute,
    hours: Attribute,
    valuation: Attribute,
    sensitivity: Attribute,
    manual: Attribute,
    /// Share of orders that are entered by hand.
    manual_share: f64,
    /// Priority of each class.
    pub priorities: Vec<i32>,
    /// Share of each class, summing to 1.
    pub shares: Vec<f64>,
    /// Share of each variant, summing to 1.
    pub variants: Vec<f64>,
    key: Option<u32>,
}

/// The orders of one replication so far.
#[derive(Debug, Clone, Default)]
pub struct Book {
    /// Arrival times, ascending.
    pub arrival: Vec<f64>,
    /// Customer classes.
    pub class: Column,
    /// Variants.
    pub variant: Column,
    /// Units.
    pub size: Column,
    /// Requested lead times.
    pub requested: Column,
    /// Patience; infinite where customers wait for ever.
    pub patience: Column,
    /// Customisation content.
    pub customisation: Column,
    /// Engineering hours.
    pub hours: Column,
    /// Valuation per unit; infinite where customers always buy.
    pub valuation: Column,
    /// Value lost per unit and period of quoted lead time.
    pub sensitivity: Column,
    /// Uniforms that decide on the channel.
    manual: Column,
    clock: Clock,
    strip: Strip,
}

/// Whose orders.
#[derive(Debug, Clone, Copy)]
pub struct Whose {
    /// Key of the run.
    pub key: u64,
    /// Entity of the item.
    pub entity: u32,
    /// Absolute replication.
    pub replication: u32,
}

impl Orders {
    /// Compiles a book for runs of `periods` periods and replications up to `end`, counted from the start of their half.
    pub fn compile(book: &OrderBook, arrays: &Arrays, periods: usize, end: u64) -> Result<Self> {
        let within = |e: Error| e.within("orders");
        let process = Process::compile(&book.arrivals, arrays, periods, end).map_err(within)?;
        let shares: Vec<f64> = book.classes.iter().map(|c| c.share).collect();
        let shares = normalised("classes.share", &shares).map_err(within)?;
        let variants = normalised("variants", &book.variants).map_err(within)?;
        let given = arrivals::Given::compile(&book.arrivals, arrays, (shares.len(), variants.len()));
        let given = given.map_err(within)?;
        check::share("orders.manual_share", book.manual_share)?;
        let attribute = |field: &str, stream, law: &Law, own: &dyn Fn(usize) -> Option<Law>, low, high| {
            let laws: Vec<Law> =
                (0..book.classes.len()).map(|c| own(c).unwrap_or_else(|| law.clone())).collect();
            Attribute::compile(field, stream, law, &laws, low, high).map_err(within)
        };
        let never = Law::Deterministic { value: f64::MAX };
        let or_never = |law: &Option<Law>| law.clone().unwrap_or_else(|| never.clone());
        let of = &book.classes;
        let none = |_: usize| None;
        let open = f64::INFINITY;
        let compiled = Self {
            process,
            class: categorical(&shares)?,
            variant: categorical(&variants)?,
            given,
            size: attribute("size", Stream::Quantity, &book.size, &|c| of[c].size.clone(), 1.0, 1e9)?,
            requested: attribute(
                "requested_lead_time",
                Stream::Due,
                &book.requested_lead_time,
                &|c| of[c].requested_lead_time.clone(),
                0.0,
                open,
            )?,
            patience: attribute(
                "patience",
                Stream::Patience,
                &or_never(&book.patience),
                &|c| of[c].patience.clone(),
                0.0,
                open,
            )?,
            customisation: attribute(
                "customisation",
                Stream::Customisation,
                &book.customisation,
                &|c| of[c].customisation.clone(),
                0.0,
                1.0,
            )?,
            hours: attribute(
                "engineering_hours",
                Stream::EngineeringHours,
                &book.engineering_hours,
                &none,
                0.0,
                open,
            )?,
            valuation: attribute(
                "valuation",
                Stream::Valuation,
                &or_never(&book.valuation),
                &|c| of[c].valuation.clone(),
                -open,
                open,
            )?,
            sensitivity: attribute(
                "waiting_sensitivity",
                Stream::WaitSensitivity,
                &book.waiting_sensitivity,
                &|c| of[c].waiting_sensitivity.clone(),
                0.0,
                open,
            )?,
            manual: match book.manual_share {
                0.0 | 1.0 => Attribute::constant(Stream::Channel, 1.0 - book.manual_share),
                _ => Attribute::uniform(Stream::Channel),
            },
            manual_share: book.manual_share,
            priorities: of.iter().map(|c| c.priority).collect(),
            shares,
            variants,
            key: book.key,
        };
        if !compiled.size.is_whole() {
            return Err(Error::config("orders.size", "a law with fractions", "a law of whole units"));
        }
        Ok(compiled)
    }

    /// The source of the draws of one replication.
    pub fn whose(&self, key: u64, item: u32, replication: u32) -> Whose {
        Whose { key, entity: self.key.unwrap_or(item), replication }
    }

    /// Orders per period in the long run, where arrivals go on for ever.
    pub fn rate(&self) -> Option<f64> {
        self.process.rate()
    }

    /// The same, where it is so in every period.
    pub fn steady_rate(&self) -> Option<f64> {
        self.process.steady_rate()
    }

    /// Calls `add` with the period and the units of every order before `periods` (spec D0a).
    pub fn totals(
        &self,
        book: &mut Book,
        level: Option<Level>,
        whose: Whose,
        mut add: impl FnMut(usize, f64),
        periods: usize,
    ) {
        self.begin(book);
        let mut i = 0;
        loop {
            while i < book.len() {
                let a = book.arrival[i];
                if a >= periods as f64 {
                    return;
                }
                add(a as usize, book.size.at(i));
                i += 1;
            }
            if !self.extend(book, level, whose) {
                return;
            }
        }
    }

    /// Whether orders are cut from the totals of periods.
    pub fn is_split(&self) -> bool {
        matches!(self.process, Process::Split { .. })
    }

    /// Mean size of an order.
    pub fn mean_size(&self) -> f64 {
        self.size.mean(&self.shares)
    }

    /// Largest size of an order.
    pub fn largest(&self) -> f64 {
        self.size.largest()
    }

    /// Mean customisation content.
    pub fn mean_customisation(&self) -> f64 {
        self.customisation.mean(&self.shares)
    }

    /// Whether some customers leave, whatever they are told.
    pub fn impatient(&self) -> bool {
        self.patience.laws.iter().any(|law| law.min() < f64::MAX)
    }

    /// Whether some customers may not buy.
    pub fn choosy(&self) -> bool {
        self.valuation.laws.iter().any(|law| law.min() < f64::MAX)
    }

    /// The gap between orders and the size, where a book is nothing but these: what lanes draw by themselves.
    pub fn renewal(&self) -> Option<(&Sampler, f64)> {
        self.process.renewal()
    }

    /// Whether orders have nothing but a time: one unit, wanted at once, by customers who wait.
    pub fn is_plain(&self) -> bool {
        let is = |a: &Attribute, x: f64| a.fixed() == Some(x);
        is(&self.size, 1.0)
            && is(&self.requested, 0.0)
            && is(&self.customisation, 0.0)
            && is(&self.valuation, f64::MAX)
            && is(&self.patience, f64::MAX)
            && self.class.is_none()
            && self.variant.is_none()
            && self.given.is_empty()
    }

    /// Empties a book for another replication.
    pub fn begin(&self, book: &mut Book) {
        book.arrival.clear();
        for (column, attribute) in self.columns(book) {
            column.begin(attribute.fixed());
        }
        book.class.begin(self.class.is_none().then_some(0.0));
        book.variant.begin(self.variant.is_none().then_some(0.0));
        self.given.begin(book);
        book.clock = Clock::default();
    }

    fn columns<'a>(&'a self, book: &'a mut Book) -> [(&'a mut Column, &'a Attribute); 8] {
        [
            (&mut book.size, &self.size),
            (&mut book.requested, &self.requested),
            (&mut book.patience, &self.patience),
            (&mut book.customisation, &self.customisation),
            (&mut book.hours, &self.hours),
            (&mut book.valuation, &self.valuation),
            (&mut book.sensitivity, &self.sensitivity),
            (&mut book.manual, &self.manual),
        ]
    }

    /// Draws some more orders; whether there were any.
    pub fn extend(&self, book: &mut Book, level: Option<Level>, whose: Whose) -> bool {
        let start = book.arrival.len();
        if book.clock.ended() || start >= MOST_ORDERS {
            return false;
        }
        if let Some(totals) = self.process.totals(whose) {
            self.split(book, &totals, level, whose);
            book.clock.end();
        } else {
            self.attributes(book, level, whose, start);
            let mut strip = std::mem::take(&mut book.strip);
            self.process.extend(book, &mut strip, level, whose);
            book.strip = strip;
        }
        book.arrival.len() > start
    }

    /// Draws the attributes of a strip of orders.
    fn attributes(&self, book: &mut Book, level: Option<Level>, whose: Whose, start: usize) {
        let mut strip = std::mem::take(&mut book.strip);
        let source = |stream| Source { key: whose.key, stream, entity: whose.entity };
        let kinds = [
            (Stream::Class, &mut book.class, &self.class),
            (Stream::Variant, &mut book.variant, &self.variant),
        ];
        for (stream, column, law) in kinds {
            if let Some(law) = law {
                column.extend(
                    &mut strip,
                    level,
                    source(stream),
                    whose.replication,
                    start,
                    |strip, level, out| {
                        strip.law(level, law, out);
                    },
                );
            }
        }
        let class = std::mem::take(&mut book.class);
        for (column, attribute) in self.columns(book) {
            let source = source(attribute.stream);
            attribute.extend(column, &class, &mut strip, level, source, whose.replication, start);
        }
        book.class = class;
        book.strip = strip;
    }

    /// Splits period totals into orders of the sizes that were drawn, the last one of a period cut to fit, at sorted uniform
    /// times of the period (spec D0b).
    fn split(&self, book: &mut Book, totals: &[f64], level: Option<Level>, whose: Whose) {
        let line =
            Source { key: whose.key, stream: Stream::Split, entity: whose.entity }.line(whose.replication);
        let (mut sizes, mut drawn) = (Vec::new(), 0);
        for (t, total) in totals.iter().enumerate() {
            let (mut left, first) = (*total, sizes.len());
            while left > 0.0 {
                if sizes.len() == drawn {
                    self.attributes(book, level, whose, drawn);
                    drawn += STRIP;
                }
                let size = book.size.at(sizes.len()).min(left);
                left -= size;
                sizes.push(size);
            }
            let within = |k: usize| t as f64 + to_unit(line.bits((k as u64) << SUB_SHIFT | t as u64));
            book.arrival.extend((0..sizes.len() - first).map(within));
            book.arrival[first..].sort_unstable_by(f64::total_cmp);
        }
        book.size.give(&sizes);
    }

    /// Whether order `i` comes by the manual channel.
    pub fn is_manual(&self, book: &Book, i: usize) -> bool {
        book.manual.at(i) < self.manual_share || self.manual_share >= 1.0
    }
}

impl Book {
    /// Orders drawn so far.
    pub fn len(&self) -> usize {
        self.arrival.len()
    }

    /// Whether there is none yet.
    pub fn is_empty(&self) -> bool {
        self.arrival.is_empty()
    }
}

/// Shares that sum to 1.
fn normalised(field: &str, shares: &[f64]) -> Result<Vec<f64>> {
    if shares.len() > KINDS {
        return Err(Error::config(
            field,
            format!("{} shares", shares.len()),
            format!("at most {KINDS} shares"),
        ));
    }
    for (i, share) in shares.iter().enumerate() {
        check::non_negative(&format!("{field}[{i}]"), *share)?;
    }
    let sum: f64 = shares.iter().sum();
    if !shares.is_empty() && sum <= 0.0 {
        return Err(Error::config(field, sum, "> 0 in sum"));
    }
    Ok(shares.iter().map(|x| x / sum).collect())
}

/// A law of 0, 1, 2, … with these chances; none where there is no choice.
fn categorical(shares: &[f64]) -> Result<Option<Sampler>> {
    if shares.len() < 2 {
        return Ok(None);
    }
    let law = Law::Discrete {
        values: (0..shares.len()).map(|k| k as f64).collect(),
        probabilities: shares.to_vec(),
    };
    law.compile().map(Some)
}
