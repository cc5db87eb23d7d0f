//! Demand over time: which values an item's customers ask for, period by period.
//!
//! ```text
//! marginal.rs      what a period by itself looks like: a law, counts or draws around a moving mean, a chain's state
//!   profile.rs     the moving mean: trend, seasons, calendar, life cycle, promotions
//!   chain.rs       Markov chains
//! latent.rs        Gaussian scores: dependence on the period before and on other items
//! dependent.rs     what products need of a component
//! blocks.rs        runs of past observations
//! evolution.rs     demand that is foreseen better and better
//! arima.rs         autoregressive integrated moving averages
//! intermittent.rs  the bootstrap for intermittent demand
//! tile.rs          256 replications × 64 periods of any of these
//! ```
//!
//! How demand is drawn belongs to the demand object, never to who is listening. [`DemandSource::path`] is the model for
//! reading; tiles have its bits. Knows nothing of strategies.

mod arima;
mod blocks;
mod chain;
mod dependent;
mod evolution;
mod intermittent;
mod latent;
mod marginal;
mod profile;
mod tile;

pub use arima::Arima;
pub use blocks::Blocks;
pub use chain::Chain;
pub use dependent::Dependent;
pub(crate) use dependent::{add as add_tile, add_both};
pub use evolution::Evolution;
pub use intermittent::Intermittent;
pub use latent::Latent;
pub use marginal::Marginal;
pub(crate) use marginal::sampled;
pub use profile::Profile;
pub use tile::{DemandCell, DemandState, Window};

use crate::config::{Array, Arrays, Demand, Varying};
use crate::engine::lattice::{Source, WHOLE_LIMIT};
use crate::error::{Error, Result, check};
use crate::law::{Law, Sampler, WholeTable};
use crate::orders::{Book, Orders};
use crate::random::{EVALUATION, Stream};
use std::ops::Range;
use std::sync::Arc;

/// Largest demand of a period: sums stay finite, and units stay whole, far below it.
const LARGEST: f64 = 1e15;

/// Demand of one item, ready to draw.
#[derive(Debug, Clone)]
pub struct DemandSource {
    /// Where values come from.
    pub kind: DemandKind,
    /// Every value is a whole number within 32 bits.
    pub whole: bool,
    /// Smallest value.
    pub lowest: f64,
    /// Largest absolute value.
    pub largest: f64,
    /// The scale of values, which hardly any exceeds: what rounding is measured by.
    pub usual: f64,
    /// Mean demand of a period over the run, as drawn, where it is known.
    pub mean: Option<f64>,
}

/// Where the demand of a period comes from.
#[derive(Debug, Clone)]
pub enum DemandKind {
    /// Drawn by address on `stream`.
    Drawn {
        /// `Demand` or `Bootstrap`.
        stream: Stream,
        /// What a period by itself looks like.
        marginal: Marginal,
        /// How it depends on other periods and items.
        latent: Option<Latent>,
        /// First period without demand.
        end: Option<WholeTable>,
    },
    /// Runs of past observations.
    Blocks(Blocks),
    /// Occurrence by a chain, sizes by a bootstrap.
    Intermittent(Intermittent),
    /// Foreseen better and better.
    Evolving(Box<Evolution>),
    /// By recursion.
    Arima(Box<Arima>),
    /// Totals of orders.
    Orders(Box<Orders>),
    /// What products need.
    Dependent(Dependent),
    /// Given: `rows` paths of `periods` values.
    Given {
        /// Row-major values.
        values: Arc<[f64]>,
        /// Paths.
        rows: usize,
        /// Periods in a path.
        periods: usize,
    },
}

