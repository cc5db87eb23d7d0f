//! First come first served with commitment, on lanes: who the last units in a component's queue belong to.

use super::params::User;
use crate::engine::lattice::{Cell, DEPTH, LANES, Lanes, Row, Tile, new_tile};
use crate::strategy::make_to_stock::fed::Span;
use fearless_simd::Simd;

/// Demand of the products, now and as far back as anyone still waits: a ring of tiles for each.
pub(super) struct History<T> {
    /// By drawn demand: tiles, the one of period t at t / DEPTH modulo their number.
    tiles: Vec<Vec<Box<Tile<T>>>>,
    /// How many tiles are remembered.
    depth: usize,
    /// Before this period nothing is remembered.
    begin: usize,
}

impl<T: Cell> Default for History<T> {
    fn default() -> Self {
        Self { tiles: Vec::new(), depth: 2, begin: 0 }
    }
}

impl<T: Cell> History<T> {
    /// Room for so many demands, and for `periods` before every tile.
    pub(super) fn open(&mut self, sources: usize, periods: usize) {
        self.begin = 0;
        self.depth = self.depth.max(1 + periods.div_ceil(DEPTH));
        self.tiles.resize_with(sources.max(self.tiles.len()), Vec::new);
        for ring in &mut self.tiles {
            ring.resize_with(self.depth, new_tile);
        }
    }

    /// Makes room for the tile that starts at `start` while period `oldest` is still needed.
    pub(super) fn keep(&mut self, start: usize, oldest: usize) {
        let tiles = start / DEPTH - oldest / DEPTH + 1;
        if tiles > self.depth {
            let (old, new) = (self.depth, tiles.next_power_of_two());
            for ring in &mut self.tiles {
                let mut grown: Vec<Box<Tile<T>>> = (0..new).map(|_| new_tile()).collect();
                // Tiles before this one, as many as there were: its own place still holds the oldest.
                for back in 1..=old.min(start / DEPTH) {
                    let number = start / DEPTH - back;
                    std::mem::swap(&mut grown[number % new], &mut ring[number % old]);
                }
                *ring = grown;
            }
            self.depth = new;
        }
        self.begin = (start / DEPTH + 1).saturating_sub(self.depth) * DEPTH;
    }

    /// The tile of one demand that starts at `start`.
    pub(super) fn tile(&mut self, source: usize, start: usize) -> &mut Tile<T> {
        let at = start / DEPTH % self.depth;
        &mut self.tiles[source][at]
    }

    /// The same, to read.
    pub(super) fn read(&self, source: usize, start: usize) -> &Tile<T> {
        &self.tiles[source][start / DEPTH % self.depth]
    }

    /// Demand of period `t`.
    #[inline(always)]
    pub(super) fn row(&self, source: usize, t: usize) -> &Row<T> {
        &self.tiles[source][t / DEPTH % self.depth][t % DEPTH]
    }
}

/// What the walks of a design find, besides who waits.
pub(super) struct Found<T> {
    /// By pair: units of the component that units of the product still lack, summed over the periods of a tile.
    pub(super) lacks: Vec<Row<T>>,
    /// By pair, where it is asked for: which units of the product still lack the component, `(row · LANES + lane, how many
    /// of the last)`.
    pub(super) blame: Option<Vec<Vec<(u16, T)>>>,
    /// The earliest period that anyone waits from.
    pub(super) oldest: usize,
}

/// One component's queue.
pub(super) struct Queue<'a> {
    /// Products that use it, in order.
    pub(super) users: &'a [User],
    /// Which drawn demand each product's is.
    pub(super) source: &'a [usize],
    /// Units are not cut.
    pub(super) pieces: bool,
    /// What is less than this is rounding.
    pub(super) tolerance: f64,
}

/// Room for what one vector of lanes lacks, by user.
pub(super) type Lacking<T> = Vec<[T; 16]>;

/// Walks back from every close of a component's net stock; `waiting` by product becomes the larger of what it was and of what
/// this component makes wait.
#[inline(always)]
pub(super) fn walk<S: Simd, T: Cell>(
    s: S,
    queue: &Queue<'_>,
    close: &Tile<T>,
    span: Span,
    history: &History<T>,
    waiting: &mut [Box<Tile<T>>],
    found: &mut Found<T>,
    lacking: &mut Lacking<T>,
) {
    let width = T::Lanes::<S>::WIDTH;
    let zero = T::Lanes::<S>::splat(s, T::default());
    let tolerance = T::Lanes::<S>::splat(s, T::from_f64(queue.tolerance));
    let users = queue.users;
    lacking.resize(users.len().max(lacking.len()), [T::default(); 16]);
    for k in span.from..span.to {
        let now = span.tile_start + k;
        for g in (0..LANES).step_by(width) {
            let net = T::Lanes::<S>::load(s, &close[k][g..]);
            let mut rest = (zero - net).beyond(tolerance, zero);
            let mut who = T::Lanes::<S>::bits(zero.below(rest));
            if who == 0 {
                continue;
            }
            for own in &mut lacking[..users.len()] {
                *own = [T::default(); 16];
            }
            let mut t = now;
            loop {
                for (user, own) in users.iter().zip(lacking.iter_mut()).rev() {
                    let row = &history.row(queue.source[user.product], t)[g..g + width];
                    let needs = if user.units == 1.0 {
                        T::Lanes::<S>::load(s, row)
                    } else {
                        let mut needs = [T::default(); 16];
                        for (x, d) in needs.iter_mut().zip(row) {
                            *x = T::times(*d, user.units);
                        }
                        T::Lanes::<S>::load(s, &needs)
                    };
                    let here = needs.larger(zero).smaller(rest);
                    (T::Lanes::<S>::load(s, own) + here).store(own);
                    rest = rest - here;
                }
                who = T::Lanes::<S>::bits(tolerance.larger(zero).below(rest));
                if who == 0 || t == history.begin {
                    break;
                }
                t -= 1;
            }
            found.oldest = found.oldest.min(t);
            for (user, own) in users.iter().zip(lacking.iter_mut()) {
                let lacks = T::Lanes::<S>::load(s, own);
                let sum = &mut found.lacks[user.pair][g..g + width];
                (T::Lanes::<S>::load(s, sum) + lacks).store(sum);
                if user.units != 1.0 {
                    for x in own.iter_mut().take(width) {
                        *x = T::from_f64(units_of(x.to_f64(), user.units, queue.pieces));
                    }
                }
                let units = T::Lanes::<S>::load(s, own);
                let cells = &mut waiting[user.product][k][g..g + width];
                T::Lanes::<S>::load(s, cells).larger(units).store(cells);
                if let Some(blame) = &mut found.blame {
                    let mut some = T::Lanes::<S>::bits(zero.below(units));
                    while some != 0 {
                        let lane = some.trailing_zeros() as usize;
                        some &= some - 1;
                        blame[user.pair].push(((k * LANES + g + lane) as u16, own[lane]));
                    }
                }
            }
        }
    }
}

/// Units of a product that lack so many units of a component.
pub(super) fn units_of(lacks: f64, per_unit: f64, pieces: bool) -> f64 {
    let units = lacks / per_unit;
    if pieces { units.ceil() } else { units }
}
