//! Every kind of demand, drawn in tiles, has the bits of [`DemandSource::path`], the model for reading: on every SIMD
//! level, on integers and on doubles, across tiles and chunks. And what is added draws nothing that was drawn before.

mod support;

use maketo::config::{
    Array, Arrays, Demand, Level, Life, Loading, MakeToStock, Policy, Promotion, Spread, Trend, Varying,
};
use maketo::demand::DemandSource;
use maketo::law::{Law, Negative};
use maketo::random::EVALUATION;
use maketo::run::simulate::Trace;
use support::{fixed, gamma, item, model, poisson, request, run};

const ENTITY: u32 = 77;
const PERIODS: usize = 141;

fn varying(spread: Spread) -> Varying {
    Varying {
        base: vec![6.0],
        trend: Some(Trend::Exponential { growth: 0.004 }),
        additive_season: vec![1.5, 0.0, -1.0],
        seasons: vec![vec![0.5, 1.5], vec![0.9, 1.0, 1.1, 1.0]],
        calendar: vec![1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.0],
        life: None,
        end_of_life: None,
        promotions: vec![],
        spread,
    }
}

fn seasonal(spread: Spread) -> Varying {
    let (trend, calendar, additive_season) = (None, vec![], vec![]);
    Varying { trend, calendar, additive_season, ..varying(spread) }
}

fn promoted(spread: Spread) -> Varying {
    let event = |start, cv, taken| Promotion {
        start,
        length: 3,
        uplift: 1.8,
        cv,
        pull_forward: 0.4,
        recovery: 3,
        decay: 0.5,
        key: if start > 60 { Some(9) } else { None },
        taken,
    };
    let promotions = vec![
        event(5, 0.0, None),
        event(7, 0.4, None),
        event(62, 0.2, None),
        event(100, 0.3, Some(vec![2.0; 3])),
    ];
    Varying { promotions, ..seasonal(spread) }
}

fn arrays() -> Arrays {
    let whole: Vec<f64> = (0..40u32).map(|t| f64::from((t * 7 % 11).saturating_sub(5))).collect();
    let real = whole.iter().map(|x| x * 0.37).collect();
    let one = |values: Vec<f64>| Array { shape: vec![values.len()], values };
    Arrays::from([("whole".to_owned(), one(whole)), ("real".to_owned(), one(real))])
}

