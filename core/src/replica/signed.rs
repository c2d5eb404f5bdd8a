//! A signed paper, read from its sealed bytes, and whether they hold.

use rusqlite::Connection;

use crate::domain::ids::{DeviceId, Digest, EntryId};
use crate::domain::verification_code::VerificationCode;
use crate::journal::facts::{Acknowledgement, Fact};
use crate::journal::seal::SealedEntry;
use crate::journal::signer::verify_raw;
use crate::journal::{ChainHead, Entry};
use crate::protocol::{Envelope, PushAnswer, VerdictKind};
use crate::read_model::{devices, entries, people, positions, statements, stops};
use crate::rendition::{self, Rendition, Typeface, UnderSigned};
use crate::replica::error::or_not_found;
use crate::replica::papers::model_of;
use crate::replica::strokes::opens_commitment;
use crate::replica::{Replica, ReplicaError};
use crate::store::device::DeviceRow;
use crate::store::{self, outbox, parts};
use crate::views::{Check, SignedView, Verification, completeness};

impl Replica {
    /// `entry.read`: an acknowledgement exactly as it was shown and signed.
    ///
    /// # Errors
    /// `entry` is gone when there is no acknowledgement of that id here.
    pub fn signed(&self, id: EntryId) -> Result<SignedView, ReplicaError> {
        self.read(|connection| {
            let me = Self::me(connection)?;
            let row = or_not_found(entries::entry(connection, id)?, "entry")?;
            let sealed = or_not_found(store::entries::sealed(connection, id)?, "entry")?;
            let entry = sealed
                .open()
                .map_err(|_damaged| ReplicaError::Damaged("entry"))?;
            let Fact::Acknowledgement(paper) = &entry.fact else {
                return Err(ReplicaError::NotFound("entry"));
            };
            let timeline = match row.stop {
                Some(stop) => entries::timeline(connection, stop, None)?,
                None => Vec::new(),
            };
            let image = parts::content(connection, paper.image.digest)?;
            let site = match row.stop {
                Some(stop) => stops::parts(connection, stop)?.and_then(|parts| parts.site),
                None => None,
            };
            let radius_m = people::policy(connection)?
                .map_or(positions::USUAL_RADIUS_M, |policy| policy.site_radius_m);
            Ok(SignedView {
                entry: id,
                stop: row.stop,
                paper: paper.paper,
                statement: paper.statement,
                render_model_digest: paper.render_model,
                hash_short: paper.render_model.short(),
                hash: sealed.hash(),
                verification_code: VerificationCode::of(&sealed.hash()).to_string(),
                qr_svg: rendition::entry_qr_image(&sealed.hash()),
                total: paper.total,
                total_words: statements::in_words(paper.total),
                signer: paper.signer.clone(),
                stroke_consent: paper.stroke_consent,
                consents: paper.consents,
                effect: paper.effect.clone(),
                guarantors: paper.guarantors.clone().unwrap_or_default(),
                instalments: paper.instalments.clone().unwrap_or_default(),
                completeness: completeness(&row, &timeline),
                viewing: paper.viewing,
                at_ms: entry.made.wall.ms(),
                at: entry.made.wall.shanghai(),
                author_name: row.author_name,
                position: positions::position_row(row.at_ms, &paper.position, site, radius_m),
                verification: Verification {
                    signature: self.signature(connection, &me, (&entry, &sealed))?,
                    statement: statement_holds(paper),
                    strokes: strokes_hold(connection, paper)?,
                    image: holds(image.as_deref(), |image| {
                        Digest::of(image) == paper.image.digest
                    }),
                    receipt: receipt(connection, &me, id)?,
                },
                render_model: model_of(paper)?,
                image_svg: image.and_then(|image| String::from_utf8(image).ok()),
                state: row.state,
            })
        })
    }

    /// A signed paper as a PDF, to be handed over at once.
    ///
    /// # Errors
    /// As [`Replica::signed`]; [`ReplicaError::Rendition`] when it cannot be drawn.
    pub fn rendition(&self, id: EntryId, typeface: &Typeface) -> Result<Rendition, ReplicaError> {
        let view = self.signed(id)?;
        let (sealed, under) = self.read(|connection| {
            let sealed = or_not_found(store::entries::sealed(connection, id)?, "entry")?;
            let under = view
                .completeness
                .countersigned
                .iter()
                .map(|row| {
                    let image = parts::content(connection, row.image)?;
                    Ok(UnderSigned {
                        row: row.clone(),
                        image_svg: image.and_then(|image| String::from_utf8(image).ok()),
                    })
                })
                .collect::<Result<Vec<_>, ReplicaError>>()?;
            Ok((sealed, under))
        })?;
        Ok(rendition::signed(&view, &under, &sealed, typeface)?)
    }

