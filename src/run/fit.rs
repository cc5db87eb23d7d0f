//! The least base stock that reaches a service target, item by item; and the same under resampled histories.
//!
//! Where one pass tells all (full backorders), the shortfall of every replication and period is pooled once and every
//! level read off it; the answer is exact for the sample. Otherwise (lost sales) the level is bisected, each candidate
//! simulated on the same draws.

use super::simulate::{Prepared, prepare_search};
use super::{Control, chunks, derived_key, end_of, run_jobs};
use crate::config::{Arrays, Demand, Model, Policy, Request};
use crate::error::{Error, Result};
use crate::metrics::Counts;
use crate::metrics::service::Target;
use crate::random::{Line, Stream};
use crate::strategy::make_to_stock::chunk::{Output, Scratch, Setting, run_chunk};
use crate::strategy::make_to_stock::plan::{Frame, Plan};
use crate::strategy::make_to_stock::shortfall::Shortfall;
use serde::{Deserialize, Serialize};

/// `fit`: a run and a target. The level of the policy in the run is ignored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FitRequest {
    /// Items with one design each; usually the training half.
    pub run: Request,
    /// What to reach.
    pub target: Target,
}

/// `input_uncertainty`: the run repeated under resampled histories.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResampleRequest {
    /// Items with one design each, whose demand is a bootstrap.
    pub run: Request,
    /// What to reach.
    pub target: Target,
    /// Outer bootstrap resamples.
    pub resamples: u32,
}

/// Levels found, (item) or (item, resample).
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// Least base stock.
    pub level: Vec<f64>,
    /// What is achieved: by that level in `fit`, by the level of the request under `input_uncertainty`.
    pub achieved: Vec<f64>,
    /// SIMD level used.
    pub simd: &'static str,
}

/// Level search on the replications of the request.
pub fn fit(request: &FitRequest, arrays: &Arrays, control: &Control) -> Result<Fitted> {
    request.target.check()?;
    let run = &request.run;
    let (prepared, simd) = single(run, arrays)?;
    let mut found = vec![(f64::NAN, f64::NAN); run.items.len()];
    control.progress.expect(found.len());
    let Prepared { frame, plans, level, .. } = &prepared;
    let frame = Frame { lean: false, ..*frame };
    let jobs: Vec<_> = found.iter_mut().zip(plans).zip(&run.items).collect();
    run_jobs(jobs, run.threads, Scratch::default, |((out, plan), item), scratch| {
        let search =
            Search { level: *level, frame, replications: run.replications, target: &request.target, control };
        *out = search.least(plan, scratch).map_err(|e| named(e, &item.name))?;
        control.progress.tick();
        Ok(())
    })?;
    let (level, achieved) = found.into_iter().unzip();
    Ok(Fitted { level, achieved, simd })
}

/// For every item and resample b: draw a history of the same length from the history (stream `Resample`), run under
/// the derived key b, and report what the design's level achieves and which level the target would have asked for.
pub fn input_uncertainty(request: &ResampleRequest, arrays: &Arrays, control: &Control) -> Result<Fitted> {
    request.target.check()?;
    let run = &request.run;
    if request.resamples == 0 {
        return Err(Error::config("resamples", 0, "≥ 1"));
    }
    let (prepared, simd) = single(run, arrays)?;
    let resamples = request.resamples as usize;
    let mut found = vec![vec![(f64::NAN, f64::NAN); resamples]; run.items.len()];
    control.progress.expect(found.len());
    let jobs: Vec<_> = found.iter_mut().zip(&run.items).collect();
    run_jobs(jobs, run.threads, Scratch::default, |(out, item), scratch| {
        let Model::MakeToStock(model) = &item.designs[0];
        let Demand::Bootstrap { history } = &model.demand else {
            return Err(Error::data("demand", "must be a bootstrap: only a history can be resampled"));
        };
        let mut own = Arrays::new();
        let source = arrays.get(history).ok_or_else(|| Error::data(history, "no array of this name"))?;
        for (b, out) in out.iter_mut().enumerate() {
            let frame = Frame { key: derived_key(run.key, b as u32), lean: false, ..prepared.frame };
            let mut array = source.clone();
            resample(&source.values, frame.key, item.key, &mut array.values);
            own.insert(history.clone(), array);
            let (plan, _) = Plan::compile(&[model], item.key, &own, &frame, end_of(run), run.method)?;
            let search = Search {
                level: prepared.level,
                frame,
                replications: run.replications,
                target: &request.target,
                control,
            };
            *out = search.both(&plan, model.policy.target(), scratch).map_err(|e| named(e, &item.name))?;
        }
        control.progress.tick();
        Ok(())
    })?;
    let (level, achieved) = found.into_iter().flatten().unzip();
    Ok(Fitted { level, achieved, simd })
}

