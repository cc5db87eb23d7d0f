//! The two lot-sizing rules that weigh setups against holding as requirements come, bucket by bucket.
//!
//! Silver and Meal (1973) extend a lot over n buckets from requirement r_0 on while the mean cost per bucket,
//! (K + h·Σ_{j<n} j·r_j)/n, does not rise; a tie extends.
//!
//! Wagner and Whitin (1958) find the least total cost of the horizon by recursion over the bucket i of the last lot,
//!
//! ```text
//! C_j = min_{i ≤ j} C_{i−1} + K + h·Σ_{k=i..j} (k − i)·r_k,     C_j = C_{j−1} where r_j = 0,
//! ```
//!
//! in O(H²) at most: once holding r_j alone from i to j costs more than K, no earlier i can be best. Of plans that cost
//! the same the one with fewer lots is taken, then the one whose last lot is earlier (and so on before it).
//!
//! Costs of whole numbers are exact, so ties are ties. Knows nothing of the other rules.

/// Room for Wagner–Whitin.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    stages: Vec<Stage>,
}

/// The cheapest way to cover the buckets before this one.
#[derive(Debug, Clone, Copy)]
struct Stage {
    cost: f64,
    lots: usize,
    /// Bucket of the last lot; none where the bucket before needs nothing.
    last: Option<usize>,
}

/// Buckets of one lot by Silver and Meal. With C the cost of n buckets, (C + h·n·r)/(n + 1) ≤ C/n iff h·n²·r ≤ C: no
/// division, so that ties of whole numbers are seen. A tie extends the lot.
pub(super) fn span(rest: &[f64], setup: f64, holding: f64) -> usize {
    let mut cost = setup;
    for (n, r) in rest.iter().enumerate().skip(1) {
        let once = holding * (n as f64 * r);
        if once * n as f64 > cost {
            return n;
        }
        cost += once;
    }
    rest.len()
}

/// Lots of the cheapest plan, by Wagner and Whitin.
pub(super) fn cheapest(net: &[f64], setup: f64, holding: f64, out: &mut [f64], scratch: &mut Scratch) {
    recur(net, setup, holding, &mut scratch.stages);
    trace(net, &scratch.stages, out);
}

/// `stages[j]`: the cheapest way to cover the buckets before j.
fn recur(net: &[f64], setup: f64, holding: f64, stages: &mut Vec<Stage>) {
    stages.clear();
    stages.push(Stage { cost: 0.0, lots: 0, last: None });
    for (j, &r) in net.iter().enumerate() {
        if r <= 0.0 {
            let before = stages[j];
            stages.push(Stage { last: None, ..before });
            continue;
        }
        let mut best = Stage { cost: f64::INFINITY, lots: 0, last: None };
        // Held while i moves back by one bucket: the requirements after i.
        let (mut later, mut held) = (0.0, 0.0);
        for i in (0..=j).rev() {
            held += later;
            later += net[i];
            if net[i] <= 0.0 {
                continue;
            }
            if holding * ((j - i) as f64 * r) > setup {
                break;
            }
            let cost = stages[i].cost + (setup + holding * held);
            let lots = stages[i].lots + 1;
            if cost < best.cost || cost == best.cost && lots <= best.lots {
                best = Stage { cost, lots, last: Some(i) };
            }
        }
        stages.push(best);
    }
}

