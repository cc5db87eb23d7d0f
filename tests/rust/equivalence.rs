//! Fast equals plain: the lanes kernel agrees bit for bit with the scalar reference, on every SIMD level this machine
//! has, in any sub-range of replications, on any number of threads, alone or in a portfolio, with or without sweeps.

mod support;

use maketo::config::{
    Arrays, Crossing, EventOrder, HoldingBasis, Level, MakeToStock, Method, Opening, Policy, Quantities,
};
use maketo::demand::DemandSource;
use maketo::law::{Law, Negative};
use maketo::metrics::{BASIC, METRICS, Tariff, values};
use maketo::random::{EVALUATION, Line, Stream};
use maketo::run::simulate::{Outcome, Trace};
use maketo::strategy::make_to_stock::params::Params;
use maketo::strategy::make_to_stock::reference;
use support::{discrete, fixed, gamma, item, model, poisson, request, run};

/// Every combination of what the kernel specialises on, with whole and with real demand.
fn variants() -> Vec<MakeToStock> {
    let history = Law::Empirical { values: vec![0.0, 0.5, 7.25], interpolate: false };
    let laws = [
        poisson(6.0),
        gamma(2.0, 3.0),
        Law::Normal { mean: 6.0, sd: 4.0, negative: Negative::Clip },
        history,
    ];
    let min_max = |strict| Policy::MinMax { reorder: 9.0, up_to: 24.0, strict };
    let policies = [
        Policy::base_stock(17.0),
        min_max(false),
        min_max(true),
        Policy::base_stock(17.5),
        Policy::base_stock(-3.0),
    ];
    crossed(&laws, &policies.map(|policy| (policy, Quantities::default())))
}

/// Policies and quantity rules that share one kernel: a fifth of the combinations, each kind of everything with each policy.
fn rarer_variants() -> Vec<MakeToStock> {
    let reorder = |quantity, strict| Policy::ReorderQuantity { reorder: 12.0, quantity, strict };
    let rules = |minimum, multiple, maximum| Quantities { minimum, multiple, maximum };
    let (none, all) = (Quantities::default(), rules(5.0, Some(4.0), Some(22.0)));
    let cycle = || Policy::BaseStock { level: Level::Cycle(vec![17.0, 25.0, 9.0, 13.0, 13.0]) };
    let min_max = || Policy::MinMax { reorder: 9.0, up_to: 24.0, strict: false };
    let cases = [
        (reorder(7.0, false), none),
        (reorder(7.0, true), none),
        (reorder(2.5, false), none),
        (reorder(7.0, false), all),
        (Policy::CappedBaseStock { level: 21.0, cap: 8.0 }, none),
        (Policy::CappedBaseStock { level: 21.0, cap: 8.5 }, rules(2.0, None, None)),
        (Policy::ConstantOrder { quantity: 5.0 }, none),
        (Policy::ConstantOrder { quantity: 5.0 }, all),
        (cycle(), none),
        (cycle(), rules(0.0, Some(3.0), None)),
        (Policy::base_stock(20.0), rules(9.0, None, None)),
        (Policy::base_stock(20.0), rules(0.0, Some(0.1), None)),
        (Policy::base_stock(20.0), all),
        (min_max(), rules(0.0, None, Some(7.0))),
        (min_max(), rules(18.0, Some(6.0), None)),
    ];
    crossed(&[poisson(6.0), gamma(2.0, 3.0)], &cases).into_iter().step_by(5).collect()
}

