//! Both catalogs have every message of the import, in the order of the code, and no other.

#![expect(clippy::unwrap_used, reason = "a failed step of a test may panic")]

use countersign_server::ledger_import::{
    Field, Found, IgnoredKind as I, ImportError, ProblemKind as P, QuestionKind as Q,
    SheetKind as S,
};

fn keys_in(language: &str) -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("messages");
    let text = std::fs::read_to_string(folder.join(language).join("import.ftl")).unwrap();
    let message = |line: &&str| line.starts_with("import-");
    let key = |line: &str| line.split_once(" = ").map(|(key, _)| key.to_owned());
    text.lines().filter(message).filter_map(key).collect()
}

fn refusals() -> Vec<&'static str> {
    let errors = [
        ImportError::Empty,
        ImportError::TooLarge { limit_mb: 1 },
        ImportError::UnpacksTooLarge,
        ImportError::TooManyRows { limit: 1 },
        ImportError::TooManyColumns { limit: 1 },
        ImportError::TooManySheets { limit: 1 },
        ImportError::WrongType(Found::Pdf),
        ImportError::PasswordProtected,
        ImportError::Damaged,
        ImportError::UnknownEncoding,
        ImportError::UnclosedQuote { row: 1 },
        ImportError::NoTable,
    ];
    errors.iter().map(ImportError::key).collect()
}

#[test]
fn every_message_is_in_both_catalogs() {
    let problems = [
        P::MissingDueDate,
        P::BadDate,
        P::DueBeforeInvoice,
        P::BadAmount,
        P::BalanceMismatch,
        P::Duplicate,
        P::UnknownCustomer,
        P::AmbiguousUnit,
        P::MissingDocument,
        P::BadDocument,
        P::BadCustomer,
        P::BadPosition,
    ];
    let ignored = [
        I::Title,
        I::UnitLine,
        I::Header,
        I::RepeatedHeader,
        I::Blank,
        I::Subtotal,
        I::Total,
        I::Footer,
        I::Note,
        I::Unread,
        I::Struck,
    ];
    let questions = [
        Q::UnitPerhapsLarger,
        Q::UnusualAmount,
        Q::CurrencyPresumed,
        Q::SheetUnread,
        Q::TotalDiffers,
    ];
    let sheets = [
        S::Customers,
        S::Contracts,
        S::Receivables,
        S::Payments,
        S::Notes,
        S::Unread,
        S::Empty,
    ];
    let used: Vec<&str> = refusals()
        .into_iter()
        .chain(problems.iter().map(|kind| kind.key()))
        .chain(ignored.iter().map(|kind| kind.key()))
        .chain(questions.iter().map(|kind| kind.key()))
        .chain(sheets.iter().map(|kind| kind.key()))
        .chain(Field::ALL.iter().map(|field| field.key()))
        .collect();
    assert_eq!(used, keys_in("zh-CN"));
    assert_eq!(used, keys_in("en"));
}
