//! How far forecasts are from what happens, by periods ahead: one item, one forecast, many replications.

use super::prepare::{Prepared, prepare_search};
use super::{Control, chunks, run_jobs};
use crate::config::{Arrays, Request};
use crate::error::{Error, Result};
use crate::strategy::make_to_stock::foresight::Known;
use serde::{Deserialize, Serialize};

/// `forecast_errors`: a run of one item whose forecast is looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorRequest {
    /// One item with one design.
    pub run: Request,
    /// Periods ahead, from 0.
    pub horizon: usize,
}

/// Means over the counted periods of each replication that could be foreseen so far ahead, (ahead, replication): forecast −
/// demand, its size, its square.
#[derive(Debug, Clone, PartialEq)]
pub struct Errors {
    /// By name.
    pub columns: Vec<(String, Vec<f64>)>,
}

/// Runs the forecast beside the demand.
pub fn forecast_errors(request: &ErrorRequest, arrays: &Arrays, control: &Control) -> Result<Errors> {
    let run = &request.run;
    let Prepared { frame, plans, .. } = &prepare_search(run, arrays)?;
    let counted = frame.periods - frame.warm_up;
    if request.horizon == 0 || request.horizon > counted {
        return Err(Error::config(
            "horizon",
            request.horizon,
            format!("in 1 … {counted}, the counted periods"),
        ));
    }
    let plan = &plans[0];
    let replications = run.replications as usize;
    let mut found = vec![0.0; replications * 3 * request.horizon];
    let pieces = chunks(frame.first, run.replications);
    control.progress.expect(pieces.len());
    let mut rest = &mut found[..];
    let mut jobs = Vec::new();
    for piece in &pieces {
        let (here, after) = rest.split_at_mut(piece.lanes.len() * 3 * request.horizon);
        rest = after;
        jobs.push((piece, here));
    }
    run_jobs(
        jobs,
        run.threads,
        || (),
        |(piece, out), ()| {
            for (lane, sums) in piece.lanes.clone().zip(out.chunks_mut(3 * request.horizon)) {
                control.cancel.check()?;
                let replication = piece.first + lane as u32;
                one(plan, frame, replication, request.horizon, sums)?;
            }
            control.progress.tick();
            Ok(())
        },
    )?;
    let column = |which: usize| {
        let at = |k: usize, r: usize| found[(r * request.horizon + k) * 3 + which];
        (0..request.horizon)
            .flat_map(|k| (0..replications).map(move |r| (k, r)))
            .map(|(k, r)| at(k, r))
            .collect()
    };
    let names = ["bias", "mae", "mse"];
    Ok(Errors { columns: names.into_iter().enumerate().map(|(i, n)| (n.to_owned(), column(i))).collect() })
}

/// One replication: sums by horizon, three in a row.
fn one(
    plan: &crate::strategy::make_to_stock::plan::Plan,
    frame: &crate::strategy::make_to_stock::plan::Frame,
    replication: u32,
    horizon: usize,
    out: &mut [f64],
) -> Result<()> {
    let (demand, entity, foresight) = plan.forecast()?;
    let (path, _) = demand.path(frame.key, entity, replication, frame.periods);
    let foreseen = demand.foreseen(frame.key, entity, replication, frame.periods);
    let known = Known { demand: &path, foreseen: &foreseen, replication, key: frame.key };
    let mut state = foresight.begin(1);
    for (t, d) in path.iter().enumerate() {
        // By the period that is foreseen, so that every horizon has the same seasons.
        if t + horizon > frame.warm_up {
            for k in frame.warm_up.saturating_sub(t)..horizon.min(frame.periods - t) {
                let error = foresight.at(&state, known, t, k) - path[t + k];
                let sums = &mut out[3 * k..3 * k + 3];
                sums[0] += error;
                sums[1] += error.abs();
                sums[2] += error * error;
            }
        }
        foresight.observe(&mut state, *d);
    }
    for (k, sums) in out.chunks_mut(3).enumerate() {
        let n = (frame.periods - frame.warm_up.max(k)) as f64;
        sums.iter_mut().for_each(|x| *x /= n);
    }
    Ok(())
}
