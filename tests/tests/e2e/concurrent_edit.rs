//! Two people write about one stop without a network: their notes merge, and a field that both set shows both values.

use countersign_core::domain::ids::StopId;
use countersign_core::replica::ConflictSettle;
use countersign_core::views::EntryDetail;
use countersign_tests::world::{Fault, Office, Phone, World};

#[test]
fn notes_merge_and_a_field_that_both_set_waits_for_somebody() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(1);
    office.approve_plan(&[&office.rep, &office.technician]);
    let first = world.phone_of(&office.rep, &office.admin);
    let second = world.phone_of(&office.technician, &office.admin);
    first.sync_to_rest();
    second.sync_to_rest();
    first.network.set(Fault::Down);
    second.network.set(Fault::Down);
    let stop = first.stop_at("001");
    first.write(stop, "notes", "业务员：客户承认欠款。");
    first.write(stop, "next_step", "月底再访");
    world.clock.pass_minutes(5);
    second.write(stop, "notes", "技术员：设备运行正常。");
    second.write(stop, "next_step", "下周寄催款函");
    world.remember(&first);
    world.remember(&second);

    first.network.set(Fault::None);
    second.network.set(Fault::None);
    first.sync_to_rest();
    second.sync_to_rest();
    first.sync_to_rest();
    for phone in [&first, &second] {
        let view = phone.stop(stop);
        assert!(
            view.notes.contains("业务员：客户承认欠款。"),
            "{}",
            view.notes
        );
        assert!(
            view.notes.contains("技术员：设备运行正常。"),
            "{}",
            view.notes
        );
        let conflict = view
            .conflicts
            .iter()
            .find(|row| row.field == "next_step")
            .unwrap();
        let mut values: Vec<_> = conflict
            .values
            .iter()
            .map(|value| (value.value.as_str(), value.author_name.as_str()))
            .collect();
        values.sort_unstable();
        assert_eq!(
            values,
            [("下周寄催款函", "样例技术员"), ("月底再访", "样例业务员")]
        );
    }
    assert_eq!(first.stop(stop).notes, second.stop(stop).notes);

    settle(&world, &first, &second, stop);
    world.assert_agree(&[&first, &second]);
}

/// The first phone settles; both show the chosen value and the audited act.
fn settle(world: &World, first: &Phone, second: &Phone, stop: StopId) {
    let document = first.stop(stop).document;
    let settle = ConflictSettle {
        document,
        field: "next_step".to_owned(),
        value: "月底再访".to_owned(),
    };
    first.replica.settle_conflict(&settle).unwrap();
    world.remember(first);
    first.sync_to_rest();
    second.sync_to_rest();
    for phone in [first, second] {
        let view = phone.stop(stop);
        assert!(view.conflicts.is_empty(), "{:?}", view.conflicts);
        assert_eq!(view.next_step, "月底再访");
        assert!(
            view.timeline
                .iter()
                .any(|entry| matches!(entry.detail, EntryDetail::ConflictSettled { .. }))
        );
    }
}
