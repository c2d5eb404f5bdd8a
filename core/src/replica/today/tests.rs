//! What a rep sees of the day before he sets out: what is missing, whom to call, how far it is.

use super::*;
use crate::domain::contacts::{ContactEnd, ContactForm};
use crate::domain::ids::{Digest, DocumentId, OrganisationId};
use crate::domain::money::Currency;
use crate::domain::position::{Crs, FixSource, RawFix};
use crate::journal::Scope;
use crate::journal::facts::{MissingFix, PositionReport};
use crate::replica::fake::{CUSTOMER, FakeServer, Phone, STOP, id};
use crate::replica::{ContactAdd, ContactEnded, ErrorKind, Packing, Presence};
use crate::snapshots::Snapshot;
use crate::snapshots::customer_book::{CustomerBook, book_id};
use crate::snapshots::plan::Material;
use crate::views::{OfflinePart, StopRow};

const MINUTE_MS: i64 = 60_000;

fn enrolled() -> (FakeServer, Phone) {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    (server, phone)
}

fn today(phone: &Phone) -> TodayView {
    phone.today(Page::default()).unwrap()
}

fn only(phone: &Phone) -> StopRow {
    let mut stops = today(phone).stops;
    assert_eq!(stops.len(), 1);
    let row = stops.remove(0);
    // The stop's own screen says the same, but for the distance.
    let alone = phone.stop(STOP).unwrap().row;
    let distance_m = row.distance_m;
    assert_eq!(
        StopRow {
            distance_m,
            ..alone
        },
        row
    );
    row
}

/// North of the site of the stop, whose latitude is 39.915 degrees.
fn fix(north_e7: i32, age_ms: u32) -> RawFix {
    RawFix {
        lat_e7: 399_150_000 + north_e7,
        lon_e7: 1_164_040_000,
        crs: Crs::Wgs84,
        accuracy_mm: 30_500,
        age_ms,
        provider: "gps".to_owned(),
        source: FixSource::Measured,
    }
}

fn arrive(phone: &Phone, position: PositionReport) {
    let arrival = Presence {
        stop: STOP,
        position,
    };
    phone.check_in(&arrival).unwrap();
}

fn pack(material: Material) -> Packing {
    Packing {
        stop: STOP,
        material,
        is_packed: true,
    }
}

fn with_materials(server: &FakeServer, phone: &Phone) {
    server.approve_plan(|plan| {
        plan.stops[0].materials = vec![
            Material::Statement,
            Material::Contract,
            Material::DemandLetter,
        ];
    });
    phone.sync(server).unwrap();
}

#[test]
fn a_paper_is_missing_until_it_is_packed_or_this_phone_shows_it() {
    let (server, phone) = enrolled();
    with_materials(&server, &phone);
    let missing = [Material::Contract, Material::DemandLetter];
    assert_eq!(only(&phone).materials_missing, missing);
    phone.pack(&pack(Material::Contract)).unwrap();
    let row = only(&phone);
    assert_eq!(row.packed, [Material::Contract]);
    assert_eq!(row.materials_missing, [Material::DemandLetter]);
    let unpacked = Packing {
        is_packed: false,
        ..pack(Material::Contract)
    };
    phone.pack(&unpacked).unwrap();
    assert_eq!(only(&phone).materials_missing, missing);
    let refused = phone.pack(&pack(Material::LawyersLetter));
    let refused = refused.unwrap_err();
    assert_eq!(
        (refused.kind(), refused.reference()),
        (ErrorKind::Gone, "material")
    );
}

#[test]
fn what_a_colleague_packed_is_packed_for_both() {
    let (server, one) = enrolled();
    with_materials(&server, &one);
    let two = Phone::enrolled(2, &server);
    two.sync(&server).unwrap();
    one.pack(&pack(Material::Contract)).unwrap();
    two.pack(&pack(Material::DemandLetter)).unwrap();
    for phone in [&one, &two, &one] {
        phone.sync(&server).unwrap();
    }
    for phone in [&one, &two] {
        assert_eq!(only(phone).materials_missing, []);
        assert!(!only(phone).has_conflict);
    }
}

#[test]
fn without_its_statement_a_paper_on_the_phone_is_missing_too() {
    let (server, phone) = enrolled();
    server.approve_plan(|plan| {
        plan.stops[0].statement = Digest::of(b"on its way");
        plan.stops[0].document = DocumentId(id(0xd9));
    });
    phone.sync(&server).unwrap();
    let row = only(&phone);
    assert_eq!(row.materials_missing, [Material::Statement]);
    let missing = [OfflinePart::Statement, OfflinePart::StopDocument];
    assert_eq!(row.offline_missing, missing);
    let plan = &today(&phone).plans[0];
    assert_eq!((plan.ready, plan.missing_parts), (false, 2));
}

