//! What the demand of one period by itself looks like: a law, the same in every period or not.
//!
//! ```text
//! Law       one law for all periods
//! Tables    Poisson or negative binomial around a moving mean: one table per distinct mean; where a promotion's
//!           luck moves the mean, the direct form of the sampling contract
//! Moved     a moving mean times (or plus) draws of one law
//! Chained   the law of a Markov chain's state
//! ```
//!
//! Every one is a monotone map from the 52-bit integer of a period to a value, so whatever decides that integer (an
//! address, a latent autoregression, common factors) goes with whatever is drawn.

use super::chain::Chain;
use super::profile::Profile;
use crate::config::{Spread, Varying};
use crate::engine::lattice::{Cell, LANES, Row, WHOLE_LIMIT, Words};
use crate::error::{Error, Result, check};
use crate::law::{Law, Negative, Sampler, WholeTable, direct};
use crate::random::BITS;
use fearless_simd::Simd;
use std::collections::HashMap;

const LAST: u64 = (1 << BITS) - 1;
/// Most tables that a moving mean may need: one per distinct mean.
const MOST_TABLES: usize = 1 << 16;
/// The integer of a draw that one in a thousand million exceeds.
const RARE: u64 = LAST - (1 << 22);
/// Marks a period whose mean differs from replication to replication.
const BY_LANE: u32 = u32::MAX;

/// A law per period.
#[derive(Debug, Clone)]
pub enum Marginal {
    /// The same in every period.
    Law {
        /// The compiled law.
        sampler: Sampler,
        /// What is below 0 is moved to 0.
        clips: bool,
    },
    /// Counts around a moving mean.
    Tables(Tables),
    /// A moving mean times or plus a draw.
    Moved(Moved),
    /// By the state of a chain.
    Chained(Chained),
}

/// Counts around a moving mean.
#[derive(Debug, Clone)]
pub struct Tables {
    counting: Counting,
    pub(super) profile: Profile,
    tables: Vec<WholeTable>,
    /// Which table serves a period.
    of: Vec<u32>,
}

/// Counting laws of a given mean.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Counting {
    Poisson,
    /// Negative binomial of constant r.
    Successes(f64),
    /// Negative binomial of constant variance / mean.
    Ratio(f64),
}

/// A moving mean times or plus a draw.
#[derive(Debug, Clone)]
pub struct Moved {
    pub(super) profile: Profile,
    law: Sampler,
    scaled: bool,
    floor: bool,
    clips: bool,
}

/// By the state of a chain.
#[derive(Debug, Clone)]
pub struct Chained {
    pub(super) chain: Chain,
    /// Entity of the chain; none: the item.
    pub(super) key: Option<u32>,
    laws: Vec<Sampler>,
    /// Which of them move what is below 0 to 0.
    clips: Vec<bool>,
}

impl Counting {
    fn law(self, mean: f64) -> Law {
        if mean == 0.0 {
            return Law::Poisson { mean };
        }
        let natural = |r: f64, p: f64| Law::NegativeBinomial { mean: None, sd: None, r: Some(r), p: Some(p) };
        match self {
            Self::Poisson => Law::Poisson { mean },
            Self::Successes(r) => natural(r, r / (r + mean)),
            Self::Ratio(ratio) => natural(mean / (ratio - 1.0), 1.0 / ratio),
        }
    }

    #[inline(always)]
    fn at(self, mean: f64, n: u64) -> f64 {
        let value = match self {
            Self::Poisson => direct::poisson(mean, n),
            Self::Successes(r) => direct::negative_binomial(mean, mean + mean * mean / r, n),
            Self::Ratio(ratio) => direct::negative_binomial(mean, mean * ratio, n),
        };
        value as f64
    }
}

