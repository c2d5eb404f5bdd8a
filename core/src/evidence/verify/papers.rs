//! Each signed paper: what was shown, what it was made from, and the files that belong to it.

use std::collections::BTreeSet;

use super::{Examination, Opened, why};
use crate::domain::ids::Digest;
use crate::domain::position::{Crs, FixSource};
use crate::domain::statement_text::grouped_digits;
use crate::evidence::bundle::{ObjectKind, fingerprint};
use crate::evidence::report::{Line, Value};
use crate::journal::facts::{
    Acknowledgement, Consent, Countersignature, Fact, Part, PositionReport,
};
use crate::replica::{draws, opens_commitment};

impl Examination<'_> {
    /// What stands about an entry's own content.
    pub(super) fn paper(&self, one: &Opened, said: &mut Vec<Line>) {
        let fact = &one.entry.fact;
        if let Fact::Acknowledgement(paper) = fact {
            self.acknowledgement(paper, said);
        } else if let Fact::Countersignature(fact) = fact {
            self.countersignature(fact, said);
        } else if let Fact::CompanySeal(fact) = fact {
            said.push(self.part(fact.photo, "photo"));
            said.push(Line::not_proved("seal-reading").with("reads", fact.reads.clone()));
        } else if let Fact::Attached(fact) = fact {
            said.push(self.part(fact.content, "attached"));
            said.push(position(&fact.position));
        } else if let Fact::CheckIn(report) | Fact::CheckOut(report) = fact {
            said.push(position(report));
        }
    }

    fn acknowledgement(&self, paper: &Acknowledgement, said: &mut Vec<Line>) {
        self.statement(paper, said);
        said.push(drawn(paper));
        said.push(if paper.total_fits() {
            Line::proved("paper-total")
                .with("total", grouped_digits(paper.total))
                .with("currency", paper.total.currency().code())
        } else {
            Line::wrong("paper-total-differs")
        });
        said.push(self.method(paper));
        said.push(match &paper.effect {
            Some(effect) => Line::proved("paper-effect")
                .with("lines", effect.lines.len().to_string())
                .with("version", effect.rule_version.to_string()),
            None => Line::not_proved("paper-effect-absent"),
        });
        self.signature((paper.strokes, paper.image), paper.stroke_commitment, said);
        let signer = &paper.signer;
        let capacity = serde_json::to_value(signer.capacity);
        let capacity = capacity
            .ok()
            .and_then(|word| word.as_str().map(str::to_owned));
        said.push(
            Line::not_proved("signer-as-recorded")
                .with("name", signer.name.clone())
                .with("title", signer.title.clone())
                .with("proof", signer.proof.clone())
                .with(
                    "capacity",
                    Value::Word("capacity", capacity.unwrap_or_default().replace('_', "-")),
                ),
        );
        said.push(Line::not_proved(
            if paper.viewing.scrolled_to_end_ms.is_some() {
                "viewing-to-the-end"
            } else {
                "viewing-not-to-the-end"
            },
        ));
        said.push(position(&paper.position));
    }

    fn countersignature(&self, fact: &Countersignature, said: &mut Vec<Line>) {
        self.signature((fact.strokes, fact.image), fact.stroke_commitment, said);
        said.push(Line::not_proved("countersigner-as-recorded").with("name", fact.name.clone()));
        said.push(position(&fact.position));
    }

    fn statement(&self, paper: &Acknowledgement, said: &mut Vec<Line>) {
        if !paper.names_its_statement() {
            said.push(Line::wrong("statement-differs"));
            return;
        }
        let Some(statement) = paper.carried_statement() else {
            said.push(Line::wrong("statement-unreadable"));
            return;
        };
        if statement.customer != paper.customer
            || statement.organisation != self.manifest.organisation
        {
            said.push(Line::wrong("statement-of-another"));
            return;
        }
        let server = &self.manifest.server_key;
        let line = match self.statements.get(&paper.statement) {
            None => Line::not_proved("statement-signature-absent"),
            Some(snapshot) => match snapshot.verify(server) {
                Ok(_snapshot) => Line::proved("statement-signed")
                    .with("cut_off", statement.cut_off.to_string())
                    .by(fingerprint(server)),
                Err(error) => Line::wrong("statement-signature-broken").with("why", why(&error)),
            },
        };
        said.push(line.with("hash", paper.statement.to_string()));
    }

    fn method(&self, paper: &Acknowledgement) -> Line {
        let agreed = paper.consents.map(|consents| consents.agreed_method);
        match (self.clauses.get(&paper.agreed_method), agreed) {
            (_, Some(Consent::Withheld)) => Line::wrong("method-withheld"),
            (Some(text), _) => Line::proved("method-held").with("text", *text),
            (None, _) => {
                Line::not_proved("method-absent").with("hash", paper.agreed_method.to_string())
            }
        }
    }

    /// Strokes and drawing of one signature.
    fn signature(&self, (strokes, image): (Part, Part), commitment: Digest, said: &mut Vec<Line>) {
        let part = self.part(strokes, "strokes");
        let bytes = self.parts.get(&strokes.digest);
        said.push(match bytes {
            Some(bytes) if !opens_commitment(bytes, commitment) => Line::wrong("strokes-differ"),
            _ => part,
        });
        let held = self.part(image, "image");
        let drawing = self.parts.get(&image.digest);
        said.push(held);
        if let Some((strokes, drawing)) = bytes.zip(drawing) {
            said.push(if draws(strokes, drawing) {
                Line::proved("image-of-the-strokes")
            } else {
                Line::not_proved("image-not-of-the-strokes")
            });
        }
    }

    /// A file that an entry names: its hash is that of the list, so its size is what is left to compare.
    fn part(&self, part: Part, noun: &'static str) -> Line {
        let line = match self.parts.get(&part.digest) {
            None => Line::not_proved("part-absent"),
            Some(bytes) if u64::try_from(bytes.len()) == Ok(part.size_bytes) => {
                Line::proved("part-held")
            }
            Some(_other) => Line::wrong("part-size-differs"),
        };
        line.with("part", Value::Word("part", noun.to_owned()))
            .with("hash", part.digest.to_string())
            .with("size", part.size_bytes.to_string())
    }

    /// Objects that nothing in the bundle names.
    pub(super) fn unused(&self) -> Vec<Line> {
        let facts = || self.entries.iter().map(|one| &one.entry.fact);
        let papers = || facts().filter_map(Fact::paper);
        let parts: BTreeSet<Digest> = facts()
            .flat_map(Fact::parts)
            .map(|part| part.digest)
            .collect();
        let clauses: BTreeSet<Digest> = papers().map(|paper| paper.agreed_method).collect();
        let statements: BTreeSet<Digest> = papers().map(|paper| paper.statement).collect();
        let is_named = |kind: ObjectKind, digest: Digest| match kind {
            ObjectKind::Part => parts.contains(&digest),
            ObjectKind::Clause => clauses.contains(&digest),
            ObjectKind::Entry
            | ObjectKind::Statement
            | ObjectKind::Receipt
            | ObjectKind::Admission
            | ObjectKind::ReadingCopy
            | ObjectKind::LogProof
            | ObjectKind::Unknown(_) => true,
        };
        let mut lines: Vec<Line> = self
            .objects()
            .filter(|(kind, digest, _bytes)| !is_named(*kind, *digest))
            .map(|(kind, digest, _bytes)| unnamed(kind, digest))
            .collect();
        lines.extend(
            self.statements
                .keys()
                .filter(|id| !statements.contains(id))
                .map(|id| unnamed(ObjectKind::Statement, *id)),
        );
        lines
    }
}

