//! Everything that can go wrong, by *when* it happens. One map to Python exceptions lives in `python/`.
//!
//! | when | variant | Python |
//! |---|---|---|
//! | reading the configuration, before anything runs | [`Error::Config`] | `ValueError` |
//! | reading the configuration: wrong kind of value | [`Error::Type`] | `TypeError` |
//! | reading arrays that came with it | [`Error::Data`] | `ValueError` |
//! | before allocating a result | [`Error::TooLarge`] | `MemoryError` |
//! | while running: the caller asked to stop | [`Error::Cancelled`] | the pending exception |
//! | while running: a bug of ours | [`Error::Internal`] | `RuntimeError` |

/// The one error type of the core. Messages name the field, the value and the bound.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// A parameter outside its bounds: ``lead_time.sd must be ≥ 0, got -2``.
    #[error("{field} must be {bound}, got {value}")]
    Config {
        /// Path of the field as the user wrote it, e.g. `policy.level`.
        field: String,
        /// What was given.
        value: String,
        /// What would have been right.
        bound: String,
    },
    /// The configuration text does not describe a model.
    #[error("{field}: {reason}")]
    Type {
        /// Path of the field.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An array (history, paths) that cannot be used.
    #[error("{field}: {reason}")]
    Data {
        /// Which array.
        field: String,
        /// What is wrong with it, with the position where that helps.
        reason: String,
    },
    /// The result would not fit; says how large it would be and what to ask for instead.
    #[error("{reason}")]
    TooLarge {
        /// Size and advice.
        reason: String,
    },
    /// The run was stopped from outside (Ctrl-C).
    #[error("the run was cancelled")]
    Cancelled,
    /// Should not happen.
    #[error("internal error: {reason}; please report it with the configuration")]
    Internal {
        /// What was found.
        reason: String,
    },
}

/// Result of anything in the core that can fail.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// `field must be bound, got value`.
    pub fn config(field: impl Into<String>, value: impl std::fmt::Display, bound: impl Into<String>) -> Self {
        Self::Config { field: field.into(), value: value.to_string(), bound: bound.into() }
    }

    /// `field: reason`, for arrays.
    pub fn data(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Data { field: field.into(), reason: reason.into() }
    }

    /// The same error with `prefix.` in front of the field it names.
    #[must_use]
    pub fn within(mut self, prefix: &str) -> Self {
        if let Self::Config { field, .. } | Self::Type { field, .. } | Self::Data { field, .. } = &mut self {
            *field = if field.is_empty() { prefix.to_owned() } else { format!("{prefix}.{field}") };
        }
        self
    }
}

/// Checks on one number, each naming the field, the value and the bound.
pub mod check {
    use super::{Error, Result};

    /// Finite.
    pub fn finite(field: &str, x: f64) -> Result<f64> {
        if x.is_finite() { Ok(x) } else { Err(Error::config(field, x, "finite")) }
    }

    /// Finite and ≥ 0.
    pub fn non_negative(field: &str, x: f64) -> Result<f64> {
        quantity(field, x)?;
        if x >= 0.0 { Ok(x) } else { Err(Error::config(field, x, "≥ 0")) }
    }

    /// Finite and > 0.
    pub fn positive(field: &str, x: f64) -> Result<f64> {
        finite(field, x)?;
        if x > 0.0 { Ok(x) } else { Err(Error::config(field, x, "> 0")) }
    }

    /// Finite and at most 10¹⁵ in size: beyond, sums of quantities lose their units.
    pub fn quantity(field: &str, x: f64) -> Result<f64> {
        finite(field, x)?;
        if x.abs() <= 1e15 { Ok(x) } else { Err(Error::config(field, x, "within ±1e15")) }
    }

    /// In [0, 1].
    pub fn share(field: &str, x: f64) -> Result<f64> {
        if (0.0..=1.0).contains(&x) { Ok(x) } else { Err(Error::config(field, x, "in [0, 1]")) }
    }
}
