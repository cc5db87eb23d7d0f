//! An assembly where the unit is the order, checked and compiled.

use crate::config::{Arrays, AssemblyOnOrders, Commitment, Costs, OrderedCosts, Shelf, StockOnOrders};
use crate::error::{Error, Result, check};
use crate::law::{Law, Sampler};
use crate::orders::Orders;
use crate::strategy::make_to_order::params::TimeLaw;
use crate::strategy::make_to_stock::orders_params::{Replenishment, Rule, Supply};

/// Largest number of options of a group, and of groups.
const OPTIONS: usize = 1 << 12;

/// A compiled assembly.
#[derive(Debug)]
pub struct OrderedAssembly {
    /// The order book; the variant of an order is its product.
    pub orders: Orders,
    /// Entity of the item.
    pub item: u32,
    /// Products.
    pub products: Vec<Ordered>,
    /// Components.
    pub shelves: Vec<ShelfParams>,
    /// Pairs of component and product.
    pub pairs: Vec<(usize, usize)>,
    /// Who gets components.
    pub rule: Commitment,
    /// How long assembly takes.
    pub time: TimeLaw,
    /// Entity of its draws.
    pub key: u32,
    /// Benches; none: as many as there is work for.
    pub servers: Option<u32>,
    /// Orders are delivered unit by unit.
    pub partial: bool,
    /// Orders whose components are not all there are lost.
    pub lost: bool,
    /// Periods within which deliveries are counted.
    pub windows: Vec<f64>,
    /// Work per server-period: of the benches and of every component's servers.
    pub loads: Option<Vec<f64>>,
    /// Whether its orders are those of the design before it; set by who runs several.
    pub same_book: bool,
}

/// Components and whole units of each.
pub type Uses = Vec<(usize, i64)>;

/// A product.
#[derive(Debug)]
pub struct Ordered {
    /// Components and units of each, in increasing order.
    pub uses: Uses,
    /// What the customer chooses: which of a group, and what each takes.
    pub groups: Vec<(Sampler, Vec<Uses>)>,
    /// By component: the number of the pair; `u32::MAX` where there is none.
    pub pair: Vec<u32>,
    /// The smaller, the more important.
    pub priority: u32,
    /// May take what is reserved.
    pub critical: bool,
    /// Finished units kept in stock.
    pub stock: i64,
    /// Cost rates.
    pub costs: OrderedCosts,
}

/// A component.
#[derive(Debug)]
pub struct ShelfParams {
    /// Name.
    pub name: String,
    /// Entity of its supply.
    pub key: u32,
    /// When and how much is released.
    pub rule: Rule,
    /// How long it takes.
    pub supply: Supply,
    /// Periods between reviews; 0: whenever the position changes.
    pub review: f64,
    /// On hand at the start.
    pub opening: i64,
    /// Cost rates.
    pub costs: Costs,
    /// Units for critical products only.
    pub reserve: i64,
    /// What can stand in for it, and what a unit of that costs more.
    pub substitutes: Vec<(usize, f64)>,
}

impl OrderedAssembly {
    /// Compiles an assembly for runs of `periods` periods and replications up to `end`, counted from the start of their
    /// half.
    pub fn compile(
        model: &AssemblyOnOrders,
        item: u32,
        arrays: &Arrays,
        periods: usize,
        end: u64,
    ) -> Result<Self> {
        let orders = Orders::compile(&model.orders, arrays, periods, end)?;
        if orders.choosy() {
            let bound = "absent: customers of an assembly take what they ordered";
            return Err(Error::config("orders.valuation", "given", bound));
        }
        let variants = orders.variants.len().max(1);
        if model.products.len() != variants {
            let bound = format!("as many as the order book has variants, {variants}");
            return Err(Error::config("products", model.products.len(), bound));
        }
        if matches!(model.allocation, Commitment::Batch | Commitment::BatchExact) {
            let bound = "another rule where the unit is the order: there are no batches of them";
            return Err(Error::config("allocation", "batch", bound));
        }
        let time = model.assembly_time.compile().map_err(|e| e.within("assembly_time"))?;
        check::non_negative("assembly_time", time.min())?;
        check::finite("assembly_time.mean", time.mean())?;
        let fixed = (time.min() >= time.max()).then(|| time.min());
        let time = TimeLaw { law: time, fixed };
        if let Some(servers) = model.servers
            && (servers == 0 || servers > 1 << 16)
        {
            return Err(Error::config("servers", servers, "in [1, 65536]"));
        }
        let windows_grow = model.windows.windows(2).all(|w| w[0] < w[1]);
        let in_range = model.windows.iter().all(|w| *w >= 0.0 && w.is_finite());
        if model.windows.is_empty() || !windows_grow || !in_range {
            let bound = "increasing, ≥ 0, and at least one";
            return Err(Error::config("windows", format!("{:?}", model.windows), bound));
        }
        let shelves: Vec<ShelfParams> =
            model.components.iter().map(|shelf| ShelfParams::compile(shelf, model)).collect::<Result<_>>()?;
        let mut pairs = Vec::new();
        let products = (0..model.products.len())
            .map(|v| Ordered::compile(model, v, &mut pairs))
            .collect::<Result<Vec<_>>>()?;
        for (j, component) in model.components.iter().enumerate() {
            if !pairs.iter().any(|p| p.0 == j) {
                let within = |e: Error| e.within(&named("component", &component.name));
                return Err(within(Error::config("uses", "none", "in at least one product")));
            }
        }
        for (product, described) in products.iter().zip(&model.products).filter(|(p, _)| p.stock > 0) {
            let within = |e: Error| e.within(&named("product", &described.name));
            if orders.impatient() || model.lost || model.partial {
                let bound = "0 where customers leave, are lost or are served in part";
                return Err(within(Error::config("stock", product.stock, bound)));
            }
            if !product.groups.is_empty() {
                return Err(within(Error::config(
                    "stock",
                    product.stock,
                    "0 where customers choose options",
                )));
            }
        }
        let loads = loads(&orders, &products, &shelves, &time, model);
        let mut keys: Vec<u32> = shelves.iter().map(|s| s.key).collect();
        keys.sort_unstable();
        if let Some(pair) = keys.windows(2).find(|w| w[0] == w[1]) {
            let bound = "unique: two components would draw the same supply";
            return Err(Error::config("components.key", pair[0], bound));
        }
        Ok(Self {
            orders,
            item,
            products,
            shelves,
            pairs,
            rule: model.allocation,
            time,
            key: model.key,
            servers: model.servers,
            partial: model.partial,
            lost: model.lost,
            windows: model.windows.clone(),
            loads,
            same_book: false,
        })
    }

