//! The one door for long calls.
//!
//! The work runs on a scoped thread with the GIL released; the calling thread waits, looks for signals and reports
//! progress every 100 ms (signals are only seen on the main thread, and a callback wants the caller's context). A
//! signal or an exception in the callback raises the cancel flag; the work is always joined before this returns, so
//! Ctrl-C leaves a clean state.

use crate::error::{Error, Result};
use crate::run::Control;
use pyo3::prelude::*;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

const TICK: Duration = Duration::from_millis(100);

/// Runs `work` outside the GIL.
pub(super) fn pass<T: Send>(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&Control) -> Result<T> + Send,
) -> PyResult<T> {
    let control = Control::default();
    let progress = progress.filter(|p| !p.is_none()).map(|p| p.clone().unbind());
    py.detach(|| {
        std::thread::scope(|scope| {
            let (tell, told) = sync_channel(1);
            let control = &control;
            let worker = scope.spawn(move || {
                let result = work(control);
                // The receiver outlives this thread; nobody listening would be harmless anyway.
                let _ = tell.send(());
                result
            });
            let mut interrupted = None;
            while told.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                if interrupted.is_none() {
                    interrupted = Python::attach(|py| look(py, progress.as_ref(), control)).err();
                    if interrupted.is_some() {
                        control.cancel.raise();
                    }
                }
            }
            let result = worker.join();
            if let Some(error) = interrupted {
                return Err(error);
            }
            let result =
                result.map_err(|panic| PyErr::from(Error::Internal { reason: panic_text(&*panic) }))?;
            if let (Ok(_), Some(progress)) = (&result, &progress) {
                Python::attach(|py| progress.call1(py, control.progress.read()))?;
            }
            result.map_err(PyErr::from)
        })
    })
}

fn look(py: Python<'_>, progress: Option<&Py<PyAny>>, control: &Control) -> PyResult<()> {
    py.check_signals()?;
    if let Some(progress) = progress {
        progress.call1(py, control.progress.read())?;
    }
    Ok(())
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panic".to_owned())
}
