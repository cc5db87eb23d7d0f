//! Which SIMD level runs. Results do not depend on it; tests force each one this machine has.

use crate::error::{Error, Result};
use fearless_simd::Level;

/// Names and levels this machine can run, slowest first.
pub fn available() -> Vec<(&'static str, Level)> {
    let best = Level::new();
    let mut list = vec![("fallback", Level::fallback())];
    #[cfg(target_arch = "x86_64")]
    {
        list.extend(best.as_sse2().map(|t| ("sse2", Level::Sse2(t))));
        list.extend(best.as_sse4_2().map(|t| ("sse4.2", Level::Sse4_2(t))));
        list.extend(best.as_avx2().map(|t| ("avx2", Level::Avx2(t))));
        list.extend(best.as_avx512().map(|t| ("avx512", Level::Avx512(t))));
    }
    #[cfg(target_arch = "aarch64")]
    list.extend(best.as_neon().map(|t| ("neon", Level::Neon(t))));
    let _ = best;
    list
}

/// The best level, or the one asked for.
pub fn choose(name: Option<&str>) -> Result<(&'static str, Level)> {
    let list = available();
    match name {
        None => Ok(list[list.len() - 1]),
        Some(name) => list.iter().copied().find(|(n, _)| *n == name).ok_or_else(|| {
            let names: Vec<_> = list.iter().map(|(n, _)| *n).collect();
            Error::config("simd", name, format!("one of {names:?} on this machine"))
        }),
    }
}
