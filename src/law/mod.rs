//! Distributions and how they are drawn: always by monotone inversion of the 52-bit integer of an address (spec F6).

pub mod float;
pub mod real;
pub mod row;
pub mod special;
pub mod whole;

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
