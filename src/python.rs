//! The border: the only code that names pyo3 or numpy. Convert in, one door for long calls, convert out.
//!
//! Configuration comes as one JSON text plus named arrays, which are copied in while the GIL is held; results leave
//! without a copy. No class crosses: only text, arrays and plain dictionaries, so that everything pickles.

mod convert;
mod door;

use convert::{array_out, arrays_in, matrix_in};
use numpy::{PyArray1, PyArray2, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::Error;

impl From<Error> for PyErr {
    fn from(e: Error) -> Self {
        use pyo3::exceptions::{
            PyKeyboardInterrupt, PyMemoryError, PyRuntimeError, PyTypeError, PyValueError,
        };
        let text = e.to_string();
        match e {
            Error::Config { .. } | Error::Data { .. } => PyValueError::new_err(text),
            Error::Type { .. } => PyTypeError::new_err(text),
            Error::TooLarge { .. } => PyMemoryError::new_err(text),
            Error::Cancelled => PyKeyboardInterrupt::new_err(text),
            Error::Internal { .. } => PyRuntimeError::new_err(text),
        }
    }
}

/// The compiled core of maketo. Use the package `maketo`, not this module.
#[pymodule]
#[allow(clippy::needless_pass_by_value, reason = "pyo3 hands over owned arguments")]
mod _core {
    use super::*;
    use crate::{config, law, metrics, random, run};
    use metrics::summary;

    type Arrays<'py> = Bound<'py, PyDict>;
    type Callback<'py> = Option<Bound<'py, PyAny>>;
    type Consumed<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>, Bound<'py, PyArray2<f64>>);

    /// simulate(config, arrays, progress) -> dict
    #[pyfunction]
    fn simulate<'py>(
        py: Python<'py>,
        config: &str,
        arrays: &Arrays<'py>,
        progress: Callback<'py>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let request: config::Request = config::parse(config)?;
        let arrays = arrays_in(arrays)?;
        if run::assembly::is_assembly_run(&request)? {
            let run = |control: &run::Control| run::assembly::simulate(&request, &arrays, control);
            return convert::assembly_out(py, door::pass(py, progress.as_ref(), run)?);
        }
        if run::orders::is_order_run(&request)? {
            let run = |control: &run::Control| run::orders::simulate(&request, &arrays, control);
            return convert::orders_out(py, door::pass(py, progress.as_ref(), run)?);
        }
        let outcome = door::pass(py, progress.as_ref(), |control| {
            let prepared = run::prepare::prepare(&request, &arrays)?;
            run::simulate::simulate(&request, prepared, control)
        })?;
        convert::outcome_out(py, outcome)
    }

    /// fit(config, arrays, progress) -> dict
    #[pyfunction]
    fn fit<'py>(
        py: Python<'py>,
        config: &str,
        arrays: &Arrays<'py>,
        progress: Callback<'py>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let request: run::fit::FitRequest = config::parse(config)?;
        let arrays = arrays_in(arrays)?;
        let fitted = door::pass(py, progress.as_ref(), |control| run::fit::fit(&request, &arrays, control))?;
        convert::fitted_out(py, fitted, &[request.run.items.len()])
    }

    /// input_uncertainty(config, arrays, progress) -> dict
    #[pyfunction]
    fn input_uncertainty<'py>(
        py: Python<'py>,
        config: &str,
        arrays: &Arrays<'py>,
        progress: Callback<'py>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let request: run::fit::ResampleRequest = config::parse(config)?;
        let arrays = arrays_in(arrays)?;
        let shape = [request.run.items.len(), request.resamples as usize];
        let fitted = door::pass(py, progress.as_ref(), |control| {
            run::fit::input_uncertainty(&request, &arrays, control)
        })?;
        convert::fitted_out(py, fitted, &shape)
    }

    /// forecast_errors(config, arrays, progress) -> dict of (ahead, replication)
    #[pyfunction]
    fn forecast_errors<'py>(
        py: Python<'py>,
        config: &str,
        arrays: &Arrays<'py>,
        progress: Callback<'py>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let request: run::forecast_errors::ErrorRequest = config::parse(config)?;
        let arrays = arrays_in(arrays)?;
        let shape = [request.horizon, request.run.replications as usize];
        let errors = door::pass(py, progress.as_ref(), |control| {
            run::forecast_errors::forecast_errors(&request, &arrays, control)
        })?;
        convert::dict_of(py, errors.columns, &shape)
    }

    /// lots(rule, requirements) -> array: lots that a rule makes of net requirements
    #[pyfunction]
    fn lots<'py>(
        py: Python<'py>,
        rule: &str,
        requirements: PyReadonlyArray1<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let rule: config::LotRule = config::parse(rule)?;
        rule.check()?;
        let net: Vec<f64> = requirements.as_array().iter().copied().collect();
        let mut out = vec![0.0; net.len()];
        rule.lots(crate::planning::Needs::of(&net), &mut out, &mut crate::planning::lots::Scratch::default());
        Ok(PyArray1::from_vec(py, out))
    }

    /// consume(rule, planned, orders, counts_from) -> (open, excess, total): forecasts consumed by orders
    #[pyfunction]
    fn consume<'py>(
        py: Python<'py>,
        rule: &str,
        planned: PyReadonlyArray2<'py, f64>,
        orders: PyReadonlyArray2<'py, f64>,
        counts_from: f64,
    ) -> PyResult<Consumed<'py>> {
        let rule: crate::planning::Consumption = config::parse(rule)?;
        rule.check()?;
        let list = |of: PyReadonlyArray2<'py, f64>| -> Vec<crate::planning::Requirement> {
            let row = |r: Vec<f64>| crate::planning::Requirement { date: r[0], quantity: r[1] };
            matrix_in(&of).into_iter().map(row).collect()
        };
        let mut out = crate::planning::Consumed::default();
        rule.consume(&list(planned), &list(orders), counts_from, &mut out);
        let total: Vec<f64> = out.total.iter().flat_map(|r| [r.date, r.quantity]).collect();
        let rows = out.total.len();
        Ok((
            PyArray1::from_vec(py, out.open),
            PyArray1::from_vec(py, out.excess),
            array_out(py, total, [rows, 2])?,
        ))
    }

    /// association(law_a, law_b, latent, wanted) -> (low, high, pearson, latent): what two laws can attain; the correlation
    /// at `latent`, and the scores' correlation for `wanted`, where given
    #[pyfunction]
    #[pyo3(signature = (a, b, latent=None, wanted=None))]
    fn association(
        py: Python<'_>,
        a: &str,
        b: &str,
        latent: Option<f64>,
        wanted: Option<f64>,
    ) -> PyResult<(f64, f64, Option<f64>, Option<f64>)> {
        let laws: [law::Law; 2] = [config::parse(a)?, config::parse(b)?];
        door::pass(py, None, |_| {
            let [a, b] = [laws[0].compile()?, laws[1].compile()?];
            let both = law::association::Association::new(&a, &b)?;
            let (low, high) = both.range();
            let found = wanted.map(|w| both.latent(w)).transpose()?;
            Ok((low, high, latent.map(|rho| both.pearson(rho)), found))
        })
    }

    /// demand_mean(demand, periods) -> array (T,): the moving mean of a varying demand
    #[pyfunction]
    fn demand_mean<'py>(
        py: Python<'py>,
        demand: &str,
        periods: usize,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let config::Demand::Varying(varying) = config::parse(demand)? else {
            return Err(Error::data("demand", "must be varying").into());
        };
        let profile = crate::demand::Profile::new(&varying, periods).map_err(|e| e.within("demand"))?;
        Ok(PyArray1::from_vec(py, profile.mean))
    }

    /// summarise(values, confidence, probabilities) -> array (M, statistics)
    #[pyfunction]
    fn summarise<'py>(
        py: Python<'py>,
        values: PyReadonlyArray2<'py, f64>,
        confidence: f64,
        probabilities: Vec<f64>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let rows = matrix_in(&values);
        let width = summary::statistic_names(&probabilities).len();
        let flat = door::pass(py, None, |_| {
            summary::check_levels(confidence, &probabilities)?;
            let factors = summary::Factors::new(rows.first().map_or(0, Vec::len), confidence, &probabilities);
            Ok(rows.iter().flat_map(|row| summary::summarise(row, &factors)).collect::<Vec<_>>())
        })?;
        array_out(py, flat, [rows.len(), width])
    }

    /// ratio(numerator, denominator, confidence) -> array (M, 4): value, se, low, high
    #[pyfunction]
    fn ratio<'py>(
        py: Python<'py>,
        numerator: PyReadonlyArray2<'py, f64>,
        denominator: PyReadonlyArray2<'py, f64>,
        confidence: f64,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let (top, bottom) = (matrix_in(&numerator), matrix_in(&denominator));
        let flat = door::pass(py, None, |_| {
            summary::check_levels(confidence, &[])?;
            if top.len() != bottom.len() || top.iter().zip(&bottom).any(|(a, b)| a.len() != b.len()) {
                return Err(Error::data("denominator", "must have the shape of the numerator"));
            }
            let factors = summary::Factors::new(top.first().map_or(0, Vec::len), confidence, &[]);
            Ok(top.iter().zip(&bottom).flat_map(|(a, b)| summary::ratio(a, b, &factors)).collect::<Vec<_>>())
        })?;
        array_out(py, flat, [top.len(), 4])
    }

    /// student_t(p, degrees) -> float: the p-quantile of Student's t
    #[pyfunction]
    fn student_t(p: f64, degrees: f64) -> PyResult<f64> {
        summary::check_levels(p, &[])?;
        Ok(metrics::interval::student_t_quantile(p, degrees))
    }

    /// cvar(values, level) -> array (M, 2): value, se
    #[pyfunction]
    fn cvar<'py>(
        py: Python<'py>,
        values: PyReadonlyArray2<'py, f64>,
        level: f64,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let rows = matrix_in(&values);
        let flat = door::pass(py, None, |_| {
            summary::check_levels(level, &[])?;
            Ok(rows.iter().flat_map(|row| summary::cvar(row, level)).collect::<Vec<_>>())
        })?;
        array_out(py, flat, [rows.len(), 2])
    }

    /// catalogue() -> JSON: metrics, traces, statistics, streams
    #[pyfunction]
    fn catalogue() -> String {
        convert::catalogue()
    }

    /// law_summary(law) -> JSON
    #[pyfunction]
    fn law_summary(law: &str) -> PyResult<String> {
        let law: law::Law = config::parse(law)?;
        Ok(convert::json(&law.summary()?))
    }

    /// law_quantile(law, u) -> array
    #[pyfunction]
    fn law_quantile<'py>(
        py: Python<'py>,
        law: &str,
        u: PyReadonlyArray1<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let law: law::Law = config::parse(law)?;
        let sampler = law.compile()?;
        let u = u.as_array();
        if let Some(x) = u.iter().find(|x| !(**x > 0.0 && **x < 1.0)) {
            return Err(Error::config("u", x, "in (0, 1)").into());
        }
        let scale = (1u64 << random::BITS) as f64;
        let quantiles =
            u.iter().map(|x| sampler.at(((x * scale) as u64).min((1 << random::BITS) - 1))).collect();
        Ok(PyArray1::from_vec(py, quantiles))
    }

    /// law_draw(law, key, count) -> array
    #[pyfunction]
    fn law_draw<'py>(
        py: Python<'py>,
        law: &str,
        key: u64,
        count: usize,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let law: law::Law = config::parse(law)?;
        let values = door::pass(py, None, |_| {
            let sampler = law.compile()?;
            let line = random::Line { key, replication: 0, stream: random::Stream::Demand, entity: 0 };
            Ok((0..count as u64).map(|i| sampler.at(line.bits(i))).collect::<Vec<_>>())
        })?;
        Ok(PyArray1::from_vec(py, values))
    }

    /// quantile_nodes(order) -> array
    #[pyfunction]
    fn quantile_nodes(py: Python<'_>, order: u32) -> Bound<'_, PyArray1<f64>> {
        PyArray1::from_vec(py, law::quantile_nodes(order))
    }

    /// uniform(key, replication, stream, entity, index) -> float
    #[pyfunction]
    fn uniform(key: u64, replication: u32, stream: u16, entity: u32, index: u64) -> PyResult<f64> {
        if index >= random::INDEX_END {
            return Err(Error::config("index", index, "< 2⁴⁹").into());
        }
        Ok(random::uniform(key, replication, stream, entity, index))
    }

    /// bench(workload, n, t, threads, repeat, simd) -> JSON
    #[pyfunction]
    fn bench(
        py: Python<'_>,
        workload: &str,
        n: u32,
        t: usize,
        threads: usize,
        repeat: usize,
        simd: Option<&str>,
    ) -> PyResult<String> {
        let line = door::pass(py, None, |control| {
            crate::bench::run(workload, n, t, threads, repeat, simd, control)
        })?;
        Ok(convert::json(&line))
    }

    /// build_info() -> JSON
    #[pyfunction]
    fn build_info() -> String {
        convert::build_info()
    }

    /// The version of the core.
    #[pymodule_export]
    #[allow(non_upper_case_globals)]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
