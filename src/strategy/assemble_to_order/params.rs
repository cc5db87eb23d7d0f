//! Products and components, checked and compiled.

use crate::config::{
    Arrays, AssembleToOrder, Commitment, Demand, Effect, HoldingBasis, MakeToStock, Method, Part, Policy,
    ProductCosts,
};
use crate::demand::DemandSource;
use crate::engine::lattice::{DEPTH, LANES};
use crate::error::{Error, Result, check};
use crate::strategy::make_to_stock::plan::{Frame, Plan};

/// Longest assembly, and longest window: rows that are remembered.
const LONGEST: u32 = 10_000;

/// One item with all its designs.
#[derive(Debug)]
pub struct Assembly {
    /// Components, each with all its designs.
    pub components: Vec<Plan>,
    /// Demands that are drawn: the same product under several designs once.
    pub sources: Vec<(u32, DemandSource)>,
    /// Settings.
    pub designs: Vec<Design>,
    /// Integers hold every quantity.
    pub whole: bool,
}

/// One design.
#[derive(Debug, Clone)]
pub struct Design {
    /// Products.
    pub products: Vec<Made>,
    /// By component: which products use it, in order.
    pub users: Vec<Vec<User>>,
    /// Pairs of component and product, product by product.
    pub pairs: Vec<(usize, usize)>,
    /// Who gets components.
    pub rule: Commitment,
    /// By component: units for critical products only.
    pub reserve: Vec<f64>,
    /// Periods that assembly takes.
    pub time: usize,
    /// Hours of assembly per period, repeating.
    pub hours: Option<Vec<f64>>,
    /// Periods within which deliveries are counted.
    pub windows: Vec<usize>,
}

/// A product.
#[derive(Debug, Clone)]
pub struct Made {
    /// Which of the drawn demands is its own.
    pub(super) source: usize,
    /// Mean demand per period, as drawn, where it is known.
    pub mean: Option<f64>,
    /// Components, units of each, and the number of the pair.
    pub uses: Vec<Use>,
    /// The smaller, the more important.
    pub priority: u32,
    /// May take what is reserved.
    pub critical: bool,
    /// What a unit is worth when components are scarce.
    pub value: f64,
    /// Hours per unit.
    pub hours: f64,
    /// Units are not cut.
    pub pieces: bool,
    /// Cost rates.
    pub costs: ProductCosts,
}

/// A component in a product.
#[derive(Debug, Clone, Copy)]
pub struct Use {
    /// Which.
    pub component: usize,
    /// Units per unit.
    pub units: f64,
    /// Number of the pair.
    pub pair: usize,
}

/// A product that uses a component.
#[derive(Debug, Clone, Copy)]
pub struct User {
    /// Its units are not cut.
    pub pieces: bool,
    /// Which.
    pub product: usize,
    /// Units per unit.
    pub units: f64,
    /// Number of the pair.
    pub pair: usize,
}

impl Assembly {
    /// Checks and compiles the designs of one item; `end` is one past the last replication, from the start of the half.
    pub fn compile(models: &[&AssembleToOrder], arrays: &Arrays, frame: &Frame, end: u64) -> Result<Self> {
        let first = models[0];
        for model in models {
            check_model(model, frame)?;
            let same = model.products.len() == first.products.len()
                && model.components.len() == first.components.len()
                && model.windows == first.windows;
            if !same {
                let bound = "the same products, components and windows under every setting";
                return Err(Error::config("products", "others", bound));
            }
        }
        let mut sources: Vec<(u32, DemandSource)> = Vec::new();
        let mut known: Vec<(u32, &Demand)> = Vec::new();
        let mut designs = Vec::with_capacity(models.len());
        for model in models {
            let mut of = Vec::with_capacity(model.products.len());
            for product in &model.products {
                let this = (product.key, &product.demand);
                of.push(match known.iter().position(|k| *k == this) {
                    Some(i) => i,
                    None => {
                        let drawn = DemandSource::compile(&product.demand, arrays, frame.periods, end)
                            .map_err(|e| e.within(&named("product", &product.name)))?;
                        known.push(this);
                        sources.push((product.key, drawn));
                        sources.len() - 1
                    }
                });
            }
            designs.push(Design::new(model, &of, &sources));
        }
        let mut components = Vec::with_capacity(first.components.len());
        for (j, component) in first.components.iter().enumerate() {
            let within = |e: Error| e.within(&named("component", &component.name));
            let stocks: Vec<MakeToStock> = models
                .iter()
                .map(|model| MakeToStock { demand: needed(model, j), ..model.components[j].stock.clone() })
                .collect();
            let stocks: Vec<&MakeToStock> = stocks.iter().collect();
            let (plan, _) =
                Plan::compile(&stocks, component.key, arrays, frame, end, Method::Grid).map_err(within)?;
            if plan.clairvoyant() {
                let bound = "another than a perfect one: what products will need is not known ahead";
                return Err(within(Error::config("forecast", "perfect", bound)));
            }
            if let Some(stock) = plan.opening_below_nought() {
                let bound = "≥ 0: nobody waits before the first period";
                return Err(within(Error::config("opening_stock", stock, bound)));
            }
            components.push(plan);
        }
        let whole = components.iter().all(Plan::whole) && sources.iter().all(|(_, s)| s.whole);
        if !whole {
            components.iter_mut().for_each(Plan::make_real);
        }
        Ok(Self { components, sources, designs, whole })
    }

