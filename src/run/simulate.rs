//! `simulate`: items × designs × replications.

use super::prepare::Prepared;
use super::store::noughts;
use super::{Control, Piece, chunks, run_jobs};
use crate::config::{Keep, Request};
use crate::error::Result;
use crate::metrics::summary::{Factors, PROBABILITIES, ratio, summarise};
use crate::metrics::{self, METRICS, Metric, Quantity, position, ratio_parts, values};
use crate::strategy::make_to_stock::chunk::{Output, Setting, run_chunk};
use crate::strategy::make_to_stock::plan::Plan;
use crate::strategy::make_to_stock::plant::Rooms;
use crate::strategy::make_to_stock::trace::Rows;
use serde::Serialize;
use std::sync::atomic::{AtomicU64, Ordering};

/// Doubles that a batch of summarised items may hold.
const BATCH: usize = 8 << 20;
/// Share of clipped periods from which a warning is due.
const CLIPPED: f64 = 1e-3;
/// Ratios that every run estimates.
const RATIOS: [&str; 2] = ["fill_rate", "gamma_service"];

/// Hours of a plant, per period.
const HOURS: [&str; 3] = ["hours_used", "hours_overtime", "hours_offered"];

/// A trace, in the narrowest type that is exact.
#[derive(Debug, Clone, PartialEq)]
pub enum Trace {
    /// Whole quantities.
    Whole(Vec<i32>),
    /// Real quantities.
    Real(Vec<f64>),
}

/// What a run decided and noticed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// `grid` or `one_pass`.
    pub method: &'static str,
    /// Why.
    pub method_reason: String,
    /// SIMD level.
    pub simd: &'static str,
    /// Mean lead time as drawn, per design and item.
    pub effective_lead_time: Vec<Vec<f64>>,
    /// Mean demand per period as drawn, per design and item, where it is drawn.
    pub effective_demand: Vec<Vec<Option<f64>>>,
    /// Share of periods whose demand was clipped at 0, per design and item, where demand can be.
    pub clipped: Vec<Vec<Option<f64>>>,
    /// What a reader of the numbers should know.
    pub warnings: Vec<String>,
}

/// Arrays with axes (design, item, …).
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Designs, items, replications, periods.
    pub shape: [usize; 4],
    /// Per metric: (design, item, replication).
    pub metrics: Vec<(&'static str, Vec<f64>)>,
    /// Per metric: (design, item, statistic).
    pub summary: Vec<(&'static str, Vec<f64>)>,
    /// Per ratio metric: (design, item, [value, se, low, high]).
    pub ratios: Vec<(&'static str, Vec<f64>)>,
    /// Per traced quantity: (design, item, replication, period).
    pub traces: Vec<(&'static str, Trace)>,
    /// Hours of a plant per period: (design, replication); nothing for independent items.
    pub plant: Vec<(&'static str, Vec<f64>)>,
    /// What was decided and noticed.
    pub report: Report,
}

/// One chunk of one item with the memory it writes to.
struct Job<'a> {
    item: usize,
    piece: &'a Piece,
    /// Row m · designs + d.
    rows: Vec<&'a mut [f64]>,
    /// Per design.
    traces: Vec<Vec<(Quantity, Rows<'a>)>>,
}

/// Writes the wanted metrics of one item to its rows: row m · designs + d.
fn counter<'a>(
    plan: &'a Plan,
    computed: &'a [usize],
    mut rows: Vec<&'a mut [f64]>,
) -> impl FnMut(usize, usize, &metrics::Counts) + 'a {
    move |design, lane, counts| {
        let all = values(counts, &plan.tariffs[design]);
        for (m, &at) in computed.iter().enumerate() {
            rows[m * plan.tariffs.len() + design][lane] = all[at];
        }
    }
}

/// The items of a plant over one chunk.
struct PlantJob<'a> {
    piece: &'a Piece,
    items: Vec<Job<'a>>,
    /// Row i · designs + d.
    hours: Vec<&'a mut [f64]>,
}

/// Jobs of all items of a plant, chunk by chunk.
fn share_jobs<'a>(
    jobs: Vec<Job<'a>>,
    pieces: &'a [Piece],
    hours: &'a mut [Vec<f64>],
    (designs, replications): (usize, usize),
) -> Vec<PlantJob<'a>> {
    let mut together: Vec<PlantJob<'a>> = pieces
        .iter()
        .map(|piece| PlantJob { piece, items: Vec::new(), hours: Vec::with_capacity(3 * designs) })
        .collect();
    for (i, job) in jobs.into_iter().enumerate() {
        together[i % pieces.len()].items.push(job);
    }
    let sizes: Vec<usize> = pieces.iter().map(|p| p.lanes.len()).collect();
    for array in hours {
        for (job, rows) in together.iter_mut().zip(cut(array, replications, &sizes)) {
            job.hours.extend(rows);
        }
    }
    together
}

