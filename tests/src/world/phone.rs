//! A phone: a folder, the replica in it, and a way to the server.

use std::path::{Path, PathBuf};

use countersign_core::domain::ids::{ChainId, DeviceId, Digest, EntryId, SigningId, StopId};
use countersign_core::domain::money::{Currency, Money};
use countersign_core::domain::position::{Crs, FixSource, RawFix};
use countersign_core::domain::signer::{Capacity, SealCondition};
use countersign_core::journal::SoftwareSigner;
use countersign_core::journal::facts::{
    Consent, Consents, OutcomeKind, PartKind, PositionReport, Signer, StrokeConsent, Viewing,
};
use countersign_core::papers::PaperDraft;
use countersign_core::protocol::{Envelope, Object};
use countersign_core::replica::{
    Devices, Enrolment, NewPart, OutcomeRecord, Page, Presence, PromiseRecord, Replica,
    ReplicaError, SigningBegin, SigningFinish, SigningStroke, StopEdit, export_unsent,
};
use countersign_core::views::{LaneResult, StopRow, StopView, StrokeRow, SyncReport};
use minicbor::bytes::ByteVec;
use rusqlite::{Connection, OpenFlags};

use super::Network;

/// A phone in somebody's hand.
#[derive(Debug)]
pub struct Phone {
    /// Its replica.
    pub replica: Replica,
    /// Its network.
    pub network: Network,
    folder: PathBuf,
    devices: Devices,
    number: u64,
}

impl Phone {
    pub(super) fn open(folder: PathBuf, devices: Devices, network: Network, number: u64) -> Self {
        let replica = Replica::open(&folder, devices.clone()).unwrap();
        Self {
            replica,
            network,
            folder,
            devices,
            number,
        }
    }

    /// Copies what is on the phone's disk.
    pub fn copy_folder(&self, to: &Path) {
        std::fs::create_dir_all(to).unwrap();
        for item in std::fs::read_dir(&self.folder).unwrap() {
            let item = item.unwrap();
            // The index of the write-ahead log belongs to the running process.
            if !item.file_name().to_str().unwrap().ends_with("-shm") {
                std::fs::copy(item.path(), to.join(item.file_name())).unwrap();
            }
        }
    }

    /// Binds the phone with a code.
    pub fn enrol(&self, code: &str, name: &str) {
        self.try_to_enrol(code, name).unwrap();
    }

    /// The same where it may be refused.
    pub fn try_to_enrol(&self, code: &str, name: &str) -> Result<(), ReplicaError> {
        let enrolment = Enrolment {
            server_url: "http://server.test".to_owned(),
            code: code.to_owned(),
            name: format!("{name} {}", self.number),
        };
        self.replica.enrol(&enrolment, &self.network)?;
        Ok(())
    }

    /// Every envelope that has no receipt, from what the phone's folder exports without its program.
    pub fn unsent(&self) -> Vec<Envelope> {
        let bytes = export_unsent(&self.folder).unwrap();
        let (_version, envelopes, _parts): (u8, Vec<ByteVec>, Vec<ByteVec>) =
            minicbor::decode(&bytes).unwrap();
        envelopes
            .iter()
            .map(|bytes| minicbor::decode(bytes).unwrap())
            .collect()
    }

    /// The key of a phone in the wrong hands.
    pub fn key(&self) -> SoftwareSigner {
        let bytes = std::fs::read(self.folder.join("device.key")).unwrap();
        SoftwareSigner::from_bytes(&bytes.try_into().unwrap()).unwrap()
    }

    /// Under which id the server knows it.
    pub fn device(&self) -> DeviceId {
        self.rows("select device from device", |row| {
            let id: String = row.get(0)?;
            Ok(id.parse().unwrap())
        })
        .pop()
        .unwrap()
    }

    /// The entries in what the phone's folder exports without its program.
    pub fn exported(&self) -> Vec<EntryId> {
        self.unsent()
            .into_iter()
            .filter_map(|envelope: Envelope| match envelope.object {
                Object::Entry(sealed) => Some(sealed.open().unwrap().id),
                Object::Run(_) => None,
            })
            .collect()
    }

    /// The app dies without a word and is started again.
    #[must_use]
    pub fn killed_and_restarted(self) -> Self {
        let Self {
            replica: dead,
            network,
            folder,
            devices,
            number,
        } = self;
        drop(dead);
        Self::open(folder, devices, network, number)
    }

