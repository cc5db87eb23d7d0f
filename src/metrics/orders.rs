//! What is recorded of runs whose unit is the order, where time is continuous: the sums of one replication, and the catalogue of
//! what they mean. A quantity that the period clock has as well has the same name; stock and queues are averages over time here.

/// Sums of one replication: of counted orders, and over counted time.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[allow(missing_docs, reason = "the catalogue says what each of them is")]
pub struct Sums {
    /// Counted time.
    pub duration: f64,
    // Counted orders, by what became of them.
    pub arrived: f64,
    pub units: f64,
    pub rejected: f64,
    pub balked: f64,
    pub unconfirmed: f64,
    pub reneged: f64,
    pub cancelled: f64,
    pub lost: f64,
    pub open: f64,
    pub delivered: f64,
    pub delivered_units: f64,
    // Times of delivered orders.
    pub lead: f64,
    pub lead_squares: f64,
    pub entry: f64,
    pub material: f64,
    pub release: f64,
    pub waiting: f64,
    pub waiting_squares: f64,
    pub making: f64,
    pub delivery: f64,
    pub no_wait: f64,
    pub unit_lead: f64,
    /// Waiting of all accepted orders that are not open.
    pub waiting_all: f64,
    // Promises.
    pub quoted: f64,
    pub on_time: f64,
    pub tardy: f64,
    pub tardiness: f64,
    pub earliness: f64,
    pub quote_error: f64,
    pub quote_absolute: f64,
    // Over time.
    pub completions: f64,
    pub in_shop: f64,
    pub queued: f64,
    pub busy: f64,
    pub offered: f64,
    pub wip_value: f64,
    pub receivables: f64,
    pub payables: f64,
    pub deposits: f64,
    pub peak_funding: f64,
    pub bad: f64,
    // Stock, over time.
    pub on_hand: f64,
    pub backorders: f64,
    pub on_order: f64,
    pub on_order_squares: f64,
    pub ready: f64,
    pub no_backlog: f64,
    pub cycles: f64,
    pub safe_cycles: f64,
    pub releases: f64,
    pub release_quantity: f64,
    /// Units and orders served at once.
    pub filled: f64,
    pub filled_orders: f64,
    pub lost_units: f64,
    pub unit_wait: f64,
    // Money.
    pub money: Money,
}

/// Money of the counted orders and of counted time.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[allow(missing_docs, reason = "the catalogue says what each of them is")]
pub struct Money {
    pub revenue: f64,
    pub material: f64,
    pub customisation: f64,
    pub processing: f64,
    pub order: f64,
    pub entry_error: f64,
    pub tardiness: f64,
    pub earliness: f64,
    pub holding: f64,
    pub backorder: f64,
    pub lost_order: f64,
    pub cancellation: f64,
    pub delivery: f64,
    pub overtime: f64,
    pub fixed: f64,
    pub release: f64,
    pub salvage: f64,
}

impl Money {
    /// The sum of all costs, added in the order of the catalogue.
    pub fn cost(&self) -> f64 {
        [
            self.material,
            self.customisation,
            self.processing,
            self.overtime,
            self.order,
            self.entry_error,
            self.release,
            self.holding,
            self.backorder,
            self.tardiness,
            self.earliness,
            self.lost_order,
            self.cancellation,
            self.delivery,
            self.fixed,
        ]
        .into_iter()
        .fold(0.0, |sum, x| sum + x)
    }
}

/// Whose metric it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// Every model on the order clock.
    All,
    /// Shops that make to order.
    Shop,
    /// Stocks.
    Stock,
    /// Assemblies, which have some of either.
    Assembly,
}

/// What assemblies have of shops and of stocks.
const OF_ASSEMBLIES: [&str; 24] = [
    "rejected_share",
    "reneged_share",
    "material_time",
    "making_time",
    "quoted_lead_time",
    "otif",
    "tardy_share",
    "tardiness",
    "tardiness_if_tardy",
    "earliness",
    "utilisation",
    "on_hand",
    "backorders",
    "on_order",
    "on_order_squares",
    "fill_rate",
    "order_fill_rate",
    "unit_waiting_time",
    "orders",
    "order_quantity",
    "customisation_cost",
    "order_cost",
    "backorder_cost",
    "wip_value",
];

