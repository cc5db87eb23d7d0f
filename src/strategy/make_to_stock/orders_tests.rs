//! Stock served order by order: traces by hand, an independent path for every mode of supply, closed forms, refusals.
//!
//! Closed forms: the reference set of the project (given.json), whose values are exact to the digits shown.

use super::orders::{Served, StockScratch, StockShop};
use super::orders_params::StockParams;
use crate::config::{Arrays, Arrivals, Costs, Crossing, OrderBook, OrderClass, Policy, Production, StockOnOrders, parse};
use crate::engine::lattice::Source;
use crate::engine::level;
use crate::engine::work::Cancel;
use crate::error::Error;
use crate::law::{Law, float};
use crate::metrics::orders::{ClassSums, METRICS, StationSums, Sums, Value, position};
use crate::random::{EVALUATION, Stream};
use crate::strategy::make_to_order::shop::{Horizon, Status};
use crate::strategy::make_to_order::tally::Tally;
use fearless_simd::Level;

const KEY: u64 = 7;
const ITEM: u32 = 3;

fn given(times: &[f64], sizes: &[f64]) -> (OrderBook, Arrays) {
    let array =
        |values: &[f64]| crate::config::Array { values: values.to_vec(), shape: vec![values.len()] };
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
#[derive(Debug, PartialEq)]
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

// By hand: base stock 4, lead time 1, orders at 1, 1½, 2, 2¼ and 4. The receipt at 2 comes before the order at 2.

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
    assert_eq!([s.arrived, s.units, s.delivered, s.delivered_units, s.lost, s.open], [5.0, 10.0, 5.0, 10.0, 0.0, 0.0]);
    assert_eq!([s.filled, s.filled_orders, s.no_wait, s.completions], [8.0, 3.0, 3.0, 5.0]);
    assert_eq!([s.lead, s.lead_squares, s.waiting, s.unit_wait], [1.25, 0.8125, 1.25, 1.25]);
    assert_eq!([s.on_hand, s.backorders, s.on_order, s.in_shop], [15.25, 1.25, 10.0, 1.25]);
    assert_eq!(s.on_order_squares, 0.5 * 4.0 + 0.5 * 9.0 + 0.25 * 25.0 + 0.25 * 36.0 + 0.5 * 25.0 + 0.25 + 4.0);
    assert_eq!([s.ready, s.no_backlog, s.cycles, s.safe_cycles], [5.0, 5.0, 5.0, 3.0]);
    assert_eq!([s.releases, s.release_quantity], [5.0, 10.0]);
    let m = s.money;
    assert_eq!([m.holding, m.backorder, m.release, m.lost_order, m.revenue], [15.25, 12.5, 55.0, 6.0, 110.0]);
    let at_once = |size, t| served(size, 0.0, t, Status::Delivered);
    let [third, fourth] = [served(3.0, 0.0, 2.5, Status::Delivered), served(0.0, 0.0, 3.0, Status::Delivered)];
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
    assert_eq!(found.served[2..4], [served(3.0, 1.0, 2.0, Status::Delivered), served(0.0, 1.0, 2.25, Status::Rejected)]);

    let complete = StockOnOrders { partial: false, ..lost };
    let found = trace(&complete, &arrays, to_the_end(0.0, 6.0));
    let s = found.sums;
    assert_eq!([s.delivered, s.delivered_units, s.lost, s.lost_units, s.filled_orders], [4.0, 6.0, 1.0, 4.0, 4.0]);
    assert_eq!([s.on_hand, s.on_order, s.releases], [18.0, 6.0, 4.0]);
    assert_eq!(found.served[2..4], [served(0.0, 4.0, 2.0, Status::Rejected), served(1.0, 0.0, 2.25, Status::Delivered)]);
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
    // Nobody orders any more, and the position is above the reorder level: an order waits for ever, and says so.
    let policy = Policy::ReorderQuantity { reorder: -3.0, quantity: 5.0, strict: false };
    for review_period in [0.0, 0.5] {
        let stuck = StockOnOrders { policy: policy.clone(), review_period, ..model.clone() };
        let s = trace(&stuck, &arrays, to_the_end(0.0, 6.0)).sums;
        assert_eq!([s.arrived, s.open, s.duration], [5.0, 1.0, 6.0]);
        assert_eq!(s.units - s.delivered_units, s.backorders / 2.0);
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
    // 0: 3, no order. 1: 3, no order, then two go. 2: position 0, six ordered; of the order of four nothing is there.
    // 3: six received, five go; position 1, five ordered. 4: those received, two go; position 4. No order after that.
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

// Another way to the same path: unit orders under base stock S. The order number i needs receipt number i − S + 1.

/// Times of the first orders, and when the first `n` units ordered after them are received.
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
    let models =
        [plain(3.0, 5.0), plain(3.0, 0.0), fifo(plain(3.0, 5.0)), made(1, 0.6, 2.0), made(1, 0.6, 0.0), made(3, 1.8, 4.0)];
    for model in models {
        let p = compile(&model, &Arrays::new());
        let level = model.policy.target() as usize;
        for number in 0..5 {
            let found = replication(&p, to_the_end(50.0, 400.0), number, level::available().last().map(|l| l.1));
            let received = receipts(&model, &p, &found.arrival, number);
            let wait = |i: usize| if i < level { 0.0 } else { received[i - level] - found.arrival[i] };
            let mut delivered = 0;
            for (i, own) in found.served.iter().enumerate().filter(|(_, own)| own.status == Status::Delivered) {
                // What is ordered after the last order that was simulated may overtake.
                delivered += 1;
                assert_eq!(own.left, found.arrival[i] + wait(i).max(0.0), "order {i} of {model:?}");
                assert_eq!(own.filled, f64::from(u8::from(wait(i) <= 0.0)));
            }
            assert!(delivered as f64 > 350.0 * 0.6 * 0.8);
        }
    }
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
            assert_eq!([fast.sums, plain.sums], [plain.sums; 2]);
            assert_eq!([&fast.classes, &fast.arrival.len().to_string().into_bytes().iter().map(|_| ClassSums::default()).take(0).collect()], [&plain.classes, &vec![]]);
        }
        let sum = |f: fn(&ClassSums) -> f64| plain.classes.iter().map(f).sum::<f64>();
        assert_eq!([sum(|c| c.arrived), sum(|c| c.delivered)], [plain.sums.arrived, plain.sums.delivered]);
        assert_eq!(sum(|c| c.lost), plain.sums.lost);
        assert!((sum(|c| c.lead) - plain.sums.lead).abs() < 1e-9);
    }
}
