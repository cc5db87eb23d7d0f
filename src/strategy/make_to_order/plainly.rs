//! The recursion for one replication, order by order: what the lanes do, written for reading.

use super::horizon::Horizon;
use super::lanes::{
    BUSY, COMPLETIONS, COUNT, EARLINESS, Give, IN_SHOP, LEAD, LEAD_SQUARES, Line, MAKING, NO_WAIT, ON_TIME,
    QUEUE, SUMS, Setting, TARDINESS, TARDY, VISITS, WAITING, WAITING_SQUARES, collect, record,
};
use super::tally::Histograms;
use crate::engine::lattice::Source;
use crate::engine::recursion::{MOST_SERVERS, MOST_STATIONS, serve};
use crate::metrics::distribution::SECTIONS;
use crate::random::Stream;

/// One replication, order by order: what the kernel does in lanes, written for reading.
pub(super) fn plainly(
    line: Line<'_>,
    setting: Setting<'_>,
    first: u32,
    lane: usize,
    histograms: &mut Histograms,
    give: Give<'_>,
) {
    let replication = first + lane as u32;
    let source = |stream, entity| Source { key: setting.key, stream, entity }.line(replication);
    let arrivals = source(Stream::Arrival, line.p.order_entity());
    let gap = |i: usize| line.gap.at(arrivals.bits(i as u64));
    let (limit, window) = match setting.horizon {
        Horizon::Periods { warm_up, periods, .. } => (usize::MAX, [warm_up, periods]),
        Horizon::Orders { warm_up, orders } => {
            let upto = |n: usize| (0..n).map(gap).fold(0.0, |sum, x| sum + x) * line.scale;
            (orders, [if warm_up > 0 { upto(warm_up + 1) } else { 0.0 }, upto(orders)])
        }
    };
    let overlap = |a: f64, b: f64| {
        let (a, b) = (if a > window[0] { a } else { window[0] }, if b < window[1] { b } else { window[1] });
        if b > a { b - a } else { 0.0 }
    };
    let inside = |t: f64| f64::from(u8::from(t >= window[0] && t < window[1]));
    let section = replication as usize % SECTIONS;
    let mut free = [[0.0; MOST_SERVERS]; MOST_STATIONS];
    let (mut sums, mut rooms, mut kept) = ([0.0; SUMS], [[0.0; 3]; MOST_STATIONS], Vec::new());
    let mut sum = 0.0;
    for i in 0..limit {
        sum += gap(i);
        let a = sum * line.scale;
        if let Horizon::Periods { periods, .. } = setting.horizon
            && a >= periods
        {
            break;
        }
        let counted = match setting.horizon {
            Horizon::Periods { warm_up, .. } => a >= warm_up,
            Horizon::Orders { warm_up, .. } => i >= warm_up,
        };
        let (mut ready, mut waiting, mut making, mut started) = (a, 0.0, 0.0, 0.0);
        for n in 0..line.stations {
            let o = &line.p.operations[n];
            let work = o.time[0].at(source(Stream::Processing, o.key), i as u64);
            let (start, finish) = serve(&mut free[n], line.servers[n], ready, work);
            if n == 0 {
                started = start;
            }
            waiting += start - ready;
            making += finish - start;
            rooms[n][QUEUE] += overlap(ready, start);
            rooms[n][BUSY] += overlap(start, finish);
            rooms[n][VISITS] += inside(finish);
            ready = finish;
        }
        let lead = ready - a;
        let late = ready - (a + line.quote);
        let (tardy, early) = (if late > 0.0 { late } else { 0.0 }, if late < 0.0 { -late } else { 0.0 });
        sums[IN_SHOP] += overlap(a, ready);
        sums[COMPLETIONS] += inside(ready);
        if !counted {
            continue;
        }
        let yes = |b: bool| f64::from(u8::from(b));
        let own = [
            (COUNT, 1.0),
            (LEAD, lead),
            (LEAD_SQUARES, lead * lead),
            (TARDY, yes(late > 0.0)),
            (TARDINESS, tardy),
            (WAITING, waiting),
            (WAITING_SQUARES, waiting * waiting),
            (MAKING, making),
            (NO_WAIT, yes(waiting <= 0.0)),
            (EARLINESS, early),
            (ON_TIME, yes(tardy <= line.p.window[1] && early <= line.p.window[0])),
        ];
        for (at, x) in own {
            sums[at] += x;
        }
        histograms.lead.add(section, lead);
        if !setting.lean {
            histograms.waiting.add(section, waiting);
            histograms.tardiness.add(section, tardy);
            histograms.earliness.add(section, early);
        }
        if setting.keeps_orders {
            kept.push(record(line, i, [a, started, ready, waiting, making]));
        }
    }
    let (sums, stations) = collect(line, setting, window, sums, rooms);
    give(lane, sums, &stations[..line.stations], &kept);
}