fn named(e: Error, name: &str) -> Error {
    if name.is_empty() { e } else { e.within(&format!("item {name:?}")) }
}

/// A history of the same length, drawn with replacement.
fn resample(history: &[f64], key: u64, entity: u32, out: &mut [f64]) {
    let line = Line { key, replication: 0, stream: Stream::Resample, entity };
    for (i, x) in out.iter_mut().enumerate() {
        let at = (line.uniform(i as u64) * history.len() as f64) as usize;
        *x = history[at.min(history.len() - 1)];
    }
}

fn single(run: &Request, arrays: &Arrays) -> Result<(Prepared, &'static str)> {
    for item in &run.items {
        if item.designs.len() != 1 {
            return Err(Error::config("items.designs", item.designs.len(), "1: a search has no sweep"));
        }
        let Model::MakeToStock(model) = &item.designs[0];
        if !matches!(model.policy, Policy::BaseStock { .. }) {
            return Err(Error::Type {
                field: "policy".to_owned(),
                reason: "must be a base stock to be searched".to_owned(),
            });
        }
    }
    let (simd, _) = crate::engine::level::choose(run.simd.as_deref())?;
    Ok((prepare_search(run, arrays)?, simd))
}

/// One item's search.
struct Search<'a> {
    level: Option<fearless_simd::Level>,
    frame: Frame,
    replications: u32,
    target: &'a Target,
    control: &'a Control,
}

impl Search<'_> {
    fn periods(&self) -> f64 {
        (self.frame.periods - self.frame.warm_up) as f64 * f64::from(self.replications)
    }

    /// The least level and what it achieves.
    fn least(&self, plan: &Plan, scratch: &mut Scratch) -> Result<(f64, f64)> {
        if let Some(shortfall) = self.shortfall(plan, scratch)? {
            return Ok(shortfall.least(self.target, self.periods()));
        }
        let whole = plan.whole_demand();
        let reaches = |level: f64, scratch: &mut Scratch| -> Result<(bool, f64)> {
            let value = self.simulated(plan, level, scratch)?;
            // No demand at all: any level will do.
            Ok((value >= self.target.at_least || value.is_nan(), value))
        };
        let (mut low, mut high) = (-1.0, plan.protection_demand().max(1.0).ceil());
        let mut value = f64::NAN;
        for doubling in 0.. {
            let (ok, v) = reaches(high, scratch)?;
            value = v;
            if ok {
                break;
            }
            if doubling == 40 {
                return Err(Error::config(
                    "target.at_least",
                    self.target.at_least,
                    "reachable by some base stock",
                ));
            }
            (low, high) = (high, high * 2.0);
        }
        while if whole { high - low > 1.0 } else { high - low > 1e-6 * high.max(1.0) } {
            let middle = if whole { ((low + high) / 2.0).floor() } else { (low + high) / 2.0 };
            let (ok, v) = reaches(middle.max(0.0), scratch)?;
            if ok {
                (high, value) = (middle.max(0.0), v);
                if high == 0.0 {
                    break;
                }
            } else {
                low = middle;
            }
        }
        Ok((high, value))
    }

    /// The least level, and what `level` achieves.
    fn both(&self, plan: &Plan, level: f64, scratch: &mut Scratch) -> Result<(f64, f64)> {
        if let Some(shortfall) = self.shortfall(plan, scratch)? {
            let least = shortfall.least(self.target, self.periods()).0;
            return Ok((least, self.target.value(&shortfall.at(level), self.periods())));
        }
        Ok((self.least(plan, scratch)?.0, self.simulated(plan, level, scratch)?))
    }

    fn setting(&self) -> Setting<'_> {
        Setting { level: self.level, frame: &self.frame, cancel: &self.control.cancel }
    }

    fn shortfall(&self, plan: &Plan, scratch: &mut Scratch) -> Result<Option<Shortfall>> {
        Shortfall::pool(self.setting(), plan, &chunks(self.frame.first, self.replications), scratch)
    }

    /// The measure at one level by plain simulation, pooled over chunks in index order.
    fn simulated(&self, plan: &Plan, level: f64, scratch: &mut Scratch) -> Result<f64> {
        let plan = plan.at_level(level);
        let mut pooled = Counts::default();
        for piece in chunks(self.frame.first, self.replications) {
            let mut add = |_: usize, _: usize, c: &Counts| pooled.add(c);
            let mut output = Output { counts: &mut add, traces: vec![Vec::new()], clipped: Vec::new() };
            run_chunk(self.setting(), &plan, &piece, scratch, &mut output)?;
        }
        Ok(self.target.value(&pooled, self.periods()))
    }
}