    /// Names and servers of its stations: the benches, and every component that is made.
    pub fn stations(&self) -> Vec<(String, f64)> {
        let bench = self.servers.map(|n| ("assembly".to_owned(), f64::from(n)));
        bench.into_iter().chain(self.shelves.iter().filter_map(ShelfParams::station)).collect()
    }

    /// What is too busy for a long run, with its load.
    pub fn overloaded(&self) -> Option<(String, f64)> {
        // Customers who go keep the load down.
        if self.lost || self.orders.impatient() {
            return None;
        }
        let loads = self.loads.as_ref()?;
        let worst = self.stations().into_iter().zip(loads).max_by(|a, b| a.1.total_cmp(b.1))?;
        (*worst.1 >= 1.0 - 1e-12).then_some((worst.0.0, *worst.1))
    }
}

/// Work per server-period, station by station, where arrivals have a long run.
fn loads(
    orders: &Orders,
    products: &[Ordered],
    shelves: &[ShelfParams],
    time: &TimeLaw,
    model: &AssemblyOnOrders,
) -> Option<Vec<f64>> {
    let rate = orders.rate()?;
    let share = |v: usize| orders.variants.get(v).copied().unwrap_or(1.0);
    let mut needed = vec![0.0; shelves.len()];
    for (v, product) in products.iter().enumerate() {
        let units = rate * share(v) * orders.mean_size();
        for (j, n) in &product.uses {
            needed[*j] += units * *n as f64;
        }
        for ((_, choices), group) in product.groups.iter().zip(&model.products[v].options) {
            for (uses, choice) in choices.iter().zip(group) {
                for (j, n) in uses {
                    needed[*j] += units * choice.rate * *n as f64;
                }
            }
        }
    }
    let lots = if model.partial { rate * orders.mean_size() } else { rate };
    let bench = model.servers.map(|n| lots * time.mean() / f64::from(n));
    let made = shelves.iter().zip(&needed).filter_map(|(shelf, needed)| match &shelf.supply {
        Supply::Production { servers, time, .. } => Some(needed * time.mean() / f64::from(*servers)),
        Supply::Lead { .. } => None,
    });
    Some(bench.into_iter().chain(made).collect())
}

pub(super) fn named(what: &str, name: &str) -> String {
    if name.is_empty() { what.to_owned() } else { format!("{what} {name:?}") }
}

