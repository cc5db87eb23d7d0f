//! Before a run: everything is checked, compiled and decided, so that nothing can be refused any more.

use super::simulate::Report;
use super::{end_of, first_replication, run_jobs};
use crate::config::{Arrays, Keep, MakeToStock, Model, Request};
use crate::engine::level;
use crate::error::{Error, Result};
use crate::metrics::{self, BASIC, METRICS, Quantity, TRACES, position};
use crate::strategy::make_to_stock::plan::{Frame, Pass, Plan};
use crate::strategy::make_to_stock::plant::Plant;

/// A request, checked and compiled: nothing can be refused any more.
pub struct Prepared {
    pub(super) frame: Frame,
    pub(super) plans: Vec<Plan>,
    pub(super) level: Option<fearless_simd::Level>,
    pub(super) designs: usize,
    pub(super) replications: usize,
    /// Catalogue positions of the returned metrics.
    pub(super) wanted: Vec<usize>,
    pub(super) traces: Vec<Quantity>,
    pub(super) whole: bool,
    pub(super) plant: Option<Plant>,
    pub(super) report: Report,
}

/// Name of an item in a message.
pub(super) fn label(request: &Request, k: usize) -> String {
    match request.items[k].name.as_str() {
        "" => String::new(),
        name => format!("item {name:?}"),
    }
}

/// Checks and compiles the whole request.
pub fn prepare(request: &Request, arrays: &Arrays) -> Result<Prepared> {
    compile_request(request, arrays, true)
}

/// The same for a search, which returns a few numbers per item whatever the request would keep.
pub(super) fn prepare_search(request: &Request, arrays: &Arrays) -> Result<Prepared> {
    compile_request(request, arrays, false)
}

fn compile_request(request: &Request, arrays: &Arrays, returns_arrays: bool) -> Result<Prepared> {
    let (simd, level) = level::choose(request.simd.as_deref())?;
    let first = first_replication(request)?;
    if request.orders.is_some() || request.drain.is_some() || request.keep == Keep::Orders {
        return Err(Error::config("orders", "given", "absent where time is counted in periods"));
    }
    if request.periods == 0 {
        return Err(Error::config("periods", 0, "≥ 1"));
    }
    if request.warm_up >= request.periods {
        return Err(Error::config("warm_up", request.warm_up, format!("< periods = {}", request.periods)));
    }
    if request.periods > 1 << 31 {
        return Err(Error::config("periods", request.periods, "≤ 2³¹"));
    }
    if !(request.confidence > 0.0 && request.confidence < 1.0) {
        return Err(Error::config("confidence", request.confidence, "in (0, 1)"));
    }
    let designs = request.items.first().map_or(0, |i| i.designs.len());
    if designs == 0 {
        return Err(Error::config("items", request.items.len(), "≥ 1 item with ≥ 1 design each"));
    }
    let mut keys: Vec<u32> = request.items.iter().map(|i| i.key).collect();
    keys.sort_unstable();
    if let Some(pair) = keys.windows(2).find(|w| w[0] == w[1]) {
        return Err(Error::config("items.key", pair[0], "unique: two items would draw the same numbers"));
    }
    let wanted: Option<Vec<usize>> = match &request.metrics {
        None => None,
        Some(names) => names
            .iter()
            .map(|n| position(n).ok_or_else(|| Error::config("metrics", n, "a name in the catalogue")))
            .collect::<Result<Vec<_>>>()
            .map(Some)?,
    };
    let traces = request
        .trace
        .iter()
        .map(|n| {
            Quantity::named(n)
                .ok_or_else(|| Error::config("trace", n, format!("one of {:?}", TRACES.map(|t| t.1))))
        })
        .collect::<Result<Vec<_>>>()?;

    let mut frame = Frame {
        key: request.key,
        periods: request.periods,
        warm_up: request.warm_up,
        first,
        lean: false,
        rows: false,
        variances: true,
    };
    if returns_arrays {
        guard(request, designs, wanted.as_ref().map_or(BASIC, Vec::len), traces.len())?;
    }
    let mut models = request.items.iter().flat_map(|item| &item.designs);
    // By default the whole catalogue, for all designs, as soon as one of them needs more than the plain metrics.
    frame.rows = request.plant.is_some()
        || match &wanted {
            Some(wanted) => metrics::needs_rows(wanted),
            None => models.any(|m| m.periodic().is_ok_and(|m| !m.is_plain())),
        };
    frame.variances = wanted.as_ref().is_none_or(|w| metrics::needs_variances(w));
    let (mut plans, passes) = compile(request, arrays, &frame, designs)?;
    let wanted = wanted.unwrap_or_else(|| (0..if frame.rows { METRICS.len() } else { BASIC }).collect());
    frame.lean = plans.iter().flat_map(|p| &p.tariffs).all(|t| metrics::lean(&wanted, t));
    let whole = plans.iter().all(Plan::whole);
    if !whole && !traces.is_empty() {
        plans.iter_mut().for_each(Plan::make_real);
    }
    let plant = match &request.plant {
        None => None,
        Some(_) if plans.iter().any(Plan::clairvoyant) => {
            let bound = "another forecast than a perfect one in a plant";
            return Err(Error::config("forecast", "perfect", bound));
        }
        Some(_) if simd == "scalar" => {
            return Err(Error::config("simd", "scalar", "a SIMD level: a plant has no scalar reference"));
        }
        Some(described) => Some(Plant::compile(described, &plans).map_err(|e| e.within("plant"))?),
    };
    let mut report = report(simd, &plans, &passes);
    if plant.is_some() {
        (report.method, report.method_reason) = ("grid", "items share the hours of a plant".to_owned());
    }
    let replications = request.replications as usize;
    Ok(Prepared { frame, plans, level, designs, replications, wanted, traces, whole, plant, report })
}

