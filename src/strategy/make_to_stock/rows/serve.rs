//! Demand from stock, and the sums of a period.

use super::super::foresight::Provider;
use super::super::params::Params;
use super::super::tally::{
    AVAILABLE, BACKORDERS, DEMAND, FILLED, ON_HAND, ORDERS, QUANTITY, STOCKOUTS, Tally,
};
use super::super::terms::Terms;
use super::{
    DEMAND_SQUARES, NET, NET_SQUARES, ORDER_SQUARES, Site, WORTH_HELD, WORTH_ORDERED, add, positive, take,
};
use crate::engine::lattice::{LANES, Row};

impl Site {
    /// Demand from stock; `tally` counts it.
    #[inline(always)]
    pub(super) fn serve(
        &mut self,
        p: &Params,
        terms: &Terms,
        d: &Row<f64>,
        t: usize,
        tally: &mut Tally<f64>,
    ) {
        let Self { net, position, layers, work, forecast, usage, .. } = self;
        let filled = &mut work.row;
        for l in 0..LANES {
            let available = positive(net[l]);
            tally.sums[AVAILABLE][l] += available;
            filled[l] = if d[l] < available { d[l] } else { available };
            tally.sums[FILLED][l] += filled[l];
        }
        add(&mut tally.sums[DEMAND], d);
        if p.lost_share > 0.0 {
            for l in 0..LANES {
                let short = d[l] - filled[l];
                let waits = if p.lost_share >= 1.0 { 0.0 } else { short - short * p.lost_share };
                net[l] = net[l] - filled[l] - waits;
                position[l] = position[l] - filled[l] - waits;
                let out = if net[l] < 0.0 - short { net[l] } else { 0.0 - short };
                tally.sums[STOCKOUTS][l] += if out < 0.0 - p.tolerance { 1.0 } else { 0.0 };
                work.other[l] = d[l] - short * p.lost_share;
            }
        } else {
            take(net, d);
            take(position, d);
            for l in 0..LANES {
                tally.sums[STOCKOUTS][l] += if net[l] < 0.0 - p.tolerance { 1.0 } else { 0.0 };
            }
        }
        if !layers.is_empty() {
            let life = layers.len();
            for age in 0..life {
                let age = if terms.lifo { age } else { life - 1 - age };
                let layer = &mut layers[(t + life - age) % life];
                for l in 0..LANES {
                    let used = if filled[l] < layer[l] { filled[l] } else { layer[l] };
                    layer[l] -= used;
                    filled[l] -= used;
                }
            }
        }
        if let Some(f) = &terms.forecast
            && let Provider::Statistical(method) = &f.provider
        {
            method.observe(forecast, if f.sales && p.lost_share > 0.0 { &work.other } else { d });
        }
        if let Some(of) = &terms.usage {
            of.observe(usage, d);
        }
    }

    /// Sums of the period.
    #[inline(always)]
    pub(super) fn close(
        &mut self,
        p: &Params,
        terms: &Terms,
        d: &Row<f64>,
        t: usize,
        tally: &mut Tally<f64>,
    ) {
        let Self { net, extras, work, .. } = self;
        let q = &work.ordered;
        for l in 0..LANES {
            let on_hand = positive(net[l]);
            tally.sums[ON_HAND][l] += on_hand;
            tally.sums[BACKORDERS][l] += on_hand - net[l];
        }
        for l in 0..LANES {
            tally.sums[ORDERS][l] += if q[l] > 0.0 { 1.0 } else { 0.0 };
            tally.sums[QUANTITY][l] += q[l];
        }
        if terms.variances {
            add(&mut extras[NET], net);
            for l in 0..LANES {
                extras[DEMAND_SQUARES][l] += d[l] * d[l];
                extras[ORDER_SQUARES][l] += q[l] * q[l];
                extras[NET_SQUARES][l] += net[l] * net[l];
            }
        }
        if p.costs.erosion > 0.0 {
            let left = p.worth(t);
            for l in 0..LANES {
                extras[WORTH_HELD][l] += positive(net[l]) * left;
                extras[WORTH_ORDERED][l] += q[l] * left;
            }
        }
    }
}
