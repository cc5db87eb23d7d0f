//! What a policy that plans looks at: forecasts, targets, material plans.

use super::super::foresight::{Foresight, Provider};
use super::super::params::Params;
use super::super::terms::Terms;
use super::{Given, Site, ZERO, add, positive};
use crate::config::Policy;
use crate::engine::lattice::{DEPTH, LANES, Row};
use crate::forecast;
use crate::planning::Input as Needs;

impl Site {
    /// What the policy looks at: a target level and a rate.
    #[inline(always)]
    pub(super) fn look_ahead(&mut self, p: &Params, terms: &Terms, given: &Given<'_>, t: usize) {
        let Self { forecast, usage, work, position, .. } = self;
        let when = (t, usize::from(p.demand_first));
        match &p.policy {
            Policy::OrderUpTo { safety, factor, .. } => {
                let Some(f) = &terms.forecast else { return };
                total(f, forecast, given, when, f.cover, &mut work.target, &mut work.row);
                let (m, r) = (f.cover as f64, p.review as f64);
                for l in 0..LANES {
                    work.rate[l] = work.target[l] / m * r;
                    work.target[l] += *safety;
                }
                spread(f, forecast, *factor, when, &mut work.target, &mut work.row);
            }
            Policy::FollowForecast { safety, factor, ahead } => {
                let Some(f) = &terms.forecast else { return };
                let ahead = p.receipt_ahead(*ahead);
                expected(f, forecast, given, when, ahead, &mut work.target);
                for k in 1..p.review {
                    expected(f, forecast, given, when, ahead + k, &mut work.row);
                    add(&mut work.target, &work.row);
                }
                for x in &mut work.target {
                    *x += *safety;
                }
                spread(f, forecast, *factor, when, &mut work.target, &mut work.row);
            }
            Policy::DemandDriven { buffer, .. } => {
                let Some(of) = &terms.usage else { return };
                of.ahead(usage, 0, &mut work.row);
                for l in 0..LANES {
                    work.target[l] = buffer.zones(positive(work.row[l])).order(position[l], p.tolerance);
                }
            }
            _ => {}
        }
    }

    /// The material plan of every lane, at reviews, and what it releases now.
    #[inline(always)]
    pub(super) fn material_plan(&mut self, p: &Params, terms: &Terms, given: &Given<'_>, t: usize) {
        let Policy::MaterialPlan { horizon, fence, safety, lots } = &p.policy else { return };
        let Self { net, good, gap, forecast, plans, work, .. } = self;
        let early = usize::from(p.demand_first);
        let (slots, lead_time) = (good.len(), p.lead.longest() - early);
        let review = t.is_multiple_of(p.review);
        if review && let Some(f) = &terms.forecast {
            for (k, row) in work.gross.iter_mut().enumerate() {
                expected(f, forecast, given, (t, early), k, row);
            }
        }
        for l in 0..LANES {
            if review {
                work.needs.clear();
                work.needs.extend(work.gross.iter().take(*horizon as usize).map(|row| positive(row[l])));
                work.receipts.clear();
                // Bucket 0 has been received already, unless it is that of the coming period.
                for b in 0..=lead_time {
                    let slot = (t + early + b) % slots;
                    let due = if early == 0 && b == 0 { 0.0 } else { good[slot][l] - gap[slot][l] };
                    work.receipts.push(due);
                }
                let input = Needs {
                    net: net[l],
                    receipts: &work.receipts,
                    gross: &work.needs,
                    safety: *safety,
                    lead_time,
                    fence: *fence as usize,
                    tolerance: p.tolerance,
                };
                plans[l].plan(&input, lots, &p.quantities, &mut work.netting);
            }
            work.target[l] = plans[l].release();
        }
    }
}

/// Forecast of the period so far ahead.
#[inline(always)]
fn expected(
    f: &Foresight,
    state: &forecast::State,
    given: &Given<'_>,
    (t, early): (usize, usize),
    ahead: usize,
    out: &mut Row<f64>,
) {
    let at = t + early + ahead;
    match &f.provider {
        Provider::Mean(means) => *out = [means[at.min(means.len() - 1)]; LANES],
        Provider::Evolution(means) => match given.coming.foreseen.get(ahead) {
            Some(rows) => *out = rows[given.k + early],
            None => *out = [means[at.min(means.len() - 1)]; LANES],
        },
        Provider::Perfect => {
            let at = at.min(given.coming.periods - 1);
            *out = given.coming.demand[at / DEPTH][at % DEPTH];
        }
        Provider::Cube(cube) => {
            for (l, x) in out.iter_mut().enumerate() {
                *x = cube.at(given.coming.first.wrapping_add(l as u32), t + early, ahead);
            }
        }
        Provider::Bill(bill) => {
            for (l, x) in out.iter_mut().enumerate() {
                let replication = given.coming.first.wrapping_add(l as u32);
                *x = bill.at(given.coming.key, replication, t + early, ahead);
            }
        }
        Provider::Statistical(method) => method.ahead(state, ahead, out),
    }
    let factor = f.factor(ahead);
    if factor != 1.0 {
        for x in out {
            *x *= factor;
        }
    }
}

/// Forecast of the next periods together.
#[inline(always)]
fn total(
    f: &Foresight,
    state: &forecast::State,
    given: &Given<'_>,
    when: (usize, usize),
    periods: usize,
    out: &mut Row<f64>,
    row: &mut Row<f64>,
) {
    if let Provider::Statistical(method) = &f.provider
        && f.bias.is_empty()
    {
        method.total(state, periods, out);
        return;
    }
    *out = ZERO;
    for k in 0..periods {
        expected(f, state, given, when, k, row);
        add(out, row);
    }
}

/// Adds a multiple of the error's standard deviation.
#[inline(always)]
fn spread(
    f: &Foresight,
    state: &forecast::State,
    factor: f64,
    (t, early): (usize, usize),
    out: &mut Row<f64>,
    row: &mut Row<f64>,
) {
    if factor == 0.0 {
        return;
    }
    match &f.provider {
        Provider::Statistical(method) => method.sd(state, row),
        _ => *row = [f.sd(t + early); LANES],
    }
    for l in 0..LANES {
        out[l] += factor * row[l];
    }
}