fn kinds() -> Vec<Demand> {
    let law = |law| Demand::Stationary { law };
    let boxed = |v| Demand::Varying(Box::new(v));
    let around = Law::Gamma { shape: None, scale: None, mean: Some(1.0), sd: Some(0.4) };
    let noise = Law::Normal { mean: 0.0, sd: 4.0, negative: Negative::Allow };
    let ends = Law::UniformInteger { low: 20, high: 130 };
    let chained = |laws| Demand::MarkovModulated {
        laws,
        transition: vec![vec![0.9, 0.1, 0.0], vec![0.2, 0.6, 0.2], vec![0.0, 0.5, 0.5]],
        start: None,
        key: Some(3),
    };
    let auto = |of, correlation| Demand::Autocorrelated { of: Box::new(of), correlation };
    let loadings = vec![Loading { factor: 1, weight: 0.6 }, Loading { factor: 2, weight: -0.3 }];
    let correlated = |of| Demand::Correlated { of: Box::new(of), loadings: loadings.clone() };
    let nb = Spread::NegativeBinomial { r: Some(2.5), variance_ratio: None };
    let overdispersed = Spread::NegativeBinomial { r: None, variance_ratio: Some(3.0) };
    let clipped = Law::Normal { mean: 5.0, sd: 4.0, negative: Negative::Clip };
    let mut all = vec![
        law(poisson(6.0)),
        law(gamma(2.0, 3.0)),
        law(clipped.clone()),
        law(Law::Discrete { values: vec![0.5, 2.0], probabilities: vec![0.25, 0.75] }),
        boxed(varying(Spread::Poisson)),
        boxed(seasonal(Spread::Poisson)),
        boxed(seasonal(nb.clone())),
        boxed(varying(overdispersed)),
        boxed(varying(Spread::None)),
        boxed(varying(Spread::Scaled { law: around.clone() })),
        boxed(varying(Spread::Scaled {
            law: Law::Empirical { values: vec![0.5, 1.25], interpolate: false },
        })),
        boxed(varying(Spread::Additive { law: noise.clone(), returns: false })),
        boxed(seasonal(Spread::Additive { law: noise, returns: true })),
        boxed(varying(Spread::Additive { law: Law::UniformInteger { low: -6, high: 6 }, returns: false })),
        boxed(Varying {
            base: vec![3.0],
            calendar: vec![1.0, 1.0, 0.0],
            end_of_life: Some(Law::UniformInteger { low: 20, high: 130 }),
            ..Varying {
                additive_season: vec![],
                seasons: vec![],
                trend: None,
                ..varying(Spread::Additive { law: Law::UniformInteger { low: -6, high: 6 }, returns: false })
            }
        }),
        boxed(promoted(Spread::Poisson)),
        boxed(promoted(nb)),
        boxed(promoted(Spread::Scaled { law: around })),
        boxed(Varying { end_of_life: Some(ends), ..seasonal(Spread::Poisson) }),
        boxed(Varying {
            life: Some(Life::Bass { innovation: 0.03, imitation: 0.38, market: 50.0 }),
            ..seasonal(Spread::Poisson)
        }),
        boxed(Varying {
            base: vec![4.0],
            life: Some(Life::Phases { ramp: 10, plateau: 60, decline: 20 }),
            ..seasonal(Spread::None)
        }),
        chained(vec![poisson(1.0), poisson(4.0), fixed(12.0)]),
        chained(vec![poisson(1.0), gamma(2.0, 2.0), fixed(12.0)]),
        auto(law(poisson(6.0)), 0.7),
        auto(law(clipped), 0.5),
        auto(boxed(seasonal(Spread::Poisson)), -0.6),
        auto(chained(vec![poisson(1.0), poisson(4.0), fixed(12.0)]), 0.4),
        correlated(law(gamma(2.0, 3.0))),
        correlated(boxed(promoted(Spread::Poisson))),
        correlated(auto(law(poisson(6.0)), 0.8)),
        auto(correlated(law(poisson(6.0))), 0.0),
    ];
    for name in ["whole", "real"] {
        let history = name.to_owned();
        all.push(Demand::Bootstrap { history: history.clone() });
        for length in [1, 3, 17] {
            all.push(Demand::MovingBlocks { history: history.clone(), length, key: Some(5) });
        }
        all.push(Demand::StationaryBlocks { history: history.clone(), mean_length: 4.0, key: None });
        for (season, length) in [(12, 12), (7, 3)] {
            all.push(Demand::SeasonalBlocks {
                history: history.clone(),
                season,
                length,
                start_phase: None,
                key: None,
            });
        }
        for jitter in [true, false] {
            all.push(Demand::IntermittentBootstrap { history: history.clone(), jitter });
        }
    }
    all
}

fn shop(demand: Demand) -> MakeToStock {
    MakeToStock {
        demand,
        ..model(poisson(1.0), Policy::BaseStock { level: Level::Constant(20.0) }, fixed(2.0))
    }
}

fn numbers(trace: &Trace) -> Vec<f64> {
    match trace {
        Trace::Whole(a) => a.iter().map(|x| f64::from(*x)).collect(),
        Trace::Real(a) => a.clone(),
    }
}