/// These laws and policies with every kind of lead time, order of events and shortage; the rest in turn.
fn crossed(laws: &[Law], policies: &[(Policy, Quantities)]) -> Vec<MakeToStock> {
    let mut all = Vec::new();
    let (probabilities, crossings) =
        ([0.25, 0.5, 0.25], [Crossing::Independent, Crossing::Fifo, Crossing::Common, Crossing::Kaplan]);
    for law in laws {
        for (policy, quantities) in policies {
            for kind in 0..5 {
                for order in [EventOrder::OrderBeforeDemand, EventOrder::DemandBeforeOrder] {
                    for share in [1.0, 0.0, 0.35] {
                        let crossing = crossings[(all.len() / 2 + all.len() / 8) % 4];
                        // Where an order can be two periods late, the share under way rises with age.
                        let late = if crossing == Crossing::Kaplan { 0.0 } else { 2.0 };
                        let lead = match kind {
                            0 => fixed(0.0),
                            1 => fixed(1.0),
                            2 => fixed(4.0),
                            3 => discrete(&[1.0, 2.0, 3.0 + late], &probabilities),
                            _ => discrete(&[0.0, 1.0, 2.0 + late], &probabilities),
                        };
                        let mut m = model(law.clone(), policy.clone(), lead);
                        m.quantities = *quantities;
                        m.event_order = order;
                        m.backorder_share = share;
                        m.crossing = crossing;
                        m.review_period = 1 + (all.len() % 3) as u32;
                        m.holding_basis =
                            if all.len() % 2 == 0 { HoldingBasis::End } else { HoldingBasis::Mean };
                        m.opening_stock = if all.len() % 5 == 0 { Some(Opening::Stock(3.0)) } else { None };
                        let impossible = order == EventOrder::DemandBeforeOrder && (kind == 0 || kind == 4);
                        let refused = policy.target() < 0.0 && m.opening_stock.is_none() && share < 1.0;
                        if !(impossible || refused) {
                            all.push(m);
                        }
                    }
                }
            }
        }
    }
    all
}

const KEY: u64 = 0x1234_5678_9abc_def0;
const ENTITY: u32 = 77;

/// All metrics and the closing net stock of some replications, from the reference.
fn by_reference(
    m: &MakeToStock,
    replications: std::ops::Range<u32>,
    periods: usize,
    warm_up: usize,
) -> Vec<(Vec<f64>, Vec<f64>)> {
    let demand = DemandSource::compile(&m.demand, &Arrays::new(), periods, 1).unwrap();
    let p = Params::compile(m, &demand, (&Arrays::new(), periods, 1), (false, false)).unwrap();
    let maketo::config::Demand::Stationary { law } = &m.demand else { unreachable!() };
    let law = law.compile().unwrap();
    let tariff = Tariff {
        costs: p.costs,
        mean_basis: p.mean_basis,
        lost_share: p.lost_share,
        periods: (periods - warm_up) as f64,
    };
    let one = |replication| {
        let line = |stream| Line { key: KEY, replication, stream, entity: ENTITY };
        let path: Vec<f64> = (0..periods).map(|t| law.at(line(Stream::Demand).bits(t as u64))).collect();
        let lead = p.lead.path(periods, |t| line(Stream::LeadTime).bits(t));
        let (counts, days) = reference::run(&p, &path, &lead, warm_up);
        (values(&counts, &tariff)[..BASIC].to_vec(), days.iter().map(|d| d.close).collect())
    };
    replications.map(one).collect()
}

fn bits(x: &[f64]) -> Vec<u64> {
    x.iter().map(|x| x.to_bits()).collect()
}

#[test]
fn lanes_agree_with_the_reference_on_every_level() {
    agree(variants());
}

#[test]
fn lanes_agree_with_the_reference_for_every_policy_and_rule() {
    agree(rarer_variants());
}

fn agree(variants: Vec<MakeToStock>) {
    // Longer than a tile, so that everything is carried from one to the next.
    let (periods, warm_up, replications) = (75, 7, 5);
    let seen: Vec<Crossing> = variants.iter().map(|m| m.crossing).collect();
    assert!([Crossing::Independent, Crossing::Kaplan, Crossing::Common].iter().all(|c| seen.contains(c)));
    for (i, m) in variants.into_iter().enumerate() {
        let first = EVALUATION + 250;
        let expected = by_reference(&m, first..first + replications, periods, warm_up);
        for (name, _) in maketo::engine::level::available() {
            let mut q = request(vec![item("x", ENTITY, vec![m.clone()])], periods, replications);
            q.key = KEY;
            q.warm_up = warm_up;
            q.first_replication = 250;
            q.simd = Some(name.to_owned());
            q.trace = vec!["net_inventory".to_owned()];
            let out = run(&q, &Arrays::new());
            for (r, (metrics, close)) in expected.iter().enumerate() {
                let got: Vec<f64> = out.metrics.iter().map(|(_, a)| a[r]).collect();
                assert_eq!(bits(&got), bits(metrics), "variant {i} on {name}: {m:?}\n{got:?}\n{metrics:?}");
                let net: Vec<f64> = match &out.traces[0].1 {
                    Trace::Whole(a) => {
                        a[r * periods..(r + 1) * periods].iter().map(|x| f64::from(*x)).collect()
                    }
                    Trace::Real(a) => a[r * periods..(r + 1) * periods].to_vec(),
                };
                assert!(net.iter().zip(close).all(|(a, b)| a == b), "variant {i} on {name}: trace");
            }
        }
    }
}