/// How a metric is made of the sums.
#[derive(Debug, Clone, Copy)]
pub enum Value {
    /// A number per replication.
    Mean(fn(&Sums) -> f64),
    /// A ratio of two.
    Ratio(fn(&Sums) -> f64, fn(&Sums) -> f64),
}

/// One row of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct OrderMetric {
    /// Name in results.
    pub name: &'static str,
    /// Unit.
    pub unit: &'static str,
    /// One sentence.
    pub definition: &'static str,
    /// Which direction is good: `high`, `low` or neither.
    pub better: Option<&'static str>,
    /// Whose.
    pub of: For,
    /// Whether it speaks of a long run: not to be had of an overloaded shop.
    pub steady: bool,
    /// How it is made.
    pub value: Value,
}

impl OrderMetric {
    /// Whether a model of this kind has it.
    pub fn is_of(&self, kind: For) -> bool {
        let borrowed = kind == For::Assembly && OF_ASSEMBLIES.contains(&self.name);
        self.of == For::All || self.of == kind || borrowed
    }

    /// Its value in one replication; 0/0 is not a number.
    pub fn of(&self, s: &Sums) -> f64 {
        match self.value {
            // Nothing is per period of no time.
            Value::Mean(_) if s.duration <= 0.0 => f64::NAN,
            Value::Mean(f) => f(s),
            Value::Ratio(top, bottom) => top(s) / bottom(s),
        }
    }
}

const ORDERS: &str = "orders per period";
const UNITS: &str = "units per period";
const TIME: &str = "periods";
const SHARE: &str = "share";
const MONEY: &str = "money per period";
const HIGH: Option<&str> = Some("high");
const LOW: Option<&str> = Some("low");

const fn mean(
    of: For,
    name: &'static str,
    unit: &'static str,
    better: Option<&'static str>,
    definition: &'static str,
    f: fn(&Sums) -> f64,
) -> OrderMetric {
    OrderMetric { name, unit, definition, better, of, steady: false, value: Value::Mean(f) }
}

const fn ratio(
    of: For,
    name: &'static str,
    unit: &'static str,
    better: Option<&'static str>,
    definition: &'static str,
    top: fn(&Sums) -> f64,
    bottom: fn(&Sums) -> f64,
) -> OrderMetric {
    OrderMetric { name, unit, definition, better, of, steady: false, value: Value::Ratio(top, bottom) }
}

const fn steady(mut m: OrderMetric) -> OrderMetric {
    m.steady = true;
    m
}

const fn cost(name: &'static str, definition: &'static str, f: fn(&Sums) -> f64) -> OrderMetric {
    mean(For::All, name, MONEY, LOW, definition, f)
}

const fn of(of: For, mut m: OrderMetric) -> OrderMetric {
    m.of = of;
    m
}

