//! What is under way to one vector of replications, where lead times are random.
//!
//! Slots of the pipeline lie one after the other, `width` lanes each. A slot holds what arrives in its period; with
//! [kaplan crossing](crate::config::Crossing::Kaplan) what was released in it.

use crate::engine::lattice::Cell;

/// Widest vector.
pub(super) const WIDEST: usize = 32;

/// The place of a period in the pipeline.
#[derive(Clone, Copy)]
pub(super) struct Now {
    pub(super) t: usize,
    pub(super) slot: usize,
}

/// Orders of the lanes in `who` go to the slots of their arrival. `last_arrival` is given where no order may overtake.
#[inline(always)]
pub(super) fn send<T: Cell>(
    mut who: u32,
    quantity: &[T; WIDEST],
    lead: &[i32],
    now: Now,
    mut last_arrival: Option<&mut [i32]>,
    slots: &mut [T],
) {
    let width = lead.len();
    let count = slots.len() / width;
    while who != 0 {
        let lane = who.trailing_zeros() as usize;
        who &= who - 1;
        let mut wait = lead[lane] as usize;
        if let Some(last) = last_arrival.as_deref_mut() {
            let arrival = last[lane].max((now.t + wait) as i32);
            last[lane] = arrival;
            wait = arrival as usize - now.t;
        }
        let to = if now.slot + wait >= count { now.slot + wait - count } else { now.slot + wait };
        let due = &mut slots[to * width + lane];
        *due = *due + quantity[lane];
    }
}

/// What has reached the drawn `age` and arrives now, of the first `released` releases; `arrived` counts those that have
/// arrived.
#[inline(never)]
pub(super) fn collect<T: Cell>(
    age: &[i32],
    now: Now,
    released: usize,
    arrived: &mut [i32],
    slots: &[T],
) -> [T; WIDEST] {
    let width = age.len();
    let count = slots.len() / width;
    let mut due = [T::default(); WIDEST];
    for lane in 0..width {
        let until = (now.t as i32 + 1 - age[lane]).min(released as i32);
        while arrived[lane] < until {
            // No older than the pipeline is long.
            let back = now.t - arrived[lane] as usize;
            let from = if back > now.slot { now.slot + count - back } else { now.slot - back };
            due[lane] = due[lane] + slots[from * width + lane];
            arrived[lane] += 1;
        }
    }
    due
}
