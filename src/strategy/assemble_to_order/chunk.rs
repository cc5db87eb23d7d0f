//! A piece of the replications of one assembly, tile by tile: draw what products ask for, advance every component over
//! what they need of it, find out who waits, assemble, count.

use super::blame;
use super::book::Book;
use super::commit::{Found, History, Queue, units_from, walk};
use super::params::{Assembly, Design, User};
use super::stage::Stage;
use super::tally::{ProductSums, Seen, Tally, count, count_all};
use crate::demand::{DemandState, Window, add_both, add_tile};
use crate::engine::lattice::{Cell, DEPTH, LANES, Row, Tile, new_tile};
use crate::engine::level::at_level;
use crate::engine::work::Piece;
use crate::error::{Error, Result};
use crate::metrics::Counts;
use crate::strategy::make_to_stock::chunk::Setting;
use crate::strategy::make_to_stock::fed::{Bench, Fed, FedCell, Feed, Span};
use fearless_simd::{Level, Simd};

/// What one lane of one design counted.
pub struct Counted<'a> {
    /// By component, as a make-to-stock item counts.
    pub components: &'a [Counts],
    /// By component: units that waiting orders have, and units in assembly; summed over periods.
    pub held: &'a [[f64; 2]],
    /// By product.
    pub products: &'a [ProductCounts],
    /// By pair: unit-periods of the product that the component is to blame for.
    pub blame: &'a [f64],
    /// By window: periods of which all orders were delivered within it.
    pub all: &'a [f64],
    /// Hours of assembly.
    pub hours: f64,
}

/// What one lane counted of a product.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the catalogue says what each of them is")]
pub struct ProductCounts {
    pub demand: f64,
    pub filled: f64,
    pub short: f64,
    pub late: f64,
    pub complete: f64,
    pub kits: f64,
    pub delivered: f64,
    /// Counted periods.
    pub periods: f64,
    /// By window: units delivered within it, and units that could be.
    pub within: Vec<[f64; 2]>,
}

/// Where results of a chunk go, and what of them is asked for.
pub struct Output<'a> {
    /// Called once per design and lane: design, lane from the start of the range, counts.
    pub counts: &'a mut dyn FnMut(usize, usize, &Counted<'_>),
    /// Which component delays whom is asked for.
    pub blame: bool,
    /// Complete kits are asked for.
    pub kits: bool,
    /// Deliveries within windows are asked for.
    pub within: bool,
    /// Periods of which everything was delivered in time are asked for.
    pub all: bool,
    /// By drawn demand: draws that were clipped at 0.
    pub clipped: Vec<u64>,
}

/// Memory of one worker.
#[derive(Default)]
pub struct Scratch {
    whole: Option<Box<Room<i32>>>,
    real: Option<Box<Room<f64>>>,
}

/// Runs a piece of the replications under every design.
pub fn run_chunk(
    setting: Setting<'_>,
    assembly: &Assembly,
    piece: &Piece,
    scratch: &mut Scratch,
    output: &mut Output<'_>,
) -> Result<()> {
    let level = setting.level.unwrap_or_else(Level::baseline);
    if assembly.whole {
        let room = scratch.whole.get_or_insert_default();
        at_level!(level, s => run(s, setting, assembly, piece, room, output))
    } else {
        let room = scratch.real.get_or_insert_default();
        at_level!(level, s => run(s, setting, assembly, piece, room, output))
    }
}

/// Memory for one kind of cell.
struct Room<T> {
    drawn: Vec<DemandState>,
    history: History<T>,
    feeds: Vec<Feed<T>>,
    bench: Bench<T>,
    /// What products need of a component.
    need: Box<Tile<T>>,
    /// By component, where the book decides: net stock at every close.
    closes: Vec<Box<Tile<T>>>,
    /// By product: who waits for components, who waits for anything, and kits on the shelf.
    short: Vec<Box<Tile<T>>>,
    late: Vec<Box<Tile<T>>>,
    kits: Vec<Box<Tile<T>>>,
    /// By window.
    open: Vec<Box<Tile<T>>>,
    found: Found<T>,
    shares: Vec<(u16, f64, usize)>,
    designs: Vec<DesignRoom<T>>,
    /// A book had no answer.
    failed: bool,
}

/// What one design remembers.
struct DesignRoom<T> {
    tally: Tally,
    /// By product: units that waited for components or hours at the last closes, by period modulo the time of assembly.
    past: Vec<Vec<Row<T>>>,
    /// By product: units that waited for components at the last close.
    before: Vec<Row<T>>,
    /// By lane, where the book decides.
    books: Vec<Book>,
    /// By component and lane: net stock at the last close.
    net: Vec<Row<f64>>,
    /// By lane, where hours are limited.
    stages: Vec<Stage>,
}

