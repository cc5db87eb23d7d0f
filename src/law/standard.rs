//! The standardised form of the sampling contract: a shared shape, shifted and scaled, perhaps exponentiated.
//!
//! Owns [`Standardised`] and the shapes that all laws share (normal, exponential, log-exponential), built once per
//! process because they are constants. Knows nothing of bounds, atoms or of how users describe laws.

use std::sync::{Arc, OnceLock};

use fearless_simd::{Simd, f64x8, prelude::*, u64x8};
use serde::{Deserialize, Serialize};

use super::float::{exp, exp_lanes, ln, ln_1p};
use super::real::RealTable;
use super::special::normal;
use crate::error::Result;

/// A quantile function in standard position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Uniform on (0, 1).
    Uniform,
    /// Triangular on (0, 1).
    Triangular {
        /// Where its density is largest.
        mode: f64,
    },
    /// A compiled quantile function.
    Table(#[serde(with = "shared")] Arc<RealTable>),
    /// Linear between order statistics (Hyndman & Fan type 7); ascending, at least two.
    Points(#[serde(with = "shared")] Arc<Vec<f64>>),
}

/// `shift + scale·z`, or the exponential of it, with `z` drawn from a shape; `scale > 0`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standardised {
    /// The law of z.
    pub shape: Shape,
    /// Added last.
    pub shift: f64,
    /// Multiplied first.
    pub scale: f64,
    /// Whether the result is exponentiated.
    pub exponential: bool,
}

impl Shape {
    /// F⁻¹(v), or F⁻¹(1 − v) where `upper`; `v` in [2⁻⁵³, ½).
    #[inline(always)]
    pub fn at_tail(&self, upper: bool, v: f64) -> f64 {
        match self {
            Self::Uniform => {
                if upper {
                    1.0 - v
                } else {
                    v
                }
            }
            Self::Triangular { mode } => triangular(*mode, upper, v),
            Self::Table(table) => table.at_tail(upper, v),
            Self::Points(points) => between(points, upper, v),
        }
    }

    /// Eight values with the bits of [`at_tail`](Self::at_tail).
    #[inline(always)]
    pub fn lanes<S: Simd>(&self, s: S, upper: u64x8<S>, v: f64x8<S>) -> f64x8<S> {
        let one = f64x8::splat(s, 1.0);
        match self {
            Self::Uniform => is_upper(s, upper).select(one - v, v),
            Self::Triangular { mode } => {
                let c = f64x8::splat(s, *mode);
                let up = is_upper(s, upper);
                let (below, above) = (up.select(one - v, v), up.select(v, one - v));
                let left = (below * c).sqrt();
                let right = one - (above * (one - c)).sqrt();
                below.simd_lt(c).select(left, right)
            }
            Self::Table(table) => table.lanes(s, upper, v),
            Self::Points(points) => {
                let (upper, v) = (upper.as_slice(), v.as_slice());
                let mut out = [0.0; 8];
                for i in 0..8 {
                    out[i] = between(points, upper[i] != 0, v[i]);
                }
                f64x8::from_slice(s, &out)
            }
        }
    }
}

#[inline(always)]
fn is_upper<S: Simd>(s: S, upper: u64x8<S>) -> <f64x8<S> as SimdBase<S>>::Mask {
    // 0 or 1 becomes 0.0 or a tiny subnormal, which is all a comparison needs.
    upper.bitcast::<f64x8<S>>().simd_ne(f64x8::splat(s, 0.0))
}

#[inline(always)]
fn triangular(c: f64, upper: bool, v: f64) -> f64 {
    let (below, above) = if upper { (1.0 - v, v) } else { (v, 1.0 - v) };
    if below < c { (below * c).sqrt() } else { 1.0 - (above * (1.0 - c)).sqrt() }
}

/// Type-7 quantile of ascending points.
fn between(points: &[f64], upper: bool, v: f64) -> f64 {
    let gaps = points.len() - 1;
    let h = gaps as f64 * v;
    let i = (h as usize).min(gaps - 1);
    let (a, b) = if upper { (points[gaps - i], points[gaps - i - 1]) } else { (points[i], points[i + 1]) };
    a + (h - i as f64) * (b - a)
}

impl Standardised {
    /// A shape, shifted and scaled.
    pub fn new(shape: Shape, shift: f64, scale: f64) -> Self {
        Self { shape, shift, scale, exponential: false }
    }

    /// The exponential of a shape, shifted and scaled.
    pub fn exponential(shape: Shape, shift: f64, scale: f64) -> Self {
        Self { shape, shift, scale, exponential: true }
    }

    /// F⁻¹(v), or F⁻¹(1 − v) where `upper`.
    #[inline(always)]
    pub fn at_tail(&self, upper: bool, v: f64) -> f64 {
        self.finish(self.shape.at_tail(upper, v))
    }

    #[inline(always)]
    fn finish(&self, z: f64) -> f64 {
        let x = self.shift + self.scale * z;
        if self.exponential { exp(x) } else { x }
    }

    /// Eight values with the bits of [`at_tail`](Self::at_tail).
    #[inline(always)]
    pub fn lanes<S: Simd>(&self, s: S, upper: u64x8<S>, v: f64x8<S>) -> f64x8<S> {
        self.finish_lanes(s, self.shape.lanes(s, upper, v))
    }

    #[inline(always)]
    pub(super) fn finish_lanes<S: Simd>(&self, s: S, z: f64x8<S>) -> f64x8<S> {
        let x = f64x8::splat(s, self.shift) + f64x8::splat(s, self.scale) * z;
        if self.exponential { exp_lanes(s, x) } else { x }
    }
}

fn constant(
    cell: &OnceLock<Result<Arc<RealTable>>>,
    low: fn(f64) -> f64,
    high: fn(f64) -> f64,
) -> Result<Shape> {
    cell.get_or_init(|| RealTable::fit(0.0, low, high).map(Arc::new)).clone().map(Shape::Table)
}

/// The standard normal shape.
pub fn normal_shape() -> Result<Shape> {
    static TABLE: OnceLock<Result<Arc<RealTable>>> = OnceLock::new();
    constant(&TABLE, normal::quantile_low, normal::quantile_high)
}

/// The exponential shape of mean 1.
pub fn exponential_shape() -> Result<Shape> {
    static TABLE: OnceLock<Result<Arc<RealTable>>> = OnceLock::new();
    constant(&TABLE, |v| -ln_1p(-v), |v| -ln(v))
}

/// The logarithm of the exponential shape: Weibull laws are powers of an exponential variable.
pub fn log_exponential_shape() -> Result<Shape> {
    static TABLE: OnceLock<Result<Arc<RealTable>>> = OnceLock::new();
    constant(&TABLE, |v| ln(-ln_1p(-v)), |v| ln(-ln(v)))
}

/// A shared part is written out in full wherever it occurs.
mod shared {
    use super::{Arc, Deserialize, Serialize};
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<T: Serialize, S: Serializer>(part: &Arc<T>, s: S) -> Result<S::Ok, S::Error> {
        part.as_ref().serialize(s)
    }

    pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Arc<T>, D::Error> {
        T::deserialize(d).map(Arc::new)
    }
}
