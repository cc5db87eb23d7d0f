//! The best level of a policy for a target, item by item; and the same under resampled histories.
//!
//! Where one pass tells all (full backorders), the shortfall of every replication and period is pooled once and every
//! level read off it; the answer is exact for the sample. Otherwise (lost sales) levels are tried one by one, all on the
//! same draws: halving for a service, a coarse scan and then halving for a cost.

use super::prepare::{Prepared, prepare_search};
use super::{Control, chunks, derived_key, end_of, run_jobs};
use crate::config::{Arrays, Demand, Item, Request};
use crate::error::{Error, Result};
use crate::metrics::service::Target;
use crate::metrics::{Counts, Tariff};
use crate::random::{Line, Stream};
use crate::strategy::make_to_stock::chunk::{Output, Scratch, Setting, run_chunk};
use crate::strategy::make_to_stock::plan::{Frame, Plan};
use crate::strategy::make_to_stock::shift;
use crate::strategy::make_to_stock::shortfall::Shortfall;
use serde::{Deserialize, Serialize};

/// `fit`: a run and what to look for. Where the target of a policy lies is ignored, its lot (S − s) is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FitRequest {
    /// Items with one design each; usually the training half.
    pub run: Request,
    /// What to look for: one for every item, or one for all.
    pub targets: Vec<Target>,
    /// What else to look for, for all items: columns `also_0`, `also_1`…
    #[serde(default)]
    pub also: Vec<Target>,
}

/// `input_uncertainty`: the run repeated under resampled histories.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResampleRequest {
    /// Items with one design each, whose demand is a bootstrap.
    pub run: Request,
    /// What to look for: one for every item, or one for all.
    pub targets: Vec<Target>,
    /// Outer bootstrap resamples.
    pub resamples: u32,
}

/// What was found: columns by name, each (item) or (item, resample).
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// `level`: the target found (S). `achieved`: the measure there in `fit`; under `input_uncertainty`, the measure of
    /// the request's own level on the resampled history. Then also `apparent`: the measure of the found level on the
    /// history it was found from, and `original`: on the history as given.
    pub columns: Vec<(String, Vec<f64>)>,
    /// SIMD level used.
    pub simd: &'static str,
}

/// Level search on the replications of the request.
pub fn fit(request: &FitRequest, arrays: &Arrays, control: &Control) -> Result<Fitted> {
    let run = &request.run;
    let targets = targets(&request.targets, run)?;
    request.also.iter().try_for_each(Target::check)?;
    let (prepared, simd) = single(run, arrays)?;
    let mut found = vec![vec![f64::NAN; 2 + request.also.len()]; run.items.len()];
    control.progress.expect(found.len());
    let Prepared { frame, plans, level, .. } = &prepared;
    let frame = Frame { lean: false, ..*frame };
    let jobs: Vec<_> = found.iter_mut().zip(plans).zip(run.items.iter().zip(targets)).collect();
    run_jobs(jobs, run.threads, Scratch::default, |((out, plan), (item, target)), scratch| {
        let search = Search { level: *level, frame, replications: run.replications, control };
        let mut levels = || -> Result<()> {
            let mut view = search.on(plan, scratch)?;
            (out[0], out[1]) = view.best(target)?;
            for (out, target) in out[2..].iter_mut().zip(&request.also) {
                *out = view.best(target)?.0;
            }
            Ok(())
        };
        levels().map_err(|e| named(e, &item.name))?;
        control.progress.tick();
        Ok(())
    })?;
    let column = |i: usize| found.iter().map(|row| row[i]).collect();
    let mut columns = vec![("level".to_owned(), column(0)), ("achieved".to_owned(), column(1))];
    columns.extend((0..request.also.len()).map(|i| (format!("also_{i}"), column(2 + i))));
    Ok(Fitted { columns, simd })
}

/// For every item and resample b: draw a history of the same length from the history (stream `Resample`), run under
/// the derived key b, and report what the design's level achieves, which level the target would have asked for, and what
/// that level achieves on both histories. The mean of `apparent` − `original` estimates how much a level promises too
/// much because it was chosen on the history it is judged by (the optimism of B. Efron, JASA 78, 1983).
pub fn input_uncertainty(request: &ResampleRequest, arrays: &Arrays, control: &Control) -> Result<Fitted> {
    let run = &request.run;
    let targets = targets(&request.targets, run)?;
    if request.resamples == 0 {
        return Err(Error::config("resamples", 0, "≥ 1"));
    }
    let (prepared, simd) = single(run, arrays)?;
    let resamples = request.resamples as usize;
    let mut found = vec![vec![[f64::NAN; 4]; resamples]; run.items.len()];
    control.progress.expect(found.len());
    let jobs: Vec<_> = found.iter_mut().zip(&prepared.plans).zip(run.items.iter().zip(targets)).collect();
    run_jobs(jobs, run.threads, Scratch::default, |((out, plan), (item, target)), scratch| {
        let frame = Frame { lean: false, ..prepared.frame };
        let search = Search { level: prepared.level, frame, replications: run.replications, control };
        resampled(&search, request, arrays, (item, target), plan, out, scratch)
            .map_err(|e| named(e, &item.name))?;
        control.progress.tick();
        Ok(())
    })?;
    let column = |i: usize| found.iter().flatten().map(|row| row[i]).collect();
    let names = ["level", "achieved", "apparent", "original"];
    Ok(Fitted {
        columns: names.into_iter().enumerate().map(|(i, n)| (n.to_owned(), column(i))).collect(),
        simd,
    })
}

