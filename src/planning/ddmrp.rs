//! Demand-driven MRP: a stock buffer in three zones and the order that its net flow position asks for (spec X1).
//!
//! ```text
//!   R + Y + G ┬──────────  top of green: order up to here
//!       green │            G = max(MOQ, ADU·cycle, Y·LTF)
//!       R + Y ┼──────────  top of yellow: order at or below
//!      yellow │            Y = ADU·DLT
//!           R ┼──────────  top of red
//!         red │            R = Y·LTF·(1 + VF)
//!           0 ┴──────────
//!
//! net flow position  NFP = on hand + on order − (due demand + qualified spikes)
//! ```
//!
//! ADU is the average daily (here: per period) usage, which the caller averages and adjusts; DLT the decoupled lead time,
//! LTF the lead-time factor, VF the variability factor. Due demand is what is past due and what is due now.
//!
//! C. Ptak, C. Smith, *Demand Driven Material Requirements Planning* (2016). Owns the arithmetic of one buffer. Knows
//! nothing of how usage is averaged or of where orders come from.

use crate::error::{Result, check};
use serde::{Deserialize, Serialize};

/// Profile of a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Buffer {
    /// DLT in periods.
    pub lead_time: f64,
    /// LTF in [0, 1]: the smaller, the more often small orders are placed; long lead times take small factors.
    pub lead_time_factor: f64,
    /// VF ≥ 0.
    pub variability_factor: f64,
    /// MOQ.
    #[serde(default)]
    pub minimum: f64,
    /// Periods between orders, wanted or imposed; 0 for none.
    #[serde(default)]
    pub cycle: f64,
}

/// Heights of the three zones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Zones {
    /// Safety.
    pub red: f64,
    /// Demand over the lead time.
    pub yellow: f64,
    /// Size of an order, and so how often one is placed.
    pub green: f64,
}

impl Buffer {
    /// Refuses profiles out of bounds; the fields are named without a prefix.
    pub fn check(&self) -> Result<()> {
        check::non_negative("lead_time", self.lead_time)?;
        check::share("lead_time_factor", self.lead_time_factor)?;
        check::non_negative("variability_factor", self.variability_factor)?;
        check::non_negative("minimum", self.minimum)?;
        check::non_negative("cycle", self.cycle).map(drop)
    }

    /// The zones at this usage per period.
    #[inline]
    pub fn zones(&self, usage: f64) -> Zones {
        let yellow = usage * self.lead_time;
        let base = yellow * self.lead_time_factor;
        let red = base * (1.0 + self.variability_factor);
        Zones { red, yellow, green: self.minimum.max(usage * self.cycle).max(base) }
    }
}

impl Zones {
    /// R + Y.
    #[inline]
    pub fn top_of_yellow(&self) -> f64 {
        self.red + self.yellow
    }

    /// R + Y + G.
    #[inline]
    pub fn top_of_green(&self) -> f64 {
        self.top_of_yellow() + self.green
    }

    /// What is ordered at this net flow position. What exceeds the top of yellow by no more than `tolerance` is rounding.
    #[inline]
    pub fn order(&self, net_flow: f64, tolerance: f64) -> f64 {
        if net_flow <= self.top_of_yellow() + tolerance { self.top_of_green() - net_flow } else { 0.0 }
    }
}

/// NFP; `qualified` is due demand and [`spikes`].
#[inline]
pub fn net_flow_position(on_hand: f64, on_order: f64, qualified: f64) -> f64 {
    on_hand + on_order - qualified
}

/// Sum of what exceeds the threshold, each in full, of the demands known ahead: by period or by order, after the present
/// period and within the spike horizon.
pub fn spikes(ahead: &[f64], threshold: f64) -> f64 {
    ahead.iter().filter(|demand| **demand > threshold).sum()
}

#[cfg(test)]
mod tests {
    use super::{Buffer, Zones, net_flow_position, spikes};

    /// ADU 10, DLT 12, LTF = VF = ½, MOQ 50, cycle 7: Y = 120, red base 60 and safety 30, green the largest of 50, 70
    /// and 60.
    const BUFFER: Buffer =
        Buffer { lead_time: 12.0, lead_time_factor: 0.5, variability_factor: 0.5, minimum: 50.0, cycle: 7.0 };

    #[test]
    fn zones_by_hand() {
        BUFFER.check().unwrap();
        let zones = BUFFER.zones(10.0);
        assert_eq!(zones, Zones { red: 90.0, yellow: 120.0, green: 70.0 });
        assert_eq!((zones.top_of_yellow(), zones.top_of_green()), (210.0, 280.0));
        assert_eq!(Buffer { cycle: 0.0, ..BUFFER }.zones(10.0).green, 60.0);
        assert_eq!(Buffer { minimum: 99.0, ..BUFFER }.zones(10.0).green, 99.0);
        assert_eq!(Buffer { minimum: 0.0, ..BUFFER }.zones(0.0), Zones { red: 0.0, yellow: 0.0, green: 0.0 });
    }

    /// On hand 100, on order 150, due 20, and of 10, 50 and 45 ahead only 50 exceeds 45: 180 ≤ 210, so 100 up to 280.
    #[test]
    fn order_by_hand() {
        let zones = BUFFER.zones(10.0);
        let ahead = spikes(&[10.0, 50.0, 45.0], 45.0);
        assert_eq!(ahead, 50.0);
        let net_flow = net_flow_position(100.0, 150.0, 20.0 + ahead);
        assert_eq!(zones.order(net_flow, 0.0), 100.0);
        assert_eq!(zones.order(210.0, 0.0), 70.0);
        assert_eq!(zones.order(210.5, 0.0), 0.0);
        assert_eq!(zones.order(210.5, 0.5), 69.5);
        assert_eq!(zones.order(-20.0, 0.0), 300.0);
    }

    #[test]
    fn profiles_are_checked() {
        for (bad, says) in [
            (Buffer { lead_time: -1.0, ..BUFFER }, "lead_time must be ≥ 0, got -1"),
            (Buffer { lead_time_factor: 50.0, ..BUFFER }, "lead_time_factor must be in [0, 1], got 50"),
            (Buffer { variability_factor: -0.5, ..BUFFER }, "variability_factor must be ≥ 0, got -0.5"),
            (Buffer { minimum: f64::NAN, ..BUFFER }, "minimum must be finite, got NaN"),
            (Buffer { cycle: -7.0, ..BUFFER }, "cycle must be ≥ 0, got -7"),
        ] {
            assert_eq!(bad.check().unwrap_err().to_string(), says);
        }
        let read = serde_json::from_str::<Buffer>;
        let text =
            r#"{"lead_time":12,"lead_time_factor":0.5,"variability_factor":0.5,"minimum":50,"cycle":7}"#;
        assert_eq!(read(text).unwrap(), BUFFER);
        assert!(read(&text.replace("cycle", "spike")).is_err());
    }
}
