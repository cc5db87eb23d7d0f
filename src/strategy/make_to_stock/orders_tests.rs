//! Stock served order by order: traces by hand, an independent path for every mode of supply, closed forms,
//! refusals.
//!
//! Closed forms: the reference set of the project (given.json), whose values are exact to the digits shown.

use super::orders::{Served, StockScratch, StockShop};
use super::orders_params::StockParams;
use crate::config::{
    Arrays, Arrivals, Costs, Crossing, OrderBook, OrderClass, Policy, Production, StockOnOrders, parse,
};
use crate::engine::lattice::Source;
use crate::engine::level;
use crate::engine::work::Cancel;
use crate::error::Error;
use crate::law::Law;
use crate::metrics::orders::{ClassSums, METRICS, StationSums, Sums, Value, position};
use crate::random::{EVALUATION, Stream};
use crate::strategy::make_to_order::horizon::Horizon;
use crate::strategy::make_to_order::shop::Status;
use crate::strategy::make_to_order::tally::Tally;
use fearless_simd::Level;

const KEY: u64 = 7;
const ITEM: u32 = 3;

fn given(times: &[f64], sizes: &[f64]) -> (OrderBook, Arrays) {
    let array = |values: &[f64]| crate::config::Array { values: values.to_vec(), shape: vec![values.len()] };
    let arrays = [("t".to_owned(), array(times)), ("n".to_owned(), array(sizes))].into();
    let arrivals = Arrivals::Given {
        times: "t".to_owned(),
        size: Some("n".to_owned()),
        class: None,
        variant: None,
        requested_lead_time: None,
    };
    (OrderBook::new(arrivals), arrays)
}

fn poisson(rate: f64) -> OrderBook {
    OrderBook::new(Arrivals::Poisson { rate })
}

fn fixed(value: f64) -> Law {
    Law::Deterministic { value }
}

fn compile(model: &StockOnOrders, arrays: &Arrays) -> StockParams {
    StockParams::compile(model, ITEM, arrays, 1000, 1 << 20).unwrap()
}

/// All of a replication.
struct Found {
    sums: Sums,
    stations: Vec<StationSums>,
    classes: Vec<ClassSums>,
    served: Vec<Served>,
    arrival: Vec<f64>,
}

fn replication(p: &StockParams, horizon: Horizon, number: u32, level: Option<Level>) -> Found {
    let (mut room, mut tally) = (StockScratch::default(), Tally::default());
    tally.classes.resize(p.orders.priorities.len(), ClassSums::default());
    let whose = p.orders.whose(KEY, p.key, EVALUATION + number);
    p.orders.begin(&mut room.book);
    StockShop::run(p, &mut room, &mut tally, whose, level, horizon, &Cancel::default()).unwrap();
    let arrival = room.book.arrival[..room.served.len()].to_vec();
    Found { sums: tally.sums, stations: tally.stations, classes: tally.classes, served: room.served, arrival }
}

fn to_the_end(warm_up: f64, periods: f64) -> Horizon {
    Horizon::Periods { warm_up, periods, drain: f64::INFINITY }
}

fn trace(model: &StockOnOrders, arrays: &Arrays, horizon: Horizon) -> Found {
    replication(&compile(model, arrays), horizon, 0, None)
}

fn served(filled: f64, lost: f64, left: f64, status: Status) -> Served {
    Served { filled, lost, left, status }
}

// By hand: base stock 4, lead time 1, orders at 1, 1½, 2, 2¼, 4. A receipt at 2 is before the order at 2.

const TIMES: [f64; 5] = [1.0, 1.5, 2.0, 2.25, 4.0];
const SIZES: [f64; 5] = [2.0, 1.0, 4.0, 1.0, 2.0];

fn by_hand() -> (StockOnOrders, Arrays) {
    let (orders, arrays) = given(&TIMES, &SIZES);
    let costs = Costs {
        holding: 1.0,
        backorder: 10.0,
        shortage: 3.0,
        lost_sale: 5.0,
        order: 7.0,
        unit: 2.0,
        price: 11.0,
        ..Costs::default()
    };
    (StockOnOrders { costs, ..StockOnOrders::new(orders, Policy::base_stock(4.0)) }, arrays)
}