/// All resamples of one item, in the order of the columns.
fn resampled(
    search: &Search<'_>,
    request: &ResampleRequest,
    arrays: &Arrays,
    (item, target): (&Item, &Target),
    plan: &Plan,
    out: &mut [[f64; 4]],
    scratch: &mut Scratch,
) -> Result<()> {
    let run = &request.run;
    let model = item.designs[0].periodic()?;
    let Demand::Bootstrap { history } = &model.demand else {
        return Err(Error::data("demand", "must be a bootstrap: only a history can be resampled"));
    };
    let source = arrays.get(history).ok_or_else(|| Error::data(history, "no array of this name"))?;
    let mut own = Arrays::new();
    let original = search.on(plan, scratch)?;
    // What was pooled is kept; what must be simulated again finds the memory free.
    let pooled = original.shortfall;
    for (b, out) in out.iter_mut().enumerate() {
        let frame = Frame { key: derived_key(run.key, b as u32), ..search.frame };
        let mut array = source.clone();
        resample(&source.values, frame.key, item.key, &mut array.values);
        own.insert(history.clone(), array);
        let (plan_b, _) = Plan::compile(&[model], item.key, &own, &frame, end_of(run), run.method)?;
        let there = Search { frame, ..*search };
        let mut view = there.on(&plan_b, scratch)?;
        let (level, apparent) = view.best(target)?;
        let achieved = view.at(plan.target(), target)?;
        let original = match &pooled {
            Some(shortfall) => search.value(plan, &shortfall.at(level), target),
            None => View { search, plan, shortfall: None, scratch: &mut *scratch }.at(level, target)?,
        };
        *out = [level, achieved, apparent, original];
    }
    Ok(())
}

/// One target per item.
fn targets<'a>(given: &'a [Target], run: &Request) -> Result<Vec<&'a Target>> {
    given.iter().try_for_each(Target::check)?;
    match given {
        [one] => Ok(vec![one; run.items.len()]),
        many if many.len() == run.items.len() => Ok(many.iter().collect()),
        _ => Err(Error::config("targets", given.len(), format!("1 or one per item, {}", run.items.len()))),
    }
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
        let model = item.designs[0].periodic()?;
        shift::check(&model.policy)?;
    }
    let (simd, _) = crate::engine::level::choose(run.simd.as_deref())?;
    Ok((prepare_search(run, arrays)?, simd))
}

/// What the searches of an item share.
#[derive(Clone, Copy)]
struct Search<'a> {
    level: Option<fearless_simd::Level>,
    frame: Frame,
    replications: u32,
    control: &'a Control,
}

/// Evenly spaced levels tried before a cost is followed downhill.
const COARSE: usize = 12;
/// Furthest level from the best that is looked at in the end.
const NEARBY: f64 = 16.0;
/// Doublings of a level before a target counts as out of reach.
const DOUBLINGS: usize = 40;

impl Search<'_> {
    /// One item under this search: pooled, where one pass tells all.
    fn on<'s>(&'s self, plan: &'s Plan, scratch: &'s mut Scratch) -> Result<View<'s>> {
        let setting = Setting { level: self.level, frame: &self.frame, cancel: &self.control.cancel };
        let pieces = chunks(self.frame.first, self.replications);
        let shortfall = Shortfall::pool(setting, plan, &pieces, scratch)?;
        Ok(View { search: self, plan, shortfall, scratch })
    }

    /// The tariff of an item over all periods of all replications.
    fn tariff(&self, plan: &Plan) -> Tariff {
        let periods = (self.frame.periods - self.frame.warm_up) as f64 * f64::from(self.replications);
        Tariff { periods, ..plan.tariffs[0] }
    }

    fn value(&self, plan: &Plan, counts: &Counts, target: &Target) -> f64 {
        target.value(counts, &self.tariff(plan))
    }
}

/// One item, ready to be asked for the measure at any level.
struct View<'a> {
    search: &'a Search<'a>,
    plan: &'a Plan,
    shortfall: Option<Shortfall>,
    scratch: &'a mut Scratch,
}

