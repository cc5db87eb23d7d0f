//! Plain data in, plain data out.

use crate::config::{Array, Arrays};
use crate::error::Error;
use crate::metrics::summary::{PROBABILITIES, statistic_names};
use crate::metrics::{METRICS, TRACES};
use crate::run::assembly::AssemblyOutcome;
use crate::run::blocks::Block;
use crate::run::fit::Fitted;
use crate::run::orders::OrderOutcome;
use crate::run::simulate::{Outcome, Trace};
use crate::strategy::make_to_order::ledger::{COLUMNS, KINDS};
use ndarray::{Array2, ArrayD, IxDyn};
use numpy::{IntoPyArray, PyArray1, PyArray2, PyReadonlyArray2, PyReadonlyArrayDyn, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde::Serialize;

/// Copies the named arrays, so that nobody can write to them while the GIL is released.
pub(super) fn arrays_in(arrays: &Bound<'_, PyDict>) -> PyResult<Arrays> {
    let mut out = Arrays::new();
    for (name, array) in arrays {
        let name: String = name.extract()?;
        let array: PyReadonlyArrayDyn<'_, f64> = array.extract().map_err(|_| Error::Type {
            field: name.clone(),
            reason: "must be a numpy array of float64".to_owned(),
        })?;
        let view = array.as_array();
        out.insert(name, Array { values: view.iter().copied().collect(), shape: array.shape().to_vec() });
    }
    Ok(out)
}

/// Copies the rows of a matrix.
pub(super) fn matrix_in(values: &PyReadonlyArray2<'_, f64>) -> Vec<Vec<f64>> {
    values.as_array().rows().into_iter().map(|row| row.to_vec()).collect()
}

/// Hands a matrix over without a copy.
pub(super) fn array_out(
    py: Python<'_>,
    flat: Vec<f64>,
    shape: [usize; 2],
) -> PyResult<Bound<'_, PyArray2<f64>>> {
    let array = Array2::from_shape_vec(shape, flat).map_err(|e| Error::Internal { reason: e.to_string() })?;
    Ok(array.into_pyarray(py))
}

fn shaped<'py, T: numpy::Element>(
    py: Python<'py>,
    flat: Vec<T>,
    shape: &[usize],
) -> PyResult<Bound<'py, PyAny>> {
    let array =
        ArrayD::from_shape_vec(IxDyn(shape), flat).map_err(|e| Error::Internal { reason: e.to_string() })?;
    Ok(array.into_pyarray(py).into_any())
}

/// A dictionary of arrays by name.
pub(super) fn dict_of<'py>(
    py: Python<'py>,
    arrays: Vec<(impl AsRef<str>, Vec<f64>)>,
    shape: &[usize],
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, flat) in arrays {
        dict.set_item(name.as_ref(), shaped(py, flat, shape)?)?;
    }
    Ok(dict)
}

