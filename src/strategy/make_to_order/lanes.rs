//! First come, first served lines by recursion, 256 replications at a time (engine::recursion).
//!
//! For shops that need no calendar: orders of one unit that come by a renewal process and wait; operations in a row, each at a
//! station of its own, one server each but for the last; nothing planned, priced or interrupted. [`lines`] says whether a shop
//! is one. `plainly` is the same for one replication, written for reading; both add in order of the orders, so their sums
//! agree to the bit on every SIMD level. Single orders agree to the bit with the event calendar as well.

use super::horizon::Horizon;
use super::ledger::Record;
use super::params::{MaterialParams, Params, TimeLaw};
use super::plainly::plainly;
use super::shop::Status;
use super::tally::Histograms;
use crate::config::{Acceptance, Dispatch, Quote, Release, Routing};
use crate::engine::lattice::{DEPTH, LANES, Row, Source, Tile, draw_real, draw_whole, new_tile};
use crate::engine::level::at_level;
use crate::engine::recursion::{MOST_SERVERS, MOST_STATIONS, serve_lanes};
use crate::engine::work::{Cancel, Piece};
use crate::error::Result;
use crate::law::Sampler;
use crate::metrics::distribution::SECTIONS;
use crate::metrics::orders::{METRICS, StationSums, Sums};
use crate::random::Stream;
use fearless_simd::{Level, Simd, f64x8, prelude::*};

/// Metrics that need nothing but when orders come and go.
const LEAN: [&str; 13] = [
    "orders_arrived",
    "demand",
    "orders_delivered",
    "units_delivered",
    "lead_time",
    "unit_lead_time",
    "tardiness",
    "tardy_share",
    "tardiness_if_tardy",
    "lost_share",
    "n_censored",
    "quoted_lead_time",
    "cost",
];

/// Whether every wanted metric is one of the few.
pub fn is_lean(wanted: &[usize]) -> bool {
    wanted.iter().all(|m| LEAN.contains(&METRICS[*m].name))
}

/// A line of stations.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    pub(super) p: &'a Params,
    pub(super) gap: &'a Sampler,
    pub(super) scale: f64,
    pub(super) quote: f64,
    pub(super) stations: usize,
    pub(super) servers: [usize; MOST_STATIONS],
}

/// The line that a shop is, or why it is none.
pub fn line<'a>(p: &'a Params, horizon: &Horizon) -> std::result::Result<Line<'a>, &'static str> {
    let Some((gap, scale)) = p.orders.renewal() else {
        return Err("orders do not come by a renewal process");
    };
    if !p.orders.is_plain() {
        return Err("orders differ in more than their time");
    }
    let quote = match p.quote {
        Quote::Requested => 0.0,
        Quote::Constant { lead_time } => lead_time,
        _ => return Err("quotes depend on the state of the shop"),
    };
    let immediate = p.release == Release::Immediate && matches!(p.material, MaterialParams::Always);
    let entered = p.entry.iter().all(|e| e.delay.fixed == Some(0.0) && e.error == 0.0 && e.every == 0.0);
    let delivered = p.delivery.fixed == Some(0.0) && !p.deliver_on_date;
    if !(immediate && entered && delivered && p.confirmation.is_none() && p.cancellation.is_none()) {
        return Err("orders do more than queue and be worked on");
    }
    if p.acceptance != Acceptance::default() {
        return Err("orders may be turned away");
    }
    if p.dispatch != Dispatch::Fcfs || p.routing != Routing::Series {
        return Err("orders do not go first come, first served through a line");
    }
    if p.costs != crate::config::OrderCosts::default() || p.stations.iter().any(|s| s.rate != 0.0) {
        return Err("money is followed order by order");
    }
    if let Horizon::Periods { drain, .. } = horizon
        && drain.is_finite()
    {
        return Err("orders are not followed to their end");
    }
    let n = p.operations.len();
    let last = n - 1;
    let simple = |k: usize| {
        let (o, s) = (&p.operations[k], &p.stations[p.operations[k].station]);
        let work = o.time.len() == 1 && o.unit_time.is_empty() && o.setup.is_none() && o.rework == 0.0;
        let same = o.yield_share == 1.0 && o.learning == 0.0;
        let steady =
            s.buffer.is_none() && s.calendar.is_none() && s.breakdowns.is_none() && s.overtime.is_none();
        let few = s.servers <= if k == last { MOST_SERVERS } else { 1 };
        work && same && steady && few && o.station == k
    };
    if n > MOST_STATIONS || n != p.stations.len() || !(0..n).all(simple) {
        return Err("stations need an event calendar");
    }
    let mut servers = [1; MOST_STATIONS];
    servers[last] = p.stations[last].servers;
    Ok(Line { p, gap, scale, quote, stations: n, servers })
}