impl DemandSource {
    /// Compiles the demand of one item for runs of `periods` periods and replications up to `end`, counted from the start
    /// of their half.
    pub fn compile(demand: &Demand, arrays: &Arrays, periods: usize, end: u64) -> Result<Self> {
        let past = |name: &str| history(arrays, name).map(|h| h.to_vec()).map_err(|e| e.within("demand"));
        let within = |e: Error| e.within("demand");
        match demand {
            Demand::Bootstrap { history } => {
                let law = Law::Empirical { values: past(history)?, interpolate: false };
                let marginal = Marginal::stationary(&law).map_err(|e| e.within("demand.history"))?;
                Self::drawn(Stream::Bootstrap, marginal, None, None, periods)
            }
            Demand::MovingBlocks { history, length, key } => {
                Self::blocks(Blocks::moving(&past(history)?, *length, *key).map_err(within)?, periods)
            }
            Demand::StationaryBlocks { history, mean_length, key } => Self::blocks(
                Blocks::stationary(&past(history)?, *mean_length, *key).map_err(within)?,
                periods,
            ),
            Demand::SeasonalBlocks { history, season, length, start_phase, key } => {
                let past = past(history)?;
                let blocks = Blocks::seasonal(&past, *season, *length, *start_phase, *key);
                Self::blocks(blocks.map_err(within)?, periods)
            }
            Demand::IntermittentBootstrap { history, jitter } => {
                let demand = Intermittent::new(&past(history)?, *jitter)?;
                let (largest, mean) = (demand.largest(), demand.mean());
                let whole = demand.whole && largest < WHOLE_LIMIT;
                let kind = DemandKind::Intermittent(demand);
                Ok(Self { kind, whole, lowest: 0.0, largest, usual: largest, mean })
            }
            Demand::Evolving { mean, shocks, multiplied, returns } => {
                let made = Evolution::new(mean, shocks, *multiplied, *returns, periods).map_err(within)?;
                let (largest, usual) = (made.far(9.0), made.far(6.0));
                let lowest = if made.returns { -largest } else { 0.0 };
                let means: f64 = (0..periods).map(|t| made.mean(t)).sum();
                let mean = (!made.clips()).then_some(means / periods as f64);
                Self::unbounded(DemandKind::Evolving(Box::new(made)), lowest, largest, usual, mean)
            }
            Demand::Arima { mean, sd, ar, ma, differences, drift, returns } => {
                let process = arima::Process {
                    mean: *mean,
                    sd: *sd,
                    ar,
                    ma,
                    differences: *differences,
                    drift: *drift,
                    returns: *returns,
                };
                let made = Arima::new(process).map_err(within)?;
                let (largest, usual) = (made.far(9.0, periods), made.far(6.0, periods));
                let lowest = if made.returns { -largest } else { 0.0 };
                let means: f64 = (0..periods).map(|t| made.mean_of(t)).sum();
                let mean = (!made.clips()).then_some(means / periods as f64);
                Self::unbounded(DemandKind::Arima(Box::new(made)), lowest, largest, usual, mean)
            }
            Demand::Orders { book } => {
                let orders = Orders::compile(book, arrays, periods, end).map_err(within)?;
                let mean = orders.steady_rate().map(|rate| rate * orders.mean_size());
                // How many orders fall into one period is not bounded; this is a scale that hardly any total exceeds.
                let rate = orders.rate().unwrap_or(1.0);
                let usual = (rate + 6.0 * rate.sqrt() + 6.0) * orders.largest();
                Self::unbounded(DemandKind::Orders(Box::new(orders)), 0.0, usual.max(1e9), usual, mean)
            }
            Demand::Dependent { parts } => {
                let made = Dependent::new(parts, arrays, periods, end).map_err(within)?;
                let (lowest, largest, usual) = made.reach();
                if largest > LARGEST {
                    return Err(Error::config(
                        "demand",
                        largest,
                        format!("within ±{LARGEST:e} for every draw"),
                    ));
                }
                let whole = made.whole() && largest < WHOLE_LIMIT;
                let mean = made.total(|d| d.mean);
                Ok(Self { kind: DemandKind::Dependent(made), whole, lowest, largest, usual, mean })
            }
            Demand::Paths { paths, cycle } => Self::given(named(arrays, paths)?, *cycle, periods, end),
            Demand::Stationary { .. }
            | Demand::Varying(_)
            | Demand::MarkovModulated { .. }
            | Demand::Autocorrelated { .. }
            | Demand::Correlated { .. } => {
                let mut latent = Latent::new()?;
                let mut of = demand;
                loop {
                    match of {
                        Demand::Autocorrelated { of: inner, correlation } => {
                            latent = latent.autocorrelated(*correlation).map_err(within)?;
                            of = inner;
                        }
                        Demand::Correlated { of: inner, loadings } => {
                            latent = latent.correlated(loadings).map_err(within)?;
                            of = inner;
                        }
                        _ => break,
                    }
                }
                let (marginal, end) = Self::marginal(of, periods).map_err(within)?;
                let latent = (!latent.is_idle()).then_some(latent);
                Self::drawn(Stream::Demand, marginal, latent, end, periods)
            }
        }
    }