impl<T> Default for DesignRoom<T> {
    fn default() -> Self {
        Self {
            tally: Tally::default(),
            past: Vec::new(),
            before: Vec::new(),
            books: Vec::new(),
            net: Vec::new(),
            stages: Vec::new(),
        }
    }
}

impl<T: Cell> Default for Room<T> {
    fn default() -> Self {
        Self {
            drawn: Vec::new(),
            history: History::default(),
            feeds: Vec::new(),
            bench: Bench::default(),
            need: new_tile(),
            closes: Vec::new(),
            short: Vec::new(),
            late: Vec::new(),
            kits: Vec::new(),
            open: Vec::new(),
            found: Found { lacks: Vec::new(), blame: None, oldest: 0 },
            shares: Vec::new(),
            designs: Vec::new(),
            failed: false,
        }
    }
}

/// Tiles in a list, at least so many.
fn tiles<T: Cell>(list: &mut Vec<Box<Tile<T>>>, count: usize) {
    list.resize_with(list.len().max(count), new_tile);
}

#[inline(always)]
fn run<S: Simd, T: FedCell>(
    s: S,
    setting: Setting<'_>,
    assembly: &Assembly,
    piece: &Piece,
    room: &mut Room<T>,
    output: &mut Output<'_>,
) -> Result<()> {
    let frame = setting.frame;
    let feds: Vec<Fed<'_>> = assembly.components.iter().map(|p| Fed::new(setting, p, piece)).collect();
    let periods = (frame.periods - frame.warm_up) as f64;
    open(assembly, &feds, piece, room, output);
    for start in (0..frame.periods).step_by(DEPTH) {
        setting.cancel.check()?;
        room.history.keep(start, room.found.oldest.min(start));
        room.found.oldest = start;
        for (i, ((key, source), state)) in assembly.sources.iter().zip(&mut room.drawn).enumerate() {
            let window = window(setting, *key, piece, start);
            if start == 0 {
                state.reset(source, &window);
            }
            T::fill(s, source, &window, state, room.history.tile(i, start));
        }
        for (fed, feed) in feds.iter().zip(&mut room.feeds) {
            fed.draw(s, start, feed);
        }
        for d in 0..assembly.designs.len() {
            for span in feds[0].spans(start) {
                let place = Place { assembly, feds: &feds, d, span, warm_up: frame.warm_up, periods, piece };
                place.advance(s, room, output, (frame.lean, frame.periods));
            }
        }
        if std::mem::take(&mut room.failed) {
            let reason = "the solver found no answer for a batch; allocation \"batch\" needs none".to_owned();
            return Err(Error::Internal { reason });
        }
    }
    for d in 0..assembly.designs.len() {
        let place = Place {
            assembly,
            feds: &feds,
            d,
            span: Span { tile_start: 0, from: 0, to: 0 },
            warm_up: frame.warm_up,
            periods,
            piece,
        };
        place.report(room, output);
    }
    output.clipped = room.drawn.iter().map(|state| state.clipped).collect();
    Ok(())
}

fn window(setting: Setting<'_>, entity: u32, piece: &Piece, start: usize) -> Window {
    let frame = setting.frame;
    let (first, lanes) = (piece.first, piece.lanes.clone());
    Window { key: frame.key, entity, first, lanes, start, periods: frame.periods - start }
}

