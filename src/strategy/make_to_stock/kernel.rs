//! The model on lanes: every design advances over a tile with its state in registers, 32 (whole) or 16 (real)
//! replications at a time. Step for step the same arithmetic as [`reference`](super::reference).

use super::params::Params;
use super::pipeline::{Now, WIDEST, collect, send};
use super::release::{Class, release_lanes};
use super::rows::Site;
use super::tally::{
    AVAILABLE, BACKORDERS, DEMAND, FILLED, LEAN, ON_HAND, ORDERS, QUANTITY, STOCKOUTS, SUMS, Tally,
};
use crate::config::{Crossing, Policy};
use crate::engine::lattice::{Cell, DEPTH, LANES, Lanes, Pair, Row, Tile, new_tile};
use crate::metrics::Counts;
use crate::supply::Lead;
use fearless_simd::Simd;

/// What a kernel carries at once.
type Wide<S, T> = Pair<<T as Cell>::Lanes<S>>;

/// State of one design over a chunk of replications.
pub(in crate::strategy) struct State<T> {
    net: Row<T>,
    position: Row<T>,
    /// The pipeline: for each vector of lanes in turn its slots one after the other, so that what a vector reads and
    /// writes lies close together.
    ring: Vec<T>,
    /// Latest arrival so far; with kaplan crossing how many releases have arrived.
    progress: Row<i32>,
    pub(super) tally: Tally<T>,
    /// State of a design with terms, which needs more.
    pub(super) site: Option<Box<Site>>,
}

/// What a tile looked like under one design, for traces and one-pass curves.
pub(in crate::strategy) struct Record<T> {
    /// Net stock just before demand.
    pub(super) before: Box<Tile<T>>,
    /// Net stock at the close.
    pub(in crate::strategy) close: Box<Tile<T>>,
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
pub(in crate::strategy) struct Span {
    /// Period of the tile's first row.
    pub(in crate::strategy) tile_start: usize,
    /// First row of the span.
    pub(in crate::strategy) from: usize,
    /// One past its last row.
    pub(in crate::strategy) to: usize,
}

impl<T: Cell> State<T> {
    pub(super) fn new() -> Self {
        let zero = [T::default(); LANES];
        Self {
            net: zero,
            position: zero,
            ring: Vec::new(),
            progress: [0; LANES],
            tally: Tally::new(),
            site: None,
        }
    }

    /// Back to the opening position, keeping the memory.
    pub(super) fn reset(&mut self, p: &Params) {
        if let Some(terms) = &p.terms {
            self.site.get_or_insert_with(Site::new).reset(p, terms);
        } else {
            self.site = None;
        }
        let opening = T::from_f64(p.opening);
        self.net = [opening; LANES];
        self.position = [opening; LANES];
        self.ring.clear();
        self.ring.resize(p.ring() * LANES, T::default());
        self.progress = [0; LANES];
        self.tally.forget();
    }

    /// Statistics start anew.
    pub(super) fn forget(&mut self) {
        self.tally.forget();
        if let Some(site) = &mut self.site {
            site.forget();
        }
    }

    /// Takes units off the opening position of one lane.
    pub(super) fn lower(&mut self, lane: usize, units: f64) {
        if let Some(site) = &mut self.site {
            site.lower(lane, units);
        }
        let opening = T::from_f64(self.net[lane].to_f64() - units);
        (self.net[lane], self.position[lane]) = (opening, opening);
    }

    /// Net stock of one lane now.
    pub(super) fn net_of(&self, lane: usize) -> f64 {
        self.site.as_ref().map_or_else(|| self.net[lane].to_f64(), |site| site.net[lane])
    }