    /// Whether it comes in whole units, however many.
    pub fn in_pieces(&self) -> bool {
        self.whole || matches!(self.kind, DemandKind::Orders(_))
    }

    /// The law of every period, where all periods have one and no period depends on another.
    pub fn steady(&self) -> Option<&Sampler> {
        match &self.kind {
            DemandKind::Drawn {
                marginal: Marginal::Law { sampler, .. }, latent: None, end: None, ..
            } => Some(sampler),
            _ => None,
        }
    }

    /// Mean demand of each period of a run, where it is known.
    pub fn means(&self, periods: usize) -> Option<Vec<f64>> {
        match &self.kind {
            DemandKind::Drawn { marginal, end: None, .. } => marginal.means(periods),
            DemandKind::Blocks(blocks) => Some((0..periods).map(|t| blocks.mean_of(t)).collect()),
            DemandKind::Intermittent(_) | DemandKind::Orders(_) => self.mean.map(|m| vec![m; periods]),
            DemandKind::Evolving(e) => Some((0..periods).map(|t| e.mean(t)).collect()),
            DemandKind::Arima(a) => Some((0..periods).map(|t| a.mean_of(t)).collect()),
            DemandKind::Dependent(d) => d.means(periods),
            DemandKind::Drawn { .. } | DemandKind::Given { .. } => None,
        }
    }

    /// Standard deviation of a period's demand, where it is known: of one law for all periods, or of a process.
    pub fn sd(&self) -> Option<f64> {
        match &self.kind {
            DemandKind::Evolving(e) => e.cover_sd(0..1, 1, false).first().copied(),
            DemandKind::Arima(a) => Some(a.spread),
            DemandKind::Dependent(d) => d.deviation(Self::sd),
            _ => self.steady().map(|law| law.variance().sqrt()),
        }
    }

    /// Standard deviation of the demand of a period by itself, whatever it depends on; of several, of the mean variance.
    pub fn spread(&self, periods: usize) -> Option<f64> {
        let sample = |values: &[f64]| {
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            (values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n).sqrt()
        };
        match &self.kind {
            DemandKind::Drawn { marginal: Marginal::Chained(chained), end: None, .. } => {
                Some(chained.variance(periods).sqrt())
            }
            DemandKind::Drawn { marginal, end: None, .. } => {
                marginal.variances().map(|v| (v.iter().sum::<f64>() / v.len() as f64).sqrt())
            }
            DemandKind::Blocks(blocks) => Some(sample(&blocks.history)),
            DemandKind::Given { values, .. } => Some(sample(values)),
            DemandKind::Intermittent(demand) => Some(demand.variance().max(0.0).sqrt()),
            DemandKind::Dependent(d) => d.deviation(|one| one.spread(periods)),
            _ => self.sd(),
        }
    }