/// Compiles the items, on the pool: tables of some laws take milliseconds each.
fn compile(
    request: &Request,
    arrays: &Arrays,
    frame: &Frame,
    designs: usize,
) -> Result<(Vec<Plan>, Vec<Pass>)> {
    let mut compiled: Vec<Option<Result<(Plan, Pass)>>> = request.items.iter().map(|_| None).collect();
    let jobs: Vec<_> = compiled.iter_mut().zip(&request.items).enumerate().collect();
    run_jobs(
        jobs,
        request.threads,
        || (),
        |(k, (out, item)), ()| {
            if item.designs.len() != designs {
                let bound = format!("as many as in the first item, {designs}");
                *out = Some(Err(Error::config("items.designs", item.designs.len(), bound)));
                return Ok(());
            }
            let models: Result<Vec<&MakeToStock>> = item.designs.iter().map(Model::periodic).collect();
            let compile = |models: Vec<&MakeToStock>| {
                Plan::compile(&models, item.key, arrays, frame, end_of(request), request.method)
            };
            let plan = models.and_then(compile);
            *out = Some(
                plan.map_err(|e| if request.items.len() > 1 { e.within(&label(request, k)) } else { e }),
            );
            Ok(())
        },
    )?;
    // The first refusal in order of items, whoever found one first.
    let compiled: Result<Vec<(Plan, Pass)>> = compiled.into_iter().flatten().collect();
    Ok(compiled?.into_iter().unzip())
}

fn report(simd: &'static str, plans: &[Plan], passes: &[Pass]) -> Report {
    let grid =
        passes.iter().find_map(|p| if let Pass::Grid(reason) = p { Some(reason.clone()) } else { None });
    let (method, method_reason) = match grid {
        Some(reason) => ("grid", reason),
        None if passes.contains(&Pass::One) => {
            ("one_pass", "base-stock levels answered from one path".to_owned())
        }
        None => ("grid", "a single design".to_owned()),
    };
    let by_design = |of: &dyn Fn(&Plan, usize) -> Option<f64>| -> Vec<Vec<Option<f64>>> {
        let designs = plans.first().map_or(0, |p| p.tariffs.len());
        (0..designs).map(|d| plans.iter().map(|p| of(p, d)).collect()).collect()
    };
    let lead = by_design(&|p, d| Some(p.mean_leads[d]));
    Report {
        method,
        method_reason,
        simd,
        effective_lead_time: lead.into_iter().map(|row| row.into_iter().flatten().collect()).collect(),
        effective_demand: by_design(&|p, d| p.mean_demand[d]),
        clipped: by_design(&|p, d| p.clips[d].then_some(0.0)),
        warnings: if plans.iter().any(Plan::clairvoyant) {
            vec!["a forecast is clairvoyant (PerfectForecast): an upper bound, not a plan".to_owned()]
        } else {
            Vec::new()
        },
    }
}

/// Refuses a result that would not fit, and says what to ask for instead.
fn guard(request: &Request, designs: usize, metrics: usize, traces: usize) -> Result<()> {
    let cells = designs as f64 * request.items.len() as f64 * f64::from(request.replications);
    // Where only summaries are kept, one item at a time is held.
    let held = if request.keep == Keep::Replications { cells } else { cells / request.items.len() as f64 };
    let kept = held * metrics as f64 * 8.0;
    let traced = cells * request.periods as f64 * traces as f64 * 8.0;
    if kept + traced <= request.memory_limit as f64 {
        return Ok(());
    }
    let size = |bytes: f64| format!("{:.1} GiB", bytes / (1u64 << 30) as f64);
    let advice = if traced > kept {
        "trace fewer quantities or replications"
    } else {
        "keep=\"summary\" drops replications item by item, metrics=[…] keeps only some; or fewer replications"
    };
    Err(Error::TooLarge {
        reason: format!(
            "the result would take {} ({} designs × {} items × {} replications: {} metrics, {} traces × {} periods), \
             memory_limit is {}; {advice}",
            size(kept + traced),
            designs,
            request.items.len(),
            request.replications,
            metrics,
            traces,
            request.periods,
            size(request.memory_limit as f64)
        ),
    })
}
