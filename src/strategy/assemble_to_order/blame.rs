//! Which component delays whom: every unit that waits at a close is one unit-period, shared equally among the components
//! it still lacks. In a product's queue a component is lacking for the last so many units.

use crate::engine::lattice::{Cell, LANES, Row};

/// Adds the shares of one product. `lists`: by pair of the product, for cells in increasing order, how many of the last units
/// lack the component. `to`: by the same pairs.
pub(super) fn share<T: Cell>(
    lists: &mut [Vec<(u16, T)>],
    to: &mut [Row<f64>],
    room: &mut Vec<(u16, f64, usize)>,
) {
    room.clear();
    for (pair, list) in lists.iter_mut().enumerate() {
        room.extend(list.drain(..).map(|(cell, units)| (cell, units.to_f64(), pair)));
    }
    // By cell, in each the component that delays the fewest first.
    room.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut at = 0;
    while at < room.len() {
        let cell = room[at].0;
        let end = at + room[at..].iter().take_while(|x| x.0 == cell).count();
        let (mut below, mut share) = (0.0, 0.0);
        for (i, (_, units, pair)) in room[at..end].iter().enumerate() {
            share += (units - below) / (end - at - i) as f64;
            below = *units;
            to[*pair][cell as usize % LANES] += share;
        }
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Ten units wait: the last ten lack a, the last four of them b as well, the last two c, too.
        let mut lists = [vec![(3u16, 10i32)], vec![(3, 4)], vec![(3, 2), (260, 5)]];
        let mut to = [[0.0; LANES]; 3];
        share(&mut lists, &mut to, &mut Vec::new());
        let third = 2.0 / 3.0;
        assert!((to[0][3] - (6.0 + 1.0 + third)).abs() < 1e-12);
        assert!((to[1][3] - (1.0 + third)).abs() < 1e-12);
        assert!((to[2][3] - third).abs() < 1e-12);
        assert_eq!(to[2][4], 5.0);
        assert!(lists.iter().all(Vec::is_empty));
    }
}
