use super::*;
use crate::config::{Arrivals, Demand, OrderClass};

fn drawn(book: &OrderBook, orders: usize, level: Option<Level>) -> (Orders, Book) {
    let compiled = Orders::compile(book, &Arrays::new(), 50, 1).unwrap();
    let whose = compiled.whose(7, 3, 1 << 31);
    let mut out = Book::default();
    compiled.begin(&mut out);
    while out.len() < orders && compiled.extend(&mut out, level, whose) {}
    (compiled, out)
}

#[test]
fn attributes_are_drawn_at_the_addresses_of_their_streams() {
    let book = OrderBook {
        size: Law::Geometric { p: None, mean: Some(3.0), start: 1 },
        customisation: Law::Uniform { low: Some(0.0), high: Some(1.0), mean: None, sd: None },
        ..OrderBook::new(Arrivals::Poisson { rate: 2.0 })
    };
    for level in crate::engine::level::available().into_iter().map(|l| Some(l.1)).chain([None]) {
        let (_, out) = drawn(&book, 600, level);
        let line = |stream| Source { key: 7, stream, entity: 3 }.line(1 << 31);
        let (gap, size) = (Law::Exponential { mean: 1.0 }.compile().unwrap(), book.size.compile().unwrap());
        let mut time = 0.0;
        for i in 0..600 {
            time += gap.at(line(Stream::Arrival).bits(i));
            assert_eq!(out.arrival[i as usize], time * 0.5);
            assert_eq!(out.size.at(i as usize), size.at(line(Stream::Quantity).bits(i)));
        }
    }
}

#[test]
fn a_varying_rate_moves_orders_and_draws_no_others() {
    let steady = drawn(&OrderBook::new(Arrivals::Poisson { rate: 2.0 }), 500, None).1;
    let flat = Arrivals::Varying { rates: vec![2.0, 2.0], cycle: true };
    let flat = drawn(&OrderBook::new(flat), 500, None).1;
    let waves = Arrivals::Varying { rates: vec![4.0, 0.0], cycle: true };
    let waves = drawn(&OrderBook::new(waves), 500, None).1;
    for i in 0..500 {
        assert!((steady.arrival[i] - flat.arrival[i]).abs() < 1e-9);
        assert_eq!(waves.arrival[i].floor() % 2.0, 0.0);
        // Every other period runs at twice the rate.
        let operational = (waves.arrival[i] / 2.0).floor() * 4.0 + waves.arrival[i] % 2.0 * 4.0;
        assert!((operational - 2.0 * steady.arrival[i]).abs() < 1e-8);
    }
}

#[test]
fn orders_end_when_the_last_rate_is_nought() {
    let ending = Arrivals::Varying { rates: vec![3.0, 1.0, 0.0], cycle: false };
    let (orders, mut out) = drawn(&OrderBook::new(ending), 1000, None);
    assert!(out.arrival.iter().all(|a| *a < 2.0));
    assert!(!orders.extend(&mut out, None, orders.whose(7, 3, 1 << 31)));
    assert_eq!(orders.rate(), Some(0.0));
}

#[test]
fn split_totals_are_the_sums_of_their_orders() {
    let demand = Demand::Stationary { law: Law::Poisson { mean: 40.0 } };
    let book = OrderBook {
        size: Law::UniformInteger { low: 1, high: 7 },
        ..OrderBook::new(Arrivals::Split { demand: Box::new(demand.clone()) })
    };
    let (_, out) = drawn(&book, 1, None);
    let source = crate::demand::DemandSource::compile(&demand, &Arrays::new(), 50, 1).unwrap();
    let (totals, _) = source.path(7, 3, 1 << 31, 50);
    let mut sums = vec![0.0; 50];
    for (i, a) in out.arrival.iter().enumerate() {
        assert!(i == 0 || out.arrival[i - 1] <= *a);
        sums[*a as usize] += out.size.at(i);
    }
    assert_eq!(sums, totals);
}

#[test]
fn classes_read_one_uniform_through_their_own_laws() {
    let class = |name: &str, patience: f64| OrderClass {
        name: name.to_owned(),
        share: 1.0,
        priority: 0,
        size: None,
        requested_lead_time: None,
        patience: Some(Law::Exponential { mean: patience }),
        customisation: None,
        valuation: None,
        waiting_sensitivity: None,
    };
    let mut book = OrderBook::new(Arrivals::Poisson { rate: 1.0 });
    book.classes = vec![class("patient", 20.0), class("hasty", 2.0)];
    let (orders, out) = drawn(&book, 500, None);
    assert!(orders.impatient());
    let line = Source { key: 7, stream: Stream::Patience, entity: 3 }.line(1 << 31);
    for i in 0..500 {
        let mean = if out.class.at(i) < 0.5 { 20.0 } else { 2.0 };
        let law = Law::Exponential { mean }.compile().unwrap();
        assert_eq!(out.patience.at(i), law.at(line.bits(i as u64)));
    }
}

#[test]
fn a_book_that_cannot_be_is_refused() {
    let refused = |book: &OrderBook| Orders::compile(book, &Arrays::new(), 50, 1).unwrap_err().to_string();
    let plain = OrderBook::new(Arrivals::Poisson { rate: 1.0 });
    assert_eq!(
        refused(&OrderBook::new(Arrivals::Poisson { rate: 0.0 })),
        "orders.arrivals.rate must be > 0, got 0"
    );
    let size = Law::Poisson { mean: 2.0 };
    assert_eq!(
        refused(&OrderBook { size, ..plain.clone() }),
        "orders.size must be in [1, 1000000000], got 0"
    );
    let variants = vec![0.5, -0.1];
    assert_eq!(refused(&OrderBook { variants, ..plain }), "orders.variants[1] must be ≥ 0, got -0.1");
}