#[test]
fn a_book_that_has_not_arrived_whole_is_said_where_it_may_name_the_customer() {
    let (server, phone) = enrolled();
    assert_eq!(only(&phone).offline_missing, []);
    let holder = phone
        .read(|connection| Ok(Replica::me(connection)?.user))
        .unwrap();
    let ledger = Digest::of(b"ledger");
    let piece = |piece| CustomerBook {
        version: 1,
        organisation: OrganisationId::from_bytes([1; 16]),
        book: book_id(ledger, holder),
        holder,
        ledger,
        cut_off: "2026-06-30".parse().unwrap(),
        currency: Currency::Cny,
        sealed_after: 1,
        piece,
        pieces: 2,
        rows: Vec::new(),
    };
    for (number, missing) in [(1, vec![OfflinePart::CustomerBook]), (2, Vec::new())] {
        let piece = piece(number);
        let scope = Scope::Book(piece.book);
        server.add_snapshot(scope, &Snapshot::CustomerBook(Box::new(piece)));
        phone.sync(&server).unwrap();
        assert_eq!(only(&phone).offline_missing, missing);
        assert_eq!(today(&phone).plans[0].ready, missing.is_empty());
    }
}

#[test]
fn nobody_knows_where_the_phone_is_until_it_says_so() {
    let (_server, phone) = enrolled();
    assert_eq!((today(&phone).here, only(&phone).distance_m), (None, None));
    arrive(&phone, PositionReport::Missing(MissingFix::Denied));
    assert_eq!((today(&phone).here, only(&phone).distance_m), (None, None));
    phone.note_position(fix(10_000, 2_000));
    let here = today(&phone).here.unwrap();
    assert_eq!((here.age_minutes, here.accuracy_m), (0, Some(31)));
    assert_eq!(only(&phone).distance_m, Some(111));
}

#[test]
fn the_younger_of_check_in_and_platform_counts_and_an_old_one_says_nothing() {
    let (_server, mut phone) = enrolled();
    arrive(&phone, PositionReport::Fix(fix(0, 0)));
    assert_eq!(only(&phone).distance_m, Some(0));
    phone.clock.advance(5 * MINUTE_MS);
    // Asked now, but the platform's position is older than the check-in.
    phone.note_position(fix(20_000, 600_000));
    assert_eq!(only(&phone).distance_m, Some(0));
    phone.note_position(fix(10_000, 60_000));
    assert_eq!(only(&phone).distance_m, Some(111));
    assert_eq!(today(&phone).here.unwrap().age_minutes, 1);
    // What the platform said is not kept; the check-in is.
    phone.restart();
    assert_eq!(only(&phone).distance_m, Some(0));
    assert_eq!(today(&phone).here.unwrap().age_minutes, 5);
    phone.clock.advance(12 * 60 * MINUTE_MS);
    assert_eq!((today(&phone).here, only(&phone).distance_m), (None, None));
}

#[test]
fn a_clock_that_was_set_makes_no_position_younger() {
    let (_server, phone) = enrolled();
    arrive(&phone, PositionReport::Fix(fix(0, 0)));
    phone.clock.set(-60 * MINUTE_MS);
    assert_eq!(today(&phone).here, None);
    phone.note_position(fix(0, 0));
    phone.clock.set(600 * MINUTE_MS);
    let here = today(&phone).here.unwrap();
    assert_eq!(here.age_minutes, 0);
    phone.clock.set(0);
    phone.clock.advance(MINUTE_MS);
    assert_eq!(today(&phone).here.unwrap().age_minutes, 1);
}

#[test]
fn a_link_to_a_map_carries_the_point_as_chinese_maps_read_it() {
    let (server, phone) = enrolled();
    // The worked case of the conversion: WGS-84 39.915, 116.404.
    let point = only(&phone).map_point.unwrap();
    assert!(point.starts_with("39.916404"), "{point}");
    assert!(point.contains(",116.410244"), "{point}");
    server.approve_plan(|plan| plan.stops[0].site = None);
    phone.sync(&server).unwrap();
    phone.note_position(fix(0, 0));
    let row = only(&phone);
    assert_eq!((row.map_point, row.distance_m), (None, None));
}

#[test]
fn who_left_is_not_called_any_more() {
    let (_server, phone) = enrolled();
    let called = || only(&phone).call.map(|call| (call.name, call.uri));
    let says = |name: &str, uri: &str| Some((name.to_owned(), uri.to_owned()));
    assert_eq!(called(), says("赵六", "tel:13800000000"));
    for (key, name, number) in [(1, "赵六", "13800000000"), (2, "孙某", "14200000002")] {
        let contact = ContactForm {
            name: name.to_owned(),
            phone: number.to_owned(),
            ..ContactForm::default()
        };
        let add = ContactAdd {
            customer: CUSTOMER,
            key: id(key),
            contact,
        };
        phone.add_contact(&add).unwrap();
    }
    assert_eq!(called(), says("赵六", "tel:13800000000"));
    phone
        .end_contact(&ContactEnded {
            customer: CUSTOMER,
            key: id(1).to_string(),
            end: ContactEnd::LeftFirm,
            valid_until: "2026-07-14".parse().unwrap(),
        })
        .unwrap();
    assert_eq!(called(), says("孙某", "tel:14200000002"));
}