/// The catalogue.
#[rustfmt::skip]
pub const METRICS: &[OrderMetric] = &[
    mean(For::All, "orders_arrived", ORDERS, None, "Orders that arrived.", |s| s.arrived / s.duration),
    mean(For::All, "demand", UNITS, None, "Units of the orders that arrived.", |s| s.units / s.duration),
    mean(For::All, "orders_delivered", ORDERS, HIGH, "Orders that arrived and were delivered, sooner or later.", |s| s.delivered / s.duration),
    mean(For::All, "units_delivered", UNITS, HIGH, "Units of counted orders that were handed over.", |s| s.delivered_units / s.duration),
    mean(For::All, "throughput", ORDERS, HIGH, "Deliveries in the counted time.", |s| s.completions / s.duration),
    ratio(For::Shop, "rejected_share", SHARE, LOW, "Share of orders turned away because the shop was full.", |s| s.rejected, |s| s.arrived),
    ratio(For::Shop, "balked_share", SHARE, LOW, "Share of orders that customers did not want on the terms.", |s| s.balked, |s| s.arrived),
    ratio(For::Shop, "unconfirmed_share", SHARE, LOW, "Share of orders that were not confirmed.", |s| s.unconfirmed, |s| s.arrived),
    ratio(For::Shop, "reneged_share", SHARE, LOW, "Share of orders whose customers lost patience.", |s| s.reneged, |s| s.arrived),
    ratio(For::Shop, "cancelled_share", SHARE, LOW, "Share of orders cancelled after confirmation.", |s| s.cancelled, |s| s.arrived),
    ratio(For::All, "lost_share", SHARE, LOW, "Share of orders that came to nothing, for whatever reason.", |s| s.arrived - s.delivered - s.open, |s| s.arrived),
    mean(For::All, "n_censored", "orders", LOW, "Counted orders that were still open at the end of the run.", |s| s.open),
    steady(ratio(For::All, "lead_time", TIME, LOW, "From arrival to delivery, over delivered orders.", |s| s.lead, |s| s.delivered)),
    steady(ratio(For::Shop, "entry_time", TIME, LOW, "From arrival to confirmation.", |s| s.entry, |s| s.delivered)),
    steady(ratio(For::Shop, "material_time", TIME, LOW, "From confirmation until material is there.", |s| s.material, |s| s.delivered)),
    steady(ratio(For::Shop, "release_time", TIME, LOW, "From then to the release.", |s| s.release, |s| s.delivered)),
    steady(ratio(For::All, "waiting_time", TIME, LOW, "In queues, blocked time included.", |s| s.waiting, |s| s.delivered)),
    steady(ratio(For::Shop, "making_time", TIME, LOW, "On servers.", |s| s.making, |s| s.delivered)),
    steady(ratio(For::Shop, "delivery_time", TIME, LOW, "From the end of the work to delivery.", |s| s.delivery, |s| s.delivered)),
    steady(ratio(For::All, "no_wait_share", SHARE, HIGH, "Share of delivered orders that never waited.", |s| s.no_wait, |s| s.delivered)),
    steady(ratio(For::Shop, "waiting_time_all", TIME, LOW, "In queues, over accepted orders, whether delivered or not.", |s| s.waiting_all, |s| s.arrived - s.rejected - s.balked - s.open)),
    steady(ratio(For::Shop, "unit_lead_time", TIME, LOW, "From arrival to the end of a unit's last operation, over units.", |s| s.unit_lead, |s| s.delivered_units)),
    steady(ratio(For::Shop, "quoted_lead_time", TIME, LOW, "Quoted lead time of accepted orders.", |s| s.quoted, |s| s.arrived - s.rejected - s.balked)),
    steady(ratio(For::Shop, "otif", SHARE, HIGH, "Share of accepted orders that were delivered, complete and within the window around the first promise; orders still open are left out.", |s| s.on_time, |s| s.arrived - s.rejected - s.balked - s.open)),
    steady(ratio(For::Shop, "tardy_share", SHARE, LOW, "Share of delivered orders that came after the promised date.", |s| s.tardy, |s| s.delivered)),
    steady(ratio(For::Shop, "tardiness", TIME, LOW, "Delay after the promised date, 0 if there is none.", |s| s.tardiness, |s| s.delivered)),
    steady(ratio(For::Shop, "tardiness_if_tardy", TIME, LOW, "The same over tardy orders.", |s| s.tardiness, |s| s.tardy)),
    steady(ratio(For::Shop, "earliness", TIME, None, "Time before the promised date, 0 if there is none.", |s| s.earliness, |s| s.delivered)),
    steady(ratio(For::Shop, "quote_error", TIME, None, "Lead time minus quote.", |s| s.quote_error, |s| s.delivered)),
    steady(ratio(For::Shop, "quote_absolute_error", TIME, LOW, "Its size.", |s| s.quote_absolute, |s| s.delivered)),
    steady(mean(For::All, "orders_in_shop", "orders", LOW, "Accepted orders not delivered yet, over time.", |s| s.in_shop / s.duration)),
    steady(mean(For::Shop, "orders_waiting", "orders", LOW, "Orders in queues or blocked, over time.", |s| s.queued / s.duration)),
    steady(mean(For::Shop, "orders_on_servers", "orders", None, "Orders on servers, over time.", |s| s.busy / s.duration)),
    ratio(For::Shop, "utilisation", SHARE, None, "Busy time of all servers over the time there are of them.", |s| s.busy, |s| s.offered),
    mean(For::Shop, "scrapped", UNITS, LOW, "Bad pieces made.", |s| s.bad / s.duration),
    steady(mean(For::Stock, "on_hand", "units", LOW, "Stock on hand, over time.", |s| s.on_hand / s.duration)),
    steady(mean(For::Stock, "backorders", "units", LOW, "Units waiting, over time.", |s| s.backorders / s.duration)),
    steady(mean(For::Stock, "on_order", "units", None, "Units on order, over time.", |s| s.on_order / s.duration)),
    steady(mean(For::Stock, "on_order_squares", "units²", None, "Square of the units on order, over time.", |s| s.on_order_squares / s.duration)),
    steady(ratio(For::Stock, "fill_rate", SHARE, HIGH, "Share of units delivered at once.", |s| s.filled, |s| s.units)),
    steady(ratio(For::Stock, "order_fill_rate", SHARE, HIGH, "Share of orders delivered at once and complete; of an assembly, whose components were all there when they came.", |s| s.filled_orders, |s| s.arrived)),
    steady(ratio(For::Stock, "unit_waiting_time", TIME, LOW, "From arrival to delivery, over delivered units.", |s| s.unit_wait, |s| s.delivered_units)),
    steady(mean(For::Stock, "ready_rate", SHARE, HIGH, "Share of time with stock on hand.", |s| s.ready / s.duration)),
    steady(mean(For::Stock, "alpha_service", SHARE, HIGH, "Share of time without backorders.", |s| s.no_backlog / s.duration)),
    steady(ratio(For::Stock, "cycle_service", SHARE, HIGH, "Share of receipts before which net stock was not negative.", |s| s.safe_cycles, |s| s.cycles)),
    mean(For::Stock, "lost", UNITS, LOW, "Units lost.", |s| s.lost_units / s.duration),
    ratio(For::Stock, "lost_unit_share", SHARE, LOW, "Share of units lost.", |s| s.lost_units, |s| s.units),
    mean(For::Stock, "orders", "orders per period", None, "Replenishments released.", |s| s.releases / s.duration),
    mean(For::Stock, "order_quantity", UNITS, None, "Units of these.", |s| s.release_quantity / s.duration),
    of(For::Shop, cost("material_cost", "Material of what was started.", |s| s.money.material / s.duration)),
    of(For::Shop, cost("customisation_cost", "What customisation adds.", |s| s.money.customisation / s.duration)),
    cost("processing_cost", "Time on servers at their rates; of an assembly, the charge per unit delivered.", |s| s.money.processing / s.duration),
    of(For::Shop, cost("overtime_cost", "Work beyond regular time.", |s| s.money.overtime / s.duration)),
    of(For::Shop, cost("order_handling_cost", "Charge per accepted order.", |s| s.money.order / s.duration)),
    of(For::Shop, cost("entry_error_cost", "Errors in the data of orders.", |s| s.money.entry_error / s.duration)),
    of(For::Stock, cost("order_cost", "Charge per replenishment and per unit of it.", |s| s.money.release / s.duration)),
    cost("holding_cost", "Capital and storage of stock or of work in process.", |s| s.money.holding / s.duration),
    of(For::Stock, cost("backorder_cost", "Backorder rate × units waiting.", |s| s.money.backorder / s.duration)),
    of(For::Shop, cost("tardiness_cost", "Delay after the promised date, up to its cap.", |s| s.money.tardiness / s.duration)),
    of(For::Shop, cost("earliness_cost", "Finished orders held until the promised date.", |s| s.money.earliness / s.duration)),
    cost("lost_order_cost", "Charge per order, or unit of stock, that came to nothing, and per unit not delivered at once.", |s| s.money.lost_order / s.duration),
    of(For::Shop, cost("cancellation_cost", "Orders that ended after confirmation: charge minus fee.", |s| s.money.cancellation / s.duration)),
    of(For::Shop, cost("delivery_cost", "Charge per unit delivered.", |s| s.money.delivery / s.duration)),
    of(For::Shop, cost("fixed_cost", "Per period.", |s| s.money.fixed / s.duration)),
    cost("cost", "Sum of all costs above.", |s| s.money.cost() / s.duration),
    mean(For::All, "revenue", MONEY, HIGH, "Price of what was delivered.", |s| s.money.revenue / s.duration),
    mean(For::Shop, "salvage", MONEY, HIGH, "What abandoned work still brings.", |s| s.money.salvage / s.duration),
    mean(For::All, "profit", MONEY, HIGH, "Revenue + salvage − cost.", |s| (s.money.revenue + s.money.salvage - s.money.cost()) / s.duration),
    ratio(For::All, "unit_cost", "money per unit", LOW, "Cost per unit delivered.", |s| s.money.cost(), |s| s.delivered_units),
    steady(mean(For::Shop, "wip_value", "money", LOW, "Material and work in orders that are not delivered, over time; of an assembly, components on the shelf, in orders and in finished stock.", |s| s.wip_value / s.duration)),
    steady(mean(For::Shop, "receivables", "money", LOW, "What customers still owe, over time.", |s| s.receivables / s.duration)),
    steady(mean(For::Shop, "payables", "money", None, "What is still owed for material, over time.", |s| s.payables / s.duration)),
    steady(mean(For::Shop, "deposits", "money", None, "Deposits on orders not delivered, over time.", |s| s.deposits / s.duration)),
    steady(mean(For::Shop, "working_capital", "money", LOW, "Receivables + work in process − payables − deposits, over time.", |s| (s.receivables + s.wip_value - s.payables - s.deposits) / s.duration)),
    steady(mean(For::Shop, "peak_funding", "money", LOW, "The deepest that cash falls below its start within the run.", |s| s.peak_funding)),
];

