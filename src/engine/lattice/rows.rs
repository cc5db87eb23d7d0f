//! From tiles (periods × replications) to rows (a replication is a row): a transposition in registers.

use super::{DEPTH, LANES, Lanes, Tile};
use fearless_simd::{Simd, i32x16, prelude::*};

/// Writes periods `periods` of the tile `derive(k, lanes)` to `out`, whose rows are `stride` apart and start at
/// period `column`; row r belongs to lane `first_lane + r`.
#[inline(always)]
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
    let mut block = [[V::Cell::default(); 16]; DEPTH];
    for g in (0..LANES).step_by(16) {
        if g + 16 <= lanes.start || g >= lanes.end {
            continue;
        }
        for k in periods.clone() {
            for h in (0..16).step_by(V::WIDTH) {
                derive(V::load(s, &tile[k][g + h..]), k, g + h).store(&mut block[k][h..]);
            }
        }
        transpose(s, &mut block);
        for lane in g.max(lanes.start)..(g + 16).min(lanes.end) {
            let at = (lane - lanes.start) * stride + column;
            out[at..at + periods.len()].copy_from_slice(&block[lane - g][periods.clone()]);
        }
    }
}

/// In place: `block[i][j]` ↔ `block[j][i]`.
#[inline(always)]
fn transpose<S: Simd, T: Copy + 'static>(s: S, block: &mut [[T; 16]; DEPTH]) {
    if let Some(whole) = (block as &mut dyn std::any::Any).downcast_mut::<[[i32; 16]; DEPTH]>() {
        return transpose_whole(s, whole);
    }
    for i in 0..16 {
        for j in 0..i {
            let x = block[i][j];
            block[i][j] = block[j][i];
            block[j][i] = x;
        }
    }
}

/// Four rounds of interleaving rows `i` and `i + 8`: each round moves one bit of the row number into the column.
#[inline(always)]
fn transpose_whole<S: Simd>(s: S, block: &mut [[i32; 16]; DEPTH]) {
    let mut rows: [i32x16<S>; 16] = std::array::from_fn(|i| i32x16::from_slice(s, &block[i]));
    for _ in 0..4 {
        rows = std::array::from_fn(|i| {
            let (a, b) = (rows[i / 2], rows[i / 2 + 8]);
            if i % 2 == 0 { a.zip_low(b) } else { a.zip_high(b) }
        });
    }
    for i in 0..16 {
        rows[i].store_slice(&mut block[i]);
    }
}