fn unnamed(kind: ObjectKind, digest: Digest) -> Line {
    Line::wrong("object-unnamed")
        .with("object", Value::Word("object", kind.word().to_owned()))
        .with("hash", digest.to_string())
}

fn drawn(paper: &Acknowledgement) -> Line {
    match paper.drawn() {
        Some(model) if paper.names_what_was_drawn() => Line::proved("paper-drawn")
            .with("title", model.title)
            .with("template", model.template)
            .with("version", model.template_version.to_string())
            .with("hash", paper.render_model.to_string()),
        Some(_) | None => Line::wrong("paper-drawn-differs"),
    }
}

fn position(report: &PositionReport) -> Line {
    match report {
        PositionReport::Fix(fix) => {
            let key = match fix.source {
                FixSource::Measured => "position-as-recorded",
                FixSource::Mocked => "position-mocked",
            };
            Line::not_proved(key)
                .with("latitude", degrees(fix.lat_e7))
                .with("longitude", degrees(fix.lon_e7))
                .with("crs", system(fix.crs))
                .with("accuracy", fix.accuracy_mm.div_ceil(1_000).to_string())
        }
        PositionReport::Missing(_) => Line::not_proved("position-missing"),
    }
}

const fn system(crs: Crs) -> &'static str {
    match crs {
        Crs::Wgs84 => "WGS-84",
        Crs::Gcj02 => "GCJ-02",
        Crs::Bd09 => "BD-09",
    }
}

/// Degrees with five decimals, about a metre.
fn degrees(e7: i32) -> String {
    let (sign, size) = (if e7 < 0 { "-" } else { "" }, e7.unsigned_abs() / 100);
    format!("{sign}{}.{:05}", size / 100_000, size % 100_000)
}
