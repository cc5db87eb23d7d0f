//! The model on lanes: every design advances over a tile with its state in registers, 32 (whole) or 16 (real)
//! replications at a time. Step for step the same arithmetic as [`reference`](super::reference).

use super::params::Params;
use super::tally::{
    AVAILABLE, BACKORDERS, DEMAND, FILLED, LEAN, ON_HAND, ORDERS, QUANTITY, STOCKOUTS, SUMS, Tally,
};
use crate::config::Policy;
use crate::engine::lattice::{Cell, DEPTH, LANES, Lanes, Pair, Row, Tile, new_tile};
use crate::metrics::Counts;
use crate::supply::Lead;
use fearless_simd::Simd;

/// What a kernel carries at once.
type Wide<S, T> = Pair<<T as Cell>::Lanes<S>>;

/// State of one design over a chunk of replications.
pub(super) struct State<T> {
    net: Row<T>,
    position: Row<T>,
    ring: Vec<Row<T>>,
    last_arrival: Row<i32>,
    pub(super) tally: Tally<T>,
}

/// What a tile looked like under one design, for traces and one-pass curves.
pub(super) struct Record<T> {
    /// Net stock just before demand.
    pub(super) before: Box<Tile<T>>,
    /// Net stock at the close.
    pub(super) close: Box<Tile<T>>,
    /// Quantity released.
    pub(super) ordered: Box<Tile<T>>,
    /// Net stock before demand is wanted.
    pub(super) keep_before: bool,
    /// Quantities released are wanted.
    pub(super) keep_ordered: bool,
}

impl<T: Cell> Record<T> {
    pub(super) fn new() -> Self {
        let (before, close, ordered) = (new_tile(), new_tile(), new_tile());
        Self { before, close, ordered, keep_before: true, keep_ordered: true }
    }
}

/// Periods of a tile that a call advances over.
#[derive(Clone, Copy)]
pub(super) struct Span {
    /// Period of the tile's first row.
    pub(super) tile_start: usize,
    /// First row of the span.
    pub(super) from: usize,
    /// One past its last row.
    pub(super) to: usize,
}

impl<T: Cell> State<T> {
    pub(super) fn new() -> Self {
        let zero = [T::default(); LANES];
        Self { net: zero, position: zero, ring: Vec::new(), last_arrival: [0; LANES], tally: Tally::new() }
    }

    /// Back to the opening position, keeping the memory.
    pub(super) fn reset(&mut self, p: &Params) {
        let opening = T::from_f64(p.opening);
        self.net = [opening; LANES];
        self.position = [opening; LANES];
        self.ring.clear();
        self.ring.resize(p.ring(), [T::default(); LANES]);
        self.last_arrival = [0; LANES];
        self.tally.forget();
    }

    /// Takes units off the opening position of one lane.
    pub(super) fn lower(&mut self, lane: usize, units: f64) {
        let opening = T::from_f64(self.net[lane].to_f64() - units);
        (self.net[lane], self.position[lane]) = (opening, opening);
    }

    /// The counts of one lane.
    pub(super) fn counts(&self, lane: usize) -> Counts {
        self.tally.counts(lane, self.net[lane].to_f64())
    }
}

/// What a kernel keeps beside the state.
pub(super) enum Detail<'a, T> {
    /// The sums that nearly every metric needs.
    Lean,
    /// All sums.
    Sums,
    /// All sums and every period.
    Record(&'a mut Record<T>),
}

/// The random inputs of a tile.
#[derive(Clone, Copy)]
pub(super) struct Inputs<'a, T> {
    pub(super) demand: &'a Tile<T>,
    pub(super) lead: &'a Tile<i32>,
}

