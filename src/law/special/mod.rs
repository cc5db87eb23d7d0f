//! Special functions for building tables: clarity over speed, both tails accurate in relative terms.
//!
//! Owns ln Γ, the incomplete gamma and beta functions, the normal law, point masses, quadrature and root finding.
//! Knows nothing of laws as users describe them, of samplers or of random numbers.

pub mod beta;
pub mod gamma;
pub mod mass;
pub mod normal;
pub mod quadrature;
pub mod root;
