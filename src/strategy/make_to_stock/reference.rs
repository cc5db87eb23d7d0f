//! The model for reading: one replication, one period after the other, every step of [the formulas](super) in a line.
//!
//! The fast kernel must agree with this bit for bit; tests hold the two together. It also checks the invariants C1
//! (units are conserved) and C7 (never stock and backlog at once) as it goes.

use super::params::Params;
use super::release::release;
use crate::config::Crossing;
use crate::metrics::{Counts, Quantity};
use crate::supply::Lead;

/// What one period looked like.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Period {
    /// Demand of the period.
    pub demand: f64,
    /// Net stock just before demand.
    pub before: f64,
    /// Net stock at the close.
    pub close: f64,
    /// Quantity released.
    pub ordered: f64,
}

impl Period {
    /// A traced quantity.
    pub fn quantity(&self, quantity: Quantity, lost_share: f64) -> f64 {
        let available = if self.before > 0.0 { self.before } else { 0.0 };
        let filled = if self.demand < available { self.demand } else { available };
        let on_hand = if self.close > 0.0 { self.close } else { 0.0 };
        match quantity {
            Quantity::Demand => self.demand,
            Quantity::Filled => filled,
            Quantity::OnHand => on_hand,
            Quantity::Backorders => on_hand - self.close,
            Quantity::NetInventory => self.close,
            Quantity::OrderQuantity => self.ordered,
            Quantity::Lost => (self.demand - filled) * lost_share,
        }
    }
}

/// Runs one replication over `demand`; `lead[t]` is the wait of an order released in t, or with kaplan crossing the age that
/// arrives in t (see [`Lead::path`]).
pub fn run(p: &Params, demand: &[f64], lead: &[usize], warm_up: usize) -> (Counts, Vec<Period>) {
    let mut counts = Counts::default();
    let mut days = Vec::with_capacity(demand.len());
    let crossing = if let Lead::Random { crossing, .. } = p.lead { crossing } else { Crossing::default() };
    // By period of arrival; with kaplan crossing by period of release, and the first so many have arrived.
    let mut arriving = vec![0.0; demand.len() + p.lead.longest() + 1];
    let (mut last_arrival, mut arrived) = (0, 0);
    let (mut net, mut position, mut on_order) = (p.opening, p.opening, 0.0);
    for (t, &d) in demand.iter().enumerate() {
        if t == warm_up {
            counts = Counts::default();
        }
        let units = net + on_order;
        let mut receive = |net: &mut f64, on_order: &mut f64, arriving: &mut [f64], released: usize| {
            let due = if crossing == Crossing::Kaplan {
                let until = (t + 1).saturating_sub(lead[t]).clamp(arrived, released);
                let due = arriving[arrived..until].iter().fold(0.0, |sum, q| sum + q);
                arrived = until;
                due
            } else {
                std::mem::take(&mut arriving[t])
            };
            *net += due;
            *on_order -= due;
        };
        receive(&mut net, &mut on_order, &mut arriving, t);
        let mut plan = |net: &mut f64, position: &mut f64, on_order: &mut f64| {
            if t % p.review != 0 {
                return 0.0;
            }
            let q = release(p, t, *position);
            *position += q;
            if q > 0.0 {
                let arrival = match crossing {
                    Crossing::Independent | Crossing::Common => t + lead[t],
                    Crossing::Fifo => last_arrival.max(t + lead[t]),
                    Crossing::Kaplan => t,
                };
                last_arrival = arrival;
                arriving[arrival] += q;
                *on_order += q;
                receive(net, on_order, &mut arriving, t + 1);
            }
            q
        };
        let mut ordered = 0.0;
        if !p.demand_first {
            ordered = plan(&mut net, &mut position, &mut on_order);
        }
        let before = net;
        let available = if net > 0.0 { net } else { 0.0 };
        let filled = if d < available { d } else { available };
        let short = d - filled;
        let lost = short * p.lost_share;
        if p.lost_share > 0.0 {
            let waits = if p.lost_share >= 1.0 { 0.0 } else { short - lost };
            net = net - filled - waits;
            position = position - filled - waits;
        } else {
            net -= d;
            position -= d;
        }
        if p.demand_first {
            ordered = plan(&mut net, &mut position, &mut on_order);
        }
        let on_hand = if net > 0.0 { net } else { 0.0 };
        assert!(close_to(units + ordered - d + lost, net + on_order), "C1: units are conserved");
        assert!(close_to(position, net + on_order), "inventory position = net stock + on order");
        assert!(on_hand == 0.0 || net == on_hand, "C7: never stock and backlog at once");

        counts.demand += d;
        counts.filled += filled;
        counts.on_hand += on_hand;
        counts.backorders += on_hand - net;
        counts.available += available;
        counts.orders += f64::from(u8::from(ordered > 0.0));
        counts.order_quantity += ordered;
        counts.stockouts +=
            f64::from(u8::from(short > p.tolerance && p.lost_share > 0.0 || net < -p.tolerance));
        counts.closing = on_hand;
        days.push(Period { demand: d, before, close: net, ordered });
    }
    (counts, days)
}

/// Equal but for rounding.
pub(super) fn close_to(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()))
}