impl Tables {
    fn new(counting: Counting, profile: Profile) -> Result<Self> {
        let mut known: HashMap<u64, u32> = HashMap::new();
        let mut tables = Vec::new();
        let mut of = Vec::with_capacity(profile.mean.len());
        for (t, mean) in profile.mean.iter().enumerate() {
            if profile.random(t) {
                of.push(BY_LANE);
                continue;
            }
            if let Some(&table) = known.get(&mean.to_bits()) {
                of.push(table);
                continue;
            }
            if tables.len() == MOST_TABLES {
                let bound = format!("at most {MOST_TABLES} different means in a run, each needs a table");
                return Err(Error::config("base", format!("more than {MOST_TABLES} different means"), bound));
            }
            let around = |e: Error| match e {
                Error::Config { bound, .. } => Error::config("base", *mean, bound),
                other => other,
            };
            let Sampler::Whole(table) = counting.law(*mean).compile().map_err(around)? else {
                return Err(Error::Internal { reason: "a counting law is not whole".to_owned() });
            };
            known.insert(mean.to_bits(), tables.len() as u32);
            of.push(tables.len() as u32);
            tables.push(table);
        }
        Ok(Self { counting, profile, tables, of })
    }

    /// The largest value at the integer `n`, over all periods.
    fn largest(&self, n: u64) -> f64 {
        let drawn = self.tables.iter().map(|t| f64::from(t.at(n))).fold(0.0, f64::max);
        if self.profile.any_random() {
            drawn.max(self.counting.at(self.profile.largest(n), n))
        } else {
            drawn
        }
    }
}

impl Marginal {
    /// One law for all periods.
    pub fn stationary(law: &Law) -> Result<Self> {
        let sampler = law.compile()?;
        if sampler.min() < 0.0 && !matches!(sampler, Sampler::Real(_)) {
            return Err(Error::config("", sampler.min(), "≥ 0 in every observation"));
        }
        Ok(Self::Law { sampler, clips: clips(law) })
    }

    /// A moving mean and what happens around it.
    pub fn varying(v: &Varying, periods: usize) -> Result<Self> {
        let profile = Profile::new(v, periods)?;
        let spread = |e: Error| e.within("spread");
        Ok(match &v.spread {
            Spread::Poisson => Self::Tables(Tables::new(Counting::Poisson, profile)?),
            Spread::NegativeBinomial { r, variance_ratio } => {
                let counting = match (*r, *variance_ratio) {
                    (Some(r), None) => Counting::Successes(check::positive("r", r).map_err(spread)?),
                    (None, Some(ratio)) => {
                        check::finite("variance_ratio", ratio).map_err(spread)?;
                        if ratio <= 1.0 {
                            return Err(spread(Error::config("variance_ratio", ratio, "> 1; 1 is Poisson")));
                        }
                        Counting::Ratio(ratio)
                    }
                    (both, _) => {
                        let given = if both.is_some() { "both" } else { "neither" };
                        let bound = "given either by r or by variance_ratio";
                        return Err(Error::config("spread", given, bound));
                    }
                };
                Self::Tables(Tables::new(counting, profile)?)
            }
            Spread::None => Self::Moved(Moved {
                profile,
                law: Law::Deterministic { value: 1.0 }.compile()?,
                scaled: true,
                floor: false,
                clips: false,
            }),
            Spread::Scaled { law } => {
                let sampler = law.compile().map_err(|e| e.within("spread.law"))?;
                if sampler.min() < 0.0 && !matches!(sampler, Sampler::Real(_)) {
                    return Err(Error::config("spread.law", sampler.min(), "≥ 0 in every draw"));
                }
                Self::Moved(Moved { profile, law: sampler, scaled: true, floor: false, clips: clips(law) })
            }
            Spread::Additive { law, returns } => {
                let sampler = law.compile().map_err(|e| e.within("spread.law"))?;
                Self::Moved(Moved { profile, law: sampler, scaled: false, floor: !returns, clips: !returns })
            }
        })
    }

    /// The law of a chain's state.
    pub fn chained(
        laws: &[Law],
        transition: &[Vec<f64>],
        start: Option<&[f64]>,
        key: Option<u32>,
    ) -> Result<Self> {
        let chain = Chain::new(transition, start)?;
        if laws.len() != transition.len() {
            let bound = format!("one per state, {}", transition.len());
            return Err(Error::config("laws", laws.len(), bound));
        }
        let clips = laws.iter().map(clips).collect();
        let laws = laws
            .iter()
            .enumerate()
            .map(|(j, law)| {
                let field = format!("laws[{j}]");
                let sampler = law.compile().map_err(|e| e.within(&field))?;
                if sampler.min() < 0.0 {
                    return Err(Error::config(field, sampler.min(), "≥ 0 in every draw"));
                }
                Ok(sampler)
            })
            .collect::<Result<_>>()?;
        Ok(Self::Chained(Chained { chain, key, laws, clips }))
    }

