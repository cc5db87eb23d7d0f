//! A shop, checked and compiled.

use super::checks::{check_routing, check_rules};
use super::loads::{loads, mean_over_classes, never_leaves, solve, visits};
use crate::config::{
    Acceptance, Arrays, Breakdowns, Calendar, Dispatch, Entry, MakeToOrder, Material, Operation, OrderCosts,
    Overtime, PatienceUntil, Payment, Quote, Release, Routing, RunningClock, Station,
};
use crate::error::{Error, Result, check};
use crate::law::{Law, Sampler};
use crate::orders::Orders;
use crate::random::Line;

/// Visits of one order to one operation, where units are timed one by one.
pub const UNIT_VISITS: u32 = 1 << 5;
/// Units that are timed one by one.
pub const UNITS: u32 = 1 << 11;
/// Marks the draws of units, beside those of visits.
pub const UNIT_MARK: u64 = 1 << 16;
/// Most stations or operations.
const MOST: usize = 1 << 12;

/// A compiled shop.
#[derive(Debug)]
pub struct Params {
    /// The order book.
    pub orders: Orders,
    /// Entity of the item.
    pub key: u32,
    pub stations: Vec<StationParams>,
    pub operations: Vec<OperationParams>,
    pub routing: Routing,
    /// Entry by the system and by hand.
    pub entry: [EntryParams; 2],
    pub confirmation: Option<(f64, TimeLaw)>,
    pub material: MaterialParams,
    pub release: Release,
    pub dispatch: Dispatch,
    pub quote: Quote,
    pub acceptance: Acceptance,
    pub patience_until: PatienceUntil,
    /// Time until a cancellation.
    pub cancellation: Option<TimeLaw>,
    pub delivery: TimeLaw,
    pub deliver_on_date: bool,
    /// Periods before and after the promised date that count as on time.
    pub window: [f64; 2],
    pub costs: OrderCosts,
    pub payment: Payment,
    /// Visits to each operation that are expected from an operation on, with random routing.
    pub expected: Vec<Vec<f64>>,
    /// Load of each station, where it has one in the long run.
    pub loads: Option<Vec<f64>>,
    /// Whether its orders are those of the design before it.
    pub same_book: bool,
    /// Whether somebody may leave or be turned away, which bounds every queue.
    pub relieved: bool,
    /// Whether somebody may leave before the work starts, which bounds the first queue.
    pub relieved_at_start: bool,
}

#[derive(Debug)]
pub struct StationParams {
    pub name: String,
    pub servers: usize,
    pub buffer: Option<usize>,
    pub calendar: Option<Calendar>,
    pub breakdowns: Option<BreakdownParams>,
    pub overtime: Option<Overtime>,
    pub rate: f64,
    pub key: u32,
}

#[derive(Debug)]
pub struct BreakdownParams {
    pub uptime: TimeLaw,
    pub repair: TimeLaw,
    pub clock: RunningClock,
}

#[derive(Debug)]
pub struct OperationParams {
    pub station: usize,
    /// Per order: one law, or one per class; none: no such part.
    pub time: Vec<TimeLaw>,
    /// Per unit, likewise.
    pub unit_time: Vec<TimeLaw>,
    pub setup: Option<TimeLaw>,
    pub customisation: f64,
    pub yield_share: f64,
    pub rework: f64,
    pub rework_to: usize,
    pub rework_most: u32,
    pub learning: f64,
    pub learning_floor: f64,
    pub key: u32,
}

#[derive(Debug)]
pub struct EntryParams {
    pub delay: TimeLaw,
    pub error: f64,
    pub correction: TimeLaw,
    pub every: f64,
}

#[derive(Debug)]
pub enum MaterialParams {
    Always,
    CalledOff(TimeLaw),
    Stocked { level: f64, lead_time: TimeLaw },
}

/// A law of times; one that is constant is not drawn.
#[derive(Debug, Clone)]
pub struct TimeLaw {
    pub law: Sampler,
    pub fixed: Option<f64>,
}

impl TimeLaw {
    fn compile(law: &Law) -> Result<Self> {
        let law = law.compile()?;
        let fixed = (law.min() >= law.max()).then(|| law.min());
        Ok(Self { law, fixed })
    }

    pub fn mean(&self) -> f64 {
        self.law.mean()
    }

    pub fn variance(&self) -> f64 {
        if self.fixed.is_some() { 0.0 } else { self.law.variance() }
    }

    /// Its value at draw `index` of a line.
    #[inline]
    pub fn at(&self, line: Line, index: u64) -> f64 {
        self.fixed.unwrap_or_else(|| self.law.at(line.bits(index)))
    }
}

/// A law of times ≥ 0.
fn time_law(field: &str, law: &Law) -> Result<TimeLaw> {
    let made = TimeLaw::compile(law).map_err(|e| e.within(field))?;
    check::non_negative(field, made.law.min())?;
    Ok(made)
}