    /// One exchange with the server, whatever comes of it.
    pub fn sync(&self) -> SyncReport {
        self.replica.sync(&self.network).unwrap()
    }

    /// Exchanges until a round has nothing left to do; at most three rounds, as the harness promises.
    pub fn sync_to_rest(&self) -> SyncReport {
        let mut report = self.sync();
        for _round in 0..2 {
            let is_done = [report.push, report.pull, report.blobs]
                .iter()
                .all(|lane| *lane == LaneResult::Done);
            if is_done && report.pushed == 0 && report.frames <= 1 && report.parts == 0 {
                break;
            }
            report = self.sync();
        }
        assert_eq!(
            (report.push, report.pull, report.blobs),
            (LaneResult::Done, LaneResult::Done, LaneResult::Done),
            "an exchange over a whole network ends within three rounds"
        );
        report
    }

    /// Today's stops.
    pub fn stops(&self) -> Vec<StopRow> {
        self.replica.today(Page::default()).unwrap().stops
    }

    /// The stop at `customer`, by a part of its name.
    pub fn stop_at(&self, customer: &str) -> StopId {
        let stops = self.stops();
        let found = stops.iter().find(|row| row.name.contains(customer));
        found
            .unwrap_or_else(|| panic!("no stop at {customer} among {}", stops.len()))
            .stop
    }

    /// A stop's screen.
    pub fn stop(&self, stop: StopId) -> StopView {
        self.replica.stop(stop).unwrap()
    }

    /// Checks in with a good fix.
    pub fn check_in(&self, stop: StopId) -> EntryId {
        self.replica
            .check_in(&Presence {
                stop,
                position: here(),
            })
            .unwrap()
            .entry
    }

    /// Types into a field.
    pub fn write(&self, stop: StopId, field: &str, value: &str) {
        let edit = StopEdit {
            stop,
            field: field.to_owned(),
            value: value.to_owned(),
            base: None,
        };
        self.replica.edit_stop(&edit).unwrap();
    }

    /// Opens the pad for the customer's legal representative.
    pub fn begin_signing(&self, stop: StopId) -> SigningId {
        self.replica
            .begin_signing(&Self::representative(stop))
            .unwrap()
            .signing
    }

    /// The customer's legal representative, who agrees to everything and signs the statement.
    #[must_use]
    pub fn representative(stop: StopId) -> SigningBegin {
        SigningBegin {
            stop,
            signer: Signer {
                name: "样例李某".to_owned(),
                title: "总经理".to_owned(),
                capacity: Capacity::LegalRepresentative,
                proof: "营业执照".to_owned(),
            },
            stroke_consent: StrokeConsent::Given,
            consents: Consents {
                agreed_method: Consent::Given,
                personal_data: Consent::Given,
            },
            viewing: Viewing {
                opened_ms: 1,
                scrolled_to_end_ms: Some(2),
                total_confirmed_ms: Some(3),
            },
            paper: PaperDraft::Statement,
            guarantors: Vec::new(),
            seal: SealCondition::NotAgreed,
        }
    }

    /// Draws one stroke, different for each number.
    pub fn draw(&self, signing: SigningId, number: i32) {
        self.replica
            .add_stroke(&SigningStroke {
                signing,
                stroke: stroke(number),
            })
            .unwrap();
    }

    /// Seals what was drawn.
    pub fn finish_signing(&self, signing: SigningId) -> EntryId {
        self.replica
            .finish_signing(&SigningFinish {
                signing,
                position: here(),
            })
            .unwrap()
            .entry
    }

    /// The whole ceremony.
    pub fn take_signature(&self, stop: StopId) -> EntryId {
        let signing = self.begin_signing(stop);
        for number in 0..3 {
            self.draw(signing, number);
        }
        self.finish_signing(signing)
    }

    /// Records a promise.
    pub fn promise(&self, stop: StopId, amount: &str, due: &str) -> EntryId {
        let amount = Money::parse(Currency::Cny, amount).unwrap();
        let promise = PromiseRecord {
            stop,
            amount,
            due: due.parse().unwrap(),
            signer: None,
        };
        self.replica.promise(&promise).unwrap().entry
    }

    /// Records how the stop ended.
    pub fn outcome(&self, stop: StopId, kind: OutcomeKind) -> EntryId {
        let outcome = OutcomeRecord {
            stop,
            kind,
            reason: None,
            summary: "已当面核对".to_owned(),
        };
        self.replica.outcome(&outcome).unwrap().entry
    }

