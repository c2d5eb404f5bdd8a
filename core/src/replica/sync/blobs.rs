//! The attachment lane: parts of entries, small ones first and several in a request, large ones in chunks. For those the
//! server is asked which chunks it has, so that a broken transfer goes on where it ended.

use std::collections::BTreeSet;

use crate::domain::ids::Digest;
use crate::protocol::parts::{PART_LIMIT_BYTES, PARTS_LIMIT, PARTS_LIMIT_BYTES, PartBytes};
use crate::protocol::{
    BLOB_CHUNK_BYTES, CHUNKS_HEADER, PartState, PartVerdict, PartsAnswer, PartsRequest,
};
use crate::replica::devices::Kind;
use crate::replica::sync::{HttpRequest, HttpResponse, Method, Run, Stop};
use crate::store::parts::{self, Waiting};
use crate::views::LaneResult;

/// What the server has of an attachment.
enum There {
    Complete,
    Chunks(BTreeSet<u32>),
}

impl Run<'_> {
    /// Sends every waiting part: small ones together, large ones in chunks. One that the server refuses is left for the next
    /// run and does not stop the others.
    pub(super) fn blobs(&mut self) -> Result<(), Stop> {
        let mut refused = None;
        let mut after = Waiting::default();
        loop {
            let waiting = self
                .replica
                .read(|connection| Ok(parts::waiting(connection, after)?))?;
            let Some(last) = waiting.last() else {
                break;
            };
            after = *last;
            for batch in batches(&waiting) {
                let sent = match batch {
                    [large] if large.size_bytes > PART_LIMIT_BYTES => self.send_part(large.digest),
                    small => self.send_parts(small),
                };
                match sent {
                    Ok(()) => {}
                    Err(Stop::Lane(why @ (LaneResult::BadAnswer | LaneResult::NoRoom))) => {
                        refused = refused.max(Some(why));
                    }
                    Err(stop) => return Err(stop),
                }
            }
        }
        match refused {
            Some(why) => Err(why.into()),
            None => Ok(()),
        }
    }

    fn send_parts(&mut self, batch: &[Waiting]) -> Result<(), Stop> {
        let contents = self.replica.read(|connection| {
            let mut contents = Vec::with_capacity(batch.len());
            for part in batch {
                contents.extend(parts::content(connection, part.digest)?.map(PartBytes));
            }
            Ok(contents)
        })?;
        let count = contents.len();
        let request = PartsRequest { parts: contents };
        let answer: PartsAnswer = self.post("/sync/v1/blobs", &request)?;
        let offered: BTreeSet<Digest> = batch.iter().map(|part| part.digest).collect();
        let of_ours = |verdict: &&PartVerdict| offered.contains(&verdict.digest);
        let complete: Vec<Digest> = answer
            .parts
            .iter()
            .filter(of_ours)
            .filter(|verdict| verdict.state == PartState::Complete)
            .map(|verdict| verdict.digest)
            .collect();
        self.complete(&complete)?;
        if complete.len() == count {
            Ok(())
        } else if answer
            .parts
            .iter()
            .any(|verdict| verdict.state == PartState::NoRoom)
        {
            Err(LaneResult::NoRoom.into())
        } else {
            Err(LaneResult::BadAnswer.into())
        }
    }

    fn send_part(&mut self, digest: Digest) -> Result<(), Stop> {
        let content = self
            .replica
            .read(|connection| Ok(parts::content(connection, digest)?))?;
        let Some(content) = content else {
            return Ok(());
        };
        let mut there = there(&self.ask(&HttpRequest {
            method: Method::Head,
            path: format!("/sync/v1/blobs/{digest}"),
            headers: Vec::new(),
            body: Vec::new(),
        })?)?;
        let chunks: Vec<&[u8]> = content.chunks(BLOB_CHUNK_BYTES).collect();
        let of = chunks.len();
        for (index, chunk) in (0_u32..).zip(chunks) {
            if let There::Chunks(have) = &there
                && !have.contains(&index)
            {
                there =
                    self.send_chunk(&format!("/sync/v1/blobs/{digest}/{index}?of={of}"), chunk)?;
            }
        }
        match there {
            There::Complete => self.complete(&[digest]),
            There::Chunks(_) => Err(LaneResult::BadAnswer.into()),
        }
    }

    fn send_chunk(&mut self, path: &str, chunk: &[u8]) -> Result<There, Stop> {
        let response = self.ask(&HttpRequest {
            method: Method::Put,
            path: path.to_owned(),
            headers: vec![(
                "content-type".to_owned(),
                "application/octet-stream".to_owned(),
            )],
            body: chunk.to_vec(),
        })?;
        if response.status == 404 {
            return Err(LaneResult::BadAnswer.into());
        }
        there(&response)
    }

    fn complete(&mut self, digests: &[Digest]) -> Result<(), Stop> {
        if digests.is_empty() {
            return Ok(());
        }
        self.replica.commit("complete_parts", |commit| {
            for digest in digests {
                for entry in parts::set_complete(commit.tx, *digest)? {
                    commit.refresh_entry(entry)?;
                }
            }
            commit.changed(&[Kind::Sync, Kind::Stops]);
            Ok(())
        })?;
        self.report.parts += u64::try_from(digests.len()).unwrap_or(u64::MAX);
        Ok(())
    }
}

/// Cuts waiting parts, which come small ones first, into what one request carries.
fn batches(waiting: &[Waiting]) -> Vec<&[Waiting]> {
    let mut batches = Vec::new();
    let mut rest = waiting;
    while !rest.is_empty() {
        let mut size = 0;
        let fitting = rest
            .iter()
            .take(PARTS_LIMIT)
            .take_while(|part| {
                size += part.size_bytes;
                part.size_bytes <= PART_LIMIT_BYTES && size <= PARTS_LIMIT_BYTES
            })
            .count();
        let (batch, behind) = rest.split_at(fitting.max(1));
        batches.push(batch);
        rest = behind;
    }
    batches
}

fn there(response: &HttpResponse) -> Result<There, Stop> {
    if response.status == 404 {
        return Ok(There::Chunks(BTreeSet::new()));
    }
    let header = response
        .headers
        .iter()
        .find(|(name, _value)| name.eq_ignore_ascii_case(CHUNKS_HEADER));
    let value = header.map(|(_name, value)| value.trim());
    match value {
        Some("complete") => Ok(There::Complete),
        Some("") => Ok(There::Chunks(BTreeSet::new())),
        Some(indices) => indices
            .split(',')
            .map(|index| index.trim().parse().ok())
            .collect::<Option<_>>()
            .map(There::Chunks)
            .ok_or_else(|| LaneResult::BadAnswer.into()),
        None => Err(LaneResult::BadAnswer.into()),
    }
}
