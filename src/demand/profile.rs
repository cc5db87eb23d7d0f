//! The mean over time (spec D2, D3): base × trend + additive season, × seasons × calendar × life, then promotions.
//!
//! ```text
//! μ_t  = (base_t·trend_t + additive_t) · Π seasons_t · calendar_t · life_t                  before promotions
//! m_t  = max(0, μ_t · Π_{e: t in e} u_e·X_e  −  Σ_e coefficient_{e,t}·(u_e·X_e − 1))         what demand follows
//! ```
//!
//! X_e is the noise of a promotion, lognormal of mean 1, drawn once per replication; the coefficients are what a
//! promotion took from the periods after it (pull-forward) or from another item (cannibalisation).
//!
//! Knows nothing of laws around the mean.

use crate::config::{Life, Promotion, Trend, Varying};
use crate::error::{Error, Result, check};
use crate::law::float::exp;
use crate::law::{Law, Sampler};
use crate::random::BITS;

/// The integer of the largest draw.
const LAST: u64 = (1 << BITS) - 1;
/// How far the mean of season factors may be from 1.
const SEASON_SLACK: f64 = 1e-6;

/// The mean over time, and how promotions move it.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Before promotions.
    pub plain: Vec<f64>,
    /// With promotions at their mean uplift.
    pub mean: Vec<f64>,
    /// Promotions whose uplift is random.
    pub events: Vec<Event>,
    /// What moves the mean of each period that a promotion touches: uplifts first, then what was taken.
    effects: Vec<Vec<Effect>>,
    /// Periods in which nothing can be demanded: a calendar's nought, before or after the product's life.
    closed: Vec<bool>,
}

/// A promotion.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Entity of the noise; none: the item.
    pub key: Option<u32>,
    /// Index of the noise: its first period.
    pub start: usize,
    /// Factor of the uplift.
    pub noise: Sampler,
}

/// One promotion in one period.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Effect {
    event: usize,
    uplift: f64,
    /// Units that 100 % of uplift takes away; none: the mean is multiplied.
    taken: Option<f64>,
}

impl Profile {
    /// Checks and works out the means of `periods` periods.
    pub fn new(v: &Varying, periods: usize) -> Result<Self> {
        let (plain, closed) = plain(v, periods)?;
        let mut profile = Self {
            mean: plain.clone(),
            plain,
            closed,
            events: Vec::new(),
            effects: vec![Vec::new(); if v.promotions.is_empty() { 0 } else { periods }],
        };
        for (i, p) in v.promotions.iter().enumerate() {
            profile.promote(p).map_err(|e| e.within(&format!("promotions[{i}]")))?;
            let lucky = |q: &Promotion| q.start == p.start && q.key == p.key && q.cv > 0.0;
            if lucky(p) && v.promotions[..i].iter().any(lucky) {
                let bound = "different from those of an earlier promotion with the same key: they would share their luck";
                return Err(Error::config(format!("promotions[{i}].start"), p.start, bound));
            }
        }
        // Uplifts before what others took: the order in which promotions are listed makes no difference.
        profile.effects.iter_mut().for_each(|all| all.sort_by_key(|e| e.taken.is_some()));
        if !v.promotions.is_empty() {
            let calm = vec![1.0; profile.events.len()];
            profile.mean = (0..periods).map(|t| profile.at(t, |e| calm[e])).collect();
        }
        Ok(profile)
    }

    /// Whether the mean of a period differs from replication to replication.
    pub fn random(&self, t: usize) -> bool {
        self.effects.get(t).is_some_and(|all| all.iter().any(|e| !constant(&self.events[e.event].noise)))
    }

    /// Whether any period's mean does.
    pub fn any_random(&self) -> bool {
        (0..self.effects.len()).any(|t| self.random(t))
    }

    /// Whether nothing can be demanded in a period, whatever the spread.
    #[inline(always)]
    pub fn closed(&self, t: usize) -> bool {
        self.closed[t]
    }

