//! `simulate` for models whose unit is the order: items × designs × replications, one replication at a time or in lanes.
//!
//! Every chunk of replications keeps its results; they are put together in index order, so nothing depends on who was first.
//! Distributions are counts, which may be added in any order.

use super::blocks::{Block, Part, Whole};
use super::order_limits::{guard, horizon};
use super::order_plan::{Plan, ordered_figures, ordered_layout};
use super::order_report::{OrderReport, line_of, report};
use super::prepare::label;
use super::{Control, Piece, chunks, first_replication, run_jobs};
use crate::config::{Arrays, Keep, Model, Request};
use crate::engine::level;
use crate::error::{Error, Result};
use crate::metrics::assembly::Figure;
use crate::metrics::distribution::Table;
use crate::metrics::orders::{
    CLASS_METRICS, ClassSums, For, METRICS, OrderMetric, STATION_METRICS, StationSums, Sums, Value,
    class_values, position, station_values,
};
use crate::metrics::summary::{Factors, PROBABILITIES, ratio, statistic_names, summarise};
use crate::orders::Book;
use crate::strategy::assemble_to_order::orders::shop::{AssemblyScratch, OrderedShop};
use crate::strategy::make_to_order::horizon::Horizon;
use crate::strategy::make_to_order::lanes::{self, LaneScratch};
use crate::strategy::make_to_order::ledger::{Ledger, Record};
use crate::strategy::make_to_order::shop::{Scratch, Shop};
use crate::strategy::make_to_order::tally::{DISTRIBUTIONS, Tally};
use crate::strategy::make_to_stock::orders::{StockScratch, StockShop};
use fearless_simd::Level;
use std::sync::Mutex;

