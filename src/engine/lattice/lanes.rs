//! The few operations that strategies need on a vector of replications, for whole and for real quantities.
//!
//! `max`, `min` and `portion` are defined so that lanes, the scalar reference and every SIMD level agree bit for bit.

use fearless_simd::{Simd, f64x8, i32x16, mask32x16, mask64x8, prelude::*};
use std::ops::{Add, Sub};

/// The scalar that lives in a lane: `i32` for whole quantities, `f64` for real ones.
pub trait Cell:
    Copy + Default + PartialOrd + Send + Sync + Add<Output = Self> + Sub<Output = Self> + 'static
{
    /// Quantities are whole.
    const WHOLE: bool;
    /// The vector type of this scalar.
    type Lanes<S: Simd>: Zip<S> + Lanes<S, Cell = Self>;
    /// Exact for every value a run produces.
    fn to_f64(self) -> f64;
    /// The nearest value; only called with values known to fit.
    fn from_f64(x: f64) -> Self;
    /// The nearest whole number of parts that a unit is cut into; whole quantities are not cut.
    fn parts(self, per_unit: f64) -> i64;
    /// `share` of `x`. Whole quantities are only ever lost entirely, so their share is 1.
    fn portion(x: Self, share: Self) -> Self;
    /// `x` times a usage, which is whole where quantities are.
    fn times(x: Self, usage: f64) -> Self;
}

/// A vector of replications.
pub trait Lanes<S: Simd>: Copy + Add<Output = Self> + Sub<Output = Self> {
    /// What lives in a lane.
    type Cell: Cell;
    /// Result of a comparison.
    type Mask: Copy;
    /// Lanes in a vector.
    const WIDTH: usize;
    /// The same value in every lane.
    fn splat(s: S, x: Self::Cell) -> Self;
    /// The first `WIDTH` values of a slice.
    fn load(s: S, from: &[Self::Cell]) -> Self;
    /// Into the first `WIDTH` places of a slice.
    fn store(self, to: &mut [Self::Cell]);
    /// Larger of two; the right one when equal.
    fn larger(self, other: Self) -> Self;
    /// Smaller of two; the right one when equal.
    fn smaller(self, other: Self) -> Self;
    /// `self < other`.
    fn below(self, other: Self) -> Self::Mask;
    /// `self ≤ other`.
    fn at_or_below(self, other: Self) -> Self::Mask;
    /// `yes` where the mask holds, else `no`.
    fn choose(mask: Self::Mask, yes: Self, no: Self) -> Self;
    /// A bit for each lane where the mask holds, the first lane lowest.
    fn bits(mask: Self::Mask) -> u32;
    /// `self` where it exceeds `tolerance`, else `zero`. Whole quantities have no rounding to tolerate.
    fn beyond(self, tolerance: Self, zero: Self) -> Self;
    /// `share` of `self`.
    fn portion(self, share: Self) -> Self;
}

/// A vector that can be interleaved with another: what a transposition is made of.
pub trait Zip<S: Simd>: Lanes<S> {
    /// `a₀ b₀ a₁ b₁ …`: the lower half and the upper half.
    fn zip(self, other: Self) -> (Self, Self);
}

impl<S: Simd> Zip<S> for i32x16<S> {
    #[inline(always)]
    fn zip(self, other: Self) -> (Self, Self) {
        (self.zip_low(other), self.zip_high(other))
    }
}

impl<S: Simd> Zip<S> for f64x8<S> {
    #[inline(always)]
    fn zip(self, other: Self) -> (Self, Self) {
        (self.zip_low(other), self.zip_high(other))
    }
}

impl Cell for i32 {
    const WHOLE: bool = true;
    type Lanes<S: Simd> = i32x16<S>;
    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        x as i32
    }
    #[inline(always)]
    fn parts(self, _per_unit: f64) -> i64 {
        i64::from(self)
    }
    #[inline(always)]
    fn portion(x: Self, _share: Self) -> Self {
        x
    }
    #[inline(always)]
    fn times(x: Self, usage: f64) -> Self {
        x * usage as i32
    }
}

impl Cell for f64 {
    const WHOLE: bool = false;
    type Lanes<S: Simd> = f64x8<S>;
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }
    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        x
    }
    #[inline(always)]
    fn parts(self, per_unit: f64) -> i64 {
        // Rounds to even by adding what leaves no bits for a fraction.
        const SHIFT: f64 = 6_755_399_441_055_744.0;
        ((self * per_unit + SHIFT) - SHIFT) as i64
    }
    #[inline(always)]
    fn portion(x: Self, share: Self) -> Self {
        x * share
    }
    #[inline(always)]
    fn times(x: Self, usage: f64) -> Self {
        x * usage
    }
}

