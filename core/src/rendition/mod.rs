//! Paper renditions (打印件): a signed paper as a PDF that a customer takes away and a company stamps.
//!
//! The signed bytes stay the evidence; a rendition shows them. It therefore says nothing of its own: every word of the paper
//! comes from the render model that was on the glass, what stands around it comes from the sealed entry and its
//! verification, and the entry's bytes are attached to the file. It is a pure function: the same paper, the same signatures
//! under it and the same font give the same bytes, without clock or chance, so a copy that is drawn again in the office equals
//! the one handed over. Who signed under it later is in a later copy only.
//!
//! Nothing is left out in silence. A character that the font lacks, or that would not be seen (a control, a mark that
//! turns the writing round), is printed as its code, `〔U+1F642〕`, and listed in a note. A signature whose image is not
//! here, or not as the signing pad writes it, is said to be so in its place.
//!
//! Finding and reading the font is the caller's business: see [`USUAL_PLACES`].

mod draw;
mod ink;
mod lines;
mod paper;
mod qr;
mod sheet;
#[cfg(test)]
mod tests;
mod typeface;

use std::fmt::Write as _;

use chrono::{Datelike as _, Timelike as _};
use krilla::metadata::DateTime;

use crate::domain::ids::{Digest, SnapshotId};
use crate::domain::statement_text::words_and_digits;
use crate::domain::time::{Day, Instant};
use crate::domain::verification_code::VerificationCode;
use crate::journal::facts::CountersignRole;
use crate::journal::seal::SealedEntry;
use crate::snapshots::statement::Statement;
use crate::views::{Check, CountersignedRow, SignedView, Verification};

pub use typeface::{Typeface, TypefaceError, USUAL_PLACES};

use draw::{Attachment, Imprint};
use paper::{Field, Ink, Paper, Under};

/// A PDF with the name under which it is handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendition {
    /// Such as `对账单-20260715-7K2M9QX4T1WZ.pdf`: title, day, verification code.
    pub file_name: String,
    /// PDF/A-3u.
    pub bytes: Vec<u8>,
}

impl Rendition {
    /// The value of `Content-Disposition` under which a browser stores it by its name (RFC 6266 §4.3, RFC 8187 §3.2).
    #[must_use]
    pub fn disposition(&self) -> String {
        let mut value = String::from("attachment; filename=\"paper.pdf\"; filename*=UTF-8''");
        for byte in self.file_name.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                value.push(char::from(byte));
            } else {
                write!(value, "%{byte:02X}").expect("writing into a string cannot fail");
            }
        }
        value
    }
}

/// Why there is no PDF.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenditionError {
    /// The font does not serve.
    #[error(transparent)]
    Typeface(#[from] TypefaceError),
    /// The bytes are not those of the paper.
    #[error("the sealed bytes are not those of this paper")]
    OtherBytes,
    /// The file could not be written: damage, or a bug here.
    #[error("the PDF could not be written: {0}")]
    Pdf(String),
}

const BY_HAND: &str = "";
const FOOT_SIGNED: &str = "本打印件供阅读与留存；作为证据的是所附条目的已签署原始字节，以其为准。";
const FOOT_UNSIGNED: &str = "本件未经签署，仅供核对；以签署时所示并封存的内容为准。";

/// What the QR code of a signed paper says: `countersign:entry:` and the 64 hex digits of the sealed entry's SHA-256.
#[must_use]
pub fn entry_qr(hash: &Digest) -> String {
    format!("countersign:entry:{hash}")
}

/// The same as an SVG image for a screen.
#[must_use]
pub fn entry_qr_image(hash: &Digest) -> String {
    qr::image(&entry_qr(hash))
}

/// Another signature under a paper, with its drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnderSigned {
    /// Whose, as what, when.
    pub row: CountersignedRow,
    /// The drawn signature; none when its part is not here.
    pub image_svg: Option<String>,
}

