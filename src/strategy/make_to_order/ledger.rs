//! Every counted order, kept: columns, and where each replication begins.

use super::shop::Job;
use crate::orders::Book;

/// One order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Record {
    /// Number in its book.
    pub order: i64,
    /// Customer class, variant, how it ended (see [`super::shop::STATUSES`]).
    pub kinds: [i64; 3],
    /// In the order of [`COLUMNS`].
    pub values: [f64; 12],
}

/// Columns of numbers.
pub const COLUMNS: [&str; 12] = [
    "arrival",
    "size",
    "quote",
    "due",
    "confirmed",
    "material",
    "released",
    "started",
    "finished",
    "left",
    "waiting",
    "making",
];
/// Columns of whole numbers.
pub const KINDS: [&str; 4] = ["order", "class", "variant", "status"];

impl Record {
    /// Order `i` of a book.
    pub fn of(book: &Book, i: usize, job: &Job) -> Self {
        Self {
            order: i as i64,
            kinds: [book.class.at(i) as i64, book.variant.at(i) as i64, job.status as i64],
            values: [
                book.arrival[i],
                book.size.at(i),
                job.quote,
                job.due,
                job.confirmed,
                job.material,
                job.released,
                job.started,
                job.finished,
                job.left,
                job.waiting,
                job.making,
            ],
        }
    }
}

/// Orders of several replications.
#[derive(Debug, Clone, PartialEq)]
pub struct Ledger {
    /// By [`KINDS`].
    pub kinds: [Vec<i64>; 4],
    /// By [`COLUMNS`].
    pub values: [Vec<f64>; 12],
    /// Where each replication begins, and the end.
    pub offsets: Vec<i64>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { kinds: Default::default(), values: Default::default(), offsets: vec![0] }
    }
}

impl Ledger {
    /// Adds a replication.
    pub fn replication(&mut self, records: impl Iterator<Item = Record>) {
        for record in records {
            self.kinds[0].push(record.order);
            for (column, x) in self.kinds[1..].iter_mut().zip(record.kinds) {
                column.push(x);
            }
            for (column, x) in self.values.iter_mut().zip(record.values) {
                column.push(x);
            }
        }
        self.offsets.push(self.kinds[0].len() as i64);
    }

    /// One after the other.
    pub fn join(parts: impl Iterator<Item = Self>) -> Self {
        let mut all = Self::default();
        for part in parts {
            let before = all.kinds[0].len() as i64;
            for (column, more) in all.kinds.iter_mut().zip(part.kinds) {
                column.extend(more);
            }
            for (column, more) in all.values.iter_mut().zip(part.values) {
                column.extend(more);
            }
            all.offsets.extend(part.offsets[1..].iter().map(|o| o + before));
        }
        all
    }
}