/// Memory of a line.
pub struct LaneScratch {
    gaps: Box<Tile<f64>>,
    times: Vec<Box<Tile<f64>>>,
    whole: Box<Tile<i32>>,
    state: Box<State>,
}

impl Default for LaneScratch {
    fn default() -> Self {
        Self { gaps: new_tile(), times: Vec::new(), whole: new_tile(), state: Box::new(State::new()) }
    }
}

/// What a replication carries from order to order, and its sums.
#[derive(Clone)]
struct State {
    /// Sum of the gaps.
    sum: Row<f64>,
    free: [[Row<f64>; MOST_SERVERS]; MOST_STATIONS],
    window: [Row<f64>; 2],
    sums: [Row<f64>; SUMS],
    stations: [[Row<f64>; 3]; MOST_STATIONS],
}

/// Sums over counted orders.
pub(super) const COUNT: usize = 0;
pub(super) const LEAD: usize = 1;
pub(super) const LEAD_SQUARES: usize = 2;
pub(super) const TARDY: usize = 3;
pub(super) const TARDINESS: usize = 4;
/// From here on only where more than the few is wanted.
pub(super) const WAITING: usize = 5;
pub(super) const WAITING_SQUARES: usize = 6;
pub(super) const MAKING: usize = 7;
pub(super) const NO_WAIT: usize = 8;
pub(super) const EARLINESS: usize = 9;
pub(super) const ON_TIME: usize = 10;
/// Over counted time.
pub(super) const IN_SHOP: usize = 11;
pub(super) const COMPLETIONS: usize = 12;
pub(super) const SUMS: usize = 13;
/// Of stations: queue, busy, visits.
pub(super) const QUEUE: usize = 0;
pub(super) const BUSY: usize = 1;
pub(super) const VISITS: usize = 2;

impl State {
    fn new() -> Self {
        Self {
            sum: [0.0; LANES],
            free: [[[0.0; LANES]; MOST_SERVERS]; MOST_STATIONS],
            window: [[0.0; LANES]; 2],
            sums: [[0.0; LANES]; SUMS],
            stations: [[[0.0; LANES]; 3]; MOST_STATIONS],
        }
    }
}

/// What a chunk of a line is told beside the line.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// Key of the run.
    pub key: u64,
    /// SIMD level; none: the plain form.
    pub level: Option<Level>,
    /// Which orders count.
    pub horizon: Horizon,
    /// Whether the few metrics are all that is wanted.
    pub lean: bool,
    /// Whether every order is kept.
    pub keeps_orders: bool,
    /// A flag that stops it.
    pub cancel: &'a Cancel,
}

/// What a chunk hands out: sums and stations of a lane, and its orders.
pub type Give<'a> = &'a mut dyn FnMut(usize, Sums, &[StationSums], &[Record]);

