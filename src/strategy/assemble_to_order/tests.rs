//! The walk back against the book; components against items by themselves.

use crate::config::{
    Arrays, AssembleToOrder, Commitment, Component, Costs, Demand, Half, Item, Keep, MakeToStock, Method,
    Model, Part, Policy, Product, ProductCosts, Request,
};
use crate::law::Law;
use crate::random::uniform;
use crate::run::Control;
use crate::run::assembly::{AssemblyOutcome, simulate};
use crate::run::blocks::Block;

fn poisson(mean: f64) -> Demand {
    Demand::Stationary { law: Law::Poisson { mean } }
}

/// A small system out of a hat: up to four products of up to four components, usage up to three.
fn hat(number: u64) -> AssembleToOrder {
    let mut drawn = 0;
    let mut pick = |n: f64| {
        drawn += 1;
        (uniform(number, 0, 96, 0, drawn) * n) as usize
    };
    let (products, components) = (1 + pick(4.0), 1 + pick(4.0));
    let mut usage = vec![Vec::new(); products];
    for j in 0..components {
        // Everything is used by somebody.
        let must = pick(products as f64);
        for (v, own) in usage.iter_mut().enumerate() {
            if v == must || pick(2.0) == 0 {
                own.push((j, 1.0 + pick(3.0) as f64));
            }
        }
    }
    for own in &mut usage {
        if own.is_empty() {
            own.push((pick(components as f64), 1.0));
        }
    }
    let means: Vec<f64> = (0..products).map(|_| 0.5 + pick(4.0) as f64).collect();
    let need = |j: usize| {
        usage
            .iter()
            .zip(&means)
            .flat_map(|(own, m)| own.iter().filter(move |u| u.0 == j).map(move |u| u.1 * m))
            .sum::<f64>()
    };
    let stocks: Vec<MakeToStock> = (0..components)
        .map(|j| {
            let lead = pick(4.0);
            let level = (need(j) * (lead as f64 + 1.0) * (0.6 + 0.2 * pick(5.0) as f64)).round();
            let (policy, law) = match pick(3.0) {
                0 => (Policy::base_stock(level), Law::Deterministic { value: lead as f64 }),
                1 => (
                    Policy::MinMax { reorder: level * 0.7, up_to: level + 3.0, strict: false },
                    Law::Deterministic { value: lead as f64 },
                ),
                _ => (Policy::base_stock(level), Law::UniformInteger { low: 0, high: 3 }),
            };
            let costs = Costs { holding: 1.0 + j as f64, unit: 2.0, order: 5.0, ..Costs::default() };
            MakeToStock { costs, ..MakeToStock::new(poisson(0.0), policy, law) }
        })
        .collect();
    AssembleToOrder {
        products: usage
            .into_iter()
            .zip(&means)
            .enumerate()
            .map(|(v, (usage, mean))| Product {
                name: String::new(),
                key: 100 + v as u32,
                demand: poisson(*mean),
                usage,
                priority: 0,
                critical: false,
                value: 1.0,
                hours: 1.0,
                costs: ProductCosts { backorder: 7.0, shortage: 1.0, assembly: 2.0, price: 30.0 },
            })
            .collect(),
        components: stocks
            .into_iter()
            .enumerate()
            .map(|(j, stock)| Component { name: String::new(), key: j as u32, stock, reserve: 0.0 })
            .collect(),
        allocation: Commitment::FcfsCommit,
        assembly_time: pick(3.0) as u32,
        hours: (pick(3.0) == 0).then(|| vec![means.iter().sum::<f64>() * 1.1]),
        windows: vec![0, 1, 3],
    }
}

fn request(model: AssembleToOrder, replications: u32) -> Request {
    Request {
        items: vec![Item {
            name: String::new(),
            key: 9,
            designs: vec![Model::AssembleToOrder(Box::new(model))],
        }],
        plant: None,
        periods: 150,
        orders: None,
        drain: None,
        warm_up: 17,
        half: Half::Evaluation,
        first_replication: 0,
        replications,
        key: 5,
        threads: None,
        keep: Keep::Replications,
        metrics: None,
        trace: Vec::new(),
        simd: None,
        method: Method::Auto,
        memory_limit: 1 << 34,
        confidence: 0.95,
    }
}

