//! The one global of the core: a rayon pool per process. It is made at the first call, never at import; a forked child
//! finds its parent's pool useless (the threads did not follow it), leaks it and makes its own.

use crate::error::{Error, Result};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::Mutex;

static POOL: Mutex<Option<(u32, &'static ThreadPool)>> = Mutex::new(None);

fn pool() -> Result<&'static ThreadPool> {
    let mut slot = POOL.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let process = std::process::id();
    if let Some((owner, pool)) = *slot
        && owner == process
    {
        return Ok(pool);
    }
    let pool = ThreadPoolBuilder::new()
        .thread_name(|i| format!("maketo-{i}"))
        .build()
        .map_err(|e| Error::Internal { reason: format!("no thread pool: {e}") })?;
    let pool: &'static ThreadPool = Box::leak(Box::new(pool));
    *slot = Some((process, pool));
    Ok(pool)
}

/// Runs jobs, taken in order by at most `threads` workers, each with a scratch of its own. The first error stops the
/// rest. Jobs own what they write to, so the order of completion cannot matter.
pub fn run_jobs<J, W>(
    jobs: Vec<J>,
    threads: Option<usize>,
    scratch: impl Fn() -> W + Sync,
    work: impl Fn(J, &mut W) -> Result<()> + Sync,
) -> Result<()>
where
    J: Send,
{
    if threads == Some(0) {
        return Err(Error::config("threads", 0, "≥ 1"));
    }
    let pool = pool()?;
    let workers = threads.unwrap_or(usize::MAX).min(pool.current_num_threads()).min(jobs.len()).max(1);
    let queue = Mutex::new(jobs.into_iter());
    let failure: Mutex<Option<Error>> = Mutex::new(None);
    let take = || queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
    let failed = || failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    pool.scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|_| {
                let mut own = scratch();
                while failed().is_none()
                    && let Some(job) = take()
                {
                    if let Err(e) = work(job, &mut own) {
                        failed().get_or_insert(e);
                    }
                }
            });
        }
    });
    failed().take().map_or(Ok(()), Err)
}
