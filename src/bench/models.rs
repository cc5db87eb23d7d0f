//! The models behind the workloads.

use crate::config::{
    Arrivals, AssembleToOrder, Commitment, Component, Costs, Demand, Dispatch, EventOrder, MakeToOrder,
    MakeToStock, Model, Operation, OrderBook, Policy, Product, ProductCosts, Quote, Routing, Station,
};
use crate::law::{Law, Negative, Rounding};

/// W5: M/G/2 with lognormal times of mean 1.6 and variation 1, quoted 6 periods.
fn two_servers() -> MakeToOrder {
    let time = Law::Lognormal { mu: None, sigma: None, mean: Some(1.6), sd: Some(1.6) };
    let mut shop = line_of(1.0, &[(time, 2)]);
    shop.quote = Quote::Constant { lead_time: 6.0 };
    shop
}

/// Five stations in three orders of visit, exponential times, earliest due date first, load 0.8.
fn job_shop() -> MakeToOrder {
    let stations: Vec<(Law, u32)> = (0..5).map(|_| (Law::Exponential { mean: 0.8 }, 1)).collect();
    let mut shop = line_of(1.0, &stations);
    shop.orders.variants = vec![1.0; 3];
    shop.orders.requested_lead_time =
        Law::Uniform { low: Some(10.0), high: Some(40.0), mean: None, sd: None };
    shop.routing =
        Routing::ByVariant { routes: vec![vec![0, 1, 2, 3, 4], vec![4, 3, 2, 1, 0], vec![2, 0, 4, 1, 3]] };
    shop.dispatch = Dispatch::Edd;
    shop
}

fn line_of(rate: f64, stations: &[(Law, u32)]) -> MakeToOrder {
    let station = |(n, (_, servers)): (usize, &(Law, u32))| Station {
        name: format!("station {n}"),
        servers: *servers,
        buffer: None,
        calendar: None,
        breakdowns: None,
        overtime: None,
        rate: 0.0,
        key: n as u32,
    };
    MakeToOrder {
        stations: stations.iter().enumerate().map(station).collect(),
        operations: stations
            .iter()
            .enumerate()
            .map(|(n, (law, _))| Operation::new(n, law.clone(), n as u32))
            .collect(),
        ..MakeToOrder::new(OrderBook::new(Arrivals::Poisson { rate }))
    }
}

/// W1 and W6: Poisson(20), order after demand, lead time 4, S = 92, h = 1, b = 9.
fn base_stock() -> MakeToStock {
    let demand = Demand::Stationary { law: Law::Poisson { mean: 20.0 } };
    MakeToStock {
        event_order: EventOrder::DemandBeforeOrder,
        costs: Costs { holding: 1.0, backorder: 9.0, ..Costs::default() },
        ..MakeToStock::new(demand, Policy::base_stock(92.0), Law::Deterministic { value: 4.0 })
    }
}

/// W2: normal(100, 30) clipped at nought, (s, S) = (650, 1150), K = 1250, h = 1, b = 9; lead time gamma(4, 1), rounded, 1
/// to 31 periods; orders may cross.
fn min_max() -> MakeToStock {
    let gamma = Law::Gamma { shape: Some(4.0), scale: Some(1.0), mean: None, sd: None };
    let rounded = Law::Rounded { of: Box::new(gamma), to: Rounding::Nearest };
    MakeToStock {
        demand: Demand::Stationary { law: Law::Normal { mean: 100.0, sd: 30.0, negative: Negative::Clip } },
        policy: Policy::MinMax { reorder: 650.0, up_to: 1150.0, strict: false },
        lead_time: Law::Clipped { of: Box::new(rounded), low: Some(1.0), high: Some(31.0) },
        costs: Costs { order: 1250.0, ..base_stock().costs },
        ..base_stock()
    }
}

/// The model of a workload.
pub(super) fn model(workload: &str) -> Model {
    match workload {
        "w2" => Model::MakeToStock(min_max()),
        "w4" => Model::AssembleToOrder(Box::new(shared_components())),
        "w5" => Model::MakeToOrder(Box::new(two_servers())),
        "jobshop" => Model::MakeToOrder(Box::new(job_shop())),
        _ => Model::MakeToStock(base_stock()),
    }
}

/// W4: six products of ten components, first come first served.
fn shared_components() -> AssembleToOrder {
    let usage: [&[usize]; 6] =
        [&[0, 1, 4, 7], &[0, 2, 5, 8], &[1, 3, 6], &[0, 3, 4, 9], &[2, 6, 7, 9], &[1, 5, 8]];
    let (means, backorder) = ([3.0, 2.0, 4.0, 1.0, 2.0, 3.0], [20.0, 25.0, 15.0, 30.0, 25.0, 15.0]);
    let leads = [2.0, 3.0, 4.0, 5.0, 3.0, 4.0, 6.0, 2.0, 5.0, 3.0];
    let levels = [17.0, 38.0, 22.0, 32.0, 17.0, 26.0, 44.0, 15.0, 32.0, 13.0];
    let holding = [1.0, 0.5, 2.0, 1.5, 1.0, 0.8, 0.6, 2.5, 1.2, 3.0];
    let product = |v: usize| Product {
        name: format!("p{v}"),
        key: v as u32,
        demand: Demand::Stationary { law: Law::Poisson { mean: means[v] } },
        usage: usage[v].iter().map(|j| (*j, 1.0)).collect(),
        priority: 0,
        critical: false,
        value: 1.0,
        hours: 1.0,
        costs: ProductCosts { backorder: backorder[v], ..ProductCosts::default() },
    };
    let component = |j: usize| Component {
        name: format!("c{j}"),
        key: j as u32,
        stock: MakeToStock {
            event_order: EventOrder::DemandBeforeOrder,
            costs: Costs { holding: holding[j], ..Costs::default() },
            ..MakeToStock::new(
                Demand::Stationary { law: Law::Deterministic { value: 0.0 } },
                Policy::base_stock(levels[j]),
                Law::Deterministic { value: leads[j] },
            )
        },
        reserve: 0.0,
    };
    AssembleToOrder {
        products: (0..6).map(product).collect(),
        components: (0..10).map(component).collect(),
        allocation: Commitment::FcfsCommit,
        assembly_time: 0,
        hours: None,
        windows: vec![0],
    }
}
