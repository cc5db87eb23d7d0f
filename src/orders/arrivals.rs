//! When orders come (stream `Arrival`).
//!
//! A Poisson stream is a change of time (spec D0): order i comes at Λ⁻¹(Γ_i), where Γ_i sums i + 1 exponentials of mean 1.
//! Another rate moves the orders; it does not draw others.

use super::{Book, Whose};
use crate::config::{Array, Arrays, Arrivals};
use crate::demand::DemandSource;
use crate::engine::lattice::{STRIP, Source, Strip};
use crate::error::{Error, Result, check};
use crate::law::{Law, Sampler};
use crate::random::Stream;
use fearless_simd::Level;
use std::sync::Arc;

/// A compiled arrival process.
#[derive(Debug, Clone)]
pub(super) enum Process {
    /// Sums of independent gaps, each times `scale`.
    Renewal { gap: Sampler, scale: f64, poisson: bool },
    /// Exponentials in operational time, and the rate of each period.
    Varying { gap: Sampler, rates: Arc<[f64]>, cycle: bool },
    /// Given times.
    Given { times: Arc<[f64]> },
    /// A period demand, split.
    Split { demand: Arc<DemandSource>, periods: usize },
}

/// Where a process is.
#[derive(Debug, Clone, Default)]
pub(super) struct Clock {
    /// Sum of the gaps.
    sum: f64,
    /// The period of a varying rate, and what has passed before it in operational time.
    period: usize,
    passed: f64,
    /// No more orders come.
    ended: bool,
}

impl Process {
    pub(super) fn compile(arrivals: &Arrivals, arrays: &Arrays, periods: usize, end: u64) -> Result<Self> {
        let exponential = || Law::Exponential { mean: 1.0 }.compile();
        match arrivals {
            Arrivals::Poisson { rate } => {
                check::positive("arrivals.rate", *rate)?;
                Ok(Self::Renewal { gap: exponential()?, scale: 1.0 / rate, poisson: true })
            }
            Arrivals::Renewal { gap } => {
                let gap = gap.compile().map_err(|e| e.within("arrivals.gap"))?;
                check::non_negative("arrivals.gap", gap.min())?;
                check::positive("arrivals.gap.mean", gap.mean())?;
                Ok(Self::Renewal { gap, scale: 1.0, poisson: false })
            }
            Arrivals::Varying { rates, cycle } => {
                for (t, rate) in rates.iter().enumerate() {
                    check::non_negative(&format!("arrivals.rates[{t}]"), *rate)?;
                }
                if rates.iter().all(|r| *r <= 0.0) {
                    return Err(Error::config("arrivals.rates", "no rate above 0", "> 0 in some period"));
                }
                Ok(Self::Varying { gap: exponential()?, rates: rates.as_slice().into(), cycle: *cycle })
            }
            Arrivals::Given { times, .. } => {
                let times = &named(arrays, "arrivals.times", times)?.values;
                for (i, t) in times.iter().enumerate() {
                    if !(t.is_finite() && *t >= 0.0) {
                        return Err(Error::config(format!("arrivals.times[{i}]"), t, "finite and ≥ 0"));
                    }
                    if i > 0 && *t < times[i - 1] {
                        let bound = format!("≥ the time before it, {}", times[i - 1]);
                        return Err(Error::config(format!("arrivals.times[{i}]"), t, bound));
                    }
                }
                Ok(Self::Given { times: times.as_slice().into() })
            }
            Arrivals::Split { demand } => {
                let demand =
                    DemandSource::compile(demand, arrays, periods, end).map_err(|e| e.within("arrivals"))?;
                if !demand.whole || demand.lowest < 0.0 {
                    let bound = "whole units ≥ 0 to be split into orders";
                    return Err(Error::config("arrivals.demand", "demand with fractions or returns", bound));
                }
                Ok(Self::Split { demand: Arc::new(demand), periods })
            }
        }
    }

    /// Orders per period in the long run.
    pub(super) fn rate(&self) -> Option<f64> {
        match self {
            Self::Renewal { gap, scale, .. } => Some(1.0 / (gap.mean() * scale)),
            Self::Varying { rates, cycle: true, .. } => Some(rates.iter().sum::<f64>() / rates.len() as f64),
            Self::Varying { rates, .. } => rates.last().copied(),
            Self::Given { .. } | Self::Split { .. } => None,
        }
    }

    /// The rate of a Poisson process: no other renewal process has the same mean in every period.
    pub(super) fn steady_rate(&self) -> Option<f64> {
        match self {
            Self::Renewal { scale, poisson: true, .. } => Some(1.0 / scale),
            _ => None,
        }
    }

    /// Totals to be split, in place of times.
    pub(super) fn totals(&self, whose: Whose) -> Option<Vec<f64>> {
        let Self::Split { demand, periods } = self else { return None };
        Some(demand.path(whose.key, whose.entity, whose.replication, *periods).0)
    }

    pub(super) fn renewal(&self) -> Option<(&Sampler, f64)> {
        if let Self::Renewal { gap, scale, .. } = self { Some((gap, *scale)) } else { None }
    }