    /// Promotions whose uplift is drawn once per replication.
    pub fn profile(&self) -> Option<&Profile> {
        match self {
            Self::Tables(t) => Some(&t.profile),
            Self::Moved(m) => Some(&m.profile),
            Self::Law { .. } | Self::Chained(_) => None,
        }
    }

    /// The chain, if there is one.
    pub fn chain(&self) -> Option<&Chained> {
        if let Self::Chained(c) = self { Some(c) } else { None }
    }

    /// Whether the trailing bits of every draw are needed.
    pub fn trails(&self) -> bool {
        let real = |s: &Sampler| matches!(s, Sampler::Real(_));
        match self {
            Self::Law { sampler, .. } => real(sampler),
            Self::Tables(t) => t.profile.any_random(),
            Self::Moved(m) => real(&m.law),
            Self::Chained(c) => c.laws.iter().any(real),
        }
    }

    /// Smallest and largest value that can be drawn.
    pub fn range(&self) -> (f64, f64) {
        match self {
            Self::Law { sampler, .. } => (sampler.min(), sampler.max()),
            Self::Tables(t) => (0.0, t.largest(LAST)),
            Self::Moved(m) => {
                let top = m.profile.largest(LAST);
                let (low, high) = (m.law.min(), m.law.max());
                let (low, high) =
                    if m.scaled { ((top * low).min(0.0), top * high) } else { (low, top + high) };
                (if m.floor { low.max(0.0) } else { low }, high)
            }
            Self::Chained(c) => {
                c.laws.iter().fold((f64::INFINITY, 0.0), |(a, b), law| (law.min().min(a), law.max().max(b)))
            }
        }
    }

    /// Every value is a whole number within 32 bits.
    pub fn whole(&self) -> bool {
        let within = self.range().0 >= 0.0 && self.range().1 < WHOLE_LIMIT;
        within
            && match self {
                Self::Law { sampler, .. } => sampler.is_whole(),
                Self::Tables(_) => true,
                Self::Moved(m) => {
                    m.law.is_whole()
                        && !m.profile.any_random()
                        && m.profile.mean.iter().all(|x| x.fract() == 0.0)
                }
                Self::Chained(c) => c.laws.iter().all(Sampler::is_whole),
            }
    }

    /// A size of demand that one draw in a thousand million exceeds: the scale of quantities, where the largest draw
    /// there is may be of another world.
    pub fn usual(&self) -> f64 {
        let size = |law: &Sampler| law.at(RARE).abs().max(law.at(LAST - RARE).abs());
        match self {
            Self::Law { sampler, .. } => size(sampler),
            Self::Tables(t) => t.largest(RARE),
            Self::Moved(m) => {
                let top = m.profile.largest(RARE);
                if m.scaled { top * size(&m.law) } else { top + size(&m.law) }
            }
            Self::Chained(c) => c.laws.iter().map(size).fold(0.0, f64::max),
        }
    }

    /// Whether what is below 0 is moved to 0, so that zeros are worth counting.
    pub fn clips(&self) -> bool {
        match self {
            Self::Law { clips, .. } => *clips,
            Self::Moved(m) => m.clips,
            Self::Chained(c) => c.clips.contains(&true),
            Self::Tables(_) => false,
        }
    }

    /// Whether a nought in this period, in this state of the chain, means that something was clipped.
    pub fn clips_in(&self, t: usize, state: usize) -> bool {
        match self {
            Self::Law { clips, .. } => *clips,
            Self::Moved(m) if m.scaled => m.clips && m.profile.mean[t] > 0.0,
            Self::Moved(m) => m.clips && !m.profile.closed(t),
            Self::Chained(c) => c.clips[state],
            Self::Tables(_) => false,
        }
    }