    /// The counts of one lane.
    pub(super) fn counts(&self, lane: usize) -> Counts {
        match &self.site {
            None => self.tally.counts(lane, self.net[lane].to_f64()),
            Some(site) => Counts { extras: site.extras(lane), ..self.tally.counts(lane, site.net[lane]) },
        }
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
    /// The sums that nearly every metric needs, and every close.
    Close(&'a mut Record<T>),
}

/// The random inputs of a tile.
#[derive(Clone, Copy)]
pub(super) struct Inputs<'a, T> {
    pub(super) demand: &'a Tile<T>,
    pub(super) lead: &'a Tile<i32>,
}

/// Advances one design over a span of a tile.
///
/// Two cases that most runs and every sweep consist of have kernels of their own: base stock with a fixed lead time and
/// min-max with a random one, backorders, few sums. Everything else shares one that asks as it goes; the answers never
/// change, so the machine guesses them right. (Never inlined: each caller would compile every variant again.)
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
    macro_rules! variant {
        ($d:literal, $c:expr, $r:literal, $detail:literal, $record:expr) => {
            s.vectorize(
                #[inline(always)]
                || span_lanes::<S, T, $d, $c, $r, $detail>(s, p, state, inputs, span, $record),
            )
        };
    }
    let lean = matches!(detail, Detail::Lean) && p.lost_share == 0.0;
    let detail = match (p.demand_first, random, Class::of(p), detail) {
        (false, false, Class::BaseStock, Detail::Close(record)) if p.lost_share == 0.0 => {
            return variant!(false, BASE_STOCK, false, 3, Some(record));
        }
        (true, false, Class::BaseStock, Detail::Close(record)) if p.lost_share == 0.0 => {
            return variant!(true, BASE_STOCK, false, 3, Some(record));
        }
        (.., Detail::Close(record)) => Detail::Record(record),
        (.., detail) => detail,
    };
    match (p.demand_first, random, Class::of(p)) {
        (false, false, Class::BaseStock) if lean => return variant!(false, BASE_STOCK, false, 0, None),
        (true, false, Class::BaseStock) if lean => return variant!(true, BASE_STOCK, false, 0, None),
        (false, true, Class::MinMax) if lean => return variant!(false, MIN_MAX, true, 0, None),
        (true, true, Class::MinMax) if lean => return variant!(true, MIN_MAX, true, 0, None),
        _ => {}
    }
    match (p.demand_first, random, detail) {
        (false, false, Detail::Record(record)) => variant!(false, ANY, false, 2, Some(record)),
        (false, true, Detail::Record(record)) => variant!(false, ANY, true, 2, Some(record)),
        (true, false, Detail::Record(record)) => variant!(true, ANY, false, 2, Some(record)),
        (true, true, Detail::Record(record)) => variant!(true, ANY, true, 2, Some(record)),
        (false, false, _) => variant!(false, ANY, false, 1, None),
        (false, true, _) => variant!(false, ANY, true, 1, None),
        (true, false, _) => variant!(true, ANY, false, 1, None),
        (true, true, _) => variant!(true, ANY, true, 1, None),
    }
}

// What a kernel is compiled for: plain policies without lost sales, or whatever the design says.
const BASE_STOCK: u8 = 0;
const MIN_MAX: u8 = 1;
const ANY: u8 = 2;

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
/// sums and a record, 3 lean and every close.
#[inline(always)]
fn span_lanes<
    S: Simd,
    T: Cell,
    const DEMAND_FIRST: bool,
    const CLASS: u8,
    const RANDOM_LEAD: bool,
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
    let class = match CLASS {
        BASE_STOCK => Class::BaseStock,
        MIN_MAX => Class::MinMax,
        _ => Class::of(p),
    };
    let lossy = CLASS == ANY && p.lost_share > 0.0;
    let splat = |x: f64| Wide::<S, T>::splat(s, T::from_f64(x));
    let (zero, one) = (splat(0.0), splat(1.0));
    let (reorder, strict) = match p.policy {
        Policy::MinMax { reorder, strict, .. } => (splat(reorder), strict),
        _ => (zero, false),
    };
    let target = splat(p.policy.target());
    let lost_share = splat(p.lost_share);
    let all_lost = p.lost_share >= 1.0;
    let tolerance = splat(p.tolerance);
    let short_of_nought = zero - tolerance;
    // At or below the reorder level, or strictly below it, whatever the last places say.
    let trigger = if strict { reorder - tolerance } else { reorder + tolerance };
    let slots = p.ring();
    let immediate = slots == 0;
    let arrives_at_once = p.lead.shortest() == 0;
    let crossing = if let Lead::Random { crossing, .. } = p.lead { crossing } else { Crossing::default() };
    let (fifo, kaplan) = (crossing == Crossing::Fifo, crossing == Crossing::Kaplan);

