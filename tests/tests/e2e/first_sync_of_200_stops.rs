//! The first morning of a large team: 200 stops arrive, nothing else, and "nothing new" afterwards is one small request.

use countersign_core::replica::Page;
use countersign_core::views::Agreement;
use countersign_tests::world::{Office, World};

#[test]
fn two_hundred_stops_arrive_and_nothing_new_is_one_small_request() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(200);
    office.approve_plan(&[&office.rep]);
    let phone = world.phone_of(&office.rep, &office.admin);
    let stranger = world.phone_of(&office.technician, &office.admin);
    let report = phone.sync_to_rest();
    assert_eq!(report.agreement, Agreement::Equal);
    assert_eq!(phone.stops().len(), 200);
    assert!(
        phone
            .replica
            .today(Page::default())
            .unwrap()
            .plans
            .iter()
            .all(|plan| plan.ready)
    );
    phone.network.take_traffic();
    phone.sync();
    let traffic = phone.network.take_traffic();
    assert_eq!(traffic.requests, 1);
    assert_eq!(traffic.up_bytes, 0);
    assert!(traffic.down_bytes <= 64, "{traffic:?}");
    stranger.sync_to_rest();
    assert_eq!(
        stranger.stops().len(),
        0,
        "who is not on the team holds no stop"
    );
    assert!(stranger.document_heads().is_empty());
    world.assert_agree(&[&phone, &stranger]);
}