fn metrics_of(out: &Outcome) -> Vec<Vec<u64>> {
    out.metrics.iter().map(|(_, a)| bits(a)).collect()
}

#[test]
fn threads_and_sub_ranges_do_not_matter() {
    let m = model(gamma(2.0, 3.0), Policy::base_stock(20.0), fixed(1.0));
    let all = request(vec![item("x", 5, vec![m])], 30, 1000);
    let whole = metrics_of(&run(&all, &Arrays::new()));
    for threads in [1, 2, 3, 8] {
        let mut q = all.clone();
        q.threads = Some(threads);
        assert_eq!(metrics_of(&run(&q, &Arrays::new())), whole, "{threads} threads");
    }
    for (first, count) in [(0, 1), (255, 2), (256, 256), (999, 1), (1, 700)] {
        let mut q = all.clone();
        (q.first_replication, q.replications) = (first, count);
        let part = metrics_of(&run(&q, &Arrays::new()));
        for (part, whole) in part.iter().zip(&whole) {
            assert_eq!(
                part[..],
                whole[first as usize..(first + count) as usize],
                "replications {first}+{count}"
            );
        }
    }
}

#[test]
fn an_item_is_the_same_alone_and_in_company() {
    let m = |mean| model(poisson(mean), Policy::base_stock(12.0), fixed(2.0));
    let alone = run(&request(vec![item("b", 9, vec![m(4.0)])], 40, 300), &Arrays::new());
    let items = vec![item("a", 3, vec![m(2.0)]), item("b", 9, vec![m(4.0)]), item("c", 1, vec![m(0.1)])];
    let company = run(&request(items, 40, 300), &Arrays::new());
    for ((_, one), (_, three)) in alone.metrics.iter().zip(&company.metrics) {
        assert_eq!(bits(one), bits(&three[300..600]));
    }
}

#[test]
fn a_summary_is_the_same_whether_replications_are_kept() {
    let m = |level| model(poisson(3.0), Policy::base_stock(level), fixed(2.0));
    let items = || vec![item("a", 3, vec![m(9.0), m(11.0)]), item("b", 9, vec![m(8.0), m(12.0)])];
    let mut q = request(items(), 40, 300);
    let kept = run(&q, &Arrays::new());
    q.keep = maketo::config::Keep::Summary;
    let summary = run(&q, &Arrays::new());
    assert_eq!(kept.ratios, summary.ratios);
    assert!(summary.metrics.is_empty());
    let factors = maketo::metrics::summary::Factors::new(300, 0.95, &maketo::metrics::summary::PROBABILITIES);
    let cost = METRICS.iter().position(|x| x.name == "cost").unwrap();
    let width = summary.summary[cost].1.len() / 4;
    for row in 0..4 {
        let values = &kept.metrics[cost].1[row * 300..(row + 1) * 300];
        let own = maketo::metrics::summary::summarise(values, &factors);
        assert_eq!(bits(&own), bits(&summary.summary[cost].1[row * width..(row + 1) * width]));
    }
}

/// Contract: bitwise for whole demand; for continuous demand indicator metrics bitwise, others to 1e-12 relative.
#[test]
fn one_pass_equals_the_grid() {
    let random = discrete(&[1.0, 2.0, 3.0], &[0.25, 0.5, 0.25]);
    for (law, exact) in [(poisson(6.0), true), (gamma(2.0, 3.0), false)] {
        for (lead, crossing) in [
            (fixed(0.0), Crossing::Independent),
            (fixed(3.0), Crossing::Independent),
            (random.clone(), Crossing::Independent),
            (random.clone(), Crossing::Fifo),
            (random.clone(), Crossing::Kaplan),
            (random.clone(), Crossing::Common),
        ] {
            for review in [1, 3] {
                let designs: Vec<_> = (5..45)
                    .map(|level| {
                        let mut m = model(law.clone(), Policy::base_stock(f64::from(level)), lead.clone());
                        m.review_period = review;
                        m.crossing = crossing;
                        m
                    })
                    .collect();
                let mut q = request(vec![item("x", 1, designs.clone())], 60, 100);
                q.warm_up = 5;
                q.trace = vec!["on_hand".to_owned(), "filled".to_owned()];
                let one = run(&q, &Arrays::new());
                assert_eq!(one.report.method, "one_pass");
                q.method = Method::Grid;
                let grid = run(&q, &Arrays::new());
                assert_eq!(grid.report.method, "grid");
                for ((name, a), (_, b)) in one.metrics.iter().zip(&grid.metrics) {
                    let indicator =
                        name.ends_with("periods") || name.ends_with("alpha_service") || *name == "orders";
                    for (x, y) in a.iter().zip(b) {
                        let close = (x - y).abs() <= 1e-12 * x.abs().max(y.abs()).max(1.0);
                        assert!(
                            x.to_bits() == y.to_bits() || !exact && !indicator && close,
                            "{name}: {x} {y}"
                        );
                    }
                }
                if exact {
                    assert_eq!(one.traces, grid.traces);
                }
            }
        }
    }
}