#[test]
fn what_is_short_waits() {
    let (model, arrays) = by_hand();
    let found = trace(&model, &arrays, to_the_end(0.0, 6.0));
    let s = found.sums;
    assert_eq!(
        [s.arrived, s.units, s.delivered, s.delivered_units, s.lost, s.open],
        [5.0, 10.0, 5.0, 10.0, 0.0, 0.0]
    );
    assert_eq!([s.filled, s.filled_orders, s.no_wait, s.completions], [8.0, 3.0, 3.0, 5.0]);
    assert_eq!([s.lead, s.lead_squares, s.waiting, s.unit_wait], [1.25, 0.8125, 1.25, 1.25]);
    assert_eq!([s.on_hand, s.backorders, s.on_order, s.in_shop], [15.25, 1.25, 10.0, 1.25]);
    assert_eq!(
        s.on_order_squares,
        0.5 * 4.0 + 0.5 * 9.0 + 0.25 * 25.0 + 0.25 * 36.0 + 0.5 * 25.0 + 0.25 + 4.0
    );
    assert_eq!([s.ready, s.no_backlog, s.cycles, s.safe_cycles], [5.0, 5.0, 5.0, 3.0]);
    assert_eq!([s.releases, s.release_quantity], [5.0, 10.0]);
    let m = s.money;
    assert_eq!([m.holding, m.backorder, m.release, m.lost_order, m.revenue], [15.25, 12.5, 55.0, 6.0, 110.0]);
    let at_once = |size, t| served(size, 0.0, t, Status::Delivered);
    let [third, fourth] =
        [served(3.0, 0.0, 2.5, Status::Delivered), served(0.0, 0.0, 3.0, Status::Delivered)];
    assert_eq!(found.served, [at_once(2.0, 1.0), at_once(1.0, 1.5), third, fourth, at_once(2.0, 4.0)]);
}

#[test]
fn orders_that_are_delivered_complete_wait_for_their_turn() {
    let (model, arrays) = by_hand();
    let s = trace(&StockOnOrders { partial: false, ..model }, &arrays, to_the_end(0.0, 6.0)).sums;
    assert_eq!([s.filled, s.filled_orders, s.unit_wait, s.lead], [5.0, 3.0, 2.75, 1.25]);
    assert_eq!([s.on_hand, s.backorders, s.on_order], [16.75, 2.75, 10.0]);
    assert_eq!([s.ready, s.no_backlog, s.cycles, s.safe_cycles], [5.5, 5.0, 5.0, 3.0]);
    assert_eq!(s.money.lost_order, 15.0);
}

#[test]
fn what_is_short_is_lost() {
    let (model, arrays) = by_hand();
    let lost = StockOnOrders { backorder_share: 0.0, ..model };
    let found = trace(&lost, &arrays, to_the_end(0.0, 6.0));
    let s = found.sums;
    assert_eq!([s.arrived, s.delivered, s.delivered_units, s.lost, s.lost_units], [5.0, 4.0, 8.0, 1.0, 2.0]);
    assert_eq!([s.filled, s.filled_orders, s.no_wait, s.unit_wait], [8.0, 3.0, 4.0, 0.0]);
    assert_eq!([s.on_hand, s.backorders, s.on_order, s.no_backlog], [16.0, 0.0, 8.0, 6.0]);
    assert_eq!([s.releases, s.release_quantity, s.money.lost_order, s.money.revenue], [4.0, 8.0, 16.0, 88.0]);
    assert_eq!(
        found.served[2..4],
        [served(3.0, 1.0, 2.0, Status::Delivered), served(0.0, 1.0, 2.25, Status::Rejected)]
    );

    let complete = StockOnOrders { partial: false, ..lost };
    let found = trace(&complete, &arrays, to_the_end(0.0, 6.0));
    let s = found.sums;
    assert_eq!(
        [s.delivered, s.delivered_units, s.lost, s.lost_units, s.filled_orders],
        [4.0, 6.0, 1.0, 4.0, 4.0]
    );
    assert_eq!([s.on_hand, s.on_order, s.releases], [18.0, 6.0, 4.0]);
    assert_eq!(
        found.served[2..4],
        [served(0.0, 4.0, 2.0, Status::Rejected), served(1.0, 0.0, 2.25, Status::Delivered)]
    );
}

#[test]
fn a_run_counts_its_window_and_what_is_open_at_the_end() {
    let (model, arrays) = by_hand();
    // Orders 1 to 3 are counted; the third is delivered at 2½, the fourth would be at 3.
    let horizon = Horizon::Periods { warm_up: 1.5, periods: 2.375, drain: 0.25 };
    let found = trace(&model, &arrays, horizon);
    let s = found.sums;
    assert_eq!([s.arrived, s.units, s.delivered, s.open, s.completions], [3.0, 6.0, 2.0, 1.0, 1.0]);
    assert_eq!([s.delivered_units, s.filled, s.unit_wait, s.lead], [5.0, 4.0, 0.5, 0.5]);
    assert_eq!([s.duration, s.on_hand, s.backorders, s.on_order], [0.875, 0.5, 0.5, 1.5 + 1.25 + 0.75]);
    assert_eq!([s.in_shop, s.cycles, s.releases, s.release_quantity], [0.375 + 0.125, 1.0, 3.0, 6.0]);
    assert!(found.served[3].left.is_nan() && found.served[3].status == Status::Open);
    // Nobody orders any more, and the position is above the reorder level: an order waits for ever.
    let policy = Policy::ReorderQuantity { reorder: -3.0, quantity: 4.0, strict: false };
    for review_period in [0.0, 0.5] {
        let stuck = StockOnOrders { policy: policy.clone(), review_period, ..model.clone() };
        let s = trace(&stuck, &arrays, to_the_end(0.0, 6.0)).sums;
        assert_eq!([s.arrived, s.open, s.units - s.delivered_units, s.duration], [5.0, 1.0, 1.0, 6.0]);
    }
    // By number of orders: time is counted from the second arrival to the last.
    let s = trace(&model, &arrays, Horizon::Orders { warm_up: 1, orders: 4 }).sums;
    assert_eq!([s.arrived, s.delivered, s.open, s.duration, s.on_hand], [3.0, 3.0, 0.0, 0.75, 0.5]);
}

