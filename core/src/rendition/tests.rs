use std::sync::LazyLock;

use lopdf::Document;
use proptest::prelude::*;

use super::lines::{broken, legible};
use super::*;
use crate::domain::ids::EntryId;
use crate::domain::money::{Currency, Money};
use crate::domain::signer::{Capacity, GuarantorNamed};
use crate::journal::facts::{
    EffectShown, MissingFix, PaperKind, PositionReport, Signer, StrokeConsent, Viewing,
};
use crate::read_model::positions;
use crate::replica::strokes::svg;
use crate::snapshots::statement::{RenderModel, RenderRow};
use crate::views::{Completeness, ObjectState, SealStatus, StrokeRow};

/// The font of this machine: `xtask` provides it like every other tool.
static TYPEFACE: LazyLock<Typeface> = LazyLock::new(|| {
    let bytes = USUAL_PLACES
        .iter()
        .find_map(|place| std::fs::read(place).ok());
    Typeface::read(bytes.expect("install fonts-noto-cjk")).expect("Noto Sans CJK is a typeface")
});

fn row(label: &str, value: &str) -> RenderRow {
    RenderRow {
        label: label.to_owned(),
        value: value.to_owned(),
    }
}

fn model(lines: u32) -> RenderModel {
    let mut rows = vec![
        row("债权人", "江南样例机电设备有限公司"),
        row("客户", "北方样例重工股份有限公司（C-0117）"),
        row("截止日", "2026年6月30日"),
    ];
    rows.extend((1..=lines).map(|number| {
        row(
            &format!(
                "单据 XS-2024-{number:04}，到期日 2024年{}月30日",
                number % 9 + 4
            ),
            "应收 168,420.00，已收 20,000.00，未收 148,420.00",
        )
    }));
    rows.push(row(
        "未收合计",
        "人民币叁拾捌万陆仟肆佰贰拾元整（¥386,420.00）",
    ));
    rows.push(row("账目快照", &Digest::of(b"ledger").to_string()));
    RenderModel {
        template: "statement-a".to_owned(),
        template_version: 1,
        language: "zh-CN".to_owned(),
        title: "对账单".to_owned(),
        rows,
        clauses: vec![
            "截至2026年6月30日，贵公司尚欠我公司货款本金人民币叁拾捌万陆仟肆佰贰拾元整（¥386,420.00）。请贵公司支付上述款项。\
             本对账单仅确认本金，不影响合同约定的逾期付款违约责任。账目快照编号：a1b2c3d4。"
                .to_owned(),
        ],
    }
}

/// Two strokes that look a little like a name.
fn strokes() -> Vec<StrokeRow> {
    let line = |points: &[(i32, i32)]| StrokeRow {
        pointer: "touch".to_owned(),
        cancelled: false,
        x: points.iter().map(|(x, _)| *x).collect(),
        y: points.iter().map(|(_, y)| *y).collect(),
        t: Vec::new(),
        p: Vec::new(),
    };
    vec![
        line(&[
            (2_000, 6_000),
            (4_000, 3_000),
            (7_500, 2_500),
            (9_000, 7_000),
            (5_000, 9_500),
            (12_000, 5_500),
        ]),
        line(&[
            (13_000, 3_000),
            (15_500, 9_000),
            (17_500, 2_800),
            (19_000, 8_800),
            (23_500, 4_000),
        ]),
        line(&[(20_000, 2_000)]),
    ]
}

fn sealed() -> SealedEntry {
    SealedEntry {
        payload: b"the bytes of an entry".to_vec(),
        signature: Some(vec![7; 100]),
    }
}

fn view(model: RenderModel) -> SignedView {
    let at = Instant::from_ms(1_784_081_532_000);
    SignedView {
        entry: EntryId::from_bytes([0x31; 16]),
        stop: None,
        paper: PaperKind::StatementA,
        statement: Digest::of(b"statement"),
        render_model_digest: model.digest(),
        hash_short: model.digest().short(),
        render_model: model,
        hash: sealed().hash(),
        verification_code: String::new(),
        qr_svg: String::new(),
        total: Money::parse(Currency::Cny, "386420.00").unwrap(),
        total_words: String::new(),
        signer: Signer {
            name: "样例李某".to_owned(),
            title: "财务经理".to_owned(),
            capacity: Capacity::DutyHolder,
            proof: "工牌".to_owned(),
        },
        stroke_consent: StrokeConsent::Given,
        consents: None,
        effect: None,
        guarantors: Vec::new(),
        instalments: Vec::new(),
        completeness: Completeness {
            countersigned: Vec::new(),
            guarantors_missing: Vec::new(),
            seal: SealStatus::Advised,
            seals: Vec::new(),
            copy_with: None,
            parts_complete: 0,
            parts_total: 2,
            is_complete: false,
        },
        viewing: Viewing {
            opened_ms: 1,
            scrolled_to_end_ms: Some(2),
            total_confirmed_ms: Some(3),
        },
        at_ms: at.ms(),
        at: at.shanghai(),
        author_name: "样例王某".to_owned(),
        position: positions::position_row(
            at.ms(),
            &PositionReport::Missing(MissingFix::Denied),
            None,
            200,
        ),
        image_svg: Some(svg(&strokes())),
        state: ObjectState::Local,
        verification: Verification {
            signature: Check::Holds,
            statement: Check::Holds,
            strokes: Check::Holds,
            image: Check::Holds,
            receipt: Check::Unknown,
        },
    }
}

