//! A server that says a colleague signed what the colleague's phone never signed.

use countersign_core::journal::SoftwareSigner;
use countersign_core::protocol::Frame;
use countersign_core::protocol::codec::{read_frames, write_frames};
use countersign_core::replica::{HttpRequest, HttpResponse, Transport, TransportError};
use countersign_core::views::{Agreement, LaneResult};
use countersign_tests::world::{Network, Office, World};

/// Changes the name in every promise on the way and signs it with a key of its own.
struct Liar<'a>(&'a Network);

impl Transport for Liar<'_> {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let is_pull = request.path.starts_with("/sync/v1/pull");
        let mut answer = self.0.send(request)?;
        if is_pull {
            let (mut frames, _end) = read_frames(&answer.body).unwrap();
            frames.iter_mut().for_each(forge);
            answer.body = write_frames(&frames).unwrap();
        }
        Ok(answer)
    }
}

fn forge(frame: &mut Frame) {
    if let Frame::Entry(frame) = frame {
        let mut entry = frame.entry.open().unwrap();
        if entry.fact.kind() == "promise" {
            "forged".clone_into(&mut entry.build);
            let own_key = SoftwareSigner::generate().unwrap();
            frame.entry = entry.seal(&own_key).unwrap();
        }
    }
}

#[test]
fn a_forged_promise_of_a_colleague_is_shown_to_nobody() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(2);
    office.approve_plan(&[&office.rep, &office.technician]);
    let rep = world.phone_of(&office.rep, &office.admin);
    let technician = world.phone_of(&office.technician, &office.admin);
    rep.sync_to_rest();
    technician.sync_to_rest();
    let stop = rep.stop_at("001");
    rep.check_in(stop);
    let promise = rep.promise(stop, "5000.00", "2026-07-31");
    world.remember(&rep);
    rep.sync_to_rest();
    let liar = Liar(&technician.network);
    let report = technician.replica.sync(&liar).unwrap();
    assert_eq!((report.pull, report.quarantined), (LaneResult::Done, 1));
    // The entry as it was signed came with the repair, which this server does not touch.
    assert_eq!(report.agreement, Agreement::Repaired);
    let timeline = technician.stop(stop).timeline;
    let shown = timeline.iter().find(|row| row.entry == promise).unwrap();
    assert_eq!(
        shown.hash,
        rep.stop(stop)
            .timeline
            .iter()
            .find(|row| row.entry == promise)
            .unwrap()
            .hash
    );
    assert_eq!(technician.replica.sync_status().unwrap().quarantined, 1);
    world.assert_agree(&[&rep, &technician]);
}