    /// Bytes that a thread works with: tiles of products and components, and so many numbers for every design.
    pub fn bytes(&self, cells: usize) -> f64 {
        let first = &self.designs[0];
        let tile = (DEPTH * LANES * if self.whole { 4 } else { 8 }) as f64;
        let tiles = 3 * first.products.len() + 2 * self.sources.len() + first.windows.len();
        let books = if self.designs.iter().all(Design::walks) { 0 } else { self.components.len() };
        let rows = 2 * first.pairs.len() + 10 * first.products.len() + 24 * self.components.len();
        let of_design = (rows * LANES * 8 + cells * 64) as f64;
        (tiles + books) as f64 * tile + of_design * self.designs.len() as f64
    }

    /// Whether any product's demand is clipped at 0.
    pub fn clips(&self, design: usize, product: usize) -> bool {
        self.sources[self.designs[design].products[product].source].1.clips()
    }
}

/// What products need of a component.
fn needed(model: &AssembleToOrder, component: usize) -> Demand {
    let uses = |p: &crate::config::Product| p.usage.iter().find(|u| u.0 == component).map(|u| u.1);
    let part =
        |p: &crate::config::Product| uses(p).map(|usage| Part { usage, key: p.key, of: p.demand.clone() });
    Demand::Dependent { parts: model.products.iter().filter_map(part).collect() }
}

fn named(what: &str, name: &str) -> String {
    if name.is_empty() { what.to_owned() } else { format!("{what} {name:?}") }
}