/// Cuts an array of rows of `length` values into the run's chunks: `[chunk][row]`.
fn cut<'a, T>(array: &'a mut [T], length: usize, cuts: &[usize]) -> Vec<Vec<&'a mut [T]>> {
    let mut out: Vec<Vec<&mut [T]>> = cuts.iter().map(|_| Vec::new()).collect();
    for mut row in array.chunks_mut(length.max(1)) {
        for (piece, &n) in out.iter_mut().zip(cuts) {
            let (head, tail) = row.split_at_mut(n);
            piece.push(head);
            row = tail;
        }
    }
    out
}

/// Runs a prepared request.
pub fn simulate(request: &Request, prepared: Prepared, control: &Control) -> Result<Outcome> {
    let Prepared { frame, plans, level, designs, replications, wanted, traces, whole, plant, mut report } =
        prepared;
    let items = plans.len();
    let pieces = chunks(frame.first, request.replications);
    let setting = Setting { level, frame: &frame, cancel: &control.cancel };
    let clipped: Vec<AtomicU64> = (0..designs * items).map(|_| AtomicU64::new(0)).collect();
    control.progress.expect(items * pieces.len());

    // Rows that are computed: what is returned and what ratios are made of.
    let mut computed = wanted.clone();
    let ratios_of: Vec<&Metric> = METRICS
        .iter()
        .enumerate()
        .filter(|(at, m)| m.kind == "ratio" && (RATIOS.contains(&m.name) || wanted.contains(at)))
        .map(|(_, m)| m)
        .collect();
    for part in ratios_of.iter().filter_map(|m| m.parts()).flatten().flatten() {
        computed.extend(position(part.1).filter(|at| !computed.contains(at)));
    }
    let per_item = designs * replications * computed.len();
    let batch = if request.keep == Keep::Replications || !traces.is_empty() || plant.is_some() {
        items
    } else {
        (BATCH / per_item.max(1)).clamp(1, items)
    };
    let factors = Factors::new(replications, request.confidence, &PROBABILITIES);
    let statistics = crate::metrics::summary::statistic_names(&PROBABILITIES).len();

    let length = replications * frame.periods;
    let mut traced: Vec<Trace> = traces
        .iter()
        .map(|_| match whole {
            true => Trace::Whole(noughts(designs * items * length)),
            false => Trace::Real(noughts(designs * items * length)),
        })
        .collect();
    let ratio_names: Vec<&'static str> = ratios_of.iter().map(|m| m.name).collect();
    let summarised = request.keep == Keep::Summary;
    let mut summary: Vec<Vec<f64>> =
        wanted.iter().map(|_| vec![0.0; if summarised { designs * items * statistics } else { 0 }]).collect();
    let mut ratios: Vec<Vec<f64>> = ratio_names.iter().map(|_| vec![0.0; designs * items * 4]).collect();
    let mut arrays: Vec<Vec<f64>> = Vec::new();

    let mut hours: Vec<Vec<f64>> =
        HOURS.iter().map(|_| vec![0.0; if plant.is_some() { designs * replications } else { 0 }]).collect();
    for start in (0..items).step_by(batch) {
        let here = batch.min(items - start);
        arrays.clear();
        arrays.resize_with(computed.len(), || noughts(designs * here * replications));
        let jobs = jobs(
            &mut arrays,
            &mut traced,
            &traces,
            &pieces,
            start,
            here,
            designs,
            replications,
            frame.periods,
        );
        let note = |item: usize, found: Vec<(usize, u64)>| {
            for (design, periods) in found {
                clipped[design * items + item].fetch_add(periods, Ordering::Relaxed);
            }
            control.progress.tick();
        };
        if let Some(plant) = &plant {
            let together = share_jobs(jobs, &pieces, &mut hours, (designs, replications));
            run_jobs(together, request.threads, Rooms::default, |job, rooms| {
                let PlantJob { piece, mut items, mut hours } = job;
                let mut counts: Vec<_> = items
                    .iter_mut()
                    .map(|job| counter(&plans[job.item], &computed, std::mem::take(&mut job.rows)))
                    .collect();
                let mut outputs: Vec<Output<'_>> = items
                    .iter_mut()
                    .zip(&mut counts)
                    .map(|(job, counts)| Output {
                        counts,
                        traces: std::mem::take(&mut job.traces),
                        clipped: Vec::new(),
                    })
                    .collect();
                let mut keep = |design: usize, lane: usize, own: [f64; 3]| {
                    for (i, x) in own.into_iter().enumerate() {
                        hours[i * designs + design][lane] = x;
                    }
                };
                plant.run_chunk(setting, &plans, piece, &mut rooms.plant, &mut outputs, &mut keep)?;
                let found: Vec<_> = outputs.into_iter().map(|o| o.clipped).collect();
                found.into_iter().zip(&items).for_each(|(found, job)| note(job.item, found));
                Ok(())
            })?;
        } else {
            run_jobs(jobs, request.threads, Rooms::default, |mut job, rooms| {
                let mut counts = counter(&plans[job.item], &computed, std::mem::take(&mut job.rows));
                let traces = std::mem::take(&mut job.traces);
                let mut output = Output { counts: &mut counts, traces, clipped: Vec::new() };
                run_chunk(setting, &plans[job.item], job.piece, &mut rooms.alone, &mut output)?;
                note(job.item, output.clipped);
                Ok(())
            })?;
        }

        let row = |m: usize, d: usize, k: usize| {
            let at = (d * here + k) * replications;
            &arrays[m][at..at + replications]
        };
        let mut reduced: Vec<Vec<(usize, usize, Vec<f64>)>> = (0..here).map(|_| Vec::new()).collect();
        run_jobs(
            reduced.iter_mut().enumerate().collect(),
            request.threads,
            || (),
            |(k, out): (usize, &mut Vec<_>), ()| {
                control.cancel.check()?;
                for d in 0..designs {
                    for (i, metric) in ratios_of.iter().enumerate() {
                        let part = |r: usize| {
                            let value = |at: usize| {
                                computed.iter().position(|&c| c == at).map_or(f64::NAN, |m| row(m, d, k)[r])
                            };
                            ratio_parts(metric, value).unwrap_or((f64::NAN, f64::NAN))
                        };
                        let (top, bottom): (Vec<f64>, Vec<f64>) = (0..replications).map(part).unzip();
                        out.push((d, METRICS.len() + i, ratio(&top, &bottom, &factors).to_vec()));
                    }
                    if summarised {
                        out.extend((0..wanted.len()).map(|m| (d, m, summarise(row(m, d, k), &factors))));
                    }
                }
                Ok(())
            },
        )?;
        for (k, results) in reduced.into_iter().enumerate() {
            for (d, what, numbers) in results {
                let at = (d * items + start + k) * numbers.len();
                let target = match what.checked_sub(METRICS.len()) {
                    Some(i) => &mut ratios[i],
                    None => &mut summary[what],
                };
                target[at..at + numbers.len()].copy_from_slice(&numbers);
            }
        }
    }

    count_clipped(&mut report, &clipped, (items, replications * frame.periods));
    let name = |m: usize| METRICS[wanted[m]].name;
    if summarised {
        pool_ratios(&mut summary, &ratios, &wanted, &ratio_names, statistics);
        arrays.clear();
    } else {
        arrays.truncate(wanted.len());
    }
    Ok(Outcome {
        shape: [designs, items, replications, frame.periods],
        metrics: arrays.into_iter().enumerate().map(|(m, a)| (name(m), a)).collect(),
        summary: if summarised {
            summary.into_iter().enumerate().map(|(m, a)| (name(m), a)).collect()
        } else {
            vec![]
        },
        ratios: ratio_names.into_iter().zip(ratios).collect(),
        plant: if plant.is_some() { HOURS.into_iter().zip(hours).collect() } else { Vec::new() },
        traces: traces.iter().map(|q| q.name()).zip(traced).collect(),
        report,
    })
}