fn run(request: &Request) -> AssemblyOutcome {
    simulate(request, &Arrays::new(), &Control::default()).unwrap()
}

fn block<'a>(blocks: &'a [Block], name: &str) -> &'a Block {
    blocks.iter().find(|b| b.name == name).unwrap()
}

#[test]
fn the_walk_back_agrees_with_the_book() {
    let mut waited = 0.0;
    for number in 0..60 {
        let model = hat(number);
        let by_the_book = AssembleToOrder { allocation: Commitment::Priority, ..model.clone() };
        let (walk, book) = (run(&request(model, 40)), run(&request(by_the_book, 40)));
        for (a, b) in walk.metrics.iter().zip(&book.metrics) {
            assert_eq!(a, b, "{number}");
        }
        for (a, b) in [
            (&walk.products, &book.products),
            (&walk.components, &book.components),
            (&walk.others, &book.others),
        ] {
            for (a, b) in a.iter().zip(b) {
                assert_eq!(a, b, "{number}");
            }
        }
        waited += block(&walk.products, "waiting_for_components").estimates[0];
    }
    assert!(waited > 10.0, "{waited}");
}

#[test]
fn rings_of_demand_grow_with_the_queue() {
    // Nothing comes for 650 periods: everyone waits from the first one on.
    let mut model = hat(3);
    for component in &mut model.components {
        component.stock.policy = Policy::base_stock(1e4);
        component.stock.lead_time = Law::Deterministic { value: 650.0 };
        component.stock.opening_stock = Some(crate::config::Opening::Stock(2.0));
    }
    model.hours = None;
    let by_the_book = AssembleToOrder { allocation: Commitment::Priority, ..model.clone() };
    let longer = |m: AssembleToOrder| Request { periods: 700, ..request(m, 5) };
    let (walk, book) = (run(&longer(model)), run(&longer(by_the_book)));
    assert_eq!(walk.metrics, book.metrics);
    assert_eq!(walk.products, book.products);
}

#[test]
fn a_component_lives_as_it_would_alone() {
    for number in 0..20 {
        let model = hat(number);
        let together = run(&request(model.clone(), 30));
        for (j, component) in model.components.iter().enumerate() {
            let part = |p: &Product| {
                let usage = p.usage.iter().find(|u| u.0 == j).map(|u| u.1)?;
                Some(Part { usage, key: p.key, of: p.demand.clone() })
            };
            let demand = Demand::Dependent { parts: model.products.iter().filter_map(part).collect() };
            let stock = MakeToStock { demand, ..component.stock.clone() };
            for simd in [None, Some("scalar".to_owned())] {
                let mut alone = request(model.clone(), 30);
                alone.simd = simd;
                alone.items = vec![Item {
                    name: String::new(),
                    key: component.key,
                    designs: vec![Model::MakeToStock(stock.clone())],
                }];
                let prepared = crate::run::prepare::prepare(&alone, &Arrays::new()).unwrap();
                let found = crate::run::simulate::simulate(&alone, prepared, &Control::default()).unwrap();
                for (name, values) in &found.metrics {
                    let own = block(&together.components, name);
                    let own = own.values.as_ref().unwrap();
                    for (r, value) in values.iter().enumerate() {
                        let found = own[j * 30 + r];
                        let same = found.total_cmp(value).is_eq() || (value.is_nan() && found.is_nan());
                        assert!(same, "{number} {name}: {found} and {value}");
                    }
                }
            }
        }
    }
}

#[test]
fn replications_do_not_depend_on_how_a_run_is_cut() {
    let model = hat(7);
    let whole = run(&request(model.clone(), 300));
    for simd in crate::engine::level::available() {
        let mut shard = request(model.clone(), 100);
        (shard.first_replication, shard.simd) = (200, Some(simd.0.to_owned()));
        let part = run(&shard);
        for (a, b) in whole.metrics.iter().zip(&part.metrics) {
            assert_eq!(&a.1[200..], &b.1[..]);
        }
    }
}