    /// Mean demand of each period, where it is known.
    pub fn means(&self, periods: usize) -> Option<Vec<f64>> {
        match self {
            Self::Law { sampler, .. } => Some(vec![sampler.mean(); periods]),
            Self::Tables(t) if !t.profile.any_random() => Some(t.profile.mean.clone()),
            Self::Moved(m) if m.scaled && !m.profile.any_random() => {
                Some(m.profile.mean.iter().map(|x| x * m.law.mean()).collect())
            }
            Self::Moved(m) if !m.floor && !m.profile.any_random() => {
                let of = |t: usize| if m.profile.closed(t) { 0.0 } else { m.profile.mean[t] + m.law.mean() };
                Some((0..m.profile.mean.len()).map(of).collect())
            }
            Self::Tables(_) | Self::Moved(_) => None,
            Self::Chained(c) => {
                let of = |chances: &Vec<f64>| -> f64 {
                    chances.iter().zip(&c.laws).map(|(p, l)| p * l.mean()).sum()
                };
                Some(c.chain.marginals(periods).iter().map(of).collect())
            }
        }
    }

    /// Variance of demand in each period, where it is known and periods are independent; one number if it is the same for all.
    pub fn variances(&self) -> Option<Vec<f64>> {
        match self {
            Self::Law { sampler, .. } => Some(vec![sampler.variance()]),
            Self::Tables(t) if !t.profile.any_random() => {
                Some(t.of.iter().map(|table| t.tables[*table as usize].variance()).collect())
            }
            Self::Moved(m) if m.scaled && !m.profile.any_random() => {
                Some(m.profile.mean.iter().map(|x| x * x * m.law.variance()).collect())
            }
            Self::Moved(m) if !m.floor && !m.profile.any_random() => {
                let of = |t: usize| if m.profile.closed(t) { 0.0 } else { m.law.variance() };
                Some((0..m.profile.mean.len()).map(of).collect())
            }
            Self::Tables(_) | Self::Moved(_) | Self::Chained(_) => None,
        }
    }

    /// Mean demand of a period, averaged over `periods` periods, where it is known.
    pub fn mean(&self, periods: usize) -> Option<f64> {
        match self {
            // As it is, not as the sum of many.
            Self::Law { sampler, .. } => Some(sampler.mean()),
            _ => self.means(periods).map(|m| m.iter().sum::<f64>() / m.len() as f64),
        }
    }

    /// The value of period `t` for an integer `n < 2⁵²`, given the noise of promotions and the state of the chain.
    pub fn at(&self, t: usize, n: u64, noise: &[f64], state: usize) -> f64 {
        match self {
            Self::Law { sampler, .. } => sampler.at(n),
            Self::Tables(tables) => match tables.of[t] {
                BY_LANE => tables.counting.at(tables.profile.at(t, |e| noise[e]), n),
                table => f64::from(tables.tables[table as usize].at(n)),
            },
            Self::Moved(m) => m.value(t, m.mean(t, |e| noise[e]), m.law.at(n)),
            Self::Chained(c) => c.laws[state].at(n),
        }
    }
}

impl Chained {
    /// Mean over the periods of a run of the variance of a period, whatever its state.
    pub fn variance(&self, periods: usize) -> f64 {
        let of = |chances: &Vec<f64>| -> f64 {
            let mean: f64 = chances.iter().zip(&self.laws).map(|(p, l)| p * l.mean()).sum();
            let square = |l: &Sampler| l.variance() + l.mean() * l.mean();
            chances.iter().zip(&self.laws).map(|(p, l)| p * square(l)).sum::<f64>() - mean * mean
        };
        let chances = self.chain.marginals(periods);
        (chances.iter().map(of).sum::<f64>() / chances.len() as f64).max(0.0)
    }
}

impl Moved {
    #[inline(always)]
    fn mean(&self, t: usize, noise: impl Fn(usize) -> f64) -> f64 {
        if self.profile.random(t) { self.profile.at(t, noise) } else { self.profile.mean[t] }
    }

    #[inline(always)]
    fn value(&self, t: usize, mean: f64, z: f64) -> f64 {
        if !self.scaled && self.profile.closed(t) {
            return 0.0;
        }
        let x = if self.scaled { mean * z } else { mean + z };
        if self.floor && x < 0.0 { 0.0 } else { x }
    }
}

/// What a row of draws needs beside its words.
pub struct Given<'a> {
    /// Noise of each random promotion.
    pub(super) noise: &'a [Row<f64>],
    /// State of the chain in the period.
    pub(super) state: &'a Row<i32>,
    /// Room for whole draws.
    pub(super) whole: &'a mut Row<i32>,
    /// Room for real draws.
    pub(super) real: &'a mut Row<f64>,
}

