//! `simulate` for assemble to order on the period clock: one assembly × designs × replications.
//!
//! What is recorded of the whole is kept replication by replication. Products, components and pairs of both may be many: a
//! chunk folds its replications into moments as they come, and moments are merged in the order of the chunks, whoever
//! was first; so memory does not grow with replications unless every number of every replication is asked for.

use super::blocks::{Block, Layout, Part, Whole};
use super::store::noughts;
use super::{Control, Piece, chunks, end_of, first_replication, run_jobs};
use crate::config::{Arrays, AssembleToOrder, Keep, Model, Request};
use crate::engine::level;
use crate::error::{Error, Result};
use crate::metrics::assembly::{
    COMPONENTS, Figure, PRODUCTS, Reading, TOTALS, Total, add_component, add_product,
};
use crate::metrics::summary::{Factors, PROBABILITIES, ratio, summarise};
use crate::metrics::{self, BASIC, METRICS, values};
use crate::strategy::assemble_to_order::chunk::{Counted, Output, Scratch, run_chunk};
use crate::strategy::assemble_to_order::params::{Assembly, Design};
use crate::strategy::make_to_stock::chunk::Setting;
use crate::strategy::make_to_stock::plan::Frame;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// Share of clipped draws from which a warning is due.
const CLIPPED: f64 = 1e-3;

/// Names of what is told beside the three catalogues.
pub const OTHERS: [(&str, &str, &str); 3] = [
    ("fill_within", "share", "Share of units delivered within so many periods after that of their order."),
    (
        "all_within",
        "share",
        "Share of periods of which the orders of all products were delivered within so many periods.",
    ),
    (
        "blame",
        "units",
        "Units of a product that wait at the close, shared equally among the components each still lacks.",
    ),
];

/// What a run decided and noticed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AssemblyReport {
    /// Always `grid`.
    pub method: &'static str,
    /// Why.
    pub method_reason: String,
    /// SIMD level.
    pub simd: &'static str,
    /// Mean lead time as drawn, per design and component.
    pub effective_lead_time: Vec<Vec<f64>>,
    /// Mean demand per period as drawn, per design and product, where it is known.
    pub effective_demand: Vec<Vec<Option<f64>>>,
    /// Hours that are needed over hours that there are, per design, where both are known.
    pub load: Vec<Option<f64>>,
    /// Pairs of component and product.
    pub pairs: Vec<(usize, usize)>,
    /// Windows.
    pub windows: Vec<usize>,
    /// What a reader of the numbers should know.
    pub warnings: Vec<String>,
}