fn check_model(model: &AssembleToOrder, frame: &Frame) -> Result<()> {
    if model.products.is_empty() {
        return Err(Error::config("products", "none", "at least one"));
    }
    let n = model.components.len();
    let mut used = vec![false; n];
    let mut keys = Vec::new();
    for product in &model.products {
        let within = |e: Error| e.within(&named("product", &product.name));
        if keys.contains(&product.key) {
            let bound = "another than that of a product before it: they would draw the same demand";
            return Err(within(Error::config("key", product.key, bound)));
        }
        keys.push(product.key);
        if product.usage.is_empty() {
            return Err(within(Error::config("uses", "none", "at least one component")));
        }
        let mut own = vec![false; n];
        for (j, units) in &product.usage {
            if *j >= n || own[*j] {
                return Err(within(Error::config("uses", j, format!("a component below {n}, once"))));
            }
            check::positive("uses", *units).map_err(within)?;
            (own[*j], used[*j]) = (true, true);
        }
        check::positive("value", product.value).map_err(within)?;
        check::non_negative("hours", product.hours).map_err(within)?;
        let ProductCosts { backorder, shortage, assembly, price } = product.costs;
        for (field, x) in [
            ("backorder_cost", backorder),
            ("shortage_cost", shortage),
            ("assembly_cost", assembly),
            ("price", price),
        ] {
            check::non_negative(field, x).map_err(within)?;
        }
    }
    let mut keys = Vec::new();
    for (j, component) in model.components.iter().enumerate() {
        let within = |e: Error| e.within(&named("component", &component.name));
        if !used[j] {
            return Err(within(Error::config("usage", "none", "in at least one product")));
        }
        if keys.contains(&component.key) {
            let bound = "another than that of a component before it: they would draw the same supply";
            return Err(within(Error::config("key", component.key, bound)));
        }
        keys.push(component.key);
        check::non_negative("reserve", component.reserve).map_err(within)?;
        check_stock(&component.stock).map_err(within)?;
        let commits = matches!(model.allocation, Commitment::FcfsCommit | Commitment::Priority);
        if !commits && component.stock.holding_basis == HoldingBasis::Mean {
            let bound = "end where units are not committed: stock before demand is not followed";
            return Err(within(Error::config("holding_basis", "mean", bound)));
        }
    }
    if model.assembly_time > LONGEST {
        return Err(Error::config("assembly_time", model.assembly_time, format!("≤ {LONGEST}")));
    }
    if let Some(hours) = &model.hours {
        if hours.is_empty() {
            return Err(Error::config("hours", "none", "one number, or one per period"));
        }
        hours.iter().try_for_each(|x| check::non_negative("hours", *x).map(drop))?;
    }
    if model.windows.is_empty() || model.windows.windows(2).any(|w| w[0] >= w[1]) {
        return Err(Error::config("windows", format!("{:?}", model.windows), "increasing, and at least one"));
    }
    let counted = frame.periods - frame.warm_up;
    match model.windows.iter().find(|w| **w > LONGEST || **w as usize >= counted) {
        Some(w) => Err(Error::config("windows", w, format!("< {} counted periods and ≤ {LONGEST}", counted))),
        None => Ok(()),
    }
}

/// What a component cannot be: units that are needed must stay, and must be waited for.
fn check_stock(stock: &MakeToStock) -> Result<()> {
    if stock.backorder_share != 1.0 {
        let bound = "1: products wait for their components";
        return Err(Error::config("backorder_share", stock.backorder_share, bound));
    }
    let perishes = stock.shelf_life.is_some()
        || stock.obsolescence.is_some()
        || stock.disruptions.iter().any(|d| d.effect == Effect::Stock);
    if perishes {
        let bound =
            "without shelf life, obsolescence or destruction of stock: what is reserved does not perish";
        return Err(Error::config("stock", "perishable", bound));
    }
    if matches!(stock.policy, Policy::OrderUpTo { returns: true, .. }) {
        return Err(Error::config("policy.returns", "True", "False: what is reserved does not go back"));
    }
    Ok(())
}

impl Design {
    fn new(model: &AssembleToOrder, of: &[usize], sources: &[(u32, DemandSource)]) -> Self {
        let mut pairs = Vec::new();
        let mut users = vec![Vec::new(); model.components.len()];
        let mut products = Vec::with_capacity(of.len());
        for (v, product) in model.products.iter().enumerate() {
            let mut uses = Vec::with_capacity(product.usage.len());
            let pieces = sources[of[v]].1.in_pieces();
            let mut usage = product.usage.clone();
            usage.sort_unstable_by_key(|u| u.0);
            for (component, units) in usage {
                let pair = pairs.len();
                pairs.push((component, v));
                users[component].push(User { pieces, product: v, units, pair });
                uses.push(Use { component, units, pair });
            }
            products.push(Made {
                source: of[v],
                mean: sources[of[v]].1.mean,
                uses,
                priority: product.priority,
                critical: product.critical,
                value: product.value,
                hours: product.hours,
                pieces,
                costs: product.costs,
            });
        }
        Self {
            products,
            users,
            pairs,
            rule: model.allocation,
            reserve: model.components.iter().map(|c| c.reserve).collect(),
            time: model.assembly_time as usize,
            hours: model.hours.clone(),
            windows: model.windows.iter().map(|w| *w as usize).collect(),
        }
    }

    /// Whether units are delivered as soon as their components are there.
    pub fn at_once(&self) -> bool {
        self.time == 0 && self.hours.is_none()
    }

    /// Whether the walk back answers who gets what.
    pub fn walks(&self) -> bool {
        self.rule == Commitment::FcfsCommit
    }
}
