//! Distributions and how they are drawn: always by monotone inversion of the 52-bit integer of an address (spec F6).
//!
//! Placeholder of the interface, see below.
