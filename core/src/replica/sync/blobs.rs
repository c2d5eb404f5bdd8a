//! The attachment lane: parts of entries, small ones first, in chunks. The server is asked which chunks it has, so that a
//! broken transfer goes on where it ended.

use std::collections::BTreeSet;

use crate::domain::ids::Digest;
use crate::protocol::{BLOB_CHUNK_BYTES, CHUNKS_HEADER};
use crate::replica::devices::Kind;
use crate::replica::sync::{HttpRequest, HttpResponse, Method, Run, Stop};
use crate::store::parts;
use crate::views::LaneResult;

/// What the server has of an attachment.
enum There {
    Complete,
    Chunks(BTreeSet<u32>),
}

impl Run<'_> {
    /// Sends every waiting part. One that the server refuses is left for the next run and does not stop the others.
    pub(super) fn blobs(&mut self) -> Result<(), Stop> {
        let waiting = self
            .replica
            .read(|connection| Ok(parts::waiting(connection)?))?;
        let mut refused = false;
        for digest in waiting {
            match self.send_part(digest) {
                Ok(()) => {}
                Err(Stop::Lane(LaneResult::BadAnswer)) => refused = true,
                Err(stop) => return Err(stop),
            }
        }
        if refused {
            return Err(LaneResult::BadAnswer.into());
        }
        Ok(())
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
            There::Complete => self.complete(digest),
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

    fn complete(&mut self, digest: Digest) -> Result<(), Stop> {
        self.replica.commit("complete_part", |commit| {
            for entry in parts::set_complete(commit.tx, digest)? {
                commit.refresh_entry(entry)?;
            }
            commit.changed(&[Kind::Sync, Kind::Stops]);
            Ok(())
        })?;
        self.report.parts += 1;
        Ok(())
    }
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
