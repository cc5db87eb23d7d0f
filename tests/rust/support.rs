//! What several test files need: short ways to say a model and to run it.
#![allow(dead_code, reason = "each test file uses a part")]

use maketo::config::{Arrays, Costs, Demand, Half, Item, Keep, MakeToStock, Method, Model, Policy, Request};
use maketo::law::Law;
use maketo::run::Control;
use maketo::run::prepare::prepare;
use maketo::run::simulate::{Outcome, simulate};

/// A model with every cost in play.
pub(crate) fn model(law: Law, policy: Policy, lead_time: Law) -> MakeToStock {
    MakeToStock {
        costs: Costs {
            holding: 1.1,
            backorder: 9.3,
            shortage: 0.7,
            lost_sale: 2.9,
            order: 13.0,
            unit: 0.3,
            price: 5.1,
            salvage: 0.9,
            ..Costs::default()
        },
        ..MakeToStock::new(Demand::Stationary { law }, policy, lead_time)
    }
}

pub(crate) fn item(name: &str, key: u32, designs: Vec<MakeToStock>) -> Item {
    Item { name: name.to_owned(), key, designs: designs.into_iter().map(Model::MakeToStock).collect() }
}

pub(crate) fn request(items: Vec<Item>, periods: usize, replications: u32) -> Request {
    Request {
        items,
        plant: None,
        periods,
        orders: None,
        drain: None,
        warm_up: 0,
        half: Half::Evaluation,
        first_replication: 0,
        replications,
        key: 42,
        threads: None,
        keep: Keep::Replications,
        metrics: None,
        trace: Vec::new(),
        simd: None,
        method: Method::Auto,
        memory_limit: 1 << 30,
        confidence: 0.95,
    }
}

pub(crate) fn run(request: &Request, arrays: &Arrays) -> Outcome {
    simulate(request, prepare(request, arrays).unwrap(), &Control::default()).unwrap()
}

pub(crate) fn poisson(mean: f64) -> Law {
    Law::Poisson { mean }
}

pub(crate) fn fixed(value: f64) -> Law {
    Law::Deterministic { value }
}

pub(crate) fn gamma(shape: f64, scale: f64) -> Law {
    Law::Gamma { shape: Some(shape), scale: Some(scale), mean: None, sd: None }
}

pub(crate) fn discrete(values: &[f64], probabilities: &[f64]) -> Law {
    Law::Discrete { values: values.to_vec(), probabilities: probabilities.to_vec() }
}
