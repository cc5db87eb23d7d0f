//! Searches are exact on their sample: what they say of a level is what simulation says of it, and no level within reach
//! is better. Settled openings are the same in the kernel and the reference, and are where the long run is.

mod support;

use maketo::config::{
    Array, Arrays, Costs, Demand, EventOrder, Half, MakeToStock, Opening, Policy, Quantities, Request,
    Settled,
};
use maketo::law::Law;
use maketo::metrics::service::{Service, Target};
use maketo::run::Control;
use maketo::run::fit::{FitRequest, ResampleRequest, fit, input_uncertainty};
use support::{discrete, fixed, item, model, poisson, request, run};

const SETTLED: Option<Opening> = Some(Opening::Settled(Settled::Settled));

fn lumpy() -> Law {
    discrete(&[0.0, 1.0, 4.0, 11.0], &[0.7, 0.15, 0.1, 0.05])
}

fn min_max(up_to: f64, lot: f64) -> Policy {
    Policy::MinMax { reorder: up_to - lot, up_to, strict: false }
}

fn policies() -> Vec<(Policy, Quantities)> {
    let none = Quantities::default();
    let rules = |minimum, multiple| Quantities { minimum, multiple, maximum: None };
    let lots = |quantity: f64| Policy::ReorderQuantity { reorder: -quantity, quantity, strict: false };
    vec![
        (Policy::base_stock(0.0), none),
        (min_max(0.0, 5.0), none),
        (min_max(0.0, 40.0), none),
        (Policy::MinMax { reorder: -1.0, up_to: 0.0, strict: true }, none),
        (lots(6.0), none),
        (Policy::base_stock(0.0), rules(9.0, None)),
        (Policy::base_stock(0.0), rules(3.0, Some(4.0))),
        (min_max(0.0, 10.0), rules(0.0, Some(6.0))),
        (Policy::CappedBaseStock { level: 0.0, cap: 4.0 }, none),
    ]
}

fn targets() -> [Target; 3] {
    [
        Target::Service { metric: Service::FillRate, at_least: 0.93 },
        Target::Service { metric: Service::AlphaService, at_least: 0.9 },
        Target::Cost,
    ]
}

fn shops() -> Vec<MakeToStock> {
    let mut all = Vec::new();
    for law in [poisson(2.0), lumpy(), Law::Empirical { values: vec![0.0, 0.5, 7.25], interpolate: false }] {
        for (policy, quantities) in policies() {
            for order in [EventOrder::OrderBeforeDemand, EventOrder::DemandBeforeOrder] {
                for share in [1.0, 0.0] {
                    let random = discrete(&[1.0, 2.0, 5.0], &[0.5, 0.25, 0.25]);
                    let lead = if all.len() % 3 == 0 { random } else { fixed(2.0) };
                    let mut m = model(law.clone(), policy.clone(), lead);
                    m.quantities = quantities;
                    m.event_order = order;
                    m.backorder_share = share;
                    m.review_period = 1 + (all.len() % 2) as u32;
                    m.opening_stock = if all.len() % 4 < 2 { SETTLED } else { None };
                    let none = Costs::default();
                    m.costs = Costs { holding: 1.0, backorder: 9.0, lost_sale: 30.0, order: 3.0, ..none };
                    // A cap below the mean demand lets the backlog grow for ever.
                    if !(matches!(m.policy, Policy::CappedBaseStock { .. }) && m.review_period > 1) {
                        all.push(m);
                    }
                }
            }
        }
    }
    all
}

fn training(m: &MakeToStock) -> Request {
    let mut q = request(vec![item("x", 5, vec![m.clone()])], 60, 300);
    q.half = Half::Training;
    q.warm_up = 8;
    q
}

fn moved(m: &MakeToStock, level: f64) -> MakeToStock {
    MakeToStock { policy: maketo::strategy::make_to_stock::shift::to(&m.policy, level), ..m.clone() }
}

/// The measure at a level by plain simulation.
fn simulated(m: &MakeToStock, target: &Target, level: f64) -> f64 {
    let out = run(&training(&moved(m, level)), &Arrays::new());
    let sum = |name: &str| -> f64 { out.metrics.iter().find(|(n, _)| *n == name).unwrap().1.iter().sum() };
    match target {
        Target::Service { metric: Service::FillRate, .. } => sum("filled") / sum("demand"),
        Target::Service { metric: Service::AlphaService, .. } => sum("alpha_service") / 300.0,
        Target::Cost => sum("cost") / 300.0,
    }
}

