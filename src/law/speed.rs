//! How long draws and tables take. Run by hand:
//! `cargo test --release --lib law::speed -- --ignored --nocapture --test-threads 1`.

use std::hint::black_box;
use std::time::Instant;

use fearless_simd::{Simd, dispatch, prelude::*, u32x16};

use super::*;

fn words(count: usize) -> (Vec<u32>, Vec<u32>) {
    let n = |i: usize| (i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 12;
    ((0..count).map(|i| (n(i) >> 20) as u32).collect(), (0..count).map(|i| n(i) as u32 & 0xf_ffff).collect())
}

#[inline(always)]
fn whole<S: Simd>(s: S, table: &WholeTable, lead: &[u32], trail: &[u32], out: &mut [i32]) {
    for ((lead, trail), out) in
        lead.chunks_exact(16).zip(trail.chunks_exact(16)).zip(out.chunks_exact_mut(16))
    {
        table.fill_lanes(s, u32x16::from_slice(s, lead), &mut |lane| trail[lane]).store_slice(out);
    }
}

#[inline(always)]
fn real<S: Simd>(s: S, sampler: &Sampler, lead: &[u32], trail: &[u32], out: &mut [f64]) {
    sampler.fill(s, lead, trail, out);
}

/// Best of several passes, in ns per draw.
fn best(count: usize, mut pass: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..400 {
        let start = Instant::now();
        pass();
        best = best.min(start.elapsed().as_secs_f64() * 1e9 / count as f64);
    }
    best
}

#[test]
#[ignore = "a measurement, not a claim"]
fn nanoseconds_per_draw() {
    const COUNT: usize = 16 * 256;
    let (lead, trail) = words(COUNT);
    for level in test_levels() {
        println!("{level:?}");
        for mean in [5.0, 20.0, 100.0, 1000.0, 1e6] {
            let Sampler::Whole(table) = (Law::Poisson { mean }).compile().unwrap() else { unreachable!() };
            let mut out = vec![0i32; COUNT];
            let ns = best(COUNT, || {
                dispatch!(level, s => whole(s, &table, black_box(&lead), &trail, &mut out));
                black_box(&out);
            });
            println!("  {ns:6.2} ns  poisson {mean}  slow share {:.5}", table.slow_share());
        }
        for text in [
            r#"{"law":"normal","mean":100,"sd":30,"negative":"clip"}"#,
            r#"{"law":"gamma","mean":10,"sd":5}"#,
            r#"{"law":"lognormal","mean":10,"sd":5}"#,
            r#"{"law":"exponential","mean":10}"#,
            r#"{"law":"uniform","low":0,"high":3}"#,
            r#"{"law":"triangular","low":0,"mode":1,"high":5}"#,
            r#"{"law":"zero_inflated","probability":0.3,"of":{"law":"gamma","mean":10,"sd":5}}"#,
        ] {
            let sampler = serde_json::from_str::<Law>(text).unwrap().compile().unwrap();
            let mut out = vec![0.0f64; COUNT];
            let ns = best(COUNT, || {
                dispatch!(level, s => real(s, &sampler, black_box(&lead), &trail, &mut out));
                black_box(&out);
            });
            println!("  {ns:6.2} ns  {text}");
        }
    }
}

#[test]
#[ignore = "a measurement, not a claim"]
fn building_and_direct() {
    for text in [
        r#"{"law":"poisson","mean":20}"#,
        r#"{"law":"poisson","mean":1e6}"#,
        r#"{"law":"poisson","mean":1e9}"#,
        r#"{"law":"normal","mean":100,"sd":30,"negative":"clip"}"#,
        r#"{"law":"normal","mean":1,"sd":1,"negative":"condition"}"#,
        r#"{"law":"gamma","mean":10,"sd":5}"#,
        r#"{"law":"gamma","mean":10,"sd":0.1}"#,
        r#"{"law":"gamma","shape":0.05,"scale":2}"#,
        r#"{"law":"gamma","shape":1e6,"scale":2}"#,
        r#"{"law":"beta_pert","low":0,"mode":3,"high":10}"#,
        r#"{"law":"rounded","to":"nearest","of":{"law":"gamma","mean":10,"sd":5}}"#,
    ] {
        let law = serde_json::from_str::<Law>(text).unwrap();
        let start = Instant::now();
        black_box(law.compile().unwrap());
        println!("{:8.2} ms  {text}", start.elapsed().as_secs_f64() * 1e3);
    }
    let n: Vec<u64> = (1..2000u64).map(|i| i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 12).collect();
    for mean in [0.5, 5.0, 50.0, 5000.0] {
        let start = Instant::now();
        for &n in &n {
            black_box(direct::poisson(mean, n));
        }
        let p = start.elapsed().as_secs_f64() * 1e9 / n.len() as f64;
        let start = Instant::now();
        for &n in &n {
            black_box(direct::negative_binomial(mean, mean + mean * mean / 4.0, n));
        }
        let nb = start.elapsed().as_secs_f64() * 1e9 / n.len() as f64;
        println!("{p:8.0} ns direct poisson {mean}; {nb:8.0} ns negative binomial with r = 4");
    }
}
