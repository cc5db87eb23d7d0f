//! The event calendar: what happens next, with the tie rules of spec F4.
//!
//! At one instant: state of machines, completions, planning runs, customers who leave, arrivals; within a class the smaller
//! entity, then the event made earlier. Work is started when everything of an instant has happened, which is for the model
//! to do. Events that no longer hold are for the model to recognise, by a version; they are not searched for.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// What comes first at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Class {
    /// A machine is repaired, a shift begins.
    State,
    /// Work is finished, material or goods arrive.
    Completion,
    /// A planning run, a review.
    Review,
    /// A customer leaves.
    Leave,
    /// A customer comes.
    Arrival,
}

/// Something that will happen.
#[derive(Debug, Clone, Copy)]
pub struct Event<E> {
    /// When; not negative.
    pub time: f64,
    rank: u64,
    sequence: u32,
    /// What.
    pub what: E,
}

impl<E> Event<E> {
    /// Its place among the events of one instant.
    pub fn class(&self) -> u64 {
        self.rank >> 32
    }
}

impl<E> PartialEq for Event<E> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<E> Eq for Event<E> {}

impl<E> PartialOrd for Event<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> Ord for Event<E> {
    /// Reversed: the heap keeps its largest element on top.
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        // Times are not negative, so their bits are in their order.
        let key = |e: &Self| (e.time.to_bits(), e.rank, e.sequence);
        key(other).cmp(&key(self))
    }
}

/// Events in order of time.
#[derive(Debug, Clone)]
pub struct Calendar<E> {
    heap: BinaryHeap<Event<E>>,
    sequence: u32,
}

impl<E> Default for Calendar<E> {
    fn default() -> Self {
        Self { heap: BinaryHeap::new(), sequence: 0 }
    }
}

impl<E> Calendar<E> {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.heap.clear();
        self.sequence = 0;
    }

    /// Something will happen.
    #[inline]
    pub fn add(&mut self, time: f64, class: Class, entity: u32, what: E) {
        debug_assert!(time >= 0.0);
        let rank = (class as u64) << 32 | u64::from(entity);
        self.heap.push(Event { time, rank, sequence: self.sequence, what });
        self.sequence += 1;
    }

    /// What happens next.
    #[inline]
    pub fn peek(&self) -> Option<&Event<E>> {
        self.heap.peek()
    }

    /// Takes what happens next.
    #[inline]
    pub fn pop(&mut self) -> Option<Event<E>> {
        self.heap.pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_ordered_by_class_entity_and_age() {
        let mut calendar = Calendar::default();
        let events = [
            (2.0, Class::State, 0, 7),
            (1.0, Class::Arrival, 0, 6),
            (1.0, Class::Completion, 2, 3),
            (1.0, Class::Leave, 0, 5),
            (1.0, Class::State, 9, 1),
            (1.0, Class::Review, 0, 4),
            (1.0, Class::Completion, 1, 2),
            (1.0, Class::Arrival, 0, 8),
        ];
        for (time, class, entity, what) in events {
            calendar.add(time, class, entity, what);
        }
        let order: Vec<i32> = std::iter::from_fn(|| calendar.pop().map(|e| e.what)).collect();
        assert_eq!(order, [1, 2, 3, 4, 5, 6, 8, 7]);
    }
}
