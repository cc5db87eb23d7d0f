//! Assemble to order where the unit is the order and time is continuous: event by event (spec X2, A2).
//!
//! ```text
//!   order i of product v ──► needs of every component ──► committed or waited for ──► bench ──► delivered
//!          │                        ▲                        all there: ready          assembly time
//!          └──► every component's inventory position falls: its own policy releases, a lead time or servers later
//!               units are received, and offered by the rule
//! ```
//!
//! At one instant: receipts and finished work, each with what it sets off; reviews; customers who leave; orders (spec F4).
//! A component's position is `free − needed + on order`, whatever waits for it, so a component draws and releases exactly as
//! a [stock](crate::strategy::make_to_stock::orders) that serves orders by itself.
//!
//! An order of several units is one lot, or with `partial` a lot for each unit. A product with finished stock S is
//! assembled to replace what was taken; its orders are served in their order, the first S units being there from the
//! start.
//!
//! Which component delays whom: the time that a lot waits is shared at every moment among the components it then lacks,
//! in units of the product.
//!
//! Files: [`params`] · [`shop`]: time, the end, and what must hold · `serve`: orders, who gets what, benches · `count`: orders that
//! leave · [`shelf`]: one component.

mod count;
pub mod params;
mod serve;
pub mod shelf;
pub mod shop;