impl Ordered {
    fn compile(model: &AssemblyOnOrders, v: usize, pairs: &mut Vec<(usize, usize)>) -> Result<Self> {
        let product = &model.products[v];
        let within = |e: Error| e.within(&named("product", &product.name));
        let uses = usage(&product.usage, model.components.len()).map_err(within)?;
        if product.options.len() > OPTIONS {
            let bound = format!("≤ {OPTIONS} groups");
            return Err(within(Error::config("options", product.options.len(), bound)));
        }
        let mut groups = Vec::with_capacity(product.options.len());
        for group in &product.options {
            if group.is_empty() || group.len() > OPTIONS {
                let bound = format!("in [1, {OPTIONS}] choices");
                return Err(within(Error::config("options", group.len(), bound)));
            }
            let mut shares: Vec<f64> = Vec::with_capacity(group.len() + 1);
            let mut choices = Vec::with_capacity(group.len() + 1);
            for choice in group {
                check::share("options.rate", choice.rate).map_err(within)?;
                shares.push(choice.rate);
                choices.push(usage(&choice.usage, model.components.len()).map_err(within)?);
            }
            let nothing = 1.0 - shares.iter().sum::<f64>();
            if nothing < -1e-9 {
                return Err(within(Error::config("options.rate", 1.0 - nothing, "≤ 1 in sum")));
            }
            shares.push(nothing.max(0.0));
            choices.push(Vec::new());
            let law = Law::Discrete {
                values: (0..shares.len()).map(|k| k as f64).collect(),
                probabilities: shares,
            };
            groups.push((law.compile().map_err(within)?, choices));
        }
        if uses.is_empty() && groups.is_empty() {
            return Err(within(Error::config("uses", "none", "at least one component")));
        }
        let mut pair = vec![u32::MAX; model.components.len()];
        let mut all: Vec<usize> =
            uses.iter().chain(groups.iter().flat_map(|g| g.1.iter().flatten())).map(|u| u.0).collect();
        // What can stand in may be needed as well.
        for j in all.clone() {
            all.extend(model.components[j].substitutes.iter().map(|s| s.0));
        }
        all.sort_unstable();
        all.dedup();
        for j in all {
            pair[j] = pairs.len() as u32;
            pairs.push((j, v));
        }
        let OrderedCosts { backorder, shortage, assembly, lost, price } = product.costs;
        for (field, x) in [
            ("backorder_cost", backorder),
            ("shortage_cost", shortage),
            ("assembly_cost", assembly),
            ("lost_cost", lost),
            ("price", price),
        ] {
            check::non_negative(field, x).map_err(within)?;
        }
        Ok(Self {
            uses,
            groups,
            pair,
            priority: product.priority,
            critical: product.critical,
            stock: i64::from(product.stock),
            costs: product.costs,
        })
    }
}

/// Components and whole units of each, in order.
fn usage(given: &[(usize, f64)], components: usize) -> Result<Uses> {
    let mut uses = Vec::with_capacity(given.len());
    for (j, units) in given {
        if *j >= components || uses.iter().any(|u: &(usize, i64)| u.0 == *j) {
            return Err(Error::config("uses", j, format!("a component below {components}, once")));
        }
        if !(*units >= 1.0 && *units <= 1e9 && units.fract() == 0.0) {
            let bound = "whole and in [1, 1e9] where the unit is the order";
            return Err(Error::config("uses", units, bound));
        }
        uses.push((*j, *units as i64));
    }
    uses.sort_unstable();
    Ok(uses)
}

impl ShelfParams {
    fn compile(shelf: &Shelf, model: &AssemblyOnOrders) -> Result<Self> {
        let within = |e: Error| e.within(&named("component", &shelf.name));
        let stock = StockOnOrders {
            lead_time: shelf.lead_time.clone(),
            crossing: shelf.crossing,
            review_period: shelf.review_period,
            production: shelf.production.clone(),
            opening_stock: shelf.opening_stock,
            costs: shelf.costs,
            ..StockOnOrders::new(model.orders.clone(), shelf.policy.clone())
        };
        let Replenishment { rule, supply, review, opening } =
            Replenishment::compile(&stock).map_err(within)?;
        let Costs { backorder, shortage, lost_sale, price, .. } = shelf.costs;
        for (field, x) in
            [("backorder", backorder), ("shortage", shortage), ("lost_sale", lost_sale), ("price", price)]
        {
            if x != 0.0 {
                let bound = "0 for a component: customers order products";
                return Err(within(Error::config(format!("costs.{field}"), x, bound)));
            }
        }
        if !(shelf.reserve >= 0.0 && shelf.reserve.fract() == 0.0 && shelf.reserve <= 1e15) {
            return Err(within(Error::config("reserve", shelf.reserve, "whole and ≥ 0")));
        }
        for (j, cost) in &shelf.substitutes {
            if *j >= model.components.len() {
                let bound = format!("a component below {}", model.components.len());
                return Err(within(Error::config("substitutes", j, bound)));
            }
            check::non_negative("substitutes", *cost).map_err(within)?;
        }
        Ok(Self {
            name: shelf.name.clone(),
            key: shelf.key,
            rule,
            supply,
            review,
            opening,
            costs: shelf.costs,
            reserve: shelf.reserve as i64,
            substitutes: shelf.substitutes.clone(),
        })
    }

    /// Name and servers, where it is made.
    fn station(&self) -> Option<(String, f64)> {
        match self.supply {
            Supply::Production { servers, .. } => Some((self.name.clone(), f64::from(servers))),
            Supply::Lead { .. } => None,
        }
    }
}
