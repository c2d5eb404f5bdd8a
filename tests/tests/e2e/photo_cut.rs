//! A photo goes over a bad network: it arrives whole or is said to be missing, and what arrived is not sent again.

use countersign_core::domain::media_type::MediaType;
use countersign_core::journal::facts::PartKind;
use countersign_core::replica::OfStopPage;
use countersign_core::views::ObjectState;
use countersign_server::desks::PartFile;
use countersign_tests::world::{Fault, Office, Phone, World, photo};

const CHUNK: u64 = 256 << 10;

fn phone_at_work(world: &World, office: &Office) -> Phone {
    office.sign_ledger(1);
    office.approve_plan(&[&office.rep]);
    let phone = world.phone_of(&office.rep, &office.admin);
    phone.sync_to_rest();
    phone
}

#[test]
fn cut_at_any_byte_a_photo_goes_on_where_it_ended() {
    let world = World::new();
    let office = Office::open(&world);
    let phone = phone_at_work(&world, &office);
    let stop = phone.stop_at("001");
    phone.check_in(stop);
    let content = photo(2_500_000);
    let size = u64::try_from(content.len()).unwrap();
    let entry = phone.attach(stop, PartKind::Site, &content);
    world.remember(&phone);
    phone.network.take_traffic();
    let mut cuts = 0;
    // Each connection lives for another number of bytes: 1 up to just above a chunk.
    let mut bytes = 1_usize;
    while phone.stop(stop).row.state != Some(ObjectState::Receipted) {
        cuts += 1;
        assert!(cuts < 60, "the photo does not get on");
        bytes = (bytes * 48_271 + 11) % 400_000;
        phone.network.set(Fault::CutUpAfter(bytes));
        phone.sync();
        let report = office.manager.stop_report(stop).unwrap().visit;
        let is_green = phone.stop(stop).row.state == Some(ObjectState::Receipted);
        assert_eq!(
            is_green,
            report.parts_total == 2 && report.parts_complete == 2,
            "green exactly when all parts are at the office"
        );
    }
    assert!(cuts > 5, "the network was bad: {cuts} cuts");
    let sent = phone.network.take_traffic().up_bytes;
    let around = 64 << 10;
    assert!(
        sent <= size + cuts * (CHUNK + around),
        "a cut costs at most a chunk: {sent} bytes for {size}, {cuts} cuts"
    );
    let there = office.manager.attached(entry, PartFile::Content).unwrap();
    assert_eq!(there, Some((MediaType::Jpeg, content)));
    let small = office.manager.attached(entry, PartFile::Thumbnail).unwrap();
    assert_eq!(small.map(|(kind, _bytes)| kind), Some(MediaType::Jpeg));
}

#[test]
fn until_a_photo_is_there_the_office_sees_that_it_is_missing() {
    let world = World::new();
    let office = Office::open(&world);
    let phone = phone_at_work(&world, &office);
    let stop = phone.stop_at("001");
    let entry = phone.attach(stop, PartKind::Goods, &photo(900_000));
    phone.network.set_only("/blobs", Fault::CutUpAfter(300_000));
    phone.sync();
    let visit = office.manager.stop_report(stop).unwrap().visit;
    assert_eq!((visit.parts_complete, visit.parts_total), (1, 2));
    assert_eq!(
        office.manager.attached(entry, PartFile::Content).unwrap(),
        None
    );
    let page = OfStopPage {
        stop,
        offset: 0,
        limit: 10,
    };
    let row = phone.replica.parts(page).unwrap().rows.remove(0);
    assert_eq!((row.state, row.parts_complete), (ObjectState::Sent, 1));
    phone.network.set(Fault::None);
    phone.sync_to_rest();
    let visit = office.manager.stop_report(stop).unwrap().visit;
    assert_eq!((visit.parts_complete, visit.parts_total), (2, 2));
}
