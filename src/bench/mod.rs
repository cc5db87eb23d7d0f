//! The workloads that speed is claimed from, and the sampling floor beside each: the same draws, summed, nothing else.
//!
//! W1 is a base-stock item with Poisson demand, W6 the same with on-hand stock and backorders kept period by period. W2 is
//! a min-max item with clipped normal demand and random lead times that may cross, W5 orders before two servers. The job
//! shop is five stations under earliest due date, on the event calendar.
//! W4 is six products that share ten components.
//! This is the one module that reads a clock; no result depends on it.

mod models;

use crate::config::{Arrays, Demand, Item, MakeToStock, Model, Request};
use crate::engine::lattice::{DEPTH, LANES, Source, Tile, draw_real, draw_whole, new_tile};
use crate::engine::level::at_level;
use crate::error::{Error, Result};
use crate::law::{Law, Sampler};
use crate::metrics::summary::{Factors, summarise};
use crate::random::Stream;
use crate::run::prepare::prepare;
use crate::run::simulate::{Outcome, simulate};
use crate::run::{Control, chunks, first_replication, run_jobs};
use fearless_simd::{Level, Simd};
use models::model;
use serde::Serialize;
use std::time::Instant;

/// What can be timed. The periods of W5 and of the job shop are orders.
pub const WORKLOADS: [&str; 6] = ["w1", "w2", "w4", "w5", "w6", "jobshop"];

/// One line of results.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    workload: String,
    n: u32,
    t: usize,
    threads: usize,
    simd: &'static str,
    /// Fastest of the repeats.
    seconds: f64,
    seconds_median: f64,
    /// Per replication and period.
    ns_per_unit: f64,
    ns_per_unit_median: f64,
    floor_ns_per_unit: f64,
    floor_ns_per_unit_median: f64,
    /// Mean and standard error.
    results: std::collections::BTreeMap<&'static str, [f64; 2]>,
}

/// Runs a workload `repeat` times after a warm-up, model and floor in turn.
pub fn run(
    workload: &str,
    n: u32,
    t: usize,
    threads: usize,
    repeat: usize,
    simd: Option<&str>,
    control: &Control,
) -> Result<Line> {
    if !WORKLOADS.contains(&workload) {
        return Err(Error::config("workload", workload, format!("one of {}", WORKLOADS.join(", "))));
    }
    if repeat == 0 {
        return Err(Error::config("repeat", 0, "≥ 1"));
    }
    let arrays = Arrays::new();
    let (simd, level) = crate::engine::level::choose(simd)?;
    let level = level.ok_or_else(|| Error::config("simd", simd, "a SIMD level"))?;
    let floor_laws = drawn(workload)?;
    let (mut model, mut floor) = (Vec::new(), Vec::new());
    let mut last = Results::new();
    for i in 0..=repeat {
        let request = request(workload, n, t, threads, simd, i as u64 + 1);
        let clock = Instant::now();
        last = outcome(&request, &arrays, control)?;
        model.push(clock.elapsed().as_secs_f64());
        let clock = Instant::now();
        std::hint::black_box(draws_only(level, &floor_laws, &request, t, control)?);
        floor.push(clock.elapsed().as_secs_f64());
    }
    let unit = 1e9 / (f64::from(n) * t as f64);
    let (seconds, seconds_median) = best_and_median(&mut model[1..]);
    let (floor, floor_median) = best_and_median(&mut floor[1..]);
    Ok(Line {
        workload: workload.to_owned(),
        n,
        t,
        threads,
        simd,
        seconds,
        seconds_median,
        ns_per_unit: seconds * unit,
        ns_per_unit_median: seconds_median * unit,
        floor_ns_per_unit: floor * unit,
        floor_ns_per_unit_median: floor_median * unit,
        results: last,
    })
}

/// Mean and standard error by name.
type Results = std::collections::BTreeMap<&'static str, [f64; 2]>;

/// One complete call.
fn outcome(request: &Request, arrays: &Arrays, control: &Control) -> Result<Results> {
    if crate::run::assembly::is_assembly_run(request)? {
        let outcome = crate::run::assembly::simulate(request, arrays, control)?;
        let factors = Factors::new(outcome.shape[1], 0.95, &[]);
        let own = |(name, values): &(&'static str, Vec<f64>)| {
            let s = summarise(values, &factors);
            (*name, [s[0], s[1]])
        };
        return Ok(outcome.metrics.iter().map(own).collect());
    }
    if !crate::run::orders::is_order_run(request)? {
        return Ok(results(&simulate(request, prepare(request, arrays)?, control)?));
    }
    let outcome = crate::run::orders::simulate(request, arrays, control)?;
    let factors = Factors::new(outcome.shape[2], 0.95, &[]);
    let pooled = |s: &[f64]| [s[0], s[1]];
    let mut out: Results =
        outcome.metrics.iter().map(|(name, values)| (*name, pooled(&summarise(values, &factors)))).collect();
    let lead = &outcome.distributions[0].1[0];
    for (name, p) in [("q0.5", 0.5), ("q0.9", 0.9), ("q0.95", 0.95), ("q0.99", 0.99)] {
        out.insert(name, [lead.quantile(p), f64::NAN]);
    }
    Ok(out)
}

fn best_and_median(times: &mut [f64]) -> (f64, f64) {
    times.sort_unstable_by(f64::total_cmp);
    (times[0], times[times.len() / 2])
}

