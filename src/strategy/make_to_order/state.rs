//! What a shop consists of: orders and where they are, servers, stations, events; and the memory of a replication.

use crate::engine::calendar::Calendar;
use crate::orders::{Book, Column};
use std::collections::VecDeque;

/// No order.
pub(super) const NONE: u32 = u32::MAX;
/// How an order ended, or that it has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// Still in the shop.
    Open,
    /// With the customer.
    Delivered,
    /// Turned away: the shop was full.
    Rejected,
    /// The customer did not want it on these terms.
    Balked,
    /// The customer did not confirm.
    Unconfirmed,
    /// The customer lost patience.
    Reneged,
    /// The customer cancelled a confirmed order.
    Cancelled,
}

/// Names of the statuses, by number.
pub const STATUSES: [&str; 7] =
    ["open", "delivered", "rejected", "balked", "unconfirmed", "reneged", "cancelled"];

/// Where an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Office,
    Material,
    /// Ready, not released.
    Pool,
    Queue,
    Server,
    /// On a server, finished, with nowhere to go.
    Blocked,
    Delivery,
    Gone,
}

/// One order.
#[derive(Debug, Clone, Copy)]
pub struct Job {
    pub status: Status,
    pub(super) place: Place,
    /// Leaves as soon as it is off the server.
    pub(super) leaving: bool,
    /// Place in its route.
    pub(super) step: u32,
    pub(super) operation: u32,
    pub(super) server: u32,
    /// Raised whenever it leaves a queue.
    pub(super) version: u32,
    /// Number among the released orders of its variant, from 1.
    pub(super) nth: u32,
    /// Quoted lead time.
    pub quote: f64,
    /// Promised date.
    pub due: f64,
    pub confirmed: f64,
    pub material: f64,
    pub released: f64,
    pub started: f64,
    pub finished: f64,
    pub left: f64,
    /// In queues and blocked.
    pub waiting: f64,
    /// On servers.
    pub making: f64,
    /// When it came to its queue or server.
    pub(super) since: f64,
    pub(super) pieces_time: f64,
    pub(super) time: f64,
    /// Bad pieces so far.
    pub bad: f64,
    /// Errors in its data.
    pub errors: f64,
    /// Money in it, and since when.
    pub(super) value: f64,
    pub(super) valued: f64,
    /// Value × time in the window.
    pub(super) tied: f64,
    /// Money for work.
    pub processing: f64,
    /// Money for work beyond regular time.
    pub overtime: f64,
    /// Sum over units of the last operation of their completion minus arrival.
    pub unit_time: f64,
}

impl Job {
    pub(super) fn new() -> Self {
        let never = f64::NAN;
        Self {
            status: Status::Open,
            place: Place::Office,
            leaving: false,
            step: 0,
            operation: 0,
            server: 0,
            version: 0,
            nth: 1,
            quote: 0.0,
            due: 0.0,
            confirmed: never,
            material: never,
            released: never,
            started: never,
            finished: never,
            left: never,
            waiting: 0.0,
            making: 0.0,
            since: 0.0,
            pieces_time: 0.0,
            time: 0.0,
            bad: 0.0,
            errors: 0.0,
            value: 0.0,
            valued: 0.0,
            tied: 0.0,
            processing: 0.0,
            overtime: 0.0,
            unit_time: 0.0,
        }
    }
}

/// What happens.
#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    /// A closed or broken station can work again.
    Wake(u32),
    /// An operation is finished: station, server.
    Done(u32, u32),
    /// An order is through the office.
    Entered(u32),
    /// The customer decides.
    Decided(u32),
    /// Material is there.
    Material(u32),
    /// So many units of material are replaced.
    Replaced(f64),
    /// An order may be released.
    Ready(u32),
    /// The customer has it.
    Delivered(u32),
    Renege(u32),
    Cancel(u32),
}

/// A server.
#[derive(Debug, Clone, Copy)]
pub(super) struct Server {
    /// Its order; NONE if idle.
    pub job: u32,
    pub blocked: bool,
    pub finish: f64,
    pub started: f64,
    /// Variant it did last.
    pub variant: u32,
    /// Orders of that variant in a row.
    pub run: u32,
    /// Running time left, and the number of the next failure. With a clock that always runs: until when it is up or down.
    pub uptime: f64,
    pub failure: u64,
    /// Down (a clock that always runs), and until when its repair is on its way.
    pub down: bool,
    pub woken: f64,
}

/// A station.
#[derive(Debug, Clone, Default)]
pub(super) struct Room {
    pub servers: Vec<Server>,
    pub queue: super::work::Queue,
    pub dirty: bool,
    /// Processing times of the orders in the queue.
    pub work: f64,
    /// Planned work of accepted orders not finished here, and its variance.
    pub planned: f64,
    pub planned_variance: f64,
    pub overtime: bool,
    /// Until when a wake-up is on its way.
    pub waking: f64,
    /// Orders that are finished elsewhere and want to come here.
    pub blocked: VecDeque<u32>,
}

/// Memory of a shop, kept from replication to replication.
#[derive(Default)]
pub struct Scratch {
    pub book: Book,
    pub jobs: Vec<Job>,
    pub(super) rooms: Vec<Room>,
    pub(super) calendar: Calendar<What>,
    /// Processing times of first visits, by operation: per order, and per unit where that is constant.
    pub(super) times: Vec<Column>,
    /// Visits and returns of orders to operations.
    pub(super) visits: Vec<u32>,
    pub(super) returns: Vec<u32>,
    pub(super) pool: VecDeque<u32>,
    /// Orders waiting for material from stock, and what is there.
    pub(super) shelf: VecDeque<u32>,
    pub(super) stock: f64,
    /// Released orders of each variant.
    pub(super) learnt: Vec<u32>,
    pub(super) strip: crate::engine::lattice::Strip,
}
