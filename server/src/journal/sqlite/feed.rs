//! Reading a feed.
//!
//! The table `feed` says which rows concern a reader. A row is sent when the reader still holds its scope and was granted
//! it before; what came earlier is sent with the grant's own row, all of the scope at once. Of a document the first row
//! met brings everything up to now: the whole when it is new to the device, else all its runs since. Later rows of it are
//! then behind what was sent and fall away.

use std::collections::BTreeMap;

use countersign_core::domain::ids::{ChainId, DocumentId, UserId};
use countersign_core::journal::Scope;
use countersign_core::protocol::push::Run;
use rusqlite::{Connection, OptionalExtension, named_params};

use super::read::{actors, document, head, standing};
use super::write::{DOCUMENT, ENTRY, EVERYBODY, GRANT, REVOKE, RUN, SNAPSHOT};
use super::{int, number};
use crate::journal::{FeedBody, FeedItem, FeedPage, FeedRequest, GoesOn, JournalError};

/// Changes of more than this are sent as the whole document instead: it is bounded, and fits a frame.
const CHANGES_LIMIT_BYTES: u64 = 1 << 20;

/// A row of the feed before its bytes are read.
struct Place {
    seq: u64,
    kind: i64,
    scope: i64,
    object: Vec<u8>,
    chain: Option<ChainId>,
}

struct Reading<'a> {
    db: &'a Connection,
    reader: i64,
    start: u64,
    own: Option<ChainId>,
    head: u64,
    sent: &'a mut BTreeMap<DocumentId, u64>,
    items: Vec<FeedItem>,
    size_bytes: usize,
}

/// One page of a user's feed.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the request lends its list of what was sent for one reading"
)]
pub(super) fn page(db: &Connection, request: FeedRequest<'_>) -> Result<FeedPage, JournalError> {
    let standing = standing(db, request.user)?;
    let mut reading = Reading {
        db,
        reader: reader_of(db, request.user)?,
        start: request.start,
        own: request.own,
        head: head(db)?,
        sent: request.sent,
        items: Vec::new(),
        size_bytes: 0,
    };
    let mut at = request.after;
    while at < standing.seq && reading.size_bytes < request.limit_bytes {
        let places = reading.places(at)?;
        let Some(last) = places.last().map(|place| place.seq) else {
            at = standing.seq;
            break;
        };
        at = last;
        for place in places {
            let seq = place.seq;
            reading.send(&place, at_before(seq))?;
            if let Some(item) = reading.items.last_mut()
                && item.cursor == at_before(seq)
            {
                item.cursor = seq;
            }
            if reading.size_bytes >= request.limit_bytes {
                at = seq;
                break;
            }
        }
    }
    let goes_on = if at < standing.seq {
        GoesOn::Yes
    } else {
        GoesOn::No
    };
    Ok(FeedPage {
        items: reading.items,
        end: at,
        goes_on,
        digest: standing.digest,
    })
}

/// Until the last object of a row has been sent, the device has everything only up to the row before.
fn at_before(seq: u64) -> u64 {
    seq.saturating_sub(1)
}

fn reader_of(db: &Connection, user: UserId) -> Result<i64, JournalError> {
    Ok(db
        .prepare_cached("select reader from readers where user = :user")?
        .query_row(named_params! { ":user": user.as_bytes() }, |row| row.get(0))
        .optional()?
        .unwrap_or(EVERYBODY))
}

