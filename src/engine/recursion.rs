//! Queues without an event list (spec F2, A5): orders in order of arrival, each found by what came before it.
//!
//! A station is the ascending list of times at which its servers are free (Kiefer and Wolfowitz 1955): an order starts at the
//! later of its own time and the first of these, and its finish takes that place in the list. Lanes hold replications; the
//! scalar form is the same for one of them, and agrees bit for bit.

use fearless_simd::{Simd, f64x8, prelude::*};

/// Most servers that are kept in lanes.
pub const MOST_SERVERS: usize = 8;
/// Most stations in a row.
pub const MOST_STATIONS: usize = 8;

/// When an order that is ready starts and finishes, one per lane; `free` is kept ascending.
#[inline(always)]
pub fn serve_lanes<S: Simd>(
    free: &mut [f64x8<S>; MOST_SERVERS],
    servers: usize,
    ready: f64x8<S>,
    work: f64x8<S>,
) -> (f64x8<S>, f64x8<S>) {
    let start = ready.simd_gt(free[0]).select(ready, free[0]);
    let finish = start + work;
    let mut carried = finish;
    for k in 1..servers {
        // The smaller one moves forward, the larger one is compared on.
        let next = free[k];
        let above = carried.simd_gt(next);
        free[k - 1] = above.select(next, carried);
        carried = above.select(carried, next);
    }
    free[servers - 1] = carried;
    (start, finish)
}

/// The same for one replication.
#[inline]
pub fn serve(free: &mut [f64; MOST_SERVERS], servers: usize, ready: f64, work: f64) -> (f64, f64) {
    let start = if ready > free[0] { ready } else { free[0] };
    let finish = start + work;
    let mut carried = finish;
    for k in 1..servers {
        let next = free[k];
        let above = carried > next;
        free[k - 1] = if above { next } else { carried };
        carried = if above { carried } else { next };
    }
    free[servers - 1] = carried;
    (start, finish)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_servers_by_hand() {
        let mut free = [0.0; MOST_SERVERS];
        let mut serve = |ready, work| serve(&mut free, 2, ready, work);
        assert_eq!(serve(1.0, 5.0), (1.0, 6.0));
        assert_eq!(serve(2.0, 1.0), (2.0, 3.0));
        assert_eq!(serve(2.5, 2.0), (3.0, 5.0));
        // Overtakes the first one.
        assert_eq!(serve(4.0, 2.0), (5.0, 7.0));
        assert_eq!(serve(9.0, 1.0), (9.0, 10.0));
    }
}