#[test]
fn one_pass_switches_itself_off() {
    let designs = |change: &dyn Fn(&mut MakeToStock)| -> Vec<_> {
        (10..14)
            .map(|level| {
                let mut m = model(poisson(3.0), Policy::base_stock(f64::from(level)), fixed(1.0));
                change(&mut m);
                m
            })
            .collect()
    };
    let method = |designs| run(&request(vec![item("x", 1, designs)], 20, 10), &Arrays::new()).report;
    assert_eq!(method(designs(&|_| ())).method, "one_pass");
    assert!(method(designs(&|m| m.backorder_share = 0.0)).method_reason.contains("lost"));
    let opening = |m: &mut MakeToStock| m.opening_stock = Some(Opening::Stock(4.0));
    assert!(method(designs(&opening)).method_reason.contains("opening"));
    let min_max = |m: &mut MakeToStock| {
        m.policy =
            Policy::MinMax { reorder: m.policy.target() - 5.0, up_to: m.policy.target(), strict: false };
    };
    assert_eq!(method(designs(&min_max)).method, "grid");
    assert!(method(designs(&min_max)).method_reason.contains("not a base stock"));
    let capped = |m: &mut MakeToStock| {
        m.policy = Policy::CappedBaseStock { level: m.policy.target(), cap: 4.0 };
    };
    assert!(method(designs(&capped)).method_reason.contains("not a base stock"));
    let cycle = |m: &mut MakeToStock| {
        m.policy = Policy::BaseStock { level: Level::Cycle(vec![m.policy.target(), 20.0]) };
    };
    assert!(method(designs(&cycle)).method_reason.contains("changes with the period"));
    for rules in [
        Quantities { minimum: 2.0, ..Quantities::default() },
        Quantities { multiple: Some(2.0), ..Quantities::default() },
        Quantities { maximum: Some(20.0), ..Quantities::default() },
    ] {
        let decided = method(designs(&|m| m.quantities = rules));
        assert!(decided.method == "grid" && decided.method_reason.contains("MOQ, batch or cap"));
    }
    // The opening position and each level's shortages move together whatever the order of arrivals.
    let random = discrete(&[1.0, 2.0], &[0.5, 0.5]);
    for crossing in [Crossing::Fifo, Crossing::Kaplan, Crossing::Common] {
        let late = |m: &mut MakeToStock| (m.lead_time, m.crossing) = (random.clone(), crossing);
        assert_eq!(method(designs(&late)).method, "one_pass");
    }
}