    /// Attaches a photo with a thumbnail.
    pub fn attach(&self, stop: StopId, kind: PartKind, content: &[u8]) -> EntryId {
        let part = NewPart {
            stop,
            about: None,
            kind,
            media_type: "image/jpeg".to_owned(),
            name: "IMG_0001.jpg".to_owned(),
            caption: String::new(),
            position: here(),
        };
        let thumbnail = photo(9_000);
        self.replica
            .attach(&part, content, Some(&thumbnail))
            .unwrap()
            .entry
    }

    /// Chain, number and hash of every entry that this device made, read past the replica.
    pub fn own_entries(&self) -> Vec<(ChainId, u64, Digest)> {
        self.rows(
            "select e.chain, e.seq, e.hash from sealed_entries e, device d where e.chain = d.device order by e.seq",
            |row| {
                let chain: String = row.get(0)?;
                let seq: i64 = row.get(1)?;
                let hash: String = row.get(2)?;
                let chain = ChainId(chain.parse().unwrap());
                Ok((chain, u64::try_from(seq).unwrap(), hash.parse().unwrap()))
            },
        )
    }

    /// Id and payload of every entry that this phone holds, read past the replica.
    pub fn entry_payloads(&self) -> Vec<(EntryId, Vec<u8>)> {
        self.rows("select entry, payload from sealed_entries", |row| {
            let id: String = row.get(0)?;
            Ok((id.parse().unwrap(), row.get(1)?))
        })
    }

    /// The bytes of what this phone made beside changes: entries with their signatures, and attachments.
    pub fn own_bytes(&self) -> Vec<Vec<u8>> {
        let mut own = self.rows(
            "select e.payload, e.signature from sealed_entries e, device d where e.chain = d.device",
            joined,
        );
        own.extend(self.rows("select distinct content, null from parts", joined));
        own
    }

    /// The bytes of all that this phone holds: documents as saved, entries and snapshots with their signatures.
    pub fn held_bytes(&self) -> Vec<Vec<u8>> {
        self.rows(
            "select content, null from documents union all select payload, signature from sealed_entries
             union all select payload, signature from sealed_snapshots",
            joined,
        )
    }

    /// Documents and digests of their heads.
    pub fn document_heads(&self) -> Vec<(String, String)> {
        self.rows(
            "select document, heads from documents order by document",
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }

    fn rows<T>(
        &self,
        sql: &str,
        read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Vec<T> {
        let connection = beside(&self.folder);
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], read).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }
}

/// Two columns of bytes, the second of which may be null.
fn joined(row: &rusqlite::Row<'_>) -> rusqlite::Result<Vec<u8>> {
    let mut bytes: Vec<u8> = row.get(0)?;
    bytes.extend(row.get::<_, Option<Vec<u8>>>(1)?.unwrap_or_default());
    Ok(bytes)
}

fn beside(folder: &Path) -> Connection {
    Connection::open_with_flags(
        folder.join("replica.sqlite"),
        OpenFlags::SQLITE_OPEN_READ_ONLY,
    )
    .unwrap()
}

/// A fix at the sample site.
pub fn here() -> PositionReport {
    PositionReport::Fix(RawFix {
        lat_e7: 312_304_000,
        lon_e7: 1_214_737_000,
        crs: Crs::Wgs84,
        accuracy_mm: 12_000,
        age_ms: 900,
        provider: "gps".to_owned(),
        source: FixSource::Measured,
    })
}

/// So many bytes that begin as a JPEG does and repeat nowhere.
pub fn photo(size_bytes: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let noise = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[0]
    });
    b"\xff\xd8\xff\xe0"
        .iter()
        .copied()
        .chain(noise)
        .take(size_bytes)
        .collect()
}

fn stroke(number: i32) -> StrokeRow {
    let points = 0..24;
    StrokeRow {
        pointer: "touch".to_owned(),
        cancelled: false,
        x: points
            .clone()
            .map(|i| 2_000 + i * 700 + number * 300)
            .collect(),
        y: points
            .clone()
            .map(|i| 6_000 + (i % 5) * 900 + number * 2_500)
            .collect(),
        t: points
            .clone()
            .map(|i| i64::from(i) * 12 + i64::from(number) * 600)
            .collect(),
        p: points.map(|_| 400).collect(),
    }
}