#[test]
fn a_search_says_what_simulation_says_and_nothing_near_is_better() {
    for (i, m) in shops().iter().enumerate() {
        let lot = maketo::strategy::make_to_stock::shift::lowest(&m.policy);
        for target in targets() {
            let asked =
                FitRequest { run: training(&moved(m, lot)), targets: vec![target.clone()], also: vec![] };
            let found = fit(&asked, &Arrays::new(), &Control::default()).unwrap();
            let (level, value) = (found.columns[0].1[0], found.columns[1].1[0]);
            let at = |level: f64| simulated(m, &target, level);
            let told = at(level);
            assert!((told - value).abs() <= 1e-11 * value.abs().max(1.0), "{i} {target:?}: {value} {told}");
            let whole = !matches!(m.demand, Demand::Stationary { law: Law::Empirical { .. } });
            assert!(!whole || level.fract() == 0.0);
            let step = if whole { 1.0 } else { 1e-3 };
            let below = (level - step).max(lot);
            match &target {
                Target::Service { at_least, .. } => {
                    assert!(value >= at_least - 1e-12);
                    assert!(level == lot || at(below) < *at_least, "{i} {target:?} {level}");
                }
                Target::Cost => {
                    let near = [below, level + step, (level - 7.0).max(lot), level + 7.0];
                    assert!(near.iter().all(|&l| at(l) >= value - 1e-9), "{i} {level}");
                }
            }
        }
    }
}

#[test]
fn settled_openings_are_the_same_on_every_level_and_for_every_target() {
    for m in shops().into_iter().filter(|m| m.opening_stock == SETTLED) {
        for target in [41.0, 60.0] {
            let m = moved(&m, target);
            let mut q = training(&m);
            (q.replications, q.first_replication) = (9, 250);
            let all: Vec<_> = maketo::engine::level::available()
                .into_iter()
                .map(|(name, _)| {
                    q.simd = Some(name.to_owned());
                    run(&q, &Arrays::new()).metrics
                })
                .collect();
            let bits = |metrics: &Vec<(&str, Vec<f64>)>| -> Vec<u64> {
                metrics.iter().flat_map(|(_, a)| a.iter().map(|x| x.to_bits())).collect()
            };
            assert!(all.windows(2).all(|w| bits(&w[0]) == bits(&w[1])), "{m:?}");
        }
    }
}

/// Orders of 40 against a demand of 1.35 per period: a cycle is 30 periods, the run is 12.
#[test]
fn a_short_run_that_opens_settled_agrees_with_a_long_one() {
    let mut m = model(lumpy(), min_max(44.0, 40.0), fixed(2.0));
    let mean = |m: &MakeToStock, periods, warm_up, replications| {
        let mut q = request(vec![item("x", 9, vec![m.clone()])], periods, replications);
        q.warm_up = warm_up;
        let out = run(&q, &Arrays::new());
        ["on_hand", "orders", "backorders"].map(|name| {
            let (_, x) = out.metrics.iter().find(|(n, _)| *n == name).unwrap();
            let mean = x.iter().sum::<f64>() / x.len() as f64;
            let variance = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (x.len() - 1) as f64;
            (mean, (variance / x.len() as f64).sqrt())
        })
    };
    let long = mean(&m, 4_200, 200, 2_000);
    let full = mean(&m, 15, 3, 40_000);
    m.opening_stock = SETTLED;
    let short = mean(&m, 15, 3, 40_000);
    for (i, ((a, sa), (b, sb))) in long.into_iter().zip(short).enumerate() {
        // 4.5 standard errors: false alarm in 7 of a million.
        assert!((a - b).abs() <= 4.5 * (sa * sa + sb * sb).sqrt(), "{i}: {a} ± {sa}, {b} ± {sb}");
        assert!((a - full[i].0).abs() > 20.0 * full[i].1, "opening full would be as good");
    }
}

#[test]
fn a_settled_opening_needs_demand_that_is_drawn() {
    let mut m = model(lumpy(), min_max(44.0, 40.0), fixed(2.0));
    m.opening_stock = SETTLED;
    m.demand = Demand::Paths { paths: "p".to_owned(), cycle: false };
    let arrays = Arrays::from([("p".to_owned(), Array { values: vec![1.0; 60], shape: vec![60] })]);
    let refusal = maketo::run::prepare::prepare(&training(&m), &arrays).err().unwrap().to_string();
    assert!(refusal.contains("opening_stock"), "{refusal}");
}

/// The optimism of a level is judged on the history as given: a history without chance has none.
#[test]
fn resamples_report_both_histories() {
    let asked = |values: Vec<f64>| {
        let mut m = model(lumpy(), Policy::base_stock(6.0), fixed(1.0));
        m.demand = Demand::Bootstrap { history: "h".to_owned() };
        let shape = vec![values.len()];
        let arrays = Arrays::from([("h".to_owned(), Array { values, shape })]);
        let q = training(&m);
        let targets = vec![targets()[0].clone()];
        let found = input_uncertainty(
            &ResampleRequest { run: q, targets, resamples: 40 },
            &arrays,
            &Control::default(),
        );
        found.unwrap().columns.into_iter().map(|(_, x)| x).collect::<Vec<_>>()
    };
    let mean = |x: &[f64]| x.iter().filter(|x| !x.is_nan()).sum::<f64>() / x.len() as f64;
    let constant = asked(vec![3.0; 12]);
    assert_eq!(constant[2], constant[3]);
    let scattered = asked(vec![0.0, 0.0, 1.0, 0.0, 9.0, 0.0, 2.0, 0.0, 0.0, 6.0, 0.0, 1.0]);
    assert!(scattered[2].iter().all(|x| x.is_nan() || *x >= 0.93 - 1e-12));
    let (apparent, original) = (mean(&scattered[2]), mean(&scattered[3]));
    assert!(apparent > original + 0.01, "{apparent} {original}");
}
