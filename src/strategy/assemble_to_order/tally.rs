//! What is counted of products and components under one design, by replication.

use super::params::Design;
use crate::engine::lattice::{Cell, LANES, Lanes, Row, Tile};
use crate::strategy::make_to_stock::fed::Span;
use fearless_simd::Simd;

use super::commit::History;

/// Sums of one product.
#[derive(Debug, Clone)]
pub(super) struct ProductSums {
    /// Units ordered.
    pub(super) demand: Row<f64>,
    /// Of them, delivered in the same period.
    pub(super) filled: Row<f64>,
    /// Units that wait for components at the close.
    pub(super) short: Row<f64>,
    /// Units not delivered at the close.
    pub(super) late: Row<f64>,
    /// Periods whose demand was all delivered in them.
    pub(super) complete: Row<f64>,
    /// Complete kits on the shelf.
    pub(super) kits: Row<f64>,
    /// Units not delivered when counting began, and now.
    pub(super) first: Row<f64>,
    pub(super) last: Row<f64>,
    /// By window: units delivered within it, and units that could be.
    pub(super) within: Vec<[Row<f64>; 2]>,
}

/// Sums of one design.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    pub(super) products: Vec<ProductSums>,
    /// By pair: units of the component that units of the product lack at the close.
    pub(super) lacks: Vec<Row<f64>>,
    /// By pair: unit-periods of the product that the component is to blame for.
    pub(super) blame: Vec<Row<f64>>,
    /// By component, where the book decides: units that are free at the close, that are needed, free at the end.
    pub(super) stock: Vec<[Row<f64>; 3]>,
    /// By window: periods of which everything that was ordered has been delivered within it.
    pub(super) all: Vec<Row<f64>>,
    /// Hours of assembly used.
    pub(super) hours: Row<f64>,
}

impl Default for Tally {
    fn default() -> Self {
        let (lacks, blame, all) = (Vec::new(), Vec::new(), Vec::new());
        Self { products: Vec::new(), lacks, blame, stock: Vec::new(), all, hours: [0.0; LANES] }
    }
}

impl Default for ProductSums {
    fn default() -> Self {
        let row = [0.0; LANES];
        Self {
            demand: row,
            filled: row,
            short: row,
            late: row,
            complete: row,
            kits: row,
            first: row,
            last: row,
            within: Vec::new(),
        }
    }
}

impl Tally {
    /// Noughts.
    pub(super) fn open(&mut self, design: &Design, components: usize) {
        let row = [0.0; LANES];
        let windows = design.windows.len();
        self.products.clear();
        self.products.resize_with(design.products.len(), || ProductSums {
            within: vec![[row; 2]; windows],
            ..ProductSums::default()
        });
        for list in [&mut self.lacks, &mut self.blame] {
            list.clear();
            list.resize(design.pairs.len(), row);
        }
        self.all.clear();
        self.all.resize(windows, row);
        self.stock.clear();
        self.stock.resize(if design.walks() { 0 } else { components }, [row; 3]);
        self.hours = row;
    }

    /// Statistics start anew.
    pub(super) fn forget(&mut self, design: &Design, components: usize) {
        let last: Vec<Row<f64>> = self.products.iter().map(|p| p.last).collect();
        self.open(design, components);
        for (product, last) in self.products.iter_mut().zip(last) {
            (product.first, product.last) = (last, last);
        }
    }
}

/// Tiles of one product under one design.
pub(super) struct Seen<'a, T> {
    /// Units that wait for components.
    pub(super) short: &'a Tile<T>,
    /// Units not delivered.
    pub(super) late: &'a Tile<T>,
    /// Which drawn demand is its own.
    pub(super) source: usize,
}

/// Adds a span of one product. `open`: by window, the most that any product has open of a period; none where it is not
/// asked for.
#[inline(always)]
pub(super) fn count<S: Simd, T: Cell>(
    s: S,
    seen: &Seen<'_, T>,
    span: Span,
    (windows, warm_up): (&[usize], usize),
    history: &History<T>,
    sums: &mut ProductSums,
    mut open: Option<&mut [Box<Tile<T>>]>,
) {
    let width = T::Lanes::<S>::WIDTH;
    let (zero, one) = (T::Lanes::<S>::splat(s, T::default()), T::Lanes::<S>::splat(s, T::from_f64(1.0)));
    for g in (0..LANES).step_by(width) {
        let load = |row: &Row<T>| T::Lanes::<S>::load(s, &row[g..g + width]);
        let (mut demand, mut filled, mut short, mut late, mut complete) = (zero, zero, zero, zero, zero);
        for k in span.from..span.to {
            let d = load(history.row(seen.source, span.tile_start + k)).larger(zero);
            let undelivered = load(&seen.late[k]);
            let left = undelivered.smaller(d);
            demand = demand + d;
            filled = filled + (d - left);
            short = short + load(&seen.short[k]);
            late = late + undelivered;
            complete = complete + T::Lanes::<S>::choose(zero.below(left), zero, one);
        }
        add(&mut sums.demand, g, demand);
        add(&mut sums.filled, g, filled);
        add(&mut sums.short, g, short);
        add(&mut sums.late, g, late);
        add(&mut sums.complete, g, complete);
        for ((i, &w), own) in windows.iter().enumerate().zip(&mut sums.within) {
            let (mut inside, mut all) = (zero, zero);
            for k in span.from..span.to {
                let now = span.tile_start + k;
                if now < warm_up + w {
                    continue;
                }
                let d = load(history.row(seen.source, now - w)).larger(zero);
                let mut rest = load(&seen.late[k]);
                for t in now - w + 1..=now {
                    rest = rest - load(history.row(seen.source, t)).larger(zero);
                }
                let left = rest.larger(zero).smaller(d);
                inside = inside + (d - left);
                all = all + d;
                if let Some(open) = open.as_deref_mut() {
                    let most = &mut open[i][k][g..g + width];
                    T::Lanes::<S>::load(s, most).larger(left).store(most);
                }
            }
            add(&mut own[0], g, inside);
            add(&mut own[1], g, all);
        }
    }
    for (lane, x) in sums.last.iter_mut().enumerate() {
        *x = seen.late[span.to - 1][lane].to_f64();
    }
}

/// Counts the periods of which no product has anything open, window by window.
pub(super) fn count_all<T: Cell>(
    span: Span,
    (windows, warm_up): (&[usize], usize),
    open: &[Box<Tile<T>>],
    tolerance: f64,
    all: &mut [Row<f64>],
) {
    for ((&w, open), all) in windows.iter().zip(open).zip(all) {
        for k in span.from..span.to {
            if span.tile_start + k >= warm_up + w {
                for (x, left) in all.iter_mut().zip(&open[k]) {
                    *x += if left.to_f64() > tolerance { 0.0 } else { 1.0 };
                }
            }
        }
    }
}

/// Adds a vector to doubles.
#[inline(always)]
fn add<S: Simd, V: Lanes<S>>(row: &mut Row<f64>, g: usize, x: V) {
    let mut lanes = [V::Cell::default(); 16];
    x.store(&mut lanes);
    for (sum, x) in row[g..g + V::WIDTH].iter_mut().zip(&lanes) {
        *sum += x.to_f64();
    }
}