impl Reading<'_> {
    fn places(&self, after: u64) -> Result<Vec<Place>, JournalError> {
        let mut query = self.db.prepare_cached(
            "select seq, kind, scope, object, chain from rows where seq in (
                 select seq from feed where reader = :reader and seq > :after
                 union select seq from feed where reader = :everybody and seq > :after
                 order by seq limit 500)
             order by seq",
        )?;
        let rows = query.query_map(
            named_params! { ":reader": self.reader, ":everybody": EVERYBODY, ":after": int(after) },
            |row| {
                Ok(Place {
                    seq: number(row, 0)?,
                    kind: row.get(1)?,
                    scope: row.get(2)?,
                    object: row.get(3)?,
                    chain: row.get::<_, Option<[u8; 16]>>(4)?.map(ChainId::from_bytes),
                })
            },
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn send(&mut self, place: &Place, cursor: u64) -> Result<(), JournalError> {
        let held_since = self.held_since(place.scope)?;
        match (place.kind, held_since) {
            (GRANT, Some(since)) if since == place.seq => self.send_scope(place, cursor),
            (REVOKE, None) if self.start > 0 => {
                let scope = self.scope(place.scope)?;
                self.push(cursor, FeedBody::Revoke(scope), 32);
                Ok(())
            }
            (GRANT | REVOKE, _) | (_, None) => Ok(()),
            (_, Some(since)) if since > place.seq => Ok(()),
            (_, Some(since)) => self.send_object(place, since, cursor),
        }
    }

    /// Everything that was in the scope when it was granted.
    fn send_scope(&mut self, grant: &Place, cursor: u64) -> Result<(), JournalError> {
        let mut query = self.db.prepare_cached(
            "select seq, kind, object, chain from rows
             where scope = :scope and seq < :seq and kind in (1, 2, 4) order by seq",
        )?;
        let before: Vec<Place> = query
            .query_map(
                named_params! { ":scope": grant.scope, ":seq": int(grant.seq) },
                |row| {
                    Ok(Place {
                        seq: number(row, 0)?,
                        kind: row.get(1)?,
                        scope: grant.scope,
                        object: row.get(2)?,
                        chain: row.get::<_, Option<[u8; 16]>>(3)?.map(ChainId::from_bytes),
                    })
                },
            )?
            .collect::<Result<_, _>>()?;
        // A device that gets a scope back has dropped its own entries in it too.
        let own = self.own.take();
        let sent = before
            .iter()
            .try_for_each(|place| self.send_object(place, grant.seq, cursor));
        self.own = own;
        sent
    }

    fn send_object(&mut self, place: &Place, since: u64, cursor: u64) -> Result<(), JournalError> {
        match place.kind {
            DOCUMENT | RUN => self.send_document(place, since, cursor),
            ENTRY if self.own.is_some() && place.chain == self.own => Ok(()),
            ENTRY => {
                let bytes = self.bytes(place.seq)?;
                self.push(
                    cursor,
                    FeedBody::Entry(minicbor::decode(&bytes)?),
                    bytes.len(),
                );
                Ok(())
            }
            SNAPSHOT => {
                let bytes = self.bytes(place.seq)?;
                let scope = self.scope(place.scope)?;
                self.push(
                    cursor,
                    FeedBody::Snapshot(scope, minicbor::decode(&bytes)?),
                    bytes.len(),
                );
                Ok(())
            }
            _unknown => Ok(()),
        }
    }

    fn send_document(
        &mut self,
        place: &Place,
        since: u64,
        cursor: u64,
    ) -> Result<(), JournalError> {
        let id = <[u8; 16]>::try_from(place.object.as_slice())
            .map(DocumentId::from_bytes)
            .map_err(|_length| minicbor::decode::Error::message("an id has 16 bytes"))?;
        let complete = self.sent.get(&id).copied();
        if complete.is_some_and(|seq| place.seq <= seq) {
            return Ok(());
        }
        let created: u64 = self
            .db
            .prepare_cached("select created_seq from documents where id = :id")?
            .query_one(named_params! { ":id": id.as_bytes() }, |row| number(row, 0))?;
        let is_new = complete.is_none() && created.max(since) > self.start;
        let after = complete.unwrap_or(self.start);
        if is_new || self.runs_size(id, after)? > CHANGES_LIMIT_BYTES {
            if let Some(stored) = document(self.db, id)? {
                let size = stored.whole.bytes.len();
                self.push(cursor, FeedBody::Document(id, Box::new(stored)), size);
            }
        } else {
            self.send_runs(id, after, cursor)?;
        }
        self.sent.insert(id, self.head);
        Ok(())
    }

    fn runs_size(&self, id: DocumentId, after: u64) -> Result<u64, JournalError> {
        Ok(self
            .db
            .prepare_cached(
                "select coalesce(sum(length(bytes)), 0) from rows where object = :object and kind = 3 and seq > :after",
            )?
            .query_one(
                named_params! { ":object": id.as_bytes(), ":after": int(after) },
                |row| number(row, 0),
            )?)
    }

    fn send_runs(&mut self, id: DocumentId, after: u64, cursor: u64) -> Result<(), JournalError> {
        let mut query = self.db.prepare_cached(
            "select bytes from rows where object = :object and kind = 3 and seq > :after
               and (:own is null or chain <> :own) order by seq",
        )?;
        let runs: Vec<Vec<u8>> = query
            .query_map(
                named_params! {
                    ":object": id.as_bytes(),
                    ":after": int(after),
                    ":own": self.own.as_ref().map(|own| own.as_bytes().as_slice()),
                },
                |row| row.get(0),
            )?
            .collect::<Result<_, _>>()?;
        if runs.is_empty() {
            return Ok(());
        }
        let size = runs.iter().map(Vec::len).sum();
        let runs: Vec<Run> = runs
            .iter()
            .map(|bytes| minicbor::decode(bytes))
            .collect::<Result<_, _>>()?;
        let mut actors = actors(self.db, id)?;
        actors.retain(|actor| {
            runs.iter()
                .any(|run| run.chain == actor.chain && run.actor_epoch == actor.actor_epoch)
        });
        self.push(cursor, FeedBody::Changes(runs, actors), size);
        Ok(())
    }

    /// Since when the reader holds the scope; 0 for what everybody holds.
    fn held_since(&self, scope: i64) -> Result<Option<u64>, JournalError> {
        let granted = self
            .db
            .prepare_cached("select seq from grants where reader = :reader and scope = :scope")?
            .query_row(
                named_params! { ":reader": self.reader, ":scope": scope },
                |row| number(row, 0),
            )
            .optional()?;
        match granted {
            Some(seq) => Ok(Some(seq)),
            None => Ok(match self.scope(scope)? {
                Scope::Organisation => Some(0),
                Scope::Office
                | Scope::Plan(_)
                | Scope::Stop(_)
                | Scope::Customer(_)
                | Scope::Person(_)
                | Scope::Book(_) => None,
            }),
        }
    }

    fn scope(&self, ordinal: i64) -> Result<Scope, JournalError> {
        let name: Vec<u8> = self
            .db
            .prepare_cached("select name from scopes where scope = :scope")?
            .query_one(named_params! { ":scope": ordinal }, |row| row.get(0))?;
        Ok(minicbor::decode(&name)?)
    }

    fn bytes(&self, seq: u64) -> Result<Vec<u8>, JournalError> {
        Ok(self
            .db
            .prepare_cached("select bytes from rows where seq = :seq")?
            .query_one(named_params! { ":seq": int(seq) }, |row| row.get(0))?)
    }

    fn push(&mut self, cursor: u64, body: FeedBody, size_bytes: usize) {
        self.size_bytes += size_bytes + 64;
        self.items.push(FeedItem { cursor, body });
    }
}