/// Reads the lots off the stages, last one first.
fn trace(net: &[f64], stages: &[Stage], out: &mut [f64]) {
    out.fill(0.0);
    let mut end = net.len();
    while end > 0 {
        match stages[end].last {
            Some(i) => {
                out[i] = net[i..end].iter().sum();
                end = i;
            }
            None => end -= 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::planning::cases::Cases;
    use crate::planning::lots::{LotRule, Needs, Scratch};

    fn lots(rule: LotRule, net: &[f64]) -> Vec<f64> {
        let mut out = vec![f64::NAN; net.len()];
        rule.lots(Needs::of(net), &mut out, &mut Scratch::default());
        out
    }

    /// Setups, and holding of what is left at the end of a bucket; nothing may ever be short (by more than rounding).
    fn cost(net: &[f64], lots: &[f64], setup: f64, holding: f64) -> f64 {
        let (mut left, mut cost) = (0.0, 0.0);
        for (r, q) in net.iter().zip(lots) {
            left += q - r;
            assert!(left >= -1e-9, "{net:?} {lots:?}");
            cost += holding * left + if *q > 0.0 { setup } else { 0.0 };
        }
        cost
    }

    /// Silver, Pyke & Thomas, *Inventory and Production Management in Supply Chains*, ch. 5: A = 54, h = 0.02·20, and
    /// the best plan of the year happens to be that of the heuristic, at 501.20.
    #[test]
    fn silver_meal_of_the_textbook() {
        let net = [10.0, 62.0, 12.0, 130.0, 154.0, 129.0, 88.0, 52.0, 124.0, 160.0, 238.0, 41.0];
        let plan = [84.0, 0.0, 0.0, 130.0, 283.0, 0.0, 140.0, 0.0, 124.0, 160.0, 279.0, 0.0];
        let (setup, holding) = (54.0, 0.4);
        assert_eq!(lots(LotRule::SilverMeal { setup, holding }, &net), plan);
        assert_eq!(lots(LotRule::WagnerWhitin { setup, holding }, &net), plan);
        assert!((cost(&net, &plan, setup, holding) - 501.2).abs() < 1e-9);
        // A tie extends: (10 + 2·5)/2 = 10/1.
        assert_eq!(lots(LotRule::SilverMeal { setup: 10.0, holding: 2.0 }, &[7.0, 5.0]), [12.0, 0.0]);
        // Without setups, lot for lot; without holding, one lot.
        assert_eq!(lots(LotRule::SilverMeal { setup: 0.0, holding }, &net), net);
        assert_eq!(lots(LotRule::SilverMeal { setup, holding: 0.0 }, &net)[0], 1200.0);
    }

    /// The given case A-MTS-ww (Snyder & Shen, example 3.9).
    #[test]
    fn wagner_whitin_of_the_textbook() {
        let net = [90.0, 120.0, 80.0, 70.0];
        let plan = lots(LotRule::WagnerWhitin { setup: 500.0, holding: 2.0 }, &net);
        assert_eq!(plan, [210.0, 0.0, 150.0, 0.0]);
        assert_eq!(cost(&net, &plan, 500.0, 2.0), 1380.0);
    }

    /// K = 10, h = 1: one lot of 20 or two of 10 cost 20; of the plans with two lots for three buckets the one whose last
    /// lot is earlier.
    #[test]
    fn ties_of_wagner_whitin() {
        let rule = LotRule::WagnerWhitin { setup: 10.0, holding: 1.0 };
        assert_eq!(lots(rule, &[10.0, 10.0]), [20.0, 0.0]);
        assert_eq!(lots(rule, &[10.0, 10.0, 10.0]), [10.0, 20.0, 0.0]);
        assert_eq!(lots(rule, &[0.0, 10.0, 0.0, 4.0, 0.0]), [0.0, 14.0, 0.0, 0.0, 0.0]);
        assert_eq!(lots(LotRule::WagnerWhitin { setup: 0.0, holding: 0.0 }, &[1.0, 2.0]), [3.0, 0.0]);
    }

    /// Every set of buckets to set up in, up to ten buckets; no other rule is cheaper either.
    #[test]
    fn wagner_whitin_is_cheapest() {
        let mut cases = Cases::new(1958);
        for _ in 0..400 {
            let length = 1 + cases.below(10) as usize;
            let net: Vec<f64> = cases.list(length, 40).iter().map(|r| (r - 10.0).max(0.0)).collect();
            let (setup, holding) = (cases.whole(120), 1.0 + cases.whole(3));
            let best = (0..1_u32 << length)
                .filter_map(|set| brute(&net, set, setup, holding))
                .fold(f64::MAX, f64::min);
            let plan = lots(LotRule::WagnerWhitin { setup, holding }, &net);
            assert_eq!(cost(&net, &plan, setup, holding), best, "{net:?} K={setup} h={holding}");
            let others = [
                LotRule::SilverMeal { setup, holding },
                LotRule::LotForLot {},
                LotRule::FixedQuantity { quantity: 25.0 },
                LotRule::EconomicQuantity { setup, holding, whole: false },
                LotRule::PeriodQuantity { periods: None, setup: Some(setup), holding: Some(holding) },
            ];
            for rule in others {
                let dearer = cost(&net, &lots(rule, &net), setup, holding);
                assert!(dearer >= best - 1e-9, "{rule:?} {net:?}");
            }
        }
    }

    /// Cost with lots in exactly the buckets of `set`; none where one would be empty or come too late.
    fn brute(net: &[f64], set: u32, setup: f64, holding: f64) -> Option<f64> {
        let (mut cost, mut last) = (0.0, None);
        for (b, r) in net.iter().enumerate() {
            if set >> b & 1 == 1 {
                cost += setup;
                last = Some(b);
            }
            if *r > 0.0 {
                cost += holding * r * (b - last?) as f64;
            }
        }
        Some(cost)
    }
}
