//! Make to order as it crosses the border (spec §4.3).

use super::OrderBook;
use crate::law::Law;
use serde::{Deserialize, Serialize};

/// A shop that makes what was ordered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MakeToOrder {
    /// Potential orders.
    pub orders: OrderBook,
    /// Machines and people.
    pub stations: Vec<Station>,
    /// Steps of the work, in the order they are numbered.
    pub operations: Vec<Operation>,
    /// How orders move between operations.
    #[serde(default)]
    pub routing: Routing,
    /// How orders get into the books: by the system channel.
    #[serde(default)]
    pub entry: Entry,
    /// The same for the manual channel; none: as by the system.
    #[serde(default)]
    pub manual_entry: Option<Entry>,
    /// Whether the customer confirms.
    #[serde(default)]
    pub confirmation: Option<Confirmation>,
    /// Where material comes from; none: it is always there.
    #[serde(default)]
    pub material: Option<Material>,
    /// When an order may start.
    #[serde(default)]
    pub release: Release,
    /// Who is next at a station.
    #[serde(default)]
    pub dispatch: Dispatch,
    /// What is promised.
    #[serde(default)]
    pub quote: Quote,
    /// Who is turned away.
    #[serde(default)]
    pub acceptance: Acceptance,
    /// Until when impatient customers may leave.
    #[serde(default)]
    pub patience_until: PatienceUntil,
    /// Cancellations per period and confirmed order that has not started (stream `Cancel`).
    #[serde(default)]
    pub cancellation: f64,
    /// Periods from the end of the last operation to the customer.
    #[serde(default = "nought")]
    pub delivery: Law,
    /// Orders finished early wait for the promised date.
    #[serde(default)]
    pub deliver_on_date: bool,
    /// Periods before and after the promised date that still count as on time.
    #[serde(default)]
    pub on_time_window: [f64; 2],
    /// Prices and cost rates.
    #[serde(default)]
    pub costs: OrderCosts,
    /// Terms of payment.
    #[serde(default)]
    pub payment: Payment,
}

/// Identical servers with one queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Station {
    /// Name in tables.
    pub name: String,
    /// Servers.
    #[serde(default = "one_server")]
    pub servers: u32,
    /// Places in the queue before it; none: as many as needed. Who finds none keeps the server it was on.
    #[serde(default)]
    pub buffer: Option<u32>,
    /// Working hours; none: always.
    #[serde(default)]
    pub calendar: Option<Calendar>,
    /// Failures of its servers.
    #[serde(default)]
    pub breakdowns: Option<Breakdowns>,
    /// More work per period while much work waits.
    #[serde(default)]
    pub overtime: Option<Overtime>,
    /// Money per server-period of work.
    #[serde(default)]
    pub rate: f64,
    /// Entity of its machines.
    pub key: u32,
}

/// Working hours that repeat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Periods after which it repeats.
    pub cycle: f64,
    /// Open intervals within a cycle, ascending and apart.
    pub open: Vec<[f64; 2]>,
}

/// Failures of a server (spec S6); a repaired server goes on where it stopped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Breakdowns {
    /// Periods of running time until a failure.
    pub uptime: Law,
    /// Periods of repair.
    pub repair: Law,
    /// Whether running time passes only while the server works.
    #[serde(default)]
    pub clock: RunningClock,
}

/// When running time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunningClock {
    /// While the server works.
    #[default]
    Busy,
    /// Always.
    Always,
}

/// Overtime of a station: from more than `above` periods of work in front of each server until less than `below`, work
/// that starts takes less time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overtime {
    /// Periods of work per server at which it starts.
    pub above: f64,
    /// Periods of work per server at which it ends.
    pub below: f64,
    /// Work done per period, relative to regular time, > 1.
    pub factor: f64,
}

