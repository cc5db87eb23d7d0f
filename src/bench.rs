//! The workloads that speed is claimed from, and the sampling floor beside each: the same draws, summed, nothing else.
//!
//! W1 is a base-stock item with Poisson demand, W6 the same with on-hand stock and backorders kept period by period.
//! This is the one module that reads a clock; no result depends on it.

use crate::config::{Arrays, Costs, Demand, EventOrder, Item, MakeToStock, Model, Policy, Request};
use crate::engine::lattice::{DEPTH, LANES, Source, Tile, draw_whole, new_tile};
use crate::engine::level::at_level;
use crate::error::{Error, Result};
use crate::law::{Law, Sampler, WholeTable};
use crate::metrics::summary::{Factors, summarise};
use crate::random::Stream;
use crate::run::simulate::{Outcome, prepare, simulate};
use crate::run::{Control, chunks, first_replication, run_jobs};
use fearless_simd::{Level, Simd};
use serde::Serialize;
use std::time::Instant;

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
    if !matches!(workload, "w1" | "w6") {
        return Err(Error::config("workload", workload, "one of w1, w6"));
    }
    if repeat == 0 {
        return Err(Error::config("repeat", 0, "≥ 1"));
    }
    let arrays = Arrays::new();
    let (simd, level) = crate::engine::level::choose(simd)?;
    let level = level.ok_or_else(|| Error::config("simd", simd, "a SIMD level"))?;
    let Sampler::Whole(law) = Law::Poisson { mean: 20.0 }.compile()? else {
        return Err(Error::Internal { reason: "the Poisson law is not whole".to_owned() });
    };
    let (mut model, mut floor) = (Vec::new(), Vec::new());
    let mut last: Option<Outcome> = None;
    for i in 0..=repeat {
        drop(last.take());
        let request = base_stock(workload, n, t, threads, simd, i as u64 + 1);
        let clock = Instant::now();
        last = Some(simulate(&request, prepare(&request, &arrays)?, control)?);
        model.push(clock.elapsed().as_secs_f64());
        let clock = Instant::now();
        std::hint::black_box(draws_only(level, &law, &request, control)?);
        floor.push(clock.elapsed().as_secs_f64());
    }
    let outcome = last.ok_or_else(|| Error::Internal { reason: "no run".to_owned() })?;
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
        results: results(&outcome),
    })
}

fn best_and_median(times: &mut [f64]) -> (f64, f64) {
    times.sort_unstable_by(f64::total_cmp);
    (times[0], times[times.len() / 2])
}

/// W1 and W6: Poisson(20), order after demand, lead time 4, S = 92, h = 1, b = 9.
fn base_stock(workload: &str, n: u32, t: usize, threads: usize, simd: &str, key: u64) -> Request {
    let model = MakeToStock {
        demand: Demand::Stationary { law: Law::Poisson { mean: 20.0 } },
        policy: Policy::BaseStock { level: 92.0 },
        lead_time: Law::Deterministic { value: 4.0 },
        crossing: crate::config::Crossing::default(),
        review_period: 1,
        event_order: EventOrder::DemandBeforeOrder,
        holding_basis: crate::config::HoldingBasis::End,
        backorder_share: 1.0,
        costs: Costs { holding: 1.0, backorder: 9.0, ..Costs::default() },
        opening_stock: None,
    };
    let trace: &[&str] = if workload == "w6" { &["on_hand", "backorders"] } else { &[] };
    Request {
        items: vec![Item { name: String::new(), key: 0, designs: vec![Model::MakeToStock(model)] }],
        periods: t,
        warm_up: 0,
        half: crate::config::Half::Evaluation,
        first_replication: 0,
        replications: n,
        key,
        threads: Some(threads),
        keep: crate::config::Keep::Replications,
        metrics: Some(vec!["cost".to_owned(), "fill_rate".to_owned()]),
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
fn draws_only(level: Level, law: &WholeTable, request: &Request, control: &Control) -> Result<i64> {
    let source = Source { key: request.key, stream: Stream::Demand, entity: request.items[0].key };
    let pieces = chunks(first_replication(request)?, request.replications);
    let mut sums = vec![0i64; pieces.len()];
    let jobs: Vec<_> = sums.iter_mut().zip(pieces).collect();
    run_jobs(jobs, request.threads, new_tile::<i32>, |(sum, (first, _)), tile: &mut Box<Tile<i32>>| {
        control.cancel.check()?;
        *sum = at_level!(level, s => sum_chunk(s, source, law, first, request.periods, tile));
        Ok(())
    })?;
    Ok(sums.iter().sum())
}

#[inline(always)]
fn sum_chunk<S: Simd>(
    s: S,
    source: Source,
    law: &WholeTable,
    first: u32,
    periods: usize,
    tile: &mut Tile<i32>,
) -> i64 {
    let mut total = [0i32; LANES];
    for start in (0..periods).step_by(DEPTH) {
        s.vectorize(
            #[inline(always)]
            || {
                draw_whole(s, source, law, first, start as u64, periods - start, tile);
                for row in tile.iter().take(periods - start) {
                    for (sum, x) in total.iter_mut().zip(row) {
                        *sum = sum.wrapping_add(*x);
                    }
                }
            },
        );
    }
    total.iter().map(|x| i64::from(*x)).sum()
}