/// What a workload draws: demand, and lead times where they are random.
fn drawn(workload: &str) -> Result<Vec<(Stream, Sampler)>> {
    let MakeToStock { demand, lead_time, .. } = match model(workload) {
        Model::MakeToStock(model) => model,
        Model::StockOnOrders(_) | Model::AssemblyOnOrders(_) => return Ok(Vec::new()),
        Model::AssembleToOrder(model) => {
            let of = |p: &crate::config::Product| match &p.demand {
                Demand::Stationary { law } => Ok((Stream::Demand, law.compile()?)),
                _ => Err(Error::Internal { reason: "a workload draws from a law".to_owned() }),
            };
            return model.products.iter().map(of).collect();
        }
        Model::MakeToOrder(shop) => {
            let gap = (Stream::Arrival, Law::Exponential { mean: 1.0 }.compile()?);
            let times = shop
                .operations
                .iter()
                .flat_map(|o| &o.time)
                .map(|law| Ok((Stream::Processing, law.compile()?)));
            return std::iter::once(Ok(gap)).chain(times).collect();
        }
    };
    let Demand::Stationary { law } = demand else {
        return Err(Error::Internal { reason: "a workload draws from a law".to_owned() });
    };
    let mut drawn = vec![(Stream::Demand, law.compile()?)];
    let lead = lead_time.compile()?;
    if lead.min() < lead.max() {
        drawn.push((Stream::LeadTime, lead));
    }
    Ok(drawn)
}

fn request(workload: &str, n: u32, t: usize, threads: usize, simd: &str, key: u64) -> Request {
    let model = model(workload);
    let by_order = model.by_order();
    let metrics = match by_order {
        true => ["lead_time", "tardiness", "tardy_share"].map(str::to_owned).to_vec(),
        false => ["cost", "fill_rate"].map(str::to_owned).to_vec(),
    };
    let trace: &[&str] = if workload == "w6" { &["on_hand", "backorders"] } else { &[] };
    Request {
        items: vec![Item { name: String::new(), key: 0, designs: vec![model] }],
        plant: None,
        periods: if by_order { 0 } else { t },
        orders: by_order.then_some(t),
        drain: None,
        warm_up: 0,
        half: crate::config::Half::Evaluation,
        first_replication: 0,
        replications: n,
        key,
        threads: Some(threads),
        keep: crate::config::Keep::Replications,
        metrics: Some(metrics),
        trace: trace.iter().map(|s| (*s).to_owned()).collect(),
        simd: Some(simd.to_owned()),
        method: crate::config::Method::Auto,
        memory_limit: u64::MAX,
        confidence: 0.95,
    }
}

fn results(outcome: &Outcome) -> std::collections::BTreeMap<&'static str, [f64; 2]> {
    let factors = Factors::new(outcome.shape[2], 0.95, &[]);
    let mut out: std::collections::BTreeMap<&'static str, [f64; 2]> = outcome
        .metrics
        .iter()
        .map(|(name, values)| {
            let s = summarise(values, &factors);
            (*name, [s[0], s[1]])
        })
        .collect();
    for (name, numbers) in &outcome.ratios {
        if *name == "fill_rate" {
            out.insert("fill_rate_pooled", [numbers[0], numbers[1]]);
        }
    }
    out
}

/// The same draws, summed.
fn draws_only(
    level: Level,
    laws: &[(Stream, Sampler)],
    request: &Request,
    t: usize,
    control: &Control,
) -> Result<f64> {
    let pieces = chunks(first_replication(request)?, request.replications);
    let mut sums = vec![0.0; pieces.len()];
    let jobs: Vec<_> = sums.iter_mut().zip(pieces).collect();
    run_jobs(
        jobs,
        request.threads,
        || (new_tile(), new_tile()),
        |(sum, piece), tiles| {
            control.cancel.check()?;
            for (stream, law) in laws {
                let source = Source { key: request.key, stream: *stream, entity: request.items[0].key };
                *sum += at_level!(level, s => sum_chunk(s, source, law, piece.first, t, tiles));
            }
            Ok(())
        },
    )?;
    Ok(sums.iter().sum())
}

#[inline(always)]
fn sum_chunk<S: Simd>(
    s: S,
    source: Source,
    law: &Sampler,
    first: u32,
    periods: usize,
    (whole, real): &mut (Box<Tile<i32>>, Box<Tile<f64>>),
) -> f64 {
    let (mut wholes, mut reals) = ([0i32; LANES], [0.0; LANES]);
    for start in (0..periods).step_by(DEPTH) {
        let left = periods - start;
        s.vectorize(
            #[inline(always)]
            || match law {
                Sampler::Real(law) => {
                    draw_real(s, source, law, first, start as u64, left, real);
                    for row in real.iter().take(left) {
                        for (sum, x) in reals.iter_mut().zip(row) {
                            *sum += *x;
                        }
                    }
                }
                Sampler::Whole(law) | Sampler::Values { index: law, .. } => {
                    draw_whole(s, source, law, first, start as u64, left, whole);
                    for row in whole.iter().take(left) {
                        for (sum, x) in wholes.iter_mut().zip(row) {
                            *sum = sum.wrapping_add(*x);
                        }
                    }
                }
            },
        );
    }
    reals.iter().sum::<f64>() + wholes.iter().map(|x| f64::from(*x)).sum::<f64>()
}
