//! Ledger files that a clerk uploads: a browser's form is a door too.
//!
//! A workbook is a zip, whose checksums turn most damage away. So its parts are unpacked, one of them is damaged, and it is packed again.

use std::io::{Cursor, Read as _, Write as _};
use std::ops::Range;

use countersign_server::ledger_import::{Options, read};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::bytes::damaged;
use super::{Chance, Door, Offered, Outcome};

const FILES: [(&str, &[u8]); 5] = [
    (
        "clean.xlsx",
        include_bytes!("../../fixtures/ledgers/ledger-clean.xlsx"),
    ),
    (
        "messy.xlsx",
        include_bytes!("../../fixtures/ledgers/ledger-messy.xlsx"),
    ),
    (
        "legacy.xls",
        include_bytes!("../../fixtures/ledgers/ledger-legacy.xls"),
    ),
    (
        "gbk.csv",
        include_bytes!("../../fixtures/ledgers/ledger-gbk.csv"),
    ),
    (
        "utf8.csv",
        include_bytes!("../../fixtures/ledgers/ledger-utf8-bom.csv"),
    ),
];
/// Of a hundred cases so many are genuine.
const GENUINE_PERCENT: usize = 4;
/// Most of a part that is unpacked here.
const PART_LIMIT_BYTES: u64 = 4 << 20;

pub(super) fn cases(run: &mut super::Run<'_>, numbers: Range<u64>) {
    for number in numbers {
        let chance = &mut Chance::of(run.plan.seed, number);
        let Some((name, genuine)) = chance.one_of(&FILES) else {
            return;
        };
        let (bytes, how) = offered(genuine, chance);
        let kind = if bytes == *genuine {
            Offered::Genuine
        } else {
            Offered::Damaged
        };
        run.note(&bytes);
        let case = format!("upload case {number} ({name}, {how})");
        run.offer(Door::Uploads, kind, &case, || {
            let import = read(&bytes, name, &Options::default(), &mut |_done, _total| {});
            Ok(match import {
                Ok(_import) => Outcome::Admitted,
                Err(error) => Outcome::Refused(error.key().to_owned()),
            })
        });
    }
}

fn offered(genuine: &[u8], chance: &mut Chance) -> (Vec<u8>, &'static str) {
    if chance.percent(GENUINE_PERCENT) {
        return (genuine.to_vec(), "genuine");
    }
    if genuine.starts_with(b"PK")
        && chance.percent(80)
        && let Some(bytes) = repacked(genuine, chance)
    {
        return (bytes, "repacked");
    }
    (damaged(genuine, chance), "raw")
}

/// The zip with one of its parts damaged.
fn repacked(genuine: &[u8], chance: &mut Chance) -> Option<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(genuine)).ok()?;
    let hit = chance.below(archive.len());
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let part = archive.by_index(index).ok()?;
        let name = part.name().to_owned();
        let mut content = Vec::new();
        part.take(PART_LIMIT_BYTES).read_to_end(&mut content).ok()?;
        if index == hit {
            content = damaged_markup(&content, chance);
        }
        out.start_file(name, SimpleFileOptions::default()).ok()?;
        out.write_all(&content).ok()?;
    }
    Some(out.finish().ok()?.into_inner())
}

/// Damage to bytes, or numbers in a markup's values that claim much: `r="A1048576"`, `count="4294967295"`.
fn damaged_markup(content: &[u8], chance: &mut Chance) -> Vec<u8> {
    let digits: Vec<usize> = content
        .iter()
        .enumerate()
        .filter(|(_at, byte)| byte.is_ascii_digit())
        .map(|(at, _byte)| at)
        .collect();
    match chance.one_of(&digits) {
        Some(at) if chance.percent(60) => {
            let mut out = content.to_vec();
            out.splice(*at..=*at, chance.edge().to_string().into_bytes());
            out
        }
        Some(_) | None => damaged(content, chance),
    }
}