#[test]
fn tiles_have_the_bits_of_the_path() {
    let arrays = arrays();
    for (i, demand) in kinds().into_iter().enumerate() {
        let source = DemandSource::compile(&demand, &arrays, PERIODS, 300).unwrap();
        let mut whole = 0;
        for (name, _) in maketo::engine::level::available() {
            // Beside a shop with fractions, whole demand runs on doubles.
            for real in [false, true] {
                let mut designs = vec![shop(demand.clone())];
                if real {
                    designs.push(MakeToStock {
                        policy: Policy::BaseStock { level: Level::Constant(20.5) },
                        ..designs[0].clone()
                    });
                }
                let mut q = request(vec![item("x", ENTITY, designs)], PERIODS, 5);
                (q.first_replication, q.simd) = (254, Some(name.to_owned()));
                q.trace = vec!["demand".to_owned()];
                let out = run(&q, &arrays);
                whole += usize::from(matches!(out.traces[0].1, Trace::Whole(_)));
                let got = numbers(&out.traces[0].1);
                let mut clipped = 0;
                for r in 0..5 {
                    let (path, n) = source.path(q.key, ENTITY, EVALUATION + 254 + r as u32, PERIODS);
                    clipped += n;
                    for (t, (a, b)) in got[r * PERIODS..].iter().zip(&path).enumerate() {
                        assert_eq!(a.to_bits(), b.to_bits(), "kind {i} on {name}, period {t}: {demand:?}");
                    }
                }
                let share = out.report.clipped[0][0];
                assert_eq!(
                    share,
                    source.clips().then_some(clipped as f64 / (5 * PERIODS) as f64),
                    "kind {i}"
                );
                assert!(got.iter().all(|x| x.abs() <= source.largest && *x >= source.lowest), "kind {i}");
            }
        }
        assert_eq!(whole > 0, source.whole, "kind {i}: {demand:?}");
    }
}

#[test]
fn the_mean_told_is_the_mean_drawn() {
    let arrays = arrays();
    for (i, demand) in kinds().into_iter().enumerate() {
        let source = DemandSource::compile(&demand, &arrays, PERIODS, 1).unwrap();
        let Some(mean) = source.mean else { continue };
        let mut q = request(vec![item("x", ENTITY, vec![shop(demand)])], PERIODS, 4000);
        q.metrics = Some(vec!["demand".to_owned()]);
        let values = &run(&q, &arrays).metrics[0].1;
        let n = values.len() as f64;
        let average = values.iter().sum::<f64>() / n;
        let spread = values.iter().map(|x| (x - average) * (x - average)).sum::<f64>() / n;
        let se = (spread / n).sqrt();
        // 4.5 standard errors: a false alarm in 150,000, and 35 kinds are tried.
        assert!((average - mean).abs() <= 4.5 * se + 1e-9 * mean, "kind {i}: {average} ± {se}, told {mean}");
    }
}

/// The new random inputs have streams of their own: with them switched on, or beside them, everything else stays.
#[test]
fn new_inputs_change_no_other_draw() {
    let arrays = arrays();
    let path = |demand: &Demand| {
        let source = DemandSource::compile(demand, &arrays, PERIODS, 1).unwrap();
        source.path(7, ENTITY, EVALUATION, PERIODS).0
    };
    let plain = Demand::Stationary { law: poisson(6.0) };
    let boxed = |v| Demand::Varying(Box::new(v));
    let flat = Varying { seasons: vec![], ..seasonal(Spread::Poisson) };
    let base = path(&plain);
    assert_eq!(base, path(&boxed(flat.clone())), "a moving mean that stands still");
    let dead = Varying { end_of_life: Some(fixed(60.0)), ..flat.clone() };
    assert_eq!(base[..60], path(&boxed(dead))[..60], "an end of life");
    let event = promoted(Spread::Poisson).promotions[1].clone();
    let with = path(&boxed(Varying { promotions: vec![event], ..flat }));
    assert_eq!(
        (&base[..7], &base[13..]),
        (&with[..7], &with[13..]),
        "a promotion in 7 to 9, paid back until 12"
    );
    let chain = |laws, transition| Demand::MarkovModulated { laws, transition, start: None, key: None };
    let same = chain(vec![poisson(6.0); 2], vec![vec![0.5, 0.5]; 2]);
    assert_eq!(base, path(&same), "regimes of one law");
    let idle = Demand::Correlated {
        of: Box::new(Demand::Autocorrelated { of: Box::new(plain), correlation: 0.0 }),
        loadings: vec![Loading { factor: 4, weight: 0.0 }],
    };
    assert_eq!(base, path(&idle), "dependence of nought");
}
