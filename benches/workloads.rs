//! `cargo bench -- [w1|w2|w6] [n] [t] [threads] [repeat] [simd]`: one JSON line per workload, as `maketo bench` prints it.

use maketo::bench::{WORKLOADS, run};
use maketo::run::Control;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let number = |i: usize, or: usize| args.get(i).map_or(or, |a| a.parse().expect("a number"));
    let simd = args.get(5).map(String::as_str);
    let workloads = args.first().map_or(WORKLOADS.to_vec(), |w| vec![w.as_str()]);
    for workload in workloads {
        let line = run(
            workload,
            number(1, 10_000) as u32,
            number(2, 1000),
            number(3, 1),
            number(4, 9),
            simd,
            &Control::default(),
        );
        println!("{}", serde_json::to_string(&line.expect("a workload")).expect("plain data"));
    }
}
