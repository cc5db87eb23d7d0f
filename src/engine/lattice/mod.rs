//! The periodic lattice: time in whole periods, replications side by side in lanes.
//!
//! ```text
//! chunk   256 replications, aligned to absolute replication numbers
//! tile    64 periods × 256 replications of one random input
//!
//! for each tile:   draw the tile once            (draw.rs; the same for every design of a sweep)
//!                  advance every design over it  (the strategy's kernel; state stays in registers)
//! ```
//!
//! Engines that advance one replication at a time draw along the index instead (along.rs).
//!
//! Whole quantities run as 32-bit integers where bounds allow, everything else as `f64`; sums and differences of
//! whole numbers below 2⁵³ are exact in both, so the choice is invisible in results.

mod along;
mod draw;
mod lanes;
mod rows;

pub use along::{STRIP, Strip};
pub use draw::{Rows, Source, Words, draw, draw_real, draw_whole};
pub use lanes::{Cell, Lanes, Pair, Zip};
pub use rows::{Place, store_rows};

/// Replications in a chunk.
pub const LANES: usize = 256;
/// Periods in a tile: a multiple of four, so that a Philox block never straddles two tiles.
pub const DEPTH: usize = 64;

/// Largest sum a 32-bit accumulator may reach before it is emptied; larger quantities run in doubles.
pub const WHOLE_LIMIT: f64 = (i32::MAX / 2) as f64;

/// One quantity for every replication of a chunk.
pub type Row<T> = [T; LANES];
/// One quantity for every replication of a chunk over the periods of a tile.
pub type Tile<T> = [Row<T>; DEPTH];

/// A tile of noughts on the heap.
pub fn new_tile<T: Copy + Default>() -> Box<Tile<T>> {
    let flat: Box<[Row<T>]> = vec![[T::default(); LANES]; DEPTH].into_boxed_slice();
    flat.try_into().unwrap_or_else(|_| unreachable!("the vector has DEPTH rows"))
}