#[test]
fn reviews_come_at_multiples_of_their_period() {
    let (model, arrays) = by_hand();
    let policy = Policy::MinMax { reorder: 2.0, up_to: 6.0, strict: true };
    let model = StockOnOrders { policy, review_period: 1.0, opening_stock: Some(3.0), ..model };
    let s = trace(&model, &arrays, to_the_end(0.0, 6.0)).sums;
    // 0: 3, no order. 1: 3, no order, then two go. 2: position 0, six ordered; nothing is left for the four
    // that are wanted. 3: six received, five go; position 1, five ordered. 4: those are there, two go.
    assert_eq!([s.releases, s.release_quantity, s.cycles, s.safe_cycles], [2.0, 11.0, 2.0, 1.0]);
    assert_eq!([s.on_hand, s.backorders, s.on_order], [3.0 + 0.5 + 1.0 + 8.0, 4.0 + 0.75, 6.0 + 5.0]);
    let lots = Policy::ReorderQuantity { reorder: 2.0, quantity: 2.0, strict: false };
    let loose = StockOnOrders { policy: lots, opening_stock: Some(0.0), ..model };
    // 0: four ordered. 1: there, two go. 2: position 1, two ordered, …
    assert_eq!(trace(&loose, &arrays, to_the_end(0.0, 2.5)).sums.release_quantity, 6.0);
}

#[test]
fn what_takes_no_time_is_there_at_once() {
    let (model, arrays) = by_hand();
    for (level, share) in [(0.0, 1.0), (4.0, 0.0)] {
        let policy = Policy::base_stock(level);
        let model = StockOnOrders { policy, lead_time: fixed(0.0), backorder_share: share, ..model.clone() };
        let s = trace(&model, &arrays, to_the_end(0.0, 6.0)).sums;
        assert_eq!([s.filled, s.delivered_units, s.unit_wait, s.filled_orders], [10.0, 10.0, 0.0, 5.0]);
        assert_eq!([s.on_hand, s.backorders, s.on_order], [6.0 * level, 0.0, 0.0]);
    }
}

// Another way to the same path: unit orders under base stock S. Order i needs the (i − S + 1)-th receipt.

/// When what is released for these orders is received, in order of time. What later orders release may be
/// earlier still, but not than what is received before they come.
fn receipts(model: &StockOnOrders, p: &StockParams, arrivals: &[f64], number: u32) -> Vec<f64> {
    let line = |stream, entity| Source { key: KEY, stream, entity }.line(EVALUATION + number);
    let mut times: Vec<f64> = match &model.production {
        None => {
            let (law, line) = (model.lead_time.compile().unwrap(), line(Stream::LeadTime, ITEM));
            let mut latest = 0.0f64;
            let mut when = |n: usize| {
                let time = arrivals[n] + law.at(line.bits(n as u64));
                latest = latest.max(time);
                if model.crossing == Crossing::Fifo { latest } else { time }
            };
            (0..arrivals.len()).map(&mut when).collect()
        }
        Some(production) => {
            let (law, line) = (production.time.compile().unwrap(), line(Stream::Processing, production.key));
            let mut free = vec![0.0f64; p.servers().unwrap() as usize];
            let mut when = |n: usize| {
                free.sort_unstable_by(f64::total_cmp);
                free[0] = arrivals[n].max(free[0]) + law.at(line.bits(n as u64));
                free[0]
            };
            (0..arrivals.len()).map(&mut when).collect()
        }
    };
    times.sort_unstable_by(f64::total_cmp);
    times
}

#[test]
fn paths_are_those_of_queues_and_pipelines() {
    let law = Law::Gamma { shape: None, scale: None, mean: Some(1.5), sd: Some(1.2) };
    let plain = |rate: f64, level: f64| StockOnOrders {
        lead_time: law.clone(),
        ..StockOnOrders::new(poisson(rate), Policy::base_stock(level))
    };
    let made = |servers: u32, rate: f64, level: f64| {
        let production = Some(Production { servers, time: law.clone(), key: 9 });
        StockOnOrders { production, ..StockOnOrders::new(poisson(rate), Policy::base_stock(level)) }
    };
    let fifo = |model| StockOnOrders { crossing: Crossing::Fifo, ..model };
    let models = [
        plain(3.0, 5.0),
        plain(3.0, 0.0),
        fifo(plain(3.0, 5.0)),
        made(1, 0.6, 2.0),
        made(1, 0.6, 0.0),
        made(3, 1.8, 4.0),
    ];
    for model in models {
        let p = compile(&model, &Arrays::new());
        let level = model.policy.target() as usize;
        for number in 0..5 {
            let found =
                replication(&p, to_the_end(50.0, 400.0), number, level::available().last().map(|l| l.1));
            let received = receipts(&model, &p, &found.arrival, number);
            let there = |i: usize| if i < level { 0.0 } else { received[i - level] };
            let mut delivered = 0;
            let done = |own: &Served| own.status == Status::Delivered;
            for (i, own) in found.served.iter().enumerate().filter(|(_, own)| done(own)) {
                delivered += 1;
                assert_eq!(own.left, found.arrival[i].max(there(i)), "order {i} of {model:?}");
                assert_eq!(own.filled, f64::from(u8::from(there(i) <= found.arrival[i])));
            }
            assert!(f64::from(delivered) > 350.0 * 0.6 * 0.8);
            if let Some(station) = found.stations.first() {
                let s = &found.sums;
                assert_eq!([station.visits, station.busy, station.queue], [s.cycles, s.busy, s.queued]);
                assert!((station.busy + station.queue - s.on_order).abs() < 1e-9 * s.on_order);
            }
        }
    }
}

