//! From tiles (periods × replications) to rows (a replication is a row): a transposition in registers.

use super::{Cell, LANES, Lanes, Tile};
use fearless_simd::{Simd, i32x16, prelude::*};

/// Side of the blocks that are transposed.
const SIDE: usize = 16;

/// Writes periods `periods` of the tile, each vector passed through `derive(vector, period row, first lane)`, to `out`,
/// whose rows are `stride` apart and start at period `column`; row r belongs to lane `lanes.start + r`.
#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "two ranges and a place, used by one caller")]
pub fn store_rows<S: Simd, V: Lanes<S>>(
    s: S,
    tile: &Tile<V::Cell>,
    derive: impl Fn(V, usize, usize) -> V,
    periods: std::ops::Range<usize>,
    lanes: std::ops::Range<usize>,
    out: &mut [V::Cell],
    stride: usize,
    column: usize,
) {
    let mut block = [[V::Cell::default(); SIDE]; SIDE];
    for g in (0..LANES).step_by(SIDE) {
        if g + SIDE <= lanes.start || g >= lanes.end {
            continue;
        }
        // Whole stretches of a row at a time: memory likes a few long writes better than many short ones.
        for from in periods.clone().step_by(SIDE) {
            let length = SIDE.min(periods.end - from);
            for k in 0..length {
                for h in (0..SIDE).step_by(V::WIDTH) {
                    derive(V::load(s, &tile[from + k][g + h..]), from + k, g + h).store(&mut block[k][h..]);
                }
            }
            V::Cell::transpose(s, &mut block);
            for lane in g.max(lanes.start)..(g + SIDE).min(lanes.end) {
                let at = (lane - lanes.start) * stride + column + from - periods.start;
                if length == SIDE {
                    // A constant length: one vector store instead of a call.
                    out[at..at + SIDE].copy_from_slice(&block[lane - g]);
                } else {
                    out[at..at + length].copy_from_slice(&block[lane - g][..length]);
                }
            }
        }
    }
}

/// `block[i][j]` ↔ `block[j][i]`, plainly.
#[inline(always)]
pub(super) fn transpose_real(block: &mut [[f64; SIDE]; SIDE]) {
    for i in 0..SIDE {
        for j in 0..i {
            let x = block[i][j];
            block[i][j] = block[j][i];
            block[j][i] = x;
        }
    }
}

/// The same in four rounds of interleaving rows `i` and `i + 8`: each round moves one bit of the row number into the
/// column. (Loops, not closures: those would not inherit the SIMD level.)
#[inline(always)]
pub(super) fn transpose_whole<S: Simd>(s: S, block: &mut [[i32; SIDE]; SIDE]) {
    let mut rows = [<i32x16<S> as SimdBase<S>>::splat(s, 0); SIDE];
    for (row, values) in rows.iter_mut().zip(&*block) {
        *row = i32x16::from_slice(s, values);
    }
    for _ in 0..4 {
        let old = rows;
        for i in 0..8 {
            rows[2 * i] = old[i].zip_low(old[i + 8]);
            rows[2 * i + 1] = old[i].zip_high(old[i + 8]);
        }
    }
    for (row, values) in rows.iter().zip(block) {
        row.store_slice(values);
    }
}