impl View<'_> {
    /// The measure at one level: read off, or by plain simulation pooled over chunks in index order.
    fn at(&mut self, level: f64, target: &Target) -> Result<f64> {
        if let Some(shortfall) = &self.shortfall {
            return Ok(self.search.value(self.plan, &shortfall.at(level), target));
        }
        let Search { frame, control, level: simd, .. } = self.search;
        let plan = self.plan.at_level(level);
        let mut pooled = Counts::default();
        for piece in chunks(frame.first, self.search.replications) {
            let mut add = |_: usize, _: usize, c: &Counts| pooled.add(c);
            let mut output = Output { counts: &mut add, traces: vec![Vec::new()], clipped: Vec::new() };
            let setting = Setting { level: *simd, frame, cancel: &control.cancel };
            run_chunk(setting, &plan, &piece, self.scratch, &mut output)?;
        }
        Ok(self.search.value(&plan, &pooled, target))
    }

    /// The best level, and the measure there.
    fn best(&mut self, target: &Target) -> Result<(f64, f64)> {
        let lowest = self.plan.lowest_target();
        match (&self.shortfall, target) {
            (Some(shortfall), _) => Ok(shortfall.best(target, &self.search.tariff(self.plan), lowest)),
            (None, Target::Service { at_least, .. }) => self.least(lowest, target, *at_least),
            (None, Target::Cost) => self.cheapest(lowest),
        }
    }

    /// Where levels stop being told apart: units, or a millionth of the level.
    fn apart(&self, low: f64, high: f64) -> bool {
        if self.plan.whole_levels() { high - low > 1.0 } else { high - low > 1e-6 * high.max(1.0) }
    }

    fn middle(&self, low: f64, high: f64) -> f64 {
        let middle = (low + high) / 2.0;
        if self.plan.whole_levels() { middle.floor() } else { middle }
    }

    /// First step of a search upwards from `lowest`.
    fn reach(&self, lowest: f64) -> f64 {
        lowest + self.plan.protection_demand().max(1.0).ceil()
    }

    fn least(&mut self, lowest: f64, target: &Target, at_least: f64) -> Result<(f64, f64)> {
        // No demand at all: any level will do.
        let enough = |v: f64| v >= at_least || v.is_nan();
        let value = self.at(lowest, target)?;
        if enough(value) {
            return Ok((lowest, value));
        }
        let (mut low, mut high) = (lowest, self.reach(lowest));
        let mut value = self.at(high, target)?;
        for _ in 0..DOUBLINGS {
            if enough(value) {
                break;
            }
            (low, high) = (high, lowest + (high - lowest) * 2.0);
            value = self.at(high, target)?;
        }
        if !enough(value) {
            return Err(Error::config("target.at_least", at_least, "reachable by some level"));
        }
        while self.apart(low, high) {
            let middle = self.middle(low, high);
            let v = self.at(middle, target)?;
            if enough(v) { (high, value) = (middle, v) } else { low = middle }
        }
        Ok((high, value))
    }

    /// Doubles until cost has risen, scans what lies below, narrows the place of least cost, and looks at every level
    /// nearby. Exact where cost falls and then rises, as that of base stock does in expectation (G. Janakiraman and
    /// R. Roundy, Oper. Res. 52, 2004); otherwise the scans are what protects against the wrong valley: packs make
    /// ripples of their own length, which the last one sees.
    fn cheapest(&mut self, lowest: f64) -> Result<(f64, f64)> {
        let mut high = self.reach(lowest);
        let (mut last, mut cost) = (self.at(lowest, &Target::Cost)?, self.at(high, &Target::Cost)?);
        for _ in 0..DOUBLINGS {
            if cost > last {
                break;
            }
            high = lowest + (high - lowest) * 2.0;
            (last, cost) = (cost, self.at(high, &Target::Cost)?);
        }
        let step = (high - lowest) / COARSE as f64;
        let step = if self.plan.whole_levels() { step.ceil() } else { step };
        let mut best = (lowest, self.at(lowest, &Target::Cost)?);
        for i in 1..=COARSE {
            let level = lowest + step * i as f64;
            let cost = self.at(level, &Target::Cost)?;
            if cost < best.1 {
                best = (level, cost);
            }
        }
        let (mut low, mut high) = ((best.0 - step).max(lowest), best.0 + step);
        while self.apart(low, high) {
            // The middle of the longer side of the best so far: it replaces the best, or becomes the new end.
            let level = if best.0 - low > high - best.0 {
                self.middle(low, best.0)
            } else {
                self.middle(best.0, high)
            };
            if level == best.0 || level == low {
                // Whole levels: nothing left between on the longer side.
                break;
            }
            let cost = self.at(level, &Target::Cost)?;
            let better = cost < best.1 || cost == best.1 && level < best.0;
            match (better, level < best.0) {
                (true, true) => (high, best) = (best.0, (level, cost)),
                (true, false) => (low, best) = (best.0, (level, cost)),
                (false, true) => low = level,
                (false, false) => high = level,
            }
        }
        self.nearby(best, lowest)
    }

    /// The best of the whole levels within a lot on either side.
    fn nearby(&mut self, mut best: (f64, f64), lowest: f64) -> Result<(f64, f64)> {
        if !self.plan.whole_levels() {
            return Ok(best);
        }
        let reach = self.plan.ripple().clamp(1.0, NEARBY);
        let centre = best.0;
        for step in 1..=reach as i64 {
            for level in [centre - step as f64, centre + step as f64] {
                if level < lowest {
                    continue;
                }
                let cost = self.at(level, &Target::Cost)?;
                if cost < best.1 || cost == best.1 && level < best.0 {
                    best = (level, cost);
                }
            }
        }
        Ok(best)
    }
}