    /// The mean of a period, given the noise of every event.
    #[inline(always)]
    pub fn at(&self, t: usize, noise: impl Fn(usize) -> f64) -> f64 {
        let mut m = self.plain[t];
        if let Some(effects) = self.effects.get(t) {
            for e in effects {
                let factor = e.uplift * noise(e.event);
                m = match e.taken {
                    None => m * factor,
                    Some(units) => m - units * (factor - 1.0),
                };
            }
        }
        if m > 0.0 { m } else { 0.0 }
    }

    /// The largest mean if every promotion's luck is at most that of the integer `n`; of the last one, whatever happens.
    pub fn largest(&self, n: u64) -> f64 {
        let most: Vec<f64> = self.events.iter().map(|e| e.noise.at(n)).collect();
        let least: Vec<f64> = self.events.iter().map(|e| e.noise.at(LAST - n)).collect();
        (0..self.plain.len())
            .map(|t| {
                // What a promotion takes is largest where it lifts least.
                let mut m = self.plain[t];
                for e in self.effects.get(t).into_iter().flatten() {
                    m = match e.taken {
                        None => m * (e.uplift * most[e.event]),
                        Some(units) => m - units * (e.uplift * least[e.event] - 1.0).min(0.0),
                    };
                }
                m
            })
            .fold(0.0, f64::max)
    }

    fn promote(&mut self, p: &Promotion) -> Result<()> {
        check::non_negative("uplift", p.uplift)?;
        check::non_negative("cv", p.cv)?;
        check::share("pull_forward", p.pull_forward)?;
        check::positive("decay", p.decay)?;
        if p.length == 0 {
            return Err(Error::config("length", 0, "≥ 1"));
        }
        if p.recovery == 0 {
            return Err(Error::config("recovery", 0, "≥ 1"));
        }
        let noise = if p.cv > 0.0 {
            Law::Lognormal { mu: None, sigma: None, mean: Some(1.0), sd: Some(p.cv) }
        } else {
            Law::Deterministic { value: 1.0 }
        };
        let event = self.events.len();
        self.events.push(Event { key: p.key, start: p.start, noise: noise.compile()? });
        let periods = self.plain.len();
        let window = p.start.min(periods)..(p.start.saturating_add(p.length)).min(periods);
        if let Some(taken) = &p.taken {
            if taken.len() != p.length {
                return Err(Error::config("taken", taken.len(), format!("one per period, {}", p.length)));
            }
            for (t, &units) in window.zip(taken) {
                check::non_negative("taken", units)?;
                self.effects[t].push(Effect { event, uplift: p.uplift, taken: Some(units) });
            }
            return Ok(());
        }
        let volume: f64 = self.plain[window.clone()].iter().sum();
        let after = window.end;
        for t in window {
            self.effects[t].push(Effect { event, uplift: p.uplift, taken: None });
        }
        if p.pull_forward > 0.0 {
            let mut weights = vec![1.0; p.recovery];
            for j in 1..p.recovery {
                weights[j] = weights[j - 1] * p.decay;
            }
            let all: f64 = weights.iter().sum();
            for (t, w) in (after..periods).zip(weights) {
                let units = p.pull_forward * volume * (w / all);
                self.effects[t].push(Effect { event, uplift: p.uplift, taken: Some(units) });
            }
        }
        Ok(())
    }
}

fn constant(noise: &Sampler) -> bool {
    noise.min() == noise.max()
}