/// Runs the lanes of a chunk.
pub fn run_chunk(
    line: Line<'_>,
    setting: Setting<'_>,
    piece: &Piece,
    room: &mut LaneScratch,
    histograms: &mut Histograms,
    give: Give<'_>,
) -> Result<()> {
    let Some(level) = setting.level else {
        for lane in piece.lanes.clone() {
            setting.cancel.check()?;
            plainly(line, setting, piece.first, lane, histograms, give);
        }
        return Ok(());
    };
    room.times.resize_with(line.stations, new_tile);
    *room.state = State::new();
    let mut kept: Vec<Vec<Record>> = vec![Vec::new(); if setting.keeps_orders { LANES } else { 0 }];
    open_windows(line, setting, level, piece.first, room);
    let limit = match setting.horizon {
        Horizon::Orders { orders, .. } => orders,
        Horizon::Periods { .. } => crate::orders::MOST_ORDERS,
    };
    let mut start = 0;
    while start < limit {
        setting.cancel.check()?;
        let depth = (limit - start).min(DEPTH);
        draw_tile(
            level,
            setting.key,
            Stream::Arrival,
            line.p.order_entity(),
            line.gap,
            piece.first,
            start,
            depth,
            &mut room.gaps,
            &mut room.whole,
        );
        for (n, tile) in room.times.iter_mut().enumerate() {
            let o = &line.p.operations[n];
            match &o.time[0] {
                TimeLaw { fixed: Some(x), .. } => tile.iter_mut().for_each(|row| row.fill(*x)),
                TimeLaw { law, .. } => {
                    draw_tile(
                        level,
                        setting.key,
                        Stream::Processing,
                        o.key,
                        law,
                        piece.first,
                        start,
                        depth,
                        tile,
                        &mut room.whole,
                    );
                }
            }
        }
        let tile = Tiles { start, depth, gaps: &room.gaps, times: &room.times };
        at_level!(level, s => match setting.lean {
            true => advance::<_, false>(s, line, setting, &tile, &mut room.state, piece, histograms, &mut kept),
            false => advance::<_, true>(s, line, setting, &tile, &mut room.state, piece, histograms, &mut kept),
        });
        start += depth;
        if let Horizon::Periods { periods, .. } = setting.horizon
            && room.state.sum[piece.lanes.clone()].iter().all(|sum| sum * line.scale >= periods)
        {
            break;
        }
    }
    for lane in piece.lanes.clone() {
        let (sums, stations) = read(line, setting, &room.state, lane);
        let none = Vec::new();
        give(lane, sums, &stations[..line.stations], kept.get(lane).unwrap_or(&none));
    }
    Ok(())
}

struct Tiles<'a> {
    start: usize,
    depth: usize,
    gaps: &'a Tile<f64>,
    times: &'a [Box<Tile<f64>>],
}

#[allow(clippy::too_many_arguments, reason = "an address and where it goes")]
fn draw_tile(
    level: Level,
    key: u64,
    stream: Stream,
    entity: u32,
    law: &Sampler,
    first: u32,
    start: usize,
    depth: usize,
    out: &mut Tile<f64>,
    whole: &mut Tile<i32>,
) {
    let source = Source { key, stream, entity };
    match law {
        Sampler::Real(law) => {
            at_level!(level, s => draw_real(s, source, law, first, start as u64, depth, out));
        }
        Sampler::Whole(table) | Sampler::Values { index: table, .. } => {
            at_level!(level, s => draw_whole(s, source, table, first, start as u64, depth, whole));
            for (row, from) in out.iter_mut().zip(whole.iter()).take(depth) {
                for (x, n) in row.iter_mut().zip(from) {
                    *x = match law {
                        Sampler::Values { values, .. } => values[*n as usize],
                        _ => f64::from(*n),
                    };
                }
            }
        }
    }
}

