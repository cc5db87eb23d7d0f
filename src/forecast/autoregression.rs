//! The forecast of least mean square error for d − μ = ρ(d₋₁ − μ) + noise, where μ and ρ are known.
//!
//! ```text
//! k ahead   μ + ρᵏ⁺¹ (d₋₁ − μ)
//! total     nμ + (ρ + … + ρⁿ)(d₋₁ − μ)
//! ```
//!
//! The start is the value d₋₁ before the first observation, by default μ. Knows nothing of how μ and ρ were found.

use super::{Memory, Recursion};

/// AR(1).
#[derive(Debug, Clone)]
pub(super) struct Autoregression {
    pub(super) mean: f64,
    pub(super) rho: f64,
}

impl Autoregression {
    #[inline(always)]
    fn line(&self, memory: &Memory, n: f64, weight: f64, out: &mut [f64]) {
        let (mean, base) = (self.mean, n * self.mean);
        for (out, &last) in out.iter_mut().zip(&memory.level) {
            *out = base + weight * (last - mean);
        }
    }

    /// ρ, ρ², …
    #[inline(always)]
    fn powers(&self) -> impl Iterator<Item = f64> + use<> {
        let rho = self.rho;
        std::iter::successors(Some(rho), move |power| Some(power * rho))
    }
}

impl Recursion for Autoregression {
    fn begin(&self, level: Option<f64>, _history: &[f64], memory: &mut Memory) -> usize {
        memory.level = vec![level.unwrap_or(self.mean)];
        memory.known = true;
        0
    }

    #[inline(always)]
    fn observe(&self, memory: &mut Memory, observed: &[f64]) {
        memory.level.copy_from_slice(observed);
    }

    #[inline(always)]
    fn ahead(&self, memory: &Memory, k: usize, out: &mut [f64]) {
        let weight = self.powers().nth(k).unwrap_or(0.0);
        self.line(memory, 1.0, weight, out);
    }

    #[inline(always)]
    fn total(&self, memory: &Memory, periods: usize, out: &mut [f64]) {
        let weight = self.powers().take(periods).sum();
        self.line(memory, periods as f64, weight, out);
    }
}

#[cfg(test)]
mod tests {
    use crate::forecast::tests::Lane;
    use crate::forecast::{Method, Statistical};

    /// μ = 10, ρ = −½. After 18: 10 − ½·8, 10 + ¼·8, 10 − ⅛·8.
    #[test]
    fn by_hand() {
        let ar = Statistical::new(Method::Autoregression { mean: Some(10.0), rho: -0.5 });
        let mut lane = Lane::new(&ar);
        assert_eq!((lane.ahead(0), lane.total(4)), (10.0, 40.0));
        lane.see(&[18.0]);
        assert_eq!((lane.ahead(0), lane.ahead(1), lane.ahead(2), lane.total(3)), (6.0, 12.0, 9.0, 27.0));
        // Only the last observation counts.
        lane.see(&[10.0]);
        assert_eq!(lane.ahead(0), 10.0);
        assert_eq!(Lane::new(&Statistical { initial: Some(18.0), ..ar.clone() }).ahead(0), 6.0);
        assert_eq!(Lane::new(&Statistical { history: vec![1.0, 18.0], ..ar }).ahead(0), 6.0);
    }

    /// The demand's own mean serves, history or not; a mean of the method's own comes first, as the start as well.
    #[test]
    fn mean_of_the_demand() {
        let ar = |mean| Statistical::new(Method::Autoregression { mean, rho: 0.5 });
        assert_eq!(Lane::with_mean(&ar(None), 10.0).ahead(0), 10.0);
        assert_eq!(Lane::with_mean(&Statistical { history: vec![18.0], ..ar(None) }, 10.0).ahead(0), 14.0);
        assert_eq!(Lane::with_mean(&ar(Some(20.0)), 10.0).ahead(0), 20.0);
    }
}
