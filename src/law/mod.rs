//! Distributions and how they are drawn: always by monotone inversion of the 52-bit integer of an address (spec F6).
//!
//! ```text
//! description.rs   Law: what users write (JSON); checks every parameter
//! families/        one file per law: formula, source, checked constructor, both tails, both quantiles
//! distribution.rs  the three kinds a law can be (lattice, atoms, continuous) and what modifiers do to them
//!   lattice.rs  atoms.rs  continuous.rs
//! sampler.rs       Sampler: what a law compiles to; bounds, atoms, block form
//!   whole.rs       integers: guide on the lead word, search behind it
//!   real.rs        continuous: polynomials in the bits of min(u, 1 − u)
//!   standard.rs    a shared shape, shifted and scaled
//! score.rs         normal scores of addresses, and back: for dependence that leaves laws alone
//! direct.rs        Poisson and negative binomial without a table, where the parameter varies per draw
//! association.rs   correlation of two laws driven by correlated scores
//! special/         ln Γ, incomplete gamma and beta, normal tails, point masses, quadrature, roots
//! float.rs         ln, exp, pow from + − × ÷ alone
//! ```
//!
//! The contract: the value is F⁻¹((n + ½)·2⁻⁵²). Discrete laws are exact to the resolution of n; for continuous ones
//! |F(x) − u| ≤ 1e-9·min(u, 1 − u) down to 1e-12, as far as a double can express x. Changing a draw is a
//! value-breaking change.
//!
//! Knows nothing of demand, strategies or streams.

pub mod association;
mod atoms;
mod continuous;
mod description;
pub mod direct;
mod distribution;
mod families;
pub mod float;
mod lattice;
pub mod real;
pub mod row;
mod sampler;
pub mod score;
pub mod special;
pub mod standard;
pub mod whole;

pub use description::{Law, Summary};
pub use distribution::Rounding;
pub use families::normal::Negative;
pub use real::{RealTable, quantile_nodes};
pub use sampler::{RealSampler, Sampler};
pub use score::Scores;
pub use standard::{Shape, Standardised};
pub use whole::WholeTable;

#[cfg(test)]
mod tests;

/// Every SIMD level this machine can run.
#[cfg(test)]
pub(crate) fn test_levels() -> Vec<fearless_simd::Level> {
    use fearless_simd::Level;
    let best = Level::new();
    let mut all = vec![Level::fallback()];
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        all.extend(best.as_sse2().map(Level::Sse2));
        all.extend(best.as_sse4_2().map(Level::Sse4_2));
        all.extend(best.as_avx2().map(Level::Avx2));
        all.extend(best.as_avx512().map(Level::Avx512));
    }
    all.push(best);
    all
}