impl EntryParams {
    fn compile(field: &str, entry: &Entry) -> Result<Self> {
        check::share(&format!("{field}.error"), entry.error)?;
        check::non_negative(&format!("{field}.every"), entry.every)?;
        Ok(Self {
            delay: time_law(&format!("{field}.delay"), &entry.delay)?,
            error: entry.error,
            correction: time_law(&format!("{field}.correction"), &entry.correction)?,
            every: entry.every,
        })
    }

    /// Its variance, with a uniform wait for the next run.
    pub fn variance(&self) -> f64 {
        let (mean, e) = (self.correction.mean(), self.error);
        let corrected = e * (self.correction.variance() + mean * mean) - e * e * mean * mean;
        self.delay.variance() + corrected + self.every * self.every / 12.0
    }

    /// Mean delay, half a run included.
    pub fn mean(&self) -> f64 {
        self.delay.mean() + self.error * self.correction.mean() + 0.5 * self.every
    }
}

fn station(field: &str, station: &Station) -> Result<StationParams> {
    let named = |name: &str| format!("{field}.{name}");
    if station.servers == 0 || station.servers > 1 << 16 {
        return Err(Error::config(named("servers"), station.servers, "in [1, 65536]"));
    }
    if let Some(calendar) = &station.calendar {
        let (field, cycle) = (named("calendar"), calendar.cycle);
        check::positive(&format!("{field}.cycle"), cycle)?;
        let mut last = 0.0;
        for (i, [from, to]) in calendar.open.iter().enumerate() {
            if !(*from >= last && to > from && *to <= cycle) {
                let bound = format!("ascending intervals within [0, {cycle}], none touching the one before");
                return Err(Error::config(format!("{field}.open[{i}]"), format!("({from}, {to})"), bound));
            }
            last = *to;
        }
        if calendar.open.is_empty() {
            return Err(Error::config(format!("{field}.open"), "no interval", "≥ 1 interval"));
        }
        let hours: f64 = calendar.open.iter().map(|[from, to]| to - from).sum();
        if !(1e-6..=1e9).contains(&cycle) || hours < 1e-6 * cycle {
            let bound = "at least a millionth of the cycle, of 1e-6 to 1e9 periods";
            return Err(Error::config(format!("{field}.open"), format!("{hours} of {cycle}"), bound));
        }
    }
    let breakdowns = match &station.breakdowns {
        None => None,
        Some(Breakdowns { clock: RunningClock::Always, .. }) if station.calendar.is_some() => {
            let bound = "\"busy\" at a station with a calendar";
            return Err(Error::config(named("breakdowns.clock"), "always", bound));
        }
        Some(b) => {
            let uptime = time_law(&named("breakdowns.uptime"), &b.uptime)?;
            if uptime.mean() < 1e-6 {
                return Err(Error::config(named("breakdowns.uptime"), uptime.mean(), "≥ 1e-6 in the mean"));
            }
            Some(BreakdownParams {
                uptime,
                repair: time_law(&named("breakdowns.repair"), &b.repair)?,
                clock: b.clock,
            })
        }
    };
    if let Some(o) = &station.overtime {
        check::non_negative(&named("overtime.below"), o.below)?;
        if !(o.above.is_finite() && o.above >= o.below) {
            return Err(Error::config(named("overtime.above"), o.above, format!("≥ below = {}", o.below)));
        }
        if !(o.factor.is_finite() && o.factor > 1.0) {
            return Err(Error::config(named("overtime.factor"), o.factor, "> 1"));
        }
    }
    check::non_negative(&named("rate"), station.rate)?;
    Ok(StationParams {
        name: station.name.clone(),
        servers: station.servers as usize,
        buffer: station.buffer.map(|b| b as usize),
        calendar: station.calendar.clone(),
        breakdowns,
        overtime: station.overtime.clone(),
        rate: station.rate,
        key: station.key,
    })
}