/// A row of one period, as doubles.
#[inline(always)]
pub(super) fn real_row<S: Simd>(
    s: S,
    marginal: &Marginal,
    t: usize,
    words: Words<'_>,
    given: &mut Given<'_>,
    out: &mut Row<f64>,
) {
    match marginal {
        Marginal::Law { sampler, .. } => sampled(s, sampler, words, given.whole, out),
        Marginal::Tables(_) => {
            whole_row(s, marginal, t, words, given.noise, given.state, given.whole);
            widen(given.whole, out);
        }
        Marginal::Moved(m) => {
            sampled(s, &m.law, words, given.whole, out);
            if m.profile.random(t) {
                for (lane, x) in out.iter_mut().enumerate() {
                    *x = m.value(t, m.mean(t, |e| given.noise[e][lane]), *x);
                }
            } else {
                let mean = m.profile.mean[t];
                out.iter_mut().for_each(|x| *x = m.value(t, mean, *x));
            }
        }
        Marginal::Chained(c) => {
            for (j, law) in c.laws.iter().enumerate() {
                sampled(s, law, words, given.whole, given.real);
                choose(j, given.state, given.real, out);
            }
        }
    }
}

/// A row of one period, of a marginal whose values are whole.
#[inline(always)]
pub(super) fn whole_row<S: Simd>(
    s: S,
    marginal: &Marginal,
    t: usize,
    words: Words<'_>,
    noise: &[Row<f64>],
    state: &Row<i32>,
    out: &mut Row<i32>,
) {
    match marginal {
        Marginal::Law { sampler: Sampler::Whole(law), .. } => words.whole(s, law, out),
        Marginal::Tables(tables) => match tables.of[t] {
            BY_LANE => {
                for (lane, x) in out.iter_mut().enumerate() {
                    let mean = tables.profile.at(t, |e| noise[e][lane]);
                    *x = tables.counting.at(mean, words.bits(lane)) as i32;
                }
            }
            table => words.whole(s, &tables.tables[table as usize], out),
        },
        Marginal::Moved(moved @ Moved { law: Sampler::Whole(law), profile, .. }) => {
            words.whole(s, law, out);
            let mean = profile.mean[t];
            out.iter_mut().for_each(|x| *x = moved.value(t, mean, f64::from(*x)) as i32);
        }
        Marginal::Chained(c) => {
            let mut drawn = [0; LANES];
            for (j, law) in c.laws.iter().enumerate() {
                if let Sampler::Whole(law) = law {
                    words.whole(s, law, &mut drawn);
                    choose(j, state, &drawn, out);
                }
            }
        }
        Marginal::Law { .. } | Marginal::Moved(_) => unreachable!("only whole laws run on integers"),
    }
}

/// A row of draws of any law, as doubles.
#[inline(always)]
pub(crate) fn sampled<S: Simd>(
    s: S,
    sampler: &Sampler,
    words: Words<'_>,
    whole: &mut Row<i32>,
    out: &mut Row<f64>,
) {
    match sampler {
        Sampler::Real(law) => words.real(s, law, out),
        Sampler::Whole(law) => {
            words.whole(s, law, whole);
            widen(whole, out);
        }
        Sampler::Values { index, values } => {
            words.whole(s, index, whole);
            for (x, i) in out.iter_mut().zip(whole.iter()) {
                *x = values[*i as usize];
            }
        }
    }
}

#[inline(always)]
fn widen(from: &Row<i32>, out: &mut Row<f64>) {
    for (x, i) in out.iter_mut().zip(from) {
        *x = f64::from(*i);
    }
}

/// Takes over what lanes in state `j` drew.
#[inline(always)]
fn choose<T: Cell>(j: usize, state: &Row<i32>, drawn: &Row<T>, out: &mut Row<T>) {
    for lane in 0..LANES {
        out[lane] = if state[lane] == j as i32 { drawn[lane] } else { out[lane] };
    }
}

/// Whether a law moves what is below 0 to 0.
fn clips(law: &Law) -> bool {
    match law {
        Law::Normal { sd, negative: Negative::Clip, .. } => *sd > 0.0,
        Law::Clipped { of, low: Some(low), .. } => *low == 0.0 && matches!(of.whole_law(), Ok(false)),
        _ => false,
    }
}