    /// Some more arrival times, a strip at the most.
    pub(super) fn extend(&self, book: &mut Book, strip: &mut Strip, level: Option<Level>, whose: Whose) {
        let mut gaps = [0.0; STRIP];
        let mut draw = |law: &Sampler, start: usize| {
            let source = Source { key: whose.key, stream: Stream::Arrival, entity: whose.entity };
            strip.read(level, source, whose.replication, 0, start as u64);
            strip.law(level, law, &mut gaps);
        };
        match self {
            Self::Renewal { gap, scale, .. } => {
                draw(gap, book.arrival.len());
                for gap in gaps {
                    book.clock.sum += gap;
                    book.arrival.push(book.clock.sum * scale);
                }
            }
            Self::Varying { gap, rates, cycle } => {
                draw(gap, book.arrival.len());
                for gap in gaps {
                    book.clock.sum += gap;
                    let Some(time) = when(&mut book.clock, rates, *cycle) else {
                        book.clock.ended = true;
                        return;
                    };
                    book.arrival.push(time);
                }
            }
            Self::Given { times } => {
                let before = book.arrival.len();
                let after = (before + STRIP).min(times.len());
                book.arrival.extend_from_slice(&times[before..after]);
                book.clock.ended = after == times.len();
            }
            Self::Split { .. } => unreachable!("totals are split at once"),
        }
    }
}

impl Clock {
    /// Whether no more orders come.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Notes that all orders are there.
    pub(super) fn end(&mut self) {
        self.ended = true;
    }
}

/// When operational time `clock.sum` is reached; never where the last rate is 0.
fn when(clock: &mut Clock, rates: &[f64], cycle: bool) -> Option<f64> {
    // Whole cycles are passed at once, and so is the time after the last rate.
    let total: f64 = rates.iter().sum();
    if cycle {
        let cycles = ((clock.sum - clock.passed) / total).floor() - 1.0;
        if cycles >= 1.0 && clock.period.is_multiple_of(rates.len()) {
            if cycles * rates.len() as f64 > (1u64 << 52) as f64 {
                return None;
            }
            clock.passed += cycles * total;
            clock.period += cycles as usize * rates.len();
        }
    } else if clock.period >= rates.len() {
        let rate = *rates.last()?;
        let time = clock.period as f64 + (clock.sum - clock.passed) / rate;
        return (rate > 0.0 && time.is_finite()).then_some(time);
    }
    loop {
        let rate = match rates.get(clock.period) {
            Some(rate) => *rate,
            None if cycle => rates[clock.period % rates.len()],
            None => *rates.last()?,
        };
        let left = clock.sum - clock.passed;
        if left < rate {
            return Some(clock.period as f64 + left / rate);
        }
        clock.passed += rate;
        clock.period += 1;
        let far = clock.sum - clock.passed > total && clock.period.is_multiple_of(rates.len());
        if (cycle && far) || (!cycle && clock.period >= rates.len()) {
            return when(clock, rates, cycle);
        }
    }
}

/// Columns that came with given times.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    size: Option<Arc<[f64]>>,
    class: Option<Arc<[f64]>>,
    variant: Option<Arc<[f64]>>,
    requested: Option<Arc<[f64]>>,
}

impl Given {
    pub(super) fn compile(
        arrivals: &Arrivals,
        arrays: &Arrays,
        (classes, variants): (usize, usize),
    ) -> Result<Self> {
        let Arrivals::Given { times, size, class, variant, requested_lead_time } = arrivals else {
            return Ok(Self::default());
        };
        let count = named(arrays, "arrivals.times", times)?.values.len();
        let column = |field: &str, name: &Option<String>, fits: &dyn Fn(f64) -> bool, bound: &str| {
            let Some(name) = name else { return Ok(None) };
            let field = format!("arrivals.{field}");
            let values = &named(arrays, &field, name)?.values;
            if values.len() != count {
                let bound = format!("as long as times, {count}");
                return Err(Error::config(field, format!("{} values", values.len()), bound));
            }
            match values.iter().position(|x| !fits(*x)) {
                Some(i) => Err(Error::config(format!("{field}[{i}]"), values[i], bound)),
                None => Ok(Some(values.as_slice().into())),
            }
        };
        let number = |kinds: usize| move |x: f64| x.fract() == 0.0 && x >= 0.0 && x < kinds.max(1) as f64;
        let whole = |x: f64| x.fract() == 0.0 && (1.0..=1e9).contains(&x);
        Ok(Self {
            size: column("size", size, &whole, "whole units ≥ 1")?,
            class: column("customer_class", class, &number(classes), "the number of a class")?,
            variant: column("variant", variant, &number(variants), "the number of a variant")?,
            requested: column(
                "requested_lead_time",
                requested_lead_time,
                &|x| x.is_finite() && x >= 0.0,
                "finite and ≥ 0",
            )?,
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.size.is_none() && self.class.is_none() && self.variant.is_none() && self.requested.is_none()
    }

    pub(super) fn begin(&self, book: &mut Book) {
        let columns = [
            (&self.size, &mut book.size),
            (&self.class, &mut book.class),
            (&self.variant, &mut book.variant),
            (&self.requested, &mut book.requested),
        ];
        for (values, column) in columns {
            if let Some(values) = values {
                column.give(values);
            }
        }
    }
}

fn named<'a>(arrays: &'a Arrays, field: &str, name: &str) -> Result<&'a Array> {
    let array = arrays.get(name).ok_or_else(|| Error::data(field, format!("no array {name:?} was given")))?;
    if array.values.is_empty() {
        return Err(Error::data(field, "must not be empty"));
    }
    Ok(array)
}
