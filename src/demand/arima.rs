//! Autoregressive integrated moving averages (spec D4), by recursion.
//!
//! ```text
//! w_t = Σ φ_i·w_{t−i} + ε_t + Σ θ_j·ε_{t−j},     ε ~ N(0, σ²), stream Demand
//! demand = μ + w                       without differences; the process is in its long run when the run begins
//! demand = sums (d times over) of w    with differences, from μ on; w includes a drift
//! ```
//!
//! Without differences the recursion starts a burn-in earlier, as long as it takes for the start to fade; indices of the
//! periods of the run are shifted by it.

use super::Window;
use crate::engine::lattice::{DEPTH, LANES, Row, Rows, Source, Words, draw};
use crate::error::{Error, Result, check};
use crate::law::score::Scores;
use crate::random::Stream;
use fearless_simd::Simd;

/// Longest burn-in.
const LONGEST: usize = 8192;
/// What may be left of a shock of 1 after the burn-in.
const FADED: f64 = 1e-9;

/// An ARIMA(p, d, q) process, compiled.
#[derive(Debug, Clone)]
pub struct Arima {
    mean: f64,
    drift: f64,
    sd: f64,
    ar: Vec<f64>,
    ma: Vec<f64>,
    differences: usize,
    /// Demand may be negative.
    pub returns: bool,
    burn_in: usize,
    /// Standard deviation in the long run; of one step with differences.
    pub spread: f64,
    /// What is left of a shock of 1 after each number of periods.
    responses: Vec<f64>,
    scores: &'static Scores,
}

/// The process as it is described.
#[derive(Debug, Clone, Copy)]
pub struct Process<'a> {
    /// Mean, or with differences the start.
    pub mean: f64,
    /// Standard deviation of a shock.
    pub sd: f64,
    /// φ.
    pub ar: &'a [f64],
    /// θ.
    pub ma: &'a [f64],
    /// d.
    pub differences: usize,
    /// Mean of the differences.
    pub drift: f64,
    /// Demand may be negative.
    pub returns: bool,
}

impl Arima {
    /// Checks and compiles.
    pub fn new(p: Process<'_>) -> Result<Self> {
        check::quantity("mean", p.mean)?;
        check::non_negative("sd", p.sd)?;
        check::finite("drift", p.drift)?;
        for (field, list) in [("ar", p.ar), ("ma", p.ma)] {
            if list.len() > 64 {
                return Err(Error::config(field, format!("{} coefficients", list.len()), "at most 64"));
            }
            list.iter().try_for_each(|x| check::finite(field, *x).map(drop))?;
        }
        if p.differences > 2 {
            return Err(Error::config("differences", p.differences, "0, 1 or 2"));
        }
        if p.differences == 0 && p.drift != 0.0 {
            return Err(Error::config("drift", p.drift, "0 without differences"));
        }
        // Impulse responses tell the variance, and when the start has faded.
        let mut psi = vec![1.0];
        let (mut variance, mut quiet, mut burn_in) = (1.0f64, 0, None);
        for k in 1..=LONGEST {
            let mut x = p.ma.get(k - 1).copied().unwrap_or(0.0);
            for (i, phi) in p.ar.iter().enumerate().take(k) {
                x += phi * psi[k - 1 - i];
            }
            psi.push(x);
            variance += x * x;
            quiet = if x.abs() < FADED { quiet + 1 } else { 0 };
            if !x.is_finite() || x.abs() > 1e6 {
                break;
            }
            if quiet > p.ar.len() + p.ma.len() {
                burn_in = Some(k);
                break;
            }
        }
        let Some(burn_in) = burn_in else {
            let bound = format!("stationary: a shock must fade within {LONGEST} periods");
            return Err(Error::config("ar", format!("{:?}", p.ar), bound));
        };
        let burn_in = if p.differences == 0 { burn_in.next_multiple_of(4) } else { 0 };
        Ok(Self {
            mean: p.mean,
            drift: p.drift,
            sd: p.sd,
            ar: p.ar.to_vec(),
            ma: p.ma.to_vec(),
            differences: p.differences,
            returns: p.returns,
            burn_in,
            spread: p.sd * variance.sqrt(),
            responses: psi,
            scores: Scores::shared()?,
        })
    }

    /// Whether what is below 0 is moved to 0.
    pub fn clips(&self) -> bool {
        !self.returns && self.sd > 0.0
    }

    /// Mean of period `t`, before clipping.
    pub fn mean_of(&self, t: usize) -> f64 {
        let n = t as f64 + 1.0;
        match self.differences {
            0 => self.mean,
            1 => self.mean + n * self.drift,
            _ => self.mean + 0.5 * n * (n + 1.0) * self.drift,
        }
    }

    /// Standard deviation of demand over so many periods together, before clipping; with differences there is none.
    pub fn cover_sd(&self, periods: usize) -> Option<f64> {
        if self.differences > 0 {
            return None;
        }
        let psi = &self.responses;
        let covariance = |h: usize| psi.iter().zip(psi.iter().skip(h)).map(|(a, b)| a * b).sum::<f64>();
        let m = periods as f64;
        let pairs: f64 = (1..periods).map(|h| 2.0 * (m - h as f64) * covariance(h)).sum();
        Some(self.sd * (m * covariance(0) + pairs).max(0.0).sqrt())
    }

    /// A size that demand hardly exceeds in so many periods.
    pub fn far(&self, deviations: f64, periods: usize) -> f64 {
        let n = periods as f64;
        let growth = [1.0, n.sqrt(), n * n.sqrt()][self.differences];
        let end = self.mean_of(periods).abs().max(self.mean.abs());
        end + deviations * self.spread.max(self.sd) * growth * (1.0 + self.ar.len() as f64)
    }