fn drawn(view: &SignedView) -> Rendition {
    signed(view, &[], &sealed(), &TYPEFACE).unwrap()
}

fn under(number: u8, role: CountersignRole, name: &str, image_svg: Option<String>) -> UnderSigned {
    UnderSigned {
        row: CountersignedRow {
            entry: EntryId::from_bytes([number; 16]),
            role,
            name: name.to_owned(),
            at_ms: 1_784_081_532_000,
            image: Digest::of(&[number]),
        },
        image_svg,
    }
}

fn parsed(rendition: &Rendition) -> Document {
    Document::load_mem(&rendition.bytes).unwrap()
}

/// The text of each page without spaces and line ends, which setting moves.
fn pages(rendition: &Rendition) -> Vec<String> {
    let document = parsed(rendition);
    let pages = document.get_pages();
    pages
        .keys()
        .map(|page| squeezed(&document.extract_text(&[*page]).unwrap()))
        .collect()
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The pages' own text one after the other, without what is repeated on each of them.
fn body(rendition: &Rendition) -> String {
    let pages = pages(rendition);
    let total = pages.len();
    let code = format!("{}核验码", "对账单");
    let mut text = String::new();
    for (number, page) in (1..).zip(pages) {
        let foot = squeezed(&format!("{FOOT_SIGNED}第 {number} 页 共 {total} 页"));
        let page = page.replace(&foot, "");
        let head = page.split_once(&code).filter(|_| number > 1);
        text.push_str(head.map_or(page.as_str(), |(before, _code)| before));
    }
    text.replace("项目内容", "")
}

fn assert_in_order(text: &str, wanted: &[&str]) {
    let mut rest = text;
    for words in wanted {
        let words = squeezed(words);
        let found = rest.split_once(&words);
        rest = found
            .unwrap_or_else(|| panic!("`{words}` is not in what follows: {rest:.200}"))
            .1;
    }
}

#[test]
fn every_word_of_the_paper_is_printed_in_order() {
    let view = view(model(3));
    let model = &view.render_model;
    let mut wanted = vec![model.title.as_str()];
    for row in &model.rows {
        wanted.extend([row.label.as_str(), row.value.as_str()]);
    }
    wanted.extend(model.clauses.iter().map(String::as_str));
    let hash = view.hash.to_string();
    wanted.extend([
        "样例李某（财务经理）",
        "职务人员",
        "工牌",
        "2026-07-15 10:12",
    ]);
    wanted.extend(["（¥386,420.00）", &hash, "样例王某", "服务器回执 待核"]);
    let printed = drawn(&view);
    let pages = pages(&printed);
    assert_eq!(pages.len(), 1);
    assert_in_order(&pages[0], &wanted);
    let code = VerificationCode::of(&view.hash).to_string();
    assert!(pages[0].contains(&code));
    assert_eq!(
        printed.file_name,
        format!("对账单-20260715-{}.pdf", code.replace('-', ""))
    );
}

#[test]
fn a_long_table_goes_on_under_its_own_head_and_loses_no_row() {
    let view = view(model(2_000));
    let printed = drawn(&view);
    let pages = pages(&printed);
    let total = pages.len();
    assert_eq!(total, 54);
    let code = VerificationCode::of(&view.hash).to_string();
    for (number, page) in (1..).zip(&pages) {
        assert!(page.contains(&format!("第{number}页共{total}页")), "{page}");
        assert!(page.contains(&code));
        assert_eq!(page.contains("项目内容"), page.contains("单据"), "{page}");
    }
    let rows = &view.render_model.rows;
    let wanted: Vec<&str> = rows
        .iter()
        .flat_map(|row| [row.label.as_str(), row.value.as_str()])
        .collect();
    assert_in_order(&body(&printed), &wanted);
}

#[test]
fn a_cell_longer_than_a_page_is_continued() {
    let value = "甲方确认全部款项。".repeat(900);
    let mut model = model(1);
    model.rows[0] = row("说明", &value);
    let printed = drawn(&view(model));
    assert!(pages(&printed).len() > 2);
    assert_in_order(&body(&printed), &["说明", &value, "客户"]);
}

#[test]
fn the_signature_never_stands_without_text_of_the_paper() {
    for lines in 15..40 {
        let printed = pages(&drawn(&view(model(lines))));
        let page = printed
            .iter()
            .find(|page| page.contains("签署人签名"))
            .unwrap();
        assert!(page.contains("请贵公司支付上述款项"), "{lines} lines");
    }
}

#[test]
fn the_entry_is_attached_byte_for_byte() {
    let printed = drawn(&view(model(1)));
    let document = parsed(&printed);
    let attached: Vec<&[u8]> = document
        .objects
        .values()
        .filter_map(|object| object.as_stream().ok())
        .filter(|stream| stream.dict.has_type(b"EmbeddedFile"))
        .map(|stream| stream.content.as_slice())
        .collect();
    assert_eq!(attached, [minicbor::to_vec(sealed()).unwrap()]);
    let read: SealedEntry = minicbor::decode(attached[0]).unwrap();
    assert_eq!(read, sealed());
}

#[test]
fn drawn_twice_it_is_the_same_file() {
    let first = drawn(&view(model(60)));
    assert_eq!(drawn(&view(model(60))), first);
    let mut other = view(model(60));
    other.verification.receipt = Check::Holds;
    assert_ne!(drawn(&other).bytes, first.bytes);
}

#[test]
fn bytes_of_another_entry_are_refused() {
    let mut other = sealed();
    other.payload.push(0);
    assert_eq!(
        signed(&view(model(1)), &[], &other, &TYPEFACE),
        Err(RenditionError::OtherBytes)
    );
}

#[test]
fn what_cannot_be_seen_is_printed_as_its_code_and_noted() {
    let mut model = model(1);
    model.rows[1] = row("客户", "𠮷野家㈱１２３🙂\u{202e}مدين\u{7}\u{200b}");
    let text = body(&drawn(&view(model)));
    assert_in_order(
        &text,
        &[
            "𠮷野家㈱１２３〔U+1F642〕〔U+202E〕〔U+0645〕〔U+062F〕〔U+064A〕〔U+0646〕〔U+0007〕〔U+200B〕",
        ],
    );
    let noted = "以其统一码（Unicode）代替：〔U+0007〕、〔U+062F〕、〔U+0645〕、〔U+0646〕、〔U+064A〕、〔U+200B〕、〔U+202E〕、〔U+1F642〕。";
    assert_in_order(&text, &[noted]);
}

#[test]
fn a_signature_that_cannot_be_drawn_is_said_to_be_so() {
    let mut view = view(model(1));
    view.image_svg = None;
    assert_in_order(&body(&drawn(&view)), &["签署人签名", "签名图样尚未到达"]);
    view.image_svg = Some("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>".to_owned());
    assert_in_order(
        &body(&drawn(&view)),
        &["签署人签名", "签名图样的格式不能在此绘出"],
    );
}

#[test]
fn who_else_signed_who_did_not_and_what_was_said_stand_under_the_signature() {
    let mut view = view(model(2));
    let named = |name: &str, signs| GuarantorNamed {
        name: name.to_owned(),
        signs,
    };
    view.guarantors = vec![named("样例王某", true), named("样例赵某", false)];
    view.effect = Some(EffectShown {
        rule_version: 1,
        lines: vec!["① 本对账单载明截至2026年6月30日尚欠货款本金。".to_owned()],
        last_day: None,
        act_by: None,
    });
    let image = Some(svg(&strokes()));
    let signed_under = [
        under(1, CountersignRole::TeamMember, "样例技术员", image.clone()),
        under(2, CountersignRole::Guarantor, "样例王某", image),
        under(3, CountersignRole::TeamMember, "样例业务员", None),
    ];
    let printed = signed(&view, &signed_under, &sealed(), &TYPEFACE).unwrap();
    assert_in_order(
        &body(&printed),
        &[
            "签署人签名",
            "在场人员签名",
            "保证人签名（只为本人）",
            "签名图样尚未到达",
            "保证人样例赵某：未签字。",
            "签署后果（签署前已向签署人出示）",
            "①本对账单载明",
        ],
    );
    assert!(!body(&printed).contains("保证人样例王某：未签字"));
}

#[test]
fn the_pads_own_image_reads_back() {
    let strokes = strokes();
    let drawing = ink::read(&svg(&strokes)).unwrap();
    let points = |row: &StrokeRow| row.x.len();
    assert_eq!(
        drawing.strokes.iter().map(Vec::len).collect::<Vec<_>>(),
        strokes.iter().map(points).collect::<Vec<_>>()
    );
    // Cut to the strokes with a margin of 400.
    assert_eq!(drawing.strokes[0][0], (400.0, 4_400.0));
    assert_eq!((drawing.width, drawing.height), (22_300.0, 8_300.0));
    let hostile = svg(&strokes).replace("M400", "M4e9");
    assert_eq!(ink::read(&hostile), None);
}

#[test]
fn an_unsigned_statement_says_so_on_every_page() {
    let model = model(60);
    let statement = Statement {
        version: 1,
        organisation: crate::domain::ids::OrganisationId::from_bytes([1; 16]),
        customer: crate::domain::ids::CustomerId::from_bytes([2; 16]),
        ledger: Digest::of(b"ledger"),
        cut_off: "2026-06-30".parse().unwrap(),
        form: PaperKind::StatementA,
        total: Money::parse(Currency::Cny, "386420.00").unwrap(),
        lines: Vec::new(),
        render_model: model,
        clock: None,
        interest: None,
    };
    let id = Digest::of(b"statement");
    let printed = unsigned(&statement, id, &TYPEFACE).unwrap();
    let pages = pages(&printed);
    assert!(pages.len() > 1);
    assert!(pages.iter().all(|page| page.contains("本件未经签署")));
    assert!(pages[0].contains("未签署，核对用"));
    assert!(pages.concat().contains(&id.to_string()));
    assert!(printed.file_name.starts_with("对账单-20260630-"));
}

#[test]
fn no_line_is_wider_than_its_column_or_begins_with_a_full_stop() {
    let ruler = TYPEFACE.ruler().unwrap();
    let text = "本对账单仅确认本金，不影响合同约定的违约责任。See contract XS-2024/0311 (framework)，余款“另行”支付。".repeat(6);
    for width in [7.0, 11.5, 20.0, 44.0] {
        let lines = broken(&ruler, &text, width, 2.0);
        assert_eq!(
            lines
                .iter()
                .map(|line| line.text.as_str())
                .collect::<String>(),
            text
        );
        for line in &lines {
            assert!(line.width <= width + 0.01, "{line:?}");
            assert!(
                !line.text.starts_with(['。', '，', '”', '）', ')']),
                "{line:?}"
            );
            assert!(
                !line.text.trim_end().ends_with(['“', '（', '(']),
                "{line:?}"
            );
        }
    }
}

#[test]
fn what_is_no_chinese_font_is_refused() {
    let refused = |bytes: &[u8]| Typeface::read(bytes.to_vec()).unwrap_err();
    assert_eq!(refused(b""), TypefaceError::Unreadable);
    assert_eq!(refused(&[0; 4_096]), TypefaceError::Unreadable);
    // A collection with one face that has no table.
    assert_eq!(
        refused(b"ttcf\0\x01\0\0\0\0\0\x01"),
        TypefaceError::NoChinese
    );
}

#[test]
fn the_name_travels_in_a_header() {
    let named = Rendition {
        file_name: "对账单-1.pdf".to_owned(),
        bytes: Vec::new(),
    };
    assert_eq!(
        named.disposition(),
        "attachment; filename=\"paper.pdf\"; filename*=UTF-8''%E5%AF%B9%E8%B4%A6%E5%8D%95-1.pdf"
    );
    assert_eq!(
        file_name("../催款\r\n函\"", "2026-07-15".parse().unwrap(), "A-B"),
        "催款函-20260715-AB.pdf"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_text_becomes_a_pdf(title in any::<String>(), label in any::<String>(), value in any::<String>(),
        clause in any::<String>(), name in "\\PC{0,80}", language in any::<String>(), image in any::<Option<String>>())
    {
        let mut model = model(1);
        (model.title, model.language) = (title, language);
        model.rows[0] = row(&label, &value);
        model.clauses.push(clause);
        let mut view = view(model);
        view.signer.name = name;
        view.image_svg = image;
        prop_assert!(!parsed(&drawn(&view)).get_pages().is_empty());
    }

    #[test]
    fn setting_loses_no_character(text in any::<String>(), width in 4.0_f32..60.0) {
        let ruler = TYPEFACE.ruler().unwrap();
        let mut missing = std::collections::BTreeSet::new();
        let text = legible(&ruler, &text, &mut missing);
        let set: String = broken(&ruler, &text, width, 0.0).into_iter().map(|line| line.text).collect();
        prop_assert_eq!(set, text.replace('\n', ""));
    }
}
