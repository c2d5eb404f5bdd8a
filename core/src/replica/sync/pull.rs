//! The pull lane: the feed from the cursor on.

use crate::domain::ids::Digest;
use crate::protocol::codec::counted;
use crate::protocol::frames::More;
use crate::protocol::{Cursor, Frame, PullEnd};
use crate::replica::Replica;
use crate::replica::sync::apply::{Moves, Received};
use crate::replica::sync::entry::bytes_of;
use crate::replica::sync::frames::{Frames, Next};
use crate::replica::sync::{BodyEnd, HttpRequest, Method, Run, Stop};
use crate::store::device;
use crate::store::quarantine::Foreign;
use crate::views::LaneResult;

/// Pulls in one run of sync; more is left for the next run.
const PULLS_LIMIT: u32 = 10_000;
/// Frames applied in one transaction: a commit costs more than a frame, and nobody who types waits longer than for these.
const TOGETHER_FRAMES: usize = 64;
/// The same, by size.
const TOGETHER_BYTES: usize = 512 << 10;

impl Run<'_> {
    pub(super) fn pull(&mut self) -> Result<PullEnd, Stop> {
        for _pull in 0..PULLS_LIMIT {
            let cursor = self.replica.read(Replica::me)?.cursor;
            let response = self.ask(&request(cursor))?;
            if response.status == 404 {
                return Err(LaneResult::BadAnswer.into());
            }
            let before = self.report.frames + self.report.quarantined;
            match self.take(&response.body)? {
                Some(end) if end.more == More::No => return Ok(end),
                None if response.end == BodyEnd::Cut => {
                    return Err(LaneResult::NoConnection.into());
                }
                None if self.report.frames + self.report.quarantined == before => {
                    return Err(LaneResult::BadAnswer.into());
                }
                Some(_) | None => {}
            }
        }
        Err(LaneResult::Busy.into())
    }

    /// Applies the frames of a body as far as it goes; the end, if it came.
    fn take(&mut self, body: &[u8]) -> Result<Option<PullEnd>, Stop> {
        let mut frames = Frames::of(body);
        let mut batch = Vec::new();
        while let Next::Frame(bytes) = frames.next() {
            match read(&bytes) {
                Some(Frame::End(end)) => {
                    self.apply_all(&std::mem::take(&mut batch))?;
                    self.replica.commit("end_pull", |commit| {
                        device::set_cursor(commit.tx, end.cursor)?;
                        device::set_seen(commit.tx, end.cursor, end.time)?;
                        Ok(())
                    })?;
                    return Ok(Some(end));
                }
                Some(frame) => {
                    batch.push(Received { frame, bytes });
                    if is_full(&batch) {
                        self.apply_all(&std::mem::take(&mut batch))?;
                    }
                }
                None => {
                    self.apply_all(&std::mem::take(&mut batch))?;
                    let foreign = Foreign {
                        what: "frame",
                        content: &bytes,
                    };
                    self.quarantine(foreign, "unreadable", None)?;
                }
            }
        }
        self.apply_all(&batch)?;
        Ok(None)
    }

    /// Applies frames together; when that cannot be, each alone, so that one that is unfit takes no other with it.
    fn apply_all(&mut self, batch: &[Received]) -> Result<(), Stop> {
        if self.replica.apply_together(batch)? {
            self.report.frames += u64::try_from(batch.len()).unwrap_or(u64::MAX);
            return Ok(());
        }
        for Received { frame, bytes } in batch {
            self.apply(frame, bytes, Moves::Cursor)?;
        }
        Ok(())
    }

    /// Applies one frame in one transaction with its cursor, or puts it in quarantine.
    pub(super) fn apply(&mut self, frame: &Frame, bytes: &[u8], moves: Moves) -> Result<(), Stop> {
        let applied = self.replica.apply(frame, Digest::of(bytes), moves)?;
        match applied {
            Ok(()) => self.report.frames += 1,
            Err(reason) => {
                let (what, cursor) = what(frame);
                let cursor = (moves == Moves::Cursor).then_some(cursor).flatten();
                // An entry is the same object wherever it comes from; its frame names a place in the feed too.
                let entry = match frame {
                    Frame::Entry(frame) => bytes_of(&frame.entry).ok(),
                    Frame::Document(_)
                    | Frame::Changes(_)
                    | Frame::Snapshot(_)
                    | Frame::Revoke(_)
                    | Frame::End(_) => None,
                };
                let foreign = Foreign {
                    what,
                    content: entry.as_deref().unwrap_or(bytes),
                };
                self.quarantine(foreign, reason, cursor)?;
            }
        }
        Ok(())
    }

    fn quarantine(
        &mut self,
        foreign: Foreign<'_>,
        reason: &str,
        cursor: Option<Cursor>,
    ) -> Result<(), Stop> {
        tracing::warn!(
            what = foreign.what,
            reason,
            "a foreign object cannot be applied"
        );
        if self.replica.keep_in_quarantine(foreign, reason, cursor)? {
            self.report.quarantined += 1;
        }
        Ok(())
    }
}

/// A frame; none when it is not one, or would take more memory than a frame may.
fn read(bytes: &[u8]) -> Option<Frame> {
    minicbor::decode(counted(bytes).ok()?).ok()
}

/// Frames that wait to be applied together.
fn is_full(batch: &[Received]) -> bool {
    let size: usize = batch.iter().map(|received| received.bytes.len()).sum();
    batch.len() >= TOGETHER_FRAMES || size >= TOGETHER_BYTES
}

fn request(cursor: Option<Cursor>) -> HttpRequest {
    let path = match cursor {
        Some(cursor) => format!(
            "/sync/v1/pull?cursor={}.{}",
            cursor.server_epoch, cursor.seq
        ),
        None => "/sync/v1/pull".to_owned(),
    };
    HttpRequest {
        method: Method::Get,
        path,
        headers: vec![("accept-encoding".to_owned(), "zstd".to_owned())],
        body: Vec::new(),
    }
}

fn what(frame: &Frame) -> (&'static str, Option<Cursor>) {
    match frame {
        Frame::Document(frame) => ("document", Some(frame.cursor)),
        Frame::Changes(frame) => ("changes", Some(frame.cursor)),
        Frame::Entry(frame) => ("entry", Some(frame.cursor)),
        Frame::Snapshot(frame) => ("snapshot", Some(frame.cursor)),
        Frame::Revoke(frame) => ("revoke", Some(frame.cursor)),
        Frame::End(end) => ("end", Some(end.cursor)),
    }
}