fn operation(
    field: &str,
    at: usize,
    o: &Operation,
    model: &MakeToOrder,
    orders: &Orders,
) -> Result<OperationParams> {
    let named = |name: &str| format!("{field}.{name}");
    if o.station >= model.stations.len() {
        let bound = format!("< {}, the number of stations", model.stations.len());
        return Err(Error::config(named("station"), o.station, bound));
    }
    let classes = model.orders.classes.len();
    let laws = |name: &str, law: &Option<Law>, own: bool| -> Result<Vec<TimeLaw>> {
        match law {
            None => Ok(Vec::new()),
            Some(_) if own && !o.time_by_class.is_empty() => {
                let each = o.time_by_class.iter().enumerate();
                each.map(|(c, law)| time_law(&named(&format!("times_by_class[{c}]")), law)).collect()
            }
            Some(law) => Ok(vec![time_law(&named(name), law)?]),
        }
    };
    if !o.time_by_class.is_empty() && o.time_by_class.len() != classes {
        let bound = format!("one law per customer class, {classes}");
        return Err(Error::config(named("times_by_class"), format!("{} laws", o.time_by_class.len()), bound));
    }
    let unit_time = laws("unit_time", &o.unit_time, o.time.is_none())?;
    let time = laws("time", &o.time, true)?;
    let random_units = unit_time.iter().any(|law| law.fixed.is_none());
    if random_units && orders.largest() > f64::from(UNITS) {
        let bound = format!("≤ {UNITS} where units are timed one by one at random; time the order instead");
        return Err(Error::config("orders.size", orders.largest(), bound));
    }
    check::non_negative(&named("customisation"), o.customisation)?;
    if !(o.yield_share >= 1e-3 && o.yield_share <= 1.0) {
        return Err(Error::config(named("yield_share"), o.yield_share, "in [0.001, 1]"));
    }
    check::share(&named("rework"), o.rework)?;
    let rework_to = o.rework_to.unwrap_or(at);
    if rework_to > at || (o.rework > 0.0 && !matches!(model.routing, Routing::Series)) {
        let bound = "this operation or one before it, with routing in series";
        return Err(Error::config(named("rework_to"), rework_to, bound));
    }
    if o.rework >= 1.0 && o.rework_most >= u32::from(u16::MAX) {
        return Err(Error::config(named("rework"), o.rework, "< 1, or with a limit rework_most"));
    }
    // Draws of units have room for so many visits; without a limit an order may come so often with a chance below 1e-12.
    let unlimited = o.rework_most >= u32::from(u16::MAX);
    let seldom = crate::law::float::powf(o.rework, f64::from(UNIT_VISITS - 1)) < 1e-12;
    let too_often = if unlimited { !seldom } else { o.rework_most >= UNIT_VISITS };
    if o.rework > 0.0 && random_units && too_often {
        let bound = format!("< {UNIT_VISITS} where units are timed one by one at random");
        return Err(Error::config(named("rework_most"), o.rework_most, bound));
    }
    check::non_negative(&named("learning"), o.learning)?;
    check::share(&named("learning_floor"), o.learning_floor)?;
    Ok(OperationParams {
        station: o.station,
        time,
        unit_time,
        setup: o.setup.as_ref().map(|law| time_law(&named("setup"), law)).transpose()?,
        customisation: o.customisation,
        yield_share: o.yield_share,
        rework: o.rework,
        rework_to,
        rework_most: o.rework_most,
        learning: o.learning,
        learning_floor: o.learning_floor,
        key: o.key,
    })
}

/// The law of a class.
#[inline]
pub fn of_class(laws: &[TimeLaw], class: usize) -> &TimeLaw {
    if laws.len() == 1 { &laws[0] } else { &laws[class] }
}

impl OperationParams {
    /// Mean work of an order of this size, class and customisation (see docs/background/make-to-order.md).
    pub fn mean_work(&self, size: f64, class: usize, kappa: f64) -> f64 {
        let mean = |laws: &[TimeLaw]| if laws.is_empty() { 0.0 } else { of_class(laws, class).mean() };
        (size / self.yield_share * mean(&self.unit_time) + mean(&self.time))
            * (1.0 + self.customisation * kappa)
    }

    /// Variance of that work.
    pub fn work_variance(&self, size: f64, class: usize, kappa: f64) -> f64 {
        let of = |laws: &[TimeLaw]| {
            if laws.is_empty() {
                (0.0, 0.0)
            } else {
                let law = of_class(laws, class);
                (law.mean(), law.variance())
            }
        };
        let ((unit, unit_var), (_, var)) = (of(&self.unit_time), of(&self.time));
        let y = self.yield_share;
        let pieces_var = size * (1.0 - y) / (y * y);
        let factor = 1.0 + self.customisation * kappa;
        (size / y * unit_var + pieces_var * unit * unit + var) * factor * factor
    }
}