/// What share of the periods of each design and item was clipped, and a warning where it is more than one in a thousand.
fn count_clipped(report: &mut Report, counted: &[AtomicU64], (items, periods): (usize, usize)) {
    let mut worst: f64 = 0.0;
    let mut many = 0;
    for (d, row) in report.clipped.iter_mut().enumerate() {
        for (k, share) in row.iter_mut().enumerate() {
            if let Some(share) = share {
                *share = counted[d * items + k].load(Ordering::Relaxed) as f64 / periods as f64;
                worst = worst.max(*share);
                many += usize::from(*share > CLIPPED);
            }
        }
    }
    if many > 0 {
        let of = if report.clipped.iter().map(Vec::len).sum::<usize>() > 1 {
            format!(" at the worst ({many} of the items and designs exceed {:.1} %)", CLIPPED * 100.0)
        } else {
            String::new()
        };
        report.warnings.push(format!(
            "demand was clipped at 0 in {:.2} % of periods{of}: its mean is above the one asked for; see \
             effective_demand and the mean of demand, or choose a law that cannot be negative",
            worst * 100.0
        ));
    }
}

/// In a summary, mean and interval of a ratio metric are those of the ratio of means.
fn pool_ratios(
    summary: &mut [Vec<f64>],
    ratios: &[Vec<f64>],
    wanted: &[usize],
    names: &[&str],
    statistics: usize,
) {
    for (m, &at) in wanted.iter().enumerate() {
        if let Some(i) = names.iter().position(|n| *n == METRICS[at].name) {
            for (row, pooled) in summary[m].chunks_mut(statistics).zip(ratios[i].chunks(4)) {
                row[..4].copy_from_slice(pooled);
            }
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "cuts every output of a batch in one place")]
fn jobs<'a>(
    arrays: &'a mut [Vec<f64>],
    traced: &'a mut [Trace],
    traces: &[Quantity],
    pieces: &'a [Piece],
    start: usize,
    items: usize,
    designs: usize,
    replications: usize,
    periods: usize,
) -> Vec<Job<'a>> {
    let sizes: Vec<usize> = pieces.iter().map(|p| p.lanes.len()).collect();
    let mut jobs: Vec<Job<'a>> = Vec::with_capacity(items * pieces.len());
    for k in 0..items {
        for piece in pieces {
            let traces = (0..designs).map(|_| Vec::new()).collect();
            jobs.push(Job { item: start + k, piece, rows: Vec::new(), traces });
        }
    }
    // Every array has rows (design, item); piece c of row (d, k) belongs to job (k, c).
    for array in arrays {
        for (c, rows) in cut(array, replications, &sizes).into_iter().enumerate() {
            for (row, piece) in rows.into_iter().enumerate() {
                jobs[(row % items) * sizes.len() + c].rows.push(piece);
            }
        }
    }
    let lengths: Vec<usize> = sizes.iter().map(|n| n * periods).collect();
    for (&quantity, trace) in traces.iter().zip(traced) {
        let mut place = |c: usize, row: usize, piece: Rows<'a>| {
            jobs[(row % items) * sizes.len() + c].traces[row / items].push((quantity, piece));
        };
        match trace {
            Trace::Whole(values) => {
                for (c, rows) in cut(values, replications * periods, &lengths).into_iter().enumerate() {
                    rows.into_iter().enumerate().for_each(|(row, piece)| place(c, row, Rows::Whole(piece)));
                }
            }
            Trace::Real(values) => {
                for (c, rows) in cut(values, replications * periods, &lengths).into_iter().enumerate() {
                    rows.into_iter().enumerate().for_each(|(row, piece)| place(c, row, Rows::Real(piece)));
                }
            }
        }
    }
    jobs
}
