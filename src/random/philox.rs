//! Philox4x32-10 (Salmon, Moraes, Dror & Shaw, SC'11): ten rounds of multiply and swap over a 128-bit counter.
//!
//! One block at a time for reading and odd jobs, and eight blocks side by side for the engines. Both are the same
//! integer arithmetic, so they agree on every SIMD level by construction; the tests check it nevertheless.

use fearless_simd::{Simd, prelude::*, u64x8};

const MULTIPLIER: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: usize = 10;

/// One block: four words from a key and a counter.
#[inline]
pub fn philox4x32(mut key: [u32; 2], mut c: [u32; 4]) -> [u32; 4] {
    for _ in 0..ROUNDS {
        let p0 = u64::from(MULTIPLIER[0]) * u64::from(c[0]);
        let p1 = u64::from(MULTIPLIER[1]) * u64::from(c[2]);
        c = [(p1 >> 32) as u32 ^ c[1] ^ key[0], p1 as u32, (p0 >> 32) as u32 ^ c[3] ^ key[1], p0 as u32];
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    c
}

/// `8·N` blocks at once. Each word lives in the low half of a 64-bit lane; the high half of what comes back is rubbish,
/// because the next multiplication reads only the low half and masking would be wasted work. The `N` groups advance
/// round by round together: a round is a chain of dependent instructions, and one chain alone would leave the machine
/// waiting.
#[inline(always)]
pub fn philox_lanes<S: Simd, const N: usize>(
    s: S,
    mut key: [u32; 2],
    mut c: [[u64x8<S>; 4]; N],
) -> [[u64x8<S>; 4]; N] {
    let low = u64x8::splat(s, 0xffff_ffff);
    let m0 = u64x8::splat(s, u64::from(MULTIPLIER[0]));
    let m1 = u64x8::splat(s, u64::from(MULTIPLIER[1]));
    for _ in 0..ROUNDS {
        let (k0, k1) = (u64x8::splat(s, u64::from(key[0])), u64x8::splat(s, u64::from(key[1])));
        for [c0, c1, c2, c3] in &mut c {
            let p0 = (*c0 & low) * m0;
            let p1 = (*c2 & low) * m1;
            *c0 = (p1 >> 32) ^ *c1 ^ k0;
            *c2 = (p0 >> 32) ^ *c3 ^ k1;
            *c1 = p1;
            *c3 = p0;
        }
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    c
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known answers of the Random123 distribution.
    #[test]
    fn known_answers() {
        assert_eq!(philox4x32([0; 2], [0; 4]), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
        let ones = u32::MAX;
        assert_eq!(philox4x32([ones; 2], [ones; 4]), [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);
        assert_eq!(
            philox4x32([0xa4093822, 0x299f31d0], [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344]),
            [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]
        );
    }
}
