//! How long a period takes, by method and SIMD level. A measurement, not a claim.

use super::tests::{levels, period, series};
use super::{ErrorEstimate, Method, Over, State, Statistical};

const LANES: usize = 256;

/// Nanoseconds per lane and period at 256 lanes: `cargo test --release -- --ignored --nocapture speed`.
#[test]
#[ignore = "a measurement: cargo test --release -- --ignored --nocapture speed"]
fn speed() {
    let winters = |multiplicative| Method::HoltWinters {
        alpha: 0.2,
        beta: 0.1,
        gamma: 0.3,
        season: 12,
        multiplicative,
        damping: 0.95,
    };
    let rows: Vec<Vec<f64>> = (0..64).map(|t| series(t, LANES)).collect();
    for (name, level) in levels() {
        println!("{name:8} observe   + total, sd   observe covers   + total, sd");
        for method in [
            Method::Ses { alpha: 0.2 },
            Method::Holt { alpha: 0.2, beta: 0.1, damping: 0.95 },
            Method::MovingAverage { window: 12 },
            Method::SeasonalNaive { season: 12 },
            winters(false),
            winters(true),
            Method::Autoregression { mean: Some(4.0), rho: 0.6 },
            Method::Croston { alpha: 0.2 },
            Method::Tsb { alpha: 0.2, beta: 0.1 },
        ] {
            for over in [Over::Step, Over::Cover] {
                let error = ErrorEstimate { over, ..ErrorEstimate::default() };
                let described = Statistical { error, ..Statistical::new(method.clone()) };
                let forecaster = described.compile(Some(4.0), 5, Some(1.0)).unwrap();
                let mut state = State::default();
                forecaster.reset(LANES, &mut state);
                let mut out = [vec![0.0; LANES], vec![0.0; LANES]];
                for asked in [false, true] {
                    let mut best = f64::INFINITY;
                    for _ in 0..200 {
                        let start = std::time::Instant::now();
                        for row in rows.iter().cycle().take(200) {
                            period(level, &forecaster, &mut state, row, asked, &mut out);
                            std::hint::black_box(&mut out);
                        }
                        best = best.min(start.elapsed().as_secs_f64());
                    }
                    print!("{:12.2}", best * 1e9 / (200 * LANES) as f64);
                }
            }
            println!("   {method:?}");
        }
    }
}