/// A step of the work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// Number of its station.
    pub station: usize,
    /// Periods per order.
    #[serde(default)]
    pub time: Option<Law>,
    /// Periods per unit; units are made one by one.
    #[serde(default)]
    pub unit_time: Option<Law>,
    /// The same by customer class, where it differs: laws of `time` or of `unit_time`, one per class.
    #[serde(default)]
    pub time_by_class: Vec<Law>,
    /// Periods of setup when a server turns to another variant; stream `Setup`.
    #[serde(default)]
    pub setup: Option<Law>,
    /// Share by which a fully customised order takes longer.
    #[serde(default)]
    pub customisation: f64,
    /// Share of good units; more are made until the order is complete.
    #[serde(default = "whole_share")]
    pub yield_share: f64,
    /// Chance that the order has to go back.
    #[serde(default)]
    pub rework: f64,
    /// To which operation; none: this one.
    #[serde(default)]
    pub rework_to: Option<usize>,
    /// How often at the most.
    #[serde(default = "often")]
    pub rework_most: u32,
    /// Learning exponent b: the n-th order of a variant takes n^−b of the time.
    #[serde(default)]
    pub learning: f64,
    /// Least share of the time that learning leaves.
    #[serde(default)]
    pub learning_floor: f64,
    /// Entity of its draws.
    pub key: u32,
}

/// How orders move between operations.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Routing {
    /// One after the other.
    #[default]
    Series,
    /// By variant: operations in order.
    ByVariant {
        /// One list per variant.
        routes: Vec<Vec<usize>>,
    },
    /// At random (stream `Rework`, as a test outcome decides).
    Random {
        /// Chance of the first operation.
        start: Vec<f64>,
        /// Chance of each next operation; the rest leaves.
        next: Vec<Vec<f64>>,
    },
}

/// How an order gets into the books (spec 4.3.2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Periods of administration.
    #[serde(default = "nought")]
    pub delay: Law,
    /// Chance of an error in the data.
    #[serde(default)]
    pub error: f64,
    /// Periods to find and mend it.
    #[serde(default = "nought")]
    pub correction: Law,
    /// Orders are passed on at multiples of this; 0: at once.
    #[serde(default)]
    pub every: f64,
}

impl Default for Entry {
    fn default() -> Self {
        Self { delay: nought(), error: 0.0, correction: nought(), every: 0.0 }
    }
}

/// Whether and when the customer confirms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// Chance that they do.
    #[serde(default = "whole_share")]
    pub probability: f64,
    /// Periods until then.
    #[serde(default = "nought")]
    pub delay: Law,
}

/// Where material comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Material {
    /// Called off at confirmation, just in time.
    CalledOff {
        /// Periods until it is there.
        lead_time: Law,
    },
    /// From a stock that every use replaces one for one.
    Stocked {
        /// Units of material for as many units of product.
        level: f64,
        /// Periods of a replacement.
        lead_time: Law,
    },
}

/// When an order may start (spec 4.3.1).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum Release {
    /// At once.
    #[default]
    Immediate,
    /// While the work released and not done is below a cap.
    WorkloadCap {
        /// Periods of work.
        cap: f64,
        /// Number of the station whose work counts; none: all.
        #[serde(default)]
        station: Option<usize>,
    },
    /// When due date minus planned time says so.
    Backward {
        /// Planned periods from release to delivery.
        planned: f64,
    },
    /// At multiples of a period.
    Periodic {
        /// That period.
        every: f64,
    },
}

/// Who is next at a station (spec 4.3.3); ties go to the smaller order number.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum Dispatch {
    /// First come, first served.
    #[default]
    Fcfs,
    /// Earliest due date.
    Edd,
    /// Shortest processing time.
    Spt,
    /// Least slack: due date minus the work that remains.
    Slack,
    /// Least ratio of the time left to the work that remains.
    CriticalRatio,
    /// By customer class, first come, first served within.
    Priority,
    /// The variant the server is set up for goes on, for at most `longest` orders in a row.
    SetupSaving {
        /// Orders in a row.
        longest: u32,
    },
}

