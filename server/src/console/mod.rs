//! The office's pages: server-rendered, one folder a desk. They decide nothing: each handler asks the desks, which check
//! the policy, and answers with a page in the reader's language.
//!
//! A write is a posted form, answered by a redirect with a notice. Every page works without script; the script adds a live
//! progress bar and small comforts.

mod admin;
mod clerk;
mod director;
mod finance;
mod held;
mod home;
mod layout;
mod manager;
mod session;
mod settlements;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::app::App;

pub(crate) use layout::fault::{in_words, not_found};

/// Larger than the largest ledger, for the frame around the file.
const UPLOAD_BYTES: usize = (50 << 20) + (64 << 10);
/// A form with a checkbox and a reason for 500 customers.
const FORM_BYTES: usize = 1 << 20;

/// Every page of the office.
pub(crate) fn routes() -> Router<App> {
    let upload = Router::new()
        .route(
            "/ledgers/import",
            get(clerk::imports::ask).post(clerk::imports::upload),
        )
        .layer(DefaultBodyLimit::max(UPLOAD_BYTES));
    Router::new()
        .merge(session_routes())
        .merge(clerk_routes())
        .merge(decision_routes())
        .merge(settlement_routes())
        .merge(review_routes())
        .merge(held_routes())
        .merge(admin_routes())
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .merge(upload)
        .layer(axum::Extension(clerk::readings::Readings::default()))
        .layer(axum::Extension(admin::devices::Tickets::default()))
}

fn session_routes() -> Router<App> {
    Router::new()
        .route("/", get(home::page))
        .route("/sign-in", get(session::ask).post(session::sign_in))
        .route("/sign-out", post(session::sign_out))
        .route("/language", post(session::language))
        .route("/static/{version}/{name}", get(layout::assets::asset))
}

fn clerk_routes() -> Router<App> {
    Router::new()
        .route("/ledgers/imports/{import}", get(clerk::imports::review))
        .route(
            "/ledgers/imports/{import}/progress",
            get(clerk::imports::progress),
        )
        .route(
            "/ledgers/imports/{import}/answers",
            post(clerk::imports::answer),
        )
        .route(
            "/ledgers/imports/{import}/problems.csv",
            get(clerk::export::csv),
        )
        .route(
            "/ledgers/imports/{import}/problems.xlsx",
            get(clerk::export::xlsx),
        )
        .route(
            "/ledgers/imports/{import}/decide",
            post(clerk::decisions::decide),
        )
        .route(
            "/ledgers/imports/{import}/decide-all",
            post(clerk::decisions::decide_all),
        )
        .route(
            "/ledgers/imports/{import}/take-back",
            post(clerk::decisions::take_back),
        )
        .route("/ledgers/imports/{import}/keep", post(clerk::imports::keep))
        .route(
            "/ledgers/imports/{import}/discard",
            post(clerk::imports::discard),
        )
        .route("/customers", get(clerk::customers::index))
        .route("/customers/{customer}", get(clerk::customers::customer))
        .route("/customers/{customer}/contacts", post(clerk::contacts::add))
        .route(
            "/customers/{customer}/contacts/{contact}",
            post(clerk::contacts::end),
        )
        .route(
            "/customers/{customer}/follow-ups",
            post(clerk::contacts::follow_up),
        )
        .route(
            "/customers/{customer}/follow-ups/{follow_up}",
            post(clerk::contacts::close),
        )
        .route(
            "/visit-lists",
            get(clerk::visit_lists::index).post(clerk::visit_lists::propose),
        )
        .route("/visit-lists/new", get(clerk::visit_lists::new))
        .route("/visit-lists/{list}", get(clerk::visit_lists::list))
        .route(
            "/plans",
            get(clerk::plans::index).post(clerk::plans::create),
        )
        .route("/plans/new", get(clerk::plans::new))
        .route("/plans/{plan}", get(clerk::plans::plan))
        .route("/plans/{plan}/edit", post(clerk::plans::edit))
        .route("/plans/{plan}/submit", post(clerk::plans::submit))
}

fn decision_routes() -> Router<App> {
    Router::new()
        .route("/ledgers", get(finance::index))
        .route("/ledgers/{ledger}", get(finance::ledger))
        .route("/ledgers/{ledger}/decisions", get(finance::decisions::page))
        .route(
            "/ledgers/{ledger}/decisions.csv",
            get(finance::decisions::csv),
        )
        .route("/ledgers/{ledger}/sign", post(finance::sign))
        .route("/visit-lists/{list}/decide", post(manager::decide_list))
        .route("/cash", get(finance::cash::index))
        .route("/cash/blocks", post(finance::cash::issue))
        .route("/cash/{hand_in}", get(finance::cash::hand_in))
        .route("/cash/{hand_in}/count", post(finance::cash::count))
        .route("/cash/{hand_in}/confirm", post(finance::cash::confirm))
        .route("/plans/{plan}/decide", post(director::decide_plan))
}

fn settlement_routes() -> Router<App> {
    Router::new()
        .route(
            "/settlements",
            get(settlements::index).post(settlements::draft),
        )
        .route("/settlements/new", get(settlements::new))
        .route("/settlements/{statement}", get(settlements::settlement))
        .route("/settlements/{statement}/decide", post(settlements::decide))
}

fn review_routes() -> Router<App> {
    Router::new()
        .route("/visits", get(manager::visits::day))
        .route("/visits/{stop}", get(manager::visits::stop))
        .route("/visits/{stop}/accept", post(manager::visits::accept))
        .route("/visits/{stop}/settle", post(manager::visits::settle))
        .route("/visits/{stop}/send-back", post(manager::visits::send_back))
        .route("/entries/{entry}/part", get(manager::parts::content))
        .route("/entries/{entry}/thumbnail", get(manager::parts::thumbnail))
        .route("/entries/{entry}/signed", get(manager::signed::paper))
        .route("/entries/{entry}/verify", post(manager::signed::verify))
        .route(
            "/entries/{entry}/signature.svg",
            get(manager::signed::signature),
        )
        .route("/entries/{entry}/paper.pdf", get(manager::signed::pdf))
        .route("/entries/{entry}/evidence", post(manager::evidence::paper))
        .route("/visits/{stop}/evidence", post(manager::evidence::stop))
        .route(
            "/customers/{customer}/evidence",
            post(manager::evidence::customer),
        )
}

fn held_routes() -> Router<App> {
    Router::new()
        .route("/held", get(held::index).post(held::release_all))
        .route("/held/{digest}", get(held::item).post(held::decide))
        .route("/held/{digest}/file", get(held::file))
}

fn admin_routes() -> Router<App> {
    Router::new()
        .route("/devices", get(admin::devices::index))
        .route("/devices/codes", post(admin::devices::issue))
        .route("/devices/code.svg", get(admin::devices::qr))
        .route("/devices/{device}/revoke", post(admin::devices::revoke))
        .route("/entries", get(admin::entries::index))
}
