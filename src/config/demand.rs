//! Demand as it crosses the border.

use crate::law::Law;
use serde::{Deserialize, Serialize};

/// Where the demand of a period comes from (contract: the demand path belongs to the demand object).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Demand {
    /// Independent periods of one law; stream `Demand`.
    Stationary {
        /// The law of one period's total.
        law: Law,
    },
    /// Past observations drawn independently with equal chance; stream `Bootstrap`.
    Bootstrap {
        /// Name of a one-dimensional array.
        history: String,
    },
    /// Paths given by the user; nothing is drawn.
    Paths {
        /// Name of an array, (period) or (replication, period).
        paths: String,
        /// Start again from the first path when there are fewer paths than replications.
        #[serde(default)]
        cycle: bool,
    },
}
