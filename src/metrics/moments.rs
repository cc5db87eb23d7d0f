//! Means and ratios of many numbers from one pass over the replications: what is left of them where the replications
//! themselves are not kept.

use super::summary::Factors;

/// Moments of pairs `(a, b)`: a mean of `a`, or the ratio of the means of both.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Moments {
    n: f64,
    mean: Vec<[f64; 2]>,
    /// Sums of squares and products of deviations: aa, ab, bb.
    squares: Vec<[f64; 3]>,
}

impl Moments {
    /// Adds one replication.
    pub fn push(&mut self, pairs: impl ExactSizeIterator<Item = (f64, f64)>) {
        self.mean.resize(pairs.len(), [0.0; 2]);
        self.squares.resize(pairs.len(), [0.0; 3]);
        self.n += 1.0;
        for (((a, b), mean), squares) in pairs.zip(&mut self.mean).zip(&mut self.squares) {
            let (da, db) = (a - mean[0], b - mean[1]);
            mean[0] += da / self.n;
            mean[1] += db / self.n;
            squares[0] += da * (a - mean[0]);
            squares[1] += da * (b - mean[1]);
            squares[2] += db * (b - mean[1]);
        }
    }

    /// Adds what others have seen.
    pub fn merge(&mut self, other: &Self) {
        if other.n == 0.0 {
            return;
        }
        if self.n == 0.0 {
            self.clone_from(other);
            return;
        }
        let n = self.n + other.n;
        let (share, weight) = (other.n / n, self.n * other.n / n);
        for i in 0..self.mean.len() {
            let d = [other.mean[i][0] - self.mean[i][0], other.mean[i][1] - self.mean[i][1]];
            let more = [d[0] * d[0], d[0] * d[1], d[1] * d[1]];
            for (k, squares) in self.squares[i].iter_mut().enumerate() {
                *squares += other.squares[i][k] + more[k] * weight;
            }
            self.mean[i][0] += d[0] * share;
            self.mean[i][1] += d[1] * share;
        }
        self.n = n;
    }

    /// Value, standard error, low, high of pair `i`; of the mean of `a`, or of the ratio.
    pub fn estimate(&self, i: usize, ratio: bool, factors: &Factors) -> [f64; 4] {
        let ([a, b], [aa, ab, bb]) = (self.mean[i], self.squares[i]);
        let (value, squares, scale) = match ratio {
            false => (a, aa, 1.0),
            true => {
                let r = a / b;
                (r, aa - 2.0 * r * ab + r * r * bb, b.abs())
            }
        };
        let squares = if squares > 0.0 { squares } else { squares * 0.0 };
        let se = if self.n > 1.0 { (squares / (self.n - 1.0) / self.n).sqrt() / scale } else { f64::NAN };
        let half = factors.t() * se;
        [value, se, value - half, value + half]
    }
}

#[cfg(test)]
mod tests {
    use super::super::summary::{Factors, ratio, summarise};
    use super::*;

    #[test]
    fn as_from_the_replications() {
        let a: Vec<f64> = (0..700).map(|i| f64::from(i * i % 97)).collect();
        let b: Vec<f64> = (0..700).map(|i| f64::from(i * 7 % 31) + 3.0).collect();
        let mut total = Moments::default();
        for k in (0..700).step_by(256) {
            let mut part = Moments::default();
            (k..700.min(k + 256)).for_each(|i| part.push([(a[i], b[i])].into_iter()));
            total.merge(&part);
        }
        let factors = Factors::new(700, 0.95, &[]);
        let close = |x: &[f64], y: &[f64]| x.iter().zip(y).all(|(x, y)| (x - y).abs() < 1e-10 * y.abs());
        assert!(close(&total.estimate(0, true, &factors), &ratio(&a, &b, &factors)));
        assert!(close(&total.estimate(0, false, &factors), &summarise(&a, &factors)[..4]));
    }
}
