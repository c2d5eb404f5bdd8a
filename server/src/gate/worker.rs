//! The worker's side: trials come on standard input, one byte goes out for each that was survived.

use std::io::{self, Read, Write};

use countersign_core::documents::Document;

use super::{SURVIVED, TRIAL_LIMIT_BYTES, Trial};

/// Address space of a worker. A trial takes a few MiB; the rest is the program itself.
#[cfg(unix)]
const MEMORY_BYTES: u64 = 1 << 30;
/// Seconds on a processor in a worker's whole life; whoever asks starts another then.
#[cfg(unix)]
const PROCESSOR_S: u64 = 600;

/// Tries what comes until nothing comes any more.
pub(crate) fn work(mut from: impl Read, mut to: impl Write) -> io::Result<()> {
    limit()?;
    let mut length = [0; 4];
    loop {
        match from.read_exact(&mut length) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            done => done?,
        }
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > TRIAL_LIMIT_BYTES {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        let mut trial = vec![0; length];
        from.read_exact(&mut trial)?;
        if let Ok(trial) = minicbor::decode::<Trial>(&trial) {
            attempt(&trial);
        }
        to.write_all(&[SURVIVED])?;
        to.flush()?;
    }
}

/// What the gate says is said again by the process that asks; here it is only survived.
fn attempt(trial: &Trial) {
    let Ok(mut document) = Document::load(trial.run.document, trial.kind, &trial.document) else {
        return;
    };
    if let Err(reject) = document.admit(&trial.run) {
        tracing::debug!(code = reject.code(), "refused");
    }
}

#[cfg(unix)]
fn limit() -> io::Result<()> {
    use rlimit::Resource;
    Resource::AS.set(MEMORY_BYTES, MEMORY_BYTES)?;
    Resource::CPU.set(PROCESSOR_S, PROCESSOR_S)?;
    // What the customer's documents say is not written to a disk when a worker ends.
    Resource::CORE.set(0, 0)
}

#[cfg(not(unix))]
const fn limit() -> io::Result<()> {
    Ok(())
}
