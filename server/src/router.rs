//! Every URL on one page, grouped by who calls it.

use axum::Router;

use crate::app::App;

/// All routes.
pub fn router(app: App) -> Router {
    Router::new().merge(office()).with_state(app)
}

/// Office users with a browser.
fn office() -> Router<App> {
    Router::new()
}