/// What is promised (spec 4.3.4).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum Quote {
    /// What the customer asks for.
    #[default]
    Requested,
    /// A constant lead time.
    Constant {
        /// Periods.
        lead_time: f64,
    },
    /// A quantile of the lead time, given what is in the shop (spec A6).
    Quantile {
        /// Its probability.
        p: f64,
        /// Periods added.
        #[serde(default)]
        buffer: f64,
    },
    /// Capable to promise: forward loading behind the work in front of every station.
    ForwardLoading {
        /// Periods added.
        #[serde(default)]
        buffer: f64,
    },
}

/// Who is turned away.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// Orders in the shop from which new ones are rejected.
    #[serde(default)]
    pub max_orders: Option<u32>,
    /// Periods of work per server of the busiest station above which customers balk.
    #[serde(default)]
    pub max_workload: Option<f64>,
    /// Quoted lead time above which customers balk.
    #[serde(default)]
    pub max_quote: Option<f64>,
}

/// Until when impatient customers may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatienceUntil {
    /// Until delivery; work in process is finished and lost.
    #[default]
    Delivery,
    /// Until the first operation starts.
    Start,
}

/// Money.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OrderCosts {
    /// Received per unit delivered.
    pub price: f64,
    /// Received beside per unit and customisation content.
    pub price_premium: f64,
    /// Material per unit started.
    pub material: f64,
    /// Per unit and customisation content.
    pub customisation: f64,
    /// Per order accepted.
    pub order: f64,
    /// Per data error.
    pub entry_error: f64,
    /// Per order and period of tardiness.
    pub tardiness: f64,
    /// Most that tardiness costs per order; 0: no cap.
    pub tardiness_cap: f64,
    /// Share of the value of work in process per period.
    pub holding_rate: f64,
    /// Per order and period finished early and held.
    pub earliness: f64,
    /// Per order turned away or gone before it was confirmed.
    pub lost_order: f64,
    /// Per order cancelled or left after confirmation.
    pub cancelled_order: f64,
    /// Received from such a customer.
    pub cancellation_fee: f64,
    /// Received per unit of abandoned work.
    pub salvage: f64,
    /// Per unit delivered.
    pub delivery: f64,
    /// Money per period of overtime work, beside the station's rate.
    pub overtime: f64,
    /// Per period.
    pub fixed: f64,
}

/// Terms of payment (spec §7.5).
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Payment {
    /// Share of the price paid at confirmation.
    pub deposit: f64,
    /// Periods from delivery to the rest.
    pub receivable: f64,
    /// Periods from receipt of material to its payment.
    pub payable: f64,
}

fn nought() -> Law {
    Law::Deterministic { value: 0.0 }
}

fn one_server() -> u32 {
    1
}

fn whole_share() -> f64 {
    1.0
}

fn often() -> u32 {
    u32::from(u16::MAX)
}

impl Operation {
    /// An operation that takes a time per order.
    pub fn new(station: usize, time: Law, key: u32) -> Self {
        Self {
            station,
            time: Some(time),
            unit_time: None,
            time_by_class: Vec::new(),
            setup: None,
            customisation: 0.0,
            yield_share: 1.0,
            rework: 0.0,
            rework_to: None,
            rework_most: often(),
            learning: 0.0,
            learning_floor: 0.0,
            key,
        }
    }
}

impl MakeToOrder {
    /// Orders, and nothing yet that works on them.
    pub fn new(orders: OrderBook) -> Self {
        Self {
            orders,
            stations: Vec::new(),
            operations: Vec::new(),
            routing: Routing::Series,
            entry: Entry::default(),
            manual_entry: None,
            confirmation: None,
            material: None,
            release: Release::Immediate,
            dispatch: Dispatch::Fcfs,
            quote: Quote::Requested,
            acceptance: Acceptance::default(),
            patience_until: PatienceUntil::Delivery,
            cancellation: 0.0,
            delivery: nought(),
            deliver_on_date: false,
            on_time_window: [f64::MAX, 0.0],
            costs: OrderCosts::default(),
            payment: Payment::default(),
        }
    }
}