    /// Demand of one replication: the model for reading.
    pub fn path(&self, key: u64, entity: u32, replication: u32, periods: usize) -> Vec<f64> {
        let line = Source { key, stream: Stream::Demand, entity }.line(replication);
        let mut state = Walk::new(self);
        (0..self.burn_in + periods)
            .map(|index| state.step(self, self.sd * self.scores.normal_score(line.bits(index as u64))))
            .skip(self.burn_in)
            .collect()
    }

    /// The tile of a window.
    #[inline(always)]
    pub fn fill<S: Simd>(&self, s: S, window: &Window, memory: &mut Walks, out: &mut [Row<f64>]) {
        let source = Source { key: window.key, stream: Stream::Demand, entity: window.entity };
        if window.start == 0 {
            memory.walks.clear();
            memory.walks.resize_with(LANES, || Walk::new(self));
            for start in (0..self.burn_in).step_by(DEPTH) {
                let rows = (self.burn_in - start).min(DEPTH);
                let steps = &mut Steps { arima: self, walks: &mut memory.walks, out: None, rows };
                draw(s, source, window.first, start as u64, rows, steps);
            }
        }
        let rows = DEPTH.min(window.periods);
        let index = (window.start + self.burn_in) as u64;
        let steps = &mut Steps { arima: self, walks: &mut memory.walks, out: Some(out), rows };
        draw(s, source, window.first, index, rows, steps);
    }
}

/// Memory of a chunk.
#[derive(Default)]
pub struct Walks {
    walks: Vec<Walk>,
}

/// Where one replication stands.
#[derive(Debug, Clone)]
struct Walk {
    /// The latest last.
    past: Vec<f64>,
    shocks: Vec<f64>,
    /// Sums of differences, the innermost first.
    sums: [f64; 2],
}

impl Walk {
    fn new(arima: &Arima) -> Self {
        let mut sums = [0.0; 2];
        if arima.differences > 0 {
            sums[arima.differences - 1] = arima.mean;
        }
        Self { past: vec![0.0; arima.ar.len()], shocks: vec![0.0; arima.ma.len()], sums }
    }

    #[inline]
    fn step(&mut self, arima: &Arima, shock: f64) -> f64 {
        let mut w = shock;
        for (phi, x) in arima.ar.iter().zip(self.past.iter().rev()) {
            w += phi * x;
        }
        for (theta, e) in arima.ma.iter().zip(self.shocks.iter().rev()) {
            w += theta * e;
        }
        if !self.past.is_empty() {
            self.past.rotate_left(1);
            if let Some(last) = self.past.last_mut() {
                *last = w;
            }
        }
        if !self.shocks.is_empty() {
            self.shocks.rotate_left(1);
            if let Some(last) = self.shocks.last_mut() {
                *last = shock;
            }
        }
        let mut x = w + arima.drift;
        for sum in &mut self.sums[..arima.differences] {
            *sum += x;
            x = *sum;
        }
        let d = if arima.differences == 0 { arima.mean + x } else { x };
        if d < 0.0 && !arima.returns { 0.0 } else { d }
    }
}

struct Steps<'a> {
    arima: &'a Arima,
    walks: &'a mut [Walk],
    out: Option<&'a mut [Row<f64>]>,
    rows: usize,
}

impl Rows for Steps<'_> {
    #[inline(always)]
    fn trails(&self) -> bool {
        true
    }

    #[inline(always)]
    fn row<S: Simd>(&mut self, s: S, row: usize, words: Words<'_>) {
        if row >= self.rows {
            return;
        }
        let mut z = [0.0; LANES];
        self.arima.scores.fill_scores(s, words.lead, words.trails(), &mut z);
        for (l, z) in z.iter().enumerate() {
            let d = self.walks[l].step(self.arima, self.arima.sd * z);
            if let Some(out) = &mut self.out {
                out[row][l] = d;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process<'a>(ar: &'a [f64], ma: &'a [f64]) -> Process<'a> {
        Process { mean: 100.0, sd: 10.0, ar, ma, differences: 0, drift: 0.0, returns: true }
    }

    #[test]
    fn spread_in_the_long_run() {
        let ar = Arima::new(process(&[0.6], &[])).unwrap();
        assert!((ar.spread - 10.0 / (1.0f64 - 0.36).sqrt()).abs() < 1e-6);
        let ma = Arima::new(process(&[], &[0.5, 0.25])).unwrap();
        assert!((ma.spread * ma.spread - 100.0 * (1.0 + 0.25 + 0.0625)).abs() < 1e-9);
        assert!(Arima::new(process(&[1.0], &[])).unwrap_err().to_string().contains("stationary"));
        assert!(Arima::new(process(&[0.5, 0.6], &[])).is_err());
    }

    #[test]
    fn sums_of_differences() {
        let p = Process { differences: 1, drift: 2.0, sd: 0.0, ..process(&[], &[]) };
        let path = Arima::new(p).unwrap().path(1, 2, 3, 4);
        assert_eq!(path, [102.0, 104.0, 106.0, 108.0]);
        let p = Process { differences: 2, drift: 1.0, sd: 0.0, ..process(&[], &[]) };
        let arima = Arima::new(p).unwrap();
        assert_eq!(arima.path(1, 2, 3, 4), [101.0, 103.0, 106.0, 110.0]);
        assert_eq!(arima.mean_of(3), 110.0);
    }
}
