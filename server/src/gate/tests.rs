//! Workers that end, hang, and come back.

#![cfg(unix)]

use countersign_core::documents::{Document, Edit, TextField, Writer};
use countersign_core::domain::ids::{ChainId, DocumentId};
use countersign_core::domain::time::Instant;

use super::*;

const DOCUMENT: DocumentId = DocumentId::from_bytes([7; 16]);

fn trial() -> Trial {
    let writer = Writer {
        chain: ChainId::from_bytes([1; 16]),
        epoch: 0,
        at: Instant::from_ms(1_784_073_600_000),
    };
    let mut document = Document::create(DocumentKind::Stop, DOCUMENT, &writer).unwrap();
    let before = document.save();
    let edit = Edit::Text {
        field: TextField::Notes,
        value: "答应月底付款".to_owned(),
    };
    let change = document.edit(&writer, edit).unwrap().unwrap();
    Trial {
        kind: DocumentKind::Stop,
        document: before,
        run: Run {
            document: DOCUMENT,
            chain: writer.chain,
            actor_epoch: 0,
            changes: vec![change],
        },
    }
}

/// A shell that does this instead of a worker's work.
fn shell(script: &str) -> Program {
    Program {
        path: PathBuf::from("/bin/sh"),
        arguments: vec!["-c".to_owned(), script.to_owned()],
        patience: Duration::from_mins(1),
    }
}

fn tried(program: Program) -> Tried {
    Gate::new(Some(program)).tried(trial)
}

#[test]
fn without_a_program_nothing_is_even_written_down() {
    let gate = Gate::new(None);
    assert_eq!(gate.tried(|| panic!("nobody asks")), Tried::Survived);
}

#[test]
fn a_worker_that_answers_is_asked_again() {
    // One byte for each trial, whatever it says: a trial is far shorter than a block.
    let folder = tempfile::tempdir().unwrap();
    let starts = folder.path().join("starts");
    let script = format!(
        "echo >> {}; while dd bs=65536 count=1 2>/dev/null | grep -q .; do printf '\\001'; done",
        starts.display()
    );
    let gate = Gate::new(Some(shell(&script)));
    for _trial in 0..3 {
        assert_eq!(gate.tried(trial), Tried::Survived);
    }
    assert_eq!(
        std::fs::read_to_string(starts).unwrap(),
        "\n",
        "started once"
    );
}

#[test]
fn a_worker_that_ends_is_started_once_more_and_then_the_changes_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let starts = folder.path().join("starts");
    let script = format!("echo >> {}; kill -9 $$", starts.display());
    assert_eq!(tried(shell(&script)), Tried::Ended);
    assert_eq!(std::fs::read_to_string(starts).unwrap(), "\n\n");
}

#[test]
fn what_ended_one_worker_by_chance_is_survived_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let flag = folder.path().join("flag");
    let script = format!(
        "if [ -e {0} ]; then head -c 1 >/dev/null; printf '\\001'; cat >/dev/null; else touch {0}; exit 1; fi",
        flag.display()
    );
    assert_eq!(tried(shell(&script)), Tried::Survived);
}

#[test]
fn a_worker_that_hangs_is_ended() {
    let hangs = Program {
        patience: Duration::from_millis(50),
        ..shell("cat > /dev/null")
    };
    assert_eq!(tried(hangs), Tried::Ended);
}

#[test]
fn another_answer_is_none() {
    assert_eq!(tried(shell("printf 'x'; cat > /dev/null")), Tried::Ended);
}

#[test]
fn where_no_worker_can_be_started_the_gate_of_this_process_is_all_there_is() {
    let absent = Program {
        path: PathBuf::from("/nowhere/countersign-server"),
        ..shell("")
    };
    assert_eq!(tried(absent), Tried::Survived);
}
