//! Which SIMD level runs. Results do not depend on it; tests force each one this machine has.

use crate::error::{Error, Result};
use fearless_simd::Level;

/// Name of the level that runs the scalar reference instead of the kernels.
pub const SCALAR: &str = "scalar";

/// Levels that kernels are compiled for and this machine can run, slowest first.
pub fn available() -> Vec<(&'static str, Level)> {
    let best = Level::new();
    let mut list = Vec::new();
    #[cfg(target_arch = "x86_64")]
    {
        list.extend(best.as_sse2().map(|t| ("sse2", Level::Sse2(t))));
        list.extend(best.as_avx2().map(|t| ("avx2", Level::Avx2(t))));
        list.extend(best.as_avx512().map(|t| ("avx512", Level::Avx512(t))));
    }
    #[cfg(target_arch = "aarch64")]
    list.extend(best.as_neon().map(|t| ("neon", Level::Neon(t))));
    if list.is_empty() {
        list.push(("baseline", best));
    }
    list
}

/// The best level, or the one asked for; none means the scalar reference.
pub fn choose(name: Option<&str>) -> Result<(&'static str, Option<Level>)> {
    let list = available();
    match name {
        None => Ok(list.last().map_or((SCALAR, None), |(name, level)| (*name, Some(*level)))),
        Some(SCALAR) => Ok((SCALAR, None)),
        Some(name) => match list.iter().find(|(n, _)| *n == name) {
            Some((name, level)) => Ok((name, Some(*level))),
            None => {
                let names: Vec<_> = std::iter::once(SCALAR).chain(list.iter().map(|(n, _)| *n)).collect();
                Err(Error::config("simd", name, format!("one of {names:?} on this machine")))
            }
        },
    }
}

/// `dispatch!` of `fearless_simd` with fewer levels: SSE4.2 gains nothing over SSE2 here, and a scalar copy of the
/// kernels would only repeat the reference. Each level left out is a fifth of the build time.
macro_rules! at_level {
    ($level:expr, $s:ident => $op:expr) => {
        match $level {
            #[cfg(target_arch = "x86_64")]
            fearless_simd::Level::Avx512($s) => fearless_simd::Simd::vectorize($s, #[inline(always)] || $op),
            #[cfg(target_arch = "x86_64")]
            fearless_simd::Level::Avx2($s) => fearless_simd::Simd::vectorize($s, #[inline(always)] || $op),
            #[cfg(target_arch = "x86_64")]
            level => match level.as_sse2() {
                Some($s) => fearless_simd::Simd::vectorize($s, #[inline(always)] || $op),
                None => unreachable!("SSE2 is the baseline of x86-64"),
            },
            #[cfg(target_arch = "aarch64")]
            fearless_simd::Level::Neon($s) => fearless_simd::Simd::vectorize($s, #[inline(always)] || $op),
            #[cfg(not(target_arch = "x86_64"))]
            level => fearless_simd::dispatch!(level, $s => $op),
        }
    };
}
pub(crate) use at_level;