/// Arrays with axes (design, item, …).
#[derive(Debug, Clone, PartialEq)]
pub struct OrderOutcome {
    /// Designs, items, replications, stations, classes.
    pub shape: [usize; 5],
    /// Per metric: (design, item, replication).
    pub metrics: Vec<(&'static str, Vec<f64>)>,
    /// Per ratio metric: numerators and denominators, (design, item, replication, 2).
    pub parts: Vec<(&'static str, Vec<f64>)>,
    /// Per metric: (design, item, statistic).
    pub summary: Vec<(&'static str, Vec<f64>)>,
    /// Per ratio metric: (design, item, [value, se, low, high]).
    pub ratios: Vec<(&'static str, Vec<f64>)>,
    /// Per station metric: (design, item, replication, station).
    pub stations: Vec<(&'static str, Vec<f64>)>,
    /// Per class metric: numerators and denominators, (design, item, replication, class, 2).
    pub classes: Vec<(&'static str, Vec<f64>)>,
    /// Per distribution and (design, item): counts.
    pub distributions: Vec<(&'static str, Vec<Table>)>,
    /// Sums that distributions need beside: (design, item, replication, 5): delivered, lead, lead², waiting, waiting².
    pub moments: Vec<f64>,
    /// Every order, where they were asked for: per (design, item, replication) one piece.
    pub ledger: Option<Ledger>,
    /// Of an assembly: by product, by component, others.
    pub blocks: [Vec<Block>; 3],
    /// What was decided and noticed.
    pub report: OrderReport,
}

/// Whether a request is for models whose unit is the order; a mixture is refused.
pub fn is_order_run(request: &Request) -> Result<bool> {
    let mut models = request.items.iter().flat_map(|item| &item.designs);
    let first = models.next().is_some_and(Model::by_order);
    if models.any(|m| m.by_order() != first) {
        return Err(Error::config(
            "items",
            "models of different clocks",
            "all period by period or all order by order",
        ));
    }
    Ok(first)
}

/// What a chunk of one item found.
#[derive(Default)]
struct Found {
    /// Design by design, lane by lane.
    sums: Vec<Sums>,
    stations: Vec<StationSums>,
    classes: Vec<ClassSums>,
    ledger: Vec<Ledger>,
    part: Part,
}

/// One item over one chunk.
struct Job<'a> {
    item: usize,
    piece: &'a Piece,
    found: &'a mut Found,
}

/// Memory of a worker.
#[derive(Default)]
struct Room {
    shop: Scratch,
    stock: StockScratch,
    assembly: AssemblyScratch,
    figures: Vec<Figure>,
    lanes: LaneScratch,
    /// One per design: distributions live over a chunk.
    tallies: Vec<Tally>,
}

/// Checks, runs and reduces a request.
pub fn simulate(request: &Request, arrays: &Arrays, control: &Control) -> Result<OrderOutcome> {
    let (simd, level) = level::choose(request.simd.as_deref())?;
    let first = first_replication(request)?;
    let horizon = horizon(request)?;
    if !(request.confidence > 0.0 && request.confidence < 1.0) {
        return Err(Error::config("confidence", request.confidence, "in (0, 1)"));
    }
    if request.plant.is_some() {
        return Err(Error::config("plant", "given", "absent: orders share stations, not a plant"));
    }
    if !request.trace.is_empty() {
        return Err(Error::config(
            "trace",
            format!("{:?}", request.trace),
            "empty: keep=\"orders\" keeps every order",
        ));
    }
    let items = compile(request, arrays)?;
    let designs = items[0].len();
    let (kind, stations, classes) = (items[0][0].kind(), items[0][0].stations().len(), items[0][0].classes());
    let shape = ordered_layout(&items[0][0]).blocks;
    let alike = |p: &Plan| {
        (p.kind(), p.stations().len(), p.classes()) == (kind, stations, classes)
            && ordered_layout(p).blocks == shape
    };
    if !items.iter().flatten().all(alike) {
        let bound =
            "of one strategy, with as many stations and customer classes, so that results have axes for them";
        return Err(Error::config("items", "shops", bound));
    }
    if kind == For::Assembly && items.len() > 1 {
        let bound = "one assembly by itself: its components are its items";
        return Err(Error::config("items", items.len(), bound));
    }
    if request.orders.is_some() && items.iter().flatten().any(|p| p.orders().is_split()) {
        let bound = "absent where a period demand is split into orders: give periods";
        return Err(Error::config("orders", request.orders.unwrap_or(0), bound));
    }
    let wanted = wanted(request, kind)?;
    guard(request, &items, &wanted, &horizon)?;
    let replications = request.replications as usize;
    let pieces = chunks(first, request.replications);
    let cells = designs * items.len();
    let cash: Vec<bool> = items.iter().flatten().map(|p| p.follows_cash(&wanted)).collect();
    let tables: Mutex<Vec<Vec<Table>>> =
        Mutex::new(DISTRIBUTIONS.iter().map(|_| vec![Table::default(); cells]).collect());
    let mut found: Vec<Found> = (0..items.len() * pieces.len()).map(|_| Found::default()).collect();
    let jobs: Vec<Job<'_>> = found
        .iter_mut()
        .enumerate()
        .map(|(k, found)| Job { item: k / pieces.len(), piece: &pieces[k % pieces.len()], found })
        .collect();
    control.progress.expect(jobs.len());
    let keeps_orders = request.keep == Keep::Orders;
    run_jobs(jobs, request.threads, Room::default, |job, room| {
        let plans = &items[job.item];
        room.tallies.resize_with(designs, Tally::default);
        for (d, tally) in room.tallies.iter_mut().enumerate() {
            tally.histograms.clear();
            tally.classes.resize(classes, ClassSums::default());
            tally.cash = cash[job.item * designs + d];
        }
        let lean = lanes::is_lean(&wanted) && !keeps_orders;
        let run = Run { request, plans, level, horizon, keeps_orders, lean, control };
        run.chunk(job.piece, room, job.found)?;
        let mut tables = tables.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (d, tally) in room.tallies.iter().enumerate() {
            for (table, histogram) in tables.iter_mut().zip(tally.histograms.all()) {
                histogram.pour(&mut table[d * items.len() + job.item]);
            }
        }
        control.progress.tick();
        Ok(())
    })?;
    let tables = tables.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let lean = lanes::is_lean(&wanted) && !keeps_orders;
    let report = report(request, simd, &items, &horizon, lean);
    Ok(reduce(request, &items, &pieces, found, tables, &wanted, report, replications))
}

/// What is counted of products and components of an overloaded assembly, too.
const COUNTED: [&str; 6] =
    ["orders_arrived", "orders_delivered", "demand", "orders", "order_quantity", "lost_share"];

/// What chunks have in common.
struct Run<'a> {
    request: &'a Request,
    plans: &'a [Plan],
    level: Option<Level>,
    horizon: Horizon,
    keeps_orders: bool,
    lean: bool,
    control: &'a Control,
}

impl Run<'_> {
    fn chunk(&self, piece: &Piece, room: &mut Room, found: &mut Found) -> Result<()> {
        let (designs, lanes) = (self.plans.len(), piece.lanes.len());
        let (stations, classes) = (self.plans[0].stations().len(), self.plans[0].classes());
        found.sums.resize(designs * lanes, Sums::default());
        found.stations.resize(designs * lanes * stations, StationSums::default());
        found.classes.resize(designs * lanes * classes, ClassSums::default());
        if self.keeps_orders {
            found.ledger.resize_with(designs, Ledger::default);
        }
        found.part = Part::new(designs, self.request.keep != Keep::Summary);
        let by_recursion: Vec<bool> = self.plans.iter().map(|p| self.line(p).is_ok()).collect();
        for (d, p) in self.plans.iter().enumerate() {
            if let Ok(line) = self.line(p) {
                self.recursion(d, line, piece, room, found)?;
            }
        }
        for (k, lane) in piece.lanes.clone().enumerate() {
            let replication = piece.first + lane as u32;
            for (d, p) in self.plans.iter().enumerate().filter(|(d, _)| !by_recursion[*d]) {
                self.control.cancel.check()?;
                let whose = p.orders().whose(self.request.key, p.key(), replication);
                let Room { shop, stock, assembly, figures, tallies, .. } = &mut *room;
                let cancel = &self.control.cancel;
                let (tally, horizon) = (&mut tallies[d], self.horizon);
                tally.section = replication as usize % crate::metrics::distribution::SECTIONS;
                // Designs that share a book go on with what is drawn.
                let begins = d == 0 || by_recursion[d - 1] || !p.same_book();
                match p {
                    Plan::Shop(p) => {
                        if begins {
                            p.orders.begin(&mut shop.book);
                        }
                        Shop::run(p, shop, tally, whose, self.level, horizon, cancel)?;
                    }
                    Plan::Stock(p) => {
                        if begins {
                            p.orders.begin(&mut stock.book);
                        }
                        StockShop::run(p, stock, tally, whose, self.level, horizon, cancel)?;
                    }
                    Plan::Assembly(p) => {
                        if begins {
                            p.orders.begin(&mut assembly.book);
                        }
                        OrderedShop::run(p, assembly, tally, whose, self.level, horizon, cancel)?;
                        ordered_figures(p, assembly, tally.sums.duration, figures);
                        found.part.push(d, figures);
                    }
                }
                let at = d * lanes + k;
                found.sums[at] = tally.sums;
                found.stations[at * stations..][..stations].copy_from_slice(&tally.stations);
                found.classes[at * classes..][..classes].copy_from_slice(&tally.classes);
                if self.keeps_orders {
                    let ledger = &mut found.ledger[d];
                    match p {
                        Plan::Shop(_) => {
                            let Scratch { book, jobs, .. } = &room.shop;
                            let counted = counted(book, jobs.len(), horizon);
                            ledger.replication(counted.map(|i| Record::of(book, i, &jobs[i])));
                        }
                        Plan::Stock(_) => {
                            let StockScratch { book, served, .. } = &room.stock;
                            let counted = counted(book, served.len(), horizon);
                            ledger.replication(counted.map(|i| served[i].record(book, i)));
                        }
                        Plan::Assembly(_) => {
                            let AssemblyScratch { book, fates, .. } = &room.assembly;
                            let counted = counted(book, fates.len(), horizon);
                            ledger.replication(counted.map(|i| fates[i].record(book, i)));
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// The line that a shop is, where recursion is not ruled out.
    fn line<'p>(&self, p: &'p Plan) -> std::result::Result<lanes::Line<'p>, &'static str> {
        line_of(self.request, p, &self.horizon)
    }

    fn recursion(
        &self,
        d: usize,
        line: lanes::Line<'_>,
        piece: &Piece,
        room: &mut Room,
        found: &mut Found,
    ) -> Result<()> {
        let setting = lanes::Setting {
            key: self.request.key,
            level: self.level,
            horizon: self.horizon,
            lean: self.lean,
            keeps_orders: self.keeps_orders,
            cancel: &self.control.cancel,
        };
        let (lanes, first) = (piece.lanes.len(), piece.lanes.start);
        let stations = self.plans[0].stations().len();
        let Found { sums, stations: rooms, ledger, .. } = found;
        lanes::run_chunk(
            line,
            setting,
            piece,
            &mut room.lanes,
            &mut room.tallies[d].histograms,
            &mut |lane, own, own_stations, records| {
                let at = d * lanes + lane - first;
                sums[at] = own;
                rooms[at * stations..][..stations].copy_from_slice(own_stations);
                if let Some(ledger) = ledger.get_mut(d) {
                    ledger.replication(records.iter().copied());
                }
            },
        )
    }
}

/// The counted orders of the first `orders` of a replication.
fn counted(book: &Book, orders: usize, horizon: Horizon) -> impl Iterator<Item = usize> + '_ {
    (0..orders).filter(move |i| horizon.counts(*i, book.arrival[*i]))
}

/// Compiles every design of every item.
fn compile(request: &Request, arrays: &Arrays) -> Result<Vec<Vec<Plan>>> {
    let designs = request.items.first().map_or(0, |i| i.designs.len());
    if designs == 0 {
        return Err(Error::config("items", request.items.len(), "≥ 1 item with ≥ 1 design each"));
    }
    let mut keys: Vec<u32> = request.items.iter().map(|i| i.key).collect();
    keys.sort_unstable();
    if let Some(pair) = keys.windows(2).find(|w| w[0] == w[1]) {
        return Err(Error::config("items.key", pair[0], "unique: two items would draw the same numbers"));
    }
    let one = |k: usize| -> Result<Vec<Plan>> {
        let item = &request.items[k];
        if item.designs.len() != designs {
            let bound = format!("as many as in the first item, {designs}");
            return Err(Error::config("items.designs", item.designs.len(), bound));
        }
        let before = |d: usize| d.checked_sub(1).map(|d| &item.designs[d]);
        let each = item.designs.iter().enumerate();
        each.map(|(d, design)| Plan::compile(design, before(d), item.key, arrays, request)).collect()
    };
    (0..request.items.len())
        .map(|k| one(k).map_err(|e| if request.items.len() > 1 { e.within(&label(request, k)) } else { e }))
        .collect()
}

/// Positions of the metrics that are returned.
fn wanted(request: &Request, kind: For) -> Result<Vec<usize>> {
    let has = |m: &usize| METRICS[*m].is_of(kind);
    match &request.metrics {
        None => Ok((0..METRICS.len()).filter(has).collect()),
        Some(names) => names
            .iter()
            .map(|n| {
                position(n)
                    .filter(has)
                    .ok_or_else(|| Error::config("metrics", n, "a metric of this strategy"))
            })
            .collect(),
    }
}

/// What has no long run is not told of overloaded designs.
fn steady_blocks(
    mut blocks: [Vec<Block>; 3],
    replications: usize,
    unstable: impl Fn(usize) -> bool,
) -> [Vec<Block>; 3] {
    for block in blocks.iter_mut().flatten().filter(|b| !COUNTED.contains(&b.name)) {
        let cells = block.cells;
        let designs = block.estimates.len() / (4 * cells).max(1);
        for d in (0..designs).filter(|d| unstable(*d)) {
            block.estimates[d * cells * 4..(d + 1) * cells * 4].fill(f64::NAN);
            let of_design = d * cells * replications..(d + 1) * cells * replications;
            let lists = block.values.iter_mut().chain(block.parts.iter_mut().flatten());
            lists.for_each(|list| list[of_design.clone()].fill(f64::NAN));
        }
    }
    blocks
}

#[allow(clippy::too_many_arguments, reason = "puts every output together in one place")]
fn reduce(
    request: &Request,
    items: &[Vec<Plan>],
    pieces: &[Piece],
    found: Vec<Found>,
    tables: Vec<Vec<Table>>,
    wanted: &[usize],
    report: OrderReport,
    replications: usize,
) -> OrderOutcome {
    let designs = items[0].len();
    let (stations, classes) = (items[0][0].stations().len(), items[0][0].classes());
    let cells = designs * items.len();
    // (design, item, replication) in order.
    let mut sums = vec![Sums::default(); cells * replications];
    let mut rooms = vec![StationSums::default(); cells * replications * stations];
    let mut kinds = vec![ClassSums::default(); cells * replications * classes];
    let mut ledgers: Vec<Vec<Ledger>> = (0..cells).map(|_| Vec::new()).collect();
    let mut start = vec![0; cells];
    let layout = ordered_layout(&items[0][0]);
    let mut whole = Whole::new(designs, replications, layout, request.keep != Keep::Summary);
    for (k, found) in found.into_iter().enumerate() {
        let (item, lanes) = (k / pieces.len(), pieces[k % pieces.len()].lanes.len());
        let mut ledger = found.ledger.into_iter();
        if item == 0 {
            whole.merge(&found.part, start[0]);
        }
        for d in 0..designs {
            let cell = d * items.len() + item;
            let at = cell * replications + start[cell];
            start[cell] += lanes;
            let from = d * lanes;
            sums[at..at + lanes].copy_from_slice(&found.sums[from..from + lanes]);
            rooms[at * stations..(at + lanes) * stations]
                .copy_from_slice(&found.stations[from * stations..(from + lanes) * stations]);
            kinds[at * classes..(at + lanes) * classes]
                .copy_from_slice(&found.classes[from * classes..(from + lanes) * classes]);
            ledgers[cell].extend(ledger.next());
        }
    }
    let unstable = |cell: usize| report.status[cell / items.len()][cell % items.len()] != "ok";
    let visible = |m: &OrderMetric, cell: usize| !(m.steady && unstable(cell));
    let factors = Factors::new(replications, request.confidence, &PROBABILITIES);
    let width = statistic_names(&PROBABILITIES).len();
    let kept = request.keep != Keep::Summary;
    let (mut metrics, mut parts, mut summary, mut ratios) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for &m in wanted {
        let metric = &METRICS[m];
        let (mut values, mut both) = (Vec::with_capacity(sums.len()), Vec::new());
        let (mut statistics, mut pooled) = (Vec::new(), Vec::new());
        for (cell, own) in sums.chunks(replications).enumerate() {
            let from = values.len();
            let shown = visible(metric, cell);
            values.extend(own.iter().map(|s| if shown { metric.of(s) } else { f64::NAN }));
            let mut row = if kept { Vec::new() } else { summarise(&values[from..], &factors) };
            if let Value::Ratio(top, bottom) = metric.value {
                let pair: Vec<(f64, f64)> = own.iter().map(|s| (top(s), bottom(s))).collect();
                let (tops, bottoms): (Vec<f64>, Vec<f64>) = pair.iter().copied().unzip();
                let four = if shown { ratio(&tops, &bottoms, &factors) } else { [f64::NAN; 4] };
                pooled.extend(four);
                both.extend(pair.into_iter().flat_map(|(a, b)| if shown { [a, b] } else { [f64::NAN; 2] }));
                if !kept {
                    row[..4].copy_from_slice(&four);
                }
            }
            statistics.extend(row);
        }
        if kept {
            metrics.push((metric.name, values));
            if !both.is_empty() {
                parts.push((metric.name, both));
            }
        } else {
            debug_assert_eq!(statistics.len(), cells * width);
            summary.push((metric.name, statistics));
        }
        if !pooled.is_empty() {
            ratios.push((metric.name, pooled));
        }
    }
    let servers: Vec<Vec<(String, f64)>> =
        (0..cells).map(|cell| items[cell % items.len()][cell / items.len()].stations()).collect();
    let mut station_arrays: Vec<(&'static str, Vec<f64>)> =
        STATION_METRICS.iter().map(|m| (m.0, Vec::with_capacity(rooms.len()))).collect();
    for (at, own) in rooms.iter().enumerate() {
        let (row, n) = (at / stations.max(1), at % stations.max(1));
        let cell = row / replications;
        let values = station_values(own, sums[row].duration, servers[cell][n].1);
        for (m, ((_, array), x)) in station_arrays.iter_mut().zip(values).enumerate() {
            // How long queues are is a long-run quantity.
            let shown = !(unstable(cell) && matches!(m, 1 | 2));
            array.push(if shown { x } else { f64::NAN });
        }
    }
    let mut class_arrays: Vec<(&'static str, Vec<f64>)> =
        CLASS_METRICS.iter().map(|m| (m.0, Vec::new())).collect();
    for (at, own) in kinds.iter().enumerate() {
        let cell = at / classes.max(1) / replications;
        for ((_, array), (a, b)) in class_arrays.iter_mut().zip(class_values(own)) {
            array.extend(if unstable(cell) { [f64::NAN; 2] } else { [a, b] });
        }
    }
    let moments = sums
        .iter()
        .flat_map(|s| [s.delivered, s.lead, s.lead_squares, s.waiting, s.waiting_squares])
        .collect();
    OrderOutcome {
        shape: [designs, items.len(), replications, stations, classes],
        metrics,
        parts,
        summary,
        ratios,
        stations: station_arrays,
        classes: class_arrays,
        distributions: DISTRIBUTIONS.into_iter().zip(tables).collect(),
        moments,
        ledger: (request.keep == Keep::Orders).then(|| Ledger::join(ledgers.into_iter().flatten())),
        blocks: steady_blocks(whole.finish(&factors), replications, |design| unstable(design * items.len())),
        report,
    }
}