/// Advances one design over a span of a tile. (Never inlined: each caller would compile every variant again.)
#[inline(never)]
pub(super) fn advance<S: Simd, T: Cell>(
    s: S,
    p: &Params,
    state: &mut State<T>,
    inputs: Inputs<'_, T>,
    span: Span,
    detail: Detail<'_, T>,
) {
    state.tally.make_room(span.to - span.from, p.flush_every);
    let random = matches!(p.lead, Lead::Random { .. });
    let min_max = matches!(p.policy, Policy::MinMax { .. });
    let lossy = p.lost_share > 0.0;
    macro_rules! variant {
        ($d:literal, $m:literal, $r:literal, $l:literal) => {
            match detail {
                Detail::Lean => s.vectorize(
                    #[inline(always)]
                    || span_lanes::<S, T, $d, $m, $r, $l, 0>(s, p, state, inputs, span, None),
                ),
                Detail::Sums => s.vectorize(
                    #[inline(always)]
                    || span_lanes::<S, T, $d, $m, $r, $l, 1>(s, p, state, inputs, span, None),
                ),
                Detail::Record(record) => s.vectorize(
                    #[inline(always)]
                    || span_lanes::<S, T, $d, $m, $r, $l, 2>(s, p, state, inputs, span, Some(record)),
                ),
            }
        };
    }
    match (p.demand_first, min_max, random, lossy) {
        (false, false, false, false) => variant!(false, false, false, false),
        (false, false, false, true) => variant!(false, false, false, true),
        (false, false, true, false) => variant!(false, false, true, false),
        (false, false, true, true) => variant!(false, false, true, true),
        (false, true, false, false) => variant!(false, true, false, false),
        (false, true, false, true) => variant!(false, true, false, true),
        (false, true, true, false) => variant!(false, true, true, false),
        (false, true, true, true) => variant!(false, true, true, true),
        (true, false, false, false) => variant!(true, false, false, false),
        (true, false, false, true) => variant!(true, false, false, true),
        (true, false, true, false) => variant!(true, false, true, false),
        (true, false, true, true) => variant!(true, false, true, true),
        (true, true, false, false) => variant!(true, true, false, false),
        (true, true, false, true) => variant!(true, true, false, true),
        (true, true, true, false) => variant!(true, true, true, false),
        (true, true, true, true) => variant!(true, true, true, true),
    }
}

/// Slots of the pipeline and review days, worked out once per span instead of once per lane.
struct Calendar {
    slot: [usize; DEPTH],
    review: [bool; DEPTH],
}

impl Calendar {
    fn new(p: &Params, span: Span) -> Self {
        let ring = p.ring().max(1);
        let (mut slot, mut review) = ([0; DEPTH], [false; DEPTH]);
        for k in span.from..span.to {
            let t = span.tile_start + k;
            slot[k] = t % ring;
            review[k] = t.is_multiple_of(p.review);
        }
        Self { slot, review }
    }
}

/// The period loop of one vector of replications, for every vector of the chunk. `DETAIL`: 0 lean, 1 all sums, 2 all
/// sums and a record.
#[inline(always)]
fn span_lanes<
    S: Simd,
    T: Cell,
    const DEMAND_FIRST: bool,
    const MIN_MAX: bool,
    const RANDOM_LEAD: bool,
    const LOSSY: bool,
    const DETAIL: u8,