/// The mean before promotions, and which periods are closed.
fn plain(v: &Varying, periods: usize) -> Result<(Vec<f64>, Vec<bool>)> {
    if v.base.len() != 1 && v.base.len() < periods {
        let bound = format!("one number or one per period (≥ {periods}: the run is that long)");
        return Err(Error::config("base", format!("{} numbers", v.base.len()), bound));
    }
    for x in &v.base {
        check::non_negative("base", *x)?;
    }
    for x in &v.additive_season {
        check::quantity("additive_season", *x)?;
    }
    for x in &v.calendar {
        check::non_negative("calendar", *x)?;
    }
    for (i, season) in v.seasons.iter().enumerate() {
        let field = format!("seasons[{i}]");
        if season.is_empty() {
            return Err(Error::config(field, "no factors", "at least one factor"));
        }
        for x in season {
            check::non_negative(&field, *x)?;
        }
        let mean = season.iter().sum::<f64>() / season.len() as f64;
        if (mean - 1.0).abs() > SEASON_SLACK {
            let bound = "factors of mean 1: divide them by their mean and put it into the base";
            return Err(Error::config(field, format!("a mean of {mean}"), bound));
        }
    }
    let trend = trend(v.trend, periods)?;
    let life = life(v.life, periods)?;
    let cyclic =
        |list: &[f64], t: usize, empty: f64| if list.is_empty() { empty } else { list[t % list.len()] };
    Ok((0..periods)
        .map(|t| {
            let base = if v.base.len() == 1 { v.base[0] } else { v.base[t] };
            let mut m = base * trend[t] + cyclic(&v.additive_season, t, 0.0);
            for season in &v.seasons {
                m *= season[t % season.len()];
            }
            let open = cyclic(&v.calendar, t, 1.0) * life[t];
            m *= open;
            (if m > 0.0 { m } else { 0.0 }, open == 0.0)
        })
        .unzip())
}

fn trend(trend: Option<Trend>, periods: usize) -> Result<Vec<f64>> {
    let within = |e: Error| e.within("trend");
    let mut factors = Vec::with_capacity(periods);
    let mut power = 1.0;
    let mut sum = 0.0;
    for t in 0..periods {
        let factor = match trend {
            None => 1.0,
            Some(Trend::Linear { growth }) => {
                1.0 + check::finite("growth", growth).map_err(within)? * t as f64
            }
            Some(Trend::Exponential { growth }) => {
                check::finite("growth", growth).map_err(within)?;
                if growth <= -1.0 {
                    return Err(within(Error::config("growth", growth, "> −1")));
                }
                if t > 0 {
                    power *= 1.0 + growth;
                }
                power
            }
            Some(Trend::Damped { growth, damping }) => {
                check::finite("growth", growth).map_err(within)?;
                if !(damping > 0.0 && damping < 1.0) {
                    return Err(within(Error::config("damping", damping, "in (0, 1)")));
                }
                if t > 0 {
                    power *= damping;
                    sum += power;
                }
                1.0 + growth * sum
            }
        };
        factors.push(if factor > 0.0 { factor } else { 0.0 });
    }
    Ok(factors)
}