/// Counted time of every lane. Where a number of orders is run it ends with the last arrival, which is found beforehand; the
/// few metrics do without.
fn open_windows(line: Line<'_>, setting: Setting<'_>, level: Level, first: u32, room: &mut LaneScratch) {
    let state = &mut *room.state;
    match setting.horizon {
        Horizon::Periods { warm_up, periods, .. } => {
            state.window = [[warm_up; LANES], [periods; LANES]];
        }
        // Rates alone need no more than the last arrival, which comes along.
        Horizon::Orders { warm_up: 0, .. } if setting.lean => {}
        Horizon::Orders { warm_up, orders } => {
            let mut sum = [0.0; LANES];
            for start in (0..orders).step_by(DEPTH) {
                let depth = (orders - start).min(DEPTH);
                draw_tile(
                    level,
                    setting.key,
                    Stream::Arrival,
                    line.p.order_entity(),
                    line.gap,
                    first,
                    start,
                    depth,
                    &mut room.gaps,
                    &mut room.whole,
                );
                for (k, row) in room.gaps.iter().enumerate().take(depth) {
                    for (sum, gap) in sum.iter_mut().zip(row) {
                        *sum += gap;
                    }
                    if start + k == warm_up && warm_up > 0 {
                        state.window[0] = sum.map(|x| x * line.scale);
                    }
                }
            }
            state.window[1] = sum.map(|x| x * line.scale);
        }
    }
}

/// Eight lanes of a row.
#[inline(always)]
fn load<S: Simd>(s: S, row: &Row<f64>, g: usize) -> f64x8<S> {
    f64x8::from_slice(s, &row[g..g + 8])
}

/// Eight lanes as numbers.
#[inline(always)]
fn out<S: Simd>(x: f64x8<S>) -> [f64; 8] {
    let mut out = [0.0; 8];
    x.store_slice(&mut out);
    out
}

/// The part of [`a`, `b`] within a window.
#[inline(always)]
fn overlap_lanes<S: Simd>(s: S, window: [f64x8<S>; 2], a: f64x8<S>, b: f64x8<S>) -> f64x8<S> {
    let (a, b) = (a.simd_gt(window[0]).select(a, window[0]), b.simd_lt(window[1]).select(b, window[1]));
    b.simd_gt(a).select(b - a, f64x8::splat(s, 0.0))
}

/// 1 where a time lies in the window.
#[inline(always)]
fn inside_lanes<S: Simd>(s: S, window: [f64x8<S>; 2], t: f64x8<S>) -> f64x8<S> {
    (t.simd_ge(window[0]) & t.simd_lt(window[1])).select(f64x8::splat(s, 1.0), f64x8::splat(s, 0.0))
}