    /// Standard deviation of demand over the periods `cover` ahead of each period, where it is known: one number if it is the
    /// same for all. With `foreseen` that of the error of what demand's own evolution foresees.
    pub fn cover_sd(&self, cover: Range<usize>, periods: usize, foreseen: bool) -> Option<Vec<f64>> {
        match &self.kind {
            DemandKind::Evolving(e) => Some(e.cover_sd(cover, periods, foreseen)),
            DemandKind::Arima(a) => a.cover_sd(cover.len()).map(|sd| vec![sd]),
            DemandKind::Drawn {
                marginal: Marginal::Law { sampler, .. }, latent: None, end: None, ..
            } => Some(vec![sampler.variance().sqrt() * (cover.len() as f64).sqrt()]),
            DemandKind::Drawn { marginal, latent: None, end: None, .. } => {
                let of = marginal.variances()?;
                let at = |t: usize| of[t.min(of.len() - 1)];
                let sd = |now: usize| cover.clone().map(|k| at(now + k)).sum::<f64>().sqrt();
                Some((0..=periods).map(sd).collect())
            }
            DemandKind::Dependent(d) => d.cover_sd(&cover, periods, foreseen),
            _ => None,
        }
    }

    /// Whether draws are clipped at 0, so that it is counted.
    pub fn clips(&self) -> bool {
        match &self.kind {
            DemandKind::Drawn { marginal, .. } => marginal.clips(),
            DemandKind::Evolving(e) => e.clips(),
            DemandKind::Arima(a) => a.clips(),
            DemandKind::Dependent(d) => d.parts.iter().any(|p| p.of.clips()),
            _ => false,
        }
    }

    /// What a period by itself looks like, and the end of the item's life.
    fn marginal(of: &Demand, periods: usize) -> Result<(Marginal, Option<WholeTable>)> {
        match of {
            Demand::Stationary { law } => Ok((Marginal::stationary(law)?, None)),
            Demand::Varying(v) => Ok((Marginal::varying(v, periods)?, end_of_life(v)?)),
            Demand::MarkovModulated { laws, transition, start, key } => {
                Ok((Marginal::chained(laws, transition, start.as_deref(), *key)?, None))
            }
            _ => Err(Error::Type {
                field: "of".to_owned(),
                reason: "must be drawn period by period from laws; a history can be given as a law, Empirical(history)"
                    .to_owned(),
            }),
        }
    }

    /// What demand's own evolution foresees in every period of one replication, and in the one after; nothing where it has
    /// none.
    pub fn foreseen(&self, key: u64, entity: u32, replication: u32, periods: usize) -> Vec<Vec<f64>> {
        match &self.kind {
            DemandKind::Evolving(e) => e.path(key, entity, replication, periods).1,
            _ => Vec::new(),
        }
    }

    /// Demand of one replication, by itself, and how many of its periods were clipped at 0: the model for reading.
    pub fn path(&self, key: u64, entity: u32, replication: u32, periods: usize) -> (Vec<f64>, u64) {
        let mut clipped = 0;
        let path = self.unfold(key, entity, replication, periods, &mut clipped);
        (path, clipped)
    }