/// Position of a metric in the catalogue.
pub fn position(name: &str) -> Option<usize> {
    METRICS.iter().position(|m| m.name == name)
}

/// Sums of one station over counted time.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct StationSums {
    /// ∫ orders in its queue.
    pub queue: f64,
    /// ∫ orders on servers, interruptions included.
    pub busy: f64,
    /// ∫ orders blocking a server.
    pub blocked: f64,
    /// Setup time of operations that started.
    pub setup: f64,
    /// Regular time saved by overtime.
    pub overtime: f64,
    /// Operations finished.
    pub visits: f64,
}

/// What is told of each station: name, unit, definition.
pub const STATION_METRICS: [(&str, &str, &str); 6] = [
    ("utilisation", SHARE, "Share of server time on orders, interruptions included."),
    ("queue", "orders", "Orders in its queue, over time."),
    ("number", "orders", "Orders in its queue and on its servers, blocked ones included, over time."),
    ("blocked", "servers", "Servers blocked, over time."),
    ("visits", "orders per period", "Operations finished."),
    ("setup_share", SHARE, "Share of server time spent on setups."),
];

/// The values of [`STATION_METRICS`].
pub fn station_values(s: &StationSums, duration: f64, servers: f64) -> [f64; 6] {
    [
        s.busy / (servers * duration),
        s.queue / duration,
        (s.queue + s.busy + s.blocked) / duration,
        s.blocked / duration,
        s.visits / duration,
        s.setup / (servers * duration),
    ]
}

/// Sums over the counted orders of one customer class.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ClassSums {
    /// Orders.
    pub arrived: f64,
    /// Delivered ones.
    pub delivered: f64,
    /// Their lead times.
    pub lead: f64,
    /// Their waiting.
    pub waiting: f64,
    /// Those after the promised date.
    pub tardy: f64,
    /// Those that came to nothing.
    pub lost: f64,
}

/// What is told of each class, as ratios: name, unit, definition.
pub const CLASS_METRICS: [(&str, &str, &str); 4] = [
    ("lead_time", TIME, "From arrival to delivery, over delivered orders."),
    ("waiting_time", TIME, "In queues, blocked time included."),
    ("tardy_share", SHARE, "Share of delivered orders that came after the promised date."),
    ("lost_share", SHARE, "Share of orders that came to nothing."),
];

/// Numerators and denominators of [`CLASS_METRICS`].
pub fn class_values(s: &ClassSums) -> [(f64, f64); 4] {
    [(s.lead, s.delivered), (s.waiting, s.delivered), (s.tardy, s.delivered), (s.lost, s.arrived)]
}
