//! One room per strategy. Each has the same sections: what it models · Params · State · advance · tests.

pub mod assemble_to_order;
pub mod make_to_order;
pub mod make_to_stock;