/// Everything `simulate` returns.
pub(super) fn outcome_out(py: Python<'_>, outcome: Outcome) -> PyResult<Bound<'_, PyDict>> {
    let [designs, items, replications, periods] = outcome.shape;
    let dict = PyDict::new(py);
    dict.set_item("metrics", dict_of(py, outcome.metrics, &[designs, items, replications])?)?;
    let statistics = statistic_names(&PROBABILITIES).len();
    dict.set_item("summary", dict_of(py, outcome.summary, &[designs, items, statistics])?)?;
    dict.set_item("plant", dict_of(py, outcome.plant, &[designs, replications])?)?;
    dict.set_item("ratios", dict_of(py, outcome.ratios, &[designs, items, 4])?)?;
    let traces = PyDict::new(py);
    let shape = [designs, items, replications, periods];
    for (name, trace) in outcome.traces {
        let array = match trace {
            Trace::Whole(flat) => shaped(py, flat, &shape)?,
            Trace::Real(flat) => shaped(py, flat, &shape)?,
        };
        traces.set_item(name, array)?;
    }
    dict.set_item("trace", traces)?;
    dict.set_item("report", json(&outcome.report))?;
    Ok(dict)
}

/// Everything `simulate` returns where the unit is the order.
pub(super) fn orders_out(py: Python<'_>, outcome: OrderOutcome) -> PyResult<Bound<'_, PyDict>> {
    let [designs, items, replications, stations, classes] = outcome.shape;
    let dict = PyDict::new(py);
    let rows = [designs, items, replications];
    dict.set_item("metrics", dict_of(py, outcome.metrics, &rows)?)?;
    dict.set_item("parts", dict_of(py, outcome.parts, &[designs, items, replications, 2])?)?;
    let statistics = statistic_names(&PROBABILITIES).len();
    dict.set_item("summary", dict_of(py, outcome.summary, &[designs, items, statistics])?)?;
    dict.set_item("ratios", dict_of(py, outcome.ratios, &[designs, items, 4])?)?;
    dict.set_item("stations", dict_of(py, outcome.stations, &[designs, items, replications, stations])?)?;
    dict.set_item("classes", dict_of(py, outcome.classes, &[designs, items, replications, classes, 2])?)?;
    dict.set_item("moments", shaped(py, outcome.moments, &[designs, items, replications, 5])?)?;
    let distributions = PyDict::new(py);
    for (name, tables) in outcome.distributions {
        let mut listed = Vec::with_capacity(tables.len());
        for table in tables {
            let sections = table.counts.len().checked_div(table.width).unwrap_or(0);
            let edges = if sections == 0 { Vec::new() } else { table.edges() };
            let counts: Vec<i64> = table.counts.iter().map(|n| *n as i64).collect();
            listed.push((PyArray1::from_vec(py, edges), shaped(py, counts, &[sections, table.width])?));
        }
        distributions.set_item(name, listed)?;
    }
    dict.set_item("distributions", distributions)?;
    blocks_out(py, &dict, outcome.blocks, designs, replications)?;
    if let Some(ledger) = outcome.ledger {
        let columns = PyDict::new(py);
        for (name, column) in KINDS.into_iter().zip(ledger.kinds) {
            columns.set_item(name, PyArray1::from_vec(py, column))?;
        }
        for (name, column) in COLUMNS.into_iter().zip(ledger.values) {
            columns.set_item(name, PyArray1::from_vec(py, column))?;
        }
        columns.set_item("offsets", PyArray1::from_vec(py, ledger.offsets))?;
        dict.set_item("ledger", columns)?;
    }
    dict.set_item("report", json(&outcome.report))?;
    Ok(dict)
}

/// Everything `simulate` returns of an assembly.
pub(super) fn assembly_out(py: Python<'_>, outcome: AssemblyOutcome) -> PyResult<Bound<'_, PyDict>> {
    let [designs, replications, ..] = outcome.shape;
    let dict = PyDict::new(py);
    dict.set_item("metrics", dict_of(py, outcome.metrics, &[designs, 1, replications])?)?;
    dict.set_item("parts", dict_of(py, outcome.parts, &[designs, 1, replications, 2])?)?;
    let statistics = statistic_names(&PROBABILITIES).len();
    dict.set_item("summary", dict_of(py, outcome.summary, &[designs, 1, statistics])?)?;
    dict.set_item("ratios", dict_of(py, outcome.ratios, &[designs, 1, 4])?)?;
    blocks_out(py, &dict, [outcome.products, outcome.components, outcome.others], designs, replications)?;
    dict.set_item("report", json(&outcome.report))?;
    Ok(dict)
}

/// Numbers of products, of components, and others.
fn blocks_out<'py>(
    py: Python<'py>,
    dict: &Bound<'py, PyDict>,
    blocks: [Vec<Block>; 3],
    designs: usize,
    replications: usize,
) -> PyResult<()> {
    for (name, blocks) in ["products", "components", "others"].into_iter().zip(blocks) {
        let of = PyDict::new(py);
        for block in blocks {
            let own = PyDict::new(py);
            own.set_item("estimates", shaped(py, block.estimates, &[designs, block.cells, 4])?)?;
            let shape = [designs, block.cells, replications];
            if let Some(values) = block.values {
                own.set_item("values", shaped(py, values, &shape)?)?;
            }
            if let Some([top, bottom]) = block.parts {
                own.set_item("top", shaped(py, top, &shape)?)?;
                own.set_item("bottom", shaped(py, bottom, &shape)?)?;
            }
            of.set_item(block.name, own)?;
        }
        dict.set_item(name, of)?;
    }
    Ok(())
}

/// Everything `fit` and `input_uncertainty` return.
pub(super) fn fitted_out<'py>(
    py: Python<'py>,
    fitted: Fitted,
    shape: &[usize],
) -> PyResult<Bound<'py, PyDict>> {
    let dict = dict_of(py, fitted.columns, shape)?;
    dict.set_item("report", json(&serde_json::json!({ "simd": fitted.simd })))?;
    Ok(dict)
}

