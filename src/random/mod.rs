//! Random numbers are pure functions of an address (spec F5, Appendix B). There is no generator state anywhere.
//!
//! ```text
//! u = U(key; replication, stream, entity, index)          Philox4x32-10 under the 64-bit key
//!
//! counter   c0 = block low 32        block = index / 4, the word of the block is index mod 4
//!           c1 = entity              explicit, stable u32
//!           c2 = replication         training 0 .. 2³¹, evaluation 2³¹ .. 2³²
//!           c3 = stream 16 bits | block high 15 bits | twin 1 bit
//! lead  = word, twin 0 (32 bits)     settles nearly every discrete draw alone
//! trail = word, twin 1, top 20 bits  fetched only where the lead falls on a cell boundary
//! n     = lead << 20 | trail         the 52-bit integer that laws invert
//! u     = (n + ½)·2⁻⁵²               in [2⁻⁵³, 1 − 2⁻⁵³]; 1 − u is exact
//! ```
//!
//! This module knows nothing of laws, demand or strategies.

mod philox;
pub mod stream;

pub use philox::{philox_lanes, philox4x32};
pub use stream::Stream;

/// Bits of the integer that a law inverts.
pub const BITS: u32 = 52;
/// First replication number of the evaluation half; smaller ones are for training (spec R4).
pub const EVALUATION: u32 = 1 << 31;
/// One past the largest index of an address line: 49 bits.
pub const INDEX_END: u64 = 1 << 49;
/// Composite indices hold the period in the low 32 bits, so that four periods share one Philox block, and a
/// sub-number above them (17 bits).
pub const SUB_SHIFT: u32 = 32;

/// One line of addresses: everything but the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The 64-bit seed key of the run.
    pub key: u64,
    /// Absolute replication number.
    pub replication: u32,
    /// Which attribute is drawn.
    pub stream: Stream,
    /// Which item, arc, machine, source… draws it.
    pub entity: u32,
}

impl Line {
    fn word(&self, index: u64, twin: u32) -> u32 {
        word(self.key, self.replication, self.stream.id(), self.entity, index, twin)
    }

    /// The 32 leading bits of draw `index`.
    pub fn lead(&self, index: u64) -> u32 {
        self.word(index, 0)
    }

    /// The 32 leading bits of four draws at once, from index 4·`block` on.
    pub fn leads(&self, block: u64) -> [u32; 4] {
        philox4x32(split_key(self.key), counter(block, self.entity, self.replication, self.stream.id(), 0))
    }

    /// The 20 trailing bits of draw `index`.
    pub fn trail(&self, index: u64) -> u32 {
        self.word(index, 1) >> 12
    }

    /// The 52-bit integer of draw `index`.
    pub fn bits(&self, index: u64) -> u64 {
        u64::from(self.lead(index)) << 20 | u64::from(self.trail(index))
    }

    /// The uniform of draw `index`.
    pub fn uniform(&self, index: u64) -> f64 {
        to_unit(self.bits(index))
    }
}

/// One word of one block.
fn word(key: u64, replication: u32, stream: u16, entity: u32, index: u64, twin: u32) -> u32 {
    philox4x32(split_key(key), counter(index >> 2, entity, replication, stream, twin))[(index & 3) as usize]
}

/// The uniform of an address given by the number of its stream, for those who redraw or check one from outside.
pub fn uniform(key: u64, replication: u32, stream: u16, entity: u32, index: u64) -> f64 {
    let w = |twin| word(key, replication, stream, entity, index, twin);
    to_unit(u64::from(w(0)) << 20 | u64::from(w(1) >> 12))
}

/// `(n + ½)·2⁻⁵²`.
#[inline(always)]
pub fn to_unit(n: u64) -> f64 {
    (n as f64 + 0.5) * (1.0 / (1u64 << BITS) as f64)
}

/// The two key words of Philox.
#[inline(always)]
pub fn split_key(key: u64) -> [u32; 2] {
    [key as u32, (key >> 32) as u32]
}

/// The counter words of a block.
#[inline(always)]
pub fn counter(block: u64, entity: u32, replication: u32, stream: u16, twin: u32) -> [u32; 4] {
    debug_assert!(block < INDEX_END / 4, "index overflow");
    [block as u32, entity, replication, u32::from(stream) | ((block >> 32) as u32) << 16 | twin << 31]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spec Appendix B.
    #[test]
    fn address_to_double() {
        assert_eq!(uniform(42, 0, 1, 0, 0), 0.12603157871237747);
        assert_eq!(uniform(42, 0, 1, 0, 1), 0.5938701709672242);
        assert_eq!(uniform(42, 7, 16, 123, 1000), 0.3919012413403119);
        assert_eq!(uniform(244837814094590, 2147483648, 300, 4294967295, 1099511627777), 0.8433468632833186);
        let line = Line { key: 42, replication: 7, stream: Stream::Demand, entity: 123 };
        assert_eq!(line.uniform(1000), 0.3919012413403119);
    }

    #[test]
    fn unit_never_reaches_its_ends() {
        assert_eq!(to_unit(0), 0.5f64 / (1u64 << 52) as f64);
        let top = to_unit((1 << 52) - 1);
        assert!(top < 1.0);
        assert_eq!(1.0 - top, to_unit(0));
    }
}