/// Everything as it is before the first period.
fn open<T: FedCell>(
    assembly: &Assembly,
    feds: &[Fed<'_>],
    piece: &Piece,
    room: &mut Room<T>,
    output: &Output<'_>,
) {
    let first = &assembly.designs[0];
    let (products, components) = (first.products.len(), feds.len());
    let back =
        assembly.designs.iter().map(|d| d.time).chain(first.windows.iter().copied()).max().unwrap_or(0);
    room.drawn.resize_with(assembly.sources.len().max(room.drawn.len()), DemandState::default);
    room.drawn.truncate(assembly.sources.len());
    room.history.open(assembly.sources.len(), back);
    room.feeds.resize_with(components.max(room.feeds.len()), Feed::default);
    for (fed, feed) in feds.iter().zip(&mut room.feeds) {
        fed.open(feed);
    }
    tiles(&mut room.short, products);
    tiles(&mut room.late, products);
    tiles(&mut room.kits, if output.kits { products } else { 0 });
    tiles(&mut room.open, first.windows.len());
    if assembly.designs.iter().any(|d| !d.walks()) {
        tiles(&mut room.closes, components);
    }
    let pairs = first.pairs.len();
    room.found.lacks.clear();
    room.found.lacks.resize(pairs, [T::default(); LANES]);
    room.found.blame = output.blame.then(|| vec![Vec::new(); pairs]);
    room.found.oldest = 0;
    room.designs.resize_with(assembly.designs.len().max(room.designs.len()), DesignRoom::default);
    for (d, (design, own)) in assembly.designs.iter().zip(&mut room.designs).enumerate() {
        own.tally.open(design, components);
        own.past.clear();
        own.past.resize(products, vec![[T::default(); LANES]; design.time]);
        own.before.clear();
        own.before.resize(products, [T::default(); LANES]);
        if !design.walks() {
            own.net.clear();
            own.net.resize(components, [0.0; LANES]);
            own.books.resize_with(LANES, Book::default);
            for lane in piece.lanes.clone() {
                let opening = |j: usize| feds[j].opening(d, lane, &room.feeds[j]);
                (0..components).for_each(|j| own.net[j][lane] = opening(j));
                own.books[lane].open(design, (0..components).map(opening));
            }
        }
        if design.hours.is_some() {
            own.stages.resize_with(LANES, Stage::default);
            own.stages.iter_mut().for_each(|stage| stage.open(products));
        }
    }
}

/// One design over one span.
struct Place<'a> {
    assembly: &'a Assembly,
    feds: &'a [Fed<'a>],
    d: usize,
    span: Span,
    warm_up: usize,
    /// Counted.
    periods: f64,
    piece: &'a Piece,
}