impl<S: Simd> Lanes<S> for i32x16<S> {
    type Cell = i32;
    type Mask = mask32x16<S>;
    const WIDTH: usize = 16;
    #[inline(always)]
    fn splat(s: S, x: i32) -> Self {
        SimdBase::splat(s, x)
    }
    #[inline(always)]
    fn load(s: S, from: &[i32]) -> Self {
        Self::from_slice(s, &from[..16])
    }
    #[inline(always)]
    fn store(self, to: &mut [i32]) {
        self.store_slice(&mut to[..16]);
    }
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        self.max(other)
    }
    #[inline(always)]
    fn smaller(self, other: Self) -> Self {
        self.min(other)
    }
    #[inline(always)]
    fn below(self, other: Self) -> Self::Mask {
        self.simd_lt(other)
    }
    #[inline(always)]
    fn at_or_below(self, other: Self) -> Self::Mask {
        self.simd_le(other)
    }
    #[inline(always)]
    fn choose(mask: Self::Mask, yes: Self, no: Self) -> Self {
        mask.select(yes, no)
    }
    #[inline(always)]
    fn bits(mask: Self::Mask) -> u32 {
        mask.to_bitmask() as u32
    }
    #[inline(always)]
    fn beyond(self, _tolerance: Self, zero: Self) -> Self {
        self.max(zero)
    }
    #[inline(always)]
    fn portion(self, _share: Self) -> Self {
        self
    }
}

impl<S: Simd> Lanes<S> for f64x8<S> {
    type Cell = f64;
    type Mask = mask64x8<S>;
    const WIDTH: usize = 8;
    #[inline(always)]
    fn splat(s: S, x: f64) -> Self {
        SimdBase::splat(s, x)
    }
    #[inline(always)]
    fn load(s: S, from: &[f64]) -> Self {
        Self::from_slice(s, &from[..8])
    }
    #[inline(always)]
    fn store(self, to: &mut [f64]) {
        self.store_slice(&mut to[..8]);
    }
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        // Not `max`: the sign of nought and the treatment of equals differ between instruction sets.
        self.simd_gt(other).select(self, other)
    }
    #[inline(always)]
    fn smaller(self, other: Self) -> Self {
        self.simd_lt(other).select(self, other)
    }
    #[inline(always)]
    fn below(self, other: Self) -> Self::Mask {
        self.simd_lt(other)
    }
    #[inline(always)]
    fn at_or_below(self, other: Self) -> Self::Mask {
        self.simd_le(other)
    }
    #[inline(always)]
    fn choose(mask: Self::Mask, yes: Self, no: Self) -> Self {
        mask.select(yes, no)
    }
    #[inline(always)]
    fn bits(mask: Self::Mask) -> u32 {
        mask.to_bitmask() as u32
    }
    #[inline(always)]
    fn beyond(self, tolerance: Self, zero: Self) -> Self {
        self.simd_gt(tolerance).select(self, zero)
    }
    #[inline(always)]
    fn portion(self, share: Self) -> Self {
        self * share
    }
}

/// Two vectors side by side. A period is a chain of dependent instructions, so a kernel that carries two chains at once
/// keeps the machine busy.
#[derive(Clone, Copy)]
pub struct Pair<V>(V, V);

impl<V: Add<Output = V>> Add for Pair<V> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0, self.1 + other.1)
    }
}

impl<V: Sub<Output = V>> Sub for Pair<V> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0, self.1 - other.1)
    }
}

impl<S: Simd, V: Lanes<S>> Lanes<S> for Pair<V> {
    type Cell = V::Cell;
    type Mask = (V::Mask, V::Mask);
    const WIDTH: usize = 2 * V::WIDTH;
    #[inline(always)]
    fn splat(s: S, x: V::Cell) -> Self {
        Self(V::splat(s, x), V::splat(s, x))
    }
    #[inline(always)]
    fn load(s: S, from: &[V::Cell]) -> Self {
        Self(V::load(s, from), V::load(s, &from[V::WIDTH..]))
    }
    #[inline(always)]
    fn store(self, to: &mut [V::Cell]) {
        self.0.store(to);
        self.1.store(&mut to[V::WIDTH..]);
    }
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        Self(self.0.larger(other.0), self.1.larger(other.1))
    }
    #[inline(always)]
    fn smaller(self, other: Self) -> Self {
        Self(self.0.smaller(other.0), self.1.smaller(other.1))
    }
    #[inline(always)]
    fn below(self, other: Self) -> Self::Mask {
        (self.0.below(other.0), self.1.below(other.1))
    }
    #[inline(always)]
    fn at_or_below(self, other: Self) -> Self::Mask {
        (self.0.at_or_below(other.0), self.1.at_or_below(other.1))
    }
    #[inline(always)]
    fn choose(mask: Self::Mask, yes: Self, no: Self) -> Self {
        Self(V::choose(mask.0, yes.0, no.0), V::choose(mask.1, yes.1, no.1))
    }
    #[inline(always)]
    fn bits(mask: Self::Mask) -> u32 {
        V::bits(mask.0) | V::bits(mask.1) << V::WIDTH
    }
    #[inline(always)]
    fn beyond(self, tolerance: Self, zero: Self) -> Self {
        Self(self.0.beyond(tolerance.0, zero.0), self.1.beyond(tolerance.1, zero.1))
    }
    #[inline(always)]
    fn portion(self, share: Self) -> Self {
        Self(self.0.portion(share.0), self.1.portion(share.1))
    }
}