>(
    s: S,
    p: &Params,
    state: &mut State<T>,
    inputs: Inputs<'_, T>,
    span: Span,
    mut record: Option<&mut Record<T>>,
) {
    let calendar = Calendar::new(p, span);
    let splat = |x: f64| Wide::<S, T>::splat(s, T::from_f64(x));
    let (zero, one) = (splat(0.0), splat(1.0));
    let (target, reorder, strict) = match p.policy {
        Policy::BaseStock { level } => (splat(level), zero, false),
        Policy::MinMax { reorder, up_to, strict } => (splat(up_to), splat(reorder), strict),
    };
    let lost_share = splat(p.lost_share);
    let all_lost = p.lost_share >= 1.0;
    let tolerance = splat(p.tolerance);
    let short_of_nought = zero - tolerance;
    // At or below the reorder level, or strictly below it, whatever the last places say.
    let trigger = if strict { reorder - tolerance } else { reorder + tolerance };
    let immediate = p.ring() == 0;

    for g in (0..LANES).step_by(Wide::<S, T>::WIDTH) {
        let load = |row: &Row<T>| Wide::<S, T>::load(s, &row[g..]);
        let (mut net, mut position) = (load(&state.net), load(&state.position));
        let mut sums: [Wide<S, T>; SUMS] = std::array::from_fn(|i| load(&state.tally.sums[i]));

        for k in span.from..span.to {
            let d = load(&inputs.demand[k]);
            let slot = calendar.slot[k];
            if !immediate {
                net = net + load(&state.ring[slot]);
                if RANDOM_LEAD {
                    zero.store(&mut state.ring[slot][g..]);
                }
            }
            let mut ordered = zero;
            macro_rules! plan {
                () => {
                    if calendar.review[k] {
                        ordered = if MIN_MAX {
                            let due =
                                if strict { position.below(trigger) } else { position.at_or_below(trigger) };
                            Wide::<S, T>::choose(due, target - position, zero)
                        } else {
                            (target - position).beyond(tolerance, zero)
                        };
                        position = position + ordered;
                        if RANDOM_LEAD {
                            scatter::<S, T>(p, state, &inputs.lead[k], ordered, g, slot, span.tile_start + k);
                            net = net + load(&state.ring[slot]);
                            zero.store(&mut state.ring[slot][g..]);
                        } else if immediate {
                            net = net + ordered;
                        }
                    }
                    if !RANDOM_LEAD && !immediate {
                        ordered.store(&mut state.ring[slot][g..]);
                    }
                };
            }
            if !DEMAND_FIRST {
                plan!();
            }
            let before = net;
            let available = net.larger(zero);
            // Demand below what is available is filled; `smaller` takes the right one of equals.
            let filled = d.smaller(available);
            let out_of_stock;
            if LOSSY {
                let short = d - filled;
                // What leaves is what is filled and what will wait; nothing waits where all is lost, to the last bit.
                let waits = if all_lost { zero } else { short - short.portion(lost_share) };
                net = net - filled - waits;
                position = position - filled - waits;
                // Short now, or still waiting from before.
                out_of_stock = net.smaller(zero - short).below(short_of_nought);
            } else {
                net = net - d;
                position = position - d;
                out_of_stock = net.below(short_of_nought);
            }
            if DEMAND_FIRST {
                plan!();
            }
            let on_hand = net.larger(zero);
            sums[DEMAND] = sums[DEMAND] + d;
            sums[FILLED] = sums[FILLED] + filled;
            sums[ON_HAND] = sums[ON_HAND] + on_hand;
            sums[BACKORDERS] = sums[BACKORDERS] + (on_hand - net);
            if DETAIL > 0 {
                sums[AVAILABLE] = sums[AVAILABLE] + available;
                sums[ORDERS] = sums[ORDERS] + Wide::<S, T>::choose(zero.below(ordered), one, zero);
                sums[QUANTITY] = sums[QUANTITY] + ordered;
                sums[STOCKOUTS] = sums[STOCKOUTS] + Wide::<S, T>::choose(out_of_stock, one, zero);
            }
            if DETAIL == 2
                && let Some(record) = record.as_deref_mut()
            {
                net.store(&mut record.close[k][g..]);
                if record.keep_before {
                    before.store(&mut record.before[k][g..]);
                }
                if record.keep_ordered {
                    ordered.store(&mut record.ordered[k][g..]);
                }
            }
        }

        net.store(&mut state.net[g..]);
        position.store(&mut state.position[g..]);
        let kept = if DETAIL == 0 { LEAN } else { SUMS };
        for (sum, row) in sums.iter().zip(&mut state.tally.sums).take(kept) {
            sum.store(&mut row[g..]);
        }
    }
}

/// Orders with random lead times go to their own slots of the pipeline.
#[inline(always)]
fn scatter<S: Simd, T: Cell>(
    p: &Params,
    state: &mut State<T>,
    lead: &Row<i32>,
    ordered: Wide<S, T>,
    g: usize,
    slot: usize,
    t: usize,
) {
    let ring = state.ring.len();
    let mut quantity = [T::default(); 32];
    ordered.store(&mut quantity);
    let fifo = matches!(p.lead, Lead::Random { fifo: true, .. });
    for (j, &q) in quantity.iter().enumerate().take(Wide::<S, T>::WIDTH) {
        let lane = g + j;
        if q <= T::default() {
            continue;
        }
        let mut wait = lead[lane] as usize;
        if fifo {
            let last = &mut state.last_arrival[lane];
            let arrival = (*last).max((t + wait) as i32);
            *last = arrival;
            wait = arrival as usize - t;
        }
        let to = if slot + wait >= ring { slot + wait - ring } else { slot + wait };
        state.ring[to][lane] = state.ring[to][lane] + q;
    }
}