/// Tenths of a unit behave like whole units ten times as many: rounding must not turn into stockouts, orders or triggers.
#[test]
fn decimal_quantities_count_like_whole_ones() {
    let history = |unit: f64| {
        let values = [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 3.0, 0.0, 2.0, 0.0, 0.0, 1.0].map(|x| x * unit).to_vec();
        Law::Empirical { values, interpolate: false }
    };
    let policies = |unit: f64| {
        let rules = |minimum: f64, multiple: f64, maximum: f64| Quantities {
            minimum: minimum * unit,
            multiple: Some(multiple * unit),
            maximum: Some(maximum * unit),
        };
        let (none, min_max) = (Quantities::default(), |strict| Policy::MinMax {
            reorder: 2.0 * unit,
            up_to: 5.0 * unit,
            strict,
        });
        let reorder = |strict| Policy::ReorderQuantity { reorder: 2.0 * unit, quantity: 3.0 * unit, strict };
        [
            (Policy::base_stock(3.0 * unit), none),
            (Policy::base_stock(6.0 * unit), none),
            (min_max(false), none),
            (min_max(true), none),
            (reorder(false), none),
            (reorder(true), none),
            (Policy::CappedBaseStock { level: 6.0 * unit, cap: 2.0 * unit }, none),
            (Policy::base_stock(6.0 * unit), rules(0.0, 1.0, 3.0)),
            (Policy::base_stock(7.0 * unit), rules(2.0, 2.0, 6.0)),
            (min_max(false), rules(0.0, 3.0, 6.0)),
        ]
    };
    for share in [1.0, 0.0] {
        for (whole, tenths) in policies(1.0).into_iter().zip(policies(0.1)) {
            let counts = |unit: f64, (policy, quantities): (Policy, Quantities)| {
                let mut m = model(history(unit), policy, fixed(1.0));
                (m.backorder_share, m.quantities) = (share, quantities);
                let mut q = request(vec![item("x", 1, vec![m])], 120, 500);
                q.metrics = Some(["orders", "stockout_periods", "alpha_service"].map(str::to_owned).to_vec());
                metrics_of(&run(&q, &Arrays::new()))
            };
            assert_eq!(counts(0.1, tenths.clone()), counts(1.0, whole), "{tenths:?}, share {share}");
        }
        let sweep = |unit: f64, method| {
            let designs = [1.0, 2.0, 3.0, 6.0].map(|level| {
                let mut m = model(history(unit), Policy::base_stock(level * unit), fixed(1.0));
                m.backorder_share = share;
                m
            });
            let mut q = request(vec![item("x", 1, designs.to_vec())], 120, 500);
            (q.method, q.metrics) = (method, Some(vec!["alpha_service".to_owned(), "orders".to_owned()]));
            metrics_of(&run(&q, &Arrays::new()))
        };
        assert_eq!(sweep(0.1, Method::Auto), sweep(1.0, Method::Grid));
        assert_eq!(sweep(0.1, Method::Grid), sweep(1.0, Method::Grid));
    }
}

/// With a share such as 0.35 a backlog that is served in full leaves −10⁻¹⁷ behind; that is no stockout.
#[test]
fn a_cleared_backlog_is_no_stockout() {
    let mut m = model(poisson(2.0), Policy::base_stock(5.0), fixed(2.0));
    m.backorder_share = 0.35;
    let mut q = request(vec![item("x", 1, vec![m])], 200, 60);
    q.trace = vec!["net_inventory".to_owned()];
    let out = run(&q, &Arrays::new());
    let Trace::Real(net) = &out.traces[0].1 else { panic!("fractions are real") };
    let stockouts = net.iter().filter(|x| **x < -1e-6).count();
    let rounding = net.iter().filter(|x| **x < 0.0 && **x >= -1e-6).count();
    assert!(rounding > 0, "the case no longer shows what it guards against");
    let at = METRICS.iter().position(|x| x.name == "stockout_periods").unwrap();
    let counted: f64 = out.metrics[at].1.iter().map(|x| x * 200.0).sum();
    // Periods that lose something but end without a backlog count as well; they have a shortage and a net of nought.
    assert!(counted >= stockouts as f64 && counted < (stockouts + rounding) as f64 + 0.5);
}

/// A shard of a run over given paths meets the same paths as the whole.
#[test]
fn given_paths_are_numbered_like_replications() {
    let (rows, periods) = (300, 20);
    let values = (0..rows * periods).map(|i| f64::from((i * 7919 % 13) as u32)).collect();
    let paths = maketo::config::Array { values, shape: vec![rows, periods] };
    let arrays = Arrays::from([("paths".to_owned(), paths)]);
    let mut m = model(poisson(1.0), Policy::base_stock(20.0), fixed(1.0));
    m.demand = maketo::config::Demand::Paths { paths: "paths".to_owned(), cycle: false };
    let all = request(vec![item("x", 5, vec![m])], periods, 300);
    let whole = metrics_of(&run(&all, &arrays));
    let mut q = all.clone();
    (q.first_replication, q.replications) = (250, 50);
    for (part, whole) in metrics_of(&run(&q, &arrays)).iter().zip(&whole) {
        assert_eq!(part[..], whole[250..]);
    }
    q.replications = 51;
    assert!(maketo::run::prepare::prepare(&q, &arrays).is_err(), "path 300 does not exist");
}
