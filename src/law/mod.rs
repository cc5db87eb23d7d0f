//! Distributions and how they are drawn: always by monotone inversion of the 52-bit integer of an address (spec F6).

pub mod float;
pub mod real;
pub mod special;
pub mod whole;

/// Every SIMD level this machine can run.
#[cfg(test)]
pub(crate) fn test_levels() -> Vec<fearless_simd::Level> {
    use fearless_simd::Level;
    let best = Level::new();
    let mut all = vec![Level::fallback()];
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        all.extend(best.as_sse2().map(Level::Sse2));
        all.extend(best.as_sse4_2().map(Level::Sse4_2));
        all.extend(best.as_avx2().map(Level::Avx2));
        all.extend(best.as_avx512().map(Level::Avx512));
    }
    all.push(best);
    all
}
pub use whole::WholeTable;
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(tag="law", rename_all="snake_case")]
pub enum Law { Poisson{mean:f64}, Deterministic{value:f64}, Empirical{values:Vec<f64>}, Other }
#[derive(Debug, Clone)]
pub struct RealSampler;
impl RealSampler { #[inline(always)] pub fn fill<S: fearless_simd::Simd>(&self, _s: S, _l:&[u32], _t:&[u32], _o:&mut [f64]) { todo!() } }
#[derive(Debug, Clone)]
pub enum Sampler { Whole(WholeTable), Real(RealSampler), Values{index: WholeTable, values: Vec<f64>} }
impl Sampler { pub fn at(&self, n:u64)->f64 { match self { Self::Whole(w)=>f64::from(w.at(n)), _=>todo!() } } pub fn min(&self)->f64 { match self { Self::Whole(w)=>f64::from(w.first()), _=>todo!()} } pub fn max(&self)->f64 { match self { Self::Whole(w)=>f64::from(w.last()), _=>todo!()} } pub fn mean(&self)->f64 { match self { Self::Whole(w)=>w.mean(), _=>todo!()} } }
impl Law { pub fn poisson(mean:f64)->Self { Self::Poisson{mean} } pub fn deterministic(value:f64)->Self{Self::Deterministic{value}}
 pub fn gamma(_:f64,_:f64)->Self{Self::Other} pub fn normal(_:f64,_:f64,_:&str)->Self{Self::Other} pub fn empirical(values:Vec<f64>,_:bool)->Self{Self::Empirical{values}} pub fn discrete(_:Vec<f64>,_:Vec<f64>)->Self{Self::Other}
 pub fn compile(&self)->crate::error::Result<Sampler> { Ok(match self { 
  Self::Poisson{mean} => { let n=200; let mut cdf=vec![]; let mut sf=vec![]; for k in 0..n { let k=f64::from(k); cdf.push(special::gamma::gamma_q(k+1.0,*mean)); sf.push(special::gamma::gamma_p(k+1.0,*mean)); } Sampler::Whole(WholeTable::from_tails(0,&cdf,&sf,*mean,*mean)?) }
  Self::Deterministic{value} => Sampler::Whole(WholeTable::new(*value as i32, vec![1<<52], *value, 0.0)?), _=>todo!() }) } 
  pub fn summary(&self)->crate::error::Result<String> { todo!() } }
pub fn quantile_nodes(o:u32)->Vec<f64>{ real::quantile_nodes(o) }