#[test]
fn books_balance_whatever_is_asked() {
    let lots = |strict| Policy::ReorderQuantity { reorder: -2.0, quantity: 3.0, strict };
    let min_max = |strict| Policy::MinMax { reorder: 2.0, up_to: 7.0, strict };
    let policies = [
        Policy::base_stock(0.0),
        Policy::base_stock(6.0),
        lots(false),
        lots(true),
        min_max(false),
        min_max(true),
    ];
    let size = Law::Geometric { p: None, mean: Some(1.7), start: 1 };
    // Orders at the times of reviews and receipts, too.
    let arrivals = [Arrivals::Poisson { rate: 0.5 }, Arrivals::Renewal { gap: fixed(0.5) }];
    let times = [fixed(0.0), fixed(0.5), exponential(0.75)];
    let horizons = [
        to_the_end(0.0, 60.0),
        to_the_end(20.0, 60.0),
        Horizon::Periods { warm_up: 10.0, periods: 60.0, drain: 0.25 },
        Horizon::Orders { warm_up: 5, orders: 80 },
    ];
    let mut runs = 0;
    for (policy, arrivals) in policies.iter().flat_map(|p| arrivals.iter().map(move |a| (p, a))) {
        for (kind, time) in (0..4).flat_map(|kind| times.iter().map(move |time| (kind, time))) {
            for (review_period, backorder_share, partial) in
                [(0.0, 1.0, true), (0.0, 1.0, false), (1.5, 1.0, true), (0.0, 0.0, true), (0.5, 0.0, false)]
            {
                let orders = OrderBook { size: size.clone(), ..OrderBook::new(arrivals.clone()) };
                let stock = StockOnOrders { review_period, ..StockOnOrders::new(orders, policy.clone()) };
                let mut model = StockOnOrders { backorder_share, partial, ..stock };
                match kind {
                    0 => model.lead_time = time.clone(),
                    1 => (model.lead_time, model.crossing) = (time.clone(), Crossing::Fifo),
                    servers => {
                        let production = Production { servers: servers - 1, time: time.clone(), key: 1 };
                        model.production = Some(production);
                    }
                }
                let p = compile(&model, &Arrays::new());
                for (number, horizon) in horizons.into_iter().enumerate() {
                    let found = replication(&p, horizon, number as u32, None);
                    let (s, span) = (found.sums, found.sums.duration);
                    assert!(
                        s.arrived > 0.0 && s.ready <= span * (1.0 + 1e-12) && s.filled <= s.delivered_units
                    );
                    assert!(
                        s.safe_cycles <= s.cycles && s.filled_orders <= s.no_wait && s.no_wait <= s.delivered
                    );
                    runs += 1;
                }
            }
        }
    }
    assert_eq!(runs, 6 * 2 * 12 * 5 * 4);
}

#[test]
fn levels_and_classes_change_nothing() {
    let class = |share: f64, mean: f64| OrderClass {
        name: String::new(),
        share,
        priority: 0,
        size: Some(Law::Geometric { p: None, mean: Some(mean), start: 1 }),
        requested_lead_time: None,
        patience: None,
        customisation: None,
        valuation: None,
        waiting_sensitivity: None,
    };
    let orders = OrderBook { classes: vec![class(1.0, 2.0), class(3.0, 1.5)], ..poisson(2.0) };
    let lead_time = Law::Lognormal { mu: None, sigma: None, mean: Some(2.0), sd: Some(1.0) };
    let policy = Policy::ReorderQuantity { reorder: 6.0, quantity: 4.0, strict: false };
    for (backorder_share, partial) in [(1.0, true), (1.0, false), (0.0, true), (0.0, false)] {
        let stock = StockOnOrders::new(orders.clone(), policy.clone());
        let model = StockOnOrders { lead_time: lead_time.clone(), backorder_share, partial, ..stock };
        let p = compile(&model, &Arrays::new());
        let plain = replication(&p, to_the_end(20.0, 300.0), 4, None);
        for (_, level) in level::available() {
            let fast = replication(&p, to_the_end(20.0, 300.0), 4, Some(level));
            assert_eq!(
                (fast.sums, &fast.classes, &fast.arrival),
                (plain.sums, &plain.classes, &plain.arrival)
            );
        }
        let sum = |f: fn(&ClassSums) -> f64| plain.classes.iter().map(f).sum::<f64>();
        assert_eq!([sum(|c| c.arrived), sum(|c| c.delivered)], [plain.sums.arrived, plain.sums.delivered]);
        assert_eq!(sum(|c| c.lost), plain.sums.lost);
        assert!((sum(|c| c.lead) - plain.sums.lead).abs() < 1e-9);
    }
}

