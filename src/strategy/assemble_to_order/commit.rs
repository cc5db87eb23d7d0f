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

/// Lanes of the widest vector.
const WIDEST: usize = 16;

/// One component's queue.
pub(super) struct Queue<'a> {
    /// Products that use it, in order.
    pub(super) users: &'a [User],
    /// Which drawn demand each product's is.
    pub(super) source: &'a [usize],
    /// What is less than this is rounding.
    pub(super) tolerance: f64,
}

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
) {
    let zero = T::Lanes::<S>::splat(s, T::default());
    macro_rules! of {
        ($n:literal) => {
            // Known numbers of users: their shares are held in registers.
            if let Ok(users) = <&[User; $n]>::try_from(queue.users) {
                walk_over(s, queue, users, &mut [zero; $n], close, span, history, waiting, found);
            }
        };
    }
    match queue.users.len() {
        1 => of!(1),
        2 => of!(2),
        3 => of!(3),
        4 => of!(4),
        many => {
            let lacks = &mut vec![zero; many];
            walk_over(s, queue, queue.users, lacks, close, span, history, waiting, found);
        }
    }
}

/// The walk; `lacks` is room for what each user lacks.
#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "what `walk` is given, and room")]
fn walk_over<S: Simd, T: Cell>(
    s: S,
    queue: &Queue<'_>,
    users: &[User],
    lacks: &mut [T::Lanes<S>],
    close: &Tile<T>,
    span: Span,
    history: &History<T>,
    waiting: &mut [Box<Tile<T>>],
    found: &mut Found<T>,
) {
    let width = T::Lanes::<S>::WIDTH;
    let zero = T::Lanes::<S>::splat(s, T::default());
    let tolerance = T::Lanes::<S>::splat(s, T::from_f64(queue.tolerance));
    for (k, close) in close.iter().enumerate().take(span.to).skip(span.from) {
        let now = span.tile_start + k;
        for g in (0..LANES).step_by(width) {
            let net = T::Lanes::<S>::load(s, &close[g..]);
            let mut rest = (zero - net).beyond(tolerance, zero);
            if T::Lanes::<S>::bits(zero.below(rest)) == 0 {
                continue;
            }
            lacks.fill(zero);
            let mut t = now;
            loop {
                for (user, lacks) in users.iter().zip(lacks.iter_mut()).rev() {
                    let row = &history.row(queue.source[user.product], t)[g..g + width];
                    let here = needs(s, user, row).larger(zero).smaller(rest);
                    *lacks = *lacks + here;
                    rest = rest - here;
                }
                if T::Lanes::<S>::bits(tolerance.larger(zero).below(rest)) == 0 || t == history.begin {
                    break;
                }
                t -= 1;
            }
            found.oldest = found.oldest.min(t);
            for (user, lacks) in users.iter().zip(&*lacks) {
                tell(s, user, *lacks, (k, g), waiting, found);
            }
        }
    }
}

/// Units of a component that a row of demand needs.
#[inline(always)]
fn needs<S: Simd, T: Cell>(s: S, user: &User, row: &[T]) -> T::Lanes<S> {
    if user.units == 1.0 {
        return T::Lanes::<S>::load(s, row);
    }
    let mut needs = [T::default(); WIDEST];
    for (x, d) in needs.iter_mut().zip(row) {
        *x = T::times(*d, user.units);
    }
    T::Lanes::<S>::load(s, &needs)
}

/// Enters what a user lacks in row `k`, lanes from `g`.
#[inline(always)]
fn tell<S: Simd, T: Cell>(
    s: S,
    user: &User,
    lacks: T::Lanes<S>,
    (k, g): (usize, usize),
    waiting: &mut [Box<Tile<T>>],
    found: &mut Found<T>,
) {
    let width = T::Lanes::<S>::WIDTH;
    let sum = &mut found.lacks[user.pair][g..g + width];
    (T::Lanes::<S>::load(s, sum) + lacks).store(sum);
    let mut units = lacks;
    let mut lanes = [T::default(); WIDEST];
    if user.units != 1.0 || (user.pieces && !T::WHOLE) {
        lacks.store(&mut lanes);
        for x in lanes.iter_mut().take(width) {
            *x = T::from_f64(units_of(x.to_f64(), user.units, user.pieces));
        }
        units = T::Lanes::<S>::load(s, &lanes);
    }
    let cells = &mut waiting[user.product][k][g..g + width];
    T::Lanes::<S>::load(s, cells).larger(units).store(cells);
    if let Some(blame) = &mut found.blame {
        units.store(&mut lanes);
        let mut some = T::Lanes::<S>::bits(T::Lanes::<S>::splat(s, T::default()).below(units));
        while some != 0 {
            let lane = some.trailing_zeros() as usize;
            some &= some - 1;
            blame[user.pair].push(((k * LANES + g + lane) as u16, lanes[lane]));
        }
    }
}

/// Units of a product that lack so many units of a component; where they are not cut, a last piece that is only rounding is
/// none.
pub(super) fn units_of(lacks: f64, per_unit: f64, pieces: bool) -> f64 {
    let units = lacks / per_unit;
    if pieces { (units - slack(units)).ceil().max(0.0) } else { units }
}

/// Units of a product that so many units of a component are enough for.
pub(super) fn units_from(there: f64, per_unit: f64, pieces: bool) -> f64 {
    let units = if there > 0.0 { there / per_unit } else { 0.0 };
    if pieces { (units + slack(units)).floor() } else { units }
}

/// What a count of units may be off by rounding.
fn slack(units: f64) -> f64 {
    1e-9 * if units > 1.0 { units } else { 1.0 }
}