/// A signed paper as a PDF with the signatures `under` it that are known here, and with `sealed`, the entry in deterministic CBOR with its `COSE_Sign1`, attached.
///
/// # Errors
/// [`RenditionError`].
pub fn signed(
    view: &SignedView,
    under: &[UnderSigned],
    sealed: &SealedEntry,
    typeface: &Typeface,
) -> Result<Rendition, RenditionError> {
    if sealed.hash() != view.hash {
        return Err(RenditionError::OtherBytes);
    }
    let code = VerificationCode::of(&view.hash).to_string();
    let at = Instant::from_ms(view.at_ms);
    let paper = Paper {
        model: &view.render_model,
        subtitle: format!("签署时间 {}　核验码 {code}", view.at),
        signature: signature(view),
        ink: ink(view.image_svg.as_deref()),
        under: under.iter().map(under_signed).collect(),
        absent: absent(view, under),
        effect: view
            .effect
            .as_ref()
            .map(|effect| effect.lines.clone())
            .unwrap_or_default(),
        qr: entry_qr(&view.hash),
        proof: proof(view, under),
        foot: FOOT_SIGNED.to_owned(),
        code,
    };
    let attachment = Attachment {
        name: format!("entry-{}.cbor", view.entry),
        description: "已签署条目的原始字节（CBOR，含 COSE_Sign1 签名）".to_owned(),
        bytes: minicbor::to_vec(sealed).map_err(|why| RenditionError::Pdf(why.to_string()))?,
    };
    rendition(&paper, view.hash, at, Some(attachment), typeface)
}

/// A statement that nobody has signed yet: to be looked through, or to be stamped on paper. Its code and QR code are those of
/// the snapshot.
///
/// # Errors
/// [`RenditionError`].
pub fn unsigned(
    statement: &Statement,
    id: SnapshotId,
    typeface: &Typeface,
) -> Result<Rendition, RenditionError> {
    let paper = Paper {
        model: &statement.render_model,
        subtitle: "（未签署，核对用）".to_owned(),
        signature: ["姓名", "身份", "签署日期"]
            .map(|label| (label, BY_HAND.to_owned()))
            .into(),
        ink: Ink::Blank,
        under: Vec::new(),
        absent: Vec::new(),
        effect: Vec::new(),
        code: VerificationCode::of(&id).to_string(),
        qr: format!("countersign:statement:{id}"),
        proof: vec![
            ("对账单哈希", id.to_string()),
            ("账目快照", statement.ledger.to_string()),
        ],
        foot: FOOT_UNSIGNED.to_owned(),
    };
    rendition(&paper, id, noon(statement.cut_off), None, typeface)
}

fn rendition(
    paper: &Paper<'_>,
    named: Digest,
    at: Instant,
    attachment: Option<Attachment>,
    typeface: &Typeface,
) -> Result<Rendition, RenditionError> {
    let pages = paper::set(paper, &typeface.ruler()?);
    let imprint = Imprint {
        title: seen(&paper.model.title, 200),
        language: language(&paper.model.language),
        id: named.to_string(),
        date: date(at),
    };
    Ok(Rendition {
        file_name: file_name(&paper.model.title, Day::legal(at), &paper.code),
        bytes: draw::pdf(&pages, typeface, imprint, attachment)?,
    })
}

fn signature(view: &SignedView) -> Vec<Field> {
    let signer = &view.signer;
    let name = if signer.title.is_empty() {
        signer.name.clone()
    } else {
        format!("{}（{}）", signer.name, signer.title)
    };
    let proof = if signer.proof.is_empty() {
        "未出示"
    } else {
        &signer.proof
    };
    let mut fields = vec![
        ("姓名", name),
        ("身份", signer.capacity.chinese().to_owned()),
        ("身份依据", proof.to_owned()),
        ("签署时间", format!("{}（北京时间）", view.at)),
    ];
    if view.paper.demands_payment()
        && view.total.is_positive()
        && let Ok(words) = words_and_digits(view.total)
    {
        fields.push(("确认金额", words));
    }
    fields
}