/// Advances all lanes over a tile. (Few closures here: they would not inherit the SIMD level.)
#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "one inner loop")]
fn advance<S: Simd, const FULL: bool>(
    s: S,
    line: Line<'_>,
    setting: Setting<'_>,
    tile: &Tiles<'_>,
    state: &mut State,
    piece: &Piece,
    histograms: &mut Histograms,
    kept: &mut [Vec<Record>],
) {
    let (zero, unit) = (f64x8::splat(s, 0.0), f64x8::splat(s, 1.0));
    let (quote, scale) = (f64x8::splat(s, line.quote), f64x8::splat(s, line.scale));
    let (early_limit, late_limit) = (f64x8::splat(s, line.p.window[0]), f64x8::splat(s, line.p.window[1]));
    let (warm, periods, by_number) = match setting.horizon {
        Horizon::Periods { warm_up, periods, .. } => (warm_up, periods, None),
        Horizon::Orders { warm_up, .. } => (0.0, f64::MAX, Some(warm_up)),
    };
    let (warm, periods) = (f64x8::splat(s, warm), f64x8::splat(s, periods));
    let count = line.stations;
    for g in (piece.lanes.start & !7..piece.lanes.end).step_by(8) {
        let mut sum = load(s, &state.sum, g);
        let mut free = [[zero; MOST_SERVERS]; MOST_STATIONS];
        let mut rooms = [[zero; 3]; MOST_STATIONS];
        for n in 0..count {
            for (own, row) in free[n].iter_mut().zip(&state.free[n]).take(line.servers[n]) {
                *own = load(s, row, g);
            }
            if FULL {
                for (own, row) in rooms[n].iter_mut().zip(&state.stations[n]) {
                    *own = load(s, row, g);
                }
            }
        }
        let mut sums = [zero; SUMS];
        let kinds = if FULL { SUMS } else { WAITING };
        for (own, row) in sums.iter_mut().zip(&state.sums).take(kinds) {
            *own = load(s, row, g);
        }
        let mut inside_run = 0;
        for l in 0..8 {
            inside_run |= u32::from(piece.lanes.contains(&(g + l))) << l;
        }
        let window = [load(s, &state.window[0], g), load(s, &state.window[1], g)];
        for k in 0..tile.depth {
            sum += load(s, &tile.gaps[k], g);
            let a = sum * scale;
            let counted = match by_number {
                Some(warm_up) if tile.start + k < warm_up => zero.simd_gt(zero),
                Some(_) => unit.simd_gt(zero),
                None => a.simd_ge(warm) & a.simd_lt(periods),
            };
            let (mut ready, mut waiting, mut making, mut first_start) = (a, zero, zero, zero);
            for n in 0..count {
                let work = load(s, &tile.times[n][k], g);
                let (start, finish) = serve_lanes(&mut free[n], line.servers[n], ready, work);
                if FULL {
                    if n == 0 {
                        first_start = start;
                    }
                    waiting += start - ready;
                    making += finish - start;
                    rooms[n][QUEUE] += overlap_lanes(s, window, ready, start);
                    rooms[n][BUSY] += overlap_lanes(s, window, start, finish);
                    rooms[n][VISITS] += inside_lanes(s, window, finish);
                }
                ready = finish;
            }
            let lead = ready - a;
            let late = ready - (a + quote);
            let is_late = late.simd_gt(zero);
            let tardy = is_late.select(late, zero);
            sums[COUNT] += counted.select(unit, zero);
            sums[LEAD] += counted.select(lead, zero);
            sums[LEAD_SQUARES] += counted.select(lead * lead, zero);
            sums[TARDY] += (counted & is_late).select(unit, zero);
            sums[TARDINESS] += counted.select(tardy, zero);
            // Lanes of the run whose order counts.
            let told = counted.to_bitmask() as u32 & inside_run;
            let leads = out(lead);
            each(told, |l, section| histograms.lead.add(section, leads[l]), g);
            if FULL {
                let early = late.simd_lt(zero).select(zero - late, zero);
                sums[WAITING] += counted.select(waiting, zero);
                sums[WAITING_SQUARES] += counted.select(waiting * waiting, zero);
                sums[MAKING] += counted.select(making, zero);
                sums[NO_WAIT] += (counted & waiting.simd_le(zero)).select(unit, zero);
                sums[EARLINESS] += counted.select(early, zero);
                let on_time = tardy.simd_le(late_limit) & early.simd_le(early_limit);
                sums[ON_TIME] += (counted & on_time).select(unit, zero);
                sums[IN_SHOP] += overlap_lanes(s, window, a, ready);
                sums[COMPLETIONS] += inside_lanes(s, window, ready);
                let (waits, tardies, earlies) = (out(waiting), out(tardy), out(early));
                each(
                    told,
                    |l, section| {
                        histograms.waiting.add(section, waits[l]);
                        histograms.tardiness.add(section, tardies[l]);
                        histograms.earliness.add(section, earlies[l]);
                    },
                    g,
                );
                if !kept.is_empty() {
                    let (a, started, left, making) = (out(a), out(first_start), out(ready), out(making));
                    let row = |l: usize| [a[l], started[l], left[l], waits[l], making[l]];
                    each(told, |l, _| kept[g + l].push(record(line, tile.start + k, row(l))), g);
                }
            }
        }
        sum.store_slice(&mut state.sum[g..g + 8]);
        for n in 0..count {
            for (own, row) in free[n].iter().zip(&mut state.free[n]).take(line.servers[n]) {
                own.store_slice(&mut row[g..g + 8]);
            }
            if FULL {
                for (own, row) in rooms[n].iter().zip(&mut state.stations[n]) {
                    own.store_slice(&mut row[g..g + 8]);
                }
            }
        }
        for (own, row) in sums.iter().zip(&mut state.sums).take(kinds) {
            own.store_slice(&mut row[g..g + 8]);
        }
    }
}

