//! Stories: each is the incident that it prevents.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod asked_about_another_customer;
mod asked_by_a_court;
mod cash_handed_in;
mod concurrent_edit;
mod copied_phone;
mod cut_connection;
mod every_door;
mod first_sync_of_200_stops;
mod full_settlement;
mod held_and_decided;
mod hostile_hands;
mod killed_server;
mod killed_while_capturing;
mod killed_while_signing;
mod lying_server;
mod messy_ledger;
mod offline_day;
mod photo_cut;
mod quality_dispute_on_site;
mod reassigned_mid_day;
mod replayed_push;
mod restored_backup;
mod sent_back;
mod stale_approval;
mod two_numbers_for_one_person;
mod wrong_role;