/// Guarantors who are named and whose signature is not under the paper.
fn absent(view: &SignedView, under: &[UnderSigned]) -> Vec<String> {
    let has_signed = |name: &str| {
        under.iter().any(|signed| {
            signed.row.role == CountersignRole::Guarantor && signed.row.name.trim() == name.trim()
        })
    };
    view.guarantors
        .iter()
        .filter(|guarantor| !has_signed(&guarantor.name))
        .map(|guarantor| guarantor.name.clone())
        .collect()
}

fn under_signed(signed: &UnderSigned) -> Under {
    let caption = match signed.row.role {
        CountersignRole::TeamMember => "在场人员签名",
        CountersignRole::Guarantor => "保证人签名（只为本人）",
    };
    let at = Instant::from_ms(signed.row.at_ms).shanghai();
    Under {
        caption,
        ink: ink(signed.image_svg.as_deref()),
        fields: vec![
            ("姓名", signed.row.name.clone()),
            ("签署时间", format!("{at}（北京时间）")),
        ],
    }
}

fn ink(image: Option<&str>) -> Ink {
    match image.map(ink::read) {
        None => Ink::Absent("（签名图样尚未到达，原件在条目清单中）"),
        Some(None) => Ink::Absent("（签名图样的格式不能在此绘出，以条目清单中的原件为准）"),
        Some(Some(drawing)) => Ink::Drawn(drawing),
    }
}

fn proof(view: &SignedView, under: &[UnderSigned]) -> Vec<Field> {
    let author = if view.author_name.is_empty() {
        "（本机不知其名）"
    } else {
        &view.author_name
    };
    let mut fields = vec![
        ("条目编号", view.entry.to_string()),
        ("条目哈希", view.hash.to_string()),
        ("所示内容", view.render_model_digest.to_string()),
        ("对账单", view.statement.to_string()),
        ("经办人", author.to_owned()),
        ("核验结果", checks(view.verification)),
    ];
    fields.extend(under.iter().map(|signed| {
        let of_whom = format!("{}　{}", signed.row.entry, signed.row.name);
        ("会签条目", of_whom)
    }));
    fields
}

fn checks(verification: Verification) -> String {
    let Verification {
        signature,
        statement,
        strokes,
        image,
        receipt,
    } = verification;
    [
        ("设备签名", signature),
        ("所示内容", statement),
        ("笔迹", strokes),
        ("签名图样", image),
        ("服务器回执", receipt),
    ]
    .map(|(what, check)| {
        let answer = match check {
            Check::Holds => "一致",
            Check::Broken => "不一致",
            Check::Unknown => "待核",
        };
        format!("{what} {answer}")
    })
    .join("；")
}

/// The title without what a file name or the file's description of itself cannot hold.
fn seen(title: &str, limit: usize) -> String {
    title
        .chars()
        .filter(|c| !c.is_control())
        .take(limit)
        .collect()
}

fn file_name(title: &str, day: Day, code: &str) -> String {
    let title: String = seen(title, 40)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect();
    let code = code.replace('-', "");
    format!("{title}-{}-{code}.pdf", day.0.format("%Y%m%d"))
}

/// A language tag that a PDF takes, else that of the templates.
fn language(tag: &str) -> String {
    let is_plain = !tag.is_empty()
        && tag.len() <= 16
        && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if is_plain { tag } else { "zh-CN" }.to_owned()
}

fn noon(day: Day) -> Instant {
    let noon = day.0.and_hms_opt(4, 0, 0).unwrap_or_default();
    Instant::from_ms(noon.and_utc().timestamp_millis())
}

fn date(at: Instant) -> DateTime {
    let at = at.utc().with_timezone(&chrono_tz::Asia::Shanghai);
    let small = |number: u32| u8::try_from(number).unwrap_or(0);
    DateTime::new(u16::try_from(at.year()).unwrap_or(0))
        .month(small(at.month()))
        .day(small(at.day()))
        .hour(small(at.hour()))
        .minute(small(at.minute()))
        .second(small(at.second()))
        .utc_offset_hour(8)
        .utc_offset_minute(0)
}