impl Place<'_> {
    fn design(&self) -> &Design {
        &self.assembly.designs[self.d]
    }

    fn rows(&self) -> std::ops::Range<usize> {
        self.span.from..self.span.to
    }

    #[inline(always)]
    fn advance<S: Simd, T: FedCell>(
        &self,
        s: S,
        room: &mut Room<T>,
        output: &Output<'_>,
        (lean, periods): (bool, usize),
    ) {
        let (design, span, components) = (self.design(), self.span, self.feds.len());
        if span.tile_start + span.from == self.warm_up {
            for (fed, feed) in self.feds.iter().zip(&mut room.feeds) {
                fed.forget(self.d, feed);
            }
            room.designs[self.d].tally.forget(design, components);
        }
        let source: Vec<usize> = design.products.iter().map(|p| p.source).collect();
        let zero = [T::default(); LANES];
        for tile in room.short.iter_mut().take(source.len()) {
            self.rows().for_each(|k| tile[k] = zero);
        }
        let rows = DEPTH.min(periods - span.tile_start);
        for j in 0..components {
            let users = &design.users[j];
            let asks = |user: &User| room.history.read(source[user.product], span.tile_start);
            let need = match &users[..] {
                [one] if one.units == 1.0 => asks(one),
                [one, other, rest @ ..] if one.units == 1.0 && other.units == 1.0 => {
                    add_both(s, asks(one), asks(other), rows, &mut room.need);
                    rest.iter().for_each(|user| add_tile(s, user.units, asks(user), rows, &mut room.need));
                    &room.need
                }
                _ => {
                    room.need.iter_mut().take(rows).for_each(|row| *row = zero);
                    users.iter().for_each(|user| add_tile(s, user.units, asks(user), rows, &mut room.need));
                    &room.need
                }
            };
            let memory = (&mut room.feeds[j], &mut room.bench);
            T::advance(s, &self.feds[j], (self.d, lean), need, span, memory);
            let close = &room.bench.record.close;
            if design.walks() {
                let tolerance = self.feds[j].tolerance(self.d);
                let queue = Queue { users, source: &source, tolerance };
                let found = &mut room.found;
                s.vectorize(
                    #[inline(always)]
                    || walk(s, &queue, close, span, &room.history, &mut room.short, found),
                );
                if output.kits {
                    self.kits(j, close, &mut room.kits);
                }
            } else {
                self.rows().for_each(|k| room.closes[j][k] = close[k]);
            }
        }
        if !design.walks() {
            self.by_the_book(room, output, &source);
        }
        self.assemble(room, &source);
        self.count(s, room, output, &source);
    }

    /// Complete kits as far as component `j` allows; the first component of a product begins.
    fn kits<T: Cell>(&self, j: usize, close: &Tile<T>, kits: &mut [Box<Tile<T>>]) {
        let design = self.design();
        for user in &design.users[j] {
            let first = design.products[user.product].uses[0].component == j;
            let tile = &mut kits[user.product];
            for k in self.rows() {
                for (x, net) in tile[k].iter_mut().zip(&close[k]) {
                    let fits = T::from_f64(units_from(net.to_f64(), user.units, user.pieces));
                    *x = if first || fits < *x { fits } else { *x };
                }
            }
        }
    }

    /// Who gets what by any rule, lane by lane.
    fn by_the_book<T: Cell>(&self, room: &mut Room<T>, output: &Output<'_>, source: &[usize]) {
        let (design, components) = (self.design(), self.feds.len());
        let tolerance = (0..components).map(|j| self.feds[j].tolerance(self.d)).fold(0.0, f64::max);
        let own = &mut room.designs[self.d];
        let (mut supply, mut demand) = (vec![0.0; components], vec![0.0; source.len()]);
        for lane in self.piece.lanes.clone() {
            let book = &mut own.books[lane];
            for k in self.rows() {
                let t = self.span.tile_start + k;
                for (d, source) in demand.iter_mut().zip(source) {
                    *d = room.history.row(*source, t)[lane].to_f64();
                }
                for (j, supply) in supply.iter_mut().enumerate() {
                    let net = room.closes[j][k][lane].to_f64();
                    let needed = design.users[j].iter().fold(0.0, |sum, u| sum + u.units * demand[u.product]);
                    let came = net - own.net[j][lane] + needed;
                    *supply = if came.abs() > tolerance { came } else { 0.0 };
                    own.net[j][lane] = net;
                }
                book.period(design, &supply, &demand, tolerance);
                room.failed |= book.failed;
                for (v, waiting) in book.waiting.iter().enumerate() {
                    room.short[v][k][lane] = T::from_f64(*waiting);
                }
                for (sum, lacks) in own.tally.lacks.iter_mut().zip(&book.lacks) {
                    sum[lane] += lacks;
                }
                for (j, ([free, unmet, last], now)) in own.tally.stock.iter_mut().zip(&book.free).enumerate()
                {
                    free[lane] += now;
                    last[lane] = *now;
                    unmet[lane] += design.users[j].iter().fold(0.0, |sum, u| sum + book.lacks[u.pair]);
                }
                if let Some(blame) = &mut room.found.blame {
                    for (list, kept) in blame.iter_mut().zip(&book.kept) {
                        if *kept > 0.0 {
                            list.push(((k * LANES + lane) as u16, T::from_f64(*kept)));
                        }
                    }
                }
                if output.kits {
                    for (product, tile) in design.products.iter().zip(&mut room.kits) {
                        let fits = product
                            .uses
                            .iter()
                            .map(|u| units_from(book.free[u.component], u.units, product.pieces))
                            .fold(f64::INFINITY, f64::min);
                        tile[k][lane] = T::from_f64(fits);
                    }
                }
            }
        }
    }

    /// From who waits for components to who waits for anything: hours, and the time that assembly takes.
    fn assemble<T: Cell>(&self, room: &mut Room<T>, source: &[usize]) {
        let (design, span) = (self.design(), self.span);
        if design.at_once() {
            return;
        }
        let own = &mut room.designs[self.d];
        for (v, late) in room.late.iter_mut().enumerate().take(source.len()) {
            self.rows().for_each(|k| late[k] = room.short[v][k]);
        }
        if let Some(hours) = &design.hours {
            let mut ready = vec![0.0; source.len()];
            for lane in self.piece.lanes.clone() {
                for k in self.rows() {
                    let t = span.tile_start + k;
                    for (v, ready) in ready.iter_mut().enumerate() {
                        let now = room.short[v][k][lane];
                        let d = room.history.row(source[v], t)[lane];
                        *ready = (own.before[v][lane] + d - now).to_f64();
                        own.before[v][lane] = now;
                    }
                    let (stage, hours) = (&mut own.stages[lane], hours[t % hours.len()]);
                    let used = stage
                        .period(&ready, hours, |v| (design.products[v].hours, design.products[v].pieces));
                    own.tally.hours[lane] += used;
                    for (v, waiting) in stage.waiting.iter().enumerate() {
                        let late = &mut room.late[v][k][lane];
                        *late = *late + T::from_f64(*waiting);
                    }
                }
            }
        }
        if design.time > 0 {
            for (v, past) in own.past.iter_mut().enumerate() {
                for k in self.rows() {
                    let t = span.tile_start + k;
                    let now = std::mem::replace(&mut past[t % design.time], room.late[v][k]);
                    let late = &mut room.late[v][k];
                    *late = now;
                    for earlier in (t + 1).saturating_sub(design.time)..=t {
                        for (x, d) in late.iter_mut().zip(room.history.row(source[v], earlier)) {
                            *x = *x + *d;
                        }
                    }
                }
            }
        }
    }

    #[inline(always)]
    fn count<S: Simd, T: Cell>(&self, s: S, room: &mut Room<T>, output: &Output<'_>, source: &[usize]) {
        let (design, span) = (self.design(), self.span);
        let tally = &mut room.designs[self.d].tally;
        for tile in room.open.iter_mut().take(if output.all { design.windows.len() } else { 0 }) {
            self.rows().for_each(|k| tile[k] = [T::default(); LANES]);
        }
        let windows = if output.within || output.all { &design.windows[..] } else { &[] };
        let windows = (windows, self.warm_up);
        let straight = design.at_once();
        for (v, sums) in tally.products.iter_mut().enumerate() {
            let late = if straight { &room.short[v] } else { &room.late[v] };
            let seen = Seen { short: &room.short[v], late, source: source[v] };
            let open = output.all.then_some(&mut room.open[..]);
            s.vectorize(
                #[inline(always)]
                || count(s, &seen, span, windows, &room.history, sums, open),
            );
            if output.kits {
                for k in self.rows() {
                    for (sum, x) in sums.kits.iter_mut().zip(&room.kits[v][k]) {
                        *sum += x.to_f64();
                    }
                }
            }
        }
        if output.all {
            let tolerance = (0..self.feds.len()).map(|j| self.feds[j].tolerance(self.d)).fold(0.0, f64::max);
            count_all(span, windows, &room.open, tolerance, &mut tally.all);
        }
        if design.walks() {
            for (sum, found) in tally.lacks.iter_mut().zip(&mut room.found.lacks) {
                for (x, y) in sum.iter_mut().zip(found) {
                    *x += std::mem::take(y).to_f64();
                }
            }
        }
        if let Some(lists) = &mut room.found.blame {
            for product in &design.products {
                let pairs = product.uses[0].pair..product.uses[0].pair + product.uses.len();
                blame::share(&mut lists[pairs.clone()], &mut tally.blame[pairs], &mut room.shares);
            }
        }
    }

    /// Hands over what the lanes counted.
    fn report<T: Cell>(&self, room: &Room<T>, output: &mut Output<'_>) {
        let (design, tally) = (self.design(), &room.designs[self.d].tally);
        let mut components = vec![Counts::default(); self.feds.len()];
        let mut held = vec![[0.0; 2]; self.feds.len()];
        let mut products = vec![ProductCounts::default(); design.products.len()];
        for lane in self.piece.lanes.clone() {
            for (j, (fed, feed)) in self.feds.iter().zip(&room.feeds).enumerate() {
                components[j] = fed.counts(self.d, lane, feed);
                if let Some([free, unmet, last]) = tally.stock.get(j) {
                    components[j].on_hand = free[lane];
                    components[j].backorders = unmet[lane];
                    components[j].closing = last[lane];
                }
                held[j] = [0.0; 2];
                for user in &design.users[j] {
                    let sums = &tally.products[user.product];
                    // What is less than nothing is rounding.
                    let reserved = user.units * sums.short[lane] - tally.lacks[user.pair][lane];
                    held[j][0] += reserved.max(0.0);
                    held[j][1] += user.units * (sums.late[lane] - sums.short[lane]);
                }
            }
            for (out, sums) in products.iter_mut().zip(&tally.products) {
                *out = of_lane(sums, lane, self.periods);
            }
            let blame: Vec<f64> = tally.blame.iter().map(|row| row[lane]).collect();
            let all: Vec<f64> = tally.all.iter().map(|row| row[lane]).collect();
            let counted = Counted {
                components: &components,
                held: &held,
                products: &products,
                blame: &blame,
                all: &all,
                hours: tally.hours[lane],
            };
            (output.counts)(self.d, lane - self.piece.lanes.start, &counted);
        }
    }
}

fn of_lane(sums: &ProductSums, lane: usize, periods: f64) -> ProductCounts {
    ProductCounts {
        demand: sums.demand[lane],
        filled: sums.filled[lane],
        short: sums.short[lane],
        late: sums.late[lane],
        complete: sums.complete[lane],
        kits: sums.kits[lane],
        delivered: sums.demand[lane] + sums.first[lane] - sums.last[lane],
        periods,
        within: sums.within.iter().map(|[a, b]| [a[lane], b[lane]]).collect(),
    }
}