    fn unfold(&self, key: u64, entity: u32, replication: u32, periods: usize, clipped: &mut u64) -> Vec<f64> {
        let line = |stream, entity| Source { key, stream, entity }.line(replication);
        match &self.kind {
            DemandKind::Drawn { stream, marginal, latent, end } => {
                let own = line(*stream, entity);
                let events = marginal.profile().map_or(&[][..], |p| &p.events);
                let noise: Vec<f64> = events
                    .iter()
                    .map(|e| {
                        e.noise.at(line(Stream::Promotion, e.key.unwrap_or(entity)).bits(e.start as u64))
                    })
                    .collect();
                let chain = marginal.chain();
                let regime = line(Stream::Regime, chain.and_then(|c| c.key).unwrap_or(entity));
                let end = end.as_ref().map(|law| law.at(line(Stream::Life, entity).bits(0)));
                let (mut state, mut score) = (None, None);
                let mut path = Vec::with_capacity(periods);
                for t in 0..periods {
                    if let Some(c) = chain {
                        state = Some(c.chain.next(state, regime.bits(t as u64)));
                    }
                    let mut n = own.bits(t as u64);
                    if let Some(latent) = latent {
                        let mut mixed = 0.0;
                        for l in &latent.loadings {
                            let f = line(Stream::Factor, l.factor).bits(t as u64);
                            mixed += l.weight * latent.scores.normal_score(f);
                        }
                        let z = latent.step(mixed, latent.scores.normal_score(n), score);
                        score = Some(z);
                        n = latent.scores.phi_bits(z);
                    }
                    let x = marginal.at(t, n, &noise, state.unwrap_or(0));
                    let alive = end.is_none_or(|end| (t as i32) < end);
                    *clipped += u64::from(x == 0.0 && alive && marginal.clips_in(t, state.unwrap_or(0)));
                    path.push(if alive { x } else { 0.0 });
                }
                path
            }
            DemandKind::Blocks(blocks) => {
                let line = line(Stream::Bootstrap, blocks.key.unwrap_or(entity));
                let mut place = 0;
                (0..periods)
                    .map(|t| {
                        let index = blocks.cut.length().map_or(t, |l| t / l);
                        place = blocks.position(t, line.bits(index as u64), place);
                        blocks.history[place as usize]
                    })
                    .collect()
            }
            DemandKind::Intermittent(demand) => {
                let [regime, sizes, jitter] =
                    [Stream::Regime, Stream::Bootstrap, Stream::Demand].map(|s| line(s, entity));
                let mut state = None;
                (0..periods as u64)
                    .map(|t| {
                        let now = demand.chain.next(state, regime.bits(t));
                        state = Some(now);
                        let z = demand.scores.normal_score(jitter.bits(t));
                        if now == 1 { demand.size(demand.sizes.at(sizes.bits(t)), z) } else { 0.0 }
                    })
                    .collect()
            }
            DemandKind::Evolving(e) => {
                let (path, _) = e.path(key, entity, replication, periods);
                *clipped += path.iter().filter(|x| e.clips() && **x == 0.0).count() as u64;
                path
            }
            DemandKind::Arima(a) => {
                let path = a.path(key, entity, replication, periods);
                *clipped += path.iter().filter(|x| a.clips() && **x == 0.0).count() as u64;
                path
            }
            DemandKind::Orders(orders) => {
                let mut totals = vec![0.0; periods];
                orders.totals(
                    &mut Book::default(),
                    None,
                    orders.whose(key, entity, replication),
                    |t, units| {
                        totals[t] += units;
                    },
                    periods,
                );
                totals
            }
            DemandKind::Dependent(d) => d.path(key, replication, periods, clipped),
            DemandKind::Given { values, rows, periods: length } => {
                let start = path_of(replication, *rows) * length;
                values[start..start + periods].to_vec()
            }
        }
    }

    fn unbounded(kind: DemandKind, lowest: f64, largest: f64, usual: f64, mean: Option<f64>) -> Result<Self> {
        if largest > LARGEST {
            return Err(Error::config("demand", largest, format!("within ±{LARGEST:e} for every draw")));
        }
        Ok(Self { kind, whole: false, lowest, largest, usual, mean })
    }

    fn drawn(
        stream: Stream,
        marginal: Marginal,
        latent: Option<Latent>,
        end: Option<WholeTable>,
        periods: usize,
    ) -> Result<Self> {
        let (lowest, highest) = marginal.range();
        let largest = highest.abs().max(lowest.abs());
        if largest > LARGEST {
            let bound = format!("within ±{LARGEST:e} for every draw; use .clipped()");
            return Err(Error::config("demand", if highest > LARGEST { highest } else { lowest }, bound));
        }
        let whole = marginal.whole();
        let mean = if end.is_some() { None } else { marginal.mean(periods) };
        let usual = marginal.usual().min(largest);
        let kind = DemandKind::Drawn { stream, marginal, latent, end };
        Ok(Self { kind, whole, lowest, largest, usual, mean })
    }