    let width = Wide::<S, T>::WIDTH;
    for g in (0..LANES).step_by(width) {
        let load = |row: &Row<T>| Wide::<S, T>::load(s, &row[g..]);
        let (mut net, mut position) = (load(&state.net), load(&state.position));
        let mut sums: [Wide<S, T>; SUMS] = std::array::from_fn(|i| load(&state.tally.sums[i]));
        let pipeline = &mut state.ring[g * slots..(g + width) * slots];
        let progress = &mut state.progress[g..g + width];

        for k in span.from..span.to {
            let d = load(&inputs.demand[k]);
            let slot = calendar.slot[k];
            let now = Now { t: span.tile_start + k, slot };
            let lead = &inputs.lead[k][g..g + width];
            if RANDOM_LEAD && kaplan {
                net = net + Wide::<S, T>::load(s, &collect(lead, now, now.t, progress, pipeline));
            } else if !immediate {
                let due = &mut pipeline[slot * width..(slot + 1) * width];
                net = net + Wide::<S, T>::load(s, due);
                if RANDOM_LEAD {
                    zero.store(due);
                }
            }
            let mut ordered = zero;
            macro_rules! plan {
                () => {
                    if calendar.review[k] {
                        ordered = match class {
                            Class::BaseStock => (target - position).beyond(tolerance, zero),
                            Class::MinMax => {
                                let due = if strict {
                                    position.below(trigger)
                                } else {
                                    position.at_or_below(trigger)
                                };
                                Wide::<S, T>::choose(due, target - position, zero)
                            }
                            Class::General => {
                                let mut lanes = [T::default(); WIDEST];
                                position.store(&mut lanes);
                                release_lanes(p, now.t, &mut lanes[..width]);
                                Wide::<S, T>::load(s, &lanes)
                            }
                        };
                        position = position + ordered;
                        if RANDOM_LEAD && !kaplan {
                            let who = Wide::<S, T>::bits(zero.below(ordered));
                            if who != 0 {
                                let mut quantity = [T::default(); WIDEST];
                                ordered.store(&mut quantity);
                                let last = if fifo { Some(&mut *progress) } else { None };
                                send(who, &quantity, lead, now, last, pipeline);
                            }
                            if arrives_at_once {
                                let due = &mut pipeline[slot * width..(slot + 1) * width];
                                net = net + Wide::<S, T>::load(s, due);
                                zero.store(due);
                            }
                        } else if immediate {
                            net = net + ordered;
                        }
                    }
                    if (!RANDOM_LEAD && !immediate) || (RANDOM_LEAD && kaplan) {
                        ordered.store(&mut pipeline[slot * width..(slot + 1) * width]);
                        if RANDOM_LEAD && arrives_at_once {
                            net = net
                                + Wide::<S, T>::load(s, &collect(lead, now, now.t + 1, progress, pipeline));
                        }
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
            if lossy {
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
            if DETAIL == 1 || DETAIL == 2 {
                sums[AVAILABLE] = sums[AVAILABLE] + available;
                sums[ORDERS] = sums[ORDERS] + Wide::<S, T>::choose(zero.below(ordered), one, zero);
                sums[QUANTITY] = sums[QUANTITY] + ordered;
                sums[STOCKOUTS] = sums[STOCKOUTS] + Wide::<S, T>::choose(out_of_stock, one, zero);
            }
            if DETAIL >= 2
                && let Some(record) = record.as_deref_mut()
            {
                net.store(&mut record.close[k][g..]);
                if DETAIL == 2 && record.keep_before {
                    before.store(&mut record.before[k][g..]);
                }
                if DETAIL == 2 && record.keep_ordered {
                    ordered.store(&mut record.ordered[k][g..]);
                }
            }
        }

        net.store(&mut state.net[g..]);
        position.store(&mut state.position[g..]);
        let kept = if DETAIL == 0 || DETAIL == 3 { LEAN } else { SUMS };
        for (sum, row) in sums.iter().zip(&mut state.tally.sums).take(kept) {
            sum.store(&mut row[g..]);
        }
    }
}