// Closed forms.

/// Numerator and denominator of something measured in a replication.
type Measure<'a> = &'a dyn Fn(&Found) -> (f64, f64);

/// Replications of a check.
const REPLICATIONS: u32 = 256;

/// Pooled ratios and their standard errors (delta method). Cases have keys of their own: under one key all
/// would share the luck of the same orders.
fn estimate(
    case: &str,
    model: &StockOnOrders,
    (warm_up, periods): (f64, f64),
    measures: &[Measure<'_>],
) -> Vec<(f64, f64)> {
    let p = compile(model, &Arrays::new());
    let key = case.bytes().fold(KEY, |key, byte| key.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let level = level::available().last().map(|l| l.1);
    let (mut room, mut tally) = (StockScratch::default(), Tally::default());
    let mut pairs = vec![Vec::new(); measures.len()];
    for number in 0..REPLICATIONS {
        let whose = p.orders.whose(key, p.key, EVALUATION + number);
        p.orders.begin(&mut room.book);
        let (horizon, cancel) = (to_the_end(warm_up, periods), Cancel::default());
        StockShop::run(&p, &mut room, &mut tally, whose, level, horizon, &cancel).unwrap();
        let counted = |i: &usize| room.book.arrival[*i] >= warm_up && room.book.arrival[*i] < periods;
        let orders: Vec<usize> = (0..room.served.len()).filter(counted).collect();
        let found = Found {
            sums: tally.sums,
            stations: tally.stations.clone(),
            classes: Vec::new(),
            served: orders.iter().map(|i| room.served[*i]).collect(),
            arrival: orders.iter().map(|i| room.book.arrival[*i]).collect(),
        };
        pairs.iter_mut().zip(measures).for_each(|(pairs, measure)| pairs.push(measure(&found)));
    }
    let pooled = |pairs: &Vec<(f64, f64)>| {
        let (n, sum) =
            (f64::from(REPLICATIONS), |f: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(f).sum::<f64>());
        let (top, bottom) = (sum(&|x| x.0), sum(&|x| x.1));
        let ratio = top / bottom;
        let squares = sum(&|x| (x.0 - ratio * x.1) * (x.0 - ratio * x.1));
        (ratio, (squares / (n * (n - 1.0))).sqrt() / (bottom / n))
    };
    pairs.iter().map(pooled).collect()
}

/// A metric of the catalogue as a measure.
fn metric(name: &str) -> impl Fn(&Found) -> (f64, f64) {
    let value = METRICS[position(name).unwrap()].value;
    move |found| match value {
        Value::Mean(f) => (f(&found.sums), 1.0),
        Value::Ratio(top, bottom) => (top(&found.sums), bottom(&found.sums)),
    }
}

fn agree(case: &str, name: &str, (value, error): (f64, f64), expected: f64) {
    let z = (value - expected) / error;
    println!("{case:<28} {name:<22} {value:.6} ± {error:.6}, exact {expected:.6}, z {z:+.2}");
    assert!(z.abs() <= 4.5, "{case} {name}: {value} ± {error}, exact {expected}");
    // No test passes by noise.
    assert!(error <= 0.02 * expected, "{case} {name}: {value} ± {error} is too rough for {expected}");
}

/// Metrics against their exact values.
fn check(case: &str, model: &StockOnOrders, window: (f64, f64), expected: &[(&str, f64)]) {
    let measures: Vec<_> = expected.iter().map(|(name, _)| metric(name)).collect();
    let measures: Vec<Measure<'_>> = measures.iter().map(|m| m as Measure<'_>).collect();
    for ((name, exact), found) in expected.iter().zip(estimate(case, model, window, &measures)) {
        agree(case, name, found, *exact);
    }
}

fn base_stock(rate: f64, level: f64, lead_time: Law) -> StockOnOrders {
    StockOnOrders { lead_time, ..StockOnOrders::new(poisson(rate), Policy::base_stock(level)) }
}

fn lots(rate: f64, reorder: f64, quantity: f64, lead_time: f64) -> StockOnOrders {
    let policy = Policy::ReorderQuantity { reorder, quantity, strict: false };
    StockOnOrders { lead_time: fixed(lead_time), ..StockOnOrders::new(poisson(rate), policy) }
}

fn production(rate: f64, level: f64, servers: u32, time: Law) -> StockOnOrders {
    let production = Some(Production { servers, time, key: 11 });
    StockOnOrders { production, ..StockOnOrders::new(poisson(rate), Policy::base_stock(level)) }
}

fn exponential(mean: f64) -> Law {
    Law::Exponential { mean }
}

fn lognormal(mean: f64, sd: f64) -> Law {
    Law::Lognormal { mu: None, sigma: None, mean: Some(mean), sd: Some(sd) }
}

fn uniform(low: f64, high: f64) -> Law {
    Law::Uniform { low: Some(low), high: Some(high), mean: None, sd: None }
}

fn lost(model: StockOnOrders) -> StockOnOrders {
    StockOnOrders { backorder_share: 0.0, ..model }
}

#[test]
fn base_stock_with_constant_lead_time() {
    let model = base_stock(4.0, 11.0, fixed(2.0));
    let expected = [
        ("on_hand", 3.241749648),
        ("backorders", 0.2417496483),
        ("fill_rate", 0.8158857926),
        ("alpha_service", 0.888075999),
        ("unit_waiting_time", 0.06043741208),
        ("lead_time", 0.06043741208),
    ];
    check("bs-poisson", &model, (20.0, 1020.0), &expected);
    let within = |t: f64| {
        move |found: &Found| {
            let waits = found.served.iter().zip(&found.arrival).filter(|(own, a)| own.left - *a <= t);
            (waits.count() as f64, found.sums.arrived)
        }
    };
    let (a, b, c) = (within(0.25), within(0.5), within(1.0));
    let given_wait = |found: &Found| (found.sums.waiting, found.sums.arrived - found.sums.no_wait);
    let found = estimate("bs-poisson", &model, (20.0, 1020.0), &[&a, &b, &c, &given_wait]);
    let exact = [0.9014792059, 0.9573790764, 0.9971602339, 0.3282604473];
    for ((name, exact), found) in
        ["wait ≤ ¼", "wait ≤ ½", "wait ≤ 1", "wait if any"].iter().zip(exact).zip(found)
    {
        agree("bs-poisson", name, found, exact);
    }
}

#[test]
fn base_stock_with_lead_times_that_cross() {
    let model = base_stock(5.0, 13.0, lognormal(2.0, 1.6));
    // Var of what is on order is 10, its mean 10.
    let expected = [
        ("on_hand", 3.32247273),
        ("backorders", 0.3224727301),
        ("fill_rate", 0.7915564764),
        ("on_order", 10.0),
        ("on_order_squares", 110.0),
    ];
    check("bs-palm-lognormal", &model, (50.0, 850.0), &expected);
    // V8: the law does not matter.
    for (case, law) in
        [("V8 fixed", fixed(2.0)), ("V8 exponential", exponential(2.0)), ("V8 uniform", uniform(0.0, 4.0))]
    {
        let expected = [
            ("fill_rate", 0.8472375),
            ("backorders", 0.1612589),
            ("on_order", 6.0),
            ("on_order_squares", 42.0),
        ];
        check(case, &base_stock(3.0, 9.0, law), (50.0, 1250.0), &expected);
    }
}

#[test]
fn base_stock_with_orders_of_several_units() {
    let size = Law::Discrete { values: vec![1.0, 2.0, 3.0], probabilities: vec![0.5, 0.3, 0.2] };
    let orders = OrderBook { size, ..poisson(2.0) };
    let model =
        StockOnOrders { lead_time: fixed(1.5), ..StockOnOrders::new(orders, Policy::base_stock(9.0)) };
    let expected = [
        ("on_hand", 4.160265356),
        ("backorders", 0.2602653565),
        ("fill_rate", 0.8149641685),
        ("order_fill_rate", 0.8020575256),
        ("unit_waiting_time", 0.07654863426),
    ];
    check("bs-compound", &model, (20.0, 1220.0), &expected);
}

#[test]
fn base_stock_reviewed_now_and_then() {
    let model = StockOnOrders { review_period: 7.0, ..base_stock(3.0, 31.0, fixed(2.0)) };
    let expected = [
        ("on_hand", 14.57503345),
        ("backorders", 0.07503345357),
        ("fill_rate", 0.9670931117),
        ("cycle_service", 0.8091747204),
    ];
    check("RS-poisson", &model, (70.0, 2870.0), &expected);
}

#[test]
fn reorder_level_and_quantity() {
    let costs = Costs { holding: 20.0, backorder: 150.0, order: 100.0, ..Costs::default() };
    let expected = [
        ("on_hand", 3.105432827),
        ("backorders", 0.1054328273),
        ("fill_rate", 0.8666328304),
        ("orders", 0.3),
        ("cost", 107.9235806),
        ("unit_waiting_time", 0.0702885515),
    ];
    check("rQ-poisson", &StockOnOrders { costs, ..lots(1.5, 3.0, 5.0, 2.0) }, (50.0, 2050.0), &expected);
    let expected = [("on_hand", 9.5902748), ("backorders", 0.0902748), ("fill_rate", 0.9515541)];
    check("V6", &lots(5.0, 24.0, 10.0, 4.0), (50.0, 2050.0), &expected);
    let costs = Costs { holding: 1.0, order: 50.0, lost_sale: 30.0, ..Costs::default() };
    let expected = [
        ("orders", 1.0 / 4.17546737),
        ("lost_unit_share", 0.04202340821),
        ("on_hand", 10.89922238),
        ("cost", 29.17744101),
    ];
    let model = lost(StockOnOrders { costs, ..lots(5.0, 5.0, 20.0, 1.0) });
    check("rQ-lost", &model, (50.0, 1050.0), &expected);
    let per_cycle = |found: &Found| (found.sums.lost_units, found.sums.releases);
    agree(
        "rQ-lost",
        "lost per cycle",
        estimate("rQ-lost", &model, (50.0, 1050.0), &[&per_cycle])[0],
        0.8773368488,
    );
}

#[test]
fn lost_sales_are_those_of_erlang() {
    let expected = [
        ("lost_unit_share", 0.1218757837),
        ("lost_share", 0.1218757837),
        ("on_hand", 2.731254702),
        ("on_order", 5.268745298),
        ("orders_delivered", 2.634372649),
    ];
    check("erlang-loss", &lost(base_stock(3.0, 8.0, uniform(0.0, 4.0))), (50.0, 1250.0), &expected);
    // V7: the law does not matter.
    for (case, law) in [
        ("V7 fixed", fixed(3.0)),
        ("V7 exponential", exponential(3.0)),
        ("V7 lognormal", lognormal(3.0, 3.0)),
    ] {
        let expected = [("lost_unit_share", 0.0751449556), ("on_hand", 3.4508697)];
        check(case, &lost(base_stock(2.0, 9.0, law)), (50.0, 1650.0), &expected);
    }
}

#[test]
fn production_with_one_server() {
    let costs = Costs { holding: 1.0, backorder: 9.0, ..Costs::default() };
    let model = StockOnOrders { costs, ..production(0.8, 5.0, 1, exponential(1.0)) };
    let expected = [
        ("utilisation", 0.8),
        ("fill_rate", 0.67232),
        ("alpha_service", 0.737856),
        ("on_hand", 2.31072),
        ("backorders", 1.31072),
        ("unit_waiting_time", 1.6384),
        ("cost", 14.1072),
    ];
    check("mts-mm1", &model, (500.0, 16500.0), &expected);
    let expected = [
        ("utilisation", 0.8),
        ("fill_rate", 0.7620995197),
        ("on_hand", 2.041727642),
        ("backorders", 0.4417276418),
        ("unit_waiting_time", 0.5521595522),
    ];
    check("mts-md1", &production(0.8, 4.0, 1, fixed(1.0)), (300.0, 8300.0), &expected);
    // V11.
    let model = |level: f64| StockOnOrders { costs, ..production(0.8, level, 1, exponential(1.0)) };
    let expected = [
        ("fill_rate", 0.737856),
        ("on_hand", 3.048576),
        ("backorders", 1.048576),
        ("unit_waiting_time", 1.31072),
    ];
    check("V11", &model(6.0), (500.0, 16500.0), &expected);
    for (level, cost) in [(0.0, 36.0), (9.0, 10.3687091), (10.0, 10.2949673), (11.0, 10.4359738)] {
        check("V11", &model(level), (500.0, 16500.0), &[("cost", cost)]);
    }
}

#[test]
fn production_with_several_servers() {
    let expected = [
        ("utilisation", 0.75),
        ("fill_rate", 0.6383928571),
        ("on_hand", 1.65625),
        ("backorders", 1.084821429),
        ("unit_waiting_time", 0.7232142857),
    ];
    check("mts-mmc", &production(1.5, 4.0, 2, exponential(1.0)), (300.0, 8300.0), &expected);
}

#[test]
fn production_for_customers_who_do_not_wait() {
    let costs = Costs { holding: 1.0, lost_sale: 20.0, ..Costs::default() };
    let model = lost(StockOnOrders { costs, ..production(0.9, 6.0, 1, exponential(1.0)) });
    let expected = [
        ("lost_unit_share", 0.1018665597),
        ("on_hand", 3.417593263),
        ("utilisation", 0.8083200962),
        ("cost", 5.251191339),
    ];
    check("mts-lost", &model, (300.0, 4300.0), &expected);
    let expected = [("lost_unit_share", 0.12602255), ("on_hand", 2.8052177)];
    check("V11b", &lost(production(0.9, 5.0, 1, exponential(1.0))), (300.0, 4300.0), &expected);
}

// Refusals.

fn refused(model: &StockOnOrders) -> String {
    match StockParams::compile(model, ITEM, &Arrays::new(), 100, 1) {
        Err(e @ Error::Config { .. }) => e.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_has_no_meaning_is_refused() {
    let model = base_stock(1.0, 4.0, fixed(1.0));
    let policy = |policy: Policy| refused(&StockOnOrders { policy, ..model.clone() });
    let says = |message: String, parts: [&str; 2]| {
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    };
    says(policy(Policy::base_stock(2.5)), ["policy.level must be whole", "got 2.5"]);
    says(policy(Policy::base_stock(-1.0)), ["policy.level must be ≥ 0", "got -1"]);
    says(
        policy(Policy::BaseStock { level: crate::config::Level::Cycle(vec![1.0, 2.0]) }),
        ["policy.level", "2 levels"],
    );
    says(
        policy(Policy::ConstantOrder { quantity: 1.0 }),
        ["policy must be base_stock", "got constant_order"],
    );
    let lots = |reorder, quantity| Policy::ReorderQuantity { reorder, quantity, strict: false };
    says(policy(lots(1.0, 0.5)), ["policy.quantity must be ≥ 1", "got 0.5"]);
    says(policy(lots(0.5, 2.0)), ["policy.reorder must be whole", "got 0.5"]);
    says(policy(lots(-9.0, 2.0)), ["policy.reorder must be ≥ 0, or with opening_stock", "got -7"]);
    let min_max = |reorder, up_to| Policy::MinMax { reorder, up_to, strict: false };
    says(policy(min_max(4.0, 4.0)), ["policy.reorder must be < up_to = 4", "got 4"]);
    says(policy(min_max(1.0, 4.5)), ["policy.up_to must be whole", "got 4.5"]);
    let with = |change: &dyn Fn(&mut StockOnOrders)| {
        let mut model = model.clone();
        change(&mut model);
        refused(&model)
    };
    says(with(&|m| m.lead_time = fixed(-1.0)), ["lead_time must be ≥ 0", "got -1"]);
    says(with(&|m| m.crossing = Crossing::Kaplan), ["crossing must be independent or fifo", "got kaplan"]);
    says(with(&|m| m.review_period = -1.0), ["review_period must be ≥ 0", "got -1"]);
    says(with(&|m| m.backorder_share = 0.5), ["backorder_share must be 1 (all", "got 0.5"]);
    says(with(&|m| m.opening_stock = Some(1.5)), ["opening_stock must be whole", "got 1.5"]);
    says(with(&|m| m.opening_stock = Some(-1.0)), ["opening_stock must be ≥ 0", "got -1"]);
    says(with(&|m| m.costs.holding = -1.0), ["costs.holding must be ≥ 0", "got -1"]);
    says(with(&|m| m.costs.salvage = 2.0), ["costs.salvage must be 0", "got 2"]);
    says(with(&|m| m.orders.patience = Some(fixed(1.0))), ["orders.patience must be absent", "got given"]);
    says(with(&|m| m.orders.valuation = Some(fixed(1.0))), ["orders.valuation must be absent", "got given"]);
    says(
        with(&|m| m.orders.arrivals = Arrivals::Poisson { rate: 0.0 }),
        ["orders.arrivals.rate must be > 0", "got 0"],
    );
    let made = |change: &dyn Fn(&mut StockOnOrders)| {
        let mut model = production(0.5, 2.0, 1, exponential(1.0));
        change(&mut model);
        refused(&model)
    };
    says(made(&|m| m.lead_time = fixed(2.0)), ["lead_time must be absent with production", "got given"]);
    says(made(&|m| m.crossing = Crossing::Fifo), ["crossing must be absent with production", "got given"]);
    says(
        made(&|m| m.production.as_mut().unwrap().servers = 0),
        ["production.servers must be in [1, 65536]", "got 0"],
    );
    says(
        made(&|m| m.production.as_mut().unwrap().time = fixed(-1.0)),
        ["production.time must be ≥ 0", "got -1"],
    );
}

#[test]
fn what_is_too_busy_says_so() {
    let busy = |model: &StockOnOrders| {
        compile(model, &Arrays::new()).overloaded().map(|(name, load)| (name.to_owned(), load))
    };
    let model = production(2.0, 3.0, 2, exponential(1.0));
    assert_eq!(busy(&model), Some(("production".to_owned(), 1.0)));
    assert_eq!(busy(&lost(model)), None);
    assert_eq!(busy(&production(1.9, 3.0, 2, exponential(1.0))), None);
    assert_eq!(busy(&base_stock(100.0, 3.0, fixed(9.0))), None);
}

#[test]
fn the_text_of_a_model_has_defaults_and_no_other_fields() {
    let text = r#"{"orders": {"arrivals": {"kind": "poisson", "rate": 2.0}},
                   "policy": {"kind": "base_stock", "level": 4.0}"#;
    let model: StockOnOrders = parse(&format!("{text}}}")).unwrap();
    assert_eq!(model, StockOnOrders::new(poisson(2.0), Policy::base_stock(4.0)));
    assert!(parse::<StockOnOrders>(&format!("{text}, \"shelf_life\": 3}}")).is_err());
    let made: StockOnOrders = parse(&format!(
        r#"{text}, "production": {{"servers": 2, "time": {{"law": "exponential", "mean": 1.0}}, "key": 5}}}}"#
    ))
    .unwrap();
    assert_eq!(made.production, Some(Production { servers: 2, time: exponential(1.0), key: 5 }));
}