    fn blocks(blocks: Blocks, periods: usize) -> Result<Self> {
        let largest = blocks.history.iter().copied().fold(0.0, f64::max);
        let whole = largest < WHOLE_LIMIT && blocks.history.iter().all(|x| x.fract() == 0.0);
        let mean = Some(blocks.mean(periods));
        Ok(Self { kind: DemandKind::Blocks(blocks), whole, lowest: 0.0, largest, usual: largest, mean })
    }

    fn given(array: &Array, cycle: bool, periods: usize, end: u64) -> Result<Self> {
        let (rows, length) = match array.shape[..] {
            [t] => (1, t),
            [r, t] => (r, t),
            _ => {
                return Err(Error::data("demand.paths", "must have axes (period) or (replication, period)"));
            }
        };
        if length < periods {
            return Err(Error::data(
                "demand.paths",
                format!("have {length} periods, the run needs {periods}"),
            ));
        }
        if rows > 1 && (rows as u64) < end && !cycle {
            return Err(Error::data(
                "demand.paths",
                format!("has {rows} replications, the run needs {end}; cycle=True starts again"),
            ));
        }
        if let Some(i) = array.values.iter().position(|x| !(0.0..=LARGEST).contains(x)) {
            let x = array.values[i];
            let (r, t) = (i / length.max(1), i % length.max(1));
            return Err(Error::data(
                "demand.paths",
                format!("must be finite, ≥ 0 and ≤ {LARGEST:e}, got {x} in path {r}, period {t}"),
            ));
        }
        let largest = array.values.iter().copied().fold(0.0, f64::max);
        let whole = largest < WHOLE_LIMIT && array.values.iter().all(|x| x.fract() == 0.0);
        let kind = DemandKind::Given { values: array.values.as_slice().into(), rows, periods: length };
        Ok(Self { kind, whole, lowest: 0.0, largest, usual: largest, mean: None })
    }
}

/// First period without demand, as a compiled law.
fn end_of_life(v: &Varying) -> Result<Option<WholeTable>> {
    let Some(law) = &v.end_of_life else { return Ok(None) };
    let sampler = law.compile().map_err(|e| e.within("end_of_life"))?;
    let Sampler::Whole(table) = sampler else {
        return Err(Error::Type {
            field: "end_of_life".to_owned(),
            reason:
                "must be a whole number of periods; say how a continuous law is made whole: .rounded(\"up\")"
                    .to_owned(),
        });
    };
    check::non_negative("end_of_life", f64::from(table.first()))?;
    Ok(Some(table))
}

/// Past observations by the name of their array.
fn history<'a>(arrays: &'a Arrays, name: &str) -> Result<&'a [f64]> {
    let array = named(arrays, name)?;
    if array.shape.len() != 1 {
        return Err(Error::data("history", format!("must have one axis, got {}", array.shape.len())));
    }
    if array.values.is_empty() {
        return Err(Error::data("history", "must not be empty"));
    }
    match array.values.iter().position(|x| !(0.0..=LARGEST).contains(x)) {
        None => Ok(&array.values),
        Some(i) => {
            let bound = format!("must be finite, ≥ 0 and ≤ {LARGEST:e}, got {} at {i}", array.values[i]);
            Err(Error::data("history", bound))
        }
    }
}

fn named<'a>(arrays: &'a Arrays, name: &str) -> Result<&'a Array> {
    arrays.get(name).ok_or_else(|| Error::data(name, "no array of this name came with the configuration"))
}

/// The path of a replication: paths are numbered like the replications of a half, and start again when they end. A
/// shard of a run therefore meets the same paths as the whole.
pub(crate) fn path_of(replication: u32, rows: usize) -> usize {
    (replication & (EVALUATION - 1)) as usize % rows
}