/// JSON of something that always has one.
pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|e| format!("{{\"error\":\"{e}\"}}"))
}

/// What results can contain.
pub(super) fn catalogue() -> String {
    let traces: Vec<_> = TRACES
        .iter()
        .map(|(_, name, unit, definition)| serde_json::json!({ "name": name, "unit": unit, "definition": definition }))
        .collect();
    json(&serde_json::json!({
        "metrics": METRICS.as_slice(),
        "traces": traces,
        "statistics": statistic_names(&PROBABILITIES),
        "probabilities": PROBABILITIES,
        "streams": crate::random::stream::TABLE,
        "assembly": assembly_metrics(),
        "orders": {
            "metrics": order_metrics(),
            "stations": crate::metrics::orders::STATION_METRICS,
            "classes": crate::metrics::orders::CLASS_METRICS,
            "statuses": crate::strategy::make_to_order::shop::STATUSES,
        },
    }))
}

/// The catalogue of assemblies.
fn assembly_metrics() -> serde_json::Value {
    use crate::metrics::assembly::{COMPONENTS, ORDERED, PRODUCTS, Row, SHELVES, TOTALS};
    fn row<S>(m: &Row<S>) -> serde_json::Value {
        told(m.name, m.unit, m.definition, m.bottom.is_some(), m.better)
    }
    let own = |m: &(&str, &str, &str, Option<&str>)| told(m.0, m.1, m.2, false, m.3);
    serde_json::json!({
        "totals": TOTALS.iter().map(row).collect::<Vec<_>>(),
        "products": PRODUCTS.iter().map(row).collect::<Vec<_>>(),
        "components": COMPONENTS.iter().map(own).collect::<Vec<_>>(),
        "others": crate::run::assembly::OTHERS,
        "ordered": ORDERED.iter().map(row).collect::<Vec<_>>(),
        "shelves": SHELVES.iter().map(row).collect::<Vec<_>>(),
    })
}

/// A metric as the catalogue has it.
fn told(name: &str, unit: &str, definition: &str, ratio: bool, better: Option<&str>) -> serde_json::Value {
    serde_json::json!({
        "name": name,
        "unit": unit,
        "definition": definition,
        "kind": if ratio { "ratio" } else { "mean" },
        "numerator": null,
        "denominator": null,
        "better": better,
    })
}

/// The catalogue of models whose unit is the order.
fn order_metrics() -> Vec<serde_json::Value> {
    use crate::metrics::orders::{For, METRICS, Value};
    let kinds = [(For::Shop, "shop"), (For::Stock, "stock"), (For::Assembly, "assembly")];
    let row = |m: &crate::metrics::orders::OrderMetric| {
        serde_json::json!({
            "name": m.name,
            "unit": m.unit,
            "definition": m.definition,
            "kind": if matches!(m.value, Value::Ratio(..)) { "ratio" } else { "mean" },
            "numerator": null,
            "denominator": null,
            "better": m.better,
            "of": kinds.iter().filter(|k| m.is_of(k.0)).map(|k| k.1).collect::<Vec<_>>(),
        })
    };
    METRICS.iter().map(row).collect()
}

/// What a bug report should contain.
pub(super) fn build_info() -> String {
    let levels: Vec<_> = crate::engine::level::available().into_iter().map(|(name, _)| name).collect();
    json(&serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"),
        "target": format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
        "debug": cfg!(debug_assertions),
        "simd": levels,
    }))
}
