//! Gauss–Legendre quadrature.

/// Positive nodes and weights of the sixteen-point rule on [−1, 1].
const RULE: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_6),
    (0.458_016_777_657_227_4, 0.169_156_519_395_002_54),
    (0.617_876_244_402_643_7, 0.149_595_988_816_576_73),
    (0.755_404_408_355_003, 0.124_628_971_255_533_87),
    (0.865_631_202_387_831_7, 0.095_158_511_682_492_78),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_89),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_095),
];

/// `∫ f` from `a` to `b`, exact for polynomials up to degree 31.
pub fn gauss(a: f64, b: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    let (centre, half) = (0.5 * (a + b), 0.5 * (b - a));
    half * RULE.iter().map(|&(x, w)| w * (f(centre - half * x) + f(centre + half * x))).sum::<f64>()
}

/// `∫ f` from `start` outwards in panels of `width` (negative: to the left, never past `limit`) until a panel no longer
/// counts. `f` must fall off on the way.
pub fn tail(start: f64, width: f64, limit: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    let mut total = 0.0;
    let mut a = start;
    for _ in 0..4000 {
        let b = if width > 0.0 { (a + width).min(limit) } else { (a + width).max(limit) };
        let part = gauss(a, b, &mut f).abs();
        total += part;
        if part <= total * 1e-18 || b == limit {
            break;
        }
        a = b;
    }
    total
}