    /// Reads this device's whole chain back: every sealed entry opens, what is signed by itself verifies, numbers and hashes
    /// follow each other up to the head. Answers how many entries were read. Entries of a scope that was dropped are gone
    /// from the device; they are passed by.
    ///
    /// # Errors
    /// [`ReplicaError::Damaged`].
    pub fn verify_chain(&self) -> Result<u64, ReplicaError> {
        const PAGE: u32 = 500;
        let damaged = ReplicaError::Damaged("chain");
        let key = self
            .signer()
            .public_key()
            .map_err(|_refused| ReplicaError::Key)?;
        self.read(|connection| {
            let me = Self::me(connection)?;
            let mut head: Option<ChainHead> = None;
            let mut count = 0;
            loop {
                let after = head.map_or(0, |head| head.seq);
                let page = store::entries::of_chain(connection, me.chain(), (after, PAGE))?;
                if page.is_empty() {
                    break;
                }
                for sealed in page {
                    let entry = sealed
                        .verify(&key)
                        .map_err(|_damaged| ReplicaError::Damaged("entry"))?;
                    if head.is_some_and(|head| entry.seq <= head.seq) {
                        return Err(ReplicaError::Damaged("chain"));
                    }
                    let follows = head.filter(|head| head.seq + 1 == entry.seq);
                    let before = follows.unwrap_or(ChainHead {
                        seq: entry.seq.saturating_sub(1),
                        hash: entry.previous,
                    });
                    let hash = sealed.hash();
                    let next = before.follow(me.chain(), &entry, hash);
                    head = Some(next.map_err(|_broken| ReplicaError::Damaged("chain"))?);
                    count += 1;
                }
            }
            match head {
                Some(head) if head.seq >= me.head.seq && head != me.head => Err(damaged),
                Some(_) | None => Ok(count),
            }
        })
    }

    fn signature(
        &self,
        connection: &Connection,
        me: &DeviceRow,
        (entry, sealed): (&Entry, &SealedEntry),
    ) -> Result<Check, ReplicaError> {
        let key = if entry.chain == me.chain() {
            self.signer().public_key().ok()
        } else {
            devices::device(connection, DeviceId(entry.chain.0))?.map(|row| row.public_key)
        };
        Ok(holds(key.as_deref(), |key| sealed.verify(key).is_ok()))
    }
}

fn holds(bytes: Option<&[u8]>, check: impl FnOnce(&[u8]) -> bool) -> Check {
    match bytes {
        None => Check::Unknown,
        Some(bytes) if check(bytes) => Check::Holds,
        Some(_) => Check::Broken,
    }
}

fn statement_holds(paper: &Acknowledgement) -> Check {
    let is_same_customer = paper
        .carried_statement()
        .is_some_and(|statement| statement.customer == paper.customer);
    let equal = paper.names_its_statement()
        && paper.names_what_was_drawn()
        && paper.total_fits()
        && is_same_customer;
    if equal { Check::Holds } else { Check::Broken }
}

fn strokes_hold(connection: &Connection, paper: &Acknowledgement) -> Result<Check, ReplicaError> {
    let part = parts::content(connection, paper.strokes.digest)?;
    Ok(holds(part.as_deref(), |part| {
        Digest::of(part) == paper.strokes.digest && opens_commitment(part, paper.stroke_commitment)
    }))
}

fn receipt(connection: &Connection, me: &DeviceRow, id: EntryId) -> Result<Check, ReplicaError> {
    let stored = outbox::receipt_of_entry(connection, id)?;
    Ok(match stored {
        None => Check::Unknown,
        Some((envelope, answer)) => {
            if receipt_holds(&me.server_key, &envelope, &answer).is_some() {
                Check::Holds
            } else {
                Check::Broken
            }
        }
    })
}

fn receipt_holds(server_key: &[u8], envelope: &[u8], answer: &[u8]) -> Option<()> {
    let offered: Envelope = minicbor::decode(envelope).ok()?;
    let answer: PushAnswer = minicbor::decode(answer).ok()?;
    let signed = PushAnswer::signed_bytes(&answer.verdicts, answer.time);
    verify_raw(server_key, &signed, &answer.signature).ok()?;
    answer
        .verdicts
        .iter()
        .any(|verdict| {
            verdict.id == offered.id
                && verdict.digest == Digest::of(envelope)
                && matches!(verdict.kind, VerdictKind::Admitted(_))
        })
        .then_some(())
}
