//! Root finding for quantiles: Newton's step inside a bracket that only shrinks.

/// The root of an increasing function in `[low, high]`, from `start`. `f` returns value and derivative. Steps that leave
/// the bracket are replaced by bisection, so it ends whatever `f` does.
pub fn increasing(start: f64, mut low: f64, mut high: f64, mut f: impl FnMut(f64) -> (f64, f64)) -> f64 {
    let mut x = start.clamp(low, high);
    for _ in 0..200 {
        let (value, slope) = f(x);
        if value == 0.0 {
            return x;
        }
        if value > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let step = value / slope;
        let mut next = x - step;
        if !(next > low && next < high) {
            if step.abs() <= 4e-16 * x.abs() {
                return x;
            }
            next = middle(low, high);
        }
        if (next - x).abs() <= 1e-16 * x.abs() || next == low || next == high {
            return next;
        }
        let close = (next - x).abs() <= 1e-8 * x.abs();
        x = next;
        if close {
            // Quadratic convergence: one more step reaches the last place.
            let (value, slope) = f(x);
            let next = x - value / slope;
            return if next > low && next < high { next } else { x };
        }
    }
    x
}

/// Half-way, in a way that also crosses many orders of magnitude quickly and copes with infinite ends.
fn middle(low: f64, high: f64) -> f64 {
    if low > 0.0 && high > 4.0 * low && high.is_finite() {
        return low.sqrt() * high.sqrt();
    }
    match (low.is_finite(), high.is_finite()) {
        (true, true) => low + 0.5 * (high - low),
        (true, false) => low + low.abs().max(1.0),
        (false, true) => high - high.abs().max(1.0),
        (false, false) => 0.0,
    }
}
