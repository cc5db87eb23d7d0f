//! Times in which supply is down (spec S2): a chain of two states, planned outages, or both.
//!
//! ```text
//! up → down with chance α per period, down → up with chance β; a period is down if its state says so or it is planned
//! P(down) = α/(α + β) in the long run
//! ```

use super::side::{Side, SideKind};
use crate::config::{Disruption, Effect, Start};
use crate::demand::Chain;
use crate::error::{Error, Result, check};
use crate::random::Stream;

/// One process, compiled.
#[derive(Debug, Clone, PartialEq)]
pub struct Outage {
    /// What is down.
    pub effect: Effect,
    /// Share that is left.
    pub remaining: f64,
    /// Which of the design's side inputs tells the state.
    pub side: Option<usize>,
    planned: Vec<[usize; 2]>,
}

impl Outage {
    /// Checks and compiles one process; what it draws is appended to `sides`.
    pub fn compile(d: &Disruption, sides: &mut Vec<Side>) -> Result<Self> {
        check::share("fail", d.fail)?;
        check::share("recover", d.recover)?;
        check::share("remaining", d.remaining)?;
        for [from, to] in &d.outages {
            if to <= from {
                return Err(Error::config(
                    "outages",
                    format!("[{from}, {to}]"),
                    "[first period, one past the last]",
                ));
            }
        }
        let random = d.fail > 0.0 || d.start == Start::Down;
        if !random && d.outages.is_empty() {
            return Err(Error::config("fail", d.fail, "> 0, or outages planned"));
        }
        let side = if random {
            let start = match d.start {
                Start::Stationary if d.fail + d.recover == 0.0 => {
                    return Err(Error::config("recover", d.recover, "> 0, or start given"));
                }
                Start::Stationary => None,
                Start::Up => Some([1.0, 0.0]),
                Start::Down => Some([0.0, 1.0]),
            };
            let matrix = [vec![1.0 - d.fail, d.fail], vec![d.recover, 1.0 - d.recover]];
            let chain = Chain::new(&matrix, start.as_ref().map(|s| &s[..]))?;
            let (entity, sub) = (d.key, d.effect as u32);
            let side = Side { stream: Stream::Disruption, entity, sub, kind: SideKind::State(chain) };
            if sides.iter().any(|s| (s.stream, s.entity, s.sub) == (side.stream, entity, sub)) {
                let bound = "different: two processes with the same effect and key would be one";
                let given = entity.map_or("none".to_owned(), |key| key.to_string());
                return Err(Error::config("key", given, bound));
            }
            sides.push(side);
            Some(sides.len() - 1)
        } else {
            None
        };
        Ok(Self { effect: d.effect, remaining: d.remaining, side, planned: d.outages.clone() })
    }

    /// Whether a period is planned to be down.
    #[inline]
    pub fn planned(&self, t: usize) -> bool {
        self.planned.iter().any(|[from, to]| (*from..*to).contains(&t))
    }
}