fn life(life: Option<Life>, periods: usize) -> Result<Vec<f64>> {
    let within = |e: Error| e.within("life");
    Ok(match life {
        None => vec![1.0; periods],
        Some(Life::Bass { innovation, imitation, market }) => {
            check::positive("innovation", innovation).map_err(within)?;
            check::non_negative("imitation", imitation).map_err(within)?;
            check::non_negative("market", market).map_err(within)?;
            let adopted = |t: f64| {
                let gone = exp(-(innovation + imitation) * t);
                (1.0 - gone) / (1.0 + imitation / innovation * gone)
            };
            (0..periods).map(|t| market * (adopted(t as f64 + 1.0) - adopted(t as f64))).collect()
        }
        Some(Life::Phases { ramp, plateau, decline }) => (0..periods)
            .map(|t| {
                if t < ramp {
                    (t as f64 + 0.5) / ramp as f64
                } else if t < ramp + plateau {
                    1.0
                } else if t < ramp + plateau + decline {
                    1.0 - ((t - ramp - plateau) as f64 + 0.5) / decline as f64
                } else {
                    0.0
                }
            })
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Spread;

    fn varying(base: f64) -> Varying {
        Varying {
            base: vec![base],
            trend: None,
            additive_season: vec![],
            seasons: vec![],
            calendar: vec![],
            life: None,
            end_of_life: None,
            promotions: vec![],
            spread: Spread::Poisson,
        }
    }

    fn promotion() -> Promotion {
        let (key, taken) = (None, None);
        Promotion {
            start: 2,
            length: 2,
            uplift: 1.5,
            cv: 0.0,
            pull_forward: 0.5,
            recovery: 2,
            decay: 0.5,
            key,
            taken,
        }
    }

    #[test]
    fn factors_multiply_by_hand() {
        let mut v = varying(10.0);
        v.trend = Some(Trend::Linear { growth: 0.1 });
        v.additive_season = vec![1.0, 0.0];
        v.seasons = vec![vec![0.5, 1.5]];
        v.calendar = vec![1.0, 1.0, 0.0];
        assert_eq!(Profile::new(&v, 4).unwrap().mean, [11.0 * 0.5, 11.0 * 1.5, 0.0, 13.0 * 1.5]);
        v.trend = Some(Trend::Damped { growth: 0.2, damping: 0.5 });
        assert_eq!(Profile::new(&v, 2).unwrap().mean[1], (10.0 * (1.0 + 0.2 * 0.5)) * 1.5);
    }

    /// V23: Bass(.03, .38, 10⁴), periods 0, 5, 10; all but the rest of the market is sold in the end.
    #[test]
    fn bass_diffusion() {
        let mut v = varying(1.0);
        v.life = Some(Life::Bass { innovation: 0.03, imitation: 0.38, market: 1e4 });
        let mean = Profile::new(&v, 60).unwrap().mean;
        for (t, value) in [(0, 357.58164), (5, 1080.36575), (10, 552.64483)] {
            assert!((mean[t] - value).abs() < 5e-6, "{t}: {}", mean[t]);
        }
        assert!((mean.iter().sum::<f64>() - 1e4).abs() < 1e-3);
    }

    #[test]
    fn promotion_lifts_and_is_paid_back() {
        let mut v = varying(10.0);
        v.promotions = vec![promotion()];
        let p = Profile::new(&v, 8).unwrap();
        // 10 additional units; half of them, 5, are missing over two periods as 2/3 and 1/3.
        let dip = |share: f64| 10.0 - 0.5 * 20.0 * share * (1.5 - 1.0);
        assert_eq!(p.mean, [10.0, 10.0, 15.0, 15.0, dip(2.0 / 3.0), dip(1.0 / 3.0), 10.0, 10.0]);
        assert!(!p.any_random());
        assert_eq!(p.at(2, |_| 2.0), 30.0);
    }

    #[test]
    fn what_one_item_gains_another_loses() {
        let mut v = varying(10.0);
        v.promotions = vec![Promotion { taken: Some(vec![4.0, 100.0]), cv: 0.3, ..promotion() }];
        let p = Profile::new(&v, 5).unwrap();
        assert_eq!(p.mean, [10.0, 10.0, 8.0, 0.0, 10.0]);
        assert!(p.random(2) && !p.random(4));
    }

    #[test]
    fn refuses_by_name() {
        let mut v = varying(10.0);
        v.seasons = vec![vec![0.5, 1.6]];
        assert!(
            Profile::new(&v, 4).unwrap_err().to_string().starts_with("seasons[0] must be factors of mean 1")
        );
        let mut v = varying(10.0);
        v.base = vec![1.0, 2.0];
        assert!(Profile::new(&v, 4).is_err());
        v.base = vec![1.0; 4];
        v.promotions = vec![promotion(), promotion()];
        assert!(Profile::new(&v, 4).is_ok());
        v.promotions.iter_mut().for_each(|p| p.cv = 0.1);
        assert!(Profile::new(&v, 4).unwrap_err().to_string().starts_with("promotions[1].start"));
    }
}
