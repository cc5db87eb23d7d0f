//! Memory for large results: noughts on the heap, in large pages where the system offers them.
//!
//! A trace of 10,000 replications × 1,000 periods touches twenty thousand small pages; asking for large ones makes
//! writing it several times faster. numpy does the same for its own arrays.

/// From this size on, advice is worth a system call.
#[cfg(target_os = "linux")]
const LARGE: usize = 4 << 20;

/// `n` noughts.
pub(super) fn noughts<T: Copy + Default>(n: usize) -> Vec<T>
where
    Vec<T>: FromNoughts,
{
    let values = <Vec<T> as FromNoughts>::noughts(n);
    advise(&values);
    values
}

/// Zeroed allocation of a concrete type, so that the allocator hands out untouched pages instead of writing noughts.
pub(super) trait FromNoughts {
    fn noughts(n: usize) -> Self;
}

impl FromNoughts for Vec<i32> {
    fn noughts(n: usize) -> Self {
        vec![0; n]
    }
}

impl FromNoughts for Vec<f64> {
    fn noughts(n: usize) -> Self {
        vec![0.0; n]
    }
}

/// Asks for large pages under the memory of `values`; a refusal changes nothing.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "one system call that gives advice; see the argument inside")]
fn advise<T>(values: &[T]) {
    let (start, bytes) = (values.as_ptr() as usize, std::mem::size_of_val(values));
    if bytes < LARGE {
        return;
    }
    const PAGE: usize = 4096;
    let from = start.next_multiple_of(PAGE);
    let length = (start + bytes).saturating_sub(from) / PAGE * PAGE;
    // SAFETY: MADV_HUGEPAGE changes neither contents nor permissions of memory, only the size of the pages behind it;
    // the range lies inside an allocation that is alive for the duration of the call. The result is ignored because
    // every outcome is fine.
    unsafe {
        libc::madvise(from as *mut libc::c_void, length, libc::MADV_HUGEPAGE);
    }
}

#[cfg(not(target_os = "linux"))]
fn advise<T>(_values: &[T]) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_large_are_all_noughts() {
        for n in [0, 1, 1000, 3 << 20] {
            assert!(noughts::<i32>(n).iter().all(|x| *x == 0));
            assert!(noughts::<f64>(n).iter().all(|x| *x == 0.0));
        }
    }
}
