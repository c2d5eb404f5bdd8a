//! Positions as rows: what a stored fix is worth against the customer's site.

use crate::domain::position::{
    FixSource, PositionFlag, PositionVerdict, SitePoint, check_position,
};
use crate::journal::facts::PositionReport;
use crate::views::{Fence, PositionRow};

/// The radius of a site while no policy is here, in metres.
pub(crate) const USUAL_RADIUS_M: u32 = 200;

/// The row of a report made at `at_ms`.
pub(crate) fn position_row(
    at_ms: i64,
    report: &PositionReport,
    site: Option<SitePoint>,
    radius_m: u32,
) -> PositionRow {
    let fix = match report {
        PositionReport::Fix(fix) => fix,
        PositionReport::Missing(missing) => {
            return PositionRow {
                at_ms,
                missing: Some(*missing),
                accuracy_m: None,
                age_ms: None,
                is_mocked: false,
                is_stale: false,
                distance_m: None,
                fence: Fence::Unknown,
            };
        }
    };
    // Staleness does not depend on where the site is, so a customer without one borrows the fix itself.
    let here = SitePoint {
        lat_e7: fix.lat_e7,
        lon_e7: fix.lon_e7,
        crs: fix.crs,
    };
    let check = check_position(site.unwrap_or(here), radius_m, Some(fix));
    let fence = match check.verdict {
        PositionVerdict::Inside => Fence::Inside,
        PositionVerdict::Unsure => Fence::Unsure,
        PositionVerdict::Outside => Fence::Outside,
        PositionVerdict::NoFix => Fence::Unknown,
    };
    PositionRow {
        at_ms,
        missing: None,
        accuracy_m: Some(fix.accuracy_mm.div_ceil(1000)),
        age_ms: Some(fix.age_ms),
        is_mocked: fix.source == FixSource::Mocked,
        is_stale: check.flags.contains(&PositionFlag::Stale),
        distance_m: site.and(check.distance_m),
        fence: site.map_or(Fence::Unknown, |_site| fence),
    }
}
