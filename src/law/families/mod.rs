//! One file per law or small family: formula, support, parametrisations, limits, source, checked constructor.
//!
//! A family turns checked parameters into one of the three internal kinds (lattice, atoms, continuous). It knows nothing
//! of JSON, of samplers' insides or of random numbers.

pub(super) mod beta_pert;
pub(super) mod binomial;
pub(super) mod compound;
pub(super) mod empirical;
pub(super) mod exponential;
pub(super) mod gamma;
pub(super) mod geometric;
pub(super) mod lognormal;
pub(super) mod negative_binomial;
pub(super) mod normal;
pub(super) mod poisson;
pub(super) mod tabulated;
pub(super) mod triangular;
pub(super) mod truncated_normal;
pub(super) mod uniform;
pub(super) mod weibull;