impl Params {
    /// Compiles a shop for runs of `periods` periods.
    pub fn compile(model: &MakeToOrder, key: u32, arrays: &Arrays, periods: usize, end: u64) -> Result<Self> {
        let orders = Orders::compile(&model.orders, arrays, periods, end)?;
        for (field, n) in [("stations", model.stations.len()), ("operations", model.operations.len())] {
            if n == 0 || n > MOST {
                return Err(Error::config(field, n, format!("in [1, {MOST}]")));
            }
        }
        let stations: Vec<StationParams> = model
            .stations
            .iter()
            .enumerate()
            .map(|(n, s)| station(&format!("stations[{n}]"), s))
            .collect::<Result<_>>()?;
        let operations: Vec<OperationParams> = model
            .operations
            .iter()
            .enumerate()
            .map(|(n, o)| operation(&format!("operations[{n}]"), n, o, model, &orders))
            .collect::<Result<_>>()?;
        check_routing(model, &stations)?;
        check_rules(model)?;
        let confirmation = match &model.confirmation {
            None => None,
            Some(c) => {
                check::share("confirmation.probability", c.probability)?;
                Some((c.probability, time_law("confirmation.delay", &c.delay)?))
            }
        };
        let material = match &model.material {
            None => MaterialParams::Always,
            Some(Material::CalledOff { lead_time }) => {
                MaterialParams::CalledOff(time_law("material.lead_time", lead_time)?)
            }
            Some(Material::Stocked { level, lead_time }) => MaterialParams::Stocked {
                level: check::non_negative("material.level", *level)?,
                lead_time: time_law("material.lead_time", lead_time)?,
            },
        };
        check::non_negative("cancellation", model.cancellation)?;
        if model.cancellation > 0.0 && model.cancellation < 1e-15 {
            return Err(Error::config("cancellation", model.cancellation, "0 or ≥ 1e-15"));
        }
        let cancellation = (model.cancellation > 0.0)
            .then(|| TimeLaw::compile(&Law::Exponential { mean: 1.0 / model.cancellation }))
            .transpose()?;
        let entry = EntryParams::compile("entry", &model.entry)?;
        let manual =
            EntryParams::compile("manual_entry", model.manual_entry.as_ref().unwrap_or(&model.entry))?;
        let mut params = Self {
            key,
            stations,
            operations,
            routing: model.routing.clone(),
            entry: [entry, manual],
            confirmation,
            material,
            release: model.release.clone(),
            dispatch: model.dispatch.clone(),
            quote: model.quote.clone(),
            acceptance: model.acceptance.clone(),
            patience_until: model.patience_until,
            cancellation,
            delivery: time_law("delivery", &model.delivery)?,
            deliver_on_date: model.deliver_on_date,
            window: model.on_time_window,
            costs: model.costs,
            payment: model.payment,
            expected: Vec::new(),
            loads: None,
            same_book: false,
            relieved: orders.choosy()
                || (orders.impatient() && model.patience_until == PatienceUntil::Delivery)
                || model.acceptance != Acceptance::default(),
            relieved_at_start: orders.impatient() || model.cancellation > 0.0,
            orders,
        };
        let work = |o: &OperationParams| mean_over_classes(o, &params.orders, &model.orders);
        let works: Vec<f64> = params.operations.iter().map(work).collect();
        let visits = visits(&params)?;
        params.loads = params.orders.rate().map(|rate| loads(&params, rate, &visits, &works));
        if let Routing::Random { next, .. } = &params.routing {
            let unit = |k: usize| (0..next.len()).map(|l| f64::from(u8::from(k == l))).collect::<Vec<_>>();
            let rows: Option<Vec<_>> = (0..next.len()).map(|k| solve(next, &unit(k))).collect();
            params.expected = rows.ok_or_else(never_leaves)?;
        }
        Ok(params)
    }

    /// Entity of the orders' draws.
    pub fn order_entity(&self) -> u32 {
        self.orders.whose(0, self.key, 0).entity
    }

    /// Mean times of an order outside the operations.
    pub fn mean_delays(&self, manual: bool) -> f64 {
        let confirmation = self.confirmation.as_ref().map_or(0.0, |c| c.1.mean());
        let material = match &self.material {
            MaterialParams::CalledOff(law) => law.mean(),
            MaterialParams::Always | MaterialParams::Stocked { .. } => 0.0,
        };
        self.entry[usize::from(manual)].mean() + confirmation + material
    }

    /// Variance of these times.
    pub fn delay_variance(&self, manual: bool) -> f64 {
        let confirmation = self.confirmation.as_ref().map_or(0.0, |c| c.1.variance());
        let material = match &self.material {
            MaterialParams::CalledOff(law) => law.variance(),
            MaterialParams::Always | MaterialParams::Stocked { .. } => 0.0,
        };
        self.entry[usize::from(manual)].variance() + confirmation + material
    }

    /// The station that is too busy for a long run, with its load.
    pub fn overloaded(&self) -> Option<(&str, f64)> {
        if self.relieved {
            return None;
        }
        let loads = self.loads.as_ref()?;
        let first = self.operations[0].station;
        let counts = |n: usize| !(self.relieved_at_start && n == first);
        let (n, load) = loads.iter().enumerate().filter(|l| counts(l.0)).max_by(|a, b| a.1.total_cmp(b.1))?;
        // What is exactly full by construction may miss 1 by rounding.
        (*load >= 1.0 - 1e-12).then(|| (self.stations[n].name.as_str(), *load))
    }
}