/// Everything a run returns.
#[derive(Debug, Clone, PartialEq)]
pub struct AssemblyOutcome {
    /// Designs, replications, products, components, pairs, windows.
    pub shape: [usize; 6],
    /// Per metric of the whole: (design, item, replication).
    pub metrics: Vec<(&'static str, Vec<f64>)>,
    /// Per ratio of the whole: numerators and denominators, (design, item, replication, 2).
    pub parts: Vec<(&'static str, Vec<f64>)>,
    /// Per metric of the whole: (design, item, statistic).
    pub summary: Vec<(&'static str, Vec<f64>)>,
    /// Per ratio of the whole: (design, item, [value, se, low, high]).
    pub ratios: Vec<(&'static str, Vec<f64>)>,
    /// By product.
    pub products: Vec<Block>,
    /// By component.
    pub components: Vec<Block>,
    /// `fill_within` by product and window, `all_within` by window, `blame` by pair.
    pub others: Vec<Block>,
    /// What was decided and noticed.
    pub report: AssemblyReport,
}

/// Whether a request is for an assembly.
pub fn is_assembly_run(request: &Request) -> Result<bool> {
    let mut models = request.items.iter().flat_map(|item| &item.designs);
    let assembles = |m: &Model| matches!(m, Model::AssembleToOrder(_));
    let first = models.next().is_some_and(assembles);
    if models.any(|m| assembles(m) != first) || (first && request.items.len() != 1) {
        let bound = "one assembly by itself: its components are its items";
        return Err(Error::config("items", format!("{} items", request.items.len()), bound));
    }
    Ok(first)
}

/// What is asked for: positions in the catalogues.
struct Wanted {
    totals: Vec<usize>,
    products: Vec<usize>,
    stock: Vec<Reading>,
    components: Vec<usize>,
    others: [bool; 3],
}

impl Wanted {
    fn new(request: &Request, rows: bool) -> Result<Self> {
        let all = if rows { METRICS.len() } else { BASIC };
        let Some(names) = &request.metrics else {
            return Ok(Self {
                totals: (0..TOTALS.len()).collect(),
                products: (0..PRODUCTS.len()).collect(),
                stock: (0..all).map(Reading::new).collect(),
                components: (0..COMPONENTS.len()).collect(),
                others: [true; 3],
            });
        };
        let mut wanted = Self {
            totals: Vec::new(),
            products: Vec::new(),
            stock: Vec::new(),
            components: Vec::new(),
            others: [false; 3],
        };
        for name in names {
            let mut known = false;
            let mut find = |list: &mut Vec<usize>, at: Option<usize>| {
                known |= at.is_some();
                list.extend(at.filter(|at| !list.contains(at)));
            };
            let mut stock = Vec::new();
            find(&mut wanted.totals, TOTALS.iter().position(|m| m.name == name));
            find(&mut wanted.products, PRODUCTS.iter().position(|m| m.name == name));
            find(&mut wanted.components, COMPONENTS.iter().position(|m| m.0 == name));
            find(&mut stock, metrics::position(name));
            wanted.stock.extend(stock.into_iter().map(Reading::new));
            for (wanted, other) in wanted.others.iter_mut().zip(OTHERS) {
                let this = other.0 == name;
                *wanted |= this;
                known |= this;
            }
            if !known {
                return Err(Error::config("metrics", name, "a name in the catalogue"));
            }
        }
        Ok(wanted)
    }

    fn layout(&self, design: &Design, components: usize) -> Layout {
        let (products, windows) = (design.products.len(), design.windows.len());
        let mut blocks: Vec<(&'static str, usize, bool)> = Vec::new();
        blocks.extend(self.products.iter().map(|&i| {
            let metric = &PRODUCTS[i];
            (metric.name, products, metric.bottom.is_some())
        }));
        let first = blocks.len();
        blocks.extend(
            self.stock.iter().map(|r| (METRICS[r.at].name, components, METRICS[r.at].kind == "ratio")),
        );
        blocks.extend(self.components.iter().map(|&i| (COMPONENTS[i].0, components, false)));
        let second = blocks.len();
        let sizes = [(products * windows, true), (windows, true), (design.pairs.len(), false)];
        for ((name, ..), ((cells, ratio), wanted)) in OTHERS.iter().zip(sizes.into_iter().zip(self.others)) {
            if wanted {
                blocks.push((name, cells, ratio));
            }
        }
        Layout { blocks, split: [first, second] }
    }
}

/// What a chunk found.
#[derive(Default)]
struct Found {
    part: Part,
    /// Per wanted metric of the whole, design and lane.
    totals: Vec<Figure>,
    clipped: Vec<u64>,
}

/// Merges what chunks find in the order of the chunks.
struct Fold {
    next: usize,
    early: BTreeMap<usize, Found>,
    whole: Whole,
    designs: usize,
    /// Per wanted metric of the whole: (design, replication).
    totals: Vec<[Vec<f64>; 2]>,
    clipped: Vec<u64>,
}

/// Checks, runs and reduces a request.
pub fn simulate(request: &Request, arrays: &Arrays, control: &Control) -> Result<AssemblyOutcome> {
    let (simd, level) = level::choose(request.simd.as_deref())?;
    let models = check(request, simd)?;
    let first = first_replication(request)?;
    let plain = models.iter().flat_map(|m| &m.components).all(|c| c.stock.is_plain());
    let mut frame = Frame {
        key: request.key,
        periods: request.periods,
        warm_up: request.warm_up,
        first,
        lean: false,
        rows: false,
        variances: true,
    };
    let wanted = Wanted::new(request, !plain)?;
    let positions: Vec<usize> = wanted.stock.iter().map(|r| r.at).collect();
    frame.rows = if request.metrics.is_some() { metrics::needs_rows(&positions) } else { !plain };
    frame.variances = metrics::needs_variances(&positions);
    let assembly = Assembly::compile(&models, arrays, &frame, end_of(request))?;
    let money = metrics::position("cost");
    let counted: Vec<usize> = positions.iter().copied().chain(money).collect();
    frame.lean = assembly.components.iter().flat_map(|p| &p.tariffs).all(|t| metrics::lean(&counted, t));
    let design = &assembly.designs[0];
    let layout = wanted.layout(design, assembly.components.len());
    let (designs, replications) = (assembly.designs.len(), request.replications as usize);
    let keeps = request.keep == Keep::Replications;
    guard(request, designs, layout.cells(), keeps, assembly.bytes(layout.cells()))?;

    let pieces = chunks(first, request.replications);
    control.progress.expect(pieces.len());
    let setting = Setting { level, frame: &frame, cancel: &control.cancel };
    let whole = Whole::new(designs, replications, layout, keeps);
    let fold = Mutex::new(Fold::new(&assembly, &wanted, whole, replications));
    run_jobs(
        pieces.iter().enumerate().collect(),
        request.threads,
        Scratch::default,
        |(c, piece), scratch| {
            let found = chunk(setting, &assembly, &wanted, (piece, keeps), scratch)?;
            let mut fold = fold.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            fold.take(c, found, &pieces);
            control.progress.tick();
            Ok(())
        },
    )?;
    let fold = fold.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let report = report(request, simd, &assembly, &models, &fold.clipped);
    Ok(outcome(request, &wanted, (design, assembly.components.len()), fold, report))
}

fn check<'a>(request: &'a Request, simd: &str) -> Result<Vec<&'a AssembleToOrder>> {
    if request.orders.is_some() || request.drain.is_some() || request.keep == Keep::Orders {
        return Err(Error::config("orders", "given", "absent where time is counted in periods"));
    }
    if request.plant.is_some() {
        return Err(Error::config("plant", "given", "absent: an assembly has its own hours"));
    }
    if !request.trace.is_empty() {
        let bound = "empty: an assembly keeps no traces";
        return Err(Error::config("trace", format!("{:?}", request.trace), bound));
    }
    if request.periods == 0 || request.periods > 1 << 31 {
        return Err(Error::config("periods", request.periods, "in [1, 2³¹]"));
    }
    if request.warm_up >= request.periods {
        return Err(Error::config("warm_up", request.warm_up, format!("< periods = {}", request.periods)));
    }
    if !(request.confidence > 0.0 && request.confidence < 1.0) {
        return Err(Error::config("confidence", request.confidence, "in (0, 1)"));
    }
    if simd == level::SCALAR {
        return Err(Error::config(
            "simd",
            simd,
            "a SIMD level: an assembly has no scalar reference of the whole",
        ));
    }
    let models: Vec<&AssembleToOrder> = request.items[0]
        .designs
        .iter()
        .filter_map(|m| if let Model::AssembleToOrder(model) = m { Some(&**model) } else { None })
        .collect();
    if models.is_empty() {
        return Err(Error::config("items", "no design", "at least one design"));
    }
    Ok(models)
}

/// Runs one chunk.
fn chunk(
    setting: Setting<'_>,
    assembly: &Assembly,
    wanted: &Wanted,
    (piece, keeps): (&Piece, bool),
    scratch: &mut Scratch,
) -> Result<Found> {
    let (designs, lanes) = (assembly.designs.len(), piece.lanes.len());
    let mut found = Found {
        part: Part::new(designs, keeps),
        totals: vec![Figure::default(); wanted.totals.len() * designs * lanes],
        ..Found::default()
    };
    let mut cells: Vec<Figure> = Vec::new();
    let mut columns: Vec<Vec<Figure>> = vec![Vec::new(); wanted.stock.len() + wanted.components.len()];
    let mut keep = |d: usize, lane: usize, counted: &Counted<'_>| {
        let design = &assembly.designs[d];
        let total = read(assembly, (d, design), wanted, counted, &mut columns, &mut cells);
        for (m, &at) in wanted.totals.iter().enumerate() {
            found.totals[(m * designs + d) * lanes + lane] = TOTALS[at].cell(&total);
        }
        found.part.push(d, &cells);
    };
    let kits = wanted.products.iter().any(|i| PRODUCTS[*i].name == "kits");
    let mut output = Output {
        counts: &mut keep,
        blame: wanted.others[2],
        kits,
        within: wanted.others[0],
        all: wanted.others[1],
        clipped: Vec::new(),
    };
    run_chunk(setting, assembly, piece, scratch, &mut output)?;
    let clipped = output.clipped;
    found.clipped = clipped;
    Ok(found)
}

/// The cells of one replication, and the whole.
fn read(
    assembly: &Assembly,
    (d, design): (usize, &Design),
    wanted: &Wanted,
    counted: &Counted<'_>,
    columns: &mut [Vec<Figure>],
    cells: &mut Vec<Figure>,
) -> Total {
    let periods = counted.products[0].periods;
    let mut total = Total { hours: counted.hours / periods, ..Total::default() };
    cells.clear();
    for &at in &wanted.products {
        cells.extend(counted.products.iter().map(|p| PRODUCTS[at].cell(p)));
    }
    columns.iter_mut().for_each(Vec::clear);
    for ((plan, counts), held) in assembly.components.iter().zip(counted.components).zip(counted.held) {
        let tariff = &plan.tariffs[d];
        let all = values(counts, tariff);
        add_component(&mut total, &all, *held, tariff);
        let (stock, own) = columns.split_at_mut(wanted.stock.len());
        for (column, reading) in stock.iter_mut().zip(&wanted.stock) {
            column.push(reading.cell(&all));
        }
        for (column, &i) in own.iter_mut().zip(&wanted.components) {
            column.push(Figure::mean(held[i] / periods));
        }
    }
    cells.extend(columns.iter().flatten());
    if wanted.others[0] {
        cells.extend(
            counted.products.iter().flat_map(|p| p.within.iter().map(|[a, b]| Figure::ratio(*a, *b))),
        );
    }
    if wanted.others[1] {
        let windows = counted.all.iter().zip(&design.windows);
        cells.extend(windows.map(|(all, w)| Figure::ratio(*all, periods - *w as f64)));
    }
    if wanted.others[2] {
        cells.extend(counted.blame.iter().map(|x| Figure::mean(x / periods)));
    }
    for (counts, product) in counted.products.iter().zip(&design.products) {
        add_product(&mut total, counts, &product.costs, periods);
    }
    total
}

impl Fold {
    fn new(assembly: &Assembly, wanted: &Wanted, whole: Whole, replications: usize) -> Self {
        let designs = assembly.designs.len();
        let n = designs * replications;
        Self {
            next: 0,
            early: BTreeMap::new(),
            whole,
            designs,
            totals: wanted.totals.iter().map(|_| [noughts(n), noughts(n)]).collect(),
            clipped: vec![0; assembly.sources.len()],
        }
    }

    fn take(&mut self, chunk: usize, found: Found, pieces: &[Piece]) {
        self.early.insert(chunk, found);
        while let Some(found) = self.early.remove(&self.next) {
            let start: usize = pieces[..self.next].iter().map(|p| p.lanes.len()).sum();
            self.merge(&found, (start, pieces[self.next].lanes.len()));
            self.next += 1;
        }
    }

    fn merge(&mut self, found: &Found, (start, lanes): (usize, usize)) {
        self.whole.merge(&found.part, start);
        for (sum, n) in self.clipped.iter_mut().zip(&found.clipped) {
            *sum += n;
        }
        for (m, [top, bottom]) in self.totals.iter_mut().enumerate() {
            let replications = top.len() / self.designs;
            for d in 0..self.designs {
                for lane in 0..lanes {
                    let figure = found.totals[(m * self.designs + d) * lanes + lane];
                    let at = d * replications + start + lane;
                    (top[at], bottom[at]) = (figure.top, figure.bottom);
                }
            }
        }
    }
}

fn report(
    request: &Request,
    simd: &'static str,
    assembly: &Assembly,
    models: &[&AssembleToOrder],
    clipped: &[u64],
) -> AssemblyReport {
    let designs = &assembly.designs;
    let load = |d: &Design| {
        let hours = d.hours.as_ref()?;
        let needed: Option<f64> = d.products.iter().map(|p| p.mean.map(|m| m * p.hours)).sum();
        Some(needed? / (hours.iter().sum::<f64>() / hours.len() as f64))
    };
    let load: Vec<Option<f64>> = designs.iter().map(load).collect();
    let mut warnings = Vec::new();
    if let Some(worst) = load.iter().flatten().copied().reduce(f64::max).filter(|l| *l >= 1.0) {
        warnings.push(format!(
            "unstable: assembly has a load of {worst:.3}, so what waits for it grows without end and nothing here is a \
             long-run mean; give more hours"
        ));
    }
    let draws = f64::from(request.replications) * request.periods as f64;
    let most = clipped.iter().max().map_or(0.0, |n| *n as f64 / draws);
    if most > CLIPPED {
        warnings.push(format!(
            "demand of a product was clipped at 0 in {:.2} % of periods: its mean is above the one asked for",
            most * 100.0
        ));
    }
    let rule = serde_json::to_string(&models[0].allocation).unwrap_or_default();
    AssemblyReport {
        method: "grid",
        method_reason: format!("products share components, allocated by {}", rule.trim_matches('"')),
        simd,
        effective_lead_time: (0..designs.len())
            .map(|d| assembly.components.iter().map(|p| p.mean_leads[d]).collect())
            .collect(),
        effective_demand: designs.iter().map(|d| d.products.iter().map(|p| p.mean).collect()).collect(),
        load,
        pairs: designs[0].pairs.clone(),
        windows: designs[0].windows.clone(),
        warnings,
    }
}

fn outcome(
    request: &Request,
    wanted: &Wanted,
    (design, components): (&Design, usize),
    fold: Fold,
    report: AssemblyReport,
) -> AssemblyOutcome {
    let Fold { whole, totals, designs, .. } = fold;
    let replications = request.replications as usize;
    let factors = Factors::new(replications, request.confidence, &PROBABILITIES);
    let kept = request.keep == Keep::Replications;
    let (mut metrics, mut parts, mut summary, mut ratios) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (&at, [top, bottom]) in wanted.totals.iter().zip(totals) {
        let metric = &TOTALS[at];
        let is_ratio = metric.bottom.is_some();
        let mut statistics = Vec::new();
        let mut pooled = Vec::new();
        let shown: Vec<f64> =
            if is_ratio { top.iter().zip(&bottom).map(|(a, b)| a / b).collect() } else { top.clone() };
        for d in 0..designs {
            let rows = d * replications..(d + 1) * replications;
            let mut row = if kept { Vec::new() } else { summarise(&shown[rows.clone()], &factors) };
            if is_ratio {
                let four = ratio(&top[rows.clone()], &bottom[rows], &factors);
                pooled.extend(four);
                if !kept {
                    row[..4].copy_from_slice(&four);
                }
            }
            statistics.extend(row);
        }
        if kept {
            metrics.push((metric.name, shown));
            if is_ratio {
                parts.push((metric.name, top.iter().zip(&bottom).flat_map(|(a, b)| [*a, *b]).collect()));
            }
        } else {
            summary.push((metric.name, statistics));
        }
        if is_ratio {
            ratios.push((metric.name, pooled));
        }
    }
    let [products, of_components, others] = whole.finish(&factors);
    AssemblyOutcome {
        shape: [
            designs,
            replications,
            design.products.len(),
            components,
            design.pairs.len(),
            design.windows.len(),
        ],
        metrics,
        parts,
        summary,
        ratios,
        products,
        components: of_components,
        others,
        report,
    }
}

/// Refuses a result that would not fit, and says what to ask for instead.
fn guard(request: &Request, designs: usize, cells: usize, keeps: bool, work: f64) -> Result<()> {
    let per_replication = if keeps { 24.0 * cells as f64 } else { 0.0 } + 16.0 * TOTALS.len() as f64;
    let kept = per_replication * designs as f64 * f64::from(request.replications);
    let bytes = kept + work;
    if bytes <= request.memory_limit as f64 {
        return Ok(());
    }
    let size = |bytes: f64| format!("{:.1} GiB", bytes / (1u64 << 30) as f64);
    Err(Error::TooLarge {
        reason: format!(
            "result and work of a thread would take {} ({designs} designs × {} replications × {cells} numbers of products and components), \
             memory_limit is {}; keep=\"summary\" keeps their means with intervals only, metrics=[…] keeps only some",
            size(bytes),
            request.replications,
            size(request.memory_limit as f64)
        ),
    })
}
