//! From tiles (periods × replications) to rows (a replication is a row): a transposition in registers.

use super::{Tile, Zip};
use fearless_simd::Simd;
use std::ops::Range;

/// Widest vector.
const WIDEST: usize = 16;

/// Where rows go: row r belongs to lane `lanes.start + r` and starts at `r · stride + column`.
#[derive(Debug, Clone)]
pub struct Place {
    /// Lanes that are stored.
    pub lanes: Range<usize>,
    /// From the start of one row to the next.
    pub stride: usize,
    /// First period stored, in the row.
    pub column: usize,
}

/// Writes periods `periods` of one vector of lanes, from lane `g` on, each passed through `derive(vector, period row)`.
#[inline(always)]
pub fn store_rows<S: Simd, V: Zip<S>>(
    s: S,
    tile: &Tile<V::Cell>,
    g: usize,
    derive: impl Fn(V, usize) -> V,
    periods: Range<usize>,
    place: &Place,
    out: &mut [V::Cell],
) {
    let mut row = [V::Cell::default(); WIDEST];
    for from in periods.clone().step_by(V::WIDTH) {
        let length = V::WIDTH.min(periods.end - from);
        let mut block = [V::splat(s, V::Cell::default()); WIDEST];
        for k in 0..length {
            block[k] = derive(V::load(s, &tile[from + k][g..]), from + k);
        }
        let block = transposed(block);
        for lane in g.max(place.lanes.start)..(g + V::WIDTH).min(place.lanes.end) {
            let at = (lane - place.lanes.start) * place.stride + place.column + from - periods.start;
            if length == V::WIDTH {
                block[lane - g].store(&mut out[at..at + V::WIDTH]);
            } else {
                block[lane - g].store(&mut row);
                out[at..at + length].copy_from_slice(&row[..length]);
            }
        }
    }
}

/// The first `WIDTH` vectors, rows and columns swapped: each round of interleaving row `i` with row `i + WIDTH/2` moves
/// one bit of the row number into the column. Written without loops or closures, so that everything stays in registers.
#[inline(always)]
fn transposed<S: Simd, V: Zip<S>>(rows: [V; WIDEST]) -> [V; WIDEST] {
    if V::WIDTH == 16 { sixteen(sixteen(sixteen(sixteen(rows)))) } else { eight(eight(eight(rows))) }
}

#[inline(always)]
fn sixteen<S: Simd, V: Zip<S>>(r: [V; WIDEST]) -> [V; WIDEST] {
    let [(a, b), (c, d), (e, f), (g, h)] = [r[0].zip(r[8]), r[1].zip(r[9]), r[2].zip(r[10]), r[3].zip(r[11])];
    let [(i, j), (k, l), (m, n), (o, p)] =
        [r[4].zip(r[12]), r[5].zip(r[13]), r[6].zip(r[14]), r[7].zip(r[15])];
    [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]
}

#[inline(always)]
fn eight<S: Simd, V: Zip<S>>(r: [V; WIDEST]) -> [V; WIDEST] {
    let [(a, b), (c, d), (e, f), (g, h)] = [r[0].zip(r[4]), r[1].zip(r[5]), r[2].zip(r[6]), r[3].zip(r[7])];
    [a, b, c, d, e, f, g, h, r[8], r[9], r[10], r[11], r[12], r[13], r[14], r[15]]
}
