//! The frozen table of streams: one attribute, one stream. Ids are part of the file format and never re-used.
//!
//! Adding a random input means adding a line here; no other draw changes.

macro_rules! streams {
    ($( $name:ident = $id:literal, $code:literal, $doc:literal; )*) => {
        /// What a random number decides. The id enters the address; the spec's short code is kept beside it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u16)]
        pub enum Stream { $( #[doc = $doc] $name = $id, )* }

        /// Every stream as `(id, code, what it decides and how it is indexed)`, in order of id.
        pub const TABLE: &[(u16, &str, &str)] = &[ $( ($id, $code, $doc), )* ];
    };
}

streams! {
    Arrival = 1, "ARR", "interarrival time of an order (demand source / order number)";
    Class = 2, "CLASS", "customer class (source / order number)";
    Variant = 3, "VARIANT", "product variant (source / order number)";
    Quantity = 4, "QTY", "order size (source / order number)";
    Due = 5, "DUE", "requested lead time (source / order number)";
    Patience = 6, "PATIENCE", "patience while waiting (source / order number)";
    Valuation = 7, "WTP", "willingness to pay (source / order number)";
    WaitSensitivity = 8, "WAITSENS", "value lost per period of waiting (source / order number)";
    Customisation = 9, "CUSTOM", "customisation content (source / order number)";
    EngineeringHours = 10, "ENGHRS", "engineering content (source / order number)";
    Cancel = 11, "CANCEL", "cancellation after confirmation (source / order number)";
    Admin = 12, "ADMIN", "order entry: delay, error, correction, confirmation, its delay (source / which << 32 | order number)";
    Choice = 13, "CHOICE", "taste shock of a declared alternative (source / order number << 8 | alternative)";
    Channel = 14, "CHANNEL", "channel by which an order comes (source / order number)";
    Option = 15, "OPTION", "option chosen of a configurable product (source / group << 32 | order number)";
    Demand = 16, "DEM", "demand of a period (item / period)";
    Factor = 17, "FACTOR", "common factor of correlated items (factor / period)";
    Regime = 18, "REGIME", "demand regime (item or group / period)";
    Promotion = 19, "PROMO", "uplift of a promotion (item / event)";
    ForecastShock = 20, "MMFE", "forecast revision (item / horizon << 32 | period)";
    Bootstrap = 21, "BOOT", "which past observation is drawn (item or group / period or block)";
    Life = 22, "LIFE", "end of life (item / 0)";
    Split = 23, "SPLIT", "splitting a period total into orders (source / order << 32 | period)";
    LeadTime = 32, "LT", "lead time (arc / sub-number << 32 | release period, release number or order number)";
    Disruption = 33, "DISR", "disruption of a supplier, arc or machine (… / period or sojourn number)";
    Yield = 34, "YIELD", "good share of a lot (stage / period of release, or visit << 32 | order number)";
    Capacity = 35, "CAP", "capacity of a period (resource / period)";
    Opening = 36, "OPEN", "settled opening position (item / 0, then the demands before period 0)";
    TimeToFailure = 48, "TTF", "running time until failure (station / server << 32 | failure number)";
    TimeToRepair = 49, "TTR", "repair time (station / server << 32 | failure number)";
    Processing = 50, "PROC", "processing time (stage and product / visit << 32 | order number; units / unit << 32 | order number)";
    Setup = 51, "SETUP", "setup time (stage and product / visit << 32 | order number)";
    Rework = 52, "REWORK", "test outcome, next operation (stage / visit << 32 | order number)";
    Scope = 64, "SCOPE", "engineering scope revealed at a milestone (source / milestone << 32 | order number)";
    Change = 65, "CHANGE", "change orders (source / event << 32 | order number)";
    Bid = 66, "BID", "tender won or lost (source / order number)";
    Resample = 95, "RESAMPLE", "outer bootstrap of the input data (item / resample << 32 | observation)";
    Scramble = 96, "SCRAMBLE", "scrambling of quasi-random points";
    Search = 97, "SEARCH", "random search over settings";
}

impl Stream {
    /// The id that enters the address.
    #[inline(always)]
    pub const fn id(self) -> u16 {
        self as u16
    }
}

#[cfg(test)]
mod tests {
    use super::TABLE;

    #[test]
    fn ids_are_unique_and_ascending() {
        assert!(TABLE.windows(2).all(|w| w[0].0 < w[1].0));
    }
}
