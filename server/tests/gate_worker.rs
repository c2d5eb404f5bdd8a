//! `countersign-server gate-worker` as the server that starts it sees it.

#![expect(clippy::unwrap_used, reason = "a failed step of a test may panic")]
#![cfg(unix)]

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use countersign_core::documents::{Document, DocumentKind, Edit, TextField, Writer};
use countersign_core::domain::ids::{ChainId, DocumentId};
use countersign_core::domain::time::Instant;
use countersign_core::protocol::push::Run;
use minicbor::bytes::ByteVec;

fn worker() -> Child {
    Command::new(env!("CARGO_BIN_EXE_countersign-server"))
        .arg("gate-worker")
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn ask(worker: &mut Child, trial: &[u8]) -> Option<u8> {
    let to = worker.stdin.as_mut().unwrap();
    to.write_all(&u32::try_from(trial.len()).unwrap().to_be_bytes())
        .and_then(|()| to.write_all(trial))
        .ok()?;
    let mut answer = [0];
    let from = worker.stdout.as_mut().unwrap();
    from.read_exact(&mut answer).ok().map(|()| answer[0])
}

#[test]
fn it_survives_what_is_no_trial_and_ends_when_nobody_asks_any_more() {
    let mut worker = worker();
    assert_eq!(ask(&mut worker, b"no trial"), Some(1));
    assert_eq!(ask(&mut worker, &vec![0xff; 70_000]), Some(1));
    drop(worker.stdin.take());
    assert!(worker.wait().unwrap().success());
}

#[test]
fn it_takes_no_trial_larger_than_any_can_be() {
    let mut worker = worker();
    let to = worker.stdin.as_mut().unwrap();
    to.write_all(&u32::MAX.to_be_bytes()).unwrap();
    assert!(!worker.wait().unwrap().success());
}

#[cfg(target_os = "linux")]
#[test]
fn its_memory_and_time_are_limited_by_the_system() {
    let mut worker = worker();
    assert_eq!(ask(&mut worker, b""), Some(1));
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", worker.id())).unwrap();
    let of = |name: &str| {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
        line[name.len()..]
            .split_whitespace()
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(of("Max address space"), (1_u64 << 30).to_string());
    assert_eq!(of("Max cpu time"), "600");
    assert_eq!(of("Max core file size"), "0");
    drop(worker.stdin.take());
    worker.wait().unwrap();
}

/// A long day's typing: as many changes as one run may have.
fn long_run() -> (ByteVec, Run) {
    let id = DocumentId::from_bytes([7; 16]);
    let writer = Writer {
        chain: ChainId::from_bytes([1; 16]),
        epoch: 0,
        at: Instant::from_ms(1_784_073_600_000),
    };
    let mut document = Document::create(DocumentKind::Stop, id, &writer).unwrap();
    let before = ByteVec::from(document.save());
    let changes = (0..500).map(|number| {
        let edit = Edit::Text {
            field: TextField::Notes,
            value: format!("第 {number} 次记录，答应月底付款"),
        };
        document.edit(&writer, edit).unwrap().unwrap()
    });
    let run = Run {
        document: id,
        chain: writer.chain,
        actor_epoch: 0,
        changes: changes.collect(),
    };
    (before, run)
}

#[test]
fn it_survives_the_longest_honest_run_again_and_again() {
    let (before, run) = long_run();
    let mut trial = minicbor::Encoder::new(Vec::new());
    trial
        .map(3)
        .and_then(|it| it.u8(0)?.encode(DocumentKind::Stop))
        .and_then(|it| it.u8(1)?.encode(&before))
        .and_then(|it| it.u8(2)?.encode(&run))
        .unwrap();
    let trial = trial.into_writer();
    let mut worker = worker();
    for _again in 0..2 {
        assert_eq!(ask(&mut worker, &trial), Some(1));
    }
    drop(worker.stdin.take());
    assert!(worker.wait().unwrap().success());
}