/// Calls `f` with every lane of a group whose bit is set, and its section. Chunks begin at multiples of the sections.
#[inline(always)]
fn each(bits: u32, mut f: impl FnMut(usize, usize), g: usize) {
    for l in 0..8 {
        if bits >> l & 1 == 1 {
            f(l, (g + l) % SECTIONS);
        }
    }
}

/// An order as the ledger has it, from arrival, start, end, waiting and making.
pub(super) fn record(line: Line<'_>, i: usize, [a, started, left, waiting, making]: [f64; 5]) -> Record {
    Record {
        order: i as i64,
        kinds: [0, 0, Status::Delivered as i64],
        values: [a, 1.0, line.quote, a + line.quote, a, a, a, started, left, left, waiting, making],
    }
}

/// The sums of a lane.
fn read(
    line: Line<'_>,
    setting: Setting<'_>,
    state: &State,
    lane: usize,
) -> (Sums, [StationSums; MOST_STATIONS]) {
    let at = |k: usize| state.sums[k][lane];
    let mut window = [state.window[0][lane], state.window[1][lane]];
    if let Horizon::Orders { warm_up: 0, .. } = setting.horizon {
        window[1] = state.sum[lane] * line.scale;
    }
    let own = std::array::from_fn(at);
    let mut rooms = [[0.0; 3]; MOST_STATIONS];
    for (own, rows) in rooms.iter_mut().zip(&state.stations) {
        *own = std::array::from_fn(|k| rows[k][lane]);
    }
    collect(line, setting, window, own, rooms)
}

/// The sums as the catalogue reads them.
pub(super) fn collect(
    line: Line<'_>,
    setting: Setting<'_>,
    window: [f64; 2],
    own: [f64; SUMS],
    rooms: [[f64; 3]; MOST_STATIONS],
) -> (Sums, [StationSums; MOST_STATIONS]) {
    let n = own[COUNT];
    let duration = window[1] - window[0];
    let mut sums = Sums {
        duration,
        arrived: n,
        units: n,
        delivered: n,
        delivered_units: n,
        lead: own[LEAD],
        lead_squares: own[LEAD_SQUARES],
        unit_lead: own[LEAD],
        quoted: line.quote * n,
        tardy: own[TARDY],
        tardiness: own[TARDINESS],
        ..Sums::default()
    };
    let mut stations = [StationSums::default(); MOST_STATIONS];
    if !setting.lean {
        sums = Sums {
            waiting: own[WAITING],
            waiting_squares: own[WAITING_SQUARES],
            waiting_all: own[WAITING],
            making: own[MAKING],
            no_wait: own[NO_WAIT],
            earliness: own[EARLINESS],
            quote_error: own[LEAD] - line.quote * n,
            quote_absolute: own[TARDINESS] + own[EARLINESS],
            on_time: own[ON_TIME],
            in_shop: own[IN_SHOP],
            completions: own[COMPLETIONS],
            ..sums
        };
        for (k, (station, room)) in stations.iter_mut().zip(rooms).enumerate().take(line.stations) {
            (station.queue, station.busy, station.visits) = (room[QUEUE], room[BUSY], room[VISITS]);
            sums.queued += station.queue;
            sums.busy += station.busy;
            sums.offered += line.p.stations[k].servers as f64 * duration;
        }
    }
    (sums, stations)
}
